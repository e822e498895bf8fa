"""Oracle DDL as DBMS_METADATA, the usual tools and people write it, read as a schema.

A script is split into statements (`script.py`, over `tokens.py` and `commands.py`); each is read by its kind, with a
`Cursor` over its tokens. What Oracle stores where is passed over; what is not understood is reported with its line.
"""

from __future__ import annotations

from customer_data.oracle_schema.ddl.reader import Reader
from customer_data.oracle_schema.model import OracleSchema

__all__ = ["read_ddl"]


def read_ddl(text: str, *, default_owner: str) -> OracleSchema:
    """`default_owner` is that of names without one. Never raises: what cannot be read is in `unread`."""
    return Reader(text, default_owner).read()
