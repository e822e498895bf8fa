"""The warehouse of a test's world, called in this process."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from conftest import WRITER
from fuse import briefly
from world import World

from customer_data.warehouse.data_api import DataApi
from local.redshift.data_api import RedshiftDataApi
from local.redshift.logins import RoleInfo
from local.redshift.moto_backend import OPERATIONS
from local.redshift.statements import ENDED


class WithoutHttp:
    """A client of the stand-in that calls it at once and sees a statement's end when it comes: requests and waiting are
    other tests' matter, and take most of their time."""

    def __init__(self, api: RedshiftDataApi, caller: RoleInfo | None) -> None:
        self._api, self._caller = api, caller

    def __getattr__(self, name: str) -> Any:
        if name not in OPERATIONS:
            raise AttributeError(name)
        return lambda **given: self._api.call(OPERATIONS[name], self._caller, given)

    def describe_statement(self, **given: Any) -> dict[str, Any]:
        while True:
            described = self._api.call("DescribeStatement", self._caller, given)
            if described["Status"] in ENDED:
                return described
            time.sleep(0.001)


def nearer(world: World, postgres_url: str) -> World:
    api = RedshiftDataApi(postgres_url, s3_client_for_role=lambda arn: world.s3)
    admin = DataApi(WithoutHttp(api, None), world.settings().warehouse, sleep=briefly)
    return replace(world, redshift_data=WithoutHttp(api, WRITER), admin=admin)
