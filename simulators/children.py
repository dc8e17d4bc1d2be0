"""Processes that do not outlive this one, not even when it is killed: ``setpriv --pdeathsig`` sees to that.

To Linux a parent is the *thread* that started a process, and those of a pool come and go: so one thread, which lasts as
long as this process, starts them all.
"""

import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_parent = ThreadPoolExecutor(1, "parent")


def begin(command: Sequence[str], **how: Any) -> subprocess.Popen[Any]:
    """``subprocess.Popen`` by the lasting thread; ``command`` asks for the signal itself, as with ``ending``."""
    return _parent.submit(lambda: subprocess.Popen(command, **how)).result()


def ending(command: Sequence[str]) -> list[str]:
    """The same command, told to end (SIGTERM) when whoever began it has died."""
    return ["setpriv", "--pdeathsig", "TERM", *command]
