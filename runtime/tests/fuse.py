"""Ends a run at its nth step, as a kill would."""

from __future__ import annotations

import time
from typing import Any

from world import World

from customer_data.loading.load import Loader
from customer_data.loading.staging import stage_file
from customer_data.quality.running.file_check import Checks
from customer_data.warehouse.data_api import DataApi

_STATEMENTS = frozenset({"execute_statement", "batch_execute_statement"})
_OBJECTS = frozenset({"put_object", "upload_file", "upload_fileobj", "copy", "delete_object", "delete_objects"})


class Killed(BaseException):
    """Not an Exception: nothing in the code under test may catch it."""


class Fuse:
    """Ends the run at its nth step, before or after the step has taken effect; from then on nothing is reached.

    A step is a call that may change something: before a read the world is as it was after the last step.
    """

    def __init__(self, step: int, *, after: bool) -> None:
        self.step, self.after, self.steps, self.killed = step, after, 0, False

    def wrap(self, client: Any) -> Any:
        return _Client(client, self)


class _Client:
    def __init__(self, client: Any, fuse: Fuse) -> None:
        self._client, self._fuse = client, fuse

    def __getattr__(self, name: str) -> Any:
        fuse, call = self._fuse, getattr(self._client, name)
        if name == "meta":
            return call

        def step(*args: Any, **kwargs: Any) -> Any:
            changes = name in _OBJECTS or (name in _STATEMENTS and not kwargs.get("Sql", "").startswith("SELECT"))
            fuse.steps += changes
            if not fuse.killed and (not changes or fuse.steps != fuse.step):
                return call(*args, **kwargs)
            if fuse.after and not fuse.killed:
                call(*args, **kwargs)
            fuse.killed = True
            raise Killed(f"{name}, step {fuse.step}")

        return step


def briefly(seconds: float) -> None:
    """Nobody else uses the warehouse: it answers at once."""
    time.sleep(min(seconds, 0.01))


def loader_of(world: World, fuse: Fuse, checks: Checks | None = None, **changes: Any) -> Loader:
    """A run that the fuse ends."""
    settings, s3 = world.settings(**changes), fuse.wrap(world.s3)
    return Loader(
        settings,
        "jr_killed",
        warehouse=DataApi(fuse.wrap(world.redshift_data), settings.warehouse, sleep=briefly),
        s3=s3,
        stage=lambda tasks: [
            stage_file(task.file, task.index, settings, task.table, "jr_killed", s3, checks=checks) for task in tasks
        ],
    )
