"""What is said of a file that was read although it is written oddly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_MOST_LINES = 5
_MOST_CHARACTERS = 100


def notable_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """The first of them, cut where they are long."""
    return tuple(line[:_MOST_CHARACTERS] for line in lines[:_MOST_LINES])


@dataclass(frozen=True)
class CsvNotes:
    """`inner_quotes` records were read with a quote in an unquoted field, the first ten of them on
    `inner_quote_lines`. What stood before the header, which begins on `header_line`, begins with `lines_before_header`.
    """

    inner_quotes: int = 0
    inner_quote_lines: tuple[int, ...] = ()
    header_line: int = 1
    lines_before_header: tuple[str, ...] = ()

    @property
    def about_header(self) -> str | None:
        """Without any text of the file."""
        if not self.lines_before_header:
            return None
        return f"the header is on line {self.header_line}; the lines before it are left out"

    def summary(self) -> dict[str, Any]:
        """By name; what there is nothing to say of is None."""
        return {
            "header_line": self.header_line if self.lines_before_header else None,
            "lines_before_header": list(self.lines_before_header) or None,
            "inner_quotes": self.inner_quotes or None,
            "inner_quote_lines": list(self.inner_quote_lines) or None,
        }

    def for_people(self) -> Iterator[str]:
        if self.lines_before_header:
            yield f"{self.about_header}: {', '.join(map(repr, self.lines_before_header))}"
        if self.inner_quotes:
            yield (
                f"{self.inner_quotes:,} records have a quote in an unquoted field, the first on lines"
                f" {', '.join(map(str, self.inner_quote_lines))}: their fields may be cut in the wrong places;"
                " CsvFormat.strictQuotes rejects such records"
            )
