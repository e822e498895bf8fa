"""Upserts a million-row CSV into a million-row table, half the keys overlapping, beside the floor and dlt on the same
server.

    python -m bench.upsert [--rows 1000000] [--files 1] [--repeat 3]

The loader is the deployed one: the Glue run of the example on the local cloud, from the start of its process to its
end. One file is staged by the driver; of `--files 2` with over 256 MiB together, Spark makes two tasks, and its start
is in the time. The floor is what one would do by hand with psql: \\copy into a temporary table, delete by
key, insert. dlt reads the files by Arrow and sends them through ADBC, its fastest way, with the faster of its two
strategies, from the start of its process to its end. All write to the same embedded PostgreSQL with the same settings,
and end with the same rows, which is checked. Prints seconds, ratios, and the peak memory of the Python processes
(proportional set size, Linux).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv

from local.cloud import LocalCloud

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "platform"
PEERS = ROOT / "bench" / "peers"
FLOOR_TABLE = "public.bench_floor"
FLOOR_COLUMNS = (
    "purchase_id BIGINT, customer VARCHAR(64), e_mail VARCHAR(128), city VARCHAR(64), amount NUMERIC(18,4),"
    " quantity BIGINT, ordered_on DATE, updated_at TIMESTAMP, active BOOLEAN, note VARCHAR(256)"
)


@dataclass(frozen=True)
class Measured:
    seconds: float
    peak_python_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="bench-upsert-") as directory:
        rows = given.rows // given.files
        stored = [Path(directory, "stored.csv")]
        incoming = [Path(directory, f"incoming-{number}.csv") for number in range(given.files)]
        write_csv(stored[0], first_key=0, rows=given.rows)
        for number, path in enumerate(incoming):
            write_csv(path, first_key=given.rows // 2 + number * rows, rows=rows)
        size = sum(path.stat().st_size for path in incoming)
        print(f"{given.rows:,} rows x 10 columns, {size / 1e6:.0f} MB in {given.files} files, into {given.rows:,} rows")
        with LocalCloud.start(Path(directory, "cloud")) as cloud:
            outputs = cloud.deploy(EXAMPLE)
            url = cloud.warehouse_url or ""
            loader, dlt = LoaderBench(cloud, outputs), DltBench(url)
            floors, peers, loads = [], [], []
            for attempt in range(1, given.repeat + 1):
                floors.append(measure_floor(url, stored, incoming))
                peers.append(dlt.measure(stored, incoming))
                loads.append(loader.measure(stored, incoming))
                require_same_rows(url, FLOOR_TABLE, loader.table)
                print(
                    f"  {attempt}: floor {floors[-1]:.2f} s, dlt {peers[-1].seconds:.2f} s"
                    f" ({peers[-1].peak_python_mib:.0f} MiB), loader {loads[-1].seconds:.2f} s"
                    f" ({loads[-1].peak_python_mib:.0f} MiB)",
                    flush=True,
                )
    floor = statistics.median(floors)
    peer, load = (statistics.median(run.seconds for run in runs) for runs in (peers, loads))
    peer_peak, peak = (max(run.peak_python_mib for run in runs) for runs in (peers, loads))
    print(f"median: floor {floor:.2f} s, dlt {peer:.2f} s, loader {load:.2f} s")
    print(f"loader to floor {load / floor:.2f}, loader to dlt {load / peer:.2f}, dlt to floor {peer / floor:.2f}")
    print(f"Python peak: dlt {peer_peak:.0f} MiB, loader {peak:.0f} MiB")


def write_csv(path: Path, first_key: int, rows: int) -> None:
    """About 140 bytes a row; the same bytes for the same arguments."""
    chunk = 100_000
    with path.open("wb") as out:
        for start in range(0, rows, chunk):
            keys = np.arange(first_key + start, first_key + min(start + chunk, rows))
            number = keys.astype(str)
            table = pa.table(
                {
                    "Purchase ID": keys,
                    "Customer": np.char.add("Customer Number ", number),
                    "E-Mail": np.char.add(np.char.add("user.", number), "@mail.example.com"),
                    "City": np.array(["Lisbon", "Oslo", "Port of Spain", "Kyoto", "Nairobi"])[keys % 5],
                    "Amount": np.char.add((keys % 9973).astype(str), ".25"),
                    "Quantity": keys % 17,
                    "Ordered On": (np.datetime64("2020-01-01") + keys % 1500).astype(str),
                    "Updated At": (np.datetime64("2024-01-01T00:00:00") + keys % 10_000_000).astype(str),
                    "Active": np.array(["true", "false"])[keys % 2],
                    "Note": np.char.add("a short note about purchase ", number),
                }
            )
            text = table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
            options = pyarrow.csv.WriteOptions(include_header=start == 0, quoting_style="none")
            pyarrow.csv.write_csv(text, out, options)


def measure_floor(url: str, stored: list[Path], incoming: list[Path]) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {FLOOR_TABLE}")
        connection.execute(f"CREATE TABLE public.bench_floor ({FLOOR_COLUMNS})")
        copy_files(connection, "public.bench_floor", stored)
        started = time.monotonic()
        with connection.transaction():
            connection.execute("CREATE TEMP TABLE incoming (LIKE public.bench_floor) ON COMMIT DROP")
            copy_files(connection, "incoming", incoming)
            connection.execute(
                "DELETE FROM public.bench_floor USING incoming WHERE bench_floor.purchase_id = incoming.purchase_id"
            )
            connection.execute("INSERT INTO public.bench_floor SELECT * FROM incoming")
    return time.monotonic() - started


def copy_files(connection: psycopg.Connection[tuple[object, ...]], table: str, paths: list[Path]) -> None:
    r"""What psql's \copy does: the client streams each file as it is."""
    for path in paths:
        statement = f"COPY {table} FROM STDIN (FORMAT csv, HEADER true)"
        with connection.cursor().copy(statement) as copy, path.open("rb") as file:
            while block := file.read(1 << 18):
                copy.write(block)


def require_same_rows(url: str, one: str, other: str) -> None:
    columns = [column.split()[0] for column in FLOOR_COLUMNS.split(", ")]
    # dlt keeps a time without a zone as the same time in UTC.
    in_utc = [f"{name}::timestamptz AT TIME ZONE 'UTC'" if name == "updated_at" else name for name in columns]
    of_one, of_other = (f"SELECT {', '.join(names)} FROM {table}" for names, table in ((in_utc, one), (columns, other)))
    with psycopg.connect(url) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        for first, second in ((of_one, of_other), (of_other, of_one)):
            rows = connection.execute(f"{first} EXCEPT ALL {second} LIMIT 3").fetchall()
            if rows:
                raise RuntimeError(f"{one} and {other} differ: {rows}")


class DltBench:
    """dlt in an environment of its own, made once."""

    def __init__(self, url: str) -> None:
        self.table = "bench_dlt.purchases"
        self._url = url
        self.python = ROOT / ".cache" / "bench-dlt" / "bin" / "python"
        requirements = PEERS / "dlt_requirements.txt"
        stamp = self.python.parents[1] / "requirements.txt"
        if not stamp.exists() or stamp.read_text() != requirements.read_text():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(stamp.parent)], check=True)
            subprocess.run(
                [
                    str(self.python),
                    "-m",
                    "pip",
                    "install",
                    "-q",
                    "-r",
                    str(requirements),
                ],
                check=True,
            )
            stamp.write_text(requirements.read_text())

    def measure(self, stored: list[Path], incoming: list[Path]) -> Measured:
        runs = []
        for strategy in ("upsert", "delete-insert"):
            with psycopg.connect(self._url, autocommit=True) as connection:
                connection.execute("DROP SCHEMA IF EXISTS bench_dlt, bench_dlt_staging CASCADE")
            self._load(strategy, stored)
            runs.append(self._load(strategy, incoming))
            require_same_rows(self._url, FLOOR_TABLE, self.table)
        return min(runs, key=lambda run: run.seconds)

    def _load(self, strategy: str, paths: list[Path]) -> Measured:
        script = str(PEERS / "dlt_upsert.py")
        started = time.monotonic()
        with MemoryPeak(script) as peak:
            subprocess.run(
                [
                    str(self.python),
                    script,
                    self._url,
                    "bench_dlt",
                    strategy,
                    *map(str, paths),
                ],
                check=True,
                capture_output=True,
            )
        return Measured(time.monotonic() - started, peak.mebibytes)


class LoaderBench:
    def __init__(self, cloud: LocalCloud, outputs: dict[str, str]) -> None:
        self.cloud = cloud
        self.bucket = outputs["LandingBucketName"]
        self.prefix = outputs["PurchasesPrefix"]
        self.table = outputs["PurchasesTable"]
        self.job_name = outputs["PurchasesJobName"]

    def measure(self, stored: list[Path], incoming: list[Path]) -> Measured:
        with psycopg.connect(self.cloud.warehouse_url or "", autocommit=True) as connection:
            connection.execute(f"DROP TABLE IF EXISTS {self.table}")
        self._load(stored)
        return self._load(incoming)

    def _load(self, paths: list[Path]) -> Measured:
        known = {run["Id"] for run in self.cloud.glue_runs(self.job_name)}
        # The files of one manifest: the dispatcher's batching is not what is measured.
        with MemoryPeak(str(self.cloud.directory / "glue" / "jr_")) as peak:
            for path in paths:
                key = f"{self.prefix}{time.time_ns()}-{path.name}"
                self.cloud.client("s3").upload_file(str(path), self.bucket, key)
            ended = self.cloud.wait_until(
                lambda: self._ended(known),
                900,
                f"the end of the run of {len(paths)} files",
            )
        if len(ended) > 1:
            raise RuntimeError(f"{len(ended)} runs loaded {len(paths)} files: the upload took longer than the window")
        [run] = ended
        if run["JobRunState"] != "SUCCEEDED":
            raise RuntimeError(f"the run ended {run['JobRunState']}: {run.get('ErrorMessage')}")
        return Measured((run["CompletedOn"] - run["StartedOn"]).total_seconds(), peak.mebibytes)

    def _ended(self, known: set[str]) -> list[dict[str, Any]]:
        """The new runs, once all have ended."""
        runs = [run for run in self.cloud.glue_runs(self.job_name) if run["Id"] not in known]
        return [] if any(run["JobRunState"] in ("STARTING", "RUNNING", "STOPPING") for run in runs) else runs


class MemoryPeak:
    """The peak of all proportional set sizes of the Python processes whose command has a word, and their children."""

    def __init__(self, word: str) -> None:
        self.mebibytes = 0.0
        self._word = word
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemoryPeak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            listing = subprocess.run(
                ["ps", "-eo", "pid=,ppid=,args="],
                capture_output=True,
                text=True,
                check=True,
            )
            processes = [line.split(None, 2) for line in listing.stdout.splitlines()]
            ours = {pid for pid, _, command in processes if self._word in command}
            for _ in range(3):
                ours |= {pid for pid, parent, _ in processes if parent in ours}
            python = [pid for pid, _, command in processes if pid in ours and "python" in command.split()[0]]
            self.mebibytes = max(self.mebibytes, sum(map(_proportional_set_size, python)))


def _proportional_set_size(pid: str) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0.0


if __name__ == "__main__":
    main()
