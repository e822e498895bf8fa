"""The local cloud's one process: moto's server, completed part by part, and the pages under `/_local`.

`python -m local.server --directory DIR` serves until it is stopped. With `--lifeline` it also ends when its
standard input closes, which is how a test's cloud dies with the test.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import flask
from moto import settings
from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Request, Response

from local import status_page
from local.cloudformation import engine
from local.cloudformation.custom_resources import RESPONSE_PATH, CustomResource
from local.compute import event_sources, functions, glue_runs, state_machines
from local.dms import service as dms
from local.events import event_rules, notifications, object_ages, queues, s3_events
from local.events.schedules import Schedules
from local.identity import iam, quotas
from local.identity.credentials import create_administrator, role_access_key
from local.postgres.binaries import PostgresUnavailable
from local.process.activity import Activity
from local.process.children import Children
from local.process.clients import Clients
from local.process.context import ACCOUNT, REGION, CloudContext
from local.process.state_files import INBOX_FILE, LOG_FILE, STATE_FILE
from local.redshift import warehouses


class LocalServer:
    def __init__(
        self,
        directory: Path,
        port: int = 0,
        glue_minute_seconds: float = 60.0,
        dms_second_seconds: float = 1.0,
        warehouse: bool = True,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        default_user_config["iam"] = {"load_aws_managed_policies": True}
        self._moto = DomainDispatcherApplication(_create_app)
        # The socket comes first: its port is part of the endpoint that every part needs.
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, self._application, threaded=True, request_handler=_QuietRequestHandler
        )
        endpoint = f"http://localhost:{self._server.server_port}"
        os.environ["MOTO_PORT"] = str(self._server.server_port)
        settings.moto_server_host = lambda: "http://localhost"  # type: ignore[assignment]
        self._administrator = create_administrator(ACCOUNT)
        self.context = CloudContext(
            directory=directory,
            endpoint=endpoint,
            activity=Activity(directory / LOG_FILE, directory / INBOX_FILE),
            children=Children(),
            clients=Clients(endpoint, REGION, self._administrator, role_access_key),
            glue_minute_seconds=glue_minute_seconds,
            dms_second_seconds=dms_second_seconds,
        )
        self._warehouse = warehouses.start(self.context) if warehouse else None
        self._install()

    def _install(self) -> None:
        context = self.context
        bus = event_rules.install(context)
        s3_events.install(context, bus)
        self.functions = functions.install(context)
        queues.install()
        event_sources.install(context, self.functions)
        notifications.install(context)
        self.runner = glue_runs.install(context, bus)
        state_machines.install(context)
        self._dms = dms.install(context, bus)
        engine.install(context)
        iam.install(context)
        quotas.install()
        self.schedules = Schedules(context, bus)
        if self._warehouse:
            self._warehouse.install()

    def run(self) -> None:
        """Serves until `stop`; writes the state file once requests are answered."""
        state = {
            "endpoint": self.context.endpoint,
            "region": REGION,
            "accessKeyId": self._administrator.access_key_id,
            "secretAccessKey": self._administrator.secret_access_key,
            "inbox": str(self.context.activity.inbox_path),
            "warehouseUrl": self._warehouse.url if self._warehouse else None,
            "log": str(self.context.activity.log_path),
            "pid": os.getpid(),
        }
        self.schedules.start()
        unfinished = self.context.directory / f".{STATE_FILE}"
        unfinished.write_text(json.dumps(state), encoding="utf-8")
        unfinished.rename(self.context.directory / STATE_FILE)
        self.context.activity.say("server", f"ready at {self.context.endpoint}")
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._dms.stop()
            if self._warehouse:
                self._warehouse.stop()
            self.context.children.close()
            self.context.activity.say("server", "stopped")

    def stop(self) -> None:
        threading.Thread(target=self._server.shutdown, daemon=True).start()

    def _application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith("/_local"):
            return self._local(Request(environ))(environ, start_response)
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer

    def _local(self, request: Request) -> Response:
        path = request.path
        if path.startswith(RESPONSE_PATH):
            CustomResource.responses.put(path.removeprefix(RESPONSE_PATH), json.loads(request.get_data()))
            return Response()
        if request.method == "POST":
            action, _, subject = unquote(path.removeprefix("/_local/")).partition("/")
            try:
                return Response(self._hasten(action, subject, request.args))
            except LookupError as error:
                return Response(str(error), status=404)
        if path == "/_local/log":
            return Response(self.context.activity.log_path.read_text(encoding="utf-8"), mimetype="text/plain")
        if path == "/_local/status.json":
            return Response(json.dumps(status_page.status(self.context, self.functions)), mimetype="application/json")
        page = status_page.render(status_page.status(self.context, self.functions))
        return Response(page, mimetype="text/html")

    def _hasten(self, action: str, subject: str, options: Mapping[str, str]) -> str:
        """What would come by itself, now. Raises LookupError when there is no such action or nothing of that name."""
        if action == "fire":
            return self.schedules.fire(subject)
        if action == "wake":
            return str(queues.wake(subject))
        if action == "age":
            bucket, _, key = subject.partition("/")
            return str(object_ages.make_older(bucket, key, float(options["seconds"])))
        if action == "time-out":
            return self.runner.time_out(subject)
        if action == "dms":
            return self._dms.switch(subject, options)
        raise LookupError(f"there is no action {action!r}; actions: fire, wake, age, time-out, dms")


def _create_app(service: Any) -> flask.Flask:
    """moto's application for a service, or one that refuses everything for those that moto does not know."""
    if service:
        return create_backend_app(service)
    app = flask.Flask("not emulated")
    app.before_request(_refuse)
    return app


def _refuse() -> flask.Response:
    _, service = iam.credential(dict(flask.request.headers), flask.request.url)
    code = "UnknownOperationException"
    body = {"__type": code, "message": f"the local cloud does not emulate the API of {service}"}
    return flask.Response(json.dumps(body), 400, {"x-amzn-errortype": code}, "application/json")


class _QuietRequestHandler(MotoRequestHandler):
    """The log holds what happened, not which requests were made."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Says nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--lifeline", action="store_true", help="end when standard input closes")
    parser.add_argument(
        "--glue-minute-seconds", type=float, default=60.0, help="how long a minute of a Glue timeout lasts"
    )
    parser.add_argument(
        "--dms-second-seconds", type=float, default=1.0, help="how long a second of CdcMaxBatchInterval lasts"
    )
    parser.add_argument("--no-warehouse", action="store_true", help="start no PostgreSQL")
    options = parser.parse_args()
    logging.getLogger("moto").setLevel(logging.ERROR)
    # Until it serves: an orderly exit, which stops and deletes the database.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        server = LocalServer(
            options.directory.resolve(),
            options.port,
            options.glue_minute_seconds,
            options.dms_second_seconds,
            warehouse=not options.no_warehouse,
        )
    except (OSError, PostgresUnavailable) as error:
        sys.exit(f"the local cloud cannot start: {error}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    if options.lifeline:
        threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    server.run()
    # Threads that wait for functions or runs are daemons; nothing is left to wait for.
    os._exit(0)


def _stop_at_end_of_input(server: LocalServer) -> None:
    with contextlib.suppress(OSError):
        sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
