from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.redshift.dialect import translate
from local.redshift.errors import RedshiftError
from local.redshift.tokenizer import Kind, render, tokenize


@pytest.mark.parametrize(
    "text", ["'a'", "'it''s'", r"'it\'s'", r"'\\'", "'-- no comment'", "'/* none */'", "'a;b'", "$$a'b$$", "$x$ $$ $x$"]
)
def test_a_literal_is_one_token(text: str) -> None:
    assert [(token.kind, token.text) for token in tokenize(f"SELECT {text}, 1")][1] == (Kind.STRING, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("'it''s'", "it's"), (r"'it\'s'", "it's"), (r"'a\\b'", "a\\b"), (r"'\101\n'", "A\n"), ("$$it's$$", "it's")],
)
def test_a_literal_has_the_value_that_redshift_gives_it(text: str, value: str) -> None:
    assert tokenize(text)[0].string == value


@given(st.text(st.characters(exclude_characters="\0"), max_size=30))
def test_what_is_in_a_literal_is_never_translated(text: str) -> None:
    literal = "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    assert translate(f"SELECT {literal} AS x", lambda name: name).sql == f"SELECT {literal} AS x"
    assert tokenize(literal)[0].string == text


@given(st.text(st.characters(exclude_characters="\0ABCDEFGHIJKLMNOPQRSTUVWXYZ"), min_size=1, max_size=30))
def test_a_quoted_identifier_keeps_its_name(name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    assert tokenize(quoted)[0].name == name
    assert translate(f"SELECT {quoted}", lambda stored: stored).sql == f"SELECT {quoted}"


@pytest.mark.parametrize("comment", ["-- it's :x\n", "/* it's /* nested */ :x */", "--\n--'\n"])
def test_a_comment_is_a_blank(comment: str) -> None:
    assert render(tokenize(f"SELECT{comment}1")).split() == ["SELECT", "1"]


@pytest.mark.parametrize("sql", ["SELECT 'a", 'SELECT "a', "SELECT /* a", r"SELECT 'a\'"])
def test_an_unterminated_token_is_an_error(sql: str) -> None:
    with pytest.raises(RedshiftError, match="unterminated"):
        tokenize(sql)


def test_a_second_statement_is_refused_and_a_last_semicolon_is_not() -> None:
    assert render(tokenize("SELECT 1;")) == "SELECT 1"
    with pytest.raises(RedshiftError, match="multiple commands"):
        tokenize("SELECT 1; DROP TABLE t")


def test_a_cast_is_no_parameter() -> None:
    tokens = tokenize("SELECT a::int, :b, x[1:c]")
    assert [token.text for token in tokens if token.kind is Kind.PARAMETER] == [":b"]
