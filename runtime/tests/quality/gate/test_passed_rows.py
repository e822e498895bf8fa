"""The good rows of a file are a CSV of which the same reader reads the same values."""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from customer_data.csv.dialect import CsvDialect
from customer_data.csv.format import CsvFormat
from customer_data.csv.reader import IrregularCsv, open_csv
from customer_data.errors import FileFault
from customer_data.quality.gate.passed_rows import PassedRows


class Kept:
    """An upload that stays in memory."""

    body = b""

    def upload_fileobj(self, file: Any, bucket: str, key: str) -> None:
        self.body = file.read()


def written(
    header: tuple[str, ...], rows: list[list[str | None]], dialect: CsvDialect, format: CsvFormat, packed: bool = False
) -> bytes:
    kept = Kept()
    with PassedRows(header, dialect, format, packed=packed) as passed:
        for start in range(0, len(rows), 2):
            columns = zip(*rows[start : start + 2], strict=True)
            passed.add(tuple(pa.array(column, pa.string()) for column in columns), len(rows[start : start + 2]))
        passed.upload(kept, "bucket", "key")
        assert passed.rows == len(rows)
    return kept.body


def read(body: bytes, format: CsvFormat) -> tuple[tuple[str, ...], list[list[str | None]]]:
    for exact in (False, True):
        file = open_csv(io.BytesIO(body), format, exact=exact)
        rows: list[list[str | None]] = []
        try:
            for batch in file.batches:
                assert batch.broken == ()
                rows += map(list, zip(*(column.to_pylist() for column in batch.columns), strict=True))
        except IrregularCsv:
            continue
        return file.header, rows
    raise AssertionError("neither path reads it")


CHARACTERS = st.sampled_from([*"aB7 ,;|\t\"'\r\n=#€ü", "\ufeff", "\u2028", "NULL", "\\", "\r\n"])
TEXT = st.lists(CHARACTERS, max_size=6).map("".join)
PLAIN = st.text(st.sampled_from("aB7 ,;|'€ü"), min_size=1, max_size=6)


@st.composite
def files(draw: st.DrawFn) -> tuple[tuple[str, ...], list[list[str | None]], CsvDialect, CsvFormat]:
    quote = draw(st.sampled_from(['"', "'", ""]))
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", "^"]))
    nulls = draw(st.sampled_from([("",), ("NULL",), ("", "NULL"), ("NULL", ""), (), ("\\N", "a,b")]))
    if not quote:  # then no value has a delimiter, a line break, or what would not be text of it
        nulls = tuple(null for null in nulls if delimiter not in null)
        text = st.text(st.sampled_from([c for c in "aB7 ,;|'\"€" if c != delimiter]), min_size=1, max_size=5)
    else:
        text = TEXT
    width = draw(st.integers(1, 4))
    if not quote and width == 1:  # an empty line is no record
        nulls = tuple(null for null in nulls if null)
    header = tuple(draw(st.lists(text.filter(lambda name: name.strip("\ufeff\r\n")), min_size=width, max_size=width)))
    value = text.map(lambda value: None if value in nulls else value)
    rows = draw(st.lists(st.lists(value | st.none() if nulls else value, min_size=width, max_size=width), max_size=5))
    assume(list(header) not in rows)  # that is a header again
    detected = draw(st.booleans()) and (width > 1 or delimiter == ",")
    encoding = draw(st.sampled_from([None, "utf-8", "utf-16"]))
    escape = draw(st.sampled_from([None, "\\"])) if quote else None
    format = CsvFormat(
        None if detected else delimiter,
        quote,
        encoding,
        nulls,
        escape=escape,
        header_line=draw(st.sampled_from([None, 1, 2, 4])),
        footer_lines=draw(st.sampled_from([0, 1, 3])),
    )
    return header, rows, CsvDialect(delimiter, quote, escape), format


@given(files())
@settings(max_examples=400, deadline=None)
def test_what_is_written_is_read_as_it_was(
    file: tuple[tuple[str, ...], list[list[str | None]], CsvDialect, CsvFormat],
) -> None:
    header, rows, dialect, format = file
    assert read(written(header, rows, dialect, format), format) == (header, rows)


def test_a_delimiter_that_only_the_rejected_rows_spoke_against_is_named() -> None:
    """`;` was detected since a row without comma spoke against `,`: that row is gone."""
    header, rows = ("Name", "City, Country"), [["Ann", "Oslo, Norway"]]
    body = written(header, rows, CsvDialect(";", '"'), CsvFormat())
    assert read(body, CsvFormat()) == (header, rows)


def test_header_delimiter_quote_and_values_are_those_of_the_file() -> None:
    body = written(("User ID", "Note"), [["1", "a;b"], ["2", None]], CsvDialect(";", "'"), CsvFormat(quote="'"))
    assert body.decode() == "'User ID';'Note'\n'1';'a;b'\n'2';''\n"
    assert list(csv.reader(io.StringIO(body.decode()), delimiter=";", quotechar="'"))[1] == ["1", "a;b"]


def test_packed_files_stay_packed_and_the_same_rows_give_the_same_bytes() -> None:
    one, other = (written(("a", "b"), [["1", "2"]], CsvDialect(",", '"'), CsvFormat(), packed=True) for _ in "12")
    assert gzip.decompress(one).decode() == '"a","b"\n"1","2"\n'
    assert one == other


def test_text_that_the_encoding_does_not_have_is_the_files_fault() -> None:
    with pytest.raises(FileFault, match=r"no '€'; leave CsvFormat.encoding out"):
        written(("a",), [["€"]], CsvDialect(",", '"'), CsvFormat(encoding="iso-8859-1"))
