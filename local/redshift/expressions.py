"""Names, types, functions and parameters inside any statement, in PostgreSQL's terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from local.redshift.errors import NotEmulated, RedshiftError, syntax_error
from local.redshift.identifiers import StoredName, quote
from local.redshift.tokenizer import Kind, Token, closing, render, split_by_comma
from local.redshift.types import read_type

_VIEWS = ("svv_columns", "svv_tables", "svv_table_info", "svv_redshift_columns", "pg_table_def", "pg_constraint")
_INFORMATION_SCHEMA = ("columns", "tables", "table_constraints", "key_column_usage")
_ADDED_FUNCTIONS = ("getdate", "len", "charindex", "json_parse", "json_serialize", "sha2", "from_hex")
_DATE_FUNCTIONS = {"datediff": "datediff", "date_diff": "datediff", "dateadd": "dateadd", "date_add": "dateadd"}
_DATE_PARTS = {
    part: name
    for name, parts in {
        "year": "year years y yr yrs",
        "quarter": "quarter quarters qtr qtrs",
        "month": "month months mon mons",
        "week": "week weeks w",
        "day": "day days d",
        "hour": "hour hours h hr hrs",
        "minute": "minute minutes m min mins",
        "second": "second seconds s sec secs",
        "millisecond": "millisecond milliseconds ms msec msecs",
        "microsecond": "microsecond microseconds us usec usecs",
    }.items()
    for part in parts.split()
}
# Functions that PostgreSQL would run and Redshift does not have.
_UNKNOWN_FUNCTIONS = frozenset(
    [
        "string_agg",
        "array_agg",
        "json_agg",
        "jsonb_agg",
        "json_object_agg",
        "jsonb_object_agg",
        "to_json",
        "to_jsonb",
        "row_to_json",
        "jsonb_build_object",
        "json_build_object",
        "unnest",
        "gen_random_uuid",
        "format",
        "regexp_matches",
        "regexp_split_to_table",
        "num_nulls",
        "num_nonnulls",
        "make_date",
        "make_timestamp",
        "date_bin",
        "to_regclass",
        "pg_typeof",
        "generate_series",
    ]
)


def literal(text: str) -> str:
    """`text` as a PostgreSQL literal, whatever the session's setting for backslashes."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


class Expressions:
    """Translates the tokens of one statement; `parameters` collects the names bound to $1, $2... in order.

    Literals pass as they are: sessions read backslash escapes as Redshift does (`standard_conforming_strings` off).
    CAST to VARCHAR(n) cuts at n characters here, at n bytes in Redshift.
    """

    def __init__(self, stored: StoredName) -> None:
        self._stored = stored
        self.parameters: list[str] = []
        self._functions: dict[str, Callable[[list[list[Token]], Sequence[Token]], str]] = {
            "nvl": lambda arguments, _: f"COALESCE({self._list(arguments)})",
            "nvl2": self._nvl2,
            "decode": self._decode,
        }

    def name(self, name: str) -> str:
        """One identifier, quoted."""
        return quote(self._stored(name))

    def qualified_name(self, tokens: Sequence[Token], start: int) -> tuple[list[str], int]:
        """The parts of `schema.table` from `start` (as asked for, not quoted) and the index after them."""
        parts: list[str] = []
        index = start
        while index < len(tokens) and tokens[index].is_identifier:
            parts.append(tokens[index].name)
            index += 1
            if index >= len(tokens) or not tokens[index].is_symbol("."):
                break
            index += 1
        if not parts:
            raise syntax_error(tokens[start].text if start < len(tokens) else "end of input", "a name is expected")
        if len(parts) > 2:
            raise NotEmulated(f"the three-part name {'.'.join(parts)}")
        return parts, index

    def relation(self, parts: Sequence[str]) -> str:
        return ".".join(self.name(part) for part in parts)

    def translate(self, tokens: Sequence[Token]) -> str:
        """Any piece of a query or of DML."""
        output: list[str] = []
        index = 0
        while index < len(tokens):
            text, after = self._piece(tokens, index)
            output.append(tokens[index].space + text)
            index = after
        return "".join(output).strip()

    def _piece(self, tokens: Sequence[Token], index: int) -> tuple[str, int]:
        token = tokens[index]
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        previous = tokens[index - 1] if index else None
        if token.kind is Kind.PARAMETER:
            self.parameters.append(token.text[1:])
            return f"${len(self.parameters)}", index + 1
        if token.is_symbol("::"):
            type_name, after = read_type(tokens, index + 1)
            return f"::{type_name}", after
        if token.is_symbol("(") and following is not None and following.is_word("values"):
            raise syntax_error("VALUES", "Redshift takes a VALUES list in INSERT only")
        if not token.is_identifier:
            return token.text, index + 1
        qualified = previous is not None and previous.is_symbol(".")
        if token.kind is Kind.WORD and not qualified:
            _refuse(token, following, tokens, index)
            if following is not None and following.is_symbol("("):
                called = self._call(token.text.lower(), tokens, index + 1)
                if called is not None:
                    return called
            if token.is_word("sysdate"):
                return "redshift_catalog.sysdate()", index + 1
        if not qualified and (view := _system_view(tokens, index)) is not None:
            return view
        if token.kind is Kind.WORD and not token.text.startswith("#") and len(token.text.encode()) <= 63:
            return token.text, index + 1
        return self.name(token.name), index + 1

    def _call(self, function: str, tokens: Sequence[Token], opening: int) -> tuple[str, int] | None:
        end = closing(tokens, opening)
        inside = tokens[opening + 1 : end]
        if function == "cast":
            return self._cast(inside), end + 1
        if function in _ADDED_FUNCTIONS:
            return f"redshift_catalog.{function}({self.translate(inside)})", end + 1
        if function in _DATE_FUNCTIONS:
            return self._date_function(_DATE_FUNCTIONS[function], split_by_comma(inside)), end + 1
        if function == "listagg":
            return self._listagg(inside, tokens, end)
        if function in self._functions:
            return self._functions[function](split_by_comma(inside), inside), end + 1
        return None

    def _cast(self, inside: Sequence[Token]) -> str:
        depth = 0
        for index, token in enumerate(inside):
            depth += token.is_symbol("(") - token.is_symbol(")")
            if depth == 0 and token.is_word("as"):
                type_name, after = read_type(inside, index + 1)
                if after != len(inside):
                    raise syntax_error(inside[after].text)
                return f"CAST({self.translate(inside[:index])} AS {type_name})"
        raise syntax_error(")", "CAST needs AS and a type")

    def _list(self, arguments: Sequence[Sequence[Token]]) -> str:
        return ", ".join(self.translate(argument) for argument in arguments)

    def _nvl2(self, arguments: list[list[Token]], inside: Sequence[Token]) -> str:
        if len(arguments) != 3:
            raise RedshiftError(f"NVL2 takes three arguments: {render(inside)}")
        tested, present, absent = (self.translate(argument) for argument in arguments)
        return f"CASE WHEN ({tested}) IS NOT NULL THEN {present} ELSE {absent} END"

    def _decode(self, arguments: list[list[Token]], inside: Sequence[Token]) -> str:
        """DECODE holds NULL equal to NULL, unlike CASE."""
        if len(arguments) < 3:
            raise RedshiftError(f"DECODE takes an expression and pairs of search and result: {render(inside)}")
        pairs = [
            f"WHEN ({self.translate(arguments[0])}) IS NOT DISTINCT FROM ({self.translate(arguments[index])})"
            f" THEN {self.translate(arguments[index + 1])}"
            for index in range(1, len(arguments) - 1, 2)
        ]
        otherwise = f" ELSE {self.translate(arguments[-1])}" if len(arguments) % 2 == 0 else ""
        return f"CASE {' '.join(pairs)}{otherwise} END"

    def _date_function(self, function: str, arguments: list[list[Token]]) -> str:
        part = arguments[0][0]
        given = part.string if part.kind is Kind.STRING else part.text
        if given.lower() not in _DATE_PARTS:
            raise NotEmulated(f"the date part {given} of {function.upper()}")
        rest = [self.translate(argument) for argument in arguments[1:]]
        if len(rest) != 2:
            raise syntax_error(")", f"{function.upper()} takes three arguments")
        rest = [
            f"({rest[0]})::bigint" if function == "dateadd" else f"({rest[0]})::timestamp",
            f"({rest[1]})::timestamp",
        ]
        return f"redshift_catalog.{function}('{_DATE_PARTS[given.lower()]}', {', '.join(rest)})"

    def _listagg(self, inside: Sequence[Token], tokens: Sequence[Token], end: int) -> tuple[str, int]:
        distinct = "DISTINCT " if inside and inside[0].is_word("distinct") else ""
        arguments = split_by_comma(inside[1:] if distinct else inside)
        value = f"{distinct}({self.translate(arguments[0])})::text"
        separator = self.translate(arguments[1]) if len(arguments) > 1 else "''"
        order, after = "", end + 1
        if after + 1 < len(tokens) and tokens[after].is_word("within") and tokens[after + 1].is_word("group"):
            close = closing(tokens, after + 2)
            order, after = " " + self.translate(tokens[after + 3 : close]), close + 1
        return f"string_agg({value}, {separator}{order})", after


def _refuse(token: Token, following: Token | None, tokens: Sequence[Token], index: int) -> None:
    """What PostgreSQL runs and Redshift does not."""
    if token.is_word("returning", "lateral"):
        raise syntax_error(token.text, "Redshift does not have it")
    if following is None:
        return
    if token.is_word("on") and following.is_word("conflict"):
        raise syntax_error(following.text, "Redshift has no ON CONFLICT: use MERGE, or DELETE and INSERT")
    if token.is_word("distinct") and following.is_word("on"):
        raise RedshiftError("SELECT DISTINCT ON is not supported")
    # Database Developer Guide: "UNION, INTERSECT, and EXCEPT" excludes ALL; "Comparison condition", "BETWEEN range
    # condition" and "FROM clause" have none of the others.
    if token.is_word("except", "intersect") and following.is_word("all"):
        raise RedshiftError(f"{token.text.upper()} ALL is not supported")
    if token.is_word("distinct") and following.is_word("from"):
        raise RedshiftError("IS DISTINCT FROM is not supported")
    if token.is_word("between") and following.is_word("symmetric", "asymmetric"):
        raise syntax_error(following.text, "Redshift's BETWEEN has no such word")
    if token.is_word("tablesample") and following.is_identifier:
        raise syntax_error(token.text, "Redshift does not have it")
    if token.is_word("filter") and following.is_symbol("("):
        raise syntax_error("(", "Redshift has no FILTER clause")
    if token.is_word("array") and following.is_symbol("["):
        raise syntax_error("[", "Redshift has no arrays")
    if token.is_word("for") and following.is_word("update", "share", "no", "key"):
        raise syntax_error(token.text, "Redshift has no row locks: use LOCK")
    if following.is_symbol("("):
        if token.is_word(*_UNKNOWN_FUNCTIONS):
            raise RedshiftError(f"function {token.text.lower()} does not exist in Amazon Redshift")
        if token.is_word("try_cast"):
            raise NotEmulated("TRY_CAST")


def _system_view(tokens: Sequence[Token], index: int) -> tuple[str, int] | None:
    """`information_schema.columns` and its like, wherever they stand; an unqualified view only as a table."""
    name = tokens[index].name
    if index + 2 < len(tokens) and tokens[index + 1].is_symbol(".") and tokens[index + 2].is_identifier:
        member = tokens[index + 2].name
        if name == "information_schema":
            if member not in _INFORMATION_SCHEMA:
                raise NotEmulated(f"information_schema.{member}")
            return f"redshift_catalog.{member}", index + 3
        if name == "pg_catalog" and member in _VIEWS:
            return f"redshift_catalog.{member}", index + 3
    elif name in _VIEWS and index and (tokens[index - 1].is_word("from", "join") or tokens[index - 1].is_symbol(",")):
        return f"redshift_catalog.{name}", index + 1
    return None
