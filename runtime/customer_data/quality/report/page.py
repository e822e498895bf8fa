"""The quality report as one HTML page: the same bytes for the same report."""

from __future__ import annotations

import re
from posixpath import basename

from customer_data.page.elements import Html, document, element, entry, message, table
from customer_data.quality.report.columns import NO_VALUE
from customer_data.quality.report.masking import signs_in
from customer_data.quality.report.report import QualityReport, RuleReport, Sample, Verdict, iso, summary
from customer_data.quality.report.style import STYLE
from customer_data.quality.rules.rule import Severity

_STATES = {Verdict.PASSED: "Passed", Verdict.ROWS_REJECTED: "Rows rejected", Verdict.REFUSED: "Refused"}
_MASKED = "Values are masked, except in columns that are set to be shown."


def to_html(report: QualityReport) -> str:
    """The page, to be written as UTF-8."""
    found = sorted((rule for rule in report.rules if rule.found_something or rule.notes), key=_most_first)
    quiet = [rule for rule in report.rules if rule not in found]
    content = element(
        "main",
        _verdict(report),
        _reason(report) if report.verdict is Verdict.REFUSED else None,
        _figures(report),
        _rules(report, found, quiet),
        _findings(report, found),
        _column_types(report),
        _places(report),
        class_=report.verdict.value,
    )
    title = f"{_STATES[report.verdict]}: {_file_name(report)} (data quality of {report.pipeline})"
    return document(title, content, STYLE)


def _most_first(rule: RuleReport) -> tuple[bool, int, str]:
    """A rule that fails the file stands first, however few rows it found."""
    return rule.failure is None, -rule.rows_broken, rule.name


# The top: what became of the file


def _verdict(report: QualityReport) -> Html:
    at = iso(report.at)
    return element(
        "header",
        element("p", element("span", _STATES[report.verdict], class_="state"), "Data quality report", class_="over"),
        element("h1", *_sentences(summary(report))),
        element(
            "dl",
            entry("File", element("strong", _file_name(report))),
            entry("Pipeline", report.pipeline),
            entry("Checked", element("time", at.replace("T", " ").replace("Z", " UTC"), datetime=at)),
            class_="facts",
        ),
    )


def _reason(report: QualityReport) -> Html:
    return element(
        "section",
        element("h2", "Why the file was refused"),
        message(report.reason or "No reason was given."),
        element("p", "No row of this file was passed on, including rows that break no rule.", class_="quiet"),
        class_="reason",
    )


def _figures(report: QualityReport) -> Html | None:
    """Big numbers, and the bar that their colours explain."""
    read = report.rows_read
    if read == 0:
        return None
    if report.verdict is Verdict.REFUSED:
        parts = [
            ("Passed", report.rows_passed, "good"),
            ("Broke a rule", report.rows_rejected, "bad"),
            ("Refused with the file", read - report.rows_rejected, "held"),
        ]
    else:
        parts = [("Passed", report.rows_passed, "good"), ("Rejected", report.rows_rejected, "attention")]
    shares = ", ".join(f"{label.lower()} {_percent(rows / read)}" for label, rows, _ in parts)
    bar = element(
        "div",
        *(element("span", class_=kind, style=f"flex-grow:{rows}") for _, rows, kind in parts if rows),
        class_="bar",
        role="img",
        aria_label=f"Of {_rows(read)}: {shares}",
    )
    numbers = [_figure("Rows read", f"{read:,}", "")]
    numbers += [_figure(label, f"{rows:,}", _percent(rows / read), kind) for label, rows, kind in parts]
    if report.rows_warned:
        refused = report.verdict is Verdict.REFUSED
        share = _percent(report.rows_warned / read)
        numbers.append(_figure("With a warning", f"{report.rows_warned:,}", share if refused else f"{share}, passed"))
    return element("section", bar, element("dl", *numbers, class_="figures"), aria_label="Rows")


def _figure(label: str, number: str, note: str, kind: str | None = None) -> Html:
    swatch = element("span", class_=f"swatch {kind}", aria_hidden="true") if kind else None
    return element(
        "div",
        element("dt", swatch, label),
        element("dd", number, element("small", note) if note else None),
    )


# The rules


def _rules(report: QualityReport, found: list[RuleReport], quiet: list[RuleReport]) -> Html:
    most = max((report.ratio(rule) for rule in found), default=0.0)
    rows = [_rule_row(report, rule, f"rule-{place}", most) for place, rule in enumerate(found, start=1)]
    if rows:
        heads = ["Rule", "Severity", "Rows", "Share of rows"]
        content = table(heads, rows, label="Rules that found something", class_="rules")
    else:
        content = element("p", "No row broke a rule." if quiet else "There are no rules.")
    return element("section", element("h2", "Rules"), content, _quiet_rules(quiet) if quiet else None)


def _rule_row(report: QualityReport, rule: RuleReport, anchor: str, most: float) -> Html:
    ratio = report.ratio(rule)
    return element(
        "tr",
        element("th", element("a", *_titled(rule), href=f"#{anchor}"), scope="row"),
        element("td", _severity(rule)),
        element("td", f"{rule.rows_broken:,}", class_="number"),
        element("td", _share_bar(ratio, most), _share(report, rule), class_="share"),
    )


def _share_bar(ratio: float, most: float) -> Html:
    """As long as the rule's share is beside the largest of the table."""
    filled = element("span", style=f"width:{100 * ratio / most:.1f}%") if ratio else None
    return element("span", filled, class_="share-bar", aria_hidden="true")


def _share(report: QualityReport, rule: RuleReport) -> Html:
    notes = []
    if rule.max_fail_ratio is not None:
        notes.append(f"limit {_limit(rule.max_fail_ratio)}")
    if report.over_limit(rule):
        notes.append("exceeded")
    elif rule.failure is not None:
        notes.append("failed")
    bad = report.over_limit(rule) or rule.failure is not None
    note = element("small", ", ".join(notes), class_="fails" if bad else "quiet") if notes else None
    return element("span", _percent(report.ratio(rule)), note, class_="number")


def _quiet_rules(rules: list[RuleReport]) -> Html:
    rows = [element("tr", element("th", *_titled(rule), scope="row"), element("td", _severity(rule))) for rule in rules]
    return element(
        "details",
        element("summary", "1 rule found nothing" if len(rules) == 1 else f"{len(rules)} rules found nothing"),
        table(["Rule", "Severity"], rows, label="Rules that found nothing", class_="rules"),
    )


def _titled(rule: RuleReport) -> list[str]:
    """What the rule says, then what it is called."""
    return [element("span", rule.description or rule.name, class_="title"), element("code", rule.name)]


def _severity(rule: RuleReport) -> Html:
    return element("span", "Error" if rule.severity is Severity.ERROR else "Warning", class_=f"tag {rule.severity}")


# What each rule found


def _findings(report: QualityReport, found: list[RuleReport]) -> Html | None:
    if not found:
        return None
    sections = [_finding(report, rule, f"rule-{place}") for place, rule in enumerate(found, start=1)]
    samples = [sample for rule in found for sample in rule.samples]
    note = _masking_note(report, samples) if samples else None
    return element("section", element("h2", "What the rules found"), note, *sections)


def _finding(report: QualityReport, rule: RuleReport, anchor: str) -> Html:
    return element(
        "article",
        element("h3", rule.description or rule.name),
        element("p", _severity(rule), element("code", rule.name), _extent(report, rule), class_="extent"),
        element("div", element("h4", "This rule failed"), message(rule.failure), class_="failure")
        if rule.failure is not None
        else None,
        element("div", element("h4", "How this rule sees the file"), *map(message, rule.notes), class_="caution")
        if rule.notes
        else None,
        _samples(report, rule),
        id=anchor,
    )


def _extent(report: QualityReport, rule: RuleReport) -> Html:
    checked = report.rows_read if rule.rows_checked is None else rule.rows_checked
    return element("span", f"{rule.rows_broken:,} of {_rows(checked)} checked", class_="quiet")


def _samples(report: QualityReport, rule: RuleReport) -> Html | None:
    if not rule.samples:
        return element("p", "There is no sample.", class_="quiet") if rule.rows_broken else None
    columns = _sample_columns(report, rule)
    heads = ["Line"]
    heads += [element("mark", column) if column in rule.columns else column for column in columns]
    rows = [
        element(
            "tr",
            element("th", str(sample.line), scope="row"),
            *(_sample_value(sample, column) for column in columns),
        )
        for sample in rule.samples
    ]
    return element(
        "div",
        element("p", f"{len(rule.samples):,} of {_rows(rule.rows_broken)}", class_="caption"),
        table(heads, rows, label=f"Samples of {rule.name}", class_="samples"),
    )


def _sample_columns(report: QualityReport, rule: RuleReport) -> list[str]:
    """The columns of the rule, those of the file, and those that only a sample has, such as one that a query adds."""
    sampled = [column for sample in rule.samples for column in sample.values]
    known = set(sampled)
    return [column for column in dict.fromkeys((*rule.columns, *report.columns, *sampled)) if column in known]


def _sample_value(sample: Sample, column: str) -> Html:
    if column not in sample.values:
        return element("td", "missing", class_="absent")
    value = sample.values[column]
    if not value:
        return element("td", "empty" if value is None else "empty text", class_="absent")
    return element("td", element("span", value, class_="value"))


def _masking_note(report: QualityReport, samples: list[Sample]) -> Html:
    """Explains those of the signs that the samples have."""
    signs = signs_in("\n".join(text for sample in samples for text in sample.values.values() if text))
    where = "in the files listed" if report.links else "in the file named"
    return element(
        "div",
        element(
            "p",
            f"{_MASKED} The whole records are {where} ",
            element("a", "below", href="#places"),
            ".",
        ),
        element("dl", *(entry(sign, meaning) for sign, meaning in signs), class_="signs") if signs else None,
        class_="note",
    )


# What the columns were read as


def _column_types(report: QualityReport) -> Html | None:
    if not report.column_types:
        return None
    rows = [
        element(
            "tr",
            element("th", column.name, scope="row"),
            element("td", column.type or NO_VALUE),
            element("td", "; ".join(column.notes())),
        )
        for column in report.column_types
    ]
    return element(
        "section",
        element("h2", "What the columns were read as"),
        table(["Column", "Type", ""], rows, label="Types of the columns", class_="types"),
    )


# Where everything is


def _places(report: QualityReport) -> Html:
    links = [entry(label, _copyable(url)) for label, url in report.links.items()]
    check = [
        entry("Delivered as", _copyable(f"s3://{report.bucket}/{report.key}")),
        entry("Version", _copyable(report.version_id) if report.version_id else "none"),
        entry("Run", _copyable(report.run_id)),
        entry("Load", _copyable(report.load_id)),
        entry("Duration", f"{report.seconds:,.1f} seconds"),
    ]
    return element(
        "footer",
        *(element("h2", "Where the rows are"), element("dl", *links, class_="places")) if links else (),
        element("h2", "This check"),
        element("dl", *check, class_="places"),
        element("p", f"{_MASKED} The records themselves may be personal data.", class_="quiet"),
        id="places",
    )


def _copyable(text: str) -> Html:
    """A click selects all of it."""
    return element("code", text, class_="copy")


# Texts


def _file_name(report: QualityReport) -> str:
    return basename(report.key) or report.key


def _sentences(text: str) -> list[str]:
    """Each in an element of its own, so that a narrow page breaks between them first."""
    first, *others = (element("span", sentence) for sentence in re.split(r"(?<=[.]) ", text))
    return [first, *(part for other in others for part in (" ", other))]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _percent(ratio: float) -> str:
    """A tenth of a percent is as exact as it gets, but only nothing is 0% and only everything is 100%."""
    if 0 < ratio < 0.001:
        return "<0.1%"
    if 0.999 < ratio < 1:
        return ">99.9%"
    return f"{ratio:.0%}" if ratio in (0, 1) else f"{ratio:.1%}"


def _limit(ratio: float) -> str:
    return f"{round(100 * ratio, 6):g}%"
