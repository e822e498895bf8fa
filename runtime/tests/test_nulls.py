from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_data.nulls import only


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(st.none() | st.booleans(), st.none() | st.text(max_size=4)), max_size=8),
    start=st.integers(0, 4),
)
def test_a_slice_keeps_its_texts(rows: list[tuple[bool | None, str | None]], start: int) -> None:
    marked = pa.array([mark for mark, _ in rows], pa.bool_()).slice(start)
    kept = only(marked, pa.array([text for _, text in rows], pa.string()).slice(start))

    kept.validate(full=True)
    assert kept.to_pylist() == [text if mark else None for mark, text in rows[start:]]
