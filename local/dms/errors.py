"""What ends a replication, in the words that DMS has for it."""

from __future__ import annotations

import psycopg


class ReplicationError(RuntimeError):
    """Ends the replication as `failed`; the text is its failure message."""


class NotRunHereError(ReplicationError):
    """A setting that would change what is written, and that the stand-in does not obey."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not run here; local/README.md says which settings of DMS are")


def connection_failure(endpoint: str, error: psycopg.Error) -> ReplicationError:
    """Oracle's own words, as DMS passes them on, for what PostgreSQL says."""
    text = str(error)
    if "password authentication failed" in text or "no password supplied" in text:
        reason = "ORA-01017: invalid username/password; logon denied"
    elif "does not exist" in text:
        reason = "ORA-12514: TNS:listener does not currently know of service requested in connect descriptor"
    elif "Connection refused" in text:
        reason = "ORA-12541: TNS:no listener"
    else:
        reason = text.strip().splitlines()[-1]
    return ReplicationError(
        f"Test connection failed for endpoint '{endpoint}'. Cannot connect to ORACLE server: {reason}"
    )
