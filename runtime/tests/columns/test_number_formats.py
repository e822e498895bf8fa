"""Numbers in other spellings than a program's."""

from __future__ import annotations

import pyarrow as pa
import pytest

from customer_data.columns.number_formats import DecimalCommas, NumberFormat

GERMAN = NumberFormat(",", ".")
FRENCH = NumberFormat(",", " ")
SWISS = NumberFormat(".", "'")
ENGLISH = NumberFormat(".", ",")
BOOKS = NumberFormat(".", ",", accounting=True)


@pytest.mark.parametrize(
    ("format", "text", "plain"),
    [
        (GERMAN, "1.234,56", "1234.56"),
        (GERMAN, "28,7", "28.7"),
        (GERMAN, "1.234", "1234"),
        (GERMAN, "-1.234.567,8", "-1234567.8"),
        (GERMAN, "1234,5", "1234.5"),
        (GERMAN, ",5", ".5"),
        (GERMAN, "5,", "5."),
        (GERMAN, "4,5e-05", "4.5e-05"),
        (GERMAN, "2.341e-05", None),
        (GERMAN, "1.234,5e3", None),
        (GERMAN, "1.5", None),
        (GERMAN, "1.23,4", None),
        (GERMAN, "0.123", None),
        (GERMAN, "1234.567", None),
        (GERMAN, "007", None),
        (NumberFormat(","), "1.234", None),
        (NumberFormat(","), "1,234", "1.234"),
        (FRENCH, "1 234,5", "1234.5"),
        (FRENCH, "1\u00a0234\u202f567,5", "1234567.5"),
        (FRENCH, "1  234", None),
        (SWISS, "1'234.50", "1234.50"),
        (ENGLISH, "1,234.50", "1234.50"),
        (ENGLISH, "+1,234", "+1234"),
        (ENGLISH, "1,5", None),
        (ENGLISH, "5.00-", None),
        (BOOKS, "5.00-", "-5.00"),
        (BOOKS, "(10.50)", "-10.50"),
        (BOOKS, "(1,234.50)", "-1234.50"),
        (BOOKS, "-5", "-5"),
        (BOOKS, "-5-", None),
        (BOOKS, "(-5)", None),
        (BOOKS, "(5", None),
        (BOOKS, "$5.00", None),
        (BOOKS, "5 %", None),
        (BOOKS, "-", None),
        (BOOKS, "()", None),
    ],
)
def test_to_plain(format: NumberFormat, text: str, plain: str | None) -> None:
    assert format.to_plain(pa.array([text, None])).to_pylist() == [plain, None]


@pytest.mark.parametrize(
    ("format", "values", "look_like_it"),
    [
        (None, ["28,7", "5"], True),
        (None, ["1.234,56", None], True),
        (None, ["28,7", "n/a"], False),
        (None, ["5", None], False),
        (ENGLISH, ["1,5"], True),
        (GERMAN, ["1.234,56", "1 234,5"], False),
    ],
)
def test_decimal_commas_are_not_suggested_to_who_has_said_so(
    format: NumberFormat | None, values: list[str | None], look_like_it: bool
) -> None:
    commas = DecimalCommas(format)
    commas.add(pa.array(values))
    assert bool(commas) is look_like_it
