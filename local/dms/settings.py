"""The settings of endpoints and of a task, with DMS's own defaults.

A setting that would change what is written and is not obeyed here is refused, not ignored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.dms.errors import NotRunHereError, ReplicationError
from local.dms.types import SourceSettings

_NO_EFFECT_HERE = {
    "DataPageSize",
    "DictPageSizeLimit",
    "EncodingType",
    "ExpectedBucketOwner",
    "ExternalTableDefinition",
    "ParquetVersion",
    "RowGroupLength",
}
"""They change how a file is laid out, and nothing that is read from it."""


@dataclass(frozen=True)
class S3Settings:
    """Where files go, and what they hold (DMS User Guide, "Endpoint settings when using Amazon S3 as a target")."""

    bucket: str
    folder: str
    role_arn: str
    parquet: bool = False
    gzip: bool = False
    op_in_full_load: bool = False
    timestamp_column: str | None = None
    full_load_at_task_start: bool = False
    timestamps_in_milliseconds: bool = False
    statistics: bool = True
    header: bool = False
    null: str = "NULL"
    quotes: bool = True
    delimiter: str = ","
    row_delimiter: str = "\n"
    inserts_only: bool = False
    inserts_and_updates: bool = False
    batch_seconds: float = 60.0
    batch_kilobytes: int = 32_000
    file_kilobytes: int = 1_048_576
    encryption: Mapping[str, str] | None = None
    """Arguments of PutObject."""

    @property
    def extension(self) -> str:
        if self.parquet:
            return "parquet"
        return "csv.gz" if self.gzip else "csv"

    @property
    def operations(self) -> str:
        """The changes that are written."""
        if self.inserts_only:
            return "I"
        return "IU" if self.inserts_and_updates else "IUD"

    @property
    def op_in_changes(self) -> bool:
        """A file of nothing but inserts has the column only where full load files have it."""
        return self.op_in_full_load if self.inserts_only else True

    def folder_of(self, schema: str, table: str) -> str:
        return "/".join(part for part in (self.folder, schema, table) if part)


_S3: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "IncludeOpForFullLoad": ("op_in_full_load", bool),
    "TimestampColumnName": ("timestamp_column", lambda value: value or None),
    "UseTaskStartTimeForFullLoadTimestamp": ("full_load_at_task_start", bool),
    "ParquetTimestampInMillisecond": ("timestamps_in_milliseconds", bool),
    "EnableStatistics": ("statistics", bool),
    "AddColumnName": ("header", bool),
    "CsvNullValue": ("null", str),
    "Rfc4180": ("quotes", bool),
    "CsvDelimiter": ("delimiter", str),
    "CsvRowDelimiter": ("row_delimiter", lambda value: str(value).replace("\\n", "\n").replace("\\r", "\r")),
    "CdcInsertsOnly": ("inserts_only", bool),
    "CdcInsertsAndUpdates": ("inserts_and_updates", bool),
    "CdcMaxBatchInterval": ("batch_seconds", float),
    "CdcMinFileSize": ("batch_kilobytes", int),
    "MaxFileSize": ("file_kilobytes", int),
}


def parse_s3_settings(given: Mapping[str, Any]) -> S3Settings:
    """Raises ReplicationError naming what is missing or not run here."""
    known = {"BucketName", "BucketFolder", "ServiceAccessRoleArn", "DataFormat", "CompressionType", "EncryptionMode"}
    known |= {"ServerSideEncryptionKmsKeyId", *_S3, *_NO_EFFECT_HERE}
    for name, value in given.items():
        if name not in known and value not in (None, False, "", "NONE", "none"):
            raise NotRunHereError(f"the S3 setting {name}")
    missing = [name for name in ("BucketName", "ServiceAccessRoleArn") if not given.get(name)]
    if missing:
        raise ReplicationError(f"the target endpoint's S3 settings lack {', '.join(missing)}")
    chosen = {field: convert(given[name]) for name, (field, convert) in _S3.items() if given.get(name) is not None}
    if chosen.get("inserts_only") and chosen.get("inserts_and_updates"):
        raise ReplicationError(
            "CdcInsertsOnly and CdcInsertsAndUpdates can't both be set to true for the same endpoint"
        )
    return S3Settings(
        bucket=given["BucketName"],
        folder=str(given.get("BucketFolder") or "").strip("/"),
        role_arn=given["ServiceAccessRoleArn"],
        parquet=str(given.get("DataFormat", "csv")).lower() == "parquet",
        gzip=str(given.get("CompressionType", "none")).lower() == "gzip",
        encryption=_encryption(given),
        **chosen,
    )


def _encryption(given: Mapping[str, Any]) -> Mapping[str, str]:
    mode = str(given.get("EncryptionMode") or "sse-s3").lower().replace("_", "-")
    if mode == "sse-kms":
        key = given.get("ServerSideEncryptionKmsKeyId")
        return {"ServerSideEncryption": "aws:kms"} | ({"SSEKMSKeyId": key} if key else {})
    return {"ServerSideEncryption": "AES256"}


@dataclass(frozen=True)
class TaskSettings:
    """What a task does beside copying (DMS User Guide, "Specifying task settings")."""

    prepares: str = "DROP_AND_CREATE"
    truncates: bool = True
    drops: bool = True
    alters: bool = True
    large_objects: bool = True
    lob_kilobytes: int | None = 32
    needs_tables: bool = True


def parse_task_settings(text: str | None) -> TaskSettings:
    try:
        given: Mapping[str, Mapping[str, Any]] = json.loads(text) if text else {}
    except ValueError as error:
        raise ReplicationError("Invalid task settings JSON") from error
    target = given.get("TargetMetadata", {})
    if target.get("FullLobMode"):
        raise ReplicationError("Full LOB mode is not supported for Amazon S3 as a target")
    if target.get("BatchApplyEnabled"):
        raise ReplicationError("BatchApplyEnabled is not supported for Amazon S3 as a target")
    policy = given.get("ChangeProcessingDdlHandlingPolicy", {})
    return TaskSettings(
        prepares=given.get("FullLoadSettings", {}).get("TargetTablePrepMode", "DROP_AND_CREATE"),
        truncates=policy.get("HandleSourceTableTruncated", True),
        drops=policy.get("HandleSourceTableDropped", True),
        alters=policy.get("HandleSourceTableAltered", True),
        large_objects=target.get("SupportLobs", True),
        lob_kilobytes=int(target.get("LobMaxSize", 32)) if target.get("LimitedSizeLobMode", True) else None,
        needs_tables=given.get("ErrorBehavior", {}).get("FailOnNoTablesCaptured", True),
    )


_LENGTH_SEMANTICS = ("default", "char", "byte")
"""DMS API Reference, OracleSettings."""


def parse_source_settings(endpoint: Mapping[str, Any], task: TaskSettings) -> SourceSettings:
    """The source endpoint's: its Oracle settings and, where those lack one, its extra connection attributes.

    Raises ReplicationError for a value that DMS has not.
    """
    attributes = {
        name.strip().lower(): value.strip()
        for name, _, value in (
            part.partition("=") for part in str(endpoint.get("ExtraConnectionAttributes") or "").split(";") if part
        )
    }
    oracle = {name.lower(): value for name, value in (endpoint.get("OracleSettings") or {}).items()}
    given = attributes | oracle
    semantics = oracle.get("charlengthsemantics", "default")
    if semantics not in _LENGTH_SEMANTICS:
        raise ReplicationError(f"CharLengthSemantics {semantics} is not valid; valid: {', '.join(_LENGTH_SEMANTICS)}")
    return SourceSettings(
        number_scale=int(given.get("numberdatatypescale", 10)),
        trims_char=_is_true(given.get("trimspaceinchar", True)),
        lob_kilobytes=task.lob_kilobytes,
        fails_on_truncation=_is_true(
            given.get("failtasksonlobtruncation", given.get("failtaskonlobtruncation", False))
        ),
    )


def _is_true(value: Any) -> bool:
    return str(value).lower() in ("true", "y", "yes", "1")
