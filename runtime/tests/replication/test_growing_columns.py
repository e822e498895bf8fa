"""A column that the source has widened: it grows in the warehouse, or people are told why not and what to run."""

from __future__ import annotations

import re
from decimal import Decimal

import pyarrow as pa
import pytest
from replication_world import Replication, statuses
from world import World

from customer_data.files.manifest import SourceFile
from customer_data.replication.result import TableResult
from customer_data.warehouse.schema_contract import SchemaContract

COLUMNS = {"ID": pa.decimal128(20, 0), "N": pa.decimal128(20, 4), "T": pa.string()}


def replication(world: World, of_n: str = "INTEGER", of_t: str = "VARCHAR(4)", *, more: str = "") -> Replication:
    """With one row."""
    ddl = f"id INTEGER NOT NULL, n {of_n}, t {of_t}, PRIMARY KEY (id){more}"
    table = Replication(world, columns=dict(COLUMNS), ddl=ddl)
    table.merge(change(table, 1, 7, "text"))
    return table


def change(table: Replication, id: int, n: int, text: str) -> SourceFile:
    return table.changes(("I", id, {"ID": Decimal(id), "N": Decimal(n), "T": text}))


def merged(table: Replication, file: SourceFile) -> TableResult:
    merger = table.merger()
    merger.merge([file])
    (result,) = merger.results
    return result


@pytest.mark.parametrize(("stored", "value"), [("INTEGER", 99_999_999_999), ("NUMERIC(5,0)", 123_456)])
def test_a_number_that_is_not_null_grows(world: World, stored: str, value: int) -> None:
    table = replication(world, f"{stored} NOT NULL")
    result = merged(table, change(table, 2, value, "more"))

    assert [Decimal(n) for _, n in table.rows("id, n")] == [7, value]
    assert (result.columns_widened, result.columns_nullable) == (("n",), ("n",))
    assert '"columns_nullable": ["n"]' in result.summary_line()


def test_a_text_that_is_not_null_is_widened_and_stays_so(world: World) -> None:
    table = replication(world, of_t="VARCHAR(4) NOT NULL")
    result = merged(table, change(table, 2, 8, "longer"))

    assert table.rows("id, t") == [(1, "text"), (2, "longer")]
    assert (result.columns_widened, result.columns_nullable) == (("t",), ())


def failed(table: Replication, file: SourceFile, **changes: object) -> str:
    (result,) = table.merge(file, **changes)
    assert result.status == "failed"
    return result.reason or ""


def statements(reason: str) -> list[str]:
    found = re.search(r"Run as the table's owner: (.+;) Then run the manifest again", reason)
    assert found, reason
    return found[1].rstrip(";").split("; ")


OBSTACLES = {
    "a view": ('CREATE VIEW "{schema}".seen AS SELECT n, t FROM {table}', "the view 'seen' needs it"),
    "a comment": ("COMMENT ON COLUMN {table}.n IS 'Net amount'", "it has a comment"),
    "a constraint": ("ALTER TABLE {table} ADD CONSTRAINT pair UNIQUE (n, t)", "the constraint 'pair' is on it"),
    "another table's": (
        'CREATE TABLE "{schema}".lines (n INTEGER, CONSTRAINT line FOREIGN KEY (n) REFERENCES {table} (n))',
        "the constraint 'line' is on it",
    ),
    "a right": ("GRANT SELECT (n) ON {table} TO PUBLIC", "rights are granted on it"),
}


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_what_is_in_the_way_is_named_with_the_sql_that_helps(world: World, obstacle: str) -> None:
    table = replication(world, "INTEGER NOT NULL")
    made, reason = OBSTACLES[obstacle]
    world.admin.execute(made.format(schema=world.schema, table=table.target))
    file = change(table, 2, 99_999_999_999, "more")
    said = failed(table, file)

    assert f"is INTEGER and does not hold every value of {file_url(file)}" in said
    assert f"It does not become BIGINT by itself: {reason}. Run" in said
    assert ("again, make again what was dropped" in said) == ("DROP VIEW" in said or "DROP CONSTRAINT" in said)
    for statement in statements(said):
        world.admin.execute(statement)
    table.merge(file)
    assert table.rows("id, n") == [(1, 7), (2, 99_999_999_999)]


def file_url(file: SourceFile) -> str:
    return f"s3://{file.bucket}/{file.key}"


def test_a_text_that_a_view_needs(world: World) -> None:
    table = replication(world)
    world.admin.execute(OBSTACLES["a view"][0].format(schema=world.schema, table=table.target))
    file = change(table, 2, 8, "longer")
    for statement in statements(failed(table, file)):
        world.admin.execute(statement)
    table.merge(file)
    assert table.rows("id, t") == [(1, "text"), (2, "longer")]


def test_a_contract_that_lets_no_column_change(world: World) -> None:
    table = replication(world)
    said = failed(table, change(table, 2, 99_999_999_999, "more"), schema_contract=SchemaContract.FREEZE)
    assert "by itself: SchemaContract.FREEZE lets no column change. Run" in said


def test_a_table_that_is_too_large(world: World) -> None:
    table = replication(world)
    table.merge(change(table, 2, 8, "text"))
    said = failed(table, change(table, 3, 99_999_999_999, "more"), grow_up_to_rows=1)
    assert "by itself: the table has 2 rows, and one of more than 1 is not rewritten. Run" in said


def test_a_stored_value_that_the_new_type_does_not_hold(world: World) -> None:
    table = replication(world, "NUMERIC(38,0)")
    world.admin.execute(f"UPDATE {table.target} SET n = {'9' * 38}")
    fraction = table.changes(("I", 2, {"ID": Decimal(2), "N": Decimal("0.25")}))
    said = failed(table, fraction)
    assert "does not hold every value that is stored; give it another type that does" in said
    assert "Run as" not in said


def test_a_distribution_and_sort_key(world: World) -> None:
    ddl = "id INTEGER NOT NULL, n INTEGER, t VARCHAR(4), PRIMARY KEY (id)"
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers ({ddl}) DISTSTYLE KEY DISTKEY (n) SORTKEY (n)')
    table = Replication(world, columns=dict(COLUMNS), ddl=None)
    said = failed(table, change(table, 1, 99_999_999_999, "more"))
    assert "by itself: it is the distribution key, it is in the sort key. Run" in said
    assert statements(said) == [
        f"ALTER TABLE {table.target} ALTER DISTSTYLE EVEN",
        f"ALTER TABLE {table.target} ALTER SORTKEY NONE",
        f'ALTER TABLE {table.target} ADD COLUMN "n__grown" BIGINT',
        f'UPDATE {table.target} SET "n__grown" = "n"::BIGINT',
        f'ALTER TABLE {table.target} DROP COLUMN "n"',
        f'ALTER TABLE {table.target} RENAME COLUMN "n__grown" TO "n"',
    ]


def test_a_key_that_the_source_has_widened(world: World) -> None:
    """The SQL, the schema job (which makes the table anew), and a reload."""
    table = replication(world)
    world.admin.execute(f'CREATE VIEW "{world.schema}".seen AS SELECT id FROM {table.target}')
    table.merge(table.changes(("I", 5, {"ID": Decimal(5)}), ("D", 6, {"ID": Decimal(5)})))
    said = failed(table, change(table, 3_000_000_000, 8, "more"))

    assert "the PRIMARY KEY 'customers_pkey' is on it" in said
    found = re.search(r"run as the table's owner: (.+); then run the schema job", said)
    assert found, said
    for statement in found[1].split("; "):
        world.admin.execute(statement)
    world.admin.execute(f"CREATE TABLE {table.target} (id BIGINT NOT NULL, n INTEGER, t VARCHAR(4), PRIMARY KEY (id))")
    rows = [{"ID": Decimal(id), "N": Decimal(7), "T": "text"} for id in (1, 3_000_000_000)]
    assert set(statuses(table.merge(table.load(*rows))).values()) == {"loaded"}
    table.merge(table.changes(("D", 9, {"ID": Decimal(3_000_000_000)})))
    assert table.rows("id, n, t") == [(1, 7, "text")]
