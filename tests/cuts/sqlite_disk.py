"""What SQLite asks of the disk, written down as it asks: a VFS around its own, in the very library the store runs on.

https://www.sqlite.org/vfs.html. Everything still happens for real; a ``fault`` may say no in the disk's place.
"""

import contextlib
import ctypes
import ctypes.util
from collections.abc import Callable, Iterator
from ctypes import CFUNCTYPE, POINTER, Structure, addressof, c_char_p, c_int, c_int64, c_void_p, cast, memmove, sizeof
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

OK, READONLY, FULL = 0, 8, 13
IOERR_WRITE, IOERR_FSYNC = 10 | (3 << 8), 10 | (4 << 8)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked of the disk: ``data`` at ``offset`` of a file, a new size (in ``offset``), all of it to be kept,
    a file deleted."""

    what: Literal["write", "truncate", "sync", "delete"]
    file: str
    offset: int = 0
    data: bytes = b""


Fault = Callable[[Asked], int]
"""What the disk answers instead of doing it: a result code of SQLite, or ``OK`` to let it be done."""


class _File(Structure):
    _fields_ = [("methods", c_void_p)]


_WRITE = CFUNCTYPE(c_int, POINTER(_File), c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, POINTER(_File), c_int64)
_SYNC = CFUNCTYPE(c_int, POINTER(_File), c_int)


class _Methods(Structure):
    _fields_ = [
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", _WRITE),
        ("truncate", _TRUNCATE),
        ("sync", _SYNC),
        *((f"other{n}", c_void_p) for n in range(13)),  # sizes, locks, shared memory: as they are
    ]


_UNTIL_VERSION_3 = _Methods.other11.offset


class _Vfs(Structure):
    pass


# The name is passed on as the pointer it is: SQLite keeps it, with more behind its end.
_OPEN = CFUNCTYPE(c_int, POINTER(_Vfs), c_void_p, POINTER(_File), c_int, POINTER(c_int))
_DELETE = CFUNCTYPE(c_int, POINTER(_Vfs), c_char_p, c_int)
_Vfs._fields_ = [
    ("version", c_int),
    ("file_size", c_int),
    ("path_max", c_int),
    ("next", c_void_p),
    ("name", c_char_p),
    ("data", c_void_p),
    ("open", _OPEN),
    ("delete", _DELETE),
    *((f"other{n}", c_void_p) for n in range(14)),
]


class _Watched:
    """Our VFS, once made there for ever, for a connection may be closed late."""

    def __init__(self) -> None:
        self.ask: Fault = lambda _: OK
        self._library = _library()
        self._real: Any = self._library.sqlite3_vfs_find(None)
        self._keep: list[Any] = []
        self._vfs = _Vfs()
        memmove(addressof(self._vfs), self._real, sizeof(_Vfs))
        self._vfs.name = b"watched"
        self._vfs.open = _OPEN(self._open)
        self._vfs.delete = _DELETE(self._delete)

    def on(self, ask: Fault) -> None:
        """New connections are watched."""
        self.ask = ask
        self._library.sqlite3_vfs_register(addressof(self._vfs), 1)

    def off(self) -> None:
        """New connections go to SQLite's own VFS again."""
        self.ask = lambda _: OK
        self._library.sqlite3_vfs_register(self._real, 1)

    def _open(self, _: Any, path: int | None, file: Any, flags: int, out: Any) -> int:
        result = int(self._real.contents.open(self._real, path, file, flags, out))
        if result == OK and path and file.contents.methods:
            real = cast(file.contents.methods, POINTER(_Methods)).contents
            ours = _Methods()
            memmove(addressof(ours), addressof(real), sizeof(_Methods) if real.version >= 3 else _UNTIL_VERSION_3)
            name = Path(ctypes.string_at(path).decode()).name
            ours.write = _WRITE(lambda f, data, size, at: self._write(real, name, f, data, size, at))
            ours.truncate = _TRUNCATE(lambda f, size: self.ask(Asked("truncate", name, size)) or real.truncate(f, size))
            ours.sync = _SYNC(lambda f, how: self.ask(Asked("sync", name)) or real.sync(f, how))
            self._keep.append(ours)
            file.contents.methods = addressof(ours)
        return result

    def _write(self, real: Any, name: str, file: Any, data: int, size: int, at: int) -> int:
        return self.ask(Asked("write", name, at, ctypes.string_at(data, size))) or int(real.write(file, data, size, at))

    def _delete(self, _: Any, path: bytes, sync: int) -> int:
        no = self.ask(Asked("delete", Path(path.decode()).name))
        return no or int(self._real.contents.delete(self._real, path, sync))


@contextlib.contextmanager
def watched(fault: Fault = lambda _: OK) -> Iterator[list[Asked]]:
    """All connections opened meanwhile go through here; the list grows with what is really done."""
    asked: list[Asked] = []

    def ask(one: Asked) -> int:
        if no := fault(one):
            return no
        asked.append(one)
        return OK

    watching = _watching()
    watching.on(ask)
    try:
        yield asked
    finally:
        watching.off()


@cache
def _watching() -> _Watched:
    return _Watched()


def _library() -> Any:
    """The SQLite that Python's own module uses: loading it again by name gives the one already there."""
    import _sqlite3

    loaded = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libsqlite3" in line}
    library: Any = ctypes.CDLL(next(iter(loaded), _sqlite3.__file__))
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = [c_char_p]
    library.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
    return library
