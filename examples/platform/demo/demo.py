"""Feeds real data through the deployed platform and shows what became of it.

    demo.py --state FILE --data WHEEL [--report HTML] [--assessment HTML]

FILE is what `script/local up` wrote, or `{"region": ..., "outputs": {...}}` of a stack in an account; WHEEL is the
`lifetimes` wheel that holds the CDNOW data set; a report of the gate, and the assessment of the Oracle
schema, are copied to HTML. In an account there is no Oracle database to play with. Exits 0 only if every file
ended where it should.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from cdnow import MonthlyExport, Purchase, monthly_exports, read_purchases
from platform_client import NotDone, Platform, Row, wait_until
from shop import COLUMNS, REPLICATED_UNTIL, ShopDemo

BROKEN_FILE = "1997-05 (scan).csv"
ADDED_COLUMN = "average_order"
FIRST_MONTHS = 2
"""Months that are loaded before the CRM's layout changes."""


@dataclass(frozen=True)
class Check:
    what: str
    expected: object
    found: object

    @property
    def passed(self) -> bool:
        return self.expected == self.found


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--state", type=Path, required=True)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--report", type=Path, default=Path("quality-report.html"))
    arguments.add_argument("--assessment", type=Path, default=Path("assessment.html"))
    given = arguments.parse_args()

    platform = Platform.from_state(given.state)
    demo = LoaderDemo(platform)
    shop = ShopDemo(platform, platform.oracle_url) if platform.oracle_url else None
    purchases = read_purchases(given.data)
    exports = list(monthly_exports(purchases))

    print(f"\nCDNOW: {len(purchases):,} purchases in {len(exports)} months, two CSV files a month")
    started = time.monotonic()

    done = True
    try:
        feed(demo, exports)
        demo.show_gate(given.report)
        if shop:
            replicate(shop, purchases, given.assessment)
    except NotDone as error:
        done = False
        print(f"\n! {error}")
        if platform.log:
            print(f"! What happened, line by line: {platform.log}")
    found = [Check("every step was done", True, done), *checks(demo, purchases, exports)]
    if shop:
        found += [Check(f"rows of {table} unlike Oracle's", 0, shop.difference(table).unlike) for table in COLUMNS]
    return demo.report(found, time.monotonic() - started)


def feed(demo: LoaderDemo, exports: list[MonthlyExport]) -> None:
    """Uploads the exports in two steps and shows what each does. Raises NotDone."""
    print(f"\n1. The first {FIRST_MONTHS} months")
    demo.load(exports[:FIRST_MONTHS])
    demo.show_tables()

    print(f"\n2. The other {len(exports) - FIRST_MONTHS} months: a new column, bad lines, and a file that is no CSV")
    before = demo.columns(demo.customers_table)
    demo.upload(demo.customers_prefix, BROKEN_FILE, b"\x89PNG\r\n\x1a\n" + bytes(512))
    demo.load(exports[FIRST_MONTHS:], failing=[demo.customers_prefix + BROKEN_FILE])
    demo.show_tables()
    demo.note_added_columns(before)
    demo.show_rejected_records()
    demo.show_failed_file()


def replicate(shop: ShopDemo, purchases: list[Purchase], page: Path) -> None:
    """Shows the converted schema, waits for the full load, changes the source while it replicates. Raises NotDone."""
    shop.show_assessment(page)
    print("\n5. The full load")
    shop.await_equality("the full load")
    print(f"\n6. The months until {REPLICATED_UNTIL}, traded in Oracle while it is replicated")
    shop.trade(purchases)
    print(f"  {shop.changes:,} rows changed in Oracle")
    shop.await_equality("the merge of the changes")


class LoaderDemo:
    """The CSV loader's part of the demo."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.bucket = platform.outputs["LandingBucketName"]
        self.customers_prefix = platform.outputs["LandingPrefix"]
        self.purchases_prefix = platform.outputs["PurchasesPrefix"]
        self.error_prefix = platform.outputs["ErrorPrefix"]
        self.quarantine_prefix = platform.outputs["QuarantinePrefix"]
        self.gate_prefix = platform.outputs["GatePrefix"]
        self.gate_quarantine_prefix = platform.outputs["GateQuarantinePrefix"]
        self.gate_report_prefix = platform.outputs["GateReportPrefix"]
        self.customers_table = platform.outputs["CustomersTable"]
        self.purchases_table = platform.outputs["PurchasesTable"]
        self.files = 0
        self.added_columns: list[str] = []

    def upload(self, prefix: str, name: str, body: bytes) -> str:
        self.platform.client("s3").put_object(Bucket=self.bucket, Key=prefix + name, Body=body)
        self.files += 1
        return prefix + name

    def load(self, exports: list[MonthlyExport], failing: list[str] | None = None) -> None:
        """Uploads the exports and waits until the ledgers say what became of each file. Raises NotDone."""
        customers = [self.upload(self.customers_prefix, f"{e.month}.csv", e.customers) for e in exports]
        for export in exports:
            self.upload(self.gate_prefix, f"{export.month}.csv", export.purchases)
        purchases = [
            f"{self.purchases_prefix}{export.month}.csv" for export in exports
        ]  # once they have passed the gate
        waiting = {self.customers_table: {*customers, *(failing or [])}, self.purchases_table: set(purchases)}
        total = sum(map(len, waiting.values()))
        print(f"  uploaded {total} files to s3://{self.bucket}/")

        def finished() -> int:
            return sum(len(keys & self.finished_keys(table)) for table, keys in waiting.items())

        wait_until(
            lambda: finished() == total,
            what=f"loading {total} files",
            timeout=600,
            progress=lambda: f"{finished()} of {total} files done",
            hopeless=lambda: self.abandoned(
                {*customers, *purchases, *(f"{self.gate_prefix}{e.month}.csv" for e in exports)}
            ),
        )

    def abandoned(self, keys: set[str]) -> str:
        """The message about files that are given up; it names the file and why."""
        for message in self.platform.messages():
            # A file of which rows were rejected went on.
            lines = [line for line in message["message"].splitlines() if " rows rejected" not in line]
            if any(f"/{key}: " in line for key in keys for line in lines if line.startswith("- ")):
                return str(message["message"])
        return ""

    def finished_keys(self, table: str) -> set[str]:
        schema, name = table.split(".")
        if not self.columns(f"{schema}.{name}__loads"):
            return set()
        return {key for (key,) in self.platform.query(f"SELECT object_key FROM {_quoted(schema, name + '__loads')}")}

    def totals(self, table: str, amount: str) -> tuple[int, Decimal]:
        """How many rows there are, and the sum of a column; zeros when there is no such table."""
        if not self.columns(table):
            return 0, Decimal(0)
        rows, total = self.platform.query(f"SELECT count(*), sum({amount}) FROM {_quoted(*table.split('.'))}")[0]
        return rows, Decimal(total or 0).quantize(Decimal("0.01"))

    def columns(self, table: str) -> list[Row]:
        """(name, type) of each column, in order; empty when there is no such table."""
        schema, name = table.split(".")
        return self.platform.query(
            "SELECT column_name, data_type FROM svv_columns"
            " WHERE table_schema = :schema AND table_name = :name ORDER BY ordinal_position",
            schema=schema,
            name=name,
        )

    def show_tables(self) -> None:
        for table in (self.customers_table, self.purchases_table):
            rows = self.platform.query(f"SELECT count(*) FROM {_quoted(*table.split('.'))}")[0][0]
            columns = ", ".join(f"{name} {kind}" for name, kind in self.columns(table))
            print(f"  {table}: {rows:,} rows ({columns})")

    def note_added_columns(self, before: list[Row]) -> None:
        for name, kind in self.columns(self.customers_table):
            if name not in dict(before):
                self.added_columns.append(name)
                print(f"  added to {self.customers_table}: {name} {kind}")

    def rejected_records(self, prefix: str) -> list[dict[str, Any]]:
        keys = self.platform.list_keys(self.bucket, prefix)
        return [json.loads(line) for key in keys for line in self.platform.read_text(self.bucket, key).splitlines()]

    def show_rejected_records(self) -> None:
        print(f"  rejected records, in s3://{self.bucket}/{self.quarantine_prefix}")
        for rejected in self.rejected_records(self.quarantine_prefix):
            reasons = "; ".join(error["reason"] for error in rejected["errors"])
            print(f"    line {rejected['line']}: {reasons}")

    def show_failed_file(self) -> None:
        key = self.error_prefix + BROKEN_FILE
        reason = json.loads(self.platform.read_text(self.bucket, key + ".error.json"))
        print(f"  failed: s3://{self.bucket}/{key}\n    {reason['reason']}\n    {reason['replay']}")
        if self.platform.inbox:
            # The message goes out once the run has ended, a moment after the ledger.
            wait_until(
                lambda: bool(self.messages_about(BROKEN_FILE)),
                what=f"a message about {BROKEN_FILE}",
                timeout=60,
                progress=lambda: f"{len(self.messages_about(BROKEN_FILE))} message(s) about {BROKEN_FILE}",
            )
        for message in self.messages_about(BROKEN_FILE):
            print("  sent to the notification topic:\n    | " + message["message"].replace("\n", "\n    | "))

    def show_gate(self, page: Path) -> None:
        """What the gate rejected, by rule; copies the report of the file with most of it."""
        print(
            f"\n3. What the gate rejected of {self.purchases_table}, in s3://{self.bucket}/{self.gate_quarantine_prefix}"
        )
        reports = [
            (json.loads(self.platform.read_text(self.bucket, key)), key)
            for key in self.platform.list_keys(self.bucket, self.gate_report_prefix)
            if key.endswith(".json")
        ]
        broken: Counter[tuple[str, str]] = Counter()
        for report, _ in reports:
            for rule in report["rules"]:
                broken[rule["severity"], f"{rule['name']}: {rule['description']}"] += rule["rows_broken"]
        for (severity, rule), rows in broken.items():
            print(f"  {rows:>6,} rows  {severity:<7}  {rule}")
        _, key = max(reports, key=lambda report: int(report[0]["rows"]["rejected"]))
        page.write_text(self.platform.read_text(self.bucket, key.removesuffix(".json") + ".html"))
        print(f"  a report to read: {page.resolve()}")

    def messages_about(self, text: str) -> list[dict[str, str]]:
        return [message for message in self.platform.messages() if text in message["message"]]

    def report(self, found: list[Check], seconds: float) -> int:
        """Prints the summary table; 0 when each check passed."""
        print(f"\n{'':2}{'what':<44}{'expected':>14}{'found':>14}")
        for check in found:
            print(f"{'' if check.passed else '! ':2}{check.what:<44}{check.expected!s:>14}{check.found!s:>14}")
        failed = [check for check in found if not check.passed]
        print(f"\n{len(found) - len(failed)} of {len(found)} checks passed, {self.files} files, {seconds:.0f} s")
        return 1 if failed else 0


def checks(demo: LoaderDemo, purchases: list[Purchase], exports: list[MonthlyExport]) -> list[Check]:
    """What must be true at the end, computed from the data set alone."""
    customers, spent = demo.totals(demo.customers_table, "total_spent")
    rows, amount = demo.totals(demo.purchases_table, "amount")
    total = sum((purchase.dollars for purchase in purchases), Decimal(0))
    free = sum(purchase.is_free for purchase in purchases)
    failed = demo.platform.list_keys(demo.bucket, demo.error_prefix)
    notified = []
    if demo.platform.inbox:  # in an account, messages go to whoever subscribes to the topic
        notified = [Check("messages about the file that failed", 1, len(demo.messages_about(BROKEN_FILE)))]
    return [
        Check("customers in the warehouse", len({p.customer_id for p in purchases}), customers),
        Check("their total spending, dollars", total, spent),
        Check("purchases in the warehouse", len(purchases) - free, rows),
        Check("their total amount, dollars", total, amount),
        Check("columns of the customers table", 7, len(demo.columns(demo.customers_table))),
        Check("the column that the CRM added", ADDED_COLUMN, ", ".join(demo.added_columns)),
        Check(
            "customer records rejected with a reason",
            sum(e.bad_lines for e in exports),
            len(demo.rejected_records(demo.quarantine_prefix)),
        ),
        Check("purchases that the gate rejected", free, len(demo.rejected_records(demo.gate_quarantine_prefix))),
        Check("files in the error prefix", 1, sum(not key.endswith(".error.json") for key in failed)),
        *notified,
    ]


def _quoted(schema: str, name: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in (schema, name))


if __name__ == "__main__":
    sys.exit(main())
