"""A private PC/SC daemon with virtual readers: the real ``pcscd``, apart from the machine's own.

``pcscd`` knows one place, /run/pcscd. In a mount namespace of its own a folder of ours lies over that place, so any
number of daemons run side by side, each with its socket in its own folder, where clients outside find it by
``PCSCLITE_CSOCK_NAME``. An empty folder lies over the USB drivers: real readers are left to the machine's own daemon.

Readers are those of the ``vpcd`` driver. Each listens on a TCP port for its card (``simulators.pcsc``), on *all*
interfaces: the driver has no setting for that, so use it where the network is trusted.

Debian packages: pcscd, vsmartcard-vpcd. Needs root, or a kernel that lets others make user namespaces (Debian does).
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.children import begin

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
USB_DRIVERS = "/usr/lib/pcsc/drivers"
START_WAIT_S = 10.0
SOCKET_PATH_MAX = 107  # sun_path, less its final zero byte
PORTS = range(20000, 32000, 2)  # below those the kernel gives to outgoing connections

_ENTER = """
set -e
mkdir -p /run/pcscd 2>/dev/null || { mount -t tmpfs tmpfs /run; mkdir /run/pcscd; }
mount --bind "$1/run" /run/pcscd
mount --bind "$1/empty" "$2"
shift 2
exec setpriv --pdeathsig KILL "$@"
"""


class PcscUnavailable(Exception):
    """A private pcscd cannot run here. The message is one sentence that says why and what would help."""


class Pcscd:
    """A private pcscd with one virtual reader for each name, on ports of its own. A context manager.

    Clients need ``env`` in their environment before they first use PC/SC: libpcsclite reads it once per process.
    The daemon dies with this process, so that no run leaves one behind.
    """

    def __init__(self, readers: Sequence[str] = ("ACS ACR122U PICC Interface",)) -> None:
        self.readers = tuple(readers)
        self._folder = Path(tempfile.mkdtemp(prefix="pcscd-"))
        self._ports: dict[str, int] = {}
        self._held: list[socket.socket] = []
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = self._folder / "run" / "pcscd.comm"
        if len(str(self.socket)) > SOCKET_PATH_MAX:
            self._folder.rmdir()
            raise PcscUnavailable(f"the path {self.socket} is too long for a socket; set TMPDIR to a shorter one")
        for name in ("run", "empty", "readers"):
            (self._folder / name).mkdir()
        self._log = self._folder / "log"

    @property
    def env(self) -> dict[str, str]:
        """What a client must have in its environment to meet this daemon."""
        return {"PCSCLITE_CSOCK_NAME": str(self.socket)}

    @property
    def running(self) -> bool:
        """Is it started, and has it not died?"""
        return self._process is not None and self._process.poll() is None

    def port(self, reader: str) -> int:
        """The TCP port on 127.0.0.1 where the card of ``reader`` goes in; the same over restarts."""
        return self._ports[reader]

    def start(self, without: Collection[str] = ()) -> None:
        """Start, and return once its readers are there, ``without`` those that are unplugged.

        Blocks at most 10 s. Raises ``PcscUnavailable`` if this machine cannot. (A virtual reader cannot come or go
        while the daemon runs: pcscd looks for those only when it starts.)
        """
        assert self._process is None, "it runs already"
        self._fit()
        for _ in range(5):
            if not self._ports:
                self._configure()
            self._held = [_hold(self._ports[name] + slot) for name in without for slot in (0, 1)]
            self._run()
            if self._log.read_bytes().count(b"Could not initialize connection to virtual ICC") == len(without):
                return
            self.stop()  # somebody took one of the ports between our look and pcscd's bind
            self._ports = {}
        raise PcscUnavailable(f"pcscd could not open its ports; its log says: {self._last_words()}")

    def stop(self, kill: bool = False) -> None:
        """Stop it, politely or (``kill``) at once. Cards stay where they are and meet it again after ``start``."""
        for held in self._held:
            held.close()
        self._held = []
        if self._process:
            self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def restart(self, kill: bool = False, without: Collection[str] = ()) -> None:
        """Stop and start."""
        self.stop(kill)
        self.start(without)

    def close(self) -> None:
        """Stop, and remove the folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _fit(self) -> None:
        for program in ("pcscd", "unshare", "setpriv", "mount"):
            if not shutil.which(program, path=_path()):
                raise PcscUnavailable(
                    f"{program} is not installed; apt-get install pcscd vsmartcard-vpcd util-linux mount"
                )
        if not DRIVER.exists():
            raise PcscUnavailable(f"{DRIVER} is not there; apt-get install vsmartcard-vpcd")

    def _configure(self) -> None:
        self._ports = dict(zip(self.readers, _free_ports(), strict=False))
        stanzas = []
        for name, port in self._ports.items():
            # A driver each: its slots are global, so that two readers of one library would share a card. And a copy,
            # because the empty folder is going to hide the original.
            driver = Path(shutil.copy(DRIVER, self._folder / f"vpcd-{port}.so"))
            stanzas.append(
                f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:{port:#x}\nLIBPATH {driver}\nCHANNELID {port:#x}\n'
            )
        (self._folder / "readers" / "virtual").write_text("\n".join(stanzas))

    def _run(self) -> None:
        for left in ("pcscd.comm", "pcscd.pid"):  # of one that was killed
            (self._folder / "run" / left).unlink(missing_ok=True)
        unshare = ["unshare", "--mount", "--propagation", "private"]
        if os.geteuid() != 0:
            unshare.append("--map-root-user")
        daemon = ["pcscd", "--foreground", "--info", "--config", str(self._folder / "readers")]
        if "--disable-polkit" in subprocess.run(["pcscd", "--help"], capture_output=True, text=True, env=_env()).stdout:
            daemon.append("--disable-polkit")
        with self._log.open("wb") as log:
            self._process = begin(
                [*unshare, "sh", "-c", _ENTER, "sh", str(self._folder), USB_DRIVERS, *daemon],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_env(),
                start_new_session=True,  # Ctrl-C in a terminal is not meant for it
            )
        deadline = time.monotonic() + START_WAIT_S
        while b"daemon ready" not in self._log.read_bytes() or not self.socket.exists():  # said before it can be met
            if self._process.poll() is not None:
                self._process = None
                raise PcscUnavailable(f"a private pcscd needs root or user namespaces; it says: {self._last_words()}")
            if time.monotonic() > deadline:
                self.stop(kill=True)
                raise PcscUnavailable(f"pcscd was not ready in {START_WAIT_S:.0f} s; it says: {self._last_words()}")
            time.sleep(0.005)

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines() if self._log.exists() else []
        return lines[-1] if lines else "nothing"


def _path() -> str:
    return os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"


def _env() -> dict[str, str]:
    return {**os.environ, "PATH": _path()}


def _hold(port: int) -> socket.socket:
    """Keep a port from pcscd: its bind fails. A card that calls is left waiting, and hung up on in the end."""
    return socket.create_server(("", port))  # sets SO_REUSEADDR: connections of a pcscd that was there linger


def _free_ports() -> Iterator[int]:
    """First ports of pairs that are free now; a reader has two slots, each with a port."""
    for port in random.sample(PORTS, len(PORTS)):
        with contextlib.suppress(OSError):
            for slot in (0, 1):
                _hold(port + slot).close()
            yield port
