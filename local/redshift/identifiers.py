"""Names as Redshift keeps them, up to 127 bytes, on a PostgreSQL that keeps 63.

A name of over 63 bytes is stored as its beginning, `~` and a hash; the table `redshift_catalog.long_name` leads back,
in the system views, in results and in error messages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import psycopg

MAX_BYTES = 127
_STORED_BYTES = 63
_HASH_DIGITS = 16
_SHORTENED = re.compile(r'[^"\n]{1,46}~[0-9a-f]{16}')


def cut(name: str, max_bytes: int = MAX_BYTES) -> str:
    """Redshift cuts a longer name silently, so two names can become one ("Names and identifiers")."""
    return name.encode()[:max_bytes].decode(errors="ignore")


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class LongNames:
    """The names that this database stores shortened.

    `admin_url` writes outside the session's transaction: a name is a fact whether or not that commits.
    """

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._names: dict[str, str] = {}

    def stored(self, name: str) -> str:
        """The name that PostgreSQL stores for `name`."""
        name = cut(name)
        if len(name.encode()) <= _STORED_BYTES:
            return name
        digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_DIGITS]
        short = f"{cut(name, _STORED_BYTES - _HASH_DIGITS - 1)}~{digest}"
        if short not in self._names:
            with psycopg.connect(self._admin_url, autocommit=True) as connection:
                connection.execute(
                    "INSERT INTO redshift_catalog.long_name VALUES (%s, %s) ON CONFLICT DO NOTHING", [short, name]
                )
            self._names[short] = name
        return short

    def real(self, text: str) -> str:
        """`text`, a name or a message, with real names in place of shortened ones."""
        return _SHORTENED.sub(self._replacement, text) if "~" in text else text

    def _replacement(self, match: re.Match[str]) -> str:
        """The match ends with a hash; where the shortened name begins is known only from the names themselves."""
        candidates = [match[0][start:] for start in range(len(match[0]))]
        if not any(candidate in self._names for candidate in candidates):
            self._read()
        short = next((candidate for candidate in candidates if candidate in self._names), None)
        return match[0] if short is None else match[0].removesuffix(short) + self._names[short]

    def _read(self) -> None:
        """Names that another process shortened."""
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            self._names.update(connection.execute("SELECT short, name FROM redshift_catalog.long_name").fetchall())


StoredName = Callable[[str], str]
"""`LongNames.stored`, as the translation takes it."""
