"""The format that a pipeline's settings give its CSV files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CsvFormat:
    """How to read a CSV; None means detected from the file.

    `date_formats` are Redshift's (`DD/MM/YYYY`, `MM/DD/YYYY HH24:MI:SS`); ISO 8601 needs none.
    """

    delimiter: str | None = None
    quote: str = '"'
    encoding: str | None = None
    null_values: tuple[str, ...] = ("",)
    date_formats: tuple[str, ...] = ()
