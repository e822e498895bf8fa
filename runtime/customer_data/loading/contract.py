"""Lines the columns of one file up with those of the table by the schema contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from customer_data.columns.checked import Decision, ExistingColumn, NewColumn, WhenUnfit
from customer_data.columns.file_columns import FileColumns
from customer_data.columns.formats import Formats
from customer_data.columns.inference import TypeInference
from customer_data.columns.names import rescue_name
from customer_data.columns.types import MAX_COLUMNS, TableColumn, TableSchema
from customer_data.errors import FileFault, some_of
from customer_data.loading.settings import LoaderSettings
from customer_data.warehouse.schema_contract import SchemaContract


def file_columns(
    headers: Sequence[str],
    names: Sequence[str],
    table: TableSchema | None,
    settings: LoaderSettings,
    decisions: Mapping[str, Decision],
) -> FileColumns:
    """Lines the file's columns up with the table's by the schema contract. `table` is as `with_named_types` gives it.
    Raises FileFault."""
    _require_columns(headers, names, settings)
    formats = Formats.of(settings.csv)
    keys = [key.lower() for key in settings.primary_key]
    sequence = settings.sequence_column.lower() if settings.sequence_column else None
    must_fit = {*keys, *([sequence] if sequence else [])}
    named = settings.named_types
    new = [name for name in names if table is not None and table.column(name) is None]
    left_out = _left_out(new, headers, names, must_fit, settings)
    columns: list[NewColumn | ExistingColumn] = []
    for index, (header, name) in enumerate(zip(headers, names, strict=True)):
        if name in left_out:
            continue
        stored = table.column(name) if table else None
        column = stored or (TableColumn(name, named[name], widenable=False, growable=False) if name in named else None)
        decision = decisions.get(name)
        if column is None:
            inference = TypeInference(formats, is_key=name in keys)
            new_column = NewColumn(
                name, header, index, inference=inference, decision=decision, is_sequence=name == sequence
            )
            columns.append(new_column)
            continue
        existing = ExistingColumn(
            column,
            header,
            index,
            when_unfit=WhenUnfit.REJECT_RECORD if name in must_fit else _WHEN_UNFIT[settings.schema_contract],
            formats=formats,
            # In a file that has the rescue column too, both are as they were exported.
            rescue_column=table.column(rescue_name(name)) if table and rescue_name(name) not in names else None,
            decision=decision,
            is_new=stored is None,
        )
        columns.append(existing)
    lined_up = FileColumns(tuple(columns), tuple(map(names.index, keys)), tuple(sorted(left_out)))
    _refuse_too_many(lined_up, table)
    _refuse_taken_rescue_names(lined_up, headers, names)
    return lined_up


_WHEN_UNFIT = {
    SchemaContract.EVOLVE: WhenUnfit.RESCUE,
    SchemaContract.FREEZE: WhenUnfit.FAIL_FILE,
    SchemaContract.DISCARD: WhenUnfit.REJECT_RECORD,
}


def known_columns(table: TableSchema | None, settings: LoaderSettings) -> tuple[str, ...]:
    """The columns of the table and those that settings name: a header may be written differently."""
    required = [*settings.primary_key, *([settings.sequence_column] if settings.sequence_column else [])]
    named = [*(name.lower() for name in required), *settings.column_types]
    names = [*(column.name for column in (table.columns if table else ())), *named]
    return tuple(dict.fromkeys(names))


def _require_columns(headers: Sequence[str], names: Sequence[str], settings: LoaderSettings) -> None:
    for what, column in (
        *(("key", key) for key in settings.primary_key),
        *([("sequence", settings.sequence_column)] if settings.sequence_column else []),
    ):
        if column.lower() not in names:
            found = some_of([f"{name} ({header!r})" for header, name in zip(headers, names, strict=True)])
            raise FileFault(
                "missing_key_column",
                f"no header becomes the {what} column {column!r}; found: {found};"
                " rename the header or map it with columnMapping, and check the delimiter",
                line=1,
                column=column,
            )


def _left_out(
    new: Sequence[str], headers: Sequence[str], names: Sequence[str], must_fit: set[str], settings: LoaderSettings
) -> frozenset[str]:
    if settings.schema_contract is SchemaContract.DISCARD:
        refused = [name for name in new if name in must_fit]
    else:
        refused = list(new) if settings.schema_contract is SchemaContract.FREEZE else []
    if refused:
        header = headers[names.index(refused[0])]
        raise FileFault(
            "new_column",
            f"the table {settings.table} has no column {some_of(list(map(repr, refused)))}, and the schema contract"
            f" '{settings.schema_contract.value}' adds none; add the columns to the table, take them out of the file,"
            " or use SchemaContract.EVOLVE",
            line=1,
            column=header,
        )
    return frozenset(new) if settings.schema_contract is SchemaContract.DISCARD else frozenset()


def _refuse_too_many(columns: FileColumns, table: TableSchema | None) -> None:
    staged = columns.staged()
    added = sum(column.is_new for column in staged)
    total = added + (len(table.columns) if table else 0)
    if max(total, len(staged) + 1) > MAX_COLUMNS:  # staging adds a column of its own: the position
        raise FileFault(
            "too_many_columns",
            f"the file has {len(staged):,} columns, and with the new ones among them the table would have {total:,};"
            f" Redshift allows {MAX_COLUMNS:,}, one of which the loader needs while it loads; take columns out of the"
            " file, drop columns of the table, or use SchemaContract.DISCARD",
            line=1,
        )


def _refuse_taken_rescue_names(columns: FileColumns, headers: Sequence[str], names: Sequence[str]) -> None:
    for column in columns.existing:
        if column.has_rescue and column.rescue_name in names:
            header = headers[names.index(column.rescue_name)]
            raise FileFault(
                "duplicate_column",
                f"values of {column.header!r} that do not fit the column {column.name!r} belong into the column"
                f" {column.rescue_name!r}, which the header {header!r} takes; give that header another column in"
                " columnMapping",
                line=1,
                column=header,
            )
