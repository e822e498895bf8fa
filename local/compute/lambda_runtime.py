"""One Lambda execution environment for Python: what `lambda_runtime.cjs` is for Node, with the same lines in and out.

usage: python lambda_runtime.py DIRECTORY HANDLER MARKER
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
import urllib.request
from collections.abc import Callable
from typing import Any

RESPONSE_HOST = "cloudformation-custom-resource-response.localhost"

Handler = Callable[[Any, Any], Any]


class InitError(Exception):
    """The handler cannot be had; `kind` is Lambda's name for the reason."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Context:
    """After the Lambda Developer Guide, "Using the Lambda context object to retrieve Python function information"."""

    def __init__(self, invocation: dict[str, Any]) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = "$LATEST"
        self.invoked_function_arn = invocation["functionArn"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.aws_request_id = invocation["requestId"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = invocation["deadline"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int(self._deadline - time.time() * 1000))


class _ResponsesToEndpoint(urllib.request.BaseHandler):
    """Leads the host that custom resources answer to, which is always reached by https, to the local endpoint."""

    handler_order = 0  # before the host becomes a header

    def https_request(self, request: urllib.request.Request) -> urllib.request.Request:
        if request.host == RESPONSE_HOST:
            request.full_url = os.environ["AWS_ENDPOINT_URL"] + request.selector
        return request


def load(handler: str) -> Handler:
    module, _, name = handler.replace("/", ".").rpartition(".")
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        raise InitError("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}") from error
    found: Handler | None = getattr(loaded, name, None)
    if found is None:
        raise InitError("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")
    return found


def describe(error: Exception) -> dict[str, Any]:
    return {
        "errorType": error.kind if isinstance(error, InitError) else type(error).__name__,
        "errorMessage": str(error),
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def main(directory: str, handler: str, marker: str) -> None:
    sys.path.insert(0, directory)
    urllib.request.install_opener(urllib.request.build_opener(_ResponsesToEndpoint))
    run: Handler | None = None
    for line in sys.stdin:
        invocation = json.loads(line)
        try:
            run = run or load(handler)
            outcome = json.dumps({"result": run(invocation["event"], Context(invocation))})
        except Exception as error:
            traceback.print_exc()
            outcome = json.dumps({"error": describe(error)})
        print(f"{marker}{outcome}")


if __name__ == "__main__":
    main(*sys.argv[1:])
