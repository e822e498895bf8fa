"""Random files of random types end in the same table whatever the batching and wherever runs are killed, and the
table has every value of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from fuse import Fuse, Killed, loader_of
from histories import KEY, SEQUENCE, History, Kill, Loaded, expected_rows, histories, meant, stored_value
from hypothesis import HealthCheck, Phase, given, settings
from near import nearer
from world import LANDING, World

from customer_data.csv.format import CsvFormat
from customer_data.loading.file_result import FileResult
from customer_data.loading.settings import RowErrorPolicy, SchemaContract

RESCUE = "__as_varchar"


@pytest.fixture
def near(world: World, postgres_url: str) -> World:
    return nearer(world, postgres_url)


EXAMPLES = 20
_SETTINGS = settings(
    deadline=None, print_blob=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


# To look for a smaller history takes minutes, and is left to the many.
@settings(_SETTINGS, max_examples=EXAMPLES, derandomize=True, phases=[Phase.generate])
@given(history=histories())
def test_a_history_ends_in_the_same_table_whatever_the_batching(near: World, history: History) -> None:
    check(near, history)


@pytest.mark.full
@settings(_SETTINGS, max_examples=10 * EXAMPLES)
@given(history=histories())
def test_many_histories_end_in_the_same_table_whatever_the_batching(near: World, history: History) -> None:
    check(near, history)


def check(world: World, history: History) -> None:
    count = len(history.files)
    results = load(world, history, [(1, None)] * count)
    one_by_one = ending(world)
    if one_by_one["columns"]:
        check_values(world, history, results)
    load(world, history, [(count, None)])
    assert ending(world) == one_by_one, "all in one run"
    load(world, history, history.batches)
    assert ending(world) == one_by_one, "in several runs, some of them killed"


def load(world: World, history: History, batches: Sequence[tuple[int, Kill | None]]) -> list[FileResult]:
    """Loads the files into a new table, so many in each run. After a killed run comes another with its manifest."""
    world.schema = world.new_schema()
    if history.table:
        world.admin.execute(f'CREATE TABLE "{world.schema}".customers ({", ".join(history.table)})')
    files = [world.put(f"{number}.csv", *file.lines) for number, file in enumerate(history.files)]
    options: dict[str, Any] = {
        "schema_contract": SchemaContract(history.contract),
        "row_errors": RowErrorPolicy(history.row_errors),
        "sequence_column": SEQUENCE if history.sequence else None,
        "grow_up_to_rows": history.grow_up_to_rows,
        "csv": CsvFormat(date_formats=history.date_formats),
    }
    results: list[FileResult] = []
    for size, kill in batches:
        batch, files = files[:size], files[size:]
        if kill:
            with suppress(Killed):
                loader_of(world, Fuse(kill.step, after=kill.after), **options).load(batch)
        results += loader_of(world, Fuse(0, after=False), **options).load(batch)
    return results


def ending(world: World) -> dict[str, Any]:
    columns = world.admin.query(
        "SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale FROM svv_columns"
        f" WHERE table_schema = '{world.schema}' AND table_name = 'customers' ORDER BY ordinal_position"
    )
    return {
        "columns": columns,
        "rows": sorted(world.rows(), key=repr) if columns else [],
        "files": world.ledger("object_key, status, rows_read, rows_loaded, rows_rejected"),
    }


def check_values(world: World, history: History, results: Sequence[FileResult]) -> None:
    """Every value is in its column, as the number or time that its text says, or in the rescue column, as that text."""
    types = {str(name): str(type) for name, type, *_ in ending(world)["columns"]}
    loaded = [
        Loaded(file, rejected_lines(world, result), frozenset(result.columns_discarded))
        for file, result in zip(history.files, results, strict=True)
        if result.status == "loaded"
    ]
    expected = expected_rows(loaded, lambda column: types.get(column, "character varying"))
    found: dict[Any, dict[str, Any]] = {}
    for values in world.rows(", ".join(types)):
        row = dict(zip(types, values, strict=True))
        found[stored_value(types[KEY], row[KEY])] = row
    assert found.keys() == expected.keys()
    for key, wanted in expected.items():
        row = found[key]
        for column, text in wanted.items():
            value, rescued = row.get(column), row.get(column + RESCUE)
            if value is None or text is None:
                assert (value, rescued) == (None, text), f"{column} of {key!r}"
                continue
            assert rescued is None
            type = types[column]
            assert stored_value(type, value) == meant(type, text), f"{column} of {key!r}: {text!r} is {value!r}"


def rejected_lines(world: World, result: FileResult) -> frozenset[int]:
    if result.rejected_key is None:
        return frozenset()
    lines = world.s3.get_object(Bucket=LANDING, Key=result.rejected_key)["Body"].read().splitlines()
    return frozenset(json.loads(line)["line"] for line in lines)
