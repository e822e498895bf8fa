"""Oracle DDL over which other readers stumbled, from their issue trackers: each rebuilt as a small input."""

from __future__ import annotations

from customer_data.oracle_schema.ddl import read_ddl
from customer_data.oracle_schema.model import OracleConstraint, OracleSchema, OracleTable, OracleType


def _read(text: str) -> OracleSchema:
    """All of it."""
    schema = read_ddl(text, default_owner="CRM")
    assert schema.unread == ()
    return schema


def _table(text: str) -> OracleTable:
    (table,) = _read(text).tables
    return table


def _others(text: str) -> list[str]:
    return [f"{one.kind} {one.name}" for one in _read(text).others]


def test_zpa_149_and_jsqlparser_2446_a_state_follows_a_constraint_in_a_column() -> None:
    table = _table(
        "CREATE TABLE t (id VARCHAR2(36 BYTE) PRIMARY KEY ENABLE, at TIMESTAMP (9), on_off CHAR(1 BYTE) DEFAULT 1 NOT"
        " NULL ENABLE VALIDATE, off NUMBER NOT NULL DISABLE)"
    )
    assert [column.nullable for column in table.columns] == [False, True, False, True]
    assert table.columns[1].type == OracleType("TIMESTAMP", precision=9)
    assert [(one.kind, one.is_enabled) for one in table.constraints] == [("P", True), ("C", False)]


def test_druid_6588_a_constraint_follows_the_state_of_another() -> None:
    table = _table("CREATE TABLE t (id NUMBER NOT NULL ENABLE PRIMARY KEY, n NUMBER CONSTRAINT u UNIQUE DISABLE NULL)")
    assert table.constraints == (
        OracleConstraint("P", ("ID",)),
        OracleConstraint("U", ("N",), "U", is_enabled=False),
    )


def test_simple_ddl_parser_176_a_default_without_parentheses_ends_before_not_null() -> None:
    table = _table(
        "create table t (a varchar2(30 char) default user not null, b date default sysdate constraint nn not null,"
        " c number default case when 1 is not null then 2 end not null)"
    )
    assert [(one.default, one.nullable) for one in table.columns] == [
        ("user", False),
        ("sysdate", False),
        ("case when 1 is not null then 2 end", False),
    ]


def test_sqlfluff_7641_storage_in_every_order() -> None:
    table = _table(
        "CREATE TABLE s.t (id NUMBER(18) PRIMARY KEY USING INDEX TABLESPACE i STORAGE (INITIAL 1M) ENABLE, p VARCHAR2(9))"
        " TABLESPACE d LOGGING PCTFREE 10 PCTUSED 70 INITRANS 1 MAXTRANS 255 STORAGE (INITIAL 655K MAXEXTENTS UNLIMITED"
        " FREELIST GROUPS 1 BUFFER_POOL DEFAULT) PARALLEL 4 NOCACHE;"
    )
    assert [column.name for column in table.columns] == ["ID", "P"]


def test_ora2pg_1721_a_comment_between_a_default_and_its_comma() -> None:
    table = _table("CREATE TABLE t (at DATE DEFAULT SYSDATE -- process, 'what'\n, what VARCHAR2(9) /* ) */ , n NUMBER)")
    assert [column.name for column in table.columns] == ["AT", "WHAT", "N"]
    assert table.columns[0].default == "SYSDATE"


def test_sqlglot_5218_encrypted_columns_reference_partitions_and_names_that_end_in_underscores() -> None:
    table = _table(
        "create table act (ID_ NVARCHAR2(64) not null, REV_ INTEGER, DOUBLE_ NUMBER(*,10), LONG_ NUMBER(19,0),"
        " secret NUMBER ENCRYPT 'NOMAC', s2 NUMBER ENCRYPT USING 'AES256' IDENTIFIED BY pw 'SHA-1' NO SALT,"
        " primary key (ID_), constraint fk FOREIGN KEY(REV_) REFERENCES r(id) ON DELETE SET NULL)"
        " PARTITION BY REFERENCE(fk)"
    )
    assert [column.name for column in table.columns] == ["ID_", "REV_", "DOUBLE_", "LONG_", "SECRET", "S2"]
    assert table.columns[2].type == OracleType("NUMBER", scale=10)
    assert (table.partitioning, table.partitioned_by) == ("REFERENCE", ())
    assert table.constraints[1].references == ("CRM", "R")


def test_sqlglot_8183_and_shardingsphere_39555_partitions_and_what_follows_them() -> None:
    table = _table(
        "CREATE TABLE s (id NUMBER, r VARCHAR2(2)) PARTITION BY LIST (r) AUTOMATIC SUBPARTITION BY HASH (id)"
        " SUBPARTITIONS 4 STORE IN (a, b) (PARTITION p VALUES ('US', ')') STORAGE (INITIAL 1M), PARTITION d VALUES"
        " (DEFAULT)) PARALLEL 4 COMPRESS ENABLE ROW MOVEMENT"
    )
    assert (table.partitioning, table.partitioned_by) == ("LIST", ("R",))


def test_jsqlparser_2247_and_2039_an_index_of_a_constraint_is_named_or_only_stored() -> None:
    table = _table(
        "CREATE TABLE t (a NUMBER, b NUMBER);"
        " ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (a, b) USING INDEX pk;"
        " ALTER TABLE crm.t ADD CONSTRAINT uk UNIQUE (b) using index tablespace x disable;"
        " ALTER TABLE t ADD CONSTRAINT u2 UNIQUE (a) USING INDEX (CREATE UNIQUE INDEX i ON t (a)) NOVALIDATE"
    )
    assert [(one.kind, one.columns, one.is_enabled) for one in table.constraints] == [
        ("P", ("A", "B"), True),
        ("U", ("B",), False),
        ("U", ("A",), False),
    ]


def test_jsqlparser_936_an_index_of_another_schema() -> None:
    (index,) = _read('CREATE INDEX "TS"."Idx" ON "TEST" ("ID" ASC) TABLESPACE "TS";').others
    assert (index.kind, index.owner, index.name, index.on) == ("INDEX", "TS", "Idx", "TEST")


def test_sqlfluff_7937_and_flyway_2701_a_slash_ends_a_statement_without_a_semicolon() -> None:
    schema = _read(
        "create table example (id number)\n/\ncreate or replace view v as\nselect id\n  /* half */\nfrom example\n/\n"
        "comment on table example is 'abc'\n /\ncreate or replace public synonym example for example\n/\n"
    )
    assert schema.tables[0].comment == "abc"
    assert schema.views[0].text.endswith("from example")
    assert schema.others[0].owner == "PUBLIC"


def test_sqlfluff_5297_and_flyway_692_a_backslash_and_an_n_are_no_part_of_a_quote() -> None:
    table = _table(
        r"CREATE TABLE t (a VARCHAR2(9) DEFAULT '\', b VARCHAR2(9) DEFAULT ' N', c NVARCHAR2(9) DEFAULT N'it''s')"
    )
    assert [column.default for column in table.columns] == [r"'\'", "' N'", "N'it''s'"]


def test_flyway_2669_and_3828_packages_without_a_slash() -> None:
    assert _others(
        "CREATE OR REPLACE PACKAGE p AS\n  PROCEDURE a;\nEND p;\nCREATE OR REPLACE PACKAGE BODY p AS\n  PROCEDURE a IS\n"
        "  BEGIN\n    EXECUTE IMMEDIATE 'CREATE TABLE x (y NUMBER)';\n  END a;\nEND p;\nCREATE SEQUENCE s;"
    ) == ["PACKAGE P", "PACKAGE BODY P", "SEQUENCE S"]


def test_flyway_2783_and_2493_a_table_after_a_package_and_a_division_in_it() -> None:
    schema = _read(
        "CREATE OR REPLACE\n\nPACKAGE BODY p AS\n PROCEDURE a IS\n BEGIN\n  x := a\n   / b;\n END;\nBEGIN\n a('x');\nEND;\n"
        "/\n\nCREATE TABLE t (c NUMBER(1));"
    )
    assert [table.name for table in schema.tables] == ["T"]


def test_flyway_714_a_semicolon_where_the_slash_is_missing() -> None:
    schema = _read(
        'CREATE OR REPLACE TRIGGER "TL"\n BEFORE UPDATE\n ON T FOR EACH ROW\nBEGIN\n :new.d := SYSDATE;\nEND TL;\n;\n'
        "CREATE TABLE t (c NUMBER);"
    )
    assert (schema.others[0].on, schema.tables[0].name) == ("T", "T")


def test_flyway_140_and_161_a_table_named_like_a_function_and_types() -> None:
    schema = _read(
        "CREATE TABLE some_function_table (c NUMBER);\ncreate or replace\nTYPE fact_row IS OBJECT (at TIMESTAMP,\n"
        "CONSTRUCTOR FUNCTION fact_row RETURN SELF AS RESULT\n)\n/\ncreate or replace TYPE BODY fact_row AS\n"
        "CONSTRUCTOR FUNCTION fact_row RETURN SELF AS RESULT IS\nBEGIN\nRETURN;\nEND;\nEND;\n/\n"
    )
    assert [table.name for table in schema.tables] == ["SOME_FUNCTION_TABLE"]
    assert [one.kind for one in schema.others] == ["TYPE", "TYPE BODY"]


def test_sqlparse_692_614_and_784_blocks_in_blocks() -> None:
    assert _others(
        "CREATE OR REPLACE EDITIONABLE PROCEDURE p\nAS\n d DATE := TRUNC(x);\nBEGIN\n BEGIN\n  EXECUTE IMMEDIATE ('DROP"
        " TABLE s PURGE');\n EXCEPTION WHEN OTHERS THEN NULL;\n END;\n UPDATE a SET b = (CASE WHEN (A=1) THEN 2 END);\n"
        "END;\n/\nDECLARE\n a NUMBER(15,2);\nBEGIN\n NULL;\nEND;\n/\nCREATE SEQUENCE s"
    ) == ["PROCEDURE P", "SEQUENCE S"]


def test_debezium_3262_supplemental_logs_among_the_columns_and_in_memory_tables() -> None:
    table = _table(
        'CREATE TABLE "O" ("Oid" CHAR(36), CONSTRAINT "PK" PRIMARY KEY ("Oid") USING INDEX ENABLE, SUPPLEMENTAL LOG GROUP'
        ' "G" ("Oid") ALWAYS) INMEMORY PRIORITY CRITICAL MEMCOMPRESS FOR QUERY LOW NO DUPLICATE'
    )
    assert [column.name for column in table.columns] == ["Oid"]
