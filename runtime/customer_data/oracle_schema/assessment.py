"""The assessment of a conversion: what became of each object, how much is left for people, as JSON and as one page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_data.oracle_schema.assessed import Assessed, Outcome
from customer_data.oracle_schema.differences import Differences
from customer_data.oracle_schema.types import Effort
from customer_data.page.elements import Html, document, element, entry, message, table

_WORDS = {
    Outcome.CONVERTED: "Converted",
    Outcome.NOTED: "With a note",
    Outcome.PERSON: "Needs a person",
}
_COLOURS = {Outcome.CONVERTED: "good", Outcome.NOTED: "attention", Outcome.PERSON: "bad"}
_LONGEST_SOURCE = 4_000

#: DMS User Guide, "Limitations on using Oracle as a source", "Using Amazon S3 as a target".
LIMITS = (
    "Lengths in bytes are Oracle's. Where its character set is not AL32UTF8, a text can have more bytes here, in UTF-8,"
    " than its column: make the column longer in a schemaFile.",
    "A LOB (CLOB, BLOB, LONG, XMLTYPE...) that is longer than maxLobSize (64 KiB by default) stops the whole"
    " replication, of all tables: DMS has no mode for LOBs of any length on S3, and the construct lets it cut none.",
    "An empty CLOB arrives as NULL.",
    "Defaults and identities are left out: rows arrive with their values from Oracle.",
    "TRUNCATE does not arrive. Where DMS counts it as a change of the table's definition, a message reports it;"
    " reloading the table cures it.",
    "Redshift ignores blanks at the end of a text when it compares: of rows whose keys differ in nothing else one is"
    " kept.",
    "A statement that gives rows the keys of others, such as UPDATE t SET id = id + 1, may not arrive as it was done.",
)

STYLE = """
main.noted { --state: var(--attention); }
main.person { --state: var(--bad); }
header > p:last-of-type:not(.over) { margin-bottom: 1.25rem; }
.outcome { white-space: nowrap; font-weight: 600; }
.outcome.noted { color: var(--attention); }
.outcome.person { color: var(--bad); }
.kinds td { text-align: right; }
.kinds th { width: 100%; }
.kinds thead th { text-align: right; width: auto; }
.kinds thead th:first-child { text-align: left; }
article .message { margin-top: .75rem; font-size: .875rem; color: var(--quiet); }
article > p { margin-top: .5rem; font-size: .875rem; }
.parts th { font-weight: 600; }
.parts th, .parts td { overflow-wrap: break-word; }
.parts td:last-child { min-width: 16rem; }
.plain { margin: 0; padding-left: 1.25rem; font-size: .875rem; }
.plain li { margin-top: .35rem; }
pre { margin: 1rem 0 0; padding: 1rem; background: var(--raised); overflow-x: auto; white-space: pre-wrap;
  font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace; }
"""


@dataclass(frozen=True)
class Assessment:
    """`source` says where the schema was read, `changes` what a later run changes."""

    source: str
    at: datetime
    objects: tuple[Assessed, ...]
    changes: Differences | None = None

    @property
    def totals(self) -> Counter[Outcome]:
        return Counter(item.outcome for item in self.objects)

    @property
    def by_kind(self) -> dict[str, Counter[Outcome]]:
        """Of all objects and their parts."""
        counted: dict[str, Counter[Outcome]] = {}
        for item in _all(self.objects):
            counted.setdefault(item.kind, Counter())[item.outcome] += 1
        return counted

    @property
    def for_people(self) -> list[tuple[str, Assessed]]:
        """What needs a person, each with its whole name, the most laborious first."""
        found = [(name, item) for name, item in _named(self.objects) if _is_work(item)]
        return sorted(found, key=lambda one: -_rank(one[1].effort))

    @property
    def effort(self) -> Counter[Effort]:
        return Counter(item.effort for _, item in self.for_people if item.effort)

    @property
    def tables(self) -> list[Assessed]:
        return [item for item in self.objects if item.kind == "table"]

    @property
    def of_tables(self) -> str:
        """That a table needs a person does not say whether it is made: most of these only lack a column."""
        made = sum(table.target is not None for table in self.tables)
        lacking = sum(bool(lacking_columns(table)) for table in self.tables)
        said = f"{_of(made, len(self.tables), 'table')} made"
        return f"{said}, {lacking:,} of them {'lacks' if lacking == 1 else 'lack'} columns." if lacking else f"{said}."

    @property
    def work(self) -> str:
        pieces = len(self.for_people)
        return (
            f"{pieces:,} {'piece' if pieces == 1 else 'pieces'} of work in {self.totals[Outcome.PERSON]:,}"
            f" {'object' if self.totals[Outcome.PERSON] == 1 else 'objects'}: a column that is not converted is one of"
            " its own."
        )

    @property
    def sentence(self) -> str:
        done = self.totals[Outcome.CONVERTED] + self.totals[Outcome.NOTED]
        people = self.totals[Outcome.PERSON]
        said = f"{_of(done, len(self.objects), 'object')} converted or not needed."
        if not people:
            return f"{said} None needs a person."
        return f"{said} {people:,} {'needs' if people == 1 else 'need'} a person."


def lacking_columns(table: Assessed) -> list[Assessed]:
    """Of a table that is made, those that somebody would miss."""
    if table.target is None:
        return []
    return [part for part in table.parts if part.kind == "column" and part.outcome is Outcome.PERSON]


def _rank(effort: Effort | None) -> int:
    return list(Effort).index(effort) if effort else -1


def _of(some: int, whole: int, noun: str) -> str:
    return f"{some:,} of {whole:,} {noun}{'' if whole == 1 else 's'} {'is' if some == 1 else 'are'}"


def _all(items: Iterable[Assessed]) -> Iterator[Assessed]:
    for item in items:
        yield item
        yield from _all(item.parts)


def _named(items: Iterable[Assessed], within: str = "") -> Iterator[tuple[str, Assessed]]:
    for item in items:
        name = f"{within}{item.name}"
        yield name, item
        yield from _named(item.parts, f"{name}.")


def _is_work(item: Assessed) -> bool:
    """A table is work of its own only for a reason of its own; a column goes with its table, and has no effort then."""
    if item.effort is None:
        return False
    return bool(item.reasons) or not any(part.outcome is Outcome.PERSON for part in item.parts)


# JSON


def to_json(assessment: Assessment) -> str:
    said: dict[str, Any] = {
        "source": assessment.source,
        "at": assessment.at.isoformat(),
        "summary": assessment.sentence,
        "tables": assessment.of_tables,
        "totals": _counted(assessment.totals),
        "by_kind": {kind: _counted(counts) for kind, counts in assessment.by_kind.items()},
        "effort": {effort.value: assessment.effort[effort] for effort in Effort},
        "limits": list(LIMITS),
        "objects": [_object(item) for item in assessment.objects],
    }
    if assessment.changes:
        said["changes"] = {"statements": assessment.changes.statements, "reported": assessment.changes.reported}
    return json.dumps(said, ensure_ascii=False, indent=1)


def _counted(counts: Counter[Outcome]) -> dict[str, int]:
    return {outcome.value: counts[outcome] for outcome in Outcome}


def _object(item: Assessed) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": item.kind, "name": item.name, "outcome": item.outcome.value}
    for name, value in (("source", item.source), ("target", item.target), ("effort", item.effort)):
        if value is not None:
            said[name] = str(value)
    if item.reasons:
        said["reasons"] = list(item.reasons)
    if item.proposals:
        said["proposals"] = list(item.proposals)
    if item.parts:
        said["parts"] = [_object(part) for part in item.parts]
    return said


# The page


def to_html(assessment: Assessment) -> str:
    """The same bytes for the same assessment."""
    worst = next((outcome for outcome in reversed(Outcome) if assessment.totals[outcome]), Outcome.CONVERTED)
    content = element(
        "main",
        _head(assessment, worst),
        _figures(assessment),
        _work(assessment),
        _changes(assessment.changes) if assessment.changes else None,
        _kinds(assessment),
        _objects(assessment.objects),
        element(
            "footer",
            element("h2", "What holds for every table"),
            element("ul", *(element("li", text) for text in LIMITS), class_="plain"),
        ),
        class_=worst.value,
    )
    return document(f"Oracle to Redshift: {assessment.source}", content, STYLE)


def _head(assessment: Assessment, worst: Outcome) -> Html:
    at = assessment.at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return element(
        "header",
        element("p", element("span", _WORDS[worst], class_="state"), "Oracle schema in Redshift", class_="over"),
        element("h1", assessment.sentence),
        element("p", assessment.of_tables) if assessment.tables else None,
        element(
            "dl",
            entry("Source", element("strong", assessment.source)),
            entry("Assessed", element("time", at, datetime=assessment.at.isoformat())),
            class_="facts",
        ),
    )


def _figures(assessment: Assessment) -> Html:
    counts = assessment.totals
    said = ", ".join(f"{_WORDS[outcome].lower()} {counts[outcome]:,}" for outcome in Outcome)
    parts = (
        element("span", class_=_COLOURS[outcome], style=f"flex-grow:{counts[outcome]}")
        for outcome in Outcome
        if counts[outcome]
    )
    bar = element("div", *parts, class_="bar", role="img", aria_label=said)
    numbers = [
        element(
            "div",
            element("dt", element("span", class_=f"swatch {_COLOURS[outcome]}", aria_hidden="true"), _WORDS[outcome]),
            element("dd", f"{counts[outcome]:,}"),
        )
        for outcome in Outcome
    ]
    efforts = ", ".join(f"{assessment.effort[effort]:,} {effort}" for effort in Effort if assessment.effort[effort])
    if efforts:
        small = element("small", efforts)
        numbers.append(
            element("div", element("dt", "Pieces of work"), element("dd", f"{len(assessment.for_people):,}", small))
        )
    return element("section", bar, element("dl", *numbers, class_="figures"), aria_label="Objects")


def _work(assessment: Assessment) -> Html | None:
    if not assessment.for_people:
        return None
    rows = [
        element(
            "tr",
            element("th", name, scope="row"),
            element("td", item.kind),
            element("td", item.effort),
            element("td", "; ".join(item.reasons)),
        )
        for name, item in assessment.for_people
    ]
    explained = f"{assessment.work} Simple: minutes; medium: hours; complex: days."
    return element(
        "section",
        element("h2", "What a person has to do"),
        element("p", explained, class_="quiet"),
        table(["Object", "Kind", "Effort", "Why"], rows, label="What a person has to do", class_="parts"),
    )


def _changes(changes: Differences) -> Html:
    statements = "\n".join(f"{statement};" for statement in changes.statements)
    return element(
        "section",
        element("h2", "What is to be changed in Redshift"),
        element("pre", statements) if statements else element("p", "Nothing."),
        element("ul", *(element("li", text) for text in changes.reported), class_="plain")
        if changes.reported
        else None,
    )


def _kinds(assessment: Assessment) -> Html:
    rows = [
        element(
            "tr",
            element("th", kind, scope="row"),
            *(element("td", f"{counts[outcome]:,}", class_="number") for outcome in Outcome),
        )
        for kind, counts in assessment.by_kind.items()
    ]
    heads = ["Kind", *(_WORDS[outcome] for outcome in Outcome)]
    return element("section", element("h2", "By kind"), table(heads, rows, label="Objects by kind", class_="kinds"))


def _objects(items: Sequence[Assessed]) -> Html:
    return element("section", element("h2", "Each object"), *map(_article, items))


def _article(item: Assessed) -> Html:
    head = [
        element("span", _WORDS[item.outcome], class_=f"outcome {item.outcome.value}"),
        element("span", item.kind if item.effort is None else f"{item.kind}, {item.effort}"),
        element("code", item.target) if item.target else None,
    ]
    lacking = lacking_columns(item)
    if lacking:
        head.append(element("span", f"made, without {', '.join(part.name for part in lacking)}"))
    source = item.source or ""
    shown = source if len(source) <= _LONGEST_SOURCE else f"{source[:_LONGEST_SOURCE]}…"
    return element(
        "article",
        element("h3", item.name),
        element("p", *(part for piece in head if piece for part in (piece, " "))),
        *(message(reason) for reason in item.reasons),
        *(element("p", proposal, class_="quiet") for proposal in item.proposals),
        element("details", element("summary", "In Oracle"), element("pre", shown)) if source else None,
        _parts(item) if item.parts else None,
    )


def _parts(item: Assessed) -> Html:
    rows = [
        element(
            "tr",
            element("th", part.name, scope="row"),
            element("td", part.source or part.kind),
            element("td", part.target or ""),
            element("td", _WORDS[part.outcome], class_=f"outcome {part.outcome.value}"),
            element("td", "; ".join(part.reasons)),
        )
        for part in item.parts
    ]
    made = table(
        ["Column", "Oracle", "Redshift", "Outcome", "Why"], rows, label=f"Columns of {item.name}", class_="parts"
    )
    if item.outcome is not Outcome.CONVERTED:
        return made
    return element("details", element("summary", f"{len(rows):,} columns and constraints"), made)
