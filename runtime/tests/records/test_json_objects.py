from __future__ import annotations

import json

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_data.records.json_objects import json_objects

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def test_what_lies_under_a_null_is_not_looked_at() -> None:
    offsets = pa.array([0, 1], pa.int32()).buffers()[1]
    quote_and_null = pa.StringArray.from_buffers(1, offsets, pa.py_buffer(b'"'), pa.py_buffer(b"\x00"))
    assert json_objects(["a"], [quote_and_null]).to_pylist() == ['{"a": null}']
    later = pa.concat_arrays([quote_and_null, pa.array(['"'])])
    assert json_objects(["a"], [later]).to_pylist() == ['{"a": null}', r'{"a": "\""}']
    assert json_objects(["a"], [later.slice(1)]).to_pylist() == [r'{"a": "\""}']


@settings(deadline=None)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=9), name=st.text(min_size=1, max_size=5))
def test_rows_become_the_objects_that_json_makes_of_them(rows: list[tuple[str | None, str | None]], name: str) -> None:
    names = [name, f"{name}2"]
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(2)]

    expected = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows]
    assert json_objects(names, columns).to_pylist() == expected
