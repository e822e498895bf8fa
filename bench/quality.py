"""Eight generated row rules on a million-row CSV, beside one plain Spark SQL pass that does the same.

    python -m bench.quality [--rows 1000000] [--repeat 3]

Each is a whole process, from its start to its end, on two cores: the gate's sieve on a folder in place of S3 (the store
is not what is compared), and a PySpark script that reads the CSV with a schema, evaluates the same eight conditions in
one projection with the names of those that a row breaks, and writes good and bad rows. About one row in a hundred
breaks a rule. Then the gate with one rule, with the eight and most rows bad, and three Python rules over all rows in
Spark, with the staging of the rows, counted from when the session has run a first job. Prints seconds, ratios, rows a
second, and the peak memory of the Python processes (proportional set size, Linux).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.upsert import MemoryPeak, write_csv
from local.compute.java import java_home

ROOT = Path(__file__).resolve().parents[1]

RULES: list[dict[str, Any]] = [
    {"name": "not_null_customer", "kind": "not_null", "column": "customer"},
    {"name": "email", "kind": "email", "column": "e_mail"},
    {
        "name": "city",
        "kind": "in_set",
        "column": "city",
        "parameters": {"values": ["Lisbon", "Oslo", "Port of Spain", "Kyoto", "Nairobi"]},
    },
    {
        "name": "amount",
        "kind": "range",
        "column": "amount",
        "parameters": {"minimum": 0, "maximum": 9900},
    },
    {
        "name": "quantity",
        "kind": "range",
        "column": "quantity",
        "parameters": {"minimum": 0},
    },
    {"name": "ordered_on", "kind": "not_in_future", "column": "ordered_on"},
    {
        "name": "active",
        "kind": "matches",
        "column": "active",
        "parameters": {"pattern": "true|false"},
    },
    {"name": "note", "kind": "length", "column": "note", "parameters": {"maximum": 60}},
]
MOST_BAD = [*RULES[:3], {**RULES[3], "parameters": {"minimum": 5000}}, *RULES[4:]]
PYTHON_RULES = """
def amount_is_low(record):
    if record["amount"] > 9900:
        return {"description": "too much"}

def name_is_there(record):
    return None if record["customer"] and len(record["customer"]) > 3 else {"description": "short"}

def ordered_before_update(record):
    if record["ordered_on"] > record["updated_at"].date():
        return {"description": "updated before it was ordered"}

PYTHON_DATA_QUALITY_RULES = [amount_is_low, name_is_there, ordered_before_update]
"""

SPARK_SCRIPT = """
import sys
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.getOrCreate()
columns = [
    "Purchase ID", "Customer", "E-Mail", "City", "Amount", "Quantity", "Ordered On", "Updated At", "Active", "Note"
]
schema = ", ".join(f"`{name}` STRING" for name in columns)
rows = spark.read.schema(schema).option("header", True).option("multiLine", False).csv(sys.argv[1])
conditions = {
    "not_null_customer": "Customer IS NULL",
    "email": "NOT `E-Mail` RLIKE '^[a-zA-Z0-9.!#$%&*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+([.][a-zA-Z0-9-]+)+$'",
    "city": "City NOT IN ('Lisbon', 'Oslo', 'Port of Spain', 'Kyoto', 'Nairobi')",
    "amount": "NOT coalesce(CAST(Amount AS DECIMAL(18,4)) BETWEEN 0 AND 9900, false)",
    "quantity": "NOT coalesce(CAST(Quantity AS BIGINT) >= 0, false)",
    "ordered_on": "NOT coalesce(CAST(`Ordered On` AS DATE) <= current_date(), false)",
    "active": "NOT Active RLIKE '^(true|false)$'",
    "note": "length(Note) > 60",
}
broken = F.array_compact(F.array(*(F.expr(f"CASE WHEN {test} THEN '{name}' END") for name, test in conditions.items())))
checked = rows.withColumn("errors", broken).cache()
checked.where(F.size("errors") == 0).drop("errors").write.csv(sys.argv[2] + "/good", header=True)
checked.where(F.size("errors") > 0).write.json(sys.argv[2] + "/bad")
"""

GATE_SCRIPT = """
import json, sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from customer_data.quality.running.all_rows import AllRowRules, AllRows
from customer_data.quality.running.file_check import Checks
from customer_data.quality.laptop.local_objects import LocalObjects
from customer_data.quality.rules.settings import QualitySettings
from customer_data.quality.running.row_parts import ColumnNaming
from customer_data.quality.rules.rules_file import RulesSource
from customer_data.quality.gate.sieve import sieve_file
from customer_data.files.manifest import SourceFile
from customer_data.files.staging_location import StagingLocation
from customer_data.quality.gate.settings import GateSettings
import time
root, data, rules, python = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
(root / "landing").mkdir()
(root / "landing" / "data.csv").symlink_to(data)
sources = (RulesSource("quality_rules.py", python),) if python else ()
quality = QualitySettings("report/", rules=rules)
settings = GateSettings("bench", StagingLocation("staging", ""), quality)
checks = Checks(quality, "bench", "run", datetime.now(UTC), sources=sources)
file = SourceFile("0" * 64, "landing", "data.csv", None, "", data.stat().st_size, None, "2024-01-01T00:00:00Z")
work = AllRows(checks, settings.csv, (), settings.staging, partial(LocalObjects, root))
rules_of_all_rows = AllRowRules(work)
if python:
    from pyspark.sql import SparkSession
    SparkSession.builder.getOrCreate().range(2).mapInArrow(lambda batches: batches, "id BIGINT").count()
started = time.monotonic()
[found] = rules_of_all_rows.find([file], ColumnNaming({}))
checked = time.monotonic() - started
sieved = sieve_file(file, settings, checks, found, work.connect())
told = {"rejected": sieved.rows_rejected, "all_rows": checked, "refusal": str(sieved.refusal)}
(root / "result.json").write_text(json.dumps(told))
"""


@dataclass(frozen=True)
class Measured:
    seconds: float
    peak_python_mib: float
    result: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-quality-") as directory:
        data = Path(directory, "data.csv")
        write_csv(data, first_key=0, rows=given.rows)
        print(f"{given.rows:,} rows x 10 columns, {data.stat().st_size / 1e6:.0f} MB")
        runs: dict[str, list[Measured]] = {
            "spark": [],
            "eight": [],
            "one": [],
            "most bad": [],
            "python": [],
        }
        for attempt in range(1, given.repeat + 1):
            runs["spark"].append(measure_spark(data))
            runs["eight"].append(measure_gate(data, RULES))
            runs["one"].append(measure_gate(data, RULES[3:4]))
            runs["most bad"].append(measure_gate(data, MOST_BAD))
            runs["python"].append(measure_gate(data, [], PYTHON_RULES))
            print(
                f"  {attempt}: " + ", ".join(f"{name} {of[-1].seconds:.2f} s" for name, of in runs.items()),
                flush=True,
            )
        report(runs, given.rows)


def report(runs: dict[str, list[Measured]], rows: int) -> None:
    seconds = {name: statistics.median(run.seconds for run in of) for name, of in runs.items()}
    peak = {name: max(run.peak_python_mib for run in of) for name, of in runs.items()}
    result = {name: of[-1].result for name, of in runs.items()}
    print(f"one plain Spark SQL pass, 8 conditions: {seconds['spark']:.2f} s, {rows / seconds['spark']:,.0f} rows/s")
    for name, what in (
        ("eight", "8 rules"),
        ("one", "1 rule"),
        ("most bad", "8 rules, most rows bad"),
    ):
        print(
            f"gate, {what}: {seconds[name]:.2f} s, {rows / seconds[name]:,.0f} rows/s,"
            f" {result[name]['rejected']:,} rows rejected, Python peak {peak[name]:.0f} MiB"
        )
    print(f"8 rules to one Spark SQL pass: {seconds['eight'] / seconds['spark']:.2f}")
    print(f"8 rules to 1 rule: {seconds['eight'] / seconds['one']:.2f}")
    print(f"8 rules, most rows bad to 8 rules: {seconds['most bad'] / seconds['eight']:.2f}")
    in_spark = statistics.median(run.result["all_rows"] for run in runs["python"])
    print(
        f"3 Python rules: {rows / in_spark:,.0f} rows/s with staging the rows, {seconds['python']:.2f} s in all,"
        f" Python peak {peak['python']:.0f} MiB"
    )


def measure_spark(data: Path) -> Measured:
    with tempfile.TemporaryDirectory(prefix="bench-quality-spark-") as directory:
        return _measure(SPARK_SCRIPT, directory, str(data), directory)


def measure_gate(data: Path, rules: list[dict[str, Any]], python: str = "") -> Measured:
    with tempfile.TemporaryDirectory(prefix="bench-quality-gate-") as directory:
        measured = _measure(GATE_SCRIPT, directory, directory, str(data), json.dumps(rules), python)
        result = json.loads(Path(directory, "result.json").read_text())
        if result["refusal"] != "None":
            raise RuntimeError(result["refusal"])
        return Measured(measured.seconds, measured.peak_python_mib, result)


def _measure(script: str, directory: str, *arguments: str) -> Measured:
    path = Path(directory, "script.py")
    path.write_text(script)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "runtime"),
        "JAVA_HOME": str(java_home()),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_SUBMIT_ARGS": "--master local[2] --driver-memory 2g --conf spark.ui.enabled=false"
        " --conf spark.sql.shuffle.partitions=2 pyspark-shell",
    }
    started = time.monotonic()
    with MemoryPeak(str(path)) as peak:
        subprocess.run(
            [sys.executable, str(path), *arguments],
            env=environment,
            check=True,
            capture_output=True,
        )
    return Measured(time.monotonic() - started, peak.mebibytes, {})


if __name__ == "__main__":
    main()
