"""Lengths in bytes, widening, constraints that are not enforced, names, and what the system views say of them."""

from __future__ import annotations

import psycopg
import pytest

from local.redshift.identifiers import LongNames
from local.tests.redshift.warehouse import StatementFailed, Warehouse


def test_varchar_counts_bytes(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (a VARCHAR(4))", f"INSERT INTO {table} VALUES ('éé')")
    with pytest.raises(StatementFailed, match=r"^ERROR: value too long for type character varying\(4\)$"):
        admin.run(f"INSERT INTO {table} VALUES ('ééé')")
    admin.run(f"ALTER TABLE {table} ADD COLUMN b VARCHAR(2)")
    with pytest.raises(StatementFailed, match=r"character varying\(2\)"):
        admin.run(f"UPDATE {table} SET b = 'éé'")
    with pytest.raises(StatementFailed, match=r"character varying\(4\)"):
        admin.run(f"CREATE TABLE {table}2 AS SELECT a FROM {table}", f"INSERT INTO {table}2 VALUES ('ééé')")


def test_widening_lets_longer_values_in(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (a VARCHAR(4))", f"INSERT INTO {table} VALUES ('éé')")
    admin.run(f"ALTER TABLE {table} ALTER COLUMN a TYPE VARCHAR(6)")
    admin.run(f"INSERT INTO {table} VALUES ('ééé')")
    with pytest.raises(StatementFailed, match=r"character varying\(6\)"):
        admin.run(f"INSERT INTO {table} VALUES ('éééé')")


def test_a_column_is_not_made_shorter_than_its_data(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (a VARCHAR(10))", f"INSERT INTO {table} VALUES ('éé')")
    with pytest.raises(StatementFailed, match="the longest value has 4"):
        admin.run(f"ALTER TABLE {table} ALTER COLUMN a TYPE VARCHAR(3)")
    admin.run(f"ALTER TABLE {table} ALTER COLUMN a TYPE VARCHAR(4)")


@pytest.mark.parametrize(
    "definition",
    [
        "a VARCHAR(4) PRIMARY KEY",
        "a VARCHAR(4), PRIMARY KEY (a)",
        "a VARCHAR(4) UNIQUE",
        "a VARCHAR(4) DEFAULT 'x'",
        "a VARCHAR(4) REFERENCES {other} (a)",
        "a VARCHAR(4) ENCODE bytedict",
        "a VARCHAR(4) ENCODE RUNLENGTH",
        "a VARCHAR(4) ENCODE text255",
        "a VARCHAR(4) ENCODE text32k",
        "a BIGINT",
    ],
)
def test_widening_is_refused_where_redshift_refuses_it(admin: Warehouse, definition: str) -> None:
    table, other = f"{admin.schema}.t", f"{admin.schema}.other"
    admin.run(f"CREATE TABLE {other} (a VARCHAR(4))")
    admin.run(f"CREATE TABLE {table} ({definition.format(other=other)}, free VARCHAR(4) ENCODE zstd)")
    with pytest.raises(StatementFailed, match="cannot alter column"):
        admin.run(f"ALTER TABLE {table} ALTER COLUMN a TYPE VARCHAR(8)")
    admin.run(f"ALTER TABLE {table} ALTER COLUMN free TYPE VARCHAR(8)")


def test_the_column_that_a_foreign_key_points_at_is_not_widened(admin: Warehouse) -> None:
    table, other = f"{admin.schema}.t", f"{admin.schema}.other"
    admin.run(f"CREATE TABLE {other} (a VARCHAR(4))", f"CREATE TABLE {table} (a VARCHAR(4))")
    admin.run(f"ALTER TABLE {table} ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES {other} (a)")
    with pytest.raises(StatementFailed, match="FOREIGN KEY"):
        admin.run(f"ALTER TABLE {other} ALTER COLUMN a TYPE VARCHAR(8)")
    admin.run(f"ALTER TABLE {table} DROP CONSTRAINT k")
    admin.run(f"ALTER TABLE {other} ALTER COLUMN a TYPE VARCHAR(8)")


def test_only_the_length_of_a_varchar_changes(admin: Warehouse) -> None:
    admin.run(f"CREATE TABLE {admin.schema}.t (a INT)")
    with pytest.raises(StatementFailed, match="only the size of a VARCHAR"):
        admin.run(f"ALTER TABLE {admin.schema}.t ALTER COLUMN a TYPE BIGINT")


def test_keys_are_not_enforced_but_shown(admin: Warehouse) -> None:
    schema = admin.schema
    admin.run(
        f"CREATE TABLE {schema}.t (id BIGINT PRIMARY KEY, mail VARCHAR(20) UNIQUE)",
        f"CREATE TABLE {schema}.u (t_id BIGINT REFERENCES {schema}.t (id))",
        f"INSERT INTO {schema}.t VALUES (1, 'a'), (1, 'a')",
        f"INSERT INTO {schema}.u VALUES (99)",
    )
    assert admin.rows(f"SELECT count(*) FROM {schema}.t") == [(2,)]
    assert admin.rows(
        f"SELECT c.table_name, k.column_name, c.constraint_type FROM information_schema.table_constraints c"
        f" JOIN information_schema.key_column_usage k USING (constraint_name, table_schema, table_name)"
        f" WHERE table_schema = '{schema}' ORDER BY 1, 2"
    ) == [("t", "id", "PRIMARY KEY"), ("t", "mail", "UNIQUE"), ("u", "t_id", "FOREIGN KEY")]
    assert admin.rows(
        f"SELECT contype, conkey::varchar FROM pg_constraint WHERE conrelid = '{schema}.t'::regclass ORDER BY contype"
    ) == [("p", "{1}"), ("u", "{2}")]
    with pytest.raises(StatementFailed, match="null value"):  # a primary key's columns are NOT NULL
        admin.run(f"INSERT INTO {schema}.t VALUES (NULL, 'a')")


def test_dropping_a_table_forgets_its_constraints(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (id BIGINT PRIMARY KEY)")
    admin.run(f"DROP TABLE {table}")
    query = f"SELECT count(*) FROM information_schema.table_constraints WHERE table_schema = '{admin.schema}'"
    assert admin.rows(query) == [(0,)]


def test_the_catalog_has_redshifts_types_and_byte_lengths(admin: Warehouse) -> None:
    admin.run(
        f"""CREATE TABLE {admin.schema}.t (
            a BIGINT NOT NULL, b VARCHAR, c VARCHAR(MAX), d DECIMAL, e NUMERIC(38, 4), f TIMESTAMP, g TIMESTAMPTZ,
            h SUPER, i CHAR(3), j DOUBLE PRECISION, k BOOLEAN, l DATE, m TEXT, n VARBYTE(8), o FLOAT4
        )"""
    )
    assert admin.rows(
        "SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, is_nullable"
        f" FROM svv_columns WHERE table_schema = '{admin.schema}' AND table_name = 't' ORDER BY ordinal_position"
    ) == [
        ("a", "bigint", None, 64, 0, "NO"),
        ("b", "character varying", 256, None, None, "YES"),
        ("c", "character varying", 65535, None, None, "YES"),
        ("d", "numeric", None, 18, 0, "YES"),
        ("e", "numeric", None, 38, 4, "YES"),
        ("f", "timestamp without time zone", None, None, None, "YES"),
        ("g", "timestamp with time zone", None, None, None, "YES"),
        ("h", "super", None, None, None, "YES"),
        ("i", "character", 3, None, None, "YES"),
        ("j", "double precision", None, 53, None, "YES"),
        ("k", "boolean", None, None, None, "YES"),
        ("l", "date", None, None, None, "YES"),
        ("m", "character varying", 256, None, None, "YES"),
        ("n", "binary varying", None, None, None, "YES"),
        ("o", "real", None, 24, None, "YES"),
    ]
    same = admin.rows(f"SELECT count(*) FROM information_schema.columns WHERE table_schema = '{admin.schema}'")
    assert same == [(15,)]


def test_pg_table_def_shows_encodings_and_keys_of_tables_in_the_search_path(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (a BIGINT DISTKEY, b VARCHAR(9) ENCODE zstd, c INT) COMPOUND SORTKEY (a, c)")
    query = 'SELECT "column", type, encoding, distkey, sortkey, "notnull" FROM pg_table_def WHERE tablename = \'t\''
    scoped = f"{query} AND schemaname = '{admin.schema}'"
    assert admin.rows(scoped) == []
    described = admin.run(f"SET search_path TO {admin.schema}", scoped)
    records = admin.boto.get_statement_result(Id=described["SubStatements"][1]["Id"])["Records"]
    assert sorted(tuple(next(iter(field.values())) for field in row) for row in records) == [
        ("a", "bigint", "none", True, 1, False),
        ("b", "character varying(9)", "zstd", False, 0, False),
        ("c", "integer", "none", False, 2, False),
    ]


def test_svv_table_info_leaves_empty_tables_out(admin: Warehouse) -> None:
    schema = admin.schema
    admin.run(f"CREATE TABLE {schema}.empty (a INT)", f"CREATE TABLE {schema}.full_one (a INT) DISTKEY (a)")
    admin.run(f"INSERT INTO {schema}.full_one VALUES (1), (2)")
    admin.run(f"ANALYZE {schema}.full_one")
    query = f"SELECT \"table\", diststyle, tbl_rows FROM svv_table_info WHERE schema = '{schema}'"
    assert admin.rows(query) == [("full_one", "KEY(a)", "2")]


LONG = "column_" + "x" * 120  # 127 bytes


def test_names_of_127_bytes_are_kept_apart(admin: Warehouse) -> None:
    table = f'{admin.schema}."{"t" * 127}"'
    other = LONG[:-1] + "y"
    admin.run(f'CREATE TABLE {table} ("{LONG}" BIGINT, "{other}" VARCHAR(5))', f"INSERT INTO {table} VALUES (1, 'a')")
    statement = admin.run(f"SELECT * FROM {table}")["Id"]
    columns = admin.boto.get_statement_result(Id=statement)["ColumnMetadata"]
    assert [column["name"] for column in columns] == [LONG, other]
    assert admin.rows(
        f"SELECT table_name, column_name FROM svv_columns WHERE table_schema = '{admin.schema}'"
        f" AND column_name = '{other}'"
    ) == [("t" * 127, other)]
    assert admin.rows(f"SELECT {other} FROM {table} WHERE {LONG} = 1") == [("a",)]
    with pytest.raises(StatementFailed, match=f'"{other}y?"'):
        admin.run(f'ALTER TABLE {table} ADD COLUMN "{other}" INT')


def test_longer_names_are_cut_silently_so_that_two_collide(admin: Warehouse) -> None:
    with pytest.raises(StatementFailed, match="specified more than once"):
        admin.run(f'CREATE TABLE {admin.schema}.t ("{LONG}1" INT, "{LONG}2" INT)')
    admin.run(f'CREATE TABLE {admin.schema}.t ("{"é" * 64}" INT)')  # 128 bytes: cut between characters
    query = f"SELECT column_name FROM svv_columns WHERE table_schema = '{admin.schema}'"
    assert admin.rows(query) == [("é" * 63,)]


def test_letters_are_folded_in_double_quotes_too(admin: Warehouse) -> None:
    admin.run(f'CREATE TABLE {admin.schema}."Orders" ("UserId" INT, "ÉTÉ" INT)')
    admin.run(f'INSERT INTO {admin.schema}.orders (userid, "ÉtÉ") VALUES (1, 2)')
    query = f"SELECT column_name FROM svv_columns WHERE table_schema = '{admin.schema}' ORDER BY ordinal_position"
    assert admin.rows(query) == [("userid",), ("ÉtÉ",)]


def test_a_long_name_is_known_to_another_process(admin: Warehouse, postgres_url: str) -> None:
    admin.run(f'CREATE TABLE {admin.schema}.t ("{LONG}" INT)')
    query = f"SELECT attname FROM pg_attribute WHERE attrelid = '{admin.schema}.t'::regclass AND attnum = 1"
    with psycopg.connect(postgres_url) as connection:
        (short,) = connection.execute(query).fetchone() or ("",)
    assert len(short.encode()) <= 63
    assert LongNames(postgres_url).real(f'column "{short}" and {short}') == f'column "{LONG}" and {LONG}'
