"""summary.py FOLDER REPORT=EXIT_CODE... -- FAILED_CHECK...: adds up test reports.

Prints `N passed, N failed` as the last line and exits 1 if anything failed. A failed check counts as one failure, and
so does a suite that left no report, ran no test, or ended with an error although no test of it failed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree


def main(arguments: list[str]) -> int:
    folder, *rest = arguments
    separator = rest.index("--")
    suites, failed_checks = rest[:separator], rest[separator + 1 :]

    passed, failed = 0, len(failed_checks)
    for suite in suites:
        report, exit_code = suite.split("=")
        suite_passed, suite_failed = summarize(Path(folder) / report, int(exit_code))
        passed += suite_passed
        failed += suite_failed
    for check in failed_checks:
        print(f"failed: {check}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def summarize(report: Path, exit_code: int) -> tuple[int, int]:
    """Tests that passed and failed; at least one failed if the suite as a whole did."""
    try:
        passed, failed = count(report)
    except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
        print(f"{report.name}: no report: {error}")
        return 0, 1
    print(f"{report.name}: {passed} passed, {failed} failed")
    if failed == 0 and (exit_code != 0 or passed == 0):
        print(f"{report.name}: the suite ended with exit code {exit_code} and {passed} tests that passed")
        return passed, 1
    return passed, failed


def count(report: Path) -> tuple[int, int]:
    """Tests that passed and failed; a test file that could not be run counts as failed."""
    if report.suffix == ".json":
        jest = json.loads(report.read_text(encoding="utf-8"))
        return jest["numPassedTests"], jest["numFailedTests"] + jest["numRuntimeErrorTestSuites"]
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    tests, failures, errors, skipped = (
        sum(int(suite.get(count, 0)) for suite in suites) for count in ("tests", "failures", "errors", "skipped")
    )
    return tests - failures - errors - skipped, failures + errors


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
