"""Change data goes its way without a CSV: Arrow batches, Parquet parts, plan, one transaction, ledger."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from world import STAGING, World

import customer_data
from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import BIGINT, TIMESTAMP, numeric, varchar
from customer_data.columns.values import longest, read_values
from customer_data.errors import WarehouseError
from customer_data.files.manifest import SourceFile
from customer_data.records import staged_objects
from customer_data.records.parquet_parts import POSITION, ParquetParts, StagedPart
from customer_data.records.rejected import RejectedRecords
from customer_data.records.rejections import Rejections, RowError
from customer_data.warehouse import ledger, sql, table_changes
from customer_data.warehouse.catalog import read_table
from customer_data.warehouse.data_api import DataApi
from customer_data.warehouse.ledger import Ledger, LedgerRow
from customer_data.warehouse.plan import check_plan, fits, make_plan
from customer_data.warehouse.table_name import TableName

RUN = "merge-1"
TYPES = {
    "order_id": BIGINT,
    "status": varchar(32),
    "amount": numeric(12, 2),
    "changed_at": TIMESTAMP,
    "change_seq": BIGINT,
}


@dataclass
class Merge:
    """A small table of change data: the shared pieces in the order in which a merge uses them."""

    world: World

    @property
    def table(self) -> TableName:
        return TableName(self.world.schema, "orders")

    @property
    def warehouse(self) -> DataApi:
        return DataApi(self.world.redshift_data, self.world.settings().warehouse)

    def source(self, number: int) -> SourceFile:
        key, time = f"cdc/crm/orders/{number}.parquet", f"2024-01-01T00:00:{number:02d}Z"
        return SourceFile(f"{number:064x}", STAGING, key, None, f"e{number}", 1, None, time)

    def stage(self, number: int, batch: pa.RecordBatch) -> tuple[StagedPart, ...]:
        positions = pa.array(range(batch.num_rows), pa.int64())
        staged = pa.RecordBatch.from_arrays([positions, *batch.columns], names=[POSITION, *batch.schema.names])
        with ParquetParts(self.world.s3, STAGING, f"staging/orders/{RUN}/{number}/") as parts:
            parts.add(staged)
            return parts.finish()

    def load(self, number: int, changes: Sequence[dict[str, str | None]]) -> None:
        texts = pa.RecordBatch.from_pylist(list(changes), pa.schema([(name, pa.string()) for name in changes[0]]))
        batch = pa.RecordBatch.from_arrays(
            [
                texts.column(name) if TYPES[name].name == "varchar" else read_values(TYPES[name], texts.column(name))[0]
                for name in texts.schema.names
            ],
            texts.schema.names,
        )
        parts = self.stage(number, batch)
        try:
            self.upsert(number, batch, parts)
        finally:
            staged_objects.delete_parts(parts, self.world.s3)

    def upsert(self, number: int, batch: pa.RecordBatch, parts: Sequence[StagedPart]) -> None:
        warehouse, of_table = self.warehouse, Ledger(self.warehouse, self.table)
        of_table.ensure()
        table = read_table(warehouse, self.table, may_evolve=True)
        columns = [self.column(name, values, table) for name, values in zip(batch.schema.names, batch, strict=True)]
        assert fits(columns, (), table, may_evolve=True)
        plan = make_plan([columns], table, key=["order_id"], sequence="change_seq")
        check_plan(plan)
        if plan.widenings:
            assert table_changes.widen(plan, self.table, warehouse, [].append) == {}
            self.upsert(number, batch, parts)
            return
        row = LedgerRow(
            self.source(number), "loaded", RUN, datetime.now(UTC), rows_read=batch.num_rows, rows_loaded=batch.num_rows,
            columns_added=tuple(column.name for column in plan.new_columns),
        )  # fmt: skip
        manifest = f"staging/orders/{RUN}/{number}.manifest"
        url = staged_objects.put_copy_manifest(parts, STAGING, manifest, self.world.s3)
        statements = sql.upsert_batch(
            plan,
            target=self.table,
            ledger=of_table.name,
            ledger_statements=ledger.guarded_insert(of_table.name, [row]),
            copy_manifest_url=url,
            copy_role_arn=self.world.copy_role_arn,
            suffix=f"m{number}",
        ).statements
        try:
            warehouse.batch(statements)
        finally:
            staged_objects.delete(STAGING, [manifest], self.world.s3)

    @staticmethod
    def column(name: str, values: pa.Array, table: Any) -> StagedColumn:
        is_new = table is None or table.column(name) is None
        type = TYPES[name] if is_new else table.column(name).type
        bytes_of_text = longest(values) if pa.types.is_string(values.type) else 0
        return StagedColumn(name, name, type, bytes_of_text, is_new)


@pytest.fixture
def merge(world: World) -> Merge:
    return Merge(world)


def change(order_id: str, status: str | None, seq: int, **more: str | None) -> dict[str, str | None]:
    return {"order_id": order_id, "status": status, "change_seq": str(seq), **more}


def test_changes_become_rows_of_the_table_and_of_its_ledger(merge: Merge) -> None:
    merge.load(1, [change("1", "new", 10, amount="9.50"), change("2", "new", 11, amount=None)])
    merge.load(2, [change("1", "paid", 20), change("1", "shipped " * 8, 21), change("2", "too late", 5)])

    world = merge.world
    assert world.rows("order_id, status, amount, change_seq", "orders") == [
        (1, "shipped " * 8, "9.50", 21),
        (2, "new", None, 11),
    ]
    assert world.columns("orders")["status"] == ("character varying", 128)
    told = world.admin.query(
        f'SELECT object_key, status, rows_loaded, columns_added, run_id FROM "{world.schema}".orders__loads ORDER BY 1'
    )
    assert [(key, status, rows, json.loads(str(added)), run) for key, status, rows, added, run in told] == [
        ("cdc/crm/orders/1.parquet", "loaded", 2, ["order_id", "status", "change_seq", "amount"], RUN),
        ("cdc/crm/orders/2.parquet", "loaded", 3, [], RUN),
    ]
    assert world.object_keys(STAGING, "staging/orders/") == []


def test_a_new_column_of_changes_is_added_and_the_others_keep_their_values(merge: Merge) -> None:
    merge.load(1, [change("1", "new", 10)])
    merge.load(2, [{"order_id": "1", "change_seq": "11", "changed_at": "2024-01-01 10:00:00"}])

    assert merge.world.rows("order_id, status, changed_at", "orders") == [(1, "new", "2024-01-01 10:00:00")]


def test_the_same_changes_are_loaded_once(merge: Merge) -> None:
    merge.load(1, [change("1", "new", 10)])
    batch = pa.RecordBatch.from_pylist([change("1", "again", 99)])
    parts = merge.stage(1, batch)

    assert Ledger(merge.warehouse, merge.table).read([merge.source(1)]).status(merge.source(1)) == "loaded"
    with pytest.raises(WarehouseError, match="already loaded"):
        merge.upsert(1, batch, parts)
    assert merge.world.rows("order_id, status", "orders") == [(1, "new")]


def test_a_rejected_change_has_no_line_and_names_its_object(merge: Merge) -> None:
    world = merge.world
    error = RowError("primary_key", "null_key", "the key order_id is empty; correct it at the source", "order_id")
    with RejectedRecords(merge.source(1), RUN, keep=True) as rejected:
        rejected.add(Rejections.of([(None, {"order_id": None, "status": "new"}, [error])]))
        rejected.upload(world.s3, "quarantine/orders/1.rejected.jsonl")

    (entry,) = map(
        json.loads, world.s3.get_object(Bucket=STAGING, Key="quarantine/orders/1.rejected.jsonl")["Body"].iter_lines()
    )
    assert entry["line"] is None
    assert entry["source"] == {"bucket": STAGING, "key": "cdc/crm/orders/1.parquet", "version": None}
    assert entry["errors"][0]["severity"] == "error"


def test_the_shared_pieces_import_nothing_of_csv() -> None:
    pieces = (
        "records.rejected", "records.parquet_parts", "records.staged_objects", "records.spread", "columns.staged",
        "warehouse.plan", "warehouse.sql", "warehouse.ledger", "warehouse.table_changes", "warehouse.catalog",
        "files.outcomes", "files.set_aside", "job", "metrics",
    )  # fmt: skip
    code = f"""
import importlib, sys
for piece in {pieces}:
    importlib.import_module("customer_data." + piece)
rooms = {{name.split(".")[1] for name in sys.modules if name.startswith("customer_data.")}}
print(rooms & {{"csv", "loading", "quality"}})
"""
    root = str(Path(customer_data.__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": root}, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "set()"
