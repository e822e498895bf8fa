"""What Spark says when it fails: whether it is about the rules, a file or the machines, and in words for people."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from customer_data.quality.report.masking import mask

#: How Spark's errors name what is wrong with a query or its data: [DIVIDE_BY_ZERO], [CAST_INVALID_INPUT].
_ERROR_CLASS = re.compile(r"\[[A-Z][A-Z_]+(\.[A-Z_]+)*\] ?")
#: What Spark's functions raise besides. Lost workers, full memory and what our own code raises are none of these.
_RAISED_BY_FUNCTIONS = re.compile(
    r"(java\.lang\.(Runtime|Arithmetic|IllegalArgument|NumberFormat|UnsupportedOperation|\w*IndexOutOfBounds)Exception"
    r"|java\.time\.[\w.]+|java\.util\.(regex\.)?\w+Exception|org\.apache\.spark\.Spark\w+Exception)(: |$)"
)
#: What says nothing of a query, whatever class of Spark's it comes in.
_OF_MACHINES = re.compile(
    r"UNABLE_TO_ACQUIRE_MEMORY|INTERNAL_ERROR|OutOfMemory|ConcurrentModification|NoSuchElement|Interrupted|ExecutorLost"
)
#: Errors of analysis (SPARK-3.5's error-classes.json) that another file might not have. Everything else that analysis
#: says, such as a view or a function that is not there, is about the query alone: no file could fix it.
_OF_COLUMNS = re.compile(r"UNRESOLVED_(COLUMN|MAP_KEY|USING_COLUMN_FOR_JOIN)\b|COLUMN_NOT_FOUND")
_OF_FILE = re.compile(
    # Types are those that a file's values fit.
    r"\w*DATATYPE_MISMATCH|\w*DATA_TYPE_MISMATCH|INCOMPATIBLE_COLUMN_TYPE|UNEXPECTED_INPUT_TYPE|\w*NOT_ORDERABLE|"
    r"JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE|INVALID_EXTRACT_BASE_FIELD_TYPE|CANNOT_(CAST|UP_CAST)_DATATYPE|"
    # `SELECT *` and names that are written once have as many columns as a file brings.
    r"NUM_COLUMNS_MISMATCH|AMBIGUOUS_\w+|COLUMN_ALREADY_EXISTS|\w+_POS_OUT_OF_RANGE|"
    # Without a class of its own nothing is known of it.
    r"_LEGACY_ERROR\w*|INTERNAL_ERROR\w*"
)
_NOT_FOR_USERS = re.compile(r"^[\w.$]+: (?=\[)| If necessary set \S*ansi.enabled\S* to .*")
#: Errors that quote the text that they show, so that the words around it can be shown too.
_QUOTING = re.compile(
    r"\[(CAST_INVALID_INPUT|CAST_OVERFLOW|DIVIDE_BY_ZERO|ARITHMETIC_OVERFLOW|NUMERIC_VALUE_OUT_OF_RANGE|"
    r"CANNOT_PARSE_TIMESTAMP|INVALID_ARRAY_INDEX\w*|SCALAR_SUBQUERY_TOO_MANY_ROWS)[\].]"
)
#: Spark quotes values like this, which may have quotes themselves, and numbers not at all; names are in backticks.
_VALUE = re.compile(r"'.*'|\d+", re.DOTALL)
_FAILED_CAST = re.compile(
    r"(\[CAST_INVALID_INPUT\]) The value '(.*)' of the type \"STRING\" cannot be cast to \"([^\"]+)\"", re.DOTALL
)
_OUT_OF_RANGE = re.compile(r"(\[NUMERIC_VALUE_OUT_OF_RANGE\]) \S+ cannot be represented as Decimal\((\d+), (\d+)\)")


def is_about_query(error: BaseException) -> bool:
    """Whether it says what is wrong with a query, or with the data for it, and not with the machines."""
    from pyspark.errors import PySparkException, PythonException, QueryExecutionException

    if any(_OF_MACHINES.search(cause) for cause in (str(error), *_causes(error))):
        return False
    if isinstance(error, PySparkException):
        return not isinstance(error, PythonException | QueryExecutionException)
    return any(map(_is_raised_by_query, _causes(error)))


def is_of_rules(error: BaseException, elsewhere: Collection[str]) -> bool:
    """Whether a query that is wrong is so for every file. `elsewhere` are columns, in lower case, that this file lacks
    and that others have, or must have: a query that names one of these is right."""
    from pyspark.errors import AnalysisException

    if not isinstance(error, AnalysisException):
        return False  # it ran: what it met is the file's
    kind = error.getErrorClass()
    if kind is None or _OF_FILE.match(kind):
        return False
    if not _OF_COLUMNS.match(kind):
        return True
    named = error.getMessageParameters() or {}
    parts = re.findall(r"`((?:[^`]|``)*)`", named.get("objectName") or named.get("colName") or "")
    return not parts or parts[-1].replace("``", "`").lower() not in elsewhere


def _is_raised_by_query(cause: str) -> bool:
    return bool(_RAISED_BY_FUNCTIONS.match(cause) or _ERROR_CLASS.match(_for_users(cause)))


def said(error: BaseException) -> str:
    """What Spark says, without plans and traces. What it says of data, not of the query alone, is masked: reports and
    messages show it."""
    causes = _causes(error)
    text = _for_users(next(filter(_is_raised_by_query, causes), causes[0]) if causes else str(error))
    if out_of_range := _OUT_OF_RANGE.match(text):
        name, precision, scale = out_of_range.groups()
        return (
            f"{name} a number does not fit DECIMAL({precision},{scale}), which has {int(precision) - int(scale)} digits"
            " before the point; cast it, or the numbers that it is computed from, to fewer decimals"
        )
    if causes:
        named = _ERROR_CLASS.match(text)
        of_data = text[named.end() :] if named else text.partition(": ")[2]
        quotes = named is not None and _QUOTING.match(text) is not None
        masked = _VALUE.sub(lambda value: mask(value[0]) or "", of_data) if quotes else mask(of_data)
        text = f"{text.removesuffix(of_data)}{masked}"
    # The wrapping has one line before the query.
    return re.sub(r"\bline (\d+)", lambda line: f"line {int(line[1]) - 1}", text.partition("\n")[0].rstrip(" ;"))[:1000]


@dataclass(frozen=True)
class FailedCast:
    """A text that a query takes for a value of another type; `name` is what Spark calls the error."""

    name: str
    text: str
    type: str


def failed_cast(error: BaseException) -> FailedCast | None:
    found = next(filter(None, (_FAILED_CAST.search(cause) for cause in _causes(error))), None)
    if found is None:
        return None
    name, text, type = found.groups()
    return FailedCast(name, re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL), type)  # Spark escapes \ and '


def _for_users(text: str) -> str:
    return _NOT_FOR_USERS.sub("", text.strip().partition("\n== SQL")[0])


def _causes(error: BaseException) -> list[str]:
    """What Java says where a query failed that ran, from what began it; none for other errors."""
    causes: list[str] = []
    exception = getattr(error, "java_exception", None)
    while exception is not None:
        causes.insert(0, str(exception.toString()))
        exception = exception.getCause()
    return causes
