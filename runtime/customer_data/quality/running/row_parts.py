"""The rows of one CSV as Parquet parts in staging, for the rules that need to see all of them: SQL and Python ones.

A part holds each record's line and its fields as text; what type a column has is known when all were seen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pyarrow as pa

from customer_data.columns.date_formats import as_iso
from customer_data.columns.formats import Formats
from customer_data.columns.inference import DecidingValue, TypeInference
from customer_data.columns.names import column_names, key_places
from customer_data.columns.types import ColumnType, as_written
from customer_data.csv.dialect import KeyPlaces
from customer_data.csv.format import CsvFormat
from customer_data.csv.reader import open_csv
from customer_data.errors import FileFault
from customer_data.files.manifest import SourceFile
from customer_data.files.source_object import SourceObject
from customer_data.quality.rules.rule_set import LINE
from customer_data.records.parquet_parts import ParquetParts, StagedPart
from customer_data.records.reading import Reading, read_ahead, read_until_decided

#: In memory; a part is the work of one Spark task, and all workers should have some.
_PART_BYTES = 16 * 2**20


@dataclass(frozen=True)
class RowParts:
    """`types` has each column's in the order of the file: the one that a rule names, else the narrowest that holds all
    values; None for a column without a value. `why` has the value that decided an inferred one. `reading` is how the
    file had to be read for its lines to be right."""

    parts: tuple[StagedPart, ...]
    types: Mapping[str, ColumnType | None]
    why: Mapping[str, DecidingValue]
    rows: int
    reading: Reading

    def as_text(self) -> RowParts:
        """The same rows, each value as the file has it."""
        return replace(self, types=dict.fromkeys(self.types))


@dataclass(frozen=True)
class ColumnNaming:
    """How headers become columns; `key` are the columns that every file has, `types` those of columns that are of them
    whatever their values."""

    mapping: Mapping[str, str]
    existing: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    types: Mapping[str, ColumnType] = field(default_factory=dict)

    @property
    def keys(self) -> KeyPlaces | None:
        """By which the CSV reader knows a header; None where no key is known."""
        return partial(key_places, self.key, self.mapping, self.known) if self.key else None

    @property
    def known(self) -> tuple[str, ...]:
        return (*self.existing, *self.key, *self.types)

    def names(self, headers: Sequence[str]) -> tuple[str, ...]:
        """Raises FileFault."""
        names = column_names(headers, self.mapping, self.known)
        if LINE in names:
            raise FileFault(
                "reserved_column",
                f"the header {headers[names.index(LINE)]!r} becomes the column {LINE!r}, which rules know a record by;"
                " rename it in the file or map it with columnMapping",
                line=1,
            )
        return names


def stage_rows(
    file: SourceFile,
    format: CsvFormat,
    naming: ColumnNaming,
    *,
    types: Mapping[str, ColumnType],
    identifying: Collection[str],
    bucket: str,
    prefix: str,
    s3: Any,
) -> RowParts:
    """Writes the records of the file under the prefix, broken ones left out. `types` are those that are known,
    `identifying` the columns whose values are told apart as they are written.

    Raises FileFault, SourceChanged and SourceUnreadable.
    """

    def read(reading: Reading) -> RowParts:
        with ExitStack() as stack:
            source = stack.enter_context(SourceObject(s3, file))
            parts = stack.enter_context(ParquetParts(s3, bucket, prefix, _PART_BYTES))
            csv = open_csv(source, format, encoding=reading.encoding, exact=reading.exact, keys=naming.keys)
            names = naming.names(csv.header)
            formats = Formats.of(format)
            inferences = [
                None if name in types else TypeInference(formats, is_key=name in identifying) for name in names
            ]
            dates = {name for name, type in types.items() if type.name in ("date", "timestamp", "timestamptz")}
            rows = 0
            for batch in stack.enter_context(read_ahead(csv.batches)):
                rows += batch.rows
                columns = [
                    as_iso(format.date_formats, values) if name in dates else values
                    for name, values in zip(names, batch.columns, strict=True)
                ]
                parts.add(pa.RecordBatch.from_arrays([pa.array(batch.lines), *columns], names=[LINE, *names]))
                for inference, values in zip(inferences, batch.columns, strict=True):
                    if inference:
                        inference.add(values, batch.lines)
            csv.require_lines()
            found = {
                name: inference.type if inference else as_written(types[name], formats.numbers)
                for name, inference in zip(names, inferences, strict=True)
            }
            why = {
                name: inference.why
                for name, inference in zip(names, inferences, strict=True)
                if inference and inference.why
            }
            return RowParts(parts.finish(), found, why, rows, reading)

    return read_until_decided(read)
