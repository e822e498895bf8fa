"""Plays a history: SQL on a source, the engine that stands for DMS step by step, and the merge with kills between."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
from botocore.exceptions import ClientError
from deployed_replication import Deployed
from fuse import Fuse, Killed, briefly
from near import WithoutHttp
from psycopg import sql
from source_histories import (
    EXTRA,
    TABLES,
    AddColumn,
    Batch,
    Column,
    History,
    NewTask,
    Operation,
    Reload,
    Restart,
    Run,
    SourceTable,
    Switch,
    Watch,
    Work,
)

from customer_data.errors import WarehouseError
from customer_data.files.manifest import SourceFile
from customer_data.oracle_schema import schema_job
from customer_data.oracle_schema.run import CHANGES_FILE
from customer_data.oracle_schema.secret import Login
from customer_data.oracle_schema.settings import SchemaJobSettings
from customer_data.replication.merge import Merge
from customer_data.warehouse.data_api import DataApi
from local.dms import engine, statistics, target
from local.dms.engine import Engine, Progress
from local.dms.faults import Faults
from local.dms.target import Target
from local.redshift.data_api import RedshiftDataApi
from local.redshift.logins import RoleInfo

START = datetime(2024, 1, 1, tzinfo=UTC)
_DONE = ("loaded", "superseded", "already_done")
_TO_ROLE = (
    'GRANT USAGE, CREATE ON SCHEMA "crm" TO ROLE cdp_writer',
    'GRANT SELECT, INSERT, UPDATE, DELETE, ALTER, DROP FOR TABLES IN SCHEMA "crm" TO ROLE cdp_writer',
)


class Clock(datetime):
    """DMS's and S3's: each look at it is a second later than the one before, so that no two files tie by chance."""

    current = START

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        cls.current += timedelta(seconds=1)
        return cls.current


@contextlib.contextmanager
def dms_of_this_process(objects: Objects, url: str) -> Iterator[None]:
    """The engine speaks to these objects and this source, by that clock; rights are other tests' matter."""
    connection = psycopg.conninfo.conninfo_to_dict(url)
    replaced: list[tuple[Any, str, Any]] = [
        *((module, "datetime", Clock) for module in (engine, statistics, target)),
        (engine, "source_connection", lambda context, endpoint: connection),
        (engine, "make_target", lambda context, settings, faults: Target(objects, settings, faults)),
    ]
    before = [(module, name, getattr(module, name)) for module, name, _ in replaced]
    for module, name, value in replaced:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


@dataclass
class Objects:
    """S3 in memory. `events` are the writes, in their order."""

    bodies: dict[tuple[str, str], bytes] = field(default_factory=dict)
    events: list[SourceFile] = field(default_factory=list)

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: Any) -> None:
        self.bodies[Bucket, Key] = Body
        number = len(self.events)
        load_id = hashlib.sha256(f"{Bucket}\n{Key}\n{number}".encode()).hexdigest()
        time = Clock.now().isoformat()
        self.events.append(SourceFile(load_id, Bucket, Key, None, _etag(Body), len(Body), f"{number:018X}", time))

    def upload_file(self, path: str, bucket: str, key: str) -> None:
        self.put_object(Bucket=bucket, Key=key, Body=Path(path).read_bytes())

    def get_object(self, *, Bucket: str, Key: str, IfMatch: str | None = None, Range: str | None = None) -> Any:
        body = self._body(Bucket, Key)
        if IfMatch and IfMatch.strip('"') != _etag(body):
            raise ClientError({"Error": {"Code": "PreconditionFailed", "Message": Key}}, "GetObject")
        if Range:
            first, _, last = Range.removeprefix("bytes=").partition("-")
            body = body[int(first) : int(last) + 1 if last else None]
        return {"Body": io.BytesIO(body)}

    def head_object(self, *, Bucket: str, Key: str) -> Any:
        body = self._body(Bucket, Key)
        return {"ETag": _etag(body), "ContentLength": len(body), "LastModified": START}

    def list_objects_v2(self, *, Bucket: str, Prefix: str, **_: Any) -> Any:
        return {
            "Contents": [{"Key": key} for bucket, key in self.bodies if bucket == Bucket and key.startswith(Prefix)]
        }

    def delete_object(self, *, Bucket: str, Key: str) -> None:
        self.bodies.pop((Bucket, Key), None)

    def delete_objects(self, *, Bucket: str, Delete: Any) -> Any:
        for each in Delete["Objects"]:
            self.bodies.pop((Bucket, each["Key"]), None)
        return {}

    def _body(self, bucket: str, key: str) -> bytes:
        if (bucket, key) not in self.bodies:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": key}}, "GetObject")
        return self.bodies[bucket, key]


def _etag(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


class Servers:
    """The source, the warehouse and S3, for many histories one after the other."""

    def __init__(self, deployed: Mapping[str, Deployed], source_url: str, warehouse_url: str, writer: RoleInfo) -> None:
        self.deployed = deployed
        self.source_url = source_url
        self.warehouse_url = warehouse_url
        self.objects = Objects()
        api = RedshiftDataApi(warehouse_url, s3_client_for_role=lambda arn: self.objects)
        self.redshift = WithoutHttp(api, writer)
        self._administrator = WithoutHttp(api, None)
        self._statements: dict[tuple[str, ...], list[str]] = {}

    def prepare(self, tables: Sequence[SourceTable]) -> None:
        """Empty tables in the source, and those that the schema job makes of them in the warehouse."""
        self.objects.bodies.clear()
        self.objects.events.clear()
        with psycopg.connect(self.source_url, autocommit=True) as source:
            source.execute('DROP SCHEMA IF EXISTS "CRM" CASCADE')
            source.execute("; ".join(['CREATE SCHEMA "CRM"', *(table.ddl for table in tables)]))
        settings = self.deployed["parquet"].schema
        admin = DataApi(self._administrator, settings.warehouse, sleep=briefly)
        admin.batch(["DROP SCHEMA IF EXISTS crm CASCADE", "CREATE SCHEMA crm"])
        with contextlib.suppress(
            WarehouseError
        ):  # one server serves all histories: the role is there from the second on
            admin.execute("CREATE ROLE cdp_writer")
        for statement in _TO_ROLE:
            admin.execute(statement)
        names = tuple(table.name for table in tables)
        if names not in self._statements:
            self._statements[names] = self._converted(settings)
        admin.batch(self._statements[names])

    def _converted(self, settings: SchemaJobSettings) -> list[str]:
        """What the schema job would apply."""
        made = schema_job.run(
            settings,
            Login("source", 1521, "reader", "secret"),
            plan=True,
            s3=self.objects,
            redshift_data=self._administrator,
            connect=lambda _settings, _login: _Catalog(self.source_url),
        )
        return schema_job.split_statements(made.files[CHANGES_FILE])


class _Catalog:
    """The source's catalog, without Spark."""

    def __init__(self, url: str) -> None:
        self._url = url

    def columns(self, view: str) -> tuple[str, ...] | None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            try:
                found = connection.execute(f"SELECT * FROM {view} WHERE 1 = 0")  # type: ignore[call-overload]
            except psycopg.errors.UndefinedTable:
                return None
            return tuple(column.name.upper() for column in found.description or ())

    def rows(self, query: str) -> Sequence[Mapping[str, str | None]]:
        with psycopg.connect(self._url, autocommit=True) as connection:
            found = connection.execute(query)  # type: ignore[call-overload]
            names = [column.name.upper() for column in found.description or ()]
            return [
                dict(zip(names, (None if value in (None, "") else str(value) for value in row), strict=True))
                for row in found
            ]


class Playing:
    """One history. `waiting` are files whose merge is not done."""

    def __init__(self, servers: Servers, history: History) -> None:
        self._servers = servers
        self._history = history
        self._deployed = servers.deployed[history.format]
        self._objects = servers.objects
        self._seen_events = 0
        self._waiting: dict[str, SourceFile] = {}
        self._done: list[SourceFile] = []
        self._runs = 0
        self._noted: dict[tuple[str, str], datetime | None] = {}
        self._faults = Faults()
        for fault in history.faults:
            self._faults.set(fault, 1)
        self._progress = Progress("histories")
        self._closing = contextlib.ExitStack()
        self.tables = tuple(TABLES[name] for name in history.tables)
        self.events = Versions()

    def __enter__(self) -> Playing:
        self._servers.prepare(self.tables)
        connect = lambda: psycopg.connect(self._servers.source_url, options="-c lock_timeout=1")  # noqa: E731
        self._writers = [Writer(self._closing.enter_context(connect()), self) for _ in range(2)]
        self._closing.enter_context(dms_of_this_process(self._objects, self._servers.source_url))
        return self

    def __exit__(self, *_: Any) -> None:
        for writer in self._writers:
            writer.connection.rollback()
        self._engine.close()
        engine.drop_slot(self._progress)
        self._closing.close()

    # The source and DMS

    def begin(self) -> None:
        self._new_engine(fresh=True, meanwhile=())

    def play(self, step: object) -> None:
        match step:
            case Work(writer, operations, ends):
                self._writers[writer].work(operations, ends)
            case Batch():
                self._step()
            case Switch(fault, on):
                self._faults.set(fault, int(on))
            case Restart(overlap):
                self._engine.finish()
                self._engine.close()
                self._faults.set("overlap", overlap)
                self._new_engine(fresh=False)
                self._faults.set("overlap", 0)
                self.events.again(overlap)
            case NewTask(meanwhile):
                self._engine.finish()
                self._engine.close()
                self._new_engine(fresh=True, meanwhile=meanwhile)
            case Reload(table, truncated):
                self._reload(self.table(table), truncated=truncated)
            case Watch():
                self._watch()
            case AddColumn():
                self._add_column()
            case Run():
                self._run(step)
            case _:
                raise AssertionError(step)

    def end(self) -> None:
        """All files come in the end, and what waits for others is tried again, as the notifier does."""
        for fault in ("files-twice", "copies", "out-of-order", "late"):
            self._faults.set(fault, 0)
        self._end_transactions()
        self._step()
        self._engine.finish()
        self._run_all()
        if self._waiting:  # a load that another replaced before it was merged: people are told to reload
            assert {file.key.rpartition("/")[2] for file in self._waiting.values()} == {"complete.json"}
            for table in self.tables:
                self._reload(table, truncated=False)
            self._run_all()
        assert not self._waiting

    def _step(self) -> None:
        while self._engine.step():
            pass
        self.events.written()

    def _new_engine(self, *, fresh: bool, meanwhile: tuple[Operation, ...] = ()) -> None:
        if fresh:
            self._end_transactions()  # a new slot waits for them
        context: Any = SimpleNamespace(dms_second_seconds=0)
        self._engine = Engine(context, self._deployed.job, self._progress, self._faults, threading.Event())
        self._engine.configure()
        self._engine.connect()
        self._engine.find_tables()
        self._engine.start(fresh=fresh)
        if fresh:
            self.events.loaded(self._keyless_rows(), with_pending=False)
            self._writers[0].work(meanwhile, "commit")
        self._engine.full_load()

    def _reload(self, table: SourceTable, *, truncated: bool) -> None:
        if truncated:
            # A change from before a truncate that is written after the load is a limit: nobody can tell.
            self._end_transactions()
            self._step()
            self._writers[0].run(f'TRUNCATE "CRM"."{table.name}"')
            assert self._progress.slot
            self._progress.slot.older.clear()
        self._engine.reload([("CRM", table.name)])
        if not table.key:
            self.events.loaded(self._keyless_rows(), with_pending=True, forget=truncated)
        self._step()

    def _watch(self) -> None:
        """As `src/replication/watch.lambda.ts` does."""
        for name, counts in self._progress.tables.items():
            ended, started = counts.full_load_ended, counts.full_load_started
            if counts.state == statistics.COMPLETED and ended and self._noted.get(name) != started:
                self._noted[name] = started
                note = {
                    "schema": counts.schema,
                    "table": counts.table,
                    "full_load_rows": counts.full_load_rows,
                    "full_load_started_at": started and started.isoformat(),
                    "full_load_ended_at": ended.isoformat(),
                }
                key = f"{self._deployed.merge.prefix}{counts.schema}/{counts.table}/complete.json"
                self._objects.put_object(
                    Bucket=self._deployed.merge.staging.bucket, Key=key, Body=json.dumps(note).encode()
                )

    def _add_column(self) -> None:
        self._end_transactions()
        narrower, *others = self.tables
        self._writers[0].run(f'ALTER TABLE "CRM"."{narrower.name}" ADD COLUMN "{EXTRA.name}" {EXTRA.type}')
        self.tables = (replace(narrower, columns=(*narrower.columns, EXTRA)), *others)

    def table(self, number: int) -> SourceTable:
        return self.tables[number % len(self.tables)]

    def _end_transactions(self) -> None:
        for number, writer in enumerate(self._writers):
            writer.end("commit" if number else "rollback")

    def moves_keys(self) -> bool:
        """A change of a key to one that another row has left in the same moment is a limit."""
        return "equal-sequences" not in self._history.faults

    def _keyless_rows(self) -> list[tuple[Any, ...]]:
        return [row for table in self.tables if not table.key for row in self.source_rows(table)]

    # The merge

    def _run_all(self) -> None:
        self._watch()
        for attempt in range(4):
            self._run(Run(4, attempt, False, None, True))

    def _run(self, run: Run) -> None:
        prefix = self._deployed.merge.prefix
        for event in self._objects.events[self._seen_events :]:
            if event.key.startswith(prefix):
                self._waiting[event.load_id] = event
        self._seen_events = len(self._objects.events)
        chosen = random.Random(run.seed)
        files = list(self._waiting.values())
        chosen.shuffle(files)
        files = files[: max(len(files) * run.share // 4, 1)] + (self._done[-3:] if run.again else [])
        if files:
            self._merge(files, Fuse(run.kill or 0, after=run.after))

    def _merge(self, files: Sequence[SourceFile], fuse: Fuse) -> None:
        self._runs += 1
        # Tables one after the other: the same step is the same one each time.
        settings = replace(self._deployed.merge, side_by_side=1)
        merge = Merge(
            settings,
            f"jr_{self._runs}",
            warehouse=DataApi(fuse.wrap(self._servers.redshift), settings.warehouse, sleep=briefly),
            s3=fuse.wrap(self._objects),
            now=Clock.now,
            sleep=briefly,
        )
        try:
            results = merge.merge(files)
        except Killed:
            return
        assert {result.status for result in results} <= {*_DONE, "unfinished"}, [
            (result.file.key, result.reason) for result in results if result.status == "failed"
        ]
        for result in results:
            if result.status in _DONE and self._waiting.pop(result.file.load_id, None):
                self._done.append(result.file)

    # What there is

    def source_rows(self, table: SourceTable) -> list[tuple[Any, ...]]:
        """With an empty text as Oracle and DMS see it."""
        with psycopg.connect(self._servers.source_url) as connection:
            return [as_oracle(row) for row in connection.execute(_select("CRM", table.name, table.columns))]

    def warehouse_rows(self, table: SourceTable, *more: str) -> list[tuple[Any, ...]]:
        """NULL in place of a column that no file has brought yet."""
        with psycopg.connect(self._servers.warehouse_url) as connection:
            found = connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'crm' AND table_name = %s",
                [table.name.lower()],
            )
            there = {str(name) for (name,) in found}
            names = [column.name.lower() for column in table.columns]
            parts = [sql.Identifier(name) if name in there else sql.NULL for name in (*more, *names)]
            query = sql.SQL("SELECT {} FROM {}").format(
                sql.SQL(", ").join(parts), sql.Identifier("crm", table.name.lower())
            )
            return connection.execute(query).fetchall()


def as_oracle(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(None if value == "" else value for value in row)


def _select(schema: str, name: str, columns: Sequence[Column]) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    return sql.SQL("SELECT {} FROM {}").format(names, sql.Identifier(schema, name))


@dataclass
class Versions:
    """What the table without a key has to hold: its last full load, and each change that was written after it. `maybe`
    are older ones, which a replication that starts at an older position writes again after that load."""

    expected: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    maybe: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    _pending: list[tuple[Any, ...]] = field(default_factory=list)
    _older: list[tuple[Any, ...]] = field(default_factory=list)
    _newer: list[tuple[Any, ...]] = field(default_factory=list)

    def of_width(self, columns: int) -> tuple[Counter[tuple[Any, ...]], Counter[tuple[Any, ...]]]:
        """`expected` and `maybe`, with NULL in columns that came later."""
        both = []
        for versions in (self.expected, self.maybe):
            wider: Counter[tuple[Any, ...]] = Counter()
            for row, count in versions.items():
                wider[row + (None,) * (columns + 1 - len(row))] += count
            both.append(wider)
        return both[0], both[1]

    def committed(self, versions: Sequence[tuple[Any, ...]]) -> None:
        self._pending += versions
        self.expected.update(versions)

    def written(self) -> None:
        self._newer += self._pending
        self._pending = []

    def loaded(self, rows: Sequence[tuple[Any, ...]], *, with_pending: bool, forget: bool = False) -> None:
        if not with_pending:
            self._pending, self._older = [], []
        elif not forget:
            self._older += self._newer
        else:
            self._older = []
        self._newer = []
        self.maybe = Counter()
        self.expected = Counter([("I", *row) for row in rows])
        self.expected.update(self._pending)

    def again(self, batches: int) -> None:
        if batches:
            self.maybe = Counter(self._older)


class Writer:
    """A session of the source. A statement that fails, or would wait for the other writer, is undone alone."""

    def __init__(self, connection: psycopg.Connection[Any], playing: Playing) -> None:
        self.connection = connection
        self._playing = playing
        self._versions: list[tuple[Any, ...]] = []

    def work(self, operations: Sequence[Operation], ends: str) -> None:
        for operation in operations:
            with contextlib.suppress(psycopg.errors.LockNotAvailable, psycopg.errors.UniqueViolation):
                with self.connection.transaction():
                    versions = self._operate(operation)
                self._versions += versions
        if ends != "open":
            self.end(ends)

    def run(self, statement: str) -> None:
        self.connection.execute(statement)  # type: ignore[call-overload]
        self.connection.commit()

    def end(self, how: str) -> None:
        getattr(self.connection, how)()
        if how == "commit":
            self._playing.events.committed(self._versions)
        self._versions = []

    def _operate(self, operation: Operation) -> list[tuple[Any, ...]]:
        table = self._playing.table(operation.table)
        chosen = random.Random(operation.seed)
        keys = table.columns[: max(table.key, 1)]
        numbers = random.Random(operation.key)
        key = [numbers.choice(column.values) for column in keys]
        values = [_of_oracle(column, chosen.choice(column.values)) for column in table.columns[len(keys) :]]
        others = table.columns[len(keys) :]
        where = sql.SQL(" WHERE {}").format(_pairs(keys, " AND "))
        if not table.key:
            return self._of_keyless(table, operation.what, key, values, chosen)
        match operation.what:
            case "delete":
                self._change(sql.SQL("DELETE FROM {}{}").format(_name(table), where), key)
            case "move" if self._playing.moves_keys():
                to = [chosen.choice(column.values) for column in keys]
                self._change(sql.SQL("UPDATE {} SET {}{}").format(_name(table), _pairs(keys, ", "), where), [*to, *key])
            case "sweep":
                place = chosen.randrange(len(others))
                update = sql.SQL("UPDATE {} SET {}").format(_name(table), _pairs(others[place : place + 1], ", "))
                self._change(update, [values[place]])
            case "change":
                place = chosen.randrange(len(others))
                one = _pairs(others[place : place + 1], ", ")
                self._change(sql.SQL("UPDATE {} SET {}{}").format(_name(table), one, where), [values[place], *key])
            case _:
                update = sql.SQL("UPDATE {} SET {}{}").format(_name(table), _pairs(others, ", "), where)
                if not self._change(update, [*values, *key]).rowcount:
                    self._change(_insert(table), [*key, *values])
        return []

    def _of_keyless(
        self, table: SourceTable, what: str, key: list[Any], values: list[Any], chosen: random.Random
    ) -> list[tuple[Any, ...]]:
        where = sql.SQL(" WHERE {}").format(_pairs(table.columns[:1], ""))
        match what:
            case "delete":
                done, letter = (
                    self._change(sql.SQL("DELETE FROM {}{} RETURNING *").format(_name(table), where), key),
                    "D",
                )
            case "change" | "sweep" | "move":
                place = chosen.randrange(len(values))
                one = _pairs(table.columns[place + 1 : place + 2], "")
                statement = sql.SQL("UPDATE {} SET {}{} RETURNING *").format(_name(table), one, where)
                done, letter = self._change(statement, [values[place], *key]), "U"
            case _:
                done, letter = self._change(_insert(table) + sql.SQL(" RETURNING *"), [*key, *values]), "I"
        return [(letter, *as_oracle(row)) for row in done.fetchall()]

    def _change(self, statement: sql.Composed, values: Sequence[Any]) -> psycopg.Cursor[Any]:
        return self.connection.execute(statement, values)


def _of_oracle(column: Column, value: Any) -> Any:
    """An empty text is NULL, but for an empty CLOB."""
    return None if value == "" and column.type.startswith(("varchar", "char")) else value


def _name(table: SourceTable) -> sql.Identifier:
    return sql.Identifier("CRM", table.name)


def _pairs(columns: Sequence[Column], between: str) -> sql.Composed:
    return sql.SQL(between).join(sql.SQL("{} = %s").format(sql.Identifier(column.name)) for column in columns)


def _insert(table: SourceTable) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    values = sql.SQL(", ").join([sql.Placeholder()] * len(table.columns))
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(_name(table), names, values)
