"""What a report counts, and that its page is readable and harmless whatever a file says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any

import pytest

from customer_data.quality.report.page import to_html
from customer_data.quality.report.report import (
    QualityReport,
    RuleReport,
    Sample,
    Verdict,
    summary,
    to_json,
    top_reasons,
)
from customer_data.quality.rules.rule import Severity

HOSTILE = "<script>alert(1)</script>\"'&</style></title><img src=x onerror=alert(1)>\x00\x1b\u202e"


def rule(name: str = "email_valid", rows: int = 588, **given: Any) -> RuleReport:
    defaults = {"description": f"What {name} asks", "error_type": "invalid", "severity": Severity.ERROR}
    return RuleReport(**{"name": name, "rows_broken": rows, **defaults, **given})


def report(*rules: RuleReport, **given: Any) -> QualityReport:
    defaults: dict[str, Any] = {
        "pipeline": "customers",
        "run_id": "jr_1",
        "at": datetime(2024, 5, 1, 6, 12, 44, 999, tzinfo=UTC),
        "load_id": "load-1",
        "bucket": "bucket",
        "key": "incoming/customers.csv",
        "version_id": "v1",
        "verdict": Verdict.ROWS_REJECTED,
        "reason": None,
        "rows_read": 20_000,
        "rows_rejected": 588,
        "rows_warned": 12,
        "seconds": 42.318,
        "rules": rules,
        "columns": ("id", "email"),
        "links": {"Rejected rows": "s3://bucket/rejected/load-1.jsonl"},
    }
    return QualityReport(**{**defaults, **given})


def refused(*rules: RuleReport, **given: Any) -> QualityReport:
    return report(*rules, **{"verdict": Verdict.REFUSED, "reason": "too many rows are bad", **given})


class Page(HTMLParser):
    """The page as a browser takes it: elements with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


# Counts


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (report(), "19,412 of 20,000 rows passed. 588 were rejected."),
        (report(rows_rejected=1), "19,999 of 20,000 rows passed. 1 was rejected."),
        (report(rows_rejected=20_000), "None of 20,000 rows passed. All were rejected."),
        (report(rows_read=1, rows_rejected=1), "The only row was rejected."),
        (report(verdict=Verdict.PASSED, rows_rejected=0), "All 20,000 rows passed."),
        (report(verdict=Verdict.PASSED, rows_read=1, rows_rejected=0), "The only row passed."),
        (
            report(verdict=Verdict.PASSED, rows_read=0, rows_rejected=0),
            "The file has no rows. There was nothing to check.",
        ),
        (refused(), "The file was refused. Nothing passed."),
        (refused(rows_read=0, rows_rejected=0), "The file was refused. Nothing passed."),
    ],
)
def test_says_the_verdict_in_words(made: QualityReport, text: str) -> None:
    assert summary(made) == text
    assert text in Page(to_html(made)).text


def test_no_row_of_a_refused_file_passed() -> None:
    assert report().rows_passed == 19_412
    assert refused().rows_passed == 0


def test_the_ratio_is_of_the_rows_that_the_rule_checked() -> None:
    made = report()
    assert made.ratio(rule(rows=588)) == 0.0294
    assert made.ratio(rule(rows=50, rows_checked=100)) == 0.5
    assert made.ratio(rule(rows=0, rows_checked=0)) == 0.0
    assert report(rows_read=0).ratio(rule(rows=0)) == 0.0


def test_a_limit_is_exceeded_by_more_and_not_by_as_much() -> None:
    made = report(rows_read=100)
    assert not made.over_limit(rule(rows=5, max_fail_ratio=0.05))
    assert made.over_limit(rule(rows=6, max_fail_ratio=0.05))
    assert not made.over_limit(rule(rows=6))


def test_top_reasons_are_errors_first_then_by_rows_then_by_name() -> None:
    made = report(
        rule("warned", 900, severity=Severity.WARNING),
        rule("b", 5),
        rule("quiet", 0),
        rule("failed", 0, failure="no such column"),
        rule("a", 5),
        rule("most", 7),
    )
    assert [reason["rule"] for reason in top_reasons(made)] == ["most", "a", "b", "failed", "warned"]
    (most,) = top_reasons(made, most=1)
    assert most == {"rule": "most", "description": "What most asks", "rows": 7, "severity": "error"}
    assert top_reasons(made)[-1]["severity"] == "warning"
    assert top_reasons(report(rule(rows=0))) == []


def test_top_reasons_say_nothing_of_records_or_failures() -> None:
    made = report(rule(failure="FAILURE", samples=(Sample(3, {"email": "VALUE"}),)))
    assert "FAILURE" not in str(top_reasons(made))
    assert "VALUE" not in str(top_reasons(made))


# JSON


def test_the_json_has_these_fields() -> None:
    checked = rule(max_fail_ratio=0.05, samples=(Sample(3, {"id": None, "email": "x@x"}),), columns=("email",))
    assert json.loads(to_json(report(checked))) == {
        "format": 1,
        "column_types": [],
        "pipeline": "customers",
        "run_id": "jr_1",
        "load_id": "load-1",
        "at": "2024-05-01T06:12:44Z",
        "seconds": 42.318,
        "source": {"bucket": "bucket", "key": "incoming/customers.csv", "version": "v1"},
        "verdict": "rows_rejected",
        "summary": "19,412 of 20,000 rows passed. 588 were rejected.",
        "reason": None,
        "rows": {"read": 20_000, "passed": 19_412, "rejected": 588, "warned": 12},
        "columns": ["id", "email"],
        "rules": [
            {
                "name": "email_valid",
                "description": "What email_valid asks",
                "error_type": "invalid",
                "severity": "error",
                "rows_broken": 588,
                "rows_checked": 20_000,
                "ratio": 0.0294,
                "max_fail_ratio": 0.05,
                "failure": None,
                "notes": [],
                "columns": ["email"],
                "samples": [{"line": 3, "values": {"id": None, "email": "x@x"}}],
            }
        ],
        "links": {"Rejected rows": "s3://bucket/rejected/load-1.jsonl"},
    }


@pytest.mark.parametrize(
    "at",
    [
        datetime(2024, 5, 1, 6, 12, 44),
        datetime(2024, 5, 1, 8, 12, 44, tzinfo=timezone(timedelta(hours=2))),
    ],
    ids=["no zone", "another zone"],
)
def test_times_are_in_utc(at: datetime) -> None:
    assert json.loads(to_json(report(at=at)))["at"] == "2024-05-01T06:12:44Z"
    assert "2024-05-01 06:12:44 UTC" in Page(to_html(report(at=at))).text


def test_text_that_is_not_unicode_can_still_be_written() -> None:
    made = report(rule(description="half \ud800", failure="\udfff"), key="in/\ud800.csv")
    assert to_json(made).encode()
    assert to_html(made).encode()


# The page


def test_the_same_report_gives_the_same_bytes() -> None:
    made = report(rule(samples=(Sample(3, {"email": "x", "id": "•"}),)))
    assert to_html(made) == to_html(replace(made))
    assert to_json(made) == to_json(replace(made))


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    page = to_html(report(rule(samples=(Sample(3, {"email": "x"}),))))
    policy = next(meta for meta in Page(page).all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert str(policy["content"]).startswith("default-src 'none'; style-src 'unsafe-inline'")
    for tag, attributes in Page(page).elements:
        assert tag not in ("script", "link", "img", "iframe", "object", "form", "base")
        assert "src" not in attributes
        assert str(attributes.get("href", "#")).startswith("#")
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?:", page)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_hostile_text_in_every_field_stays_text(verdict: Verdict) -> None:
    hostile = rule(
        HOSTILE,
        description=HOSTILE,
        error_type=HOSTILE,
        failure=HOSTILE,
        notes=(HOSTILE,),
        samples=(Sample(3, {HOSTILE: HOSTILE}),),
        columns=(HOSTILE,),
    )
    made = report(
        hostile,
        rule(HOSTILE, 0, description=HOSTILE),
        verdict=verdict,
        pipeline=HOSTILE,
        run_id=HOSTILE,
        load_id=HOSTILE,
        bucket=HOSTILE,
        key=HOSTILE,
        version_id=HOSTILE,
        reason=HOSTILE,
        columns=(HOSTILE,),
        links={HOSTILE: HOSTILE},
    )
    text = to_html(made)
    page = Page(text)
    assert page.open == []
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img"}
    assert len(page.all("title")) == len(page.all("style")) == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", text)
    names = {name for _, attributes in page.elements for name in attributes}
    assert names <= {
        *("lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "datetime", "style", "scope"),
        *("role", "tabindex", "aria-label", "aria-hidden"),
    }
    shown = "<script>alert(1)</script>\"'&</style></title><img src=x onerror=alert(1)>␀␛[U+202E]"
    assert page.texts.count(shown) >= 10


def test_a_refused_file_says_why_and_that_nothing_passed() -> None:
    page = Page(to_html(refused(rule(), reason="line one\nline two")))
    assert "Why the file was refused line one line two" in page.text
    assert "No row of this file was passed on" in page.text
    assert "Refused with the file 19,412" in page.text
    assert "Why the file was refused" not in Page(to_html(report(rule()))).text


def test_rules_are_sorted_by_rows_after_those_that_failed() -> None:
    made = report(rule("few", 1), rule("many", 9), rule("also_few", 1), rule("unable", 0, failure="no such column"))
    page = Page(to_html(made))
    order = [text for text in page.texts if text in ("few", "many", "also_few", "unable")]
    assert order == ["unable", "many", "also_few", "few"] * 2  # the table, then what each found
    assert "This rule failed no such column" in page.text


def test_how_a_rule_sees_the_file_is_shown_also_where_it_found_nothing() -> None:
    made = report(rule("silent", 0, notes=("signup is text here because of line 17",)), rule("quiet", 0))
    page = Page(to_html(made))
    assert "0 of 20,000 rows checked How this rule sees the file signup is text here because of line 17" in page.text
    assert "1 rule found nothing" in page.text
    assert json.loads(to_json(made))["rules"][0]["notes"] == ["signup is text here because of line 17"]
    assert top_reasons(made) == []


def test_rules_that_found_nothing_are_folded() -> None:
    page = Page(to_html(report(rule(), rule("quiet", 0), rule("silent", 0))))
    assert len(page.all("details")) == 1
    assert "2 rules found nothing" in page.text
    assert not Page(to_html(report(rule()))).all("details")


def test_a_file_without_rows_or_rules_has_a_page() -> None:
    page = Page(to_html(report(rows_read=0, rows_rejected=0, verdict=Verdict.PASSED, links={}, version_id=None)))
    assert "There are no rules." in page.text
    assert "Version none" in page.text


@pytest.mark.parametrize(
    ("rows", "shown"),
    [(0, "0%"), (1, "<0.1%"), (588, "2.9%"), (19_999, ">99.9%"), (20_000, "100%")],
)
def test_only_nothing_is_none_of_it_and_only_everything_is_all_of_it(rows: int, shown: str) -> None:
    assert f"Rejected {rows:,} {shown}" in Page(to_html(report(rows_rejected=rows))).text


def test_a_limit_is_shown_and_whether_it_is_exceeded_is_said_in_words() -> None:
    assert "2.9% limit 2.5%, exceeded" in Page(to_html(report(rule(max_fail_ratio=0.025)))).text
    within = Page(to_html(report(rule(max_fail_ratio=0.03)))).text
    assert "2.9% limit 3%" in within
    assert "exceeded" not in within


def test_samples_show_the_rules_columns_first_and_tell_null_from_the_empty_text() -> None:
    samples = (Sample(12, {"id": "•", "email": None, "added": "x"}), Sample(1345, {"id": "", "email": "x@"}))
    page = Page(to_html(report(rule(samples=samples, columns=("email",)))))
    assert "2 of 588 rows Line email id added 12 empty • x 1345 x@ empty text missing" in page.text


def test_the_page_explains_the_signs_that_its_samples_have_and_no_others() -> None:
    text = Page(to_html(report(rule(samples=(Sample(3, {"email": "•"}),))))).text
    assert "a digit from 0 to 9" in text
    assert "a combining mark" not in text
    assert "Values are masked" in text


def test_tables_have_heads_with_a_scope_and_scroll_in_a_box_that_the_keyboard_reaches() -> None:
    page = Page(to_html(report(rule(samples=(Sample(3, {"email": "x"}),)))))
    assert {head["scope"] for head in page.all("th")} == {"col", "row"}
    boxes = [box for box in page.all("div") if box.get("class") == "scroll"]
    assert len(boxes) == len(page.all("table")) == 2
    assert all(box["tabindex"] == "0" and box["role"] == "region" and box["aria-label"] for box in boxes)


def test_each_rule_of_the_table_leads_to_what_it_found() -> None:
    page = Page(to_html(report(rule("a"), rule("b"), rule("quiet", 0))))
    targets = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    links = [str(link["href"]).removeprefix("#") for link in page.all("a")]
    assert links == ["rule-1", "rule-2"]
    assert set(links) <= set(targets)
    assert len(targets) == len(set(targets))


def test_a_long_failure_is_cut() -> None:
    text = Page(to_html(report(rule(failure="e" * 5_000)))).text
    assert "e… (5,000 characters)" in text
    assert "e" * 2_001 not in text
