"""What people have reported of other converters, each rebuilt as a small schema of our own."""

from __future__ import annotations

import pytest
from oracle_tables import column, converted, refers, said, table, target

from customer_data.oracle_schema.assessed import Outcome
from customer_data.oracle_schema.catalog import read_schema, type_of
from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.model import OracleConstraint, OracleSchema, OracleType, OracleView
from customer_data.oracle_schema.redshift_sql import create_table, script
from customer_data.oracle_schema.types import convert_type


def types(*columns: str) -> list[str]:
    made = converted(table("T", *columns))
    return [one.type.sql for one in target(made, "t").columns]


def test_a_bare_number_keeps_its_decimals() -> None:
    """ora2pg#200, #767, #845, #973: NUMBER became BIGINT, and 64.8 failed or lost its .8."""
    made = converted(table("CASES", "HEIGHT NUMBER"))
    assert target(made, "cases").columns[0].type.sql == "NUMERIC(38,10)"
    assert said(made, "CRM.CASES", "HEIGHT").outcome is Outcome.NOTED


def test_money_is_no_float() -> None:
    """ora2pg#163: NUMBER(18,2) became DOUBLE PRECISION, and 9999999999999998.99 became 1e16."""
    assert types("PRICE NUMBER(18,2)") == ["NUMERIC(18,2)"]


def test_a_number_with_a_scale_alone() -> None:
    """ora2pg#1007: NUMBER(*,10) became `decimal(,10)`, which no database reads."""
    assert types("DOUBLE_ NUMBER(*,10)") == ["NUMERIC(38,10)"]


def test_an_integer_in_the_catalog_is_no_bare_number() -> None:
    """ora2pg#210: ALL_TAB_COLUMNS has no precision and a scale of 0 for INTEGER, neither for NUMBER."""
    integer = type_of({"DATA_TYPE": "NUMBER", "DATA_LENGTH": "22", "DATA_PRECISION": None, "DATA_SCALE": "0"})
    assert convert_type(integer).type == convert_type(OracleType("INTEGER")).type
    bare = type_of({"DATA_TYPE": "NUMBER", "DATA_LENGTH": "22", "DATA_PRECISION": None, "DATA_SCALE": None})
    assert convert_type(bare).type != convert_type(integer).type


def test_digits_before_the_point_that_a_negative_scale_adds() -> None:
    """ora2pg#1595, yb-voyager#779: `decimal(5,-2)` failed. luciddb#517: NUMBER(7,-2) became DECIMAL(7,0)."""
    assert types("A NUMBER(5,-2)", "B NUMBER(7,-2)") == ["NUMERIC(7,0)", "NUMERIC(9,0)"]


def test_the_scale_of_minus_127_that_drivers_give_for_none() -> None:
    """JDBCParquetWriter#8: a bare NUMBER, of precision 0 and scale -127 to JDBC, became INT32."""
    made = convert_type(OracleType("NUMBER", precision=0, scale=-127)).type
    assert made is not None and made.sql == "NUMERIC(38,10)"


def test_characters_are_counted_in_bytes() -> None:
    """sqlglot#1587, #2356: VARCHAR2(n CHAR) failed, or stayed VARCHAR(n), too short for what is not ASCII."""
    assert types("A VARCHAR2(2328 CHAR)", "B VARCHAR2(5 BYTE)") == ["VARCHAR(9312)", "VARCHAR(5)"]


def test_no_text_is_a_varchar_without_a_length() -> None:
    """SqlRender#3: VARCHAR alone is VARCHAR(256) to Redshift, DECIMAL alone DECIMAL(18,0)."""
    every = types("A CLOB", "B NCLOB", "C LONG", "D XMLTYPE", "E CHAR", "F NUMBER", "G DECIMAL", "H RAW(9)", "I BLOB")
    assert all(one.endswith(")") for one in every)


def test_types_that_parsers_do_not_know() -> None:
    """polyglot#367: CHAR(10 CHAR), INTERVAL and LONG RAW failed, others stayed as they were."""
    assert types(
        *("A CHAR(10 CHAR)", "B INTERVAL YEAR TO MONTH", "C INTERVAL DAY TO SECOND", "D LONG RAW", "E LONG"),
        *("F CLOB", "G RAW(16)", "H FLOAT(53)"),
    ) == [
        *("VARCHAR(40)", "VARCHAR(64)", "VARCHAR(64)", "VARBYTE(1024000)", "VARCHAR(65535)"),
        *("VARCHAR(65535)", "VARBYTE(16)", "DOUBLE PRECISION"),
    ]


@pytest.mark.parametrize(
    "expression", ["CASE WHEN A='ACTIVE' THEN 'X' END", "dbms_lob.SUBSTR(clob,2000,1)", "ROUND(salary*(1+comm/100),2)"]
)
def test_a_virtual_column_is_no_default(expression: str) -> None:
    """ora2pg#260, #1225, #1298: the expression became a DEFAULT, which names other columns and fails."""
    made = converted(table("T", "A VARCHAR2(255)", column("V VARCHAR2(255)", expression=expression)))
    assert [one.name for one in target(made, "t").columns] == ["a"]
    assert expression in said(made, "CRM.T", "V").reasons[0]


def test_a_column_with_a_default_is_a_column() -> None:
    """ora2pg#1345: such columns were taken for virtual ones, and their values left out."""
    made = converted(table("TB_CITY", column("CITY_ID VARCHAR2(6) NOT NULL", default="NULL"), "CITY_NAME VARCHAR2(6)"))
    assert [one.name for one in target(made, "tb_city").columns] == ["city_id", "city_name"]


def test_a_default_before_a_comma_or_in_quotes_does_no_harm() -> None:
    """ora2pg#297: `DEFAULT 3401,,` in the SQL."""
    made = converted(table("LINKS", column("TYPE NUMBER(5)", default="3401,"), column("F CHAR", default="'f'); --")))
    assert (
        create_table(made.tables[0])
        == 'CREATE TABLE IF NOT EXISTS "crm"."links" (\n  "type" INTEGER,\n  "f" VARCHAR(1)\n)'
    )


def test_an_identity_takes_the_values_of_the_source() -> None:
    """ora2pg#862, #1100: GENERATED ALWAYS AS IDENTITY refused the rows, or its type was none for identities."""
    made = converted(table("T", column("ID NUMBER(10) NOT NULL", is_identity=True), key="ID"))
    assert '"id" BIGINT NOT NULL,' in script(made) and "IDENTITY" not in create_table(made.tables[0])


@pytest.mark.parametrize("name", ["LIMIT", "OFFSET", "DESC", "USER", "CONSTRAINT", "PRIMARY", "TAG", "CMAX", "Select"])
def test_reserved_words_are_quoted(name: str) -> None:
    """ora2pg#51, #162, #417, #932, #1693; sqlalchemy-redshift#94; pipelinewise-target-redshift#49."""
    made = converted(table(name, column("X NUMBER(9)", name=name), key=name))
    other = "cmax_" if name == "CMAX" else name.lower()
    assert create_table(made.tables[0]).count(f'"{other}"') == 5


def test_the_columns_of_a_key_keep_their_order_and_their_pairs() -> None:
    """doctrine/dbal#474, ora2pg#221: (id_bsngp, id_itm) referred to (id_itm, id_bsngp)."""
    made = converted(
        table("AS_ITM", "ID_ITM NUMBER(9)", "ID_BSNGP NUMBER(9)", key="ID_ITM,ID_BSNGP"),
        table(
            "AS_ITM_STK",
            *("ID_BSNGP NUMBER(9)", "ID_ITM NUMBER(9)"),
            constraints=(refers("ID_BSNGP,ID_ITM", "AS_ITM", "ID_BSNGP,ID_ITM"),),
        ),
    )
    assert 'FOREIGN KEY ("id_bsngp", "id_itm") REFERENCES "crm"."as_itm" ("id_bsngp", "id_itm")' in script(made)


def test_a_foreign_key_to_unique_columns_is_reported() -> None:
    """SchemaCrawler#64: it was left out without a word."""
    made = converted(
        table(
            "APP_USER",
            *("ID NUMBER(9)", "USERNAME VARCHAR2(50)"),
            key="ID",
            constraints=(OracleConstraint("U", ("USERNAME",), "UQ"),),
        ),
        table(
            "ROLE_USER", "USERNAME VARCHAR2(150)", constraints=(refers("USERNAME", "APP_USER", "USERNAME", name="FK"),)
        ),
    )
    assert "does not refer to the primary key" in said(made, "CRM.ROLE_USER", "FK").reasons[0]


def test_a_materialized_view_that_stands_among_the_tables() -> None:
    """ora2pg#331, #444, #1641: it was made as a table, or hid a table of its name."""
    rows = [{"OWNER": "CRM", "TABLE_NAME": name, "COLUMN_NAME": "ID", "DATA_TYPE": "NUMBER"} for name in ("T", "MV")]
    names = [{"OWNER": "CRM", "TABLE_NAME": "T"}, {"OWNER": "CRM", "TABLE_NAME": "MV"}]
    mview = {"OWNER": "CRM", "MVIEW_NAME": "MV", "QUERY": "select id from t", "BUILD_MODE": "IMMEDIATE"}
    views = {"ALL_TABLES": names, "ALL_MVIEWS": [mview], "ALL_CONSTRAINTS": [], "ALL_CONS_COLUMNS": []}
    made = convert(read_schema({"ALL_TAB_COLUMNS": rows, **views}))
    assert [one.source for one in made.tables] == ["CRM.T"]
    assert said(made, "CRM.MV").source == "select id from t"


def test_a_dropped_table_is_not_replicated() -> None:
    """ora2pg#1561: BIN$... of the recycle bin, whose name has a slash, ended the export."""
    rows = [{"OWNER": "CRM", "TABLE_NAME": "BIN$7qb+/AFd==$0", "COLUMN_NAME": "ID", "DATA_TYPE": "NUMBER"}]
    made = convert(read_schema({"ALL_TAB_COLUMNS": rows, "ALL_CONSTRAINTS": [], "ALL_CONS_COLUMNS": []}))
    assert made.tables == ()
    assert [(item.kind, item.outcome) for item in made.assessed] == [("dropped table", Outcome.NOTED)]


@pytest.mark.parametrize(
    "query", ["select substrb(name,1,2) n from t", "select to_char(id) n from t", "select sysdate d from t"]
)
def test_functions_in_views_are_left_to_a_person(query: str) -> None:
    """ora2pg#510, #520: SUBSTRB, TO_CHAR without a format and SYSDATE went through as they were, and failed."""
    made = convert(
        OracleSchema((table("T", "ID NUMBER(9)", "NAME VARCHAR2(9)", key="ID"),), (OracleView("CRM", "V", query),))
    )
    assert made.views == () and said(made, "CRM.V").outcome is Outcome.PERSON
