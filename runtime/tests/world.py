"""A landing bucket, a staging bucket and a warehouse, for tests of loading."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from customer_data.files.manifest import SourceFile
from customer_data.files.staging_location import StagingLocation
from customer_data.loading.file_result import FileResult
from customer_data.loading.load import Loader
from customer_data.loading.settings import LoaderSettings
from customer_data.loading.staging import stage_file
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.data_api import DataApi
from customer_data.warehouse.table_name import TableName

LANDING = "landing"
STAGING = "staging"
START = datetime(2024, 1, 1, tzinfo=UTC)


def shorter(seconds: float) -> None:
    """The warehouse is near and its statements are small."""
    time.sleep(seconds / 10)


@dataclass
class World:
    """`schema` is this test's own. `redshift_data` has the rights of a loader, `admin` those of the owner. Each `put`
    is a new write: later, with a greater sequencer."""

    schema: str
    s3: Any
    redshift_data: Any
    admin: DataApi
    copy_role_arn: str
    new_schema: Callable[[], str]
    writes: Iterable[int] = field(default_factory=lambda: itertools.count(1))
    runs: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def settings(self, **changes: Any) -> LoaderSettings:
        values: dict[str, Any] = {
            "pipeline": "customers",
            "table": TableName(self.schema, "customers"),
            "staging": StagingLocation(STAGING, "staging/customers/"),
            "warehouse": WarehouseConnection(
                database="dev", copy_role_arn=self.copy_role_arn, workgroup_name="warehouse"
            ),
            "prefix": "landing/",
            "error_prefix": "error/",
        }
        return LoaderSettings(**{**values, **changes})

    def put(self, name: str, *lines: str, **changes: Any) -> SourceFile:
        """Uploads a CSV and returns it as its event tells of it."""
        key = f"landing/{name}"
        answer = self.s3.put_object(Bucket=LANDING, Key=key, Body="\n".join(lines).encode())
        number = next(iter(self.writes))
        version = answer.get("VersionId")
        values: dict[str, Any] = {
            "load_id": hashlib.sha256(f"{LANDING}\n{key}\n{number}".encode()).hexdigest(),
            "bucket": LANDING,
            "key": key,
            "version_id": version,
            "etag": answer["ETag"].strip('"'),
            "size": sum(map(len, lines)),
            "sequencer": f"{number:018X}",
            "event_time": (START + timedelta(seconds=number)).isoformat(),
        }
        return SourceFile(**{**values, **changes})

    def loader(self, **changes: Any) -> Loader:
        settings = self.settings(**changes)
        run_id = f"jr_{next(iter(self.runs))}"
        return Loader(
            settings,
            run_id,
            warehouse=DataApi(self.redshift_data, settings.warehouse, sleep=shorter),
            s3=self.s3,
            sleep=shorter,
            stage=lambda tasks: [
                stage_file(task.file, task.index, settings, task.table, run_id, self.s3) for task in tasks
            ],
        )

    def load(self, *files: SourceFile, **changes: Any) -> list[FileResult]:
        return self.loader(**changes).load(files)

    def rows(self, columns: str = "*", table: str = "customers") -> list[tuple[Any, ...]]:
        return self.admin.query(f'SELECT {columns} FROM "{self.schema}"."{table}" ORDER BY 1')

    def ledger(self, columns: str = "object_key, status") -> list[tuple[Any, ...]]:
        table = f'"{self.schema}"."customers__loads"'
        return self.admin.query(f"SELECT {columns} FROM {table} ORDER BY object_key, event_time")

    def columns(self, table: str = "customers") -> dict[str, tuple[str, int | None]]:
        return {
            str(name): (str(data_type), None if length is None else int(length))
            for name, data_type, length in self.admin.query(
                "SELECT column_name, data_type, character_maximum_length FROM svv_columns"
                f" WHERE table_schema = '{self.schema}' AND table_name = '{table}' ORDER BY ordinal_position"
            )
        }

    def object_keys(self, bucket: str = LANDING, prefix: str = "") -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
        return sorted(item["Key"] for item in listed.get("Contents", []))
