"""The list of files that one run loads. The dispatcher writes it; a run can be repeated from it alone."""

from __future__ import annotations

import json
from dataclasses import dataclass

from customer_data.errors import SettingsError
from customer_data.typed_json import read_as


@dataclass(frozen=True)
class SourceFile:
    """One S3 object as its event describes it.

    `load_id` (64 hexadecimal digits, made by the dispatcher) identifies the load in the ledger: the same for a
    redelivered event, new for each write of the key. `sequencer` orders writes of one key; None when a sweep, not an
    event, found the file.
    """

    load_id: str
    bucket: str
    key: str
    version_id: str | None
    etag: str
    size: int
    sequencer: str | None
    event_time: str
    attempt: int = 0


@dataclass(frozen=True)
class Manifest:
    manifest_version: int
    pipeline: str
    created_at: str
    files: tuple[SourceFile, ...]

    @staticmethod
    def from_json(text: str) -> Manifest:
        """Parses a manifest. Raises SettingsError when it is of another version or incomplete."""
        try:
            manifest = read_as(Manifest, json.loads(text))
        except (ValueError, SettingsError) as error:
            raise SettingsError(f"the manifest is not readable: {error}") from error
        if manifest.manifest_version != 1:
            raise SettingsError(f"manifest_version is {manifest.manifest_version}, but this job reads 1")
        return manifest
