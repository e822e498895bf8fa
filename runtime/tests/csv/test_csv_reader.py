from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from unittest import mock

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from customer_data.columns.names import key_places
from customer_data.csv import footer as csv_footer
from customer_data.csv import reader as csv_reader
from customer_data.csv import text as csv_text
from customer_data.csv.batch import BrokenRecord
from customer_data.csv.dialect import DELIMITERS, MAX_RECORD_BYTES, KeyPlaces
from customer_data.csv.format import CsvFormat
from customer_data.csv.notes import CsvNotes
from customer_data.csv.reader import CsvFile, IrregularCsv, open_csv
from customer_data.csv.text import NotUtf8
from customer_data.errors import FileFault, SettingsError

Row = tuple[str | None, ...]
VERBATIM = CsvFormat(null_values=())
KEYS = partial(key_places, ("user_id",), {"Nr": "user_id"}, ())


def read(
    data: bytes, format: CsvFormat = VERBATIM, *, exact: bool = False, encoding: str | None = None
) -> tuple[tuple[str, ...], list[Row], list[BrokenRecord]]:
    """Header, rows and broken records of one reading."""
    opened = open_csv(io.BytesIO(data), format, exact=exact, encoding=encoding)
    rows: list[Row] = []
    broken: list[BrokenRecord] = []
    for batch in opened.batches:
        rows += zip(*(column.to_pylist() for column in batch.columns), strict=True)
        broken += batch.broken
    return opened.header, rows, broken


def both(data: bytes, format: CsvFormat = VERBATIM) -> tuple[tuple[str, ...], list[Row]]:
    """The rows that both paths give."""
    header, rows, broken = read(data, format, exact=True)
    assert not broken
    assert read(data, format) == (header, rows, [])
    return header, rows


@contextmanager
def blocks_of(size: int) -> Iterator[None]:
    """Small blocks, so that records and quotes lie across their borders."""
    with (
        mock.patch.object(csv_text, "CHUNK_BYTES", size),
        mock.patch.object(csv_reader, "CHUNK_BYTES", size),
        mock.patch.object(csv_reader, "_SAMPLE_BYTES", 64),
    ):
        yield


FIELD = st.text(alphabet=st.sampled_from("ab,;|\t\"\n\r é€😀'\\"), max_size=12)


@st.composite
def written_csv(draw: st.DrawFn) -> tuple[str, CsvFormat]:
    width = draw(st.integers(1, 4))
    delimiter = draw(st.sampled_from(DELIMITERS))
    quote = draw(st.sampled_from("\"'"))
    escape, doubled = draw(st.sampled_from([(None, True), ("\\", True), ("\\", False)]))
    rows = draw(st.lists(st.lists(FIELD, min_size=width, max_size=width), max_size=30))
    line_end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    # Python's writer quotes the line breaks of the line end only, its reader ends lines at any.
    quoting = csv.QUOTE_ALL if line_end != "\r\n" else draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=delimiter,
        quotechar=quote,
        escapechar=escape,
        doublequote=doubled,
        lineterminator=line_end,
        quoting=quoting,
    )
    writer.writerow([f"column {number}" for number in range(width)])
    writer.writerows(rows)
    return text.getvalue(), CsvFormat(delimiter=delimiter, quote=quote, escape=escape, null_values=())


def by_python(text: str, format: CsvFormat) -> list[list[str]]:
    lines = io.StringIO(text, newline="")
    delimiter, quote, escape = format.delimiter or ",", format.quote, format.escape
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote, escapechar=escape, strict=True)
    return [record for record in reader if record]


@given(written_csv(), st.sampled_from([48, 100, 2**20]))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_both_paths_give_the_rows_of_pythons_csv_module(written: tuple[str, CsvFormat], block: int) -> None:
    text, format = written
    header, *rows = by_python(text, format)
    with blocks_of(block):
        assert read(text.encode(), format, exact=True) == (tuple(header), [tuple(row) for row in rows], [])
        try:
            fast = read(text.encode(), format)
        except IrregularCsv:
            # A record longer than a block, or a file without records: all else that csv.writer writes, it vouches for.
            longest = max((sum(2 * len(field.encode()) + 3 for field in row) for row in rows), default=block)
            assert longest * 2 + 3 >= block or not rows
        else:
            assert fast == (tuple(header), [tuple(row) for row in rows], [])


@given(
    st.text(alphabet=st.sampled_from('ab,"\\\n\r'), max_size=60),
    st.sampled_from([48, 2**20]),
    st.sampled_from([None, "\\"]),
)
@settings(deadline=None, derandomize=True, max_examples=1000)
def test_whatever_the_text_a_path_gives_pythons_rows_or_says_that_it_cannot(
    body: str, block: int, escape: str | None
) -> None:
    text, format = f"x,y\n{body}", CsvFormat(delimiter=",", escape=escape, null_values=())
    try:
        rows = [tuple(row) for row in by_python(text, format)[1:]]
    except csv.Error:
        rows = []
        with blocks_of(block), pytest.raises(IrregularCsv):
            read(text.encode(), format)
        assume(False)
    with blocks_of(block):
        _, exact, broken = read(text.encode(), format, exact=True)
        hinted = sum(record.code == "inner_quote" for record in broken)
        assert all('\\"' in record.raw for record in broken if record.code == "inner_quote")
        wide = [row for row in rows if len(row) == 2]
        assert len(exact) == len(wide) - hinted
        assert hinted or exact == wide
        assert len(broken) == len(rows) - len(exact)
        with suppress(IrregularCsv):
            assert read(text.encode(), format)[1] == rows


ODD_LINES = ["", "user_id,x", '4,"d\\"e"', "\ufeff5,f", "Total", '6,g"h', "7,\x1a", "a,b\\"]
LINES = st.lists(
    st.sampled_from(["1,a", "1,b", '"2\u00a0",b', "\u200b3 ,c", '"8","i ""j"""'] * 4 + ODD_LINES), max_size=8
)


@given(
    LINES,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.builds(
        CsvFormat,
        delimiter=st.sampled_from([None, ","]),
        escape=st.sampled_from([None, "\\"]),
        header_line=st.sampled_from([None, 1, 3]),
        footer_lines=st.integers(0, 3),
        trim_keys=st.booleans(),
        strict_quotes=st.booleans(),
    ),
    st.sampled_from([None, KEYS]),
    st.sampled_from([24, 2**20]),
)
@settings(deadline=None, derandomize=True, max_examples=1000)
def test_both_paths_agree_whatever_the_format_says(
    lines: list[str], end: str, format: CsvFormat, keys: KeyPlaces | None, block: int
) -> None:
    data = end.join(["A report", "", "user_id,x", *lines]).encode()

    def read_all(exact: bool) -> object:
        opened = open_csv(io.BytesIO(data), format, exact=exact, keys=keys)
        batches = list(opened.batches)
        assert not exact or all(batch.lines.tolist() == sorted(batch.lines.tolist()) for batch in batches)
        columns = [[column.to_pylist() for column in batch.columns] for batch in batches if batch.rows]
        broken = [record for batch in batches for record in batch.broken]
        return opened.header, [row for batch in columns for row in zip(*batch, strict=True)], broken, opened.notes

    with mock.patch.object(csv_text, "CHUNK_BYTES", block), suppress(IrregularCsv, FileFault):
        fast = read_all(exact=False)
        assert read_all(exact=True) == fast


@pytest.mark.parametrize("before", range(60))
def test_a_line_break_within_quotes_survives_the_border_between_two_blocks(before: int) -> None:
    text = "id,name\n" + "1," + "a" * (before % 4) + "\n" + "1,a\n" * before + '2,"x\r\ny"\n' + "3,b\n" * 40
    with blocks_of(64):
        assert ("2", "x\r\ny") in read(text.encode())[1]


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False], ids=["line end at the end", "no line end at the end"])
def test_delimiter_and_line_ends_are_detected(delimiter: str, line_end: str, last: bool) -> None:
    lines = [delimiter.join(row) for row in (["id", "name"], ["1", '"a ""b"""'], ["2", f'"x{line_end}y"'])]
    header, rows = both((line_end.join(lines) + (line_end if last else "")).encode())
    assert header == ("id", "name")
    assert rows == [("1", 'a "b"'), ("2", f"x{line_end}y")]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("id;amount;note\n1;1,5;a,b\n2;2,5;c,d\n", ("id", "amount", "note")),
        ('id,"a;b;c",z\n1,"x;y",3\n', ("id", "a;b;c", "z")),
        ("Name, first;age\nMiller, Ann;5\nSmith;6\n", ("Name, first", "age")),
        ("id\n1\n2\n", ("id",)),
    ],
)
def test_the_delimiter_is_the_one_that_cuts_all_records_alike(text: str, header: tuple[str, ...]) -> None:
    assert read(text.encode())[0] == header


REPORT = ("Customer report", "", "# generated by x, y, z", 'made of "quotes', '"', "2024;;")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("header", [("User ID", "name"), ("name", "Nr", "c")])
def test_the_header_is_the_record_that_has_the_key(header: tuple[str, ...], delimiter: str, line_end: str) -> None:
    row = tuple("abc"[: len(header)])
    data = line_end.join([*REPORT, delimiter.join(header), delimiter.join(row)]).encode()
    for exact in (False, True):
        opened = open_csv(io.BytesIO(data), VERBATIM, exact=exact, keys=KEYS)
        (batch,) = opened.batches
        opened.require_lines()
        assert (opened.header, opened.dialect.delimiter) == (header, delimiter)
        assert (batch.lines.tolist(), [column.to_pylist() for column in batch.columns]) == ([8], [[c] for c in row])
        assert opened.notes.header_line == 7
        assert opened.notes.lines_before_header == ("Customer report", *REPORT[2:])


@pytest.mark.parametrize(("before", "found"), [(49, ("user_id", "x")), (50, ("#",))])
def test_the_header_is_within_50_lines_or_else_the_first_record(before: int, found: tuple[str, ...]) -> None:
    data = "#\n" * before + "user_id,x\n1,2\n"
    assert open_csv(io.BytesIO(data.encode()), VERBATIM, keys=KEYS).header == found


def test_the_delimiter_under_which_the_key_is_found_wins_over_one_that_is_as_regular() -> None:
    data = b"user_id;Umsatz, netto\n1;5, a\n2;6, b\n"
    assert open_csv(io.BytesIO(data), VERBATIM, keys=KEYS).header == ("user_id", "Umsatz, netto")
    assert open_csv(io.BytesIO(b"\n" + data), CsvFormat(header_line=2), keys=KEYS).header == (
        "user_id",
        "Umsatz, netto",
    )


def test_the_format_may_say_the_line_of_the_header() -> None:
    data = b"sep=;\na;b\n\nc;d\n1;2\n"
    assert both(data, CsvFormat(header_line=1)) == (("a", "b"), [("c", "d"), ("1", "2")])
    for line in (3, 4):
        assert both(data, CsvFormat(header_line=line)) == (("c", "d"), [("1", "2")])
    with pytest.raises(FileFault, match=r"no text from line 7 on, where CsvFormat\.headerLine") as fault:
        read(data, CsvFormat(header_line=7))
    assert fault.value.code == "no_header"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [*DELIMITERS, "^"])
def test_a_first_line_for_excel_names_the_delimiter_and_is_no_header(
    delimiter: str, encoding: str, line_end: str
) -> None:
    lines = (f"sep={delimiter}", f"id{delimiter}name", f"1{delimiter}a", f"2{delimiter}b{delimiter}c", "")
    assert both(line_end.join(lines[:3]).encode(encoding)) == (("id", "name"), [("1", "a")])
    _, _, broken = read(line_end.join(lines).encode(encoding), exact=True)
    assert [record.line for record in broken] == [4]


def test_the_delimiter_of_the_format_wins_over_the_line_for_excel() -> None:
    format = CsvFormat(delimiter="|", null_values=())
    assert both(b"SEP=;\nid|name\n1|a;b\n", format) == (("id", "name"), [("1", "a;b")])


@pytest.mark.parametrize("header", ["sep=;a", "sep=", "separator=;", "sep==;"])
def test_a_header_that_only_looks_like_the_line_for_excel_is_the_header(header: str) -> None:
    assert read(f"{header}\n1\n".encode(), CsvFormat(delimiter=","))[0] == (header,)


def test_blank_lines_are_no_records() -> None:
    assert both(b"\n\nid,name\n\n1,a\n\n\n2,b\n\n") == (("id", "name"), [("1", "a"), ("2", "b")])


@pytest.mark.parametrize("end", ["\x1a", "\n\x1a", "\r\n\x1a\r\n", "\n\x1a\x1a\x1a"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("block", [16, 48, 2**20])
def test_ctrl_z_ends_the_file(end: str, encoding: str, block: int) -> None:
    with blocks_of(block):
        assert read(f"id,name\n1,a\n2,b{end}".encode(encoding), exact=True) == (
            ("id", "name"),
            [("1", "a"), ("2", "b")],
            [],
        )
    assert both(f"id,name\n1,a\n2,b{end}".encode(encoding))[1] == [("1", "a"), ("2", "b")]


def test_ctrl_z_within_the_file_is_text() -> None:
    assert both(b"id,name\n1,\x1a\n\x1a,b\n")[1] == [("1", "\x1a"), ("\x1a", "b")]


@given(st.text(alphabet=st.sampled_from("a\x1a\n\r"), max_size=40), st.sampled_from([4, 9, 2**20]))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_ctrl_z_is_dropped_at_the_end_only(text: str, block: int) -> None:
    ctrl_z = text.find("\x1a", len(text.rstrip("\x1a\r\n")))
    assume(len(text) - ctrl_z <= block)
    with mock.patch.object(csv_text, "CHUNK_BYTES", block):
        chunks = b"".join(csv_text.utf8_chunks(io.BytesIO(f"id{text}".encode()), None))
    assert chunks.decode() == f"id{text if ctrl_z < 0 else text[:ctrl_z]}"


def test_empty_fields_are_null_quoted_or_not_and_so_is_what_the_format_calls_null() -> None:
    format = CsvFormat(null_values=("", "NULL", "n/a"))
    _, rows = both(b'a,b\n,""\nNULL,"n/a"\nnull,N/A\n', format)
    assert rows == [(None, None), (None, None), ("null", "N/A")]


def test_without_a_quote_character_quotes_are_text() -> None:
    format = CsvFormat(delimiter=",", quote="", null_values=())
    assert both(b'a,b\n"x,5" disk\n', format) == (("a", "b"), [('"x', '5" disk')])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_encodings_are_detected(encoding: str) -> None:
    assert both("id,näme\n1,Jürgen €\n".encode(encoding)) == (("id", "näme"), [("1", "Jürgen €")])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_decides_whatever_the_user_says(encoding: str) -> None:
    data = ("" if encoding == "utf-8-sig" else "\ufeff") + "id\nü\n"
    for said in ("utf-16", "cp1252", "utf-8"):
        assert both(data.encode(encoding), CsvFormat(encoding=said)) == (("id",), [("ü",)])


def test_a_utf8_byte_order_mark_rules_out_windows_1252() -> None:
    with pytest.raises(FileFault, match="not UTF-8"):
        read("\ufeffid\n".encode() + b"\xfc\n")


@pytest.mark.parametrize("header", ["PAR1,PAR2", "ORCID,name", "BZh,x"])
def test_a_header_that_begins_like_another_format_is_a_header(header: str) -> None:
    assert read(f"{header}\n1,2\n".encode())[0] == tuple(header.split(","))


def test_what_is_not_utf8_is_read_as_windows_1252() -> None:
    data = "id,name\n1,Jürgen €\n".encode("cp1252")
    with pytest.raises(NotUtf8) as wrong:
        read(data)
    assert read(data, encoding=wrong.value.encoding)[1] == [("1", "Jürgen €")]


LATIN_1 = "1,Zoë".encode("latin-1")
UTF_8 = "2,Müller €".encode()


@pytest.mark.parametrize("block", [5, 6, 7, 8, 2**20])
@pytest.mark.parametrize(
    ("lines", "other", "utf8"),
    [
        ([LATIN_1, b"x,y", UTF_8], 2, 4),
        ([UTF_8, LATIN_1], 3, 2),
        ([LATIN_1, "2,😀".encode()], 2, 3),
        ([LATIN_1 + UTF_8], 2, 2),
    ],
)
def test_text_in_two_encodings_is_refused_with_a_line_of_each(
    lines: list[bytes], other: int, utf8: int, block: int
) -> None:
    data = b"\n".join([b"id,name", *lines])
    with mock.patch.object(csv_text, "CHUNK_BYTES", block), pytest.raises(FileFault) as fault:
        try:
            list(csv_text.utf8_chunks(io.BytesIO(data), None))
        except NotUtf8 as wrong:
            list(csv_text.utf8_chunks(io.BytesIO(data), None, assumed=wrong.encoding))
    assert (fault.value.code, fault.value.line) == ("wrong_encoding", other)
    assert re.search(rf"line {other}\b.* is not UTF-8, but line {utf8} is:", fault.value.reason)


def test_an_encoding_that_is_said_may_hold_what_could_be_utf8() -> None:
    data = b"\n".join([b"id,name", LATIN_1, UTF_8])
    assert both(data, CsvFormat(encoding="windows-1252"))[1] == [("1", "Zoë"), ("2", UTF_8[2:].decode("cp1252"))]


@pytest.mark.parametrize("exact", [False, True])
def test_a_broken_byte_in_a_utf8_file_is_a_fault_with_its_place(exact: bool) -> None:
    data = "id,name\n1,Jürgen\n2,".encode() + b"J\xfcrgen\n"
    with pytest.raises(FileFault) as fault:
        read(data, exact=exact)
    assert fault.value.code == "wrong_encoding"
    assert fault.value.line == 3
    assert f"byte {data.index(0xFC)} (line 3)" in fault.value.reason


def universal_line(text: str) -> int:
    """The line of what follows the text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1


@given(st.text(alphabet=st.sampled_from("aü\n\r"), max_size=40), st.sampled_from([5, 8, 2**20]))
@settings(deadline=None, derandomize=True, max_examples=300)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_faults_of_the_text_are_on_the_line_that_python_counts(encoding: str, text: str, block: int) -> None:
    for wrong, code in (("\0", "nul_byte"), ("\ud800", "wrong_encoding")):
        data = f"id\u0a0a{text}{wrong}x".encode(encoding, errors="surrogatepass")
        with mock.patch.object(csv_text, "CHUNK_BYTES", block), pytest.raises(FileFault) as fault:
            list(csv_text.utf8_chunks(io.BytesIO(data), None))
        assert (fault.value.code, fault.value.line) == (code, universal_line(text))


def test_a_broken_header_is_named_with_its_line() -> None:
    for data in (b'\n\r\n\rid,"na"me\n1,2\n', b'\n\r\n\rid,"' + b"x\n" * 2**20):
        with pytest.raises(FileFault) as fault:
            read(data)
        assert (fault.value.code, fault.value.line) == ("broken_header", 4)


def test_a_byte_that_windows_1252_does_not_have_is_a_fault() -> None:
    with pytest.raises(FileFault, match="Windows-1252") as fault:
        read(b"id\n\x81\n", encoding="cp1252")
    assert fault.value.code == "wrong_encoding"


def test_a_multibyte_character_cut_off_at_the_end_is_not_utf8() -> None:
    with pytest.raises(NotUtf8):
        read("id\nx€".encode()[:-1])


def test_the_users_encoding_is_taken_at_its_word() -> None:
    assert both("id\nя\n".encode("koi8-r"), CsvFormat(encoding="koi8-r", null_values=()))[1] == [("я",)]
    with pytest.raises(FileFault, match="UTF-8"):
        read("id\nü\n".encode("cp1252"), CsvFormat(encoding="utf-8"))
    with pytest.raises(SettingsError, match="klingon"):
        read(b"id\n1\n", CsvFormat(encoding="klingon"))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_utf_16_and_32_need_no_byte_order_mark(encoding: str) -> None:
    assert both("id\nя\n".encode(encoding), CsvFormat(encoding=encoding[:6]))[1] == [("я",)]


def test_gzip_is_unpacked_all_members_of_it() -> None:
    assert both(gzip.compress(b"id,n\n1,a\n") + gzip.compress(b"2,b\n"))[1] == [("1", "a"), ("2", "b")]


@pytest.mark.parametrize("damage", [lambda data: data[:-10], lambda data: data[:-8] + b"\0" * 8], ids=["cut", "CRC"])
def test_damaged_gzip_is_a_fault(damage: object) -> None:
    with pytest.raises(FileFault) as fault:
        read(damage(gzip.compress(b"id,n\n" + b"1,a\n" * 1000)))  # type: ignore[operator]
    assert fault.value.code == "broken_gzip"


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty_file", "empty"),
        (b"\n\r\n\n", "empty_file", "blank"),
        (gzip.compress(b""), "empty_file", "empty"),
        (b"PAR1\x15\x04", "not_csv", "Parquet"),
        (b"PK\x03\x04\x14\x00", "not_csv", "xlsx"),
        (b"%PDF-1.7", "not_csv", "PDF"),
        (b"<!DOCTYPE html><html>", "not_csv", "HTML"),
        (b"id,name\n1,a\x00b\n", "nul_byte", "line 2"),
        (b'id,"name\n1,a\n', "broken_header", "header"),
    ],
)
def test_what_is_not_a_csv_is_a_fault_that_says_what_it_is(data: bytes, code: str, words: str) -> None:
    with pytest.raises(FileFault) as fault:
        read(data)
    assert fault.value.code == code
    assert words in fault.value.reason


def test_a_header_only_file_has_no_rows() -> None:
    assert read(b"id,name\n", exact=True) == (("id", "name"), [], [])


@pytest.mark.parametrize(
    "record",
    ["1", "1,2,3", "id,name", '1,"x"y', '1,x"y', '1,"x', '"1,x\n2,y\n', '1,"x" ', "\ufeff1,x"],
    ids=[
        *(
            "too few",
            "too many",
            "header again",
            "text after quote",
            "quote in text",
            "open quote",
            "swallowed line",
            "blank after",
        ),
        "byte order mark after the header",
    ],
)
def test_the_fast_path_leaves_what_is_irregular_to_the_exact_one(record: str) -> None:
    with pytest.raises(IrregularCsv):
        read(f"id,name\n{record}\n".encode())


def test_a_byte_order_mark_that_begins_a_record_is_dropped() -> None:
    text = 'id,name\n\ufeff1,x\n\ufeff"2","a\n\ufeffb"\n\ufeff\n3,\ufeffc\n'
    assert read(text.encode(), exact=True)[1:] == ([("1", "x"), ("2", "a\n\ufeffb"), ("3", "\ufeffc")], [])


@pytest.mark.parametrize("size", range(16, 40))
def test_the_fast_path_finds_a_byte_order_mark_across_two_blocks(size: int) -> None:
    text = "id,name\n" + "".join(f"{number},x\n" for number in range(10)) + "\ufeff11,x\n"
    with mock.patch.object(csv_text, "CHUNK_BYTES", size), pytest.raises(IrregularCsv):
        read(text.encode())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_repeated_header_is_rejected_as_what_it_is(encoding: str) -> None:
    one, other = 'id,"name",\n1,a,\n'.encode(encoding), b"id,name,\n2,b,\n,,\n".decode().encode(encoding)
    for format in (VERBATIM, CsvFormat()):
        with pytest.raises(IrregularCsv):
            read(one + other, format)
        _, rows, broken = read(one + other, format, exact=True)
        assert [row[0] for row in rows] == ["1", "2", None if format.null_values else ""]
        assert [(record.line, record.code, record.raw) for record in broken] == [(3, "repeated_header", "id,name,")]
    assert "the header line again" in broken[0].reason


@given(
    st.lists(st.sampled_from(["1,a", "", '"2","b\nc"', "", "x,y,z", "d,e"]), max_size=12),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(1, 4),
    st.sampled_from([7, 16, 2**20]),
)
@settings(deadline=None, derandomize=True, max_examples=300)
def test_the_footer_is_the_last_lines_that_are_not_blank(lines: list[str], end: str, footer: int, block: int) -> None:
    lines = [part for line in lines for part in line.split("\n")]
    text = [number for number, line in enumerate(lines) if line]
    kept = lines[: text[-footer]] if len(text) > footer else []
    with mock.patch.object(csv_text, "CHUNK_BYTES", block):
        assume(len(text) >= footer)
        data = end.join(["id,name", *lines]).encode()
        found = read(data, CsvFormat(",", null_values=(), footer_lines=footer), exact=True)
        expected = read(end.join(["id,name", *kept, ""]).encode(), CsvFormat(",", null_values=()), exact=True)
        assert found[1] == expected[1]
        assert [record.line for record in found[2]] == [record.line for record in expected[2]]


def test_both_paths_leave_the_footer_out() -> None:
    data = b"id,name\n1,a\n2,b\nTotal,,2\n\nCopyright\n\n"
    assert both(data, CsvFormat(",", footer_lines=2))[1] == [("1", "a"), ("2", "b")]
    assert both(b"id,name\n1,a\nTotal", CsvFormat(footer_lines=1))[1] == [("1", "a")]


def test_ragged_lines_at_the_end_have_one_reason_as_a_footer() -> None:
    _, rows, broken = read(b"id,name\n1,a\n3\n2,b\nTotal,,2\n\nCopyright\nCo.\n", exact=True)
    assert rows == [("1", "a"), ("2", "b")]
    assert [(record.line, record.code) for record in broken] == [
        (3, "ragged_record"), (5, "footer"), (7, "footer"), (8, "footer"),
    ]  # fmt: skip
    assert len({record.reason for record in broken[1:]}) == 1
    assert "looks like a footer of 3 lines" in broken[1].reason
    assert "set CsvFormat.footerLines to 3" in broken[1].reason


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("1,a\n" + "x\n" * 51, ["ragged_record"]),
        ("x\nx\n", ["ragged_record"]),
        ('1,a\nx\nx\n2,"y"z\n', ["ragged_record", "broken_quote"]),
        ("1,a\n" + "x\n" * 50, ["footer"]),
    ],
)
def test_what_is_a_footer(body: str, codes: list[str]) -> None:
    _, _, broken = read(f"id,name\n{body}".encode(), exact=True)
    assert list(dict.fromkeys(record.code for record in broken)) == codes


def test_one_ragged_line_at_the_end_may_be_a_footer() -> None:
    (record,) = read(b"id,name\n1,a\nTotal\n", exact=True)[2]
    assert (record.code, record.line) == ("ragged_record", 3)
    assert "1 fields, the header 2" in record.reason
    assert "set CsvFormat.footerLines to 1" in record.reason


def test_a_footer_that_memory_cannot_hold_is_a_fault() -> None:
    with mock.patch.object(csv_footer, "_MOST_BYTES", 20), pytest.raises(FileFault) as fault:
        read(b"id,name\n1,aaaaaaaaaaaaaaaaaaaaaaaaa\n", CsvFormat(footer_lines=2), exact=True)
    assert fault.value.code == "footer_too_long"


def test_a_header_without_names_is_not_repeated_by_empty_records() -> None:
    assert both(b",\n,\n", CsvFormat())[1] == [(None, None)]


def test_a_quote_within_an_unquoted_field_is_text() -> None:
    assert read(b'id,size\n1,5" disk\n', exact=True)[1:] == ([("1", '5" disk')], [])


BACKSLASH = CsvFormat(escape="\\", null_values=())


def test_an_escaped_quote_is_text() -> None:
    data = b'id,size\n1,"27\\""\n2,"a\\\\"\n3,\\"x\n4,"y ""z"" \\n"\n'
    assert both(data, BACKSLASH)[1] == [
        ("1", '27"'),
        ("2", "a\\"),
        ("3", '"x'),
        ("4", 'y "z" n'),
    ]


@pytest.mark.parametrize("size", range(16, 32))
def test_an_escape_may_end_a_block(size: int) -> None:
    rows = "".join(f'{number},"{"a" * (number % 5)}\\"b\\\\"\n' for number in range(40))
    with mock.patch.object(csv_text, "CHUNK_BYTES", size):
        assert both(f"id,name\n{rows}".encode(), BACKSLASH)[1][1] == ("1", 'a"b\\')


def test_a_quote_that_a_backslash_precedes_is_refused_by_the_name_of_the_prop() -> None:
    lines = ['"27\\"",",5"', '2,"a\\"b"', '3,"a\\" b",c,d', '4,"x\\"', "5,a\\b", '6,5" disk', '7,5\\" disk']
    opened = open_csv(io.BytesIO("\n".join(["id,name", *lines]).encode()), VERBATIM, exact=True)
    (batch,) = opened.batches
    assert batch.columns[0].to_pylist() == ["4", "5", "6"]
    assert [(record.line, record.code) for record in batch.broken] == [
        (2, "inner_quote"),
        (3, "broken_quote"),
        (4, "broken_quote"),
        (8, "inner_quote"),
    ]
    assert all("CsvFormat.escape" in record.reason for record in batch.broken)
    assert opened.notes == CsvNotes(1, (7,))


def test_a_quote_in_an_unquoted_field_is_counted_or_rejected() -> None:
    lines = [f'{number},$78.07"Table, Round 48"""' for number in range(12)]
    data = "\n".join(["id,amount,name", *lines]).encode()
    opened = open_csv(io.BytesIO(data), VERBATIM, exact=True)
    assert sum(batch.rows for batch in opened.batches) == 12
    assert opened.notes == CsvNotes(12, tuple(range(2, 12)))

    _, rows, broken = read(data, CsvFormat(strict_quotes=True), exact=True)
    assert (rows, len(broken), broken[0].code) == ([], 12, "inner_quote")
    assert "CsvFormat.strictQuotes" in broken[0].reason


@given(written_csv())
@settings(deadline=None, derandomize=True, max_examples=200)
def test_what_is_quoted_by_the_rules_has_no_inner_quote(written: tuple[str, CsvFormat]) -> None:
    text, format = written
    opened = open_csv(io.BytesIO(text.encode()), format, exact=True)
    assert not any(batch.broken for batch in opened.batches)
    assert opened.notes == CsvNotes()


def test_broken_records_come_with_line_and_reason_and_the_next_line_is_read_again() -> None:
    data = b'id,name\n1,"a\nb"\n2,"x"y\n3\n4,d\n5,"e\n6,f\n'
    _, rows, broken = read(data, exact=True)
    assert rows == [("1", "a\nb"), ("4", "d"), ("6", "f")]
    assert [(record.line, record.code, record.raw) for record in broken] == [
        (4, "broken_quote", '2,"x"y'),
        (5, "ragged_record", "3"),
        (7, "broken_quote", '5,"e'),
    ]
    assert "1 fields, the header 2" in broken[1].reason


def test_lines_are_physical_ones_whatever_stands_between_them() -> None:
    opened = open_csv(io.BytesIO(b'\nid,"na\nme"\r\n1,a\r\n\r\n2,"b\nc\n"\n3,d'), VERBATIM, exact=True)
    assert lines_of(opened) == [4, 6, 9]


def lines_of(opened: CsvFile) -> list[int]:
    lines = [line for batch in opened.batches for line in batch.lines.tolist()]
    opened.require_lines()
    return lines


@pytest.mark.parametrize("data", [b"sep=,\nid,b\n1,2\n3,4\n", b'id,b\r\n"1",2\r\n3,4', b"id,b\r1,2\r3,4\r\r\r"])
def test_the_fast_path_knows_the_lines_where_each_record_takes_one(data: bytes) -> None:
    exact = lines_of(open_csv(io.BytesIO(data), VERBATIM, exact=True))
    assert lines_of(open_csv(io.BytesIO(data), VERBATIM)) == exact


@pytest.mark.parametrize("data", [b'id,b\n1,"2\n3"\n', b"id,b\n1,2\n\n3,4\n", b'id,b\n1,"2\n3"\n\n4,5\n'])
def test_the_fast_path_leaves_lines_that_it_cannot_know_to_the_exact_one(data: bytes) -> None:
    with pytest.raises(IrregularCsv, match="one line"):
        lines_of(open_csv(io.BytesIO(data), VERBATIM))


def test_a_record_over_4_mib_is_broken_and_the_next_is_read() -> None:
    data = (
        b"id,name\n1,"
        + b"x" * (2 * MAX_RECORD_BYTES)
        + b'\n2,b\n3,"'
        + (b"y" * 999 + b"\n") * (MAX_RECORD_BYTES // 1000 + 1)
    )
    _, rows, broken = read(data + b'"\n4,d\n', exact=True)
    assert ("2", "b") in rows
    assert ("4", "d") in rows
    assert [(record.line, record.code) for record in broken][:2] == [(2, "record_too_long"), (4, "record_too_long")]
    assert all(len(record.raw) <= 65_536 for record in broken)


def test_a_batch_of_the_exact_path_is_bounded_in_its_fields_which_cost_more_than_their_text() -> None:
    line = b"," * 1499 + b"\n"
    batches = list(open_csv(io.BytesIO(line * 1000), VERBATIM, exact=True).batches)

    assert sum(batch.rows for batch in batches) == 999
    assert max(batch.rows for batch in batches) * 1500 < 600_000


@pytest.mark.parametrize("character", ["x", "€"])
def test_a_record_is_measured_in_bytes_its_line_break_with_them(character: str) -> None:
    longest = "1," + character * ((MAX_RECORD_BYTES - 3) // len(character.encode()))
    longest += "x" * (MAX_RECORD_BYTES - 1 - len(longest.encode())) + "\n"
    _, rows, broken = read(f"id,name\n{longest}x{longest}2,b\n".encode(), exact=True)

    assert [row[0] for row in rows] == ["1", "2"]
    assert [(record.line, record.code) for record in broken] == [(3, "record_too_long")]


@pytest.mark.parametrize("format", [CsvFormat(delimiter="::"), CsvFormat(delimiter="§"), CsvFormat(quote="\n")])
def test_a_delimiter_or_quote_that_is_not_one_ascii_character_is_refused(format: CsvFormat) -> None:
    with pytest.raises(SettingsError, match="CsvFormat"):
        read(b"id,name\n", format)
