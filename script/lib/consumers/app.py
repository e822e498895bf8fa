"""The same app as app.js, from Python: what the wheel must be able to do."""

from aws_cdk import App, Duration, Stack
from aws_cdk.aws_secretsmanager import Secret
from cdk_customer_data_platform import (
    CsvFormat,
    DataQualityGate,
    DataQualityRule,
    DataQualityRules,
    GlueCapacity,
    OracleSource,
    OracleToRedshiftReplication,
    RedshiftWarehouse,
    ReplicationCapacity,
    ReplicationMode,
    RowErrorPolicy,
    RuleSeverity,
    SchemaContract,
    SchemaEvolvingCsvLoader,
    WarehouseAccess,
)

# jsii hands out a new object for each static of a class: what is compared is an enum, or has `is_equal_to`.
for choices in (ReplicationMode, RowErrorPolicy, RuleSeverity, SchemaContract, WarehouseAccess):
    first, second, *_ = choices
    assert first == getattr(choices, first.name) and first != second
    assert first in [second, first] and {first: "found"}[getattr(choices, first.name)] == "found"
assert SchemaContract.EVOLVE == SchemaContract.EVOLVE
assert GlueCapacity.DEFAULT.is_equal_to(GlueCapacity.of())
assert not GlueCapacity.DEFAULT.is_equal_to(GlueCapacity.of(max_workers=9))
assert CsvFormat.of(delimiter=";").is_equal_to(CsvFormat.of(delimiter=";"))
assert not CsvFormat.detect().is_equal_to(CsvFormat.of(delimiter=";"))

app = App()
stack = Stack(app, "Consumer")
warehouse = RedshiftWarehouse(stack, "Warehouse", base_capacity=8)
customers = SchemaEvolvingCsvLoader(
    stack,
    "Customers",
    warehouse=warehouse,
    table="crm.customers",
    primary_key=["user_id"],
    prefix="customers/",
    schema_contract=SchemaContract.FREEZE,
    csv=CsvFormat.of(delimiter=";"),
    batching_window=Duration.seconds(5),
    rules=DataQualityRules.of(
        DataQualityRule.not_null("user_id"),
        DataQualityRule.unique("email", within=["country"], severity=RuleSeverity.WARNING),
        DataQualityRule.range("age", min=0, max=120),
        DataQualityRule.freshness("updated_at", Duration.days(2)),
        DataQualityRule.sql("adult", "SELECT * FROM temp_data WHERE age < 18", filter="country = 'NO'"),
        DataQualityRule.python("quality_rules.py"),
    ),
    max_fail_ratio=0.1,
)
DataQualityGate(
    stack,
    "Gate",
    bucket=customers.bucket,
    prefix="incoming/",
    rules=DataQualityRules.from_file("quality_rules.py"),
)
OracleToRedshiftReplication(
    stack,
    "Crm",
    warehouse=warehouse,
    vpc=warehouse.vpc,
    source=OracleSource.from_secret(
        Secret.from_secret_name_v2(stack, "OracleSecret", "crm/oracle"), service_name="ORCLPDB1"
    ),
    tables=["CRM.%"],
    exclude_tables=["CRM.TMP%"],
    mode=ReplicationMode.FULL_LOAD_AND_CDC,
    capacity=ReplicationCapacity.serverless(max=8),
)
template = app.synth().get_stack_by_name("Consumer").template
print(f"synthesized {len(template['Resources'])} resources")
