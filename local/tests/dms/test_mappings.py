"""Table mappings: which tables and columns they are for, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.dms.errors import NotRunHereError, ReplicationError
from local.dms.mappings import Locator, TableMappings, parse_mappings
from local.tests.dms.app import add_before_images, add_sequence, exclude, include, rules


def parsed(*each: dict[str, Any]) -> TableMappings:
    return parse_mappings(rules(*each))


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("%", "", True),
        ("CUST%", "CUSTOMERS", True),
        ("CUST%", "A_CUSTOMER", False),
        ("%S", "CUSTOMERS", True),
        ("T_1", "TX1", True),
        ("T_1", "T1", False),
        ("T[_]1", "T_1", True),
        ("T[_]1", "TX1", False),
        ("T[%]", "T%", True),
        ("T.1", "TX1", False),
        ("T(1)+$", "T(1)+$", True),
        ("T", "t", False),
        ("T%", "T\nU", True),
        ("T", "TT", False),
    ],
)
def test_wildcards(pattern: str, name: str, matches: bool) -> None:
    assert Locator("CRM", pattern).matches("CRM", name) is matches
    assert Locator(pattern, "T").matches(name, "T") is matches


def test_what_is_excluded_is_left_out_wherever_the_rule_stands() -> None:
    found = parsed(exclude("TMP%"), include(), include("ORDERS", "SALES"))
    tables = [("CRM", "CUSTOMERS"), ("CRM", "TMP1"), ("SALES", "ORDERS"), ("SALES", "TMP1"), ("HR", "CUSTOMERS")]
    assert [name for name in tables if found.selects(*name)] == [("CRM", "CUSTOMERS"), ("SALES", "ORDERS")]


def test_nothing_is_selected_without_an_include() -> None:
    assert not parsed(exclude("TMP%")).selects("CRM", "CUSTOMERS")


def test_columns_are_added_where_their_rule_says() -> None:
    found = parsed(include(), add_sequence("A%"), add_before_images("B", prefix="OLD_", kept="non-lob"))
    assert [found.sequence_columns("CRM", name) for name in ("A1", "B")] == [["cdp_change_seq"], []]
    images = found.before_images_of("CRM", "B")
    assert images
    assert (images.prefix, images.suffix, images.keys_only, images.without_large_objects) == ("OLD_", "", False, True)
    assert found.before_images_of("CRM", "A1") is None


@pytest.mark.parametrize(
    ("text", "error", "reason"),
    [
        ("{", ReplicationError, "a JSON object with a list of rules is expected"),
        ("[]", ReplicationError, "a JSON object with a list of rules is expected"),
        (json.dumps({"rules": [{"rule-id": "1"}, {"rule-id": "1"}]}), ReplicationError, "each rule-id must be unique"),
        (rules(include() | {"rule-action": "merge"}), ReplicationError, "the rule-action 'merge' is not known"),
        (rules(include() | {"object-locator": {"schema-name": "X"}}), ReplicationError, "lacks 'table-name'"),
        (rules(include() | {"rule-type": "table-settings"}), NotRunHereError, "the rule-type 'table-settings'"),
        (rules(include() | {"filters": [{}]}), NotRunHereError, "a rule's filters"),
        (rules(add_sequence() | {"expression": "1"}), NotRunHereError, "add-column with the expression '1'"),
        (rules(add_before_images(prefix="")), ReplicationError, "needs a column-prefix or a column-suffix"),
    ],
)
def test_what_dms_or_the_stand_in_refuses_is_said(text: str, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        parse_mappings(text)
