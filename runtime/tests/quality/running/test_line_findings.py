"""What was found beside the rows that it is about: the same as a join of both by line."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from folder_s3 import FolderS3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_data.csv.batch import BrokenRecord, CsvBatch
from customer_data.quality.rules.rule import PythonRule, Rule, Severity
from customer_data.quality.running import line_findings
from customer_data.quality.running.line_findings import SCHEMA, LineFindings, LineFindingsReader
from customer_data.records.parquet_parts import StagedPart

RULES: tuple[Rule, ...] = (
    PythonRule("first", "first asks", "FIRST"),
    PythonRule("second", "second asks", "SECOND", Severity.WARNING),
)

Entry = tuple[int, int, str | None, str | None]


def staged(folder: Path, parts: list[list[Entry]]) -> LineFindings:
    objects = []
    for number, entries in enumerate(parts):
        path = folder / "b" / f"{number}.parquet"
        path.parent.mkdir(exist_ok=True)
        columns = zip(*entries, strict=True) if entries else [()] * len(SCHEMA)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)]
        pyarrow.parquet.write_table(pa.table(arrays, schema=SCHEMA), path, row_group_size=2)
        objects.append(StagedPart("b", path.name, path.stat().st_size, len(entries)))
    return LineFindings(tuple(objects))


def batches(lines: list[int], cuts: list[int]) -> list[CsvBatch]:
    edges = [0, *sorted(cut % (len(lines) + 1) for cut in cuts), len(lines)]
    made = []
    for start, end in itertools.pairwise(edges):
        of_batch = np.array(lines[start:end], dtype=np.int64)
        broken = () if len(of_batch) else (BrokenRecord(1, "ragged", "why", "raw"),)
        made.append(CsvBatch((pa.array(["x"] * len(of_batch)),), len(of_batch), of_batch, broken=broken))
    return made


def joined(found: LineFindings, read: list[CsvBatch], folder: Path) -> tuple[list[Any], dict[str, int]]:
    reader = LineFindingsReader(found, RULES, FolderS3(folder))
    told = []
    for batch in read:
        for finding in reader.findings(batch):
            assert len(finding.rows) == batch.rows
            errors = finding.errors().over(finding.rows)
            for row in np.flatnonzero(finding.rows.to_numpy(zero_copy_only=False)):
                error = errors.known[errors.places[int(row)].as_py()]
                assert error.warning == finding.warning == (error.rule == "second")
                told.append((int(batch.lines[row]), error.rule, error.code, error.reason))
    return sorted(told), reader.unknown_lines()


@given(
    lines=st.lists(st.integers(2, 60), unique=True, max_size=20).map(sorted),
    entries=st.dictionaries(
        st.tuples(st.integers(1, 64), st.integers(0, 1)),
        st.tuples(st.none() | st.just("CODE"), st.none() | st.just("because")),
        max_size=25,
    ),
    cuts=st.lists(st.integers(0, 40), max_size=4),
    part_cuts=st.lists(st.integers(0, 40), max_size=3),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_is_a_join_by_line_wherever_batches_and_parts_end(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[int],
    entries: dict[tuple[int, int], tuple[str | None, str | None]],
    cuts: list[int],
    part_cuts: list[int],
) -> None:
    folder = tmp_path_factory.mktemp("s3")
    ordered: list[Entry] = [(line, rule, *said) for (line, rule), said in sorted(entries.items())]
    edges = [0, *sorted(cut % (len(ordered) + 1) for cut in part_cuts), len(ordered)]
    found = staged(folder, [ordered[start:end] for start, end in itertools.pairwise(edges)])

    expected: list[Any] = []
    unknown: Counter[str] = Counter()
    for line, rule, code, reason in ordered:
        if line in lines:
            asked = RULES[rule]
            expected.append((line, asked.name, code or asked.error_type, reason or asked.description))
        else:
            unknown[RULES[rule].name] += 1
    assert joined(found, batches(lines, cuts), folder) == (sorted(expected), unknown)


def test_much_that_was_found_is_read_bit_by_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[pa.RecordBatch] = []
    entries_of = line_findings._entries

    def noted(parts: Sequence[StagedPart], s3: Any) -> Iterator[pa.RecordBatch]:
        for batch in entries_of(parts, s3):
            read.append(batch)
            yield batch

    monkeypatch.setattr(line_findings, "_entries", noted)
    parts: list[list[Entry]] = [[(line, 0, None, None)] for line in range(2, 12)]
    reader = LineFindingsReader(staged(tmp_path, parts), RULES, FolderS3(tmp_path))
    (first, *_) = batches(list(range(2, 12)), [3])
    assert len(list(reader.findings(first))) == 1
    assert len(read) <= 4
