"""A run of the schema job for tables that are new in the source, which the merge waits for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 10.0
_LONGEST_SECONDS = 30 * 60.0

#: Another run is under way, which may have read the source before it had the table, or Glue takes no run now.
_LATER = frozenset(
    {
        "ConcurrentRunsExceededException",
        "ResourceNumberLimitExceededException",
        "ThrottlingException",
        "OperationTimeoutException",
        "InternalServiceException",
    }
)


class SchemaJobRun:
    """One run for all tables of a merge that are missing: who asks first starts it, and all wait."""

    def __init__(self, glue: Any, job: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._glue = glue
        self._job = job
        self._sleep = sleep
        self._lock = Lock()
        self._ended = False
        self._trouble: str | None = None

    def __call__(self) -> str | None:
        """What kept it from its end; None where it succeeded. Waits half an hour at most."""
        with self._lock:
            if not self._ended:
                self._trouble, self._ended = self._run(), True
            return self._trouble

    def _run(self) -> str | None:
        waited, run = 0.0, None
        while waited < _LONGEST_SECONDS:
            try:
                if run is None:
                    run = str(self._glue.start_job_run(JobName=self._job)["JobRunId"])
                    log.info("a table is new in the source: waiting for the run %s of the job %s", run, self._job)
                found = self._glue.get_job_run(JobName=self._job, RunId=run)["JobRun"]
                if found["JobRunState"] == "SUCCEEDED":
                    return None
                if found["JobRunState"] in ("FAILED", "ERROR", "TIMEOUT", "STOPPED", "EXPIRED"):
                    return f"its run {run} ended {found['JobRunState']}: {found.get('ErrorMessage', 'see its log')}"
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in _LATER:
                    return f"it could not be run: {error}"
            self._sleep(_PAUSE_SECONDS)
            waited += _PAUSE_SECONDS
        return f"it did not {'end' if run else 'start'} in {_LONGEST_SECONDS / 60:.0f} minutes"
