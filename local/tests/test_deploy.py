"""Reading cloud assemblies and publishing their assets; the commands `up`, `status`, `fire` and `down`."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.__main__ import main
from local.assembly import DeploymentError, read_assembly
from local.cloud import LocalCloud
from local.process.state_files import STATE_FILE
from local.tests.assembly import RESOLVED_ASSET_BUCKET, outputs, ref, write_assembly

TOPIC: dict[str, Any] = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": outputs(TopicArn=ref("Topic")),
}


def edit_manifest(directory: Path, **changes: Any) -> None:
    file = directory / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_stacks_come_after_those_that_they_depend_on(tmp_path: Path) -> None:
    assembly = write_assembly(tmp_path, {"First": TOPIC, "Second": TOPIC, "Third": TOPIC})
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    edit_manifest(assembly, artifacts=dict(reversed(artifacts.items())))
    assert [stack.name for stack in read_assembly(assembly)] == ["First", "Second", "Third"]


def test_the_stacks_of_a_stage_are_deployed_too(tmp_path: Path) -> None:
    write_assembly(tmp_path / "assembly-Stage", {"Inner": TOPIC})
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Stage"}}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"assembly-Stage": stage}}))
    assert [stack.name for stack in read_assembly(tmp_path)] == ["Inner"]


def test_an_app_that_needs_look_ups_is_refused(tmp_path: Path) -> None:
    assembly = write_assembly(tmp_path, {"App": TOPIC})
    edit_manifest(assembly, missing=[{"key": "vpc-provider:account=1"}])
    with pytest.raises(DeploymentError, match="vpc-provider:account=1"):
        read_assembly(assembly)


def test_an_app_with_container_images_is_refused(tmp_path: Path) -> None:
    assembly = write_assembly(tmp_path, {"App": TOPIC})
    (assembly / "App.assets.json").write_text(json.dumps({"files": {}, "dockerImages": {"a": {}}}))
    with pytest.raises(DeploymentError, match="container images"):
        read_assembly(assembly)


def test_a_directory_is_published_as_a_zip_once(cloud: LocalCloud, tmp_path: Path) -> None:
    assembly = write_assembly(tmp_path, {"Zipped": TOPIC})
    (assembly / "asset.code" / "package").mkdir(parents=True)
    (assembly / "asset.code" / "package" / "module.py").write_text("VALUE = 1")
    destination = {"bucketName": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}", "objectKey": "code.zip"}
    asset = {"source": {"path": "asset.code", "packaging": "zip"}, "destinations": {"here": destination}}
    (assembly / "Zipped.assets.json").write_text(json.dumps({"files": {"code": asset}}))
    said: list[str] = []
    cloud.deploy(assembly, say=said.append)
    cloud.deploy(assembly, say=said.append)
    body = cloud.client("s3").get_object(Bucket=RESOLVED_ASSET_BUCKET, Key="code.zip")["Body"].read()
    assert zipfile.ZipFile(io.BytesIO(body)).namelist() == ["package/module.py"]
    assert said.count("asset asset.code") == 1


def test_up_writes_how_to_reach_the_cloud_and_down_ends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": outputs(TopicArn="none", Queue="q")}
    assembly, state_file = write_assembly(tmp_path / "app", {"App": TOPIC, "Other": other}), tmp_path / "state.json"
    seed_file, secrets_file = tmp_path / "seed.json", tmp_path / "secrets.json"
    seed = {"buckets": {"theirs": {"objects": {"a.csv": "id"}}}, "oracles": {"ORCL": {"secret": "crm/oracle"}}}
    seed_file.write_text(json.dumps(seed))
    secrets_file.write_text(json.dumps({"token": "t"}))
    given = ["--seed", str(seed_file), "--secrets", str(secrets_file)]
    assert main(["up", "--app", str(assembly), "--state", str(state_file), *given]) == 0
    printed = capsys.readouterr().out
    state = json.loads(state_file.read_text())
    cloud = LocalCloud.attach(Path(state["directory"]))
    try:
        assert state["endpoint"].startswith("http://localhost:")
        topic = state["stackOutputs"]["App"]["TopicArn"]
        assert topic.startswith("arn:aws:sns:us-east-1:123456789012:App-Topic-")
        assert state["stackOutputs"]["Other"] == {"TopicArn": "none", "Queue": "q"}
        assert state["outputs"] == {"Queue": "q"}
        assert f"output App.TopicArn: {topic}" in printed
        assert cloud.client("s3").get_object(Bucket="theirs", Key="a.csv")["Body"].read() == b"id"
        assert cloud.client("secretsmanager").get_secret_value(SecretId="token")["SecretString"] == "t"
        assert state["warehouseUrl"].startswith("postgresql://")
        with psycopg.connect(state["oracleUrl"]) as oracle:
            assert oracle.execute("SELECT DUMMY FROM DUAL").fetchone() == ("X",)
        assert state["salesforceUrl"] is None
        assert {"region", "accessKeyId", "secretAccessKey", "inbox", "log"} <= set(state)
        assert main(["fire", "nothing", "--state", str(state_file)]) == 1
        assert "0 scheduled rules match 'nothing'" in capsys.readouterr().err
        assert main(["status", "--state", str(state_file)]) == 0
        stacks = json.loads(capsys.readouterr().out)["stacks"]
        assert stacks == [{"name": name, "status": "CREATE_COMPLETE"} for name in ("Seeded", "App", "Other")]
    finally:
        assert main(["down", "--state", str(state_file)]) == 0
    assert not cloud.running
    assert not state_file.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(state["oracleUrl"], connect_timeout=2)


@pytest.mark.parametrize(
    ("option", "file", "content", "message"),
    [
        ("--secrets", "given.json", "{", "given.json is not JSON"),
        ("--secrets", "given.json", "[]", "given.json holds no JSON object"),
        (
            "--secrets",
            "given.json",
            '{"a": 5}',
            "the secret 'a' is 5; allowed: text, or an object. It takes a JSON file",
        ),
        ("--secrets", "missing/given.json", "", "given.json does not exist. It takes a JSON file to read: for each"),
        ("--secrets", ".", "", "cannot be read: Is a directory. It takes a JSON file to read"),
        ("--seed", "given.json", "[]", "given.json holds no JSON object. It takes a JSON file to read: buckets"),
        ("--seed", "given.json", '{"bucket": {}}', "bucket is not known here; allowed in its place: buckets, roles"),
        ("--seed", "missing.json", "", "missing.json does not exist. It takes a JSON file to read: buckets"),
        ("--state", ".", "", "is a directory; give the path of a file to write"),
        ("--state", "given.json/state.json", "", "given.json cannot be made: File exists"),
        ("--state", "given.json", "{", "given.json is not JSON"),
        ("--state", "given.json", "{}", "given.json is not what `up` wrote: it names no directory"),
        ("--app", "missing", "", "missing does not exist"),
        ("--app", "given.json", "", "given.json is no directory"),
        ("--app", "empty", "", "empty holds neither a cdk.json nor a synthesized app"),
        ("--app", "broken", "", "could not be synthesized: 'echo no such module >&2; exit 3' ended with exit code 3"),
        ("--app", "silent", "", "'true' ended with exit code 0 and wrote no cdk.out"),
        ("--app", "old", "", "is not what `cdk synth` writes (KeyError: 'type'): synthesize the app again"),
    ],
)
def test_up_starts_nothing_when_it_cannot_use_what_it_is_given(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    option: str,
    file: str,
    content: str,
    message: str,
) -> None:
    monkeypatch.setattr(LocalCloud, "start", lambda *_, **__: pytest.fail("a server is started"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "given.json").write_text(content)
    for name, file_name, text in (
        ("empty", "README.md", ""),
        ("broken", "cdk.json", '{"app": "echo no such module >&2; exit 3"}'),
        ("silent", "cdk.json", '{"app": "true"}'),
        ("old", "manifest.json", '{"artifacts": {"App": {}}}'),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / file_name).write_text(text)
    options = {"--app": write_assembly(tmp_path / "app", {}), "--state": tmp_path / "state.json"}
    options[option] = tmp_path / file
    assert main(["up", *(f"{name}={value}" for name, value in options.items())]) == 1
    said = capsys.readouterr().err
    assert said.startswith("local: ")
    assert message in said
    assert "Traceback" not in said
    assert option in said or option == "--state"
    assert not list((tmp_path / "temporary").iterdir())


def test_up_stops_the_server_when_it_cannot_write_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cloud: LocalCloud
) -> None:
    stopped: list[bool] = []
    monkeypatch.setattr(LocalCloud, "start", lambda *_, **__: cloud)
    monkeypatch.setattr(cloud, "stop", lambda: stopped.append(True))
    state_file = tmp_path / "state.json"

    def take_the_place_of_the_state() -> dict[str, dict[str, str]]:
        state_file.mkdir()
        return {}

    monkeypatch.setattr(cloud, "stack_outputs", take_the_place_of_the_state)
    assert main(["up", "--app", str(write_assembly(tmp_path / "app", {})), "--state", str(state_file)]) == 1
    assert "Is a directory" in capsys.readouterr().err
    assert stopped == [True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["start"], "invalid choice: 'start' (choose from 'up', 'down', 'status', 'fire')"),
        (["up", "app"], "unrecognized arguments: app"),
        (["up", "--secrets"], "argument --secrets: expected one argument"),
        (["fire"], "the following arguments are required: RULE"),
    ],
)
def test_a_wrong_command_is_answered_by_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert "--help` says what there is" in said


def test_the_help_says_what_each_option_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["up", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    for option in (
        "--state FILE a JSON file to write",
        "--app DIR a directory to read",
        "--secrets FILE a JSON file to read: for each secret that the app imports, by its name, a text or an object",
        "--seed FILE a JSON file to read: buckets",
    ):
        assert option in said


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_what_a_cloud_left_in_pieces_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    (tmp_path / STATE_FILE).write_text(content)
    state_file = tmp_path / "state.json"
    state_file.write_text(json.dumps({"directory": str(tmp_path)}))
    for command in ("status", "down", "up"):
        assert main([command, "--state", str(state_file)]) == 1
        assert f"{STATE_FILE} is not what a local cloud wrote" in capsys.readouterr().err


def test_two_stacks_of_one_name_are_refused(tmp_path: Path) -> None:
    for stage in ("assembly-Prod", "assembly-Test"):
        write_assembly(tmp_path / stage, {"App": TOPIC})
    stages = {
        name: {"type": "cdk:cloud-assembly", "properties": {"directoryName": name}}
        for name in ("assembly-Prod", "assembly-Test")
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": stages}))
    with pytest.raises(DeploymentError, match="more than one stack named App; this cloud has one account"):
        read_assembly(tmp_path)


def test_outputs_of_one_name_are_found_by_their_stacks(cloud: LocalCloud, tmp_path: Path) -> None:
    bucket = {
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
        "Outputs": outputs(TopicArn="none", Landing=ref("Bucket")),
    }
    flat = cloud.deploy(write_assembly(tmp_path, {"Events": TOPIC, "Files": bucket}))
    assert set(flat) == {"Landing"}
    by_stack = cloud.stack_outputs()
    assert by_stack["Files"] == {"TopicArn": "none", "Landing": flat["Landing"]}
    assert by_stack["Events"]["TopicArn"].startswith("arn:aws:sns:")
    shown = cloud.status()["outputs"]
    assert {"stack": "Files", "output": "TopicArn", "value": "none"} in shown
    assert {"stack": "Events", "output": "TopicArn", "value": by_stack["Events"]["TopicArn"]} in shown
