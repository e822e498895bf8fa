"""SQL that a person edited, as its statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_data.errors import SettingsError
from customer_data.oracle_schema.statements import split_statements


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", []),
        (" ;; \n;", []),
        ("-- nothing;\n/* at; all */;", []),
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 'a;b'; SELECT 2;", ["SELECT 'a;b'", "SELECT 2"]),
        ("SELECT 'it''s;'; SELECT 2", ["SELECT 'it''s;'", "SELECT 2"]),
        (r"SELECT 'it\'s;'; SELECT 2", [r"SELECT 'it\'s;'", "SELECT 2"]),
        (r"SELECT 'a\\'; SELECT 2", [r"SELECT 'a\\'", "SELECT 2"]),
        ('SELECT "a;""b"; SELECT 2', ['SELECT "a;""b"', "SELECT 2"]),
        ("SELECT 1 -- it's; no\n; SELECT 2", ["SELECT 1 -- it's; no", "SELECT 2"]),
        ("SELECT 1 /* a; /* it's; */ b; */; SELECT 2", ["SELECT 1 /* a; /* it's; */ b; */", "SELECT 2"]),
        (
            "CREATE PROCEDURE p() AS $$ BEGIN x; y; END; $$ LANGUAGE plpgsql; SELECT 2",
            ["CREATE PROCEDURE p() AS $$ BEGIN x; y; END; $$ LANGUAGE plpgsql", "SELECT 2"],
        ),
        ("SELECT $a$ $$; ' $a$; SELECT 2", ["SELECT $a$ $$; ' $a$", "SELECT 2"]),
        ("SELECT 4-2/1; SELECT '$'", ["SELECT 4-2/1", "SELECT '$'"]),
        ("-- about\nSELECT 1;", ["-- about\nSELECT 1"]),
    ],
)
def test_splits_at_semicolons_outside_of_everything(text: str, statements: list[str]) -> None:
    assert split_statements(text) == statements


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 1;\nSELECT 'a;", "line 2: a literal begins there"),
        ('\n\nSELECT "a', "line 3: a quoted name begins there"),
        ("SELECT 1; /* a /* b */", "line 1: a comment begins there"),
    ],
)
def test_what_does_not_end_is_named_by_its_line(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        split_statements(text)


_PIECES = st.sampled_from(
    [
        "SELECT",
        " 1",
        "'a;b'",
        "'it''s'",
        r"'\';'",
        '"a;b"',
        "$$;'$$",
        "$t$;$t$",
        "-- x;'\n",
        "/* ;' */",
        "$",
        "-",
        "/",
        "\n",
    ]
)


@given(st.lists(st.lists(_PIECES, min_size=1, max_size=6).map(" ".join), max_size=5))
def test_statements_joined_by_semicolons_come_back(written: list[str]) -> None:
    found = split_statements(" ;".join(f"X {one}" for one in written))
    assert found == [f"X {one}".strip() for one in written]
