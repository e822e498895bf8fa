"""A CRM as DBMS_METADATA writes it, an order system by hand, a warehouse of Data Modeler and Toad."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from oracle_tables import oracle_type
from world import World

from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.ddl import read_ddl
from customer_data.oracle_schema.model import (
    OracleColumn,
    OracleConstraint,
    OracleSchema,
    OracleTable,
    OracleType,
    OtherObject,
)
from customer_data.oracle_schema.redshift_sql import script
from customer_data.oracle_schema.statements import split_statements

_FOLDER = Path(__file__).parents[1] / "schemas"


def _schema(name: str) -> OracleSchema:
    return read_ddl((_FOLDER / f"{name}.sql").read_bytes().decode(), default_owner="SHOP")


def _table(schema: OracleSchema, name: str) -> OracleTable:
    return next(table for table in schema.tables if table.name == name)


def _column(schema: OracleSchema, name: str) -> OracleColumn:
    table, _, column = name.partition(".")
    return next(one for one in _table(schema, table).columns if one.name == column)


def _key(table: OracleTable) -> tuple[str, ...]:
    return next((one.columns for one in table.constraints if one.kind == "P"), ())


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("crm", (8, 49, 15, 1, 8, 0)),
        ("orders", (13, 60, 19, 2, 9, 3)),
        ("warehouse", (11, 48, 15, 2, 4, 0)),
    ],
)
def test_how_many_of_each(name: str, counts: tuple[int, ...]) -> None:
    schema = _schema(name)
    columns = sum(len(table.columns) for table in schema.tables)
    constraints = sum(len(table.constraints) for table in schema.tables)
    found = (len(schema.tables), columns, constraints, len(schema.views), len(schema.others), len(schema.unread))
    assert found == counts


@pytest.mark.parametrize(
    ("schema", "column", "written"),
    [
        ("crm", "TEAM.ID", "NUMBER(19,0)"),
        ("crm", "APP_USER.SECRET", "RAW(32)"),
        ("crm", "APP_USER.LAST_SEEN", "TIMESTAMP(6) WITH LOCAL TIME ZONE"),
        ("crm", "ACCOUNT.RATING", "FLOAT(126)"),
        ("crm", "ACCOUNT.REVENUE", "NUMBER"),
        ("crm", "ACCOUNT.REVENUE_ROUNDED", "NUMBER(10,-2)"),
        ("crm", "ACCOUNT.SIZE_CLASS", "NUMBER(*,2)"),
        ("crm", "ACCOUNT.SETTINGS", "JSON"),
        ("crm", "CONTACT.First Name", "NVARCHAR2(60)"),
        ("crm", "CONTACT.Mother's name", "VARCHAR2(60 BYTE)"),
        ("crm", "CONTACT.CONSENT", "CHAR(1 CHAR)"),
        ("crm", "ACTIVITY.HAPPENED_AT", "TIMESTAMP(3) WITH TIME ZONE"),
        ("crm", "ATTACHMENT.CONTENT", "LONG RAW"),
        ("crm", "ATTACHMENT.FAR_LINK", "UROWID(4000)"),
        ("crm", "SETTING.OLD", "LONG"),
        ("crm", "ADDRESS_BOOK.STREET", "VARCHAR2(100 CHAR)"),
        ("orders", "CUST.CR_LIM", "NUMBER(10,-2)"),
        ("orders", "CUST.MAIL", "CHARACTER VARYING(120)"),
        ("orders", "PRD.VOL", "DOUBLE PRECISION"),
        ("orders", "ORD.SITE_CD", "CHAR(3)"),
        ("orders", "ORD.CUST_NO", "NUMBER(8)"),
        ("orders", "ORD_LIN.Discount %", "DECIMAL(5,2)"),
        ("orders", "STK.REMARK", "VARCHAR2(400 CHAR)"),
        ("orders", "INV.VAT_RT", "NUMBER(3,5)"),
        ("warehouse", "DIM_CUSTOMER.NAME", "VARCHAR2(100 CHAR)"),
        ("warehouse", "FACT_SALES.RATE", "BINARY_DOUBLE"),
    ],
)
def test_types(schema: str, column: str, written: str) -> None:
    assert _column(_schema(schema), column).type == oracle_type(written)


@pytest.mark.parametrize(
    ("schema", "column", "type"),
    [
        ("crm", "CONTACT.CALLED_FOR", OracleType("INTERVAL DAY TO SECOND", precision=6)),
        ("crm", "CONTACT.CUSTOMER_FOR", OracleType("INTERVAL YEAR TO MONTH", precision=3)),
        ("crm", "ACCOUNT.SITE", OracleType("SDO_GEOMETRY", owner="MDSYS")),
        ("crm", "ACCOUNT.ADDRESS", OracleType("ADDRESS_T", owner="CRM")),
        ("crm", "SETTING.XML", OracleType("XMLTYPE", owner="SYS")),
        ("crm", "SETTING.OTHER_XML", OracleType("XMLTYPE")),
        ("orders", "CUST.NICK", OracleType("NATIONAL CHARACTER VARYING", length=30, char_semantics=True)),
        ("warehouse", "DIM_PRODUCT.SIZES", OracleType("SIZE_LIST", owner="DWH")),
        ("warehouse", "DIM_EMPLOYEE.CV", OracleType("XMLTYPE")),
        ("warehouse", "FACT_VISITS.DURATION", OracleType("INTERVAL DAY TO SECOND", precision=0)),
    ],
)
def test_types_that_are_not_written_shortly(schema: str, column: str, type: OracleType) -> None:
    assert _column(_schema(schema), column).type == type


def test_columns_of_the_crm() -> None:
    crm = _schema("crm")
    assert [column.name for column in _table(crm, "TEAM").columns if column.is_identity] == ["ID"]
    assert _column(crm, "APP_USER.ID").is_identity
    assert _column(crm, "APP_USER.LOGIN_KEY").expression == 'UPPER("LOGIN")'
    assert _column(crm, "APP_USER.OLD_HASH").is_hidden
    assert _column(crm, "ACCOUNT.SIZE_CLASS").default == "(-1)"
    assert _column(crm, "SETTING.OLD").default == """q'[it's "old"]'"""
    assert _column(crm, "TEAM.LEAD_ID").comment == """The team's lead; see "APP_USER\""""
    assert _table(crm, "ACCOUNT").comment == "Companies\nand people"
    assert [column.name for column in _table(crm, "CONTACT").columns if not column.nullable] == ["ID", "CONSENT"]
    assert _table(crm, "ADDRESS_BOOK").kind == "object"
    assert not _column(crm, "ADDRESS_BOOK.ZIP").nullable


def test_columns_of_the_order_system() -> None:
    orders = _schema("orders")
    assert [one.name for one in _table(orders, "PRD").columns if one.expression] == ["PRC_VAT", "PRC_TXT"]
    assert _column(orders, "PRD.STK").default == "0"
    assert _column(orders, "CUST.NAM").default == "q'!n/a; it's unknown!'"
    assert _column(orders, "PAY.AT").default == "systimestamp at time zone 'UTC'"
    assert [one.name for one in _table(orders, "STK").columns] == ["SITE_CD", "PRD_CD", "QTY", "COUNTED", "REMARK"]
    assert [one.name for one in _table(orders, "STK").columns if one.nullable] == ["QTY", "REMARK"]
    assert _table(orders, "CUST").comment == "Customers's master data"
    assert _column(orders, "CUST.VIP").comment == "Y or N;\n"
    kinds = {table.name: table.kind for table in orders.tables if table.kind != "table"}
    assert kinds == {"TMP_LOAD": "temporary", "ORA$PTT_X": "temporary", "EXT_PRICES": "external"}


def test_keys() -> None:
    crm, orders, warehouse = map(_schema, ("crm", "orders", "warehouse"))
    assert [table.name for table in crm.tables if not _key(table)] == ["ATTACHMENT", "ADDRESS_BOOK"]
    assert _key(_table(crm, "ACTIVITY")) == ("ID", "HAPPENED_AT")
    assert _key(_table(orders, "ORD_LIN")) == ("SITE_CD", "ORDER_NO", "LIN_NO")
    assert _key(_table(orders, "PRC_HIST")) == ("PRD_CD", "FROM_TS")
    assert _key(_table(warehouse, "FACT_SALES")) == ("DAY_KEY", "CUSTOMER_KEY", "PRODUCT_KEY", "STORE_KEY")
    assert all(one.is_enabled for table in warehouse.tables for one in table.constraints if one.kind == "P")


def test_other_constraints() -> None:
    crm, orders, warehouse = map(_schema, ("crm", "orders", "warehouse"))
    off = [one.name for one in _table(crm, "ACCOUNT").constraints if not one.is_enabled]
    assert off == ["ACCOUNT_RATING_CK", "ACCOUNT_PARENT_FK"]
    assert not _table(crm, "TEAM").constraints[-1].is_enabled
    assert OracleConstraint("C", ("CONSENT",), condition="consent in ('Y', 'N')") in _table(crm, "CONTACT").constraints
    assert _table(crm, "APP_USER").constraints[2] == OracleConstraint(
        "R", ("TEAM_ID",), "APP_USER_TEAM_FK", references=("CRM", "TEAM"), referenced_columns=("ID",)
    )
    assert [one.references for one in _table(orders, "ORD").constraints if one.kind == "R"] == [
        ("SHOP", "SITE"),
        ("SHOP", "CUST"),
    ]
    assert [one.columns for one in _table(orders, "ORD").constraints if one.kind == "C"] == [("STAT", "REMARK")]
    assert [(one.kind, one.is_enabled) for one in _table(warehouse, "DIM_STORE").constraints] == [
        ("P", True),
        ("U", False),
    ]


def test_partitions() -> None:
    tables = [table for name in ("crm", "orders", "warehouse") for table in _schema(name).tables if table.partitioning]
    assert {table.name: (table.partitioning, table.partitioned_by) for table in tables} == {
        "ACTIVITY": ("RANGE", ("HAPPENED_AT",)),
        "ORD": ("RANGE", ("ORD_DT",)),
        "ORD_LIN": ("REFERENCE", ()),
        "PRC_HIST": ("HASH", ("PRD_CD",)),
        "FACT_SALES": ("RANGE", ("DAY_KEY",)),
        "FACT_STOCK": ("LIST", ("STORE_KEY",)),
        "FACT_RETURNS": ("RANGE", ("DAY_KEY", "CUSTOMER_KEY")),
        "FACT_VISITS": ("HASH", ("VISIT_ID",)),
    }


def test_what_is_no_table() -> None:
    crm, orders, warehouse = map(_schema, ("crm", "orders", "warehouse"))
    (accounts,) = crm.views
    assert (accounts.columns, accounts.comment) == (("ID", "NAME", "Who"), "Accounts with an owner")
    assert accounts.text.startswith("SELECT a.id, a.name, u.login -- who has it")
    assert [(view.name, view.columns) for view in orders.views] == [
        ("ORD_TOT", ("SITE_CD", "ORDER_NO", "TOTAL")),
        ("VIP", ()),
    ]
    assert [(view.name, view.is_materialized) for view in warehouse.views] == [
        ("SALES_BY_MONTH", True),
        ("CITY_SALES", False),
    ]
    assert OtherObject("TRIGGER", "CRM", "ACCOUNT_BI", "ACCOUNT") in crm.others
    assert OtherObject("DATABASE LINK", "PUBLIC", "HQ.EXAMPLE.COM") in orders.others
    assert OtherObject("MATERIALIZED VIEW LOG", "DWH", "MLOG$_FACT_SALES", "FACT_SALES") in warehouse.others
    assert Counter(one.kind for one in crm.others) == {
        **{"INDEX": 3, "TYPE": 1, "TYPE BODY": 1, "SEQUENCE": 1, "TRIGGER": 1, "SYNONYM": 1}
    }


def test_what_is_not_read() -> None:
    said = [(one.line, one.text[:30], one.reason) for one in _schema("orders").unread]
    assert said == [
        (
            124,
            "create table shop.ord_2020 as ",
            "the columns of SHOP.ORD_2020 are those of its query: read the catalog instead, or write them",
        ),
        (125, "create table shop.ord_arch for", "SHOP.ORD_ARCH has the columns of SHOP.ORD: write them"),
        (173, "@more/indexes.sql", "the file that it runs is not read: give that file too"),
    ]


def test_they_run_on_redshift(world: World) -> None:
    for name in ("crm", "orders", "warehouse"):
        made = convert(_schema(name), target_schema=world.schema)
        assert made.tables
        for statement in split_statements(script(made)):
            world.admin.execute(statement)
