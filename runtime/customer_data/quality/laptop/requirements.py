"""What trying rules out takes, said before an import fails: older versions of Python can run this module."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys

#: As in Glue 5.1 (AWS Glue developer guide, "Migrating AWS Glue jobs to version 5.1").
PYTHON = (3, 11)
PACKAGES = {"pyarrow": "17.0.0", "numpy": "1.26.4", "boto3": "1.34.162"}
SPARK_PACKAGES = {"pyspark": "3.5.6", "pandas": "2.2.3"}
_ALL = {**PACKAGES, **SPARK_PACKAGES}


def problem() -> str | None:
    """Why nothing can be run with this Python, and what to do."""
    if sys.version_info < PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        return (
            f"{sys.executable} is Python {found}, but Python 3.11 or newer is needed; activate a virtual environment"
            " with it, or set PYTHON to its path"
        )
    return _to_install(PACKAGES)


def problem_with_spark() -> str | None:
    """Why SQL and Python rules cannot be run, and what to do."""
    return _to_install(SPARK_PACKAGES)


def difference() -> str | None:
    """Versions that may judge otherwise than Glue does."""
    found = {name: importlib.metadata.version(name) for name in _ALL if importlib.util.find_spec(name)}
    others = [f"{name} {version}" for name, version in found.items() if _feature(version) != _feature(_ALL[name])]
    expected = [f"{name} {_ALL[name]}" for name, version in found.items() if _feature(version) != _feature(_ALL[name])]
    if not others:
        return None
    return f"note: {', '.join(others)} may judge otherwise than Glue does, which has {', '.join(expected)}"


def _to_install(packages: dict[str, str]) -> str | None:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    wanted = " ".join(f"{name}=={version}" for name, version in _ALL.items())
    return (
        f"{sys.executable} does not have {', '.join(missing)}; install what Glue has:"
        f" {sys.executable} -m pip install {wanted}"
    )


def _feature(version: str) -> list[str]:
    return version.split(".")[:2]
