"""Files as programs write them, on their way through a gate."""

from __future__ import annotations

import io

import pytest
from quality.gate_world import GateWorld, gate_world

from customer_data.csv.format import CsvFormat
from customer_data.csv.reader import open_csv
from customer_data.typed_json import read_as


@pytest.fixture
def world(aws: None) -> GateWorld:
    return gate_world()


def test_ctrl_z_at_the_end_is_no_record(world: GateWorld) -> None:
    (result,) = world.sieve(world.put("a.csv", "user_id,name", "1,Ann", "2,", "\x1a"))

    assert (result.rows_passed, result.rows_rejected) == (1, 1)
    assert world.read("passed/a.csv").decode() == '"user_id","name"\n"1","Ann"\n'


def test_a_file_in_two_encodings_fails(world: GateWorld) -> None:
    (result,) = world.sieve(world.put("a.csv", body=b"user_id,name\n1,Zo\xeb\n" + "2,Müller\n".encode()))

    assert result.status == "failed"
    assert "line 2 is not UTF-8, but line 3 is" in (result.reason or "")


def test_escaped_quotes_pass_as_they_came(world: GateWorld) -> None:
    csv = {"escape": "\\"}
    (result,) = world.sieve(world.put("a.csv", "user_id,name", '1,"27\\" \\\\"', "2,"), csv=csv)

    assert (result.rows_passed, result.rows_rejected) == (1, 1)
    passed = open_csv(io.BytesIO(world.read("passed/a.csv")), read_as(CsvFormat, csv))
    assert [column.to_pylist() for batch in passed.batches for column in batch.columns] == [["1"], ['27" \\']]


def test_quotes_in_unquoted_fields_are_counted_or_rejected(world: GateWorld) -> None:
    lines = ("user_id,name", '1,5" disk', "2,Bo")
    (result,) = world.sieve(world.put("a.csv", *lines))
    assert '"inner_quotes": 1, "inner_quote_lines": [2]' in result.summary_line()

    (result,) = world.sieve(world.put("b.csv", *lines), csv={"strict_quotes": True})
    assert (result.rows_passed, result.rows_rejected) == (1, 1)


REPORT = ("Customer report", "user_id;Name, first", "1;Ann, A", "2;")


def test_the_header_is_the_record_that_has_the_key(world: GateWorld) -> None:
    mapping = {"Name, first": "name"}
    (result,) = world.sieve(world.put("a.csv", *REPORT), key=["user_id"], column_mapping=mapping)

    assert (result.rows_passed, result.rows_rejected) == (1, 1)
    assert '"header_line": 2, "lines_before_header": ["Customer report"]' in result.summary_line()
    assert world.read("passed/a.csv").decode() == 'sep=;\n"user_id";"Name, first"\n"1";"Ann, A"\n'


def test_what_passes_has_its_header_on_the_line_that_the_format_says(world: GateWorld) -> None:
    csv = {"header_line": 3, "delimiter": ";"}
    world.sieve(world.put("a.csv", "a report", "", "user_id;name", "1;Ann", "2;"), csv=csv)

    assert world.read("passed/a.csv").decode() == '\n\n"user_id";"name"\n"1";"Ann"\n'


def test_the_second_of_two_exports_in_one_file_passes_but_for_its_header(world: GateWorld) -> None:
    file = world.put("a.csv", "user_id,name", "1,Ann", "\ufeffuser_id,name", "\ufeff2,Bo")
    (result,) = world.sieve(file)

    assert (result.rows_passed, result.rows_rejected) == (2, 1)
    assert [record["errors"][0]["code"] for record in world.rejected(file)] == ["repeated_header"]
    assert world.read("passed/a.csv").decode() == '"user_id","name"\n"1","Ann"\n"2","Bo"\n'


def test_a_footer_is_left_out_and_what_passes_has_one_as_long(world: GateWorld) -> None:
    csv = {"footer_lines": 2}
    (result,) = world.sieve(world.put("a.csv", "user_id,name", "1,Ann", "2,", "Total,,2", "", "Copyright"), csv=csv)

    assert (result.rows_passed, result.rows_rejected) == (1, 1)
    passed = open_csv(io.BytesIO(world.read("passed/a.csv")), read_as(CsvFormat, csv))
    assert [column.to_pylist() for batch in passed.batches for column in batch.columns] == [["1"], ["Ann"]]


def test_the_key_is_found_however_its_header_is_written(world: GateWorld) -> None:
    rule = {"name": "known", "kind": "not_null", "column": "user_id", "description": "a user has an id"}
    (result,) = world.sieve(world.put("a.csv", "USERID,name", "1,Ann"), key=["user_id"], quality={"rules": [rule]})

    assert (result.status, result.rows_passed) == ("passed", 1)


def test_a_gate_sees_keys_trimmed_where_the_format_says_so(world: GateWorld) -> None:
    rule = {"name": "ids", "kind": "in_set", "column": "user_id", "parameters": {"values": ["A1"]}}
    rule["description"] = "an id is known"
    lines = ("user_id,name", "A1\u00a0,Ann", "A2,Bo")
    for trim_keys, passed in ((False, 0), (True, 1)):
        (result,) = world.sieve(
            world.put("a.csv", *lines), key=["user_id"], csv={"trim_keys": trim_keys}, quality={"rules": [rule]}
        )
        assert result.rows_passed == passed


GERMAN = {"delimiter": ";", "decimal_separator": ",", "thousands_separator": "."}


def test_generated_rules_read_numbers_in_the_format(world: GateWorld) -> None:
    rules = [
        {"name": "low", "kind": "range", "column": "x", "parameters": {"maximum": 1000}},
        {"name": "typed", "kind": "of_type", "column": "x", "parameters": {"type": "NUMERIC(8,2)"}},
    ]
    lines = ("user_id;x", "1;1.234,5", "2;999,99", "3;5.5", "4;28,7", "5;n/a", "6;")
    (result,) = world.sieve(world.put("a.csv", *lines), csv=GERMAN, quality={"rules": rules})

    assert (result.rows_passed, result.rows_rejected) == (3, 3)
    assert world.read("passed/a.csv").decode().splitlines()[1] == '"2";"999,99"'
