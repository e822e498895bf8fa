"""Files as DMS writes them, and the merge that reads them."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from world import STAGING, World, shorter

from customer_data.files.manifest import SourceFile
from customer_data.files.staging_location import StagingLocation
from customer_data.replication import merge_job
from customer_data.replication.merge import Merge
from customer_data.replication.result import FileResult
from customer_data.replication.settings import FileFormat, MergeSettings
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.data_api import DataApi
from customer_data.warehouse.schema_contract import SchemaContract

PREFIX = "replication/crm/"
NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
#: When the task of the full load started, and what a change's commit says.
TASK_START = datetime(2024, 1, 1, tzinfo=UTC)
Columns = Mapping[str, pa.DataType]
CUSTOMERS: Columns = {"ID": pa.int64(), "NAME": pa.string()}
CUSTOMERS_DDL = "id BIGINT NOT NULL, name VARCHAR(32), PRIMARY KEY (id)"

#: An operation, a sequence and values by column; `BI_<column>` is one before.
Change = tuple[str, int | str | None, Mapping[str, Any]]


@dataclass
class Replication:
    """One pipeline in a test's world, with one table: `ddl` are its columns in the warehouse, `columns` those of DMS's
    files. Each file is a new write, a second later than the one before, if nothing else is said."""

    world: World
    columns: Columns = field(default_factory=lambda: dict(CUSTOMERS))
    ddl: str | None = CUSTOMERS_DDL
    key: tuple[str, ...] = ("ID",)
    name: str = "CUSTOMERS"
    format: str = "parquet"
    options: Mapping[str, Any] = field(default_factory=dict)
    writes: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    runs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        if self.ddl:
            self.world.admin.execute(f"CREATE TABLE {self.target} ({self.ddl})")

    @property
    def target(self) -> str:
        return f'"{self.world.schema}"."{self.name.lower()}"'

    def settings(self, **changes: Any) -> MergeSettings:
        values: dict[str, Any] = {
            "pipeline": "crm",
            "prefix": PREFIX,
            "target_schema": self.world.schema,
            "format": FileFormat(self.format.partition(".")[0]),
            "staging": StagingLocation(STAGING, "staging/crm/"),
            "warehouse": WarehouseConnection(
                database="dev", copy_role_arn=self.world.copy_role_arn, workgroup_name="warehouse"
            ),
            "schema_contract": SchemaContract.EVOLVE,
            "side_by_side": 2,
        }
        return MergeSettings(**{**values, **self.options, **changes})

    # What DMS writes

    def load(
        self,
        *rows: Mapping[str, Any],
        start: datetime = TASK_START,
        number: int = 1,
        at: datetime | None = None,
        columns: Columns | None = None,
    ) -> SourceFile:
        """A file of a full load whose task began at `start`."""
        changes = [("I", None, row) for row in rows]
        body = self.body(changes, columns or self.columns, commit=start)
        return self.put(f"LOAD{number:08X}.{self.format}", body, at=at)

    def changes(
        self,
        *changes: Change,
        minute: float | None = None,
        columns: Columns | None = None,
        name: str | None = None,
        **options: Any,
    ) -> SourceFile:
        """A file of changes that DMS writes so many minutes after the task's start (and before it where negative)."""
        written = next(self.writes) if minute is None else minute
        time = TASK_START + timedelta(minutes=written)
        images = any(change[1] is not None and name.startswith("BI_") for change in changes for name in change[2])
        all_columns = dict(columns or self.columns)
        if images or options.pop("images", False):
            all_columns |= {f"BI_{key}": all_columns[key] for key in self.key}
        named = name or f"{time:%Y%m%d-%H%M%S}{time.microsecond // 1000:03d}"
        body = self.body(changes, all_columns, commit=time)
        return self.put(f"{named}.{self.format}", body, at=options.pop("at", time))

    def complete(
        self, rows: int, *, started: datetime = TASK_START + timedelta(seconds=5), seconds: float = 60
    ) -> SourceFile:
        ended = started + timedelta(seconds=seconds)
        body = {
            "schema": "CRM",
            "table": self.name,
            "full_load_rows": rows,
            "full_load_started_at": started.isoformat(),
            "full_load_ended_at": ended.isoformat(),
        }
        return self.put("complete.json", json.dumps(body).encode(), at=ended + timedelta(seconds=30))

    def body(self, changes: Sequence[Change], columns: Columns, *, commit: datetime) -> bytes:
        time = commit.strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")
        headers = ["Op", *columns, "cdp_commit_time", "cdp_change_seq"]
        rows = [
            [op, *(values.get(column) for column in columns), time, _sequence(sequence)]
            for op, sequence, values in changes
        ]
        if self.format == "parquet":
            types = [pa.string(), *columns.values(), pa.string(), pa.string()]
            arrays = [pa.array([row[place] for row in rows], type) for place, type in enumerate(types)]
            out = io.BytesIO()
            pq.write_table(pa.Table.from_arrays(arrays, headers), out, row_group_size=max(len(rows), 1))
            return out.getvalue()
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(headers)
        for row in rows:
            text.write(",".join(map(_csv_value, row)) + "\n")
        body = text.getvalue().encode()
        return gzip.compress(body) if self.format.endswith(".gz") else body

    def put(self, name: str, body: bytes, *, at: datetime | None = None, table: str | None = None) -> SourceFile:
        key = f"{PREFIX}CRM/{table or self.name}/{name}"
        answer = self.world.s3.put_object(Bucket=STAGING, Key=key, Body=body)
        number = next(iter(self.world.writes))
        return SourceFile(
            load_id=hashlib.sha256(f"{self.world.schema}\n{key}\n{number}".encode()).hexdigest(),
            bucket=STAGING,
            key=key,
            version_id=None,
            etag=answer["ETag"].strip('"'),
            size=len(body),
            sequencer=f"{number:018X}",
            event_time=(at or TASK_START + timedelta(seconds=number)).isoformat(),
        )

    # What merges them

    def merger(self, *, run_schema_job: Callable[[], str | None] | None = None, **changes: Any) -> Merge:
        settings = self.settings(**changes)
        return Merge(
            settings,
            f"jr_{next(self.runs)}",
            warehouse=DataApi(self.world.redshift_data, settings.warehouse, sleep=shorter),
            s3=self.world.s3,
            run_schema_job=run_schema_job,
            now=lambda: NOW,
            sleep=shorter,
        )

    def merge(self, *files: SourceFile, **changes: Any) -> list[FileResult]:
        return self.merger(**changes).merge(files)

    def run_job(self, *files: SourceFile, run_id: str = "jr_1", **changes: Any) -> None:
        """With the arguments that Glue gives it."""
        manifest = {
            "manifest_version": 1,
            "pipeline": "crm",
            "created_at": "2024-01-01T00:00:00Z",
            "files": [asdict(file) for file in files],
        }
        key = f"manifests/crm/{run_id}.json"
        self.world.s3.put_object(Bucket=STAGING, Key=key, Body=json.dumps(manifest).encode())
        settings = json.dumps(asdict(self.settings(**changes)))
        merge_job.main(["--settings", settings, "--manifest", f"s3://{STAGING}/{key}", "--JOB_RUN_ID", run_id])

    def rows(self, columns: str | None = None) -> list[tuple[Any, ...]]:
        return self.world.admin.query(
            f"SELECT {columns or ', '.join(self.columns).lower()} FROM {self.target} ORDER BY 1, 2"
        )

    def ledger(self, columns: str = "object_key, status") -> list[tuple[Any, ...]]:
        table = f'"{self.world.schema}"."{self.name.lower()}__loads"'
        found = self.world.admin.query(f"SELECT {columns} FROM {table} ORDER BY object_key, event_time")
        return [(str(row[0]).rpartition("/")[2], *row[1:]) for row in found]

    def state(self) -> Any:
        body = self.world.s3.get_object(Bucket=STAGING, Key=f"state/crm/CRM/{self.name}.json")["Body"].read()
        return json.loads(body)

    def in_new_schema(self) -> Replication:
        self.world.schema = self.world.new_schema()
        return replace(self)


def statuses(results: Sequence[FileResult]) -> dict[str, str]:
    return {result.file.key.rpartition("/")[2]: result.status for result in results}


def _sequence(sequence: int | str | None) -> str | None:
    """35 digits, of which 16 are a time: two changes of one second differ in the others only."""
    return f"2024010100000000{sequence:019d}" if isinstance(sequence, int) else sequence


def _csv_value(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        value = value.hex()
    if isinstance(value, bool):
        value = "true" if value else "false"
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if set(text) & set('",\n\r') or text == "\\N" else text
