"""Which rows of a file the query of a SQL rule tells to be bad, and what a query must not let pass."""

from __future__ import annotations

from typing import Any

import pytest
from quality.rows_checked import Checked, Rows, sql_rules

from customer_data.csv.format import CsvFormat
from customer_data.quality.rules.rules_file import RulesFileError
from customer_data.quality.running.row_parts import ColumnNaming

#: Lines 2 to 6. Lines 4 and 5 are identical.
CUSTOMERS = """user_id,name,amount,country,joined
1,Ann,1.50,NO,2024-01-01
2,Bo,-2.25,SE,2024-01-02
3,Cy,7,SE,
3,Cy,7,SE,
4,,12,NO,2024-02-01
"""

#: The query, and the lines that it tells.
TOLD: dict[str, tuple[str | dict[str, Any], list[int]]] = {
    "select_star": ("SELECT * FROM temp_data WHERE amount < 0", [3]),
    "no_rows_selected": ("SELECT * FROM temp_data WHERE amount < -100", []),
    "line_in_any_case": ("SELECT __LINE FROM temp_data WHERE name IS NULL", [6]),
    "line_beside_other_columns": ("SELECT upper(name) AS shout, __line, 1 FROM temp_data WHERE name = 'Ann'", [2]),
    "line_many_times_over": ("SELECT __line FROM temp_data, (VALUES (1), (2)) WHERE amount < 0", [3]),
    "one_of_identical_rows": (
        "SELECT __line FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY __line) AS place"
        " FROM temp_data) WHERE place > 1",
        [5],
    ),
    "key_alone": ("SELECT user_id FROM temp_data WHERE amount < 0", [3]),
    "key_of_several_rows": ("SELECT user_id, count(*) FROM temp_data GROUP BY user_id HAVING count(*) > 1", [4, 5]),
    "key_as_text": ("SELECT CAST(user_id AS STRING) AS user_id FROM temp_data WHERE amount < 0", [3]),
    "neither_and_no_row": ("SELECT count(*) AS n FROM temp_data HAVING n > 100", []),
    "cte": ("WITH bad AS (SELECT * FROM temp_data WHERE country = 'NO') SELECT * FROM bad WHERE amount > 10", [6]),
    "window": (
        "SELECT __line FROM (SELECT __line, amount, avg(amount) OVER (PARTITION BY country) AS mean FROM temp_data)"
        " WHERE amount > mean",
        [4, 5, 6],
    ),
    "aggregate_in_a_subquery": (
        "SELECT * FROM temp_data WHERE amount = (SELECT max(amount) FROM temp_data)",
        [6],
    ),
    "self_join_of_one_side": (
        "SELECT a.* FROM temp_data a JOIN temp_data b ON a.user_id = b.user_id AND a.__line <> b.__line",
        [4, 5],
    ),
    "outer_join_without_its_nulls": (
        "SELECT b.__line FROM temp_data a LEFT JOIN temp_data b ON a.amount = -b.amount WHERE b.__line IS NOT NULL",
        [],
    ),
    "trailing_semicolon": ("SELECT * FROM temp_data WHERE amount < 0;\n", [3]),
    "trailing_comment": ("SELECT * FROM temp_data -- all\nWHERE amount < 0 -- negative", [3]),
    "semicolon_in_a_text": ("SELECT * FROM temp_data WHERE name <> ';' AND amount < 0", [3]),
    "union": ("SELECT * FROM temp_data WHERE amount < 0 UNION ALL SELECT * FROM temp_data WHERE user_id < 3", [2, 3]),
    "dates_are_dates": ("SELECT * FROM temp_data WHERE joined > DATE'2024-01-01' AND year(joined) = 2024", [3, 6]),
    "decimals_are_exact": ("SELECT * FROM temp_data WHERE amount * 2 = 3", [2]),
    "filter": ({"query": "SELECT * FROM temp_data", "filter": "country = 'NO' -- Norway"}, [2, 6]),
    "filter_of_null": ({"query": "SELECT * FROM temp_data", "filter": "name > 'B'"}, [3, 4, 5]),
    "key_within_the_filter": ({"query": "SELECT user_id FROM temp_data", "filter": "__line = 4"}, [4]),
}

#: The query, and what is said of why it does not run, or of why its rows are unknown.
REFUSED: dict[str, tuple[str | dict[str, Any], str]] = {
    "neither_line_nor_key": (
        "SELECT count(*) AS n FROM temp_data GROUP BY country",
        "the query selects 2 rows that cannot be found in the file, since its result (n) does not have __line once;"
        " select __line, or * of one temp_data, or the key (user_id)",
    ),
    "self_join_of_both_sides": (
        "SELECT * FROM temp_data a JOIN temp_data b ON a.user_id = b.user_id AND a.__line <> b.__line",
        "the query selects 2 rows that cannot be found in the file",
    ),
    "outer_join_with_nulls": (
        "SELECT b.__line FROM temp_data a LEFT JOIN temp_data b ON a.amount = -b.amount",
        "rows without a __line, as an outer join does: add WHERE __line IS NOT NULL",
    ),
    "type_that_the_column_does_not_have": ("SELECT * FROM temp_data WHERE joined + 1.5 = 1", "DATATYPE_MISMATCH"),
    "text_that_is_no_number": ("SELECT * FROM temp_data WHERE name < 5", "name on line 2 is text of letters"),
    "division_by_zero": ("SELECT * FROM temp_data WHERE 1 / (user_id - 1) > 5", "DIVIDE_BY_ZERO"),
    "overflow": ("SELECT * FROM temp_data WHERE CAST(user_id * 1000000 AS SMALLINT) = 1", "CAST_OVERFLOW"),
    "subquery_of_many_rows": ("SELECT * FROM temp_data WHERE name = (SELECT name FROM temp_data)", "SUBQUERY"),
    "error_that_the_query_raises": (
        "SELECT * FROM temp_data WHERE amount < 0 AND raise_error(name) IS NULL",
        "java.lang.RuntimeException: Xx",
    ),
    "pattern_that_is_none": ("SELECT * FROM temp_data WHERE name RLIKE concat('(', name)", "("),
    "date_format_that_is_none": (
        "SELECT * FROM temp_data WHERE to_date(name, 'ppp') IS NULL",
        "IllegalArgumentException: X",
    ),
    "element_that_is_not_there": ("SELECT * FROM temp_data WHERE split(name, 'n')[5] = ''", "INVALID_ARRAY_INDEX"),
    "line_that_is_no_number": ("SELECT name AS __line FROM temp_data", "__line is of the type STRING: select it as it"),
    "line_between_lines": ("SELECT avg(__line) AS __line FROM temp_data", "__line is of the type DOUBLE"),
    "key_that_is_not_in_the_file": (
        "SELECT 999 AS user_id FROM temp_data",
        "a key (user_id) that no record of temp_data has",
    ),
    "key_that_is_null": (
        "SELECT b.user_id FROM temp_data a LEFT JOIN temp_data b ON a.amount = -b.amount",
        "a key (user_id) that no record",
    ),
    "key_outside_the_filter": ({"query": "SELECT 1L AS user_id", "filter": "user_id > 1"}, "a key (user_id) that no"),
    "filter_that_fails": ({"query": "SELECT * FROM temp_data", "filter": "1 / (user_id - 1) > 5"}, "DIVIDE_BY_ZERO"),
}


@pytest.fixture(scope="module")
def checked(rows: Rows) -> Checked:
    queries = {name: query for name, (query, _) in (TOLD | REFUSED).items()}
    return rows.check(CUSTOMERS, sql_rules(queries), key=("user_id",))


@pytest.mark.parametrize("rule", TOLD)
def test_tells_exactly_the_lines_of_the_selected_rows(checked: Checked, rule: str) -> None:
    assert checked.failures.get(rule) is None
    assert checked.lines(rule) == TOLD[rule][1]


@pytest.mark.parametrize("rule", REFUSED)
def test_a_query_that_does_not_run_or_whose_rows_are_unknown_fails(checked: Checked, rule: str) -> None:
    assert REFUSED[rule][1] in checked.failures.get(rule, "it ran")
    assert checked.lines(rule) == []


#: What no file could mend, and what is said of it.
OF_THE_RULES: dict[str, tuple[str | dict[str, Any], str]] = {
    "column": ("SELECT * FROM temp_data WHERE nothing = 1", "`nothing` cannot be resolved"),
    "alias": ("SELECT * FROM temp_data WHERE customers.name = ''", "`customers`.`name` cannot be resolved"),
    "view": ("SELECT * FROM customers", "`customers` cannot be found"),
    "function": ("SELECT * FROM temp_data WHERE soundslike(name)", "`soundslike`"),
    "number_of_arguments": ("SELECT * FROM temp_data WHERE upper(name, name) = ''", "WRONG_NUM_ARGS"),
    "aggregate": ("SELECT __line, count(*) FROM temp_data", "MISSING_GROUP_BY"),
    "filter": ({"query": "SELECT * FROM temp_data", "filter": "nothing"}, "`nothing`"),
}


def test_a_rule_that_no_file_could_mend_ends_the_run_with_what_there_is(rows: Rows) -> None:
    good = {"good": "SELECT * FROM temp_data"}
    with pytest.raises(RulesFileError) as raised:
        rows.check(CUSTOMERS, sql_rules(good | {name: query for name, (query, _) in OF_THE_RULES.items()}))
    said = str(raised.value)
    for name, (_, what) in OF_THE_RULES.items():
        about = said.partition(f"quality_rules.py:1: {name}: it can run on no file: ")[2].partition("quality_rules")[0]
        assert what in about, (name, said)
    assert "good" not in said
    assert "The only view is temp_data" in said
    assert "has the columns user_id, name, amount, country, joined, __line" in said
    assert not [key for key in rows.s3.keys("bucket") if "rows-" in key]


@pytest.mark.parametrize("query", ["nothing = 1", "temp_data.Nothing = 1", "name IN (SELECT nothing FROM temp_data)"])
@pytest.mark.parametrize(
    "there",
    [
        {"existing": ("user_id", "nothing")},
        {"beside": ["user_id,nothing\n1,1\n"]},
        {"given": [{"name": "n", "kind": "not_null", "column": "nothing"}]},
        {"key": ("user_id", "nothing")},
    ],
    ids=lambda there: next(iter(there)),
)
def test_a_column_that_only_this_file_lacks_is_a_fault_of_the_file(rows: Rows, query: str, there: Any) -> None:
    checked = rows.check(
        "user_id,name\n1,Ann\n", sql_rules({"r": f"SELECT __line FROM temp_data WHERE {query}"}), **there
    )
    assert "othing` cannot be resolved" in checked.failures["r"]


#: Line 2 has a right total of 18 decimals, line 3 a wrong one; line 4 has what no DECIMAL holds when it is multiplied.
RATES = """id,rate,amount,total,tiny,huge
1,1.123456789,2.000000001,2.246913579123456789,0.0000000001,1
2,1.123456789,2.000000001,2.246913579123456788,0.0000000001,1
3,1,1,1,0.5,1234567890123456789012345678.5
"""
#: The condition, and the lines that it selects.
EXACT: dict[str, tuple[str, list[int]]] = {
    "product": ("rate * amount <> total", [3]),
    "whole_number": ("id * rate < rate", []),
    "less_than_six_decimals_show": ("tiny * 0.5 = 0", []),
    "sum": ("rate + tiny = rate", []),
    "difference": ("total - rate * amount <> 0", [3]),
}
#: Each is computed for line 4 as a number that Spark would otherwise make NULL, or round.
OVERFLOWING = {
    "product_overflows": "huge * huge < 0",
    "product_in_a_comparison": "huge * huge IS NULL",
    "product_as_text": "CAST(huge * huge AS STRING) = ''",
    "whole_number_overflows": "id * 9223372036854775807 < 0",
    "many_decimals_leave_no_digits": "tiny * tiny * tiny * huge < 0",
    "comparison_needs_more_digits": "huge = total * tiny",
    "quotient_overflows": "huge / 0.0000000001 < 0",
    "sum_overflows": "(SELECT sum(huge * 10000000000) FROM temp_data) < 0",
}


@pytest.fixture(scope="module")
def computed(rows: Rows) -> Checked:
    conditions = {name: condition for name, (condition, _) in EXACT.items()} | OVERFLOWING
    queries: dict[str, str | dict[str, Any]] = {
        name: f"SELECT * FROM temp_data WHERE {condition}" for name, condition in conditions.items()
    }
    return rows.check(
        RATES, sql_rules(queries | {"filter": {"query": "SELECT * FROM temp_data", "filter": EXACT["product"][0]}})
    )


@pytest.mark.parametrize("rule", [*EXACT, "filter"])
def test_decimals_are_computed_to_the_last_one(computed: Checked, rule: str) -> None:
    assert computed.failures.get(rule) is None
    assert computed.lines(rule) == (EXACT["product"] if rule == "filter" else EXACT[rule])[1]


@pytest.mark.parametrize("rule", OVERFLOWING)
def test_a_result_that_does_not_fit_fails_the_rule(computed: Checked, rule: str) -> None:
    said = computed.failures.get(rule, "it ran")
    assert "OVERFLOW" in said or "a number does not fit DECIMAL(38," in said, said
    assert computed.lines(rule) == []


def test_a_number_that_does_not_fit_is_reported_with_what_to_do(computed: Checked) -> None:
    assert computed.failures["product_overflows"] == (
        "[NUMERIC_VALUE_OUT_OF_RANGE] a number does not fit DECIMAL(38,8), which has 30 digits before the point;"
        " cast it, or the numbers that it is computed from, to fewer decimals"
    )


def test_a_filter_says_how_many_records_it_lets_through(checked: Checked) -> None:
    assert {name: checked.checked[name] for name in ("filter", "filter_of_null")} == {"filter": 2, "filter_of_null": 3}
    assert "select_star" not in checked.checked


def test_what_was_found_is_sorted_by_line_and_leaves_no_rows_in_staging(rows: Rows, checked: Checked) -> None:
    staged = [key for key in rows.s3.keys("bucket") if key.startswith("staging/jr_0/")]
    assert staged == sorted(part.key for part in checked.found.parts)
    assert sum(part.rows for part in checked.found.parts) == sum(map(len, checked.said.values()))


@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE temp_data",
        "CREATE TABLE t AS SELECT * FROM temp_data",
        "INSERT INTO t SELECT * FROM temp_data",
        "SET spark.sql.ansi.enabled = false",
        "SELECT * FROM temp_data; DROP TABLE temp_data",
        "CACHE TABLE t AS SELECT 1",
    ],
)
def test_a_command_is_refused_before_anything_is_read(rows: Rows, query: str) -> None:
    with pytest.raises(RulesFileError, match=r"^quality_rules\.py:1: sneaky: its query is not Spark SQL: \[PARSE"):
        rows.rules(sql_rules({"sneaky": query}))


def test_a_syntax_error_is_told_with_file_line_rule_and_what_is_written_there(rows: Rows) -> None:
    text = '''SQL_DATA_QUALITY_RULES = {
    "good": {"query": "SELECT * FROM temp_data", "error_type": "e", "description": "d"},
    "bad": {
        "query": """
            SELECT *
            FORM temp_data
        """,
        "error_type": "e",
        "description": "d",
    },
}
'''
    with pytest.raises(RulesFileError) as raised:
        rows.rules(text)
    message = str(raised.value)
    assert message.startswith("quality_rules.py:3: bad: its query is not Spark SQL: [PARSE_SYNTAX_ERROR] Syntax error")
    assert "'temp_data'" in message and "(line 2," in message


def test_a_filter_that_is_no_condition_is_told_before_anything_is_read(rows: Rows) -> None:
    text = sql_rules({"bad": {"query": "SELECT * FROM temp_data", "filter": "amount <"}})
    with pytest.raises(RulesFileError, match=r"quality_rules\.py:1: bad: its filter is not Spark SQL"):
        rows.rules(text)


SECRETS = """user_id,name,note,born,big
1,Ann O'Neil's 5,"one
two",1988-12-31,123456789012
2,ok,7,1990-01-01,5
"""


@pytest.mark.parametrize(
    "condition",
    [
        "name < 5",  # a quote within the value
        "note < 5",  # a line break
        "raise_error(name) IS NULL",
        "name RLIKE concat('(', name)",
        "CAST(big AS SMALLINT) = 1",  # Spark writes numbers without quotes
        "CAST(big AS DECIMAL(3,1)) = 1",
        "to_date(name, 'yyyy') IS NULL",
        "to_number(name, '999') = 1",
        "make_date(2024, 13, day(born)) IS NULL",
    ],
)
@pytest.mark.full
def test_each_failure_keeps_the_values_of_records_to_itself(rows: Rows, condition: str) -> None:
    assert_tells_no_value(rows, {"leaky": f"SELECT * FROM temp_data WHERE {condition}"})


def test_a_failure_keeps_the_values_of_records_to_itself(rows: Rows) -> None:
    conditions = ["name < 5", "note < 5", "CAST(big AS SMALLINT) = 1", "raise_error(name) IS NULL"]
    assert_tells_no_value(
        rows, {f"leaky_{n}": f"SELECT * FROM temp_data WHERE {text}" for n, text in enumerate(conditions)}
    )


def assert_tells_no_value(rows: Rows, queries: dict[str, str]) -> None:
    failures = rows.check(SECRETS, sql_rules(queries)).failures
    assert set(failures) == set(queries)
    for failure in failures.values():
        assert failure and "\n" not in failure
        for secret in ("Ann", "Neil", "one", "two", "12345", "1988", "31"):
            assert secret not in failure.replace("None", ""), failure


def test_columns_that_need_backticks_and_others_than_ascii(rows: Rows) -> None:
    text = sql_rules(
        {
            "dotted": "SELECT * FROM temp_data WHERE `e.mail ``work``` IS NULL",
            "рост": "SELECT `рост` FROM temp_data WHERE `рост` > 5",
            "日本": "SELECT * FROM temp_data WHERE `select` = 'x'",
        }
    )
    content = "Рост,E-Mail,select\n1,a,x\n9,,y\n"
    checked = rows.check(content, text, key=("рост",), mapping={"E-Mail": "e.mail `work`"})
    assert checked.failures == {}
    assert {name: checked.lines(name) for name in ("dotted", "рост", "日本")} == {
        "dotted": [3], "рост": [3], "日本": [2],
    }  # fmt: skip


def test_a_query_runs_on_a_file_without_records(rows: Rows) -> None:
    text = sql_rules(
        {
            "all": "SELECT * FROM temp_data",
            "filtered": {"query": "SELECT * FROM temp_data", "filter": "name = 'x'"},
        }
    )
    checked = rows.check("user_id,name\n", text)
    assert checked.said == {} and checked.failures == {}
    assert checked.checked == {"filtered": 0}


def test_lines_are_those_on_which_records_begin(rows: Rows) -> None:
    content = b'sep=;\r\n\r\nuser_id;note\r\n1;"a\r\n\r\nb"\r\n\r\n2;x\r\n3;"y\r\n"\r\n\r\n4;z'
    checked = rows.check(content, sql_rules({"all": "SELECT * FROM temp_data"}))
    assert checked.lines("all") == [4, 8, 9, 12]


def test_files_of_one_run_do_not_see_each_others_rows(rows: Rows) -> None:
    rules = rows.rules(sql_rules({"all": "SELECT * FROM temp_data WHERE (SELECT count(*) FROM temp_data) = user_id"}))
    files = [rows.put("user_id\n" + "\n".join(map(str, range(1, count + 1)))) for count in (1, 2, 3, 4, 5)]
    found = rules.find(files, ColumnNaming({}))
    assert [sum(part.rows for part in one.parts) for one in found if one] == [1] * 5


def test_a_type_that_a_rule_names_is_read_in_the_format_of_numbers(rows: Rows) -> None:
    of_type = {"name": "t", "kind": "of_type", "column": "x", "parameters": {"type": "NUMERIC(8,2)"}}
    format = CsvFormat(delimiter=";", decimal_separator=",", thousands_separator=".")
    rule = sql_rules({"high": "SELECT * FROM temp_data WHERE x > 1000"})
    checked = rows.check("id;x\n1;1.234,5\n2;999,99\n3;1.5\n", rule, [of_type], format=format)

    assert (checked.lines("high"), checked.failures) == ([2], {})
