"""Log groups, alarms and dashboards."""

from __future__ import annotations

from local.cloudformation.api_resource import ApiResource, Calls, tags_as_map
from local.cloudformation.registry import Declaration, Deployed, Kind, moto_types, resource_type
from local.process.context import arn

moto_types(Kind.API_ONLY, "AWS::CloudWatch::Dashboard")


@resource_type("AWS::Logs::LogGroup", Kind.EXECUTED)
class LogGroup(ApiResource):
    name_property = "LogGroupName"
    longest_name = 512
    calls = Calls("logs", "create_log_group", "delete_log_group", "logGroupName")

    def create(self, declared: Declaration) -> Deployed:
        name, properties = declared.name, declared.properties
        key = {"kmsKeyId": properties["KmsKeyId"]} if "KmsKeyId" in properties else {}
        self.make(declared, logGroupName=name, tags=tags_as_map(properties), **key)
        if days := properties.get("RetentionInDays"):
            self.client.put_retention_policy(logGroupName=name, retentionInDays=int(days))
        return Deployed(name, {"Arn": arn("logs", f"log-group:{name}:*")})


@resource_type("AWS::CloudWatch::Alarm", Kind.API_ONLY)
class Alarm(ApiResource):
    """Can be read and set by hand (`set_alarm_state`); no metric is evaluated."""

    name_property = "AlarmName"
    longest_name = 255
    calls = Calls("cloudwatch", "put_metric_alarm", "delete_alarms")

    def create(self, declared: Declaration) -> Deployed:
        self.make(declared)
        return Deployed(declared.name, {"Arn": arn("cloudwatch", f"alarm:{declared.name}")})

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.client.delete_alarms(AlarmNames=[deployed.physical_id])
