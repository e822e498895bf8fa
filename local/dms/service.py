"""AWS DMS in this cloud: its API, its source databases, and the switches for what may go wrong."""

from __future__ import annotations

from collections.abc import Mapping

from local.dms.api import Api
from local.dms.faults import Faults
from local.dms.oracles import Oracles
from local.events.event_rules import EventBus
from local.process.context import CloudContext

running: Dms | None = None


class Dms:
    def __init__(self, context: CloudContext, bus: EventBus) -> None:
        self.faults = Faults()
        self.oracles = Oracles(context)
        self.api = Api(context, bus, self.faults)
        self.api.install()

    def switch(self, subject: str, options: Mapping[str, str]) -> str:
        """What `POST /_local/dms/...` asks for: `oracle/SERVICE`, `fault/NAME`, or `deprovision/REPLICATION`.

        Raises LookupError for anything else.
        """
        action, _, name = subject.partition("/")
        if action == "oracle":
            return self.oracles.create(name, options["secret"], options.get("user"))
        if action == "fault":
            self.faults.set(name, int(options.get("value", "1")))
            return name
        if action == "deprovision":
            self.api.find(name).deprovision()
            return name
        raise LookupError(f"there is no action dms/{action}; actions: oracle, fault, deprovision")

    def stop(self) -> None:
        self.api.close()
        self.oracles.stop()


def install(context: CloudContext, bus: EventBus) -> Dms:
    global running
    running = Dms(context, bus)
    return running
