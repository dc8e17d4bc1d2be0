"""The file of a trace; see kiosk.trace for its lines. Recording never stops the kiosk that is recorded."""

import contextlib
import errno
import json
import logging
import os
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from kiosk.config import Config
from kiosk.overheard import Line

FILE_MAX = 256 << 20  # bytes; then nothing more is written
FREE_MIN = 200 << 20  # bytes that are left on its disk, where the store may be as well
FILES_MAX: Final = 20
"""A kiosk starts anew every day (``renew_h``) and after trouble; one that does so every two seconds fills no disk."""

_LOG = logging.getLogger(__name__)


class TraceFile:
    """A new file, readable by its owner only. A context manager; ``put`` may be called from any thread."""

    def __init__(self, path: Path, config: Config) -> None:
        """Raises ``FileExistsError``: a trace is never written over; and any other ``OSError``, leaving no file."""
        self.path = path
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
        self._lock = threading.Lock()
        self._size = 0
        try:
            self._write(heading(config))
        except OSError:
            self._file.close()
            path.unlink()
            raise

    def put(self, line: Line) -> None:
        """Write a line. Never raises: when the file or its disk is full or fails, a warning says so once, and what
        comes after that, or after the end, is dropped."""
        with self._lock:
            if self._file.closed:
                return
            try:
                self._write(line)
            except OSError as error:
                _LOG.warning("%s: %s; nothing more is recorded, all else goes on", self.path, error.strerror)
                with contextlib.suppress(OSError):
                    self._file.close()

    def _write(self, line: Line) -> None:
        """All of it or, when that raises ``OSError``, nothing."""
        data = (json.dumps(line, ensure_ascii=False) + "\n").encode(errors="backslashreplace")
        if self._size + len(data) > FILE_MAX:
            raise OSError(errno.EFBIG, f"it has {FILE_MAX >> 20} MB")
        disk = os.fstatvfs(self._file.fileno())
        if disk.f_blocks and disk.f_bavail * disk.f_frsize < FREE_MIN:  # some file systems do not count
            raise OSError(errno.ENOSPC, f"its disk has less than {FREE_MIN >> 20} MB left")
        if self._file.write(data) != len(data):
            self._file.truncate(self._size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._size += len(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._file.close()


def next_file(path: Path, config: Config) -> TraceFile | None:
    """For a kiosk at work: in ``path`` or, where that is there from an earlier start, ``path.2`` and so on.

    None where no file can be made, and a warning says why: a point that is not recorded is better than a dark one.
    """
    for n in range(1, FILES_MAX + 1):
        try:
            return TraceFile(Path(f"{path}.{n}") if n > 1 else path, config)
        except FileExistsError:
            continue
        except OSError as error:
            _LOG.warning("%s: %s; nothing is recorded, all else goes on", path, error.strerror)
            return None
    _LOG.warning("%s to .%d are there: move them away; nothing is recorded, all else goes on", path, FILES_MAX)
    return None


def heading(config: Config) -> dict[str, Any]:
    """The first line: what is needed to make the drivers again. No port, key or address of this point."""
    buses = list(config.buses())
    devices: dict[str, Any] = {}
    for board in config.boards:
        devices[board.name] = _device("board", board) | {"bus": buses.index(board.port), "baud": board.baud}
    kinds = (("card", config.cards), ("pad", config.pads), ("scanner", config.scanners), ("printer", config.printers))
    for kind, of_kind in kinds:
        devices |= {one.name: _device(kind, one) for one in of_kind}
    made = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    return {"trace": 1, "made": made, "codes": config.codes.model_dump(mode="json"), "devices": devices}


def _device(kind: str, device: Any) -> dict[str, Any]:
    settings = device.settings.model_dump(mode="json", exclude={"port", "source", "path"}, exclude_defaults=True)
    return {"kind": kind, "driver": device.driver, "settings": settings}
