"""The same app as app.js, from Python: what the wheel must be able to do."""

from aws_cdk import App, Duration, Stack
from cdk_customer_data_platform import (
    CsvFormat,
    RedshiftWarehouse,
    SchemaContract,
    SchemaEvolvingCsvLoader,
)

app = App()
stack = Stack(app, "Consumer")
warehouse = RedshiftWarehouse(stack, "Warehouse", base_capacity=8)
SchemaEvolvingCsvLoader(
    stack,
    "Customers",
    warehouse=warehouse,
    table="crm.customers",
    primary_key=["user_id"],
    schema_contract=SchemaContract.FREEZE,
    csv=CsvFormat.of(delimiter=";"),
    batching_window=Duration.seconds(5),
)
template = app.synth().get_stack_by_name("Consumer").template
print(f"synthesized {len(template['Resources'])} resources")
