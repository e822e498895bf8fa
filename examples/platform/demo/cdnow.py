"""Real customer data for the demo: the CDNOW purchase history, written as a CRM would export it.

CDNOW was an online music shop. The data set holds every purchase that the 23,570 customers who first bought in the
first quarter of 1997 made until June 1998 (Fader and Hardie, "Forecasting Repeat Sales at CDNOW", Interfaces 31, 2001).
The PyPI package `lifetimes` ships it under the MIT licence; nothing of that package is run.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

MEMBER = "lifetimes/datasets/CDNOW_master.txt"
LAYOUT_CHANGE = "1997-03"
"""The month from which the CRM exports one column more."""
BAD_MONTH = "1997-04"
"""The month whose customer export has lines that are no records, and one that breaks a rule."""


@dataclass(frozen=True)
class Purchase:
    customer_id: str
    day: date
    cds: int
    dollars: Decimal

    @property
    def month(self) -> str:
        return f"{self.day:%Y-%m}"

    @property
    def is_free(self) -> bool:
        """What the example's rules take for a mistake: the data set has 80 such purchases."""
        return self.dollars == 0


@dataclass
class Customer:
    """What the CRM knows of one customer at the end of a month."""

    first_purchase: date
    last_purchase: date
    purchases: int = 0
    cds: int = 0
    total_spent: Decimal = Decimal(0)


@dataclass(frozen=True)
class MonthlyExport:
    """The two files that the CRM writes for a month, and how many good records each holds."""

    month: str
    customers: bytes
    purchases: bytes
    customer_rows: int
    purchase_rows: int
    bad_lines: int


def read_purchases(wheel: Path) -> list[Purchase]:
    """All 69,659 purchases in order of day, from the `lifetimes` wheel."""
    with zipfile.ZipFile(wheel) as archive:
        lines = archive.read(MEMBER).decode("ascii").splitlines()[1:]
    purchases = [
        Purchase(customer_id, datetime.strptime(day, "%Y%m%d").date(), int(cds), Decimal(dollars))
        for customer_id, day, cds, dollars in (line.split() for line in lines if line.strip())
    ]
    return sorted(purchases, key=lambda purchase: (purchase.day, purchase.customer_id))


def monthly_exports(purchases: list[Purchase]) -> Iterator[MonthlyExport]:
    """One export a month: the customers who bought in it, as they stand at its end, and their purchases."""
    customers: dict[str, Customer] = {}
    number = 0
    for month, bought in groupby(purchases, key=lambda purchase: purchase.month):
        this_month = list(bought)
        for purchase in this_month:
            customer = customers.setdefault(purchase.customer_id, Customer(purchase.day, purchase.day))
            customer.last_purchase = purchase.day
            customer.purchases += 1
            customer.cds += purchase.cds
            customer.total_spent += purchase.dollars
        active = {purchase.customer_id: customers[purchase.customer_id] for purchase in this_month}
        bad_lines = _bad_lines() if month == BAD_MONTH else []
        yield MonthlyExport(
            month=month,
            customers=_customers_csv(active, with_average=month >= LAYOUT_CHANGE, bad_lines=bad_lines),
            purchases=_purchases_csv(this_month, number),
            customer_rows=len(active),
            purchase_rows=len(this_month),
            bad_lines=len(bad_lines),
        )
        number += len(this_month)


def _customers_csv(customers: dict[str, Customer], *, with_average: bool, bad_lines: list[str]) -> bytes:
    header = ["User ID", "First Purchase", "Last Purchase", "Purchases", "CDs", "Total Spent"]
    if with_average:
        header.append("Average Order")
    rows = []
    for customer_id, customer in customers.items():
        row = [
            customer_id,
            customer.first_purchase.isoformat(),
            customer.last_purchase.isoformat(),
            customer.purchases,
            customer.cds,
            customer.total_spent,
        ]
        if with_average:
            row.append((customer.total_spent / customer.purchases).quantize(Decimal("0.01")))
        rows.append(row)
    text = _csv(header, rows)
    # Mid-file, as a truncated export or a stray comment leaves them.
    lines = text.splitlines(keepends=True)
    middle = len(lines) // 2
    return "".join([*lines[:middle], *(line + "\r\n" for line in bad_lines), *lines[middle:]]).encode()


def _bad_lines() -> list[str]:
    return [
        ",1997-04-02,1997-04-30,2,3,41.50,20.75",  # no user id
        "99999,1997-04-02,2997-04-30,2,3,41.50,20.75",  # a purchase in the future
        "00042,1997-01-04",  # cut off
        "# exported by the night job, 2 records could not be read",  # not a record
    ]


def _purchases_csv(purchases: list[Purchase], first_number: int) -> bytes:
    header = ["Purchase ID", "User ID", "Purchased On", "CDs", "Amount"]
    rows = [
        [first_number + offset, purchase.customer_id, purchase.day.isoformat(), purchase.cds, purchase.dollars]
        for offset, purchase in enumerate(purchases, start=1)
    ]
    return _csv(header, rows).encode()


def _csv(header: list[str], rows: list[list[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
