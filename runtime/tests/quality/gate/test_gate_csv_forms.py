"""Files as programs write them, on their way through a gate."""

from __future__ import annotations

import pytest
from quality.gate_world import GateWorld, gate_world


@pytest.fixture
def world(aws: None) -> GateWorld:
    return gate_world()


def test_ctrl_z_at_the_end_is_no_record(world: GateWorld) -> None:
    (result,) = world.sieve(world.put("a.csv", "user_id,name", "1,Ann", "2,", "\x1a"))

    assert (result.rows_passed, result.rows_rejected) == (1, 1)
    assert world.read("passed/a.csv").decode() == '"user_id","name"\n"1","Ann"\n'


def test_a_file_in_two_encodings_fails(world: GateWorld) -> None:
    (result,) = world.sieve(world.put("a.csv", body=b"user_id,name\n1,Zo\xeb\n" + "2,Müller\n".encode()))

    assert result.status == "failed"
    assert "line 2 is not UTF-8, but line 3 is" in (result.reason or "")
