"""Why a device does not work: first what is seen on this machine now, then what usually causes that.

Only looks, see hardware.devicefile. Where nothing is seen it says so by naming the usual causes as questions.
"""

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from hardware import devicefile
from hardware.errors import DeviceError, DeviceSilent, WireError
from kiosk.clashes import as_plugged_in, shown, whereabouts
from kiosk.config import Board, Config, Device
from kiosk.explain import dotted

_SHORT_LIVED = ("ttyUSB", "ttyACM", "video")  # names given in the order of plugging
_PCSCD = "/run/pcscd/pcscd.comm"
READER_CONF = Path("/etc/reader.conf.d")  # what pcscd takes for readers beside those on USB
_NFC = ("pn533_usb", "pn533", "nfc")


def address_of(device: Board | Device) -> str:
    """Its port, source or file, without a camera's password; empty where the driver finds the device by itself."""
    where = device.port if isinstance(device, Board) else whereabouts(device)[1]
    return shown(where)


def clashing(config: Config) -> str:
    """What does not go together as the plugs are now; empty where all does."""
    return next((f"{dotted(place)} {words}" for place, words in config.clashes(as_plugged_in)), "")


def short_lived(path: str) -> str:
    """A warning when the configuration names a device by a name that changes, and it has a lasting one."""
    better = devicefile.lasting_names(path)
    if not os.path.basename(path).startswith(_SHORT_LIVED) or not better:
        return ""
    return f"the name {path} changes when a plug moves: write {better[0]} instead"


def unopened(path: str) -> str:
    """Why a file in /dev (or a port behind a socket) cannot be used."""
    if "://" in path:
        return "Has it power and network (ping it), and are its address and port number right?"
    if not os.path.exists(path):
        found = ", ".join(devicefile.ports())
        there = f"Serial ports that are here: {found}" if found else "No serial port is plugged in here"
        return f"{path} is not there. {there}. Is it plugged in and powered, and is the name right?"
    if refused := devicefile.may_open(path):
        return f"This user may not open it: {refused}."
    if others := devicefile.holders(path):
        return f"It is taken by {', '.join(others)}; stop that first (systemctl stop kiosk, if it is the kiosk)."
    return "It is there, and this user may open it; pull its plug and put it back, and look at dmesg."


def board(error: DeviceError, one: Board) -> str:
    """Why a board does not answer although its port opens."""
    address = getattr(one.settings, "address", None)
    asked = f"asked at {one.baud} baud" + (f" for address {address}" if address is not None else "")
    if others := devicefile.holders(one.port):
        return f"{asked}; {', '.join(others)} has the port open as well and may take the answers. Stop that first."
    if isinstance(error, WireError):
        return (
            f"{asked}: something came back, but no whole answer. Usual causes: A and B swapped, another speed (baud), "
            "two boards with the same address, another family of board (driver), no common ground."
        )
    if isinstance(error, DeviceSilent):
        return (
            f"{asked}: not one byte came back. Usual causes: no power at the board, its address switches say "
            "otherwise (kiosk walk asks every address), another speed (baud), A and B swapped, a broken wire."
        )
    return unopened(one.port)


def pcsc() -> str:
    """Why no card reader answers through PC/SC."""
    socket = os.environ.get("PCSCLITE_CSOCK_NAME", _PCSCD)
    if not shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
        return "pcscd is not installed: sudo apt-get install pcscd."
    if not Path(socket).exists():
        return "pcscd does not run: sudo systemctl enable --now pcscd.socket."
    if not os.access(socket, os.W_OK):
        return f"This user may not speak to pcscd ({devicefile.may_open(socket)})."
    if loaded := devicefile.modules(*_NFC):
        return (
            f"The kernel modules {', '.join(loaded)} are loaded and take readers of the ACR122U kind away from pcscd: "
            "write 'blacklist NAME' for each into /etc/modprobe.d/nfc.conf and start again."
        )
    polkit = devicefile.running("polkitd")
    rule = " polkitd runs: has it a rule that lets this user use cards (docs/technician.md)?" if polkit else ""
    return f"Is the reader plugged in (lsusb)? pcscd's socket is there; does it answer (systemctl status pcscd)?{rule}"


def from_the_network() -> str:
    """The file by which this machine's pcscd takes cards from anybody on the network: the driver of vsmartcard-vpcd,
    for trying, listens on every interface. Empty where there is none, or another pcscd is asked."""
    if "PCSCLITE_CSOCK_NAME" in os.environ:
        return ""
    with contextlib.suppress(OSError):
        for file in sorted(READER_CONF.iterdir()):
            if file.is_file() and b"libifdvpcd" in file.read_bytes():
                return str(file)
    return ""


def printer(path: str) -> str:
    """Why a printer does not answer."""
    if not path.startswith("/") or (os.path.exists(path) and not devicefile.may_open(path)):
        others = devicefile.holders(path) if path.startswith("/") else []
        taken = f"It is taken by {', '.join(others)}. " if others else ""
        return f"{taken}Has it power and paper, is its cover shut, are port, baud and joined right?"
    return f"{unopened(path)} Has it power and paper?"


def camera(path: str) -> str:
    """Why a camera gives no picture."""
    if not path.startswith("/"):
        return "Has it power and network, and is source right?"
    if os.path.exists(path):
        return unopened(path)
    there = ", ".join(str(file) for file in sorted(Path("/dev").glob("video*"))) or "none"
    return f"{path} is not there; cameras that are: {there}. Is it plugged in? Is source right (ls -l /dev/v4l/by-id)?"


_BY_DRIVER: dict[str, Callable[[str], str]] = {
    "pcsc": lambda _: pcsc(),
    "pcsc_pad": lambda _: pcsc(),
    "camera": camera,
}


def source(device: Device) -> str:
    """Why a card reader, pad or scanner cannot be used."""
    path = address_of(device)
    if known := _BY_DRIVER.get(device.driver):
        return known(path)
    return unopened(path) if path else ""
