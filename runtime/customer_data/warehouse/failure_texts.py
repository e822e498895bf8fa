"""What the text of a failed statement means: the Data API gives no error code.

Every value was checked before the warehouse gets it, so that what no phrase here explains is the warehouse's trouble.
"""

from __future__ import annotations

import re

#: Another transaction got in the way. (Redshift manual, "Managing concurrent write operations": ERROR 1023.)
_CONFLICT = re.compile(
    r"could not serialize|serializable isolation violation|deadlock|conflict with concurrent|"
    r"concurrent transaction|concurrent(ly)? update|lock timeout|could not open relation with oid|"
    r"\b(error|code)[\s:]*1023\b",
    re.IGNORECASE,
)

#: What Redshift says of values that it cannot take.
_ABOUT_VALUES = re.compile(
    r"\binvalid (input|digit|value|character|date|time|timestamp|number|numeric|precision|exponent|boolean|byte|"
    r"hexadecimal)|"
    r"invalid or unsupported utf-?8|out of range|overflow|value too long|longer than the length defined|"
    r"not-null constraint|cannot insert a null|incompatible parquet schema",
    re.IGNORECASE,
)

#: What it says of rights, resources, and services that it needs.
_ABOUT_SERVICES = re.compile(
    r"access ?denied|not authori[sz]ed|permission|must be owner|forbidden|credential|token|\bkms\b|"
    r"internal ?(server )?error|(response|status|error)( code)?[\s:]*5\d\d\b|slow ?down|\(fetch\)|unavailable|"
    r"\bmemory\b|disk full|\blimits?\b|timeout|timed out|cancell?ed",
    re.IGNORECASE,
)

#: What it says of a column whose type it does not change. (Redshift manual, "ALTER TABLE": ALTER COLUMN TYPE.)
_TYPE_CHANGE_REFUSED = re.compile(
    r"cannot alter (the )?(type|column|data type)|target (data )?type|alter column type .*not supported",
    re.IGNORECASE,
)

_MISSING = re.compile(r"does not exist", re.IGNORECASE)
_ALREADY_THERE = re.compile(r"already exists|duplicate column", re.IGNORECASE)

#: What it says of a CSV, whatever is wrong with it. (Redshift manual, "SYS_LOAD_ERROR_DETAIL".)
_LOAD_ERROR = re.compile(r"load into table\s+failed\.\s+check", re.IGNORECASE)

#: Messages quote values and name objects, which may say anything.
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|\b(https?|s3)://\S+|(?<=\bcolumn )(?!type\b|encoding\b|size\b)\w+")


#: What names an object, and what may be a value: it has quotes in it too.
_NAME_OR_VALUE = re.compile(
    r"(?P<name>\b(?:column|relation|table|type|encoding|constraint|file) (?:\"[^\"]*\"|'[^']*'))"
    r"|(?P<context>\bcontext: ).*|[\"'].*[\"']",
    re.IGNORECASE | re.DOTALL,
)


def without_values(message: str) -> str:
    """What the warehouse says of values, without them; names of objects stay."""
    if not is_about_values(message):
        return message
    return _NAME_OR_VALUE.sub(lambda found: found["name"] or f"{found['context'] or ''}…", message)


def is_guard(sql: str | None) -> bool:
    """Whether the statement is one of ours that fails on purpose, with a sentence in place of a number."""
    return (sql or "").startswith("SELECT CAST(CASE ")


def is_conflict(message: str) -> bool:
    """Whether the same work may succeed when it is repeated."""
    return bool(_CONFLICT.search(_own_words(message)))


def is_about_values(message: str) -> bool:
    """Whether the statement failed because of the values in it."""
    said = _own_words(message)
    return bool(_ABOUT_VALUES.search(said)) and not _ABOUT_SERVICES.search(said)


def is_type_change_refused(message: str) -> bool:
    """Whether the column is one whose type Redshift does not change, today or tomorrow."""
    said = _own_words(message)
    return bool(_TYPE_CHANGE_REFUSED.search(said)) and not _ABOUT_SERVICES.search(said)


def is_load_error(message: str) -> bool:
    """Whether COPY refused a row of a CSV."""
    return bool(_LOAD_ERROR.search(_own_words(message)))


def is_missing(message: str) -> bool:
    """Whether a statement names what is not there, or compares what cannot be."""
    return bool(_MISSING.search(_own_words(message)))


def is_already_there(message: str) -> bool:
    """Whether what a statement would make is there."""
    return bool(_ALREADY_THERE.search(_own_words(message)))


def _own_words(message: str) -> str:
    return _QUOTED.sub("", message)
