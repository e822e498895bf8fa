"""Merges a million changes of 300,000 keys into a million-row table, beside plain SQL and dlt on the same server.

    python -m bench.replication [--changes 1000000] [--keys 300000] [--rows 1000000] [--files 4] [--repeat 3]
                                [--without-dlt]

The changes are Parquet files as DMS writes them. Plain SQL is what one would write by hand for the Data API: COPY into
a temporary table, the last change of each key by row_number(), delete, insert; it knows no late files, no deletions to
remember, no changed keys. The merge is the job's script, from the start of its process to its end, and beside that the
time of the table's merge alone. dlt merges by delete-insert with hard deletes, the last change by dedup_sort, from the
start of its process to its end; it reads the files from the disk, the others from S3's stand-in. All write to the same
embedded PostgreSQL with the same settings, and end with the same rows, which is checked. Prints seconds, ratios, and
the peak memory of the Python processes (proportional set size, Linux).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from moto.server import ThreadedMotoServer

from bench.upsert import DltBench, MemoryPeak
from local.redshift.moto_backend import install
from local.redshift.server import PostgresServer

ROOT = Path(__file__).resolve().parents[1]
BUCKET, PREFIX, ROLE = "staging", "replication/bench/", "arn:aws:iam::123456789012:role/copy"
START = datetime(2024, 1, 1, tzinfo=UTC)
KEY = {"AWS_ACCESS_KEY_ID": "AKIALOADER0000000000", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
COLUMNS = {
    "ORDER_ID": ("BIGINT", pa.int64()),
    "CUSTOMER": ("VARCHAR(64)", pa.string()),
    "E_MAIL": ("VARCHAR(128)", pa.string()),
    "AMOUNT": ("NUMERIC(18,4)", pa.decimal128(18, 4)),
    "QUANTITY": ("INTEGER", pa.int32()),
    "ORDERED_ON": ("TIMESTAMP", pa.timestamp("us")),
    "UPDATED_AT": ("TIMESTAMP", pa.timestamp("us")),
    "NOTE": ("VARCHAR(256)", pa.string()),
}
NAMES = [name.lower() for name in COLUMNS]
DDL = ", ".join(
    f"{name.lower()} {type}{' NOT NULL' if name == 'ORDER_ID' else ''}" for name, (type, _) in COLUMNS.items()
)
STAGED = f"op VARCHAR(1), {', '.join(f'{name.lower()} {type}' for name, (type, _) in COLUMNS.items())}"


@dataclass(frozen=True)
class Measured:
    seconds: float
    merge_seconds: float = 0.0
    peak_python_mib: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("changes", 1_000_000), ("keys", 300_000), ("rows", 1_000_000), ("files", 4), ("repeat", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--without-dlt", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-replication-") as directory, Server(Path(directory)) as server:
        load = write_load(Path(directory), given.rows)
        changes = write_changes(Path(directory), given.changes, given.keys, given.rows, given.files)
        size = sum(path.stat().st_size for path in changes)
        print(
            f"{given.changes:,} changes of {given.keys:,} keys, {size / 1e6:.0f} MB in {given.files} files,"
            f" into {given.rows:,} rows"
        )
        server.merge_load(load)
        plain, peers, merges = [], [], []
        for attempt in range(1, given.repeat + 1):
            plain.append(server.measure_plain(changes))
            merges.append(server.measure_merge(changes))
            server.require_same_rows("public.plain", "bench.orders")
            if not given.without_dlt:
                peers.append(server.measure_dlt(load, changes))
                server.require_same_rows("public.plain", "bench_dlt.orders")
            peer = f", dlt {peers[-1].seconds:.2f} s ({peers[-1].peak_python_mib:.0f} MiB)" if peers else ""
            print(
                f"  {attempt}: plain SQL {plain[-1]:.2f} s{peer}, merge {merges[-1].seconds:.2f} s"
                f" ({merges[-1].merge_seconds:.2f} s without its start; {merges[-1].peak_python_mib:.0f} MiB)",
                flush=True,
            )
    floor, merge = statistics.median(plain), statistics.median(run.seconds for run in merges)
    table = statistics.median(run.merge_seconds for run in merges)
    print(f"median: plain SQL {floor:.2f} s, merge {merge:.2f} s ({table:.2f} s)")
    print(f"merge to plain SQL {merge / floor:.2f} ({table / floor:.2f} without the process's start)")
    if peers:
        peer_seconds = statistics.median(run.seconds for run in peers)
        print(f"dlt {peer_seconds:.2f} s, merge to dlt {merge / peer_seconds:.2f}")
    print(f"Python peak of the merge: {max(run.peak_python_mib for run in merges):.0f} MiB")


def values_of(keys: Any, version: Any) -> dict[str, pa.Array]:
    number = np.char.add(keys.astype(str), np.char.add("-", version.astype(str)))
    cents = pa.array(((keys * 7 + version) % 9_999_999).astype(np.int32)).cast(pa.decimal128(18, 4))
    return {
        "ORDER_ID": pa.array(keys),
        "CUSTOMER": pa.array(np.char.add("Customer Number ", number)),
        "E_MAIL": pa.array(np.char.add(np.char.add("user.", number), "@mail.example.com")),
        "AMOUNT": cents,
        "QUANTITY": pa.array((keys % 17).astype(np.int32)),
        "ORDERED_ON": pa.array(np.datetime64("2020-01-01T00:00:00", "us") + keys % 10_000_000),
        "UPDATED_AT": pa.array(np.datetime64("2024-01-01T00:00:00", "us") + version),
        "NOTE": pa.array(np.char.add("a short note about order ", number)),
    }


def write_load(directory: Path, rows: int) -> list[Path]:
    path = directory / "LOAD00000001.parquet"
    keys = np.arange(rows)
    write(path, np.full(rows, "I"), values_of(keys, np.zeros(rows, np.int64)), START, pa.nulls(rows, pa.string()))
    return [path]


def write_changes(directory: Path, changes: int, keys: int, rows: int, files: int) -> list[Path]:
    """A tenth are deletions; half of the keys are in the table. The same bytes for the same arguments."""
    random = np.random.default_rng(7)
    paths = []
    for number in range(files):
        first, last = changes * number // files, changes * (number + 1) // files
        count = last - first
        key = rows - keys // 2 + random.integers(0, keys, count)
        operation = random.choice(np.array(["U", "U", "U", "U", "U", "U", "U", "I", "I", "D"]), count)
        sequence = np.char.add("2024010100000000", np.char.zfill(np.arange(first, last).astype(str), 19))
        time_ = START + timedelta(minutes=number + 1)
        path = directory / f"{time_:%Y%m%d-%H%M%S}000.parquet"
        before = pa.array(key, mask=operation != "U")
        values = values_of(key, np.arange(first, last)) | {"BI_ORDER_ID": before}
        write(path, operation, values, time_, pa.array(sequence))
        paths.append(path)
    return paths


def write(path: Path, operation: Any, values: dict[str, pa.Array], commit: datetime, sequence: pa.Array) -> None:
    time_ = pa.array([commit.strftime("%Y-%m-%d %H:%M:%S.%f")] * len(operation))
    table = pa.table({"Op": operation, **values, "cdp_commit_time": time_, "cdp_change_seq": sequence})
    pq.write_table(table, path, row_group_size=100_000)


class Server:
    """PostgreSQL, and S3 and the Data API in front of it, in this process; what is measured runs in others."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._postgres = PostgresServer(directory / "postgres")
        self._moto = ThreadedMotoServer(port=0, verbose=False)
        self._runs = 0

    def __enter__(self) -> Server:
        self.url = self._postgres.start()
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._moto.start()
        host, port = self._moto.get_host_and_port()
        self._environment = {**os.environ, **KEY, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
        os.environ.update(KEY)
        self.s3 = boto3.client("s3", endpoint_url=f"http://{host}:{port}")
        self.data = boto3.client("redshift-data", endpoint_url=f"http://{host}:{port}")
        install(self.url, lambda key: None, lambda arn: self.s3, lambda arn: None)
        self.s3.create_bucket(Bucket=BUCKET)
        return self

    def __exit__(self, *_: object) -> None:
        self._moto.stop()
        self._postgres.delete()

    def merge_load(self, load: list[Path]) -> None:
        """Makes `base`, which every run begins with, by the merge itself."""
        self.run("CREATE SCHEMA bench")
        self._make_target()
        self._merge(load)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE public.base AS SELECT * FROM bench.orders")
            connection.execute("CREATE TABLE public.base_ledger AS SELECT * FROM bench.orders__loads")

    def measure_plain(self, changes: list[Path]) -> float:
        """Deletions, and the last change of each key."""
        self._execute("DROP TABLE IF EXISTS public.plain")
        self.run(f"CREATE TABLE public.plain ({DDL})")
        self._execute(f"INSERT INTO public.plain SELECT {', '.join(NAMES)} FROM public.base")
        files = self._upload(changes)
        entries = [
            {"url": f"s3://{BUCKET}/{file['key']}", "mandatory": True, "meta": {"content_length": file["size"]}}
            for file in files
        ]
        self.s3.put_object(Bucket=BUCKET, Key="plain.manifest", Body=json.dumps({"entries": entries}))
        names = ", ".join(NAMES)
        started = time.monotonic()
        self.run(
            f"CREATE TEMP TABLE staged ({STAGED}, bi_order_id BIGINT, commit_time VARCHAR(26), seq VARCHAR(35))",
            f"COPY staged FROM 's3://{BUCKET}/plain.manifest' IAM_ROLE '{ROLE}' FORMAT AS PARQUET MANIFEST",
            "CREATE TEMP TABLE last AS SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY order_id"
            " ORDER BY seq DESC) AS place FROM staged) AS ranked WHERE place = 1",
            "DELETE FROM public.plain USING last WHERE plain.order_id = last.order_id",
            f"INSERT INTO public.plain ({names}) SELECT {names} FROM last WHERE op <> 'D'",
        )
        return time.monotonic() - started

    def measure_merge(self, changes: list[Path]) -> Measured:
        self._make_target()
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("ALTER TABLE bench.orders ADD COLUMN cdp_sequence VARCHAR(64)")
            connection.execute("INSERT INTO bench.orders SELECT * FROM public.base")
            connection.execute("CREATE TABLE bench.orders__loads AS SELECT * FROM public.base_ledger")
        return self._merge(changes)

    def measure_dlt(self, load: list[Path], changes: list[Path]) -> Measured:
        self._execute("DROP SCHEMA IF EXISTS bench_dlt CASCADE")
        self._execute("DROP SCHEMA IF EXISTS bench_dlt_staging CASCADE")
        dlt = DltBench(self.url)
        self._dlt(dlt, load)
        return self._dlt(dlt, changes)

    def _dlt(self, dlt: DltBench, paths: list[Path]) -> Measured:
        script = str(ROOT / "bench" / "peers" / "dlt_replication.py")
        started = time.monotonic()
        with MemoryPeak(script) as peak:
            command = [str(dlt.python), script, self.url, "bench_dlt", *map(str, paths)]
            subprocess.run(command, check=True, capture_output=True)
        return Measured(time.monotonic() - started, peak_python_mib=peak.mebibytes)

    def _make_target(self) -> None:
        for table in ("orders", "orders__loads", "orders__tombstones"):
            self._execute(f"DROP TABLE IF EXISTS bench.{table}")
        self.run(f"CREATE TABLE bench.orders ({DDL}, PRIMARY KEY (order_id))")

    def _upload(self, paths: list[Path]) -> list[dict[str, Any]]:
        """The files as their events tell of them."""
        files: list[dict[str, Any]] = []
        for path in paths:
            key = f"{PREFIX}SALES/ORDERS/{path.name}"
            body = path.read_bytes()
            etag = self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)["ETag"].strip('"')
            files.append(
                {
                    "load_id": hashlib.sha256(key.encode()).hexdigest(),
                    "bucket": BUCKET,
                    "key": key,
                    "version_id": None,
                    "etag": etag,
                    "size": len(body),
                    "sequencer": f"{len(files) + 1:018X}",
                    "event_time": (START + timedelta(seconds=1)).isoformat(),
                }
            )
        return files

    def _merge(self, paths: list[Path]) -> Measured:
        self._runs += 1
        manifest = {"manifest_version": 1, "pipeline": "bench", "created_at": START.isoformat()}
        body = json.dumps({**manifest, "files": self._upload(paths)})
        self.s3.put_object(Bucket=BUCKET, Key="manifests/bench.json", Body=body)
        settings = {
            "pipeline": "bench",
            "prefix": PREFIX,
            "target_schema": "bench",
            "staging": {"bucket": BUCKET, "prefix": "parts/"},
            "warehouse": {"database": "dev", "copy_role_arn": ROLE, "workgroup_name": "warehouse"},
        }
        script = str(ROOT / "runtime" / "jobs" / "merge_changes.py")
        command = [sys.executable, script, "--settings", json.dumps(settings)]
        command += ["--manifest", f"s3://{BUCKET}/manifests/bench.json", "--JOB_RUN_ID", f"jr_{self._runs}"]
        started = time.monotonic()
        with MemoryPeak(script) as peak:
            environment = {**self._environment, "PYTHONPATH": str(ROOT / "runtime")}
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
        seconds = time.monotonic() - started
        if done.returncode:
            raise RuntimeError(f"the merge failed:\n{done.stdout}\n{done.stderr}")
        found = re.search(r'"event": "table".*"seconds": ([0-9.]+)', done.stdout)
        return Measured(seconds, float(found[1]) if found else 0.0, peak.mebibytes)

    def run(self, *statements: str) -> None:
        target = {"WorkgroupName": "warehouse", "Database": "dev"}
        if len(statements) == 1:
            submitted = self.data.execute_statement(Sql=statements[0], **target)["Id"]
        else:
            submitted = self.data.batch_execute_statement(Sqls=list(statements), **target)["Id"]
        while (found := self.data.describe_statement(Id=submitted))["Status"] not in ("FINISHED", "FAILED", "ABORTED"):
            time.sleep(0.02)
        if found["Status"] != "FINISHED":
            raise RuntimeError(found.get("Error"))

    def require_same_rows(self, one: str, other: str) -> None:
        queries = [
            f"SELECT {', '.join(in_utc(name) if 'dlt' in table else name for name in NAMES)} FROM {table}"
            for table in (one, other)
        ]
        with psycopg.connect(self.url) as connection:
            for first, second in (queries, queries[::-1]):
                if rows := connection.execute(f"{first} EXCEPT ALL {second} LIMIT 3").fetchall():
                    raise RuntimeError(f"{one} and {other} differ: {rows}")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


def in_utc(name: str) -> str:
    """dlt keeps a time without a zone as the same time in UTC."""
    return f"{name}::timestamptz AT TIME ZONE 'UTC'" if name in ("ordered_on", "updated_at") else name


if __name__ == "__main__":
    main()
