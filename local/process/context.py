"""What every part of the local cloud needs to know of the cloud that it is part of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.process.activity import Activity
from local.process.children import Children
from local.process.clients import Clients

ACCOUNT = "123456789012"
REGION = "us-east-1"

HOW_TO_SEED = (
    "If the app imports what is missing, seed it: `script/local up --seed FILE`, with the file that local/README.md"
    ' describes under "Imported resources"'
)


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


@dataclass(frozen=True)
class CloudContext:
    """Made once when the server starts and handed to each part's `install`."""

    directory: Path
    endpoint: str
    activity: Activity
    children: Children
    clients: Clients
    glue_minute_seconds: float = 60.0
    """How long a minute of a Glue timeout lasts; tests that wait for one shorten it."""
    dms_second_seconds: float = 1.0
    """How long a second of an endpoint's CdcMaxBatchInterval lasts."""

    def client(self, service: str, role_arn: str | None = None) -> Any:
        """A boto3 client of this cloud: the administrator's, or one with the credentials of a role."""
        return self.clients.client(service, role_arn)

    def work_directory(self, *names: str) -> Path:
        path = self.directory.joinpath(*names)
        path.mkdir(parents=True, exist_ok=True)
        return path
