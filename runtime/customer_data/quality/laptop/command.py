"""`check`: lists the rules of a rules file or of a pipeline, and runs them on a CSV of this machine.

Ends with 0 when the rules can be used and the data breaks none, 1 when they cannot, 2 when rows are rejected, 130 when
it is interrupted.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from customer_data.errors import CustomerDataError, SettingsError
from customer_data.quality.laptop import check as laptop
from customer_data.quality.laptop import requirements
from customer_data.quality.laptop.pipeline import Pipeline, of_rules_file, of_settings
from customer_data.quality.report.columns import NO_VALUE, ColumnReport
from customer_data.quality.rules.rule_set import RuleSet

_SHOWN_RECORDS = 5


def main(arguments: Sequence[str]) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    try:
        given = _parser().parse_args(arguments)
        return _check(_pipeline(given), given.data, _references(given.reference or ()), given.report)
    except (CustomerDataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: not all rules were run", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"{message}; {self.format_usage().strip()}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="cdk-customer-data-platform", description="Tries data quality rules out on this machine.")
    check = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser).add_parser(
        "check", help="list rules, check that they can be used, and run them on a CSV", description=__doc__
    )
    check.formatter_class = argparse.RawDescriptionHelpFormatter
    check.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a Python file with rules")
    check.add_argument(
        "--settings",
        type=Path,
        metavar="JSON",
        help="instead of FILE: what `cdk synth` wrote about a pipeline, cdk.out/STACK.PIPELINE.quality.json",
    )
    check.add_argument("--data", type=Path, metavar="CSV", help="a CSV to run the rules on, as a gate would")
    check.add_argument("--key", action="append", metavar="COLUMN", help="a column that identifies a record, with FILE")
    check.add_argument(
        "--reference",
        action="append",
        metavar="RULE=CSV",
        help="a CSV to use in place of the reference data of a rule foreignKey",
    )
    check.add_argument("--report", type=Path, metavar="HTML", help="where to write the report, a page")
    return parser


def _pipeline(given: argparse.Namespace) -> Pipeline:
    if (given.file is None) == (given.settings is None):
        raise SettingsError("check takes a rules file or --settings, one of both; name the one that has the rules")
    if given.settings is None:
        return of_rules_file(given.file, tuple(given.key or ()))
    if given.key:
        raise SettingsError(f"--key is {', '.join(given.key)}, but --settings says what the key is; leave it out")
    return of_settings(given.settings)


def _references(given: Sequence[str]) -> dict[str, Path]:
    parts = [text.rpartition("=") for text in given]
    unusable = next((text for text, (name, _, file) in zip(given, parts, strict=True) if not (name and file)), None)
    if unusable is not None:
        raise SettingsError(f"--reference is {unusable!r}, but a rule's name and a file are needed: RULE=CSV")
    return {name: Path(file) for name, _, file in parts}


def _check(pipeline: Pipeline, data: Path | None, references: Mapping[str, Path], page: Path | None) -> int:
    rules = pipeline.rules
    _list(rules)
    print(f"{pipeline.name}: {len(rules.all)} {'rule' if len(rules.all) == 1 else 'rules'}")
    if not (rules.sql or (data and rules.python)):
        return 0 if data is None else _try(pipeline, data, references, page)
    if found := requirements.problem_with_spark():
        raise SettingsError(f"SQL was not checked and no rule was run: {found}")
    if note := requirements.difference():
        print(note, file=sys.stderr)
    if data is None:
        laptop.require_syntax(pipeline)
        return 0
    return _try(pipeline, data, references, page)


def _list(rules: RuleSet) -> None:
    kinds = (
        ("Row", rules.row),
        ("File", (*rules.row_counts, *rules.freshness)),
        ("SQL", rules.sql),
        ("Python", rules.python),
    )
    for kind, of_kind in kinds:
        for rule in of_kind:
            print(f"{kind:<6}  {rule.severity:<7}  {rule.name}: {rule.description}")


def _try(pipeline: Pipeline, data: Path, references: Mapping[str, Path], page: Path | None) -> int:
    tried = laptop.try_rules(pipeline, data, pipeline.local_references(references), page, _SHOWN_RECORDS)
    sieved, refusal = tried.sieved, tried.sieved.refusal
    print(f"\n{data}: {sieved.rows_read:,} rows read, {sieved.rows_rejected:,} rejected")
    for rule in tried.report["rules"]:
        print(f"{rule['rows_broken']:>10,}  {rule['severity']:<7}  {rule['name']}")
        for note in rule["notes"]:
            print(f"{'':>21}note: {note}")
    print("columns, as they would be in a new table:")
    for column in tried.report["column_types"]:
        described = ColumnReport(**column)
        print(f"  {', '.join([f'{described.name} {described.type or NO_VALUE}', *described.notes()])}")
    if refusal:
        print(f"the file would be refused as a whole: {refusal.reason}")
    for record in tried.rejected:
        print(f"line {record['line']}: {'; '.join(error['reason'] for error in record['errors'])}")
    if page:
        print(f"report: {page}")
    return 2 if refusal or sieved.rows_rejected else 0
