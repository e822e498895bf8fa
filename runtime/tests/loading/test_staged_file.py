"""Which staged files are loaded together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import BIGINT, DATE, TIMESTAMP, TIMESTAMPTZ, ColumnType, varchar
from customer_data.files.manifest import SourceFile
from customer_data.loading.staged_file import StagedFile, groups


def column(name: str, column_type: ColumnType = BIGINT, **changes: object) -> StagedColumn:
    staged = StagedColumn(name, name, column_type, max_bytes=3, is_new=name != "name")
    return replace(staged, **changes)  # type: ignore[arg-type]


def staged(*columns: StagedColumn, number: int = 0) -> StagedFile:
    file = SourceFile(f"{number:064}", "b", f"{number}.csv", None, "e", 1, None, "2024-01-01T00:00:00Z")
    return StagedFile(file, columns=columns)


def test_consecutive_files_with_the_same_columns_are_one_group() -> None:
    a, b, c, d = (
        staged(column("age"), number=1),
        staged(column("age"), number=2),
        staged(column("city"), number=3),
        staged(column("age"), number=4),
    )

    assert groups([a, b, c, d]) == [(a, b), (c,), (d,)]


@pytest.mark.parametrize(
    "other",
    [
        (column("name", varchar(32)), column("age")),
        (column("age", is_new=False), column("name", varchar(32))),
        (column("age", replace(DATE, format="DD/MM/YYYY")), column("name", varchar(32))),
        (column("age", rescue_for="name"), column("name", varchar(32))),
        (column("age", grown_from=ColumnType("integer")), column("name", varchar(32))),
    ],
    ids=["order", "already there", "date format", "rescue", "growth"],
)
def test_files_that_are_copied_or_cast_differently_are_two_groups(other: tuple[StagedColumn, ...]) -> None:
    assert len(groups([staged(column("age"), column("name", varchar(32))), staged(*other)])) == 2


def test_times_with_and_without_a_zone_are_two_groups_though_both_are_staged_without() -> None:
    assert len(groups([staged(column("seen", type)) for type in (TIMESTAMP, TIMESTAMPTZ)])) == 2
