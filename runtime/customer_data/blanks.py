"""Blanks and other characters that nobody sees, at the edges of a text: spaces of any width, tabs, line breaks, control
and format characters, such as the no-break space and the zero-width space."""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Z, Cc and Cf are the Unicode standard's general categories of separators, control and format characters.
_BLANK = r"[\p{Z}\p{Cc}\p{Cf}]"
_IS_SEEN = np.zeros(256, dtype=bool)
_IS_SEEN[0x21:0x7F] = True


def blank_at_edge(values: pa.StringArray) -> pa.BooleanArray | None:
    """Which values begin or end with a blank; None if none does."""
    if _all_edges_are_ascii(values):
        return None
    found = pc.fill_null(pc.match_substring_regex(values, f"^{_BLANK}|{_BLANK}$"), False)
    return found if pc.any(found).as_py() else None


def trim_values(values: pa.StringArray) -> pa.StringArray:
    if _all_edges_are_ascii(values):
        return values
    return pc.replace_substring_regex(values, f"^{_BLANK}+|{_BLANK}+$", "")


def trim_text(text: str) -> str:
    begin, end = 0, len(text)
    while begin < end and _is_blank(text[begin]):
        begin += 1
    while begin < end and _is_blank(text[end - 1]):
        end -= 1
    return text[begin:end]


def blank_named(text: str) -> str:
    """`ends in U+00A0`, or `begins with` it."""
    if _is_blank(text[-1]):
        return f"ends in U+{ord(text[-1]):04X}"
    return f"begins with U+{ord(text[0]):04X}"


def _is_blank(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("Z") or category in ("Cc", "Cf")


def _all_edges_are_ascii(values: pa.StringArray) -> bool:
    """Whether each value begins and ends with a character of ASCII that is seen, as almost all do."""
    _, offsets, data = values.buffers()
    if not len(values) or data is None:
        return True
    ends = np.frombuffer(offsets, dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    filled = ends[1:] > ends[:-1]
    text = np.frombuffer(data, dtype=np.uint8)
    return bool(_IS_SEEN[text[ends[:-1][filled]]].all() and _IS_SEEN[text[ends[1:][filled] - 1]].all())
