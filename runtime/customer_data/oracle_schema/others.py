"""What is neither table nor view: Oracle keeps it, Redshift has nothing like it, or a person writes it anew."""

from __future__ import annotations

from collections.abc import Sequence

from customer_data.oracle_schema.assessed import Assessed, needs_person, noted
from customer_data.oracle_schema.model import OtherObject, Unread
from customer_data.oracle_schema.types import Effort

_NOTES = {
    "SEQUENCE": "Redshift has no sequences; the numbers arrive from Oracle with the rows",
    "INDEX": "Redshift has no indexes; it reads by the SORTKEY of the table",
    "CLUSTER": "Redshift has no clusters; DISTKEY keeps rows together that are joined",
    "GRANT": "rights in Redshift are given to its own roles",
    "MATERIALIZED VIEW LOG": "Oracle keeps it to refresh materialized views: there is nothing to replicate",
    "DROPPED TABLE": "the table is in Oracle's recycle bin",
    "IOT OVERFLOW": "the rest of the rows of an index-organized table, which is converted with it",
    "LOB": "Oracle keeps it for a column",
    "CONTEXT": "a context belongs to sessions in Oracle",
    "DIRECTORY": "a directory names files beside Oracle",
    "TRIGGER": "Redshift has no triggers; Oracle runs it, and what it changes arrives with the rows",
    "TYPE": "Redshift has no types that somebody makes; columns of the type are assessed with their tables",
}
_FOR_PEOPLE = {
    "SYNONYM": ("Redshift has no synonyms: make a view, or use the table's own name", Effort.SIMPLE),
    "PROCEDURE": (
        "PL/SQL does not run in Redshift: write it as a stored procedure there, if it is needed",
        Effort.MEDIUM,
    ),
    "FUNCTION": ("PL/SQL does not run in Redshift: write it as a SQL function there, if it is needed", Effort.MEDIUM),
    "PACKAGE": ("PL/SQL does not run in Redshift: write what is needed as stored procedures there", Effort.COMPLEX),
    "PACKAGE BODY": (
        "PL/SQL does not run in Redshift: write what is needed as stored procedures there",
        Effort.COMPLEX,
    ),
    "TYPE BODY": (
        "PL/SQL does not run in Redshift: write the methods that are needed as functions there",
        Effort.COMPLEX,
    ),
    "DATABASE LINK": (
        "Redshift has no links: replicate the other database too, or query it by federation",
        Effort.MEDIUM,
    ),
    "JAVA SOURCE": ("Java does not run in Redshift", Effort.COMPLEX),
    "JAVA CLASS": ("Java does not run in Redshift", Effort.COMPLEX),
    "MATERIALIZED VIEW": (
        "its rows can be computed in Redshift from the replicated tables: write it as a materialized view there",
        Effort.MEDIUM,
    ),
}


def assess_others(items: Sequence[OtherObject]) -> list[Assessed]:
    """A body goes with what it is the body of: together they are one piece of work."""
    packages = {(item.owner, item.name) for item in items if item.kind == "PACKAGE"}
    return [
        noted(item.kind.lower(), f"{item.owner}.{item.name}", "it is assessed with its package")
        if item.kind == "PACKAGE BODY" and (item.owner, item.name) in packages
        else _assess(item)
        for item in items
    ]


def _assess(item: OtherObject) -> Assessed:
    kind = item.kind.lower()
    name = f"{item.owner}.{item.name}" + (f" on {item.on}" if item.on else "")
    if item.kind in _NOTES:
        return noted(kind, name, _NOTES[item.kind])
    reason, effort = _FOR_PEOPLE.get(item.kind, ("Redshift has nothing that is known to be the same", Effort.MEDIUM))
    return needs_person(kind, name, reason, effort)


def assess_unread(item: Unread) -> Assessed:
    where = "in the catalog" if item.line is None else f"line {item.line:,}"
    return needs_person("statement", where, f"it was not understood: {item.reason}", Effort.SIMPLE, item.text)
