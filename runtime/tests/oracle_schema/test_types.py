"""Each type of Oracle's, and what is said of it. Sources: Oracle SQL Language Reference, "Data Types"."""

from __future__ import annotations

import pytest
from oracle_tables import oracle_type

from customer_data.oracle_schema.model import OracleType
from customer_data.oracle_schema.types import Effort, convert_type, in_oracle


@pytest.mark.parametrize(
    ("oracle", "redshift"),
    [
        ("NUMBER(1,0)", "SMALLINT"),
        ("NUMBER(4,0)", "SMALLINT"),
        ("NUMBER(4)", "SMALLINT"),
        ("NUMBER(5,0)", "INTEGER"),
        ("NUMBER(9,0)", "INTEGER"),
        ("NUMBER(10,0)", "BIGINT"),
        ("NUMBER(18,0)", "BIGINT"),
        ("NUMBER(19,0)", "NUMERIC(19,0)"),
        ("NUMBER(38,0)", "NUMERIC(38,0)"),
        ("NUMBER(10,2)", "NUMERIC(10,2)"),
        ("NUMBER(18,2)", "NUMERIC(18,2)"),
        ("NUMBER(38,37)", "NUMERIC(38,37)"),
        ("NUMBER(5,-2)", "NUMERIC(7,0)"),
        ("NUMBER(36,-2)", "NUMERIC(38,0)"),
        ("NUMBER(3,5)", "NUMERIC(5,5)"),
        ("DECIMAL(10,2)", "NUMERIC(10,2)"),
        ("NUMERIC(9)", "INTEGER"),
        ("DEC(5,2)", "NUMERIC(5,2)"),
        ("FLOAT(53)", "DOUBLE PRECISION"),
        ("BINARY_FLOAT", "REAL"),
        ("BINARY_DOUBLE", "DOUBLE PRECISION"),
        ("BOOLEAN", "BOOLEAN"),
        ("VARCHAR2(20 BYTE)", "VARCHAR(20)"),
        ("VARCHAR2(20)", "VARCHAR(20)"),
        ("VARCHAR2(20 CHAR)", "VARCHAR(80)"),
        ("VARCHAR2(4000 CHAR)", "VARCHAR(16000)"),
        ("VARCHAR(20)", "VARCHAR(20)"),
        ("CHARACTER VARYING(20)", "VARCHAR(20)"),
        ("CHAR VARYING(20 CHAR)", "VARCHAR(80)"),
        ("NVARCHAR2(20)", "VARCHAR(80)"),
        ("NCHAR VARYING(20)", "VARCHAR(80)"),
        ("NATIONAL CHARACTER VARYING(20)", "VARCHAR(80)"),
        ("CHAR", "VARCHAR(1)"),
        ("CHAR(10)", "VARCHAR(10)"),
        ("CHAR(10 CHAR)", "VARCHAR(40)"),
        ("CHARACTER(3)", "VARCHAR(3)"),
        ("NCHAR(10)", "VARCHAR(40)"),
        ("NATIONAL CHAR(2)", "VARCHAR(8)"),
        ("DATE", "TIMESTAMP"),
        ("TIMESTAMP", "TIMESTAMP"),
        ("TIMESTAMP(0)", "TIMESTAMP"),
        ("TIMESTAMP(6)", "TIMESTAMP"),
        ("TIMESTAMP(6) WITH LOCAL TIME ZONE", "TIMESTAMPTZ"),
        ("RAW(16)", "VARBYTE(16)"),
        ("JSON", "SUPER"),
    ],
)
def test_arrives_whole(oracle: str, redshift: str) -> None:
    made = convert_type(oracle_type(oracle))
    assert made.type is not None
    assert (made.type.sql, made.notes) == (redshift, ())


@pytest.mark.parametrize(
    ("oracle", "redshift", "note"),
    [
        (
            "NUMBER",
            "NUMERIC(38,10)",
            "DMS rounds it to 10 decimals (numberScale of the replication), which no type in Redshift brings",
        ),
        ("NUMBER", "NUMERIC(38,10)", "28 digits before the point fit"),
        ("NUMBER(*,0)", "NUMERIC(38,0)", "BIGINT would be half as large"),
        ("NUMBER(*,10)", "NUMERIC(38,10)", "28 of them stand before the point"),
        ("INTEGER", "NUMERIC(38,0)", "38 digits"),
        ("INT", "NUMERIC(38,0)", "38 digits"),
        ("SMALLINT", "NUMERIC(38,0)", "38 digits"),
        ("DECIMAL", "NUMERIC(38,0)", "38 digits"),
        ("NUMBER(38,38)", "NUMERIC(38,37)", "a value with more is not merged"),
        ("NUMBER(5,40)", "NUMERIC(38,37)", "a value with more is not merged"),
        ("NUMBER(38,-2)", "NUMERIC(38,0)", "more than 38 of the 40 possible digits"),
        ("FLOAT", "DOUBLE PRECISION", "keeps 15"),
        ("FLOAT(126)", "DOUBLE PRECISION", "keeps 15"),
        ("REAL", "DOUBLE PRECISION", "keeps 15"),
        ("DOUBLE PRECISION", "DOUBLE PRECISION", "digits in Oracle, of which Redshift's DOUBLE PRECISION keeps 15"),
        ("VARCHAR2(32767 CHAR)", "VARCHAR(65535)", "131,068 bytes"),
        ("TIMESTAMP(7)", "TIMESTAMP", "the others of 7 are lost"),
        ("TIMESTAMP(9)", "TIMESTAMP", "the others of 9 are lost"),
        ("TIMESTAMP(6) WITH TIME ZONE", "TIMESTAMPTZ", "the name of its time zone is not"),
        ("TIMESTAMP(9) WITH LOCAL TIME ZONE", "TIMESTAMPTZ", "the others of 9 are lost"),
        ("INTERVAL YEAR TO MONTH", "VARCHAR(64)", "as text"),
        ("INTERVAL DAY TO SECOND", "VARCHAR(64)", "as text"),
        ("CLOB", "VARCHAR(65535)", "a CLOB longer than maxLobSize (64 KiB by default) stops the whole"),
        ("CLOB", "VARCHAR(65535)", "no VARCHAR holds more than 65,535 bytes"),
        ("NCLOB", "VARCHAR(65535)", "an NCLOB longer than maxLobSize (64 KiB by default) stops the whole"),
        ("NCLOB", "VARCHAR(65535)", "no VARCHAR holds more than 65,535 bytes"),
        ("LONG", "VARCHAR(65535)", "a LONG longer than maxLobSize (64 KiB by default) stops the whole"),
        ("LONG", "VARCHAR(65535)", "no VARCHAR holds more than 65,535 bytes"),
        ("XMLTYPE", "VARCHAR(65535)", "an XMLTYPE longer than maxLobSize (64 KiB by default) stops the whole"),
        ("XMLTYPE", "VARCHAR(65535)", "no VARCHAR holds more than 65,535 bytes"),
        ("BLOB", "VARBYTE(1024000)", "a BLOB longer than maxLobSize (64 KiB by default) stops the whole"),
        ("BLOB", "VARBYTE(1024000)", "a file with one of more than 1,024,000 bytes is not merged"),
        ("LONG RAW", "VARBYTE(1024000)", "a LONG RAW longer than maxLobSize (64 KiB by default) stops the whole"),
        ("LONG RAW", "VARBYTE(1024000)", "a file with one of more than 1,024,000 bytes is not merged"),
    ],
)
def test_arrives_with_a_note(oracle: str, redshift: str, note: str) -> None:
    made = convert_type(oracle_type(oracle))
    assert made.type is not None and made.type.sql == redshift
    assert note in " ".join(made.notes)


def test_a_number_without_a_precision_has_the_decimals_to_which_dms_rounds() -> None:
    made = convert_type(oracle_type("NUMBER"), 20)
    assert made.type is not None and made.type.sql == "NUMERIC(38,20)"
    assert "18 digits" in " ".join(made.notes)
    exact = convert_type(oracle_type("NUMBER(12,2)"), 20)
    assert exact.type is not None and exact.type.sql == "NUMERIC(12,2)"


@pytest.mark.parametrize(
    ("type", "reason", "effort"),
    [
        (OracleType("ROWID"), "where Oracle stores a row", Effort.SIMPLE),
        (OracleType("UROWID", length=4000), "where Oracle stores a row", Effort.SIMPLE),
        (OracleType("BFILE"), "copy the files to S3", Effort.MEDIUM),
        (OracleType("SDO_GEOMETRY", owner="MDSYS"), "SDO_UTIL.TO_WKTGEOMETRY", Effort.COMPLEX),
        (OracleType("VECTOR"), "no type for vectors", Effort.COMPLEX),
        (OracleType("ANYDATA", owner="SYS"), "any type", Effort.COMPLEX),
        (OracleType("ADDRESS_T", owner="CRM"), "CRM.ADDRESS_T is a type that somebody made", Effort.COMPLEX),
        (OracleType("JSON", owner="CRM"), "CRM.JSON is a type that somebody made", Effort.COMPLEX),
        (OracleType("ADDRESS_T"), "a type that Redshift does not have", Effort.COMPLEX),
    ],
)
def test_has_no_type_in_redshift(type: OracleType, reason: str, effort: Effort) -> None:
    made = convert_type(type)
    assert (made.type, made.effort) == (None, effort)
    assert reason in made.notes[0]


def test_built_in_types_have_oracles_owners_in_the_catalog() -> None:
    made = convert_type(OracleType("XMLTYPE", owner="PUBLIC"))
    assert made.type is not None and made.type.sql == "VARCHAR(65535)"


@pytest.mark.parametrize("scale", [-127, -85, 128, None])
def test_a_scale_that_no_number_has_is_none(scale: int | None) -> None:
    """JDBC drivers say precision 0 and scale -127 of a bare NUMBER."""
    made = convert_type(OracleType("NUMBER", precision=0, scale=scale))
    assert made.type is not None and made.type.sql == "NUMERIC(38,10)"


def test_a_text_without_a_length_gets_the_longest() -> None:
    made = convert_type(OracleType("VARCHAR2"))
    assert made.type is not None and made.type.sql == "VARCHAR(65535)"
    assert "not known" in made.notes[0]


@pytest.mark.parametrize(
    "written",
    [
        *("NUMBER", "NUMBER(10)", "NUMBER(10,2)", "NUMBER(*,0)", "VARCHAR2(20 CHAR)", "VARCHAR2(20)", "NVARCHAR2(20)"),
        *("TIMESTAMP(6) WITH TIME ZONE", "TIMESTAMP", "FLOAT(126)", "LONG RAW", "RAW(16)"),
    ],
)
def test_is_spelled_as_in_oracle(written: str) -> None:
    assert in_oracle(oracle_type(written)) == written
