"""A converted schema as SQL that may be run again: what is there stays as it is.

Redshift's manual, "CREATE TABLE", "CREATE VIEW", "COMMENT".
"""

from __future__ import annotations

from collections.abc import Iterable

from customer_data.oracle_schema.targets import Conversion, TargetColumn, TargetTable, TargetView
from customer_data.warehouse.quoting import identifier
from customer_data.warehouse.table_name import TableName

_HEAD = (
    "Redshift tables for an Oracle schema. Running it again changes nothing that is there.",
    "PRIMARY KEY and FOREIGN KEY are informational; the merge finds rows by the PRIMARY KEY.",
    "An edited copy can be given as schemaFile.",
)


def create_schema(name: str) -> str:
    return f"CREATE SCHEMA IF NOT EXISTS {identifier(name)}"


def create_table(table: TargetTable) -> str:
    lines = [column_definition(column) for column in table.columns]
    if table.primary_key:
        lines.append(f"PRIMARY KEY {_names(table.primary_key)}")
    lines += [
        f"FOREIGN KEY {_names(foreign.columns)} REFERENCES {qualified(foreign.table)} {_names(foreign.referenced)}"
        for foreign in table.foreign_keys
    ]
    body = ",\n".join(f"  {line}" for line in lines)
    stored = ""
    if table.distkey:
        stored += f"\nDISTSTYLE KEY DISTKEY {_names(table.distkey.columns)}"
    if table.sortkey:
        stored += f"\nCOMPOUND SORTKEY {_names(table.sortkey.columns)}"
    return f"CREATE TABLE IF NOT EXISTS {qualified(table.name)} (\n{body}\n){stored}"


def create_view(view: TargetView) -> str:
    return f"CREATE OR REPLACE VIEW {qualified(view.name)} {_names(view.columns)} AS\n{view.query}"


def comments(table: TargetTable) -> list[str]:
    found = [f"COMMENT ON TABLE {qualified(table.name)} IS {_text(table.comment)}"] if table.comment else []
    return found + [comment_on_column(table.name, column) for column in table.columns if column.comment]


def comment_on_column(table: TableName, column: TargetColumn) -> str:
    return f"COMMENT ON COLUMN {qualified(table)}.{identifier(column.name)} IS {_text(column.comment or '')}"


def column_definition(column: TargetColumn) -> str:
    return f"{identifier(column.name)} {column.type.sql}{' NOT NULL' if column.not_null else ''}"


def qualified(name: TableName) -> str:
    return f"{identifier(name.schema)}.{identifier(name.name)}"


def schemas(conversion: Conversion) -> list[str]:
    names = [table.name for table in conversion.tables] + [view.name for view in conversion.views]
    return list(dict.fromkeys(name.schema for name in names))


def statements(conversion: Conversion) -> list[str]:
    """Each to be run on its own, in this order."""
    return [
        *map(create_schema, schemas(conversion)),
        *(sql for table in conversion.tables for sql in (create_table(table), *comments(table))),
        *(sql for view in conversion.views for sql in of_view(view)),
    ]


def of_view(view: TargetView) -> list[str]:
    comment = [f"COMMENT ON VIEW {qualified(view.name)} IS {_text(view.comment)}"] if view.comment else []
    return [create_view(view), *comment]


def script(conversion: Conversion) -> str:
    """The statements with what people should know of each table."""
    parts = [_remarks(_HEAD), *(f"{create_schema(name)};\n" for name in schemas(conversion))]
    for table in conversion.tables:
        remarks = (table.source, *proposals(table), *table.notes)
        parts.append(_remarks(remarks) + _ended([create_table(table), *comments(table)]))
    parts += [_remarks([view.source]) + _ended(of_view(view)) for view in conversion.views]
    return "\n".join(parts)


def proposals(table: TargetTable) -> tuple[str, ...]:
    return tuple(
        f"{kind} ({', '.join(proposal.columns)}): {proposal.reason}"
        for kind, proposal in (("DISTKEY", table.distkey), ("SORTKEY", table.sortkey))
        if proposal
    )


def remark(text: str) -> str:
    """A comment of one line, whatever the text has."""
    return f"-- {' '.join(text.split())}\n"


def _remarks(texts: Iterable[str]) -> str:
    return "".join(map(remark, texts))


def _ended(sql: Iterable[str]) -> str:
    return "".join(f"{statement};\n" for statement in sql)


def _names(names: Iterable[str]) -> str:
    return f"({', '.join(map(identifier, names))})"


def _text(value: str) -> str:
    """COMMENT takes one literal and no expression, and Redshift reads a backslash in it as an escape."""
    escaped = value.replace("\x00", "").replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
