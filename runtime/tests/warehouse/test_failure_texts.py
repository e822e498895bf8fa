"""What a failed statement leads to: a file is moved away only for what it contains."""

from __future__ import annotations

import pytest

from customer_data.warehouse.failure_texts import (
    is_about_values,
    is_conflict,
    is_load_error,
    is_type_change_refused,
    without_values,
)


@pytest.mark.parametrize(
    "message",
    [
        "ERROR: Invalid digit, Value 'x', Pos 0, Type: Long",
        'ERROR: invalid input syntax for type bigint: "poison"',
        'ERROR: invalid input syntax for type bigint: "permission denied, timeout"',
        "ERROR: Invalid value for boolean",
        'ERROR: invalid hexadecimal digit: "s"',
        "ERROR: Invalid date format - length must be 10 or more",
        "ERROR: Numeric data overflow (result precision)",
        "ERROR: Value out of range for 4 bytes.",
        "ERROR: value too long for type character varying(32)",
        'ERROR: date/time field value out of range: "2024-13-01"',
        "ERROR: Cannot insert a NULL value into column city",
        "ERROR: Cannot insert a NULL value into column memory",
        'ERROR: null value in column "city" of relation "customers" violates not-null constraint',
        "ERROR: String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: e9 (error 3)",
        "ERROR: Spectrum Scan Error. File 'https://s3/x.parquet' has an incompatible Parquet schema",
        "ERROR: Spectrum Scan Error DETAIL: File https://s3/limit-timeout/x.parquet has an incompatible Parquet schema",
        "ERROR: Spectrum Scan Error DETAIL: The length of the data column name is longer than the length defined in"
        " the table. Table: 32, Data: 40",
    ],
)
def test_values_that_do_not_fit_are_the_files_fault(message: str) -> None:
    assert is_about_values(message)


@pytest.mark.parametrize(
    "message",
    [
        "ERROR: S3ServiceException:Access Denied,Status 403,Error AccessDenied",
        "ERROR: User arn:aws:redshift:... is not authorized to assume IAM Role",
        "ERROR: The security token included in the request is invalid",
        "ERROR: permission denied for relation customers",
        "ERROR: Disk Full",
        "ERROR: Query cancelled on user's request",
        "ERROR: the cluster is restarting",
        "ERROR: Spectrum Scan Error DETAIL: error: Spectrum Scan Error code: 15001 context: An internal error occurred"
        " while scanning: S3 Query Exception (Fetch)",
        "ERROR: S3 Query Exception (Fetch). Task failed due to an internal error. invalid value",
        "ERROR: S3ServiceException: S3 HTTP response code 500, InternalError",
        "ERROR: HTTP response error code: 503 Message: SlowDown Please reduce your request rate",
        "ERROR: Load into table 'customers' failed. S3ServiceException: SlowDown",
        "ERROR: Load into table 't' failed. Check 'sys_load_error_detail' system table for details.",
        "ERROR: The query exceeds available memory",
        "ERROR: Query reached usage limit: value out of range",
        "ERROR: The request exceeds usage limit of the workgroup",
        "ERROR: KMS.DisabledException: arn:aws:kms:us-east-1:123456789012:key/1 is disabled; invalid value",
        "ERROR: Invalid operation: the table was dropped",
        "ERROR: cannot set an identity column to a value",
    ],
)
def test_everything_else_is_the_warehouses(message: str) -> None:
    assert not is_about_values(message)


@pytest.mark.parametrize(
    "message",
    [
        "ERROR: deadlock detected",
        "ERROR: 1023 DETAIL: Serializable isolation violation on table in Redshift",
        "ERROR:1023",
        "error code: 1023",
    ],
)
def test_another_transaction_in_the_way_is_a_conflict(message: str) -> None:
    assert is_conflict(message)


@pytest.mark.parametrize(
    "message",
    [
        'ERROR: invalid input syntax for type bigint: "deadlock 1023"',
        "ERROR: Invalid digit, Value '1', Pos 0, Type: Long, 'could not serialize'",
        "ERROR: Invalid digit, Value 1023, Pos 0, Type: Long",
        "ERROR: value too long for type character varying(1023)",
        "ERROR: 10234",
    ],
)
def test_a_value_that_reads_like_a_conflict_is_none(message: str) -> None:
    assert not is_conflict(message)


@pytest.mark.parametrize(
    "message",
    [
        'ERROR: cannot alter column "name" of relation "customers", column encoding type text255 doesn\'t support the'
        " alter",
        "ERROR: cannot alter type of a column used by a view or rule",
        'ERROR: cannot alter column "name" of relation "customers", target column size should be different',
        'ERROR: target data type "varchar" is not supported',
        "ERROR: ALTER COLUMN TYPE is not supported for a column with a default value",
        'ERROR: cannot alter type of column "name": it is part of a UNIQUE constraint',
    ],
)
def test_a_refused_type_change_is_told_by_its_text(message: str) -> None:
    assert is_type_change_refused(message)


@pytest.mark.parametrize(
    "message",
    [
        "ERROR: must be owner of relation customers",
        "ERROR: permission denied for relation customers; cannot alter column name",
        "ERROR: Query cancelled on user's request",
        "ERROR: cannot alter type of column name: an internal error occurred",
        "ERROR: Query (1) cancelled by WLM abort action, statement timeout",
        "ERROR: the request exceeds usage limit",
        "ERROR: the warehouse does not want to",
    ],
)
def test_a_type_change_that_failed_for_another_reason_is_not_refused(message: str) -> None:
    assert not is_type_change_refused(message)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('ERROR: invalid input syntax for type bigint: "a"b', "ERROR: invalid input syntax for type bigint: …b"),
        (
            "ERROR: Invalid digit, Value 's', Pos 0, Type: Long\n  Detail: code: 1207 context: secret\nof two lines",
            "ERROR: Invalid digit, Value …, Pos 0, Type: Long\n  Detail: code: 1207 context: …",
        ),
        (
            'ERROR: null value in column "city" of relation "customers" violates not-null constraint',
            'ERROR: null value in column "city" of relation "customers" violates not-null constraint',
        ),
        (
            'ERROR: invalid input syntax for type date: "it\'s "column "secret" not"',
            "ERROR: invalid input syntax for type date: …",
        ),
        ('ERROR: syntax error at or near "TABEL"', 'ERROR: syntax error at or near "TABEL"'),
    ],
)
def test_values_are_not_repeated(message: str, said: str) -> None:
    assert without_values(message) == said


def test_a_load_error_is_one_of_a_row() -> None:
    assert is_load_error("ERROR: Load into table 't' failed. Check 'sys_load_error_detail' system table for details.")
    assert not is_load_error("ERROR: Load into table 't' failed. S3ServiceException: SlowDown")
