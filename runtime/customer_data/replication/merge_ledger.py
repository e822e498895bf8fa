"""The ledger of a replicated table, and what it remembers for the next batch.

Each file's row has its kind, the time in its name (or the start of its full load), the generation that it was merged
in, and the greatest sequence of its batch. The greatest of all is the mark that newer changes are above; where the
ledger was lost, the table's own rows give it.
"""

from __future__ import annotations

from dataclasses import dataclass

from customer_data.files.manifest import SourceFile
from customer_data.replication.dms_files import DmsFile, Kind, SourceTable, by_table
from customer_data.replication.generations import NO_LOAD, Course, Known, LoadedFile
from customer_data.replication.merge_sql import CHANGE_AT
from customer_data.warehouse.data_api import DataApi, retrying
from customer_data.warehouse.ledger import update
from customer_data.warehouse.quoting import literal
from customer_data.warehouse.sql import table
from customer_data.warehouse.table_name import TableName


@dataclass(frozen=True)
class State:
    """What the ledger says of all files merged so far: their number, by which a run sees that another was faster, the
    greatest sequence and that of a change in any generation ('' for none), and the loads. `is_hidden` says that the
    newest load may hide changes that were merged before it came. `other_key` is that of a file of another source."""

    files: int
    last_sequence: str
    last_change: str
    known: Known
    is_hidden: bool = False
    other_key: str | None = None


def read_state(warehouse: DataApi, ledger: TableName, source: SourceTable) -> State:
    """In one query, since each takes its time: a row for all files, and one for each of a full load and its end."""
    name, is_loaded = table(ledger), "status = 'loaded'"
    newest = f"(SELECT MAX(generation) FROM {name} WHERE {is_loaded})"
    first = f"(SELECT MIN(file_time) FROM {name} WHERE {is_loaded} AND kind = 'changes' AND generation = {newest})"
    hidden = (
        f"(SELECT COUNT(*) FROM {name} WHERE {is_loaded} AND kind = 'changes' AND generation < {newest}"
        f" AND file_time >= {newest})"
    )
    ours = literal(f"/{source.schema}/{source.name}/")
    query = (
        f"SELECT 'all' AS kind, '' AS object_key, MAX(generation) AS generation, {first} AS file_time,"
        f" COUNT(*) AS files, MAX(last_sequence) AS last_sequence,"
        f" MAX(SUBSTRING(last_sequence, {CHANGE_AT})) AS change, {hidden} AS hidden,"
        f" MIN(CASE WHEN STRPOS(object_key, {ours}) = 0 THEN object_key END) AS other FROM {name} WHERE {is_loaded}"
        " UNION ALL SELECT kind, object_key, generation, file_time, rows_read, NULL, NULL, 0, NULL"
        f" FROM {name} WHERE {is_loaded} AND kind IN ('load', 'complete')"
    )
    files, last_sequence, last_change, generation, first_change = 0, "", "", NO_LOAD, None
    is_hidden, other_key = False, None
    loads, complete = [], {}
    for kind, key, of, time, number, last, change, older, other in retrying(lambda: warehouse.query(query)):
        if kind == "all":
            files, generation = int(number or 0), str(of or NO_LOAD)
            last_sequence, last_change = str(last or ""), str(change or "")
            first_change = str(time) if time else None
            is_hidden = bool(int(older or 0))
            other_key = str(other) if other else None
        elif kind == Kind.COMPLETE:
            complete[str(of)] = str(time or "")
        else:
            loads.append(LoadedFile(str(key), str(of), str(time or ""), int(number or 0)))
    known = Known(generation, first_change, tuple(loads), complete)
    return State(files, last_sequence, last_change, known, is_hidden, other_key)


def unchanged_guard(ledger: TableName, state: State, ours: list[str]) -> str:
    """Fails when another run has merged a file since the state was read."""
    others = f" AND load_id NOT IN ({', '.join(map(literal, ours))})" if ours else ""
    return (
        f"SELECT CAST(CASE WHEN COUNT(*) = {state.files} THEN '0' ELSE 'another run merged files' END AS INTEGER)"
        f" FROM {table(ledger)} WHERE status = 'loaded'{others}"
    )


def changes_after(warehouse: DataApi, ledger: TableName, plan: Course, prefix: str) -> list[DmsFile]:
    """The files of changes that were merged before the full load of the plan came, and are newer than it."""
    query = (
        f"SELECT load_id, bucket, object_key, version_id, etag, sequencer, event_time FROM {table(ledger)}"
        f" WHERE status = 'loaded' AND kind = 'changes' AND generation < {literal(plan.generation)}"
        f" AND file_time >= {literal(plan.begun)}"
    )
    files = [
        SourceFile(
            str(load_id), str(bucket), str(key), str(version) if version else None, str(etag), 0,
            str(sequencer) or None, str(event_time),
        )
        for load_id, bucket, key, version, etag, sequencer, event_time in retrying(lambda: warehouse.query(query))
    ]  # fmt: skip
    found, _ = by_table(files, prefix)
    return [file for each in found.values() for file in each]


def move_to_generation(ledger: TableName, load_ids: list[str], generation: str) -> str:
    return update(ledger, load_ids, {"generation": literal(generation)})


def measure(target: TableName, ledger: TableName, generation: str, load_ids: list[str]) -> str:
    """The rows of the table, those of the full load that are merged, and the last commit of the files."""
    of_load = f"status = 'loaded' AND kind = 'load' AND generation = {literal(generation)}"
    ids = ", ".join(map(literal, load_ids))
    return (
        f"SELECT (SELECT COUNT(*) FROM {table(target)}),"
        f" (SELECT COALESCE(SUM(rows_read), 0) FROM {table(ledger)} WHERE {of_load}),"
        f" (SELECT MAX(last_commit) FROM {table(ledger)} WHERE load_id IN ({ids}))"
    )


def state_key(pipeline: str, table: SourceTable) -> str:
    return f"state/{pipeline}/{table.schema}/{table.name}.json"
