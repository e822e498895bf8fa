"""A folder of CSV exports of Oracle's catalog, one file a view, as SQL*Plus, SQLcl and SQL Developer write them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from customer_data.errors import SettingsError
from customer_data.oracle_schema.catalog import OPTIONAL_VIEWS, VIEWS, Catalog, CatalogView, Row
from customer_data.oracle_schema.texts import read_text

_BY_NAME = {view.name: view for view in VIEWS}
_FEEDBACK = re.compile(r"\s*(\d[\d,.]* rows? selected\.?|no rows selected|SQL>.*|Disconnected.*)?\s*", re.IGNORECASE)
#: What SQL*Plus writes of a view that the user may not read, or that an older Oracle lacks, behind its query.
_REFUSED = re.compile(r"ORA-\d{5}: ")
_NULLS = ("", "(null)")
_LONGEST_FIELD = 2**31 - 1  # the text of a view or of a default can be long


def read_folder(folder: Path) -> Catalog:
    """Takes ALL_TAB_COLUMNS.csv, all_tab_columns.csv, DBA_TAB_COLUMNS.csv, ... Raises SettingsError."""
    if not folder.is_dir():
        raise SettingsError(
            f"--catalog {folder}: there is no such folder; name one with a CSV file for each view,"
            " such as the script of --print-export-script writes"
        )
    catalog: dict[str, Sequence[Row]] = {}
    for file in sorted(folder.iterdir()):
        stem = file.stem.upper()
        view = _BY_NAME.get(stem) or _BY_NAME.get(re.sub("^DBA_", "ALL_", stem))
        if view is None or file.suffix.lower() not in (".csv", ".txt"):
            continue
        if view.name in catalog:
            raise SettingsError(f"{file}: another file of {folder} has {view.name} too; leave one of them")
        if (rows := read_view(file, view)) is not None:
            catalog[view.name] = rows
    return catalog


def read_view(file: Path, view: CatalogView) -> list[Row] | None:
    """None where Oracle refused a view that need not be there. A row that comes twice, as of files that were joined, is
    one. Raises SettingsError that names file and line."""
    csv.field_size_limit(_LONGEST_FIELD)
    lines = read_text(file, "export it as UTF-8 (NLS_LANG=.AL32UTF8)").splitlines(keepends=True)
    start = next((at for at, line in enumerate(lines) if _is_header(line, view)), None)
    if start is None:
        if all(_FEEDBACK.fullmatch(line) for line in lines):
            return []  # a view without rows, of which SQL*Plus writes no header
        if view in OPTIONAL_VIEWS and any(map(_REFUSED.match, lines)):
            return None
        raise SettingsError(
            f"{file}: no line has the columns {', '.join(view.columns)} of {view.name}; export it with its header"
        )
    text = "".join(lines[start:])
    delimiter = _delimiter(lines[start])
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [name.strip().upper() for name in next(records)]
    rows: list[Row] = []
    for values in records:
        if [value.strip().upper() for value in values] == header:
            continue  # SQL*Plus repeats it on each page
        if len(values) == len(header):
            rows.append({name: _value(value) for name, value in zip(header, values, strict=True)})
        elif not _FEEDBACK.fullmatch(delimiter.join(values)):
            raise SettingsError(
                f"{file}, line {start + records.line_num}: {len(values)} values where {view.name} has"
                f" {len(header)} columns; export it with quotes (SET MARKUP CSV ON QUOTE ON)"
            )
    return list({tuple(row.items()): row for row in rows}.values())


def _is_header(line: str, view: CatalogView) -> bool:
    names = next(csv.reader([line], delimiter=_delimiter(line)), [])
    return {name.strip().upper() for name in names} >= set(view.columns)


def _delimiter(header: str) -> str:
    return max(",;\t|", key=header.count)


def _value(value: str) -> str | None:
    return None if value.strip() in _NULLS else value
