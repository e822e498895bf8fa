"""The schema as a job: reads Oracle's catalog, writes what becomes of it, and applies what the warehouse lacks."""

from __future__ import annotations

import argparse
import logging
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from customer_data.errors import SettingsError, WarehouseError
from customer_data.files.clients import client
from customer_data.files.s3_url import parse_s3_url
from customer_data.files.source_object import why_unreadable
from customer_data.files.staging_location import StagingLocation
from customer_data.job import new_parser, one_line, run_job
from customer_data.oracle_schema.catalog import read_schema
from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.differences import Differences, differences
from customer_data.oracle_schema.jdbc import Database, SparkDatabase, read_catalog
from customer_data.oracle_schema.model import OracleSchema
from customer_data.oracle_schema.model_json import from_json
from customer_data.oracle_schema.redshift_sql import schemas
from customer_data.oracle_schema.run import MODEL_FILE, REPORT_FILE, Output, output
from customer_data.oracle_schema.secret import Login, read_secret
from customer_data.oracle_schema.settings import SchemaJobSettings
from customer_data.oracle_schema.statements import split_statements
from customer_data.oracle_schema.supplemental_logging import SUPPLEMENTAL_LOGGING
from customer_data.oracle_schema.targets import Conversion
from customer_data.oracle_schema.texts import decoded
from customer_data.warehouse.data_api import DataApi, retrying
from customer_data.warehouse.failure_texts import is_type_change_refused
from customer_data.warehouse.schema_tables import schema_exists, stored_in

log = logging.getLogger(__name__)

_CONTENT_TYPES = {"html": "text/html; charset=utf-8", "json": "application/json", "sql": "text/plain; charset=utf-8"}
_CREATE_SCHEMA = re.compile(r'CREATE SCHEMA IF NOT EXISTS (?:"([^"]+)"|(\w+))', re.IGNORECASE)
_Connect = Callable[[SchemaJobSettings, Login], Database]


def main(arguments: Sequence[str]) -> None:
    """Runs the job. Returns when the warehouse has the schema, else raises RunFailed."""
    parser = new_parser()
    parser.add_argument("--plan", choices=("true", "false"), default="false")
    run_job(arguments, parser, _work, when_it_fails="what it has applied stays, and another run does the rest")


def _work(options: argparse.Namespace) -> None:
    settings = SchemaJobSettings.from_json(options.settings)
    login = read_secret(settings.source, client("secretsmanager"))
    run(settings, login, plan=options.plan == "true", s3=client("s3"), redshift_data=client("redshift-data"))


def _by_spark(settings: SchemaJobSettings, login: Login) -> Database:
    return SparkDatabase(login.url(settings.source.service_name), login.username, login.password)


def run(
    settings: SchemaJobSettings,
    login: Login,
    *,
    plan: bool,
    s3: Any,
    redshift_data: Any,
    connect: _Connect = _by_spark,
) -> Output:
    """With `plan` it writes the files and applies nothing."""
    schema = _read(settings, connect(settings, login))
    conversion = _convert(schema, settings)
    warehouse = DataApi(redshift_data, settings.warehouse)
    previous = _previous(settings, s3)
    changes = _changes(conversion, previous, warehouse)
    made = output(
        schema,
        conversion,
        source=f"{settings.source.service_name} on {login.host}:{login.port}",
        at=datetime.now(UTC).replace(microsecond=0),
        changes=changes,
    )
    _write(made, settings.output, s3)
    log.info("%s s3://%s/%s%s", made.assessment.sentence, settings.output.bucket, settings.output.prefix, REPORT_FILE)
    for name, item in made.assessment.for_people:
        if item.kind == SUPPLEMENTAL_LOGGING:
            log.warning("%s: %s", name, "; ".join(item.reasons))
    for text in changes.reported:
        log.info("not changed: %s", text)
    if plan:
        log.info("--plan true: nothing is applied")
    elif settings.schema_file:
        apply_file(settings.schema_file, warehouse, s3)
    else:
        _apply(changes, lambda: _changes(conversion, previous, warehouse), warehouse)
    if not plan:
        # Only now: a view that a run has not replaced yet is found by its older model.
        _put(MODEL_FILE, made.files[MODEL_FILE], settings.output, s3)
    return made


def _convert(schema: OracleSchema, settings: SchemaJobSettings) -> Conversion:
    return convert(schema, target_schema=settings.target_schema, number_scale=settings.source.number_scale)


def _read(settings: SchemaJobSettings, database: Database) -> OracleSchema:
    selection = settings.tables
    whole = read_schema(read_catalog(database, selection.owners))
    schema = selection.of(whole)
    if not schema.tables:
        owners = sorted({table.owner for table in whole.tables})
        raise SettingsError(
            f"no table matches {', '.join(selection.include)}"
            + (f" without {', '.join(selection.exclude)}" if selection.exclude else "")
            + f"; the user sees {len(whole.tables):,} tables of {', '.join(owners[:10]) or 'nobody'}: names are"
            " case-sensitive, Oracle's are in upper case, and the user needs SELECT on the tables"
        )
    return schema


def _changes(conversion: Conversion, previous: Conversion | None, warehouse: DataApi) -> Differences:
    names = schemas(conversion)
    existing = frozenset(name for name in names if schema_exists(warehouse, name))
    return differences(conversion, stored_in(warehouse, sorted(existing)), previous, existing_schemas=existing)


def _previous(settings: SchemaJobSettings, s3: Any) -> Conversion | None:
    """Of the last run that was applied; it says what the source no longer has, and which views are others now."""
    try:
        key = settings.output.prefix + MODEL_FILE
        body = s3.get_object(Bucket=settings.output.bucket, Key=key)["Body"].read()
        return _convert(from_json(body.decode()), settings)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404", "AccessDenied"):
            return None
        raise
    except (ValueError, SettingsError) as error:
        log.info("the model of the last run cannot be read, so that nothing is said of dropped tables: %s", error)
        return None


def _write(made: Output, where: StagingLocation, s3: Any) -> None:
    for name, content in made.files.items():
        if name != MODEL_FILE:
            _put(name, content, where, s3)


def _put(name: str, content: str, where: StagingLocation, s3: Any) -> None:
    s3.put_object(
        Bucket=where.bucket,
        Key=where.prefix + name,
        Body=content.encode(),
        ContentType=_CONTENT_TYPES[name.rpartition(".")[2]],
    )


def _apply(changes: Differences, look_again: Callable[[], Differences], warehouse: DataApi) -> None:
    """Each statement may be run again, so that a run that was killed is simply repeated. One that fails and is not
    needed any more was done by somebody else meanwhile, such as a merge with files that have the new column."""
    waiting = list(changes.statements)
    while waiting:
        statement = waiting.pop(0)
        try:
            retrying(partial(warehouse.execute, statement))
        except WarehouseError as error:
            if is_type_change_refused(str(error)):
                log.info("not widened, longer values fail: %s: %s", one_line(statement), error)
                continue
            needed = look_again().statements
            if statement in needed:
                raise WarehouseError(f"{one_line(statement)[:200]}: {error}", statement) from error
            log.info("another run was faster: %s: %s", one_line(statement), error)
            waiting = [each for each in needed if each in waiting or each not in changes.statements]
    log.info("%d statements applied", len(changes.statements))


def apply_file(url: str, warehouse: DataApi, s3: Any) -> None:
    """Runs the statements of a human-edited file, one by one. Raises SettingsError for a file that cannot be read,
    WarehouseError that names the statement which failed."""
    bucket, key = parse_s3_url(url)
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if reason := why_unreadable(bucket, key, error):
            raise SettingsError(f"schema_file {url!r} {reason}") from error
        raise
    try:
        statements = split_statements(decoded(body, "its text", "save it as UTF-8"))
    except SettingsError as error:
        raise SettingsError(f"schema_file {url!r}: {error}") from error
    if not statements:
        raise SettingsError(
            f"schema_file {url!r} has no statement; give it the tables, as create_redshift_schema.sql has"
        )
    for number, statement in enumerate(statements, start=1):
        try:
            if not _makes_schema_that_exists(statement, warehouse):
                retrying(partial(warehouse.execute, statement))
        except WarehouseError as error:
            raise WarehouseError(
                f"schema_file {url!r}, statement {number} of {len(statements)} ({_code(statement)[:80]}): {error}; each"
                " run applies the whole file: use IF NOT EXISTS and OR REPLACE",
                statement,
            ) from error
    log.info("%d statements of %s applied", len(statements), url)


def _makes_schema_that_exists(statement: str, warehouse: DataApi) -> bool:
    """The job may create tables, and no schemas, which CREATE SCHEMA IF NOT EXISTS needs even where it does nothing."""
    found = _CREATE_SCHEMA.fullmatch(_code(statement))
    return found is not None and schema_exists(warehouse, found[1] or found[2])


def _code(statement: str) -> str:
    return one_line(" ".join(line for line in statement.splitlines() if not line.lstrip().startswith("--")))
