"""Every value of a random file is staged as what its text says, or waits as that text, wherever batches end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from unittest import mock

import boto3
import histories
import pytest
from histories import Value, meant, stored_value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading.test_staging import Landing
from moto import mock_aws

from customer_data.columns.type_names import parse_type
from customer_data.columns.types import ColumnType, TableColumn, TableSchema
from customer_data.csv import exact as csv_exact
from customer_data.csv import reader as csv_reader
from customer_data.csv import text as csv_text
from customer_data.csv.format import CsvFormat
from customer_data.loading.settings import RowErrorPolicy

_BATCH_BYTES = 160
_KINDS = [*histories.NUMBERS, *histories.TIMES, *histories.OTHERS]
_FAMILIES = [histories.NUMBERS, histories.NUMBERS, histories.TIMES, _KINDS]
_TYPES = [
    "SMALLINT",
    "BIGINT",
    "NUMERIC(10,2)",
    "NUMERIC(38,4)",
    "DOUBLE PRECISION",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMPTZ",
]


@dataclass(frozen=True)
class Column:
    """The values of a file's column, its type in the table, if it is there, and that of its rescue column."""

    values: tuple[Value, ...]
    type: str | None
    rescue: str | None
    german: bool


@st.composite
def _columns(draw: st.DrawFn) -> Column:
    """Runs of values of one kind, as long as some batches."""
    family = draw(st.sampled_from(_FAMILIES))
    values: list[Value] = []
    for _ in range(draw(st.integers(2, 4))):
        kind = draw(st.sampled_from([st.none(), st.none(), *family]))
        values += [draw(kind) for _ in range(draw(st.integers(1, 3)))] * draw(st.sampled_from([1, 20]))
    type = draw(st.none() | st.sampled_from(_TYPES))
    rescue = draw(st.sampled_from([None, None, "VARCHAR(400)", "CHAR(3)"])) if type else None
    return Column(tuple(values), type, rescue, german=draw(st.booleans()))


@pytest.fixture(scope="module")
def landing() -> Iterator[Landing]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with mock.patch.dict("os.environ", keys), mock_aws():
        yield Landing(boto3.client("s3", region_name="us-east-1"))


@settings(deadline=None, max_examples=200, derandomize=True, suppress_health_check=list(HealthCheck))
@given(column=_columns())
def test_every_value_is_staged_as_what_it_says_or_waits_as_its_text(landing: Landing, column: Column) -> None:
    check(landing, column)


@pytest.mark.full
@settings(deadline=None, max_examples=3_000, print_blob=True, suppress_health_check=list(HealthCheck))
@given(column=_columns())
def test_every_value_of_many_is_staged_as_what_it_says_or_waits_as_its_text(landing: Landing, column: Column) -> None:
    check(landing, column)


def check(landing: Landing, column: Column) -> None:
    written = [_swapped(value) if column.german else value for value in column.values]
    lines = [f"{row};{histories._field(value)}" for row, value in enumerate(written)]
    known = {"user_id": "BIGINT", "n": column.type, "n__as_varchar": column.rescue}
    table = TableSchema(tuple(TableColumn(name, parse_type(type)) for name, type in known.items() if type))
    csv = CsvFormat(delimiter=";", date_formats=("DD.MM.YYYY",))
    if column.german:
        csv = CsvFormat(delimiter=";", decimal_separator=",", thousands_separator=".", date_formats=("DD.MM.YYYY",))
    with ExitStack() as stack:
        for module in (csv_text, csv_reader):
            stack.enter_context(mock.patch.object(module, "CHUNK_BYTES", _BATCH_BYTES))
        stack.enter_context(mock.patch.object(csv_exact, "_BATCH_ROWS", 3))
        staged = landing.stage(
            "\n".join(["user_id;n", *lines]),
            table if column.type else None,
            csv=csv,
            row_errors=RowErrorPolicy.QUARANTINE_ROWS,
        )
    rows = {row["user_id"]: row for row in landing.rows(staged)}
    types = {each.name: each.type for each in staged.columns}
    rejected = {record["record"]["user_id"] for record in landing.rejected(staged)} if staged.rejected_key else set()
    assert rows.keys() | set(map(int, rejected)) == set(range(len(written)))
    assert len(rows) == staged.rows_staged
    for row, values in rows.items():
        value, rescued, text = values["n"], values.get("n__as_varchar"), column.values[row] or None
        if value is None or text is None:
            assert (value, rescued) == (None, written[row] or None)
        else:
            assert rescued is None
            type = types["n"]
            wanted = written[row] if type.name == "varchar" else meant(_name(type), text)
            assert _value(type, value) == wanted


_DATE = re.compile(r"[0-9]{2}[.][0-9]{2}[.][0-9]{4}")
_DIGITS = re.compile(r"[-+]?[0-9.,]+(?:[eE][-+]?[0-9]+)?")


def _swapped(text: Value) -> Value:
    """The number as a German program writes it; dates in a format keep their points."""
    if text is None or _DATE.fullmatch(text):
        return text
    if histories._NUMBER.fullmatch(text):
        return text.replace(".", ",")
    # Other texts of digits and separators, such as 1,5 and 1.234.567, would be numbers to a German program.
    return re.sub("[.,]", "_", text) if _DIGITS.fullmatch(text) else text


def _name(type: ColumnType) -> str:
    return {"timestamptz": "timestamp with time zone", "varchar": "character varying"}.get(type.name, type.name)


def _value(type: ColumnType, value: Any) -> Any:
    return stored_value(_name(type), value.replace(tzinfo=UTC) if type.name == "timestamptz" else value)
