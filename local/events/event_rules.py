"""EventBridge: which rules an event matches, and the delivery to their targets.

moto matches patterns; delivery is ours, because moto knows neither Lambda nor SNS as targets, delivers by disabled
rules and fires schedule-only rules on every event. A target receives only what its resource policy lets EventBridge
send, as in AWS.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.utils import get_backend as lambda_backend
from moto.events.models import EventPattern, EventsBackend, Rule, events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from local.identity.policies import Effect, Principal, Request, evaluate
from local.process.context import ACCOUNT, REGION, CloudContext

_PRINCIPAL = Principal(service="events.amazonaws.com")


class EventBus:
    def __init__(self, context: CloudContext) -> None:
        self._context = context
        self._backend: EventsBackend = events_backends[ACCOUNT][REGION]

    def send(self, event: dict[str, Any], bus: str = "default") -> int:
        """Delivers an event by every enabled rule whose pattern matches; returns how many rules did."""
        matching = [rule for rule in self.rules(bus) if _matches(rule.event_pattern, event)]
        for rule in matching:
            self.deliver(rule, event)
        return len(matching)

    def rules(self, bus: str = "default") -> list[Rule]:
        return [rule for rule in list(self._backend.event_buses[bus].rules.values()) if rule.state == "ENABLED"]

    def deliver(self, rule: Rule, event: dict[str, Any]) -> None:
        for target in list(rule.targets):
            service = target["Arn"].split(":")[2]
            send = _SENDERS.get(service)
            try:
                if send is None:
                    raise NotImplementedError(f"a rule's target in {service} is not run here")
                send(self, rule, target, _input(target, event))
                self._context.activity.say("eventbridge", f"rule {rule.name} -> {target['Arn']}")
            except Exception as error:
                # EventBridge reports a failed delivery to nobody who sent the event.
                self._context.activity.fail("eventbridge", f"rule {rule.name} -> {target['Arn']}: {error}")

    def _require(self, rule: Rule, action: str, resource: str, policy: str | None) -> None:
        """Raises PermissionError when the resource's policy does not let this rule send to it."""
        context = {"aws:sourcearn": rule.arn, "aws:sourceaccount": ACCOUNT, "aws:securetransport": "true"}
        request = Request(action, [resource], context)
        effect = evaluate(request, (), [policy] if policy else [], _PRINCIPAL)
        if effect is not Effect.ALLOWED:
            raise PermissionError(f"the resource policy of {resource} does not allow {action} to rule {rule.name}")

    def _to_queue(self, rule: Rule, target: dict[str, Any], body: str) -> None:
        queue = sqs_backends[ACCOUNT][REGION].get_queue(target["Arn"].split(":")[-1])
        self._require(rule, "sqs:SendMessage", target["Arn"], queue.policy)
        group = target.get("SqsParameters", {}).get("MessageGroupId")
        sqs_backends[ACCOUNT][REGION].send_message(queue_name=queue.name, message_body=body, group_id=group)

    def _to_topic(self, rule: Rule, target: dict[str, Any], body: str) -> None:
        topic = sns_backends[ACCOUNT][REGION].get_topic(target["Arn"])
        self._require(rule, "sns:Publish", target["Arn"], topic.policy)
        topic.publish(body)

    def _to_function(self, rule: Rule, target: dict[str, Any], body: str) -> None:
        function = lambda_backend(ACCOUNT, REGION).get_function(target["Arn"])
        policy = json.dumps({"Statement": function.policy.statements})
        self._require(rule, "lambda:InvokeFunction", target["Arn"], policy)
        function.invoke(body, {"x-amz-invocation-type": "Event"}, {})

    def _to_log_group(self, rule: Rule, target: dict[str, Any], body: str) -> None:
        logs, group = self._context.client("logs"), target["Arn"].split("log-group:")[1].removesuffix(":*")
        stream = str(uuid.uuid4())
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": int(time.time() * 1000), "message": body}
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])


_SENDERS: dict[str, Callable[[EventBus, Rule, dict[str, Any], str], None]] = {
    "sqs": EventBus._to_queue,
    "sns": EventBus._to_topic,
    "lambda": EventBus._to_function,
    "logs": EventBus._to_log_group,
}


def make_event(source: str, detail_type: str, detail: dict[str, Any], resources: Sequence[str] = ()) -> dict[str, Any]:
    """An event of now, in the form that all have (EventBridge User Guide, "Event structure")."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": list(resources),
        "detail": detail,
    }


def install(context: CloudContext) -> EventBus:
    bus = EventBus(context)

    def put_events(self: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [_put(bus, self, entry) for entry in events]

    EventsBackend.put_events = put_events  # type: ignore[method-assign]
    return bus


def _put(bus: EventBus, backend: EventsBackend, entry: dict[str, Any]) -> dict[str, Any]:
    """One entry of PutEvents: its event id, or the error that EventBridge answers with."""
    missing = [name for name in ("Source", "DetailType", "Detail") if not entry.get(name)]
    if missing:
        message = f"Parameter {missing[0]} is not valid. Reason: {missing[0]} is a required argument."
        return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    event = make_event(entry["Source"], entry["DetailType"], detail, entry.get("Resources", []))
    bus.send(event, backend._normalize_event_bus_arn(entry.get("EventBusName")))
    return {"EventId": event["id"]}


def _matches(pattern: EventPattern, event: Any) -> bool:
    """A rule without a pattern has a schedule, which no event fires."""
    return bool(pattern.get_pattern()) and pattern.matches_event(event)


def _input(target: dict[str, Any], event: dict[str, Any]) -> str:
    """What the target receives: the event, a constant, a part of the event, or a template filled from it."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_at(event, target["InputPath"]))
    if "InputTransformer" in target:
        transformer = target["InputTransformer"]
        values = {name: _at(event, path) for name, path in transformer.get("InputPathsMap", {}).items()}
        return _fill(transformer["InputTemplate"], values, event)
    return json.dumps(event)


def _at(event: Any, path: str) -> Any:
    for part in path.removeprefix("$").lstrip(".").split("."):
        if part and event is not None:
            event = event.get(part) if isinstance(event, dict) else None
    return event


def _fill(template: str, values: dict[str, Any], event: dict[str, Any]) -> str:
    """Inside a JSON string a value is inserted as text, elsewhere as JSON (EventBridge, "Input transformation")."""
    values = values | {"aws.events.event": event, "aws.events.event.json": event}

    def replace(found: re.Match[str]) -> str:
        if found[1] not in values:
            return found[0]
        value = values[found[1]]
        quoted = template[: found.start()].replace('\\"', "").count('"') % 2 == 1
        if quoted:
            return json.dumps(value if isinstance(value, str) else json.dumps(value))[1:-1]
        return json.dumps(value)

    return re.sub(r"<([\w.\-]+)>", replace, template)


def in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()
