"""What a purchase has to be like. Check a change on your machine: see "Data quality" in README.md."""

from typing import Any

SQL_DATA_QUALITY_RULES = {
    "no_free_purchase": {
        "query": "SELECT * FROM temp_data WHERE amount <= 0",
        "error_type": "free_purchase",
        "description": "A purchase costs something",
    },
    "one_record_a_purchase": {
        "query": """
            SELECT * FROM (SELECT *, count(*) OVER (PARTITION BY purchase_id) AS records FROM temp_data)
            WHERE records > 1
        """,
        "error_type": "duplicate_purchase",
        "description": "A purchase is in the file once",
    },
}

HIGHEST_PRICE = 100


def plausible_price(record: dict[str, Any]) -> dict[str, str] | None:
    """A CD costs 100 dollars at most."""
    if record["amount"] is None or not record["cds"]:
        return {"error_type": "incomplete", "description": "the amount or the number of CDs is missing"}
    price = record["amount"] / record["cds"]
    if price > HIGHEST_PRICE:
        return {"error_type": "price", "description": f"a CD costs {price:.2f} dollars"}
    return None


PYTHON_DATA_QUALITY_RULES = [{"rule": plausible_price, "severity": "warning"}]
