from __future__ import annotations

import itertools

import pytest

from customer_data.columns.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    TIMESTAMP,
    TIMESTAMPTZ,
    ColumnType,
    from_catalog,
    holds,
    new_numeric,
    numeric,
    unify,
    varchar,
    varchar_with_headroom,
)

SMALLINT, INTEGER, REAL = ColumnType("smallint"), ColumnType("integer"), ColumnType("real")
GERMAN_DATE = ColumnType("date", format="DD.MM.YYYY")
ALL_TYPES = [
    SMALLINT, INTEGER, BIGINT, numeric(18, 4), numeric(38, 10), numeric(38, 0), REAL, DOUBLE, BOOLEAN, DATE,
    TIMESTAMP, TIMESTAMPTZ, GERMAN_DATE, varchar(8), varchar(64), varchar(65_535), ColumnType("char", length=12),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data_type", "length", "precision", "scale", "expected"),
    [
        ("character varying", 256, None, None, varchar(256)),
        ("character", 3, None, None, ColumnType("char", length=3)),
        ("bigint", None, 64, 0, BIGINT),
        ("INT4", None, 32, 0, INTEGER),
        ("numeric", None, 18, 4, numeric(18, 4)),
        ("decimal", None, 38, 0, numeric(38, 0)),
        ("double precision", None, 53, None, DOUBLE),
        ("bool", None, None, None, BOOLEAN),
        ("timestamp without time zone", None, None, None, TIMESTAMP),
        ("timestamp with time zone", None, None, None, TIMESTAMPTZ),
        ("super", None, None, None, ColumnType("super")),
    ],
)
def test_the_catalogs_spelling_becomes_the_manuals(
    data_type: str, length: int | None, precision: int | None, scale: int | None, expected: ColumnType
) -> None:
    assert from_catalog(data_type, length, precision, scale) == expected


@pytest.mark.parametrize(
    ("target", "staged"),
    [
        (BIGINT, varchar(8)),
        (SMALLINT, INTEGER),
        (numeric(18, 4), BIGINT),
        (numeric(18, 4), numeric(18, 5)),
        (BIGINT, numeric(18, 0)),
        (DOUBLE, BIGINT),
        (DOUBLE, numeric(18, 4)),
        (REAL, DOUBLE),
        (DATE, TIMESTAMP),
        (TIMESTAMP, TIMESTAMPTZ),
        (TIMESTAMPTZ, TIMESTAMP),
        (DATE, GERMAN_DATE),
        (GERMAN_DATE, DATE),
        (BOOLEAN, BIGINT),
        (varchar(8), BIGINT),
        (varchar(8), varchar(9)),
        (ColumnType("char", length=12), varchar(4)),
    ],
)
def test_a_type_does_not_hold_what_it_would_change(target: ColumnType, staged: ColumnType) -> None:
    assert not holds(target, staged)


@pytest.mark.parametrize(
    ("target", "staged"),
    [
        (BIGINT, SMALLINT),
        (numeric(38, 4), BIGINT),
        (numeric(38, 10), numeric(18, 4)),
        (DOUBLE, INTEGER),
        (DOUBLE, numeric(15, 4)),
        (DOUBLE, REAL),
        (TIMESTAMP, DATE),
        (varchar(32), BIGINT),
        (varchar(64), numeric(38, 10)),
        (varchar(32), TIMESTAMPTZ),
        (ColumnType("char", length=12), DATE),
    ],
)
def test_a_wider_type_holds_a_narrower_one(target: ColumnType, staged: ColumnType) -> None:
    assert holds(target, staged)


@pytest.mark.parametrize(("a", "b"), list(itertools.product(ALL_TYPES, ALL_TYPES)))
def test_unified_types_hold_both_in_either_order(a: ColumnType, b: ColumnType) -> None:
    unified = unify(a, b)
    assert holds(unified, a)
    assert holds(unified, b)
    assert unify(b, a) == unified


def test_integers_and_decimals_unify_to_numeric_and_what_has_no_common_type_to_text() -> None:
    assert unify(BIGINT, numeric(18, 4)) == numeric(38, 4)
    assert unify(DATE, TIMESTAMP) == TIMESTAMP
    assert unify(DATE, BOOLEAN) == varchar(32)
    assert unify(TIMESTAMP, TIMESTAMPTZ) == varchar(32)


@pytest.mark.parametrize(
    ("before_point", "after_point", "type"),
    [
        (1, 1, numeric(18, 4)),
        (0, 4, numeric(18, 4)),
        (14, 4, numeric(18, 4)),
        (15, 4, numeric(38, 4)),
        (1, 8, numeric(18, 8)),
        (10, 8, numeric(18, 8)),
        (11, 8, numeric(38, 8)),
        (1, 9, numeric(38, 9)),
        (20, 1, numeric(38, 4)),
        (34, 0, numeric(38, 4)),
        (35, 0, None),
        (38, 0, None),
        (20, 18, numeric(38, 18)),
        (21, 18, None),
        (1, 37, numeric(38, 37)),
        (0, 37, numeric(38, 37)),
        (0, 38, None),
    ],
)
def test_a_new_numeric_has_room_on_both_sides_of_the_point(
    before_point: int, after_point: int, type: ColumnType | None
) -> None:
    assert new_numeric(before_point, after_point) == type


@pytest.mark.parametrize(
    ("max_bytes", "length"), [(0, 32), (16, 32), (17, 64), (100, 256), (40_000, 65_535), (65_535, 65_535)]
)
def test_a_new_varchar_has_room_for_twice_the_longest_value(max_bytes: int, length: int) -> None:
    assert varchar_with_headroom(max_bytes) == varchar(length)
