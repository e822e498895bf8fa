"""What a query has that only a person should convert, in words that say what to look for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

_NAMED = (
    (r"\( ?\+ ?\)", "an outer join with (+)"),
    (r"\b(?:RIGHT|FULL) (?:OUTER )?JOIN\b", "a RIGHT or FULL JOIN"),
    (r"\b(?:CROSS|NATURAL) JOIN\b", "a CROSS or NATURAL JOIN"),
    (r"\bUSING \(", "a join by USING"),
    (r"^WITH\b", "a WITH clause"),
    (r"\( (?:SELECT|WITH)\b", "a subquery"),
    (r"\bOVER \(", "a window function (OVER)"),
    (r"\bCHECK OPTION\b", "WITH CHECK OPTION"),
    (r"(?<!IS )\bNOT\b", "NOT"),
    (r" @ ", "a database link"),
    (r"\|\|", "texts joined by ||"),
    (r"(?<!SELECT)(?<!DISTINCT)(?<!UNIQUE)(?<!ALL)(?<=[\w\"')]) [-+*/] ", "a calculation"),
)
#: Words and pairs of words that say it themselves.
_WORDS = (
    *(
        "CONNECT BY",
        "MODEL",
        "PIVOT",
        "UNPIVOT",
        "MATCH_RECOGNIZE",
        "UNION",
        "MINUS",
        "INTERSECT",
        "GROUP BY",
        "HAVING",
    ),
    *("ORDER BY", "CASE", "OR", "BETWEEN", "LIKE", "EXISTS", "FETCH", "OFFSET", "FOR UPDATE", "LATERAL", "SAMPLE"),
    *("VERSIONS", "ROWNUM", "ROWID", "LEVEL", "SYSDATE", "SYSTIMESTAMP", "USER"),
)
#: What takes more than a look at the query.
_LABORIOUS = frozenset(("CONNECT BY", "MODEL", "PIVOT", "UNPIVOT", "MATCH_RECOGNIZE", "a database link"))
_MOST_FUNCTIONS = 8
_NO_FUNCTIONS = (
    "ALL AND ANY AS BETWEEN BY CASE DISTINCT ELSE EXCEPT EXISTS FROM GROUP HAVING IN INTERSECT IS JOIN KEEP LATERAL"
    " LIKE MINUS MODEL NOT ON OR OVER PARTITION PIVOT PRIOR SELECT SOME TABLE THEN UNION UNIQUE UNPIVOT USING VALUES"
    " WHEN WHERE WITH CHAR DECIMAL FLOAT NCHAR NUMBER NUMERIC NVARCHAR2 RAW TIMESTAMP VARCHAR VARCHAR2"
)
_KEYWORDS = frozenset(_NO_FUNCTIONS.split())
_ENDS_OF_FROM = (
    "WHERE",
    "GROUP",
    "HAVING",
    "ORDER",
    "CONNECT",
    "START",
    "UNION",
    "MINUS",
    "INTERSECT",
    "MODEL",
    "WITH",
)


def constructs(words: Sequence[str]) -> list[str]:
    """`words` are those of the query: in upper case, `"` for each quoted name, `'` for each literal."""
    query = " ".join(words)
    found = [name for pattern, name in _NAMED if re.search(pattern, query)]
    if _joins_by_comma(words):
        found.insert(0, "tables joined by commas")
    found += [name for name in _WORDS if re.search(rf"(?<!\. )\b{name}\b(?! \.)", query)]
    called = list(dict.fromkeys(_functions(words)))
    if called:
        more = f" and {len(called) - _MOST_FUNCTIONS:,} more" if len(called) > _MOST_FUNCTIONS else ""
        found.append(f"the function{'' if len(called) == 1 else 's'} {', '.join(called[:_MOST_FUNCTIONS])}{more}")
    return found


def is_laborious(found: Sequence[str]) -> bool:
    return not _LABORIOUS.isdisjoint(found)


def _functions(words: Sequence[str]) -> Iterator[str]:
    for name, following in pairwise(words):
        if following == "(" and re.fullmatch(r"[^\W\d][\w$#]*", name) and name not in _KEYWORDS:
            yield name


def _joins_by_comma(words: Sequence[str]) -> bool:
    """Whether a comma stands between FROM and the next clause, in the same parentheses."""
    in_from: list[bool] = [False]
    for word in words:
        if word == "(":
            in_from.append(False)
        elif word == ")" and len(in_from) > 1:
            in_from.pop()
        elif word == "FROM":
            in_from[-1] = True
        elif word in _ENDS_OF_FROM:
            in_from[-1] = False
        elif word == "," and in_from[-1]:
            return True
    return False
