"""Objects that are older than they are, for what looks at the age of a file: nobody waits an hour for a test."""

from __future__ import annotations

from datetime import timedelta

from moto.s3.models import s3_backends

from local.process.context import ACCOUNT


def make_older(bucket: str, key: str, seconds: float) -> int:
    """Puts back the time of all versions of an object; returns how many versions it has.

    Raises LookupError when there is no such object.
    """
    found = s3_backends[ACCOUNT]["aws"].buckets.get(bucket)
    versions = found.keys.getlist(key) if found else []
    if not versions:
        raise LookupError(f"there is no object s3://{bucket}/{key}")
    for version in versions:
        version.last_modified -= timedelta(seconds=seconds)
    return len(versions)
