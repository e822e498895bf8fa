"""Reading cloud assemblies and publishing their assets; the commands `up`, `status`, `fire` and `down`."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from local.__main__ import main
from local.cloud import LocalCloud
from local.deploy import DeploymentError, read_assembly
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
    assembly, state_file = write_assembly(tmp_path / "app", {"App": TOPIC}), tmp_path / "state.json"
    assert main(["up", "--app", str(assembly), "--state", str(state_file)]) == 0
    state = json.loads(state_file.read_text())
    cloud = LocalCloud.attach(Path(state["directory"]))
    try:
        assert state["endpoint"].startswith("http://localhost:")
        assert state["outputs"]["TopicArn"].startswith("arn:aws:sns:us-east-1:123456789012:App-Topic-")
        assert state["warehouseUrl"].startswith("postgresql://")
        assert state["salesforceUrl"] is None
        assert {"region", "accessKeyId", "secretAccessKey", "inbox", "log"} <= set(state)
        assert main(["fire", "nothing", "--state", str(state_file)]) == 1
        assert "0 scheduled rules match 'nothing'" in capsys.readouterr().err
        assert main(["status", "--state", str(state_file)]) == 0
        assert json.loads(capsys.readouterr().out)["stacks"] == [{"name": "App", "status": "CREATE_COMPLETE"}]
    finally:
        assert main(["down", "--state", str(state_file)]) == 0
    assert not cloud.running
    assert not state_file.exists()


@pytest.mark.parametrize(
    ("option", "file", "content", "message"),
    [
        ("--secrets", "given.json", "{", "given.json is not JSON"),
        ("--secrets", "given.json", "[]", "given.json holds no JSON object"),
        ("--secrets", "missing/given.json", "", "No such file"),
        ("--state", "given.json/state.json", "", "File exists"),
        ("--state", "given.json", "{", "given.json is not JSON"),
        ("--state", "given.json", "{}", "given.json is not what `up` wrote: it names no directory"),
        ("--app", "missing", "", "missing holds neither a cdk.json nor a synthesized app"),
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
    (tmp_path / "given.json").write_text(content)
    options = {"--app": write_assembly(tmp_path / "app", {}), "--state": tmp_path / "state.json"}
    options[option] = tmp_path / file
    assert main(["up", *(f"{name}={value}" for name, value in options.items())]) == 1
    assert message in capsys.readouterr().err


def test_up_stops_the_server_when_it_cannot_write_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cloud: LocalCloud
) -> None:
    stopped: list[bool] = []
    monkeypatch.setattr(LocalCloud, "start", lambda *_, **__: cloud)
    monkeypatch.setattr(cloud, "stop", lambda: stopped.append(True))
    monkeypatch.setattr("local.__main__._running", lambda _: None)
    assert main(["up", "--app", str(write_assembly(tmp_path / "app", {})), "--state", str(tmp_path)]) == 1
    assert "Is a directory" in capsys.readouterr().err
    assert stopped == [True]
