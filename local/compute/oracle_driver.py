"""Oracle's JDBC driver, which Glue has on Spark's class path: a class of its name that speaks to what plays Oracle.

It is compiled at its first use by Janino, the Java compiler inside Spark, so that no JDK is needed. PostgreSQL's driver
comes through Spark's resolver, once.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pyspark

from local.compute.java import java_home
from local.dms import service as dms

_SOURCE = Path(__file__).with_name("OracleDriver.java")
_CACHE = Path(__file__).resolve().parents[2] / ".cache"
_IVY = _CACHE / "ivy"
_POSTGRES = ("org.postgresql", "postgresql", "42.7.4")


def spark_properties() -> dict[str, str]:
    """What puts the driver on Spark's class path; nothing in a cloud where no database plays Oracle."""
    if not dms.running or not dms.running.oracles.urls:
        return {}
    group, name, version = _POSTGRES
    resolved = _IVY / "jars" / f"{group}_{name}-{version}.jar"
    if resolved.exists():
        return {"spark.jars": f"{driver_jar()},{resolved}"}
    return {
        "spark.jars": str(driver_jar()),
        "spark.jars.packages": ":".join(_POSTGRES),
        "spark.jars.excludes": "org.checkerframework:checker-qual",
        "spark.jars.ivy": str(_IVY),
    }


def driver_jar() -> Path:
    """The compiled class, named by the hash of its source. Raises RuntimeError with the compiler's words."""
    digest = hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:16]
    jar = _CACHE / f"oracle-driver-{digest}.jar"
    if jar.exists():
        return jar
    _CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as directory:
        _compile(Path(directory))
        unfinished = Path(directory) / jar.name
        with zipfile.ZipFile(unfinished, "w") as archive:
            for compiled in Path(directory).rglob("*.class"):
                archive.write(compiled, compiled.relative_to(directory).as_posix())
        unfinished.rename(jar)
    return jar


def _compile(directory: Path) -> None:
    jars = Path(pyspark.__file__).parent / "jars"
    compiler = [path for name in ("janino", "commons-compiler") for path in jars.glob(f"{name}-[0-9]*.jar")]
    ran = subprocess.run(
        [
            java_home() / "bin" / "java",
            "-cp",
            os.pathsep.join(map(str, compiler)),
            "org.codehaus.commons.compiler.samples.CompilerDemo",
            "-d",
            directory,
            _SOURCE,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode or not list(directory.rglob("*.class")):
        raise RuntimeError(f"{_SOURCE.name} could not be compiled: {ran.stdout}{ran.stderr}".strip())
