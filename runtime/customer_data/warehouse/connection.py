"""How the warehouse is reached."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WarehouseConnection:
    """How the Redshift Data API reaches the database, and the role that COPY assumes."""

    database: str
    copy_role_arn: str
    workgroup_name: str | None = None
    cluster_identifier: str | None = None
    database_user: str | None = None
    secret_arn: str | None = None
