"""Rejected records, whatever they come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from folder_s3 import FolderS3

from customer_data.files.manifest import SourceFile
from customer_data.records.rejected import RejectedRecords
from customer_data.records.rejections import Rejections, RowError

Record = tuple[int | None, dict[str, str | None], tuple[RowError, ...]]

CHANGES = SourceFile("0" * 64, "staging", "cdc/crm/orders/1.parquet", "v1", "etag", 1, None, "2024-01-01T00:00:00Z")
NO_KEY = RowError("primary_key", "null_key", "the key id is empty", "id")
ODD = RowError("range", "too_high", "qty is '900'", "qty", "900", warning=True)


def record(line: int | None, fields: dict[str, str | None], *errors: RowError) -> Record:
    return line, fields, errors


def rejected(*given: Record, keep: bool = False) -> RejectedRecords:
    records = RejectedRecords(CHANGES, "run-1", keep=keep)
    records.add(Rejections.of(given))
    return records


def written(records: RejectedRecords, tmp_path: Path) -> list[dict[str, Any]]:
    s3 = FolderS3(tmp_path)
    records.upload(s3, "rejected.jsonl")  # type: ignore[arg-type]
    return [json.loads(line) for line in s3.get_object(Bucket="staging", Key="rejected.jsonl")["Body"]]


def test_a_record_without_a_line_has_the_one_shape(tmp_path: Path) -> None:
    with rejected(record(None, {"id": None, "qty": "900"}, ODD, NO_KEY), keep=True) as records:
        (entry,) = written(records, tmp_path)

    assert entry == {
        "record": {"id": None, "qty": "900"},
        "source": {"bucket": "staging", "key": "cdc/crm/orders/1.parquet", "version": "v1"},
        "line": None,
        "errors": [
            {"rule": "range", "code": "too_high", "reason": "qty is '900'", "severity": "warning"},
            {"rule": "primary_key", "code": "null_key", "reason": "the key id is empty", "severity": "error"},
        ],
        "run_id": "run-1",
        "at": entry["at"],
    }


def test_reasons_are_counted_by_rule_and_column_errors_first() -> None:
    other = RowError("column_type", "unfit_value", "'x' is not a value of a", "a", "x")
    found = [(2, (ODD, NO_KEY)), (3, (other,)), (4, (other,)), (5, (ODD,))]
    records = rejected(*(record(line, {}, *errors) for line, errors in found))

    assert [(reason.error.code, reason.rows, reason.line) for reason in records.reasons] == [
        ("unfit_value", 2, 3),
        ("null_key", 1, 2),
        ("too_high", 2, 2),
    ]
    assert records.reasons[0].summary() == {
        "rule": "column_type",
        "description": "A value is one of its column's type in the table: a",
        "rows": 2,
        "severity": "error",
    }
    assert "'x'" not in str([reason.summary() for reason in records.reasons])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (7, "line 7: the key id is empty (1 more records are rejected); do this"),
        (None, "the key id is empty (1 more records are rejected); do this"),
    ],
)
def test_a_fault_names_the_first_error_and_no_warning(line: int | None, reason: str) -> None:
    fault = rejected(record(line, {}, ODD, NO_KEY), record(9, {}, NO_KEY)).fault("do this")

    assert (fault.code, fault.reason, fault.line, fault.column) == ("null_key", reason, line, "id")


def test_a_fault_names_the_error_on_the_first_line_whatever_kind_it_is() -> None:
    other = RowError("column_type", "unfit_value", "'x' is not a value of a", "a", "x")
    fault = rejected(record(7, {}, NO_KEY), record(2, {}, other)).fault("do this")

    assert (fault.code, fault.line) == ("unfit_value", 2)


def test_one_choice_of_records_is_told_from_another_with_and_without_lines() -> None:
    def digest(*records: Record) -> str:
        return rejected(*records).digest

    one, two = record(None, {"id": "1"}, NO_KEY), record(None, {"id": "2"}, NO_KEY)
    assert digest(one) == digest(one) != digest(two)
    assert digest(record(2, {}, NO_KEY)) != digest(record(3, {}, NO_KEY))


def test_a_warning_alone_rejects_no_record() -> None:
    found, warned = Rejections.of([record(2, {}, ODD), record(3, {}, ODD, NO_KEY), record(4, {}, ODD)]).parted()
    assert (found.lines.to_pylist(), warned.lines.to_pylist()) == ([3], [2, 4])
    assert [(errors.known[0].code, errors.count) for errors in warned.errors] == [("too_high", 2)]


def test_records_of_two_kinds_come_in_the_order_of_their_lines_with_all_that_is_wrong(tmp_path: Path) -> None:
    broken = RowError("csv", "ragged", "3 fields")
    some = Rejections.of([record(2, {"id": "é"}, NO_KEY), record(9, {"id": '"'}, NO_KEY, ODD)])
    both = some.and_then(Rejections.of([record(5, {"id": None}, broken, broken)]))
    with RejectedRecords(CHANGES, "run-1", keep=True) as records:
        records.add(both)
        records.add(both.take(pa.array([1])))
        entries = written(records, tmp_path)

    codes = [[error["code"] for error in entry["errors"]] for entry in entries]
    assert [entry["line"] for entry in entries] == [2, 5, 9, 5]
    assert codes == [["null_key"], ["ragged", "ragged"], ["null_key", "too_high"], ["ragged", "ragged"]]
    assert [entry["record"]["id"] for entry in entries] == ["é", None, '"', None]
