"""IAM policy evaluation, by document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.identity.policies import Effect, Principal, Request, evaluate

ROLE = "arn:aws:iam::123456789012:role/loader"
OBJECT = "arn:aws:s3:::landing/in/a.csv"


def document(effect: str, action: Any, resource: Any = "*", **more: Any) -> str:
    return json.dumps({"Statement": {"Effect": effect, "Action": action, "Resource": resource, **more}})


def decide(*policies: str, action: str = "s3:GetObject", resource: str = OBJECT, **context: str) -> Effect:
    return evaluate(Request(action, [resource], context), policies)


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("s3:GetObject", "arn:aws:s3:::landing/*", Effect.ALLOWED),
        ("s3:get*", "arn:aws:s3:::landing/in/?.csv", Effect.ALLOWED),
        ("s3:GetObject", "arn:aws:s3:::landing/in/??.csv", Effect.NOT_ALLOWED),
        ("s3:GetObject", "arn:aws:s3:::landing", Effect.NOT_ALLOWED),
        ("s3:GetObject", "arn:aws:s3:::landing/in/a_csv", Effect.NOT_ALLOWED),
        ("s3:PutObject", "*", Effect.NOT_ALLOWED),
        (["s3:PutObject", "s3:GetObject*"], ["arn:aws:s3:::other/*", OBJECT], Effect.ALLOWED),
    ],
)
def test_actions_and_resources_match_by_wildcards(action: Any, resource: Any, expected: Effect) -> None:
    assert decide(document("Allow", action, resource)) is expected


def test_a_deny_wins_wherever_it_stands() -> None:
    allow, deny = document("Allow", "s3:*"), document("Deny", "s3:GetObject", OBJECT)
    assert decide(allow, deny) is Effect.DENIED
    assert decide(deny, allow) is Effect.DENIED


def test_not_action_and_not_resource_are_everything_else() -> None:
    everything_else = json.dumps({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}})
    elsewhere = json.dumps({"Statement": {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::landing/*"}})
    assert decide(everything_else, elsewhere) is Effect.ALLOWED
    assert decide(everything_else, action="iam:CreateUser") is Effect.NOT_ALLOWED
    assert decide(everything_else, elsewhere, resource="arn:aws:s3:::other/a") is Effect.DENIED


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"StringEquals": {"cloudwatch:namespace": "A"}}, {"cloudwatch:namespace": "A"}, Effect.ALLOWED),
        ({"StringEquals": {"cloudwatch:namespace": "A"}}, {"cloudwatch:namespace": "B"}, Effect.NOT_ALLOWED),
        ({"StringEquals": {"cloudwatch:namespace": "A"}}, {}, Effect.NOT_ALLOWED),
        ({"StringEqualsIfExists": {"cloudwatch:namespace": "A"}}, {}, Effect.ALLOWED),
        ({"StringNotEquals": {"cloudwatch:namespace": "A"}}, {}, Effect.ALLOWED),
        ({"StringLike": {"s3:prefix": ["in/*", "error/*"]}}, {"s3:prefix": "error/x"}, Effect.ALLOWED),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:events:*"}}, {"aws:sourcearn": "arn:aws:events:x"}, Effect.ALLOWED),
        ({"Bool": {"aws:SecureTransport": False}}, {"aws:securetransport": "true"}, Effect.NOT_ALLOWED),
        ({"Null": {"aws:userid": "true"}}, {"aws:userid": "AROA:s"}, Effect.NOT_ALLOWED),
        ({"StringEquals": {"owner": "${aws:userid}"}}, {"owner": "AROA:s", "aws:userid": "AROA:s"}, Effect.ALLOWED),
        ({"StringEquals": {"owner": "${aws:userid}"}}, {"owner": "AROA:s", "aws:userid": "X:s"}, Effect.NOT_ALLOWED),
        ({"NumericLessThan": {"n": "5"}}, {"n": "4"}, Effect.ALLOWED),
        ({"NumericLessThan": {"n": "5"}}, {"n": "5"}, Effect.NOT_ALLOWED),
    ],
)
def test_conditions(condition: dict[str, Any], context: dict[str, str], expected: Effect) -> None:
    assert decide(document("Allow", "s3:*", Condition=condition), **context) is expected


def test_an_unknown_condition_operator_is_refused() -> None:
    policy = document("Allow", "s3:*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01"}})
    with pytest.raises(ValueError, match="DateGreaterThan"):
        decide(policy, **{"aws:currenttime": "2021-01-01"})


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"AWS": ROLE}, Effect.ALLOWED),
        ("*", Effect.ALLOWED),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, Effect.NOT_ALLOWED),
        ({"AWS": "arn:aws:iam::123456789012:root"}, Effect.NOT_ALLOWED),
        ({"Service": "events.amazonaws.com"}, Effect.NOT_ALLOWED),
    ],
)
def test_a_resource_policy_allows_the_principals_that_it_names(principal: Any, expected: Effect) -> None:
    policy = document("Allow", "s3:*", Principal=principal)
    caller = Principal(arns=(ROLE,), account="123456789012")
    assert evaluate(Request("s3:GetObject", [OBJECT]), (), [policy], caller) is expected


def test_a_service_is_allowed_by_its_own_name_only() -> None:
    policy = document("Allow", "sqs:SendMessage", Principal={"Service": "events.amazonaws.com"})
    request = Request("sqs:SendMessage", ["arn:aws:sqs:us-east-1:123456789012:q"])
    assert evaluate(request, (), [policy], Principal(service="events.amazonaws.com")) is Effect.ALLOWED
    assert evaluate(request, (), [policy], Principal(service="sns.amazonaws.com")) is Effect.NOT_ALLOWED
