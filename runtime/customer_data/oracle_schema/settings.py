"""The schema job's `--settings` as values. `src/replication/` writes the same JSON; a test holds both together."""

from __future__ import annotations

from dataclasses import dataclass

from customer_data.files.staging_location import StagingLocation
from customer_data.job import read_settings
from customer_data.oracle_schema.selection import TableSelection
from customer_data.oracle_schema.types import NUMBER_SCALE
from customer_data.warehouse.connection import WarehouseConnection


@dataclass(frozen=True)
class SourceSettings:
    """The Secrets Manager secret has username, password, host and port. `host` and `port`, which the network's rules
    were made for, have to be those of the secret. `number_scale` is DMS's `numberDatatypeScale`."""

    secret_id: str
    service_name: str
    host: str | None = None
    port: int | None = None
    number_scale: int = NUMBER_SCALE


@dataclass(frozen=True)
class SchemaJobSettings:
    """`schema_file` is the URL of SQL that is applied in place of the converted schema's. Under `output` the SQL, the
    assessment and the model are written; the model of the last run is found there."""

    pipeline: str
    source: SourceSettings
    tables: TableSelection
    output: StagingLocation
    warehouse: WarehouseConnection
    target_schema: str | None = None
    schema_file: str | None = None

    @staticmethod
    def from_json(text: str) -> SchemaJobSettings:
        """Parses the `--settings` argument. Raises SettingsError naming the field that is wrong or unknown."""
        return read_settings(SchemaJobSettings, text)
