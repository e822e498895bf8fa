"""What is in a file: its columns at a glance, its rows where they have to be looked at."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from customer_data.errors import FileFault
from customer_data.files.source_object import RangedObject, SourceObject
from customer_data.replication.dms_files import (
    BEFORE_IMAGE,
    CHANGE_SEQUENCE,
    COMMIT_TIME,
    OPERATION,
    DmsFile,
    Kind,
    digits,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: What DMS is told to write for NULL; in quotes it is a text.
CSV_NULL = "\\N"

_BATCH_ROWS = 32_768
_CSV_BLOCK_BYTES = 4 * 2**20
_TIME_LENGTH = len("2024-01-01 00:00:00.000000")


@dataclass(frozen=True)
class FileColumn:
    """A column as the file has it. Those of a CSV are texts."""

    header: str
    type: pa.DataType


@dataclass(frozen=True)
class Inspected:
    """A file without its rows: their number (None for a CSV), when its full load's task started (17 digits), and the
    last commit, where the file says it without being read."""

    file: DmsFile
    columns: tuple[FileColumn, ...]
    rows: int | None
    load_start: str = ""
    last_commit: str | None = None

    @property
    def shape(self) -> tuple[object, ...]:
        """What files have in common that one COPY reads."""
        return self.file.format, self.file.gzip, self.columns

    def place(self, header: str) -> int | None:
        return place_of(self.columns, header)


def place_of(columns: Sequence[FileColumn], header: str) -> int | None:
    """Where the column is, whatever letter case it is written in; the exact name first."""
    names = [column.header for column in columns]
    if header in names:
        return names.index(header)
    folded = [name.lower() for name in names]
    return folded.index(header.lower()) if header.lower() in folded else None


def before_image(columns: Sequence[FileColumn], header: str) -> int | None:
    """Where the value is that a key column had before a change."""
    return place_of(columns, BEFORE_IMAGE + header)


def inspect(file: DmsFile, s3: S3Client) -> Inspected:
    """Reads the footer of a Parquet file, the header of a CSV, and of a full load the time of one row.

    Raises FileFault, SourceChanged, SourceUnreadable.
    """
    found = _inspect_parquet(file, s3) if file.format == "parquet" else _inspect_csv(file, s3)
    headers = [column.header for column in found.columns]
    if "" in headers:
        raise FileFault("unnamed_column", f"{file.url} has a column without a name; write the file anew")
    if twice := next((header for header in headers if headers.count(header) > 1), None):
        raise FileFault("duplicate_column", f"{file.url} has two columns {twice!r}; write the file anew")
    for wanted in (OPERATION, CHANGE_SEQUENCE, COMMIT_TIME):
        if found.place(wanted) is None:
            raise FileFault(
                "missing_column",
                f"{file.url} has no column {wanted!r}, but {', '.join(map(repr, headers[:20])) or 'none'}: DMS writes"
                " it with includeOpForFullLoad, timestampColumnName and the added column $AR_H_CHANGE_SEQ, and into a"
                " CSV its names with addColumnName; correct the endpoint and reload the table",
                column=wanted,
            )
    return found


def batches(inspected: Inspected, s3: S3Client, headers: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows, of these columns if named, a few at a time. Raises FileFault for what cannot be read."""
    file = inspected.file
    wanted = [column.header for column in inspected.columns] if headers is None else list(headers)
    try:
        if file.format == "parquet":
            with _parquet(file, s3) as parquet:
                for batch in parquet.iter_batches(_BATCH_ROWS, columns=wanted, use_threads=False):
                    yield batch.select(wanted)
            return
        names = [column.header for column in inspected.columns]
        with _csv_stream(file, s3) as stream:
            reader = pyarrow.csv.open_csv(
                stream,
                read_options=pyarrow.csv.ReadOptions(column_names=names, skip_rows=1, block_size=_CSV_BLOCK_BYTES),
                parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types={name: pa.string() for name in names},
                    include_columns=wanted,
                    null_values=[CSV_NULL],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
            yield from reader
    except (pa.ArrowInvalid, EOFError, OSError, zlib.error) as error:
        if not _is_of_content(error):
            raise
        raise FileFault(
            "unreadable_rows", f"{file.url} cannot be read to its end: {_short(error)}; {_AGAIN}"
        ) from error


def _is_of_content(error: BaseException) -> bool:
    """Not of the way to it. For a broken page Arrow raises a bare OSError; a connection's has a number or a kind."""
    return not isinstance(error, OSError) or isinstance(error, gzip.BadGzipFile) or _is_of_arrow(error)


def _is_of_arrow(error: OSError) -> bool:
    return type(error) is OSError and error.errno is None


_AGAIN = "have DMS write the file anew (reload the table), or put the whole file in its place"


def first_rows(inspected: Inspected, s3: S3Client, headers: Sequence[str]) -> pa.RecordBatch | None:
    return next((batch for batch in batches(inspected, s3, headers) if batch.num_rows), None)


def _inspect_parquet(file: DmsFile, s3: S3Client) -> Inspected:
    with _parquet(file, s3) as parquet:
        schema, metadata = parquet.schema_arrow, parquet.metadata
        columns = tuple(FileColumn(field.name, field.type) for field in schema)
        found = Inspected(file, columns, metadata.num_rows)
        place = found.place(COMMIT_TIME)
        if place is None or not metadata.num_rows:
            return found
        start = ""
        if file.kind is Kind.LOAD:
            name = columns[place].header
            row = next(batch for batch in parquet.iter_batches(1, columns=[name]) if batch.num_rows).column(0)
            start = _load_start(file, row[0])
        return Inspected(file, columns, metadata.num_rows, start, _last_commit(metadata, place))


def _last_commit(metadata: Any, place: int) -> str | None:
    found = [metadata.row_group(group).column(place).statistics for group in range(metadata.num_row_groups)]
    if not all(each is not None and each.has_min_max for each in found):
        return None
    return str(max(each.max for each in found))[:_TIME_LENGTH]


def _inspect_csv(file: DmsFile, s3: S3Client) -> Inspected:
    if not file.source.size:
        raise FileFault("empty_file", f"{file.url} is empty, without a header; {_AGAIN}")
    try:
        with _csv_stream(file, s3) as stream:
            header = next(csv.reader([stream.readline().decode("utf-8-sig")]), [])
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise FileFault("no_csv", f"{file.url} has no header in UTF-8: {_short(error)}; {_AGAIN}") from error
    found = Inspected(file, tuple(FileColumn(name, pa.string()) for name in header), None)
    if file.kind is Kind.LOAD and (place := found.place(COMMIT_TIME)) is not None:
        rows = first_rows(found, s3, [header[place]])
        if rows is not None:
            return Inspected(file, found.columns, None, _load_start(file, rows.column(0)[0]))
    return found


def _load_start(file: DmsFile, value: pa.Scalar) -> str:
    try:
        text = value.as_py() if pa.types.is_string(value.type) else value.cast(pa.timestamp("us")).as_py()
        return digits(cast(datetime | str, text))
    except (TypeError, ValueError, pa.ArrowException, AttributeError) as error:
        raise FileFault(
            "no_load_time",
            f"{file.url}: the column {COMMIT_TIME!r} of its first row is no time, but in a full load it is when the"
            " task started (useTaskStartTimeForFullLoadTimestamp=true); correct the endpoint and reload the table",
            column=COMMIT_TIME,
        ) from error


class _parquet:
    """A context with the file, of which only what is asked for is fetched. Raises FileFault where it is none."""

    def __init__(self, file: DmsFile, s3: S3Client) -> None:
        self._file, self._s3 = file, s3

    def __enter__(self) -> pq.ParquetFile:
        source = RangedObject(self._s3, self._file.source)
        try:
            self._opened = pq.ParquetFile(pa.PythonFile(source, "r"), coerce_int96_timestamp_unit="us")
        except (pa.ArrowInvalid, OSError) as error:
            if not _is_of_content(error):
                raise
            raise FileFault(
                "not_parquet", f"{self._file.url} is truncated or no Parquet: {_short(error)}; {_AGAIN}"
            ) from error
        return self._opened

    def __exit__(self, *_: object) -> None:
        self._opened.close()


def _csv_stream(file: DmsFile, s3: S3Client) -> IO[bytes]:
    source = io.BufferedReader(SourceObject(s3, file.source), 2**18)
    return cast(IO[bytes], gzip.GzipFile(fileobj=source)) if file.gzip else source


def _short(error: BaseException) -> str:
    """Without the values that Arrow quotes: what is wrong, and how many columns there are."""
    said = " ".join(str(error).split())[:120]
    return said.partition(": ")[0] if isinstance(error, pa.ArrowInvalid) else said
