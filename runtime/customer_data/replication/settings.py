"""The merge's `--settings` as values. `src/replication/` writes the same JSON; a test holds both together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from customer_data.files.staging_location import StagingLocation
from customer_data.job import read_settings
from customer_data.oracle_schema.names import target_name
from customer_data.replication.dms_files import SourceTable
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.schema_contract import SchemaContract
from customer_data.warehouse.table_name import TableName


class FileFormat(StrEnum):
    """What DMS was asked to write; a file says by its name what it is."""

    PARQUET = "parquet"
    CSV = "csv"


@dataclass(frozen=True)
class MergeSettings:
    """A replication's merge settings. DMS writes under `prefix`; the tables are in `target_schema`, by default in the
    schema that is named as that of the source. `side_by_side` tables are merged at a time. A column of a table with
    more than `grow_up_to_rows` rows gets no other type: that rewrites the table. `schema_job` makes tables that are
    missing; None where a file of the user's says which there are."""

    pipeline: str
    prefix: str
    staging: StagingLocation
    warehouse: WarehouseConnection
    target_schema: str | None = None
    format: FileFormat = FileFormat.PARQUET
    schema_contract: SchemaContract = SchemaContract.EVOLVE
    side_by_side: int = 4
    grow_up_to_rows: int = 100_000_000
    schema_job: str | None = None

    def target(self, table: SourceTable) -> TableName:
        return TableName(self.target_schema or target_name(table.schema), target_name(table.name))

    @staticmethod
    def from_json(text: str) -> MergeSettings:
        """Parses the `--settings` argument. Raises SettingsError naming the field that is wrong or unknown."""
        return read_settings(MergeSettings, text)
