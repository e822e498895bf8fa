"""The rules that need all rows of a file: its rows go to staging, Spark runs the rules, and what they found is read
beside the file by whoever reads it next."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from customer_data.columns.names import snake_case
from customer_data.csv.format import CsvFormat
from customer_data.errors import FileFault, SettingsError, SourceChanged, SourceUnreadable
from customer_data.files.manifest import SourceFile
from customer_data.files.s3_url import parse_s3_url
from customer_data.files.source_object import object_now
from customer_data.files.staging_location import StagingLocation
from customer_data.quality.rules.rule import ForeignKeyRule
from customer_data.quality.rules.rules_file import rules_source
from customer_data.quality.running.file_check import Checks
from customer_data.quality.running.line_findings import LineFindings
from customer_data.quality.running.row_parts import ColumnNaming, RowParts, stage_rows
from customer_data.quality.running.spark_rules import FileRows, SparkRules, require_syntax
from customer_data.records import spread, staged_objects

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AllRows:
    """Plain data. `connect` gives a client of S3, in the driver as in Spark's workers."""

    checks: Checks
    csv: CsvFormat
    key: tuple[str, ...]
    staging: StagingLocation
    connect: Callable[[], Any]

    @property
    def prefix(self) -> str:
        return f"{self.staging.prefix}{self.checks.run_id}/rules/"

    def stage(self, naming: ColumnNaming, file: SourceFile) -> RowParts | str:
        """The rows of one file, or why it cannot be read: then it is for whoever reads it next to say so."""
        rules = self.checks.rules
        try:
            return stage_rows(
                file,
                self.csv,
                naming,
                types={**naming.types, **rules.types},
                identifying=rules.identifying.union(self.key),
                bucket=self.staging.bucket,
                prefix=f"{self.prefix}{file.load_id}/",
                s3=self.connect(),
            )
        except (FileFault, SourceChanged, SourceUnreadable) as error:
            return str(error)


class AllRowRules:
    """Runs the rules of a run that need all rows of a file. Raises RulesFileError for queries that are not SQL, and
    SettingsError for a reference that cannot be read."""

    def __init__(self, work: AllRows) -> None:
        self._work = work
        self._spark: SparkRules | None = None
        if work.checks.rules.over_all_rows:
            require_syntax(work.checks.rules)
            self._spark = SparkRules(
                work.checks.rules,
                work.key,
                work.staging.bucket,
                work.connect,
                work.csv,
                self._references(),
            )

    def find(self, files: Sequence[SourceFile], naming: ColumnNaming) -> list[LineFindings | None]:
        """What the rules find in each file; None where there are no such rules. Raises RulesFileError for a rule that
        can run on no file."""
        if self._spark is None:
            return [None] * len(files)
        stage = partial(self._work.stage, naming)
        distribute = spread.worth_distributing([file.size for file in files])
        staged = (spread.over_spark if distribute else spread.in_driver)(stage, files)
        readable = [
            FileRows(f"s3://{file.bucket}/{file.key}", rows, f"{self._work.prefix}{file.load_id}/")
            for file, rows in zip(files, staged, strict=True)
            if isinstance(rows, RowParts)
        ]
        try:
            found = iter(self._spark.check(readable, naming.existing))
        finally:
            self._delete(*(rows for rows in staged if isinstance(rows, RowParts)))
        return [next(found) if isinstance(rows, RowParts) else self._not_run(rows) for rows in staged]

    def delete(self, found: Sequence[LineFindings | None]) -> None:
        """Deletes what `find` left in staging."""
        self._delete(*filter(None, found))

    def close(self) -> None:
        if self._spark:
            self._delete(*self._spark.references.values())

    def _not_run(self, reason: str) -> LineFindings:
        rules = self._work.checks.rules.over_all_rows
        return LineFindings(failures={rule.name: f"the file could not be read: {reason}" for rule in rules})

    def _references(self) -> dict[str, RowParts]:
        rules = [rule for rule in self._work.checks.rules.sql if isinstance(rule, ForeignKeyRule)]
        return {rule.name: self._reference(rule) for rule in rules}

    def _reference(self, rule: ForeignKeyRule) -> RowParts:
        url = f"s3://{rule.bucket}/{rule.key}"
        column = snake_case(rule.reference_column)
        try:
            rows = stage_rows(
                object_now(rule.bucket, rule.key, self._work.connect()),
                CsvFormat(),
                ColumnNaming({}),
                types={},
                identifying=(),
                bucket=self._work.staging.bucket,
                prefix=f"{self._work.prefix}references/{rule.name}/",
                s3=self._work.connect(),
            )
        except (FileFault, SourceChanged, SourceUnreadable) as error:
            raise SettingsError(
                f"the reference data {url} of the rule {rule.name!r} cannot be used: {error}; put a CSV with the column"
                f" {rule.reference_column!r} there"
            ) from error
        if column not in rows.types:
            raise SettingsError(
                f"the reference data {url} of the rule {rule.name!r} has no column {rule.reference_column!r}; it has"
                f" {', '.join(rows.types)[:1000]}; name one of these in the rule"
            )
        return rows.as_text()

    def _delete(self, *written: RowParts | LineFindings) -> None:
        keys = [part.key for one in written for part in one.parts]
        staged_objects.delete(self._work.staging.bucket, keys, self._work.connect())


def load_rules(checks: Checks, s3: Any) -> Checks:
    """With the rules files that the settings name, read and checked. Raises SettingsError and RulesFileError."""

    def read(url: str) -> bytes:
        bucket, key = parse_s3_url(url)
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    files = checks.settings.rules_files
    sources = tuple(rules_source(file.name, partial(read, file.url)) for file in files)
    loaded = replace(checks, sources=sources)
    log.info("%d rules", len(loaded.rules.all))
    return loaded
