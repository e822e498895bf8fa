"""Runs SQL and Python rules over all rows of a file, in Spark: the only part of data quality that knows of it.

The rows are read from their Parquet parts by Arrow in Spark's workers, so that Spark needs no file system of its own
for S3. Queries run in ANSI mode: where Spark would otherwise make NULL of a text that is no number, or of a result that
is too large, and so let the record pass, the rule fails and says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from customer_data.columns.names import snake_case
from customer_data.csv.format import CsvFormat
from customer_data.errors import CustomerDataError, some_of
from customer_data.quality.rules.rule import ForeignKeyRule, Rule, SqlRule, missing_columns
from customer_data.quality.rules.rule_set import LINE, REFERENCE_VIEW, VIEW, RuleSet, quoted
from customer_data.quality.rules.rules_file import RulesFileError
from customer_data.quality.running.line_findings import SPARK_SCHEMA, LineFindings
from customer_data.quality.running.python_rules import CheckParts, CheckRecords, ReadParts
from customer_data.quality.running.queries import (
    RuleNotRun,
    all_of,
    lines_by_key,
    require_whole_numbers,
    unidentified,
    where,
)
from customer_data.quality.running.row_parts import RowParts
from customer_data.quality.running.spark_errors import is_about_query, is_of_rules, said
from customer_data.quality.running.text_columns import TextColumns
from customer_data.quality.running.typed_values import INTEGERS, spark_type
from customer_data.quality.running.write_findings import WriteFindings
from customer_data.records.parquet_parts import StagedPart

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

log = logging.getLogger(__name__)

#: Files checked at one time: a small file's queries are mostly waiting.
_THREADS = 4
_CONFIGURATION = {
    "spark.sql.ansi.enabled": "true",
    # Exact, or an error where a result has more than 38 digits: else Spark rounds products to as few as 6 decimals.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "8192",
}
#: Of the 16 MiB that a part of rows takes in memory; Spark's own default suits neither a small file nor a large one.
_SHUFFLES_PER_PART = 1
#: Types of which each value is one text, as CAST writes it.
_WRITTEN_ONE_WAY = ("varchar", "char", *INTEGERS)
#: As a column of whole numbers has it: `1.0` in the reference is 1.
_WHOLE_NUMBER_AS_PLAIN = (
    "CASE WHEN value RLIKE '^[+-]?(0|[1-9][0-9]*)([.]0*)?$' THEN regexp_replace(value, '^[+]|[.]0*$', '') ELSE value"
    " END AS value"
)
#: What a SQL rule says of a row: nothing but its own description.
_NO_WORDS = ("CAST(NULL AS STRING) AS code", "CAST(NULL AS STRING) AS reason")


class SparkFailed(CustomerDataError):
    """Spark failed for another reason than a rule: the run ends, and its files stay."""


@dataclass(frozen=True)
class FileRows:
    """The rows of one file; what is found goes under `prefix`."""

    name: str
    rows: RowParts
    prefix: str


@dataclass(frozen=True)
class SparkRules:
    """`references` has the values that foreign keys may have, by the rule's name. `connect` gives a client of S3.
    `csv` is the format of the files."""

    rules: RuleSet
    key: tuple[str, ...]
    bucket: str
    connect: Callable[[], Any]
    csv: CsvFormat = field(default_factory=CsvFormat)
    references: Mapping[str, RowParts] = field(default_factory=dict)

    def check(self, files: Sequence[FileRows], existing: Sequence[str] = ()) -> list[LineFindings]:
        """What was found, in the order of the files. `existing` are the columns of the table that they go to.

        Raises RulesFileError for a rule that no file could fix, and SparkFailed.
        """
        columns = frozenset(
            (*existing, *self.key, *self.rules.columns, *(name for file in files for name in file.rows.types))
        )
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(partial(self._check, columns), files))

    def _check(self, columns: frozenset[str], file: FileRows) -> LineFindings:
        try:
            return _Check(self, file, columns, _session().newSession()).run()
        except Exception as error:
            if not hasattr(error, "java_exception") and not type(error).__module__.startswith("pyspark"):
                raise
            log.exception("Spark failed on %s", file.name)
            raise SparkFailed(f"Spark failed on {file.name}: {said(error)}") from None


def require_syntax(rules: RuleSet) -> None:
    """Raises RulesFileError for a query or a filter that is not Spark SQL."""
    parser = _session()._jsparkSession.sessionState().sqlParser()
    for rule in rules.over_all_rows:
        texts = {"query": all_of(rule.query)} if isinstance(rule, SqlRule) else {}
        texts |= {"filter": where(rule.filter)} if rule.filter else {}
        for what, text in texts.items():
            try:
                parser.parsePlan(text)
            except Exception as error:
                raise RulesFileError(f"{rule.label}: its {what} is not Spark SQL: {said(error)}") from error


class _Check:
    """The rules against one file, in a session of its own: its view is no other file's."""

    def __init__(self, rules: SparkRules, file: FileRows, columns: frozenset[str], session: SparkSession) -> None:
        self._spark_rules = rules
        self._rules = rules.rules
        self._file = file
        self._elsewhere = frozenset(map(str.lower, columns)).difference(map(str.lower, file.rows.types))
        self._wrong: list[str] = []
        self._session = session
        self._failures: dict[str, str] = {}
        self._checked: dict[str, int] = {}
        self._held: list[DataFrame] = []
        self._text: DataFrame | None = None
        shuffles = {"spark.sql.shuffle.partitions": str(_SHUFFLES_PER_PART * max(1, len(file.rows.parts)))}
        for name, value in (_CONFIGURATION | shuffles).items():
            session.conf.set(name, value)
        self._rows = self._frame(file.rows)
        self._texts = TextColumns(self._rows, file.rows.types, file.rows.why, rules.csv)

    def run(self) -> LineFindings:
        try:
            rows = self._rows
            if self._rules.sql or any(rule.filter for rule in self._rules.python):
                # What fails while the rows are read is no rule's fault: read them all before the first query.
                self._hold(rows).count()
            found = [*self._by_sql(rows), *self._by_python(rows)]
            self._require_right_rules()
            parts = self._written(reduce(lambda one, other: one.unionAll(other), found)) if found else ()
            notes = self._notes()
        finally:
            for frame in self._held:
                frame.unpersist()
        return LineFindings(parts, self._failures, self._checked, notes, self._file.rows.reading)

    def _notes(self) -> dict[str, tuple[str, ...]]:
        """Of the rules that ran; of the others, the failure has them."""
        notes = self._texts.notes()
        for rule, of_rule in notes.items():
            log.warning("the rule %s on %s: %s", rule, self._file.name, "; ".join(of_rule))
        for rule in notes.keys() & self._failures.keys():
            self._failures[rule] = "; ".join((self._failures[rule], *notes.pop(rule)))
        return notes

    def _frame(self, rows: RowParts) -> DataFrame:
        columns = ", ".join(f"{quoted(name)} {spark_type(type)}" for name, type in rows.types.items())
        return self._parts(rows).mapInArrow(self._reader(rows), f"{quoted(LINE)} BIGINT, {columns}")  # type: ignore[arg-type]

    def _parts(self, rows: RowParts) -> DataFrame:
        listed = [(part.bucket, part.key) for part in rows.parts]
        # A part a partition; `repartition` might put two into one.
        spread = self._session.sparkContext.parallelize(listed, max(1, len(listed)))
        return self._session.createDataFrame(spread, "bucket STRING, key STRING")

    def _reader(self, rows: RowParts) -> ReadParts:
        return ReadParts(dict(rows.types), self._spark_rules.connect)

    def _hold(self, frame: DataFrame) -> DataFrame:
        self._held.append(frame.persist())
        return frame

    def _by_sql(self, rows: DataFrame) -> Iterator[DataFrame]:
        if not self._rules.sql:
            return
        for place, rule in enumerate(self._rules.sql):
            try:
                lines = self._bad_lines(rule, rows)
            except RuleNotRun as error:
                self._fail(rule, str(error))
                continue
            yield lines.selectExpr("line", f"{place} AS rule", *_NO_WORDS)

    def _bad_lines(self, rule: SqlRule, rows: DataFrame) -> DataFrame:
        """The lines of the rows that the query selects. Raises RuleNotRun."""
        log.info("the rule %s runs on %s", rule.name, self._file.name)
        self._require_columns(rule.columns)
        if isinstance(rule, ForeignKeyRule):
            self._view_of_reference(rule)
        if rule.columns:
            rows = self._as_written(rule.columns, rows)
        with self._failing_as(rule):
            rows = self._filtered(rule, rows)
            rows.selectExpr("*").createOrReplaceTempView(VIEW)  # with the view, rows themselves would be no longer held
            selected = self._session.sql(all_of(rule.query))
            names = [name.lower() for name in selected.columns]
            key = self._spark_rules.key
            unknown = f"rows without a {LINE}, as an outer join does: add WHERE {LINE} IS NOT NULL"
            if names.count(LINE) == 1:
                require_whole_numbers(selected.dtypes[names.index(LINE)][1])
                lines = selected.selectExpr(f"CAST({quoted(LINE)} AS BIGINT) AS line")
            elif key and all(names.count(column.lower()) == 1 for column in key):
                lines = lines_by_key(selected, rows, key)
                unknown = f"a key ({', '.join(key)}) that no record of {VIEW} has: select the key as it is there"
            else:
                self._texts.look_at(rule, selected)
                count = selected.count()
                if count:
                    raise RuleNotRun(unidentified(count, names, key))
                return self._session.createDataFrame([], "line BIGINT")
            self._texts.look_at(rule, lines)
            lines = self._hold(lines.distinct())
            missing = lines.where("line IS NULL").count()  # which also runs the query, while its errors are the rule's
        if missing:
            raise RuleNotRun(f"the query selects {unknown}")
        return lines

    def _filtered(self, rule: Rule, rows: DataFrame) -> DataFrame:
        if rule.filter is None:
            return rows
        filtered = rows.where(f"(\n{rule.filter}\n)")
        self._texts.look_at(rule, filtered)
        self._checked[rule.name] = filtered.count()  # which also runs the condition, while its errors are the rule's
        return filtered

    def _as_written(self, columns: Sequence[str], rows: DataFrame) -> DataFrame:
        """Rows in which the columns are compared as the file has them: `1.0` and `1.00`, `TRUE` and `true` are two."""
        types = self._file.rows.types
        if all(type is None or type.name in _WRITTEN_ONE_WAY for type in map(types.__getitem__, columns)):
            return rows
        if self._text is None:
            compared = {column: None for rule in self._rules.sql for column in rule.columns if column in types}
            text = self._frame(self._file.rows.as_text())
            self._text = self._hold(text.selectExpr(quoted(LINE), *map(quoted, compared)))
        return self._text

    def _require_columns(self, columns: Sequence[str]) -> None:
        missing = [column for column in columns if column not in self._file.rows.types]
        if missing:
            raise RuleNotRun(missing_columns(missing, list(self._file.rows.types)))

    def _view_of_reference(self, rule: ForeignKeyRule) -> None:
        reference = self._spark_rules.references[rule.name]
        values = self._frame(reference).selectExpr(f"{quoted(snake_case(rule.reference_column))} AS value")
        types = [self._file.rows.types[column] for column in rule.columns]
        if all(type and type.name in INTEGERS for type in types):
            values = values.selectExpr(_WHOLE_NUMBER_AS_PLAIN)
        values.where("value IS NOT NULL").distinct().createOrReplaceTempView(REFERENCE_VIEW)

    def _by_python(self, rows: DataFrame) -> Iterator[DataFrame]:
        if not self._rules.python:
            return
        names = ", ".join(rule.name for rule in self._rules.python)
        log.info("the Python rules %s run on %s", names, self._file.name)
        conditions: dict[str, str] = {}
        for number, rule in enumerate(rule for rule in self._rules.python if rule.filter):
            try:
                with self._failing_as(rule):
                    self._filtered(rule, rows)
                conditions[rule.name] = f"__where_{number}"
                rows = rows.selectExpr("*", f"coalesce((\n{rule.filter}\n), false) AS {conditions[rule.name]}")
            except RuleNotRun as error:
                self._fail(rule, str(error))
        failed = frozenset(self._failures)
        check = CheckRecords(self._rules.sources, len(self._rules.sql), conditions, failed, self._elsewhere)
        if conditions:
            yield rows.mapInArrow(check, SPARK_SCHEMA)  # type: ignore[arg-type]
        else:  # each part from the worker that reads it, without the way through Java's rows and back
            read_and_check = CheckParts(self._reader(self._file.rows), check)
            yield self._parts(self._file.rows).mapInArrow(read_and_check, SPARK_SCHEMA)  # type: ignore[arg-type]

    def _fail(self, rule: Rule, reason: str) -> None:
        log.warning("the rule %s does not run on %s: %s", rule.name, self._file.name, reason)
        self._failures[rule.name] = reason

    @contextmanager
    def _failing_as(self, rule: Rule) -> Iterator[None]:
        """Within it, what Spark says of the query or of the data that it met is RuleNotRun; anything else passes."""
        try:
            yield
        except Exception as error:
            if isinstance(error, RuleNotRun) or not is_about_query(error):
                raise
            if is_of_rules(error, self._elsewhere):
                self._is_wrong(rule, said(error))
            raise RuleNotRun(self._texts.failed_cast(rule, error) or said(error)) from error

    def _is_wrong(self, rule: Rule, why: str) -> None:
        self._wrong.append(f"{rule.label}: it can run on no file: {why}")

    def _require_right_rules(self) -> None:
        if self._wrong:
            columns = some_of((*self._file.rows.types, LINE))
            raise RulesFileError(
                f"{'; '.join(self._wrong)}. The only view is {VIEW}, and in {self._file.name} it has the columns"
                f" {columns}. Correct the rules, or the files if a column is missing: all files stay where they are"
            )

    def _written(self, found: DataFrame) -> tuple[StagedPart, ...]:
        write = WriteFindings(self._spark_rules.bucket, self._file.prefix, self._spark_rules.connect)
        ordered = self._hold(found).orderBy("line", "rule")  # held, since sorting looks at it twice
        parts = ordered.mapInArrow(write, WriteFindings.SCHEMA).collect()  # type: ignore[arg-type]
        for place, why in {part["wrong_rule"]: part["why"] for part in parts if part["why"]}.items():
            self._is_wrong(self._rules.over_all_rows[place], why)
        self._require_right_rules()
        return tuple(
            StagedPart(write.bucket, part["key"], part["size"], part["rows"])
            for part in sorted(parts, key=lambda part: part["first"])
        )


def _session() -> SparkSession:
    from pyspark.sql import SparkSession  # only where it is needed: importing it starts a JVM gateway's machinery

    return SparkSession.builder.getOrCreate()
