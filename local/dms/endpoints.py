"""Endpoints, and whether one can be reached."""

from __future__ import annotations

import threading
import time
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.dms.exceptions import InvalidResourceStateFault, ResourceAlreadyExistsFault, ResourceNotFoundFault
from moto.dms.models import dms_backends

from local.dms.access import connected, make_target, source_connection
from local.dms.calls import Answer, Calls, Parameters, filtered, new_arn
from local.dms.errors import ReplicationError
from local.dms.replication import STATE_SECONDS
from local.dms.settings import parse_s3_settings, parse_source_settings, parse_task_settings
from local.process.context import ACCOUNT, REGION


class EndpointCalls(Calls):
    def create_endpoint(self, given: Parameters) -> Answer:
        identifier = given["EndpointIdentifier"].lower()
        if any(each["EndpointIdentifier"] == identifier for each in self._endpoints.values()):
            raise ResourceAlreadyExistsFault(f"Endpoint {identifier} already exists.")
        endpoint_arn = new_arn("endpoint", given.get("ResourceIdentifier"))
        made = {
            **given,
            "EndpointIdentifier": identifier,
            "EndpointType": given["EndpointType"].upper(),
            "EndpointArn": endpoint_arn,
            "Status": "active",
        }
        self._check_endpoint(made)
        self._tag(endpoint_arn, made.pop("Tags", None))
        self._endpoints[endpoint_arn] = made
        return {"Endpoint": _shown(made)}

    def modify_endpoint(self, given: Parameters) -> Answer:
        endpoint = self._endpoint(given["EndpointArn"])
        for replication in self.replications:
            used = self._definition(replication.arn)
            if given["EndpointArn"] in (used["SourceEndpointArn"], used["TargetEndpointArn"]):
                replication.require_idle("modify the endpoint of")
        changed = {name: value for name, value in given.items() if name != "ExactSettings"}
        if "EndpointType" in changed:
            changed["EndpointType"] = changed["EndpointType"].upper()
        exact = given.get("ExactSettings")
        for name in ("S3Settings", "OracleSettings"):
            if name in changed and not exact:
                changed[name] = {**(endpoint.get(name) or {}), **changed[name]}
        self._check_endpoint({**endpoint, **changed})
        endpoint.update(changed)
        self._forget_connections(endpoint["EndpointArn"])
        return {"Endpoint": _shown(endpoint)}

    def describe_endpoints(self, given: Parameters) -> Answer:
        names = {
            "endpoint-arn": "EndpointArn",
            "endpoint-type": "EndpointType",
            "endpoint-id": "EndpointIdentifier",
            "engine-name": "EngineName",
        }
        return {"Endpoints": [_shown(each) for each in filtered(self._endpoints.values(), given, names, "Endpoint")]}

    def delete_endpoint(self, given: Parameters) -> Answer:
        endpoint = self._endpoint(given["EndpointArn"])
        for each in (*self._configurations.values(), *self._tasks.values()):
            if endpoint["EndpointArn"] in (each["SourceEndpointArn"], each["TargetEndpointArn"]):
                raise InvalidResourceStateFault(
                    f"Endpoint {endpoint['EndpointArn']} is part of one or more replications."
                )
        del self._endpoints[endpoint["EndpointArn"]]
        self._forget_connections(endpoint["EndpointArn"])
        return {"Endpoint": _shown(endpoint) | {"Status": "deleting"}}

    def test_connection(self, given: Parameters) -> Answer:
        instance_arn, endpoint_arn = given["ReplicationInstanceArn"], given["EndpointArn"]
        endpoint = self._endpoint(endpoint_arn)
        instances = dms_backends[ACCOUNT][REGION].replication_instances
        if instance_arn not in instances:
            raise ResourceNotFoundFault("Replication instance could not be found.")
        if self._connections.get((instance_arn, endpoint_arn), {}).get("Status") == "testing":
            raise InvalidResourceStateFault(f"The connection to {endpoint['EndpointIdentifier']} is being tested.")
        connection = {
            "ReplicationInstanceArn": instance_arn,
            "EndpointArn": endpoint_arn,
            "ReplicationInstanceIdentifier": instances[instance_arn].id,
            "EndpointIdentifier": endpoint["EndpointIdentifier"],
            "Status": "testing",
        }
        self._connections[instance_arn, endpoint_arn] = connection
        answer = {"Connection": dict(connection)}
        threading.Thread(target=self._test, args=(connection, dict(endpoint)), daemon=True).start()
        return answer

    def _test(self, connection: Answer, endpoint: Answer) -> None:
        """Whether it is reached, with its own role and secret; counts for nothing if it was changed meanwhile."""
        time.sleep(STATE_SECONDS)
        result: dict[str, Any] = {"Status": "successful"}
        try:
            if endpoint["EndpointType"] == "SOURCE":
                connected(endpoint["EndpointIdentifier"], source_connection(self._context, endpoint)).close()
            else:
                make_target(self._context, parse_s3_settings(endpoint.get("S3Settings") or {}), self._faults).test()
        except Exception as error:
            text = str(error) if isinstance(error, ReplicationError) else f"{type(error).__name__}: {error}"
            result = {"LastFailureMessage": text, "Status": "failed"}
        connection.update(result)

    def _forget_connections(self, endpoint_arn: str) -> None:
        """What was tested is another endpoint now."""
        for key in [key for key in self._connections if key[1] == endpoint_arn]:
            del self._connections[key]

    def describe_connections(self, given: Parameters) -> Answer:
        names = {"endpoint-arn": "EndpointArn", "replication-instance-arn": "ReplicationInstanceArn"}
        return {"Connections": filtered(self._connections.values(), given, names, "Connection")}

    @staticmethod
    def _check_endpoint(endpoint: Answer) -> None:
        """Raises what DMS answers to settings that do not fit together, and refuses engines that are not run here."""
        secret = (endpoint.get("OracleSettings") or {}).get("SecretsManagerSecretId")
        clear = [name for name in ("Username", "Password", "ServerName", "Port") if endpoint.get(name)]
        if secret and clear:
            raise JsonRESTError(
                "InvalidParameterCombinationException",
                f"SecretsManagerSecretId can't be combined with {', '.join(clear)}",
            )
        expected = {"SOURCE": "oracle", "TARGET": "s3"}.get(endpoint["EndpointType"])
        if endpoint["EngineName"].lower() != expected:
            raise JsonRESTError(
                "InvalidParameterValueException",
                f"a {endpoint['EndpointType'].lower()} endpoint of the engine {endpoint['EngineName']} is not run here:"
                f" {expected} is",
            )
        try:
            if expected == "s3":
                parse_s3_settings(endpoint.get("S3Settings") or {})
            else:
                parse_source_settings(endpoint, parse_task_settings(None))
        except (ReplicationError, ValueError) as error:
            raise JsonRESTError("InvalidParameterValueException", str(error)) from error


def _shown(endpoint: Answer) -> Answer:
    """Without the password, which DMS never shows, and with lower case where its answers have it."""
    shown = {name: value for name, value in endpoint.items() if name not in ("Password", "Tags", "ResourceIdentifier")}
    return {**shown, "EngineDisplayName": endpoint["EngineName"], "EndpointType": endpoint["EndpointType"]}
