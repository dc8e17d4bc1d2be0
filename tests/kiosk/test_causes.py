"""What keeps a device from working, made on real files and processes: the sentence names what was seen."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hardware import devicefile
from hardware.errors import DeviceGone
from hardware.serialport import open_port
from kiosk import causes
from simulators.pcscd import Pcscd, PcscUnavailable

HOLD = "import sys,time; from hardware.serialport import open_port; p = open_port(sys.argv[1], 9600); print('has it', flush=True); time.sleep(60)"  # noqa: E501
ASK = "import os,sys; from kiosk import causes; os.setgroups([]); os.setgid(65534); os.setuid(65534); print(causes.unopened(sys.argv[1]))"  # noqa: E501


@pytest.fixture
def port() -> Iterator[str]:
    ours, theirs = os.openpty()
    yield os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


def test_a_port_that_another_program_has(port: str) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, port], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "has it\n"
        with pytest.raises(DeviceGone):
            open_port(port, 9600)
        said = causes.unopened(port)
        other.kill()
    assert f"(process {other.pid})" in said
    assert said.startswith("It is taken by python")
    with closing(open_port(port, 9600)):
        assert devicefile.holders(port) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can only be tried by root")
def test_a_port_this_user_may_not_open(port: str) -> None:
    os.chmod(port, 0o660)
    os.chown(port, 0, 20)
    said = subprocess.run([sys.executable, "-c", ASK, port], capture_output=True, text=True, check=True).stdout
    assert "This user may not open it: the group dialout may open it, and nobody is not in it" in said
    assert "sudo adduser nobody dialout" in said
    os.chmod(port, 0o600)
    said = subprocess.run([sys.executable, "-c", ASK, port], capture_output=True, text=True, check=True).stdout
    assert "only root may open it, and this is nobody" in said
    assert devicefile.may_open(port) == ""


def test_a_port_that_is_not_there_and_those_that_are(tmp_path: Path) -> None:
    assert "/dev/ttyUSB77 is not there" in causes.unopened("/dev/ttyUSB77")
    assert devicefile.ports(tmp_path) == []


def test_names_that_last(tmp_path: Path) -> None:
    """A tree as the kernel and udev make it for an FTDI adapter."""
    usb = tmp_path / "sys/devices/usb1/1-2"
    adapter = usb / "1-2:1.0/ttyUSB0"
    adapter.mkdir(parents=True)
    for name, said in (("idVendor", "0403"), ("product", "FT232R USB UART"), ("serial", "A50285BI")):
        (usb / name).write_text(said + "\n")
    (adapter / "driver").symlink_to(tmp_path)
    node = tmp_path / "sys/class/tty/ttyUSB0"
    node.mkdir(parents=True)
    (node / "device").symlink_to(adapter)
    by_id = tmp_path / "dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0"
    by_path = tmp_path / "dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0"
    port = tmp_path / "dev/ttyUSB0"
    for link in (by_path, by_id):
        link.parent.mkdir(parents=True)
        link.symlink_to(port)
    port.touch()
    assert devicefile.lasting_names(str(port), tmp_path) == [str(by_id), str(by_path)]
    for name in (port, by_id):
        assert devicefile.plug(str(name), tmp_path) == ("FT232R USB UART", "A50285BI")
    assert devicefile.ports(tmp_path) == [str(by_id)]
    (usb / "serial").unlink()
    assert devicefile.plug(str(port), tmp_path) == ("FT232R USB UART", "")
    (usb / "idVendor").unlink()
    assert devicefile.plug(str(port), tmp_path) == ("", "")


def test_a_short_lived_name_is_warned_of_only_with_a_better_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devicefile, "lasting_names", lambda path: ["/dev/serial/by-id/usb-x"])
    assert "write /dev/serial/by-id/usb-x instead" in causes.short_lived("/dev/ttyUSB0")
    assert causes.short_lived("/dev/serial/by-id/usb-x") == ""
    monkeypatch.setattr(devicefile, "lasting_names", lambda path: [])
    assert causes.short_lived("/dev/ttyUSB0") == ""


def test_pcscd_that_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        daemon = Pcscd(["ACS ACR122U PICC Interface"])
        daemon.start()
    except PcscUnavailable as why:
        pytest.skip(str(why))
    with closing(daemon):
        monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(daemon.socket))
        assert "pcscd's socket is there" in causes.pcsc()
        daemon.stop()
        until = time.monotonic() + 5
        while daemon.socket.exists() and time.monotonic() < until:
            time.sleep(0.01)
        assert causes.pcsc().startswith("pcscd does not run: sudo systemctl enable --now pcscd.socket")
    monkeypatch.setattr("kiosk.causes.shutil.which", lambda *_, **__: None)
    assert causes.pcsc().startswith("pcscd is not installed")


def test_a_kernel_module_that_takes_the_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path))
    monkeypatch.setattr(devicefile, "_text", lambda _: "pn533_usb 20480 0 - Live 0x0\npn533 53248 1 pn533_usb, Live\n")
    assert causes.pcsc().startswith("The kernel modules pn533_usb, pn533 are loaded")
