"""What a running replication does: a full load from one snapshot of the source, then its changes in batches.

One engine is one run; what lasts longer is in `Progress`.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from botocore.exceptions import ClientError
from psycopg import IsolationLevel, sql
from psycopg.types.string import TextLoader

from local.dms import statistics
from local.dms.errors import ReplicationError, connection_failure
from local.dms.faults import Faults
from local.dms.files import write
from local.dms.mappings import TableMappings, parse_mappings
from local.dms.pgoutput import Change, Definition, Relation, Transaction, Values
from local.dms.settings import S3Settings, TaskSettings, parse_s3_settings, parse_source_settings, parse_task_settings
from local.dms.slot import Position, Slot, create_slot
from local.dms.statistics import TableStatistics
from local.dms.tables import Row, Table, TableReader
from local.dms.target import File, Target, next_file_time
from local.identity.arns import find_secret_arn
from local.identity.credentials import require_trust
from local.process.context import REGION, CloudContext

POLL_SECONDS = 0.05
CONNECT_SECONDS = 5
_ROWS_AT_ONCE = 2000

TableName = tuple[str, str]


@dataclass(frozen=True)
class Job:
    """What a replication is to do, as its configuration and endpoints have it when it starts."""

    kind: str
    """full-load, cdc, or full-load-and-cdc"""
    mappings: str
    settings: str | None
    source: Mapping[str, Any]
    target: Mapping[str, Any]

    @property
    def loads(self) -> bool:
        return self.kind != "cdc"

    @property
    def captures(self) -> bool:
        return self.kind != "full-load"


@dataclass
class Progress:
    """What a replication keeps from run to run."""

    slot_name: str
    slot: Slot | None = None
    connection: Mapping[str, Any] | None = None
    last_file: datetime | None = None
    task_started: datetime = field(default_factory=lambda: datetime.now(UTC))
    tables: dict[TableName, TableStatistics] = field(default_factory=dict)
    first_columns: dict[TableName, frozenset[str]] = field(default_factory=dict)

    loaded: set[TableName] = field(default_factory=set)
    """Tables that need no full load any more, whatever is counted."""

    def forget(self) -> None:
        """All counts are lost."""
        self.tables = {}

    def of(self, name: TableName) -> TableStatistics:
        return self.tables.setdefault(name, TableStatistics(*name))


class Engine:
    def __init__(
        self, context: CloudContext, job: Job, progress: Progress, faults: Faults, stopping: threading.Event
    ) -> None:
        self._context = context
        self._job = job
        self._progress = progress
        self._faults = faults
        self._stopping = stopping
        self._reloads: list[TableName] = []
        self._reloads_lock = threading.Lock()
        self._buffered: dict[TableName, tuple[Table, list[Row]]] = {}
        self._buffered_bytes = 0
        self._buffered_since = 0.0
        self._tables: dict[Relation, Table] = {}
        self._walsender: psycopg.Connection[Any] | None = None
        self.is_running = False
        self._closing = contextlib.ExitStack()

    def configure(self) -> None:
        """Raises ReplicationError for settings that DMS refuses, or that only DMS obeys."""
        self._mappings: TableMappings = parse_mappings(self._job.mappings)
        self._task: TaskSettings = parse_task_settings(self._job.settings)
        self._s3: S3Settings = parse_s3_settings(self._job.target.get("S3Settings") or {})
        self._source_settings = parse_source_settings(self._job.source, self._task)

    def connect(self) -> None:
        """Tries both endpoints, with the rights of their roles. Raises ReplicationError."""
        self._progress.connection = source_connection(self._context, self._job.source)
        self._connection = self._closing.enter_context(self._connected())
        self._target = make_target(self._context, self._s3, self._faults)
        self._target.test()

    def find_tables(self) -> None:
        self._reader = TableReader(
            self._connection, self._mappings, self._source_settings, with_lobs=self._task.large_objects
        )
        self._selected = self._reader.selected()
        if not self._selected and self._task.needs_tables:
            raise ReplicationError(
                "No tables were found at task initialization. Either the selected table(s) or schemas(s) no longer"
                " exist or no match was found for the table selection pattern(s)."
            )

    def start(self, *, fresh: bool) -> None:
        """From the beginning, or where the last run ended."""
        progress = self._progress
        self._snapshot: str | None = None
        if fresh:
            progress.tables.clear()
            progress.loaded.clear()
            progress.first_columns.clear()
            progress.task_started = datetime.now(UTC)
            if self._job.captures:
                self._create_slot()
        elif progress.slot and self._faults["overlap"]:
            progress.slot.go_back(self._connection, self._faults["overlap"])
        for name in self._selected:
            counts = progress.of(name)
            if not self._job.loads or name in progress.loaded:
                counts.state = statistics.COMPLETED
        if progress.slot:
            self._read_to = progress.slot.position
        self._log_place: int | None = None

    def replicate(self) -> str:
        """Runs until it is stopped, or done; returns the reason why it stopped."""
        self.is_running = True
        if self._job.loads:
            self.full_load()
        if not self._job.captures:
            return "Stop Reason NORMAL" if self._stopping.is_set() else "Stop Reason FULL_LOAD_ONLY_FINISHED"
        while not self._stopping.is_set():
            if not self.step():
                self._stopping.wait(POLL_SECONDS)
        self.finish()
        return "Stop Reason NORMAL"

    def step(self) -> bool:
        """Loads what is to be loaded again, takes up what was committed and writes it when it is time; whether there is
        more of it."""
        self._reload_what_was_asked()
        self._target.release()
        more = self._read()
        if more or self._is_due():
            self._flush()
        return more

    def finish(self) -> None:
        """Writes all that is left."""
        self._flush()
        self._target.finish()

    def reload(self, names: Sequence[TableName]) -> None:
        """Loads tables again, soon. Raises LookupError for one that is not replicated."""
        unknown = [f"{schema}.{table}" for schema, table in names if (schema, table) not in self._progress.tables]
        if unknown:
            raise LookupError(f"not replicated: {', '.join(unknown)}")
        for name in names:
            self._progress.of(name).state = statistics.RELOADING
        with self._reloads_lock:
            self._reloads += names

    def interrupt(self) -> None:
        """Ends the wait for transactions of the source, which a start may take as long as they do."""
        if self._walsender:
            self._walsender.cancel()

    def close(self) -> None:
        self._closing.close()

    # The full load

    def full_load(self) -> None:
        waiting = [name for name in self._selected if name not in self._progress.loaded]
        if not waiting:
            return
        with self._loading_connection() as connection:
            for name in waiting:
                if self._stopping.is_set():
                    return
                self._load(connection, name)

    @contextlib.contextmanager
    def _loading_connection(self) -> Iterator[psycopg.Connection[Any]]:
        """One transaction, at the snapshot of a new slot where there is one."""
        with self._connected(autocommit=False) as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            for known in connection.adapters.types:
                connection.adapters.register_loader(known.oid, TextLoader)
            if self._snapshot:
                connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(self._snapshot)))
                self._snapshot = None
            yield connection

    def _load(self, connection: psycopg.Connection[Any], name: TableName, *, again: bool = False) -> None:
        counts = self._progress.of(name)
        counts.state = statistics.RELOADING if again else statistics.FULL_LOAD
        counts.full_load_rows, counts.reloaded = 0, again
        counts.full_load_started, counts.full_load_ended = datetime.now(UTC), None
        try:
            table = self._reader.table(*name)
            if self._task.prepares != "DO_NOTHING":
                self._target.clear(*name)
            for number, rows in enumerate(self._files(self._rows(connection, table)), start=1):
                if self._stopping.is_set():
                    return
                body = self._written(table, rows, is_full_load=True)
                self._target.put_load(self._target.load_key(table, number), body)
                counts.full_load_rows += len(rows)
                counts.touch()
        except psycopg.Error as error:
            counts.state = statistics.ERROR
            raise ReplicationError(f"Failed to load table '{name[0]}'.'{name[1]}': {str(error).strip()}") from error
        counts.state, counts.full_load_ended = statistics.COMPLETED, datetime.now(UTC)
        self._progress.loaded.add(name)
        counts.touch()

    def _rows(self, connection: psycopg.Connection[Any], table: Table) -> Iterator[Row]:
        names = [column.name for column in table.columns]
        query = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, names)),
            sql.Identifier(table.schema, table.name),
        )
        with connection.cursor(f"load_{id(table)}") as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(query)
            while batch := cursor.fetchmany(_ROWS_AT_ONCE):
                moment = self._progress.task_started if self._s3.full_load_at_task_start else datetime.now(UTC)
                for values in batch:
                    yield Row("I", _time_text(moment), dict(zip(names, values, strict=False)))

    def _files(self, rows: Iterator[Row]) -> Iterator[list[Row]]:
        """The rows of each file, up to MaxFileSize."""
        limit = self._s3.file_kilobytes * 1024
        part: list[Row] = []
        size = 0
        for row in rows:
            part.append(row)
            size += row.size
            if size >= limit:
                yield part
                part, size = [], 0
        if part:
            yield part

    def _reload_what_was_asked(self) -> None:
        with self._reloads_lock:
            names, self._reloads = self._reloads, []
        if not names:
            return
        self._flush()
        with self._loading_connection() as connection:
            for name in names:
                self._load(connection, name, again=True)

    # Changes

    def _create_slot(self) -> None:
        progress = self._progress
        before = progress.slot.position if progress.slot else None
        if progress.slot:
            progress.slot.drop(self._connection)
            progress.slot = None
        self._walsender = self._closing.enter_context(self._connected(replication="database"))
        progress.slot, self._snapshot = create_slot(progress.slot_name, self._walsender, self._connection, before)

    def _read(self) -> bool:
        """Takes up what was committed; returns whether there is more, which a flush makes room for."""
        slot = self._progress.slot
        assert slot
        [place] = self._connection.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn").fetchone() or [0]
        if place == self._log_place:
            return False
        found, more = slot.read(self._connection)
        for transaction in found:
            if transaction.end > self._read_to.place:
                self._take(transaction)
        self._log_place = None if more else int(place)
        if not self._buffered:
            slot.skip(self._connection, self._read_to)
        return more

    def _take(self, transaction: Transaction) -> None:
        number, moment = self._read_to.number, self._read_to.time
        if not self._faults["same-second"]:
            # Oracle's time has whole seconds; it never goes back in the order of commits.
            moment = max(moment, transaction.commit_time.replace(microsecond=0))
        elif moment.year == 1:
            moment = transaction.commit_time.replace(microsecond=0)
        text = _time_text(transaction.commit_time.replace(microsecond=0))
        count = itertools.repeat(number + 1) if self._faults["equal-sequences"] else itertools.count(number + 1)
        for change in transaction.changes:
            if isinstance(change, Definition):
                self._define(change)
            elif change.operation == "T":
                self._truncate(change.relation)
            elif self._reader.selects(change.relation.schema, change.relation.name):
                for operation, values, before in self._parts(change):
                    number = next(count)
                    self._buffer(change.relation, Row(operation, text, values, _sequence(moment, number), before))
        self._read_to = Position(transaction.end, number, moment)

    def _parts(self, change: Change) -> Iterator[tuple[str, Values, Values | None]]:
        """A change as DMS writes it: one row, or two where a large object comes after its row."""
        values = change.old if change.operation == "D" else change.new
        assert values is not None
        before = change.old if change.operation == "U" else None
        objects = self._table(change.relation).large_objects
        if change.operation == "I" and self._faults["lob-gap"] and any(values[name] is not None for name in objects):
            yield "I", values | dict.fromkeys(objects), None
            yield "U", values, values
        else:
            yield change.operation, values, before

    def _buffer(self, relation: Relation, row: Row) -> None:
        table = self._table(relation)
        name = table.key_in_statistics
        counts = self._progress.of(name)
        counts.counted[row.operation] += 1
        counts.state = statistics.COMPLETED if counts.state == statistics.BEFORE_LOAD else counts.state
        counts.touch()
        if row.operation not in self._s3.operations:
            return
        if name in self._buffered and self._buffered[name][0] != table:
            self._flush()
        if not self._buffered:
            self._buffered_since = time.monotonic()
        self._buffered.setdefault(name, (table, []))[1].append(row)
        self._buffered_bytes += row.size

    def _table(self, relation: Relation) -> Table:
        if relation not in self._tables:
            table = self._reader.of_relation(relation)
            names = frozenset(column.name for column in table.columns)
            first = self._progress.first_columns.setdefault(table.key_in_statistics, names)
            if not self._task.alters:
                kept = tuple(column for column in table.columns if column.name in first)
                table = Table(table.schema, table.name, kept, table.key, table.sequence_columns, table.before_images)
            self._tables[relation] = table
        return self._tables[relation]

    def _define(self, definition: Definition) -> None:
        if not self._reader.selects(definition.schema, definition.table):
            return
        self._count_definition((definition.schema, definition.table))
        if definition.command == "drop" and self._task.drops:
            self._flush()
            self._target.clear(definition.schema, definition.table)

    def _truncate(self, relation: Relation) -> None:
        if not self._reader.selects(relation.schema, relation.name):
            return
        self._count_definition((relation.schema, relation.name))
        if self._task.truncates:
            self._flush()
            self._target.clear(relation.schema, relation.name)

    def _count_definition(self, name: TableName) -> None:
        counts = self._progress.of(name)
        counts.counted["ddl"] += 1
        counts.touch()

    def _is_due(self) -> bool:
        if not self._buffered:
            return False
        waited = time.monotonic() - self._buffered_since
        return (
            waited >= self._s3.batch_seconds * self._context.dms_second_seconds
            or self._buffered_bytes >= self._s3.batch_kilobytes * 1024
        )

    def _flush(self) -> None:
        """Writes the changes that are waiting, and then moves the slot: what a crash interrupts is read again."""
        slot = self._progress.slot
        buffered, self._buffered, self._buffered_bytes = self._buffered, {}, 0
        if buffered:
            self._target.put_changes(
                [file for table, rows in buffered.values() for file in self._change_files(table, rows)]
            )
        for table, rows in buffered.values():
            counts = self._progress.of(table.key_in_statistics)
            for row in rows:
                counts.applied[row.operation] += 1
            counts.touch()
        if slot:
            slot.move(self._connection, self._read_to)

    def _change_files(self, table: Table, rows: Sequence[Row]) -> Iterator[File]:
        body = self._written(table, rows, is_full_load=False)
        for _ in range(2 if self._faults["copies"] else 1):
            self._progress.last_file = next_file_time(self._progress.last_file)
            yield self._target.change_key(table, self._progress.last_file), body

    def _written(self, table: Table, rows: Sequence[Row], *, is_full_load: bool) -> bytes:
        try:
            return write(table, rows, self._s3, is_full_load=is_full_load)
        except (ValueError, ArithmeticError) as error:
            what = str(error) if isinstance(error, ValueError) else type(error).__name__
            raise ReplicationError(
                f"Failed to convert a value of table '{table.schema}'.'{table.name}': {what}"
            ) from error

    def _connected(self, **more: Any) -> psycopg.Connection[Any]:
        assert self._progress.connection is not None
        return connected(self._job.source["EndpointIdentifier"], {**self._progress.connection, **more})


def connected(endpoint: str, connection: Mapping[str, Any]) -> psycopg.Connection[Any]:
    """A connection to the source. Raises ReplicationError with the source's reason."""
    options = {"connect_timeout": CONNECT_SECONDS, "autocommit": True, **connection}
    try:
        return psycopg.connect(**options)
    except psycopg.Error as error:
        raise connection_failure(endpoint, error) from error


def source_connection(context: CloudContext, endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """How to connect: as the endpoint's secret says, which its role reads. Raises ReplicationError."""
    oracle = endpoint.get("OracleSettings") or {}
    if not endpoint.get("DatabaseName"):
        raise ReplicationError(
            f"The endpoint '{endpoint['EndpointIdentifier']}' has no DatabaseName: it is the service name"
        )
    if secret := oracle.get("SecretsManagerSecretId"):
        login = _login(context, secret, str(oracle.get("SecretsManagerAccessRoleArn") or ""))
    else:
        login = {
            "username": endpoint.get("Username"),
            "password": endpoint.get("Password"),
            "host": endpoint.get("ServerName"),
            "port": endpoint.get("Port"),
        }
    return {
        "host": login["host"],
        "port": int(login["port"]),
        "user": login["username"],
        "password": login["password"],
        "dbname": endpoint["DatabaseName"],
    }


def make_target(context: CloudContext, settings: S3Settings, faults: Faults) -> Target:
    return Target(_client(context, "s3", settings.role_arn, "dms.amazonaws.com"), settings, faults)


def _client(context: CloudContext, service: str, role_arn: str, principal: str) -> Any:
    """A client with a role's rights. Raises ReplicationError when the role does not let DMS assume it."""
    try:
        require_trust(role_arn, principal)
        return context.client(service, role_arn)
    except Exception as error:  # moto has one of its own for a role that is not there
        raise ReplicationError(f"The IAM role {role_arn} cannot be assumed by {principal}: {error}") from error


def _login(context: CloudContext, secret: str, role_arn: str) -> Mapping[str, Any]:
    # The role of the secret trusts DMS in its region (DMS User Guide, "Using secrets to access AWS DMS endpoints").
    manager = _client(context, "secretsmanager", role_arn, f"dms.{REGION}.amazonaws.com")
    try:
        value = manager.get_secret_value(SecretId=find_secret_arn(secret) or secret)["SecretString"]
    except ClientError as error:
        reason = error.response["Error"]["Code"]
        raise ReplicationError(f"Unable to retrieve the secret {secret} as {role_arn}: {reason}") from error
    try:
        login: Mapping[str, Any] = json.loads(value)
    except ValueError:
        login = {}
    missing = [name for name in ("username", "password", "host", "port") if not login.get(name)]
    if missing:
        raise ReplicationError(f"The secret {secret} lacks {', '.join(missing)}")
    return login


def drop_slot(progress: Progress) -> None:
    """Frees the source's log, if the source still answers."""
    if progress.slot and progress.connection:
        with (
            contextlib.suppress(psycopg.Error),
            psycopg.connect(**progress.connection, connect_timeout=CONNECT_SECONDS, autocommit=True) as connection,
        ):
            progress.slot.drop(connection)


def _sequence(moment: datetime, number: int) -> str:
    """16 digits of the time, with hundredths that Oracle does not have, and 19 of a running number."""
    return f"{moment:%Y%m%d%H%M%S}00{number:019d}"


def _time_text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
