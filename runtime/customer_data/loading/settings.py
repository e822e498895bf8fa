"""The loader's `--settings` as values. `src/csv-loading/` writes the same JSON; a test holds both together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from customer_data.columns.type_names import named_types
from customer_data.columns.types import ColumnType
from customer_data.csv.format import CsvFormat
from customer_data.files.staging_location import StagingLocation
from customer_data.job import read_settings
from customer_data.quality.rules.settings import QualitySettings
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.schema_contract import SchemaContract
from customer_data.warehouse.table_name import TableName


class RowErrorPolicy(StrEnum):
    """What happens to the rest of a file when some of its records are rejected."""

    FAIL_FILE = "fail_file"
    QUARANTINE_ROWS = "quarantine_rows"


@dataclass(frozen=True)
class LoaderSettings:
    """A loader's job settings. What it finds in each file it writes under `outcomes_prefix` of the staging bucket,
    by default that of its rules; without either it writes no outcomes. A column of a table with more than
    `grow_up_to_rows` rows gets no other type: that rewrites the table. `column_types` has types by column, which are
    those of new columns."""

    pipeline: str
    table: TableName
    staging: StagingLocation
    warehouse: WarehouseConnection
    primary_key: tuple[str, ...] = ("user_id",)
    column_mapping: Mapping[str, str] = field(default_factory=dict)
    column_types: Mapping[str, str] = field(default_factory=dict)
    schema_contract: SchemaContract = SchemaContract.EVOLVE
    sequence_column: str | None = None
    csv: CsvFormat = field(default_factory=CsvFormat)
    row_errors: RowErrorPolicy = RowErrorPolicy.FAIL_FILE
    prefix: str = ""
    error_prefix: str = "error/"
    quarantine_prefix: str = "quarantine/"
    outcomes_prefix: str | None = None
    quality: QualitySettings | None = None
    grow_up_to_rows: int = 100_000_000

    def __post_init__(self) -> None:
        named_types(self.column_types)  # raises for what is no type

    @property
    def named_types(self) -> dict[str, ColumnType]:
        return named_types(self.column_types)

    @staticmethod
    def from_json(text: str) -> LoaderSettings:
        """Parses the `--settings` argument. Raises SettingsError naming the field that is wrong or unknown."""
        return read_settings(LoaderSettings, text)
