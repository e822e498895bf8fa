"""script/lib/summary.py: the line that says whether anything failed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SUMMARY = Path(__file__).resolve().parents[2] / "script" / "lib" / "summary.py"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    write_jest(tmp_path, passed=3)
    write_pytest(tmp_path, tests=4, skipped=1)
    return tmp_path


def write_jest(folder: Path, passed: int = 0, failed: int = 0, crashed: int = 0) -> None:
    report = {"numPassedTests": passed, "numFailedTests": failed, "numRuntimeErrorTestSuites": crashed}
    (folder / "jest.json").write_text(json.dumps(report))


def write_pytest(folder: Path, tests: int = 0, failures: int = 0, errors: int = 0, skipped: int = 0) -> None:
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    (folder / "pytest.xml").write_text(f"<testsuites><testsuite {counts}/></testsuites>")


def summarize(reports: Path, *failed_checks: str, jest: int = 0, pytest_code: int = 0) -> tuple[str, int]:
    """The last line and the exit code."""
    command = [
        sys.executable,
        str(SUMMARY),
        str(reports),
        f"jest.json={jest}",
        f"pytest.xml={pytest_code}",
        "--",
        *failed_checks,
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.stdout.splitlines()[-1], ran.returncode


def test_adds_up_what_passed_without_what_was_skipped(reports: Path) -> None:
    assert summarize(reports) == ("6 passed, 0 failed", 0)


def test_adds_up_failed_tests_crashed_suites_and_errors(reports: Path) -> None:
    write_jest(reports, passed=3, failed=1, crashed=1)
    write_pytest(reports, tests=4, failures=1, errors=1)
    assert summarize(reports, jest=1, pytest_code=1) == ("5 passed, 4 failed", 1)


def test_a_failed_check_counts(reports: Path) -> None:
    assert summarize(reports, "Python types", "TypeScript style") == ("6 passed, 2 failed", 1)


def test_a_suite_that_ends_with_an_error_counts_although_its_tests_passed(reports: Path) -> None:
    assert summarize(reports, pytest_code=3) == ("6 passed, 1 failed", 1)


def test_a_suite_that_ran_no_test_counts(reports: Path) -> None:
    write_pytest(reports, tests=2, skipped=2)
    assert summarize(reports) == ("3 passed, 1 failed", 1)


@pytest.mark.parametrize("content", [None, "", "<testsuites"])
def test_a_suite_without_a_readable_report_counts(reports: Path, content: str | None) -> None:
    report = reports / "pytest.xml"
    report.unlink() if content is None else report.write_text(content)
    assert summarize(reports) == ("3 passed, 1 failed", 1)
