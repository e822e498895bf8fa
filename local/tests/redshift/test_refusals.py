"""What Redshift refuses and PostgreSQL would run; each beside the form that is accepted."""

from __future__ import annotations

import pytest

from local.tests.redshift.warehouse import StatementFailed, Warehouse


@pytest.fixture
def table(admin: Warehouse) -> str:
    admin.run(f"CREATE TABLE {admin.schema}.t (id BIGINT, name VARCHAR(10))")
    return f"{admin.schema}.t"


@pytest.mark.parametrize(
    ("refused", "accepted", "message"),
    [
        ("ALTER TABLE {t} ADD COLUMN IF NOT EXISTS a INT", "ALTER TABLE {t} ADD COLUMN a INT", 'near "NOT"'),
        ("ALTER TABLE {t} ADD COLUMN a INT, ADD COLUMN b INT", "ALTER TABLE {t} ADD COLUMN b INT", 'near ","'),
        (
            "ALTER TABLE {t} ADD COLUMN a INT NOT NULL",
            "ALTER TABLE {t} ADD COLUMN a INT NOT NULL DEFAULT 1",
            "non-null default",
        ),
        ("ALTER TABLE {t} ADD COLUMN a INT UNIQUE", "ALTER TABLE {t} ADD UNIQUE (id)", "takes no"),
        ("ALTER TABLE IF EXISTS {t} ADD COLUMN a INT", "ALTER TABLE {t} ADD COLUMN c INT", 'near "EXISTS"'),
        ("ALTER TABLE {t} ADD COLUMN tag INT", 'ALTER TABLE {t} ADD COLUMN "tag" INT', 'near "tag"'),
        ("INSERT INTO {t} VALUES (1) ON CONFLICT DO NOTHING", "INSERT INTO {t} VALUES (1)", 'near "CONFLICT"'),
        ("INSERT INTO {t} VALUES (1) RETURNING id", "INSERT INTO {t} VALUES (1)", 'near "RETURNING"'),
        ("DELETE FROM {t} RETURNING id", "DELETE FROM {t}", 'near "RETURNING"'),
        ("CREATE INDEX i ON {t} (id)", "ANALYZE {t}", "CREATE INDEX"),
        ("CREATE TABLE {t}2 (a SERIAL)", "CREATE TABLE {t}2 (a BIGINT IDENTITY(1,1))", '"serial" does not exist'),
        ("CREATE TABLE {t}2 (a JSONB)", "CREATE TABLE {t}2 (a SUPER)", '"jsonb" does not exist'),
        ("CREATE TABLE {t}2 (a BYTEA)", "CREATE TABLE {t}2 (a VARBYTE(10))", '"bytea" does not exist'),
        ("CREATE TABLE {t}2 (a UUID)", "CREATE TABLE {t}2 (a CHAR(36))", '"uuid" does not exist'),
        ("CREATE TABLE {t}2 (a INT[])", "CREATE TABLE {t}2 (a INT)", "not supported"),
        ("CREATE TABLE {t}2 (a DECIMAL(39,0))", "CREATE TABLE {t}2 (a DECIMAL(38,0))", "between 1 and 38"),
        ("CREATE TABLE {t}2 (a DECIMAL(38,38))", "CREATE TABLE {t}2 (a DECIMAL(38,37))", "between 0 and 37"),
        ("CREATE TABLE {t}2 (a DECIMAL(5,6))", "CREATE TABLE {t}2 (a DECIMAL(5,5))", "between 0 and 5"),
        ("CREATE TABLE {t}2 (a VARCHAR(65536))", "CREATE TABLE {t}2 (a VARCHAR(MAX))", "cannot exceed 65535"),
        ("CREATE TABLE {t}2 (user INT)", 'CREATE TABLE {t}2 ("user" INT)', 'near "user"'),
        ("CREATE TABLE {t}2 (a INT ENCODE gzip)", "CREATE TABLE {t}2 (a INT ENCODE zstd)", '"gzip" is not supported'),
        ("SELECT '{{}}'::jsonb", "SELECT JSON_PARSE('{{}}')", '"jsonb" does not exist'),
        ("SELECT CAST(1 AS uuid)", "SELECT CAST(1 AS BIGINT)", '"uuid" does not exist'),
        ("SELECT DISTINCT ON (id) id FROM {t}", "SELECT DISTINCT id FROM {t}", "DISTINCT ON"),
        ("SELECT id FROM {t} EXCEPT ALL SELECT 1", "SELECT id FROM {t} EXCEPT SELECT 1", "EXCEPT ALL is not"),
        ("SELECT id FROM {t} INTERSECT ALL SELECT 1", "SELECT id FROM {t} INTERSECT SELECT 1", "INTERSECT ALL is not"),
        ("SELECT 1 FROM {t} WHERE id IS NOT DISTINCT FROM 1", "SELECT 1 FROM {t} WHERE id IS NULL", "DISTINCT FROM is"),
        ("SELECT 2 BETWEEN SYMMETRIC 3 AND 1", "SELECT 2 BETWEEN 1 AND 3", 'near "SYMMETRIC"'),
        ("SELECT id FROM {t} TABLESAMPLE SYSTEM (10)", "SELECT id FROM {t}", 'near "TABLESAMPLE"'),
        ("SELECT count(*) FILTER (WHERE true) FROM {t}", "SELECT count(*) FROM {t}", "FILTER"),
        ("SELECT id FROM {t} FOR UPDATE", "SELECT id FROM {t}", "row locks"),
        ("SELECT * FROM (VALUES (1)) v", "SELECT * FROM (SELECT 1) v", "VALUES"),
        ("SELECT string_agg(name, ',') FROM {t}", "SELECT LISTAGG(name, ',') FROM {t}", "string_agg does not exist"),
        ("SELECT * FROM generate_series(1, 3)", "SELECT 1", "generate_series"),
        ("BEGIN", "SELECT 1", "not emulated"),
        ("SET SESSION AUTHORIZATION awsuser", "SET search_path TO public", "not emulated"),
        ("CREATE EXTENSION hstore", "SELECT 1", "not emulated"),
        ("LOCK TABLE {t} IN SHARE MODE", "LOCK {t}", 'near "IN"'),
    ],
)
def test_refuses_what_redshift_refuses(admin: Warehouse, table: str, refused: str, accepted: str, message: str) -> None:
    with pytest.raises(StatementFailed, match=message) as failure:
        admin.run(refused.format(t=table))
    assert str(failure.value).startswith("ERROR: ")
    admin.run(accepted.format(t=table))


@pytest.mark.parametrize(
    ("merge", "message"),
    [
        ("MERGE INTO {t} AS x USING {s} ON x.id = {s}.id {w}", "alias"),
        ("MERGE INTO {t} USING (SELECT 1 AS id) s ON {t}.id = s.id {w}", "must be a table"),
        ("MERGE INTO {t} USING {v} v ON t.id = v.id {w}", "cannot be a view"),
        ("MERGE INTO {t} USING {s} s ON t.id = s.id WHEN MATCHED THEN DELETE", "WHEN NOT MATCHED"),
        ("MERGE INTO {t} USING {s} s ON t.id = s.id REMOVE DUPLICATES", "not emulated"),
    ],
)
def test_refuses_the_merge_that_redshift_refuses(admin: Warehouse, table: str, merge: str, message: str) -> None:
    names = {"t": table, "s": f"{admin.schema}.s", "v": f"{admin.schema}.v"}
    admin.run(
        f"CREATE TABLE {names['s']} AS SELECT 1::bigint AS id", f"CREATE VIEW {names['v']} AS SELECT id FROM {table}"
    )
    names["w"] = "WHEN MATCHED THEN UPDATE SET id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)"
    with pytest.raises(StatementFailed, match=message):
        admin.run(merge.format(**names))
    admin.run("MERGE INTO {t} USING {s} s ON t.id = s.id {w}".format(**names))
    assert admin.rows(f"SELECT id FROM {table}") == [(1,)]


def test_merge_fails_on_duplicate_source_keys(admin: Warehouse, table: str) -> None:
    source = f"{admin.schema}.s"
    admin.run(
        f"INSERT INTO {table} VALUES (1, 'a')", f"CREATE TABLE {source} AS SELECT 1::bigint AS id UNION ALL SELECT 1"
    )
    with pytest.raises(StatementFailed, match="second time"):
        admin.run(
            f"MERGE INTO {table} USING {source} s ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = 'b'"
            " WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)"
        )


@pytest.mark.parametrize(
    "alone",
    [
        "ALTER TABLE {t} ALTER COLUMN name TYPE VARCHAR(20)",
        "ALTER TABLE {t} ALTER COLUMN name ENCODE zstd",
        "ALTER TABLE {t} APPEND FROM {t}_more",
        "VACUUM {t}",
    ],
)
def test_refuses_in_a_transaction_what_redshift_runs_only_alone(admin: Warehouse, table: str, alone: str) -> None:
    admin.run(f"CREATE TABLE {table}_more (LIKE {table})")
    with pytest.raises(StatementFailed, match="cannot run inside a transaction block"):
        admin.run("SELECT 1", alone.format(t=table))
    admin.run(alone.format(t=table))


def test_a_table_holds_1600_columns_and_no_more(admin: Warehouse) -> None:
    def definition(count: int) -> str:
        return ", ".join(f"c{number} INT" for number in range(count))

    with pytest.raises(StatementFailed, match="at most 1600 columns"):
        admin.run(f"CREATE TABLE {admin.schema}.wide ({definition(1601)})")
    admin.run(f"CREATE TABLE {admin.schema}.wide ({definition(1600)})")
    with pytest.raises(StatementFailed, match="at most 1600 columns"):
        admin.run(f"ALTER TABLE {admin.schema}.wide ADD COLUMN one_more INT")
