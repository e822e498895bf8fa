"""The PostgreSQL under the Redshift stand-in: its settings, and Redshift's functions and views in every database."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import psycopg
from psycopg import sql

from local.postgres import server
from local.postgres.server import create_database

__all__ = ["PostgresServer", "create_administrator", "create_database"]

ADMIN = "awsuser"
DEFAULT_DATABASE = "dev"

_SETTINGS = {
    "max_locks_per_transaction": "256",
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "temp_buffers": "256MB",
    # Nothing replicates from this server; `minimal` lets COPY into a table of the same transaction skip the log.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
}


class PostgresServer(server.PostgresServer):
    def __init__(self, data_dir: Path, database: str = DEFAULT_DATABASE, node_modules: Path | None = None) -> None:
        super().__init__(
            data_dir, administrator=ADMIN, database=database, settings=_SETTINGS, node_modules=node_modules
        )

    def prepare(self, server_url: str) -> None:
        """Redshift's functions and views."""
        with psycopg.connect(f"{server_url}/template1", autocommit=True) as connection:
            prepared = connection.execute("SELECT to_regnamespace('redshift_catalog') IS NOT NULL").fetchone()
            if prepared != (True,):
                with connection.transaction():
                    for script in ("catalog.sql", "functions.sql", "views.sql"):
                        connection.execute(files(__package__).joinpath("sql", script).read_bytes())


def create_administrator(admin_url: str, name: str) -> None:
    """Makes a superuser if it is missing, as a new namespace's `adminUsername` does."""
    with psycopg.connect(admin_url) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {} SUPERUSER LOGIN").format(sql.Identifier(name)))
