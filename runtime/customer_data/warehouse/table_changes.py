"""Changes of the table that have to be made before the load's transaction. Each is additive and may be repeated."""

from __future__ import annotations

import logging

from customer_data.errors import WarehouseError
from customer_data.warehouse import sql
from customer_data.warehouse.data_api import MAX_STATEMENTS, DataApi
from customer_data.warehouse.failure_texts import is_type_change_refused
from customer_data.warehouse.plan import MAX_NEW_COLUMNS_IN_BATCH, LoadPlan
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
