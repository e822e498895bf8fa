"""What DMS names its files, and what the names say. (DMS user guide, "Using Amazon S3 as a target".)"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from customer_data.errors import FileFault
from customer_data.files.manifest import SourceFile

#: Columns that the replication's task adds to those of the source.
OPERATION, COMMIT_TIME, CHANGE_SEQUENCE, BEFORE_IMAGE = "Op", "cdp_commit_time", "cdp_change_seq", "BI_"

_COMPLETE = "complete.json"
_LOAD = re.compile(r"LOAD[0-9A-F]{5,}")
_CHANGES = re.compile(r"(\d{8})-(\d{9})\d*")
_FORMATS = {".parquet": ("parquet", False), ".csv": ("csv", False), ".csv.gz": ("csv", True)}


class Kind(StrEnum):
    LOAD = "load"
    CHANGES = "changes"
    COMPLETE = "complete"


@dataclass(frozen=True, order=True)
class SourceTable:
    """A table as the source calls it."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class DmsFile:
    """One file of a table. `time` is when DMS wrote a file of changes, as 17 digits (yyyymmddhhmmssfff), by its name;
    '' for others."""

    source: SourceFile
    kind: Kind
    time: str = ""
    format: str = ""
    gzip: bool = False

    @property
    def name(self) -> str:
        return self.source.key.rpartition("/")[2]

    @property
    def url(self) -> str:
        return f"s3://{self.source.bucket}/{self.source.key}"


def digits(time: datetime | str) -> str:
    """A time as the 17 digits of its milliseconds in UTC. One without a zone is in UTC. Raises ValueError."""
    moment = datetime.fromisoformat(time) if isinstance(time, str) else time
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{moment.year:04d}{moment:%m%d%H%M%S}{moment.microsecond // 1000:03d}"


def by_table(
    files: Iterable[SourceFile], prefix: str
) -> tuple[dict[SourceTable, list[DmsFile]], list[tuple[SourceFile, FileFault]]]:
    """The files of each table, and those whose key or name is none that DMS gives."""
    tables: dict[SourceTable, list[DmsFile]] = {}
    faults = []
    for file in files:
        folders = file.key.removeprefix(prefix).split("/")
        found = _file(file, folders[-1])
        if not file.key.startswith(prefix) or len(folders) != 3 or not all(folders) or found is None:
            faults.append((file, _unknown(file, prefix)))
        else:
            tables.setdefault(SourceTable(*folders[:2]), []).append(found)
    return tables, faults


def _file(source: SourceFile, name: str) -> DmsFile | None:
    if name == _COMPLETE:
        return DmsFile(source, Kind.COMPLETE)
    stem, dot, ending = name.partition(".")
    format, gzip = _FORMATS.get(dot + ending, ("", False))
    if format and _LOAD.fullmatch(stem):
        return DmsFile(source, Kind.LOAD, format=format, gzip=gzip)
    if format and (time := _CHANGES.fullmatch(stem)):
        return DmsFile(source, Kind.CHANGES, "".join(time.groups()), format, gzip)
    return None


def _unknown(file: SourceFile, prefix: str) -> FileFault:
    return FileFault(
        "unknown_file",
        f"{file.key!r} is no file of DMS: expected are {prefix}<SCHEMA>/<TABLE>/ and LOAD00000001.parquet,"
        " 20240131-101500123.parquet (or .csv, .csv.gz) or complete.json; remove it from the folder",
    )
