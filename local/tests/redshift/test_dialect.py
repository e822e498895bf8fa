"""Redshift's SQL, run."""

from __future__ import annotations

import pytest

from local.tests.redshift.warehouse import StatementFailed, Warehouse


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("NVL(NULL, 2, 3)", 2),
        ("NVL2(NULL, 1, 2)", 2),
        ("DECODE(NULL::int, 1, 'one', NULL, 'none', 'other')", "none"),
        ("DECODE(5, 1, 'one', 'other')", "other"),
        ("DECODE(5, 1, 'one')", None),
        ("LEN('été')", 3),
        ("CHARINDEX('b', 'abc')", 2),
        ("DATEDIFF(year, '2008-12-31', '2009-01-01')", 1),
        ("DATEDIFF(qtr, '2008-12-31', '2009-04-01')", 2),
        ("DATEDIFF(months, '2024-01-31', '2024-02-01')", 1),
        ("DATEDIFF(week, '2024-01-06', '2024-01-07')", 1),
        ("DATEDIFF(day, '2024-01-01 23:59:59', '2024-01-02 00:00:00')", 1),
        ("DATEDIFF(hour, '2024-01-01 00:59', '2024-01-01 01:01')", 1),
        ("DATEDIFF('minute', '2024-01-01 00:59', '2024-01-01 01:01')", 2),
        ("DATEADD(month, 1, '2024-01-31')", "2024-02-29 00:00:00"),
        ("DATEADD(qtr, -1, '2024-05-31')", "2024-02-29 00:00:00"),
        ("TO_DATE('31/01/2024', 'DD/MM/YYYY')", "2024-01-31"),
        ("TO_TIMESTAMP('31/01/2024 10:20', 'DD/MM/YYYY HH24:MI')", "2024-01-31 10:20:00+00"),
        ("CAST('2024-01-31T10:20:30.123456' AS TIMESTAMP)", "2024-01-31 10:20:30.123456"),
        ("CAST('2024-01-31T10:20:30+02:00' AS TIMESTAMPTZ)", "2024-01-31 08:20:30+00"),
        ("CAST('12.50' AS DECIMAL(10,4))", "12.5000"),
        ("CAST('12' AS DECIMAL)", "12"),
        ("CAST('abcdef' AS VARCHAR(3))", "abc"),
        ("'true'::boolean", True),
        (r"'it\'s'", "it's"),
        (r"'a\\b'", "a\\b"),
        ("JSON_SERIALIZE(JSON_PARSE('{\"a\":1}'))", '{"a": 1}'),
        ("SHA2('abc', 256)", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("FROM_HEX('00ff')", "\\x00ff"),
        ("GETDATE() <= SYSDATE + INTERVAL '1 second'", True),
    ],
)
def test_redshifts_functions(admin: Warehouse, expression: str, value: object) -> None:
    assert admin.rows(f"SELECT {expression}") == [(value,)]


def test_listagg_in_its_order(admin: Warehouse) -> None:
    rows = "(SELECT 'b' AS x UNION ALL SELECT 'a' UNION ALL SELECT 'a') s"
    assert admin.rows(f"SELECT LISTAGG(x, '-') WITHIN GROUP (ORDER BY x DESC) FROM {rows}") == [("b-a-a",)]
    assert admin.rows(f"SELECT LISTAGG(DISTINCT x) WITHIN GROUP (ORDER BY x) FROM {rows}") == [("ab",)]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("12.5", "Invalid digit, Value '.', Pos 2, Type: Integer"),
        ("already loaded", "Invalid digit, Value 'a', Pos 0, Type: Integer"),
        ("", "Invalid digit, Value '', Pos 0, Type: Integer"),
    ],
)
def test_a_text_that_is_no_integer(admin: Warehouse, value: str, message: str) -> None:
    with pytest.raises(StatementFailed) as failure:
        admin.run(f"SELECT CAST('{value}' AS INTEGER)")
    assert message in str(failure.value) and f"context: {value}" in str(failure.value)


def test_a_guard_fails_only_when_it_finds_a_row(admin: Warehouse) -> None:
    table = f"{admin.schema}.loads"
    guard = f"SELECT CAST('already loaded ' || load_id AS INTEGER) FROM {table} WHERE load_id = 'x'"
    admin.run(f"CREATE TABLE {table} (load_id VARCHAR(64))")
    admin.run(guard)
    admin.run(f"INSERT INTO {table} VALUES ('x')")
    with pytest.raises(StatementFailed, match="context: already loaded x"):
        admin.run(guard)


def test_an_identity_column_counts(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (id BIGINT IDENTITY(10, 5), a INT)", f"INSERT INTO {table} (a) VALUES (1), (2)")
    assert admin.rows(f"SELECT id FROM {table} ORDER BY a") == [(10,), (15,)]


def test_a_table_that_is_there_is_left_as_it_is(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE IF NOT EXISTS {table} (a INT)", f"INSERT INTO {table} VALUES (1)")
    admin.run(f"CREATE TABLE IF NOT EXISTS {table} (a INT, b INT DISTKEY) SORTKEY (b)")
    assert admin.rows(f"SELECT * FROM {table}") == [(1,)]
    with pytest.raises(StatementFailed, match="already exists"):
        admin.run(f"CREATE TABLE {table} (a INT)")


def test_table_attributes_are_accepted_in_redshifts_places(admin: Warehouse) -> None:
    schema = admin.schema
    admin.run(
        f"CREATE TABLE {schema}.a (x INT ENCODE raw NOT NULL, y VARCHAR(8) COLLATE CASE_SENSITIVE)"
        " BACKUP NO DISTSTYLE ALL",
        f"CREATE TABLE {schema}.b (x INT) DISTSTYLE KEY DISTKEY (x) INTERLEAVED SORTKEY (x)",
        f"CREATE TABLE {schema}.c DISTKEY (x) SORTKEY (x) AS SELECT x FROM {schema}.a",
        f"CREATE TABLE {schema}.d (z) AS SELECT x FROM {schema}.a",
    )
    with pytest.raises(StatementFailed, match='near "nonsense"'):
        admin.run(f"CREATE TABLE {schema}.e (x INT) NONSENSE".lower())


def test_columns_are_renamed_dropped_and_rescued(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (a INT, b INT)", f"INSERT INTO {table} VALUES (1, 2)")
    admin.run(f"ALTER TABLE {table} ADD COLUMN a2 BIGINT", f"UPDATE {table} SET a2 = CAST(a AS BIGINT)")
    admin.run(f"ALTER TABLE {table} DROP COLUMN a", f"ALTER TABLE {table} RENAME COLUMN a2 TO a")
    assert admin.rows(f"SELECT a, b FROM {table}") == [(1, 2)]


def test_the_upsert_of_a_loader(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (id BIGINT, name VARCHAR(10))", f"INSERT INTO {table} VALUES (1, 'a'), (2, 'b')")
    admin.run(
        f"LOCK {table}",
        'CREATE TEMP TABLE "stage" ("id" VARCHAR(20), "name" VARCHAR(10))',
        "INSERT INTO stage VALUES ('2', 'B'), ('3', 'C')",
        f'ALTER TABLE {table} ADD COLUMN "mail" VARCHAR(40)',
        f'DELETE FROM {table} USING "stage" WHERE {table}."id" = CAST("stage"."id" AS BIGINT)',
        f'INSERT INTO {table} ("id", "name", "mail") SELECT CAST("id" AS BIGINT), "name", \'x@y\' FROM "stage"',
    )
    assert admin.rows(f"SELECT * FROM {table} ORDER BY id") == [(1, "a", None), (2, "B", "x@y"), (3, "C", "x@y")]


def test_vacuum_and_analyze_run(admin: Warehouse) -> None:
    admin.run(f"CREATE TABLE {admin.schema}.t (a INT)")
    admin.run(f"VACUUM DELETE ONLY {admin.schema}.t")
    admin.run(f"ANALYZE {admin.schema}.t")
    with pytest.raises(StatementFailed, match="does not exist"):
        admin.run(f"VACUUM {admin.schema}.other")
