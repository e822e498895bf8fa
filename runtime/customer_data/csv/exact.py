"""The exact path: Python's csv module, strict, one record at a time with its line number."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_data.csv.batch import BrokenRecord, CsvBatch, InnerQuotes
from customer_data.csv.dialect import MAX_RECORD_BYTES, CsvDialect, CsvHeader
from customer_data.csv.footer import RaggedEnd
from customer_data.csv.format import CsvFormat
from customer_data.csv.text import CHUNK_BYTES, ChunkStream
from customer_data.nulls import only

_BATCH_ROWS = 16_384
_BATCH_BYTES = 8 * 2**20
_BATCH_FIELDS = 2**19  # however short, each costs some 50 bytes as a string of Python's
_RAW_CHARACTERS = 65_536
_REPEATED_HEADER = (
    "the record is the header line again, as where two exports were put together; take the line out, or upload each"
    " export as a file of its own"
)


class _RecordTooLong(Exception):
    """The record does not end within MAX_RECORD_BYTES."""


def exact_batches(
    chunks: Iterator[bytes], dialect: CsvDialect, header: CsvHeader, format: CsvFormat, inner_quotes: InnerQuotes
) -> Iterator[CsvBatch]:
    """Records and broken records in the order of the file. After a broken one the next line begins a new record."""
    width, names = len(header.names), list(header.names) if any(header.names) else None
    batch = _Batch(width, pa.array(format.null_values, pa.string()))
    lines = _Lines(chunks)
    reader = dialect.reader(lines, strict=True)
    end = RaggedEnd(format.footer_lines)
    line = header.lines + 1
    while True:
        taken = lines.begin_record()
        try:
            record = next(reader, None)
        except (csv.Error, _RecordTooLong) as error:
            code, reason = _why_broken(error)
            reason += _escape_hint(taken[0], dialect)
            batch.add_all_broken(end.interrupt())
            batch.add_broken(BrokenRecord(line, code, reason, _raw(taken[0])))
            lines.go_back_to_second_line()
            del taken[1:]
        else:
            if record is None:
                break
            text = taken[0] if len(taken) == 1 else "".join(taken)
            if len(record) == width:
                batch.add_all_broken(end.interrupt())
                has_inner_quote = dialect.has_inner_quote(text)
                if record == names:
                    batch.add_broken(BrokenRecord(line, "repeated_header", _REPEATED_HEADER, _raw(text)))
                elif has_inner_quote and (why := _why_refused(text, dialect, format)):
                    batch.add_broken(BrokenRecord(line, "inner_quote", why, _raw(text)))
                else:
                    batch.add(line, record, lines.bytes)
                    if has_inner_quote:
                        inner_quotes.add(line)
            elif record:  # an empty line is no record
                reason = _why_ragged(len(record), width, dialect) + _escape_hint(text, dialect)
                ragged = BrokenRecord(line, "ragged_record", reason, _raw(text))
                batch.add_all_broken(end.add(ragged, sum(not each.isspace() for each in taken)))
        line += len(taken)
        if batch.full:
            yield batch.take()
    batch.add_all_broken(end.finish(width))
    if batch.rows or batch.broken:
        yield batch.take()


def _why_ragged(fields: int, width: int, dialect: CsvDialect) -> str:
    return (
        f"the record has {fields} fields, the header {width}, delimited by {dialect.delimiter!r}; every record needs as"
        " many: put a field that holds the delimiter or a line break in quotes"
    )


def _escape_hint(text: str, dialect: CsvDialect) -> str:
    if not dialect.quote or dialect.escape or f"\\{dialect.quote}" not in text:
        return ""
    return f"; it holds \\{dialect.quote}: if that is how the file writes a quote, set CsvFormat.escape to '\\\\'"


def _why_refused(text: str, dialect: CsvDialect, format: CsvFormat) -> str | None:
    """Of a record with a quote in an unquoted field; None where it may be."""
    why = (
        f"a quote stands in a field that does not begin with one; put the field in {dialect.quote}, its quotes doubled"
    )
    if hint := _escape_hint(text, dialect):
        return why + hint
    return f"{why}, or leave out CsvFormat.strictQuotes" if format.strict_quotes else None


def _raw(text: str) -> str:
    return text[:_RAW_CHARACTERS].rstrip("\r\n")


def _why_broken(error: Exception) -> tuple[str, str]:
    if isinstance(error, _RecordTooLong) or "field larger" in str(error):
        return "record_too_long", (
            f"the record does not end within {MAX_RECORD_BYTES:,} bytes, the most Redshift loads; close the quote that"
            " is open in it, or shorten its fields"
        )
    if "unexpected end" in str(error):
        return "broken_quote", (
            "a quote opens and does not close before the file ends; close it, or write a quote that is text twice, in"
            " quotes"
        )
    return "broken_quote", f"text follows a closing quote ({error}); a quote within quotes is written twice"


class _Lines(Iterator[str]):
    """Physical lines, line breaks included, that can be given back after a record that turned out broken."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        buffered = io.BufferedReader(ChunkStream(chunks), CHUNK_BYTES)
        # newline='' ends lines at LF, CR and CRLF and leaves them as they are, as the csv module asks for.
        self._text = io.TextIOWrapper(buffered, encoding="utf-8", newline="")
        self._given_back: deque[str] = deque()
        self.begin_record()

    def begin_record(self) -> list[str]:
        """The lines that the reader will take for the next record."""
        self.bytes = 0
        self._taken: list[str] = []
        self._begins_record = True
        return self._taken

    def __next__(self) -> str:
        line = self._given_back.popleft() if self._given_back else self._read_line()
        if not line:
            raise StopIteration
        if self._begins_record:
            line = line.removeprefix("\ufeff")  # of the second of two files that were put together
            self._begins_record = False
        self._taken.append(line)
        self.bytes += len(line) if line.isascii() else len(line.encode())
        if self.bytes > MAX_RECORD_BYTES:
            raise _RecordTooLong
        return line

    def _read_line(self) -> str:
        """The next line, of one that is too long its beginning only."""
        line = self._text.readline(MAX_RECORD_BYTES + 1)
        rest = line if len(line) > MAX_RECORD_BYTES else ""
        while rest and rest[-1] not in "\r\n":
            rest = self._text.readline(MAX_RECORD_BYTES)
        return line

    def go_back_to_second_line(self) -> None:
        self._given_back.extendleft(reversed(self._taken[1:]))


class _Batch:
    """Fields gathered by row, given out by column."""

    def __init__(self, width: int, null_values: pa.StringArray) -> None:
        self._width = width
        self._null_values = null_values
        self._records: list[list[str]] = []
        self._lines: list[int] = []
        self._bytes = 0
        self.broken: list[BrokenRecord] = []

    @property
    def rows(self) -> int:
        return len(self._records)

    @property
    def full(self) -> bool:
        return (
            self._bytes >= _BATCH_BYTES
            or len(self._records) * self._width >= _BATCH_FIELDS
            or len(self._records) + len(self.broken) >= _BATCH_ROWS
        )

    def add_broken(self, record: BrokenRecord) -> None:
        self.broken.append(record)
        self._bytes += len(record.raw)

    def add_all_broken(self, records: Iterable[BrokenRecord]) -> None:
        for record in records:
            self.add_broken(record)

    def add(self, line: int, record: list[str], size: int) -> None:
        self._records.append(record)
        self._lines.append(line)
        self._bytes += size

    def take(self) -> CsvBatch:
        fields = zip(*self._records, strict=True) if self._records else [()] * self._width
        columns = tuple(self._with_nulls(pa.array(column, pa.string())) for column in fields)
        batch = CsvBatch(columns, self.rows, np.array(self._lines, dtype=np.int64), broken=tuple(self.broken))
        self._records, self._lines, self._bytes, self.broken = [], [], 0, []
        return batch

    def _with_nulls(self, column: pa.StringArray) -> pa.StringArray:
        return only(pc.invert(pc.is_in(column, self._null_values)), column)
