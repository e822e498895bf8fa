"""What the app accepts, the job accepts: test/csv-loading/shared-cases.test.ts reads the same file."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from customer_data.columns.date_formats import format_type
from customer_data.columns.names import column_names
from customer_data.columns.type_names import named_types
from customer_data.csv.dialect import dialect_of
from customer_data.csv.format import CsvFormat
from customer_data.csv.text import utf8_chunks
from customer_data.errors import SettingsError
from customer_data.quality.rules.rule_set import rule_from_json

_CASES = json.loads((Path(__file__).parents[1] / "data" / "shared_cases.json").read_text(encoding="utf-8"))
_TEXT = "a,b\n1,2\n"


def _read(encoding: str) -> None:
    try:
        written = _TEXT.encode(encoding)
    except LookupError:
        written = _TEXT.encode()
    assert b"".join(utf8_chunks(io.BytesIO(written), encoding)).decode() == _TEXT


_USES: dict[str, Callable[[str], object]] = {
    "delimiter": lambda delimiter: dialect_of(_TEXT, CsvFormat(delimiter=delimiter)),
    "quote": lambda quote: dialect_of(_TEXT, CsvFormat(quote=quote)),
    "encoding": _read,
    "date_format": format_type,
    "of_type": lambda type: rule_from_json(
        {"name": "r", "kind": "of_type", "column": "c", "parameters": {"type": type}}
    ),
    "column_type": lambda type: named_types({"c": type}),
    "pattern": lambda pattern: rule_from_json(
        {"name": "r", "kind": "matches", "column": "c", "parameters": {"pattern": pattern}}
    ),
    "mapped_column": lambda column: column_names(["Header"], {"Header": column}),
}


def _cases(outcome: str) -> list[tuple[str, str]]:
    return [(prop, value) for prop, values in _CASES.items() for value in values[outcome]]


def test_the_cases_cover_every_prop() -> None:
    assert _CASES.keys() == _USES.keys()


@pytest.mark.parametrize(("prop", "value"), _cases("accepted"))
def test_takes(prop: str, value: str) -> None:
    _USES[prop](value)


@pytest.mark.parametrize(("prop", "value"), _cases("refused"))
def test_refuses(prop: str, value: str) -> None:
    with pytest.raises(SettingsError):
        _USES[prop](value)
