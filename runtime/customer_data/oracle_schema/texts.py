"""Files that people export."""

from __future__ import annotations

from pathlib import Path

from customer_data.errors import SettingsError


def read_text(file: Path, remedy: str) -> str:
    """UTF-8, or UTF-16 with its mark. Raises SettingsError that ends with the remedy."""
    content = file.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: byte {error.start:,} is not UTF-8; {remedy}") from error
