"""A landing bucket, a staging bucket and a warehouse, for tests of loading.

`PlainStager` stages small CSVs the plainest way, so that these tests depend on nothing of how real files are read:
columns whose values are all digits are BIGINT, the others VARCHAR.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from customer_data.column_types import BIGINT, ColumnType, TableSchema, varchar_with_headroom
from customer_data.data_api import DataApi
from customer_data.errors import FileFault
from customer_data.file_result import FileResult
from customer_data.load import Loader, StageTask
from customer_data.manifest import SourceFile
from customer_data.settings import (
    LoaderSettings,
    SchemaContract,
    StagingLocation,
    TableName,
    WarehouseConnection,
)
from customer_data.staged_file import StagedColumn, StagedFile, StagedPart

LANDING = "landing"
STAGING = "staging"
START = datetime(2024, 1, 1, tzinfo=UTC)


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

    def loader(self, *, stage: Callable[[StageTask], StagedFile] | None = None, **changes: Any) -> Loader:
        settings = self.settings(**changes)
        run_id = f"jr_{next(iter(self.runs))}"
        stage_one = stage or PlainStager(self.s3, settings, run_id)
        return Loader(
            settings,
            run_id,
            warehouse=DataApi(self.redshift_data, settings.warehouse),
            s3=self.s3,
            stage=lambda tasks: [stage_one(task) for task in tasks],
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


class PlainStager:
    """`poison` names keys whose staged values are not what their columns say, which the warehouse then refuses."""

    def __init__(self, s3: Any, settings: LoaderSettings, run_id: str, poison: Sequence[str] = ()) -> None:
        self._s3, self._settings, self._run_id, self._poison = s3, settings, run_id, poison

    def __call__(self, task: StageTask) -> StagedFile:
        file = task.file
        source = {"Bucket": file.bucket, "Key": file.key}
        if file.version_id:
            source["VersionId"] = file.version_id
        text = self._s3.get_object(**source)["Body"].read().decode()
        header, *records = list(csv.reader(io.StringIO(text)))
        values = [[value or None for value in column] for column in zip(*records, strict=True)] or [[] for _ in header]
        if file.key in self._poison:
            values[0][-1] = "poison"
        try:
            columns, values = self._columns(header, values, task.table, file.key in self._poison)
        except FileFault as fault:
            return StagedFile(file, fault=fault)
        parts = (self._write(task, columns, values, len(records)),) if records else ()
        return StagedFile(
            file,
            columns=tuple(columns),
            parts=parts,
            header_map={name: name for name in header},
            rows_read=len(records),
            rows_staged=len(records),
        )

    def _columns(
        self, header: list[str], values: list[list[str | None]], table: TableSchema | None, trusting: bool
    ) -> tuple[list[StagedColumn], list[list[str | None]]]:
        columns: list[StagedColumn] = []
        staged_values: list[list[str | None]] = []
        for name, column in zip(header, values, strict=True):
            present = [value for value in column if value is not None]
            if any(value == "FAULT" for value in present):
                raise FileFault("bad_value", f"column {name!r} holds FAULT", line=2, column=name, value="FAULT")
            longest = max((len(value.encode()) for value in present), default=0)
            existing = table.column(name) if table else None
            if existing:
                frozen = not existing.widenable or self._settings.schema_contract is SchemaContract.FREEZE
                misfits = existing.type.name == "varchar" and longest > (existing.type.length or 0) and frozen
                if misfits:
                    columns.append(StagedColumn(name, name, existing.type, 0, is_new=False))
                    staged_values.append([None] * len(column))
                    rescue = f"{name}__as_varchar"
                    is_new = table is None or table.column(rescue) is None
                    rescue_type = varchar_with_headroom(longest)
                    columns.append(StagedColumn(rescue, name, rescue_type, longest, is_new, rescue_for=name))
                    staged_values.append(column)
                    continue
                columns.append(StagedColumn(name, name, existing.type, longest, is_new=False))
            else:
                columns.append(StagedColumn(name, name, _inferred(present, longest, trusting), longest, is_new=True))
            staged_values.append(column)
        return columns, staged_values

    def _write(
        self, task: StageTask, columns: list[StagedColumn], values: list[list[str | None]], rows: int
    ) -> StagedPart:
        first = task.index << 40
        arrays = [pa.array(range(first, first + rows), pa.int64())]
        arrays += [pa.array(column, pa.string()) for column in values]
        sink = io.BytesIO()
        names = ["__position", *(column.name for column in columns)]
        pq.write_table(pa.table(dict(zip(names, arrays, strict=True))), sink)
        key = f"staging/customers/{self._run_id}/{task.file.load_id}-0.parquet"
        self._s3.put_object(Bucket=STAGING, Key=key, Body=sink.getvalue())
        return StagedPart(STAGING, key, sink.tell(), rows)


def _inferred(present: list[str], longest: int, trusting: bool) -> ColumnType | None:
    if not present:
        return None
    if all(value.isdigit() or (trusting and value == "poison") for value in present):
        return BIGINT
    return varchar_with_headroom(longest)
