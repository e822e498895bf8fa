"""Patterns as selection rules of DMS have them. (DMS User Guide, "Selection rules and actions".)"""

from __future__ import annotations

import pytest
from oracle_tables import table

from customer_data.errors import SettingsError
from customer_data.oracle_schema.model import OracleSchema, OracleView, OtherObject
from customer_data.oracle_schema.selection import TableSelection


@pytest.mark.parametrize(
    ("pattern", "owner", "name", "matches"),
    [
        ("CRM.%", "CRM", "CUSTOMERS", True),
        ("CRM.%", "CRM2", "CUSTOMERS", False),
        ("CRM.%", "crm", "CUSTOMERS", False),
        ("%.%", "CRM", "CUSTOMERS", True),
        ("%.%", "SYS", "OBJ$", False),
        ("SYS.%", "SYS", "OBJ$", True),
        ("CRM.CUSTOMER_", "CRM", "CUSTOMERS", True),
        ("CRM.CUSTOMER_", "CRM", "CUSTOMER", False),
        ("CRM.CUST_X", "CRM", "CUST_X", True),
        ("CRM.CUST_X", "CRM", "CUSTAX", True),
        ("CRM.CUST[_]X", "CRM", "CUST_X", True),
        ("CRM.CUST[_]X", "CRM", "CUSTAX", False),
        ("CRM.A[%]", "CRM", "A%", True),
        ("CRM.A[%]", "CRM", "AB", False),
        ("CRM.A.B", "CRM", "A.B", True),
        ("CRM.A+", "CRM", "A+", True),
        ("CRM.A+", "CRM", "AA", False),
        ("CRM.%", "CRM", "LINE\nBREAK", True),
        ("C%.X", "CRM.Y", "X", True),
        ("C%.X", "CRM", "Y.X", False),
    ],
)
def test_patterns(pattern: str, owner: str, name: str, matches: bool) -> None:
    assert TableSelection((pattern,)).matches(owner, name) is matches


def test_what_is_excluded_is_left_out_whatever_includes_it() -> None:
    selection = TableSelection(("CRM.%", "SALES.ORDERS"), ("CRM.TMP%", "%.ORDERS"))
    assert [selection.matches(*name.split(".")) for name in ("CRM.A", "CRM.TMP1", "SALES.ORDERS", "SALES.LINES")] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("patterns", "owners"),
    [
        (("CRM.%", "SALES.A"), ("CRM", "SALES")),
        (("CRM.%", "CRM.A"), ("CRM",)),
        (("CRM[_]1.%",), ("CRM_1",)),
        (("CRM_1.%",), None),
        (("%.%",), None),
    ],
)
def test_the_owners_that_are_asked_for(patterns: tuple[str, ...], owners: tuple[str, ...] | None) -> None:
    assert TableSelection(patterns).owners == owners


@pytest.mark.parametrize("pattern", ["CRM", "CRM.", ".T", ""])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(SettingsError, match=r"is not of the form OWNER\.TABLE"):
        TableSelection((pattern,))


def test_no_pattern_at_all() -> None:
    with pytest.raises(SettingsError, match=r"tables\.include is empty"):
        TableSelection(())


def test_a_schema_without_what_is_not_meant() -> None:
    schema = OracleSchema(
        (table("CRM.A", "ID NUMBER"), table("CRM.B", "ID NUMBER"), table("HR.A", "ID NUMBER")),
        (OracleView("CRM", "A_V", "select 1"), OracleView("CRM", "B_V", "select 1")),
        (
            OtherObject("TRIGGER", "CRM", "A_BI", "A"),
            OtherObject("TRIGGER", "CRM", "B_BI", "B"),
            OtherObject("SEQUENCE", "CRM", "S"),
            OtherObject("SEQUENCE", "HR", "S"),
        ),
    )
    meant = TableSelection(("CRM.A%",)).of(schema)
    assert [f"{one.owner}.{one.name}" for one in (*meant.tables, *meant.views, *meant.others)] == [
        *("CRM.A", "CRM.A_V", "CRM.A_BI", "CRM.S")
    ]


def test_tables_without_an_owner_in_ddl_are_selected_and_synonyms_of_all_are_not() -> None:
    selection = TableSelection()
    assert selection.matches("PUBLIC", "T")
    assert not selection.matches("SYS", "T") and not selection.selects_owner("PUBLIC")
