"""Values of personal data for a report: what is wrong with one can be seen, what it was cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from customer_data.page.printable import UNSEEN, printable, printable_character

SHOWN_CHARACTERS = 100
"""Of a longer value a report shows the start, and its length."""

SIGNS = {
    "x X": "a letter from a to z",
    "ẍ Ẍ": "any other letter",
    "•": "a digit from 0 to 9",
    "◦": "any other number",
    "˙": "a combining mark, such as an accent",
    "◇": "a symbol or punctuation beyond ASCII",
    "␣": "a blank at the start or the end, or one of several",
    "␉": "a tab",
    "␊ ␍": "the end of a line",
    "[U+…]": "the code of a character that cannot be seen",
    "�": "a character that is broken, private or unassigned",
}
"""What stands in a masked value, and for what. For other control characters stand their pictures, such as ␀."""

_PLACEHOLDERS = frozenset(
    ("N/A", "n/a", "#N/A", "NULL", "null", "\\N", "NaN", "undefined", "unknown", "UNKNOWN", "TBD")
)

_TELLING_BLANKS = re.compile(r"^ +| +$| {2,}")


def mask(value: str | None) -> str | None:
    """The shape of a value: no letter and no digit of it is left, its length, cases and punctuation are.

    Each character becomes one sign (`SIGNS`), however short the value is: `Zoë-Ann` becomes `Xxẍ-Xxx`, `+44 20 7946`
    becomes `+•• •• ••••`, `j.doe@@mail` becomes `x.xxx@@xxxx`. ASCII punctuation and single blanks stay. Blanks that
    matter, control characters and unseen characters become visible: ` a` is `␣x`, a tab `␉`, a zero-width space
    `[U+200B]`. Past SHOWN_CHARACTERS the value is cut, and ends with `… (its length in characters)`.

    Words that are written in place of a value (`N/A`, `NULL`, `unknown`) are no one's data and stay, and so do None and
    the empty text. Where the length alone says the value (male, female), the shape says it too.
    """
    if value is None or value in _PLACEHOLDERS:
        return value
    signs = "".join(map(_sign, value[:SHOWN_CHARACTERS]))
    return _blanks_shown(signs) + _cut(value)


def kind_of_text(value: str) -> str:
    """What a value consists of, where a message has no room for its shape: `text of letters and digits`."""
    if not value or value in _PLACEHOLDERS:
        return repr(value) if value else "the empty text"
    kinds = list(dict.fromkeys(map(_kind_of_character, value)))
    return f"text of {' and '.join(filter(None, (', '.join(kinds[:-1]), kinds[-1])))}"


def _kind_of_character(character: str) -> str:
    if ord(character) in UNSEEN:
        return "unseen characters"
    kinds = {"L": "letters", "M": "letters", "N": "digits", "Z": "blanks", "P": "punctuation", "S": "punctuation"}
    return kinds.get(unicodedata.category(character)[0], "unseen characters")


def mask_record(record: Mapping[str, object], unmasked: Collection[str] = ()) -> dict[str, str | None]:
    """The record's values as text, masked but for the columns `unmasked`, which are only cut and made visible."""
    texts = {column: None if value is None else str(value) for column, value in record.items()}
    return {column: _plain(text) if column in unmasked else mask(text) for column, text in texts.items()}


def signs_in(text: str) -> list[tuple[str, str]]:
    """Those of SIGNS that the text has, each with its meaning."""
    return [item for item in SIGNS.items() if any(part.removesuffix("…]") in text for part in item[0].split())]


def _plain(value: str | None) -> str | None:
    return None if value is None else _blanks_shown(printable(value[:SHOWN_CHARACTERS])) + _cut(value)


def _cut(value: str) -> str:
    return f"… ({len(value):,} characters)" if len(value) > SHOWN_CHARACTERS else ""


def _sign(character: str) -> str:
    if character.isascii():
        if character.isalpha():
            return "X" if character.isupper() else "x"
        return "•" if character.isdigit() else printable_character(character)
    if ord(character) in UNSEEN:
        return printable_character(character)
    category = unicodedata.category(character)
    if category in ("Lu", "Lt"):
        return "Ẍ"
    # Punctuation beyond ASCII is not left as it is: names in UTF-8 that were read as Windows-1252 consist of it.
    return {"L": "ẍ", "N": "◦", "M": "˙", "P": "◇", "S": "◇"}.get(category[0], "�")


def _blanks_shown(text: str) -> str:
    return _TELLING_BLANKS.sub(lambda blanks: "␣" * len(blanks[0]), text)
