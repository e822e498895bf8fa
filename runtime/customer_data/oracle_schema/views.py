"""Views that mean the same in Redshift: columns of one table or of tables that are joined by equal columns, and simple
conditions. Every other view is left to a person: Oracle's functions, outer joins with (+), empty texts that are NULL,
sorting and rounding differ in ways that no error shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from customer_data.errors import CustomerDataError
from customer_data.oracle_schema.keys import Columns
from customer_data.oracle_schema.model import OracleType, OracleView
from customer_data.oracle_schema.names import colliding, target_name
from customer_data.oracle_schema.targets import TargetTable
from customer_data.oracle_schema.types import with_article
from customer_data.oracle_schema.view_constructs import constructs, is_laborious
from customer_data.warehouse.quoting import identifier, literal


@dataclass(frozen=True)
class ViewedTable:
    """A converted table: all of its columns in Oracle with their types, and those that Redshift has."""

    target: TargetTable
    types: Mapping[str, OracleType]
    columns: Columns


Tables = Mapping[tuple[str, str], ViewedTable]


class NotSimple(CustomerDataError):
    """A view that only a person should convert; the message says what of it, `laborious` that it takes more than the
    length of the query says."""

    def __init__(self, message: str, *, laborious: bool = False) -> None:
        super().__init__(message)
        self.laborious = laborious


class _NotKnown(NotSimple):
    """The reader got no further; the message has the place."""


def convert_query(view: OracleView, tables: Tables) -> tuple[tuple[str, ...], str]:
    """The view's columns and its query in Redshift. Raises NotSimple."""
    reader = _Reader(view, tables)
    try:
        return reader.read()
    except NotSimple as error:
        found = constructs([token.plain for token in reader.tokens])
        if not found:
            raise
        further = "" if isinstance(error, _NotKnown) else f"; {error}"
        raise NotSimple(f"its query has {', '.join(found)}{further}", laborious=is_laborious(found)) from error


@dataclass(frozen=True)
class _Token:
    kind: str  # word, quoted, number, text, symbol
    text: str

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words

    @property
    def name(self) -> str:
        return self.text[1:-1] if self.kind == "quoted" else self.text.upper()

    @property
    def plain(self) -> str:
        return self.text[0] if self.kind in ("quoted", "text") else self.text.upper()


_TOKEN = re.compile(
    r"""\s+|--[^\n]*|/\*.*?\*/
    |(?P<text>'(?:[^']|'')*')|(?P<quoted>"[^"]+")|(?P<number>\d+(?:\.\d+)?(?![\w.]))
    |(?P<word>[^\W\d][\w$\#]*)|(?P<symbol><>|!=|<=|>=|\(\+\)|\|\||.)""",
    re.VERBOSE | re.DOTALL,
)
#: Words that are no names here: a column that has one of them stays in a view for a person.
_NO_NAMES = (
    "SELECT FROM WHERE AND OR NOT IN IS NULL AS ON JOIN INNER LEFT RIGHT FULL OUTER CROSS NATURAL USING DISTINCT UNIQUE"
    " ALL GROUP ORDER BY HAVING UNION MINUS INTERSECT CONNECT START WITH BETWEEN LIKE EXISTS CASE WHEN THEN ELSE END"
    " FOR FETCH OFFSET MODEL PIVOT UNPIVOT PARTITION SAMPLE ROWNUM ROWID LEVEL SYSDATE SYSTIMESTAMP USER DATE TIMESTAMP"
    " INTERVAL PRIOR CONNECT_BY_ROOT LATERAL TABLE ONLY VERSIONS MATCH_RECOGNIZE"
)
_KEYWORDS = frozenset(_NO_NAMES.split())
_LONGEST_QUOTED = 40


def _tokens(text: str) -> list[_Token]:
    if "/*+" in text:
        text = re.sub(r"/\*\+.*?\*/", " ", text, flags=re.DOTALL)
    found = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup:
            found.append(_Token(match.lastgroup, match[0]))
    while found and found[-1].text in (";", "/"):
        found.pop()
    return found


@dataclass
class _Source:
    alias: str
    table: ViewedTable


@dataclass
class _Reader:
    view: OracleView
    tables: Tables
    tokens: list[_Token] = field(init=False)
    at: int = 0
    sources: list[_Source] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = _tokens(self.view.text)

    def read(self) -> tuple[tuple[str, ...], str]:
        self._expect("SELECT")
        distinct = self._take("DISTINCT", "UNIQUE")
        chosen = self._until_from()
        joined = self._from()
        conditions = self._where()
        if self._take("WITH"):
            self._expect("READ")
            self._expect("ONLY")
        if self.at < len(self.tokens):
            raise self._not_simple()
        columns, names = self._columns(chosen)
        listed = ", ".join(f"{sql} AS {identifier(name)}" for sql, name in zip(columns, names, strict=True))
        where = f"\nWHERE {' AND '.join(conditions)}" if conditions else ""
        return names, f"SELECT {'DISTINCT ' if distinct else ''}{listed}\nFROM {joined}{where}"

    def _until_from(self) -> list[_Token]:
        start = self.at
        while self.at < len(self.tokens) and not self.tokens[self.at].is_word("FROM"):
            self.at += 1
        return self.tokens[start : self.at]

    def _from(self) -> str:
        self._expect("FROM")
        sql = self._table()
        while True:
            if self._take("LEFT"):
                self._take("OUTER")
                self._expect("JOIN")
                kind = "LEFT JOIN"
            elif self._take("INNER"):
                self._expect("JOIN")
                kind = "JOIN"
            elif self._take("JOIN"):
                kind = "JOIN"
            else:
                return sql
            table = self._table()
            self._expect("ON")
            sql += f"\n{kind} {table} ON {self._equal_columns()}"

    def _table(self) -> str:
        name = self._name()
        owner = self.view.owner
        if self._take_symbol("."):
            owner, name = name, self._name()
        found = self.tables.get((owner, name))
        if found is None:
            raise NotSimple(f"{owner}.{name} is not a table that was converted")
        if not found.target.primary_key:
            raise NotSimple(f"{owner}.{name} has no primary key, so that Redshift has every version of its rows")
        alias = name
        if self.at < len(self.tokens) and self._is_name(self.tokens[self.at]):
            alias = self._name()
        if any(source.alias == alias for source in self.sources):
            raise NotSimple(f"it has two tables {alias}")
        self.sources.append(_Source(alias, found))
        target = found.target.name
        return f"{identifier(target.schema)}.{identifier(target.name)} AS {identifier(target_name(alias))}"

    def _equal_columns(self) -> str:
        opened = self._take_symbol("(")
        pairs = []
        while True:
            one, sql = self._column()
            self._expect_symbol("=")
            other, other_sql = self._column()
            if not _joins(one, other):
                raise NotSimple(f"it joins {with_article(one.name)} to {with_article(other.name)}")
            pairs.append(f"{sql} = {other_sql}")
            if not self._take("AND"):
                break
        if opened:
            self._expect_symbol(")")
        return " AND ".join(pairs)

    def _where(self) -> list[str]:
        conditions = []
        if self._take("WHERE"):
            conditions.append(self._condition())
            while self._take("AND"):
                conditions.append(self._condition())
        return conditions

    def _condition(self) -> str:
        type, sql = self._column()
        if self._take("IS"):
            negated = self._take("NOT")
            self._expect("NULL")
            return f"{sql} IS {'NOT ' if negated else ''}NULL"
        if self._take("IN"):
            self._expect_symbol("(")
            values = [self._value(type, ordered=False)]
            while self._take_symbol(","):
                values.append(self._value(type, ordered=False))
            self._expect_symbol(")")
            return f"{sql} IN ({', '.join(values)})"
        for operator in ("<>", "!=", "<=", ">=", "=", "<", ">"):
            if self._take_symbol(operator):
                value = self._value(type, ordered=operator not in ("=", "<>", "!="))
                return f"{sql} {operator.replace('!=', '<>')} {value}"
        raise self._not_simple()

    def _value(self, type: OracleType, *, ordered: bool) -> str:
        minus = "-" if self._take_symbol("-") else ""
        token = self._next()
        if token.kind == "number" and _is_exact(type):
            return minus + token.text
        text = token.text[1:-1].replace("''", "'")
        if token.kind == "text" and type.name in _VARYING and text and not minus and not ordered:
            return literal(text)
        raise NotSimple(f"it compares {with_article(type.name)} with {_quoted(token.text)}")

    def _column(self) -> tuple[OracleType, str]:
        name = self._name()
        alias = None
        if self._take_symbol("."):
            alias, name = name, self._name()
        if self.at < len(self.tokens) and self.tokens[self.at].text in ("(", "(+)", "."):
            raise self._not_simple()
        return self._resolved(alias, name)

    def _resolved(self, alias: str | None, name: str) -> tuple[OracleType, str]:
        found = [source for source in self.sources if alias in (None, source.alias) and name in source.table.types]
        if len(found) != 1:
            raise NotSimple(f"{name} is not a column of one of its tables")
        return _of_table(found[0], name)

    def _columns(self, chosen: list[_Token]) -> tuple[list[str], tuple[str, ...]]:
        columns, names = [], []
        for item in _split(chosen):
            for sql, name in self._item(item):
                columns.append(sql)
                names.append(name)
        if self.view.columns:
            if len(self.view.columns) != len(names):
                raise NotSimple("it names another number of columns than its query has")
            names = list(self.view.columns)
        if colliding(names):
            raise NotSimple(f"two of its columns would be {', '.join(colliding(names))}")
        return columns, tuple(map(target_name, names))

    def _item(self, item: list[_Token]) -> list[tuple[str, str]]:
        texts = [token.text for token in item]
        if texts == ["*"]:
            return [pair for source in self.sources for pair in _all_of(source)]
        if len(item) == 3 and texts[1:] == [".", "*"]:
            return [pair for source in self.sources if source.alias == item[0].name for pair in _all_of(source)]
        inner = _Reader(self.view, self.tables)
        inner.tokens, inner.sources = item, self.sources
        _, sql = inner._column()
        name = item[inner.at - 1].name
        if inner._take("AS") or inner.at < len(item):
            name = inner._name()
        if inner.at < len(item):
            raise inner._not_simple()
        return [(sql, name)]

    def _name(self) -> str:
        token = self._next()
        if not self._is_name(token):
            self.at -= 1
            raise self._not_simple()
        return token.name

    def _is_name(self, token: _Token) -> bool:
        return token.kind == "quoted" or (token.kind == "word" and token.text.upper() not in _KEYWORDS)

    def _next(self) -> _Token:
        if self.at >= len(self.tokens):
            raise self._not_simple()
        self.at += 1
        return self.tokens[self.at - 1]

    def _take(self, *words: str) -> bool:
        return self._took(self.at < len(self.tokens) and self.tokens[self.at].is_word(*words))

    def _take_symbol(self, symbol: str) -> bool:
        return self._took(self.at < len(self.tokens) and self.tokens[self.at] == _Token("symbol", symbol))

    def _took(self, found: bool) -> bool:
        self.at += found
        return found

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._not_simple()

    def _expect_symbol(self, symbol: str) -> None:
        if not self._take_symbol(symbol):
            raise self._not_simple()

    def _not_simple(self) -> NotSimple:
        rest = " ".join(token.text for token in self.tokens[self.at : self.at + 8])
        return _NotKnown(f"its query has {_quoted(rest)}" if rest else "its query ends too early")


#: What compares in Redshift as it does in Oracle. CHAR is not among them: Oracle fills up with blanks.
_EXACT = ("NUMBER", "INTEGER", "INT", "SMALLINT", "DECIMAL", "NUMERIC", "DEC")
_VARYING = ("VARCHAR2", "VARCHAR", "NVARCHAR2")


def _is_exact(type: OracleType) -> bool:
    """Whether Redshift has every digit: of a bare NUMBER it may lack the last ones."""
    return type.name in _EXACT and (type.name != "NUMBER" or type.precision is not None or type.scale is not None)


def _joins(one: OracleType, other: OracleType) -> bool:
    if _is_exact(one) and _is_exact(other):
        return True
    return any(one.name in alike and other.name in alike for alike in (_VARYING, ("DATE",), ("RAW",)))


def _all_of(source: _Source) -> list[tuple[str, str]]:
    return [(_of_table(source, name)[1], name) for name in source.table.types]


def _of_table(source: _Source, name: str) -> tuple[OracleType, str]:
    column = source.table.columns.get(name)
    if column is None:
        raise NotSimple(f"its column {name} is not converted")
    return source.table.types[name], f"{identifier(target_name(source.alias))}.{identifier(column.name)}"


def _split(tokens: list[_Token]) -> list[list[_Token]]:
    parts: list[list[_Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token == _Token("symbol", ","):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_QUOTED else f"{text[:_LONGEST_QUOTED]}…")
