"""The shop's Oracle database, replicated by the deployed example."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from local.cloud import LocalCloud

COLUMNS = ("order_id", "account_id", "ordered_at", "cds", "amount", "status")


class Shop:
    """Its table ORDERS, in the source and in the warehouse."""

    def __init__(self, cloud: LocalCloud, outputs: dict[str, str]) -> None:
        assert cloud.oracle_url
        self.cloud, self.outputs = cloud, outputs
        self.source = psycopg.connect(cloud.oracle_url, autocommit=True)

    def order(self, *numbers: int, status: str = "NEW") -> None:
        for number in numbers:
            values = f"({number}, 900001, '1997-06-01 12:00:00', 1, {number}.5, '{status}')"
            self.source.execute(f'INSERT INTO "SHOP"."ORDERS" VALUES {values}'.encode())

    def of_source(self) -> list[Any]:
        columns = ", ".join(f'"{name.upper()}"::text' for name in COLUMNS)
        return sorted(self.source.execute(f'SELECT {columns} FROM "SHOP"."ORDERS"'.encode()).fetchall())

    def of_warehouse(self) -> list[Any]:
        columns = ", ".join(f"{name}::text" for name in COLUMNS)
        data = self.cloud.client("redshift-data")
        statement = data.execute_statement(
            WorkgroupName=self.outputs["WarehouseWorkgroupName"],
            Database=self.outputs["DatabaseName"],
            SecretArn=self.outputs["WarehouseSecretArn"],
            Sql=f"SELECT {columns} FROM shop.orders",
        )["Id"]

        def ended() -> str | None:
            status = data.describe_statement(Id=statement)["Status"]
            return status if status in ("FINISHED", "FAILED") else None

        assert self.cloud.wait_until(ended, 60, "the query's end") == "FINISHED"
        rows = data.get_statement_result(Id=statement)["Records"]
        return sorted(tuple(next(iter(field.values())) for field in row) for row in rows)

    def statistics(self) -> dict[str, Any]:
        arn = self.outputs["ReplicationArn"]
        found = self.cloud.client("dms").describe_replication_table_statistics(ReplicationConfigArn=arn)
        [orders] = [each for each in found["ReplicationTableStatistics"] if each["TableName"] == "ORDERS"]
        return orders

    def await_statistics(self, **values: Any) -> None:
        self.cloud.wait_until(lambda: self.statistics().items() >= values.items(), 60, f"statistics with {values}")

    def watch(self) -> None:
        self.cloud.fire_schedule("ShopWatchRegularly")

    def watched(self) -> dict[str, Any]:
        """The watch's copy of the statistics of ORDERS."""
        key = f"statistics/{self.outputs['ReplicationName']}.json"
        body = self.cloud.client("s3").get_object(Bucket=self.outputs["StagingBucketName"], Key=key)["Body"].read()
        return json.loads(body)["tables"]["SHOP.ORDERS"]  # type: ignore[no-any-return]

    def await_equality(self) -> None:
        self.cloud.wait_until(lambda: self.of_warehouse() == self.of_source(), 120, "equality of shop.orders")


def test_a_truncate_is_found_by_the_watch_reported_and_cured_by_a_reload(
    cloud: LocalCloud, outputs: dict[str, str]
) -> None:
    shop = Shop(cloud, outputs)
    shop.order(1, 2, 3)
    shop.await_equality()
    assert len(shop.of_warehouse()) >= 3
    shop.watch()
    before = shop.statistics()["Ddls"]
    cloud.wait_until(lambda: shop.watched()["inserts"] >= 3, 60, "the watch's first look")

    shop.source.execute('TRUNCATE "SHOP"."ORDERS"')
    shop.order(3, 4, status="AGAIN")
    shop.await_statistics(Ddls=before + 1)
    cloud.wait_until(lambda: len(shop.of_warehouse()) == 4, 120, "the merge of what came after the truncate")
    shop.watch()
    [message] = cloud.wait_until(lambda: messages(cloud), 60, "the message of the truncate")
    assert message["subject"] == f"1 table(s) of the replication {outputs['ReplicationName']} need a look"
    assert (
        "a TRUNCATE or DROP is not replicated, and its rows stay in the warehouse:\n- SHOP.ORDERS: 1 statement(s)"
        in (message["message"])
    )
    command = f"aws dms reload-replication-tables --replication-config-arn '{outputs['ReplicationArn']}'"
    assert command in message["message"]
    assert len(shop.of_source()) == 2  # so that orders 1 and 2 are there in the warehouse only

    tables = [{"SchemaName": "SHOP", "TableName": "ORDERS"}]
    cloud.client("dms").reload_replication_tables(ReplicationConfigArn=outputs["ReplicationArn"], TablesToReload=tables)
    shop.await_statistics(FullLoadReloaded=True, TableState="Table completed")
    shop.watch()  # notes that the load is complete, so that rows which it lacks go
    shop.await_equality()


def messages(cloud: LocalCloud) -> list[dict[str, Any]]:
    return [message for message in cloud.inbox() if "SHOP.ORDERS: 1 statement(s)" in message["message"]]
