"""Files that people export."""

from __future__ import annotations

from pathlib import Path

from customer_data.errors import SettingsError


def read_text(file: Path, remedy: str) -> str:
    """Raises SettingsError."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}; name a file that is there") from error
    return decoded(content, str(file), remedy)


def decoded(content: bytes, name: str, remedy: str) -> str:
    """UTF-8, or UTF-16 with its mark. Raises SettingsError that begins with the name and ends with the remedy."""
    encoding = "UTF-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "UTF-8"
    if encoding == "UTF-8" and _is_wide(content):
        raise SettingsError(f"{name}: every other byte is zero, as in UTF-16 without its mark; {remedy}")
    try:
        return content.decode("utf-16" if encoding == "UTF-16" else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}: byte {error.start:,} is not {encoding}; {remedy}") from error


def _is_wide(content: bytes) -> bool:
    start = content[:1_000]
    return len(start) > 1 and not (any(start[::2]) and any(start[1::2]))
