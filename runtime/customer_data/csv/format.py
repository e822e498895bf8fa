"""The format that a pipeline's settings give its CSV files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CsvFormat:
    """How to read a CSV; None means detected from the file.

    `escape` is the character that makes a quote, or itself, text, beside a doubled quote. `strict_quotes` rejects
    records with a quote in an unquoted field. `header_line` is the line that the header begins on, from 1; the last
    `footer_lines` lines that are not blank are left out. `trim_keys` takes blanks from around the values of key
    columns. `date_formats` are Redshift's (`DD/MM/YYYY`, `MM/DD/YYYY HH24:MI:SS`); ISO 8601 needs none.
    """

    delimiter: str | None = None
    quote: str = '"'
    encoding: str | None = None
    null_values: tuple[str, ...] = ("",)
    date_formats: tuple[str, ...] = ()
    escape: str | None = None
    strict_quotes: bool = False
    header_line: int | None = None
    footer_lines: int = 0
    trim_keys: bool = False
    decimal_separator: str = "."
    thousands_separator: str | None = None
    accounting_negatives: bool = False
