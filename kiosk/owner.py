"""Who owns the store: one process at a time, by a lock on a file beside it that the kernel drops with the process.

The store's own file is not locked itself: closing any second descriptor of it would drop SQLite's locks.
"""

import fcntl
import os
from pathlib import Path


class Taken(Exception):
    """Another process owns the store; the message names it."""


class Owner:
    """Holds the lock until released."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def of(cls, store: Path) -> "Owner":
        """Become the owner. Raises ``Taken``, or ``OSError`` when the lock file cannot be made."""
        descriptor = os.open(lock_file(store), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        except BlockingIOError:
            number = os.pread(descriptor, 20, 0).decode("ascii", "replace")
            os.close(descriptor)
            raise Taken(
                f"{store}: in use by another kiosk, process {number or 'unknown'}; stop that one first"
            ) from None
        except OSError:
            os.close(descriptor)
            raise
        return cls(descriptor)

    def release(self) -> None:
        """Let others in. May be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def lock_file(store: Path) -> Path:
    """Where the lock of this store is."""
    return store.with_name(store.name + ".lock")
