"""The SQL runs on the Redshift stand-in, again and again, and later runs change only what is new."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from oracle_tables import column, converted, refers, table
from world import World

from customer_data.columns.types import numeric, varchar
from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.differences import Differences, as_stored, differences
from customer_data.oracle_schema.model import OracleSchema, OracleTable, OracleView
from customer_data.oracle_schema.redshift_sql import script, statements
from customer_data.oracle_schema.statements import split_statements
from customer_data.oracle_schema.targets import Conversion
from customer_data.warehouse.schema_tables import StoredTable, schema_exists, stored_in

EVERY_TYPE = table(
    "EVERYTHING",
    *("ID NUMBER(10) NOT NULL", "SMALL NUMBER(4)", "MIDDLE NUMBER(9)", "HUGE NUMBER(38)", "MONEY NUMBER(18,2)"),
    *("BARE NUMBER", "ANY_SCALE NUMBER(*,4)", "HUNDREDS NUMBER(5,-2)", "TINY NUMBER(3,5)", "WHOLE INTEGER"),
    *("F FLOAT(126)", "BF BINARY_FLOAT", "BD BINARY_DOUBLE", "YES BOOLEAN"),
    *("VB VARCHAR2(20 BYTE)", "VC VARCHAR2(20 CHAR)", "NV NVARCHAR2(2000)", "C CHAR(10)", "NC NCHAR(3)"),
    *("D DATE", "T TIMESTAMP(6)", "T9 TIMESTAMP(9)", "TZ TIMESTAMP(6) WITH TIME ZONE"),
    *("TL TIMESTAMP(6) WITH LOCAL TIME ZONE", "IY INTERVAL YEAR TO MONTH", "IDS INTERVAL DAY TO SECOND"),
    *("R RAW(16)", "B BLOB", "LR LONG RAW", "CL CLOB", "L LONG", "X XMLTYPE", "J JSON", "ROW_PLACE ROWID"),
    # Words that Redshift reserves, and columns that all of its tables have (ora2pg#51, ora2pg#932).
    *("GROUP_ NUMBER(3)", column("OF NUMBER(3)", name="ORDER"), "TAG NUMBER(3)", "OID NUMBER(3)", "CMAX NUMBER(3)"),
    column("NAME VARCHAR2(5)", comment='It\'s \\ a "name";\n-- of two lines'),
    key="ID",
    comment="Everything; all of it's here",
)
PARENT = table("PARENT", "ID NUMBER(10)", "NAME VARCHAR2(10)", key="ID")
CHILD = table(
    "CHILD",
    *("ID NUMBER(10)", "PARENT_ID NUMBER(10)", "MADE DATE NOT NULL", "NOTE VARCHAR2(10)"),
    key="ID,PARENT_ID",
    constraints=(refers("PARENT_ID", "PARENT"),),
    partitioning="RANGE",
    partitioned_by=("MADE",),
)
APPENDED = table("APPENDED", "NOTE VARCHAR2(10)")
VIEW = OracleView(
    "CRM", "CHILDREN", "select p.name, c.made from child c join parent p on c.parent_id = p.id", comment="Who has whom"
)


def converted_for(world: World, *tables: OracleTable, views: tuple[OracleView, ...] = ()) -> Conversion:
    return convert(OracleSchema(tables, views), target_schema=world.schema)


def apply(
    world: World, *tables: OracleTable, previous: Conversion | None = None, views: tuple[OracleView, ...] = ()
) -> Differences:
    made = converted_for(world, *tables, views=views)
    found = differences(made, stored_in(world.admin, [world.schema]), previous)
    for statement in found.statements:
        world.admin.execute(statement)
    return found


def everything(world: World) -> list[Any]:
    return [
        world.admin.query(sql.format(schema=world.schema))
        for sql in (
            "SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,"
            " is_nullable FROM svv_columns WHERE table_schema = '{schema}' ORDER BY table_name, ordinal_position",
            "SELECT conname, CAST(contype AS VARCHAR(1)) FROM pg_constraint AS c JOIN pg_namespace AS s"
            " ON s.oid = c.connamespace WHERE s.nspname = '{schema}' ORDER BY 1",
            "SELECT c.relname, d.objsubid, d.description FROM pg_description AS d JOIN pg_class AS c"
            " ON c.oid = d.objoid JOIN pg_namespace AS s ON s.oid = c.relnamespace"
            " WHERE s.nspname = '{schema}' ORDER BY 1, 2",
        )
    ]


def test_every_type_and_clause_runs_and_running_it_again_changes_nothing(world: World) -> None:
    made = converted_for(world, EVERY_TYPE, CHILD, PARENT, APPENDED, views=(VIEW,))
    for statement in statements(made):
        world.admin.execute(statement)
    first = everything(world)
    types = {row[1]: row[2:6] for row in first[0] if row[0] == "everything"}
    assert types["bare"] == ("numeric", None, 38, 10)
    assert types["hundreds"] == ("numeric", None, 7, 0)
    assert types["tiny"] == ("numeric", None, 5, 5)
    assert types["vc"] == ("character varying", 80, None, None)
    assert types["l"] == ("character varying", 65535, None, None)
    assert types["d"][0] == "timestamp without time zone"
    assert types["lr"][0] == "binary varying"
    assert types["j"][0] == "super"
    assert "row_place" not in types and "oid_" in types and "order" in types
    assert sorted(row[1] for row in first[1]) == ["f", "p", "p", "p"]
    assert ("children", 0, "Who has whom") in first[2]
    assert ("everything", 0, "Everything; all of it's here") in first[2]
    assert any(row[2] == 'It\'s \\ a "name";\n-- of two lines' for row in first[2])

    for statement in statements(made):
        world.admin.execute(statement)
    assert everything(world) == first


def test_the_file_has_the_same_statements(world: World) -> None:
    """A person's copy of it goes through the splitter."""
    made = converted_for(world, EVERY_TYPE, CHILD, PARENT, APPENDED, views=(VIEW,))
    for statement in split_statements(script(made)):
        world.admin.execute(statement)
    code = [
        "".join(line for line in one.splitlines(True) if not line.startswith("--")).strip()
        for one in split_statements(script(made))
        if "COMMENT ON COLUMN" not in one
    ]
    assert code == [one.strip() for one in statements(made) if "COMMENT ON COLUMN" not in one]


def test_rows_of_the_source_fit(world: World) -> None:
    for statement in statements(converted_for(world, EVERY_TYPE, CHILD, PARENT, views=(VIEW,))):
        world.admin.execute(statement)
    insert = f'INSERT INTO "{world.schema}"'
    for sql in (
        f""".everything (id, huge, hundreds, tiny, bare, d, vc, "order") VALUES
        (9999999999, {"9" * 38}, 9999900, 0.00999, -0.0000000001, '2024-02-29 23:59:59', '{"😀" * 20}', 1)""",
        ".parent VALUES (1, 'Ann')",
        ".child VALUES (1, 1, '2024-01-01 10:20:30', 'x')",
    ):
        world.admin.execute(insert + sql)
    assert world.admin.query(f'SELECT name, CAST(made AS VARCHAR(19)) FROM "{world.schema}".children') == [
        ("Ann", "2024-01-01 10:20:30")
    ]


# Differences


def test_the_first_run_makes_everything_and_the_second_nothing(world: World) -> None:
    apply(world, EVERY_TYPE, CHILD, PARENT, APPENDED)
    again = apply(world, EVERY_TYPE, CHILD, PARENT, APPENDED)
    assert (again.statements, again.reported) == ([], [])


def test_only_new_tables_new_columns_and_longer_texts_are_applied(world: World) -> None:
    apply(world, CHILD, PARENT)
    new = column("PHONE VARCHAR2(5 CHAR) NOT NULL", comment="Mobile")
    wider = table("PARENT", "ID NUMBER(10)", "NAME VARCHAR2(10 CHAR)", new, "BORN DATE", key="ID")
    found = apply(world, CHILD, wider, APPENDED)
    name = f'"{world.schema}"'
    assert found.statements == [
        f'ALTER TABLE {name}."parent" ALTER COLUMN "name" TYPE VARCHAR(40)',
        f'ALTER TABLE {name}."parent" ADD COLUMN "phone" VARCHAR(20)',
        f'COMMENT ON COLUMN {name}."parent"."phone" IS \'Mobile\'',
        f'ALTER TABLE {name}."parent" ADD COLUMN "born" TIMESTAMP',
        f'CREATE TABLE IF NOT EXISTS {name}."appended" (\n  "note" VARCHAR(10)\n)',
    ]
    assert found.reported == [
        f"{world.schema}.parent.phone is NOT NULL in the source; it is added without, since the rows that are there"
        " have no value yet: load the table again: aws dms reload-replication-tables --replication-config-arn"
        """ <replication> --tables-to-reload '[{"SchemaName": "CRM", "TableName": "PARENT"}]' (on an instance:"""
        " reload-tables --replication-task-arn)"
    ]
    assert apply(world, CHILD, wider, APPENDED).statements == []


def test_what_redshift_would_refuse_is_reported_and_not_tried(world: World) -> None:
    code = table("T", "CODE VARCHAR2(10) NOT NULL", "N NUMBER(9)", "WHEN_ DATE", key="CODE")
    apply(world, code)
    changed = table("T", "CODE VARCHAR2(20) NOT NULL", "N NUMBER(12)", "WHEN_ VARCHAR2(20)", key="CODE")
    found = apply(world, changed)
    assert found.statements == []
    for text, reason in zip(
        found.reported,
        (
            "t.code is VARCHAR(10) and should be VARCHAR(20): Redshift widens no column with a key",
            "t.n is INTEGER and would now be BIGINT: the merge gives it a wider type by itself",
            "t.when_ is TIMESTAMP and would now be VARCHAR(20): neither Redshift nor the merge changes",
        ),
        strict=True,
    ):
        assert reason in text


def run_what_is_said(world: World, text: str) -> None:
    for statement in split_statements(text[text.index("ALTER TABLE") :].partition("; then")[0]):
        world.admin.execute(statement)


def test_a_number_grows_by_itself_unless_something_is_in_the_way_and_then_the_sql_is_said(world: World) -> None:
    def with_type(type: str) -> OracleTable:
        columns = (f"N {type} NOT NULL", f"F {type}", column(f"C {type}", comment="It"), "T CHAR(5)")
        refers_up = (refers("F", "UP", "ID"),)
        return table("T", "ID NUMBER(9)", *columns, key="ID", constraints=refers_up)

    up = table("UP", "ID NUMBER(9)", key="ID")
    apply(world, up, with_type("NUMBER(9)"))
    world.admin.execute(f"INSERT INTO \"{world.schema}\".t VALUES (1, 2, 3, 4, 'x')")
    by_itself, foreign, commented = apply(world, up, with_type("NUMBER(20,2)")).reported
    assert "t.n is INTEGER and would now be NUMERIC(20,2): the merge gives it a wider type by itself" in by_itself
    assert "t.f is INTEGER" in foreign and "neither Redshift nor the merge" in foreign
    assert 'RENAME TO "t__before"' in foreign and """[{"SchemaName": "CRM", "TableName": "T"}]""" in foreign
    assert "t.c is INTEGER" in commented and "neither Redshift nor the merge" in commented
    run_what_is_said(world, by_itself)
    run_what_is_said(world, commented)
    assert world.admin.query(f'SELECT CAST(n AS VARCHAR(9)), CAST(c AS VARCHAR(9)) FROM "{world.schema}".t') == [
        ("2.00", "4.00")
    ]
    (left,) = apply(world, up, with_type("NUMBER(20,2)")).reported
    assert left == foreign
    run_what_is_said(world, foreign)
    assert apply(world, up, with_type("NUMBER(20,2)")).reported == []


def test_a_column_of_a_view_is_widened_once_the_view_is_gone(world: World) -> None:
    wider = table("PARENT", "ID NUMBER(10)", "NAME VARCHAR2(11)", key="ID")
    assert len(apply(world, CHILD, PARENT, views=(VIEW,)).statements) == 5  # the schema, which is empty, too
    found = apply(world, CHILD, wider, views=(VIEW,))
    assert found.statements == []
    widening = f'DROP the view, run ALTER TABLE "{world.schema}"."parent" ALTER COLUMN "name" TYPE VARCHAR(11), then'
    assert widening in found.reported[0]
    world.admin.execute(f'DROP VIEW "{world.schema}".children')
    assert [sql.split()[0] for sql in apply(world, CHILD, wider, views=(VIEW,)).statements] == [
        *("ALTER", "CREATE", "COMMENT")
    ]
    assert apply(world, CHILD, wider, views=(VIEW,)).statements == []


def test_a_view_is_replaced_by_one_with_the_same_columns(world: World) -> None:
    before = converted_for(world, CHILD, PARENT, views=(VIEW,))
    apply(world, CHILD, PARENT, views=(VIEW,))
    narrowed = replace(VIEW, text=f"{VIEW.text} where p.id > 5")
    assert len(apply(world, CHILD, PARENT, views=(narrowed,), previous=before).statements) == 2
    assert apply(world, CHILD, PARENT, views=(VIEW,), previous=before).statements == []
    other = replace(VIEW, text="select p.name from parent p")
    found = apply(world, CHILD, PARENT, views=(other,), previous=before)
    assert found.statements == []
    assert "children has the columns name, made, and the view CRM.CHILDREN now has name:" in found.reported[0]
    assert apply(world, CHILD, PARENT, views=(other,)).reported == found.reported


def test_what_is_narrower_or_gone_in_the_source_stays_and_is_reported(world: World) -> None:
    gone = table("GONE", "ID NUMBER(9)", key="ID")
    before = (table("T", "ID NUMBER(9)", "NAME VARCHAR2(20)", "N NUMBER(12)", "OLD DATE NOT NULL", key="ID"), gone)
    apply(world, *before)
    world.admin.execute(f'ALTER TABLE "{world.schema}".t ADD COLUMN cdp_sequence VARCHAR(64)')
    world.admin.execute(f'ALTER TABLE "{world.schema}".t ADD COLUMN n__as_varchar VARCHAR(64)')
    now = table("T", "ID NUMBER(9)", "NAME VARCHAR2(10)", "N NUMBER(9)", key="ID")
    found = apply(world, now, previous=converted_for(world, *before))
    assert found.statements == []
    for text, reason in zip(
        found.reported,
        (
            "t.name is VARCHAR(20), which holds every VARCHAR(10) of the source: it stays",
            "t.n is BIGINT, which holds every INTEGER of the source: it stays",
            "t: the columns old are not among the source's",
            "gone: CRM.GONE is no longer in the source",
        ),
        strict=True,
    ):
        assert reason in text


@pytest.mark.parametrize(
    ("stored", "now", "said"),
    [
        ("CHAR(5)", "VARCHAR2(20)", "would now be VARCHAR(20)"),
        ("NUMERIC(38,4)", "NUMBER(12)", "which holds every BIGINT"),
        ("VARCHAR(26)", "DATE", "which holds every TIMESTAMP"),
        ("NUMERIC(10,2)", "NUMBER(12,2)", "would now be NUMERIC(12,2)"),
        ("TIMESTAMP", "TIMESTAMP(6) WITH TIME ZONE", "would now be TIMESTAMPTZ"),
        ("VARBYTE(20)", "RAW(16)", ""),
    ],
)
def test_other_types_in_the_warehouse(world: World, stored: str, now: str, said: str) -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}".t (id INTEGER NOT NULL, x {stored}, PRIMARY KEY (id))')
    found = apply(world, table("T", "ID NUMBER(9)", f"X {now}", key="ID"))
    assert found.statements == []
    assert [said in text for text in found.reported] == ([True] if said else [])


def test_another_key_and_a_not_null_that_has_gone_are_reported(world: World) -> None:
    apply(world, table("T", "ID NUMBER(9)", "B NUMBER(9) NOT NULL", key="ID"))
    found = apply(world, table("T", "ID NUMBER(9)", "B NUMBER(9)", key="ID"))
    assert "t.b is NOT NULL in the warehouse and may be NULL in the source" in found.reported[0]
    run_what_is_said(world, found.reported[0])
    assert apply(world, table("T", "ID NUMBER(9)", "B NUMBER(9)", key="ID")).reported == []
    found = apply(world, table("T", "ID NUMBER(9)", "B NUMBER(9) NOT NULL", key="ID,B"))
    assert "the primary key is id in the warehouse and id, b in the source" in found.reported[0]


def test_from_the_previous_model_alone() -> None:
    before = converted(CHILD, PARENT)
    now = converted(CHILD, table("PARENT", "ID NUMBER(10)", "NAME VARCHAR2(11)", key="ID"), APPENDED)
    found = differences(now, as_stored(before), before)
    assert found.statements == [
        'ALTER TABLE "crm"."parent" ALTER COLUMN "name" TYPE VARCHAR(11)',
        'CREATE TABLE IF NOT EXISTS "crm"."appended" (\n  "note" VARCHAR(10)\n)',
    ]
    assert differences(before, as_stored(before), before).script() == "-- Nothing is to be changed.\n"


def test_a_schema_is_made_only_where_it_is_missing() -> None:
    made = converted(APPENDED)
    assert differences(made, {}).statements[0] == 'CREATE SCHEMA IF NOT EXISTS "crm"'
    assert differences(made, {}, existing_schemas=frozenset({"crm"})).statements[0].startswith("CREATE TABLE")


def test_what_the_warehouse_has(world: World) -> None:
    apply(world, CHILD, PARENT)
    world.admin.execute(
        f"CREATE TABLE \"{world.schema}\".own (a VARCHAR(5) DEFAULT 'x', n NUMERIC(10,2), u INTEGER UNIQUE)"
    )
    stored = stored_in(world.admin, [world.schema])
    assert stored[(world.schema, "own")] == StoredTable(
        {"a": varchar(5), "n": numeric(10, 2), "u": stored[(world.schema, "own")].columns["u"]}, frozenset("au")
    )
    child = stored[(world.schema, "child")]
    assert (child.key, child.fixed) == (frozenset({"id", "parent_id"}), frozenset({"id", "parent_id"}))
    assert child.not_null == frozenset({"id", "parent_id", "made"})
    assert schema_exists(world.admin, world.schema) and not schema_exists(world.admin, "nowhere")


@pytest.mark.parametrize("text", ["x", "it's", "a\\b", "\\'", "a;b", "--", "/*", "\n", "$$", "\x00x"])
def test_any_comment_arrives_as_it_is(world: World, text: str) -> None:
    made = converted_for(world, table("T", "ID NUMBER(9)", comment=text))
    for statement in split_statements(script(made)):
        world.admin.execute(statement)
    (row,) = world.admin.query(
        f"SELECT d.description FROM pg_description AS d JOIN pg_class AS c ON c.oid = d.objoid JOIN pg_namespace AS s"
        f" ON s.oid = c.relnamespace WHERE s.nspname = '{world.schema}'"
    )
    assert row == (text.replace("\x00", ""),)
