"""Run a command under the system calls that a unit of systemd allows, as systemd would: any other one kills it.

python shut_in.py UNIT COMMAND...
"""

import ctypes
import os
import re
import subprocess
import sys
from pathlib import Path

KILL, ALLOW = 0x80000000, 0x7FFF0000  # SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ALLOW
UNKNOWN = -1


def allowed(unit: Path) -> set[str]:
    """The calls of its ``SystemCallFilter``, and those that systemd always allows beside a list."""
    named = re.findall(r"^SystemCallFilter=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    return set().union(*(_calls(word) for word in ("@default", *" ".join(named).split())))


def _calls(word: str) -> set[str]:
    """A group of calls, with the groups in it, as this machine's systemd knows it."""
    if not word.startswith("@"):
        return {word}
    command = ["systemd-analyze", "syscall-filter", word]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    inside = (line.strip() for line in said.splitlines()[1:])
    return set().union(*(_calls(line) for line in inside if line and not line.startswith("#")))


def shut_in(names: set[str]) -> None:
    """From now on, for this process and all that it starts."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(KILL)))
    for name in sorted(names):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number != UNKNOWN and library.seccomp_rule_add(rules, ctypes.c_uint32(ALLOW), number, 0):
            raise OSError(f"no rule for {name}")
    if library.seccomp_load(rules):
        raise OSError("the kernel takes no filter")


if __name__ == "__main__":
    shut_in(allowed(Path(sys.argv[1])))
    os.execv(sys.argv[2], sys.argv[2:])
