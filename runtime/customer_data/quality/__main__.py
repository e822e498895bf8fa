"""Checks a rules file on a laptop, as the job will when it starts.

python -m customer_data.quality check quality_rules.py
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from customer_data.quality.rules_file import RulesFileError, load_rules_file


def main(arguments: Sequence[str]) -> int:
    """Prints the file's rules; 1 when it cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m customer_data.quality", description=__doc__.splitlines()[0])
    check = parser.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "check", help="load a rules file and list its rules"
    )
    check.add_argument("file", type=Path, metavar="FILE", help="the Python file with the rules")
    given = parser.parse_args(arguments)
    try:
        rules = load_rules_file(given.file)
    except RulesFileError as error:
        print(error, file=sys.stderr)
        return 1
    for kind, of_kind in (("SQL", rules.sql), ("Python", rules.python)):
        for rule in of_kind:
            print(f"{kind:<6}  {rule.severity:<7}  {rule.name}: {rule.description}")
    print(f"{given.file}: {len(rules.sql)} SQL rules, {len(rules.python)} Python rules")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
