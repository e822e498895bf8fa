"""The bytes of a CSV as validated UTF-8: unpacked, decoded, without NUL bytes, in chunks of bounded size."""

from __future__ import annotations

import codecs
import copy
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np

from customer_data.errors import FileFault, SettingsError

CHUNK_BYTES = 2 * 2**20
_SAMPLE_BYTES = 4096
_WINDOWS_1252 = "cp1252"
_CTRL_Z = b"\x1a"  # the end of a text file of CP/M and DOS
_GZIP_MAGIC = b"\x1f\x8b"
_BINARY_FORMATS = (
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook (.xlsx)"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"BZh", "a bzip2 archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
)
_TEXT_FORMATS = (
    (b"%PDF-", "a PDF document"),
    (b"<?xml", "an XML document"),
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
)
# The Unicode standard, "Well-Formed UTF-8 Byte Sequences", but for single bytes.
_MULTIBYTE_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]"
    rb"|(?:\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f])[\x80-\xbf]"
    rb"|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2}"
)
_NOT_ASCII = re.compile(rb"[^\x00-\x7f]")
_CONTROL_CHARACTERS = re.compile(rb"[\x00-\x08\x0e-\x1f]")  # apart from those that lay text out
_BYTE_ORDER_MARKS = (  # the longer one first: that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class NotUtf8(Exception):
    """Bytes that are not UTF-8 in a file that gave no other sign of being UTF-8: read again as `encoding`."""

    encoding = _WINDOWS_1252


def utf8_chunks(raw: BinaryIO | io.RawIOBase, encoding: str | None, *, assumed: str | None = None) -> Iterator[bytes]:
    """The text of the file as UTF-8, without a byte order mark and without Ctrl-Z at its end. `encoding` None means
    detected, or `assumed` after NotUtf8 asked for it; a byte order mark decides in any case.

    Raises FileFault (empty_file, not_csv, wrong_encoding, nul_byte, broken_gzip), and NotUtf8 when the detected
    encoding was wrong.
    """
    packed = _chunks_of(raw)
    first = next(packed, b"")
    if first.startswith(_GZIP_MAGIC):
        chunks = _unpack(_rejoin(first, packed))
        first = next(chunks, b"")
    else:
        chunks = packed
    _refuse_other_formats(first)
    mark, detected = _detect(first)
    guessed = not encoding and not mark
    said = encoding or assumed
    codec = codec_named(said) if said and not mark else detected
    if codec in ("utf-16", "utf-32"):  # without a mark, from which alone Python would take the byte order
        codec = detected if detected.startswith(codec) else f"{codec}-le"
    chunks = _rejoin(first[len(mark) :], chunks)
    if guessed and assumed:
        chunks = _without_utf8(chunks)
    lines = LineCounter()
    text = _validated(chunks, guessed, lines) if codec == "utf-8" else _transcoded(chunks, codec, lines)
    yield from _up_to_ctrl_z(_without_nul(text, lines))


def _without_nul(text: Iterator[bytes], lines: LineCounter) -> Iterator[bytes]:
    """Counts the lines, too."""
    for chunk in text:
        if b"\0" in chunk:
            line = lines.count(chunk[: chunk.index(b"\0")])
            raise FileFault(
                "nul_byte",
                f"line {line} holds a NUL byte, which text cannot have: the file is binary, damaged, or in an encoding"
                " other than the one it was read in; export it again as UTF-8",
                line=line,
            )
        lines.count(chunk)
        if chunk:
            yield chunk


def _up_to_ctrl_z(text: Iterator[bytes]) -> Iterator[bytes]:
    """Without a Ctrl-Z after which come line breaks and others of it only, up to a chunk of them."""
    held = b""
    for chunk in text:
        if not held and _CTRL_Z not in chunk:
            yield chunk
            continue
        chunk = held + chunk
        at = chunk.find(_CTRL_Z, len(chunk.rstrip(b"\x1a\r\n")))
        held = b"" if at < 0 or len(chunk) - at > CHUNK_BYTES else chunk[at:]
        if shown := chunk[: len(chunk) - len(held)]:
            yield shown


class LineCounter:
    """Counts lines as Python's universal newlines do: LF, CR and CRLF each end one."""

    def __init__(self) -> None:
        self._line = 1
        self._after_cr = False

    def count(self, text: bytes) -> int:
        """The line that follows the text, which follows all that was counted before."""
        self._line += text.count(b"\n") - (self._after_cr and text.startswith(b"\n"))
        if b"\r" in text:
            data = np.frombuffer(text, dtype=np.uint8)
            returns = np.flatnonzero(data == ord("\r"))
            before_lf = data[returns[returns < len(data) - 1] + 1] == ord("\n")
            self._line += len(returns) - int(np.count_nonzero(before_lf))
        self._after_cr = text.endswith(b"\r") or (self._after_cr and not text)
        return self._line


class ChunkStream(io.RawIOBase):
    """Chunks as the readable file that pyarrow and io take.

    pyarrow takes each read for a block. No record may reach over three of them, so a read gives about half of what is
    asked for at least; and where a block ends with CR, an LF that begins the next is dropped even within quotes
    (arrow/csv/reader.cc, CSVBufferIterator), so a read never ends with CR before the end.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            return self.readall()
        while self._wants_more(size) and (chunk := next(self._chunks, b"")):
            self._rest = memoryview(bytes(self._rest) + chunk if self._rest else chunk)
        taken = bytes(self._rest[:size])
        if 1 < len(taken) < len(self._rest) and taken.endswith(b"\r"):
            taken = taken[:-1]
        self._rest = self._rest[len(taken) :]
        return taken

    def _wants_more(self, size: int) -> bool:
        return 2 * len(self._rest) < size or (len(self._rest) <= size and self._rest[-1] == ord("\r"))

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)


def _chunks_of(raw: BinaryIO | io.RawIOBase) -> Iterator[bytes]:
    buffered = io.BufferedReader(raw, CHUNK_BYTES) if isinstance(raw, io.RawIOBase) else raw
    while chunk := buffered.read(CHUNK_BYTES):
        yield chunk


def _rejoin(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from others


def _unpack(packed: Iterator[bytes]) -> Iterator[bytes]:
    """All members of a gzip file, one after the other."""
    with gzip.GzipFile(fileobj=io.BufferedReader(ChunkStream(packed), CHUNK_BYTES)) as members:
        while True:
            try:
                chunk = members.read(CHUNK_BYTES)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise FileFault(
                    "broken_gzip", f"the gzip data is cut short or damaged ({error}); upload the file again"
                ) from error
            if not chunk:
                return
            yield chunk


def _refuse_other_formats(first: bytes) -> None:
    if not first:
        raise FileFault("empty_file", "the file is empty: not even a header line; upload it with its content")
    sample = first[:_SAMPLE_BYTES]
    # A header may begin with PAR1 or ORC too, but it has no control characters.
    formats = [*_TEXT_FORMATS, *(_BINARY_FORMATS if _CONTROL_CHARACTERS.search(sample) else ())]
    for magic, what in formats:
        if sample.startswith(magic) or sample[:20].lower().startswith(magic):
            raise FileFault("not_csv", f"the file is not a CSV, it looks like {what}; export the data as CSV")


def _detect(first: bytes) -> tuple[bytes, str]:
    """Byte order mark and codec."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if first.startswith(mark):
            return mark, codec
    # Text in the Latin alphabet has a NUL in every other byte of UTF-16: which one tells the byte order.
    sample = first[:_SAMPLE_BYTES]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) // 8 and min(even, odd) * 8 < max(even, odd):
        return b"", "utf-16-le" if odd > even else "utf-16-be"
    return b"", "utf-8"


def codec_named(encoding: str) -> str:
    """Python's codec of an encoding as `CsvFormat` names it. Raises SettingsError."""
    try:
        return codecs.lookup(encoding.replace("windows-", "cp")).name
    except LookupError as error:
        raise SettingsError(
            f"CsvFormat.encoding {encoding!r} is not an encoding that Python knows, such as utf-8, utf-16 or cp1252"
        ) from error


def _validated(chunks: Iterator[bytes], guessed: bool, lines: LineCounter) -> Iterator[bytes]:
    """`lines` counts each chunk before the next one is asked for."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    multibyte_line, offset = 0, 0  # the first line that shows that the text is UTF-8
    for chunk in _rejoin_end(chunks):
        pending = decoder.getstate()[0]
        if pending or not chunk or not chunk.isascii():
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                valid = error.object[: error.start]
                multibyte_line = multibyte_line or _first_line_not_ascii(valid, lines)
                if guessed and not multibyte_line:
                    raise NotUtf8 from error
                line, offset = lines.count(valid), offset - len(pending)
                if guessed:
                    wrong = bytes(error.object[error.start : error.end])
                    place = f"byte {offset + error.start} (line {line}), {wrong!r},"
                    raise _mixed_encodings(place, line, multibyte_line) from error
                raise _wrong_encoding("UTF-8", offset, line, error) from error
            multibyte_line = multibyte_line or _first_line_not_ascii(text.encode(), lines)
        offset += len(chunk)
        yield chunk


def _first_line_not_ascii(text: bytes, lines: LineCounter) -> int:
    """0 where all of it is ASCII. `lines` has counted what stands before the text, and stays so."""
    found = _NOT_ASCII.search(text)
    return copy.copy(lines).count(text[: found.start()]) if found else 0


def _without_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks of text that was found not to be UTF-8. Raises FileFault where some of it is."""
    lines, other_line, end = LineCounter(), 0, b""
    for chunk in chunks:
        other_line = other_line or _first_line_not_ascii(chunk, lines)
        if found := other_line and _MULTIBYTE_UTF8.search(end + chunk):
            before = max(0, found.start() - len(end))
            raise _mixed_encodings(f"line {other_line}", other_line, lines.count(chunk[:before]))
        lines.count(chunk)
        end = (end + chunk)[-3:]
        yield chunk


def _mixed_encodings(place: str, other_line: int, utf8_line: int) -> FileFault:
    return FileFault(
        "wrong_encoding",
        f"{place} is not UTF-8, but line {utf8_line} is: the file is damaged, or holds text in two encodings; save all"
        " of it as UTF-8, or say the one encoding that it has with CsvFormat.encoding",
        line=other_line,
    )


def _transcoded(chunks: Iterator[bytes], codec: str, lines: LineCounter) -> Iterator[bytes]:
    """`lines` counts each chunk before the next one is asked for."""
    decoder = codecs.getincrementaldecoder(codec)()
    offset = 0
    for chunk in _rejoin_end(chunks):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line = lines.count(error.object[: error.start].decode(codec, errors="ignore").encode())
            raise _wrong_encoding(codec.upper(), offset - pending, line, error) from error
        offset += len(chunk)
        yield text.encode()


def _rejoin_end(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """An empty chunk last, where a decoder says whether the text is cut short."""
    yield from chunks
    yield b""


def _wrong_encoding(name: str, offset: int, line: int, error: UnicodeDecodeError) -> FileFault:
    wrong = bytes(error.object[error.start : error.end])
    if name == _WINDOWS_1252.upper():
        name = "Windows-1252"
    return FileFault(
        "wrong_encoding",
        f"byte {offset + error.start} (line {line}) is not {name}: {wrong!r} ({error.reason}); save the file as UTF-8,"
        " or say its encoding with CsvFormat.encoding",
        line=line,
    )
