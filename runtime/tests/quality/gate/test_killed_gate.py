"""A run may end anywhere: with the next one each row is passed or rejected, each original is somewhere once."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress

import pytest
from loading.test_killed_runs import Fuse, Killed
from quality.gate_world import STAGING, gate_world


# Before a step is after the one before it.
@pytest.mark.parametrize(
    ("versioned", "after"),
    [
        pytest.param(True, True, id="versioned-after_the_step"),
        pytest.param(True, False, id="versioned-before_the_step", marks=pytest.mark.full),
        pytest.param(False, True, id="unversioned-after_the_step", marks=pytest.mark.full),
        pytest.param(False, False, id="unversioned-before_the_step", marks=pytest.mark.full),
    ],
)
def test_a_killed_run_is_completed_by_the_next_one(aws: None, versioned: bool, after: bool) -> None:
    for step in itertools.count(1):
        world = gate_world(versioned)
        files = {
            "parted.csv": world.put("parted.csv", "user_id,name", "1,Ann", "2,", "3,Cy"),
            "whole.csv": world.put("whole.csv", "user_id,name", "4,Di"),
            "bad.csv": world.put("bad.csv", "user_id,name", "5,"),
            "refused.csv": world.put("refused.csv", "user_id,name", "6,", "7,", "8,Hu"),
        }
        rules = {
            "rules": [
                {"name": "named", "kind": "not_null", "column": "name"},
                # Only of refused.csv more than one record is after 5.
                {"name": "few", "kind": "range", "column": "user_id", "parameters": {"maximum": 5},
                 "severity": "warning", "max_fail_ratio": 0.5},
            ]
        }  # fmt: skip
        fuse = Fuse(step, after=after)
        with suppress(Killed):
            world.sieve(*files.values(), s3=fuse.wrap(world.s3), quality=rules)
        world.sieve(*files.values(), run_id="jr_2", quality=rules)

        where = f"killed at step {step}"
        assert world.versions("passed/") == ["passed/parted.csv", "passed/whole.csv"], where
        assert world.read("passed/parted.csv") == b'"user_id","name"\n"1","Ann"\n"3","Cy"\n', where
        assert world.read("passed/whole.csv") == b"user_id,name\n4,Di", where
        rejected = {name: [entry["record"]["user_id"] for entry in world.rejected(files[name])] for name in files}
        assert rejected == {
            "parted.csv": ["2"], "whole.csv": [], "bad.csv": ["5"], "refused.csv": ["6", "7"],
        }, where  # fmt: skip
        originals = [key for key in world.list_keys() if key.endswith(".csv") and not key.startswith("passed/")]
        assert originals == sorted(
            [
                *(f"processed/{files[name].load_id[:12]}/{name}" for name in ("parted.csv", "whole.csv", "bad.csv")),
                f"quarantine/{files['refused.csv'].load_id[:12]}/refused.csv",
            ]
        ), where
        if versioned:
            assert world.versions("in/") == [], where
        outcomes = [json.loads(world.read(key, STAGING)) for key in world.list_keys("outcomes/", STAGING)]
        assert len(outcomes) == len(files), where
        for outcome in outcomes:
            assert outcome["moved_to"].removeprefix("s3://data/") in originals, where
            if outcome["report"]:
                assert outcome["report"].removeprefix("s3://data/") in world.list_keys("reports/"), where
        if not fuse.killed:
            assert step > 20, "the run had fewer steps than a gate has: the fuse does not see them"
            return
        for bucket in ("data", STAGING):
            for version in world.s3.list_object_versions(Bucket=bucket).get("Versions", []):
                world.s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
