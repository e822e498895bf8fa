"""What IAM refuses because it is too large, too many or too long: by a deployment and by a call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.assembly import DeploymentError
from local.cloud import LocalCloud
from local.identity.quotas import size
from local.tests.assembly import allow, ref, role
from local.tests.conftest import Deploy

TRUST = role("glue.amazonaws.com")["Properties"]["AssumeRolePolicyDocument"]
AWS_MANAGED = [f"arn:aws:iam::aws:policy/{name}" for name in (
    "AdministratorAccess", "AmazonEC2FullAccess", "AmazonEC2ReadOnlyAccess", "AmazonRDSFullAccess",
    "AmazonRDSReadOnlyAccess", "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", "AmazonSNSFullAccess",
    "AmazonSNSReadOnlyAccess", "AmazonSQSFullAccess", "AmazonSQSReadOnlyAccess",
)]  # fmt: skip


def policy_of(characters: int) -> dict[str, Any]:
    """A policy that IAM counts as so many characters."""
    statement = allow("s3:GetObject", "arn:aws:s3:::")
    document = {"Version": "2012-10-17", "Statement": [statement]}
    statement["Resource"] += "x" * (characters - size(json.dumps(document)))
    assert size(json.dumps(document)) == characters
    return document


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::IAM::{kind}", "Properties": properties}


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": {"Role": role("glue.amazonaws.com"), **resources}}


def inline(characters: int, name: str = "inline") -> dict[str, Any]:
    return resource("Policy", PolicyName=name, PolicyDocument=policy_of(characters), Roles=[ref("Role")])


def of_role(**properties: Any) -> dict[str, Any]:
    return {"Resources": {"Role": resource("Role", AssumeRolePolicyDocument=TRUST, **properties)}}


def trust_of(characters: int) -> dict[str, Any]:
    principal = {"AWS": [f"arn:aws:iam::123456789012:role/{'x' * 40}{number}" for number in range(10, 31)]}
    statement = {**TRUST["Statement"][0], "Principal": principal}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    statement["Sid"] = "x" * (characters - size(json.dumps(document)) - len('"Sid":"",'))
    assert size(json.dumps(document)) == characters
    return document


@pytest.mark.parametrize(
    ("allowed", "refused", "message"),
    [
        (
            template(A=inline(5_000, "a"), B=inline(5_240, "b")),
            template(A=inline(5_000, "a"), B=inline(5_241, "b")),
            r"Policy\) failed: Maximum policy size of 10240 bytes exceeded for role \w+-Role-",
        ),
        (
            of_role(Policies=[{"PolicyName": "a", "PolicyDocument": policy_of(10_240)}]),
            of_role(Policies=[{"PolicyName": "a", "PolicyDocument": policy_of(10_241)}]),
            "Maximum policy size of 10240 bytes exceeded for role",
        ),
        (
            template(P=resource("ManagedPolicy", PolicyDocument=policy_of(6_144))),
            template(P=resource("ManagedPolicy", PolicyDocument=policy_of(6_145))),
            "Cannot exceed quota for PolicySize: 6144",
        ),
        (
            of_role(ManagedPolicyArns=AWS_MANAGED[:10]),
            of_role(ManagedPolicyArns=AWS_MANAGED),
            "Cannot exceed quota for PoliciesPerRole: 10",
        ),
        (
            {"Resources": {"Role": resource("Role", AssumeRolePolicyDocument=trust_of(2_048))}},
            {"Resources": {"Role": resource("Role", AssumeRolePolicyDocument=trust_of(2_049))}},
            "Cannot exceed quota for ACLSizePerRole: 2048",
        ),
        (of_role(RoleName="r" * 64), of_role(RoleName="r" * 65), "at 'roleName' .* less than or equal to 64"),
        (
            template(P=resource("ManagedPolicy", ManagedPolicyName="p" * 128, PolicyDocument=policy_of(200))),
            template(P=resource("ManagedPolicy", ManagedPolicyName="p" * 129, PolicyDocument=policy_of(200))),
            "at 'policyName' .* less than or equal to 128",
        ),
        (template(P=inline(200, "i" * 128)), template(P=inline(200, "i" * 129)), "less than or equal to 128"),
        (of_role(RoleName="of-a.b"), of_role(RoleName="of/a"), "specified value for roleName is invalid"),
    ],
    ids=["inline", "in the role", "managed", "attached", "trust", "role name", "policy name", "inline name", "letters"],
)
def test_a_deployment_fails_beyond_a_quota_and_not_at_it(
    cloud: LocalCloud, deploy: Deploy, allowed: dict[str, Any], refused: dict[str, Any], message: str
) -> None:
    with pytest.raises(DeploymentError, match=message):
        deploy(refused)
    deploy(allowed)


@pytest.fixture
def names(cloud: LocalCloud) -> Iterator[dict[str, str]]:
    iam = cloud.client("iam")
    iam.create_user(UserName="someone")
    iam.create_group(GroupName="some")
    iam.create_role(RoleName="something", AssumeRolePolicyDocument=json.dumps(TRUST))
    yield {"user": "someone", "group": "some", "role": "something"}
    for kind, name in {"user": "someone", "group": "some", "role": "something"}.items():
        named = {f"{kind.capitalize()}Name": name}
        for attached in getattr(iam, f"list_attached_{kind}_policies")(**named)["AttachedPolicies"]:
            getattr(iam, f"detach_{kind}_policy")(**named, PolicyArn=attached["PolicyArn"])
        for policy in getattr(iam, f"list_{kind}_policies")(**named)["PolicyNames"]:
            getattr(iam, f"delete_{kind}_policy")(**named, PolicyName=policy)
        getattr(iam, f"delete_{kind}")(**named)


@pytest.mark.parametrize(("kind", "limit"), [("user", 2_048), ("group", 5_120), ("role", 10_240)])
def test_a_call_is_refused_beyond_the_size_of_all_inline_policies(
    cloud: LocalCloud, names: dict[str, str], kind: str, limit: int
) -> None:
    iam = cloud.client("iam")

    def put(name: str, characters: int, indent: int | None = None) -> None:
        document = json.dumps(policy_of(characters), indent=indent)
        named = {f"{kind.capitalize()}Name": names[kind]}
        getattr(iam, f"put_{kind}_policy")(**named, PolicyName=name, PolicyDocument=document)

    put("a", 1_000)
    with pytest.raises(ClientError, match=f"Maximum policy size of {limit} bytes exceeded for {kind} {names[kind]}"):
        put("b", limit - 999)
    put("b", limit - 1_000, indent=20)  # white space does not count
    put("a", 1_000)  # takes the place of what it replaces
    with pytest.raises(ClientError) as refused:
        put("a", 1_001)
    assert refused.value.response["Error"]["Code"] == "LimitExceeded"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_a_call_attaches_ten_policies_at_most(cloud: LocalCloud, names: dict[str, str], kind: str) -> None:
    attach = getattr(cloud.client("iam"), f"attach_{kind}_policy")
    named = {f"{kind.capitalize()}Name": names[kind]}
    for policy in [*AWS_MANAGED[:10], AWS_MANAGED[0]]:  # the last is attached already
        attach(**named, PolicyArn=policy)
    with pytest.raises(ClientError, match=f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: 10"):
        attach(**named, PolicyArn=AWS_MANAGED[10])


def test_a_call_is_refused_with_a_version_that_is_too_large(cloud: LocalCloud) -> None:
    iam = cloud.client("iam")
    policy = iam.create_policy(PolicyName="versions", PolicyDocument=json.dumps(policy_of(200)))["Policy"]["Arn"]
    with pytest.raises(ClientError, match="Cannot exceed quota for PolicySize: 6144"):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=json.dumps(policy_of(6_145)))
    iam.delete_policy(PolicyArn=policy)


@pytest.mark.parametrize(
    ("allowed", "refused", "message"),
    [
        (template(P=inline(200)), template(P=inline(10_241)), "Maximum policy size of 10240 bytes"),
        (
            template(P=resource("ManagedPolicy", PolicyDocument=policy_of(200))),
            template(P=resource("ManagedPolicy", PolicyDocument=policy_of(6_145))),
            "Cannot exceed quota for PolicySize: 6144",
        ),
        (
            of_role(ManagedPolicyArns=AWS_MANAGED[:1]),
            of_role(ManagedPolicyArns=AWS_MANAGED),
            "Cannot exceed quota for PoliciesPerRole: 10",
        ),
    ],
    ids=["inline", "managed", "attached"],
)
def test_an_update_fails_beyond_a_quota_each_time(
    cloud: LocalCloud, deploy: Deploy, allowed: dict[str, Any], refused: dict[str, Any], message: str
) -> None:
    deploy(allowed)
    for _ in range(2):
        with pytest.raises(DeploymentError, match=message):
            deploy(refused)
    deploy(allowed)


def test_nothing_of_a_role_that_was_refused_stays_behind(cloud: LocalCloud, deploy: Deploy) -> None:
    """So that the corrected template can be deployed under the same name."""
    with pytest.raises(DeploymentError, match="PoliciesPerRole"):
        deploy(of_role(RoleName="corrected", ManagedPolicyArns=AWS_MANAGED))
    deploy(of_role(RoleName="corrected", ManagedPolicyArns=AWS_MANAGED[:1]))
