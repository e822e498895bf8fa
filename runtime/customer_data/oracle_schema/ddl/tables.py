"""A table while its statements are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from customer_data.oracle_schema.ddl.columns import UNKNOWN, ReadColumn, read_column
from customer_data.oracle_schema.ddl.constraints import begins_out_of_line, not_null_condition, read_out_of_line
from customer_data.oracle_schema.ddl.cursor import Cursor, Name, NotRead
from customer_data.oracle_schema.ddl.unread import UnreadItem
from customer_data.oracle_schema.model import OracleColumn, OracleConstraint, OracleTable, OracleType

Kind = Literal["table", "temporary", "external", "nested", "object"]

#: Items among the columns that are neither columns nor constraints. Each first word may name a column too.
_NEITHER = (("SUPPLEMENTAL", "LOG"), ("PERIOD", "FOR"), ("SCOPE", "FOR"))


@dataclass
class TableDraft:
    owner: str
    name: str
    columns: dict[str, OracleColumn] = field(default_factory=dict)
    constraints: list[OracleConstraint] = field(default_factory=list)
    comment: str | None = None
    partitioning: str | None = None
    partitioned_by: tuple[str, ...] = ()
    kind: Kind = "table"
    logged: set[str] = field(default_factory=set)
    """The first words of what is logged in addition: ALL, PRIMARY, UNIQUE, FOREIGN."""

    @property
    def key(self) -> Name:
        return self.owner, self.name

    def read_items(self, items: Cursor, *, changing: bool = False) -> list[UnreadItem]:
        """Adds columns and constraints, or with `changing` says more of columns that are there. Gives what was not
        read."""
        return [unread for item in items.items() if (unread := self._read_item(item, changing))]

    def _read_item(self, item: Cursor, changing: bool) -> UnreadItem | None:
        start, whole = item.start, item.rest
        try:
            if any(item.follows(*words) for words in _NEITHER):
                self.switch_logging(item, on=True)
                return None
            if item.word() in ("REF", "SCOPE") and item.peek(1).is_symbol("("):
                return None
            if begins_out_of_line(item):
                self.constraints.append(read_out_of_line(item, self.owner))
                if not item.is_ended:
                    raise item.not_read("the end of the constraint")
                return None
            read = read_column(item, self.owner)
            self._change(read) if changing else self._add(read)
            if read.unread:
                raise NotRead(f"{read.unread}, in the column {read.name}, of which the rest is read", read.unread.start)
        except NotRead as error:
            return UnreadItem(start, whole, f"{error}; in {self.owner}.{self.name}")
        return None

    def switch_logging(self, clauses: Cursor, *, on: bool) -> None:
        """Reads SUPPLEMENTAL LOG DATA (ALL, PRIMARY KEY, ...) COLUMNS, and over all else."""
        while not clauses.is_ended:
            if not (clauses.take("SUPPLEMENTAL", "LOG", "DATA") and clauses.is_group()):
                clauses.skip_one()
                continue
            kinds = {kind.word() for kind in clauses.group().items()}
            self.logged = self.logged | kinds if on else self.logged - kinds

    def _add(self, read: ReadColumn) -> None:
        if read.name in self.columns:
            raise NotRead(f"there is a column {read.name} already")
        self.columns[read.name] = read.new()
        self.constraints += read.all_constraints

    def _change(self, read: ReadColumn) -> None:
        self.columns[read.name] = read.changed(self.column(read.name))
        if read.not_null and read.not_null.is_null:
            self.drop_constraints(lambda one: one.condition == not_null_condition(read.name))
        self.constraints += read.all_constraints

    def column(self, name: str) -> OracleColumn:
        """Raises NotRead where there is none."""
        if name not in self.columns:
            raise NotRead(f"{self.owner}.{self.name} has no column {name}")
        return self.columns[name]

    def drop_constraints(self, is_dropped: Callable[[OracleConstraint], bool]) -> None:
        self.constraints = [one for one in self.constraints if not is_dropped(one)]

    def drop_column(self, name: str) -> None:
        """With the constraints that need it."""
        self.column(name)
        del self.columns[name]
        self.drop_constraints(lambda one: name in one.columns and (one.kind != "C" or len(one.columns) == 1))

    def rename_column(self, old: str, new: str) -> None:
        self.column(old)
        if new in self.columns:
            raise NotRead(f"{self.owner}.{self.name} has a column {new} already")
        self.columns = {
            new if name == old else name: replace(column, name=new) if name == old else column
            for name, column in self.columns.items()
        }
        self.constraints = [renamed_in(one, old, new) for one in self.constraints]
        self.partitioned_by = tuple(new if name == old else name for name in self.partitioned_by)

    def build(self) -> OracleTable:
        constraints = tuple(map(self._with_columns, self.constraints))
        never_null = {name for one in constraints if one.is_enabled for name in _never_null(one)}
        return OracleTable(
            self.owner,
            self.name,
            tuple(
                replace(column, nullable=column.nullable and column.name not in never_null)
                for column in self.columns.values()
            ),
            constraints,
            comment=self.comment,
            partitioning=self.partitioning,
            partitioned_by=self.partitioned_by,
            kind=self.kind,
            # What the text does not switch on, the database may.
            logged="all" if "ALL" in self.logged else "key" if "PRIMARY" in self.logged else "unknown",
        )

    def _with_columns(self, constraint: OracleConstraint) -> OracleConstraint:
        """A check has the names in its condition: those that are columns stay."""
        if constraint.kind != "C":
            return constraint
        return replace(constraint, columns=tuple(name for name in constraint.columns if name in self.columns))


def renamed_in(constraint: OracleConstraint, old: str, new: str) -> OracleConstraint:
    is_not_null = constraint.condition == not_null_condition(old)
    return replace(
        constraint,
        columns=tuple(new if name == old else name for name in constraint.columns),
        condition=not_null_condition(new) if is_not_null else constraint.condition,
    )


def _never_null(constraint: OracleConstraint) -> tuple[str, ...]:
    if constraint.kind == "P":
        return constraint.columns
    only = constraint.columns[0] if len(constraint.columns) == 1 else ""
    return (only,) if constraint.kind == "C" and constraint.condition == not_null_condition(only) else ()


def build_all(drafts: dict[Name, TableDraft]) -> tuple[OracleTable, ...]:
    """The tables. A column without a type that refers to another has the type of that."""
    for table in drafts.values():
        for constraint in table.constraints:
            for column, type in zip(constraint.columns, _referenced_types(constraint, drafts), strict=False):
                if column in table.columns and table.columns[column].type is UNKNOWN:
                    table.columns[column] = replace(table.columns[column], type=type)
    return tuple(table.build() for table in drafts.values())


def _referenced_types(constraint: OracleConstraint, drafts: dict[Name, TableDraft]) -> list[OracleType]:
    target = drafts.get(constraint.references) if constraint.references else None
    if target is None:
        return []
    key = next((one.columns for one in target.constraints if one.kind == "P"), ())
    names = constraint.referenced_columns or key
    return [target.columns[name].type for name in names if name in target.columns]
