"""One database session: it runs Redshift statements in one PostgreSQL transaction and words errors as Redshift does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import IsolationLevel, RawCursor
from psycopg.types.string import TextLoader

from local.redshift import copy, unload
from local.redshift.dialect import translate
from local.redshift.errors import RedshiftError
from local.redshift.identifiers import LongNames
from local.redshift.s3_commands import Copy, Unload
from local.redshift.translation import Translation

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Backslash escapes in literals are honoured, as in Redshift, which forked from PostgreSQL 8.
_OPTIONS = (
    "-c standard_conforming_strings=off -c backslash_quote=on -c escape_string_warning=off -c timezone=UTC"
    " -c bytea_output=hex -c extra_float_digits=1"
)
_AS_TEXT = ("date", "time", "timetz", "timestamp", "timestamptz", "interval", "numeric", "jsonb", "bytea")
_BYTES_CHECK = re.compile(r"bytes \d+ (?P<length>\d+)")
_INTEGERS = {"smallint": "Short", "integer": "Integer", "bigint": "Long"}


@dataclass(frozen=True)
class ResultColumn:
    name: str
    type_name: str
    precision: int
    scale: int
    length: int


@dataclass(frozen=True)
class Outcome:
    """What a statement gave: its rows, or None for a statement without a result, and the count of rows."""

    row_count: int
    columns: tuple[ResultColumn, ...] = ()
    rows: list[tuple[Any, ...]] | None = None


class Session:
    def __init__(
        self,
        conninfo: str,
        names: LongNames,
        s3_client_for_role: Callable[[str], S3Client],
        isolation: IsolationLevel = IsolationLevel.REPEATABLE_READ,
    ) -> None:
        self.connection: psycopg.Connection[tuple[Any, ...]] = psycopg.connect(
            conninfo, options=_OPTIONS, cursor_factory=RawCursor, prepare_threshold=None
        )
        self.connection.isolation_level = isolation
        self._names = names
        self._s3_client_for_role = s3_client_for_role

    def execute(self, sql: str, parameters: Mapping[str, str], in_block: bool) -> Outcome:
        """Runs one statement; `in_block` when others share its transaction."""
        translation = translate(sql, self._names.stored)
        if in_block and translation.alone:
            raise RedshiftError(f"{translation.alone} cannot run inside a transaction block")
        if translation.creates and self._exists(translation.creates):
            return Outcome(0)
        for check in translation.before:
            self.connection.execute(_query(check))
        outcome = self._run(translation, [parameters[name] for name in translation.parameters])
        for remember in translation.after:
            self.connection.execute(_query(remember))
        if translation.commits:
            self.connection.commit()
        return outcome

    def describe_error(self, error: Exception) -> str:
        """The `Error` of a failed statement."""
        if isinstance(error, psycopg.Error) and error.diag.message_primary:
            return "ERROR: " + self._names.real(_worded(error))
        return f"ERROR: {error}"

    def _exists(self, table: str) -> bool:
        return self.connection.execute("SELECT to_regclass($1) IS NOT NULL", [table]).fetchone() == (True,)

    def _run(self, translation: Translation, parameters: list[str]) -> Outcome:
        if isinstance(translation.s3, Copy):
            client = self._s3_client_for_role(translation.s3.iam_role)
            return Outcome(copy.run(self.connection, translation.s3, client, self._names.stored))
        if isinstance(translation.s3, Unload):
            client = self._s3_client_for_role(translation.s3.iam_role)
            return Outcome(unload.run(self.connection, translation.s3, translation.sql, client, self._names.real))
        if translation.outside_transaction:
            self.connection.rollback()
            self.connection.autocommit = True
        cursor = self.connection.cursor()
        for name in _AS_TEXT:
            cursor.adapters.register_loader(name, TextLoader)
        cursor.execute(_query(translation.sql), parameters or None)
        if cursor.description is None or translation.command:
            return Outcome(0 if translation.command else max(cursor.rowcount, 0))
        columns = tuple(
            ResultColumn(
                self._names.real(column.name),
                _type_name(column.type_code),
                column.precision or 0,
                column.scale or 0,
                column.display_size or 0,
            )
            for column in cursor.description
        )
        rows = cursor.fetchall()
        return Outcome(len(rows), columns, rows)


def _query(text: str) -> bytes:
    return text.encode()


def _type_name(oid: int) -> str:
    info = psycopg.adapters.types.get(oid)
    name = info.name if info else "varchar"
    return {"jsonb": "super", "bytea": "varbyte", "text": "varchar", "name": "varchar"}.get(name, name)


def _worded(error: psycopg.Error) -> str:
    message = str(error.diag.message_primary)
    if isinstance(error, psycopg.errors.SerializationFailure):
        # Amazon Redshift, "Serializable isolation": how to fix its errors.
        return (
            "1023\n  Detail: Serializable isolation violation on table in Redshift: a concurrent transaction changed"
            " what this one read or wrote"
        )
    if isinstance(error, psycopg.errors.CheckViolation):
        violated = _BYTES_CHECK.fullmatch(error.diag.constraint_name or "")
        if violated:
            return f"value too long for type character varying({violated['length']})"
    if isinstance(error, psycopg.errors.InvalidTextRepresentation):
        match = re.fullmatch(r'invalid input syntax for type (\w+): "(.*)"', message, re.DOTALL)
        if match and match[1] in _INTEGERS:
            value = match[2]
            position = next((i for i, c in enumerate(value) if not (c.isdigit() or (i == 0 and c in "+-"))), len(value))
            shown = value[position : position + 1]
            return (
                f"Invalid digit, Value '{shown}', Pos {position}, Type: {_INTEGERS[match[1]]}\n  Detail: code: 1207"
                f" context: {value}"
            )
        return message.replace("syntax for type ", "syntax for ")
    return message
