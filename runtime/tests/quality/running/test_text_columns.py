"""A rule about a column that a few values made text says so, and where."""

from __future__ import annotations

import logging

import pytest
from quality.rows_checked import Checked, Rows, sql_rules

from customer_data.csv.format import CsvFormat

#: Line 5 has the values that make all columns but the first and the last text, where they are.
FILE = """id,signup,amount,born,seen,paid,phone,code,note,name
1,2024-01-01,5,31/12/1999,2024-01-01T10:00:00Z,true,+49301234567,12E12,n/a,Ann
2,2024-12-31,1.5,30/12/1999,2024-01-01T10:00:00+02,FALSE,+49301234568,47E5,2024-01-01,Bo
3,,7,29/12/1999,2024-01-02 10:00 UTC,true,+49301234569,1E3,2024-01-02,Cy
4,soon,12 EUR,1999-12-28,2024-01-02 10:00,N/A,030-1234,A1,,7
5,later,x,27/12/1999,2024-01-02 11:00Z,false,+49301234560,5E5,2024-01-03,Di
"""
FORMAT = CsvFormat(date_formats=("DD/MM/YYYY",))
SIGNUP = "signup is text here because of line 5 (text of letters); of 4 values 2 are dates"

#: The condition, and what is to be known of it.
SEEN: dict[str, tuple[str, list[str]]] = {
    "compared": ("signup > '2024-06-30'", [SIGNUP]),
    "in_capitals": ("Temp_Data.SIGNUP > '2024-06-30'", [SIGNUP]),
    "within_a_function": ("substr(signup, 1, 4) = '2024'", [SIGNUP]),
    "in_a_subquery": ("id IN (SELECT id FROM temp_data WHERE signup > '2024-06-30')", [SIGNUP]),
    "in_a_scalar_subquery": ("id = (SELECT max(id) FROM temp_data WHERE signup > '2024-06-30')", [SIGNUP]),
    "numbers": (
        "amount > '1'",
        ["amount is text here because of line 5 (text of digits, blanks and letters); of 5 values 3 are numbers"],
    ),
    "dates_in_a_format": (
        "born = ''",
        ["born is text here because of line 5 (a date); of 5 values 4 are dates as DD/MM/YYYY"],
    ),
    "times": ("seen = ''", ["seen is text here because of line 5 (a date); of 5 values 4 are times with a zone"]),
    "words": ("paid = 'no'", ["paid is text here because of line 5 ('N/A'); of 5 values 4 are true or false"]),
    "first_value": (
        "note = ''",
        ["note is text here because of line 2 ('n/a'); of 4 values 3 are dates"],
    ),
    "two_columns": (
        "paid = 'no' OR signup = ''",
        [SIGNUP, "paid is text here because of line 5 ('N/A'); of 5 values 4 are true or false"],
    ),
    "phones": ("phone = ''", []),
    "ids_that_look_like_numbers": ("code = ''", []),
    "names": ("name = ''", []),
    "no_text": ("id > 3", []),
    "never_asked": ("1 = 2 AND signup = ''", []),
}
#: Whole queries, or rules with a filter.
QUERIES: dict[str, tuple[str | dict[str, str], list[str]]] = {
    "only_selected": ("SELECT signup, __line FROM temp_data WHERE id > 3", []),
    "ordered_by": (
        "SELECT __line FROM (SELECT *, row_number() OVER (ORDER BY signup) AS n FROM temp_data) WHERE n > 4",
        [SIGNUP],
    ),
    "renamed": ("WITH t AS (SELECT __line, signup AS name FROM temp_data) SELECT * FROM t WHERE name > '3'", [SIGNUP]),
    "another_column_of_that_name": (
        "SELECT __line FROM (SELECT __line, id + 1 AS signup FROM temp_data) WHERE signup > 3", [],
    ),
    "joined": ("SELECT a.* FROM temp_data a JOIN temp_data b ON a.signup = b.name", [SIGNUP]),
    "found_by_key": ("SELECT id FROM temp_data WHERE signup > '3'", [SIGNUP]),
    "filtered": ({"query": "SELECT * FROM temp_data WHERE id > 3", "filter": "signup > '2024'"}, [SIGNUP]),
    "nothing_selected": ("SELECT count(*) AS n FROM temp_data WHERE signup > '3' HAVING count(*) > 9", [SIGNUP]),
}  # fmt: skip
PYTHON = """
def even(record):
    return None

PYTHON_DATA_QUALITY_RULES = [{"rule": even, "filter": "signup > '2024-06-30'"}]
"""


@pytest.fixture(scope="module")
def seen(rows: Rows) -> Checked:
    queries = {name: f"SELECT * FROM temp_data WHERE {condition}" for name, (condition, _) in SEEN.items()}
    text = sql_rules(queries | {name: query for name, (query, _) in QUERIES.items()}) + PYTHON
    return rows.check(FILE, text, [{"name": "u", "kind": "unique", "column": "signup"}], key=("id",), format=FORMAT)


@pytest.mark.parametrize("rule", [*SEEN, *QUERIES])
def test_a_rule_says_which_of_its_columns_a_value_made_text(seen: Checked, rule: str) -> None:
    assert seen.failures.get(rule) is None
    assert list(seen.found.notes.get(rule, ())) == (SEEN | QUERIES)[rule][1]


def test_so_does_the_filter_of_a_python_rule(seen: Checked) -> None:
    assert seen.found.notes["even"] == (SIGNUP,)


def test_a_generated_rule_that_compares_texts_says_nothing(seen: Checked) -> None:
    assert "u" in {"u"} - seen.failures.keys()
    assert "u" not in seen.found.notes


def test_the_log_says_it(rows: Rows, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        rows.check(FILE, sql_rules({"late": "SELECT * FROM temp_data WHERE signup > '2024-06-30'"}))
    assert [text for text in caplog.messages if SIGNUP in text and "the rule late on s3://bucket/in/" in text]


def test_a_type_that_a_rule_names_needs_no_word(rows: Rows) -> None:
    of_type = {"name": "t", "kind": "of_type", "column": "signup", "parameters": {"type": "DATE"}}
    query = sql_rules({"late": "SELECT * FROM temp_data WHERE signup > DATE'2024-06-30'"})
    checked = rows.check(FILE, query, [of_type])
    assert checked.found.notes == {} and checked.failures == {}
    assert checked.lines("late") == [3]


def test_a_type_that_no_single_value_rules_out_names_the_one_that_decided(rows: Rows) -> None:
    content = f"total\n5\n{'9' * 30}.5\n0.{'1' * 20}\n"
    checked = rows.check(content, sql_rules({"high": "SELECT * FROM temp_data WHERE total > '7'"}))
    assert checked.found.notes["high"] == (
        "total is text here because of line 4 (a number); of 3 values 3 are numbers",
    )


def test_lines_and_counts_are_those_of_all_parts(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customer_data.quality.running.row_parts._PART_BYTES", 1)
    days = ["2024-01-01"] * 40_000
    content = "\n".join(["signup,note", *(f'{day},"{"x" * 40}' + '\n"' for day in days), "x,y", *days[:9], "y,z", ""])
    checked = rows.check(content, sql_rules({"late": "SELECT * FROM temp_data WHERE signup > '3'"}))
    assert checked.found.notes["late"] == (
        "signup is text here because of line 80002 (text of letters); of 40,002 values 40,000 are dates",
    )


def test_columns_may_have_any_name(rows: Rows) -> None:
    query = sql_rules({"r": "SELECT * FROM temp_data WHERE `e.mail ``work``` > '2'"})
    checked = rows.check("Date\n2024-01-01\nsoon\n", query, mapping={"Date": "e.mail `work`"})
    assert checked.found.notes["r"] == (
        "e.mail `work` is text here because of line 3 (text of letters); of 2 values 1 is a date",
    )


# Casts that fail


def failure(rows: Rows, condition: str) -> str:
    checked = rows.check(FILE, sql_rules({"late": f"SELECT * FROM temp_data WHERE {condition}"}), format=FORMAT)
    assert checked.found.notes == {}
    return checked.failures["late"]


def test_a_failed_cast_names_column_line_and_kind_of_text(rows: Rows) -> None:
    assert failure(rows, "signup > DATE'2024-06-30' AND __line > 4 AND __line < 6") == (
        "[CAST_INVALID_INPUT] signup on line 5 is text of letters, which cannot be cast to DATE; correct the value, or"
        f" use try_cast in the rule; {SIGNUP}"
    )


def test_a_failed_cast_of_a_good_value_names_the_one_that_is_to_blame(rows: Rows) -> None:
    assert failure(rows, "amount > 1") == (
        "[CAST_INVALID_INPUT] amount on line 3 is a number, which cannot be cast to BIGINT; correct the value, or use"
        " try_cast in the rule; amount is text here because of line 5 (text of digits, blanks and letters); of 5 values"
        " 3 are numbers"
    )


def test_a_failed_cast_of_what_a_rule_computes_says_so(rows: Rows) -> None:
    assert failure(rows, "CAST(concat(name, id) AS INT) = 1 AND __line = 2") == (
        "[CAST_INVALID_INPUT] a text that the rule computes is text of letters and digits, which cannot be cast to INT;"
        " correct the value, or use try_cast in the rule"
    )


@pytest.mark.parametrize("text", ["O'Neil", "back\\slash", "two\nlines", "' of the type", "ünï\u200bcode"])
def test_any_text_that_cannot_be_cast_is_found_and_not_shown(rows: Rows, text: str) -> None:
    checked = rows.check(
        f'name\n1\n"{text}"\n', sql_rules({"r": "SELECT * FROM temp_data WHERE CAST(name AS DATE) = DATE'2024-01-01'"})
    )
    assert (
        "name on line 3 is text of " in checked.failures["r"] or "name on line 2 is a number" in checked.failures["r"]
    )
    assert text not in checked.failures["r"]


def test_numbers_are_those_of_the_format(rows: Rows) -> None:
    rule = sql_rules(
        {"high": "SELECT * FROM temp_data WHERE amount > '7'", "cast": "SELECT * FROM temp_data WHERE amount > 7"}
    )
    content = "id;amount\n1;28,7\n2;1.234,5\n3;n/a\n"
    checked = rows.check(content, rule, format=CsvFormat(delimiter=";", decimal_separator=",", thousands_separator="."))

    note = "amount is text here because of line 4 ('n/a'); of 3 values 2 are numbers"
    assert checked.found.notes["high"] == (note,)
    assert "amount on line 2 is a number, which cannot be cast to BIGINT" in checked.failures["cast"]


def test_a_column_that_a_rule_makes_char_is_text_too(rows: Rows) -> None:
    of_type = {"name": "t", "kind": "of_type", "column": "code", "parameters": {"type": "CHAR(3)"}}
    checked = rows.check("id,code\n1,5\n2,x\n", sql_rules({"r": "SELECT * FROM temp_data WHERE code > 7"}), [of_type])

    assert "code on line 3 is text of letters" in checked.failures["r"]
