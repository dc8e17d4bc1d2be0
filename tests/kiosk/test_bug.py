"""A bug in any thread ends the program, which says so: whoever started it starts it again, and the rows speak."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from hardware.readings import Reading
from hardware.scanner import serial_scanner
from kiosk import app
from kiosk.app import EXIT_BUG
from kiosk.cli import main
from kiosk.frontend import Shown


class Broken:
    """A driver that was never tried."""

    def wait(self, timeout_s: float) -> Sequence[Reading]:
        return {}["what it heard"]  # type: ignore[no-any-return]

    def close(self) -> None:
        """Nothing to let go of."""


def front(shown: Shown, *_: object) -> None:
    until = time.monotonic() + 60
    while not shown.stopped and time.monotonic() < until:
        time.sleep(0.02)


def test_a_bug_in_a_driver(example: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(serial_scanner, "connect", lambda *_: Broken())
    monkeypatch.setattr(app, "find", lambda *_: front)
    ran = CliRunner().invoke(main, ["run", str(example)])
    assert ran.exit_code == EXIT_BUG == 70
    assert "what it heard" in capfd.readouterr().err + ran.output
