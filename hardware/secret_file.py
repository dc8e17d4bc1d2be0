"""Keys come from files of their own, which only the kiosk may read."""

import os
import pwd
import stat
from pathlib import Path
from typing import Final

LENGTH_MAX: Final = 65_536  # a key with a chain of certificates


class UnfitFile(Exception):
    """This file cannot be used; the message says what to do and holds nothing of its content."""


def read_secret(path: Path) -> str:
    """The text of a secret file, without white space around it.

    Raises ``UnfitFile`` unless it is a regular file of this process's user (or root), closed to everybody else.
    """
    text, about = read(path)
    if about.st_uid not in (os.geteuid(), 0):
        raise UnfitFile(f"{path} belongs to {_whose(about.st_uid)}")
    if about.st_mode & 0o077:
        raise UnfitFile(f"{path} may be read or written by others; run: chmod 600 {path}")
    return text


def _whose(owner: int) -> str:
    """Whose it is, and what to do. Nobody is to give it to root: then the kiosk could not read it."""
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"user {owner}, who is not known here; it must belong to the one the kiosk runs as (chown)"
    if os.geteuid() == 0:
        return f"{name}, and this is root: put sudo -u {name} before the command, if that is whom the kiosk runs as"
    return f"{name}; it must belong to the one the kiosk runs as"


def written_beside(path: Path, text: str) -> Path:
    """A new file next to ``path``, closed to everybody else and safely on disk, for whoever renames it: a power cut
    leaves no half of a secret behind. Raises ``OSError``."""
    half_made = path.with_name(path.name + ".new")
    half_made.unlink(missing_ok=True)
    write_new(half_made, text + "\n")
    return half_made


def write_new(path: Path, text: str, mode: int = 0o600) -> None:
    """A new file with this text, all of it safely on disk. Raises ``OSError``, also where there is one already; then
    nothing of it is left there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()
        raise


def names_on_disk(directory: Path) -> None:
    """Return when what was named, renamed or unlinked there stays so after a power cut. Raises ``OSError``."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> tuple[str, os.stat_result]:
    """Text (without white space around it) and attributes of one and the same file, opened once; ``UnfitFile``."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe must not hold us up
    except (OSError, ValueError) as error:
        raise UnfitFile(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UnfitFile(f"{path} is not a regular file")
        data = os.read(descriptor, LENGTH_MAX + 1)
    finally:
        os.close(descriptor)
    try:
        if len(data) > LENGTH_MAX:
            raise ValueError("too long")
        return data.decode("utf-8-sig").strip(), about  # some editors begin a text with a mark
    except ValueError:
        raise UnfitFile(f"{path} is not a text of at most {LENGTH_MAX} bytes") from None
