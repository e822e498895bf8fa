"""SQL and Python rules see each value as the loader stores it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow.parquet
import pytest
from quality.rows_checked import BUCKET, Checked, Rows, sql_rules

from customer_data.columns.type_names import parse_type
from customer_data.columns.types import TableColumn, TableSchema
from customer_data.files.staging_location import StagingLocation
from customer_data.loading.settings import LoaderSettings
from customer_data.loading.staging import stage_file
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.table_name import TableName

D = Decimal
#: The texts of lines 2 to 4, the type in Spark SQL, and the values.
COLUMNS: dict[str, tuple[list[str], str, list[Any]]] = {
    "whole": (["4.0", "+5", "6."], "bigint", [4, 5, 6]),
    "decimals": (["+5", ".5", "5.2500"], "decimal(18,4)", [D("5"), D("0.5"), D("5.25")]),
    "nine_decimals": (
        ["1.123456789", "2.000000001", "12345678901.5"],
        "decimal(38,9)",
        [D("1.123456789"), D("2.000000001"), D("12345678901.5")],
    ),
    "zones": (
        ["2024-05-01 10:00:00 -0400", "2024-05-01 10:00:00 UTC", "2024-05-01T10:00:00.5+00"],
        "timestamp",
        [datetime(2024, 5, 1, hour, tzinfo=UTC, microsecond=part) for hour, part in ((14, 0), (10, 0), (10, 500_000))],
    ),
    "times": (
        ["2024-05-01 10:00:00.123456000", "2024-05-01T10:00", "2024-05-02"],
        "timestamp_ntz",
        [datetime(2024, 5, 1, 10, 0, 0, 123456), datetime(2024, 5, 1, 10), datetime(2024, 5, 2)],
    ),
    "ids": (["12E12", "47E5", "1E3"], "string", ["12E12", "47E5", "1E3"]),
    "exponents": (["12E12", "1.5", "7"], "double", [12e12, 1.5, 7.0]),
    "shortest_doubles": (["0.23341378946567992", "4.5e-05", "1"], "double", [0.23341378946567992, 4.5e-05, 1.0]),
    "no_doubles": (["0.3000000000000000444", "4.5e-05", "1"], "string", ["0.3000000000000000444", "4.5e-05", "1"]),
    "flags": (["true", "FALSE", "True"], "boolean", [True, False, True]),
    "flags_and_numbers": (["true", "1", "false"], "string", ["true", "1", "false"]),
    "phones": (["+49301234567", "+4930555", "+49301"], "string", ["+49301234567", "+4930555", "+49301"]),
    "zeros": (["007", "12", "13"], "string", ["007", "12", "13"]),
}
#: What a rule ofType names, or the loader's table has.
PINNED: dict[str, tuple[list[str], str, list[Any]]] = {
    "BIGINT": (["4.0", "+5", "1E3"], "bigint", [4, 5, None]),
    "NUMERIC(12,2)": (["1.500", "+5", "2e1"], "decimal(12,2)", [D("1.5"), D("5"), D("20")]),
    "BOOLEAN": (["true", "1", "f"], "boolean", [True, True, False]),
    "DATE": (["2024-05-01", "2024-05-01 00:00:00", "2024-05-01T00:00:01"], "date", [date(2024, 5, 1)] * 2 + [None]),
    "TIMESTAMPTZ": (
        ["2024-05-01 10:00:00 -0400", "2024-05-01 10:00Z", "2024-05-01 10:00"],
        "timestamp",
        [datetime(2024, 5, 1, 14, tzinfo=UTC), datetime(2024, 5, 1, 10, tzinfo=UTC), None],
    ),
    "DOUBLE PRECISION": (["0.1", "4.5e-05", "0.3000000000000000444"], "double", [0.1, 4.5e-05, None]),
}
PINNED_NAMES = {f"pinned_{place}": type for place, type in enumerate(PINNED)}
ALL = COLUMNS | {name: PINNED[type] for name, type in PINNED_NAMES.items()}
LINES = [2, 3, 4]
CONTENT = "\n".join(
    [
        ",".join(["id", *ALL]),
        *(",".join([str(row), *(texts[row] for texts, _, _ in ALL.values())]) for row in range(len(LINES))),
    ]
)
#: Reports the columns in which a record has something else, each with its type: True is 1, and 1.0 is 1.
PYTHON = f"""
import datetime
from decimal import Decimal

EXPECTED = { ({name: values for name, (_, _, values) in ALL.items()})!r}

def expected(record):
    wrong = []
    for name, values in EXPECTED.items():
        seen, value = record[name], values[record["id"]]
        if type(seen) is not type(value) or seen != value:
            wrong.append(name)
    return {{"description": " ".join(wrong)}} if wrong else None

PYTHON_DATA_QUALITY_RULES = [expected]
"""


def _query(column: str) -> str:
    """Selects the lines that have the expected value."""
    _, type, values = ALL[column]
    cases = " ".join(
        f"WHEN {line} THEN CAST({'NULL' if value is None else repr(str(value))} AS {type})"
        for line, value in zip(LINES, values, strict=True)
    )
    return f"SELECT * FROM temp_data WHERE typeof({column}) = '{type}' AND {column} <=> CASE __line {cases} END"


@pytest.fixture(scope="module")
def seen(rows: Rows) -> Checked:
    pinned = [
        {"name": f"type_of_{name}", "kind": "of_type", "column": name, "parameters": {"type": type}}
        for name, type in PINNED_NAMES.items()
    ]
    return rows.check(CONTENT, sql_rules({name: _query(name) for name in ALL}) + PYTHON, pinned)


@pytest.mark.parametrize("column", ALL)
def test_a_sql_rule_sees_the_values_that_the_file_means(seen: Checked, column: str) -> None:
    assert seen.failures.get(column) is None
    assert seen.lines(column) == LINES


def test_a_python_rule_sees_the_values_that_the_file_means(seen: Checked) -> None:
    assert seen.said.get("expected", {}) == {}


@pytest.fixture(scope="module")
def stored(rows: Rows) -> dict[str, list[Any]]:
    table = TableSchema(
        tuple(TableColumn(name, parse_type(type), growable=False) for name, type in PINNED_NAMES.items())
    )
    settings = LoaderSettings(
        pipeline="customers",
        table=TableName("public", "customers"),
        staging=StagingLocation(BUCKET, "loader/"),
        warehouse=WarehouseConnection("dev", "arn:aws:iam::123456789012:role/copy"),
        prefix="in/",
        primary_key=("id",),
    )
    staged = stage_file(rows.put(CONTENT), 0, settings, table, "jr_1", rows.s3)  # type: ignore[arg-type]
    assert staged.fault is None
    [part] = staged.parts
    return pyarrow.parquet.read_table(rows.folder / part.bucket / part.key).to_pydict()


@pytest.mark.parametrize("column", ALL)
def test_the_loader_stores_the_same_values(stored: dict[str, list[Any]], column: str) -> None:
    # A time with a zone is staged as what it is in UTC.
    values = [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in ALL[column][2]]
    assert stored[column] == values
    assert list(map(type, stored[column])) == list(map(type, values))
