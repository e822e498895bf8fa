"""What SQL and Python rules found in one file: which rule each line breaks and why, in Parquet parts sorted by line.

Sorted, so that whoever reads the file once more reads them beside it, with bounded memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from customer_data.csv_batch import CsvBatch
from customer_data.errors import CustomerDataError
from customer_data.quality.rules import Rule
from customer_data.reading import Reading
from customer_data.record_checks import Finding, RowError
from customer_data.staged_file import StagedPart

#: `rule` is the rule's place in `RuleSet.over_all_rows`; `code` and `reason` are NULL where the rule's own will do.
SCHEMA = pa.schema([("line", pa.int64()), ("rule", pa.int32()), ("code", pa.string()), ("reason", pa.string())])
SPARK_SCHEMA = "line BIGINT, rule INT, code STRING, reason STRING"


class LinesDoNotMatch(CustomerDataError):
    """A rule named lines that are none of the file's: with a line left over, what it is about would pass."""


@dataclass(frozen=True)
class LineFindings:
    """Plain data. `failures` says of rules that did not run, or whose rows cannot be told, why; `checked` of those with
    a filter, how many records it let through. `reading` is how the lines were read."""

    parts: tuple[StagedPart, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    checked: Mapping[str, int] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)


class LineFindingsReader:
    """Goes through what was found beside the batches of the file that it is about."""

    def __init__(self, found: LineFindings, rules: Sequence[Rule], s3: Any) -> None:
        self._rules = rules
        self._entries = _entries(found.parts, s3)
        self._waiting: pa.Table = SCHEMA.empty_table()

    def findings(self, batch: CsvBatch) -> Iterator[Finding]:
        """What was found in the batch's records, a finding a rule."""
        entries = self._up_to(int(batch.lines[-1])) if batch.rows else SCHEMA.empty_table()
        for place in sorted(set(entries["rule"].to_pylist())):
            of_rule = entries.filter(pa.compute.equal(entries["rule"], place))
            yield _finding(self._rules[place], of_rule, batch)

    def require_end(self) -> None:
        """Raises LinesDoNotMatch where it speaks of lines after the last record."""
        if self._waiting.num_rows or next(self._entries, None) is not None:
            raise LinesDoNotMatch("rules selected lines that the file does not have")

    def _up_to(self, line: int) -> pa.Table:
        taken = []
        while True:
            count = int(np.searchsorted(self._waiting["line"].to_numpy(), line, side="right"))
            taken.append(self._waiting.slice(0, count))
            self._waiting = self._waiting.slice(count)
            if self._waiting.num_rows or (batch := next(self._entries, None)) is None:
                return pa.concat_tables(taken)
            self._waiting = pa.Table.from_batches([batch])


def _finding(rule: Rule, entries: pa.Table, batch: CsvBatch) -> Finding:
    lines = entries["line"].to_numpy()
    rows = np.searchsorted(batch.lines, lines)
    if not np.array_equal(batch.lines[np.minimum(rows, batch.rows - 1)], lines):
        raise LinesDoNotMatch(f"the rule {rule.name!r} selected lines on which no record of the file begins")
    marked = np.zeros(batch.rows, dtype=bool)
    marked[rows] = True
    said = dict(
        zip(rows.tolist(), zip(entries["code"].to_pylist(), entries["reason"].to_pylist(), strict=True), strict=True)
    )

    def error(row: int, _fields: Sequence[str | None]) -> RowError:
        code, reason = said[row]
        return RowError(rule.name, code or rule.error_type, reason or rule.description, warning=rule.is_warning)

    return Finding(pa.array(marked), error, warning=rule.is_warning)


def _entries(parts: Sequence[StagedPart], s3: Any) -> Iterator[pa.RecordBatch]:
    for part in parts:
        with tempfile.NamedTemporaryFile(prefix="findings-") as local:
            s3.download_file(part.bucket, part.key, local.name)
            yield from pyarrow.parquet.ParquetFile(local.name).iter_batches(65_536)
