"""Where something about a source file is written: its original when it fails, its rejected records, its report."""

from __future__ import annotations

import hashlib

from customer_data.files.manifest import SourceFile

#: S3 user guide, "Naming Amazon S3 objects": a key has up to 1,024 bytes. Our endings, such as
#: `.error.json` and `.20240301T100000Z-0123456789ab.warnings.jsonl`, have up to 45.
_MAX_BYTES = 1024 - 45


def derived_key(file: SourceFile, prefix: str, watched: str) -> str:
    """The file's key with `prefix` in place of the `watched` one, and room for an ending.

    Of a key that is too long for that a hash of the whole takes the place of the middle.
    """
    relative = file.key.removeprefix(watched)
    key = f"{prefix}{relative}".encode()
    if len(key) <= _MAX_BYTES:
        return key.decode()
    middle = f"...{hashlib.sha256(file.key.encode()).hexdigest()[:16]}..."
    half = (_MAX_BYTES - len(prefix.encode()) - len(middle)) // 2
    name = relative.encode()
    return prefix + name[:half].decode(errors="ignore") + middle + name[-half:].decode(errors="ignore")
