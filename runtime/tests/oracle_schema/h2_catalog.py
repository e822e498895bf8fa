"""Reads a catalog from H2 by Spark's JDBC, in a process of its own: Java has to start with the driver.

Prints the schema as JSON, then what the job says of a wrong password. Called as `h2_catalog.py DATABASE_FILE`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[3])]

from customer_data.oracle_schema.catalog import read_schema
from customer_data.oracle_schema.jdbc import SourceDatabaseError, SparkDatabase, read_catalog
from customer_data.oracle_schema.model_json import to_json
from local.compute.java import java_home

H2 = "com.h2database:h2:2.2.224"
# What the views say is what Oracle 19c says of these tables; H2's own catalog has other names and types.
CATALOG = """
DROP ALL OBJECTS;
CREATE TABLE CATALOG_COLUMNS (OWNER VARCHAR2(128), TABLE_NAME VARCHAR2(128), COLUMN_NAME VARCHAR2(128),
    DATA_TYPE VARCHAR2(128), DATA_TYPE_OWNER VARCHAR2(128), DATA_LENGTH NUMBER, DATA_PRECISION NUMBER,
    DATA_SCALE NUMBER, NULLABLE VARCHAR2(1), COLUMN_ID NUMBER, CHAR_LENGTH NUMBER, CHAR_USED VARCHAR2(1),
    HIDDEN_COLUMN VARCHAR2(3),
    VIRTUAL_COLUMN VARCHAR2(3), DATA_DEFAULT CLOB);
INSERT INTO CATALOG_COLUMNS VALUES
    ('CRM', 'CUSTOMERS', 'ID', 'NUMBER', NULL, 22, 10, 0, 'N', 1, 0, NULL, 'NO', 'NO', NULL),
    ('CRM', 'CUSTOMERS', 'NAME', 'VARCHAR2', NULL, 80, NULL, NULL, 'Y', 2, 20, 'C', 'NO', 'NO', '''x'' '),
    ('CRM', 'CUSTOMERS', 'BALANCE', 'NUMBER', NULL, 22, NULL, NULL, 'Y', 3, 0, NULL, 'NO', 'NO', NULL),
    ('CRM', 'CUSTOMERS', 'ROUNDED', 'NUMBER', NULL, 22, 5, -2, 'Y', 4, 0, NULL, 'NO', 'NO', NULL),
    ('CRM', 'CUSTOMERS', 'SEEN', 'TIMESTAMP(6) WITH TIME ZONE', NULL, 13, NULL, 6, 'Y', 5, 0, NULL, 'NO', 'NO', NULL),
    ('CRM', 'CUSTOMERS', 'UPPER_NAME', 'VARCHAR2', NULL, 80, NULL, NULL, 'Y', 6, 20, 'C', 'NO', 'YES', 'UPPER("NAME")'),
    ('CRM', 'CUSTOMERS', 'NOTE', 'LONG', NULL, 0, NULL, NULL, 'Y', 7, 0, NULL, 'NO', 'NO', NULL),
    ('HR', 'PAY', 'ID', 'NUMBER', NULL, 22, 10, 0, 'N', 1, 0, NULL, 'NO', 'NO', NULL);
CREATE VIEW ALL_TAB_COLS AS SELECT * FROM CATALOG_COLUMNS;
CREATE TABLE CATALOG_CONSTRAINTS (OWNER VARCHAR2(128), CONSTRAINT_NAME VARCHAR2(128), CONSTRAINT_TYPE VARCHAR2(1),
    TABLE_NAME VARCHAR2(128), R_OWNER VARCHAR2(128), R_CONSTRAINT_NAME VARCHAR2(128), STATUS VARCHAR2(8),
    VALIDATED VARCHAR2(13), SEARCH_CONDITION CLOB);
INSERT INTO CATALOG_CONSTRAINTS VALUES
    ('CRM', 'CUSTOMERS_PK', 'P', 'CUSTOMERS', NULL, NULL, 'ENABLED', 'VALIDATED', NULL),
    ('CRM', 'SYS_C007', 'C', 'CUSTOMERS', NULL, NULL, 'ENABLED', 'VALIDATED', '"ID" IS NOT NULL');
CREATE VIEW ALL_CONSTRAINTS AS SELECT * FROM CATALOG_CONSTRAINTS;
CREATE TABLE CATALOG_CONS_COLUMNS (OWNER VARCHAR2(128), CONSTRAINT_NAME VARCHAR2(128), TABLE_NAME VARCHAR2(128),
    COLUMN_NAME VARCHAR2(4000), POSITION NUMBER);
INSERT INTO CATALOG_CONS_COLUMNS VALUES
    ('CRM', 'CUSTOMERS_PK', 'CUSTOMERS', 'ID', 1), ('CRM', 'SYS_C007', 'CUSTOMERS', 'ID', NULL);
CREATE VIEW ALL_CONS_COLUMNS AS SELECT * FROM CATALOG_CONS_COLUMNS;
CREATE TABLE CATALOG_COMMENTS (OWNER VARCHAR2(128), TABLE_NAME VARCHAR2(128), TABLE_TYPE VARCHAR2(11),
    COMMENTS VARCHAR2(4000));
INSERT INTO CATALOG_COMMENTS VALUES ('CRM', 'CUSTOMERS', 'TABLE', 'Who buys');
CREATE VIEW ALL_LOG_GROUPS AS SELECT 'CRM' AS OWNER, 'SYS_C008' AS LOG_GROUP_NAME, 'CUSTOMERS' AS TABLE_NAME,
    'PRIMARY KEY LOGGING' AS LOG_GROUP_TYPE;
CREATE VIEW V$DATABASE AS SELECT 'NO' AS SUPPLEMENTAL_LOG_DATA_PK, 'NO' AS SUPPLEMENTAL_LOG_DATA_ALL;
CREATE VIEW ALL_TAB_COMMENTS AS SELECT * FROM CATALOG_COMMENTS;
"""


def main(file: str) -> None:
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.jars.packages", H2)
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    script = Path(f"{file}.sql")
    script.write_text(CATALOG)
    url = f"jdbc:h2:file:{file};MODE=Oracle"
    init = f"{url};INIT=RUNSCRIPT FROM '{script}'"
    made = SparkDatabase(init, "sa", "tiger", "org.h2.Driver")
    made.rows("SELECT 1 AS ONE FROM DUAL")
    print(
        to_json(read_schema(read_catalog(SparkDatabase(url, "sa", "tiger", "org.h2.Driver"), ["CRM"]))).replace(
            "\n", ""
        )
    )
    try:
        SparkDatabase(url, "sa", "not-the-tiger", "org.h2.Driver").columns("ALL_TAB_COLS")
    except SourceDatabaseError as error:
        print(error)


if __name__ == "__main__":
    os.environ["JAVA_HOME"] = str(java_home())
    main(sys.argv[1])
