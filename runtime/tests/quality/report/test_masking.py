"""What a masked value still says, and what it must not."""

from __future__ import annotations

import random
import sys

import pytest

from customer_data.quality.report.masking import (
    SHOWN_CHARACTERS,
    SIGNS,
    kind_of_text,
    mask,
    mask_record,
    printable,
    signs_in,
)


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        # what people deliver
        ("jane.doe@example.org", "xxxx.xxx@xxxxxxx.xxx"),
        ("jane.doe@@example", "xxxx.xxx@@xxxxxxx"),
        ("+44 20 7946-0812", "+•• •• ••••-••••"),
        ("Anne-Marie O'Neil", "Xxxx-Xxxxx X'Xxxx"),
        ("1988-02-30", "••••-••-••"),
        ("-1.200,50", "-•.•••,••"),
        ("1e5", "•x•"),
        ("AB-1029", "XX-••••"),
        # short values are masked like all others
        ("M", "X"),
        ("7", "•"),
        ("Bo", "Xx"),
        ("J. R. R. T.", "X. X. X. X."),
        ("5-5-5", "•-•-•"),
        # nothing, and what is written for it
        (None, None),
        ("", ""),
        ("N/A", "N/A"),
        ("NULL", "NULL"),
        ("Null", "Xxxx"),  # a surname
        ("unknown person", "xxxxxxx xxxxxx"),
        # beyond a to z
        ("Zoë", "Xxẍ"),
        ("Ødegård", "Ẍxxxẍxx"),
        ("李小龙", "ẍẍẍ"),
        ("Иван", "Ẍẍẍẍ"),
        ("محمد", "ẍẍẍẍ"),
        ("हिन्दी", "ẍ˙ẍ˙ẍ˙"),
        ("Jose\u0301", "Xxxx˙"),
        ("٣½Ⅷ①", "◦◦◦◦"),
        ("O\u2019Brien", "X◇Xxxxx"),
        ("€5", "◇•"),
        ("👩\u200d💻", "◇[U+200D]◇"),
        ("\U0001d409\U0001d41a\U0001d427", "Ẍẍẍ"),  # mathematical letters
        ("Ⓙⓐⓝ", "◇◇◇"),
        # what cannot be seen
        (" a", "␣x"),
        ("a ", "x␣"),
        ("a b", "x x"),
        ("a  b", "x␣␣x"),
        ("   ", "␣␣␣"),
        ("a\tb\r\n", "x␉x␍␊"),
        ("\x00\x1b\x7f", "␀␛␡"),
        ("\ufeffid", "[U+FEFF]xx"),
        ("a\u00a0b", "x[U+00A0]x"),
        ("a\u202eb", "x[U+202E]x"),
        ("\ud800\ue000\U000e0041\x9c", "����"),
    ],
)
def test_shows_the_shape_of_a_value(value: str | None, masked: str | None) -> None:
    assert mask(value) == masked


def test_no_letter_and_no_symbol_survives_in_any_script() -> None:
    signs = {character for character in "".join(SIGNS) if not character.isascii()} | set("xX")
    kept = {chr(code) for code in range(0x80) if not chr(code).isalnum()}
    codes_of_unseen_characters = set("0123456789ABCDEFU+[]")
    for start in range(0, sys.maxunicode + 1, 64):
        characters = {chr(code) for code in range(start, start + 64)} - signs - kept
        masked = set(mask("".join(sorted(characters))) or "")
        assert not masked & characters, hex(start)
        assert masked <= signs | codes_of_unseen_characters, hex(start)


def test_a_name_read_in_the_wrong_encoding_cannot_be_put_back_together() -> None:
    masked = mask("ПАВЕЛ".encode().decode("latin-1"))
    assert masked is not None
    assert set(masked) <= {"Ẍ", "�", "ẍ", "◇", "◦"}


def test_values_of_one_shape_look_the_same() -> None:
    choose = random.Random(1)
    for length in range(1, 30):
        first, second = ("".join(choose.choices("abcxyz", k=length)) for _ in range(2))
        assert mask(first) == mask(second)
        assert mask(first.upper() + "1") == mask(second.upper() + "0")


def test_a_long_value_is_cut_and_says_how_long_it_was() -> None:
    assert mask("a" * SHOWN_CHARACTERS) == "x" * SHOWN_CHARACTERS
    assert mask("a" * 12_345) == "x" * SHOWN_CHARACTERS + "… (12,345 characters)"


def test_a_record_is_masked_but_for_the_columns_that_may_be_shown() -> None:
    record = {"name": "Jane", "country": " GB\t", "email": None, "note": "n" * 101, "age": 41}
    assert mask_record(record, unmasked=("country", "note", "email")) == {
        "name": "Xxxx",
        "country": "␣GB␉",
        "email": None,
        "note": "n" * 100 + "… (101 characters)",
        "age": "••",
    }


def test_all_columns_are_masked_unless_one_is_named() -> None:
    assert mask_record({"country": "GB"}) == {"country": "XX"}


def test_tells_which_signs_a_text_has() -> None:
    assert [sign for sign, _ in signs_in("Xxx\n+••[U+200B]␍")] == ["x X", "•", "␊ ␍", "[U+…]"]
    assert signs_in("+-") == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [("naïve 李 👍", "naïve 李 👍"), ("a\x00b\u202ec\ud800", "a␀b[U+202E]c�"), ("[U+202E]", "[U+202E]")],
)
def test_printable_text_has_nothing_that_changes_how_it_looks(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("soon", "text of letters"),
        ("Zoe\u0301", "text of letters"),
        ("12 EUR", "text of digits, blanks and letters"),
        ("007", "text of digits"),
        ("AB-1 €", "text of letters, punctuation, digits and blanks"),
        ("a\u200b", "text of letters and unseen characters"),
        ("\x00\ud800", "text of unseen characters"),
        ("N/A", "'N/A'"),
        ("", "the empty text"),
    ],
)
def test_what_a_text_is_of_is_said_in_words(value: str, kind: str) -> None:
    assert kind_of_text(value) == kind
