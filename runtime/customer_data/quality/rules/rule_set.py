"""All rules of a pipeline, from the job's settings and from the rules files that these name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from customer_data.columns.types import ColumnType
from customer_data.errors import SettingsError
from customer_data.quality.rules.file_rules import FreshnessRule, RowCountRule
from customer_data.quality.rules.row_rules import CHECKS, OfType, RowRule
from customer_data.quality.rules.rule import ForeignKeyRule, PythonRule, Rule, Severity, SqlRule
from customer_data.quality.rules.rules_file import RulesSource, read_rules
from customer_data.quality.rules.settings import require_ratio
from customer_data.typed_json import read_as

#: The column of the view that says on which line of the file a record begins.
LINE = "__line"
VIEW = "temp_data"
REFERENCE_VIEW = "reference"


@dataclass(frozen=True)
class RuleSet:
    """The rules, by how they are run: in one pass over the file (`row`, `file`), or by Spark over all of its rows."""

    row: tuple[RowRule, ...] = ()
    row_counts: tuple[RowCountRule, ...] = ()
    freshness: tuple[FreshnessRule, ...] = ()
    sql: tuple[SqlRule, ...] = ()
    python: tuple[PythonRule, ...] = ()
    sources: tuple[RulesSource, ...] = field(default=(), repr=False)

    @property
    def over_all_rows(self) -> tuple[SqlRule | PythonRule, ...]:
        """The rules that Spark runs. What it finds tells them by their place here."""
        return (*self.sql, *self.python)

    @property
    def all(self) -> tuple[Rule, ...]:
        return (*self.row, *self.row_counts, *self.freshness, *self.over_all_rows)

    @property
    def identifying(self) -> frozenset[str]:
        """Columns whose values are compared with others as they are written: `1.1` and `1.10` are two."""
        return frozenset(column for rule in self.sql for column in rule.columns)

    @property
    def columns(self) -> frozenset[str]:
        """Columns that generated rules are about: a file has to have them."""
        return self.identifying.union((rule.column for rule in self.row), (rule.column for rule in self.freshness))

    @property
    def types(self) -> dict[str, ColumnType]:
        """Columns whose type a rule names."""
        return {rule.column: rule.check.column_type for rule in self.row if isinstance(rule.check, OfType)}


def make_rule_set(rules: tuple[Mapping[str, Any], ...], sources: tuple[RulesSource, ...] = ()) -> RuleSet:
    """Raises SettingsError for what the construct of another version wrote, RulesFileError for a user's file."""
    made = [rule_from_json(rule) for rule in rules]
    files = [read_rules(source) for source in sources]
    rule_set = RuleSet(
        row=tuple(rule for rule in made if isinstance(rule, RowRule)),
        row_counts=tuple(rule for rule in made if isinstance(rule, RowCountRule)),
        freshness=tuple(rule for rule in made if isinstance(rule, FreshnessRule)),
        sql=(*(rule for rule in made if isinstance(rule, SqlRule)), *(rule for file in files for rule in file.sql)),
        python=tuple(rule for file in files for rule in file.python),
        sources=sources,
    )
    names = [rule.name for rule in rule_set.all]
    repeated = next((rule for rule in rule_set.all if names.count(rule.name) > 1), None)
    if repeated:
        raise SettingsError(f"{repeated.label}: two rules have this name: give one of them another")
    return rule_set


def rule_from_json(given: Mapping[str, Any]) -> Rule:
    """A rule as the construct writes it: `{name, kind, column?, parameters?, ...}`. Raises SettingsError."""
    where = f"the rule {given.get('name')!r}"
    written = read_as(_Written, given, where)
    if written.kind not in _KINDS:
        raise SettingsError(f"{where} is of the kind {written.kind!r}; allowed: {', '.join(_KINDS)}")
    if written.filter is not None and written.kind != "sql":
        raise SettingsError(f"{where} of the kind {written.kind!r} has a filter, which only SQL rules have")
    require_ratio(f"{where}.max_fail_ratio", written.max_fail_ratio)
    parameters, make = _KINDS[written.kind]
    described = {name: value for name, value in vars(written).items() if name in given}
    del described["kind"]
    described.pop("parameters", None)
    try:
        return make(
            {"severity": Severity.ERROR, **described}, read_as(parameters, written.parameters, f"{where}.parameters")
        )
    except (TypeError, ValueError, KeyError) as error:
        raise SettingsError(f"{where} of the kind {written.kind!r} is not usable: {error}") from error


@dataclass(frozen=True)
class _Written:
    """A rule as the construct writes it."""

    name: str
    kind: str
    column: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.ERROR
    description: str | None = None
    error_type: str | None = None
    max_fail_ratio: float | None = None
    filter: str | None = None


@dataclass(frozen=True)
class _Query:
    query: str


@dataclass(frozen=True)
class _Within:
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Reference:
    bucket: str
    key: str
    reference_column: str


@dataclass(frozen=True)
class _Limits:
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class _Age:
    max_age_seconds: float


Fields = dict[str, Any]


def _row_rule(described: Fields, check: Any) -> Rule:
    return RowRule(check=check, **_with_texts(described, f"{described['column']} {check.requirement}"))


def _sql(described: Fields, parameters: _Query) -> Rule:
    return SqlRule(query=parameters.query, **_with_texts(described, f"selected by the SQL rule {described['name']}"))


def _unique(described: Fields, parameters: _Within) -> Rule:
    column = described.pop("column")
    columns = (column, *parameters.within)
    listed = ", ".join(map(quoted, columns))
    present = " AND ".join(f"{quoted(column)} IS NOT NULL" for column in columns)
    query = (
        f"SELECT {LINE} FROM (SELECT {LINE}, count(*) OVER (PARTITION BY {listed}) AS copies FROM {VIEW}"
        f" WHERE {present}) WHERE copies > 1"
    )
    within = f" within {', '.join(columns[1:])}" if columns[1:] else ""
    return SqlRule(query=query, columns=columns, **_with_texts(described, f"{column} must be unique{within}"))


def _foreign_key(described: Fields, parameters: _Reference) -> Rule:
    column = described.pop("column")
    query = (
        f"SELECT {LINE} FROM {VIEW} LEFT ANTI JOIN {REFERENCE_VIEW} ON CAST({quoted(column)} AS STRING) = value"
        f" WHERE {quoted(column)} IS NOT NULL"
    )
    text = f"{column} must be a {parameters.reference_column} of s3://{parameters.bucket}/{parameters.key}"
    return ForeignKeyRule(query=query, columns=(column,), **vars(parameters), **_with_texts(described, text))


def _row_count(described: Fields, parameters: _Limits) -> Rule:
    return RowCountRule(**vars(parameters), **_with_texts(described, "the number of records of the file"))


def _freshness(described: Fields, parameters: _Age) -> Rule:
    age = timedelta(seconds=parameters.max_age_seconds)
    return FreshnessRule(max_age=age, **_with_texts(described, f"the newest {described['column']} of the file"))


def _with_texts(described: Fields, description: str) -> Fields:
    return {"description": description, "error_type": described["name"], **described}


def quoted(name: str) -> str:
    """A name as Spark SQL takes it, whatever it holds."""
    return "`" + name.replace("`", "``") + "`"


#: What the parameters of each kind are, and the rule that is made of them.
_KINDS: dict[str, tuple[type[Any], Callable[[Fields, Any], Rule]]] = {
    **{kind: (check, _row_rule) for kind, check in CHECKS.items()},
    "sql": (_Query, _sql),
    "unique": (_Within, _unique),
    "foreign_key": (_Reference, _foreign_key),
    "row_count": (_Limits, _row_count),
    "freshness": (_Age, _freshness),
}
