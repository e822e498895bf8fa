"""Files as programs write them, on their whole way into the table."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from loader_job import plan, run
from world import LANDING, World

from customer_data.csv.format import CsvFormat
from customer_data.files.manifest import SourceFile
from customer_data.loading.settings import RowErrorPolicy

QUARANTINE = RowErrorPolicy.QUARANTINE_ROWS


def put(world: World, body: bytes, name: str = "a.csv") -> SourceFile:
    file = world.put(name, "")
    answer = world.s3.put_object(Bucket=LANDING, Key=file.key, Body=body)
    return replace(file, version_id=answer["VersionId"], etag=answer["ETag"].strip('"'), size=len(body))


def test_ctrl_z_at_the_end_is_no_key(world: World) -> None:
    (result,) = world.load(world.put("a.csv", "user_id,name", "1,Ann", "2,Bo", "\x1a"))

    assert (result.status, result.rows_rejected) == ("loaded", 0)
    assert world.rows() == [(1, "Ann"), (2, "Bo")]


@pytest.mark.parametrize(("first", "second"), [("latin-1", "utf-8"), ("utf-8", "latin-1")])
def test_a_file_in_two_encodings_fails_and_names_a_line_of_each(world: World, first: str, second: str) -> None:
    body = b"user_id,name\n" + "1,Zoë\n".encode(first) + "2,Müller\n".encode(second)
    (result,) = world.load(put(world, body))

    other, utf8 = (2, 3) if first == "latin-1" else (3, 2)
    assert result.status == "failed"
    assert re.search(rf"line {other}\b.* is not UTF-8, but line {utf8} is", result.reason or "")
