"""What the example synthesizes for its larger environments: nothing needs an account, and cfn-lint minds nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cfnlint.api import ManualArgs, lint_file

from local.assembly import read_assembly
from local.tests.platform.background import Background
from local.tests.platform.conftest import EXAMPLE, LARGER_ENVIRONMENTS

IGNORED = {
    "W3005": "the CDK itself lets a function wait for its role besides naming it",
}


@pytest.fixture(scope="module", params=LARGER_ENVIRONMENTS)
def template(request: pytest.FixtureRequest, background: Background) -> Path:
    """The only stack's template. Reading the assembly refuses one that needs look-ups."""
    [stack] = read_assembly(background.result(request.param))
    assert stack.name == f"CustomerDataPlatform-{request.param}"
    return stack.template


def test_cfn_lint_finds_nothing(template: Path) -> None:
    found = lint_file(template, config=ManualArgs(ignore_checks=list(IGNORED), regions=["us-east-1"]))
    assert [f"{match.rule.id} {match.message}" for match in found] == []


def test_data_outlives_the_stack(template: Path) -> None:
    resources = json.loads(template.read_text())["Resources"].values()
    kept = {"AWS::S3::Bucket", "AWS::RedshiftServerless::Namespace", "AWS::KMS::Key"}
    assert {resource["DeletionPolicy"] for resource in resources if resource["Type"] in kept} == {"Retain"}


@pytest.mark.full
def test_an_app_of_the_example_that_gives_a_prop_another_type_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.ts"
    wrong.write_text(
        "import { DataQualityRule } from 'cdk-customer-data-platform';\n"
        "DataQualityRule.notNull('user_id', { severity: 'warning' });\n"
    )
    command = json.loads((EXAMPLE / "cdk.json").read_text())["app"].replace("app.ts", str(wrong))
    ended = subprocess.run(command.split(), cwd=EXAMPLE, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "is not assignable to type 'RuleSeverity" in ended.stderr, ended.stderr
