"""The API of DMS as far as replications need it, in the place of moto's.

moto keeps instances, subnet groups and tags; endpoints, connections, configurations and tasks are ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.dms.responses import DatabaseMigrationServiceResponse

from local.dms.calls import Answer, Parameters
from local.dms.endpoints import EndpointCalls
from local.dms.replication import Replication
from local.dms.serverless import ServerlessCalls
from local.dms.tasks import TaskCalls

_PARTS = (EndpointCalls, ServerlessCalls, TaskCalls)


class Api(EndpointCalls, ServerlessCalls, TaskCalls):
    def install(self) -> None:
        for operation in (name for part in _PARTS for name in vars(part) if not name.startswith("_")):
            setattr(DatabaseMigrationServiceResponse, operation, _respond(getattr(self, operation)))

    def find(self, identifier: str) -> Replication:
        """By its identifier. Raises LookupError naming those that there are."""
        for replication in self.replications:
            if replication.identifier == identifier:
                return replication
        names = ", ".join(each.identifier for each in self.replications) or "none"
        raise LookupError(f"there is no replication {identifier!r}; replications: {names}")

    def close(self) -> None:
        for replication in self.replications:
            replication.end()


def _respond(operation: Callable[[Parameters], Answer]) -> Callable[[Any], str]:
    def run(response: Any) -> str:
        return json.dumps(operation(json.loads(response.body or "{}")))

    return run
