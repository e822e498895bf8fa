"""A SQL*Plus script that writes the catalog's views as the CSV files that `--catalog` reads.

SQL*Plus User's Guide and Reference, "SET System Variable Summary" (MARKUP CSV).
"""

from __future__ import annotations

from collections.abc import Sequence

from customer_data.oracle_schema.catalog import COLUMN_VIEWS, OPTIONAL_VIEWS, REQUIRED_VIEWS, CatalogView
from customer_data.oracle_schema.jdbc import query_of

_VIEWS = (COLUMN_VIEWS[0], *REQUIRED_VIEWS, *OPTIONAL_VIEWS)
_HEAD = """\
-- Writes Oracle's catalog to CSV files in the current folder, for
--   python -m customer_data.oracle_schema --catalog FOLDER --out converted
-- Needs SQL*Plus 12.2 or newer, and a user who may read the tables or has SELECT_CATALOG_ROLE:
--   NLS_LANG=.AL32UTF8 sqlplus -S user@//host:1521/service @export_catalog.sql
-- An Oracle before 12.2 lacks EXTERNAL of ALL_TABLES, one before 12.1 also IDENTITY_COLUMN and USER_GENERATED of
-- ALL_TAB_COLS: take them out, the converter does without. So it does where a view beside those is refused.
SET ECHO OFF FEEDBACK OFF TERMOUT OFF VERIFY OFF DEFINE OFF HEADING ON TRIMSPOOL ON
SET PAGESIZE 50000 LINESIZE 32767 LONG 10000000 LONGCHUNKSIZE 32767 NUMWIDTH 38
SET MARKUP CSV ON DELIMITER ',' QUOTE ON
"""


def export_script(owners: Sequence[str] | None) -> str:
    """`owners` are those of the tables; None for all but Oracle's own."""
    return "".join([_HEAD, *(_of_view(view, owners) for view in _VIEWS), "EXIT\n"])


def file_of(view: CatalogView) -> str:
    return f"{view.name.lower()}.csv"


def _of_view(view: CatalogView, owners: Sequence[str] | None) -> str:
    selected, _, of = query_of(view, view.may_lack, None).partition(" FROM ")
    of_owners = f"\n  WHERE {view.owner} {_condition(owners)}" if view.owner else ""
    return f"SPOOL {file_of(view)}\n{selected}\n  FROM {of}{of_owners};\nSPOOL OFF\n"


def _condition(owners: Sequence[str] | None) -> str:
    if owners is None:
        return "NOT IN (SELECT USERNAME FROM ALL_USERS WHERE ORACLE_MAINTAINED = 'Y')"
    # One a line: SQL*Plus takes lines of some thousand characters.
    return "IN ({})".format(",\n    ".join("'" + owner.replace("'", "''") + "'" for owner in owners))
