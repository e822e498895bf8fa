"""What programs write is the same to the loader, to `--plan` and to a gate."""

from __future__ import annotations

from typing import Any

import pytest
from loader_job import plan, run
from loading.test_csv_forms import put
from quality.gate_world import gate_world
from world import World

from customer_data.quality.report.columns import DECIMAL_COMMAS

GERMAN = {"decimal_separator": ",", "thousands_separator": "."}
BOOKS = {"thousands_separator": ",", "accounting_negatives": True}
COMMAS = {"hint": DECIMAL_COMMAS}
NUMBERED = {"user_id": "BIGINT", "name": "VARCHAR(32)"}


@pytest.mark.parametrize(
    ("values", "csv", "type", "said"),
    [
        (["1.0", "2.", "+3"], {}, "BIGINT", {"converted": 3}),
        (["0.23341378946567992", "4.5e-05"], {}, "DOUBLE PRECISION", {}),
        (["12E12", "47E5", "1E3"], {}, "VARCHAR(32)", {}),
        (["12E12", "47E5", "7"], {}, "DOUBLE PRECISION", {"line": 4}),
        (["true", "FALSE"], {}, "BOOLEAN", {}),
        (["2024-05-01 10:00:00 UTC", "2024-05-01 10:00 -0400"], {}, "TIMESTAMPTZ", {"converted": 1}),
        (["2024-05-01 10:00:00.123456000"], {}, "TIMESTAMP", {}),
        (["2024-05-01 10:00:00.1234567"], {}, "VARCHAR(64)", {}),
        (["+5", "5.", ".5"], {}, "NUMERIC(18,4)", {"line": 4, "converted": 3}),
        (["1.234,56", "28,7"], {}, "VARCHAR(32)", COMMAS),
        (["1.234,56", "28,7"], GERMAN, "NUMERIC(18,4)", {"converted": 2}),
        (["1,234.50", "(10.50)", "5.00-"], BOOKS, "NUMERIC(18,4)", {"converted": 3}),
        (["$5.00", "5 %"], BOOKS, "VARCHAR(32)", {}),
        (["10.10", "00123"], {}, "VARCHAR(32)", {"line": 3}),
    ],
)
def test_a_column_has_one_type_wherever_it_is_said(
    world: World, capsys: pytest.CaptureFixture[str], values: list[str], csv: dict[str, Any], type: str, said: Any
) -> None:
    lines = ["user_id;n", *(f"{number};{value}" for number, value in enumerate(values, start=1))]
    format = {"delimiter": ";", **csv}
    file = world.put("a.csv", *lines)
    _, report = plan(world, file, capsys, csv=format)
    run(world, file, csv=format)
    gate = gate_world()
    checked = gate.put("a.csv", *lines)
    gate.sieve(checked, csv=format, key=["user_id"], quality={"rules": []})

    [planned] = [column for column in report["column_types"] if column["name"] == "n"]
    [seen] = [column for column in gate.report(checked)["column_types"] if column["name"] == "n"]
    shown = {name: planned.get(name) for name in ("converted", "hint", *said)}
    assert (planned["type"], shown) == (type, {"converted": None, "hint": None} | said)
    assert report["columns_added"]["n"] == type
    assert {name: seen.get(name) for name in ("type", "line", "shape")} == {
        name: planned.get(name) for name in ("type", "line", "shape")
    }
    assert (list(world.columns()), len(world.rows())) == (["user_id", "n"], len(values))


@pytest.mark.parametrize(
    ("lines", "changes", "said"),
    [
        (["user_id,name", "1,Ann", "\x1a"], {}, {"rows_to_load": 1, "rows_rejected": 0}),
        (["user_id,name", "1,Ann", "\ufeffuser_id,name", "\ufeff2,Bo"], {}, {"rows_to_load": 2, "rows_rejected": 1}),
        (["user_id,name", "A1\u00a0,", "\u200bA2,", "A3\t,", "A4,"], {}, {"rows_to_load": 1, "rows_rejected": 3}),
        (["user_id,name", "1\u00a0,Ann"], {"csv": {"trim_keys": True}}, {"columns_added": NUMBERED}),
        (["user_id,size", '1,"27\\"",'], {}, {"rows_rejected": 1}),
        (["user_id,size", '1,"27\\""'], {"csv": {"escape": "\\"}}, {"rows_to_load": 1}),
        (
            ["user_id;Umsatz, netto", "1;5, a"],
            {},
            {"columns_added": {"user_id": "BIGINT", "umsatz_netto": "VARCHAR(32)"}},
        ),
        (["USERID,FirstName", "1,Ann"], {}, {"columns": {"USERID": "user_id", "FirstName": "first_name"}}),
        (["user_id,name", "1,Ann", "Total,,1", "", "Copyright"], {"csv": {"footer_lines": 2}}, {"rows_read": 1}),
        (["user_id,name", "1,10.10"], {"column_types": {"name": "VARCHAR(32)"}}, {"columns_added": NUMBERED}),
    ],
)
def test_the_plan_reads_a_file_as_the_loader_does(
    world: World, capsys: pytest.CaptureFixture[str], lines: list[str], changes: dict[str, Any], said: dict[str, Any]
) -> None:
    settings = {"row_errors": "quarantine_rows", **changes}
    file = world.put("a.csv", *lines)
    _, report = plan(world, file, capsys, **settings)
    assert {name: report[name] for name in said} == said

    run(world, file, **settings)
    counts = world.ledger("rows_read, rows_loaded, rows_rejected")
    assert counts == [(report["rows_read"], report["rows_to_load"], report["rows_rejected"])]


def test_the_plan_says_that_a_file_is_in_two_encodings(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    text, _ = plan(world, put(world, b"user_id,name\n1,Zo\xeb\n" + "2,Müller\n".encode()), capsys)
    assert "line 2 is not UTF-8, but line 3 is" in text
