"""The gate's `--settings` as values. `src/quality/` writes the same JSON; a test holds both together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from customer_data.columns.type_names import named_types
from customer_data.csv.format import CsvFormat
from customer_data.files.staging_location import StagingLocation
from customer_data.job import read_settings
from customer_data.quality.rules.settings import QualitySettings
from customer_data.quality.running.row_parts import ColumnNaming


@dataclass(frozen=True)
class GateSettings:
    """A gate's job settings. `key` are columns that identify a record: by them the rows of a query are found that
    does not select their lines. `column_types`, which only a loader has, are types by column that rules see."""

    pipeline: str
    staging: StagingLocation
    quality: QualitySettings
    csv: CsvFormat = field(default_factory=CsvFormat)
    column_mapping: Mapping[str, str] = field(default_factory=dict)
    column_types: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    prefix: str = ""
    passed_prefix: str = "passed/"
    quarantine_prefix: str = "quarantine/"
    processed_prefix: str = "processed/"
    error_prefix: str = "error/"
    outcomes_prefix: str = "outcomes/"

    def __post_init__(self) -> None:
        named_types(self.column_types)  # raises for what is no type

    @property
    def naming(self) -> ColumnNaming:
        return ColumnNaming(self.column_mapping, key=self.key, types=named_types(self.column_types))

    @staticmethod
    def from_json(text: str) -> GateSettings:
        """Parses the `--settings` argument. Raises SettingsError naming the field that is wrong or unknown."""
        return read_settings(GateSettings, text)
