"""The file of a trace; see kiosk.trace for its lines."""

import json
import os
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kiosk.config import Config
from kiosk.overheard import Line

FILE_MAX = 256 << 20  # bytes; then nothing more is written


class TraceFile:
    """A new file, readable by its owner only. A context manager; ``put`` may be called from any thread."""

    def __init__(self, path: Path, config: Config) -> None:
        """Raises ``FileExistsError``: a trace is never written over; and any other ``OSError``."""
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
        self._lock = threading.Lock()
        self.put(heading(config))

    def put(self, line: Line) -> None:
        """Write a line. What comes after the file is full or closed is dropped."""
        text = json.dumps(line, ensure_ascii=False) + "\n"
        with self._lock:
            if not self._file.closed and self._file.tell() + len(text) < FILE_MAX:
                self._file.write(text)
                self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._lock:
            self._file.close()


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
