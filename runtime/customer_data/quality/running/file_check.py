"""All rules against one file while it is read: what they find in each batch, and what that comes to at its end."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.date_formats import as_iso
from customer_data.columns.number_formats import number_format
from customer_data.csv.batch import CsvBatch
from customer_data.csv.format import CsvFormat
from customer_data.errors import CustomerDataError, FileFault
from customer_data.files.manifest import SourceFile
from customer_data.quality.report.columns import ColumnReport
from customer_data.quality.report.masking import mask, mask_record
from customer_data.quality.report.report import QualityReport, RuleReport, Sample, Verdict
from customer_data.quality.rules.file_rules import FreshnessRule, NewestTime
from customer_data.quality.rules.row_rules import Check, RowRule, reads_dates, reads_numbers
from customer_data.quality.rules.rule import Rule, Severity, missing_columns
from customer_data.quality.rules.rule_set import LINE, VIEW, RuleSet, make_rule_set
from customer_data.quality.rules.rules_file import RulesSource
from customer_data.quality.rules.settings import QualitySettings
from customer_data.quality.running.line_findings import LineFindings, LineFindingsReader
from customer_data.records.checks import Finding, shorten
from customer_data.records.rejected import requirement
from customer_data.records.rejections import Errors, Rejections, RowError

_MOST_SAMPLES = 5


@dataclass(frozen=True)
class Checks:
    """What a run checks files against, and whether it says how many values a loader would convert. Plain data:
    functions of rules files travel as the text of their file."""

    settings: QualitySettings
    pipeline: str
    run_id: str
    started: datetime
    csv: CsvFormat = field(default=CsvFormat(), kw_only=True)
    counts_converted: bool = field(default=False, kw_only=True)
    sources: tuple[RulesSource, ...] = field(default=(), repr=False, kw_only=True)

    @property
    def rules(self) -> RuleSet:
        """Raises SettingsError and RulesFileError."""
        return rules_of(self.settings.rules, self.sources)


@cache
def rules_of(rules: str, sources: tuple[RulesSource, ...]) -> RuleSet:
    """Of a JSON list and rules files; made once a process. Raises SettingsError and RulesFileError."""
    return make_rule_set(tuple(json.loads(rules)), sources)


class RulesDidNotRun(CustomerDataError):
    """A file came to be read without the findings of the rules that Spark runs: it must not pass without them."""


class FileCheck:
    """The rules against one reading of one file.

    `found` is what SQL and Python rules found before, None where there are none.
    """

    def __init__(
        self,
        checks: Checks,
        file: SourceFile,
        headers: Sequence[str],
        names: Sequence[str],
        found: LineFindings | None,
        s3: Any,
    ) -> None:
        self._checks = checks
        self._rules = checks.rules
        if self._rules.over_all_rows and found is None:
            raise RulesDidNotRun(f"s3://{file.bucket}/{file.key}")
        self._file = file
        self._numbers = number_format(checks.csv)
        self._headers = tuple(headers)
        self._index = {name: index for index, name in enumerate(names)}
        self._unmasked = {
            header for header, name in zip(headers, names, strict=True) if name in checks.settings.unmasked_columns
        }
        self._found = found or LineFindings()
        self._over_all_rows = LineFindingsReader(self._found, self._rules.over_all_rows, s3)
        self._failures = {**self._found.failures, **self._missing_columns(names)}
        self._newest = {rule.name: NewestTime() for rule in self._rules.freshness if rule.name not in self._failures}
        self._broken: Counter[str] = Counter()
        self._columns: dict[str, Counter[str]] = defaultdict(Counter)
        self._samples: dict[str, list[Sample]] = defaultdict(list)
        self.rows_warned = 0

    def findings(self, batch: CsvBatch) -> list[Finding]:
        """What is wrong in the batch, errors and warnings."""
        for rule in self._newest_rules:
            self._newest[rule.name].add(self._iso(batch.columns[self._index[rule.column]]))
        found = [self._of_row_rule(rule, batch) for rule in self._rules.row if rule.name not in self._failures]
        return [*(finding for finding in found if finding), *self._over_all_rows.findings(batch)]

    def add(self, marked: Rejections) -> None:
        """Counts what was found in records."""
        self.rows_warned += len(marked) - (pc.sum(marked.are_rejected).as_py() or 0)
        broken: dict[str, pa.BooleanArray] = {}
        for errors in marked.errors:
            _, error = errors.first
            broken[error.rule] = pc.or_(broken[error.rule], errors.rows) if error.rule in broken else errors.rows
            if error.column:
                self._columns[error.rule][error.column] += errors.count
        for rule, rows in broken.items():
            self._broken[rule] += pc.sum(rows).as_py()
            wanted = _MOST_SAMPLES - len(self._samples[rule])
            for row in pc.indices_nonzero(rows)[:wanted].to_pylist() if wanted else ():
                record = json.loads(marked.records[row].as_py())
                self._samples[rule].append(Sample(marked.lines[row].as_py() or 0, self._masked(record)))

    def conclude(self, rows_read: int, rows_rejected: int) -> FileFault | None:
        """Why the file is refused as a whole."""
        for name, lines in self._over_all_rows.unknown_lines().items():
            self._failures[name] = (
                f"it reported {lines:,} lines on which no record of the file begins; select {LINE} as it is in {VIEW}"
            )
        # A rule that did not run fails the file whatever its severity: nobody knows what it would have found.
        about_the_file = {rule.name for rule in (*self._rules.row_counts, *self._newest_rules)}
        for count in self._rules.row_counts:
            self._fail(count, count.failure(rows_read))
        for freshness in self._newest_rules:
            self._fail(freshness, freshness.failure(self._newest[freshness.name].value))
        failed = {
            rule.name: rule
            for rule in self._rules.all
            if rule.name in self._failures and not (rule.is_warning and rule.name in about_the_file)
        }
        reasons = [f"the rule {rule.label} fails the file: {self._failures[name]}" for name, rule in failed.items()]
        for rule in self._rules.all:
            checked = self._found.checked.get(rule.name, rows_read)
            if rule.max_fail_ratio is not None and _share(self._broken[rule.name], checked) > rule.max_fail_ratio:
                reasons.append(
                    f"{self._broken[rule.name]:,} of {checked:,} records break the rule {rule.label}, more than its"
                    f" max_fail_ratio of {rule.max_fail_ratio:g}"
                )
        limit = self._checks.settings.max_fail_ratio
        if limit is not None and _share(rows_rejected, rows_read) > limit:
            reasons.append(
                f"{rows_rejected:,} of {rows_read:,} records are rejected, more than the maxFailRatio of {limit:g}"
            )
        if not reasons:
            return None
        return FileFault("rule_failed" if failed else "too_many_bad_records", "; ".join(reasons))

    def report(
        self,
        rows_read: int,
        rows_rejected: int,
        fault: FileFault | None,
        seconds: float,
        links: Mapping[str, str],
        columns: Sequence[ColumnReport],
    ) -> QualityReport:
        verdict = Verdict.ROWS_REJECTED if rows_rejected else Verdict.PASSED
        checks, file = self._checks, self._file
        return QualityReport(
            pipeline=checks.pipeline,
            run_id=checks.run_id,
            at=checks.started,
            load_id=file.load_id,
            bucket=file.bucket,
            key=file.key,
            version_id=file.version_id,
            verdict=Verdict.REFUSED if fault else verdict,
            reason=fault.reason if fault else None,
            rows_read=rows_read,
            rows_rejected=rows_rejected,
            rows_warned=self.rows_warned,
            seconds=seconds,
            rules=(*map(self._rule_report, self._rules.all), *self._other_reports()),
            columns=self._headers,
            column_types=tuple(columns),
            links=links,
        )

    @property
    def _newest_rules(self) -> list[FreshnessRule]:
        return [rule for rule in self._rules.freshness if rule.name in self._newest]

    def _iso(self, values: pa.StringArray) -> pa.StringArray:
        """Dates in ISO 8601 where they are in one of the formats that `CsvFormat` names."""
        return as_iso(self._checks.csv.date_formats, values)

    def _as_read(self, check: Check, values: pa.StringArray) -> pa.StringArray:
        if reads_dates(check):
            return self._iso(values)
        return self._numbers.as_plain(values) if self._numbers and reads_numbers(check) else values

    def _missing_columns(self, names: Sequence[str]) -> dict[str, str]:
        columns = {rule.name: rule.column for rule in self._rules.row}
        columns |= {rule.name: rule.column for rule in self._rules.freshness}
        return {rule: missing_columns([column], names) for rule, column in columns.items() if column not in self._index}

    def _of_row_rule(self, rule: RowRule, batch: CsvBatch) -> Finding | None:
        index = self._index[rule.column]
        values = batch.columns[index]
        rows = pc.fill_null(rule.check.broken(self._as_read(rule.check, values)), False)
        if not pc.any(rows).as_py():
            return None
        header, warning = self._headers[index], rule.is_warning

        def error(value: str | None) -> RowError:
            return RowError(rule.name, rule.error_type, rule.why(value), header, shorten(value), warning)

        return Finding(rows, lambda: Errors.of_values(values.filter(rows), error), warning)

    def _fail(self, rule: Rule, failure: str | None) -> None:
        if failure is not None:
            self._failures[rule.name] = failure

    def _masked(self, record: Mapping[str, str | None] | str) -> dict[str, str | None]:
        if isinstance(record, str):
            return {"line as written": mask(record)}
        return mask_record(record, self._unmasked)

    def _rule_report(self, rule: Rule) -> RuleReport:
        column = getattr(rule, "column", None)
        columns = (column,) if column else getattr(rule, "columns", ())
        return RuleReport(
            name=rule.name,
            description=rule.description,
            error_type=rule.error_type,
            severity=rule.severity,
            rows_broken=self._broken[rule.name],
            max_fail_ratio=rule.max_fail_ratio,
            failure=self._failures.get(rule.name),
            samples=tuple(self._samples.get(rule.name, ())),
            notes=self._found.notes.get(rule.name, ()),
            rows_checked=self._found.checked.get(rule.name),
            columns=tuple(self._headers[self._index[name]] for name in columns if name in self._index),
        )

    def _other_reports(self) -> list[RuleReport]:
        known = {rule.name for rule in self._rules.all}
        reports = []
        for name, count in self._broken.items():
            if name not in known:
                columns = tuple(column for column, _ in self._columns[name].most_common())
                reports.append(
                    RuleReport(
                        name=name,
                        description=requirement(name, columns),
                        error_type=name,
                        severity=Severity.ERROR,
                        rows_broken=count,
                        samples=tuple(self._samples[name]),
                        columns=columns,
                    )
                )
        return reports


def _share(rows: int, of: int) -> float:
    """Divided, not multiplied: 29 of 100 is 0.29, but 0.29 * 100 is less than 29."""
    return rows / of if of else 0.0
