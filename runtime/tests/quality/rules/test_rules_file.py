"""The one file that a user edits: what it may hold, and how a mistake in it is told."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from customer_data.quality.rules.rule import Severity
from customer_data.quality.rules.rules_file import RulesFile, RulesFileError, read_rules, rules_source
from customer_data.quality.running.python_rules import problem_of

GOOD = """
    from decimal import Decimal

    SQL_DATA_QUALITY_RULES = {
        "no_negative_amount": {
            "query": "SELECT * FROM temp_data WHERE amount < 0",
            "error_type": "invalid_amount",
            "description": "An amount is never negative",
            "severity": "warning",
            "max_fail_ratio": 0.1,
            "filter": "country = 'NO'",
        },
    }

    def amount_is_round(record):
        '''An amount has no cents.

        More about it.
        '''
        if record["amount"] % 1:
            return {"error_type": "cents", "description": "not round"}

    def has_email(record):
        return None if record["email"] else {"description": "no e-mail"}

    PYTHON_DATA_QUALITY_RULES = [amount_is_round, {"rule": has_email, "severity": "warning", "description": "E-mail"}]
"""


@pytest.fixture
def load(tmp_path: Path):
    def load(text: str) -> RulesFile:
        path = tmp_path / "quality_rules.py"
        path.write_text(dedent(text).lstrip())
        return read_rules(rules_source(str(path), path.read_bytes))

    return load


def test_takes_both_kinds_of_rules(load) -> None:
    rules = load(GOOD)

    [sql] = rules.sql
    assert (sql.name, sql.query) == ("no_negative_amount", "SELECT * FROM temp_data WHERE amount < 0")
    assert (sql.severity, sql.max_fail_ratio, sql.filter) == (Severity.WARNING, 0.1, "country = 'NO'")
    amount, email = rules.python
    assert (amount.name, amount.error_type, amount.description) == (
        "amount_is_round",
        "amount_is_round",
        "An amount has no cents.",
    )
    assert (email.name, email.description, email.severity) == ("has_email", "E-mail", Severity.WARNING)
    assert email.check({"email": ""}) == {"description": "no e-mail"}


@pytest.mark.parametrize(
    ("docstring", "description"),
    [
        ("An amount is never negative", "An amount is never negative"),
        ("An amount is never\n    negative. Nor was it ever.", "An amount is never negative."),
        ("\n    Is it known? See the list.\n\n    More.\n    ", "Is it known?"),
        ("At least 1.5 of e.g. dollars\n\nMore.", "At least 1.5 of e.g. dollars"),
        ("Eine Größe. Über null.", "Eine Größe."),
        ("", "checks"),
    ],
)
def test_the_first_sentence_of_the_docstring_describes_a_rule(load, docstring: str, description: str) -> None:
    function = f"def checks(record):\n    {docstring!r}\n    return {{}}\n"
    [alone] = load(f"{function}PYTHON_DATA_QUALITY_RULES = [checks]").python
    [as_dict] = load(f"{function}PYTHON_DATA_QUALITY_RULES = [{{'rule': checks, 'severity': 'warning'}}]").python
    [explicit] = load(f"{function}PYTHON_DATA_QUALITY_RULES = [{{'rule': checks, 'description': 'Given'}}]").python
    assert (alone.description, as_dict.description, explicit.description) == (description, description, "Given")
    assert problem_of(alone, {}) == (None, description)


@pytest.mark.parametrize("text", ["PYTHON_DATA_QUALITY_RULES = []", "SQL_DATA_QUALITY_RULES = {}"])
def test_one_of_the_two_is_enough(load, text: str) -> None:
    assert load(text) == RulesFile((), ())


def sql_rules(*rules: str) -> str:
    """A rule a line, the first one on line 2."""
    return "\n".join(["SQL_DATA_QUALITY_RULES = {", *(f"  {rule}," for rule in rules), "}"])


def sql_rule(extra: str = "", query: str = "SELECT 1") -> str:
    return f'"a": {{"query": "{query}", "error_type": "e", "description": "d"{extra}}}'


PYTHON_RULE = "def a(record): ...\nPYTHON_DATA_QUALITY_RULES = [a]\n"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("x = 1", None, "neither SQL_DATA_QUALITY_RULES .* nor PYTHON_DATA_QUALITY_RULES"),
        ("x = 1\nif x\n", 2, "it is not Python"),
        ("import os\nimport not_there\n", 2, "ModuleNotFoundError: No module named 'not_there'"),
        ("def f():\n    return 1 / 0\nf()", 2, "ZeroDivisionError"),
        ("import sys\nsys.exit(0)", 2, "SystemExit: 0"),
        ("raise KeyboardInterrupt('stop')", 1, "KeyboardInterrupt: stop"),
        ("SQL_DATA_QUALITY_RULES = []", 1, "of type list, but a dict of name to rule"),
        ("SQL_DATA_QUALITY_RULES = {1: {}}", 1, "name is 1"),
        (sql_rules('"a": "SELECT 1"'), 2, "a: it is of type str, but a dict with query"),
        (sql_rules('"a": {"query": "SELECT 1"}'), 2, "a: it has no error_type and no description; add them"),
        (sql_rules(sql_rule(), sql_rule()), 3, "a: the dict has this rule twice"),
        (sql_rules(sql_rule(', "sql": "x"')), 2, "a: unknown key sql; allowed: query"),
        (sql_rules(sql_rule(query=" ")), 2, "a: query is ' ', but text"),
        (sql_rules(sql_rule(', "severity": "bad"')), 2, "severity is 'bad'; allowed: 'error', 'warning'"),
        (sql_rules(sql_rule(', "max_fail_ratio": 2')), 2, "max_fail_ratio is 2, but a number from 0 to 1"),
        ("PYTHON_DATA_QUALITY_RULES = {}", 1, "of type dict, but a list of functions"),
        ("PYTHON_DATA_QUALITY_RULES = [None]", None, "rule 1 of PYTHON_DATA_QUALITY_RULES: it is None, but a function"),
        ("PYTHON_DATA_QUALITY_RULES = [lambda record: None]", 1, "a lambda has no name"),
        ("x = 1\ndef f(a, b): ...\nPYTHON_DATA_QUALITY_RULES = [f]", 2, "f: the function must take one argument"),
        (PYTHON_RULE + sql_rules(sql_rule()), 4, "a: two rules have this name"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_rule(load, text: str, line: int | None, told: str) -> None:
    where = r"quality_rules\.py: " if line is None else rf"quality_rules\.py:{line}: "
    with pytest.raises(RulesFileError, match=where + ".*" + told):
        load(text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulesFileError, match=r"none\.py: it cannot be read"):
        rules_source("none.py", (tmp_path / "none.py").read_bytes)


def test_a_function_may_use_what_the_file_imports_and_defines(load) -> None:
    [rule] = load(
        """
        import re
        LIMIT = 3

        def short(record):
            return None if len(re.sub(" ", "", record["name"])) <= LIMIT else {"description": "long"}

        PYTHON_DATA_QUALITY_RULES = [short]
        """
    ).python

    assert rule.check({"name": "a b c"}) is None
    assert rule.check({"name": "abcd"}) == {"description": "long"}


def test_the_file_may_define_dataclasses(load) -> None:
    [rule] = load(
        """
        from __future__ import annotations
        from dataclasses import dataclass

        @dataclass
        class Limit:
            most: int

        def few(record):
            return None if record["n"] <= Limit(3).most else {"description": "many"}

        PYTHON_DATA_QUALITY_RULES = [few]
        """
    ).python

    assert rule.check({"n": 4}) == {"description": "many"}
