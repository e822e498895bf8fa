"""Changes of the table that have to be made before the load's transaction. Each is additive and may be repeated."""

from __future__ import annotations

import logging
import uuid

from customer_data.columns.names import rescue_name
from customer_data.errors import TransientWarehouseError, WarehouseError
from customer_data.warehouse import sql
from customer_data.warehouse.data_api import MAX_STATEMENTS, DataApi
from customer_data.warehouse.failure_texts import is_type_change_refused
from customer_data.warehouse.plan import MAX_NEW_COLUMNS_IN_BATCH, Growth, LoadPlan
from customer_data.warehouse.table_name import TableName

log = logging.getLogger(__name__)

_COLUMNS_PER_BATCH = MAX_STATEMENTS - 2  # beside the lock and the guard


def widen(plan: LoadPlan, table: TableName, warehouse: DataApi) -> set[str]:
    """Widens columns one by one: Redshift allows it in no transaction. Returns those whose type it refuses
    to change; any other failure is raised."""
    refused = set()
    for widening in plan.widenings:
        try:
            warehouse.execute(sql.widen_column(table, widening.column, widening.length))
            log.info("widened %s to %d bytes", widening.column, widening.length)
        except WarehouseError as error:
            if not is_type_change_refused(str(error)):
                raise
            log.info("%s stays as it is, longer values go to its rescue column: %s", widening.column, error)
            refused.add(widening.column)
    return refused


def add_excess_columns(plan: LoadPlan, table: TableName, ledger: TableName, warehouse: DataApi) -> list[str]:
    """Adds the new columns that have no room in the load's batch, as many as one batch takes; returns their names."""
    if plan.table is None:
        return []
    columns = plan.new_columns[MAX_NEW_COLUMNS_IN_BATCH:][:_COLUMNS_PER_BATCH]
    if columns:
        log.info("adding %d of %d new columns before the load", len(columns), len(plan.new_columns))
        warehouse.batch(
            [
                sql.lock(ledger),
                sql.column_count_guard(table, len(plan.table.columns)),
                *(sql.add_column(table, column) for column in columns),
            ]
        )
    return [column.name for column in columns]


def grow(plan: LoadPlan, table: TableName, ledger: TableName, warehouse: DataApi, *, most_rows: int) -> dict[str, str]:
    """Gives columns the types that the plan wants, each in a transaction that leaves the old column or the new one.
    Returns those that stay as they are, and why; the failure of another writer's transaction is raised."""
    refused = {}
    for growth in plan.growths:
        try:
            _grow(growth, plan, table, ledger, warehouse, most_rows)
            log.info("%s is %s now, it was %s", growth.column, growth.type.sql, growth.stored.sql)
        except TransientWarehouseError:
            raise
        except (_Obstacle, WarehouseError) as error:
            log.info("%s stays %s, other values go to its rescue column: %s", growth.column, growth.stored.sql, error)
            refused[growth.column] = str(error)
    return refused


class _Obstacle(Exception):
    """Why a column may not get another type."""


def _grow(
    growth: Growth, plan: LoadPlan, table: TableName, ledger: TableName, warehouse: DataApi, most_rows: int
) -> None:
    assert plan.table is not None
    _require_growable(growth.column, table, warehouse, most_rows)
    rescue = rescue_name(growth.column)
    has_rescue = plan.table.column(rescue) is not None
    statements = sql.grow_column(
        table,
        growth,
        rescue=rescue if has_rescue else None,
        ledger=ledger,
        columns=len(plan.table.columns),
        suffix=uuid.uuid4().hex[:12],
    )
    warehouse.batch(statements)
    if has_rescue and warehouse.query(sql.has_values(table, rescue)) == [(0,)]:
        warehouse.batch([sql.lock(ledger), *sql.drop_empty_column(table, rescue)])


def _require_growable(column: str, table: TableName, warehouse: DataApi, most_rows: int) -> None:
    found = warehouse.query(sql.obstacles_to_growth(table, column))
    if not found:
        raise _Obstacle("the catalog does not show what it has beside its type")
    for distkey, sortkey, is_nullable, default, acl in found:
        obstacles = {
            "it is the distribution key": bool(distkey),
            "it is in the sort key": bool(sortkey),
            "it is NOT NULL": str(is_nullable).upper() == "NO",
            "it has a default": default is not None,
            "rights are granted on it": bool(acl),
        }
        for obstacle, is_there in obstacles.items():
            if is_there:
                raise _Obstacle(obstacle)
    [(rows,)] = warehouse.query(sql.count_rows(table))
    if int(rows or 0) > most_rows:
        raise _Obstacle(f"the table has {int(rows or 0):,} rows, and one of more than {most_rows:,} is not rewritten")
