"""Which tables are meant: patterns of `OWNER.TABLE` as selection rules of DMS have them.

`%` stands for any characters, `_` for one, `[_]` and `[%]` for themselves; names are case-sensitive. (DMS User Guide,
"Selection rules and actions".)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from customer_data.errors import SettingsError
from customer_data.oracle_schema.model import OracleSchema

_PIECE = re.compile(r"\[([%_])\]|([%_])|(.)", re.DOTALL)
#: What Oracle brings along. (Oracle Database Reference, "ALL_USERS": ORACLE_MAINTAINED.)
_OWNERS_OF_ORACLE = (
    "ANONYMOUS APPQOSSYS AUDSYS CTXSYS DBSFWUSER DBSNMP DIP DVF DVSYS GGSYS GSMADMIN_INTERNAL GSMCATUSER GSMUSER"
    " LBACSYS MDDATA MDSYS OJVMSYS OLAPSYS ORACLE_OCM ORDDATA ORDPLUGINS ORDSYS OUTLN PUBLIC REMOTE_SCHEDULER_AGENT"
    " SI_INFORMTN_SCHEMA SYS SYS$UMF SYSBACKUP SYSDG SYSKM SYSRAC SYSTEM WMSYS XDB XS$NULL"
)
_OF_ORACLE = frozenset(_OWNERS_OF_ORACLE.split())

_Pattern = tuple[re.Pattern[str], re.Pattern[str]]


@dataclass(frozen=True)
class TableSelection:
    """Tables that one of `include` matches and none of `exclude`. Raises SettingsError for what is no pattern."""

    include: tuple[str, ...] = ("%.%",)
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.include:
            raise SettingsError("tables.include is empty: name the tables, such as CRM.%")
        for pattern in (*self.include, *self.exclude):
            owner, dot, table = pattern.partition(".")
            if not (owner and dot and table):
                raise SettingsError(
                    f"the pattern {pattern!r} is not of the form OWNER.TABLE, such as CRM.% or CRM.CUSTOMERS; % stands"
                    " for any characters, _ for one"
                )

    @cached_property
    def _included(self) -> list[_Pattern]:
        return [_pattern(pattern) for pattern in self.include]

    @cached_property
    def _excluded(self) -> list[_Pattern]:
        return [_pattern(pattern) for pattern in self.exclude]

    @property
    def owners(self) -> tuple[str, ...] | None:
        """The owners that the patterns name; None where one of them is a pattern."""
        names = [pattern.partition(".")[0] for pattern in self.include]
        plain = [re.sub(r"\[([%_])\]", r"\1", name) for name in names]
        is_pattern = any(re.search(r"[%_]", re.sub(r"\[[%_]\]", "", name)) for name in names)
        return None if is_pattern else tuple(dict.fromkeys(plain))

    def matches(self, owner: str, table: str) -> bool:
        """PUBLIC owns no table in Oracle; in DDL text it stands for names without a schema."""
        if owner in _OF_ORACLE and owner not in (*(self.owners or ()), "PUBLIC"):
            return False
        return any(_is_match(one, owner, table) for one in self._included) and not any(
            _is_match(one, owner, table) for one in self._excluded
        )

    def selects_owner(self, owner: str) -> bool:
        if owner in _OF_ORACLE and owner not in (self.owners or ()):
            return False
        return any(of_owner.fullmatch(owner) for of_owner, _ in self._included)

    def of(self, schema: OracleSchema) -> OracleSchema:
        """The schema without what is not meant. What serves a table goes with it, other objects with their owner."""
        return replace(
            schema,
            tables=tuple(table for table in schema.tables if self.matches(table.owner, table.name)),
            views=tuple(view for view in schema.views if self.matches(view.owner, view.name)),
            others=tuple(
                other
                for other in schema.others
                if (self.matches(other.owner, other.on) if other.on else self.selects_owner(other.owner))
            ),
        )


def _pattern(pattern: str) -> _Pattern:
    owner, _, table = pattern.partition(".")
    return _regex(owner), _regex(table)


def _is_match(pattern: _Pattern, owner: str, table: str) -> bool:
    return bool(pattern[0].fullmatch(owner) and pattern[1].fullmatch(table))


def _regex(pattern: str) -> re.Pattern[str]:
    def piece(match: re.Match[str]) -> str:
        escaped, wildcard, plain = match.groups()
        return {"%": ".*", "_": "."}[wildcard] if wildcard else re.escape(escaped or plain)

    return re.compile(_PIECE.sub(piece, pattern), re.DOTALL)
