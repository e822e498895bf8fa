"""`script/demo` shows what it says it shows: a message that is worded otherwise, or another prefix, would end it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "script" / "demo"


@pytest.mark.full
def test_the_demo_ends_well() -> None:
    done = subprocess.run([DEMO], capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-2000:]}"
    assert re.search(r"^14 of 14 checks passed, ", done.stdout, re.MULTILINE), done.stdout[-4000:]
