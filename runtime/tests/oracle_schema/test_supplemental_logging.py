"""Without the columns that an update leaves as they are in Oracle's log, the merge would write NULL into them."""

from __future__ import annotations

from typing import Any

import pytest
from oracle_schema.test_catalog import col, read

from customer_data.oracle_schema.assessed import Outcome
from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.model import OracleSchema

NONE_OF_DATABASE = {"SUPPLEMENTAL_LOG_DATA_ALL": "NO", "SUPPLEMENTAL_LOG_DATA_PK": "NO"}


def group(kind: str, table: str = "T") -> dict[str, str | None]:
    return {"OWNER": "CRM", "TABLE_NAME": table, "LOG_GROUP_TYPE": kind}


def of(**views: list[Any]) -> OracleSchema:
    named = {"v$database" if name == "database" else name: rows for name, rows in views.items()}
    return read(col("T", "ID", "NUMBER"), **named)


@pytest.mark.parametrize(
    ("views", "logged"),
    [
        ({}, "unknown"),
        ({"database": [NONE_OF_DATABASE]}, "unknown"),  # exports without ALL_LOG_GROUPS
        ({"database": [NONE_OF_DATABASE | {"SUPPLEMENTAL_LOG_DATA_ALL": "YES"}]}, "all"),
        ({"all_log_groups": []}, "none"),
        ({"all_log_groups": [], "database": [NONE_OF_DATABASE]}, "none"),
        ({"all_log_groups": [], "database": [NONE_OF_DATABASE | {"SUPPLEMENTAL_LOG_DATA_ALL": "YES"}]}, "all"),
        ({"all_log_groups": [], "database": [NONE_OF_DATABASE | {"SUPPLEMENTAL_LOG_DATA_PK": "YES"}]}, "key"),
        ({"all_log_groups": [], "dba_supplemental_logging": [{"ALL_COLUMN": "YES", "PRIMARY_KEY": "NO"}]}, "all"),
        ({"all_log_groups": [group("ALL COLUMN LOGGING")]}, "all"),
        ({"all_log_groups": [group("PRIMARY KEY LOGGING"), group("ALL COLUMN LOGGING")]}, "all"),
        ({"all_log_groups": [group("PRIMARY KEY LOGGING")]}, "key"),
        ({"all_log_groups": [group("USER LOG GROUP")]}, "none"),
        ({"all_log_groups": [group("ALL COLUMN LOGGING", "OTHER")]}, "none"),
    ],
)
def test_what_the_catalog_says_is_logged(views: dict[str, list[Any]], logged: str) -> None:
    assert of(**views).tables[0].logged == logged


def test_a_table_whose_other_columns_would_be_null_needs_a_person_with_the_statement() -> None:
    (table,) = convert(of(all_log_groups=[group("PRIMARY KEY LOGGING")])).assessed
    [said] = [part for part in table.parts if part.kind == "supplemental logging"]
    assert (said.outcome, table.outcome) == (Outcome.PERSON, Outcome.PERSON)
    assert "only the changed columns of an UPDATE and its primary key" in said.reasons[0]
    assert 'Run in Oracle: ALTER TABLE "CRM"."T" ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS;' in said.reasons[0]


@pytest.mark.parametrize("views", [{}, {"all_log_groups": [group("ALL COLUMN LOGGING")]}])
def test_nothing_is_said_where_all_is_logged_or_nobody_knows(views: dict[str, list[Any]]) -> None:
    (table,) = convert(of(**views)).assessed
    assert "supplemental logging" not in {part.kind for part in table.parts}
