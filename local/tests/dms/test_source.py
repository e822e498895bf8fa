"""The database that plays Oracle: its catalog, its user's rights, its log."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

TABLES = """
CREATE SCHEMA "CRM";
CREATE TABLE "CRM"."CUSTOMERS" (
  "ID" bigint GENERATED ALWAYS AS IDENTITY, "NAME" varchar(80) NOT NULL, "CODE" char(3) DEFAULT 'AT',
  "BALANCE" numeric(12, 2), "ANY_NUMBER" numeric, "ROUNDED" numeric(5, -2), "TINY" numeric(3, 5),
  "BORN" timestamp(0), "SEEN" timestamp(6), "ZONED" timestamp(3) with time zone, "PICTURE" bytea, "NOTES" text,
  "RATIO" double precision, "SHORT_RATIO" real, "OLD" oracle_catalog.long, "HASH" oracle_catalog.raw,
  "SCORE" oracle_catalog.float, "LOUD" text GENERATED ALWAYS AS (upper("NAME")) STORED,
  CONSTRAINT "CUSTOMERS_PK" PRIMARY KEY ("ID"), CONSTRAINT "NAMES" UNIQUE ("NAME", "CODE"),
  CONSTRAINT "POSITIVE" CHECK ("BALANCE" >= 0)
);
CREATE TABLE "CRM"."ORDERS" (
  "ID" numeric(10) NOT NULL, "CUSTOMER_ID" bigint, "PLACED" timestamp(0) NOT NULL,
  CONSTRAINT "ORDERS_PK" PRIMARY KEY ("ID", "PLACED"),
  CONSTRAINT "ORDERS_CUSTOMER" FOREIGN KEY ("CUSTOMER_ID") REFERENCES "CRM"."CUSTOMERS" ON DELETE CASCADE
) PARTITION BY RANGE ("PLACED");
CREATE TABLE "CRM"."ORDERS_2024" PARTITION OF "CRM"."ORDERS" FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW "CRM"."RICH" AS SELECT "ID" FROM "CRM"."CUSTOMERS" WHERE "BALANCE" > 1000;
CREATE MATERIALIZED VIEW "CRM"."COUNTED" AS SELECT count(*) AS "N" FROM "CRM"."CUSTOMERS";
CREATE SEQUENCE "CRM"."NUMBERS" START 7;
CREATE INDEX "BY_NAME" ON "CRM"."CUSTOMERS" ("NAME" DESC);
CREATE FUNCTION "CRM"."STAMP"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER "STAMPED" BEFORE INSERT ON "CRM"."ORDERS" FOR EACH ROW EXECUTE FUNCTION "CRM"."STAMP"();
COMMENT ON TABLE "CRM"."CUSTOMERS" IS 'Who buys';
COMMENT ON COLUMN "CRM"."CUSTOMERS"."BORN" IS 'Day of birth';
"""


@pytest.fixture
def crm(oracle: psycopg.Connection) -> psycopg.Connection:
    oracle.execute(TABLES)
    return oracle


@pytest.fixture
def reader(crm: psycopg.Connection) -> Any:
    info = crm.info
    with psycopg.connect(
        host=info.host, port=info.port, dbname=info.dbname, user="READER", password="secret", autocommit=True
    ) as connection:
        yield connection


def rows(connection: psycopg.Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def test_columns_have_oracles_types(reader: psycopg.Connection) -> None:
    found = rows(
        reader,
        "SELECT COLUMN_NAME, DATA_TYPE, DATA_LENGTH, DATA_PRECISION, DATA_SCALE, NULLABLE, CHAR_LENGTH, CHAR_USED"
        " FROM ALL_TAB_COLUMNS WHERE OWNER = 'CRM' AND TABLE_NAME = 'CUSTOMERS' ORDER BY COLUMN_ID",
    )
    assert found == [
        ("ID", "NUMBER", 22, 19, 0, "N", 0, None),
        ("NAME", "VARCHAR2", 320, None, None, "N", 80, "C"),
        ("CODE", "CHAR", 12, None, None, "Y", 3, "C"),
        ("BALANCE", "NUMBER", 22, 12, 2, "Y", 0, None),
        ("ANY_NUMBER", "NUMBER", 22, None, None, "Y", 0, None),
        ("ROUNDED", "NUMBER", 22, 5, -2, "Y", 0, None),
        ("TINY", "NUMBER", 22, 3, 5, "Y", 0, None),
        ("BORN", "DATE", 7, None, None, "Y", 0, None),
        ("SEEN", "TIMESTAMP(6)", 11, None, 6, "Y", 0, None),
        ("ZONED", "TIMESTAMP(3) WITH TIME ZONE", 13, None, 3, "Y", 0, None),
        ("PICTURE", "BLOB", 4000, None, None, "Y", 0, None),
        ("NOTES", "CLOB", 4000, None, None, "Y", 0, None),
        ("RATIO", "BINARY_DOUBLE", 8, None, None, "Y", 0, None),
        ("SHORT_RATIO", "BINARY_FLOAT", 4, None, None, "Y", 0, None),
        ("OLD", "LONG", 0, None, None, "Y", 0, None),
        ("HASH", "RAW", 2000, None, None, "Y", 0, None),
        ("SCORE", "FLOAT", 22, 126, None, "Y", 0, None),
        ("LOUD", "CLOB", 4000, None, None, "Y", 0, None),
    ]


def test_the_catalog_tells_of_keys_partitions_comments_and_the_rest(reader: psycopg.Connection) -> None:
    def of(view: str, columns: str, owner: str = "OWNER", more: str = "") -> list[tuple[Any, ...]]:
        return sorted(rows(reader, f"SELECT {columns} FROM {view} WHERE {owner} = 'CRM' {more}"), key=str)

    assert of("ALL_TABLES", "TABLE_NAME, PARTITIONED, TEMPORARY") == [
        ("COUNTED", "NO", "N"),
        ("CUSTOMERS", "NO", "N"),
        ("ORDERS", "YES", "N"),
    ]
    assert of(
        "ALL_CONSTRAINTS",
        "TABLE_NAME, CONSTRAINT_NAME, CONSTRAINT_TYPE, R_CONSTRAINT_NAME",
        more="AND GENERATED = 'USER NAME'",
    ) == [
        ("CUSTOMERS", "CUSTOMERS_PK", "P", None),
        ("CUSTOMERS", "NAMES", "U", None),
        ("CUSTOMERS", "POSITIVE", "C", None),
        ("ORDERS", "ORDERS_CUSTOMER", "R", "CUSTOMERS_PK"),
        ("ORDERS", "ORDERS_PK", "P", None),
    ]
    conditions = of(
        "ALL_CONSTRAINTS", "SEARCH_CONDITION", more="AND CONSTRAINT_TYPE = 'C' AND TABLE_NAME = 'CUSTOMERS'"
    )
    assert ('"NAME" IS NOT NULL',) in conditions
    assert of("ALL_CONS_COLUMNS", "COLUMN_NAME, POSITION", more="AND CONSTRAINT_NAME = 'ORDERS_PK'") == [
        ("ID", 1),
        ("PLACED", 2),
    ]
    assert of("ALL_PART_TABLES", "TABLE_NAME, PARTITIONING_TYPE, PARTITION_COUNT") == [("ORDERS", "RANGE", 1)]
    assert of("ALL_PART_KEY_COLUMNS", "NAME, COLUMN_NAME, COLUMN_POSITION") == [("ORDERS", "PLACED", 1)]
    assert ("CUSTOMERS", "TABLE", "Who buys") in of("ALL_TAB_COMMENTS", "TABLE_NAME, TABLE_TYPE, COMMENTS")
    assert ("BORN", "Day of birth") in of("ALL_COL_COMMENTS", "COLUMN_NAME, COMMENTS")
    assert [name for (name,) in of("ALL_VIEWS", "VIEW_NAME")] == ["RICH"]
    assert [name for (name,) in of("ALL_MVIEWS", "MVIEW_NAME")] == ["COUNTED"]
    assert ("NUMBERS", 7) in of("ALL_SEQUENCES", "SEQUENCE_NAME, LAST_NUMBER", "SEQUENCE_OWNER")
    assert of("ALL_TRIGGERS", "TRIGGER_NAME, TRIGGER_TYPE, TRIGGERING_EVENT") == [
        ("STAMPED", "BEFORE EACH ROW", "INSERT")
    ]
    assert ("BY_NAME", "NONUNIQUE") in of("ALL_INDEXES", "INDEX_NAME, UNIQUENESS")
    assert of("ALL_IND_COLUMNS", "COLUMN_NAME, DESCEND", "INDEX_OWNER", "AND INDEX_NAME = 'BY_NAME'") == [
        ("NAME", "DESC")
    ]
    assert of("ALL_TAB_IDENTITY_COLS", "TABLE_NAME, COLUMN_NAME, GENERATION_TYPE") == [("CUSTOMERS", "ID", "ALWAYS")]
    virtual = of("ALL_TAB_COLS", "COLUMN_NAME", more="AND VIRTUAL_COLUMN = 'YES'")
    assert virtual == [("LOUD",)]
    kinds = {kind for (kind,) in of("ALL_OBJECTS", "OBJECT_TYPE")}
    assert kinds == {"TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "INDEX", "FUNCTION", "TRIGGER"}
    assert rows(reader, "SELECT DUMMY FROM DUAL") == [("X",)]


def test_its_catalog_says_what_is_logged_of_an_update(crm: psycopg.Connection, reader: psycopg.Connection) -> None:
    groups = "SELECT TABLE_NAME, LOG_GROUP_TYPE FROM ALL_LOG_GROUPS WHERE OWNER = 'CRM' ORDER BY TABLE_NAME"
    assert rows(reader, groups) == [("CUSTOMERS", "ALL COLUMN LOGGING"), ("ORDERS", "ALL COLUMN LOGGING")]
    assert rows(reader, "SELECT SUPPLEMENTAL_LOG_DATA_ALL, LOG_MODE FROM V$DATABASE") == [("NO", "ARCHIVELOG")]
    crm.execute('ALTER TABLE "CRM"."CUSTOMERS" REPLICA IDENTITY DEFAULT')
    assert rows(reader, groups) == [("ORDERS", "ALL COLUMN LOGGING")]


def test_its_user_reads_and_changes_nothing(reader: psycopg.Connection) -> None:
    assert rows(reader, 'SELECT count(*) FROM "CRM"."ORDERS"') == [(0,)]
    for statement in (
        'INSERT INTO "CRM"."ORDERS" VALUES (1, NULL, now())',
        'TRUNCATE "CRM"."ORDERS"',
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (n int)",
        'ALTER ROLE "READER" SUPERUSER',
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(statement)


def test_its_log_has_whole_rows_and_definitions(crm: psycopg.Connection, reader: psycopg.Connection) -> None:
    identity = "SELECT relreplident FROM pg_class WHERE relname IN ('CUSTOMERS', 'ORDERS', 'ORDERS_2024')"
    assert rows(crm, identity) == [("f",)] * 3
    reader.execute("SELECT pg_create_logical_replication_slot('told', 'pgoutput')")
    try:
        crm.execute('ALTER TABLE "CRM"."CUSTOMERS" ADD COLUMN "MORE" text')
        crm.execute('DROP TABLE "CRM"."ORDERS"')
        query = (
            "SELECT data FROM pg_logical_slot_peek_binary_changes('told', NULL, NULL, 'proto_version', '1',"
            " 'publication_names', 'oracle_log', 'messages', 'true')"
        )
        messages = [data for (data,) in rows(reader, query) if data[:1] == b"M"]
        told = [json.loads(message[message.index(b"{") :]) for message in messages]
        assert told[0] == {"command": "alter", "schema": "CRM", "table": "CUSTOMERS"}
        assert {"command": "drop", "schema": "CRM", "table": "ORDERS"} in told
    finally:
        reader.execute("SELECT pg_drop_replication_slot('told')")
