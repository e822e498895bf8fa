"""The shop's Oracle database in the demo: CDNOW's purchases as orders, first those that are loaded, then what happens.

    shop.py --data WHEEL --out DIR

writes DIR/seed.json for `script/local up --seed`: the database as it is before it is replicated.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg
from cdnow import Purchase, read_purchases
from platform_client import Platform, wait_until

TABLES_SQL = Path(__file__).with_name("shop.sql")
SERVICE = "ORCLPDB1"
LOADED_UNTIL = "1997-03"
"""The last month that is in the database before it is replicated."""
REPLICATED_UNTIL = "1997-05"
"""The last month that is bought in while it is."""

#: The columns that both sides must agree on, as text: a NUMBER without a precision has more zeros in the warehouse.
_MOMENT = "YYYY-MM-DD HH24:MI:SS.US"
COLUMNS = {
    "accounts": {
        "account_id": Decimal,
        "name": str,
        "opened": None,
        "credit_limit": Decimal,
        "discount": Decimal,
        "country": str,
        "note": str,
    },
    "orders": {
        "order_id": Decimal,
        "account_id": Decimal,
        "ordered_at": None,
        "cds": Decimal,
        "amount": Decimal,
        "status": str,
    },
    "order_log": {"order_id": Decimal, "status": str, "logged_at": None},
}


def orders_of(purchases: list[Purchase], months: Callable[[str], bool]) -> list[tuple[int, Purchase]]:
    return [(number, each) for number, each in enumerate(purchases, start=1) if months(each.month)]


def write_seed(purchases: list[Purchase], directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    first = {each.customer_id: each.day for each in reversed(purchases)}
    accounts = [
        f"({customer_id}, 'Customer {customer_id}', '{day} 00:00:00')" for customer_id, day in sorted(first.items())
    ]
    orders = [
        f"({number}, {each.customer_id}, '{each.day} 12:00:00', {each.cds}, {each.dollars}, 'DELIVERED')"
        for number, each in orders_of(purchases, lambda month: month <= LOADED_UNTIL)
    ]
    statements = [
        *_inserts('"ACCOUNTS" ("ACCOUNT_ID", "NAME", "OPENED")', accounts),
        *_inserts('"ORDERS" ("ORDER_ID", "ACCOUNT_ID", "ORDERED_AT", "CDS", "AMOUNT", "STATUS")', orders),
    ]
    (directory / "shop.sql").write_text(TABLES_SQL.read_text() + "\n".join(statements) + "\n")
    seed = json.loads(TABLES_SQL.parent.with_name("local-seed.json").read_text())
    seed["oracles"][SERVICE]["script"] = {"file": "shop.sql"}
    (directory / "seed.json").write_text(json.dumps(seed, indent=2) + "\n")


def _inserts(into: str, rows: list[str], size: int = 1000) -> Iterator[str]:
    for start in range(0, len(rows), size):
        yield f'INSERT INTO "SHOP".{into} VALUES\n' + ",\n".join(rows[start : start + size]) + ";"


@dataclass(frozen=True)
class Difference:
    """Rows that only one side has."""

    table: str
    rows: int
    missing: int
    unexpected: int

    @property
    def unlike(self) -> int:
        return self.missing + self.unexpected

    def __str__(self) -> str:
        if self.missing or self.unexpected:
            return f"{self.table}: {self.rows:,} rows, {self.missing:,} missing, {self.unexpected:,} unexpected"
        return f"{self.table}: {self.rows:,} rows, equal"


class ShopDemo:
    """The replication's part of the demo."""

    def __init__(self, platform: Platform, oracle_url: str) -> None:
        self.platform = platform
        self.source = psycopg.connect(oracle_url, autocommit=True)
        self.bucket = platform.outputs["StagingBucketName"]
        self.changes = 0

    def show_assessment(self, page: Path) -> None:
        """What the schema job made of Oracle's catalog; copies its page."""
        prefix = f"schemas/{self.platform.outputs['ReplicationName']}/"
        assessment = json.loads(self.platform.read_text(self.bucket, f"{prefix}assessment.json"))
        print(f"\n4. The shop's Oracle schema, converted (s3://{self.bucket}/{prefix})")
        print(f"  {assessment['summary']}" if "summary" in assessment else "")
        for item in assessment["objects"]:
            print(f"    {item['kind']} {item['name']}: {item['outcome']}")
        page.write_text(self.platform.read_text(self.bucket, f"{prefix}assessment.html"))
        print(f"  the assessment to read: {page.resolve()}")

    def await_equality(self, what: str, timeout: float = 300) -> None:
        """Waits until each table has the rows of the source, and no other. Raises NotDone."""
        seen: list[Difference] = []

        def equal() -> bool:
            seen[:] = [self.difference(table) for table in COLUMNS]
            return not any(each.unlike for each in seen)

        wait_until(equal, what=what, timeout=timeout, progress=lambda: "; ".join(map(str, seen)))

    def difference(self, table: str) -> Difference:
        source = self.rows_of_source(table)
        found = self.rows_of_warehouse(table)
        ours, theirs = set(found), set(source)
        extra = len(found) - len(ours)
        return Difference(table, len(source), len(theirs - ours), len(ours - theirs) + extra)

    def rows_of_source(self, table: str) -> list[tuple[Any, ...]]:
        columns = ", ".join(_as_text(f'"{name.upper()}"', kind) for name, kind in COLUMNS[table].items())
        return [
            _typed(table, row)
            for row in self.source.execute(f'SELECT {columns} FROM "SHOP"."{table.upper()}"'.encode())
        ]

    def rows_of_warehouse(self, table: str) -> list[tuple[Any, ...]]:
        columns = ", ".join(_as_text(name, kind) for name, kind in COLUMNS[table].items())
        return [_typed(table, row) for row in self.platform.query(f"SELECT {columns} FROM shop.{table}")]

    def trade(self, purchases: list[Purchase]) -> None:
        """What happens in the shop: each day is a transaction or two."""
        months = orders_of(purchases, lambda month: LOADED_UNTIL < month <= REPLICATED_UNTIL)
        for _, of_day in groupby(months, key=lambda order: order[1].day):
            orders = list(of_day)
            with self.source.transaction():
                for number, each in orders:
                    row = (number, each.customer_id, f"{each.day} 12:00:00", each.cds, each.dollars)
                    self.run('INSERT INTO "SHOP"."ORDERS" VALUES (%s, %s, %s, %s, %s, DEFAULT)', *row)
                    self.run('INSERT INTO "SHOP"."ORDER_LOG" ("ORDER_ID", "STATUS") VALUES (%s, %s)', number, "NEW")
            with self.source.transaction():
                newest = orders[-1][0]
                self.run('UPDATE "SHOP"."ORDERS" SET "STATUS" = %s WHERE "ORDER_ID" = %s', "DELIVERED", newest)
                self.run(
                    'UPDATE "SHOP"."ACCOUNTS" SET "CREDIT_LIMIT" = coalesce("CREDIT_LIMIT", 0) + 100, "DISCOUNT" = 0.1'
                    ' WHERE "ACCOUNT_ID" = %s',
                    orders[0][1].customer_id,
                )
        self.run('DELETE FROM "SHOP"."ORDERS" WHERE "AMOUNT" = 0')  # nobody pays nothing
        self.run('UPDATE "SHOP"."ACCOUNTS" SET "ACCOUNT_ID" = 910001 WHERE "ACCOUNT_ID" = 900001')  # another key
        with self.source.transaction(force_rollback=True):
            self.run('DELETE FROM "SHOP"."ORDER_LOG"')

    def run(self, sql: str, *values: object) -> None:
        self.changes += self.source.execute(sql.encode(), values).rowcount


def _as_text(column: str, kind: type | None) -> str:
    return f"to_char({column}, '{_MOMENT}')" if kind is None else f"CAST({column} AS VARCHAR(2000))"


def _typed(table: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    kinds = COLUMNS[table].values()
    return tuple(
        value if value is None or kind is None else kind(value) for kind, value in zip(kinds, row, strict=True)
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    given = arguments.parse_args()
    write_seed(read_purchases(given.data), given.out)


if __name__ == "__main__":
    main()
