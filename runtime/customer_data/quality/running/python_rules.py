"""Runs the Python rules of rules files over records, where the records are: in the workers of Spark."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from customer_data.columns.types import ColumnType
from customer_data.quality.rules.rule import PythonRule, missing_columns
from customer_data.quality.rules.rule_set import LINE
from customer_data.quality.rules.rules_file import RulesSource, read_rules
from customer_data.quality.running.line_findings import NO_SUCH_COLUMN, NOT_RUN, RAISED, SCHEMA, WRONG_RESULT
from customer_data.quality.running.typed_values import typed_values

_BATCH_ROWS = 8_192
_REASON_CHARACTERS = 1_000


@dataclass(frozen=True)
class ReadParts:
    """(bucket, key) of row parts -> their records, typed; plain data. `connect` gives a client of S3."""

    types: Mapping[str, ColumnType | None]
    connect: Callable[[], Any]

    def __call__(self, listed: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for part in (part for batch in listed for part in batch.to_pylist()):
            with tempfile.NamedTemporaryFile(prefix="rows-") as local:
                self.connect().download_file(part["bucket"], part["key"], local.name)
                for batch in pyarrow.parquet.ParquetFile(local.name).iter_batches(_BATCH_ROWS):
                    columns = [
                        typed_values(type, texts)
                        for type, texts in zip(self.types.values(), batch.columns[1:], strict=True)
                    ]
                    yield pa.RecordBatch.from_arrays([batch.columns[0], *columns], names=[LINE, *self.types])


@dataclass(frozen=True)
class CheckRecords:
    """Records -> what the Python rules say of them (`line_findings.SCHEMA`); plain data.

    `place` is that of the first Python rule among all that Spark runs. `only_where` has the column, by the rule's name,
    that says which records the rule is about. `elsewhere` are columns, in lower case, that this file lacks and others
    have.
    """

    sources: tuple[RulesSource, ...]
    place: int
    only_where: Mapping[str, str]
    skip: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rules = [
            (number, rule, self.only_where.get(rule.name))
            for number, rule in enumerate(_rules_of_process(self.sources), self.place)
            if rule.name not in self.skip
        ]
        conditions = tuple(self.only_where.values())
        for batch in batches:
            flags = {name: batch.column(name).to_pylist() for name in conditions}
            records = _records(batch.drop_columns([LINE, *conditions]))
            found = [
                (line, number, *problem)
                for row, (line, record) in enumerate(zip(batch.column(LINE).to_pylist(), records, strict=True))
                for number, rule, condition in rules
                if condition is None or flags[condition][row]
                if (problem := problem_of(rule, record, self.elsewhere)) is not None
            ]
            if found:
                yield pa.RecordBatch.from_arrays(
                    [
                        pa.array(values, field.type)
                        for values, field in zip(zip(*found, strict=True), SCHEMA, strict=True)
                    ],
                    schema=SCHEMA,
                )


@dataclass(frozen=True)
class CheckParts:
    """(bucket, key) of row parts -> what the Python rules say of their records; plain data."""

    read: ReadParts
    check: CheckRecords

    def __call__(self, listed: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return self.check(self.read(listed))


@cache
def _rules_of_process(sources: tuple[RulesSource, ...]) -> Sequence[PythonRule]:
    return [rule for source in sources for rule in read_rules(source).python]


def _records(batch: pa.RecordBatch) -> list[dict[str, Any] | None]:
    """None for a record with a time that is in the years 1 to 9999 in its own zone and not in UTC: Python has none."""
    names = batch.schema.names
    try:
        return [dict(zip(names, values, strict=True)) for values in zip(*map(_values, batch.columns), strict=True)]
    except (OverflowError, ValueError):
        if batch.num_rows == 1:
            return [None]
        return [record for row in range(batch.num_rows) for record in _records(batch.slice(row, 1))]


def _values(column: pa.Array) -> list[Any]:
    """As `to_pylist`, which takes ten times as long for what numpy can give."""
    has_zone = pa.types.is_timestamp(column.type) and column.type.tz is not None
    is_whole = column.null_count == 0 and (pa.types.is_integer(column.type) or pa.types.is_boolean(column.type))
    if is_whole or pa.types.is_string(column.type) or (pa.types.is_temporal(column.type) and not has_zone):
        values: list[Any] = column.to_numpy(zero_copy_only=False).tolist()
        return values
    listed: list[Any] = column.to_pylist()
    return listed


class MissingColumn(KeyError):
    """A rule asked a record for a column that the file does not have."""

    def __init__(self, name: object, present: list[str]) -> None:
        super().__init__(name)
        self.column = str(name)
        self._present = present

    def __str__(self) -> str:
        return missing_columns([self.column], self._present)


class _Record(dict[str, Any]):
    def __missing__(self, name: object) -> Any:
        raise MissingColumn(name, list(self))


def problem_of(
    rule: PythonRule, record: dict[str, Any] | None, elsewhere: Collection[str] = ()
) -> tuple[str | None, str] | None:
    """What the rule says of a record: its own error code, if it gives one, and the reason. None when it is good.

    A rule that raises, or returns what is neither None nor a dict, is a problem of the record: never a pass. One that
    asks for a column that is not even `elsewhere` is a problem of the rule.
    """
    if record is None:
        return (
            NOT_RUN,
            "a time of the record is before the year 1 or after 9999 in UTC, which Python cannot hold",
        )
    try:
        said = rule.check(_Record(record))  # a copy: what one rule changes, the next must not see
        return None if said is None else _problem(rule, said)
    except MissingColumn as error:
        code = RAISED if error.column.lower() in elsewhere else NO_SUCH_COLUMN
        return code, _cut(f"the rule raised KeyError: {error}")
    except BaseException as error:
        return RAISED, _cut(f"the rule raised {type(error).__name__}: {_text_of(error)}")


def _problem(rule: PythonRule, said: object) -> tuple[str | None, str]:
    if not isinstance(said, Mapping):
        return WRONG_RESULT, _cut(f"the rule returned {said!r}, but None (good) or a dict (bad) is expected")
    code = said.get("error_type")
    reason = str(said.get("description") or "") or _described(said) or rule.description
    return _cut(str(code)) if code else None, _cut(reason)


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "what it says cannot be shown"


def _described(said: Mapping[Any, Any]) -> str:
    details = {str(key): value for key, value in said.items() if key != "error_type"}
    return json.dumps(details, ensure_ascii=False, default=str) if details else ""


def _cut(text: str) -> str:
    text = text.encode(errors="replace").decode()  # half a surrogate pair cannot be written as UTF-8
    return text if len(text) <= _REASON_CHARACTERS else text[:_REASON_CHARACTERS] + "…"
