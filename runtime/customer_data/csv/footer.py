"""Lines after the data, as reports end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from customer_data.csv.batch import BrokenRecord
from customer_data.errors import FileFault

_MOST_BYTES = 64 * 2**20
_MOST_LINES = 50


def without_footer(chunks: Iterator[bytes], lines: int) -> Iterator[bytes]:
    """Holds back the last lines that are not blank; the chunks begin with a line. Raises FileFault."""
    held = b""
    for chunk in chunks:
        text = held + chunk
        begin = _begin_of_last(text, lines)
        held = text[begin:]
        if len(held) > _MOST_BYTES:
            raise FileFault(
                "footer_too_long",
                f"{lines} lines of the file hold more than {_MOST_BYTES:,} bytes, the most that CsvFormat.footerLines"
                " can hold back; leave out the option, and take the footer out of the file",
            )
        if begin:
            yield text[:begin]


def _begin_of_last(text: bytes, lines: int) -> int:
    """Where the last lines that are not blank begin; 0 where there are not as many."""
    data = np.frombuffer(text, dtype=np.uint8)
    is_break = (data == ord("\n")) | (data == ord("\r"))
    begins = np.flatnonzero(~is_break[1:] & is_break[:-1]) + 1
    return int(begins[-lines]) if len(begins) >= lines else 0


@dataclass
class RaggedEnd:
    """Records with another width than the header's, for as long as nothing else follows them: a footer, if they are
    the last ones of a file that has others."""

    known_lines: int  # that are left out already
    after_record: bool = False
    _records: list[BrokenRecord] = field(default_factory=list)
    _lines: int = 0

    def add(self, record: BrokenRecord, lines: int) -> Iterator[BrokenRecord]:
        """Gives those back that no footer holds, as it would be too long."""
        self._records.append(record)
        self._lines += lines
        if self._lines > _MOST_LINES:
            self.after_record = False
            yield from self._take()

    def interrupt(self) -> Sequence[BrokenRecord]:
        """Gives them back since another record follows."""
        self.after_record = True
        return self._take() if self._records else ()

    def finish(self, width: int) -> Iterator[BrokenRecord]:
        """At the end of the file: with the reason that it ends with a footer."""
        lines, records = self._lines, self._take()
        if not self.after_record:
            yield from records
        elif lines == 1:
            hint = f"; if the last line is a footer, set CsvFormat.footerLines to {self.known_lines + 1}"
            yield from (replace(record, reason=record.reason + hint) for record in records)
        else:
            reason = (
                f"the end of the file looks like a footer of {lines} lines, which have not the {width} fields of the"
                f" header; set CsvFormat.footerLines to {self.known_lines + lines} to leave them out, or correct them"
            )
            yield from (replace(record, code="footer", reason=reason) for record in records)

    def _take(self) -> list[BrokenRecord]:
        records, self._records, self._lines = self._records, [], 0
        return records
