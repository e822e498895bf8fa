"""Who ran which Data API statement: policies let a role see its own statements only.

(`redshift-data:statement-owner-iam-userid`, Redshift Management Guide, "Authorizing access to the Data API".)
"""

from __future__ import annotations

import json
from typing import Any

from moto.redshiftdata.responses import RedshiftDataAPIServiceResponse


class StatementOwners:
    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def owner(self, statement_id: str) -> str | None:
        """The user id behind a statement; the statements of a batch, `<id>:<n>`, have their batch's owner."""
        return self._owners.get(statement_id.split(":")[0])

    def install(self) -> None:
        """Remembers the caller of each statement, whatever backend answers the call."""
        call_action = RedshiftDataAPIServiceResponse.call_action

        def call_and_remember(response: Any) -> Any:
            answer = call_action(response)
            if response._get_action() in ("ExecuteStatement", "BatchExecuteStatement") and answer[0] == 200:
                self._owners[json.loads(answer[2])["Id"]] = response.caller.user_id
            return answer

        RedshiftDataAPIServiceResponse.call_action = call_and_remember  # type: ignore[method-assign, assignment]
