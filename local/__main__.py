"""`script/local up | down | status | fire RULE`: the local cloud from a shell."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from local.cloud import LocalCloud
from local.deploy import DeploymentError, read_object, synthesize

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_APP = REPOSITORY / "examples" / "platform"
DEFAULT_STATE = REPOSITORY / ".local" / "state.json"


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        result: int = options.run(options)
        return result
    except (LookupError, OSError, RuntimeError) as error:
        print(f"local: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("local: interrupted", file=sys.stderr)
        return 130


def _path(given: str) -> Path:
    """Relative to where the caller of script/local is, which itself changes to the repository."""
    return Path(os.environ.get("CALLED_FROM", ""), given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="script/local", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Any, help_text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text)
        added.add_argument("--state", type=_path, default=DEFAULT_STATE, help=f"default: {DEFAULT_STATE}")
        added.set_defaults(run=run)
        return added

    up = command("up", _up, "start in the background and deploy an app")
    up.add_argument("--app", type=_path, default=DEFAULT_APP, help="holds a cdk.json, or is a synthesized cdk.out")
    up.add_argument("--secrets", type=_path, help="JSON: values of secrets that the app imports, by name")
    command("down", _down, "stop what `up` started")
    command("status", _status, "show what is deployed and what runs")
    fire = command("fire", _fire, "fire a schedule now")
    fire.add_argument("rule", help="a scheduled rule's name, or a part of it")
    return parser


def _up(options: argparse.Namespace) -> int:
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {line}", flush=True)

    secrets = read_object(options.secrets) if options.secrets else {}
    options.state.parent.mkdir(parents=True, exist_ok=True)
    running = _running(options.state)
    if running:
        say(f"already running at {running.endpoint}: deploying to it")
    directory = running.directory if running else Path(tempfile.mkdtemp(prefix="local-cloud-"))
    assembly = synthesize(options.app.resolve(), directory / "cdk.out", say)
    cloud = running or LocalCloud.start(directory, detached=True)
    try:
        say(f"local cloud at {cloud.endpoint}/_local")
        outputs = cloud.deploy(assembly, secrets=secrets, say=say)
        state = {
            "endpoint": cloud.endpoint,
            "region": cloud.region,
            "accessKeyId": cloud.access_key_id,
            "secretAccessKey": cloud.secret_access_key,
            "outputs": outputs,
            "warehouseUrl": cloud.warehouse_url,
            "salesforceUrl": None,
            "inbox": str(cloud.inbox_path),
            "log": str(cloud.log_path),
            "directory": str(cloud.directory),
        }
        options.state.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
    except BaseException as error:
        if not running:
            cloud.stop()
            if isinstance(error, Exception):
                print(cloud.log_tail(), file=sys.stderr)
        raise
    say(f"ready; {options.state} says how to reach it, {cloud.log_path} what it does")
    return 0


def _down(options: argparse.Namespace) -> int:
    cloud = _described(options.state)
    if cloud and cloud.running:
        print(f"stopping {cloud.endpoint}; its log stays in {cloud.log_path}")
    else:
        print(f"nothing runs for {options.state}")
    if cloud:
        cloud.stop()
    options.state.unlink(missing_ok=True)
    return 0


def _status(options: argparse.Namespace) -> int:
    print(json.dumps(_require(options.state).status(), indent=2))
    return 0


def _fire(options: argparse.Namespace) -> int:
    print(f"fired {_require(options.state).fire_schedule(options.rule)}")
    return 0


def _running(state_file: Path) -> LocalCloud | None:
    """The cloud that a state file tells of, if it still runs."""
    cloud = _described(state_file)
    return cloud if cloud and cloud.running else None


def _described(state_file: Path) -> LocalCloud | None:
    """The cloud that a state file tells of; None when there is no such file, or nothing is left of the cloud."""
    try:
        directory = read_object(state_file).get("directory")
        if not isinstance(directory, str):
            raise DeploymentError(f"{state_file} is not what `up` wrote: it names no directory; remove it")
        return LocalCloud.attach(Path(directory))
    except FileNotFoundError:
        return None


def _require(state_file: Path) -> LocalCloud:
    cloud = _running(state_file)
    if cloud is None:
        raise RuntimeError(f"nothing runs for {state_file}: run `up` first")
    return cloud


if __name__ == "__main__":
    sys.exit(main())
