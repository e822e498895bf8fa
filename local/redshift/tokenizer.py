"""Redshift SQL as tokens: what is inside literals, quoted identifiers and comments is never taken for SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from local.redshift.errors import RedshiftError


class Kind(Enum):
    WORD = "word"
    QUOTED = "quoted identifier"
    STRING = "string"
    NUMBER = "number"
    PARAMETER = "parameter"
    SYMBOL = "symbol"


@dataclass(frozen=True)
class Token:
    """`text` is as written, `space` what stands before it, a comment being one blank."""

    kind: Kind
    text: str
    space: str = ""

    def is_word(self, *words: str) -> bool:
        return self.kind is Kind.WORD and self.text.lower() in words

    def is_symbol(self, *symbols: str) -> bool:
        return self.kind is Kind.SYMBOL and self.text in symbols

    @property
    def is_identifier(self) -> bool:
        return self.kind in (Kind.WORD, Kind.QUOTED)

    @property
    def name(self) -> str:
        """The identifier's name. Redshift folds ASCII letters, in double quotes too ("Names and identifiers")."""
        if self.kind is Kind.QUOTED:
            name = self.text[1:-1].replace('""', '"')
            return name if name.startswith(("IAM:", "IAMR:")) else _fold(name)
        return _fold(self.text)

    @property
    def string(self) -> str:
        """The value of a string literal, backslash escapes resolved as Redshift resolves them."""
        if self.text.startswith("$"):
            return self.text[self.text.index("$", 1) + 1 : self.text.rindex("$", 0, -1)]
        return _ESCAPE.sub(_unescape, self.text[1:-1])


_ESCAPE = re.compile(r"''|\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

_TOKEN = re.compile(
    r"""
    (?P<space>(?:\s|--[^\n]*(?:\n|$))+)
  | (?P<comment>/\*)
  | (?P<string>'(?:[^'\\]|''|\\.)*')
  | (?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
  | (?P<quoted>"(?:[^"]|"")+")
  | (?P<parameter>(?<![:\w]):[A-Za-z_][A-Za-z0-9_]*)
  | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>(?:[A-Za-z_\u0080-\U0010ffff]|\#(?=[A-Za-z_]))[A-Za-z0-9_$\u0080-\U0010ffff]*)
  | (?P<symbol>::|<=|>=|<>|!=|\|\||[^\s\w'"])
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {
    "string": Kind.STRING,
    "dollar": Kind.STRING,
    "quoted": Kind.QUOTED,
    "parameter": Kind.PARAMETER,
    "number": Kind.NUMBER,
    "word": Kind.WORD,
    "symbol": Kind.SYMBOL,
}


def tokenize(sql: str) -> list[Token]:
    """Splits one statement; a semicolon at its end is dropped. Raises RedshiftError on an unterminated literal."""
    tokens: list[Token] = []
    position, space = 0, ""
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        if match is None:
            what = {"'": "quoted string", '"': "quoted identifier"}.get(sql[position])
            raise RedshiftError(
                f'unterminated {what} at or near "{sql[position : position + 40]}"'
                if what
                else f'syntax error at or near "{sql[position]}"'
            )
        group = str(match.lastgroup if match.lastgroup != "tag" else "dollar")
        position = match.end()
        if group == "comment":
            position = _end_of_comment(sql, position)
            space += " "
        elif group == "space":
            space += "\n" if "\n" in match[0] else " "
        else:
            tokens.append(Token(_KINDS[group], match[0], space))
            space = ""
    while tokens and tokens[-1].is_symbol(";"):
        tokens.pop()
    if any(token.is_symbol(";") for token in tokens):
        raise RedshiftError("cannot insert multiple commands into a prepared statement")
    return tokens


def render(tokens: Iterable[Token]) -> str:
    return "".join(token.space + token.text for token in tokens).strip()


def closing(tokens: Sequence[Token], opening: int) -> int:
    """Index of the parenthesis that closes the one at `opening`."""
    depth = 0
    for index in range(opening, len(tokens)):
        if tokens[index].is_symbol("("):
            depth += 1
        elif tokens[index].is_symbol(")"):
            depth -= 1
            if depth == 0:
                return index
    raise RedshiftError("syntax error at end of input: a parenthesis is not closed")


def split_by_comma(tokens: Sequence[Token]) -> list[list[Token]]:
    """The parts between commas that are in no parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.is_symbol("(") - token.is_symbol(")")
        if depth == 0 and token.is_symbol(","):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def starts_with(tokens: Sequence[Token], *words: str) -> bool:
    return len(tokens) >= len(words) and all(token.is_word(word) for token, word in zip(tokens, words, strict=False))


def _end_of_comment(sql: str, position: int) -> int:
    depth = 1
    while depth:
        match = re.compile(r"/\*|\*/").search(sql, position)
        if match is None:
            raise RedshiftError("unterminated /* comment")
        depth += 1 if match[0] == "/*" else -1
        position = match.end()
    return position


def _fold(name: str) -> str:
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name)


def _unescape(match: re.Match[str]) -> str:
    escaped = match[1]
    if escaped is None:
        return "'"
    if escaped[0] in "01234567":
        return chr(int(escaped, 8))
    return _ESCAPED.get(escaped, escaped)
