"""What the assessment counts, and that its page is readable and harmless whatever Oracle says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

from oracle_tables import column, table

from customer_data.oracle_schema.assessed import Outcome
from customer_data.oracle_schema.assessment import LIMITS, Assessment, to_html, to_json
from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.differences import Differences
from customer_data.oracle_schema.model import OracleSchema, OracleView, OtherObject, Unread

AT = datetime(2024, 5, 1, 6, 12, 44, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'&</style></title><img src=x onerror=alert(1)>\x1b\u202e"
SCHEMA = OracleSchema(
    (
        table("CUSTOMERS", "ID NUMBER(9)", "NAME VARCHAR2(20)", key="ID"),
        table("ORDERS", "ID NUMBER(9)", "TOTAL NUMBER", key="ID"),
        table("PLACES", "ID NUMBER(9)", "PHOTO BFILE", "PLACE ROWID", key="ID"),
        table("FILES", "X DATE", kind="external"),
    ),
    (
        OracleView("CRM", "ALL_CUSTOMERS", "select id from customers"),
        OracleView("CRM", "SUMS", "select sum(id) from x"),
    ),
    (OtherObject("SEQUENCE", "CRM", "S"), OtherObject("PACKAGE", "CRM", "API")),
    (Unread(3, "CREATE WIDGET", "not known"),),
)


def assessment(schema: OracleSchema = SCHEMA, changes: Differences | None = None) -> Assessment:
    return Assessment("crm.sql", AT, convert(schema).assessed, changes)


def test_totals_count_objects_and_kinds_count_everything() -> None:
    made = assessment()
    assert {outcome: made.totals[outcome] for outcome in Outcome} == {
        Outcome.CONVERTED: 2,
        Outcome.NOTED: 2,
        Outcome.PERSON: 5,
    }
    assert made.sentence == "4 of 9 objects are converted or not needed. 5 need a person."
    assert sum(made.by_kind["column"].values()) == 8
    assert made.by_kind["column"][Outcome.PERSON] == 3
    assert {name: item.effort for name, item in made.for_people} == {
        "CRM.API": "complex",
        "CRM.PLACES.PHOTO": "medium",
        "CRM.FILES": "medium",
        "CRM.PLACES.PLACE": "simple",
        "CRM.SUMS": "simple",
        "line 3": "simple",
    }


def test_a_table_that_is_made_without_a_column_is_no_table_that_is_not_made() -> None:
    made = assessment()
    assert made.of_tables == "3 of 4 tables are made, 1 of them lacks columns."
    assert made.work == "6 pieces of work in 5 objects: a column that is not converted is one of its own."
    words = Page(to_html(made)).words
    assert made.of_tables in words and made.work in words and "made, without PHOTO, PLACE" in words
    assert json.loads(to_json(made))["tables"] == made.of_tables
    whole = assessment(OracleSchema((table("T", "ID NUMBER(9)", key="ID"),)))
    assert whole.of_tables == "1 of 1 table is made."


def test_nothing_is_counted_twice_and_what_needs_nothing_is_a_note() -> None:
    kinds = (*("TRIGGER", "TYPE", "TYPE BODY"), *("PACKAGE", "PACKAGE BODY"))
    others = (*(OtherObject(kind, "CRM", "API") for kind in kinds), OtherObject("PACKAGE BODY", "CRM", "ALONE"))
    made = assessment(OracleSchema(others=others))
    assert [(item.kind, name) for name, item in made.for_people] == [
        *(("type body", "CRM.API"), ("package", "CRM.API"), ("package body", "CRM.ALONE"))
    ]
    assert [item.outcome for item in made.objects[:2]] == [Outcome.NOTED, Outcome.NOTED]


def test_the_json_has_every_object_with_its_parts() -> None:
    said = json.loads(to_json(assessment(changes=Differences(["CREATE TABLE x (y DATE)"], ["z stays"]))))
    assert said["totals"] == {"converted": 2, "noted": 2, "person": 5}
    assert said["effort"] == {"simple": 3, "medium": 2, "complex": 1}
    places = next(item for item in said["objects"] if item["name"] == "CRM.PLACES")
    assert places["target"] == "crm.places"
    assert [text.split(":")[0] for text in places["proposals"]] == ["DISTKEY (id)", "SORTKEY (id)"]
    assert {part["name"]: part["outcome"] for part in places["parts"]} == {
        "ID": "converted",
        "PHOTO": "person",
        "PLACE": "person",
        "PLACES_PK": "converted",
    }
    assert said["changes"] == {"statements": ["CREATE TABLE x (y DATE)"], "reported": ["z stays"]}


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += f"{data}\n"


def test_the_page_has_every_object_every_column_and_every_reason() -> None:
    made = assessment(changes=Differences(["ALTER TABLE x ADD COLUMN y DATE"], ["z stays"]))
    words = Page(to_html(made)).words
    for item in made.objects:
        for part in (item, *item.parts):
            assert part.name in words
            assert all(reason in words for reason in part.reasons)
        assert all(proposal in words for proposal in item.proposals)
    assert any(item.proposals for item in made.objects) and "Defaults and identities are left out" in words
    for text in LIMITS:
        assert text in words and text in json.loads(to_json(made))["limits"]
    for text in (
        "5 need a person",
        "ALTER TABLE x ADD COLUMN y DATE;",
        "z stays",
        "2024-05-01 06:12:44 UTC",
        "crm.sql",
    ):
        assert text in words
    assert to_html(made) == to_html(made)


def test_a_lob_that_is_too_long_is_said_to_stop_the_replication_and_never_to_be_cut() -> None:
    made = assessment(OracleSchema((table("T", "ID NUMBER(9)", "C CLOB", "B BLOB", key="ID"),)))
    words = Page(to_html(made)).words
    assert words.count("longer than maxLobSize (64 KiB by default) stops the whole") == 3  # each column, and the limits
    assert "cut off" not in words and "arrive whole" not in words


def test_the_page_is_harmless() -> None:
    hostile = OracleSchema(
        (
            table(
                "T",
                column("X NUMBER", name=HOSTILE, default=HOSTILE),
                column("Y NUMBER", expression=HOSTILE),
            ),
        ),
        (OracleView("CRM", HOSTILE, HOSTILE),),
        (OtherObject("PACKAGE", "CRM", HOSTILE),),
        (Unread(1, HOSTILE, HOSTILE),),
    )
    html = to_html(replace(assessment(hostile, Differences([HOSTILE], [HOSTILE])), source=HOSTILE))
    page = Page(html)
    assert not {"script", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "\x1b" not in html and "\u202e" not in html
    assert any("default-src 'none'" in (value or "") for _, value in page.attributes)


def test_a_schema_that_converts_whole_needs_nobody() -> None:
    made = assessment(OracleSchema((table("T", "ID NUMBER(9)", key="ID"),)))
    assert made.sentence == "1 of 1 object is converted or not needed. None needs a person."
    words = Page(to_html(made)).words
    assert "What a person has to do" not in words and "is to be changed" not in words


def test_statements_keep_their_lines() -> None:
    made = assessment(
        OracleSchema((table("T", "ID NUMBER(9)"),)), Differences(["CREATE TABLE t (\n  id INTEGER\n)"], [])
    )
    assert "CREATE TABLE t (\n  id INTEGER\n);</pre>" in to_html(made)
