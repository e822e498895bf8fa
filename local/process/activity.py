"""The one readable log: what happened, when, in which component; and the messages that people would have received."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LAST_ERRORS_KEPT = 50


class Activity:
    """Appends to the log and the inbox, from any thread."""

    def __init__(self, log_path: Path, inbox_path: Path) -> None:
        self.log_path = log_path
        self.inbox_path = inbox_path
        self.last_errors: deque[str] = deque(maxlen=LAST_ERRORS_KEPT)
        self._lock = threading.Lock()
        for path in (log_path, inbox_path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def say(self, component: str, what: str) -> None:
        self._append(_line(component, what))

    def fail(self, component: str, what: str) -> None:
        """Like `say`, and remembered for the status page."""
        line = _line(component, f"ERROR {what}")
        self.last_errors.append(line)
        self._append(line)

    def deliver(self, message: Mapping[str, Any]) -> None:
        """One JSON line in the inbox for each message that SNS accepts."""
        with self._lock, self.inbox_path.open("a", encoding="utf-8") as inbox:
            inbox.write(json.dumps(message, ensure_ascii=False) + "\n")

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.inbox_path.read_text(encoding="utf-8").splitlines()]

    def _append(self, line: str) -> None:
        with self._lock, self.log_path.open("a", encoding="utf-8") as log:
            log.write(line + "\n")


def _line(component: str, what: str) -> str:
    time = datetime.now(UTC).strftime("%H:%M:%S.%f")[:-3]
    return f"{time} {component:<24} {what.rstrip()}"
