from __future__ import annotations

import unicodedata

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_data.blanks import blank_at_edge, blank_named, trim_text, trim_values

TEXTS = st.text(st.sampled_from("aé \t\u00a0\u200b\ufeff\u3000\u0085😀"), max_size=5) | st.none()


@given(st.lists(TEXTS, max_size=8), st.integers(0, 3))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_arrays_are_trimmed_as_texts_are(texts: list[str | None], start: int) -> None:
    values, texts = pa.array(texts, pa.string())[start:], texts[start:]
    trimmed = [None if text is None else trim_text(text) for text in texts]
    found = blank_at_edge(values)

    assert trim_values(values).to_pylist() == trimmed
    assert (found.to_pylist() if found else [False] * len(texts)) == [
        text != bare for text, bare in zip(texts, trimmed, strict=True)
    ]


def test_every_character_of_the_categories_is_a_blank() -> None:
    blanks = [
        character
        for character in map(chr, range(0x3100))
        if unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc", "Cf")
    ]
    values = pa.array([f"{blank}a{blank}" for blank in blanks])
    assert set(trim_values(values).to_pylist()) == {"a"}


def test_a_blank_is_named_by_its_number() -> None:
    assert blank_named("A1\u00a0") == "ends in U+00A0"
    assert blank_named("\u200bA1") == "begins with U+200B"
