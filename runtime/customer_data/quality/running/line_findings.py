"""What SQL and Python rules found in one file: which rule each line breaks and why, in Parquet parts sorted by line.

Sorted, so that whoever reads the file once more reads them beside it, with bounded memory.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from customer_data.csv.batch import CsvBatch
from customer_data.quality.rules.rule import Rule
from customer_data.records.checks import Finding
from customer_data.records.parquet_parts import StagedPart
from customer_data.records.reading import Reading
from customer_data.records.rejections import Errors, RowError

#: `rule` is the rule's place in `RuleSet.over_all_rows`; `code` and `reason` are NULL where the rule's own will do.
SCHEMA = pa.schema([("line", pa.int64()), ("rule", pa.int32()), ("code", pa.string()), ("reason", pa.string())])
#: Codes of records that a Python rule could not judge: it raised, or gave what is neither None nor a dict.
RAISED, WRONG_RESULT, NOT_RUN = NOT_JUDGED = ("rule_raised", "rule_wrong_result", "rule_not_run")
#: What ends the run: a Python rule asked for a column that is nowhere, so that no record is at fault.
NO_SUCH_COLUMN = "no_such_column"
SPARK_SCHEMA = "line BIGINT, rule INT, code STRING, reason STRING"


@dataclass(frozen=True)
class LineFindings:
    """Plain data. `failures` says of rules that did not run, or whose rows are unknown, why; `checked` of those with
    a filter, how many records it let through; `notes` of those that ran, what should be known of how they see the file.
    `reading` is how the lines were read."""

    parts: tuple[StagedPart, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    checked: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)


class LineFindingsReader:
    """Goes through what was found beside the batches of the file that it is about."""

    def __init__(self, found: LineFindings, rules: Sequence[Rule], s3: Any) -> None:
        self._rules = rules
        self._entries = _entries(found.parts, s3)
        self._waiting: pa.Table = SCHEMA.empty_table()
        self._unknown: Counter[str] = Counter()

    def findings(self, batch: CsvBatch) -> Iterator[Finding]:
        """What was found in the batch's records, a finding a rule."""
        if batch.rows == 0:
            return
        entries = self._up_to(int(batch.lines[-1]))
        lines = entries["line"].to_numpy()
        known = batch.lines[np.searchsorted(batch.lines, lines)] == lines
        self._count_unknown(entries.filter(pa.array(~known)))
        entries = entries.filter(pa.array(known))
        for place in sorted(set(entries["rule"].to_pylist())):
            of_rule = entries.filter(pc.equal(entries["rule"], place))
            not_judged = pc.is_in(of_rule["code"], pa.array(NOT_JUDGED))
            # Of a record that a rule could not judge nobody knows whether it is good: it is rejected in any case.
            for chosen, warning in ((pc.invert(not_judged), self._rules[place].is_warning), (not_judged, False)):
                said = of_rule.filter(chosen)
                if said.num_rows:
                    yield _finding(self._rules[place], said, batch, warning)

    def unknown_lines(self) -> dict[str, int]:
        """To be called after the last batch: how many reported lines begin no record, by the rule's name. What
        such a rule is about is unknown, so that it must not count as run."""
        self._count_unknown(self._waiting)
        for batch in self._entries:
            self._count_unknown(pa.Table.from_batches([batch]))
        self._waiting = SCHEMA.empty_table()
        return dict(self._unknown)

    def _count_unknown(self, entries: pa.Table) -> None:
        self._unknown.update(self._rules[place].name for place in entries["rule"].to_pylist())

    def _up_to(self, line: int) -> pa.Table:
        taken = []
        while True:
            count = int(np.searchsorted(self._waiting["line"].to_numpy(), line, side="right"))
            taken.append(self._waiting.slice(0, count))
            self._waiting = self._waiting.slice(count)
            if self._waiting.num_rows or (batch := next(self._entries, None)) is None:
                return pa.concat_tables(taken)
            self._waiting = pa.Table.from_batches([batch])


def _finding(rule: Rule, entries: pa.Table, batch: CsvBatch, warning: bool) -> Finding:
    rows = np.searchsorted(batch.lines, entries["line"].to_numpy())
    marked = np.zeros(batch.rows, dtype=bool)
    marked[rows] = True
    said = dict(
        zip(rows.tolist(), zip(entries["code"].to_pylist(), entries["reason"].to_pylist(), strict=True), strict=True)
    )

    def errors() -> Errors:
        return Errors.of_rows(
            [
                RowError(rule.name, code or rule.error_type, reason or rule.description, warning=warning)
                for _, (code, reason) in sorted(said.items())
            ]
        )

    return Finding(pa.array(marked), errors, warning)


def _entries(parts: Sequence[StagedPart], s3: Any) -> Iterator[pa.RecordBatch]:
    for part in parts:
        with tempfile.NamedTemporaryFile(prefix="findings-") as local:
            s3.download_file(part.bucket, part.key, local.name)
            for batch in pyarrow.parquet.ParquetFile(local.name).iter_batches(65_536):
                # Spark says of a constant that it is never NULL, which makes it another schema.
                yield pa.RecordBatch.from_arrays(batch.columns, schema=SCHEMA)
