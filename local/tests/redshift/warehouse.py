"""Runs statements through boto3 and waits for them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any


class StatementFailed(Exception):
    """The `Error` of a statement that did not finish."""


@dataclass
class Warehouse:
    """Runs statements through boto3 and waits for them."""

    boto: Any
    schema: str

    def submit(self, *sqls: str, **fields: Any) -> str:
        """One statement by ExecuteStatement, several by BatchExecuteStatement."""
        target = {"WorkgroupName": "warehouse", "Database": "dev", **fields}
        if len(sqls) == 1:
            return str(self.boto.execute_statement(Sql=sqls[0], **target)["Id"])
        return str(self.boto.batch_execute_statement(Sqls=list(sqls), **target)["Id"])

    def wait(self, statement: str, seconds: float = 60) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while True:
            described: dict[str, Any] = self.boto.describe_statement(Id=statement)
            if described["Status"] in ("FINISHED", "FAILED", "ABORTED"):
                return described
            assert time.monotonic() < deadline, f"{statement} is still {described['Status']}"
            time.sleep(0.005)

    def run(self, *sqls: str, **fields: Any) -> dict[str, Any]:
        """Raises StatementFailed with the service's message."""
        described = self.wait(self.submit(*sqls, **fields))
        if described["Status"] != "FINISHED":
            raise StatementFailed(described["Error"])
        return described

    def rows(self, sql: str, **fields: Any) -> list[tuple[Any, ...]]:
        statement = self.run(sql, **fields)["Id"]
        rows: list[tuple[Any, ...]] = []
        token: dict[str, str] = {}
        while True:
            page = self.boto.get_statement_result(Id=statement, **token)
            rows += [tuple(None if "isNull" in f else next(iter(f.values())) for f in row) for row in page["Records"]]
            if "NextToken" not in page:
                return rows
            token = {"NextToken": page["NextToken"]}
