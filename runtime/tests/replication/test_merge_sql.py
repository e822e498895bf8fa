"""The text of a merge's statements, against files reviewed by hand.

Each golden file starts with the section of the Redshift manual that allows its statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from customer_data.columns.types import BIGINT, TIMESTAMP, ColumnType, numeric, varchar
from customer_data.records.parquet_parts import StagedPart
from customer_data.replication import merge_sql
from customer_data.replication.merge_sql import Column, KeyColumn, Staging, Statement, Target
from customer_data.warehouse.table_name import TableName

GOLDEN = Path(__file__).parent / "golden"
STAGED = '"__staged_1f"'
STAGING = Staging(
    suffix="1f",
    types=(varchar(64), BIGINT, varchar(32), numeric(38, 10), varchar(64), varchar(128), BIGINT),
    parts=(StagedPart("staging", "replication/crm/CRM/CUSTOMERS/20240101-000100000.parquet", 100, 3),),
    csv=None,
    positioned=False,
    padded=False,
    operation="c1",
    sequence="c6",
    key=(KeyColumn("id", ColumnType("integer"), f"{STAGED}.c2::INTEGER", f"{STAGED}.c7::INTEGER"),),
    columns=(
        Column("id", "c2::INTEGER", "c2::INTEGER <> c2"),
        Column("name", "c3"),
        Column("balance", "c4::NUMERIC(18,4)", "c4::NUMERIC(18,4) <> c4"),
    ),
    key_columns=("c2",),
)
TARGET = Target(
    TableName("crm", "customers"),
    TableName("crm", "customers__tombstones"),
    ("note",),
    "20240101000000000",
    "20240101000000000.2024010100000000" + "7".zfill(19),
    "2024010100000000" + "7".zfill(19),
    "2024-03-01 12:00:00.000000",
)
ROLE = "arn:aws:iam::123456789012:role/copy"
WITHOUT_KEY = replace(STAGING, key=(), key_columns=())
CASES = {
    "copy": merge_sql.copy(STAGING, "s3://staging/1f.manifest", ROLE),
    "copy_csv": merge_sql.copy(replace(STAGING, csv=True, positioned=False), "s3://staging/1f.manifest", ROLE),
    "changes": merge_sql.merge_changes(STAGING, TARGET),
    "changes_by_position": merge_sql.merge_changes(
        replace(STAGING, positioned=True, padded=True), replace(TARGET, kept=(), before="")
    ),
    "changes_without_a_key": merge_sql.merge_changes(WITHOUT_KEY, TARGET),
    "remarks": merge_sql.remarks(replace(STAGING, key=(replace(STAGING.key[0], before=None),)), has_updates=True),
    "remarks_on_text": merge_sql.remarks(
        replace(STAGING, key=(KeyColumn("name", varchar(32), f"{STAGED}.c3", None),)), has_updates=False
    ),
    "load": merge_sql.merge_load(STAGING, replace(TARGET, kept=())),
    "load_without_a_key": merge_sql.merge_load(WITHOUT_KEY, TARGET),
    "complete": merge_sql.complete(TARGET, TableName("crm", "customers__loads"), 1000, has_tombstones=True),
    "tombstones": [
        Statement(merge_sql.create_tombstones(TARGET.tombstones, STAGING.key)),
        merge_sql.purge(TARGET.tombstones, "2024-01-31 12:00:00.000000"),
    ],
    "primary_key": [Statement(merge_sql.primary_key(TARGET.name))],
}


@pytest.mark.parametrize("name", CASES)
def test_statements_are_those_reviewed(name: str) -> None:
    golden = [line for line in (GOLDEN / f"{name}.sql").read_text().splitlines() if not line.startswith("--")]
    assert shown(CASES[name]) == [line for line in golden if line]


def test_a_wide_table_fits_in_the_data_apis_statements() -> None:
    names = [f"a_column_with_a_name_of_thirty_{number}" for number in range(800)]
    wide = replace(
        STAGING,
        types=(*STAGING.types, *[TIMESTAMP] * len(names)),
        columns=tuple(Column(name, f"c{8 + number}") for number, name in enumerate(names)),
    )
    statements = merge_sql.merge_changes(wide, replace(TARGET, kept=()))
    assert max(len(statement.sql.encode()) for statement in statements) < 100_000


def shown(statements: Sequence[Statement]) -> list[str]:
    return [f"{statement.sql};" for statement in statements]
