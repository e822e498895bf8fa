"""Cron and rate expressions, and firing on demand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from local.cloud import LocalCloud
from local.events.schedules import cron_matches, parse_rate
from local.tests.assembly import arn_of, function, outputs, ref, role
from local.tests.conftest import Deploy

MONDAY = datetime(2024, 1, 1, 6, 30)


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("cron(30 6 * * ? *)", True),
        ("cron(0/15 6 * * ? *)", True),
        ("cron(0/20 6 * * ? *)", False),
        ("cron(30 5-7 ? * MON-FRI *)", True),
        ("cron(30 6 ? * 2 *)", True),
        ("cron(30 6 ? * SUN *)", False),
        ("cron(30 6 1,15 JAN ? 2024)", True),
        ("cron(30 6 2 * ? *)", False),
        ("cron(30 6 * * ? 2025)", False),
    ],
)
def test_cron(expression: str, matches: bool) -> None:
    assert cron_matches(expression, MONDAY) is matches


@pytest.mark.parametrize("expression", ["cron(30 6 * *)", "cron(61 6 * * ? *)", "cron(30 6 L * ? *)", "every day"])
def test_a_cron_expression_that_cannot_be_read_is_refused(expression: str) -> None:
    with pytest.raises(ValueError):
        cron_matches(expression, MONDAY)


def test_rate() -> None:
    assert parse_rate("rate(1 day)") == timedelta(days=1)
    assert parse_rate("rate(5 minutes)") == timedelta(minutes=5)
    with pytest.raises(ValueError, match="not a rate"):
        parse_rate("rate(0 minutes)")


def test_a_schedule_fires_on_demand_and_by_no_event(cloud: LocalCloud, deploy: Deploy) -> None:
    code = "exports.handler = async (event) => console.log(`${event['detail-type']} at ${event.time}`)"
    deployed = deploy(
        {
            "Resources": {
                "Role": role("lambda.amazonaws.com"),
                "Sweep": function(code, "Role"),
                "Daily": {
                    "Type": "AWS::Events::Rule",
                    "Properties": {
                        "ScheduleExpression": "cron(0 3 1 1 ? 2199)",
                        "Targets": [{"Id": "sweep", "Arn": arn_of("Sweep")}],
                    },
                },
                "Permission": {
                    "Type": "AWS::Lambda::Permission",
                    "Properties": {
                        "Action": "lambda:InvokeFunction",
                        "FunctionName": ref("Sweep"),
                        "Principal": "events.amazonaws.com",
                        "SourceArn": arn_of("Daily"),
                    },
                },
            },
            "Outputs": outputs(Sweep=ref("Sweep"), Rule=ref("Daily")),
        }
    )
    other = {"Source": "test", "DetailType": "Anything", "Detail": "{}"}
    cloud.client("events").put_events(Entries=[other])
    assert "| Scheduled Event at" not in cloud.log_tail(5)
    assert cloud.fire_schedule("Daily") == deployed["Rule"]
    cloud.wait_until(lambda: f"{deployed['Sweep']} | Scheduled Event at 20" in cloud.log_tail(), 10, "the sweep")


def test_firing_an_unknown_schedule_names_those_that_there_are(cloud: LocalCloud) -> None:
    with pytest.raises(LookupError, match="0 scheduled rules match 'nothing'"):
        cloud.fire_schedule("nothing")
