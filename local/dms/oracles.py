"""The databases that play Oracle in this cloud: one server, started when the first is asked for."""

from __future__ import annotations

import json
import secrets
import threading

from local.dms.source import OracleServer
from local.identity.arns import find_secret_arn
from local.process.context import CloudContext
from local.process.state_files import ORACLE_DIRECTORY

DEFAULT_USER = "CDP_REPLICATION"


class Oracles:
    def __init__(self, context: CloudContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._server: OracleServer | None = None
        self.urls: dict[str, str] = {}
        """URLs of the administrator, by service name."""

    def create(self, service: str, secret_name: str, user: str | None = None) -> str:
        """Makes a database, a user and the secret that names them, where they are missing; returns its URL."""
        with self._lock:
            server = self._started()
            url = self.urls[service] = server.create_service(service)
            host, port = server.host_and_port
            manager, known = self._context.client("secretsmanager"), find_secret_arn(secret_name)
            before = json.loads(manager.get_secret_value(SecretId=known)["SecretString"]) if known else {}
            login = {
                "username": user or before.get("username") or DEFAULT_USER,
                "password": before.get("password") or secrets.token_hex(16),
            }
            server.create_user(login["username"], login["password"])
            value = json.dumps({**before, **login, "host": host, "port": port})
            if known:
                manager.put_secret_value(SecretId=known, SecretString=value)
            else:
                manager.create_secret(Name=secret_name, SecretString=value)
        self._context.activity.say("oracle", f"service {service} at {host}:{port}, its login in secret {secret_name}")
        return url

    def stop(self) -> None:
        with self._lock:
            if self._server:
                self._server.delete()
                self._server = None

    def _started(self) -> OracleServer:
        if self._server is None:
            server = OracleServer(self._context.directory / ORACLE_DIRECTORY)
            server.start()
            assert server.process_id
            self._context.children.adopt(server.process_id)
            self._context.activity.say("oracle", "PostgreSQL is ready to play Oracle")
            self._server = server
        return self._server
