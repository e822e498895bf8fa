"""`check`: what somebody who writes rules sees on a laptop."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from customer_data.quality.laptop import check as laptop
from customer_data.quality.laptop import requirements
from customer_data.quality.laptop.command import main
from local.compute.java import java_home

ROOT = Path(__file__).parents[4]
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
#: As a loader's or a gate's construct writes it: a mapping, a format and rules in code.
PIPELINE: dict[str, Any] = {
    "pipeline": "crm",
    "csv": {"delimiter": ";", "quote": '"', "null_values": ["", "-"], "date_formats": ["DD/MM/YYYY"]},
    "column_mapping": {"Kundennummer": "user_id"},
    "key": ["user_id"],
    "quality": {
        "rules": [
            {"name": "named", "kind": "not_null", "column": "name"},
            {"name": "born", "kind": "not_in_future", "column": "born"},
        ],
        "rules_files": [],
        "max_fail_ratio": 0.9,
        "report_prefix": "reports/",
        "unmasked_columns": ["name"],
    },
}
FOREIGN_KEY = {
    "name": "known_land", "kind": "foreign_key", "column": "land",
    "parameters": {"bucket": "${Lists1234}", "key": "lists/lands.csv", "reference_column": "code"},
}  # fmt: skip
CUSTOMERS = "Kundennummer;Name;Born;Land\n1;Ann;31/12/1999;NO\n2;-;31/12/2999;DK\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "quality_rules.py").write_text(dedent(RULES))
    (tmp_path / "data.csv").write_text(DATA)
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    (tmp_path / "cdk.out").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(folder: Path, **quality: Any) -> str:
    written = PIPELINE | {"quality": PIPELINE["quality"] | quality}
    (folder / "cdk.out" / "crm.quality.json").write_text(json.dumps(written))
    return "cdk.out/crm.quality.json"


def command(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """The command of the packages, in processes of its own."""
    done = subprocess.run(
        ["node", str(ROOT / "bin/cdk-customer-data-platform.js"), "check", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHON": sys.executable, "JAVA_HOME": str(java_home()), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_tries_a_rules_file_out_on_a_file(folder: Path) -> None:
    code, said, errors = command(folder, "quality_rules.py", "--data", "data.csv", "--report", "report.html")

    assert code == 2, errors
    assert errors == ""
    assert said.splitlines() == [
        "SQL     error    no_negative_amount: An amount is never negative",
        "Python  warning  has_email: E-mail",
        "quality_rules.py: 2 rules",
        "",
        "data.csv: 3 rows read, 1 rejected",
        "         1  error    no_negative_amount",
        "         2  warning  has_email",
        "columns, as they would be in a new table:",
        "  user_id BIGINT, because of • on line 2",
        "  amount NUMERIC(18,4), because of -•.• on line 3",
        "  e_mail without a value",
        "  email VARCHAR(32), because of x@x.xx on line 2",
        "line 3: An amount is never negative; no e-mail",
        "report: report.html",
    ]
    assert "2 of 3 rows passed." in (folder / "report.html").read_text()
    assert sorted(path.name for path in folder.iterdir()) == [
        "cdk.out", "customers.csv", "data.csv", "quality_rules.py", "report.html",
    ]  # fmt: skip


@pytest.mark.usefixtures("spark")
def test_says_which_column_of_a_rule_is_text_and_why(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT * FROM temp_data WHERE signup > '2024-06-30'"
    rule = {"query": query, "error_type": "late", "description": "No late ones"}
    (folder / "rules.py").write_text(f"SQL_DATA_QUALITY_RULES = {{'late': {rule!r}}}")
    (folder / "dates.csv").write_text("id,signup,name\n1,2024-01-01,Ann\n2,30.12.2024,Bo\n3,2024-02-01,Cy\n")

    code = main(["check", "rules.py", "--data", "dates.csv", "--report", "report.html"])
    note = "signup is text here because of line 3 (text of digits and punctuation); of 3 values 2 are dates"
    assert capsys.readouterr().out.splitlines()[2:] == [
        "",
        "dates.csv: 3 rows read, 1 rejected",
        "         1  error    late",
        f"                     note: {note}",
        "columns, as they would be in a new table:",
        "  id BIGINT, because of • on line 2",
        "  signup VARCHAR(32), because of ••.••.•••• on line 3",
        "  name VARCHAR(32), because of Xxx on line 2",
        "line 3: No late ones",
        "report: report.html",
    ]
    assert code == 2
    assert note in (folder / "report.html").read_text()


@pytest.mark.usefixtures("spark")
def test_says_which_text_cannot_be_cast(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = {"query": "SELECT * FROM temp_data WHERE amount > 1", "error_type": "e", "description": "d"}
    (folder / "rules.py").write_text(f"SQL_DATA_QUALITY_RULES = {{'high': {rule!r}}}")
    (folder / "data.csv").write_text("id,amount\n1,5\n2,6\n3,x\n")

    assert main(["check", "rules.py", "--data", "data.csv"]) == 2
    said = capsys.readouterr().out
    assert "amount on line 4 is text of letters, which cannot be cast to BIGINT; correct the value" in said
    assert "amount is text here because of line 4 (text of letters); of 3 values 2 are numbers" in said


@pytest.mark.usefixtures("spark")
def test_tries_the_rules_of_a_pipeline_out_with_its_format_and_columns(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "quality_rules.py").write_text(
        "def even(record):\n    'A number is even. Or so.'\n    return {} if record['user_id'] % 2 else None\n"
        "PYTHON_DATA_QUALITY_RULES = [even]"
    )
    (folder / "lands.csv").write_text("Code\nNO\n")
    files = [{"name": "quality_rules.py", "url": "../quality_rules.py"}]
    path = settings(folder, rules=[*PIPELINE["quality"]["rules"], FOREIGN_KEY], rules_files=files, max_fail_ratio=None)
    arguments = ["--settings", path, "--data", "customers.csv", "--report", "report.html"]
    code = main(["check", *arguments, "--reference", "known_land=lands.csv"])

    said = capsys.readouterr()
    assert code == 2, said.err
    assert said.out.splitlines() == [
        "Row     error    named: name must not be empty",
        "Row     error    born: born must be a date that is not in the future",
        "SQL     error    known_land: land must be a code of s3://${Lists1234}/lists/lands.csv",
        "Python  error    even: A number is even.",
        "cdk.out/crm.quality.json: 4 rules",
        "",
        "customers.csv: 2 rows read, 2 rejected",
        "         1  error    named",
        "         1  error    born",
        "         1  error    known_land",
        "         1  error    even",
        "columns, as they would be in a new table:",
        "  user_id BIGINT, because of • on line 2",
        "  name VARCHAR(32), because of Xxx on line 2",
        "  born DATE, because of ••/••/•••• on line 2, 2 values converted",
        "  land VARCHAR(32), because of XX on line 2",
        "line 2: A number is even.",
        "line 3: name must not be empty; it is empty; born must be a date that is not in the future;"
        " it is '31/12/2999'; land must be a code of s3://${Lists1234}/lists/lands.csv",
        "report: report.html",
    ]
    assert ">Ann<" in (folder / "report.html").read_text()


def test_rules_of_a_loader_see_the_types_that_it_names(
    spark: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """SQL_DATA_QUALITY_RULES = {
    "first": {"query": "SELECT * FROM temp_data WHERE v LIKE '%.1'", "error_type": "e", "description": "d"},
}"""
    (folder / "quality_rules.py").write_text(text)
    (folder / "versions.csv").write_text("Kundennummer;V;Name\n1;1.10;Ann\n2;1.1;Bo\n")
    files = [{"name": "quality_rules.py", "url": "../quality_rules.py"}]
    path = Path(settings(folder, rules=[], rules_files=files))
    path.write_text(json.dumps({**json.loads(path.read_text()), "column_types": {"v": "VARCHAR(8)"}}))
    assert main(["check", "--settings", str(path), "--data", "versions.csv"]) == 2
    said = capsys.readouterr().out
    assert "2 rows read, 1 rejected" in said
    assert "  v VARCHAR(8)\n" in said
    path.write_text(json.dumps({**json.loads(path.read_text()), "column_types": {"v": "MONEY"}}))
    assert main(["check", "--settings", str(path)]) == 1
    assert "columnTypes['v']: 'MONEY' is no type that a column can have" in capsys.readouterr().err


def test_rules_in_code_alone_need_no_spark(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirements, "SPARK_PACKAGES", {"not_there": "1"})
    path = settings(folder, max_fail_ratio=0.1)
    assert main(["check", "--settings", path, "--data", "customers.csv"]) == 2
    assert "the file would be refused as a whole: 1 of 2 records are rejected" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "check takes a rules file or --settings, one of both"),
        (["quality_rules.py", "--settings", "{settings}"], "check takes a rules file or --settings, one of both"),
        (["--settings", "{settings}", "--key", "id"], "--key is id, but --settings says what the key is; leave it out"),
        (
            ["quality_rules.py", "--dat", "x", "--nothing"],
            "unrecognized arguments: --nothing; usage: cdk-customer",
        ),
        (["none.py"], "none.py: it cannot be read: [Errno 2] No such file or directory: 'none.py'"),
        (["cdk.out"], "cdk.out: it cannot be read: [Errno 21] Is a directory"),
        (["--settings", "none.json"], "--settings is none.json, but a file that this version's `cdk synth` writes"),
        (["--settings", "data.csv"], "--settings is data.csv, but a file that this version's `cdk synth` writes"),
        (["--settings", "cdk.out/list.json"], "--settings is cdk.out/list.json, but a file that this version's"),
        (["--settings", "cdk.out/other.json"], "color is not known; allowed: pipeline, staging, quality, csv"),
        (["--settings", "{settings}", "--data", "none.csv"], "--data is none.csv, but there is no such file"),
        (
            ["--settings", "{settings}", "--data", "customers.csv", "--report", "customers.csv"],
            "--report is customers.csv, but the page's file ends in .html",
        ),
        (
            ["--settings", "{settings}", "--data", "customers.csv", "--report", "no/r.html"],
            "--report is no/r.html, but there is no folder",
        ),
        (["--settings", "{settings}", "--data", "empty.csv"], "empty.csv: the file is empty"),
        (["--settings", "{settings}", "--data", "image.csv"], "image.csv: the file is not a CSV"),
        (
            ["--settings", "{settings}", "--data", "latin.csv"],
            "latin.csv: byte 4 (line 2), b'\\xff', is not UTF-8, but line 1 is",
        ),
        (["--settings", "{settings}", "--data", "."], "--data is ., but there is no such file"),
        (
            ["--settings", "{settings}", "--data", "customers.csv", "--report", "."],
            "--report is ., but the page's file ends in",
        ),
        (
            ["--settings", "{settings}", "--data", "customers.csv", "--report", "folder.html"],
            "--report is folder.html, but that is a folder",
        ),
        (
            ["--settings", "{settings}", "--data", "customers.csv", "--reference", "other=x"],
            "--reference names the rule 'other', but no rule here has reference data; leave it out",
        ),
        (
            ["--settings", "{settings}", "--data", "customers.csv", "--reference", "other"],
            "--reference is 'other', but a rule's name and a file are needed: RULE=CSV",
        ),
    ],
)
def test_says_what_is_wrong_and_what_is_needed(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    (folder / "empty.csv").touch()
    (folder / "latin.csv").write_bytes("é\n".encode() + b"a\xff\xe9\n")
    (folder / "folder.html").mkdir()
    (folder / "image.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(9))
    (folder / "cdk.out" / "list.json").write_text("[1]")
    (folder / "cdk.out" / "other.json").write_text(json.dumps(PIPELINE | {"color": 1}))
    path = settings(folder)
    assert main(["check", *(argument.format(settings=path) for argument in arguments)]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert "Traceback" not in said and said.count("\n") <= 3


def _wrong_values(given: Any, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Each value of the settings, and in its place one of every other type."""
    members = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list) else ()
    for name, value in members:
        yield from _wrong_values(value, *path, name)
    for other in (None, 5, 7.5, "text", [], [5], {}, {"a": 5}, True):
        if type(other) is not type(given) and not (other == [] and given == []):
            yield path, other


def _put(given: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    changed = dict(given) if isinstance(given, dict) else dict(enumerate(given))
    changed[path[0]] = _put(given[path[0]], path[1:], value)
    return changed if isinstance(given, dict) else list(changed.values())


def test_settings_that_somebody_edited_get_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is in the place of a value: either it is one too, or what is wrong is named."""
    (folder / "quality_rules.py").write_text("PYTHON_DATA_QUALITY_RULES = []")
    files = [{"name": "quality_rules.py", "url": "../quality_rules.py"}]
    rules = [
        *PIPELINE["quality"]["rules"],
        {"name": "land", "kind": "in_set", "column": "land", "parameters": {"values": ["NO"]}},
        {"name": "size", "kind": "length", "column": "name", "parameters": {"minimum": 1}, "max_fail_ratio": 0.5},
        {"name": "rows", "kind": "row_count", "parameters": {"minimum": 1}, "severity": "warning"},
    ]
    valid = json.loads((folder / settings(folder, rules=rules, rules_files=files)).read_text())
    path = folder / "cdk.out" / "edited.quality.json"
    taken = set()
    for place, value in _wrong_values(valid):
        path.write_text(json.dumps(_put(valid, place, value)))
        code = main(["check", "--settings", str(path)])
        said = capsys.readouterr()
        if code == 0:
            taken.add((*place[-1:], json.dumps(value)))
            continue
        assert code == 1
        assert str(path) in said.err or "quality_rules.py" in said.err, (place, value, said.err)
        assert place == () or str(place[-1]) in said.err, (place, value, said.err)
    nothing = {"delimiter", "encoding", "max_fail_ratio", "description", "minimum", "maximum", "parameters", "column"}
    assert {name for name, _ in taken} <= nothing
    assert {value for _, value in taken} <= {"null", "{}", "5", "true"}


def test_an_interrupted_run_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(laptop, "try_rules", interrupt)
    assert main(["check", "--settings", settings(folder), "--data", "customers.csv"]) == 130
    assert capsys.readouterr().err == "interrupted: not all rules were run\n"


@pytest.mark.parametrize("ratio", [-0.1, 7, 1.01])
@pytest.mark.parametrize("of_rule", [True, False])
def test_a_ratio_is_a_share(folder: Path, capsys: pytest.CaptureFixture[str], ratio: float, of_rule: bool) -> None:
    rule = {**PIPELINE["quality"]["rules"][0], "max_fail_ratio": ratio}
    path = settings(folder, rules=[rule]) if of_rule else settings(folder, max_fail_ratio=ratio)
    assert main(["check", "--settings", path]) == 1
    assert f"max_fail_ratio is {ratio}, but a share from 0 to 1 is needed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("references", "told"),
    [
        ([], r"'known_land' takes its values from s3://\$\{Lists1234\}/lists/lands\.csv.*: --reference known_land=CSV"),
        (["--reference", "known_land=none.csv"], "--reference of the rule 'known_land' is none.csv, but no such file"),
        (["--reference", "land=data.csv"], "--reference names the rule 'land', but known_land is allowed"),
    ],
)
def test_reference_data_has_to_be_given(
    folder: Path, capsys: pytest.CaptureFixture[str], references: list[str], told: str
) -> None:
    path = settings(folder, rules=[FOREIGN_KEY])
    assert main(["check", "--settings", path, "--data", "customers.csv", *references]) == 1
    assert re.search(told, capsys.readouterr().err)


@pytest.mark.usefixtures("spark")
def test_says_where_a_rule_cannot_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = folder / "quality_rules.py"
    rules.write_text(rules.read_text().replace("SELECT * FROM", "SELEC * FROM"))
    assert main(["check", "quality_rules.py"]) == 1
    no_sql = "quality_rules.py:3: no_negative_amount: its query is not Spark SQL: [PARSE"
    assert capsys.readouterr().err.splitlines()[-1].startswith(no_sql)

    rules.write_text(rules.read_text().replace("SELEC * FROM temp_data", "SELECT * FROM customers"))
    assert main(["check", "quality_rules.py", "--data", "data.csv"]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("quality_rules.py:3: no_negative_amount: it can run on no file: [TABLE_OR_VIEW_NOT_FOUND]")
    assert "columns user_id, amount, e_mail, email, __line" in said


def test_fails_for_a_file_that_the_job_would_refuse(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "quality_rules.py").write_text("import not_there")
    assert main(["check", "quality_rules.py"]) == 1
    assert capsys.readouterr().err == (
        "quality_rules.py:1: running it failed: ModuleNotFoundError: No module named 'not_there'\n"
    )


def test_what_is_missing_is_said_with_the_line_that_installs_it(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = dict(line.split("==") for line in (ROOT / "requirements.in").read_text().splitlines() if "==" in line)
    packages = requirements.PACKAGES | requirements.SPARK_PACKAGES
    assert packages == {name: locked[name] for name in packages}

    monkeypatch.setattr(requirements, "SPARK_PACKAGES", {"not_there": "1"})
    assert main(["check", "quality_rules.py", "--data", "data.csv"]) == 1
    assert capsys.readouterr().err.endswith(
        f"{sys.executable} does not have not_there; install what Glue has: {sys.executable} -m pip install"
        " pyarrow==17.0.0 numpy==1.26.4 boto3==1.34.162 pyspark==3.5.6 pandas==2.2.3\n"
    )
    monkeypatch.setattr(requirements, "PYTHON", (4, 0))
    assert "but Python 3.11 or newer is needed" in (requirements.problem() or "")


def test_a_python_without_the_packages_ends_with_what_to_install(folder: Path) -> None:
    (folder / "bare.sh").write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    (folder / "bare.sh").chmod(0o755)
    code, said, errors = command(folder, "quality_rules.py", PYTHON=str(folder / "bare.sh"))
    assert (code, said) == (1, "")
    assert "does not have pyarrow, numpy, boto3; install what Glue has: " in errors and "Traceback" not in errors

    code, _, errors = command(folder, "quality_rules.py", PYTHON="no-such-python")
    assert (code, errors.count("\n")) == (1, 1)
    assert errors.startswith("Python cannot be started as 'no-such-python' (ENOENT), but Python 3.11 is needed; ")


def test_says_how_many_values_a_loader_would_convert(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = [{"name": "named", "kind": "not_null", "column": "name"}]
    csv = {"delimiter": ";", "decimal_separator": ",", "thousands_separator": "."}
    text = json.dumps(PIPELINE | {"csv": csv, "quality": PIPELINE["quality"] | {"rules": rules}})
    (folder / "cdk.out" / "p.quality.json").write_text(text)
    lines = ("Kundennummer;Name;Seen;X", "1,0;Ann;2024-05-01 10:00:00 -0400;1.234,5", "2;Bo;2024-05-01 10:00:00Z;2")
    (folder / "f.csv").write_text("\n".join(lines))

    assert main(["check", "--settings", "cdk.out/p.quality.json", "--data", "f.csv"]) == 0
    said = capsys.readouterr().out
    assert "  user_id BIGINT, because of •,• on line 2, 1 value converted\n" in said
    assert "  seen TIMESTAMPTZ, because of ••••-••-•• ••:••:•• -•••• on line 2, 1 value converted\n" in said
    assert "  x NUMERIC(18,4), because of •.•••,• on line 2, 1 value converted\n" in said
