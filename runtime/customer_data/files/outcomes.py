"""What became of each file, one JSON object a file in the staging bucket: the ledger of a gate, which has no warehouse.

`src/dispatch/` reads it: the notifier makes messages from it, and learns which files a run did not finish.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from botocore.exceptions import ClientError

OutcomeStatus = Literal["passed", "quarantined", "failed", "superseded", "loaded"]

_ABSENT = frozenset(("404", "NoSuchKey"))


@dataclass(frozen=True)
class Outcome:
    """Names and counts only: no value of a record is in it.

    `moved_to` is where the original is now; `top_reasons` are {rule, description, rows, severity}. A loader's outcome
    (loaded or failed) says what the file holds and what it does to the table, not what became of it: it is written
    before the transaction, and the ledger in the warehouse decides. Of its rows `rows_rescued` have a value in one of
    `rescue_columns`; `columns_nullable` of the widened ones were NOT NULL.
    """

    load_id: str
    run_id: str
    at: str
    status: OutcomeStatus
    reason: str | None = None
    moved_to: str | None = None
    rows_read: int = 0
    rows_rejected: int = 0
    rows_warned: int = 0
    rows_rescued: int = 0
    top_reasons: Sequence[Mapping[str, Any]] = ()
    columns_added: Sequence[str] = ()
    columns_widened: Sequence[str] = ()
    columns_nullable: Sequence[str] = ()
    rescue_columns: Sequence[str] = ()
    report: str | None = None
    rejected: str | None = None


class Outcomes:
    """The outcomes of one pipeline."""

    def __init__(self, bucket: str, prefix: str, s3: Any) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._s3 = s3

    def read(self, load_id: str) -> Outcome | None:
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=self._key(load_id))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        return Outcome(**json.loads(body))

    def write(self, outcome: Outcome) -> None:
        self._s3.put_object(
            Bucket=self._bucket,
            Key=self._key(outcome.load_id),
            Body=json.dumps(asdict(outcome), ensure_ascii=False).encode(),
            ContentType="application/json",
        )

    def _key(self, load_id: str) -> str:
        return f"{self._prefix}{load_id}.json"
