"""examples/kiosk.service leaves the kiosk what the program needs, and the documents name what must be freed by hand."""

import re
from pathlib import Path

import pytest
from tree import text

from hardware.devicefile import PORTS

UNIT = text(Path("examples", "kiosk.service"))
DISPLAY = text(Path("examples", "kiosk-display.service"))
TECHNICIAN = text(Path("docs", "technician.md"))
WHEN_NEEDED = {"char-input": "input", "char-usb": "lp", "char-alsa": "audio"}
"""Kinds of devices that are closed until somebody frees the line, and the group that owns them on Debian."""

SHUT_IN = {
    "User": "kiosk",
    "Group": "kiosk",
    "SupplementaryGroups": "dialout video render",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "LimitCORE": "0",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "ProtectProc": "invisible",
    "ProtectClock": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectControlGroups": "yes",
    "LockPersonality": "yes",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    "SystemCallArchitectures": "native",
    "DevicePolicy": "closed",
}
"""Where somebody breaks in through it, all that they get."""


def values(key: str, lines: str = UNIT) -> list[str]:
    """What the unit says under a key."""
    return re.findall(rf"^{key}=(.*)$", lines, re.MULTILINE)


@pytest.mark.parametrize(("key", "value"), SHUT_IN.items())
def test_it_is_shut_in(key: str, value: str) -> None:
    assert values(key, UNIT.partition("[Service]")[2]) == [value]


@pytest.mark.parametrize("port", PORTS)
def test_every_serial_port_that_is_offered_may_be_opened(port: str) -> None:
    kinds = {value.split()[0] for value in values("DeviceAllow")}
    assert kinds & {f"char-{port}", f"char-{port.removesuffix('*')}"}


@pytest.mark.parametrize(("kind", "group"), WHEN_NEEDED.items())
def test_what_is_closed_stands_there_to_be_freed_and_the_technician_is_told(kind: str, group: str) -> None:
    assert re.search(rf"^# SupplementaryGroups={group}\n# DeviceAllow={kind} rw$", UNIT, re.MULTILINE)
    assert f"`{kind}`" in TECHNICIAN


def test_the_calls_that_shut_in_the_process_of_the_camera_are_named() -> None:
    confined = text(Path("hardware", "scanner", "confined.py")).lower()
    [names] = values("SystemCallFilter")
    used = set(re.findall(r"\b_(landlock_[a-z_]+)", confined))
    assert used
    assert used <= set(names.split())


def test_what_it_starts_is_what_the_technician_types() -> None:
    [start] = values("ExecStart")
    assert f"sudo ln -s {start.split()[0]} /usr/local/bin/kiosk\n" in TECHNICIAN


def test_a_picture_that_eats_the_memory_ends_its_process_and_not_the_kiosk() -> None:
    assert values("MemoryMax")
    assert values("OOMPolicy") == ["continue"]


@pytest.mark.parametrize("unit", [UNIT, DISPLAY], ids=["kiosk", "display"])
def test_what_dies_is_back_at_once_and_is_never_left_lying(unit: str) -> None:
    head, _, service = unit.partition("[Service]")
    assert values("StartLimitIntervalSec", head) == ["0"]  # systemd heeds it in [Unit] only
    assert values("Restart", service) == ["always"]
    [rest] = values("RestartSec", service)
    assert rest.endswith("ms")
    assert int(rest.removesuffix("ms")) <= 500  # of the three seconds until a screen is of use again


def test_no_failed_start_of_another_gives_the_kiosk_up_for_good() -> None:
    """Where a unit that is required fails to start, systemd drops the job of this one and restarts nothing."""
    assert (values("Requires"), values("BindsTo")) == ([], [])
    assert "kiosk-display.service" in values("Wants")


def test_nobody_else_draws() -> None:
    [start], [after] = values("ExecStart", DISPLAY), values("ExecStartPost", DISPLAY)
    assert "-noreset" in start.split()  # else X forgets who may when its last client leaves, as xhost is the first to
    assert "xhost +si:localuser:kiosk && xhost -local: " in after


def test_a_wrong_configuration_is_not_tried_again_and_again() -> None:
    assert values("RestartPreventExitStatus") == ["2"]


def test_a_start_waits_for_nothing_that_may_be_away() -> None:
    """The program works without the network, and finds out by itself whether the clock can be trusted."""
    waited_for = {name for key in ("After", "Wants", "Requires") for value in values(key) for name in value.split()}
    assert "kiosk-display.service" in waited_for
    assert not {name for name in waited_for if name.startswith(("network", "time-"))}
