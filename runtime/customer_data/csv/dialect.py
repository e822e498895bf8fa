"""How a CSV is written: its delimiter, its quote, its header."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, TextIO

from customer_data.csv.format import CsvFormat
from customer_data.errors import FileFault, SettingsError

DELIMITERS = (",", ";", "\t", "|")
# Redshift manual, COPY: "The maximum size of a single input row from any source is 4 MB."
MAX_RECORD_BYTES = 4 * 2**20
_CHARACTERS_LOOKED_AT = 65_536
_HEADER_WITHIN_LINES = 50
# What Excel understands as the first line, and some programs write for it.
_SEPARATOR_LINE = re.compile(r"sep=([\t\x20-\x7e])(?:\r\n|\r|\n)", re.IGNORECASE)


#: Where among the fields of a record the columns of the key are, if it is the header; None if one is missing.
KeyPlaces = Callable[[Sequence[str]], tuple[int, ...] | None]


@dataclass(frozen=True)
class CsvDialect:
    delimiter: str
    quote: str
    escape: str | None = None

    def reader(self, lines: Iterator[str], strict: bool) -> Iterator[list[str]]:
        """Python's own reader of this dialect, one list of fields a record."""
        csv.field_size_limit(MAX_RECORD_BYTES)
        if not self.quote:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, strict=strict)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, escapechar=self.escape, strict=strict)

    def has_inner_quote(self, record: str) -> bool:
        """Whether a quote stands in an unquoted field of the record, which the reader takes."""
        return bool(self.quote) and self.quote in record and self._regular.fullmatch(record) is None

    @cached_property
    def _regular(self) -> re.Pattern[str]:
        quote, delimiter = re.escape(self.quote), re.escape(self.delimiter)
        escape = re.escape(self.escape) if self.escape else ""
        escaped = f"|{escape}." if escape else ""
        quoted = f"{quote}(?:[^{quote}{escape}]++|{quote}{quote}{escaped})*+{quote}"
        unquoted = f"(?:[^{quote}{delimiter}{escape}\\r\\n]++{escaped})*+"
        field = f"(?:{quoted}|{unquoted})"
        return re.compile(f"{field}(?:{delimiter}{field})*+[\\r\\n]*", re.DOTALL)

    def write(self, records: Iterable[Sequence[str | None]], out: TextIO) -> None:
        """As the reader takes them, every value in quotes. Raises csv.Error for what has to be quoted and cannot be."""
        quoting: dict[str, Any] = (
            {"quotechar": self.quote, "escapechar": self.escape, "quoting": csv.QUOTE_ALL}
            if self.quote
            else {"quoting": csv.QUOTE_NONE, "quotechar": None}
        )
        csv.writer(out, delimiter=self.delimiter, lineterminator="\n", **quoting).writerows(records)

    def lead(self, header: Sequence[str], format: CsvFormat) -> str:
        """The lines that have to stand before the header for a reader with this format."""
        separator = "" if format.delimiter else self.separator_line(header)
        return separator + "\n" * ((format.header_line or 1) - 1 - bool(separator))

    def trail(self, format: CsvFormat) -> str:
        """The lines that have to follow the last record."""
        return "-\n" * format.footer_lines

    def separator_line(self, header: Sequence[str]) -> str:
        """What has to stand before the header, or else another delimiter might be detected: one that the header has
        beside this one. Empty where nothing has to."""
        others = [delimiter for delimiter in DELIMITERS if delimiter != self.delimiter]
        is_clear = self.delimiter in DELIMITERS and not any(other in name for name in header for other in others)
        return "" if is_clear else f"sep={self.delimiter}\n"


@dataclass(frozen=True)
class CsvHeader:
    """The names as written, which begin on `line`; `text` is all that stands before the first record, `lines` how many
    lines that is, `before` those of them before the header that are neither blank nor name the delimiter."""

    names: tuple[str, ...]
    line: int
    text: str
    lines: int
    before: tuple[str, ...] = ()


def dialect_of(sample: str, format: CsvFormat, keys: KeyPlaces | None = None) -> CsvDialect:
    """The dialect that the format says, else `sep=` in the first line, else the delimiter under which a header has the
    key, and of these the one that cuts the first records into equally many fields."""
    characters = (
        ("delimiter", format.delimiter or ",", (1,)),
        ("quote", format.quote, (0, 1)),
        ("escape", format.escape or "\\", (1,)),
    )
    for name, value, allowed in characters:
        if len(value) not in allowed or not value.isascii() or value in ("\r", "\n"):
            raise SettingsError(f"CsvFormat.{name} is {value!r}: allowed is one ASCII character that is no line break")
    if format.delimiter is not None:
        return CsvDialect(format.delimiter, format.quote, format.escape)
    if separator := _SEPARATOR_LINE.match(sample):
        return CsvDialect(separator[1], format.quote, format.escape)
    possible = [CsvDialect(delimiter, format.quote, format.escape) for delimiter in DELIMITERS]
    return max(possible, key=lambda dialect: _fitness(dialect, sample, format, keys))


def _fitness(dialect: CsvDialect, sample: str, format: CsvFormat, keys: KeyPlaces | None) -> tuple[bool, float, int]:
    before, has_key = _lines_before(sample, dialect, format, keys)
    begin = sum(map(len, islice(io.StringIO(sample, newline=""), before)))
    return (has_key, *_consistency(dialect, sample[begin:]))


def _consistency(dialect: CsvDialect, sample: str) -> tuple[float, int]:
    """Share of the records as wide as the header, then its width; nothing for a delimiter that the header lacks."""
    lines = io.StringIO(sample[:_CHARACTERS_LOOKED_AT], newline="")
    widths = []
    with contextlib.suppress(csv.Error):
        for record in dialect.reader(lines, strict=False):
            if record:
                widths.append(len(record))
    if len(sample) > _CHARACTERS_LOOKED_AT and len(widths) > 1:
        widths.pop()  # the record that is cut off
    if not widths or widths[0] == 1:
        return (0.0, 1)
    return (widths.count(widths[0]) / len(widths), widths[0])


def _lines_before(sample: str, dialect: CsvDialect, format: CsvFormat, keys: KeyPlaces | None) -> tuple[int, bool]:
    """How many lines stand before the header, blank ones left out that follow them, and whether it has the key."""
    start = max((format.header_line or 1) - 1, 1 if _SEPARATOR_LINE.match(sample) else 0)
    if keys is None:
        return start, False
    lines = list(islice(io.StringIO(sample, newline=""), start + _HEADER_WITHIN_LINES))
    possible = [start] if format.header_line else range(start, min(len(lines), _HEADER_WITHIN_LINES))
    for before in possible:
        if keys(_first_record(lines[before:], dialect)) is not None:
            return before, True
    return start, False


def _first_record(lines: list[str], dialect: CsvDialect) -> list[str]:
    """Empty where there is none, or its quotes are broken."""
    try:
        return next(filter(None, dialect.reader(iter(lines), strict=True)), [])
    except csv.Error:
        return []


def header_of(sample: str, dialect: CsvDialect, format: CsvFormat, keys: KeyPlaces | None = None) -> CsvHeader:
    """The first record on or after the line that the format says; else the first one, within 50 lines, that has the
    key; else the first one. Blank lines are none, nor is the line that names the delimiter."""
    lines = io.StringIO(sample, newline="")
    taken = list(islice(lines, _lines_before(sample, dialect, format, keys)[0]))
    before = tuple(line.rstrip("\r\n") for line in taken if line.strip() and not _SEPARATOR_LINE.fullmatch(line))

    def counted() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    line = len(taken) + 1
    try:
        for names in dialect.reader(counted(), strict=True):
            if names:
                return CsvHeader(tuple(names), line, "".join(taken), len(taken), before)
            line = len(taken) + 1
    except csv.Error as error:
        raise FileFault(
            "broken_header",
            f"the header line cannot be read: {error}; every quote that opens must close before the next delimiter",
            line=line,
        ) from error
    if format.header_line and before:
        raise FileFault(
            "no_header",
            f"the file has no text from line {format.header_line} on, where CsvFormat.headerLine says that the header"
            " is; correct one of them",
        )
    raise FileFault("empty_file", "the file holds blank lines only; upload it with its content")
