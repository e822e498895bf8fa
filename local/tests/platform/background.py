"""What takes long to make and the whole session shares: made in the background while other tests run and wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any


class Background:
    """Works one after the other, since most of them keep a processor busy; nothing waits for them at the end."""

    def __init__(self, works: Mapping[str, Callable[[], Any]]) -> None:
        self._works = works
        self._made: dict[str, Future[Any]] = {}

    def start(self) -> None:
        self._made = {name: Future() for name in self._works}
        threading.Thread(target=self._run, daemon=True).start()

    def result(self, name: str) -> Any:
        """Waits for a work, and returns what it made or raises what it raised."""
        return self._made[name].result()

    def _run(self) -> None:
        for name, work in self._works.items():
            try:
                self._made[name].set_result(work())
            except BaseException as error:
                self._made[name].set_exception(error)
