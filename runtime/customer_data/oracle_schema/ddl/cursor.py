"""A place among the tokens of a statement, and what can be read there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from customer_data.errors import CustomerDataError
from customer_data.oracle_schema.ddl.tokens import Token

Name = tuple[str, str]
"""The owner and the name of an object."""


class NotRead(CustomerDataError):
    """What stands at a place is not what has to stand there; `start` is the place in the text, where it is known."""

    def __init__(self, reason: str, start: int | None = None) -> None:
        super().__init__(reason)
        self.start = start


_END = Token("symbol", "", "", -1, -1, False)


class Cursor:
    """Reads tokens from `at` up to `end`, of which a group in parentheses has its own."""

    def __init__(self, source: str, tokens: Sequence[Token], at: int = 0, end: int | None = None) -> None:
        self.source = source
        self._tokens = tokens
        self.at = at
        self.end = len(tokens) if end is None else end

    @property
    def is_ended(self) -> bool:
        return self.at >= self.end

    @property
    def start(self) -> int:
        """Where in the text the next token stands."""
        return self._tokens[min(self.at, len(self._tokens) - 1)].start

    def peek(self, further: int = 0) -> Token:
        at = self.at + further
        return self._tokens[at] if at < self.end else _END

    def word(self, further: int = 0) -> str:
        return self.peek(further).word

    def follows(self, *words: str) -> bool:
        if self.is_ended or self._tokens[self.at].word != words[0]:
            return False  # first, because it nearly always says it
        return all(self.word(further) == word for further, word in enumerate(words))

    def take(self, *words: str) -> bool:
        """All of the words, one after the other."""
        if not self.follows(*words):
            return False
        self.at += len(words)
        return True

    def take_one(self, *words: str) -> str:
        """One of the words; empty if none of them is next."""
        word = self.word()
        if word not in words:
            return ""
        self.at += 1
        return word

    def take_symbol(self, symbol: str) -> bool:
        found = self.peek().is_symbol(symbol)
        self.at += found
        return found

    def expect(self, *words: str) -> None:
        if not self.take(*words):
            raise self.not_read(" ".join(words))

    def next(self) -> Token:
        token = self.peek()
        if token is _END:
            raise self.not_read("more")
        self.at += 1
        return token

    def name(self) -> str:
        token = self.peek()
        if token.kind == "variable":
            raise NotRead(f"no DEFINE says what {token.text.rstrip('.')} is", token.start)
        if token.name is None:
            raise self.not_read("a name")
        self.at += 1
        return token.name

    def names(self) -> list[str]:
        """A name, behind those that qualify it."""
        found = [self.name()]
        while self.take_symbol("."):
            found.append(self.name())
        return found

    def qualified(self, owner: str) -> Name:
        """`owner` is that of a name without one."""
        start = self.start
        found = self.names()
        if len(found) > 2:
            raise NotRead(f"{'.'.join(found)} has more parts than an owner and a name", start)
        return (found[0], found[1]) if len(found) == 2 else (owner, found[0])

    def column_names(self) -> tuple[str, ...]:
        """A list in parentheses."""
        return tuple(item.name() for item in self.group().items())

    def is_group(self) -> bool:
        return self.peek().is_symbol("(")

    def group(self) -> Cursor:
        """What stands in the parentheses that open here."""
        if not self.is_group():
            raise self.not_read("(")
        opened = self.at
        self.skip_one()
        return self.between(opened + 1, self.at - 1)

    def between(self, at: int, end: int) -> Cursor:
        return Cursor(self.source, self._tokens, at, end)

    def skip_one(self) -> None:
        """A token, or all that stands in parentheses."""
        depth = 0
        start = self.start
        while not self.is_ended:
            token = self.next()
            depth += token.is_symbol("(") - token.is_symbol(")")
            if depth <= 0:
                return
        raise NotRead("a parenthesis is not closed", start)

    def skip_all(self) -> None:
        self.at = self.end

    def items(self) -> Iterator[Cursor]:
        """What the commas separate, from here to the end."""
        while not self.is_ended:
            start = self.at
            while not self.is_ended and not self.peek().is_symbol(","):
                self.skip_one()
            yield self.between(start, self.at)
            self.at += 1

    def text_from(self, at: int) -> str:
        """The text from the token of that number up to this place."""
        return self._text(at, self.at)

    @property
    def rest(self) -> str:
        """The text from here to the end."""
        return self._text(self.at, self.end)

    def _text(self, at: int, end: int) -> str:
        return self.source[self._tokens[at].start : self._tokens[end - 1].end] if end > at else ""

    def not_read(self, expected: str) -> NotRead:
        token = self.peek()
        found = "nothing follows" if token is _END else f"{_short(token)} follows"
        return NotRead(f"{expected} is expected where {found}", self.start)


def _short(token: Token) -> str:
    """Literals can hold values of records."""
    return "a literal" if token.kind == "string" else token.text[:40]
