"""Lambda: runs the deployed zip in Node or Python, with the role's credentials and the function's timeout.

An execution environment is a process that is kept for the next invocation, as Lambda keeps it; concurrent
invocations get one each. Standard output goes to the log, to CloudWatch Logs, and, where a line is in CloudWatch's
embedded metric format (User Guide, "Specification: Embedded metric format"), to CloudWatch metrics.
"""

from __future__ import annotations

import base64
import io
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction

from local.compute.cloudwatch import LogStream
from local.identity.credentials import require_trust
from local.process.context import CloudContext

ASYNCHRONOUS_ATTEMPTS = 3
"""Lambda retries an asynchronous invocation twice (Developer Guide, "Invoking a function asynchronously")."""

ASYNCHRONOUS_RETRY_SECONDS = 2.0
"""Lambda waits one and two minutes; nobody waits that long in front of a laptop."""

_NODE_RUNTIME = Path(__file__).with_name("lambda_runtime.cjs")
_PYTHON_RUNTIME = Path(__file__).with_name("lambda_runtime.py")
_NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
_PASSED_THROUGH = ("PATH", "HOME", "TMPDIR", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SYSTEMROOT")


@dataclass
class Outcome:
    """What an invocation gave. `error` is Lambda's error object; `log` is what the function printed."""

    result: Any = None
    error: dict[str, Any] | None = None
    log: list[str] = field(default_factory=list)


class ExecutionEnvironment:
    """One process with one version of a function's code and configuration; one invocation at a time."""

    def __init__(self, functions: Functions, function: LambdaFunction) -> None:
        runtime = _runtime(function)
        self._children = functions.context.children
        self._marker = f"\x01{secrets.token_hex(8)}"
        self.stream = LogStream(functions.context, f"/aws/lambda/{function.function_name}", function.function_name)
        directory = functions.unpack(function)
        self._process = self._children.spawn(
            [*runtime, str(directory), str(function.handler), self._marker],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=directory,
            env=functions.environment(function, directory, self.stream.name),
            encoding="utf-8",
            errors="replace",
        )

    def invoke(self, function: LambdaFunction, event: Any) -> Outcome:
        timeout = float(function.timeout)
        invocation = {
            "event": event,
            "requestId": str(uuid.uuid4()),
            "functionArn": function.function_arn,
            "deadline": int((time.time() + timeout) * 1000),
        }
        timed_out = threading.Event()

        def end() -> None:
            timed_out.set()
            self.close()

        timer = threading.Timer(timeout, end)
        timer.start()
        outcome = Outcome()
        try:
            assert self._process.stdin and self._process.stdout
            self._process.stdin.write(json.dumps(invocation) + "\n")
            self._process.stdin.flush()
            for line in self._process.stdout:
                if self._marker in line:
                    printed, _, answer = line.partition(self._marker)
                    if printed:
                        outcome.log.append(printed)
                    return self._finish(outcome, json.loads(answer))
                outcome.log.append(line.rstrip("\n"))
        except BrokenPipeError:
            pass  # the process ended before it read the event; the reason is in its output
        finally:
            timer.cancel()
            self.stream.write(outcome.log)
        self.close()
        if timed_out.is_set():
            message = f"{invocation['requestId']} Task timed out after {timeout:.2f} seconds"
            return self._finish(outcome, {"error": {"errorType": "Sandbox.Timedout", "errorMessage": message}})
        message = f"RequestId: {invocation['requestId']} Error: Runtime exited: {' '.join(outcome.log[-3:])}"
        return self._finish(outcome, {"error": {"errorType": "Runtime.ExitError", "errorMessage": message}})

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._children.kill(self._process)

    @staticmethod
    def _finish(outcome: Outcome, answer: dict[str, Any]) -> Outcome:
        outcome.result, outcome.error = answer.get("result"), answer.get("error")
        return outcome


class Functions:
    """All functions of this cloud: their unpacked code, idle environments and invocation counts."""

    def __init__(self, context: CloudContext) -> None:
        self.context = context
        self.invocations: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._idle: dict[str, list[tuple[str, ExecutionEnvironment]]] = defaultdict(list)

    def invoke(self, function: LambdaFunction, event: Any) -> Outcome:
        name, started, version = function.function_name, time.monotonic(), _version(function)
        try:
            environment = self._take(name, version) or ExecutionEnvironment(self, function)
        except (OSError, NotImplementedError) as error:
            outcome = Outcome(error={"errorType": type(error).__name__, "errorMessage": str(error)})
        else:
            outcome = environment.invoke(function, event)
            if environment.alive:
                with self._lock:
                    self._idle[name].append((version, environment))
        self.invocations[name] += 1
        seconds = time.monotonic() - started
        if outcome.error:
            self.errors[name] += 1
            self.context.activity.fail(f"lambda {name}", f"{_reason(outcome)} ({seconds:.2f} s)")
        else:
            self.context.activity.say(f"lambda {name}", f"done in {seconds:.2f} s")
        return outcome

    def invoke_asynchronously(self, function: LambdaFunction, event: Any) -> None:
        def attempts() -> None:
            for attempt in range(ASYNCHRONOUS_ATTEMPTS):
                if attempt:
                    time.sleep(ASYNCHRONOUS_RETRY_SECONDS * attempt)
                if not self.invoke(function, event).error:
                    return
            self.context.activity.fail(f"lambda {function.function_name}", "gave up: all asynchronous attempts failed")

        threading.Thread(target=attempts, daemon=True).start()

    def unpack(self, function: LambdaFunction) -> Path:
        """The function's code in a directory named by its hash, so that each version is unpacked once."""
        digest = base64.urlsafe_b64encode(base64.b64decode(function.code_sha_256)).decode().rstrip("=")
        directory = self.context.directory / "functions" / digest
        with self._lock:
            if not directory.exists():
                unfinished = self.context.work_directory("functions", f".{digest}")
                with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as code:
                    code.extractall(unfinished)
                unfinished.rename(directory)
        return directory

    def environment(self, function: LambdaFunction, directory: Path, log_stream: str) -> dict[str, str]:
        """The variables of Lambda's runtimes (Developer Guide, "Defined runtime environment variables").

        The AWS SDK that Lambda provides, and that CDK's own handlers use, comes from this repository's packages.
        """
        require_trust(function.role, "lambda.amazonaws.com")
        passed = {name: os.environ[name] for name in _PASSED_THROUGH if name in os.environ}
        return (
            passed
            | self.context.clients.access_key(function.role).environment()
            | {
                "_HANDLER": str(function.handler),
                "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
                "AWS_REGION": self.context.clients.region,
                "AWS_DEFAULT_REGION": self.context.clients.region,
                "AWS_ENDPOINT_URL": self.context.endpoint,
                "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
                "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.function_name}",
                "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
                "LAMBDA_TASK_ROOT": str(directory),
                "NODE_PATH": os.pathsep.join(filter(None, [str(_NODE_MODULES), os.environ.get("NODE_PATH")])),
                "TZ": "UTC",
            }
            | {name: str(value) for name, value in function.environment_vars.items()}
        )

    def _take(self, name: str, version: str) -> ExecutionEnvironment | None:
        with self._lock:
            idle, self._idle[name] = self._idle[name], []
            usable = [pair for pair in idle if pair[0] == version and pair[1].alive]
            self._idle[name] = usable[:-1]
        for pair in idle:
            if pair not in usable:
                pair[1].close()
        return usable[-1][1] if usable else None


def install(context: CloudContext) -> Functions:
    """Replaces moto's invocation, which wants Docker."""
    functions = Functions(context)

    def invoke(self: LambdaFunction, body: Any, request_headers: Any, response_headers: Any) -> bytes | str:
        event = json.loads(body) if body else {}
        kind = request_headers.get("x-amz-invocation-type", "RequestResponse")
        if kind == "DryRun":
            return ""
        if kind == "Event":
            functions.invoke_asynchronously(self, event)
            return ""
        outcome = functions.invoke(self, event)
        log = "\n".join(outcome.log)[-4096:]
        response_headers["x-amz-log-result"] = base64.b64encode(log.encode()).decode()
        if outcome.error:
            response_headers["x-amz-function-error"] = "Unhandled"
        return json.dumps(outcome.error or outcome.result).encode()

    LambdaFunction.invoke = invoke  # type: ignore[method-assign]
    return functions


def _runtime(function: LambdaFunction) -> list[str]:
    """The command that runs code of the function's language."""
    name = str(function.run_time)
    if name.startswith("python"):
        # Unbuffered (-u), so that what was printed before a timeout is in the log; this folder is no place to import
        # from (-P).
        return [sys.executable, "-u", "-P", str(_PYTHON_RUNTIME)]
    if not name.startswith("nodejs"):
        raise NotImplementedError(f"the runtime {name!r} does not run here: nodejs and python do")
    node = shutil.which("node")
    if not node:
        raise FileNotFoundError("node is not on PATH: install Node.js 20 or newer to run Lambda functions")
    # The SDK warns of a Node that is older than the runtime's, in every function's log.
    return [node, "--no-warnings", f"--max-old-space-size={function.memory_size}", str(_NODE_RUNTIME)]


def _version(function: LambdaFunction) -> str:
    """Code and configuration: an environment of another version is not used again."""
    configuration = [function.handler, function.memory_size, function.role, function.environment_vars]
    return json.dumps([function.code_sha_256, function.run_time, *configuration], sort_keys=True, default=str)


def _reason(outcome: Outcome) -> str:
    return f"{outcome.error['errorType']}: {outcome.error['errorMessage']}" if outcome.error else ""
