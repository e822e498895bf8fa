"""Rows of text columns as JSON objects, made column by column: most rows of a file may be bad."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

to_json = json.JSONEncoder(ensure_ascii=False).encode


def json_objects(names: Sequence[str], columns: Sequence[pa.StringArray]) -> pa.StringArray:
    """One object for each row: name to text or null."""
    pieces: list[pa.StringArray | str] = []
    for name, values in zip(names, columns, strict=True):
        pieces += [f"{', ' if pieces else '{'}{to_json(name)}: ", _json_texts(values)]
    return pc.binary_join_element_wise(*pieces, "}", "")


def _json_texts(values: pa.StringArray) -> pa.StringArray:
    quoted = pc.binary_join_element_wise('"', values, '"', "")
    special = pc.fill_null(pc.match_substring_regex(values, r'["\\\x00-\x1f]'), False)
    if pc.any(special).as_py():
        escaped = [to_json(value) for value in values.filter(special).to_pylist()]
        quoted = pc.replace_with_mask(quoted, special, pa.array(escaped))
    return pc.fill_null(quoted, "null")
