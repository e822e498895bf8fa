"""Views that mean the same in Redshift, and those that a person converts."""

from __future__ import annotations

import pytest
from oracle_tables import column, said, table

from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.model import OracleSchema, OracleView
from customer_data.oracle_schema.targets import TargetView
from customer_data.oracle_schema.types import Effort

TABLES = (
    table(
        "CUSTOMERS",
        *("ID NUMBER(9)", "NAME VARCHAR2(20)", "CODE CHAR(3)", "BORN DATE", "RATE NUMBER", "PLACE ROWID"),
        column("SIZE NUMBER(3)"),
        "LABEL NVARCHAR2(9)",
        key="ID",
    ),
    table(
        "ORDERS", "ID NUMBER(9)", "CUSTOMER_ID NUMBER(9)", "STATE VARCHAR2(2)", "CUSTOMER_NAME VARCHAR2(9)", key="ID"
    ),
    table("LOG", "ID NUMBER(9)"),
    table("HR.PEOPLE", "ID NUMBER(9)", column("X NUMBER(9)", name="Mixed Case"), key="ID"),
)


def view(text: str, **given: object) -> TargetView | str:
    """The converted view, else why not."""
    made = convert(OracleSchema(TABLES, (OracleView("CRM", "V", text, **given),)))  # type: ignore[arg-type]
    if made.views:
        return made.views[0]
    item = said(made, "CRM.V")
    laborious = "connect by" in text or "@" in text
    assert item.source == text and item.effort is (Effort.MEDIUM if laborious else Effort.SIMPLE)
    return item.reasons[0]


@pytest.mark.parametrize(
    ("text", "columns", "query"),
    [
        (
            "select id, name from customers",
            ("id", "name"),
            'SELECT "customers"."id" AS "id", "customers"."name" AS "name"\nFROM "crm"."customers" AS "customers"',
        ),
        (
            'SELECT c.ID AS customer, "NAME" "Full Name" FROM "CRM"."CUSTOMERS" c;',
            ("customer", "full name"),
            'SELECT "c"."id" AS "customer", "c"."name" AS "full name"\nFROM "crm"."customers" AS "c"',
        ),
        (
            "select * from orders -- all\n/* of\nthem */",
            ("id", "customer_id", "state", "customer_name"),
            'SELECT "orders"."id" AS "id", "orders"."customer_id" AS "customer_id", "orders"."state" AS "state",'
            ' "orders"."customer_name" AS "customer_name"\nFROM "crm"."orders" AS "orders"',
        ),
        (
            "select distinct o.id, c.born from orders o inner join customers c on (o.customer_id = c.id)"
            " where c.born is not null and o.state in ('A', 'it''s') and c.id >= -5 and o.state != 'X' with read only",
            ("id", "born"),
            'SELECT DISTINCT "o"."id" AS "id", "c"."born" AS "born"\nFROM "crm"."orders" AS "o"'
            '\nJOIN "crm"."customers" AS "c" ON "o"."customer_id" = "c"."id"'
            """\nWHERE "c"."born" IS NOT NULL AND "o"."state" IN ('A', 'it''s') AND "c"."id" >= -5"""
            """ AND "o"."state" <> 'X'""",
        ),
        (
            "select o.id, customer_name from orders o left outer join customers c on o.customer_id = c.id",
            ("id", "customer_name"),
            'SELECT "o"."id" AS "id", "o"."customer_name" AS "customer_name"\nFROM "crm"."orders" AS "o"'
            '\nLEFT JOIN "crm"."customers" AS "c" ON "o"."customer_id" = "c"."id"',
        ),
        (
            'select p."Mixed Case" from hr.people p',
            ("mixed case",),
            'SELECT "p"."mixed case" AS "mixed case"\nFROM "hr"."people" AS "p"',
        ),
    ],
)
def test_a_simple_view_is_converted(text: str, columns: tuple[str, ...], query: str) -> None:
    made = view(text)
    assert isinstance(made, TargetView), made
    assert (made.columns, made.query) == (columns, query)


def test_the_views_own_names_of_columns_are_kept() -> None:
    made = view("select id, name from customers", columns=("NR", "WHO"))
    assert isinstance(made, TargetView) and made.columns == ("nr", "who")


def test_names_of_another_number_of_columns_are_for_a_person() -> None:
    made = view("select id, name from customers", columns=("NR",))
    assert isinstance(made, str) and "another number of columns" in made


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("select nvl(name, '-') n from customers", "its query has the function NVL; write it"),
        ("select id, rownum r from customers", "has ROWNUM;"),
        ("select name || code n from customers", "has texts joined by ||;"),
        ("select id from customers where name = ''", "compares a VARCHAR2 with \"''\""),
        ("select id from customers where name > 'M'", "compares a VARCHAR2"),
        ("select id from customers where code = 'A'", "compares a CHAR"),
        ("select id from customers where born > date '2024-01-01'", "compares a DATE"),
        ("select id from customers where rate > 1", "compares a NUMBER with '1'"),
        ("select id from customers where id = '5'", "compares a NUMBER"),
        ("select id from customers where id = 1 or id = 2", "has OR;"),
        ("select id from customers where not id = 1", "has NOT;"),
        ("select id from customers where id between 1 and 2", "has BETWEEN;"),
        ("select id from customers where name like 'A%'", "has LIKE;"),
        ("select id from customers order by id", "has ORDER BY;"),
        ("select id from customers union all select id from orders", "has UNION;"),
        ("select count(*) n from customers", "has the function COUNT;"),
        (
            "select c.id from customers c, orders o where c.id = o.customer_id(+)",
            "has tables joined by commas, an outer join with (+);",
        ),
        ("select c.id from customers c join orders o on o.customer_id = c.id(+)", "has an outer join with (+);"),
        ("select c.id from customers c join orders o on o.customer_name = c.code", "joins a VARCHAR2 to a CHAR"),
        ("select c.id from customers c join orders o on o.id = c.label", "joins a NUMBER to an NVARCHAR2"),
        ("select id from customers c join orders o on o.customer_id = c.id", "ID is not a column of one of its tables"),
        ("select c.id, o.id from customers c join orders o on o.customer_id = c.id", "two of its columns would be id"),
        ("select place from customers", "its column PLACE is not converted"),
        ("select * from customers", "its column PLACE is not converted"),
        ("select id from log", "CRM.LOG has no primary key"),
        ("select id from gone", "CRM.GONE is not a table that was converted"),
        ("select id from (select id from customers)", "has a subquery;"),
        ("with x as (select 1 from dual) select id from x", "has a WITH clause, a subquery;"),
        ("select id from customers with check option", "has WITH CHECK OPTION;"),
        ("select id from customers for update", "has FOR UPDATE;"),
        ("select id from customers@remote", "has a database link;"),
        ("select user from customers", "has USER;"),
        ("select id, decode(code, 'A', 1) d, nvl(name, 'x') n from customers", "has the functions DECODE, NVL;"),
        (
            "select id, row_number() over (partition by name order by id) n from customers",
            "has a window function (OVER)",
        ),
        ("select c.id from customers c full outer join orders o on o.id = c.id", "has a RIGHT or FULL JOIN;"),
        (
            f"select {', '.join(f'f{n}(id)' for n in range(20))} from customers",
            "F0, F1, F2, F3, F4, F5, F6, F7 and 12 more;",
        ),
        ("select id * 2 n from customers", "has a calculation;"),
        ("select case when id = 1 then 1 end n from customers", "has CASE;"),
        ("select id from log start with id = 1 connect by prior id = id", "has CONNECT BY; CRM.LOG has no primary key"),
        ("select id from customers where name = 'x or y' and \"OR\" = 1", "OR is not a column of one of its tables"),
        ("select c.name.x from customers c", "'. x'"),
        ("select id from", "ends too early"),
        ("", "ends too early"),
    ],
)
def test_any_other_view_is_for_a_person(text: str, reason: str) -> None:
    made = view(text)
    assert isinstance(made, str), made
    assert reason in made


def test_a_materialized_view_is_for_a_person() -> None:
    made = view("select id from customers", is_materialized=True)
    assert isinstance(made, str) and "write it as a materialized view there" in made


def test_a_view_with_the_name_of_a_table_in_lower_case_is_for_a_person() -> None:
    made = convert(OracleSchema(TABLES, (OracleView("CRM", "Orders", "select id from customers"),)))
    assert made.views == () and "another table or view would be crm.orders" in said(made, "CRM.Orders").reasons[0]


def test_the_effort_follows_the_length_of_the_query() -> None:
    for words, effort in ((10, Effort.SIMPLE), (100, Effort.MEDIUM), (500, Effort.COMPLEX)):
        made = convert(OracleSchema((), (OracleView("CRM", "V", "f(x) " * words),)))
        assert said(made, "CRM.V").effort is effort
