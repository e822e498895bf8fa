"""The good rows of a CSV as a CSV again: with the file's header, delimiter, quote and packing, in the encoding that
`CsvFormat` says, else in UTF-8, so that whoever reads the one reads the other."""

from __future__ import annotations

import codecs
import gzip
import io
import tempfile
from types import TracebackType
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from customer_data.csv.dialect import CsvDialect
from customer_data.csv.format import CsvFormat
from customer_data.csv.text import codec_named
from customer_data.errors import FileFault


class PassedRows:
    """A context that gathers rows in a local file. The CSV reader reads the same header and values from it."""

    def __init__(self, header: tuple[str, ...], dialect: CsvDialect, format: CsvFormat, *, packed: bool) -> None:
        self.rows = 0
        self._dialect, self._format = dialect, format
        self._null = null_text(format, len(header))
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="passed-")  # noqa: SIM115
        self._out: Any = (
            gzip.GzipFile(fileobj=self._file, mode="wb", compresslevel=6, mtime=0) if packed else self._file
        )
        encoding = codec_named(format.encoding or "utf-8")
        self._encode = None if encoding == "utf-8" else codecs.getincrementalencoder(encoding)().encode
        # Arrow quotes with '"' only, and escapes nothing.
        by_arrow = dialect.quote == '"' and not dialect.escape
        self._write = self._write_by_arrow if by_arrow else self._write_by_python
        self._put(dialect.lead(header, format).encode())
        self._put(self._as_text([list(header)]).encode())

    def __enter__(self) -> PassedRows:
        return self

    def __exit__(
        self, type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, columns: tuple[pa.StringArray, ...], rows: int) -> None:
        if rows:
            filled = columns if self._null is None else [pc.fill_null(column, self._null) for column in columns]
            self._write(list(filled))
            self.rows += rows

    def upload(self, s3: Any, bucket: str, key: str) -> None:
        self._put(self._dialect.trail(self._format).encode())
        if self._out is not self._file:
            self._out.close()
        self._file.seek(0)
        s3.upload_fileobj(self._file, bucket, key)

    def _write_by_arrow(self, columns: list[pa.StringArray]) -> None:
        options = pyarrow.csv.WriteOptions(include_header=False, delimiter=self._dialect.delimiter)
        buffer = io.BytesIO()
        batch = pa.RecordBatch.from_arrays(columns, names=[str(number) for number in range(len(columns))])
        pyarrow.csv.write_csv(batch, buffer, options)
        self._put(buffer.getvalue())

    def _write_by_python(self, columns: list[pa.StringArray]) -> None:
        self._put(
            self._as_text(list(map(list, zip(*(column.to_pylist() for column in columns), strict=True)))).encode()
        )

    def _as_text(self, records: list[list[str | None]]) -> str:
        text = io.StringIO()
        self._dialect.write(records, text)
        return text.getvalue()

    def _put(self, utf8: bytes) -> None:
        """Raises FileFault for what the encoding does not have, which a file with another one's mark may bring."""
        try:
            self._out.write(self._encode(utf8.decode()) if self._encode else utf8)
        except UnicodeEncodeError as error:
            raise FileFault(
                "wrong_encoding",
                f"the file's byte order mark says another encoding than CsvFormat.encoding, which has no"
                f" {error.object[error.start : error.end]!r}; leave CsvFormat.encoding out, or save the file in it",
            ) from error


def null_text(format: CsvFormat, columns: int) -> str | None:
    """What stands for NULL; None where nothing does. Without quotes, an empty line would be no record of one column."""
    allowed = [text for text in format.null_values if text or columns > 1 or format.quote]
    return allowed[0] if allowed else None
