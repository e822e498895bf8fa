"""Changes of the table that have to be made before the load's transaction. Each is additive and may be repeated."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from customer_data.columns.names import rescue_name
from customer_data.columns.types import ColumnType, is_number
from customer_data.errors import TransientWarehouseError, WarehouseError
from customer_data.warehouse import sql
from customer_data.warehouse.data_api import MAX_STATEMENTS, DataApi
from customer_data.warehouse.failure_texts import is_about_values, is_type_change_refused
from customer_data.warehouse.obstacles import BesideType, beside_type
from customer_data.warehouse.plan import MAX_NEW_COLUMNS_IN_BATCH, Growth, LoadPlan
from customer_data.warehouse.table_name import TableName

log = logging.getLogger(__name__)

_COLUMNS_PER_BATCH = MAX_STATEMENTS - 2  # beside the lock and the guard


def widen(plan: LoadPlan, table: TableName, warehouse: DataApi, done: Callable[[str], None]) -> dict[str, str]:
    """Widens columns one by one: Redshift allows it in no transaction. Each that is widened is `done`, whatever becomes
    of the next. Returns those whose type it refuses to change, with its reason; any other failure is raised."""
    refused = {}
    for widening in plan.widenings:
        try:
            warehouse.execute(sql.widen_column(table, widening.column, widening.length))
            done(widening.column)
            log.info("widened %s to %d bytes", widening.column, widening.length)
        except WarehouseError as error:
            if not is_type_change_refused(str(error)):
                raise
            log.info("%s stays as it is, without longer values: %s", widening.column, error)
            refused[widening.column] = str(error)
    return refused


def add_excess_columns(
    plan: LoadPlan, table: TableName, ledger: TableName, warehouse: DataApi, *, room: int = MAX_NEW_COLUMNS_IN_BATCH
) -> list[str]:
    """Adds the new columns for which the load's batch, that has `room` for some, has none, as many as one batch takes;
    returns their names."""
    if plan.table is None:
        return []
    columns = plan.new_columns[room:][:_COLUMNS_PER_BATCH]
    if columns:
        log.info("adding %d of %d new columns before the load", len(columns), len(plan.new_columns))
        warehouse.batch(
            [
                sql.lock(ledger),
                sql.columns_guard(table, [column.type for column in plan.table.columns]),
                *(sql.add_column(table, column) for column in columns),
            ]
        )
    return [column.name for column in columns]


@dataclass(frozen=True)
class Staying:
    """Columns that keep their type, each with the reason: `for_good`, or `for_now`, as long as the values that they
    have stay the same."""

    for_good: dict[str, str] = field(default_factory=dict)
    for_now: dict[str, str] = field(default_factory=dict)


def grow(
    plan: LoadPlan,
    table: TableName,
    ledger: TableName,
    warehouse: DataApi,
    done: Callable[[str], None],
    nullable: Callable[[str], None],
    *,
    most_rows: int,
    plain_numbers: bool,
) -> Staying:
    """Gives columns the types that the plan wants, each in a transaction that leaves the old column or the new one, and
    after which it is `done`, and `nullable` if it was NOT NULL, whatever becomes of the next. Returns those that stay
    as they are; where another writer was faster, the failure is raised. Rescued numbers come back where they are
    `plain_numbers`: SQL reads `1.234` as less than two, whatever the file means."""
    staying = Staying()
    columns = {column.name: column.type for column in plan.table.columns} if plan.table else {}
    for growth in plan.growths:
        try:
            comes_back = plain_numbers or not is_number(growth.type)
            was_not_null = _grow(growth, columns, table, ledger, warehouse, most_rows, comes_back=comes_back)
            done(growth.column)
            log.info("%s is %s now, it was %s", growth.column, growth.type.sql, growth.stored.sql)
            if was_not_null:
                nullable(growth.column)
                log.info("%s is no longer NOT NULL: Redshift adds such a column only with a default", growth.column)
        except (_Obstacle, WarehouseError) as error:
            if isinstance(error, TransientWarehouseError) or _is_failed_guard(error, table, columns):
                raise
            log.info("%s stays %s: %s", growth.column, growth.stored.sql, error)
            if isinstance(error, WarehouseError) and is_about_values(str(error)):
                staying.for_now[growth.column] = values_stay(growth)
            else:
                staying.for_good[growth.column] = str(error)
    return staying


class _Obstacle(Exception):
    """Why a column may not get another type."""


def _is_failed_guard(error: Exception, table: TableName, columns: Mapping[str, ColumnType]) -> bool:
    return isinstance(error, WarehouseError) and error.sql == sql.columns_guard(table, list(columns.values()))


def _grow(
    growth: Growth,
    columns: dict[str, ColumnType],
    table: TableName,
    ledger: TableName,
    warehouse: DataApi,
    most_rows: int,
    *,
    comes_back: bool,
) -> bool:
    """Whether the column was NOT NULL. Keeps `columns` as the table has them. The rescue column that gives back all of
    its values goes in the same transaction."""
    beside = beside_type(growth.column, table, warehouse)
    if obstacle := _obstacle(beside, table, warehouse, most_rows):
        raise _Obstacle(obstacle)
    rescue = rescue_name(growth.column) if comes_back and rescue_name(growth.column) in columns else None
    types, suffix = list(columns.values()), uuid.uuid4().hex[:12]
    statements = sql.grow_column(table, growth, rescue=rescue, ledger=ledger, types=types, suffix=suffix)
    if not (rescue and _grow_and_drop(statements, growth, rescue, table, warehouse)):
        warehouse.batch(statements)
    elif rescue:
        del columns[rescue]
    columns[growth.column] = growth.type
    return beside.not_null


def _grow_and_drop(
    statements: Sequence[str], growth: Growth, rescue: str, table: TableName, warehouse: DataApi
) -> bool:
    """Whether the rescue column was to be empty, nothing relied on it, and all is done."""
    if warehouse.query(sql.count_values_that_stay(table, growth, rescue)) != [(0,)]:
        return False
    if found := beside_type(rescue, table, warehouse).obstacles:
        log.info("the rescue column %s stays: %s", rescue, found[0].reason)
        return False
    and_drop = sql.drop_empty_column(table, rescue)
    try:
        warehouse.batch([*statements, *and_drop])
    except WarehouseError as error:
        if isinstance(error, TransientWarehouseError) or error.sql not in and_drop:
            raise
        log.info("the rescue column %s stays: %s", rescue, error)
        return False
    return True


def why_not(growth: Growth, table: TableName, warehouse: DataApi, most_rows: int) -> str | None:
    """Why the column would stay as it is, found out without changing anything; None when it would grow."""
    if obstacle := _obstacle(beside_type(growth.column, table, warehouse), table, warehouse, most_rows):
        return obstacle
    try:
        warehouse.query(sql.no_value_changes(table, growth))
    except WarehouseError as error:
        if not is_about_values(str(error)):
            raise
        return values_stay(growth)
    return None


def values_stay(growth: Growth) -> str:
    return f"{growth.type.sql} does not hold every value that is stored"


def _obstacle(beside: BesideType, table: TableName, warehouse: DataApi, most_rows: int) -> str | None:
    if beside.obstacles:
        return ", ".join(obstacle.reason for obstacle in beside.obstacles)
    [(rows,)] = warehouse.query(sql.count_rows(table))
    if int(rows or 0) > most_rows:
        return f"the table has {int(rows or 0):,} rows, and one of more than {most_rows:,} is not rewritten"
    return None
