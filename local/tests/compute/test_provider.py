"""CDK's Provider with isComplete: its Lambda functions and its waiter's state machine really run."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from local.assembly import DeploymentError
from local.cloud import LocalCloud

APP = Path(__file__).with_name("provider_app.cjs")


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("provider") / "cdk.out"
    subprocess.run(["node", str(APP)], env={**os.environ, "CDK_OUTDIR": str(output)}, check=True, capture_output=True)
    return output


def change(assembly: Path, **properties: str) -> Path:
    """The same app with other properties of its custom resource."""
    file = assembly / "Waiting.template.json"
    template = json.loads(file.read_text())
    [resource] = [each for each in template["Resources"].values() if "CustomResource" in each["Type"]]
    resource["Properties"] |= properties
    file.write_text(json.dumps(template))
    return assembly


def test_a_custom_resource_is_asked_until_it_is_complete(cloud: LocalCloud, assembly: Path) -> None:
    assert int(cloud.deploy(assembly)["Waited"]) >= 1500
    assert int(cloud.deploy(change(assembly, Version="2"))["Waited"]) >= 1500
    with pytest.raises(DeploymentError, match="ORA-01017: logon denied"):
        cloud.deploy(change(assembly, Reason="ORA-01017: logon denied"))
    cloud.client("cloudformation").delete_stack(StackName="Waiting")
    log = cloud.log_path.read_text()
    assert [f"asked to {kind}" in log for kind in ("Create", "Update", "Delete")] == [True, True, True]


def test_a_waiter_has_the_rights_of_its_role(cloud: LocalCloud, assembly: Path) -> None:
    """Its state machine may not call the function: nobody answers, and the resource waits in vain."""
    file = change(assembly, Version="3", ServiceTimeout="3", Reason="") / "Waiting.template.json"
    template = json.loads(file.read_text())
    policies = [
        each
        for name, each in template["Resources"].items()
        if "waiterstatemachine" in name and each["Type"] == "AWS::IAM::Policy"
    ]
    for statement in policies[0]["Properties"]["PolicyDocument"]["Statement"]:
        statement["Action"] = "lambda:GetFunction"
    file.write_text(json.dumps(template))
    with pytest.raises(DeploymentError, match="sent no response within 3 s"):
        cloud.deploy(assembly)
