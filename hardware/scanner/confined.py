"""A process of its own for looking at pictures: whatever somebody holds before the camera, the screen stays up.

The parent starts it with nothing of its own (no environment, no descriptors but the pipes) and reads lines of JSON,
each of bounded length. The child takes from itself what it does not need once its picture source is open: files, new
connections, memory without end, root, core dumps. Linux only takes what it knows: see ``confine``.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

from hardware.errors import DeviceGone

LINE_MAX: Final = 1 << 17
MEMORY_MAX: Final = 2 << 30
"""Address space, bytes: OpenCV and its codecs map half of it; the largest picture taken needs some hundred MB."""
FILES_MAX: Final = 64
PIXELS_MAX: Final = 50_000_000
NOBODY: Final = 65534
END_WAIT_S: Final = 2.0

_ENVIRONMENT: Final = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    # Both write every refused connection and damaged frame to standard error, some with the camera's address.
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENBLAS_NUM_THREADS": "1",  # small sums, which more threads only slow down
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(PIXELS_MAX),
}
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_EVERY_FILE_ACCESS, _EVERY_CONNECTION = (1 << 13) - 1, 0b11


class Confined:
    """The parent's end. One thread uses it."""

    def __init__(self, module: str, argument: Mapping[str, Any], fed: bool = False) -> None:
        """Start ``module`` as a program and hand it its argument, as JSON on its standard input: a command line can be
        read by everybody, and it may hold a camera's password. ``fed``: more follows there, see ``feed``.

        Raises ``DeviceGone`` when no process can be started: no memory, or too many files open.
        """
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,  # Ctrl-C at a terminal is for the kiosk, which then ends it
            )
        except OSError as error:
            raise DeviceGone(f"no process can be started to look at pictures ({error.strerror})") from None
        assert self._process.stdout
        self._out = self._process.stdout.fileno()
        os.set_blocking(self._out, False)
        self._held = b""
        with contextlib.suppress(OSError, DeviceGone):  # it has ended already: ``line`` says how
            self.feed(json.dumps(argument).encode())
            if not fed and self._process.stdin:
                self._process.stdin.close()

    @property
    def number(self) -> int:
        """The number of the process."""
        return self._process.pid

    def feed(self, data: bytes) -> None:
        """Hand it bytes. Blocks until they are taken, or the process is dead. Raises ``DeviceGone``."""
        assert self._process.stdin
        try:
            self._process.stdin.write(struct.pack(">I", len(data)) + data)
            self._process.stdin.flush()
        except OSError as error:
            raise DeviceGone(f"the process that looks at pictures has ended ({error.strerror})") from None

    def line(self, timeout_s: float) -> dict[str, Any] | None:
        """The next thing it says; None if it says nothing for so long. Raises ``DeviceGone`` when it has ended, or says
        what it should not."""
        until = time.monotonic() + timeout_s
        while b"\n" not in self._held:
            left_s = until - time.monotonic()
            if not select.select([self._out], [], [], max(left_s, 0))[0]:
                return None
            if not (data := os.read(self._out, LINE_MAX)):
                raise DeviceGone(f"the process that looks at pictures has ended ({self._how_it_ended()})")
            self._held += data
            if len(self._held) > 2 * LINE_MAX:
                raise DeviceGone("the process that looks at pictures says too much at once")
        line, _, self._held = self._held.partition(b"\n")
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise DeviceGone("the process that looks at pictures no longer makes sense")
        return said

    def close(self) -> None:
        """End it. Blocks at most 2 s: one that is held by its camera's driver, where no signal reaches it, is left to
        end by itself. Never raises; may be called twice."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_WAIT_S)
        for end in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if end:
                    end.close()

    def _how_it_ended(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(1)
            return signal.Signals(-status).name if status < 0 else f"status {status}"
        return "its output is shut"


# ---- the child's end ----------------------------------------------------------------------------------------------


def argument() -> dict[str, Any]:
    """What the parent started us with."""
    (size,) = struct.unpack(">I", sys.stdin.buffer.read(4))
    said: dict[str, Any] = json.loads(sys.stdin.buffer.read(size))
    return said


def say(**what: Any) -> None:
    """One line to the parent. Ends the process when nobody hears it any more."""
    try:
        os.write(1, (json.dumps(what) + "\n").encode())
    except OSError:
        os._exit(0)


def confine() -> None:
    """From now on: end with the parent, gain no right, dump no memory, write no file; open no file and no connection
    (Landlock, Linux 5.13 and 6.7; without it they stay possible), be nobody (if root), and stay within bounds."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    parent = os.getppid()
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    libc.prctl(_PR_SET_DUMPABLE, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _shut_off(libc)
    os.nice(5)
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, FILES_MAX),
        (resource.RLIMIT_AS, MEMORY_MAX),
    ):
        resource.setrlimit(kind, (most, most))


def _shut_off(libc: ctypes.CDLL) -> None:
    """Landlock with an empty set of rules: nothing may be opened any more. The newest form first, then the older."""
    for rights in (struct.pack("QQ", _EVERY_FILE_ACCESS, _EVERY_CONNECTION), struct.pack("Q", _EVERY_FILE_ACCESS)):
        rules = libc.syscall(_LANDLOCK_CREATE_RULESET, rights, ctypes.c_size_t(len(rights)), 0)
        if rules >= 0:
            libc.syscall(_LANDLOCK_RESTRICT_SELF, rules, 0)
            os.close(rules)
            return
