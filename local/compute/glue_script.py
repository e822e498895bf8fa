"""Runs a Glue job's script in a process of its own and writes down what ended it, for the run's ErrorMessage.

    glue_script.py REPORT SCRIPT [ARGUMENT...]

Standard error alone is not enough: it has nothing of `sys.exit(1)`, and Java writes to it until the very end.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path


def main() -> None:
    report, script, *_ = sys.argv[1:]
    sys.argv[:] = sys.argv[2:]
    sys.path.insert(0, str(Path(script).parent))
    try:
        runpy.run_path(script, run_name="__main__")
    except BaseException as error:
        Path(report).write_text(describe(error), encoding="utf-8")
        raise


def describe(error: BaseException) -> str:
    """`ExceptionType: text`, as the end of a traceback has it, without the type's module."""
    return f"{type(error).__name__}: {error}".removesuffix(": ")


if __name__ == "__main__":
    main()
