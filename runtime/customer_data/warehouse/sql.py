"""The SQL that the loader runs, as pure functions from values to text.

Only what the Redshift manual allows: `tests/golden/*.sql` holds every kind of statement with the section that allows
it. Staged columns are called `c1`, `c2`, ... in the temporary tables, stored ones `k1` and `s1`: COPY of Parquet goes
by position, and short names that need no table's before them keep the statements of a wide table under the Data API's
100 KB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from customer_data.columns.names import with_ending
from customer_data.columns.types import DOUBLE, ColumnType, catalog_names
from customer_data.errors import WarehouseError
from customer_data.warehouse.casts import cast_expression
from customer_data.warehouse.data_api import MAX_STATEMENT_BYTES, MAX_STATEMENTS
from customer_data.warehouse.plan import Growth, LoadPlan, NewColumn, StagedTarget
from customer_data.warehouse.quoting import identifier, literal
from customer_data.warehouse.table_name import TableName


class BatchTooLarge(WarehouseError):
    """The batch does not fit in one call of the Data API; fewer columns or shorter names would."""


@dataclass(frozen=True)
class Batch:
    """One transaction. `on_data` are the statements that read the files' values, and so can fail because of them."""

    before: tuple[str, ...]
    on_data: tuple[str, ...]

    @property
    def statements(self) -> tuple[str, ...]:
        return self.before + self.on_data


def table(name: TableName) -> str:
    return f"{identifier(name.schema)}.{identifier(name.name)}"


def lock(name: TableName) -> str:
    return f"LOCK {table(name)}"


def create_table(name: TableName, columns: Sequence[NewColumn], key: Sequence[str]) -> str:
    """Key columns are NOT NULL, the warehouse's own guard of what staging has checked.

    No PRIMARY KEY and no DEFAULT: Redshift enforces no key, and refuses to widen a column that has either.
    """
    lines = [
        f"{identifier(column.name)} {column.type.sql}{' NOT NULL' if column.name in key else ''}" for column in columns
    ]
    key_list = ", ".join(identifier(column) for column in key)
    return (
        f"CREATE TABLE {table(name)} (\n  " + ",\n  ".join(lines) + "\n)"
        f" DISTSTYLE KEY DISTKEY ({identifier(key[0])}) SORTKEY ({key_list})"
    )


def add_column(name: TableName, column: NewColumn) -> str:
    return f"ALTER TABLE {table(name)} ADD COLUMN {identifier(column.name)} {column.type.sql}"


def widen_column(name: TableName, column: str, length: int) -> str:
    return f"ALTER TABLE {table(name)} ALTER COLUMN {identifier(column)} TYPE VARCHAR({length})"


def grow_column(
    name: TableName, growth: Growth, *, rescue: str | None, ledger: TableName, types: Sequence[ColumnType], suffix: str
) -> list[str]:
    """The whole transaction in which a column gets another type: a new column takes its values and its name. Values
    that wait in the `rescue` column and that the type holds come back. `types` are those of all columns of the table.

    Redshift changes no type in place but a VARCHAR's length. DROP COLUMN fails where a view needs the column. The new
    column is never NOT NULL: Redshift adds such a one with a DEFAULT only, and then neither takes the default away nor
    changes the column again. ("ALTER TABLE".)
    """
    column, grown = identifier(growth.column), identifier(f"__grown_{suffix}")
    cast = cast_expression(column, growth.stored, growth.type)
    values, waiting = [f"{grown} = {cast}"], None
    if rescue and (fits := _comes_back(growth, rescue)):
        waiting = identifier(rescue)
        values = [
            f"{grown} = CASE WHEN {fits} THEN {waiting}::{growth.type.sql} ELSE {cast} END",
            f"{waiting} = CASE WHEN {fits} THEN NULL ELSE {waiting} END",
        ]
    return [
        lock(ledger),
        columns_guard(name, types),
        *([no_value_changes(name, growth)] if growth.type.name != "timestamp" else []),
        f"ALTER TABLE {table(name)} ADD COLUMN {grown} {growth.type.sql}",
        f"UPDATE {table(name)} SET {', '.join(values)}"
        f" WHERE {column} IS NOT NULL{f' OR {waiting} IS NOT NULL' if waiting else ''}",
        *_take_place(name, grown, column),
    ]


def growth_by_hand(name: TableName, growth: Growth) -> list[str]:
    """What a person runs, one statement after the other: there is no ledger to lock, and texts grow too."""
    column, grown = identifier(growth.column), identifier(with_ending(growth.column, "__grown"))
    return [
        f"ALTER TABLE {table(name)} ADD COLUMN {grown} {growth.type.sql}",
        f"UPDATE {table(name)} SET {grown} = {cast_expression(column, growth.stored, growth.type)}",
        *_take_place(name, grown, column),
    ]


def _take_place(name: TableName, grown: str, column: str) -> list[str]:
    return [
        f"ALTER TABLE {table(name)} DROP COLUMN {column}",
        f"ALTER TABLE {table(name)} RENAME COLUMN {grown} TO {column}",
    ]


def _numeric_pattern(type: ColumnType) -> str:
    scale = type.scale or 0
    before_point = (type.precision or 18) - scale
    further = f"[0-9]{{0,{before_point - 1}}}" if before_point > 1 else ""
    whole = f"(0|[1-9]{further})" if before_point else "0"
    return f"^-?{whole}{f'([.][0-9]{{1,{scale}}})?' if scale else ''}$"


#: Texts that are surely values of the type; what else may be one stays where it is.
_PATTERNS_IN_SQL: dict[str, Callable[[ColumnType], str]] = {
    "bigint": lambda type: "^-?(0|[1-9][0-9]{0,17})$",
    "numeric": _numeric_pattern,
    "timestamp": lambda type: (
        "^[12][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]"
        "|2[0-8]))[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?$"
    ),
}


def _comes_back(growth: Growth, rescue: str) -> str | None:
    """True for the rows whose rescued value the type holds, else false or NULL; None where none does."""
    pattern = _PATTERNS_IN_SQL.get(growth.type.name)
    matches = f"{identifier(rescue)} ~ {literal(pattern(growth.type))}" if pattern else None
    return matches and f"{identifier(growth.column)} IS NULL AND {matches}"


def no_value_changes(name: TableName, growth: Growth) -> str:
    """Fails when a stored value would be another one: no decimal may be rounded to a DOUBLE PRECISION, nor to the fewer
    places that were enough before another run let the column grow further."""
    column = identifier(growth.column)
    grown = f"{column}::{growth.type.sql}"
    comes_back = f"{grown}::{growth.stored.sql}" if growth.type.name == "double precision" else grown
    return (
        f"SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'values would change' END AS INTEGER) FROM {table(name)}"
        f" WHERE {comes_back} <> {column}"
    )


def obstacles_to_growth(name: TableName, column: str) -> str:
    """What of a column would be lost with it. (Redshift manual, "SVV_REDSHIFT_COLUMNS".)"""
    return (
        "SELECT distkey, sortkey, is_nullable, column_default, column_acl FROM svv_redshift_columns"
        f" WHERE LOWER(schema_name) = {literal(name.schema.lower())}"
        f" AND LOWER(table_name) = {literal(name.name.lower())} AND LOWER(column_name) = {literal(column.lower())}"
    )


def dependants_of_column(name: TableName, column: str) -> str:
    """What else would go with a column, or would not let it go: a kind (view, primary key, constraint, comment), a
    name, and the schema and the relation that it is in.

    A late-binding view depends on nothing: it finds the new column by its name. (Redshift manual, "CREATE VIEW".)
    """
    of_column = (
        " FROM pg_namespace AS s JOIN pg_class AS t ON t.relnamespace = s.oid JOIN pg_attribute AS a"
        " ON a.attrelid = t.oid"
    )
    is_column = (
        f" WHERE LOWER(s.nspname) = {literal(name.schema.lower())} AND LOWER(t.relname) = {literal(name.name.lower())}"
        f" AND LOWER(a.attname) = {literal(column.lower())}"
    )
    return " UNION ".join(
        f"SELECT CAST({kind} AS VARCHAR(16)), {named}{of_column}{joined}{is_column}"
        for kind, named, joined in (
            (
                "'view'",
                "v.relname, n.nspname, v.relname",
                " JOIN pg_depend AS d ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum JOIN pg_rewrite AS r"
                " ON r.oid = d.objid JOIN pg_class AS v ON v.oid = r.ev_class JOIN pg_namespace AS n"
                " ON n.oid = v.relnamespace",
            ),
            (
                "CASE WHEN c.contype = 'p' THEN 'primary key' ELSE 'constraint' END",
                "c.conname, n.nspname, o.relname",
                " JOIN pg_constraint AS c ON (c.conrelid = a.attrelid AND a.attnum = ANY (c.conkey))"
                " OR (c.confrelid = a.attrelid AND a.attnum = ANY (c.confkey)) JOIN pg_class AS o ON o.oid = c.conrelid"
                " JOIN pg_namespace AS n ON n.oid = o.relnamespace",
            ),
            (
                "'comment'",
                "a.attname, s.nspname, t.relname",
                " JOIN pg_description AS d ON d.objoid = a.attrelid AND d.objsubid = a.attnum",
            ),
        )
    )


def count_rows(name: TableName) -> str:
    return f"SELECT COUNT(*) FROM {table(name)}"


def count_values_that_stay(name: TableName, growth: Growth, rescue: str) -> str:
    """Of the rescue column, when its column has grown."""
    fits = _comes_back(growth, rescue)
    stays = f" AND NOT ({fits})" if fits else ""
    return f"SELECT COUNT(*) FROM {table(name)} WHERE {identifier(rescue)} IS NOT NULL{stays}"


def drop_empty_column(name: TableName, column: str) -> list[str]:
    """Fails when a value has come in the meantime."""
    return [
        "SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'a value has come' END AS INTEGER)"
        f" FROM {table(name)} WHERE {identifier(column)} IS NOT NULL",
        f"ALTER TABLE {table(name)} DROP COLUMN {identifier(column)}",
    ]


def columns_of(name: TableName) -> str:
    """Redshift folds names to lower case, quoted ones too, unless the cluster says otherwise: compare folded."""
    return (
        "SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, column_default"
        f" FROM svv_columns WHERE {_is_table(name)} ORDER BY ordinal_position"
    )


def columns_guard(name: TableName, types: Sequence[ColumnType]) -> str:
    """Fails when the table is not the one planned against, whose columns have these types.

    Their number is enough: the batch names every column that it was planned with, so that another name fails there, and
    so does a value that another type does not hold. Only a DOUBLE PRECISION would take any number, as the nearest one.
    """
    doubles = sum(type == DOUBLE for type in types)
    is_double = f"LOWER(data_type) IN ({', '.join(map(literal, catalog_names(DOUBLE)))})"
    return (
        f"SELECT CAST(CASE WHEN COUNT(*) = {len(types)} AND COUNT(CASE WHEN {is_double} THEN 1 END) = {doubles}"
        " THEN '0' ELSE 'the columns changed' END AS INTEGER)"
        f" FROM svv_columns WHERE {_is_table(name)}"
    )


def upsert_batch(
    plan: LoadPlan,
    *,
    target: TableName,
    ledger: TableName,
    ledger_statements: Sequence[str],
    copy_manifest_url: str | None,
    copy_role_arn: str,
    suffix: str,
    distinct_keys: bool = False,
) -> Batch:
    """The whole transaction of one group of files.

    LOCK comes first: Redshift takes a transaction's snapshot at its first statement. The ledger is locked, not the
    target, whose readers would wait. Without `copy_manifest_url` (no rows) only the ledger is written.
    `ledger_statements` insert the files' rows and fail when one of them is already there or is no longer the newest.
    Records with `distinct_keys` are not searched for repeated ones.
    """
    before = [lock(ledger), *ledger_statements]
    if copy_manifest_url is None:
        return _checked(Batch(tuple(before), ()), plan, target)
    staged = identifier(f"__staged_{suffix}")
    stored = identifier(f"__stored_{suffix}")
    before.append(columns_guard(target, [column.type for column in plan.table.columns] if plan.table else []))
    if plan.creates_table:
        before.append(create_table(target, plan.new_columns, plan.key_names))
    else:
        before.extend(add_column(target, column) for column in plan.new_columns)
    before.append(create_staged(staged, plan))

    on_data = [copy_parquet(staged, copy_manifest_url, copy_role_arn)]
    if not distinct_keys:
        on_data.append(drop_duplicates(staged, plan))
    if not plan.creates_table:
        if plan.sequence:
            on_data.append(drop_older_than_stored(staged, target, plan))
        if plan.kept:
            on_data.append(keep_stored_values(stored, staged, target, plan))
        on_data.append(delete_stored(staged, target, plan))
    if plan.kept and not plan.creates_table:
        on_data += [insert_with_stored_values(staged, stored, target, plan), insert_new(staged, stored, target, plan)]
    else:
        on_data.append(insert_staged(staged, target, plan))
    return _checked(Batch(tuple(before), tuple(on_data)), plan, target)


def create_staged(staged: str, plan: LoadPlan) -> str:
    """Each column is of the type that its values have in the Parquet: COPY casts nothing, and neither reads text."""
    columns = [f"c{number} {type.sql}" for number, type in enumerate(plan.staged_types, start=1)]
    return (
        f"CREATE TEMP TABLE {staged} (row_position BIGINT, {', '.join(columns)})"
        f" DISTSTYLE KEY DISTKEY ({_staged_name(plan.key[0])})"
    )


def copy_parquet(staged: str, manifest_url: str, role_arn: str) -> str:
    return f"COPY {staged} FROM {literal(manifest_url)} IAM_ROLE {literal(role_arn)} FORMAT AS PARQUET MANIFEST"


def drop_duplicates(staged: str, plan: LoadPlan) -> str:
    """Leaves one record a key: the last one, or the one with the greatest sequence.

    Without a sequence an aggregate finds the losers, usually none; ranking would sort every record.
    """
    keys = [_cast(column) for column in plan.key]
    if plan.sequence:
        losers = (
            f"SELECT row_position FROM (SELECT row_position, ROW_NUMBER() OVER (PARTITION BY {', '.join(keys)}"
            f" ORDER BY {_cast(plan.sequence)} DESC NULLS LAST, row_position DESC) AS place FROM {staged}) AS ranked"
            " WHERE place > 1"
        )
    else:
        named = ", ".join(f"{key} AS k{number}" for number, key in enumerate(keys, start=1))
        same = " AND ".join(
            f"{_cast(column, 'record')} = last_one.k{number}" for number, column in enumerate(plan.key, start=1)
        )
        losers = (
            f"SELECT record.row_position FROM {staged} AS record"
            f" JOIN (SELECT {named}, MAX(row_position) AS row_position FROM {staged}"
            f" GROUP BY {', '.join(keys)} HAVING COUNT(*) > 1) AS last_one"
            f" ON {same} AND record.row_position < last_one.row_position"
        )
    return f"DELETE FROM {staged} WHERE row_position IN ({losers})"


def drop_older_than_stored(staged: str, target: TableName, plan: LoadPlan) -> str:
    """A record without a sequence is older than any with one."""
    assert plan.sequence is not None
    stored = f"{identifier(target.name)}.{identifier(plan.sequence.name)}"
    ours = _cast(plan.sequence, staged)
    return (
        f"DELETE FROM {staged} USING {table(target)} WHERE {_same_key(staged, identifier(target.name), plan)}"
        f" AND ({stored} > {ours} OR ({stored} IS NOT NULL AND {ours} IS NULL))"
    )


def keep_stored_values(stored: str, staged: str, target: TableName, plan: LoadPlan) -> str:
    """Saves what the files have no column for. Redshift enforces no key: of several stored rows one is kept."""
    keys = [f"t.{identifier(name)}" for name in plan.key_names]
    newest = f"t.{identifier(plan.sequence.name)} DESC NULLS LAST" if plan.sequence else keys[0]
    saved = [f"{key} AS k{number}" for number, key in enumerate(keys, start=1)]
    saved += [f"t.{identifier(name)} AS s{number}" for number, name in enumerate(plan.kept, start=1)]
    names = [f"k{number}" for number in range(1, len(keys) + 1)] + [f"s{i}" for i in range(1, len(plan.kept) + 1)]
    return (
        f"CREATE TEMP TABLE {stored} AS SELECT {', '.join(names)} FROM (SELECT {', '.join(saved)},"
        f" ROW_NUMBER() OVER (PARTITION BY {', '.join(keys)} ORDER BY {newest}) AS place"
        f" FROM {table(target)} AS t JOIN {staged} ON {_same_key(staged, 't', plan)}) AS ranked WHERE place = 1"
    )


def delete_stored(staged: str, target: TableName, plan: LoadPlan) -> str:
    return f"DELETE FROM {table(target)} USING {staged} WHERE {_same_key(staged, identifier(target.name), plan)}"


def insert_staged(staged: str, target: TableName, plan: LoadPlan, saved: Mapping[str, str] | None = None) -> str:
    """`saved` gives the columns that the files lack their values."""
    values = {column.name: _cast(column) for column in plan.written} | dict(saved or {})
    return (
        f"INSERT INTO {table(target)} ({', '.join(map(identifier, values))})"
        f" SELECT {', '.join(values.values())} FROM {staged}"
    )


def insert_with_stored_values(staged: str, stored: str, target: TableName, plan: LoadPlan) -> str:
    saved = {name: f"s{number}" for number, name in enumerate(plan.kept, start=1)}
    return f"{insert_staged(staged, target, plan, saved)} JOIN {stored} ON {_is_stored(plan)}"


def insert_new(staged: str, stored: str, target: TableName, plan: LoadPlan) -> str:
    """The records without a stored row. Redshift gives the columns that they lack their defaults."""
    return f"{insert_staged(staged, target, plan)} LEFT JOIN {stored} ON {_is_stored(plan)} WHERE k1 IS NULL"


def in_chunks(values: Iterable[str], limit: int = MAX_STATEMENT_BYTES // 2) -> list[list[str]]:
    """Splits SQL pieces into lists that each leave room for the rest of their statement."""
    chunks: list[list[str]] = []
    size = limit
    for value in values:
        size += len(value.encode()) + 2
        if size > limit:
            chunks.append([])
            size = len(value.encode())
        chunks[-1].append(value)
    return chunks


def _checked(batch: Batch, plan: LoadPlan, target: TableName) -> Batch:
    if len(batch.statements) > MAX_STATEMENTS:
        raise BatchTooLarge(
            f"the load needs {len(batch.statements)} statements; the Redshift Data API takes {MAX_STATEMENTS} in one"
            " transaction: load fewer files or fewer new columns at once"
        )
    longest = max(batch.statements, key=_bytes)
    if _bytes(longest) > MAX_STATEMENT_BYTES:
        names = [column.name for column in plan.written] + list(plan.kept)
        raise BatchTooLarge(
            f"a statement of the load has {_bytes(longest)} bytes; the Redshift Data API takes {MAX_STATEMENT_BYTES}."
            f" It names {len(names):,} columns of {target}, {len(plan.new_columns):,} of them new, with"
            f" {sum(map(_bytes, names)):,} bytes: use shorter column names (columnMapping for new ones, ALTER TABLE ..."
            " RENAME COLUMN for those of the table), or fewer columns",
            longest,
        )
    return batch


def _bytes(statement: str) -> int:
    return len(statement.encode())


def _is_table(name: TableName) -> str:
    return f"LOWER(table_schema) = {literal(name.schema.lower())} AND LOWER(table_name) = {literal(name.name.lower())}"


def _same_key(staged: str, stored: str, plan: LoadPlan) -> str:
    return " AND ".join(f"{stored}.{identifier(column.name)} = {_cast(column, staged)}" for column in plan.key)


def _is_stored(plan: LoadPlan) -> str:
    keys = enumerate(plan.key, start=1)
    return " AND ".join(f"k{number} = {_cast(column)}" for number, column in keys)


def _staged_name(column: StagedTarget) -> str:
    return f"c{column.number}"


def _cast(column: StagedTarget, of: str | None = None) -> str:
    """The staged value as of the target's type."""
    name = f"{of}.{_staged_name(column)}" if of else _staged_name(column)
    return cast_expression(name, column.staged, column.type)
