"""Generated rules about all records of a file: which are repeated, and which are not in a reference."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from quality.rows_checked import BUCKET, Rows

from customer_data.csv.format import CsvFormat
from customer_data.errors import SettingsError


def unique(column: str, *within: str) -> dict[str, Any]:
    parameters = {"parameters": {"within": list(within)}} if within else {}
    return {"name": f"unique_{column}", "kind": "unique", "column": column, **parameters}


def foreign_key(column: str, key: str, reference_column: str = "code") -> dict[str, Any]:
    parameters = {"bucket": BUCKET, "key": key, "reference_column": reference_column}
    return {"name": f"known_{column}", "kind": "foreign_key", "column": column, "parameters": parameters}


def test_all_records_with_a_repeated_value_are_told(rows: Rows) -> None:
    content = (
        "id,amount,flag,day,zoned,country,улица\n"
        "1,1.0,true,2024-01-01,2024-01-01T10:00:00Z,NO,a\n"
        "2,1.00,TRUE,2024-01-02,2024-01-01T12:00:00+02:00,NO,b\n"
        "2,2.5,false,2024-01-02,2024-01-03T10:00:00Z,SE,a\n"
        "3,2.5,,,,NO,c\n"
        ",,,,,NO,\n"
        ",,,,,NO,\n"
    )
    given = [unique("id", "country"), *map(unique, ("amount", "flag", "day", "zoned", "улица"))]
    checked = rows.check(content, given=given)
    assert checked.failures == {}
    assert {name: checked.lines(name) for name in checked.said} == {
        "unique_amount": [4, 5],  # 1.0 and 1.00 are written in two ways
        "unique_day": [3, 4],
        "unique_улица": [2, 4],
    }


def test_a_column_that_the_file_does_not_have_fails_the_rule(rows: Rows) -> None:
    checked = rows.check("id\n1\n", given=[unique("id", "land"), unique("name")])
    assert checked.failures == {
        "unique_id": "the file has no column 'land'; it has id; add it to the file, or correct the rule",
        "unique_name": "the file has no column 'name'; it has id; add it to the file, or correct the rule",
    }


@pytest.mark.parametrize("packed", [False, True])
def test_values_must_be_in_the_reference_as_they_are_written(rows: Rows, packed: bool) -> None:
    reference = "Code;Name\r\n01;a\r\n2;b\r\n;nothing\r\nTRUE;c\r\n2024-01-01T10:00:00;d\r\n31/12/2024;e\r\n2;again\r\n"
    key = "reference/codes.csv" + (".gz" if packed else "")
    body = reference.encode()
    rows.s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(body) if packed else body)
    content = (
        "code,number,flag,at,day\n"
        "01,2,TRUE,2024-01-01T10:00:00,31/12/2024\n"
        "1,1,true,2024-01-01 10:00:00,01/12/2024\n"
        ",,,,\n"
        "2,2,TRUE,2024-01-01T10:00:00,31/12/2024\n"
    )
    given = [foreign_key(column, key, "Code") for column in ("code", "number", "flag", "at", "day")]
    checked = rows.check(content, given=given, format=CsvFormat(date_formats=("DD/MM/YYYY",)))
    assert checked.failures == {}
    assert {name: checked.lines(name) for name in checked.said} == {
        f"known_{column}": [3] for column in ("code", "number", "flag", "at", "day")
    }


def test_whole_numbers_are_in_the_reference_whatever_their_spelling(rows: Rows) -> None:
    rows.s3.put_object(Bucket=BUCKET, Key="reference/ids.csv", Body=b"Code\n1.0\n2.\n+3\n4\n50.05\nnone\n")
    content = "code\n1.0\n1\n2\n3.0\n4.00\n50\n"
    checked = rows.check(content, given=[foreign_key("code", "reference/ids.csv", "Code")])
    assert (checked.failures, checked.lines("known_code")) == ({}, [7])


@pytest.mark.parametrize(
    ("key", "body", "column", "told"),
    [
        ("reference/none.csv", None, "code", "is not there"),
        ("reference/empty.csv", b"", "code", "the file is empty"),
        ("reference/other.csv", b"id,name\n1,a\n", "code", "has no column 'code'; it has id, name"),
    ],
)
def test_a_reference_that_is_not_usable_ends_the_run_before_anything_is_read(
    rows: Rows, key: str, body: bytes | None, column: str, told: str
) -> None:
    if body is not None:
        rows.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    with pytest.raises(SettingsError, match=rf"s3://bucket/{key} of the rule 'known_land' .*{told}"):
        rows.rules(given=[foreign_key("land", key, column)])


def test_a_rule_of_a_type_decides_how_other_rules_see_the_column(rows: Rows) -> None:
    given = [
        {"name": "balance", "kind": "of_type", "column": "balance", "parameters": {"type": "NUMERIC(6,2)"}},
        {"name": "zip", "kind": "of_type", "column": "zip", "parameters": {"type": "VARCHAR(5)"}},
    ]
    text = """
SQL_DATA_QUALITY_RULES = {
    "large": {"query": "SELECT * FROM temp_data WHERE balance > 100", "error_type": "e", "description": "d"},
    "misfits": {"query": "SELECT * FROM temp_data WHERE balance IS NULL", "error_type": "e", "description": "d"},
}
def told(record):
    return {"description": f"{record['balance']!r} {record['zip']!r}"}
PYTHON_DATA_QUALITY_RULES = [told]
"""
    content = "balance,zip\n.5,1234\n100.10,0123\nlots,1\n1.234,2\n12345,3\n7.000,4\n.00,5\n"
    checked = rows.check(content, text, given)
    assert (checked.failures, checked.lines("large"), checked.lines("misfits")) == ({}, [3], [4, 5, 6])
    assert [reason for _, reason in checked.said["told"].values()] == [
        "Decimal('0.50') '1234'",
        "Decimal('100.10') '0123'",
        "None '1'",
        "None '2'",
        "None '3'",
        "Decimal('7.00') '4'",
        "Decimal('0.00') '5'",
    ]
