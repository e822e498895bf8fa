"""What is said of a file that was read although it is written oddly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CsvNotes:
    """`inner_quotes` records were read with a quote in an unquoted field, the first ten of them on
    `inner_quote_lines`."""

    inner_quotes: int = 0
    inner_quote_lines: tuple[int, ...] = ()

    def summary(self) -> dict[str, Any]:
        """By name; what there is nothing to say of is None."""
        return {
            "inner_quotes": self.inner_quotes or None,
            "inner_quote_lines": list(self.inner_quote_lines) or None,
        }

    def for_people(self) -> Iterator[str]:
        if self.inner_quotes:
            yield (
                f"{self.inner_quotes:,} records have a quote in an unquoted field, the first on lines"
                f" {', '.join(map(str, self.inner_quote_lines))}: their fields may be cut in the wrong places;"
                " CsvFormat.strictQuotes rejects such records"
            )
