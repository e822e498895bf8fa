"""Redshift as it is deployed: namespaces, workgroups and clusters, and the stand-in that runs their statements."""

from __future__ import annotations

import atexit
import contextlib
import json
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.iam.models import iam_backends
from psycopg.conninfo import conninfo_to_dict

from local.identity.arns import find_secret_arn
from local.identity.credentials import caller_of, require_trust
from local.process.context import ACCOUNT, CloudContext, arn
from local.process.state_files import POSTGRES_DIRECTORY
from local.redshift.logins import RoleInfo
from local.redshift.moto_backend import install as install_data_api
from local.redshift.server import PostgresServer, create_administrator, create_database


@dataclass(frozen=True)
class Namespace:
    name: str
    database: str
    admin_secret_arn: str | None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def arn(self) -> str:
        return arn("redshift-serverless", f"namespace/{self.id}")


namespaces: dict[str, Namespace] = {}
urls: dict[str, str] = {}
"""PostgreSQL URLs of databases, by their namespace or cluster."""

running: Warehouse | None = None
"""None in a cloud that was started without a warehouse."""


class Warehouse:
    """The PostgreSQL server under all namespaces and clusters; it starts while the rest of the cloud does."""

    def __init__(self, context: CloudContext) -> None:
        self._context = context
        self._server = PostgresServer(context.directory / POSTGRES_DIRECTORY)
        self._failure: Exception | None = None
        self._url = ""
        self._starting = threading.Thread(target=self._start, daemon=True)
        self._starting.start()
        atexit.register(self.stop)  # when the cloud does not get as far as serving

    @property
    def url(self) -> str:
        """The administrator's URL. Waits for the server; raises what kept it from starting."""
        self._starting.join()
        if self._failure:
            raise self._failure
        return self._url

    def install(self) -> None:
        """Runs the statements of the Data API, as the IAM role that sends them."""
        install_data_api(
            self.url,
            role_of_access_key=_role_of_access_key,
            s3_client_for_role=self._s3_client_for_role,
            user_of_secret=self._user_of_secret,
        )

    def create_database(self, name: str, administrator: str) -> str:
        """Makes the database of a namespace or cluster, and its administrator; returns the database's URL."""
        create_database(self.url, name)
        create_administrator(self.url, administrator)
        return database_url(self.url, name)

    def stop(self) -> None:
        """Stops the server and deletes its data: the rest of the cloud was in memory and is gone too."""
        self._starting.join()
        self._server.delete()

    def _start(self) -> None:
        try:
            self._url = self._server.start()
        except Exception as error:
            self._failure = error
            return
        with contextlib.suppress(OSError):
            pid_file = self._context.directory / POSTGRES_DIRECTORY / "cluster" / "postmaster.pid"
            self._context.children.adopt(int(pid_file.read_text().splitlines()[0]))
        self._context.activity.say("warehouse", "PostgreSQL is ready")

    def _user_of_secret(self, name_or_arn: str) -> str | None:
        secret_arn = find_secret_arn(name_or_arn)
        if secret_arn is None:
            return None
        value = self._context.client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"]
        return str(json.loads(value)["username"])

    def _s3_client_for_role(self, role_arn: str) -> Any:
        require_trust(role_arn, "redshift.amazonaws.com", "redshift-serverless.amazonaws.com")
        return self._context.client("s3", role_arn)


def start(context: CloudContext) -> Warehouse:
    global running
    running = Warehouse(context)
    return running


def database_url(url: str, database: str) -> str:
    """The same server and login, another database."""
    current = conninfo_to_dict(url)["dbname"]
    return f"{url.removesuffix(f'/{current}')}/{database}"


def _role_of_access_key(access_key_id: str) -> RoleInfo | None:
    caller = caller_of(ACCOUNT, access_key_id)
    if caller is None or caller.role is None:
        return None
    tags, _ = iam_backends[ACCOUNT]["aws"].list_role_tags(caller.name, marker=None)
    values = {tag["Key"]: str(tag["Value"]) for tag in tags}
    return RoleInfo(caller.name, values, caller.user_id.partition(":")[2])
