"""Characters that nobody sees, made visible."""

from __future__ import annotations

#: Characters that nobody sees and that break rules: no-break and other blanks, the soft hyphen, zero-width characters,
#: direction marks, the byte order mark. Only these are named by their code: others could spell a text, as tags do.
UNSEEN = frozenset(
    (0x00A0, 0x00AD, 0x1680, *range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x206A), 0x3000, 0xFEFF)
)


def printable(text: str) -> str:
    """The text with pictures or codes for the characters that have no shape of their own or change that of others."""
    return text if text.isprintable() else "".join(map(printable_character, text))


def printable_character(character: str) -> str:
    code = ord(character)
    if character.isprintable():
        return character
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode's block Control Pictures
    if code == 0x7F:
        return "␡"
    return "�" if 0xD800 <= code <= 0xDFFF else f"[U+{code:04X}]"  # half a surrogate pair is not text
