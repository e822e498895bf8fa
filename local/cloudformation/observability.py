"""Log groups, alarms and dashboards."""

from __future__ import annotations

from local.cloudformation.registry import (
    Declaration,
    Deployed,
    Kind,
    ResourceType,
    chosen,
    moto_types,
    resource_type,
    tags_as_map,
)
from local.context import ACCOUNT, REGION

moto_types(Kind.API_ONLY, "AWS::CloudWatch::Dashboard")

_ALARM = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "InsufficientDataActions",
    "MetricName",
    "Metrics",
    "Namespace",
    "OKActions",
    "Period",
    "Statistic",
    "Threshold",
    "TreatMissingData",
    "Unit",
)


@resource_type("AWS::Logs::LogGroup", Kind.EXECUTED)
class LogGroup(ResourceType):
    name_property = "LogGroupName"
    longest_name = 512

    def create(self, declared: Declaration) -> Deployed:
        logs, properties = self.context.client("logs"), declared.properties
        logs.create_log_group(
            logGroupName=declared.name,
            tags=tags_as_map(properties),
            **({"kmsKeyId": properties["KmsKeyId"]} if "KmsKeyId" in properties else {}),
        )
        if days := properties.get("RetentionInDays"):
            logs.put_retention_policy(logGroupName=declared.name, retentionInDays=int(days))
        return Deployed(declared.name, {"Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{declared.name}:*"})

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("logs").delete_log_group(logGroupName=deployed.physical_id)


@resource_type("AWS::CloudWatch::Alarm", Kind.API_ONLY)
class Alarm(ResourceType):
    """Can be read and set by hand (`set_alarm_state`); no metric is evaluated."""

    name_property = "AlarmName"
    longest_name = 255

    def create(self, declared: Declaration) -> Deployed:
        self.context.client("cloudwatch").put_metric_alarm(
            AlarmName=declared.name, **chosen(declared.properties, *_ALARM)
        )
        arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{declared.name}"
        return Deployed(declared.name, {"Arn": arn})

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("cloudwatch").delete_alarms(AlarmNames=[deployed.physical_id])
