"""What each kind of statement says, and what happens to what cannot be read."""

from __future__ import annotations

import pytest

from customer_data.oracle_schema.ddl import read_ddl
from customer_data.oracle_schema.ddl.reader import Fate, Reader
from customer_data.oracle_schema.model import OracleConstraint, OracleSchema, OracleTable

_TABLE = "CREATE TABLE t (id NUMBER PRIMARY KEY, name VARCHAR2(9), n NUMBER CONSTRAINT n_nn NOT NULL);\n"


def _all_of(text: str) -> OracleSchema:
    schema = read_ddl(text, default_owner="X")
    assert schema.unread == ()
    return schema


def _table(text: str) -> OracleTable:
    return _all_of(text).tables[0]


def _why(text: str) -> list[tuple[int | None, str, str]]:
    return [(one.line, one.text, one.reason) for one in read_ddl(text, default_owner="X").unread]


# Names


def test_names_as_oracle_folds_them() -> None:
    table = _table(
        'CREATE TABLE Sales."Order Items" ("ID" NUMBER, "id" NUMBER, Größe NUMBER, a$b#1 NUMBER, "from" DATE)'
    )
    assert (table.owner, table.name) == ("SALES", "Order Items")
    assert [column.name for column in table.columns] == ["ID", "id", "GRÖSSE", "A$B#1", "from"]


def test_columns_whose_names_begin_other_clauses() -> None:
    table = _table(
        "CREATE TABLE t (period NUMBER, scope VARCHAR2(1), ref CHAR, primary NUMBER, constraint VARCHAR2(2), foreign"
        " DATE, supplemental DATE, PERIOD FOR valid (a, b), SUPPLEMENTAL LOG DATA (ALL) COLUMNS)"
    )
    names = [column.name for column in table.columns]
    assert names == ["PERIOD", "SCOPE", "REF", "PRIMARY", "CONSTRAINT", "FOREIGN", "SUPPLEMENTAL"]


@pytest.mark.parametrize(
    "before",
    [
        "ALTER SESSION SET CURRENT_SCHEMA = crm;",
        "CREATE SCHEMA AUTHORIZATION crm\n",
        "CONNECT crm/secret@db\n",
        "DEFINE o = crm\nCREATE TABLE &o..other (id NUMBER);\nALTER SESSION SET CURRENT_SCHEMA=&&O;",
    ],
)
def test_who_owns_names_without_an_owner(before: str) -> None:
    assert {table.owner for table in _all_of(f"{before}\nCREATE TABLE t (id NUMBER);").tables} == {"CRM"}


def test_administrators_make_objects_for_others() -> None:
    assert _table("CONN / AS SYSDBA\nCONNECT system\nCREATE TABLE t (id NUMBER);").owner == "X"


def test_a_variable_that_nobody_defines_is_named() -> None:
    assert _why("CREATE TABLE &owner..t (id NUMBER);") == [
        (1, "CREATE TABLE &owner..t (id NUMBER)", "no DEFINE says what &owner is")
    ]


# ALTER TABLE


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        ("ADD (a NUMBER, b DATE DEFAULT SYSDATE NOT NULL)", ["ID", "NAME", "N", "A", "B"]),
        ("ADD a CLOB LOB (a) STORE AS (TABLESPACE x) ADD b DATE", ["ID", "NAME", "N", "A", "B"]),
        ("ADD (a CLOB) LOB (a) STORE AS (TABLESPACE x) ADD b DATE", ["ID", "NAME", "N", "A", "B"]),
        ("DROP COLUMN name CASCADE CONSTRAINTS", ["ID", "N"]),
        ("DROP (name, n)", ["ID"]),
        ("SET UNUSED (name)", ["ID", "N"]),
        ("RENAME COLUMN id TO \"Id\"", ["Id", "NAME", "N"]),
        ("MOVE TABLESPACE x", ["ID", "NAME", "N"]),
        ("ADD PARTITION p VALUES LESS THAN (1)", ["ID", "NAME", "N"]),
        ("ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS", ["ID", "NAME", "N"]),
        ("ENABLE ROW MOVEMENT", ["ID", "NAME", "N"]),
        ("NOLOGGING PARALLEL 4", ["ID", "NAME", "N"]),
    ],
)  # fmt: skip
def test_columns_after_a_change(change: str, columns: list[str]) -> None:
    assert [column.name for column in _table(f"{_TABLE}ALTER TABLE x.t {change};").columns] == columns


def test_a_renamed_column_keeps_its_constraints() -> None:
    table = _table(f"{_TABLE}ALTER TABLE t RENAME COLUMN id TO no;ALTER TABLE t RENAME COLUMN n TO m;")
    assert table.constraints == (
        OracleConstraint("P", ("NO",)),
        OracleConstraint("C", ("M",), "N_NN", condition='"M" IS NOT NULL'),
    )
    assert [column.nullable for column in table.columns] == [False, True, False]


@pytest.mark.parametrize(
    ("change", "nullable"),
    [
        ("MODIFY (name NOT NULL ENABLE)", [False, False, False]),
        ("MODIFY name CONSTRAINT c NOT NULL", [False, False, False]),
        ("MODIFY name NOT NULL NOVALIDATE", [False, True, False]),
        ("MODIFY n NULL", [False, True, True]),
        ("MODIFY CONSTRAINT n_nn DISABLE", [False, True, True]),
        ("DISABLE CONSTRAINT n_nn", [False, True, True]),
        ("DROP CONSTRAINT n_nn", [False, True, True]),
        ("DROP PRIMARY KEY CASCADE", [True, True, False]),
        ("DISABLE PRIMARY KEY CASCADE", [True, True, False]),
        ("ENABLE NOVALIDATE PRIMARY KEY", [True, True, False]),
        ("MODIFY PRIMARY KEY RELY", [False, True, False]),
        ("RENAME CONSTRAINT n_nn TO other", [False, True, False]),
    ],
)
def test_what_may_be_null_after_a_change(change: str, nullable: list[bool]) -> None:
    assert [column.nullable for column in _table(f"{_TABLE}ALTER TABLE t {change};").columns] == nullable


def test_a_change_of_a_column_keeps_what_it_does_not_say() -> None:
    table = _table(
        "CREATE TABLE t (a VARCHAR2(9) DEFAULT 'x' NOT NULL, b NUMBER);ALTER TABLE t MODIFY (a VARCHAR2(20 CHAR), b"
        " DEFAULT 3 INVISIBLE);"
    )
    a, b = table.columns
    assert (a.type.length, a.type.char_semantics, a.default, a.nullable) == (20, True, "'x'", False)
    assert (b.type.name, b.default, b.is_hidden) == ("NUMBER", "3", True)


def test_changes_may_stand_before_their_table() -> None:
    table = _table(
        "ALTER TABLE t ADD CONSTRAINT u UNIQUE (name);\nCOMMENT ON COLUMN t.name IS 'x';\nALTER TABLE t ADD x DATE;\n"
        + _TABLE
    )
    assert [one.kind for one in table.constraints] == ["P", "C", "U"]
    assert [column.comment for column in table.columns] == [None, "x", None, None]


def test_a_comment_may_stand_before_its_view() -> None:
    schema = _all_of("COMMENT ON TABLE v IS 'x';COMMENT ON COLUMN v.a IS 'y';CREATE VIEW v AS SELECT 1 a FROM dual;")
    assert schema.views[0].comment == "x"


def test_a_table_that_is_made_anew_is_not_among_the_dropped() -> None:
    schema = _all_of(f"{_TABLE}DROP TABLE t;CREATE TABLE t (a NUMBER);CREATE VIEW v AS SELECT 1 a FROM t;DROP VIEW v;")
    assert [column.name for column in schema.tables[0].columns] == ["A"]
    assert (schema.views, schema.others) == ((), ())


def test_renamed_and_dropped_tables() -> None:
    schema = _all_of(
        f"DROP TABLE t;{_TABLE}CREATE TABLE c (t_id NUMBER REFERENCES t);ALTER TABLE t RENAME TO u;RENAME u TO v;"
        "CREATE TABLE gone (id NUMBER);DROP TABLE gone PURGE;CREATE TABLE IF NOT EXISTS v (other NUMBER)"
    )
    assert [table.name for table in schema.tables] == ["C", "V"]
    assert schema.tables[0].constraints[0].references == ("X", "V")
    assert [(one.kind, one.name) for one in schema.others] == [("DROPPED TABLE", "GONE")]


# Columns


def test_a_column_without_a_type_has_that_of_the_one_it_refers_to() -> None:
    schema = _all_of(
        f"CREATE TABLE c (p REFERENCES t, q CONSTRAINT f REFERENCES t (name));CREATE TABLE d (x REFERENCES z);{_TABLE}"
    )
    assert [column.type.name for column in schema.tables[0].columns] == ["NUMBER", "VARCHAR2"]
    assert schema.tables[1].columns[0].type.name == "(unknown)"


def test_virtual_and_identity_columns() -> None:
    table = _table(
        "CREATE TABLE t (id NUMBER GENERATED ALWAYS AS IDENTITY (START WITH 1 INCREMENT BY -1), a AS (id * 2), b NUMBER"
        " GENERATED ALWAYS AS (CASE WHEN id > 1 THEN ')' END) VIRTUAL NOT NULL, c VARCHAR2(9) AS (')') INVISIBLE, d"
        " NUMBER GENERATED BY DEFAULT ON NULL AS IDENTITY, e NUMBER DEFAULT ON NULL FOR INSERT AND UPDATE 1, f DATE)"
    )
    assert [one.name for one in table.columns if one.is_identity] == ["ID", "D"]
    assert [one.expression for one in table.columns if one.expression] == [
        *("id * 2", "CASE WHEN id > 1 THEN ')' END", "')'")
    ]
    assert [one.nullable for one in table.columns] == [False, True, False, True, False, False, True]
    assert [one.name for one in table.columns if one.is_hidden] == ["C"]


@pytest.mark.parametrize(
    "default",
    [
        *("'it''s'", "q'[it's]'", "Nq'<a>b>'", "-1", "NULL", "(1 + (2))", "TO_DATE('1,2', 'X')", "INTERVAL '1' DAY"),
        *("CASE WHEN 1 IS NOT NULL THEN 2 ELSE 3 END", '"S"."SEQ"."NEXTVAL"', "seq.nextval", "DATE '2000-01-01'"),
        *("SYS_CONTEXT('A', 'B')", "SYSTIMESTAMP AT TIME ZONE 'UTC'", "'a' || 'b'", "1/3", "user", "''"),
    ],
)
@pytest.mark.parametrize(
    "after", ["", " NOT NULL", " NULL", " CONSTRAINT c CHECK (c > 0)", " PRIMARY KEY", " INVISIBLE"]
)
def test_a_default_ends_where_the_next_clause_begins(default: str, after: str) -> None:
    table = _table(f"CREATE TABLE t (c VARCHAR2(9) DEFAULT {default}{after}, d NUMBER)")
    assert [column.default for column in table.columns] == [default, None]
    assert len(table.constraints) == ("C" in after.split(" ")[-1] or "CHECK" in after or "KEY" in after)


def test_the_index_of_a_constraint_ends_where_another_constraint_begins() -> None:
    table = _table("CREATE TABLE t (a NUMBER UNIQUE USING INDEX TABLESPACE x PCTFREE 5 NOT NULL, b DATE)")
    assert ([one.kind for one in table.constraints], table.columns[0].nullable) == (["U"], False)


def test_columns_of_a_view_without_their_constraints() -> None:
    text = 'CREATE VIEW v (a NOT NULL, "b c", CONSTRAINT p PRIMARY KEY (a) DISABLE) AS (SELECT 1, 2 FROM d)'
    view = _all_of(text).views
    assert (view[0].columns, view[0].text) == (("A", "b c"), "(SELECT 1, 2 FROM d)")


# What is not read


def test_a_quote_that_is_not_doubled_spoils_one_statement() -> None:
    text = (
        f"{_TABLE}COMMENT ON COLUMN t.id IS 'it's';\n\n-- next\nCOMMENT ON COLUMN t.n IS 'n';\n/\n"
        "COMMENT ON TABLE t IS 'a\nb';\n"
    )
    schema = read_ddl(text, default_owner="X")
    assert schema.tables[0].comment == "a\nb"
    assert schema.tables[0].columns[2].comment == "n"
    assert _why(text) == [(2, "COMMENT ON COLUMN t.id IS '…'", "a literal does not end; a quote within it is doubled")]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("CREATE TABLE t AS SELECT 1 a FROM dual", 1, "the columns of X.T are those of its query"),
        ("CREATE TABLE t (a, b) AS SELECT 1, 2 FROM dual", 1, "the columns of X.T are those of its query"),
        ("CREATE TABLE t OF person", 1, "the columns of X.T are the attributes of X.PERSON"),
        ("CREATE TABLE t ()", 1, "X.T has no columns"),
        ("CREATE TABLE t", 1, "( and the columns is expected where nothing follows"),
        ("CREATE TABLE t (a NUMBER", 1, "a parenthesis is not closed"),
        ("\nCREATE TABLE t (a NUMBER,\n a DATE)", 3, "there is a column A already; in X.T"),
        ("CREATE TABLE t (a NUMBER)\n;\nCREATE TABLE t (b NUMBER)", 3, "a statement before it makes X.T already"),
        ("CREATE TABLE t (a NUMBER,\n b DATE FROBNICATED)", 2, "a clause of a column is expected where FROBNICATED"),
        ("CREATE WIDGET w", 1, "the kind of an object is expected where WIDGET follows"),
        ("ALTER TABLE t ADD a NUMBER", 1, "it is about X.T: no statement of the text makes it"),
        ("CREATE TABLE t (a NUMBER);ALTER TABLE t\nFROBNICATE", 1, "a change of a table is expected where FROBNICATE"
         " follows (line 2 of it)"),
        ("CREATE TABLE t (a NUMBER);ALTER TABLE t DROP COLUMN b", 1, "X.T has no column B"),
        ("CREATE TABLE t (a NUMBER);ALTER TABLE t DROP CONSTRAINT c", 1, "X.T has no constraint C"),
        ("COMMENT ON COLUMN a IS 'x'", 1, "a table and its column is expected"),
        ("COMMENT ON TABLE a.b.c IS 'x'", 1, "A.B.C has more parts than an owner and a name"),
        ("@tables.sql", 1, "the file that it runs is not read"),
        ("/* open\nCREATE TABLE t (a NUMBER);", 1, "a comment does not end"),
        ("FROBNICATE;", 1, "no statement of Oracle's begins so"),
        ("BEGIN EXECUTE IMMEDIATE 'CREATE TABLE '||t; END;\n/", 1, "a PL/SQL block makes or changes objects"),
        ("BEGIN\n run('CREATE TABLE t (a NUMBER)'); END;\n/", 1, "a PL/SQL block makes or changes objects"),
        ("BEGIN x; EXECUTE IMMEDIATE\n 'CREATE TABLE t (a NUMBER, b FOO BAR)'; END;\n/", 2, "a clause of a column"),
        ("BEGIN\n EXECUTE IMMEDIATE 'ALTER TABLE gone ADD a DATE'; END;\n/", 2, "it is about X.GONE: no statement"),
        ("BEGIN\n EXECUTE IMMEDIATE 'CREATE TABLE &t (a NUMBER)'; END;\n/", 2, "no DEFINE says what &t is"),
    ],
)  # fmt: skip
def test_why_a_statement_is_not_read(text: str, line: int, reason: str) -> None:
    found = _why(text)
    assert found[0][0] == line
    assert found[0][2].startswith(reason)


def test_what_belongs_to_a_table_that_is_not_read() -> None:
    reasons = [reason for _, _, reason in _why("CREATE TABLE t AS SELECT 1 FROM dual;COMMENT ON TABLE t IS 'x';")]
    assert reasons[1] == "it is about X.T: its CREATE TABLE is not read"


def test_neither_values_nor_passwords_are_shown() -> None:
    text = "\n".join(
        (
            "FROBNICATE 'Jane Doe', q'[4111 1111]' /* Jane */ IDENTIFIED BY tiger \"a\" 'Jane;",
            "CREATE WIDGET w IDENTIFIED BY VALUES 'F894844C34402B67';",
        )
    )
    shown = str([_why(text), _why("CREATE WIDGET w IDENTIFIED BY lion"), _why("FROBNICATE 'Jane', 1")])
    assert not any(secret in shown for secret in ("Jane", "4111", "tiger", "F894", "lion"))


@pytest.mark.parametrize(
    "text",
    [
        *("GRANT SELECT ON t TO r;", "COMMIT;", "INSERT INTO t VALUES ('a;b');", "SET ROLE all;", "SELECT 1 FROM d;"),
        *("REM it's", "remark 'x", "prompt don't -", "REM -"),
        *("SET DEFINE OFF", "spool x.log", "WHENEVER SQLERROR EXIT 1", "EXIT"),
        *("exec dbms_stats.gather( -\n  'X')", "host ls '", "!ls", "show errors", "column a format a10", "desc t"),
        *("ALTER SYSTEM SET x = 1;", "ALTER TRIGGER t ENABLE;", "CREATE USER u IDENTIFIED BY \"x;\";"),
        *("DROP SEQUENCE s;", "<<a>>\nDECLARE\nx NUMBER;BEGIN NULL; END;\n/"),
        *("CREATE TABLESPACE t DATAFILE 'x' SIZE 1M;", "BEGIN\n NULL;\nEND;\n/"),
        *("CREATE ROLE r", "EXPLAIN PLAN FOR SELECT 1 FROM dual", "DROP TABLE nothing;", "-- CREATE TABLE t;"),
        *("GRANT\n  CREATE SESSION,\n  CREATE TABLE,\n  CREATE VIEW\nTO u;", "GRANT ALL ON t TO u", "COMMIT;\n."),
    ],
)  # fmt: skip
def test_what_says_nothing_of_tables(text: str) -> None:
    reader = Reader(f"{text}\nCREATE TABLE last_one (a NUMBER);", "X")
    schema = reader.read()
    assert [table.name for table in schema.tables] == ["LAST_ONE"]
    assert not schema.unread
    assert set(reader.fates) <= {Fate.IGNORED, Fate.TABLE}


@pytest.mark.parametrize(
    ("text", "kind", "owner", "name"),
    [
        ("CREATE SEQUENCE s START WITH 1", "SEQUENCE", "X", "S"),
        ("CREATE OR REPLACE NONEDITIONABLE FUNCTION a.f RETURN DATE IS BEGIN RETURN x; END;\n/", "FUNCTION", "A", "F"),
        ("CREATE OR REPLACE TYPE t AS TABLE OF NUMBER;\n/", "TYPE", "X", "T"),
        ('CREATE OR REPLACE AND COMPILE JAVA SOURCE NAMED "a/B" AS class B { char c = \'"\'; /* ; */ }\n/',
         "JAVA SOURCE", "X", "a/B"),
        ("CREATE PUBLIC SYNONYM s FOR a.b@c", "SYNONYM", "PUBLIC", "S"),
        ("CREATE DATABASE LINK hq.example.com CONNECT TO a IDENTIFIED BY b USING 'c'", "DATABASE LINK", "X",
         "HQ.EXAMPLE.COM"),
        ("CREATE INDEX i ON a.t (b)", "INDEX", "A", "I"),
        ("CREATE MATERIALIZED VIEW LOG ON a.t WITH PRIMARY KEY", "MATERIALIZED VIEW LOG", "A", "MLOG$_T"),
        ("CREATE OR REPLACE TRIGGER t AFTER LOGON ON DATABASE BEGIN NULL; END;\n/", "TRIGGER", "X", "T"),
        ("CREATE OR REPLACE LIBRARY l AS '/x.so';\n/", "LIBRARY", "X", "L"),
    ],
)  # fmt: skip
def test_objects_without_rows(text: str, kind: str, owner: str, name: str) -> None:
    schema = _all_of(f"{text}\nCREATE TABLE last_one (a NUMBER);")
    assert [(one.kind, one.owner, one.name) for one in schema.others] == [(kind, owner, name)]
    assert [table.name for table in schema.tables] == ["LAST_ONE"]


# Files


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_and_byte_order_marks(end: str) -> None:
    text = f"\ufeffREM it's\n{_TABLE}\ufeffCOMMENT ON TABLE t IS 'x'\n/\nSET ECHO ON\nnonsense\n".replace("\n", end)
    schema = read_ddl(text, default_owner="X")
    assert schema.tables[0].comment == "x"
    assert [(one.line, one.text) for one in schema.unread] == [(6, "nonsense")]


def test_statements_without_any_end() -> None:
    schema = _all_of(
        '  CREATE TABLE "X"."A" ("ID" NUMBER) PCTFREE 10\n\n  CREATE UNIQUE INDEX "X"."I" ON "X"."A" ("ID")\n'
        '  ALTER TABLE "X"."A" ADD CONSTRAINT "P" PRIMARY KEY ("ID") USING INDEX (\nCREATE UNIQUE INDEX z ON a (id))\n'
        '  COMMENT ON TABLE "X"."A" IS \'a\'\n  CREATE OR REPLACE VIEW v AS SELECT 1 a FROM dual\n'
        "  CREATE TABLE b (c DATE)"
    )
    assert [table.name for table in schema.tables] == ["A", "B"]
    assert (schema.tables[0].constraints[0].kind, schema.tables[0].comment) == ("P", "a")
    assert schema.views[0].text == "SELECT 1 a FROM dual"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("EXEC EXECUTE IMMEDIATE 'create table x (a number)'", "a PL/SQL block makes or changes objects"),
        ("ALTER SESSION SET NLS_LENGTH_SEMANTICS = CHAR;", "sizes of text count characters from here on"),
        ("ALTER SESSION SET NLS_LENGTH_SEMANTICS = 'CHAR';", "sizes of text count characters from here on"),
    ],
)
def test_what_changes_the_meaning_of_others_is_reported(text: str, reason: str) -> None:
    [unread] = read_ddl(f"{text}\n", default_owner="X").unread
    assert reason in unread.reason


@pytest.mark.parametrize(
    "text", ["EXEC dbms_stats.gather_schema_stats('X')", "ALTER SESSION SET NLS_LENGTH_SEMANTICS=BYTE;"]
)
def test_what_changes_nothing_is_not(text: str) -> None:
    assert read_ddl(f"{text}\n", default_owner="X").unread == ()


def test_partitions_by_system_have_no_columns() -> None:
    text = "CREATE TABLE s (a NUMBER) PARTITION BY SYSTEM (PARTITION p1, PARTITION p2);"
    [table] = read_ddl(text, default_owner="X").tables
    assert (table.partitioning, table.partitioned_by) == ("SYSTEM", ())


@pytest.mark.parametrize(
    ("changes", "logged"),
    [
        ("MOVE TABLESPACE x", "unknown"),
        ("ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS", "all"),
        ("ADD SUPPLEMENTAL LOG DATA (PRIMARY KEY, UNIQUE) COLUMNS", "key"),
        ("ADD SUPPLEMENTAL LOG GROUP g (id) ALWAYS, SUPPLEMENTAL LOG DATA (PRIMARY KEY) COLUMNS", "key"),
        ("ADD SUPPLEMENTAL LOG DATA (UNIQUE) COLUMNS", "unknown"),
        ("ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS; ALTER TABLE t DROP SUPPLEMENTAL LOG DATA (ALL) COLUMNS", "unknown"),
    ],
)
def test_what_is_logged_of_an_update(changes: str, logged: str) -> None:
    assert _table(f"{_TABLE}ALTER TABLE x.t {changes};").logged == logged


def test_what_is_logged_of_an_update_among_the_columns() -> None:
    assert _table("CREATE TABLE t (id NUMBER, SUPPLEMENTAL LOG DATA (ALL) COLUMNS);").logged == "all"


def test_literals_that_a_block_executes_are_read() -> None:
    schema = read_ddl(
        """DECLARE n NUMBER; BEGIN
  SELECT COUNT(*) INTO n FROM user_tables WHERE table_name = 'T';
  IF n = 0 THEN
    EXECUTE IMMEDIATE 'CREATE TABLE t (id NUMBER(9) PRIMARY KEY, kind VARCHAR2(9) DEFAULT ''it''''s'')';
    EXECUTE IMMEDIATE q'[COMMENT ON COLUMN t.kind IS 'what it is']';
  END IF;
  EXECUTE IMMEDIATE 'BEGIN EXECUTE IMMEDIATE ''ALTER TABLE t ADD (born DATE)''; END;';
EXCEPTION WHEN OTHERS THEN NULL;
END;
/
""",
        default_owner="X",
    )
    (table,) = schema.tables
    assert not schema.unread
    assert [column.name for column in table.columns] == ["ID", "KIND", "BORN"]
    assert (table.columns[1].default, table.columns[1].comment) == ("'it''s'", "what it is")


def test_a_table_that_a_block_makes_again_is_reported() -> None:
    schema = read_ddl(
        "CREATE TABLE t (a NUMBER);\nBEGIN\nEXECUTE IMMEDIATE 'CREATE TABLE t (b NUMBER)';\nEND;\n/", default_owner="X"
    )
    assert [(one.line, one.reason) for one in schema.unread] == [(3, "a statement before it makes X.T already")]
