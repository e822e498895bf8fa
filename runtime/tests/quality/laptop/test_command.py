"""`python -m customer_data.quality check`: what somebody who writes rules sees on a laptop."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from local.compute.java import java_home

RUNTIME = Path(__file__).parents[3]
RULES = """
    SQL_DATA_QUALITY_RULES = {
        "no_negative_amount": {
            "query": "SELECT * FROM temp_data WHERE amount < 0",
            "error_type": "invalid_amount",
            "description": "An amount is never negative",
        },
    }

    def has_email(record):
        return None if record["email"] else {"description": "no e-mail"}

    PYTHON_DATA_QUALITY_RULES = [{"rule": has_email, "severity": "warning", "description": "E-mail"}]
"""
DATA = "User ID,Amount,E-Mail,Email\n1,5,,a@b.co\n2,-0.5,,\n3,1,,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "quality_rules.py").write_text(dedent(RULES))
    (tmp_path / "data.csv").write_text(DATA)
    return tmp_path


def check(folder: Path, *arguments: str) -> tuple[int, str, str]:
    environment = {**os.environ, "PYTHONPATH": str(RUNTIME), "JAVA_HOME": str(java_home())}
    command = [sys.executable, "-m", "customer_data.quality", "check", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_tries_the_rules_out_on_a_file(folder: Path) -> None:
    code, said, _ = check(folder, "quality_rules.py", "--data", "data.csv", "--report", "report.html")

    assert code == 2
    assert said.splitlines() == [
        "SQL     error    no_negative_amount: An amount is never negative",
        "Python  warning  has_email: E-mail",
        "quality_rules.py: 1 SQL rules, 1 Python rules",
        "",
        "data.csv: 3 rows read, 1 rejected",
        "         1  error    no_negative_amount",
        "         2  warning  has_email",
        "line 3: An amount is never negative; no e-mail",
        "report: report.html",
    ]
    assert "2 of 3 rows passed." in (folder / "report.html").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["data.csv", "quality_rules.py", "report.html"]


def test_says_where_a_query_is_no_sql(folder: Path) -> None:
    rules = folder / "quality_rules.py"
    rules.write_text(rules.read_text().replace("SELECT * FROM", "SELEC * FROM"))
    code, _, said = check(folder, "quality_rules.py")

    assert code == 1
    assert said.splitlines()[-1].startswith("quality_rules.py:3: no_negative_amount: its query is no Spark SQL: [PARSE")


def test_fails_for_a_file_that_the_job_would_refuse(folder: Path) -> None:
    (folder / "quality_rules.py").write_text("import not_there")
    code, _, said = check(folder, "quality_rules.py")

    assert (code, said) == (
        1,
        "quality_rules.py:1: running it failed: ModuleNotFoundError: No module named 'not_there'\n",
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "data.csv is not a file"), (b"", "the file is empty"), (b"\x89PNG\r\n\x1a\n" + bytes(9), "not a CSV")],
)
def test_says_what_is_wrong_with_the_data(folder: Path, content: bytes | None, told: str) -> None:
    (folder / "data.csv").unlink()
    if content is not None:
        (folder / "data.csv").write_bytes(content)
    (folder / "quality_rules.py").write_text("PYTHON_DATA_QUALITY_RULES = []")
    code, _, said = check(folder, "quality_rules.py", "--data", "data.csv")

    assert code == 1
    assert told in said
