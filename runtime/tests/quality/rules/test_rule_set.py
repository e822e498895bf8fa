"""Rules as the construct writes them, and together with those of rules files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from customer_data.errors import SettingsError
from customer_data.quality.rules.file_rules import FreshnessRule, RowCountRule
from customer_data.quality.rules.row_rules import InSet, RowRule
from customer_data.quality.rules.rule import ForeignKeyRule, Severity, SqlRule
from customer_data.quality.rules.rule_set import RuleSet, make_rule_set, rule_from_json
from customer_data.quality.rules.rules_file import RulesFileError, RulesSource

GOLDEN = Path(__file__).parents[2] / "data" / "gate_settings.json"
PYTHON_RULE = "def {name}(record): ...\nPYTHON_DATA_QUALITY_RULES = [{name}]\n"


def test_takes_every_rule_that_the_construct_writes() -> None:
    given = json.loads(GOLDEN.read_text(encoding="utf-8"))["quality"]["rules"]
    rules = make_rule_set(tuple(given))

    assert sorted(rule.name for rule in rules.all) == sorted(rule["name"] for rule in given)
    assert {type(rule) for rule in rules.all} == {RowRule, RowCountRule, FreshnessRule, SqlRule, ForeignKeyRule}
    assert rules.identifying == {"user_id", "email", "country"}
    assert {column: type.sql for column, type in rules.types.items()} == {"balance": "NUMERIC(12,2)"}


def test_a_row_rule_says_what_it_asks_and_what_it_got() -> None:
    rule = rule_from_json(
        {
            "name": "known_country",
            "kind": "in_set",
            "column": "country",
            "parameters": {"values": ["NO", "SE"]},
            "severity": "warning",
        }
    )

    assert isinstance(rule, RowRule)
    assert (rule.name, rule.column, rule.check) == ("known_country", "country", InSet(("NO", "SE")))
    assert rule.severity == Severity.WARNING
    assert rule.description == "country must be one of 'NO', 'SE'"
    assert rule.why("DK") == "country must be one of 'NO', 'SE'; it is 'DK'"
    assert rule.why(None).endswith("; it is empty")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "not_null", "column": "a", "filter": "b > 1"}, "has a filter, which only SQL rules have"),
        ({"kind": "magic", "column": "c"}, "'r' is of the kind 'magic'; allowed: not_null, in_set"),
        (
            {"kind": "range", "column": "c", "parameters": {"min": 1}},
            "'r'.parameters.min is not known; allowed: minimum, maximum",
        ),
        ({"kind": "not_null", "column": "c", "extra": 1}, "'r'.extra is not known; allowed: name, kind"),
        (
            {"kind": "not_null", "column": "c", "severity": "fatal"},
            """'r'.severity is "fatal", but one of error, warning is needed""",
        ),
        (
            {"kind": "matches", "column": "c", "parameters": {"pattern": "("}},
            r"'r'.*missing \)",
        ),
        (
            {"kind": "of_type", "column": "c", "parameters": {"type": "money"}},
            "'money' is no type that a column can have; allowed: SMALLINT",
        ),
        ({"kind": "freshness", "column": "c"}, "'r'.*max_age_seconds"),
        ({"kind": "foreign_key", "column": "c", "parameters": {"bucket": "b", "key": "k"}}, "'r'.*reference_column"),
    ],
)
def test_a_rule_of_another_version_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        rule_from_json({"name": "r", **given})


def test_rules_in_code_and_in_files_are_one_set() -> None:
    rules = set_of(RulesSource("quality_rules.py", PYTHON_RULE.format(name="a")))

    assert [rule.name for rule in rules.all] == ["email_is_there", "a"]
    assert rules.python[0].label == "quality_rules.py:1: a"


def test_two_rules_of_one_name_are_refused_wherever_they_are_written() -> None:
    with pytest.raises(SettingsError, match="email_is_there: two rules have this name"):
        set_of(RulesSource("quality_rules.py", PYTHON_RULE.format(name="email_is_there")))


def test_a_broken_file_is_told_by_its_name() -> None:
    with pytest.raises(RulesFileError, match=r"^quality_rules\.py:1: .*not_there"):
        set_of(RulesSource("quality_rules.py", "import not_there"))


def set_of(*sources: RulesSource) -> RuleSet:
    rule = {"name": "email_is_there", "kind": "not_null", "column": "email"}
    return make_rule_set((rule,), sources)
