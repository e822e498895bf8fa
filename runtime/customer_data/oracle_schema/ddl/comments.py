"""COMMENT ON a table, a view or a column.

Oracle SQL Language Reference, "COMMENT".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from customer_data.oracle_schema.ddl.cursor import Cursor, Name
from customer_data.oracle_schema.ddl.tables import TableDraft
from customer_data.oracle_schema.model import OracleView


@dataclass(frozen=True)
class Comment:
    """`column` is None where it is about the whole of `on`; a `text` of None takes an older comment away."""

    on: Name
    column: str | None
    text: str | None

    def add_to_table(self, table: TableDraft) -> None:
        """Raises NotRead where the table lacks the column."""
        if self.column is None:
            table.comment = self.text
        else:
            table.columns[self.column] = replace(table.column(self.column), comment=self.text)

    def added_to_view(self, view: OracleView) -> OracleView:
        """The model has no comments of a view's columns."""
        return replace(view, comment=self.text) if self.column is None else view


def read_comment(cursor: Cursor, owner: str) -> Comment | None:
    """From behind COMMENT ON; None where it is about something without rows. Raises NotRead."""
    if cursor.take("COLUMN"):
        names = cursor.names()
        if not 2 <= len(names) <= 3:
            raise cursor.not_read("a table and its column")
        return Comment((names[0] if len(names) == 3 else owner, names[-2]), names[-1], _text(cursor))
    if cursor.take("TABLE") or cursor.take("MATERIALIZED", "VIEW"):
        return Comment(cursor.qualified(owner), None, _text(cursor))
    if cursor.take_one("EDITION", "INDEXTYPE", "MINING", "OPERATOR"):
        return None
    raise cursor.not_read("TABLE or COLUMN")


def _text(cursor: Cursor) -> str | None:
    cursor.expect("IS")
    text = cursor.peek().value
    if text is None:
        raise cursor.not_read("a literal")
    cursor.next()
    if not cursor.is_ended:
        raise cursor.not_read("the end of the comment (a quote within it is doubled)")
    return text or None
