"""The source's tables as they are written: their columns with types, their keys, and rows with what DMS adds."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from local.dms.mappings import TableMappings
from local.dms.pgoutput import Relation, Values
from local.dms.types import SourceSettings, SourceType, source_type

_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p' AND n.nspname NOT LIKE 'pg\\_%%'
  AND n.nspname NOT IN ('information_schema', 'oracle_catalog')
ORDER BY 1, 2
"""
_COLUMNS = """
SELECT a.attname, a.atttypid::bigint, a.atttypmod FROM pg_attribute a
WHERE a.attrelid = format('%%I.%%I', %s::text, %s::text)::regclass AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attgenerated = '' ORDER BY a.attnum
"""
_KEY = """
SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
WHERE i.indisprimary AND i.indrelid = to_regclass(format('%%I.%%I', %s::text, %s::text)) ORDER BY k.place
"""
#: Transformations leave columns with one of these in their names as they are (DMS User Guide, "Transformation rules").
_NOT_TRANSFORMED = frozenset("#\\/-")
_DOMAINS = "SELECT oid::bigint, typname, typbasetype::bigint FROM pg_type WHERE typtype = 'd'"


@dataclass(frozen=True)
class Column:
    name: str
    type: SourceType


@dataclass(frozen=True)
class Table:
    schema: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sequence_columns: tuple[str, ...]
    before_images: tuple[tuple[str, Column], ...]
    """Names, and the columns whose values before an update they hold."""

    @property
    def key_in_statistics(self) -> tuple[str, str]:
        return self.schema, self.name

    @property
    def large_objects(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.type.is_lob)


@dataclass(frozen=True)
class Row:
    """A row on its way into a file; `sequence` is None in a full load."""

    operation: str
    time: str
    values: Values
    sequence: str | None = None
    before: Values | None = None

    @property
    def size(self) -> int:
        return sum(len(value) if value is not None else 4 for value in self.values.values())


class TableReader:
    """Looks tables up in the source's catalog, with the connection of the secret's user."""

    def __init__(
        self, connection: psycopg.Connection[Any], mappings: TableMappings, settings: SourceSettings, *, with_lobs: bool
    ) -> None:
        self._connection = connection
        self._mappings = mappings
        self._settings = settings
        self._with_lobs = with_lobs
        self._lock = threading.Lock()
        self._domains = {oid: (name, base) for oid, name, base in connection.execute(_DOMAINS)}

    def selected(self) -> list[tuple[str, str]]:
        """The names of the tables that the mappings select, in alphabetical order."""
        return [(schema, table) for schema, table in self._connection.execute(_TABLES) if self.selects(schema, table)]

    def selects(self, schema: str, table: str) -> bool:
        return self._mappings.selects(schema, table)

    def table(self, schema: str, name: str) -> Table:
        return self._made(schema, name, self._connection.execute(_COLUMNS, [schema, name]).fetchall())

    def of_relation(self, relation: Relation) -> Table:
        """The table as it was when it was changed, which the log tells."""
        columns = [(column.name, column.type_oid, column.modifier) for column in relation.columns]
        return self._made(relation.schema, relation.name, columns)

    def _made(self, schema: str, name: str, described: Iterable[Sequence[Any]]) -> Table:
        made = (Column(str(column), self._type(int(oid), int(modifier))) for column, oid, modifier in described)
        columns = tuple(column for column in made if self._with_lobs or not column.type.is_lob)
        key = tuple(column for (column,) in self._connection.execute(_KEY, [schema, name]))
        return Table(
            schema,
            name,
            columns,
            key,
            tuple(self._mappings.sequence_columns(schema, name)),
            self._before_images(schema, name, columns, key),
        )

    def _before_images(
        self, schema: str, name: str, columns: Sequence[Column], key: Sequence[str]
    ) -> tuple[tuple[str, Column], ...]:
        images = self._mappings.before_images_of(schema, name)
        if images is None:
            return ()
        kept = [
            column
            for column in columns
            if (not images.keys_only or column.name in key)
            and _NOT_TRANSFORMED.isdisjoint(column.name)
            and not (images.without_large_objects and column.type.is_lob)
        ]
        return tuple((f"{images.prefix}{column.name}{images.suffix}", column) for column in kept)

    def _type(self, oid: int, modifier: int) -> SourceType:
        domain, base = self._domains.get(oid, (None, oid))
        return source_type(base, modifier, domain, self._settings)
