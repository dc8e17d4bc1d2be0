"""The time of a production client in a simulated world: the world's, and what its calls spend waiting."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from types import ModuleType
from typing import TYPE_CHECKING, Any
from unittest import mock

from sync.errors import ServiceError

if TYPE_CHECKING:
    from tests.simulation.world import World


class Clock:
    """``time`` for the client: the world's, and what a call has spent waiting since it began."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.spent = 0.0

    def monotonic(self) -> float:
        return self._world.now + self.spent

    def time(self) -> float:
        return self._world.wall() + self.spent

    def sleep(self, seconds: float) -> None:
        self.spent += seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def call(self, does: Callable[[], Any]) -> tuple[Any, float]:
        """What comes of it, be it a ``ServiceError``, and after how long. ``PowerCut`` passes."""
        self.spent = 0.0
        try:
            return does(), self.spent
        except ServiceError as error:
            return error, self.spent
        finally:
            self.spent = 0.0


def in_the_time_of(clock: Clock, *modules: ModuleType) -> ExitStack:
    """From now on, and until this is closed, these modules of the client wait and time out in the world's time."""
    patches = ExitStack()
    for module in modules:
        patches.enter_context(mock.patch.object(module, "time", clock))
    return patches
