"""Rows of Oracle's catalog, and CSV exports of it. (Oracle Database Reference, "Static Data Dictionary Views".)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from customer_data.errors import SettingsError
from customer_data.oracle_schema.catalog import VIEWS, Row, read_schema, type_of
from customer_data.oracle_schema.csv_catalog import read_folder
from customer_data.oracle_schema.model import OracleSchema, OracleTable, OracleType, OtherObject


def col(table: str, name: str, data_type: str, **given: Any) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "OWNER": "CRM",
        "TABLE_NAME": table,
        "COLUMN_NAME": name,
        "DATA_TYPE": data_type,
        "NULLABLE": "Y",
        "COLUMN_ID": "1",
    }
    return {**row, **{key.upper(): None if value is None else str(value) for key, value in given.items()}}


def constraint(table: str, name: str, kind: str, **given: str) -> dict[str, str | None]:
    row: dict[str, str | None] = {"OWNER": "CRM", "TABLE_NAME": table, "CONSTRAINT_NAME": name}
    row |= {"CONSTRAINT_TYPE": kind, "STATUS": "ENABLED", "VALIDATED": "VALIDATED"}
    return {**row, **{key.upper(): value for key, value in given.items()}}


def of(name: str, column: str, position: int) -> dict[str, str | None]:
    return {
        "OWNER": "CRM",
        "CONSTRAINT_NAME": name,
        "TABLE_NAME": "T",
        "COLUMN_NAME": column,
        "POSITION": str(position),
    }


def read(*columns: Row, **views: list[Any]) -> OracleSchema:
    rows: dict[str, list[Any]] = {"ALL_TAB_COLS": list(columns), "ALL_CONSTRAINTS": [], "ALL_CONS_COLUMNS": []}
    return read_schema({**rows, **{name.upper(): given for name, given in views.items()}})


def tables(schema: OracleSchema) -> dict[str, OracleTable]:
    return {table.name: table for table in schema.tables}


@pytest.mark.parametrize(
    ("row", "type"),
    [
        (col("T", "C", "NUMBER", data_length=22), OracleType("NUMBER")),
        (col("T", "C", "NUMBER", data_length=22, data_scale=0), OracleType("NUMBER", scale=0)),
        (col("T", "C", "NUMBER", data_precision=10, data_scale=-2), OracleType("NUMBER", precision=10, scale=-2)),
        (
            col("T", "C", "NUMBER", data_precision="10.0000000000", data_scale="2"),
            OracleType("NUMBER", None, False, 10, 2),
        ),
        (col("T", "C", "FLOAT", data_precision=126), OracleType("FLOAT", precision=126)),
        (col("T", "C", "VARCHAR2", data_length=80, char_length=20, char_used="C"), OracleType("VARCHAR2", 20, True)),
        (col("T", "C", "VARCHAR2", data_length=80, char_length=80, char_used="B"), OracleType("VARCHAR2", 80)),
        (col("T", "C", "CHAR", data_length=40, char_length=10, char_used="C"), OracleType("CHAR", 10, True)),
        (col("T", "C", "NVARCHAR2", data_length=40, char_length=20, char_used="C"), OracleType("NVARCHAR2", 20, True)),
        (col("T", "C", "NCHAR", data_length=40), OracleType("NCHAR", 20, True)),
        (col("T", "C", "TIMESTAMP(6)", data_scale=6), OracleType("TIMESTAMP", precision=6)),
        (
            col("T", "C", "TIMESTAMP(9) WITH TIME ZONE", data_scale=9),
            OracleType("TIMESTAMP WITH TIME ZONE", precision=9),
        ),
        (
            col("T", "C", "TIMESTAMP(3) WITH LOCAL TIME ZONE"),
            OracleType("TIMESTAMP WITH LOCAL TIME ZONE", precision=3),
        ),
        (
            col("T", "C", "INTERVAL DAY(2) TO SECOND(6)", data_precision=2, data_scale=6),
            OracleType("INTERVAL DAY TO SECOND", precision=6),
        ),
        (col("T", "C", "INTERVAL YEAR(4) TO MONTH"), OracleType("INTERVAL YEAR TO MONTH", precision=4)),
        (col("T", "C", "RAW", data_length=16), OracleType("RAW", 16)),
        (col("T", "C", "LONG RAW", data_length=0), OracleType("LONG RAW")),
        (col("T", "C", "LONG", data_length=0), OracleType("LONG")),
        (col("T", "C", "CLOB", data_length=4000), OracleType("CLOB")),
        (col("T", "C", "Address_t", data_type_owner="CRM"), OracleType("Address_t", owner="CRM")),
        (col("T", "C", "XMLTYPE", data_type_owner="SYS"), OracleType("XMLTYPE", owner="SYS")),
    ],
)
def test_types_of_the_catalog(row: Row, type: OracleType) -> None:
    assert type_of(row) == type


def test_columns_stand_in_their_order_and_hidden_ones_last() -> None:
    schema = read(
        col("T", "B", "DATE", column_id=2),
        col(
            "T",
            "SYS_NC00003$",
            "RAW",
            column_id=None,
            hidden_column="YES",
            virtual_column="YES",
            data_default="UPPER(A)",
        ),
        col("T", "J", "DATE", column_id=10),
        col("T", "A", "DATE", column_id=1, nullable="N"),
    )
    (table,) = schema.tables
    assert [(one.name, one.nullable, one.is_hidden) for one in table.columns] == [
        ("A", False, False),
        ("B", True, False),
        ("J", True, False),
        ("SYS_NC00003$", True, True),
    ]


def test_a_default_is_the_expression_of_a_virtual_column_only() -> None:
    """ora2pg#1345 took each column with a default for a virtual one, whose values it then left out."""
    schema = read(
        col("T", "CITY_ID", "VARCHAR2", data_length=6, data_default="NULL ", virtual_column="NO"),
        col("T", "STATE", "CHAR", data_length=1, data_default="'A'\n", virtual_column="NO"),
        col("T", "TOTAL", "NUMBER", data_default='"A"+1', virtual_column="YES"),
        col("T", "ID", "NUMBER", data_default='"CRM"."ISEQ$$_1".nextval', identity_column="YES"),
    )
    by_name = {one.name: one for one in schema.tables[0].columns}
    assert (by_name["CITY_ID"].default, by_name["CITY_ID"].expression) == ("NULL", None)
    assert (by_name["STATE"].default, by_name["STATE"].expression) == ("'A'", None)
    assert (by_name["TOTAL"].default, by_name["TOTAL"].expression) == (None, '"A"+1')
    assert (by_name["ID"].default, by_name["ID"].is_identity) == (None, True)


def test_identities_are_found_in_their_own_view_too() -> None:
    identity = {"OWNER": "CRM", "TABLE_NAME": "T", "COLUMN_NAME": "ID"}
    schema = read(col("T", "ID", "NUMBER", data_default="x.nextval"), all_tab_identity_cols=[identity])
    assert schema.tables[0].columns[0].is_identity


def test_constraints_have_their_columns_in_order_and_the_table_they_refer_to() -> None:
    schema = read(
        *(col("T", name, "NUMBER") for name in "ABX"),
        col("P", "X", "NUMBER"),
        all_constraints=[
            constraint("T", "T_FK", "R", r_owner="CRM", r_constraint_name="P_PK"),
            constraint("P", "P_PK", "P"),
            constraint("T", "SYS_C001", "C", search_condition='"A" IS NOT NULL', generated="GENERATED NAME"),
            constraint("T", "T_UQ", "U", status="DISABLED"),
            constraint("T", "T_PK", "P", validated="NOT VALIDATED"),
            constraint("T", "SUPP", "S"),
        ],
        all_cons_columns=[
            of("T_FK", "B", 2),
            of("T_FK", "A", 1),
            of("P_PK", "Y", 1),
            of("P_PK", "X", 10),
            of("SYS_C001", "A", 1),
        ],
    )
    found = {one.name: one for one in tables(schema)["T"].constraints}
    assert (found["T_FK"].columns, found["T_FK"].references) == (("A", "B"), ("CRM", "P"))
    assert found["T_FK"].referenced_columns == ("Y", "X")
    assert found["SYS_C001"].condition == '"A" IS NOT NULL'
    assert {name: one.is_enabled for name, one in found.items()} == {
        "T_FK": True,
        "SYS_C001": True,
        "T_UQ": False,
        "T_PK": False,
    }


def about(name: str, **given: str) -> dict[str, str | None]:
    return {"OWNER": "CRM", "TABLE_NAME": name, **{key.upper(): value for key, value in given.items()}}


def test_what_is_no_table_of_the_users_is_left_out_and_named() -> None:
    """ora2pg#1561 exported from the recycle bin; ora2pg#331 mixed tables up with materialized views."""
    names = ("T", "BIN$7qb+/AFd==$0", "SYS_IOT_OVER_1", "MLOG$_T", "MV", "PRE", "V", "TMP", "EXT", "NEST")
    schema = read(
        *(col(name, "ID", "NUMBER") for name in names),
        all_tables=[
            about("T", num_rows="12"),
            about("BIN$7qb+/AFd==$0"),
            about("SYS_IOT_OVER_1", iot_type="IOT_OVERFLOW", iot_name="T"),
            about("MLOG$_T"),
            about("MV"),
            about("PRE"),
            about("TMP", temporary="Y"),
            about("EXT"),
            about("NEST", nested="YES"),
        ],
        all_external_tables=[about("EXT")],
        all_views=[{"OWNER": "CRM", "VIEW_NAME": "V", "TEXT": "select id from t"}],
        all_mviews=[
            {"OWNER": "CRM", "MVIEW_NAME": "MV", "BUILD_MODE": "IMMEDIATE", "QUERY": "select 1 from t"},
            {"OWNER": "CRM", "MVIEW_NAME": "PRE", "BUILD_MODE": "PREBUILT", "QUERY": "select 1 from t"},
        ],
    )
    assert {name: table.kind for name, table in tables(schema).items()} == {
        "T": "table",
        "PRE": "table",
        "TMP": "temporary",
        "EXT": "external",
        "NEST": "nested",
    }
    assert tables(schema)["T"].rows == 12
    assert {(view.name, view.is_materialized) for view in schema.views} == {("V", False), ("MV", True), ("PRE", True)}
    assert {(other.kind, other.name) for other in schema.others} == {
        ("DROPPED TABLE", "BIN$7qb+/AFd==$0"),
        ("IOT OVERFLOW", "SYS_IOT_OVER_1"),
        ("MATERIALIZED VIEW LOG", "MLOG$_T"),
    }


def test_without_all_tables_the_tables_are_those_that_are_no_views() -> None:
    comments = [about("T", table_type="TABLE", comments="People"), about("V", table_type="VIEW")]
    schema = read(col("T", "ID", "NUMBER"), col("V", "ID", "NUMBER"), all_tab_comments=comments)
    assert [(table.name, table.comment) for table in schema.tables] == [("T", "People")]
    assert [view.name for view in schema.views] == ["V"]


def test_a_table_without_columns_is_reported() -> None:
    schema = read(col("T", "ID", "NUMBER"), all_tables=[about("T"), about("SECRET")])
    assert [(one.text, one.line) for one in schema.unread] == [("CRM.SECRET", None)]


def test_partitions_comments_and_other_objects() -> None:
    def key(column: str, position: int, kind: str = "TABLE") -> dict[str, str]:
        return {
            **{"OWNER": "CRM", "NAME": "T", "OBJECT_TYPE": kind},
            **{"COLUMN_NAME": column, "COLUMN_POSITION": str(position)},
        }

    schema = read(
        col("T", "ID", "NUMBER"),
        all_part_tables=[about("T", partitioning_type="RANGE")],
        all_part_key_columns=[key("B", 2), key("A", 1), key("I", 1, "INDEX")],
        all_col_comments=[about("T", column_name="ID", comments="The key")],
        all_triggers=[{"OWNER": "CRM", "TRIGGER_NAME": "T_BI", "TABLE_OWNER": "CRM", "TABLE_NAME": "T"}],
        all_sequences=[{"SEQUENCE_OWNER": "CRM", "SEQUENCE_NAME": "T_SEQ"}],
        all_objects=[
            {"OWNER": "CRM", "OBJECT_NAME": name, "OBJECT_TYPE": kind}
            for name, kind in (
                *(("T", "TABLE"), ("T", "TABLE PARTITION"), ("T_BI", "TRIGGER"), ("T_SEQ", "SEQUENCE")),
                *(("T_IX", "INDEX"), ("API", "PACKAGE"), ("BIN$x", "INDEX")),
            )
        ],
    )
    table = tables(schema)["T"]
    assert (table.partitioning, table.partitioned_by) == ("RANGE", ("A", "B"))
    assert table.columns[0].comment == "The key"
    assert schema.others == (
        OtherObject("TRIGGER", "CRM", "T_BI", "T"),
        OtherObject("SEQUENCE", "CRM", "T_SEQ"),
        OtherObject("INDEX", "CRM", "T_IX"),
        OtherObject("PACKAGE", "CRM", "API"),
    )


def test_missing_views_are_named() -> None:
    with pytest.raises(SettingsError, match="lacks ALL_TAB_COLS or ALL_TAB_COLUMNS, ALL_CONS_COLUMNS, without which"):
        read_schema({"ALL_CONSTRAINTS": []})


# Exports


COLUMNS = "OWNER,TABLE_NAME,COLUMN_NAME,DATA_TYPE,DATA_TYPE_OWNER,DATA_LENGTH,DATA_PRECISION,DATA_SCALE,NULLABLE"
COLUMNS += ",COLUMN_ID,CHAR_LENGTH,CHAR_USED"
CONSTRAINTS = "OWNER,CONSTRAINT_NAME,CONSTRAINT_TYPE,TABLE_NAME,R_OWNER,R_CONSTRAINT_NAME,STATUS"
CONS_COLUMNS = "OWNER,CONSTRAINT_NAME,TABLE_NAME,COLUMN_NAME,POSITION"
ROW = "CRM,T,ID,NUMBER,,22,10,0,N,1,0,"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "ALL_TAB_COLUMNS.csv", f"{COLUMNS}\n{ROW}\n")
    write(tmp_path, "ALL_CONSTRAINTS.csv", f"{CONSTRAINTS}\nCRM,T_PK,P,T,,,ENABLED\n")
    write(tmp_path, "ALL_CONS_COLUMNS.csv", f"{CONS_COLUMNS}\nCRM,T_PK,T,ID,1\n")
    return tmp_path


def write(folder: Path, name: str, text: str | bytes) -> None:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_folder_of_exports(folder: Path) -> None:
    (table,) = read_schema(read_folder(folder)).tables
    assert table.columns[0].type == OracleType("NUMBER", precision=10, scale=0)
    assert table.constraints[0].columns == ("ID",)


QUOTED = "\n".join(",".join(f'"{value}"' for value in line.split(",")) for line in (COLUMNS, ROW))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("all_tab_columns.csv", f"{COLUMNS.lower()}\n{ROW}\n"),
        ("DBA_TAB_COLUMNS.CSV", f"{COLUMNS}\n{ROW}\n"),
        ("ALL_TAB_COLUMNS.csv", f"\ufeff{QUOTED}\r\n".replace("\n", "\r\n")),
        ("ALL_TAB_COLUMNS.csv", f"{COLUMNS}\n{ROW}\n".replace(",", ";")),
        ("ALL_TAB_COLUMNS.csv", f"{COLUMNS}\n{ROW}\n".replace(",", "\t")),
        ("ALL_TAB_COLUMNS.csv", f"SQL> select * from all_tab_columns;\n\n{QUOTED}\n\n1 row selected.\n\nSQL> exit\n"),
        ("ALL_TAB_COLUMNS.csv", f"\n{QUOTED}\n\n{QUOTED}\n\n1,024 rows selected.\n"),
        ("ALL_TAB_COLUMNS.csv", f"{COLUMNS}\n{ROW}\n".encode("utf-16")),
        ("ALL_TAB_COLUMNS.csv", f"{COLUMNS}\n{ROW.replace(',,', ',(null),')}(null)\n"),
    ],
    ids=["lower case", "DBA", "SQL Developer", "semicolons", "tabs", "SQL*Plus", "pages", "UTF-16", "(null)"],
)
def test_exports_of_all_tools(folder: Path, name: str, text: str | bytes) -> None:
    (folder / "ALL_TAB_COLUMNS.csv").unlink()
    write(folder, name, text)
    schema = read_schema(read_folder(folder))
    assert {one.type for table in schema.tables for one in table.columns} == {
        OracleType("NUMBER", precision=10, scale=0)
    }


def test_texts_with_line_breaks_and_quotes_are_read(folder: Path) -> None:
    text = 'OWNER,VIEW_NAME,TEXT\nCRM,V,"select ""A"",\n  b\nfrom t"\n'
    write(folder, "ALL_VIEWS.csv", text)
    assert read_schema(read_folder(folder)).views[0].text == 'select "A",\n  b\nfrom t'


def test_an_export_without_rows_has_no_header(folder: Path) -> None:
    write(folder, "ALL_VIEWS.csv", "\nno rows selected\n")
    assert read_schema(read_folder(folder)).views == ()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("ALL_VIEWS.csv", "CRM,V,select 1\n", r"ALL_VIEWS\.csv: no line has the columns OWNER, VIEW_NAME"),
        (
            "ALL_VIEWS.csv",
            "OWNER,VIEW_NAME,TEXT\nCRM,V,a,b\n",
            r"ALL_VIEWS\.csv, line 2: 4 values where ALL_VIEWS has 3",
        ),
        ("ALL_VIEWS.csv", b"OWNER,VIEW_NAME,TEXT\nCRM,V,\xe9\n", "byte 27 is not UTF-8"),
        ("ALL_VIEWS.csv", b"\xff\xfeO", "byte 2 is not UTF-16; export it as UTF-8"),
        ("ALL_VIEWS.csv", "OWNER,VIEW_NAME,TEXT\n".encode("utf-16-be"), "as in UTF-16 without its mark; export it"),
        ("DBA_CONSTRAINTS.csv", f"{CONSTRAINTS}\n", "another file of .* has ALL_CONSTRAINTS too"),
    ],
)
def test_an_export_that_cannot_be_read_is_named(folder: Path, name: str, text: str | bytes, message: str) -> None:
    write(folder, name, text)
    with pytest.raises(SettingsError, match=message):
        read_folder(folder)


def test_a_view_that_oracle_refused_is_one_that_is_not_there(folder: Path) -> None:
    refused = (
        "SELECT ALL_COLUMN, PRIMARY_KEY\n       *\nERROR at line 1:\nORA-00942: table or view does not exist\n\n\n"
    )
    write(folder, "DBA_SUPPLEMENTAL_LOGGING.csv", refused)
    assert "DBA_SUPPLEMENTAL_LOGGING" not in read_folder(folder)
    write(folder, "ALL_CONSTRAINTS.csv", refused)
    with pytest.raises(SettingsError, match="ALL_CONSTRAINTS"):
        read_folder(folder)


def test_exports_of_what_holds_for_the_whole_database(folder: Path) -> None:
    write(folder, "DBA_LOG_GROUPS.csv", "OWNER,TABLE_NAME,LOG_GROUP_TYPE\n")
    write(folder, "V$DATABASE.csv", "SUPPLEMENTAL_LOG_DATA_ALL,SUPPLEMENTAL_LOG_DATA_PK\nNO,YES\n")
    assert read_schema(read_folder(folder)).tables[0].logged == "key"
    write(folder, "DBA_SUPPLEMENTAL_LOGGING.csv", "ALL_COLUMN,PRIMARY_KEY\nYES,NO\n")
    assert read_schema(read_folder(folder)).tables[0].logged == "all"


def test_a_long_text_and_a_row_that_comes_twice_are_read(folder: Path) -> None:
    text = "select id from t" + " " * 200_000
    write(folder, "ALL_VIEWS.csv", f'OWNER,VIEW_NAME,TEXT\nCRM,V,"{text}"\n')
    write(folder, "ALL_CONS_COLUMNS.csv", f"{CONS_COLUMNS}\n" + "CRM,T_PK,T,ID,1\n" * 2)
    schema = read_schema(read_folder(folder))
    assert schema.views[0].text == text
    assert schema.tables[0].constraints[0].columns == ("ID",)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ROW.replace("10", "ten"), "the catalog's DATA_PRECISION of CRM.T.ID is 'ten', but a whole number is needed"),
        (ROW.replace("10", "1e999999"), "the catalog's DATA_PRECISION of CRM.T.ID is '1e999999'"),
        (ROW.replace("10", "NaN"), "the catalog's DATA_PRECISION of CRM.T.ID is 'NaN'"),
        (ROW.replace("CRM", ""), r"a row of the catalog has no OWNER \(TABLE_NAME T, COLUMN_NAME ID\)"),
        (ROW.replace(",T,", ",,"), r"a row of the catalog has no TABLE_NAME \(OWNER CRM, COLUMN_NAME ID\)"),
        (ROW.replace("ID", ""), r"a row of the catalog has no COLUMN_NAME \(OWNER CRM, TABLE_NAME T\)"),
    ],
)
def test_a_value_that_oracle_does_not_write_is_named(folder: Path, row: str, message: str) -> None:
    write(folder, "ALL_TAB_COLUMNS.csv", f"{COLUMNS}\n{row}\n")
    with pytest.raises(SettingsError, match=message):
        read_schema(read_folder(folder))


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such folder"):
        read_folder(tmp_path / "gone")


def test_each_view_is_read_once() -> None:
    assert len({view.name for view in VIEWS}) == len(VIEWS)
