"""The jobs' arguments as values. `src/csv-loading/` and `src/quality/` write the same JSON; a test holds both
together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from customer_data.errors import SettingsError
from customer_data.quality.quality_settings import QualitySettings


class SchemaContract(StrEnum):
    """What happens to a column that the table lacks, and to a value that its column cannot hold.

    EVOLVE adds and widens columns, and keeps a value that still does not fit as text in a rescue column. FREEZE fails
    the file. DISCARD leaves new columns out, and rejects the record that has the value.
    """

    EVOLVE = "evolve"
    FREEZE = "freeze"
    DISCARD = "discard"


class RowErrorPolicy(StrEnum):
    """What happens to the rest of a file when some of its records are rejected."""

    FAIL_FILE = "fail_file"
    QUARANTINE_ROWS = "quarantine_rows"


@dataclass(frozen=True)
class TableName:
    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class CsvFormat:
    """How to read a CSV; None means detected from the file.

    `date_formats` are Redshift's (`DD/MM/YYYY`, `MM/DD/YYYY HH24:MI:SS`); ISO 8601 needs none.
    """

    delimiter: str | None = None
    quote: str = '"'
    encoding: str | None = None
    null_values: tuple[str, ...] = ("",)
    date_formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class StagingLocation:
    bucket: str
    prefix: str


@dataclass(frozen=True)
class WarehouseConnection:
    """How the Redshift Data API reaches the database, and the role that COPY assumes."""

    database: str
    copy_role_arn: str
    workgroup_name: str | None = None
    cluster_identifier: str | None = None
    database_user: str | None = None
    secret_arn: str | None = None


@dataclass(frozen=True)
class LoaderSettings:
    pipeline: str
    table: TableName
    staging: StagingLocation
    warehouse: WarehouseConnection
    primary_key: tuple[str, ...] = ("user_id",)
    column_mapping: Mapping[str, str] = field(default_factory=dict)
    schema_contract: SchemaContract = SchemaContract.EVOLVE
    sequence_column: str | None = None
    csv: CsvFormat = field(default_factory=CsvFormat)
    row_errors: RowErrorPolicy = RowErrorPolicy.FAIL_FILE
    prefix: str = ""
    error_prefix: str = "error/"
    quarantine_prefix: str = "quarantine/"
    quality: QualitySettings | None = None

    @staticmethod
    def from_json(text: str) -> LoaderSettings:
        """Parses the `--settings` argument. Raises SettingsError naming the field that is wrong or unknown."""
        try:
            given: dict[str, Any] = json.loads(text)
            nested: dict[str, Any] = {
                "table": TableName(**given.pop("table")),
                "staging": StagingLocation(**given.pop("staging")),
                "warehouse": WarehouseConnection(**given.pop("warehouse")),
                "csv": _csv_format(given.pop("csv", {})),
                "primary_key": tuple(given.pop("primary_key", ("user_id",))),
                "schema_contract": SchemaContract(given.pop("schema_contract", "evolve")),
                "row_errors": RowErrorPolicy(given.pop("row_errors", "fail_file")),
                "quality": QualitySettings.from_dict(given.pop("quality")) if "quality" in given else None,
            }
            return LoaderSettings(**nested, **given)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise _not_understood(error) from error


@dataclass(frozen=True)
class GateSettings:
    """What a gate's job is told. `key` are columns that identify a record: by them the rows of a query are told which
    does not give their lines."""

    pipeline: str
    staging: StagingLocation
    quality: QualitySettings
    csv: CsvFormat = field(default_factory=CsvFormat)
    column_mapping: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    prefix: str = ""
    passed_prefix: str = "passed/"
    quarantine_prefix: str = "quarantine/"
    processed_prefix: str = "processed/"
    error_prefix: str = "error/"

    @staticmethod
    def from_json(text: str) -> GateSettings:
        """Parses the `--settings` argument. Raises SettingsError naming the field that is wrong or unknown."""
        try:
            given: dict[str, Any] = json.loads(text)
            nested: dict[str, Any] = {
                "staging": StagingLocation(**given.pop("staging")),
                "quality": QualitySettings.from_dict(given.pop("quality")),
                "csv": _csv_format(given.pop("csv", {})),
                "key": tuple(given.pop("key", ())),
            }
            return GateSettings(**nested, **given)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise _not_understood(error) from error


def _not_understood(error: Exception) -> SettingsError:
    return SettingsError(
        f"the --settings argument is not what this job understands: {error}; deploy the construct and the job from one"
        " version of the library"
    )


def _csv_format(given: dict[str, Any]) -> CsvFormat:
    for name in ("null_values", "date_formats"):
        if name in given:
            given[name] = tuple(given[name])
    return CsvFormat(**given)
