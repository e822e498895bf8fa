"""The SQL of a merge, as pure functions from values to text.

Staged columns are called `c1`, `c2`, ... in the order of the files, the key of a change `k1`, ..., its values `v1`, ...
A pass over all staged rows costs what the files have, a look at the table what the table has: there are two over the
former, a narrow one that finds the newest change of each key and what is rare, and one that takes the rows of those,
and one delete in the latter. Only
changes that are not newer than all merged before are compared with stored ones (`before` is the greatest sequence so
far): when files come in their order, there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from customer_data.columns.types import ColumnType
from customer_data.oracle_schema.names import OPERATION_COLUMN, SEQUENCE_COLUMN
from customer_data.records.parquet_parts import StagedPart
from customer_data.warehouse.plan import NewColumn
from customer_data.warehouse.quoting import identifier, literal
from customer_data.warehouse.sql import table
from customer_data.warehouse.table_name import TableName

SEQUENCE_TYPE = ColumnType("varchar", length=64)
OPERATION_TYPE = ColumnType("varchar", length=1)

#: Digits of a change's sequence.
SEQUENCE_DIGITS = 35
#: Where in `cdp_sequence` that of the change begins, from 1: behind the generation and a point.
CHANGE_AT = 19
#: What is rare in a change: a key that its column would change, that it is none, that it changes the key.
_OTHER_KEY, _NO_CHANGE, _MOVED = 3, 2, 1
#: Digits of a row's place among the staged ones.
_POSITION_DIGITS = 19
#: None is greater.
GREATEST_CHANGE = "9" * SEQUENCE_DIGITS


class Role(Enum):
    """What a statement of the batch means when it fails, or when its rows are counted."""

    OTHER = "other"
    OVERTAKEN = "another run changed the table or its ledger"
    NO_CHANGE = "a row is not what DMS writes of a change"
    TIES = "two changes of a key have one sequence"
    CHANGED_VALUES = "a value would be another one in the table"
    INCOMPLETE = "the full load is not complete"
    COPY = "rows were read"
    DATA = "data are written"
    INSERT = "rows were merged"
    DELETE = "changes deleted their rows"
    UNSEEN_KEYS = "updates do not say what their key was before"
    BLANK_KEYS = "keys end in a blank"


@dataclass(frozen=True)
class Statement:
    sql: str
    role: Role = Role.OTHER


@dataclass(frozen=True)
class Column:
    """A column of the table and the value that it gets: SQL over staged columns, and where that would be another value
    than the file's."""

    name: str
    value: str
    changes: str | None = None


@dataclass(frozen=True)
class KeyColumn:
    """A column of the key: its value, the one before a change of the key (None: files have none), and where either
    would be another one than the file's."""

    name: str
    type: ColumnType
    value: str
    before: str | None
    changes: str | None = None


@dataclass(frozen=True)
class Staging:
    """Rows of some files on their way: `types` are those of their columns, `parts` what COPY reads. `positioned` rows
    begin with their position, and `padded` sequences get zeros in front. `csv` is None for Parquet, else whether it is
    compressed. Values of key columns name
    their table, since they meet columns of others; the rest does not: a wide table has many. `key_columns` are those
    columns as they are staged, which COPY refuses to leave NULL."""

    suffix: str
    types: tuple[ColumnType, ...]
    parts: tuple[StagedPart, ...]
    csv: bool | None
    positioned: bool
    padded: bool
    operation: str
    sequence: str
    key: tuple[KeyColumn, ...]
    columns: tuple[Column, ...]
    key_columns: tuple[str, ...] = ()

    @property
    def staged(self) -> str:
        return identifier(f"__staged_{self.suffix}")

    @property
    def newest(self) -> str:
        return identifier(f"__newest_{self.suffix}")

    @property
    def last(self) -> str:
        return identifier(f"__last_{self.suffix}")

    @property
    def moved(self) -> str:
        return identifier(f"__moved_{self.suffix}")

    @property
    def stored(self) -> str:
        return identifier(f"__stored_{self.suffix}")


@dataclass(frozen=True)
class Target:
    """Where rows go. `kept` are columns of the table that the files lack. `before` is the greatest sequence that was
    merged, `changes_before` that of a change, whatever its generation."""

    name: TableName
    tombstones: TableName
    kept: tuple[str, ...]
    generation: str
    before: str
    changes_before: str
    now: str

    @property
    def prefix(self) -> str:
        """Of the sequences of this generation."""
        return literal(self.generation + ".")


@dataclass(frozen=True)
class _Source:
    """A temporary table with one row a key, and what its rows are in SQL. `made` is the sequence of the last change
    that made the row or deleted it."""

    name: str
    keys: tuple[str, ...]
    sequence: str
    operation: str | None
    values: tuple[tuple[str, str], ...]
    made: str | None = None


def create_tombstones(name: TableName, key: Sequence[KeyColumn]) -> str:
    columns = ", ".join(f"{identifier(column.name)} {column.type.sql}" for column in key)
    return (
        f"CREATE TABLE IF NOT EXISTS {table(name)} ({columns}, {SEQUENCE_COLUMN} {SEQUENCE_TYPE.sql},"
        f" deleted_at TIMESTAMP) DISTSTYLE KEY DISTKEY ({identifier(key[0].name)})"
    )


def primary_key(name: TableName) -> str:
    """The columns of the informational key, in the table's order."""
    return (
        "SELECT a.attname FROM pg_namespace AS s JOIN pg_class AS t ON t.relnamespace = s.oid"
        " JOIN pg_constraint AS c ON c.conrelid = t.oid JOIN pg_attribute AS a"
        " ON a.attrelid = t.oid AND a.attnum = ANY (c.conkey)"
        f" WHERE c.contype = 'p' AND LOWER(s.nspname) = {literal(name.schema.lower())}"
        f" AND LOWER(t.relname) = {literal(name.name.lower())} ORDER BY a.attnum"
    )


def technical_columns(has_key: bool) -> list[NewColumn]:
    sequence = NewColumn(SEQUENCE_COLUMN, SEQUENCE_TYPE)
    return [sequence] if has_key else [sequence, NewColumn(OPERATION_COLUMN, OPERATION_TYPE)]


def copy(staging: Staging, manifest_url: str, role_arn: str) -> list[Statement]:
    """Each column is of the type that its values have in the files, and in their order: COPY casts nothing, and goes by
    place. (Redshift manual, "COPY from columnar data formats".)"""
    required = dict.fromkeys(staging.key_columns, " NOT NULL")
    columns = [f"c{place} {type.sql}{required.get(f'c{place}', '')}" for place, type in enumerate(staging.types, 1)]
    position = ["row_position BIGINT"] if staging.positioned else []
    distribution = f" DISTSTYLE KEY DISTKEY ({staging.key_columns[0]})" if staging.key_columns else ""
    format = "FORMAT AS PARQUET"
    if staging.csv is not None:
        format = "FORMAT AS CSV IGNOREHEADER 1 NULL AS '\\\\N'" + (" GZIP" if staging.csv else "")
    return [
        Statement(f"CREATE TEMP TABLE {staging.staged} ({', '.join([*position, *columns])}){distribution}"),
        Statement(
            f"COPY {staging.staged} FROM {literal(manifest_url)} IAM_ROLE {literal(role_arn)} {format} MANIFEST",
            Role.COPY,
        ),
    ]


def merge_changes(staging: Staging, target: Target) -> list[Statement]:
    if not staging.key:
        return _append_changes(staging, target)
    keys = {column.name: f"k{number}" for number, column in enumerate(staging.key, start=1)}
    values = {column.name: f"v{number}" for number, column in enumerate(staging.columns, start=1)}
    source = _Source(
        staging.last,
        tuple(f"{staging.last}.{key}" for key in keys.values()),
        f"{target.prefix} || {staging.last}.s",
        f"{staging.last}.op",
        tuple((values | keys).items()),
        f"{target.prefix} || {staging.last}.made" if target.kept else None,
    )
    return [
        Statement(_last(staging, keeps=bool(target.kept)), Role.DATA),
        *_guards(staging),
        *(_move(staging) if _has_before(staging) else ()),
        *(_drop_older(source, staging, target) if target.before > f"{target.generation}." else ()),
        *_replace(source, staging, target),
        *_bury(source, staging, target),
    ]


def _guards(staging: Staging) -> list[Statement]:
    keys = _names("k", len(staging.key))
    guards = [_guard(f"FROM {staging.last} WHERE mark = {_NO_CHANGE}", "a row is no change", Role.NO_CHANGE)]
    if not staging.positioned:
        ties = f"FROM (SELECT {keys} FROM {staging.last} GROUP BY {keys} HAVING COUNT(*) > 1) AS ties"
        guards.append(_guard(ties, "ties", Role.TIES))
    if any(column.changes for column in staging.key):  # which may make one key of two, of which one row is left
        rounded = f"FROM {staging.last} WHERE mark = {_OTHER_KEY}"
        guards.append(_guard(rounded, "keys would change", Role.CHANGED_VALUES))
    if any(column.changes for column in staging.columns):
        guards.append(_guard(f"FROM {staging.last} WHERE changes = 1", "values would change", Role.CHANGED_VALUES))
    return guards


def merge_load(staging: Staging, target: Target) -> list[Statement]:
    """Rows of a full load have no sequence of their own. Of a key's rows, which are only several where a file came
    twice, any is right, so that one that is told by its position is."""
    values = tuple((column.name, column.value) for column in staging.columns)
    keys = tuple(column.value for column in staging.key)
    source = _Source(staging.staged, keys, target.prefix, None, values)
    is_load = _guard(
        f"FROM {staging.staged} WHERE {staging.operation} <> 'I' OR {staging.sequence} <> ''",
        "no full load",
        Role.NO_CHANGE,
    )
    changed = _changed_values(staging)
    if not staging.key:
        return [is_load, *changed, *_insert(source, staging, target, "'I'")]
    named = ", ".join(f"{key} AS k{number}" for number, key in enumerate(keys, start=1))
    names = ", ".join(f"k{number}" for number, _ in enumerate(keys, start=1))
    position, greatest = (", row_position", ", MAX(row_position) AS p") if staging.positioned else ("", "")
    newest = (
        f"CREATE TEMP TABLE {staging.newest} DISTSTYLE KEY DISTKEY (k1) AS SELECT {names}{greatest}"
        f" FROM (SELECT {named}{position} FROM {staging.staged}) AS loaded GROUP BY {names}"
    )
    same = " AND ".join(f"{staging.newest}.k{number} = {key}" for number, key in enumerate(keys, start=1))
    once = (
        Statement(f"DELETE FROM {staging.staged} USING {staging.newest} WHERE {same} AND row_position < p")
        if staging.positioned
        else _no_ties(staging, staging.staged)
    )
    older = _drop_older(source, staging, target) if target.before >= target.generation + "." else ()
    return [is_load, *changed, Statement(newest, Role.DATA), once, *older, *_replace(source, staging, target)]


def remarks(staging: Staging, *, has_updates: bool) -> list[Statement]:
    """What no guard stops and yet somebody has to know: each gives a row where it is so."""
    found = []
    if has_updates and staging.key and not _has_before(staging):
        found.append(_any(staging, f"{staging.operation} = 'U'", Role.UNSEEN_KEYS))
    if blank := [_ends_blank(column) for column in staging.key if column.type.name == "varchar"]:
        found.append(_any(staging, " OR ".join(blank), Role.BLANK_KEYS))
    return found


def _ends_blank(column: KeyColumn) -> str:
    """But not because it is a CHAR of Oracle's, which is as long as its column, of four bytes a character or one."""
    value, length = column.value, column.type.length or 0
    return (
        f"(OCTET_LENGTH({value}) > OCTET_LENGTH(RTRIM({value})) AND OCTET_LENGTH({value}) <> {length}"
        f" AND LENGTH({value}) <> {length // 4})"
    )


def _any(staging: Staging, condition: str, role: Role) -> Statement:
    return Statement(f"SELECT 1 FROM {staging.staged} WHERE {condition} LIMIT 1", role)


def complete(target: Target, ledger: TableName, rows: int, *, has_tombstones: bool) -> list[Statement]:
    """Rows that the full load lacks are not in the source."""
    older = f"{SEQUENCE_COLUMN} < {target.prefix}"
    is_complete = (
        f"SELECT CAST(CASE WHEN COALESCE(SUM(rows_read), 0) = {rows} THEN '0' ELSE 'rows are missing' END AS INTEGER)"
        f" FROM {table(ledger)} WHERE status = 'loaded' AND kind = 'load' AND generation = {literal(target.generation)}"
    )
    return [
        Statement(is_complete, Role.INCOMPLETE),
        Statement(f"DELETE FROM {table(target.name)} WHERE {older} OR {SEQUENCE_COLUMN} IS NULL", Role.DATA),
        *([Statement(f"DELETE FROM {table(target.tombstones)} WHERE {older}")] if has_tombstones else []),
    ]


def purge(tombstones: TableName, before: str) -> Statement:
    return Statement(f"DELETE FROM {table(tombstones)} WHERE deleted_at < {literal(before)}")


def greatest_sequence(staging: Staging, target: Target) -> str:
    """Of the changes merged, as a value; NULL where none was newer than what is stored."""
    return f"(SELECT {target.prefix} || MAX(s) FROM {staging.last if staging.key else staging.newest})"


def count_staged(staging: Staging) -> str:
    return f"(SELECT COUNT(*) FROM {staging.staged})"


def latest_commit(staging: Staging, place: int) -> str:
    return f"(SELECT LEFT(CAST(MAX(c{place + 1}) AS VARCHAR(64)), 26) FROM {staging.staged})"


def _sequence(staging: Staging) -> str:
    """NULL where it has no digits or too many."""
    sequence, most = staging.sequence, SEQUENCE_DIGITS
    if not staging.padded:
        return sequence
    return f"CASE WHEN OCTET_LENGTH({sequence}) BETWEEN 1 AND {most} THEN LPAD({sequence}, {most}, '0') END"


def _is_no_change(operation: str, sequence: str) -> str:
    """1 or 0."""
    is_one = f"{operation} IN ('I', 'U', 'D') AND OCTET_LENGTH({sequence}) = {SEQUENCE_DIGITS}"
    return f"CASE WHEN {is_one} THEN 0 ELSE 1 END"


def _events(staging: Staging) -> list[str]:
    """What orders changes, and says what they do to which key. Of two with one sequence the one that is later in its
    file, or in a later one, comes last where that is known."""
    keys = [f"{column.value} AS k{number}" for number, column in enumerate(staging.key, start=1)]
    order = f"COALESCE({_sequence(staging)}, '')"
    if staging.positioned:
        order += f" || LPAD(CAST(row_position AS VARCHAR(19)), {_POSITION_DIGITS}, '0')"
    return [*keys, f"{order} AS t", f"{staging.operation} AS op"]


def _before(staging: Staging) -> list[str]:
    """The keys before a change."""
    before = [f"{column.before} AS b{number}" for number, column in enumerate(staging.key, start=1)]
    return before if _has_before(staging) else []


def _last(staging: Staging, *, keeps: bool) -> str:
    """The last change of each key, with the greatest mark of all its changes: by an aggregation of few columns and a
    join, for ranking them would sort whole rows."""
    named = {column.name for column in staging.key}
    keys, events = range(1, len(staging.key) + 1), _events(staging)
    row = [
        *events,
        *(
            f"{column.value} AS v{number}"
            for number, column in enumerate(staging.columns, start=1)
            if column.name not in named
        ),
    ]
    if conditions := [column.changes for column in staging.columns if column.changes]:
        row.append(_flag(" OR ".join(conditions), "changes"))
    digits = SEQUENCE_DIGITS + (_POSITION_DIGITS if staging.positioned else 0)
    is_moved = _is_moved(len(staging.key)) if _has_before(staging) else None
    mark = f"CASE WHEN {is_moved} THEN {_MOVED} ELSE 0 END" if is_moved else "0"
    is_change = f"op IN ('I', 'U', 'D') AND OCTET_LENGTH(t) = {digits}"
    marks, said = f"WHEN {is_change} THEN {mark} ELSE {_NO_CHANGE} END", [*events, *_before(staging)]
    if other := [column.changes for column in staging.key if column.changes]:
        said.append(_flag(" OR ".join(other), "altered"))
        marks = f"WHEN altered = 1 THEN {_OTHER_KEY} {marks}"
    made, of_key = "", ["MAX(t) AS newest", f"MAX(CASE {marks}) AS mark"]
    if keeps:
        is_made = f"op <> 'U' OR {is_moved}" if is_moved else "op <> 'U'"
        of_key.append(f"LEFT(MAX(CASE WHEN {is_made} THEN t END), {SEQUENCE_DIGITS}) AS made")
        made = ", made"
    grouped = ", ".join(f"k{number} AS n{number}" for number in keys)
    same = " AND ".join(f"k{number} = n{number}" for number in keys)
    return (
        f"CREATE TEMP TABLE {staging.last} DISTSTYLE KEY DISTKEY (k1) AS"
        f" SELECT events.*, LEFT(t, {SEQUENCE_DIGITS}) AS s, mark{made}"
        f" FROM (SELECT {', '.join(row)} FROM {staging.staged}) AS events"
        f" JOIN (SELECT {grouped}, {', '.join(of_key)}"
        f" FROM (SELECT {', '.join(said)} FROM {staging.staged}) AS changes"
        f" GROUP BY {_names('k', len(staging.key))}) AS newest ON {same} AND t = newest"
    )


def _flag(condition: str, name: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END AS {name}"


def _has_before(staging: Staging) -> bool:
    return all(column.before for column in staging.key)


def _is_moved(keys: int) -> str:
    """Not so where a value before is NULL: there is none."""
    numbers = range(1, keys + 1)
    is_there = " AND ".join(f"b{number} IS NOT NULL" for number in numbers)
    differs = " OR ".join(f"b{number} <> k{number}" for number in numbers)
    return f"(({differs}) AND op = 'U' AND {is_there})"


def _move(staging: Staging) -> list[Statement]:
    """A key that a change took away is one without an operation, unless a later change brought it back."""
    keys, before = _names("k", len(staging.key)), _names("b", len(staging.key))
    numbers = range(1, len(staging.key) + 1)
    same = " AND ".join(f"{staging.last}.k{number} = {staging.moved}.b{number}" for number in numbers)
    old = ", ".join(f"{staging.moved}.b{number}" for number in numbers)
    return [
        Statement(
            f"CREATE TEMP TABLE {staging.moved} DISTSTYLE KEY DISTKEY (b1) AS SELECT {before},"
            f" LEFT(MAX(t), {SEQUENCE_DIGITS}) AS s"
            f" FROM (SELECT {', '.join([*_events(staging), *_before(staging)])} FROM {staging.staged}) AS events"
            f" WHERE (SELECT MAX(mark) FROM {staging.last}) = {_MOVED} AND {_is_moved(len(staging.key))}"
            f" GROUP BY {before}"
        ),
        Statement(
            f"DELETE FROM {staging.last} USING {staging.moved} WHERE {same} AND {staging.last}.s < {staging.moved}.s"
        ),
        Statement(
            f"INSERT INTO {staging.last} ({keys}, s) SELECT {old}, {staging.moved}.s FROM {staging.moved}"
            f" LEFT JOIN {staging.last} ON {same} WHERE {staging.last}.k1 IS NULL"
        ),
    ]


def _names(letter: str, count: int) -> str:
    return ", ".join(f"{letter}{number}" for number in range(1, count + 1))


def _no_ties(staging: Staging, of: str) -> Statement:
    return Statement(
        f"SELECT CAST(CASE WHEN COUNT(*) = (SELECT COUNT(*) FROM {staging.newest}) THEN '0' ELSE 'ties' END AS INTEGER)"
        f" FROM {of}",
        Role.TIES,
    )


def _guard(rows: str, failure: str, role: Role) -> Statement:
    return Statement(
        f"SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE {literal(failure)} END AS INTEGER) {rows}", role
    )


def _changed_values(staging: Staging) -> list[Statement]:
    conditions = [column.changes for column in staging.columns if column.changes]
    if not conditions:
        return []
    return [
        _guard(f"FROM {staging.staged} WHERE {' OR '.join(conditions)}", "values would change", Role.CHANGED_VALUES)
    ]


def _drop_older(source: _Source, staging: Staging, target: Target) -> list[Statement]:
    """A change that is older than its stored row, or than its deletion, is no news."""
    dropped = []
    for stored in (target.name, target.tombstones):
        name = identifier(stored.name)
        dropped.append(
            Statement(
                f"DELETE FROM {source.name} USING {table(stored)} WHERE {source.sequence} <= {literal(target.before)}"
                f" AND {_same(name, source, staging)} AND {name}.{SEQUENCE_COLUMN} > {source.sequence}",
                Role.DATA,
            )
        )
    return dropped


def _replace(source: _Source, staging: Staging, target: Target) -> list[Statement]:
    """Out with the stored rows, in with the new ones."""
    name = table(target.name)
    statements = []
    if target.kept:
        statements.append(Statement(_keep(source, staging, target)))
    statements.append(
        Statement(
            f"DELETE FROM {name} USING {source.name} WHERE {_same(identifier(target.name.name), source, staging)}",
            Role.DATA,
        )
    )
    return [*statements, *_insert(source, staging, target, None)]


def _insert(source: _Source, staging: Staging, target: Target, operation: str | None) -> list[Statement]:
    """Where files lack columns of the table, a row that stays has their stored values, any other their defaults."""
    into = {name: value for name, value in source.values} | {SEQUENCE_COLUMN: source.sequence}
    if operation:
        into[OPERATION_COLUMN] = operation
    is_row = f"{source.operation} IN ('I', 'U')" if source.operation else "1 = 1"
    if not target.kept or not staging.key:
        return [Statement(f"{_into(target, into)} FROM {source.name} WHERE {is_row}", Role.INSERT)]
    stored = into | {name: f"s{number}" for number, name in enumerate(target.kept, start=1)}
    is_stored = " AND ".join(f"o{number} = {key}" for number, key in enumerate(source.keys, start=1))
    joined = f"JOIN {staging.stored} ON {is_stored} WHERE {is_row}"
    return [
        Statement(f"{_into(target, stored)} FROM {source.name} {joined}", Role.INSERT),
        Statement(f"{_into(target, into)} FROM {source.name} LEFT {joined} AND o1 IS NULL", Role.INSERT),
    ]


def _into(target: Target, values: dict[str, str]) -> str:
    names = ", ".join(map(identifier, values))
    return f"INSERT INTO {table(target.name)} ({names}) SELECT {', '.join(values.values())}"


def _keep(source: _Source, staging: Staging, target: Target) -> str:
    """What the table has and the files lack, of rows that were not made anew since. Redshift enforces no key: of
    several stored rows the newest is kept."""
    keys = [f"t.{identifier(column.name)}" for column in staging.key]
    names = [f"o{number}" for number, _ in enumerate(keys, start=1)]
    saved = [f"{key} AS {name}" for key, name in zip(keys, names, strict=True)]
    kept = [f"s{number}" for number, _ in enumerate(target.kept, start=1)]
    made = source.made
    stays = f" WHERE {made} IS NULL OR {made} <= t.{SEQUENCE_COLUMN}" if made else ""
    saved += [f"t.{identifier(name)} AS {kept[number]}" for number, name in enumerate(target.kept)]
    return (
        f"CREATE TEMP TABLE {staging.stored} DISTSTYLE KEY DISTKEY (o1) AS SELECT {', '.join([*names, *kept])}"
        f" FROM (SELECT {', '.join(saved)}, ROW_NUMBER() OVER (PARTITION BY {', '.join(keys)}"
        f" ORDER BY t.{SEQUENCE_COLUMN} DESC NULLS LAST) AS place FROM {table(target.name)} AS t"
        f" JOIN {source.name} ON {_same('t', source, staging)}{stays}) AS ranked WHERE place = 1"
    )


def _bury(source: _Source, staging: Staging, target: Target) -> list[Statement]:
    """Keeps what is deleted, so that an older change that comes late cannot bring it back."""
    names = ", ".join(identifier(column.name) for column in staging.key)
    return [
        Statement(
            f"INSERT INTO {table(target.tombstones)} ({names}, {SEQUENCE_COLUMN}, deleted_at)"
            f" SELECT {', '.join(source.keys)}, {source.sequence}, {literal(target.now)}::TIMESTAMP FROM {source.name}"
            " WHERE op = 'D' OR op IS NULL",
            Role.DELETE,
        )
    ]


def _same(stored: str, source: _Source, staging: Staging) -> str:
    pairs = zip(staging.key, source.keys, strict=True)
    return " AND ".join(f"{stored}.{identifier(column.name)} = {key}" for column, key in pairs)


def _append_changes(staging: Staging, target: Target) -> list[Statement]:
    """A table without a key gets every version of a row once: what tells them apart is the sequence of the change."""
    order = _sequence(staging)
    position = ", MAX(row_position) AS p" if staging.positioned else ""
    newest = (
        f"CREATE TEMP TABLE {staging.newest} DISTSTYLE KEY DISTKEY (s) AS SELECT {order} AS s,"
        f" MAX({_is_no_change(staging.operation, order)}) AS unfit{position} FROM {staging.staged} GROUP BY 1"
    )
    once = (
        Statement(f"DELETE FROM {staging.staged} USING {staging.newest} WHERE {order} = s AND row_position < p")
        if staging.positioned
        else _no_ties(staging, staging.staged)
    )
    values = tuple((column.name, column.value) for column in staging.columns)
    source = _Source(staging.staged, (), f"{target.prefix} || {order}", staging.operation, values)
    into = dict(values) | {SEQUENCE_COLUMN: source.sequence, OPERATION_COLUMN: staging.operation}
    merged = target.changes_before
    again = Statement(
        f"DELETE FROM {table(target.name)} USING {staging.newest} WHERE {staging.newest}.s <= {literal(merged)}"
        f" AND SUBSTRING({identifier(target.name.name)}.{SEQUENCE_COLUMN}, {CHANGE_AT}) = {staging.newest}.s",
        Role.DATA,
    )
    return [
        Statement(newest, Role.DATA),
        _guard(f"FROM {staging.newest} WHERE unfit = 1", "a row is no change", Role.NO_CHANGE),
        once,
        *_changed_values(staging),
        *([again] if merged else []),
        Statement(f"{_into(target, into)} FROM {staging.staged}", Role.INSERT),
    ]
