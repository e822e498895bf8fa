"""Checks a rules file on a laptop, as the job will when it starts, and tries it out on a CSV.

python -m customer_data.quality check quality_rules.py [--data customers.csv [--key user_id] [--report report.html]]

Ends with 0 when the file can be used and the data breaks no rule, 1 when it cannot, 2 when rows are rejected.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from customer_data.errors import CustomerDataError
from customer_data.quality.laptop import check as laptop
from customer_data.quality.rules.rules_file import RulesSource, read_rules, rules_source

_SHOWN_RECORDS = 5


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    try:
        return _check(given.file, given.data, tuple(given.key or ()), given.report)
    except CustomerDataError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m customer_data.quality", description=__doc__.splitlines()[0])
    check = parser.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "check", help="load a rules file, list its rules, and try them out on a CSV"
    )
    check.add_argument("file", type=Path, metavar="FILE", help="the Python file with the rules")
    check.add_argument("--data", type=Path, metavar="CSV", help="a CSV that the rules are run on, as a gate would")
    check.add_argument("--key", action="append", metavar="COLUMN", help="a column of the key, as of the construct")
    check.add_argument("--report", type=Path, metavar="HTML", help="where to write the report's page")
    return parser


def _check(file: Path, data: Path | None, key: tuple[str, ...], page: Path | None) -> int:
    source = rules_source(str(file), file.read_bytes)
    rules = read_rules(source)
    for kind, of_kind in (("SQL", rules.sql), ("Python", rules.python)):
        for rule in of_kind:
            print(f"{kind:<6}  {rule.severity:<7}  {rule.name}: {rule.description}")
    print(f"{file}: {len(rules.sql)} SQL rules, {len(rules.python)} Python rules")
    if not (rules.sql or (data and rules.python)):
        return 0 if data is None else _try(source, data, key, page)
    if not laptop.has_spark():
        print("SQL was not checked and no rule was run: for that, pip install pyspark==3.5.6 pandas==2.2.3")
        return 0 if data is None else 1
    if data is None:
        laptop.require_syntax(source)
        return 0
    return _try(source, data, key, page)


def _try(source: RulesSource, data: Path, key: tuple[str, ...], page: Path | None) -> int:
    tried = laptop.try_rules(source, data, key, page, _SHOWN_RECORDS)
    sieved, refusal = tried.sieved, tried.sieved.refusal
    print(f"\n{data}: {sieved.rows_read:,} rows read, {sieved.rows_rejected:,} rejected")
    for rule in tried.report["rules"]:
        print(f"{rule['rows_broken']:>10,}  {rule['severity']:<7}  {rule['name']}")
    if refusal:
        print(f"the file would be refused as a whole: {refusal.reason}")
    for record in tried.rejected:
        print(f"line {record['line']}: {'; '.join(error['reason'] for error in record['errors'])}")
    if page:
        print(f"report: {page}")
    return 2 if refusal or sieved.rows_rejected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
