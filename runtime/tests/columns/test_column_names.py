from __future__ import annotations

import pytest

from customer_data.columns.names import RESCUE_SUFFIX, column_names, rescue_name, snake_case
from customer_data.errors import FileFault, SettingsError


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("user id", "user_id"),
        ("UserId", "user_id"),
        ("CDs", "cds"),
        ("URLs seen", "urls_seen"),
        ("HTTPServer", "http_server"),
        ("USER-ID", "user_id"),
        ("userID", "user_id"),
        ("HTTPServer", "http_server"),
        ("  Total (EUR) ", "total_eur"),
        ("Prénom", "prenom"),
        ("Größe", "grosse"),
        ("группа", "группа"),
        ("йод", "йод"),
        ("氏名", "氏名"),
        ("が", "が"),
        ("हिन्दी", "हिन्दी"),
        ("order", "order"),
        ("2024", "2024"),
        ("__position", "position"),
    ],
)
def test_a_header_becomes_snake_case(header: str, column: str) -> None:
    assert snake_case(header) == column


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("E-Mail", "email"),
        ("e-mail", "email"),
        (" E-MAIL ", "email"),
        ("Mail", "home"),
        ("mail", "work"),
        ("MAIL", "mail"),
    ],
)
def test_a_mapped_header_is_found_as_written_or_else_in_any_case(header: str, column: str) -> None:
    assert column_names([header], {"E-Mail": "email", "Mail": "home", "mail": "work"}) == (column,)


def test_two_headers_that_become_one_column_fail_the_file_and_both_are_named() -> None:
    with pytest.raises(FileFault) as fault:
        column_names(["User Id", "name", "user_id"], {})
    assert fault.value.code == "duplicate_column"
    assert "'User Id'" in fault.value.reason
    assert "'user_id'" in fault.value.reason


def test_the_mapping_comes_before_snake_case_and_the_exact_header_before_the_stripped_one() -> None:
    mapping = {"E-Mail": "email_address", " E-Mail": "other"}
    assert column_names(["E-Mail"], mapping) == ("email_address",)
    assert column_names([" E-Mail"], mapping) == ("other",)
    assert column_names(["E-Mail "], mapping) == ("email_address",)


def test_a_mapped_column_is_lower_case_as_redshift_stores_it() -> None:
    assert column_names(["x"], {"x": "UserName"}) == ("username",)


@pytest.mark.parametrize("target", ["__position", "", "x" * 128, "oid"])
def test_a_mapping_to_a_name_that_no_column_can_have_is_refused(target: str) -> None:
    with pytest.raises(SettingsError, match="columnMapping"):
        column_names(["x"], {"x": target})


def test_a_header_without_letters_is_named_by_its_place() -> None:
    assert column_names(["a", "", "%"], {}) == ("a", "column_2", "column_3")


@pytest.mark.parametrize("header", ["oid", "ctid", "XMIN", "TABLEOID"])
def test_a_system_column_of_redshift_gets_another_name(header: str) -> None:
    assert snake_case(header) == header.lower() + "_"


def test_a_name_over_127_bytes_is_cut_between_characters_and_stays_distinct() -> None:
    names = column_names(["名" * 60 + "a", "名" * 60 + "b"], {})
    assert len(set(names)) == 2
    for name in names:
        assert len(name.encode()) <= 127 - len(RESCUE_SUFFIX)
        assert name.startswith("名" * 30)


@pytest.mark.parametrize("column", ["a", "x" * 115, "x" * 116, "名" * 42])
def test_the_rescue_column_of_any_column_has_at_most_127_bytes(column: str) -> None:
    assert len(rescue_name(column).encode()) <= 127
    assert rescue_name(column).endswith("__as_varchar")


def test_rescue_columns_of_two_long_names_differ() -> None:
    assert rescue_name("x" * 126 + "a") != rescue_name("x" * 126 + "b")


@pytest.mark.parametrize("header", ["FIRSTNAME", "firstname", "First Name", "first_name", "FirstName", "First name "])
def test_a_header_is_the_existing_column_that_differs_in_case_blanks_and_underscores(header: str) -> None:
    assert column_names([header], {}, ("first_name",)) == ("first_name",)
    assert column_names([header], {}, ("firstname",)) == ("firstname",)


def test_of_columns_that_are_alike_the_very_name_is_meant() -> None:
    existing = ("first_name", "firstname", "q1_11", "name__as_varchar")
    assert column_names(["FIRSTNAME", "First Name"], {}, existing) == ("firstname", "first_name")
    assert column_names(["First Name"], {}, existing) == ("first_name",)
    assert column_names(["fi_rstname"], {}, existing) == ("fi_rstname",)
    assert column_names(["q11_1", "q1_11", "nameas_varchar"], {}, existing) == ("q11_1", "q1_11", "nameas_varchar")


def test_two_headers_that_are_alike_fail_the_file_unless_the_mapping_says_so() -> None:
    with pytest.raises(FileFault, match="'FirstName' and 'FIRSTNAME' both become") as fault:
        column_names(["FirstName", "FIRSTNAME"], {})
    assert fault.value.code == "duplicate_column"
    with pytest.raises(FileFault, match="'FirstName' and 'FIRSTNAME' both become"):
        column_names(["FirstName", "FIRSTNAME"], {}, ("first_name",))
    assert column_names(["first_name", "FIRSTNAME"], {"FIRSTNAME": "firstname"}) == ("first_name", "firstname")


@pytest.mark.parametrize("blank", ["\u00a0", "\u200b", "\t", "\ufeff", "\u3000", "\u2028"])
def test_what_nobody_sees_around_a_header_is_left_out(blank: str) -> None:
    header = f"{blank} E-Mail{blank}"
    assert column_names([header], {"E-Mail": "email"}) == ("email",)
    assert column_names([header], {"e-mail": "email"}) == ("email",)
    assert column_names([header], {}) == ("e_mail",)
    assert column_names([f"{blank}_source{blank}"], {}, ("_source",)) == ("_source",)


def test_headers_that_differ_in_other_characters_are_two_columns() -> None:
    assert column_names(["E-Mail", "Email"], {}) == ("e_mail", "email")
    assert column_names(["Email", "E-Mail"], {}, ("e_mail",)) == ("email", "e_mail")
    assert column_names(["Email"], {}, ("e_mail",)) == ("e_mail",)
