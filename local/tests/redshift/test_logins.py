"""Each IAM role is its own database user, with the rights of the database roles in its tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.redshift.client import client
from local.redshift.data_api import RedshiftDataApi
from local.redshift.logins import RoleInfo
from local.tests.redshift.warehouse import StatementFailed, Warehouse

AsRole = Callable[..., Warehouse]


@pytest.fixture
def writer(admin: Warehouse) -> str:
    """A database role that may do in the schema what a loader does."""
    role = f"writer_{admin.schema}"
    admin.run(
        f"CREATE ROLE {role}",
        f"GRANT USAGE, CREATE ON SCHEMA {admin.schema} TO ROLE {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE, ALTER, DROP FOR TABLES IN SCHEMA {admin.schema} TO ROLE {role}",
    )
    return role


@pytest.fixture
def reader(admin: Warehouse) -> str:
    role = f"reader_{admin.schema}"
    admin.run(
        f"CREATE ROLE {role}",
        f"GRANT USAGE ON SCHEMA {admin.schema} TO ROLE {role}",
        f"GRANT SELECT FOR TABLES IN SCHEMA {admin.schema} TO ROLE {role}",
    )
    return role


def test_a_role_is_a_login_of_its_own_without_superuser_rights(as_role: AsRole, admin: Warehouse) -> None:
    query = "SELECT current_user, session_user, usesuper FROM pg_user WHERE usename = current_user"
    assert as_role("Loader-Role").rows(query) == [("IAMR:Loader-Role", "IAMR:Loader-Role", False)]
    assert admin.rows(query) == [("awsuser", "awsuser", True)]


def test_a_role_of_64_characters_is_a_login_too(as_role: AsRole) -> None:
    assert as_role("r" * 64).rows("SELECT 1") == [(1,)]


def test_without_the_tag_a_role_has_no_rights(as_role: AsRole, admin: Warehouse, writer: str) -> None:
    admin.run(f"CREATE TABLE {admin.schema}.t (a INT)")
    for role in (as_role("untagged"), as_role("unknown-role", "no_such_role"), as_role("empty", "")):
        with pytest.raises(StatementFailed, match="permission denied for schema"):
            role.run(f"SELECT * FROM {admin.schema}.t")
        with pytest.raises(StatementFailed, match="permission denied for schema"):
            role.run(f"CREATE TABLE {admin.schema}.u (a INT)")
        with pytest.raises(StatementFailed, match="permission denied"):
            role.run(f"CREATE ROLE made_{admin.schema}")


def test_a_reader_reads_and_writes_nothing(as_role: AsRole, admin: Warehouse, writer: str, reader: str) -> None:
    table = f"{admin.schema}.t"
    as_role("w", writer).run(f"CREATE TABLE {table} (a VARCHAR(3))", f"INSERT INTO {table} VALUES ('x')")
    role = as_role("r", f"no_such_role:{reader}")
    assert role.rows(f"SELECT a FROM {table}") == [("x",)]
    for refused in (
        f"INSERT INTO {table} VALUES ('y')",
        f"DELETE FROM {table}",
        f"UPDATE {table} SET a = 'y'",
        f"LOCK {table}",
        f"ALTER TABLE {table} ADD COLUMN b INT",
        f"ALTER TABLE {table} ALTER COLUMN a TYPE VARCHAR(9)",
        f"DROP TABLE {table}",
        f"CREATE TABLE {table}2 (a INT)",
    ):
        with pytest.raises(StatementFailed, match=r"permission denied|must be owner"):
            role.run(refused)


def test_a_writer_alters_tables_that_another_login_made(as_role: AsRole, admin: Warehouse, writer: str) -> None:
    table, old = f"{admin.schema}.t", f"{admin.schema}.by_administrator"
    as_role("first-writer", writer).run(f"CREATE TABLE {table} (a VARCHAR(3)) DISTKEY (a)")
    admin.run(f"CREATE TABLE {old} (a VARCHAR(3))")
    second = as_role("second-writer", writer)
    for name in (table, old):
        second.run(f"LOCK {name}", f"ALTER TABLE {name} ADD COLUMN b INT", f"INSERT INTO {name} VALUES ('x', 1)")
        second.run(f"ALTER TABLE {name} ALTER COLUMN a TYPE VARCHAR(9)")
        second.run(f"DROP TABLE {name}")


def test_a_scoped_grant_covers_tables_that_were_there_before(as_role: AsRole, admin: Warehouse) -> None:
    role, table = f"late_{admin.schema}", f"{admin.schema}.t"
    admin.run(
        f"CREATE TABLE {table} (a INT)", f"CREATE ROLE {role}", f"GRANT USAGE ON SCHEMA {admin.schema} TO ROLE {role}"
    )
    with pytest.raises(StatementFailed, match="permission denied for table"):
        as_role("late", role).run(f"SELECT * FROM {table}")
    admin.run(f"GRANT SELECT FOR TABLES IN SCHEMA {admin.schema} TO ROLE {role}")
    as_role("late", role).run(f"SELECT * FROM {table}")
    with pytest.raises(StatementFailed, match="must be owner"):
        as_role("late", role).run(f"ALTER TABLE {table} ADD COLUMN b INT")
    admin.run(f"GRANT ALTER FOR TABLES IN SCHEMA {admin.schema} TO ROLE {role}")
    as_role("late", role).run(f"ALTER TABLE {table} ADD COLUMN b INT")


def test_only_the_administrator_gives_scoped_grants(as_role: AsRole, admin: Warehouse, reader: str) -> None:
    with pytest.raises(StatementFailed, match="permission denied"):
        as_role("r", reader).run(f"GRANT DELETE FOR TABLES IN SCHEMA {admin.schema} TO ROLE {reader}")


def test_a_role_that_exists_is_not_made_again(admin: Warehouse, reader: str) -> None:
    with pytest.raises(StatementFailed, match=f'role "{reader}" already exists'):
        admin.run(f"CREATE ROLE {reader}")
    with pytest.raises(StatementFailed, match="syntax error"):
        admin.run(f"CREATE ROLE IF NOT EXISTS {reader}")


def test_membership_follows_the_tag(as_role: AsRole, admin: Warehouse, reader: str) -> None:
    admin.run(f"CREATE TABLE {admin.schema}.t (a INT)")
    name = f"changing-{admin.schema}"
    as_role(name, reader).run(f"SELECT * FROM {admin.schema}.t")
    with pytest.raises(StatementFailed, match="permission denied"):
        as_role(name).run(f"SELECT * FROM {admin.schema}.t")


def test_a_tag_does_not_give_the_servers_own_roles_or_a_login(as_role: AsRole, admin: Warehouse) -> None:
    admin.run(f"CREATE TABLE {admin.schema}.t (a INT)")
    with pytest.raises(StatementFailed, match="permission denied"):
        as_role("greedy", "pg_read_all_data:awsuser").run(f"SELECT * FROM {admin.schema}.t")


def test_a_role_sees_only_its_tables_in_the_catalog(as_role: AsRole, admin: Warehouse, reader: str) -> None:
    admin.run(f"CREATE TABLE {admin.schema}.t (a INT)")
    query = f"SELECT count(*) FROM svv_columns WHERE table_schema = '{admin.schema}'"
    assert as_role("r", reader).rows(query) == [(1,)]
    assert as_role("other").rows(query) == [(0,)]
    with pytest.raises(StatementFailed, match="permission denied"):
        as_role("other").run("SELECT * FROM svv_table_info")


def test_with_a_secret_a_role_is_the_user_that_the_secret_names(postgres_url: str, s3: Any, admin: Warehouse) -> None:
    user = f"user_{admin.schema}"
    users = {"arn:administrator": "awsuser", "arn:user": user}
    api = RedshiftDataApi(postgres_url, s3_client_for_role=lambda arn: s3, user_of_secret=users.get)
    role = Warehouse(client(api, RoleInfo("set-up")), admin.schema)
    assert role.rows("SELECT current_user", SecretArn="arn:administrator") == [("awsuser",)]
    with pytest.raises(StatementFailed, match=f'user "{user}" does not exist'):
        role.run("SELECT 1", SecretArn="arn:user")
    admin.run(f"CREATE USER {user} PASSWORD 'Secret123'", f"CREATE TABLE {admin.schema}.t (a INT)")
    assert role.rows("SELECT current_user", SecretArn="arn:user") == [(user,)]
    with pytest.raises(StatementFailed, match="permission denied for schema"):
        role.run(f"SELECT * FROM {admin.schema}.t", SecretArn="arn:user")
    with pytest.raises(ClientError, match="can't find the secret"):
        role.run("SELECT 1", SecretArn="arn:other")


def test_a_cluster_takes_a_database_user_that_exists(admin: Warehouse) -> None:
    user = f"user_{admin.schema}"
    cluster = {"ClusterIdentifier": "cluster", "WorkgroupName": "", "DbUser": user}
    boto = admin.boto

    def run() -> dict[str, Any]:
        target = {key: value for key, value in cluster.items() if value}
        return admin.wait(boto.execute_statement(Sql="SELECT current_user", Database="dev", **target)["Id"])

    assert f'user "{user}" does not exist' in run()["Error"]
    admin.run(f"CREATE USER {user} PASSWORD 'Secret123'")
    described = run()
    assert described["Status"] == "FINISHED" and described["DbUser"] == user
    assert boto.get_statement_result(Id=described["Id"])["Records"] == [[{"stringValue": user}]]


def test_a_role_of_a_role_and_default_privileges(as_role: AsRole, admin: Warehouse, reader: str) -> None:
    outer, table = f"outer_{admin.schema}", f"{admin.schema}.t"
    admin.run(
        f"CREATE ROLE {outer}",
        f"GRANT ROLE {reader} TO ROLE {outer}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {admin.schema} GRANT INSERT ON TABLES TO ROLE {outer}",
        f"CREATE TABLE {table} (a INT)",
    )
    role = as_role("outer", outer)
    role.run(f"INSERT INTO {table} VALUES (1)", f"SELECT * FROM {table}")
    admin.run(f"REVOKE ROLE {reader} FROM ROLE {outer}", f"REVOKE INSERT ON {table} FROM ROLE {outer}")
    for sql in (f"INSERT INTO {table} VALUES (1)", f"SELECT * FROM {table}"):
        with pytest.raises(StatementFailed, match="permission denied"):
            role.run(sql)


@pytest.mark.parametrize(
    "grant",
    [
        "GRANT ALTER ON TABLE {s}.t TO ROLE {r}",
        "GRANT SELECT FOR FUNCTIONS IN SCHEMA {s} TO ROLE {r}",
        "REVOKE SELECT FOR TABLES IN SCHEMA {s} FROM ROLE {r}",
        "GRANT SELECT FOR TABLES IN SCHEMA {s} TO somebody",
    ],
)
def test_a_grant_that_is_not_emulated_says_so(admin: Warehouse, reader: str, grant: str) -> None:
    with pytest.raises(StatementFailed, match="is not emulated"):
        admin.run(grant.format(s=admin.schema, r=reader))
