"""What reaches the function of a Python rule, and what is made of its answer."""

from __future__ import annotations

from typing import Any

import pytest
from quality.rows_checked import Checked, Rows

from customer_data.quality.rules.rule import PythonRule
from customer_data.quality.rules.rules_file import RulesFileError
from customer_data.quality.running.python_rules import problem_of

#: Lines 2 to 4; line 4 has nothing but a key.
TYPED = """user_id,amount,score,active,born,at,zoned,name,empty,code
1,1.50,1e-7,true,2024-02-29,2024-01-01 10:00:00.5,2024-01-01T10:00:00+02:00,Ann,,007
2,-7,2.5,FALSE,2024-03-01,2024-01-02,2024-01-01T10:00:00Z,Bo,,A1
3,,,,,,,,,
"""

RULES = '''
import re, sys
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal

LIMIT = Decimal("0")

@dataclass(frozen=True)
class Limit:
    least: Decimal

    def broken(self, value):
        return value is not None and value < self.least

def types(record):
    return {"description": " ".join(f"{name}={value!r}" for name, value in record.items())}

def below_zero(record):
    """An amount is never negative.

    Nor was it ever.
    """
    if Limit(LIMIT).broken(record["amount"]) and re.match("B", record["name"]):
        return {"error_type": "NEGATIVE", "description": f"{record['amount']} is below {LIMIT}"}

def raises(record):
    return None if record["name"] else record["name"].strip()

def leaves(record):
    if record["user_id"] == 2:
        sys.exit(0)

def interrupts(record):
    if record["user_id"] == 2:
        raise KeyboardInterrupt("stop")

def wrong_type(record):
    return record["user_id"] == 2 or None

def false_is_no_answer(record):
    return False if record["user_id"] == 1 else None

def empty_dict(record):
    """Says nothing more."""
    return {} if record["user_id"] == 1 else None

def details(record):
    return {"seen": record["amount"], "since": record["born"]} if record["user_id"] == 1 else None

def mutates(record):
    record["name"] = "changed"
    record.clear()

def sees_what_another_changed(record):
    return {"description": "changed"} if record.get("name") == "changed" or not record else None

def only_norway(record):
    return {"description": "no name"}

def filtered_badly(record):
    return {"description": "never"}

def long_text(record):
    return {"description": "x" * 5000} if record["user_id"] == 1 else None

def half_a_character(record):
    return {"description": "\\ud800", "error_type": "\\udfff"} if record["user_id"] == 1 else None

class Awkward:
    def __str__(self):
        raise ValueError("no text")
    __repr__ = __str__

def awkward(record):
    return Awkward() if record["user_id"] == 1 else {"description": Awkward()} if record["user_id"] == 2 else None

def circular(record):
    said = {}
    said["self"] = said
    return said if record["user_id"] == 1 else None

PYTHON_DATA_QUALITY_RULES = [
    types, below_zero, raises, leaves, interrupts, wrong_type, false_is_no_answer, empty_dict, details, mutates,
    sees_what_another_changed, long_text, half_a_character, awkward, circular,
    {"rule": only_norway, "filter": "active OR name IS NULL", "max_fail_ratio": 0.5},
    {"rule": filtered_badly, "filter": "1 / (user_id - 1) > 5"},
]
'''


@pytest.fixture(scope="module")
def checked(rows: Rows) -> Checked:
    return rows.check(TYPED, RULES)


def said(checked: Checked, rule: str) -> dict[int, tuple[str | None, str | None]]:
    return checked.said.get(rule, {})


def test_values_reach_the_function_as_themselves(checked: Checked) -> None:
    assert [reason for _, reason in said(checked, "types").values()] == [
        "user_id=1 amount=Decimal('1.5000') score=1e-07 active=True born=datetime.date(2024, 2, 29)"
        " at=datetime.datetime(2024, 1, 1, 10, 0, 0, 500000)"
        " zoned=datetime.datetime(2024, 1, 1, 8, 0, tzinfo=<UTC>) name='Ann' empty=None code='007'",
        "user_id=2 amount=Decimal('-7.0000') score=2.5 active=False born=datetime.date(2024, 3, 1)"
        " at=datetime.datetime(2024, 1, 2, 0, 0)"
        " zoned=datetime.datetime(2024, 1, 1, 10, 0, tzinfo=<UTC>) name='Bo' empty=None code='A1'",
        "user_id=3 amount=None score=None active=None born=None at=None zoned=None name=None empty=None code=None",
    ]


def test_a_dict_tells_the_error_and_its_type(checked: Checked) -> None:
    assert said(checked, "below_zero") == {3: ("NEGATIVE", "-7.0000 is below 0")}


def test_a_rule_that_raises_rejects_the_record_with_the_reason(checked: Checked) -> None:
    reason = "the rule raised AttributeError: 'NoneType' object has no attribute 'strip'"
    assert said(checked, "raises") == {4: ("rule_raised", reason)}


def test_a_rule_that_leaves_the_program_rejects_the_record(checked: Checked) -> None:
    assert said(checked, "leaves") == {3: ("rule_raised", "the rule raised SystemExit: 0")}
    assert said(checked, "interrupts") == {3: ("rule_raised", "the rule raised KeyboardInterrupt: stop")}


def test_an_answer_of_the_wrong_type_rejects_the_record(checked: Checked) -> None:
    reason = "the rule returned {}, but None (good) or a dict (bad) is expected"
    assert said(checked, "wrong_type") == {3: ("rule_wrong_result", reason.format(True))}
    assert said(checked, "false_is_no_answer") == {2: ("rule_wrong_result", reason.format(False))}


def test_a_dict_without_a_description_is_described_by_what_it_has(checked: Checked) -> None:
    assert said(checked, "empty_dict") == {2: (None, "Says nothing more.")}
    assert said(checked, "details") == {2: (None, '{"seen": "1.5000", "since": "2024-02-29"}')}


def test_a_rule_that_changes_the_record_changes_it_for_no_other(checked: Checked) -> None:
    assert said(checked, "sees_what_another_changed") == {}
    assert "name='Ann'" in str(said(checked, "types")[2][1])


def test_a_filter_says_which_records_a_rule_is_about(checked: Checked) -> None:
    assert checked.lines("only_norway") == [2, 4]
    assert checked.checked["only_norway"] == 2


def test_a_filter_that_does_not_run_fails_its_rule_alone(checked: Checked) -> None:
    assert list(checked.failures) == ["filtered_badly"]
    assert "DIVIDE_BY_ZERO" in checked.failures["filtered_badly"]
    assert said(checked, "filtered_badly") == {}


def test_a_long_reason_is_cut(checked: Checked) -> None:
    assert said(checked, "long_text") == {2: (None, "x" * 1000 + "…")}


def test_an_answer_that_cannot_be_written_down_rejects_the_record(checked: Checked) -> None:
    assert said(checked, "half_a_character") == {2: ("?", "?")}
    assert checked.lines("awkward") == [2, 3]
    assert checked.lines("circular") == [2]
    assert {code for code, _ in said(checked, "awkward").values()} == {"rule_raised"}


def test_a_record_may_be_kept_by_the_function() -> None:
    kept: list[dict[str, int]] = []
    rule = PythonRule("keeps", "d", "e", check=kept.append)
    record = {"a": 1}
    assert problem_of(rule, record) is None
    kept[0]["a"] = 2
    assert record == {"a": 1}


def test_python_rules_run_on_a_file_without_records(rows: Rows) -> None:
    checked = rows.check("user_id,amount,name,born,active\n", RULES)
    assert checked.said == {} and checked.failures == {}


ASKS_FOR_MORE = """
ZONES = {"NO": 1}
def asks(record):
    if record["user_id"] == 2:
        return {"description": record["land"]}
def asks_for_another_key(record):
    ZONES[record["name"]]
def does_without(record):
    assert record.get("land") is None and "land" not in record and isinstance(record, dict)
PYTHON_DATA_QUALITY_RULES = [asks, asks_for_another_key, does_without]
"""


def test_a_column_that_is_nowhere_ends_the_run_with_those_that_there_are(rows: Rows) -> None:
    with pytest.raises(RulesFileError) as raised:
        rows.check("user_id,name\n1,NO\n2,SE\n", ASKS_FOR_MORE)
    assert str(raised.value).startswith(
        "quality_rules.py:3: asks: it can run on no file: the rule raised KeyError:"
        " the file has no column 'land'; it has user_id, name; add it to the file,"
        " or correct the rule. "
    )
    assert "another_key" not in str(raised.value)


@pytest.mark.parametrize("there", [{"existing": ("Land",)}, {"beside": ["user_id,name,land\n2,NO,SE\n"]}])
def test_a_column_that_only_this_file_lacks_rejects_the_records_that_need_it(rows: Rows, there: Any) -> None:
    checked = rows.check("user_id,name\n1,NO\n2,SE\n", ASKS_FOR_MORE, **there)
    reason = (
        "the rule raised KeyError: the file has no column 'land'; it has user_id, name;"
        " add it to the file, or correct the rule"
    )
    assert checked.said == {
        "asks": {3: ("rule_raised", reason)},
        "asks_for_another_key": {3: ("rule_raised", "the rule raised KeyError: 'SE'")},
    }


def test_times_that_python_does_not_have_reject_their_record_alone(rows: Rows) -> None:
    text = "def any(record): return None\nPYTHON_DATA_QUALITY_RULES = [any]"
    content = "user_id,at\n1,2024-01-01 10:00:00Z\n2,9999-12-31 23:00:00-05:00\n3,0001-01-01 00:00:00+05:00\n"
    checked = rows.check(content, text)
    assert checked.lines("any") == [3, 4]
