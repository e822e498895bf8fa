from __future__ import annotations

import json

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_data.records.json_objects import json_objects

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=9), name=st.text(min_size=1, max_size=5))
def test_rows_become_the_objects_that_json_makes_of_them(rows: list[tuple[str | None, str | None]], name: str) -> None:
    names = [name, f"{name}2"]
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(2)]

    expected = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows]
    assert json_objects(names, columns).to_pylist() == expected
