"""One table of Oracle's as one of Redshift's."""

from __future__ import annotations

import re
from dataclasses import replace

from customer_data.columns.types import MAX_COLUMNS
from customer_data.oracle_schema.assessed import (
    Assessed,
    Outcome,
    converted,
    most_effort,
    needs_person,
    noted,
    worst_outcome,
)
from customer_data.oracle_schema.keys import Columns, not_null_column
from customer_data.oracle_schema.model import OracleColumn, OracleTable
from customer_data.oracle_schema.names import (
    OPERATION_COLUMN,
    SEQUENCE_COLUMN,
    colliding,
    target_name,
    too_long_for_dms,
)
from customer_data.oracle_schema.targets import TargetColumn
from customer_data.oracle_schema.types import Effort, convert_type, in_oracle, is_lob

_OF_ORACLE = re.compile(r"SYS_NC(\d+|_\w+)\$|SYS_ST[SU]\w*|NESTED_TABLE_ID|SETID\$")
_OF_THE_MERGE = (SEQUENCE_COLUMN, OPERATION_COLUMN)

_KINDS_WITHOUT_TABLE = {
    "temporary": ("a temporary table's rows end with the session or transaction: there is nothing to replicate", None),
    "external": (
        "the rows are in files outside Oracle, which DMS does not read: bring the files to S3 and load them",
        Effort.MEDIUM,
    ),
    "nested": (
        "the rows belong to a nested table in a column of another table: unnest them in a view in Oracle",
        Effort.COMPLEX,
    ),
}


def why_no_table(table: OracleTable) -> Assessed | None:
    """The assessment of a table whose kind has none in Redshift."""
    if table.kind not in _KINDS_WITHOUT_TABLE:
        return None
    reason, effort = _KINDS_WITHOUT_TABLE[table.kind]
    return without_table(table, reason, effort)


def without_table(table: OracleTable, reason: str, effort: Effort | None) -> Assessed:
    """A table that is not converted, with its columns."""
    outcome = Outcome.PERSON if effort else Outcome.NOTED
    parts = tuple(
        Assessed("column", column.name, outcome, ("its table is not converted",), None, in_oracle(column.type))
        for column in table.columns
    )
    return Assessed("table", f"{table.owner}.{table.name}", outcome, (reason,), effort, parts=parts)


def with_parts(kind: str, name: str, target: str, notes: tuple[str, ...], parts: tuple[Assessed, ...]) -> Assessed:
    """A converted object, which is no better off than its parts."""
    own = Outcome.NOTED if notes else Outcome.CONVERTED
    outcome = worst_outcome([own, *(part.outcome for part in parts)])
    effort = most_effort(part.effort for part in parts)
    return Assessed(kind, name, outcome, notes, effort, target=target, parts=parts)


def convert_columns(table: OracleTable, number_scale: int) -> tuple[Columns, list[Assessed]]:
    """The columns that Redshift gets, by their names in Oracle, and the assessment of all."""
    never_null = {name for constraint in table.constraints if (name := not_null_column(constraint))}
    shared = colliding([column.name for column in table.columns if not _is_left_out(column)])
    columns: dict[str, TargetColumn] = {}
    assessed = []
    for column in table.columns:
        others = [name for name in shared.get(target_name(column.name), ()) if name != column.name]
        others = others if not _is_left_out(column) else []
        made, said = _column(column, others, column.name in never_null, number_scale)
        if made:
            columns[column.name] = made
        assessed.append(said)
    return columns, assessed


def _is_left_out(column: OracleColumn) -> bool:
    return column.is_hidden or column.expression is not None


def _column(
    column: OracleColumn, others: list[str], never_null: bool, number_scale: int
) -> tuple[TargetColumn | None, Assessed]:
    source = _in_oracle(column)
    name = target_name(column.name)
    if why := _why_left_out(column, others, name):
        reason, effort = why
        said = needs_person("column", column.name, reason, effort, source) if effort else None
        return None, said or noted("column", column.name, reason, source)
    made = convert_type(column.type, number_scale)
    if made.type is None:
        return None, Assessed("column", column.name, Outcome.PERSON, made.notes, made.effort, source)
    notes = [*made.notes]
    if too_long_for_dms(column.name):
        notes.append("DMS brings no column whose name has more than 30 bytes: rename it in Oracle, else it stays empty")
    not_null = never_null or not column.nullable
    if not_null and is_lob(column.type):
        notes.append("NOT NULL is left out: an empty value of this type can arrive as NULL")
        not_null = False
    target = TargetColumn(name, made.type, not_null, column.comment)
    return target, converted("column", column.name, f"{name} {made.type.sql}", notes, source)


def _in_oracle(column: OracleColumn) -> str:
    """With what gives the column its values: Redshift's does without, since rows arrive with them."""
    type = in_oracle(column.type)
    if column.is_identity:
        return f"{type} GENERATED AS IDENTITY"
    if column.default is None or column.default.strip().upper() == "NULL":
        return type
    return f"{type} DEFAULT {_short(column.default)}"


def _why_left_out(column: OracleColumn, others: list[str], name: str) -> tuple[str, Effort | None] | None:
    if column.is_hidden:
        if _OF_ORACLE.fullmatch(column.name):
            return "a column that Oracle keeps for itself, such as for an index on an expression", None
        return "DMS does not bring invisible columns: make it visible in Oracle", Effort.SIMPLE
    if column.expression is not None:
        reason = f"a virtual column, which DMS does not bring: compute {_short(column.expression)} in a view"
        return reason, Effort.SIMPLE
    if others:
        return f"it and {', '.join(others)} would both be the column {name}: rename one in Oracle", Effort.MEDIUM
    if name in _OF_THE_MERGE:
        return f"the merge keeps a column {name} of its own: rename it in Oracle", Effort.SIMPLE
    return None


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 200 else f"{flat[:200]}…"


def too_wide(columns: Columns) -> str | None:
    if not columns:
        return "none of its columns is converted"
    most = MAX_COLUMNS - len(_OF_THE_MERGE)
    if len(columns) > most:
        return f"it has {len(columns):,} columns, and Redshift takes {MAX_COLUMNS:,}, of which the merge needs two"
    return None


def with_key(columns: Columns, key: tuple[str, ...]) -> dict[str, TargetColumn]:
    """The columns of a key are never NULL."""
    return {
        source: replace(column, not_null=True) if column.name in key else column for source, column in columns.items()
    }
