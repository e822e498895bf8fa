"""An Oracle schema as Redshift's: every column of every table is in the result, or in the assessment with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from customer_data.oracle_schema import keys
from customer_data.oracle_schema.assessed import Assessed, Outcome, converted, most_effort, noted
from customer_data.oracle_schema.model import OracleSchema, OracleTable, OracleView
from customer_data.oracle_schema.names import SUFFIXES_OF_TABLES, target_name, too_long_for_dms
from customer_data.oracle_schema.others import assess_others, assess_unread
from customer_data.oracle_schema.redshift_sql import create_table, proposals
from customer_data.oracle_schema.supplemental_logging import assess_logging
from customer_data.oracle_schema.tables import (
    convert_columns,
    too_wide,
    why_no_table,
    with_key,
    with_parts,
    without_table,
)
from customer_data.oracle_schema.targets import Conversion, ForeignKey, TargetTable, TargetView
from customer_data.oracle_schema.types import NUMBER_SCALE, Effort
from customer_data.oracle_schema.views import NotSimple, ViewedTable, convert_query
from customer_data.warehouse.data_api import MAX_STATEMENT_BYTES
from customer_data.warehouse.table_name import TableName

_Key = tuple[str, str]


@dataclass
class _Draft:
    """A table on its way: `said` are the assessments of its parts so far."""

    source: OracleTable
    target: TargetTable
    columns: keys.Columns
    said: list[Assessed]


def convert(schema: OracleSchema, *, target_schema: str | None = None, number_scale: int = NUMBER_SCALE) -> Conversion:
    """`target_schema` is that of all tables, else each has its Oracle schema's name in lower case. A NUMBER without a
    precision has `number_scale` decimals."""
    names = {_key(table): _target(table.owner, table.name, target_schema) for table in schema.tables}
    clashes = _clashes(names)
    drafts: dict[_Key, _Draft] = {}
    assessed: dict[_Key, Assessed] = {}
    for table in schema.tables:
        refused = why_no_table(table) or _clash(table, clashes)
        draft = refused or _draft(table, names[_key(table)], number_scale)
        if isinstance(draft, _Draft):
            drafts[_key(table)] = draft
        else:
            assessed[_key(table)] = draft
    order = _with_foreign_keys(drafts)
    made = {}
    for key in order:
        _finish(drafts[key])
        too_long = _too_long(drafts[key])
        assessed[key] = too_long or _assess(drafts[key])
        if not too_long:
            made[key] = drafts[key]
    tables = tuple(draft.target for draft in made.values())
    views, of_views = _views(schema, made, set(names.values()), target_schema)
    return Conversion(
        tables,
        views,
        (
            *(assessed[_key(table)] for table in schema.tables),
            *of_views,
            *assess_others(schema.others),
            *map(assess_unread, schema.unread),
        ),
    )


def _key(table: OracleTable | OracleView) -> _Key:
    return table.owner, table.name


def _target(owner: str, name: str, target_schema: str | None) -> TableName:
    return TableName(target_schema.lower() if target_schema else target_name(owner), target_name(name))


# Names


def _clashes(names: Mapping[_Key, TableName]) -> dict[_Key, str]:
    """What is in the way of tables that would share a name, or have that of a table that the merge makes."""
    by_name: dict[TableName, list[_Key]] = {}
    for key, name in names.items():
        by_name.setdefault(name, []).append(key)
    found = {}
    for key, name in names.items():
        others = [".".join(other) for other in by_name[name] if other != key]
        if others:
            found[key] = f"it and {', '.join(others)} would both be the table {name}"
        for suffix in SUFFIXES_OF_TABLES:
            if name.name.endswith(suffix) and TableName(name.schema, name.name.removesuffix(suffix)) in by_name:
                found[key] = f"the merge makes a table {name} of its own, for {name.name.removesuffix(suffix)}"
    return found


def _clash(table: OracleTable, clashes: Mapping[_Key, str]) -> Assessed | None:
    why = clashes.get(_key(table))
    reason = f"{why}: rename one in Oracle, or leave one out of the replication"
    return without_table(table, reason, Effort.MEDIUM) if why else None


# Tables


def _draft(table: OracleTable, name: TableName, number_scale: int) -> _Draft | Assessed:
    columns, said = convert_columns(table, number_scale)
    if reason := too_wide(columns):
        refused = without_table(table, reason, Effort.MEDIUM)
        return refused if columns else replace(refused, parts=tuple(said))
    key, of_key = keys.primary_key(table, columns)
    columns = with_key(columns, key)
    target = TargetTable(
        name, f"{table.owner}.{table.name}", tuple(columns.values()), primary_key=key, comment=table.comment
    )
    beside_columns = filter(None, [of_key, assess_logging(table)])
    return _Draft(table, target, columns, [*said, *beside_columns, *keys.other_constraints(table)])


def _with_foreign_keys(drafts: dict[_Key, _Draft]) -> list[_Key]:
    """Gives the drafts their foreign keys, and returns the order in which the tables can be made."""
    known = {key: (draft.target, draft.columns) for key, draft in drafts.items()}
    wanted: dict[_Key, list[tuple[ForeignKey, _Key, str, str]]] = {}
    for key, draft in drafts.items():
        wanted[key] = []
        for constraint in (one for one in draft.source.constraints if one.kind == "R"):
            foreign, why = keys.foreign_key(constraint, draft.columns, known)
            listed = ", ".join(constraint.columns)
            name = constraint.name or f"FOREIGN KEY ({listed})"
            if foreign is None or constraint.references is None:
                draft.said.append(noted("foreign key", name, f"it is left out: {why}", listed))
            else:
                wanted[key].append((foreign, constraint.references, name, listed))
    order = _parents_first({key: [parent for _, parent, _, _ in found] for key, found in wanted.items()})
    place = {key: at for at, key in enumerate(order)}
    for key, found in wanted.items():
        kept = []
        for foreign, parent, name, listed in found:
            if place[parent] <= place[key]:
                kept.append(foreign)
                target = f"REFERENCES {foreign.table} ({', '.join(foreign.referenced)})"
                drafts[key].said.append(converted("foreign key", name, target, source=listed))
            else:
                reason = f"it is left out: {foreign.table} refers to this table in turn, and is made after it"
                drafts[key].said.append(noted("foreign key", name, reason, listed))
        drafts[key].target = replace(drafts[key].target, foreign_keys=tuple(kept))
    return order


def _parents_first(parents: Mapping[_Key, Sequence[_Key]]) -> list[_Key]:
    """In the given order where nothing speaks against it. Of tables that refer to each other in turn one goes first
    that refers to no others, and to few of these."""
    order: list[_Key] = []
    waiting = {key: {parent for parent in of_key if parent != key} for key, of_key in parents.items()}
    while waiting:
        ready = [key for key in waiting if not waiting[key]]
        if not ready:
            turn = _refer_in_turn(next(iter(waiting)), waiting)
            ready = [min((key for key in waiting if key in turn), key=lambda key: len(waiting[key]))]
        order += ready
        waiting = {key: of_key.difference(ready) for key, of_key in waiting.items() if key not in ready}
    return order


def _refer_in_turn(key: _Key, parents: Mapping[_Key, set[_Key]]) -> set[_Key]:
    """Tables above the given one that refer to each other in turn, and to no others."""
    above = _above(key, parents)
    while lower := next((one for one in sorted(above) if len(_above(one, parents)) < len(above)), None):
        above = _above(lower, parents)
    return above


def _above(key: _Key, parents: Mapping[_Key, set[_Key]]) -> set[_Key]:
    found = {key}
    todo = [key]
    while todo:
        new = parents[todo.pop()] - found
        found |= new
        todo += new
    return found


def _finish(draft: _Draft) -> None:
    target = replace(draft.target, distkey=keys.distkey(draft.target))
    target = replace(target, sortkey=keys.sortkey(target, draft.source, draft.columns))
    notes = [f"{part.kind} {part.name}: {'; '.join(part.reasons)}" for part in draft.said if part.reasons]
    draft.target = replace(target, notes=tuple(notes))


def _assess(draft: _Draft) -> Assessed:
    target = draft.target
    notes = []
    if too_long_for_dms(draft.source.name):
        notes.append("DMS brings no table whose name has more than 30 bytes: rename it in Oracle, else it stays empty")
    if draft.source.kind == "object":
        notes.append("a table of objects: its attributes are columns, the identity of the objects is not kept")
    made = with_parts("table", target.source, str(target.name), tuple(notes), tuple(draft.said))
    return replace(made, proposals=proposals(target))


def _too_long(draft: _Draft) -> Assessed | None:
    size = len(create_table(draft.target).encode())
    if size <= MAX_STATEMENT_BYTES:
        return None
    reason = f"its CREATE TABLE has {size:,} bytes, of which the Redshift Data API takes {MAX_STATEMENT_BYTES:,}"
    return without_table(draft.source, reason, Effort.MEDIUM)


# Views


def _views(
    schema: OracleSchema, drafts: Mapping[_Key, _Draft], taken: set[TableName], target_schema: str | None
) -> tuple[tuple[TargetView, ...], list[Assessed]]:
    tables = {
        key: ViewedTable(draft.target, {c.name: c.type for c in draft.source.columns if not c.is_hidden}, draft.columns)
        for key, draft in drafts.items()
    }
    targets = [_target(view.owner, view.name, target_schema) for view in schema.views]
    views, assessed = [], []
    for view, name in zip(schema.views, targets, strict=True):
        kind = "materialized view" if view.is_materialized else "view"
        source = f"{view.owner}.{view.name}"
        try:
            if view.is_materialized:
                raise NotSimple("Redshift computes it anew in its own way: write it as a materialized view there")
            if name in taken or targets.count(name) > 1:
                raise NotSimple(f"another table or view would be {name} too")
            columns, query = convert_query(view, tables)
        except NotSimple as error:
            effort = most_effort((_effort(view), Effort.MEDIUM if error.laborious else None))
            reason = f"{error}; write it in Redshift's SQL"
            assessed.append(Assessed(kind, source, Outcome.PERSON, (reason,), effort, view.text))
            continue
        views.append(TargetView(name, source, columns, query, view.comment))
        assessed.append(converted(kind, source, str(name)))
    return tuple(views), assessed


def _effort(view: OracleView) -> Effort:
    """By the length of its query, which is what a person has to read."""
    words = len(view.text.split())
    return Effort.SIMPLE if words < 40 else Effort.MEDIUM if words < 200 else Effort.COMPLEX
