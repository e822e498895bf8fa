"""Complete schemas, converted and run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from complete_schemas import COMPLETE
from oracle_tables import said, target
from world import World

from customer_data.errors import SettingsError
from customer_data.oracle_schema.assessed import Outcome
from customer_data.oracle_schema.assessment import Assessment
from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.differences import as_stored, differences
from customer_data.oracle_schema.model_json import from_json, to_json
from customer_data.oracle_schema.redshift_sql import script, statements
from customer_data.oracle_schema.statements import split_statements
from customer_data.warehouse.schema_tables import stored_in


def test_a_crm_an_order_system_and_a_warehouse_run_on_redshift(world: World) -> None:
    assert len(COMPLETE.tables) > 30
    made = convert(COMPLETE, target_schema=world.schema)
    assert len(made.tables) == len(COMPLETE.tables) - 2  # a temporary and an external one
    for statement in split_statements(script(made)):
        world.admin.execute(statement)
    stored = stored_in(world.admin, [world.schema])
    assert {name for _, name in stored} == {one.name.name for one in (*made.tables, *made.views)}
    again = differences(made, stored)
    assert (again.statements, again.reported) == ([], [])


def test_what_is_said_of_them() -> None:
    made = convert(COMPLETE)
    assert [one.source for one in made.views] == ["CRM.OPEN_DEALS", "DWH.CITY_SALES"]
    assert {one.name.schema for one in made.tables} == {"crm", "shop", "dwh"}
    left_out = [
        part.name for item in made.assessed for part in item.parts if part.kind == "foreign key" and part.target is None
    ]
    assert left_out == ["TEAM_FK"]  # teams have leads, who are in teams
    order = [one.name for one in made.tables]
    for table in made.tables:
        assert all(order.index(foreign.table) <= order.index(table.name) for foreign in table.foreign_keys)
    assert target(made, "fact_sales").sortkey != target(made, "fact_visits").sortkey
    assert said(made, "SHOP.SITE", "GEO").outcome is Outcome.PERSON
    assessment = Assessment("all", None, made.assessed)  # type: ignore[arg-type]
    assert sum(assessment.totals.values()) == len(COMPLETE.tables) + len(COMPLETE.views) + len(COMPLETE.others)


def test_the_model_comes_back_from_json() -> None:
    assert from_json(to_json(COMPLETE)) == COMPLETE


def test_the_same_schema_gives_the_same_sql_whatever_stands_first() -> None:
    made = convert(COMPLETE)
    other = convert(replace(COMPLETE, tables=tuple(reversed(COMPLETE.tables))))
    assert len(statements(made)) == len(statements(other))
    assert differences(made, as_stored(other), other).statements == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"tables": [{"owner": "A", "name": "T", "columns": [], "kind": "heap"}]}',
            r'tables\[0\]\.kind is "heap", but one of',
        ),
        ('{"tables": [{"owner": "A", "name": "T"}]}', r"model\.tables\[0\]\.columns is missing"),
        ('{"views": [{"owner": 1, "name": "V", "text": ""}]}', r"model\.views\[0\]\.owner is 1, but text is needed"),
    ],
)
def test_a_model_that_somebody_changed_names_the_field(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        from_json(text)
