"""The database that plays Oracle: PostgreSQL with a log that can be read, and with the views of Oracle's catalog.

Types stand for Oracle's: numeric(p,s) for NUMBER(p,s), varchar(n) for VARCHAR2(n CHAR), timestamp(0) for DATE, text for
CLOB, bytea for BLOB, and domains in `oracle_catalog` for LONG, RAW, NCLOB, LONG RAW and FLOAT (`sql/types.sql`).
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from local.postgres import server
from local.postgres.server import create_database

ADMIN = "SYSTEM"
PUBLICATION = "oracle_log"

_SETTINGS = {
    "shared_buffers": "128MB",
    # A commit is in the log when it returns, which replications read. No disk is waited for: all goes with the cloud.
    "synchronous_commit": "on",
    "fsync": "off",
    "wal_level": "logical",
    "max_wal_senders": "50",
    "max_replication_slots": "500",
    "max_wal_size": "2GB",
    # Oracle's catalog is found without a schema's name.
    "search_path": '"$user", public, oracle_catalog',
}


class OracleServer(server.PostgresServer):
    """One database for each service name."""

    def __init__(self, data_dir: Path, node_modules: Path | None = None) -> None:
        super().__init__(
            data_dir, administrator=ADMIN, database="postgres", settings=_SETTINGS, node_modules=node_modules
        )

    def prepare(self, server_url: str) -> None:
        with psycopg.connect(f"{server_url}/template1", autocommit=True) as connection:
            prepared = connection.execute("SELECT to_regnamespace('oracle_catalog') IS NOT NULL").fetchone()
            if prepared != (True,):
                with connection.transaction():
                    for script in ("types.sql", "views.sql", "log.sql"):
                        connection.execute(files(__package__).joinpath("sql", script).read_bytes())

    def create_service(self, name: str) -> str:
        """Makes the database of a service name if it is missing; returns the administrator's URL of it."""
        create_database(self.url, name)
        return f"{self.url.removesuffix('/postgres')}/{name}"

    def create_user(self, name: str, password: str) -> None:
        """A user as DMS and the catalog's reader need one: SELECT on every table, and reading the log."""
        with psycopg.connect(self.url) as connection:
            verb = "CREATE"
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
                verb = "ALTER"
            statement = sql.SQL(verb + " ROLE {} LOGIN REPLICATION PASSWORD {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Literal(password)))
            connection.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(sql.Identifier(name)))

    @property
    def host_and_port(self) -> tuple[str, int]:
        parts = conninfo_to_dict(self.url)
        return str(parts["host"]), int(str(parts["port"]))
