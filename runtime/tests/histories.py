"""Random histories: what one pipeline's files bring, one after another, and what of it has to be found in the table.

What is expected is worked out here with Python's own numbers and times, and shares no code with the loader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

KEY, SEQUENCE = "user_id", "version"
Value = str | None


@dataclass(frozen=True)
class HistoryFile:
    columns: tuple[str, ...]
    records: tuple[tuple[Value, ...], ...]

    @property
    def lines(self) -> list[str]:
        return [",".join(map(_field, record)) for record in (self.columns, *self.records)]


@dataclass(frozen=True)
class Kill:
    """Ends the run of a batch at its nth step."""

    step: int
    after: bool


@dataclass(frozen=True)
class History:
    """`table` is the DDL of columns that the table has before; `batches` are the sizes of the third way's runs, each
    with the kill that ends its first attempt."""

    files: tuple[HistoryFile, ...]
    contract: str
    row_errors: str
    sequence: bool
    grow_up_to_rows: int
    date_formats: tuple[str, ...]
    table: tuple[str, ...]
    batches: tuple[tuple[int, Kill | None], ...] = field(default=())


def _field(value: Value) -> str:
    if value is None:
        return ""
    return '"' + value.replace('"', '""') + '"' if value == "" or set(value) & set('",\n') else value


# Texts of each kind


def _digits(most: int) -> st.SearchStrategy[str]:
    lengths = st.one_of(st.integers(1, 5), st.integers(1, most))
    return lengths.flatmap(lambda length: st.text("0123456789", min_size=length, max_size=length))


_sign = st.sampled_from(["", "", "", "-", "+"])
_whole = st.one_of(
    st.integers(-9, 9).map(str),
    st.builds(lambda sign, digits: sign + (digits.lstrip("0") or "0"), _sign, _digits(9)),
    st.sampled_from(["9223372036854775807", "-9223372036854775808", "9007199254740993", "32768", "2147483648", "-0"]),
)
_pointed = st.builds(lambda whole, zeros: f"{whole}.{zeros}", _whole, st.sampled_from(["", "0", "00", "000000"]))
_decimal = st.builds(
    lambda sign, before, after: f"{sign}{before.lstrip('0') or '0'}.{after}", _sign, _digits(12), _digits(7)
)
_long_decimal = st.builds(
    lambda sign, before, after: f"{sign}{before.lstrip('0') or '0'}.{after}", _sign, _digits(38), _digits(38)
)
_huge = st.builds(lambda sign, digits: sign + "7" + digits, _sign, _digits(40))
_double = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e6, 1e6).map(repr),
    st.sampled_from(["0.23341378946567992", "4.5e-05", "0.30000000000000004", "1e-320", "1.7976931348623157e308"]),
)
_exponent = st.sampled_from(
    ["1e5", "2.5e3", "4.5e-05", "4.5e-50", "1.5E20", "-1e-3", "1e400", "9.99e37", "0e0", "1.0e2"]
)
_id = st.sampled_from(["12E12", "47E5", "1E3", "3e07"])
_date = st.dates(datetime(1900, 1, 1).date(), datetime(2100, 1, 1).date()).map(lambda day: day.isoformat())
_german_date = st.sampled_from(["31.12.2024", "1.2.2024", "29.02.2023"])
_clock = st.sampled_from(["00:00", "00:00:00", "10:00", "23:59:59", "00:00:22"])
_fraction = st.sampled_from(["", "", ".5", ".123456", ".000000000", ".123456000", ".1234567", ".000001"])
_zone = st.sampled_from(["Z", " UTC", "+00", "-0400", " +05:30", "+14:00"])


def _time(day: str, between: str, clock: str, fraction: str) -> str:
    return day + between + clock + (fraction if clock.count(":") == 2 else "")


_timestamp = st.builds(_time, _date, st.sampled_from(" T"), _clock, _fraction)
_zoned = st.builds(lambda time, zone: time + zone, _timestamp, _zone)
_words = st.sampled_from(["true", "false", "TRUE", "False"])
_letters = st.sampled_from(["t", "f", "yes", "No", "Y"])
_bits = st.sampled_from(["0", "1"])
_text = st.one_of(
    st.sampled_from(
        ["n/a", "", "Zoë", "a,b", 'say "hi"', "two\nlines", "x y", "O'Hara \\ Söhne", "NULL", "-", ".", "+"]
    ),
    st.text("abcdefgh ÄÖ漢", min_size=1, max_size=8),
)
_long_text = st.builds(lambda letter, length: letter * length, st.sampled_from("xü漢"), st.integers(15, 300))
_odd = st.sampled_from(
    ["007", "0x1A", " 5", "5 ", "1,5", "1e", "--5", "2024-02-30", "2024-1-1", "12:00", "1.2.3", "٣", "nan"]
)

NUMBERS = [_whole, _pointed, _decimal, _long_decimal, _huge, _double, _exponent, _id]
TIMES = [_date, _timestamp, _zoned, _german_date]
OTHERS = [_words, _letters, _bits, _text, _long_text, _odd]
_COMMON_NUMBERS = [_whole, _pointed, _decimal, _decimal]
#: What the values of a column are of, over all files: columns of one kind grow, and those of any kind rescue.
_THEMES = [NUMBERS, NUMBERS, _COMMON_NUMBERS, TIMES, [_date, _timestamp], [_words, _bits], [*NUMBERS, *TIMES, *OTHERS]]
_SEQUENCES = [[_whole, _pointed, _decimal], TIMES[:2], [_date], [_whole]]
_KEYS = [
    [st.sampled_from("1234")],
    [st.sampled_from(["1", "2", "1.0", "2.", "+3"])],
    [st.sampled_from(["k1", "k2", "1", "1.0"])],
    [st.sampled_from("1234"), st.sampled_from(["k1", "", None, "1.5", " 1", "x" * 40])],
]
_TABLES = [
    "SMALLINT", "INTEGER", "BIGINT", "NUMERIC(10,2)", "NUMERIC(18,4)", "NUMERIC(38,4)", "NUMERIC(38,20)", "REAL",
    "DOUBLE PRECISION", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "CHAR(3)", "VARCHAR(4)",
]  # fmt: skip


@st.composite
def _values(draw: st.DrawFn, theme: Sequence[st.SearchStrategy[Value]], records: int) -> list[Value]:
    """Of one kind of the theme, or of all of them mixed; some are NULL, sometimes all."""
    kind = st.one_of(*theme) if draw(st.integers(0, 4)) == 0 else draw(st.sampled_from(list(theme)))
    if draw(st.integers(0, 9)) == 0:
        return [None] * records
    some = st.one_of(st.none(), kind) if draw(st.booleans()) else kind
    return [draw(some) for _ in range(records)]


@st.composite
def _file(
    draw: st.DrawFn, themes: Mapping[str, Sequence[st.SearchStrategy[Value]]], keys: Any, sequence: Any
) -> HistoryFile:
    columns = draw(st.lists(st.sampled_from(sorted(themes)), unique=True, min_size=1))
    records = draw(st.integers(0, 4)) if draw(st.integers(0, 9)) == 0 else draw(st.integers(1, 4))
    values = {KEY: [draw(st.one_of(*keys)) for _ in range(records)]}
    if sequence is not None:
        values[SEQUENCE] = draw(_values(sequence, records))
    values |= {column: draw(_values(themes[column], records)) for column in columns}
    return HistoryFile(tuple(values), tuple(zip(*values.values(), strict=True)))


@st.composite
def histories(draw: st.DrawFn) -> History:
    themes = {column: draw(st.sampled_from(_THEMES)) for column in "abc"}
    keys = draw(st.sampled_from([_KEYS[0], *_KEYS]))
    sequence = draw(st.sampled_from([None, None, *_SEQUENCES]))
    files = draw(st.lists(_file(themes, keys, sequence), min_size=2, max_size=6))
    stored: tuple[str, ...] = ()
    if draw(st.integers(0, 3)) == 0:
        key = "BIGINT" if keys is not _KEYS[2] else "VARCHAR(8)"
        types = {column: draw(st.sampled_from(_TABLES)) for column in draw(st.sets(st.sampled_from("abc")))}
        stored = (f"{KEY} {key} NOT NULL", *(f"{column} {type}" for column, type in sorted(types.items())))
        if types and draw(st.booleans()):
            stored += (f"{min(types)}__as_varchar VARCHAR(16)",)
    kill = st.none() | st.builds(Kill, st.integers(1, 24), st.booleans())
    batches, left = [], len(files)
    while left:
        batches.append((draw(st.integers(1, left)), draw(kill)))
        left -= batches[-1][0]
    return History(
        files=tuple(files),
        contract=draw(st.sampled_from(["evolve"] * 5 + ["freeze", "discard"])),
        row_errors=draw(st.sampled_from(["fail_file", "quarantine_rows"])),
        sequence=sequence is not None,
        grow_up_to_rows=draw(st.sampled_from([100_000_000, 100_000_000, 2])),
        date_formats=draw(st.sampled_from([(), (), ("DD.MM.YYYY",)])),
        table=stored,
        batches=tuple(batches),
    )


# What is expected


@dataclass(frozen=True)
class Loaded:
    """What the loader said that it loaded of a file: without the lines that it rejected and the columns left out."""

    file: HistoryFile
    rejected: frozenset[int]
    discarded: frozenset[str]


def expected_rows(loaded: Sequence[Loaded], type_of: Callable[[str], str]) -> dict[Any, dict[str, Value]]:
    """The texts that each key has to show in the end: the last file that wrote one counts, by sequence if there is
    one, and a column that it lacks keeps what it had."""
    rows: dict[Any, dict[str, Value]] = {}
    for each in loaded:
        newest: dict[Any, dict[str, Value]] = {}
        for line, record in _lines_of(each.file):
            if line in each.rejected:
                continue
            row = dict(zip(each.file.columns, record, strict=True))
            key = meant(type_of(KEY), row[KEY] or "")
            assert key is not None, f"{row[KEY]!r} is a key of no row"
            if _at_least(row, newest.get(key), type_of) and _at_least(row, rows.get(key), type_of):
                newest[key] = row
        for key, row in newest.items():
            kept = {name: value for name, value in row.items() if name not in each.discarded}
            rows[key] = rows.get(key, {}) | kept
    return rows


def _lines_of(file: HistoryFile) -> list[tuple[int, tuple[Value, ...]]]:
    """Each record with the line that it begins on. An empty text is NULL, quoted or not."""
    line, found = 2, []
    for record, text in zip(file.records, file.lines[1:], strict=True):
        found.append((line, tuple(value or None for value in record)))
        line += 1 + text.count("\n")
    return found


def _at_least(row: Mapping[str, Value], other: Mapping[str, Value] | None, type_of: Callable[[str], str]) -> bool:
    ours, theirs = row.get(SEQUENCE), other and other.get(SEQUENCE)
    if theirs is None or ours is None:
        return theirs is None
    type = type_of(SEQUENCE)
    return bool(meant(type, ours) >= meant(type, theirs))


_WORDS = {**dict.fromkeys(("true", "t", "yes", "y", "1"), True), **dict.fromkeys(("false", "f", "no", "n", "0"), False)}
_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)0*)?"
    r"( ?(?:Z|UTC|[+-][0-9:]+))?"
)
_GERMAN = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


def meant(type: str, text: str) -> Any:
    """What a text says as a value of the type; None when it is none."""
    if type.startswith("character"):
        return text
    if type == "boolean":
        return _WORDS.get(text.lower())
    if type == "date" or type.startswith("timestamp"):
        time = _moment(text)
        has_zone = time is not None and time.tzinfo is not None
        return time if has_zone == (type == "timestamp with time zone") else None
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _moment(text: str) -> datetime | None:
    if german := _GERMAN.fullmatch(text):
        text = "{2}-{1:0>2}-{0:0>2}".format(*german.groups())
    found = _TIME.fullmatch(text)
    if not found:
        return None
    day, clock, zone = found.groups()
    zone = (zone or "").strip().replace("UTC", "Z")
    try:
        return datetime.fromisoformat(f"{day} {clock or '00:00'}{zone}")
    except ValueError:
        return None


def stored_value(type: str, value: Any) -> Any:
    """A value as the Data API returns it."""
    if value is None or type == "boolean":
        return value
    if type == "date" or type.startswith("timestamp"):
        time = datetime.fromisoformat(str(value))
        return time.astimezone(UTC) if time.tzinfo else time
    if type == "character":
        return str(value).rstrip(" ")
    return str(value) if type.startswith("character") else Decimal(str(value))
