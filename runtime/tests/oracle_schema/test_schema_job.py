"""The whole job: the secret, the catalog, the files, the warehouse; and what it says when something is wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from world import STAGING, World

from customer_data.errors import RunFailed, SettingsError, WarehouseError
from customer_data.files.staging_location import StagingLocation
from customer_data.oracle_schema import schema_job
from customer_data.oracle_schema.catalog import VIEWS, Row
from customer_data.oracle_schema.jdbc import SourceDatabaseError, SparkDatabase, read_catalog
from customer_data.oracle_schema.secret import Login, read_secret
from customer_data.oracle_schema.selection import TableSelection
from customer_data.oracle_schema.settings import SchemaJobSettings, SourceSettings
from customer_data.warehouse.connection import WarehouseConnection

PASSWORD = "s3cr3t-tiger"
LOGIN = Login("ora.example.com", 1521, "replicator", PASSWORD)
SECRET = {"username": "replicator", "password": PASSWORD, "host": "ora.example.com", "port": 1521}
SETTINGS_FILE = Path(__file__).parents[1] / "data" / "schema_job_settings.json"


class Rows:
    """A database with the views that `tables` describe: OWNER.TABLE: {column: (type, key position)}."""

    def __init__(self, **views: list[dict[str, str | None]]) -> None:
        self.views = {"ALL_CONSTRAINTS": [], "ALL_CONS_COLUMNS": [], **{k.upper(): v for k, v in views.items()}}
        self.asked: list[str] = []

    def columns(self, view: str) -> tuple[str, ...] | None:
        known = next(one for one in VIEWS if one.name == view)
        return (*known.columns, *known.may_lack) if view in self.views else None

    def rows(self, query: str) -> Sequence[Row]:
        self.asked.append(query)
        return self.views[query.split(" FROM ")[1].split()[0]]  # type: ignore[return-value]


def crm(*columns: tuple[str, str], owner: str = "CRM") -> Rows:
    return Rows(
        all_tab_cols=[
            {
                **{"OWNER": owner, "TABLE_NAME": "CUSTOMERS", "COLUMN_NAME": name, "DATA_TYPE": type, "NULLABLE": "Y"},
                **{"COLUMN_ID": str(number), "DATA_LENGTH": "20", "DATA_PRECISION": "9" if type == "NUMBER" else None},
            }
            for number, (name, type) in enumerate((("ID", "NUMBER"), *columns), start=1)
        ],
        all_constraints=[
            {
                **{"OWNER": owner, "CONSTRAINT_NAME": "PK", "CONSTRAINT_TYPE": "P", "TABLE_NAME": "CUSTOMERS"},
                "STATUS": "ENABLED",
            }
        ],
        all_cons_columns=[
            {
                **{"OWNER": owner, "CONSTRAINT_NAME": "PK", "TABLE_NAME": "CUSTOMERS", "COLUMN_NAME": "ID"},
                "POSITION": "1",
            }
        ],
    )


def settings(world: World, **changes: Any) -> SchemaJobSettings:
    made = SchemaJobSettings(
        pipeline="crm",
        source=SourceSettings("oracle", "CRMPDB"),
        tables=TableSelection(("CRM.%",)),
        output=StagingLocation(STAGING, "schemas/crm/"),
        warehouse=WarehouseConnection("dev", world.copy_role_arn, workgroup_name="warehouse"),
        target_schema=world.schema,
    )
    return replace(made, **changes)


def run(world: World, database: Rows, *, plan: bool = False, **changes: Any) -> None:
    """With the rights that the warehouse's set-up gives its writers."""
    schema_job.run(
        settings(world, **changes),
        LOGIN,
        plan=plan,
        s3=world.s3,
        redshift_data=world.redshift_data,
        connect=lambda settings, login: database,
    )


def stored(world: World) -> dict[str, Any]:
    rows = world.admin.query(
        f"SELECT column_name, data_type FROM svv_columns WHERE table_schema = '{world.schema}'"
        " AND table_name = 'customers' ORDER BY ordinal_position"
    )
    return dict(rows)  # type: ignore[arg-type]


def written(world: World, name: str) -> str:
    return world.s3.get_object(Bucket=STAGING, Key=f"schemas/crm/{name}")["Body"].read().decode()  # type: ignore[no-any-return]


def test_reads_writes_and_applies_and_later_only_what_is_new(world: World) -> None:
    database = crm(("NAME", "VARCHAR2"))
    run(world, database)
    assert stored(world) == {"id": "integer", "name": "character varying"}
    assert f'CREATE TABLE IF NOT EXISTS "{world.schema}"."customers"' in written(world, "create_redshift_schema.sql")
    assert json.loads(written(world, "assessment.json"))["source"] == "CRMPDB on ora.example.com:1521"
    assert "<!DOCTYPE html>" in written(world, "assessment.html")
    assert all("WHERE OWNER IN ('CRM')" in query for query in database.asked)

    run(world, crm(("NAME", "VARCHAR2"), ("BORN", "DATE")))
    assert list(stored(world)) == ["id", "name", "born"]
    assert written(world, "alter_redshift_schema.sql") == (
        f'ALTER TABLE "{world.schema}"."customers" ADD COLUMN "born" TIMESTAMP;\n'
    )
    run(world, crm(("NAME", "VARCHAR2"), ("BORN", "DATE")))
    assert "Nothing is to be changed" in written(world, "alter_redshift_schema.sql")


def test_a_number_without_a_precision_has_the_decimals_that_dms_writes(world: World) -> None:
    bare = crm(("FACTOR", "NUMBER"))
    bare.views["ALL_TAB_COLS"][-1] |= {"DATA_PRECISION": None, "DATA_SCALE": None}
    run(world, bare, source=SourceSettings("oracle", "CRMPDB", number_scale=20))
    assert '"factor" NUMERIC(38,20)' in written(world, "create_redshift_schema.sql")
    run(world, bare, source=SourceSettings("oracle", "CRMPDB", number_scale=20))
    assert "Nothing is to be changed" in written(world, "alter_redshift_schema.sql")


def test_what_the_source_no_longer_has_is_reported_and_stays(world: World, caplog: pytest.LogCaptureFixture) -> None:
    run(world, crm(("NAME", "VARCHAR2")))
    with caplog.at_level(logging.INFO):
        run(world, crm())
    assert list(stored(world)) == ["id", "name"]
    assert "the columns name are not among the source's" in caplog.text


def test_a_table_without_supplemental_logging_is_reported_with_the_statement_and_is_made(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    database = crm()
    database.views["ALL_LOG_GROUPS"] = []
    run(world, database)
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "CRM.CUSTOMERS" in warning
    assert 'ALTER TABLE "CRM"."CUSTOMERS" ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS' in warning
    assert "SUPPLEMENTAL LOG DATA" in written(world, "assessment.html")
    assert list(stored(world)) == ["id"]


def test_a_plan_writes_and_applies_nothing(world: World) -> None:
    run(world, crm(), plan=True)
    assert stored(world) == {}
    assert "CREATE TABLE" in written(world, "alter_redshift_schema.sql")


def with_view(condition: str) -> Rows:
    database = crm(("NAME", "VARCHAR2"))
    text = f"SELECT ID FROM CUSTOMERS WHERE {condition}"
    database.views["ALL_VIEWS"] = [{"OWNER": "CRM", "VIEW_NAME": "FEW", "TEXT": text}]
    return database


def test_a_view_that_only_a_plan_or_a_failed_run_has_seen_is_still_replaced(world: World) -> None:
    run(world, with_view("ID > 1"))
    run(world, with_view("ID > 2"), plan=True)
    failing = with_view("ID > 2")
    failing.views["ALL_TAB_COLS"].append({**failing.views["ALL_TAB_COLS"][1], "TABLE_NAME": "FEW2"})
    world.admin.execute(f'CREATE VIEW "{world.schema}".few2 AS SELECT 1::integer AS id')
    with pytest.raises(WarehouseError, match="few2"):
        run(world, failing)
    run(world, with_view("ID > 2"))
    assert "CREATE OR REPLACE VIEW" in written(world, "alter_redshift_schema.sql")
    run(world, with_view("ID > 2"))
    assert "Nothing is to be changed" in written(world, "alter_redshift_schema.sql")


def test_a_file_that_a_person_edited_is_applied_instead(world: World) -> None:
    text = (
        f'CREATE SCHEMA IF NOT EXISTS "{world.schema}"; -- the job may make no schemas, and this one is there\n'
        f'CREATE TABLE IF NOT EXISTS "{world.schema}".customers (id BIGINT NOT NULL, note VARCHAR(9) ENCODE zstd,'
        f" PRIMARY KEY (id));\nCOMMENT ON TABLE \"{world.schema}\".customers IS 'a;b';"
    )
    world.s3.put_object(Bucket=STAGING, Key="own.sql", Body=text.encode())
    for _ in range(2):
        run(world, crm(), schema_file=f"s3://{STAGING}/own.sql")
    assert stored(world) == {"id": "bigint", "note": "character varying"}
    assert "customers.id is BIGINT, which holds every INTEGER" in written(world, "alter_redshift_schema.sql")


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (
            "SELECT 1; CREATE TABEL x (a INT);",
            WarehouseError,
            r"own\.sql', statement 2 of 2 \(CREATE TABEL x \(a INT\)\)",
        ),
        ("SELECT 'a", SettingsError, r"own\.sql': line 1: a literal begins there"),
        ("-- nothing", SettingsError, r"own\.sql' has no statement"),
        (b"\xff", SettingsError, r"own\.sql': its text: byte 0 is not UTF-8; save it as UTF-8"),
        (b"\xff\xfeS", SettingsError, r"own\.sql': its text: byte 2 is not UTF-16; save it as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_applied_is_named(
    world: World, text: str | bytes, kind: type[Exception], message: str
) -> None:
    world.s3.put_object(Bucket=STAGING, Key="own.sql", Body=text if isinstance(text, bytes) else text.encode())
    with pytest.raises(kind, match=message):
        run(world, crm(), schema_file=f"s3://{STAGING}/own.sql")


def test_a_file_that_is_not_there_is_named(world: World) -> None:
    with pytest.raises(SettingsError, match=r"schema_file 's3://staging/gone\.sql' is not there"):
        run(world, crm(), schema_file=f"s3://{STAGING}/gone.sql")


def test_no_table_matches(world: World) -> None:
    with pytest.raises(
        SettingsError, match=r"no table matches CRM\.% without %\.CUSTOMERS; the user sees 1 tables of CRM"
    ):
        run(world, crm(), tables=TableSelection(("CRM.%",), ("%.CUSTOMERS",)))


def test_a_schema_without_tables_is_no_catalog_without_views(world: World) -> None:
    empty = crm()
    empty.views = {name: [] for name in empty.views}
    with pytest.raises(SettingsError, match=r"no table matches CRM\.%; the user sees 0 tables of nobody"):
        run(world, empty)


def test_a_pattern_of_owners_asks_for_all(world: World) -> None:
    database = crm()
    run(world, database, tables=TableSelection(("C%.%",)))
    assert not any("WHERE" in query for query in database.asked)


def test_names_of_owners_are_quoted() -> None:
    database = crm()
    read_catalog(database, ["O'BRIEN"])
    assert "WHERE OWNER IN ('O''BRIEN')" in database.asked[0]


def test_long_columns_are_read_last() -> None:
    """Oracle's driver closes the stream of a LONG as soon as another column is read."""
    database = crm()
    read_catalog(database, None)
    assert [query.split(" FROM ")[0].split()[-1] for query in database.asked[:2]] == [
        "DATA_DEFAULT",
        "SEARCH_CONDITION",
    ]


def test_a_widening_that_redshift_refuses_holds_nothing_up(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Of some encodings, which the catalog does not show to everybody."""
    world.admin.execute(
        f'CREATE TABLE "{world.schema}".customers (id INTEGER NOT NULL, name VARCHAR(5) ENCODE bytedict,'
        " PRIMARY KEY (id))"
    )
    with caplog.at_level(logging.INFO):
        run(world, crm(("NAME", "VARCHAR2"), ("BORN", "DATE")))
    assert list(stored(world)) == ["id", "name", "born"]
    assert "not widened, longer values fail" in caplog.text


def test_a_statement_that_fails_is_named(world: World) -> None:
    """A view has the name of the table."""
    world.admin.execute(f'CREATE VIEW "{world.schema}".customers AS SELECT 1::integer AS id')
    with pytest.raises(WarehouseError, match=r'^ALTER TABLE "\w+"\."customers" ADD COLUMN "name"'):
        run(world, crm(("NAME", "VARCHAR2")))


# The secret


def secret(text: str | None, name: str = "oracle") -> Any:
    manager = boto3.client("secretsmanager", "us-east-1")
    manager.create_secret(Name=name, SecretString="x" if text is None else text)
    return manager


def test_the_secret_gives_the_address_and_the_login(aws: None) -> None:
    login = read_secret(SourceSettings("oracle", "S", "ORA.example.com", 1521), secret(json.dumps(SECRET)))
    assert login == LOGIN and login.url("CRMPDB") == "jdbc:oracle:thin:@//ora.example.com:1521/CRMPDB"
    assert PASSWORD not in repr(login)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PASSWORD, "the secret oracle is no JSON object"),
        (f'["{PASSWORD}"]', "the secret oracle is no JSON object"),
        (json.dumps({"user": "a", "password": PASSWORD, "host": "h", "port": 1}), "lacks username; it needs the keys"),
        (json.dumps({**SECRET, "port": ""}), "lacks port"),
        (json.dumps({**SECRET, "port": "x"}), "a port that is no number"),
        (json.dumps({**SECRET, "host": "other"}), "has the host other, and the settings have ora.example.com"),
        (json.dumps({**SECRET, "port": 1522}), "has the port 1522, and the settings have 1521"),
    ],
)
def test_a_secret_that_cannot_be_used(aws: None, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as raised:
        read_secret(SourceSettings("oracle", "S", "ora.example.com", 1521), secret(text))
    assert PASSWORD not in str(raised.value) and raised.value.__cause__ is None


def test_a_secret_that_is_not_there(aws: None) -> None:
    with pytest.raises(SettingsError, match="the secret oracle cannot be read: ResourceNotFoundException"):
        read_secret(SourceSettings("oracle", "S"), boto3.client("secretsmanager", "us-east-1"))


# The database


class Broken:
    """Stands for Spark's reader, and fails as it does."""

    def __init__(self, message: str) -> None:
        self.message = message

    def option(self, name: str, value: str) -> Broken:
        return self

    def load(self) -> None:
        raise RuntimeError(self.message)


JAVA = (
    "An error occurred while calling o42.load.\n: java.sql.SQLRecoverableException: IO Error: could not connect as"
    f" replicator/{PASSWORD} to ora.example.com\n\tat oracle.jdbc.driver.T4CConnection.logon(T4CConnection.java:1)\n"
)


def test_a_database_that_does_not_answer_is_named_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    database = SparkDatabase(LOGIN.url("CRMPDB"), LOGIN.username, LOGIN.password)
    monkeypatch.setattr(database, "_reader", lambda: Broken(JAVA))
    for call in (lambda: database.columns("ALL_TABLES"), lambda: database.rows("SELECT 1 FROM DUAL")):
        with pytest.raises(SourceDatabaseError, match="IO Error: could not connect as") as raised:
            call()
        assert PASSWORD not in str(raised.value) and "T4CConnection" not in str(raised.value)
        assert raised.value.__cause__ is None and raised.value.__suppress_context__


@pytest.mark.parametrize("said", ["ORA-00942: table or view does not exist", 'Table "ALL_TABLES" not found'])
def test_a_view_that_is_not_there(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    database = SparkDatabase(LOGIN.url("CRMPDB"), LOGIN.username, LOGIN.password)
    monkeypatch.setattr(database, "_reader", lambda: Broken(said))
    assert database.columns("ALL_TABLES") is None


def test_a_driver_that_is_not_there_is_no_missing_view(monkeypatch: pytest.MonkeyPatch) -> None:
    database = SparkDatabase(LOGIN.url("CRMPDB"), LOGIN.username, LOGIN.password)
    monkeypatch.setattr(database, "_reader", lambda: Broken("java.lang.ClassNotFoundException: X not found"))
    with pytest.raises(SourceDatabaseError, match="ClassNotFoundException"):
        database.columns("ALL_TABLES")


def test_a_view_without_a_column_that_is_needed() -> None:
    database = crm()
    database.columns = lambda view: ("OWNER",)  # type: ignore[method-assign]
    with pytest.raises(SourceDatabaseError, match="ALL_TAB_COLS lacks the columns TABLE_NAME, COLUMN_NAME"):
        read_catalog(database, None)


# As Glue starts it


def test_the_job_starts_from_its_arguments(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    secret(json.dumps(SECRET), "oracle/crm")
    seen = []

    def database(url: str, user: str, password: str) -> Rows:
        seen.append((url, user, password))
        return crm()

    monkeypatch.setattr(schema_job, "SparkDatabase", database)
    given = json.loads(SETTINGS_FILE.read_text())
    given |= {"target_schema": world.schema, "schema_file": None}
    given["output"]["bucket"] = STAGING
    given["warehouse"] |= {"workgroup_name": "warehouse", "database": "dev"}
    with caplog.at_level(logging.DEBUG):
        schema_job.main(["--settings", json.dumps(given), "--plan", "true", "--JOB_NAME", "x"])
        schema_job.main(["--settings", json.dumps(given)])
    assert seen[0] == ("jdbc:oracle:thin:@//ora.example.com:1521/CRMPDB", "replicator", PASSWORD)
    assert stored(world) == {"id": "integer"}
    assert PASSWORD not in caplog.text + "".join(capsys.readouterr())


def test_a_failed_run_says_why_in_one_line(aws: None, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(RunFailed, match=r"^SettingsError: the secret oracle/crm cannot be read"):
        schema_job.main(["--settings", SETTINGS_FILE.read_text()])
    assert "the run ends here; what it has applied stays, and another run does the rest: the secret" in caplog.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tables": {"include": ["CRM"]}}, "not of the form OWNER.TABLE"),
        ({"source": {"secret_id": "a", "service_name": "b", "password": "x"}}, "source.password is not known"),
        ({"output": None}, "output is null"),
    ],
)
def test_settings_that_are_wrong_name_the_field(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        SchemaJobSettings.from_json(json.dumps({**json.loads(SETTINGS_FILE.read_text()), **change}))
