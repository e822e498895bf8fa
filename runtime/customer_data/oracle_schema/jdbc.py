"""Oracle's catalog over JDBC, by Spark: Glue has Oracle's driver on Spark's class path.

The queries are plain SQL that other databases take too, for which views of the same names can stand.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from customer_data.errors import CustomerDataError
from customer_data.oracle_schema.catalog import (
    COLUMN_VIEWS,
    OPTIONAL_VIEWS,
    REQUIRED_VIEWS,
    Catalog,
    CatalogView,
    Row,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrameReader

log = logging.getLogger(__name__)

DRIVER = "oracle.jdbc.OracleDriver"
_NO_SUCH_VIEW = re.compile(r"ORA-00942|does not exist|not found", re.IGNORECASE)
_CAUSE = re.compile(
    r"^.*?(ORA-\d{5}.*|TNS-\d{5}.*|(?:\w+\.)*\w*SQL\w*Exception: .*|(?:\w+\.)*PSQLException: .*)$", re.MULTILINE
)


class SourceDatabaseError(CustomerDataError):
    """The source database cannot be reached, or refuses a query of its catalog."""


class Database(Protocol):
    """Runs queries; each row's values as text, by the names of their columns in upper case."""

    def columns(self, view: str) -> tuple[str, ...] | None:
        """In upper case; None when there is no such view. Raises SourceDatabaseError."""

    def rows(self, query: str) -> Sequence[Row]:
        """Raises SourceDatabaseError."""


def read_catalog(database: Database, owners: Sequence[str] | None) -> Catalog:
    """The views that the database has, of these owners, or of all. Raises SourceDatabaseError."""
    catalog: dict[str, Sequence[Row]] = {}
    for view in COLUMN_VIEWS:
        rows = _rows_of(database, view, owners)
        if rows is not None:
            catalog[view.name] = rows
        if rows:
            break
    for view in (*REQUIRED_VIEWS, *OPTIONAL_VIEWS):
        rows = _rows_of(database, view, owners)
        if rows is None:
            log.info("the source has no %s", view.name)
        else:
            catalog[view.name] = rows
    return catalog


def _rows_of(database: Database, view: CatalogView, owners: Sequence[str] | None) -> Sequence[Row] | None:
    """None when there is no such view."""
    there = database.columns(view.name)
    if there is None:
        return None
    if lost := [column for column in view.columns if column not in there]:
        raise SourceDatabaseError(f"the source's view {view.name} lacks the columns {', '.join(lost)}")
    return database.rows(query_of(view, [column for column in view.may_lack if column in there], owners))


def query_of(view: CatalogView, further: Iterable[str], owners: Sequence[str] | None) -> str:
    """LONG columns are last: Oracle's driver reads them as streams, in their order."""
    selected = f"SELECT {', '.join((*view.columns, *further))} FROM {view.name}"
    if owners is None or view.owner is None:
        return selected
    listed = ", ".join("'" + owner.replace("'", "''") + "'" for owner in owners)
    return f"{selected} WHERE {view.owner} IN ({listed})"


class SparkDatabase:
    """A database that Spark reaches by JDBC. The password is in no message."""

    def __init__(self, url: str, user: str, password: str, driver: str = DRIVER) -> None:
        self._url = url
        self._password = password
        self._options = {"url": url, "driver": driver, "user": user, "password": password}

    def columns(self, view: str) -> tuple[str, ...] | None:
        try:
            read = self._reader().option("query", f"SELECT * FROM {view} WHERE 1 = 0").load()
            return tuple(name.upper() for name in read.columns)
        except Exception as error:  # Spark, Java and drivers raise whatever they like
            if _NO_SUCH_VIEW.search(str(error)) and "ClassNotFound" not in str(error):
                return None
            raise self._failed(view, error) from None

    def rows(self, query: str) -> Sequence[Row]:
        try:
            found = self._reader().option("query", query).option("fetchsize", "1000").load()
            names = [name.upper() for name in found.columns]
            return [dict(zip(names, map(_text, row), strict=True)) for row in found.collect()]
        except Exception as error:
            raise self._failed(query, error) from None

    def _reader(self) -> DataFrameReader:
        from pyspark.sql import SparkSession  # only where it is needed: importing it starts a JVM gateway's machinery

        reader = SparkSession.builder.getOrCreate().read.format("jdbc")
        return reader.options(**self._options)

    def _failed(self, what: str, error: Exception) -> SourceDatabaseError:
        """Says the driver's own words, without the frames of Spark and Java, and without the password."""
        text = str(error)
        causes = _CAUSE.findall(text)
        said = causes[-1] if causes else next(iter(text.splitlines()), type(error).__name__)
        said = said.replace(self._password, "***") if self._password else said
        return SourceDatabaseError(
            f"the source database {self._url} did not answer {what[:100]}: {said}; check the secret, the network (Glue"
            " connection, security groups) and the user's right to read the catalog (SELECT_CATALOG_ROLE)"
        )


def _text(value: Any) -> str | None:
    """An empty text is NULL in Oracle."""
    return None if value is None else str(value) or None
