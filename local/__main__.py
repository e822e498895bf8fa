"""The local cloud from a shell: deploys a CDK app on this machine and runs it."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from local.assembly import DeploymentError, read_assembly, read_object, synthesize
from local.cloud import LocalCloud
from local.deploy import check_secrets, unique_outputs
from local.seed import read_seed

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_APP = REPOSITORY / "examples" / "platform"
DEFAULT_STATE = REPOSITORY / ".local" / "state.json"


_SECRETS = (
    "a JSON file to read: for each secret that the app imports, by its name, a text or an object;"
    ' such as {"crm/login": {"username": "loader", "password": "..."}}'
)
SEED_FILE = "local-seed.json"
_SEED = (
    "a JSON file to read: buckets, roles, workgroups, clusters, databases that play Oracle, topics, queues, keys and"
    " secrets that the app imports;"
    ' such as {"buckets": {"their-landing": {"versioned": true}}}; all fields: local/README.md, "Imported resources";'
    f" default: {SEED_FILE} of the app, where it has one"
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"local: {message}; `{self.prog} --help` says what there is\n")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        result: int = options.run(options)
        return result
    except (LookupError, OSError, RuntimeError, BotoCoreError, ClientError) as error:
        print(f"local: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("local: interrupted", file=sys.stderr)
        return 130


def _path(given: str) -> Path:
    """Relative to where the caller of script/local is, which itself changes to the repository."""
    return Path(os.environ.get("CALLED_FROM", ""), given)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="script/local", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command", title="commands")

    def command(name: str, run: Any, help_text: str, state: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text, description=help_text)
        added.add_argument(
            "--state",
            type=_path,
            default=DEFAULT_STATE,
            metavar="FILE",
            help=f"a JSON file {state}; default: {DEFAULT_STATE}",
        )
        added.set_defaults(run=run)
        return added

    read = "to read, that `up` wrote"
    up = command(
        "up", _up, "start in the background and deploy an app", "to write: how to reach the cloud, and outputs"
    )
    up.add_argument(
        "--app",
        type=_path,
        default=DEFAULT_APP,
        metavar="DIR",
        help=f"a directory to read: of an app, with its cdk.json, or a synthesized cdk.out; default: {DEFAULT_APP}",
    )
    up.add_argument("--secrets", type=_path, metavar="FILE", help=_SECRETS)
    up.add_argument("--seed", type=_path, metavar="FILE", help=_SEED)
    command("down", _down, "stop what `up` started", f"{read}; it is removed")
    command("status", _status, "show what is deployed, its outputs, and what runs, as JSON", read)
    fire = command("fire", _fire, "fire a schedule now", read)
    fire.add_argument("rule", metavar="RULE", help="a scheduled rule's name, or a part of it")
    return parser


def _own_seed(app: Path) -> Path | None:
    """What an app says itself that it imports."""
    seed = app / SEED_FILE
    return seed if seed.is_file() else None


def _up(options: argparse.Namespace) -> int:
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {line}", flush=True)

    secrets: dict[str, Any] = {}
    with _explained("--secrets", _SECRETS):
        if options.secrets:
            secrets = read_object(options.secrets)
            check_secrets(secrets)
    with _explained("--seed", _SEED):
        seed = options.seed or _own_seed(options.app)
        if seed:
            read_seed(seed)
    _make_directory(options.state)
    running = _running(options.state)
    if running:
        say(f"already running at {running.endpoint}: deploying to it")
    directory = running.directory if running else Path(tempfile.mkdtemp(prefix="local-cloud-"))
    try:
        with _explained("--app"):
            assembly = synthesize(options.app.resolve(), directory / "cdk.out", say)
            read_assembly(assembly)
    except DeploymentError:
        if not running:
            shutil.rmtree(directory)
        raise
    cloud = running or LocalCloud.start(directory, detached=True)
    try:
        say(f"local cloud at {cloud.endpoint}/_local")
        cloud.deploy(assembly, secrets=secrets, seed=seed, say=say)
        by_stack = cloud.stack_outputs()
        state = {
            "endpoint": cloud.endpoint,
            "region": cloud.region,
            "accessKeyId": cloud.access_key_id,
            "secretAccessKey": cloud.secret_access_key,
            "outputs": unique_outputs(by_stack),
            "stackOutputs": by_stack,
            "warehouseUrl": cloud.warehouse_url,
            "oracleUrl": cloud.oracle_url,
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
            say(f"failed; {cloud.log_path} has what happened")
        raise
    for stack, outputs in by_stack.items():
        for name, value in outputs.items():
            say(f"output {stack}.{name}: {value}")
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


@contextlib.contextmanager
def _explained(option: str, takes: str = "") -> Iterator[None]:
    """Says of what is wrong which option it is about, and what that takes."""
    try:
        yield
    except DeploymentError as error:
        raise DeploymentError(f"{option}: {error}{takes and f'. It takes {takes}'}") from error


def _make_directory(state_file: Path) -> None:
    if state_file.is_dir():
        raise DeploymentError(f"--state: {state_file} is a directory; give the path of a file to write")
    try:
        state_file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeploymentError(f"--state: {state_file.parent} cannot be made: {error.strerror}") from error


def _running(state_file: Path) -> LocalCloud | None:
    """The cloud that a state file describes, if it still runs."""
    cloud = _described(state_file)
    return cloud if cloud and cloud.running else None


def _described(state_file: Path) -> LocalCloud | None:
    """The cloud that a state file describes; None when there is no such file, or nothing is left of the cloud."""
    if not state_file.exists():
        return None
    directory = read_object(state_file).get("directory")
    if not isinstance(directory, str):
        raise DeploymentError(f"{state_file} is not what `up` wrote: it names no directory; remove it")
    try:
        return LocalCloud.attach(Path(directory))
    except FileNotFoundError:
        return None


def _require(state_file: Path) -> LocalCloud:
    cloud = _running(state_file)
    if cloud is None:
        raise DeploymentError(f"nothing runs for {state_file}: run `script/local up` first")
    return cloud


if __name__ == "__main__":
    sys.exit(main())
