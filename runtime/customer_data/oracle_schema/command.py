"""The command line. Ends with 0 when the files are written, 1 when there is nothing to convert or it cannot be read,
2 when the command is wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from customer_data.columns.types import MAX_PRECISION
from customer_data.errors import CustomerDataError, SettingsError
from customer_data.oracle_schema.assessed import Outcome
from customer_data.oracle_schema.catalog import OPTIONAL_VIEWS, read_schema
from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.csv_catalog import read_folder
from customer_data.oracle_schema.differences import Differences, as_stored, differences
from customer_data.oracle_schema.export_script import export_script
from customer_data.oracle_schema.model import OracleSchema, Unread
from customer_data.oracle_schema.model_json import from_json
from customer_data.oracle_schema.run import (
    CHANGES_FILE,
    MODEL_FILE,
    NEXT_MODEL_FILE,
    REPORT_FILE,
    SQL_FILE,
    Output,
    output,
)
from customer_data.oracle_schema.selection import TableSelection
from customer_data.oracle_schema.targets import Conversion
from customer_data.oracle_schema.texts import read_text
from customer_data.oracle_schema.types import NUMBER_SCALE, Effort

_WRONG_COMMAND = 2
_NOTHING = 1


def main(arguments: Sequence[str]) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.out is None and not given.print_export_script:
        parser.error("the following arguments are required: --out")
    try:
        selection = TableSelection(tuple(given.include or ("%.%",)), tuple(given.exclude or ()))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return _WRONG_COMMAND
    try:
        if given.print_export_script:
            print(export_script(selection.owners), end="")
        else:
            _print(_convert(given, selection), given.out)
    except (CustomerDataError, OSError) as error:
        print(error, file=sys.stderr)
        return _NOTHING
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m customer_data.oracle_schema",
        description="Converts an Oracle schema for Redshift: writes SQL, and a report of what is left for people.",
        allow_abbrev=False,
    )
    read = parser.add_mutually_exclusive_group(required=True)
    read.add_argument("--ddl", nargs="+", type=Path, metavar="FILE", help="SQL files, as DBMS_METADATA or people write")
    read.add_argument(
        "--catalog",
        type=Path,
        metavar="DIR",
        help="a folder with a CSV file of each view of Oracle's catalog: all_tab_cols.csv, all_constraints.csv, ...; "
        "--print-export-script writes them",
    )
    read.add_argument(
        "--print-export-script",
        action="store_true",
        help="prints a script for SQL*Plus that writes the files for --catalog, of the owners that --include names",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write the files")
    parser.add_argument(
        "--applied",
        action="store_true",
        help=f"what the last run wrote to {CHANGES_FILE} is done in Redshift: compare with that schema from now on",
    )
    parser.add_argument("--owner", default="PUBLIC", metavar="NAME", help="the schema of names without one, with --ddl")
    parser.add_argument(
        "--target-schema", metavar="NAME", help="the schema in Redshift; default: Oracle's, each its own"
    )
    parser.add_argument(
        "--number-scale",
        type=int,
        choices=range(MAX_PRECISION),
        default=NUMBER_SCALE,
        metavar="DIGITS",
        help="decimals of a NUMBER without a precision, as numberScale of the replication; default: %(default)s",
    )
    for option, help_text in (("--include", "tables to convert"), ("--exclude", "tables to leave out")):
        parser.add_argument(
            option, action="append", metavar="PATTERN", help=f"{help_text}, as OWNER.TABLE; %% any characters, _ one"
        )
    return parser


def _convert(given: argparse.Namespace, selection: TableSelection) -> Output:
    schema = selection.of(_read_ddl(given.ddl, given.owner) if given.ddl else _read_catalog(given.catalog))
    if not schema.tables and not schema.views:
        found = f"; {len(schema.unread):,} statements were not understood" if schema.unread else ""
        raise SettingsError(
            f"nothing to convert: {_names(given)} has no table and no view that matches"
            f" {', '.join(selection.include)}{found}; names are case-sensitive, Oracle's are in upper case"
        )
    convert_all = partial(convert, target_schema=given.target_schema, number_scale=given.number_scale)
    conversion = convert_all(schema)
    compared_with = _compared_with(given.out, given.applied)
    made = output(
        schema,
        conversion,
        source=_names(given),
        at=datetime.now(UTC).replace(microsecond=0),
        changes=_changes(conversion, compared_with, convert_all) if compared_with else None,
    )
    _write(made, given.out, compared_with)
    return made


def _compared_with(folder: Path, applied: bool) -> Path | None:
    """The model of the schema that Redshift is said to have; None on the first run."""
    if applied and not (folder / NEXT_MODEL_FILE).exists():
        raise SettingsError(
            f"--applied: {folder} has no {CHANGES_FILE} of an earlier run that could be applied; run without --applied"
        )
    model = folder / (NEXT_MODEL_FILE if applied else MODEL_FILE)
    return model if model.exists() else None


def _write(made: Output, folder: Path, compared_with: Path | None) -> None:
    """The model that a later run compares with stays until somebody says that the differences are applied: else they
    would be in one run's file only."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if compared_with is None:
            for name in (CHANGES_FILE, NEXT_MODEL_FILE):  # of an earlier schema, whose model somebody took away
                (folder / name).unlink(missing_ok=True)
        elif compared_with.name == NEXT_MODEL_FILE:
            compared_with.replace(folder / MODEL_FILE)
        for name, content in made.files.items():
            written_as = NEXT_MODEL_FILE if compared_with and name == MODEL_FILE else name
            (folder / written_as).write_text(content, encoding="utf-8")
    except OSError as error:
        at = error.filename or folder
        raise SettingsError(
            f"--out {folder}: {at} cannot be written: {error.strerror}; name a folder, or a new one, in which you may"
            " write"
        ) from error


def _read_catalog(folder: Path) -> OracleSchema:
    catalog = read_folder(folder)
    schema = read_schema(catalog)
    lacking = [view.name for view in OPTIONAL_VIEWS if view.name not in catalog]
    if lacking:
        print(f"{folder} lacks {', '.join(lacking)}: what they say is not assessed", file=sys.stderr)
    return schema


def _read_ddl(files: Sequence[Path], owner: str) -> OracleSchema:
    from customer_data.oracle_schema.ddl import read_ddl  # only where it is needed

    # Read as one: an ALTER TABLE may stand in another file than its table.
    texts = [read_text(file, "save it as UTF-8") for file in files]
    schema = read_ddl("\n".join(texts), default_owner=owner)
    return replace(schema, unread=tuple(_in_its_file(one, files, texts) for one in schema.unread))


def _in_its_file(unread: Unread, files: Sequence[Path], texts: Sequence[str]) -> Unread:
    """With the line of its own file, which is named where there are several."""
    line = unread.line
    if line is None or len(files) == 1:
        return unread
    for file, text in zip(files, texts, strict=True):
        lines = text.count("\n") + 1
        if line <= lines:
            return replace(unread, line=line, reason=f"{file}: {unread.reason}")
        line -= lines
    return unread


def _changes(conversion: Conversion, model: Path, convert_all: Callable[[OracleSchema], Conversion]) -> Differences:
    try:
        before = convert_all(from_json(model.read_text(encoding="utf-8")))
    except (ValueError, SettingsError, OSError) as error:
        raise SettingsError(f"{model} is not what an earlier run wrote: {error}; move it away") from error
    return differences(conversion, as_stored(before), before)


def _names(given: argparse.Namespace) -> str:
    return ", ".join(str(file) for file in given.ddl or [given.catalog])


def _print(made: Output, folder: Path) -> None:
    assessment = made.assessment
    print(assessment.sentence)
    if assessment.tables:
        print(assessment.of_tables)
    for kind, counts in assessment.by_kind.items():
        print(f"  {kind:<18}" + "".join(f"{counts[outcome]:>8,} {outcome.value}" for outcome in Outcome))
    if assessment.for_people:
        efforts = ", ".join(f"{assessment.effort[effort]:,} {effort}" for effort in Effort)
        print(f"For a person: {efforts}; {assessment.work}")
    print(f"SQL: {folder / SQL_FILE}")
    if assessment.changes is not None:
        _print_changes(assessment.changes, folder)
    print(f"Report: {folder / REPORT_FILE}")


def _print_changes(changes: Differences, folder: Path) -> None:
    counted = f"{_count(len(changes.statements), 'statement')}, {_count(len(changes.reported), 'remark')} for a person"
    print(f"Changes: {folder / CHANGES_FILE}, {counted}")
    if changes.statements or changes.reported:
        print(
            f"  from the schema of {MODEL_FILE}. Each run lists them again until one has --applied, which says that"
            " they are done in Redshift."
        )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
