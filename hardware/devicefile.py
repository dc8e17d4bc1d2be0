"""What the machine knows of a device's file: its lasting names, what is plugged in behind it, who may open it, who has.

Only looks, in ``/dev``, ``/sys`` and ``/proc``; opens no device. What cannot be read (another user's processes) is left
out rather than guessed. ``root`` is another place to look below, for tests.
"""

import contextlib
import grp
import os
import pwd
import stat
from pathlib import Path
from typing import NamedTuple

ROOT = Path("/")
_LASTING = ("dev/serial/by-id", "dev/v4l/by-id", "dev/input/by-id", "dev/serial/by-path", "dev/v4l/by-path")
_CLASSES = ("tty", "video4linux", "usbmisc", "input")  # below /sys/class
PORTS = ("ttyUSB*", "ttyACM*", "ttyS*", "ttyAMA*", "ttyXRUSB*", "ttyCH*")
_UP_MAX = 8  # directories between a device and its USB plug


class Plug(NamedTuple):
    """What is plugged in; empty where the device does not say, or is not on USB."""

    product: str
    serial: str


def lasting_names(path: str, root: Path = ROOT) -> list[str]:
    """The names of this device that outlive a change of plugs, best first: by what it is, then by where it is."""
    real = os.path.realpath(path)
    found = []
    for folder in _LASTING:
        with contextlib.suppress(OSError):
            links = sorted((root / folder).iterdir())
            found += [str(link) for link in links if os.path.realpath(link) == real]
    return found


def plug(path: str, root: Path = ROOT) -> Plug:
    """The USB product and serial number behind a device's file."""
    name = os.path.basename(os.path.realpath(path))
    for kind in _CLASSES:
        at = Path(os.path.realpath(root / "sys/class" / kind / name / "device"))
        for place in (at, *at.parents)[:_UP_MAX]:
            if (place / "idVendor").is_file():
                return Plug(_line(place / "product"), _line(place / "serial"))
    return Plug("", "")


def ports(root: Path = ROOT) -> list[str]:
    """The serial ports that are plugged in, by their lasting names where they have some."""
    files = [file for kind in PORTS for file in sorted((root / "dev").glob(kind))]
    there = [file for file in files if (root / "sys/class/tty" / file.name / "device/driver").exists()]
    real = [file for file in there if _driver(file, root) != "serial8250" or file.name == "ttyS0"]
    return [next(iter(lasting_names(str(file), root)), str(file)) for file in real]


def may_open(path: str) -> str:
    """Empty when this user may read and write it; else who may, in words."""
    if os.access(path, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        return ""
    there = os.stat(path)
    user, group = name_of_user(os.geteuid()), _group(there.st_gid)
    if not there.st_mode & stat.S_IRGRP or not there.st_mode & stat.S_IWGRP:
        return f"only {name_of_user(there.st_uid)} may open it, and this is {user}"
    if there.st_gid in {os.getegid(), *os.getgroups()}:
        return f"the group {group} may open it and {user} is in it, yet the system refuses"
    return f"the group {group} may open it, and {user} is not in it: sudo adduser {user} {group}, then log in again"


def holders(path: str) -> list[str]:
    """The other programs that have it open, or locked, as ``name (process 123)``; other users' may be hidden.

    Of a pseudo-terminal, which is no port of a machine, the program at its other end does not count.
    """
    real = os.path.realpath(path)
    found = {pid for pid in _pids() if pid != os.getpid() and _has_open(pid, real)}
    if real.startswith("/dev/pts/"):
        found = {pid for pid in found if not _has_open(pid, "/dev/ptmx") and not _has_open(pid, "/dev/pts/ptmx")}
    with contextlib.suppress(OSError):
        there = os.stat(real)
        where = f"{os.major(there.st_dev):02x}:{os.minor(there.st_dev):02x}:{there.st_ino}"
        locks = (line.split() for line in Path("/proc/locks").read_text().splitlines())
        found |= {int(words[4]) for words in locks if where in words and words[4].isdigit()} - {os.getpid()}
    return [f"{_line(Path(f'/proc/{pid}/comm')) or 'a program'} (process {pid})" for pid in sorted(found)]


def modules(*names: str) -> list[str]:
    """Which of these kernel modules are loaded."""
    loaded = {line.split()[0] for line in _text(Path("/proc/modules")).splitlines()}
    return [name for name in names if name in loaded]


def running(program: str) -> bool:
    """Whether a process of this name runs."""
    return any(_line(Path(f"/proc/{pid}/comm")) == program[:15] for pid in _pids())


def _driver(file: Path, root: Path) -> str:
    return os.path.basename(os.path.realpath(root / "sys/class/tty" / file.name / "device/driver"))


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _has_open(pid: int, real: str) -> bool:
    with contextlib.suppress(OSError):
        for link in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                if os.readlink(link.path) == real:
                    return True
    return False


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _line(path: Path) -> str:
    return _text(path).strip()


def name_of_user(number: int) -> str:
    """Its name, where there is one."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return f"group {number}"
