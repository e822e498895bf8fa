"""What each generated rule takes for good and for bad."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from customer_data.quality.rules.row_rules import (
    Check,
    Email,
    InSet,
    Length,
    Matches,
    NotInFuture,
    NotNull,
    OfType,
    Range,
)

EACH = [NotNull(), InSet(("a",)), Range(1), Matches("a"), Length(1), Email(), NotInFuture(), OfType("date")]


def noon() -> datetime:
    return datetime(2024, 3, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (NotNull(), ["a", "", " "], [None]),
        (InSet(("a", "b")), ["a", "b", None], ["c", "A", " a", ""]),
        (
            Range(0, 100),
            ["0", "100", "+1", "1.50", ".5", "5.", "007", "1e2", None],
            ["-0.01", "100.01", "1E3", "x", "", "0x1", "NaN", "1 "],
        ),
        (Range(minimum=0), ["0", "9" * 30], ["-" + "9" * 30]),
        (Range(maximum="9007199254740992"), ["9007199254740992"], ["9007199254740993", "9007199254740992.1"]),
        (Range(), ["1", "-1"], ["one"]),
        (Matches("[A-Z]{2}[0-9]+"), ["AB1", None], ["xAB1", "AB1x", "AB", "AB1\n", ""]),
        (Matches("a|b"), ["a", "b"], ["ab", "ax"]),
        (Length(2, 3), ["ab", "äöü", None], ["a", "abcd", ""]),
        (Length(maximum=1), ["", "ä"], ["ab"]),
        (
            Email(),
            ["a@b.co", "first.last+tag@sub.example.com", "o'neil@example.org", None],
            ["a", "a@b", "@b.co", "a@", "a b@c.de", "a@b..co", "a@-b.co", "a@b.co ", "", "a@@b.co"],
        ),
        (OfType("numeric(6,2)"), ["1", "-1234.50", ".5", "1e2", None], ["1.234", "12345", "x", "", "007"]),
        (OfType("BIGINT"), ["1", "-5", "1.0"], ["1.5", "9223372036854775808", "one"]),
        (OfType("varchar(3)"), ["abc", ""], ["abcd", "éé"]),
        (OfType("date"), ["2024-02-29"], ["2023-02-29", "29/02/2024", "2024-02-29 10:00"]),
        (
            NotInFuture(noon),
            ["2024-03-08", "2024-03-08T12:00:00", "2024-03-08 12:00:00.000000", "2024-03-08T14:00:00+02:00", None],
            ["2024-03-09", "2024-03-08T12:00:00.000001", "2024-03-08T14:00:01+02:00", "8 March 2024", "2024-02-30", ""],
        ),
    ],
    ids=lambda given: type(given).__name__,
)  # fmt: skip
def test_tells_good_values_from_bad_ones(check: Check, good: list[str | None], bad: list[str | None]) -> None:
    values = [*good, *bad]
    broken = check.broken(pa.array(values, pa.string())).to_pylist()

    assert [value for value, is_broken in zip(values, broken, strict=True) if is_broken] == bad


@pytest.mark.parametrize("check", EACH)
def test_an_empty_batch_has_no_bad_value(check: Check) -> None:
    assert len(check.broken(pa.array([], pa.string()))) == 0
