"""Reads a CSV of any size in batches of text columns, by one of two paths that give the same records.

The fast path is Arrow's parser, watched by a check that every quote stands where Python's csv module (strict) wants
it. What it cannot vouch for, it leaves to the exact path: Python's csv module itself, record by record, which knows the
line of each record and goes on after a broken one. The fast path takes each record for one line: where at the end there
were as many lines as records, each was one, for a blank line has none and a line break within quotes makes two of one.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from customer_data.blanks import trim_values
from customer_data.csv.batch import CsvBatch, InnerQuotes
from customer_data.csv.dialect import CsvDialect, CsvHeader, KeyPlaces, dialect_of, header_of
from customer_data.csv.exact import exact_batches
from customer_data.csv.footer import without_footer
from customer_data.csv.format import CsvFormat
from customer_data.csv.notes import CsvNotes, notable_lines
from customer_data.csv.text import CHUNK_BYTES, ChunkStream, LineCounter, utf8_chunks
from customer_data.errors import FileFault
from customer_data.nulls import only

# The header has to fit in here; 1,600 names of 127 bytes do, four times.
_SAMPLE_BYTES = 2**20


class IrregularCsv(Exception):
    """Something that only the exact path can tell apart: read again with it."""


@dataclass(frozen=True)
class CsvFile:
    """A CSV whose header has been read; `batches` can be taken once. After the last one, `notes` are known."""

    dialect: CsvDialect
    _header: CsvHeader
    batches: Iterator[CsvBatch]
    _inner_quotes: InnerQuotes
    _lines: LineCheck | None = None

    @property
    def header(self) -> tuple[str, ...]:
        return self._header.names

    @property
    def notes(self) -> CsvNotes:
        quotes, header = self._inner_quotes, self._header
        return CsvNotes(quotes.rows, tuple(quotes.lines), header.line, notable_lines(header.before))

    @property
    def knows_lines(self) -> bool:
        """After the last batch: whether the lines of records are right."""
        return self._lines is None or self._lines.right

    def require_lines(self) -> None:
        """To be called after the last batch by who used lines. Raises IrregularCsv where they were assumed wrongly."""
        if not self.knows_lines:
            raise IrregularCsv("not every record takes one line")


class LineCheck:
    """Counts the records of a body and its lines up to the last one that is not blank."""

    def __init__(self) -> None:
        self.records = 0
        self._counter = LineCounter()
        self._last_line = 0

    def watch(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            text = chunk.rstrip(b"\r\n")
            if text:
                self._last_line = self._counter.count(text)
            self._counter.count(chunk[len(text) :])
            yield chunk

    @property
    def right(self) -> bool:
        return self.records == self._last_line


def open_csv(
    raw: BinaryIO | io.RawIOBase,
    format: CsvFormat,
    *,
    encoding: str | None = None,
    exact: bool = False,
    keys: KeyPlaces | None = None,
) -> CsvFile:
    """Opens one CSV. `encoding` is what to take text for that a format without one leaves open, after NotUtf8 asked.
    By `keys` the header is known where lines stand before it, and the delimiter.

    Raises FileFault; while batches are taken also NotUtf8 and (fast path) IrregularCsv.
    """
    chunks = utf8_chunks(raw, format.encoding, assumed=encoding)
    first = b""
    for chunk in chunks:
        first += chunk
        if len(first) >= _SAMPLE_BYTES:
            break
    sample = first[:_SAMPLE_BYTES].decode(errors="ignore")
    dialect = dialect_of(sample, format, keys)
    header = header_of(sample, dialect, format, keys)
    if len(header.text) == len(sample) and len(first) > len(header.text.encode()):
        raise FileFault(
            "broken_header",
            f"the header does not end within {_SAMPLE_BYTES:,} bytes; close the quote that is open in it, or upload the"
            " data as CSV",
            line=header.line,
        )
    body = _body(first[len(header.text.encode()) :], chunks)
    if format.footer_lines:
        body = without_footer(body, format.footer_lines)
    quotes = InnerQuotes()
    places = keys(header.names) if keys and format.trim_keys else None
    if exact:
        records = exact_batches(body, dialect, header, format, quotes)
        return CsvFile(dialect, header, _trimmed(records, places or (), format), quotes)
    lines = LineCheck()
    batches = _fast_batches(lines.watch(body), dialect, header, format.null_values, lines)
    return CsvFile(dialect, header, _trimmed(batches, places or (), format), quotes, lines)


def _trimmed(batches: Iterator[CsvBatch], places: Sequence[int], format: CsvFormat) -> Iterator[CsvBatch]:
    """Without blanks around the values at these places, which may be NULL then."""
    null_values = pa.array(format.null_values, pa.string())
    for batch in batches:
        columns = list(batch.columns)
        for place in places:
            values = trim_values(columns[place])
            columns[place] = only(pc.invert(pc.is_in(values, null_values)), values)
        yield replace(batch, columns=tuple(columns)) if places else batch


def _body(rest: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if rest:
        yield rest
    yield from chunks


def _fast_batches(
    chunks: Iterator[bytes], dialect: CsvDialect, header: CsvHeader, null_values: tuple[str, ...], check: LineCheck
) -> Iterator[CsvBatch]:
    names = [str(index) for index in range(len(header.names))]
    chunks = _without_mark(chunks)
    if dialect.quote:
        masked = _escapes_masked(chunks, dialect) if dialect.escape else ((chunk, chunk) for chunk in chunks)
        chunks = _strictly_quoted(masked, dialect)
    try:
        reader = pyarrow.csv.open_csv(
            ChunkStream(chunks),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=CHUNK_BYTES, use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char=dialect.quote or False,
                escape_char=dialect.escape or False,
                newlines_in_values=bool(dialect.quote),
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=bool(null_values),
                null_values=list(null_values),
            ),
        )
        header_row = [None if name in null_values else name for name in header.names]
        for batch in reader:
            if any(header_row) and _has_row(batch.columns, header_row):
                raise IrregularCsv("the header line again")
            first = header.lines + 1 + check.records
            check.records += batch.num_rows
            yield CsvBatch(tuple(batch.columns), batch.num_rows, np.arange(first, first + batch.num_rows), assumed=True)
    except pa.ArrowInvalid as error:  # a ragged record, one longer than a block, or no record at all
        raise IrregularCsv(str(error)) from error


def _has_row(columns: Sequence[pa.StringArray], row: Sequence[str | None]) -> bool:
    found = pa.scalar(True)
    for column, value in zip(columns, row, strict=True):
        found = pc.and_(found, pc.is_null(column) if value is None else pc.fill_null(pc.equal(column, value), False))
        if not pc.any(found).as_py():
            return False
    return True


def _without_mark(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A byte order mark may begin a second file within the file, or be text."""
    end = b""
    for chunk in chunks:
        # One byte is found fifty times as fast as three.
        if (codecs.BOM_UTF8[:1] in chunk and codecs.BOM_UTF8 in chunk) or codecs.BOM_UTF8 in end + chunk[:2]:
            raise IrregularCsv("a byte order mark after the header")
        end = (end + chunk[-2:])[-2:]
        yield chunk


def _escapes_masked(chunks: Iterator[bytes], dialect: CsvDialect) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk with a copy of it in which what is escaped is ordinary text, as it is to both parsers."""
    escape = ord(dialect.escape or "")
    ends = [ord(dialect.delimiter), ord("\r"), ord("\n")]
    is_escaped = False  # the first byte of the chunk
    for chunk in chunks:
        if not is_escaped and escape not in chunk:
            yield chunk, chunk
            continue
        data = np.frombuffer(chunk, dtype=np.uint8).copy()
        if is_escaped:
            if data[0] in ends:
                raise IrregularCsv("an escaped end of a field or line")
            data[0] = ord("x")
        places = np.flatnonzero(data == escape)
        begins_run = np.diff(places, prepend=-2) != 1
        in_run = np.arange(len(places)) - np.maximum.accumulate(np.where(begins_run, np.arange(len(places)), 0))
        escaped = places[in_run % 2 == 0] + 1
        is_escaped = bool(len(escaped)) and bool(escaped[-1] == len(data))
        escaped = escaped[escaped < len(data)]
        if np.isin(data[escaped], ends).any():
            raise IrregularCsv("an escaped end of a field or line")
        data[escaped] = ord("x")
        yield chunk, data.tobytes()
    if is_escaped:
        raise IrregularCsv("an escape where the file ends")


def _strictly_quoted(chunks: Iterator[tuple[bytes, bytes]], dialect: CsvDialect) -> Iterator[bytes]:
    """Takes each chunk with what of it counts, and passes the chunks on as long as quotes alternate between opening and
    closing ones, each opening one stands at the beginning of a field, and each closing one at its end; a doubled quote
    counts as closing and opening again."""
    quote = ord(dialect.quote)
    beside = np.zeros(256, dtype=bool)
    beside[[quote, ord(dialect.delimiter), ord("\r"), ord("\n")]] = True
    inside = False  # a quote is open where the chunk begins
    before = ord("\n")  # the byte before the chunk
    for chunk, counted in chunks:
        if not inside and before == quote and not beside[counted[0]]:
            raise IrregularCsv("text after a closing quote")
        if dialect.quote.encode() in counted:
            data = np.frombuffer(counted, dtype=np.uint8)
            quotes = np.flatnonzero(data == quote)
            opening, closing = quotes[inside::2], quotes[not inside :: 2]
            preceding = np.where(opening > 0, data[opening - 1], before)
            following = data[closing[closing < len(data) - 1] + 1]
            if not (beside[preceding].all() and beside[following].all()):
                raise IrregularCsv("a quote within a field")
            inside ^= bool(len(quotes) % 2)
        before = counted[-1]
        yield chunk
    if inside:
        raise IrregularCsv("a quote is still open where the file ends")
