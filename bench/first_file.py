"""How long the local cloud takes to stand with the example deployed, and a small file to be in its table.

    python -m bench.first_file

The file has 100 rows; the example's batching window of 5 seconds is in its time.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import psycopg

from bench.upsert import EXAMPLE, write_csv
from local.cloud import LocalCloud

ROWS = 100


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-first-file-") as directory:
        file = Path(directory, "first.csv")
        write_csv(file, first_key=0, rows=ROWS)
        started = time.monotonic()
        with LocalCloud.start(Path(directory, "cloud")) as cloud:
            outputs = cloud.deploy(EXAMPLE)
            print(f"local cloud started, example synthesized and deployed: {time.monotonic() - started:.1f} s")

            uploaded = time.monotonic()
            key = f"{outputs['PurchasesPrefix']}first.csv"
            cloud.client("s3").upload_file(str(file), outputs["LandingBucketName"], key)
            cloud.wait_until(
                lambda: rows_in(cloud, outputs["PurchasesTable"]) == ROWS,
                120,
                "the load",
            )
            print(f"{ROWS} rows in the table: {time.monotonic() - uploaded:.1f} s after the upload")


def rows_in(cloud: LocalCloud, table: str) -> int:
    with psycopg.connect(cloud.warehouse_url or "") as connection:
        if connection.execute("SELECT to_regclass(%s)", [table]).fetchone() == (None,):
            return 0
        [(count,)] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()  # type: ignore[arg-type]
        return int(count)


if __name__ == "__main__":
    main()
