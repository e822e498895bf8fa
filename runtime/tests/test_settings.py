"""The job's `--settings`; test/csv-loading/loader-settings.test.ts writes the same golden file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from customer_data.errors import SettingsError
from customer_data.settings import (
    CsvFormat,
    LoaderSettings,
    RowErrorPolicy,
    SchemaContract,
    StagingLocation,
    TableName,
    WarehouseConnection,
)

GOLDEN = Path(__file__).parent / "data" / "loader_settings.json"
MINIMAL = {
    "pipeline": "crm",
    "table": {"schema": "crm", "name": "customers"},
    "staging": {"bucket": "staging-bucket", "prefix": "staging/crm/"},
    "warehouse": {"workgroup_name": "analytics", "database": "customers", "copy_role_arn": "arn:aws:iam::1:role/copy"},
}


def test_reads_every_field_that_the_construct_writes() -> None:
    assert LoaderSettings.from_json(GOLDEN.read_text(encoding="utf-8")) == LoaderSettings(
        pipeline="crm-customers",
        table=TableName("crm", "customers"),
        primary_key=("user_id", "country"),
        column_mapping={'E-Mail "work"': "email", "Größe": "size"},
        schema_contract=SchemaContract.FREEZE,
        sequence_column="updated_at",
        csv=CsvFormat(
            delimiter=";",
            quote="'",
            encoding="windows-1252",
            null_values=("", "NULL"),
            date_formats=("DD/MM/YYYY",),
        ),
        row_errors=RowErrorPolicy.QUARANTINE_ROWS,
        prefix="customers/",
        error_prefix="error/customers/",
        quarantine_prefix="quarantine/customers/",
        staging=StagingLocation("staging-bucket", "staging/crm-customers/"),
        warehouse=WarehouseConnection(
            database="customers",
            copy_role_arn="arn:aws:iam::123456789012:role/redshift-copy",
            cluster_identifier="analytics",
            database_user="loader",
            secret_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:redshift-AbCdEf",
        ),
    )


def test_takes_what_is_left_out_for_its_default() -> None:
    settings = LoaderSettings.from_json(json.dumps({**MINIMAL, "csv": {"quote": '"'}}))
    assert settings.primary_key == ("user_id",)
    assert settings.schema_contract is SchemaContract.EVOLVE
    assert settings.row_errors is RowErrorPolicy.FAIL_FILE
    assert settings.csv == CsvFormat()
    assert settings.sequence_column is None
    assert settings.warehouse.cluster_identifier is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"schema_contract": "maybe"}, "maybe"),
        ({"table": {"name": "customers"}}, "schema"),
        ({"csv": {"separator": ";"}}, "separator"),
    ],
)
def test_refuses_settings_of_another_version_and_names_the_field(change: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        LoaderSettings.from_json(json.dumps({**MINIMAL, **change}))


def test_refuses_what_is_no_json() -> None:
    with pytest.raises(SettingsError, match="deploy the construct and the job from one version"):
        LoaderSettings.from_json("{")
