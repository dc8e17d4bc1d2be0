"""Private PC/SC daemons: side by side, each with its own readers, and plain words where there can be none."""

import os
import subprocess
import sys
import threading

import pytest

from simulators import pcscd
from simulators.pcscd import Pcscd, PcscUnavailable

LIST = """
from smartcard import scard
result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
print(scard.SCardListReaders(context, [])[1])
"""


def seen_by_a_client(daemon: Pcscd) -> str:
    asked = [sys.executable, "-c", LIST]
    return subprocess.run(asked, env={**os.environ, **daemon.env}, capture_output=True, text=True, check=True).stdout


def test_two_side_by_side() -> None:
    with Pcscd(["Left"]) as left, Pcscd(["Right"]) as right:
        assert seen_by_a_client(left).strip() == "['Left 00 00', 'Left 00 01']"
        assert seen_by_a_client(right).strip() == "['Right 00 00', 'Right 00 01']"
    assert not left.running
    assert not left.socket.exists()


def test_readers_unplugged() -> None:
    with Pcscd(["Left", "Right"]) as daemon:
        port = daemon.port("Left")
        hand = threading.Thread(target=daemon.restart, kwargs={"without": ["Left"]})
        hand.start()
        hand.join()  # the daemon outlives who started it
        assert seen_by_a_client(daemon).strip() == "['Right 00 00', 'Right 00 01']"
        daemon.restart(kill=True)
        assert "Left 00 00" in seen_by_a_client(daemon)
        assert daemon.port("Left") == port


def test_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcscd, "DRIVER", pcscd.DRIVER.with_name("no-such-driver.so"))
    with pytest.raises(PcscUnavailable, match="apt-get install"):
        Pcscd().__enter__()


def test_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcscd, "_path", lambda: "")
    with pytest.raises(PcscUnavailable, match="pcscd is not installed"):
        Pcscd().__enter__()


def test_a_place_too_long(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    deep = tmp_path_factory.mktemp("x" * 90)
    monkeypatch.setattr(pcscd.tempfile, "tempdir", str(deep))
    with pytest.raises(PcscUnavailable, match="TMPDIR"):
        Pcscd()
    assert not list(deep.iterdir())


def test_namespaces_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcscd, "_ENTER", "echo 'mount: permission denied' >&2; exit 32")
    with pytest.raises(PcscUnavailable, match=r"root or user namespaces.*permission denied"):
        Pcscd().__enter__()
