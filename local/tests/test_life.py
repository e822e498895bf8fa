"""A local cloud starts, stands beside others, and leaves nothing behind, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from local.__main__ import main
from local.assembly import DeploymentError, synthesize
from local.cloud import LocalCloud
from local.process.state_files import STATE_FILE
from local.tests.assembly import outputs, ref, write_assembly
from local.tests.pipeline_app import SCRIPT, pipeline_template
from local.tests.test_pipeline import is_alive, put, written

REPOSITORY = Path(__file__).resolve().parents[2]


def start(directory: Path) -> LocalCloud:
    return LocalCloud.start(directory, warehouse=False)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_runs_die_with_the_server(tmp_path: Path, how: signal.Signals) -> None:
    cloud = start(tmp_path / "cloud")
    deployed = cloud.deploy(write_assembly(tmp_path / "app", {"App": pipeline_template()}, {"script.py": SCRIPT}))
    put(cloud, deployed, "in/sleep.csv")
    processes = [int(pid) for pid in written(cloud, deployed, "pids")]
    os.kill(cloud.pid, how)
    cloud.stop()
    assert not any(is_alive(pid) for pid in processes)


def test_the_server_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = f"""
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from local.cloud import LocalCloud
print(LocalCloud.start(Path({str(tmp_path)!r}), warehouse=False).pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert not is_alive(int(ran.stdout))


def test_a_start_that_fails_shows_why(tmp_path: Path, cloud: LocalCloud) -> None:
    taken = int(cloud.endpoint.rsplit(":", 1)[1])
    with pytest.raises(RuntimeError, match="in use"):
        LocalCloud.start(tmp_path, port=taken, warehouse=False)


def test_the_status_page_shows_what_is_deployed(cloud: LocalCloud, tmp_path: Path) -> None:
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs(Topic=ref("Topic"))}
    topic = cloud.deploy(write_assembly(tmp_path, {"Shown": template}))["Topic"]
    cloud.client("sns").publish(TopicArn=topic, Subject="<b>", Message="hello")
    with urlopen(f"{cloud.endpoint}/_local") as answer:
        page = answer.read().decode()
    assert "Shown" in page
    assert "CREATE_COMPLETE" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_a_message_is_in_the_inbox_as_one_line(cloud: LocalCloud, tmp_path: Path) -> None:
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs(Topic=ref("Topic"))}
    topic = cloud.deploy(write_assembly(tmp_path, {"Inbox": template}))["Topic"]
    attributes = {"severity": {"DataType": "String", "StringValue": "high"}}
    cloud.client("sns").publish(TopicArn=topic, Subject="s", Message="two\nlines", MessageAttributes=attributes)
    message = next(m for m in cloud.inbox() if m["topic"] == topic)
    assert (message["subject"], message["message"], message["attributes"]) == ("s", "two\nlines", {"severity": "high"})
    assert message["time"].endswith("Z")


def test_waiting_in_vain_shows_the_end_of_the_log(cloud: LocalCloud) -> None:
    last = cloud.log_tail(1)
    with pytest.raises(TimeoutError, match="rain did not happen within 0 s; the log ends:") as raised:
        cloud.wait_until(lambda: False, 0, "rain")
    assert last in str(raised.value)


def test_a_start_that_is_interrupted_leaves_nothing_behind(tmp_path: Path) -> None:
    directory = tmp_path / "cloud"
    # A shell ignores the signal on behalf of what it starts in the background.
    code = f"""
import signal
from pathlib import Path
from local.cloud import LocalCloud
signal.signal(signal.SIGINT, signal.default_int_handler)
LocalCloud.start(Path({str(directory)!r}), detached=True)
"""
    log = directory / "postgres" / "postgres.log"
    with subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) as starting:
        while not (log.exists() and log.read_text()):
            assert starting.poll() is None
            time.sleep(0.01)
        data = log.parent.resolve()
        postgres = int((data / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        starting.send_signal(signal.SIGINT)
        _, said = starting.communicate()
    assert "KeyboardInterrupt" in said
    assert not is_alive(postgres)
    assert not data.exists()


def test_an_interrupted_up_stops_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[LocalCloud] = []

    def interrupted(cloud: LocalCloud, *_: Any, **__: Any) -> None:
        started.append(cloud)
        raise KeyboardInterrupt

    monkeypatch.setattr(LocalCloud, "deploy", interrupted)
    assembly = write_assembly(tmp_path / "app", {})
    assert main(["up", "--app", str(assembly), "--state", str(tmp_path / "state.json")]) == 130
    assert capsys.readouterr().err == "local: interrupted\n"
    assert not started[0].running


def test_down_without_up_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["down", "--state", str(tmp_path / "state.json")]) == 0
    assert "nothing runs" in capsys.readouterr().out


def write_state(directory: Path, cloud: LocalCloud, **changes: Any) -> Path:
    """What `up` and the server leave in a directory, for a cloud that is described by `changes`."""
    server = json.loads((cloud.directory / STATE_FILE).read_text()) | changes
    (directory / STATE_FILE).write_text(json.dumps(server))
    state_file = directory / "state.json"
    state_file.write_text(json.dumps({"directory": str(directory)}))
    return state_file


@pytest.mark.parametrize("endpoint", [None, "http://localhost:1"], ids=["another cloud answers", "nothing answers"])
def test_down_leaves_a_process_alone_that_has_the_number_of_a_cloud_that_is_gone(
    tmp_path: Path, cloud: LocalCloud, endpoint: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        state_file = write_state(tmp_path, cloud, pid=other.pid, endpoint=endpoint or cloud.endpoint)
        assert main(["down", "--state", str(state_file)]) == 0
        assert other.poll() is None
        other.kill()
    assert "nothing runs" in capsys.readouterr().out
    assert not state_file.exists()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="only Linux shows a process's command in a file")
def test_a_server_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = start(tmp_path)
    os.kill(cloud.pid, signal.SIGSTOP)
    monkeypatch.setattr("local.cloud.ANSWER_TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr("local.cloud.STOP_TIMEOUT_SECONDS", 0.1)
    LocalCloud.attach(tmp_path).stop()
    assert not is_alive(cloud.pid)
    cloud.stop()


def test_paths_are_relative_to_where_the_command_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CALLED_FROM", str(tmp_path))
    assert main(["down", "--state=state.json"]) == 0
    assert f"nothing runs for {tmp_path}/state.json" in capsys.readouterr().out


def test_an_app_that_cannot_be_synthesized_says_why(tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match=r"neither a cdk.json nor a synthesized app"):
        synthesize(tmp_path, tmp_path / "out", print)
    for configuration, message in {
        "{": "cdk.json is not JSON",
        "{}": 'cdk.json has no "app"',
        '{"app": "echo broken >&2; exit 1"}': "broken",
    }.items():
        (tmp_path / "cdk.json").write_text(configuration)
        with pytest.raises(DeploymentError, match=message):
            synthesize(tmp_path, tmp_path / "out", print)


def test_only_what_is_there_can_be_hastened(cloud: LocalCloud) -> None:
    with pytest.raises(LookupError, match=r"no object s3://nowhere/a b\.csv"):
        cloud.make_older("nowhere", "a b.csv", timedelta(hours=1))
    with pytest.raises(LookupError, match="no run jr_none is active"):
        cloud.time_out("jr_none")


def test_a_service_that_is_not_emulated_says_so(cloud: LocalCloud) -> None:
    for service, call in {"redshift-serverless": "list_workgroups", "bcm-data-exports": "list_exports"}.items():
        client = cloud.client(service)
        with pytest.raises(client.exceptions.ClientError, match=f"does not emulate the API of {service}"):
            getattr(client, call)()
