"""Types as people write them."""

from __future__ import annotations

import pytest

from customer_data.oracle_schema.ddl import read_ddl
from customer_data.oracle_schema.model import OracleType
from customer_data.oracle_schema.types import convert_type


@pytest.mark.parametrize(
    ("written", "type", "in_redshift"),
    [
        ("NUMBER", OracleType("NUMBER"), "NUMERIC(38,10)"),
        ("number (*)", OracleType("NUMBER"), "NUMERIC(38,10)"),
        ("NUMBER(*, 2)", OracleType("NUMBER", scale=2), "NUMERIC(38,2)"),
        ("NUMBER(5,-2)", OracleType("NUMBER", precision=5, scale=-2), "NUMERIC(7,0)"),
        ("NUMBER(10, - 2)", OracleType("NUMBER", precision=10, scale=-2), "NUMERIC(12,0)"),
        ("NUMBER(3,5)", OracleType("NUMBER", precision=3, scale=5), "NUMERIC(5,5)"),
        ("DEC(9)", OracleType("DEC", precision=9), "INTEGER"),
        ("INT", OracleType("INT"), "NUMERIC(38,0)"),
        ("FLOAT", OracleType("FLOAT"), "DOUBLE PRECISION"),
        ("FLOAT(126)", OracleType("FLOAT", precision=126), "DOUBLE PRECISION"),
        ("DOUBLE PRECISION", OracleType("DOUBLE PRECISION"), "DOUBLE PRECISION"),
        ("LONG", OracleType("LONG"), "VARCHAR(65535)"),
        ("LONG RAW", OracleType("LONG RAW"), "VARBYTE(1024000)"),
        ("RAW(16)", OracleType("RAW", length=16), "VARBYTE(16)"),
        ("DATE", OracleType("DATE"), "TIMESTAMP"),
        ("TIMESTAMP", OracleType("TIMESTAMP"), "TIMESTAMP"),
        ("TIMESTAMP (3)", OracleType("TIMESTAMP", precision=3), "TIMESTAMP"),
        ("TIMESTAMP(6) WITH TIME ZONE", OracleType("TIMESTAMP WITH TIME ZONE", precision=6), "TIMESTAMPTZ"),
        ("TIMESTAMP(3) WITH LOCAL TIME ZONE", OracleType("TIMESTAMP WITH LOCAL TIME ZONE", precision=3), "TIMESTAMPTZ"),
        ("INTERVAL DAY(2) TO SECOND(6)", OracleType("INTERVAL DAY TO SECOND", precision=6), "VARCHAR(64)"),
        ("INTERVAL DAY TO SECOND", OracleType("INTERVAL DAY TO SECOND"), "VARCHAR(64)"),
        ("INTERVAL YEAR(4) TO MONTH", OracleType("INTERVAL YEAR TO MONTH", precision=4), "VARCHAR(64)"),
        ("VARCHAR2(10 CHAR)", OracleType("VARCHAR2", length=10, char_semantics=True), "VARCHAR(40)"),
        ("VARCHAR2(10 BYTE)", OracleType("VARCHAR2", length=10), "VARCHAR(10)"),
        ("CHARACTER VARYING(10)", OracleType("CHARACTER VARYING", length=10), "VARCHAR(10)"),
        ("NVARCHAR2(10)", OracleType("NVARCHAR2", length=10, char_semantics=True), "VARCHAR(40)"),
        ("NATIONAL CHAR (3)", OracleType("NATIONAL CHAR", length=3, char_semantics=True), "VARCHAR(12)"),
        ("CHAR", OracleType("CHAR"), "VARCHAR(1)"),
        ("XMLTYPE", OracleType("XMLTYPE"), "VARCHAR(65535)"),
        ("SYS.XMLTYPE", OracleType("XMLTYPE", owner="SYS"), "VARCHAR(65535)"),
        ('"SYS"."XMLTYPE"', OracleType("XMLTYPE", owner="SYS"), "VARCHAR(65535)"),
        ("JSON", OracleType("JSON"), "SUPER"),
        ("MDSYS.SDO_GEOMETRY", OracleType("SDO_GEOMETRY", owner="MDSYS"), None),
        ("address_t", OracleType("ADDRESS_T", owner="S"), None),
        ('"Address T"', OracleType("Address T", owner="S"), None),
        ("hr.address_t", OracleType("ADDRESS_T", owner="HR"), None),
        ("REF address_t", OracleType("REF", owner="S"), None),
        ("UROWID(40)", OracleType("UROWID", length=40), None),
        ("VECTOR(1024, FLOAT32)", OracleType("VECTOR"), None),
    ],
)
def test_a_type(written: str, type: OracleType, in_redshift: str | None) -> None:
    schema = read_ddl(f"CREATE TABLE s.t (before NUMBER, c {written} NOT NULL, after DATE)", default_owner="X")
    assert not schema.unread
    columns = schema.tables[0].columns
    assert [column.name for column in columns] == ["BEFORE", "C", "AFTER"]
    assert (columns[1].type, columns[1].nullable) == (type, False)
    target = convert_type(columns[1].type).type
    assert (target.sql if target else None) == in_redshift


@pytest.mark.parametrize("written", ["VARCHAR2(x)", "NUMBER(10.5)", "TIMESTAMP(", "INTERVAL DAY TO MINUTE", "5", "'x'"])
def test_what_is_no_type_is_reported_with_its_column_and_line(written: str) -> None:
    schema = read_ddl(f"CREATE TABLE t (\n  a NUMBER,\n  c {written},\n  b DATE)", default_owner="X")
    (unread,) = schema.unread
    assert unread.line == (1 if written == "TIMESTAMP(" else 3)
    assert "is expected where" in unread.reason or "is not closed" in unread.reason
    if written != "TIMESTAMP(":
        assert [column.name for column in schema.tables[0].columns] == ["A", "B"]
        assert unread.reason.endswith("; in X.T")
