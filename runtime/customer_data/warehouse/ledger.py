"""The table `<table>__loads`: what became of each write of each object. A file with a row here is finished."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from customer_data.errors import TransientWarehouseError, WarehouseError
from customer_data.files.manifest import SourceFile
from customer_data.files.write_order import CLOCK_TOLERANCE, Write, loaded_as, moment, padded, written_after
from customer_data.warehouse import sql
from customer_data.warehouse.catalog import ensure_table
from customer_data.warehouse.data_api import DataApi, Value, at_once, retrying
from customer_data.warehouse.quoting import literal
from customer_data.warehouse.table_name import TableName

_COLUMNS = (
    ("load_id", "VARCHAR(64)"),
    ("bucket", "VARCHAR(63)"),
    ("object_key", "VARCHAR(1024)"),
    ("version_id", "VARCHAR(1024)"),
    ("sequencer", "VARCHAR(64)"),
    ("etag", "VARCHAR(128)"),
    ("event_time", "TIMESTAMPTZ"),
    ("status", "VARCHAR(16)"),
    ("reason", "VARCHAR(4096)"),
    ("rows_read", "BIGINT"),
    ("rows_loaded", "BIGINT"),
    ("rows_rejected", "BIGINT"),
    ("columns_added", "VARCHAR(65535)"),
    ("header_map", "VARCHAR(65535)"),
    ("run_id", "VARCHAR(255)"),
    ("finished_at", "TIMESTAMPTZ"),
)

#: Two of these literals fit in a statement beside the rest of a row.
_MAX_LITERAL_BYTES = 30_000


#: Columns that the ledger of one kind of pipeline has beside those of all, with their types.
MoreColumns = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class LedgerRow:
    """What became of one file. `status` is loaded, failed or superseded; `header_map` goes from header to column.
    `more` are values of columns that only this kind of pipeline has, the same columns in all rows."""

    file: SourceFile
    status: str
    run_id: str
    finished_at: datetime
    reason: str | None = None
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    columns_added: tuple[str, ...] = ()
    header_map: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class LedgerView:
    """The ledger as far as it concerns some files."""

    status_of: Mapping[str, str]
    loaded_writes: Mapping[tuple[str, str], Sequence[tuple[Write, datetime]]]

    def status(self, file: SourceFile) -> str | None:
        return self.status_of.get(file.load_id)

    def superseded_by(self, file: SourceFile) -> str | None:
        """Which loaded write of the same key leaves nothing to load, in words; see `loaded_as`, `written_after`."""
        ours = Write.of(file)
        writes = self.loaded_writes.get((file.bucket, file.key), ())
        if any(loaded_as(theirs, finished_at, ours) for theirs, finished_at in writes):
            return "the same write is already loaded"
        if any(written_after(theirs, ours) for theirs, _ in writes):
            return "a newer write of the same key is already loaded"
        return None


class Ledger:
    """The ledger of one table. Where a failed file may be tried again, the row of its failure is `replaced`."""

    def __init__(
        self, warehouse: DataApi, table: TableName, more: MoreColumns = (), *, replaced: str | None = None
    ) -> None:
        self._warehouse = warehouse
        self._more = more
        self._replaced = replaced
        self.name = TableName(table.schema, f"{table.name}__loads")

    def ensure(self) -> None:
        """Makes the ledger when there is none."""
        ensure_table(self._warehouse, self.name, create(self.name, self._more))

    def read(self, files: Sequence[SourceFile]) -> LedgerView:
        """What the ledger says of the files and of other writes of their keys."""
        status_of: dict[str, str] = {}
        loaded_writes: dict[tuple[str, str], list[tuple[Write, datetime]]] = defaultdict(list)
        queries = [*read_by_id(self.name, files), *read_by_key(self.name, files)]
        for rows in at_once(*(partial(self._query, query) for query in queries)) if queries else ():
            for load_id, status, bucket, key, version_id, sequencer, etag, event_time, finished_at in rows:
                status_of[str(load_id)] = str(status)
                if status == "loaded":
                    version = str(version_id) if version_id else None
                    write = Write(str(sequencer), moment(str(event_time)), version, str(etag))
                    loaded_writes[str(bucket), str(key)].append((write, moment(str(finished_at))))
        return LedgerView(status_of, loaded_writes)

    def record(self, result: LedgerRow) -> None:
        """Writes the row of a file that loads nothing (failed, superseded); a row that is already there stays, unless
        it is one to be replaced."""
        retrying(lambda: self._record(result))

    def inserted_once(self, rows: Sequence[LedgerRow]) -> list[str]:
        """The statements that write the rows and fail where a file has one that stays."""
        replaced = [delete(self.name, rows, self._replaced)] if self._replaced else []
        return [*replaced, *insert(self.name, rows), once_guard(self.name, rows)]

    def _record(self, row: LedgerRow) -> None:
        try:
            self._warehouse.batch([sql.lock(self.name), *self.inserted_once([row])])
        except TransientWarehouseError:
            raise
        except WarehouseError:
            if self.read([row.file]).status(row.file) is None:
                raise

    def _query(self, query: str) -> list[tuple[Value, ...]]:
        return retrying(lambda: self._warehouse.query(query))


def create(name: TableName, more: MoreColumns = ()) -> str:
    columns = ",\n  ".join(f"{column} {column_type}" for column, column_type in (*_COLUMNS, *more))
    return f"CREATE TABLE IF NOT EXISTS {sql.table(name)} (\n  {columns}\n) SORTKEY (load_id)"


def read_by_id(name: TableName, files: Iterable[SourceFile]) -> list[str]:
    """What became of the files."""
    chunks = sql.in_chunks(literal(file.load_id) for file in files)
    return [f"{_read(name)} WHERE load_id IN ({', '.join(ids)})" for ids in chunks]


def read_by_key(name: TableName, files: Iterable[SourceFile]) -> list[str]:
    """Which writes of the files' keys are loaded."""
    chunks = sql.in_chunks({literal(file.key): None for file in files})
    return [f"{_read(name)} WHERE status = 'loaded' AND object_key IN ({', '.join(keys)})" for keys in chunks]


def _read(name: TableName) -> str:
    return (
        "SELECT load_id, status, bucket, object_key, version_id, sequencer, etag, event_time, finished_at"
        f" FROM {sql.table(name)}"
    )


def insert(name: TableName, rows: Sequence[LedgerRow]) -> list[str]:
    """The INSERT statements of the rows, each short enough to submit."""
    columns = [*(column for column, _ in _COLUMNS), *rows[0].more]
    into = f"INSERT INTO {sql.table(name)} ({', '.join(columns)}) VALUES "
    return [into + ", ".join(chunk) for chunk in sql.in_chunks(map(_values, rows), limit=90_000)]


def delete(name: TableName, rows: Sequence[LedgerRow], status: str) -> str:
    """Takes the rows of the files out that have the status."""
    return f"DELETE FROM {sql.table(name)} WHERE status = {literal(status)} AND load_id IN ({_ids(rows)})"


def update(name: TableName, load_ids: Sequence[str], values: Mapping[str, str]) -> str:
    """Sets columns of the files' rows to values in SQL."""
    assigned = ", ".join(f"{column} = {value}" for column, value in values.items())
    return f"UPDATE {sql.table(name)} SET {assigned} WHERE load_id IN ({', '.join(map(literal, load_ids))})"


def guarded_insert(name: TableName, rows: Sequence[LedgerRow]) -> list[str]:
    """For the load's transaction: the rows, and the guards that a write is loaded once and never after a newer one."""
    return [*insert(name, rows), once_guard(name, rows), newest_guard(name, rows)]


def once_guard(name: TableName, rows: Sequence[LedgerRow]) -> str:
    return (
        f"SELECT CAST(CASE WHEN COUNT(*) = {len(rows)} THEN '0' ELSE 'a file is already loaded' END AS INTEGER)"
        f" FROM {sql.table(name)} WHERE load_id IN ({_ids(rows)})"
    )


def newest_guard(name: TableName, rows: Sequence[LedgerRow]) -> str:
    """`written_after` and `loaded_as`, as SQL."""
    tolerance = f"INTERVAL '{CLOCK_TOLERANCE.seconds} seconds'"
    return (
        "SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'this or a newer write is already loaded' END AS INTEGER)"
        f" FROM {sql.table(name)} AS ours JOIN {sql.table(name)} AS theirs"
        " ON theirs.bucket = ours.bucket AND theirs.object_key = ours.object_key"
        f" WHERE ours.load_id IN ({_ids(rows)}) AND theirs.load_id NOT IN ({_ids(rows)}) AND theirs.status = 'loaded'"
        " AND ((ours.sequencer <> '' AND theirs.sequencer <> '' AND theirs.sequencer > ours.sequencer)"
        " OR ((ours.sequencer = '' OR theirs.sequencer = '') AND (theirs.event_time > ours.event_time"
        " OR (theirs.version_id IS NULL AND ours.version_id IS NULL AND theirs.etag = ours.etag"
        f" AND ((ours.sequencer = '' AND theirs.event_time >= ours.event_time - {tolerance})"
        f" OR (ours.sequencer <> '' AND ours.event_time >= theirs.event_time - {tolerance}"
        " AND ours.event_time <= theirs.finished_at))))))"
    )


def timestamp(time: datetime) -> str:
    """A TIMESTAMPTZ literal's content, in the notation that every session reads alike."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")


def to_json(value: object) -> str:
    """Without `\\u` escapes: each backslash costs a dozen bytes in a literal."""
    return json.dumps(value, ensure_ascii=False)


def _ids(rows: Sequence[LedgerRow]) -> str:
    return ", ".join(literal(row.file.load_id) for row in rows)


def _values(row: LedgerRow) -> str:
    file = row.file
    values: tuple[str | int | None, ...] = (
        file.load_id,
        file.bucket,
        file.key,
        file.version_id,
        padded(file.sequencer),
        file.etag,
        timestamp(moment(file.event_time)),
        row.status,
        None if row.reason is None else cut(row.reason, 4096),
        row.rows_read,
        row.rows_loaded,
        row.rows_rejected,
        _fitting(row.columns_added),
        _fitting_map(row.header_map),
        row.run_id,
        timestamp(row.finished_at),
        *row.more.values(),
    )
    return f"({', '.join(map(literal, values))})"


def cut(text: str, max_bytes: int) -> str:
    """The text, or as much of it as fits, with a mark that something is missing."""
    if len(text.encode()) <= max_bytes:
        return text
    return text.encode()[: max_bytes - len("…".encode())].decode(errors="ignore") + "…"


def _fitting(names: Sequence[str]) -> str:
    """The names, or their number where they are too many for the ledger: the log has them all."""
    return _first_fitting(list(names), [f"… {len(names)} columns"])


def _fitting_map(header_map: Mapping[str, str]) -> str:
    """The map, or what it changes, or the number of its entries."""
    changed = {header: name for header, name in header_map.items() if header != name}
    return _first_fitting(dict(header_map), changed, {"…": f"{len(header_map)} headers"})


def _first_fitting(*values: object) -> str:
    """As JSON, the first value that fits the ledger, measured as the statement has it; the last one always does."""
    candidates = map(to_json, values)
    return next(text for text in candidates if len(literal(text).encode()) <= _MAX_LITERAL_BYTES)
