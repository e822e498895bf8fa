"""Child processes that never outlive the server, however the server ends.

Each child leads a process group of its own, so that killing it kills what it started. A guardian process holds the
other end of a pipe: when the server is gone, even by SIGKILL, the pipe closes and the guardian kills what is left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

_GUARDIAN = """
import os, signal, sys
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    for kill in (os.killpg, os.kill):
        try:
            kill(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
"""


class Children:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-c", _GUARDIAN],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )

    def spawn(self, command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """Starts a command as the leader of its own process group; `options` are those of `subprocess.Popen`."""
        process: subprocess.Popen[str] = subprocess.Popen(command, start_new_session=True, text=True, **options)
        self.adopt(process.pid)
        return process

    def adopt(self, group: int) -> None:
        """Makes the guardian responsible for a process, or its group, that something else started."""
        self._tell("+", group)

    def release(self, group: int) -> None:
        self._tell("-", group)

    def kill(self, process: subprocess.Popen[str]) -> None:
        """Ends the process with everything that it started, and waits for it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.release(process.pid)

    def close(self) -> None:
        """Kills all children that are left, through the guardian."""
        if self._guardian.stdin:
            with contextlib.suppress(OSError):
                self._guardian.stdin.close()
        self._guardian.wait()

    def _tell(self, sign: str, group: int) -> None:
        with self._lock:
            (self._groups.add if sign == "+" else self._groups.discard)(group)
            if self._guardian.stdin and not self._guardian.stdin.closed:
                self._guardian.stdin.write(f"{sign}{group}\n")
                self._guardian.stdin.flush()
