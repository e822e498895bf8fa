"""Each setting that is obeyed: what is written with it is not what is written without it."""

from __future__ import annotations

import gzip
import io
import json
import re
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from local.assembly import DeploymentError
from local.tests.dms.app import (
    ALL_TABLES,
    FOLDER,
    App,
    add_before_images,
    add_sequence,
    exclude,
    include,
)

LONG = "x" * 3000


def loaded(app: App, **options: Any) -> App:
    return app.deployed(mode="full-load", **options).start(until="stopped")


def changed(app: App, *statements: str, count: int = 1, **options: Any) -> list[dict[str, Any]]:
    app.deployed(mode="cdc", **options).start()
    app.sql(*statements)
    return app.wait_for_changes("CUSTOMERS", count)


INSERT = """INSERT INTO "CRM"."CUSTOMERS" VALUES (3, 'New', NULL)"""
UPDATE = """UPDATE "CRM"."CUSTOMERS" SET "NAME" = 'Changed' WHERE "ID" = 1"""
DELETE = """DELETE FROM "CRM"."CUSTOMERS" WHERE "ID" = 2"""


def csv(app: App, **s3: Any) -> str:
    loaded(app, s3={"DataFormat": "csv", **s3})
    return app.body("CUSTOMERS", "LOAD00000001.csv").decode()


def test_csv_has_an_operation_a_time_and_null_by_default(app: App) -> None:
    first, second = csv(app, TimestampColumnName="").splitlines()
    assert first == "I,1,Ada,NULL,NULL,NULL"
    assert second == "I,2,Grace,Admiral,NULL,NULL"


def test_csv_null_value(app: App) -> None:
    assert "Ada,\\N,\\N,\\N\n" in csv(app, CsvNullValue="\\N")


def test_csv_names_of_columns(app: App) -> None:
    text = csv(app, AddColumnName=True)
    assert text.splitlines()[0] == "Op,cdp_commit_time,ID,NAME,NOTES,cdp_change_seq,BI_ID"


def test_csv_quotes_what_needs_it(app: App) -> None:
    app.sql("""UPDATE "CRM"."CUSTOMERS" SET "NAME" = 'a,"b' || chr(10), "NOTES" = 'NULL'""")
    assert '"a,""b\n","NULL",NULL' in csv(app)


def test_csv_without_rfc4180_quotes_nothing(app: App) -> None:
    app.sql("""UPDATE "CRM"."CUSTOMERS" SET "NAME" = 'a,"b'""")
    assert ',a,"b,' in csv(app, Rfc4180=False)


def test_csv_delimiters(app: App) -> None:
    assert "|Ada|NULL|NULL|NULL;" in csv(app, CsvDelimiter="|", CsvRowDelimiter=";")


def test_compressed_csv(app: App) -> None:
    loaded(app, s3={"DataFormat": "csv", "CompressionType": "GZIP"})
    assert b"Ada" in gzip.decompress(app.body("CUSTOMERS", "LOAD00000001.csv.gz"))


def test_compressed_parquet(app: App) -> None:
    loaded(app, s3={"CompressionType": "gzip"})
    metadata = pq.ParquetFile(io.BytesIO(app.body("CUSTOMERS", "LOAD00000001.parquet"))).metadata
    assert metadata.row_group(0).column(0).compression == "GZIP"


def test_parquet_statistics(app: App) -> None:
    loaded(app, s3={"EnableStatistics": False})
    metadata = pq.ParquetFile(io.BytesIO(app.body("CUSTOMERS", "LOAD00000001.parquet"))).metadata
    assert not metadata.row_group(0).column(0).is_stats_set


@pytest.mark.parametrize("given", [True, False])
def test_the_operation_is_in_a_full_load_where_it_is_asked_for(app: App, given: bool) -> None:
    assert ("Op" in loaded(app, s3={"IncludeOpForFullLoad": given}).loaded("CUSTOMERS")[0]) == given


def test_the_timestamp_column_is_there_where_it_has_a_name(app: App) -> None:
    assert list(loaded(app, s3={"TimestampColumnName": ""}).loaded("CUSTOMERS")[0])[:2] == ["Op", "ID"]


def test_full_load_rows_have_the_time_of_their_transfer_unless_the_tasks_start_is_asked_for(app: App) -> None:
    loaded(app, s3={"UseTaskStartTimeForFullLoadTimestamp": False})
    started = app.describe()["ReplicationStats"]["FreshStartDate"]
    assert app.loaded("CUSTOMERS")[0]["cdp_commit_time"] > f"{started:%Y-%m-%d %H:%M:%S.%f}"


@pytest.mark.parametrize(("milliseconds", "unit"), [(True, "ms"), (False, "us")])
def test_unit_of_timestamps(app: App, milliseconds: bool, unit: str) -> None:
    app.sql("""ALTER TABLE "CRM"."CUSTOMERS" ADD COLUMN "AT" timestamp(6) DEFAULT '2024-02-03 04:05:06.789123'""")
    loaded(app, s3={"ParquetTimestampInMillisecond": milliseconds})
    column = app.parquet("CUSTOMERS", "LOAD00000001.parquet").column("AT")
    assert column.type == pa.timestamp(unit)
    assert column[0].as_py().microsecond == (789000 if milliseconds else 789123)


def test_files_of_a_full_load_have_a_greatest_size_and_hexadecimal_numbers(app: App) -> None:
    app.sql("""INSERT INTO "CRM"."CUSTOMERS" SELECT n, repeat('x', 80), NULL FROM generate_series(3, 150) AS n""")
    loaded(app, s3={"MaxFileSize": 1})
    names = app.files("CUSTOMERS")
    assert names[8:11] == ["LOAD00000009.parquet", "LOAD0000000A.parquet", "LOAD0000000B.parquet"]
    assert len(app.loaded("CUSTOMERS")) == 150


def test_only_inserts(app: App) -> None:
    changes = changed(app, UPDATE, DELETE, INSERT, s3={"CdcInsertsOnly": True, "IncludeOpForFullLoad": False})
    app.wait_for_counts("CUSTOMERS", Updates=1, Deletes=1, AppliedUpdates=0, AppliedDeletes=0, AppliedInserts=1)
    assert "Op" not in changes[0]
    assert [row["ID"] for row in app.stop().changes("CUSTOMERS")] == [3]


def test_only_inserts_and_updates(app: App) -> None:
    changed(app, DELETE, UPDATE, INSERT, count=2, s3={"CdcInsertsAndUpdates": True})
    assert [row["Op"] for row in app.stop().changes("CUSTOMERS")] == ["U", "I"]


def test_changes_wait_for_their_batch(app: App) -> None:
    """An interval of 100 s lasts a second here."""
    app.deployed(mode="cdc", s3={"CdcMaxBatchInterval": 100}).start()
    app.sql(INSERT)
    app.wait_for_counts("CUSTOMERS", Inserts=1)
    app.sql(UPDATE)
    app.wait_for_counts("CUSTOMERS", Updates=1)
    assert app.changes("CUSTOMERS") == []
    app.wait_for_changes("CUSTOMERS", 2)
    assert len(app.files("CUSTOMERS")) == 1


def test_a_batch_that_is_large_enough_does_not_wait(app: App) -> None:
    large = f"""INSERT INTO "CRM"."CUSTOMERS" SELECT n, 'n', '{LONG}' FROM generate_series(10, 20) AS n"""
    assert len(changed(app, large, count=11, s3={"CdcMaxBatchInterval": 36000, "CdcMinFileSize": 16})) == 11


@pytest.mark.parametrize(("mode", "header"), [("SSE_KMS", "aws:kms"), ("SSE_S3", "AES256")])
def test_encryption(app: App, mode: str, header: str) -> None:
    loaded(app, s3={"EncryptionMode": mode})
    key = f"{FOLDER}/CRM/CUSTOMERS/LOAD00000001.parquet"
    assert app.cloud.client("s3").head_object(Bucket=app.outputs["Bucket"], Key=key)["ServerSideEncryption"] == header


def test_the_folder_is_optional(app: App) -> None:
    app.deployed(mode="full-load", s3={"BucketFolder": ""}).start(until="failed")
    assert "AccessDenied" in app.describe()["FailureMessages"][0]  # its role may write below the folder only
    assert "/CRM/CUSTOMERS/LOAD" in app.describe()["FailureMessages"][0]


@pytest.mark.parametrize("handled", [True, False])
def test_a_truncate_removes_the_tables_files_where_that_is_asked_for(app: App, handled: bool) -> None:
    policy = {"HandleSourceTableTruncated": handled}
    app.deployed(task={"ChangeProcessingDdlHandlingPolicy": policy}).start()
    app.wait_for_counts("CUSTOMERS", FullLoadRows=2, TableState="Table completed")
    app.sql('TRUNCATE "CRM"."CUSTOMERS"', INSERT)
    app.wait_for_changes("CUSTOMERS", 1)
    assert (app.loaded("CUSTOMERS") == []) == handled
    assert app.statistics()["CUSTOMERS"]["Ddls"] == 1
    assert [row["Op"] for row in app.changes("CUSTOMERS")] == ["I"]


@pytest.mark.parametrize("handled", [True, False])
def test_a_drop_removes_the_tables_files_where_that_is_asked_for(app: App, handled: bool) -> None:
    app.deployed(task={"ChangeProcessingDdlHandlingPolicy": {"HandleSourceTableDropped": handled}}).start()
    app.wait_for_counts("CUSTOMERS", FullLoadRows=2, TableState="Table completed")
    app.sql('DROP TABLE "CRM"."CUSTOMERS"')
    app.wait_for_counts("CUSTOMERS", Ddls=1)
    app.stop()
    assert (app.files("CUSTOMERS") == []) == handled


@pytest.mark.parametrize("handled", [True, False])
def test_a_new_column_is_written_where_that_is_asked_for(app: App, handled: bool) -> None:
    app.deployed(mode="cdc", task={"ChangeProcessingDdlHandlingPolicy": {"HandleSourceTableAltered": handled}}).start()
    app.sql(INSERT)
    app.wait_for_changes("CUSTOMERS", 1)
    app.sql('ALTER TABLE "CRM"."CUSTOMERS" ADD COLUMN "MORE" varchar(5) DEFAULT \'m\'', UPDATE)
    update = app.wait_for_changes("CUSTOMERS", 2)[1]
    assert update.get("MORE") == ("m" if handled else None)
    assert app.statistics()["CUSTOMERS"]["Ddls"] == 1


@pytest.mark.parametrize(
    ("mode", "kept"), [("DO_NOTHING", True), ("DROP_AND_CREATE", False), ("TRUNCATE_BEFORE_LOAD", False)]
)
def test_files_that_are_there_are_kept_or_removed_before_a_load(app: App, mode: str, kept: bool) -> None:
    app.deployed(mode="full-load", task={"FullLoadSettings": {"TargetTablePrepMode": mode}})
    key = f"{FOLDER}/CRM/CUSTOMERS/old"
    app.cloud.client("s3").put_object(Bucket=app.outputs["Bucket"], Key=key, Body=b"")
    app.start(until="stopped")
    assert ("old" in app.files("CUSTOMERS")) == kept


def test_large_objects_are_cut_at_their_greatest_size(app: App) -> None:
    app.sql(f"""UPDATE "CRM"."CUSTOMERS" SET "NOTES" = '{LONG}'""")
    loaded(app, task={"TargetMetadata": {"LobMaxSize": 2}})
    assert len(app.loaded("CUSTOMERS")[0]["NOTES"]) == 2048


def test_large_objects_of_any_size(app: App) -> None:
    app.sql("""UPDATE "CRM"."CUSTOMERS" SET "NOTES" = repeat('x', 40000)""")
    loaded(app, task={"TargetMetadata": {"LimitedSizeLobMode": False}})
    assert len(app.loaded("CUSTOMERS")[0]["NOTES"]) == 40000


def test_no_large_objects(app: App) -> None:
    assert "NOTES" not in loaded(app, task={"TargetMetadata": {"SupportLobs": False}}).loaded("CUSTOMERS")[0]


def test_a_truncated_large_object_fails_the_task_where_that_is_asked_for(app: App) -> None:
    app.sql(f"""UPDATE "CRM"."CUSTOMERS" SET "NOTES" = '{LONG}'""")
    app.deployed(
        task={"TargetMetadata": {"LobMaxSize": 1}},
        source={"ExtraConnectionAttributes": "failTasksOnLobTruncation=true"},
    )
    app.start(until="failed")
    assert "3000 bytes would be truncated to LobMaxSize (1 KB)" in app.describe()["FailureMessages"][0]


@pytest.mark.parametrize(("attributes", "kept"), [("", "ab"), ("TrimSpaceInChar=false;", "ab  ")])
def test_trailing_blanks_of_char(app: App, attributes: str, kept: str) -> None:
    app.sql("""ALTER TABLE "CRM"."CUSTOMERS" ADD COLUMN "CODE" char(4) DEFAULT 'ab'""")
    app.deployed(source={"ExtraConnectionAttributes": attributes}).start()
    app.sql(INSERT)
    assert app.wait_for_changes("CUSTOMERS", 1)[0]["CODE"] == kept
    assert app.loaded("CUSTOMERS")[0]["CODE"] == kept


@pytest.mark.parametrize(
    ("scale", "expected"),
    [(None, Decimal("1.1234567891")), (2, Decimal("1.12")), (-1, 1.12345678912345), (-2, "1.12345678912345")],
)
def test_a_number_without_precision_has_a_scale(app: App, scale: int | None, expected: Any) -> None:
    app.sql("""ALTER TABLE "CRM"."CUSTOMERS" ADD COLUMN "N" numeric DEFAULT 1.12345678912345""")
    attributes = {"ExtraConnectionAttributes": f"numberDataTypeScale={scale}"} if scale is not None else {}
    assert loaded(app, source=attributes).loaded("CUSTOMERS")[0]["N"] == expected


def test_an_excluded_table_has_no_files(app: App) -> None:
    app.sql('CREATE TABLE "CRM"."SECRETS" ("ID" numeric(5))', 'INSERT INTO "CRM"."SECRETS" VALUES (1)')
    app.deployed(mappings=[*ALL_TABLES, exclude("SECRETS")]).start()
    app.sql('INSERT INTO "CRM"."SECRETS" VALUES (2)', INSERT)
    app.wait_for_changes("CUSTOMERS", 1)
    assert app.files("SECRETS") == []
    assert "SECRETS" not in app.statistics()


def test_names_are_compared_with_their_case(app: App) -> None:
    app.deployed(mappings=[include("customers")]).start(until="failed")
    assert "No tables were found at task initialization" in app.describe()["FailureMessages"][0]


def test_no_table_is_no_fault_where_that_is_asked_for(app: App) -> None:
    app.deployed(mappings=[include("X%")], task={"ErrorBehavior": {"FailOnNoTablesCaptured": False}}).start()
    app.sql('CREATE TABLE "CRM"."XY" ("ID" numeric(5))', 'INSERT INTO "CRM"."XY" VALUES (1)')
    assert len(app.wait_for_changes("XY", 1)) == 1


def test_an_added_column_is_that_of_the_tables_it_is_for(app: App) -> None:
    [row] = changed(app, UPDATE, mappings=[include(), add_sequence("OTHER"), add_before_images("OTHER")])
    assert list(row) == ["Op", "cdp_commit_time", "ID", "NAME", "NOTES"]


def test_before_images_of_all_columns(app: App) -> None:
    [row] = changed(app, UPDATE, mappings=[include(), add_before_images(prefix="OLD_", kept="all")])
    assert (row["NAME"], row["OLD_NAME"], row["OLD_ID"], row["OLD_NOTES"]) == ("Changed", "Ada", 1, None)
    [row] = app.stop().changes("CUSTOMERS")


def test_before_images_without_large_objects(app: App) -> None:
    [row] = changed(app, UPDATE, mappings=[include(), add_before_images(kept="non-lob")])
    assert [name for name in row if name.startswith("BI_")] == ["BI_ID", "BI_NAME"]


def test_no_transformation_of_a_column_with_a_name_that_dms_does_not_transform(app: App) -> None:
    rows = changed(
        app,
        'CREATE TABLE "CRM"."PARTS" ("PART#" int, "KIND" int, PRIMARY KEY ("PART#", "KIND"))',
        """INSERT INTO "CRM"."PARTS" VALUES (1, 2)""",
        UPDATE,
        mappings=[include(), add_before_images()],
    )
    assert "BI_ID" in rows[0]
    [part] = app.wait_for_changes("PARTS", 1)
    assert "BI_KIND" in part and "BI_PART#" not in part


# What fails, and what is not obeyed


@pytest.mark.parametrize(
    ("without", "reason"),
    [
        ("bucket", "Failed to access the target .*put_object: AccessDenied"),
        ("secret", "Unable to retrieve the secret .*AccessDeniedException"),
        ("trust", "cannot be assumed by dms.amazonaws.com"),
    ],
)
def test_a_missing_grant_fails_the_replication(app: App, without: str, reason: str) -> None:
    app.deployed(without=[without]).start(until="failed")
    failure = app.describe()["FailureMessages"][0]
    assert re.search(reason, failure), failure
    assert app.files() == []


@pytest.mark.parametrize(
    ("changed_secret", "reason"),
    [
        ({"password": "wrong"}, "ORA-01017: invalid username/password; logon denied"),
        ({"port": 1}, "ORA-12541: TNS:no listener"),
        ({"host": ""}, "lacks host"),
    ],
)
def test_a_wrong_login_fails_the_replication(app: App, changed_secret: dict[str, Any], reason: str) -> None:
    manager = app.cloud.client("secretsmanager")
    value = json.loads(manager.get_secret_value(SecretId=app.secret)["SecretString"])
    manager.put_secret_value(SecretId=app.secret, SecretString=json.dumps(value | changed_secret))
    app.deployed().start(until="failed")
    failure = app.describe()["FailureMessages"][0]
    assert reason in failure
    assert value["password"] not in failure


def test_a_wrong_service_name_fails_the_replication(app: App) -> None:
    app.service, right = "NONE", app.service
    app.deployed().start(until="failed")
    assert "ORA-12514" in app.describe()["FailureMessages"][0]
    app.service = right


@pytest.mark.parametrize(
    "s3", [{"PreserveTransactions": True, "CdcPath": "x"}, {"DatePartitionEnabled": True}, {"UseCsvNoSupValue": True}]
)
def test_a_setting_that_is_not_obeyed_is_refused(app: App, s3: dict[str, Any]) -> None:
    with pytest.raises(DeploymentError, match=f"the S3 setting {next(iter(s3))} is not run here"):
        app.deployed(s3=s3)


def test_a_transformation_that_is_not_obeyed_is_refused(app: App) -> None:
    rule = include() | {"rule-type": "transformation", "rule-target": "table", "rule-action": "convert-lowercase"}
    with pytest.raises(DeploymentError, match="the transformation 'convert-lowercase' is not run here"):
        app.deployed(mappings=[include(), rule])


def test_an_endpoint_takes_a_secret_or_a_password(app: App) -> None:
    app.deployed()
    given = {"EndpointIdentifier": "both", "EndpointType": "source", "EngineName": "oracle", "DatabaseName": "X"}
    settings = {"SecretsManagerSecretId": app.secret, "SecretsManagerAccessRoleArn": "arn:aws:iam::123456789012:role/x"}
    with pytest.raises(ClientError, match="can't be combined with Password"):
        app.dms.create_endpoint(**given, Password="p", OracleSettings=settings)


@pytest.mark.parametrize("semantics", ["default", "char", "byte"])
def test_length_semantics_are_those_of_the_api(app: App, semantics: str) -> None:
    app.deployed()
    change = {"EndpointArn": app.outputs["Source"], "OracleSettings": {"CharLengthSemantics": semantics}}
    app.dms.modify_endpoint(**change)
    with pytest.raises(
        ClientError, match=f"CharLengthSemantics {semantics.upper()} is not valid; valid: default, char"
    ):
        app.dms.modify_endpoint(
            EndpointArn=change["EndpointArn"], OracleSettings={"CharLengthSemantics": semantics.upper()}
        )
