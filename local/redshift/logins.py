"""Who a caller of the Data API is in the database (Amazon Redshift manual, "Calling the Data API", "RedshiftDbRoles").

An IAM role is its own database user, `IAMR:<role name>`, without superuser rights, member of the database roles that
its tag `RedshiftDbRoles` lists and that exist. Without the tag it has no rights but those of every user.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from local.redshift.errors import RedshiftError

DATABASE_ROLES_TAG = "RedshiftDbRoles"


@dataclass(frozen=True)
class RoleInfo:
    """The IAM role that a caller's access key was issued for. `session` is the role session's name."""

    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    session: str = ""

    @property
    def database_roles(self) -> tuple[str, ...]:
        return tuple(role for role in self.tags.get(DATABASE_ROLES_TAG, "").split(":") if role)


class Logins:
    """Makes logins on first use. They share the administrator's password, which nobody outside needs to know."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._admin: dict[str, str] = {key: str(value) for key, value in conninfo_to_dict(admin_url).items()}
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None
        # The object id of each login with the password: another one once it was dropped and made again.
        self._with_password: dict[str, int | None] = {}

    @property
    def administrator(self) -> str:
        return self._admin["user"]

    def conninfo(self, user: str, database: str) -> str:
        return make_conninfo(**{**self._admin, "user": user, "dbname": database})

    def for_role(self, role: RoleInfo, stored: Callable[[str], str]) -> str:
        """The login of an IAM role, with the memberships that its tag gives now."""
        login = stored(f"IAMR:{role.name}")
        with self._as_administrator() as connection:
            self._ensure(connection, login)
            present = connection.execute(
                "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
                " JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = %s",
                [login],
            ).fetchall()
            wanted = connection.execute(
                "SELECT rolname FROM pg_roles"
                " WHERE rolname = ANY (%s) AND NOT rolcanlogin AND rolname NOT LIKE 'pg\\_%%'",
                [list(role.database_roles)],
            ).fetchall()
            for (name,) in set(wanted) - set(present):
                connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(name), sql.Identifier(login)))
            for (name,) in set(present) - set(wanted):
                connection.execute(sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(name), sql.Identifier(login)))
        return login

    def for_user(self, name: str) -> str:
        """A database user that `DbUser` or a secret names; it must exist."""
        with self._as_administrator() as connection:
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", [name]).fetchone()
            if found is None:
                raise RedshiftError(f'user "{name}" does not exist')
            self._ensure(connection, name)
        return name

    @contextmanager
    def _as_administrator(self) -> Iterator[psycopg.Connection]:
        """The one connection that all share: each statement asks here first."""
        with self._lock:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._admin_url, autocommit=True)
            yield self._connection

    def _ensure(self, connection: psycopg.Connection, login: str) -> None:
        if login == self.administrator:
            return
        found = _object_id(connection, login)
        if found is None:
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(login)))
            found = _object_id(connection, login)
        if self._with_password.get(login) != found:
            connection.execute(
                sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(login), sql.Literal(self._admin.get("password"))
                )
            )
            self._with_password[login] = found


def _object_id(connection: psycopg.Connection, login: str) -> int | None:
    row = connection.execute("SELECT oid FROM pg_roles WHERE rolname = %s", [login]).fetchone()
    return int(row[0]) if row else None
