"""Every request is checked against the policies of whoever signed it: the stack's own roles are really in use.

moto's engine is replaced at its two entry points, requests and bucket policies. It takes `?` for a regular expression,
checks most services against `*`, turns an allow whose condition fails into a deny, and knows no other condition than
equality. Signatures are not verified: on this machine an access key is enough to say who calls.

Honest about what is pretended: requests come by plain HTTP and count as `aws:SecureTransport`, since the same SDK
call goes by TLS in AWS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse
from xml.etree import ElementTree

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import AccessDeniedError, InvalidClientTokenIdError, JsonRESTError
from moto.iam.access_control import PermissionResult
from moto.iam.models import Policy, Role
from moto.s3.exceptions import S3AccessDeniedError, S3InvalidAccessKeyIdError
from moto.s3.models import FakeBucket, s3_backends

from local.identity import request_resources
from local.identity.arns import clusters, workgroup_arns
from local.identity.credentials import Caller, caller_of
from local.identity.policies import Effect, Principal, Request, evaluate
from local.identity.statement_owners import StatementOwners
from local.process.context import ACCOUNT, HOW_TO_SEED, CloudContext, arn

_IAM_PREFIXES = {"monitoring": "cloudwatch"}
"""Where the name that signs a request is not the name that policies use."""

_IAM_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:HeadBucket": "s3:ListBucket",
    # SQS developer guide, "API permissions": a batch needs the permission of its single action.
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}

_CONTEXT_PARAMETERS = {
    "cloudwatch": {"cloudwatch:namespace": "Namespace"},
    "s3": {"s3:prefix": "prefix", "s3:delimiter": "delimiter"},
}


def install(context: CloudContext) -> None:
    owners = StatementOwners()
    owners.install()

    def authorize(self: Any, iam_request_class: type, resource: str = "*") -> None:
        _Check(context, owners, self).run(resource, is_s3=iam_request_class.__name__ == "S3IAMRequest")

    def bucket_policy_is_checked_already(self: FakeBucket, action: str, resource: str) -> PermissionResult:
        return PermissionResult.NEUTRAL

    ActionAuthenticatorMixin._authenticate_and_authorize_action = authorize  # type: ignore[method-assign, assignment]
    FakeBucket.get_permission = bucket_policy_is_checked_already  # type: ignore[method-assign]


class _Check:
    """The check of one request; `response` is moto's object for it."""

    def __init__(self, context: CloudContext, owners: StatementOwners, response: Any) -> None:
        self._context = context
        self._owners = owners
        self._response = response

    def run(self, resource: str, *, is_s3: bool) -> None:
        response = self._response
        access_key, signing_name = credential(response.headers, response.uri)
        caller = caller_of(ACCOUNT, access_key) if access_key else None
        if caller is None:
            raise S3InvalidAccessKeyIdError() if is_s3 else InvalidClientTokenIdError()
        response.caller = caller
        if caller.role is None:
            return  # the administrator is the only user here
        action = response._get_action()
        action = action[0] if isinstance(action, list) else action
        if is_s3:
            self._s3(caller, action, resource)
        else:
            self._other(caller, _IAM_PREFIXES.get(signing_name, signing_name), action)

    def _other(self, caller: Caller, service: str, action: str) -> None:
        if (service, action) == ("sts", "GetCallerIdentity"):
            return
        parameters = _parameters(self._response)
        if service == "redshift-data":
            _require_warehouse(parameters)
        resources = request_resources.resources_of(service, action, parameters, self._response.path)
        self._require(caller, service, action, resources, parameters)
        if service == "redshift-data" and action in ("ExecuteStatement", "BatchExecuteStatement"):
            self._require_database_access(caller, parameters, resources)

    def _require_database_access(self, caller: Caller, parameters: Mapping[str, Any], resources: Sequence[str]) -> None:
        """What the Data API does for its caller: read the secret, or ask for temporary database credentials."""
        cluster = parameters.get("ClusterIdentifier")
        if parameters.get("SecretArn"):
            secret = request_resources.secret_arn(str(parameters["SecretArn"]))
            self._require(caller, "secretsmanager", "GetSecretValue", [secret], {})
        elif parameters.get("WorkgroupName"):
            self._require(caller, "redshift-serverless", "GetCredentials", resources, {})
        elif parameters.get("DbUser"):
            # Redshift Management Guide, "Resource policies for GetClusterCredentials".
            for name in (f"dbuser:{cluster}/{parameters['DbUser']}", f"dbname:{cluster}/{parameters.get('Database')}"):
                self._require(caller, "redshift", "GetClusterCredentials", [arn("redshift", name)], {})
        else:
            database = arn("redshift", f"dbname:{cluster}/{parameters.get('Database')}")
            self._require(caller, "redshift", "GetClusterCredentialsWithIAM", [database], {})

    def _s3(self, caller: Caller, action: str, resource: str) -> None:
        headers, query = self._response.headers, parse_qs(urlparse(self._response.uri).query, keep_blank_values=True)
        parameters = {name: values[0] for name, values in query.items()}
        resource = unquote(resource)
        if action == "GetObject" and "versionId" in query:
            action = "GetObjectVersion"
        if action == "DeleteObject" and "delete" in query:
            for key in _deleted_keys(self._response.raw_body):
                self._require(caller, "s3", "DeleteObject", [f"{resource}/{key}"], parameters)
            return
        self._require(caller, "s3", action, [resource], parameters)
        if source := headers.get("x-amz-copy-source"):
            path, _, version = unquote(source).lstrip("/").partition("?versionId=")
            read = "GetObjectVersion" if version else "GetObject"
            self._require(caller, "s3", read, [f"arn:aws:s3:::{path}"], {})

    def _require(
        self, caller: Caller, service: str, action: str, resources: Sequence[str], parameters: Mapping[str, Any]
    ) -> None:
        name = f"{service}:{action}"
        name = _IAM_ACTIONS.get(name, name)
        request = Request(name, resources, self._condition_context(caller, service, parameters))
        assert caller.role is not None
        role_arn = str(caller.role.arn)
        effect = evaluate(
            request,
            identity_policies=policies_of(caller.role),
            resource_policies=_bucket_policies(resources[0]) if service == "s3" else (),
            principal=Principal(arns=(role_arn, caller.arn), account=ACCOUNT),
        )
        if effect is not Effect.ALLOWED:
            what = f"{caller.name} may not {name} on {' or '.join(resources)}: {effect.value}"
            self._context.activity.fail("iam", what)
            raise self._access_denied(caller, service, name)

    def _access_denied(self, caller: Caller, service: str, action: str) -> Exception:
        """In the shape of the request's protocol, else clients cannot read it."""
        if service == "s3":
            return S3AccessDeniedError()
        if service == "lambda" or self._response.headers.get("x-amz-target"):
            message = f"User: {caller.arn} is not authorized to perform: {action}"
            return JsonRESTError("AccessDeniedException", message)
        return AccessDeniedError(user_arn=caller.arn, action=action)

    def _condition_context(self, caller: Caller, service: str, parameters: Mapping[str, Any]) -> dict[str, str]:
        assert caller.role is not None
        context = {
            "aws:securetransport": "true",
            "aws:userid": caller.user_id,
            "aws:principalarn": str(caller.role.arn),
            "aws:principalaccount": ACCOUNT,
            "aws:principaltype": "AssumedRole",
        }
        for key, parameter in _CONTEXT_PARAMETERS.get(service, {}).items():
            if parameter in parameters:
                context[key] = str(parameters[parameter])
        if service == "redshift-data" and (owner := self._owners.owner(str(parameters.get("Id", "")))):
            context["redshift-data:statement-owner-iam-userid"] = owner
        return context


def _require_warehouse(parameters: Mapping[str, Any]) -> None:
    """Raises what the Data API answers when there is no such workgroup or cluster."""
    workgroup, cluster = parameters.get("WorkgroupName"), parameters.get("ClusterIdentifier")
    known = workgroup is None or workgroup in workgroup_arns or workgroup in workgroup_arns.values()
    if not known or (cluster is not None and cluster not in clusters):
        named = f"workgroup {workgroup}" if workgroup else f"cluster {cluster}"
        message = f"Redshift endpoint doesn't exist in this region: {named}. {HOW_TO_SEED}"
        raise JsonRESTError("ValidationException", message)


def policies_of(role: Role) -> list[str]:
    """All documents that a role has, inline and attached."""
    documents = [str(document) for document in role.policies.values()]
    policies: list[Policy] = [*role.managed_policies.values()]
    return documents + [
        str(version.document) for policy in policies for version in policy.versions if version.is_default
    ]


def _bucket_policies(resource: str) -> list[str]:
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(resource.removeprefix("arn:aws:s3:::").split("/")[0])
    return [bucket.policy.decode()] if bucket and bucket.policy else []


def credential(headers: Mapping[str, str], uri: str) -> tuple[str, str]:
    """Access key and signing name, from the Authorization header or from a presigned URL."""
    scope = re.search(r"Credential=([^,\s]+)", headers.get("Authorization", ""))
    presigned = parse_qs(urlparse(uri).query).get("X-Amz-Credential", [""])[0]
    parts = (scope[1] if scope else presigned).split("/")
    return (parts[0], parts[3]) if len(parts) >= 5 else ("", "")


def _parameters(response: Any) -> Mapping[str, Any]:
    """The request's parameters, whether its protocol is JSON or query."""
    try:
        body = json.loads(response.body)
    except (ValueError, TypeError):
        return {name: values[0] for name, values in response.querystring.items() if values}
    return body if isinstance(body, dict) else {}


def _deleted_keys(body: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(body).iter() if element.tag.endswith("Key")]
