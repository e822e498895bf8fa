"""The job's `--settings`; test/csv-loading/loader-settings.test.ts writes the same golden file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from customer_data.csv.format import CsvFormat
from customer_data.errors import SettingsError
from customer_data.files.staging_location import StagingLocation
from customer_data.loading.settings import LoaderSettings, RowErrorPolicy, SchemaContract
from customer_data.quality.gate.settings import GateSettings
from customer_data.quality.rules.settings import QualitySettings, RulesFileLocation
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.table_name import TableName

GOLDEN = Path(__file__).parents[1] / "data" / "loader_settings.json"
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
        column_types={"version": "VARCHAR(16)"},
        schema_contract=SchemaContract.FREEZE,
        grow_up_to_rows=1_000_000,
        sequence_column="updated_at",
        csv=CsvFormat(
            delimiter=";",
            quote="'",
            encoding="windows-1252",
            null_values=("", "NULL"),
            date_formats=("DD/MM/YYYY",),
            escape="\\",
            strict_quotes=True,
            header_line=4,
            footer_lines=3,
            trim_keys=True,
            decimal_separator=",",
            thousands_separator=".",
            accounting_negatives=True,
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


def test_a_loader_without_rules_writes_outcomes_where_it_is_told() -> None:
    assert LoaderSettings.from_json(json.dumps(MINIMAL)).outcomes_prefix is None
    given = {**MINIMAL, "outcomes_prefix": "outcomes/crm/"}
    assert LoaderSettings.from_json(json.dumps(given)).outcomes_prefix == "outcomes/crm/"


def test_refuses_what_is_no_json() -> None:
    with pytest.raises(SettingsError, match="deploy the construct and the job from one version"):
        LoaderSettings.from_json("{")


def test_reads_what_the_construct_writes_of_rules() -> None:
    given = json.loads((GOLDEN.parent / "loader_settings_with_rules.json").read_text(encoding="utf-8"))
    quality = LoaderSettings.from_json(json.dumps(given)).quality

    assert quality is not None
    assert json.loads(quality.rules) == given["quality"]["rules"]
    assert quality.max_fail_ratio == given["quality"]["max_fail_ratio"]


def test_reads_every_field_of_a_gate() -> None:
    text = (GOLDEN.parent / "gate_settings.json").read_text(encoding="utf-8")
    given = json.loads(text)
    settings = GateSettings.from_json(text)

    prefixes = [name for name in given if name.endswith("prefix")]
    assert {name: getattr(settings, name) for name in ("pipeline", *prefixes)} == {
        name: given[name] for name in ("pipeline", *prefixes)
    }
    assert settings.key == ("user_id", "country")
    assert settings.column_mapping == {'E-Mail "work"': "email"}
    assert settings.csv.encoding == "windows-1252"
    assert settings.staging == StagingLocation("staging-bucket", "staging/crm-gate/")
    assert settings.quality == QualitySettings(
        report_prefix="reports/",
        rules=settings.quality.rules,
        rules_files=(RulesFileLocation("quality_rules.py", "s3://assets-bucket/0123456789abcdef.py"),),
        max_fail_ratio=0.1,
        unmasked_columns=("country",),
    )


def test_a_gate_names_the_field_that_it_does_not_know() -> None:
    with pytest.raises(SettingsError, match="colour"):
        GateSettings.from_json(
            json.dumps(
                {
                    "staging": {"bucket": "b", "prefix": "p/"},
                    "colour": 1,
                    "pipeline": "p",
                    "quality": {"report_prefix": "r/"},
                }
            )
        )


@pytest.mark.parametrize(("contract", "may"), [("evolve", True), ("freeze", False), ("discard", False)])
def test_only_one_contract_lets_the_table_change(contract: str, may: bool) -> None:
    assert SchemaContract(contract).may_evolve is may
