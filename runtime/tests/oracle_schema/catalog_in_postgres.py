"""PostgreSQL with tables of the names of Oracle's catalog views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from customer_data.oracle_schema.catalog import VIEWS


@contextmanager
def catalog_in_postgres(url: str, owners: Sequence[str]) -> Iterator[psycopg.Connection[Any]]:
    """Each view has a row of each owner. Nothing of it is left."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA plays_oracle")
        connection.execute("SET search_path = plays_oracle")
        for view in VIEWS:
            columns = ", ".join(f"{name} text" for name in (*view.columns, *view.may_lack))
            connection.execute(f"CREATE TABLE {view.name} ({columns})".encode())
            insert = f"INSERT INTO {view.name} ({view.owner or view.columns[0]}) SELECT UNNEST(%s::TEXT[])"
            connection.execute(insert.encode(), [list(owners)])
        yield connection
        connection.rollback()
