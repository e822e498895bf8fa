"""`s3://bucket/key` as its two parts."""

from __future__ import annotations

from customer_data.errors import SettingsError


def parse_s3_url(url: str) -> tuple[str, str]:
    """Bucket and key as they are: S3 keys hold `?`, `#`, `%` and blanks, which only web URLs escape.

    Raises SettingsError when `url` names no object.
    """
    bucket, _, key = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not bucket or not key:
        raise SettingsError(f"{url!r} is not the URL of an object: use s3://bucket/key, with the key as it is")
    return bucket, key
