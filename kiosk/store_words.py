"""What an error of the store's file means to a technician."""

import contextlib
import errno
import os
import sqlite3
from pathlib import Path

from hardware.devicefile import name_of_user


def why(error: Exception, path: Path | None = None) -> str:
    """What an error of the database or its file means to a technician. ``path``: where it could not be opened."""
    if path and (seen := _seen(path)):
        return f"{seen} ({error})"
    if _is_no_text(error):  # its own words would quote what stands there of people
        return "damaged (a text in it is none)"
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, OSError):
        code = _SAME_AS.get(error.errno or 0, 0)
    return f"{_WORDS.get(code, 'cannot be used')} ({error})"


def is_damage(error: Exception) -> bool:
    """Whether this error says that the file itself is unsound."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or _is_no_text(error)


def _seen(path: Path) -> str:
    """What is plainly wrong with the file, or with one that lies beside it; SQLite blames its directory or the disk."""
    with contextlib.suppress(OSError):
        if path.is_dir():
            return "is a folder; name a file in it ([store] path)"
        for file in filter(Path.exists, (path.with_name(path.name + end) for end in ("", "-wal", "-shm", ".lock"))):
            owner, ours = file.stat().st_uid, os.access(file, os.R_OK | os.W_OK, effective_ids=True)
            if owner != os.geteuid() and not ours:
                whose = name_of_user(owner)
                return f"{file.name} belongs to {whose}; it must belong to the one the kiosk runs as (chown)"
    return ""


def _is_no_text(error: Exception) -> bool:
    """Whether a column of text held other bytes: that is Python's own error, and has no code."""
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith("Could not decode to UTF-8")


_WORDS = {
    sqlite3.SQLITE_NOTADB: "not a store at all",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_READONLY: "read-only: check its owner and permissions, and whether its disk is mounted read-only",
    sqlite3.SQLITE_FULL: "the disk is full: make room",
    sqlite3.SQLITE_IOERR: "the disk is full or reports an error: make room, check the disk and the system log",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that its directory is there and may be written to",
    sqlite3.SQLITE_PERM: "no permission",
    sqlite3.SQLITE_BUSY: "locked by another program: close what has it open",
    sqlite3.SQLITE_LOCKED: "locked by another program: close what has it open",
}
_SAME_AS = {
    errno.EACCES: sqlite3.SQLITE_READONLY,
    errno.EPERM: sqlite3.SQLITE_READONLY,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EIO: sqlite3.SQLITE_IOERR,
    errno.ENOENT: sqlite3.SQLITE_CANTOPEN,
    errno.ENOTDIR: sqlite3.SQLITE_CANTOPEN,
}
