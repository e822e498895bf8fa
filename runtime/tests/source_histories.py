"""Random histories of a source that is a database: transactions of several writers, and what DMS and S3 may do to them.

Operations are numbers; what one does depends on what the source has by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

_WIDEST = Decimal("9" * 38)
_LOWEST = _WIDEST.copy_negate()  # an operator would round it
_WORDS = [
    "Ada",
    " ",
    "blank at the end  ",
    "",
    None,
    'quo"te, comma',
    "line\nbreak",
    "\\N",
    "NULL",
    "\\",
    "𝄞" * 1000,
    "ß'%_",
]
_DAYS = [
    datetime(1, 1, 1),
    datetime(9999, 12, 31, 23, 59, 59),
    datetime(1582, 10, 4),
    datetime(1582, 10, 15),
    datetime(1899, 12, 31, 23, 59, 59),
    datetime(2024, 2, 29, 12),
    None,
]
_MOMENTS = [*_DAYS, datetime(9999, 12, 31, 23, 59, 59, 999999), datetime(1, 1, 1, 0, 0, 0, 1)]
_CLOBS = ["", None, "short", "𝄞\n" * 3000, "x" * 60_000, "  "]
_FLOATS = [0.0, 1.7976931348623157e308, -2.2250738585072014e-308, 0.1, None]


@dataclass(frozen=True)
class Column:
    """`values` are those that an operation may write; of a key all that there are."""

    name: str
    type: str
    values: list[Any]


@dataclass(frozen=True)
class SourceTable:
    """`key` are the first so many columns; none: the table has no key, and rows are found by the first."""

    name: str
    key: int
    columns: tuple[Column, ...]

    @property
    def ddl(self) -> str:
        columns = [f'"{column.name}" {column.type}' for column in self.columns]
        names = ", ".join(f'"{column.name}"' for column in self.columns[: self.key])
        return (
            f'CREATE TABLE "CRM"."{self.name}" ({", ".join(columns + ([f"PRIMARY KEY ({names})"] if names else []))})'
        )


CUSTOMERS = SourceTable(
    "CUSTOMERS",
    1,
    (
        Column("ID", "numeric(10)", [*range(1, 6), 9_999_999_999]),
        Column("NAME", "varchar(40)", _WORDS[:10]),
        Column("AGE", "numeric(3)", [0, -999, 42, None]),
    ),
)
EXTRA = Column("EXTRA", "numeric(12, 2)", [Decimal("0.01"), Decimal("-9999999999.99"), None])
ORDER_LINES = SourceTable(
    "ORDER_LINES",
    2,
    (
        Column("ORDER_ID", "numeric(38)", [1, _WIDEST, _LOWEST]),
        Column("LINE", "varchar(10)", ["a", "B", "𝄞"]),
        Column("AMOUNT", "numeric(38, 10)", [Decimal("1E-10"), Decimal("9" * 28 + "." + "9" * 10), Decimal(-1), None]),
        Column("CODE", "char(5)", ["a", "a b", "abcde", None]),
    ),
)
ALL_TYPES = SourceTable(
    "ALL_TYPES",
    1,
    (
        Column("ID", "numeric(10)", [1, 2, 3]),
        Column("WIDE", "numeric(38)", [_WIDEST, _LOWEST, 0, None]),
        Column("FINE", "numeric(38, 37)", [Decimal("9." + "9" * 37), Decimal("1E-37"), None]),
        Column("PART", "numeric(38, 38)", [Decimal("0." + "9" * 37), Decimal("-1E-37"), None]),
        Column("BARE", "numeric", [Decimal("9" * 28 + "." + "9" * 10), Decimal("-1E-10"), 7, None]),
        Column("TINY", "numeric(2)", [99, -99, None]),
        Column("HALF", "numeric(9)", [999_999_999, -999_999_999, None]),
        Column("SMALL", "numeric(5, 5)", [Decimal("0.99999"), Decimal("-0.00001"), None]),
        Column("ROUNDED", "numeric(5, -2)", [9_999_900, -100, None]),
        Column("WORDS", "varchar(4000)", _WORDS),
        Column("FIXED", "char(10)", ["", "a", "ten signs!", "𝄞", None]),
        Column("DAY", "timestamp(0)", _DAYS),
        Column("MOMENT", "timestamp(6)", _MOMENTS),
        Column("ZONED", "timestamptz", [each and each.replace(tzinfo=UTC) for each in _MOMENTS]),
        Column("DOUBLE", "double precision", _FLOATS),
        Column("SINGLE", "real", [0.0, 3.4028234663852886e38, -1.5, None]),
        Column("FLOATING", "oracle_catalog.float", _FLOATS),
        Column("NOTES", "text", _CLOBS),
        Column("NATIONAL", "oracle_catalog.nclob", _CLOBS),
        Column("OLD_NOTES", "oracle_catalog.long", _CLOBS),
        Column("PICTURE", "bytea", [b"\x00\xff\\x", bytes(30_000), None]),
        Column("TOKEN", "oracle_catalog.raw", [bytes(range(256)), b"\x00", None]),
    ),
)
EVENTS = SourceTable(
    "EVENTS",
    0,
    (
        Column("KIND", "numeric(4)", [1, 2, 3]),
        Column("WORDS", "varchar(40)", _WORDS[:9]),
        Column("AT", "timestamp(6)", _MOMENTS),
    ),
)
TABLES = {table.name: table for table in (CUSTOMERS, ORDER_LINES, ALL_TYPES, EVENTS)}


@dataclass(frozen=True)
class Operation:
    """On a table, by number: `what` is done to the row of `key`, with values of `seed`."""

    table: int
    what: str
    key: int
    seed: int


@dataclass(frozen=True)
class Work:
    """A writer's operations, and how its transaction ends; an open one goes on with the writer's next work."""

    writer: int
    operations: tuple[Operation, ...]
    ends: str


@dataclass(frozen=True)
class Batch:
    """DMS takes up what was committed and writes it."""


@dataclass(frozen=True)
class Switch:
    """A fault of the files is turned on or off."""

    fault: str
    on: bool


@dataclass(frozen=True)
class Restart:
    """The replication is stopped and resumed, so many batches back."""

    overlap: int


@dataclass(frozen=True)
class NewTask:
    """All tables are loaded again, by a new run; `meanwhile` is committed after the load has begun."""

    meanwhile: tuple[Operation, ...]


@dataclass(frozen=True)
class Reload:
    """The running replication loads a table again, which was truncated just before or not."""

    table: int
    truncated: bool


@dataclass(frozen=True)
class Watch:
    """The replication's watch looks at DMS's statistics, and notes loads that are complete."""


@dataclass(frozen=True)
class AddColumn:
    """The source's first table gets another column."""


@dataclass(frozen=True)
class Run:
    """A merge of a share (quarters) of the files whose events are there, in any order, some of them `again`. At step
    `kill` it is killed, `after` the step or before; what was in its manifest is merged with the next run."""

    share: int
    seed: int
    again: bool
    kill: int | None
    after: bool


Step = Work | Batch | Switch | Restart | NewTask | Reload | Watch | AddColumn | Run


@dataclass(frozen=True)
class History:
    """`faults` are on all the time: they change the numbers of changes, which the same change always has."""

    tables: tuple[str, ...]
    format: str
    faults: tuple[str, ...]
    steps: tuple[Step, ...]


_seed = st.integers(0, 2**16)
_table = st.integers(0, 1)
_WHAT = ["put", "put", "put", "change", "delete", "move", "sweep"]
_operation = st.builds(Operation, _table, st.sampled_from(_WHAT), st.integers(0, 8), _seed)
_operations = st.lists(_operation, min_size=1, max_size=6).map(tuple)
_work = st.builds(Work, st.integers(0, 1), _operations, st.sampled_from(["commit", "commit", "open", "rollback"]))
_kill = st.none() | st.integers(1, 25)
_run = st.builds(Run, st.integers(1, 4), _seed, st.booleans(), _kill, st.booleans())
_reload = st.builds(Reload, _table, st.booleans())
_rare: st.SearchStrategy[Step] = st.one_of(
    st.builds(Switch, st.sampled_from(["files-twice", "copies", "out-of-order", "late"]), st.booleans()),
    st.builds(Restart, st.sampled_from([0, 1, 3, 20])),
    st.builds(NewTask, st.lists(_operation, max_size=3).map(tuple)),
    _reload,
    _reload,
)
_step: st.SearchStrategy[Step] = st.one_of(
    _work, _work, _work, st.builds(Batch), st.builds(Batch), _run, _run, st.builds(Watch), _rare, _rare
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    steps = draw(st.lists(_step, min_size=10, max_size=24))
    if draw(st.booleans()):
        steps.insert(draw(st.integers(0, len(steps))), AddColumn())
    tables = draw(st.lists(st.sampled_from(list(TABLES)), min_size=1, max_size=2, unique=True))
    numbering = st.lists(st.sampled_from(["lob-gap", "same-second", "equal-sequences"]), unique=True, max_size=2)
    return History(
        tuple(tables), draw(st.sampled_from(["parquet", "parquet", "csv"])), tuple(draw(numbering)), tuple(steps)
    )
