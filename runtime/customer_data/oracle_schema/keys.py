"""Constraints, and what they say of how Redshift should store the rows.

Redshift enforces no PRIMARY KEY and no FOREIGN KEY, but its planner trusts them: only those that Oracle enforces are
taken over. (Redshift's manual, "Table constraints".)
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from customer_data.columns.types import is_number, is_text
from customer_data.oracle_schema.assessed import Assessed, converted, needs_person, noted
from customer_data.oracle_schema.model import OracleConstraint, OracleTable
from customer_data.oracle_schema.names import has_no_before_image
from customer_data.oracle_schema.targets import ForeignKey, Proposal, TargetColumn, TargetTable
from customer_data.oracle_schema.types import Effort, is_lob

Columns = Mapping[str, TargetColumn]
"""Those of a table that are converted, by their names in Oracle."""

_NOT_NULL = re.compile(r'\s*\(*\s*(?:"([^"]+)"|([\w$#]+))\s+IS\s+NOT\s+NULL\s*\)*\s*', re.IGNORECASE)
_MOST_SORT_COLUMNS = 4
_LONGEST_SORTED_TEXT = 1_000


def not_null_column(constraint: OracleConstraint) -> str | None:
    """The column that the constraint, as Oracle makes one of each NOT NULL, keeps from being NULL."""
    found = _NOT_NULL.fullmatch(constraint.condition or "") if constraint.kind == "C" else None
    if found is None or not constraint.is_enabled:
        return None
    return found[1] or found[2].upper()


def primary_key(table: OracleTable, columns: Columns) -> tuple[tuple[str, ...], Assessed | None]:
    """The key in Redshift, by which the merge finds rows; empty where there is none, which is assessed."""
    constraint = next((one for one in table.constraints if one.kind == "P"), None)
    if constraint is None:
        return (), _no_key(table, columns)
    listed = ", ".join(constraint.columns)
    name = constraint.name or f"PRIMARY KEY ({listed})"
    if not constraint.is_enabled:
        reason = "the key is disabled or was not validated, so that it may repeat; rows would be taken for one another"
    elif lost := [column for column in constraint.columns if column not in columns]:
        reason = f"of the key {_not_converted(lost)}"
    elif not constraint.columns:
        reason = "nothing says which columns the key has (ALL_CONS_COLUMNS has them in the catalog)"
    elif len(set(constraint.columns)) < len(constraint.columns):
        reason = f"a column stands in the key {listed} twice"
    else:
        key = tuple(columns[column].name for column in constraint.columns)
        return key, converted(
            "primary key", name, f"PRIMARY KEY ({', '.join(key)})", _unseen_changes(constraint), listed
        )
    return (), needs_person("primary key", name, f"{reason}: without a key the merge appends", Effort.MEDIUM, listed)


def _unseen_changes(key: OracleConstraint) -> list[str]:
    blind = [column for column in key.columns if has_no_before_image(column)]
    if not blind:
        return []
    return [
        f"DMS does not say what {', '.join(blind)} was before a change (it does so for no name with #, /, \\ or -): an"
        " UPDATE of the key leaves the old row. If keys are updated, rename the column in Oracle, or reload the table"
        " after each time"
    ]


def _not_converted(columns: list[str]) -> str:
    if len(columns) == 1:
        return f"the column {columns[0]} is not converted"
    return f"the columns {', '.join(columns)} are not converted"


def _no_key(table: OracleTable, columns: Columns) -> Assessed:
    reason = "there is no primary key: the merge appends each change as a row"
    for constraint in table.constraints:
        key = [columns[column] for column in constraint.columns if column in columns]
        whole = constraint.kind == "U" and constraint.is_enabled and 0 < len(key) == len(constraint.columns)
        if whole and all(column.not_null for column in key):
            reason += (
                f"; its columns {', '.join(column.name for column in key)} are unique and never NULL: add them as"
                " PRIMARY KEY in a schemaFile, and rows are replaced by them"
            )
            break
    lobs = [column.name for column in table.columns if column.name in columns and is_lob(column.type)]
    if lobs:
        reason += f"; without a key DMS brings no LOBs: {', '.join(lobs)} {'stays' if len(lobs) == 1 else 'stay'} empty"
    return noted("primary key", "none", reason)


def foreign_key(
    constraint: OracleConstraint, columns: Columns, tables: Mapping[tuple[str, str], tuple[TargetTable, Columns]]
) -> tuple[ForeignKey | None, str]:
    """The foreign key in Redshift, else why there is none. `tables` are the converted ones."""
    if not constraint.is_enabled:
        return None, "it is disabled or was not validated"
    if not constraint.columns:
        return None, "nothing says which columns it has"
    if lost := [column for column in constraint.columns if column not in columns]:
        return None, _not_converted(lost)
    if constraint.references is None or constraint.references not in tables:
        return (
            None,
            f"the table {'.'.join(constraint.references or ('?',))} that it refers to is not among those converted",
        )
    target, of_target = tables[constraint.references]
    named = constraint.referenced_columns
    referenced = (
        tuple(of_target[column].name for column in named if column in of_target) if named else target.primary_key
    )
    if len(referenced) != len(constraint.columns) or set(referenced) != set(target.primary_key):
        return None, f"it does not refer to the primary key of {target.name}"
    own = tuple(columns[column] for column in constraint.columns)
    for column, other in zip(own, referenced, strict=True):
        if not _comparable(column, target.column(other)):
            return None, f"{column.name} and {target.name}.{other} have types that Redshift does not compare"
    return ForeignKey(tuple(column.name for column in own), target.name, referenced), ""


def _comparable(one: TargetColumn, other: TargetColumn | None) -> bool:
    if other is None:
        return False
    both = (one.type, other.type)
    return all(map(is_number, both)) or all(map(is_text, both)) or one.type.name == other.type.name


def other_constraints(table: OracleTable) -> list[Assessed]:
    """UNIQUE and CHECK: Oracle enforces them, before a row gets here."""
    found = []
    for constraint in table.constraints:
        if constraint.kind == "U":
            name = constraint.name or f"UNIQUE ({', '.join(constraint.columns)})"
            reason = "Redshift enforces no UNIQUE, and widens no column that has one: Oracle enforces it"
            found.append(noted("unique", name, reason, ", ".join(constraint.columns)))
        elif constraint.kind == "C" and not_null_column(constraint) is None:
            reason = "Redshift has no CHECK: Oracle enforces it; a data quality rule can watch it"
            found.append(noted("check", constraint.name or "CHECK", reason, constraint.condition))
    return found


def distkey(table: TargetTable) -> Proposal | None:
    """None leaves the choice to Redshift."""
    key = [name for name in table.primary_key if _spreads(table.column(name))]
    if not key:
        return None
    of_parent = next(
        (foreign for foreign in table.foreign_keys if len(foreign.columns) == 1 and foreign.columns[0] in key), None
    )
    if of_parent and len(key) > 1:
        name = of_parent.columns[0]
        return Proposal((name,), f"of the primary key, and rows join {of_parent.table} by it")
    reason = "the primary key: a change meets its row on one node" if len(key) == 1 else "the first of the primary key"
    return Proposal((key[0],), reason)


def sortkey(table: TargetTable, source: OracleTable, columns: Columns) -> Proposal | None:
    parts = [columns[name].name for name in source.partitioned_by if name in columns]
    kind = (source.partitioning or "").upper()
    by_value = kind not in ("", "HASH", "REFERENCE", "SYSTEM")
    if parts and by_value and all(_sorts(table.column(name)) for name in parts[:_MOST_SORT_COLUMNS]):
        return Proposal(
            tuple(parts[:_MOST_SORT_COLUMNS]),
            f"Oracle partitions the table by it ({kind}), so queries ask for {_asked_for(kind)}",
        )
    key = [name for name in table.primary_key if _sorts(table.column(name))][:_MOST_SORT_COLUMNS]
    return Proposal(tuple(key), "the primary key, by which the merge finds rows") if key else None


def _asked_for(partitioning: str) -> str:
    return "single values of it" if partitioning.startswith("LIST") else "ranges of it"


def _spreads(column: TargetColumn | None) -> bool:
    return column is not None and column.type.name not in ("super", "varbyte")


def _sorts(column: TargetColumn | None) -> bool:
    return column is not None and _spreads(column) and (column.type.length or 0) <= _LONGEST_SORTED_TEXT
