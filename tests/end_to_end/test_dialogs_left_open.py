"""Scenario 17: whatever dialog is left open, the session ends in time and nothing is shown to the next person."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.machine import Machine
from simulators.screen import Hand, Xvfb


@pytest.fixture
def hand(machine: Machine, folder: Path) -> Iterator[Hand]:
    text = machine.config.read_text()
    machine.config.write_text(text.replace("[limits]\n", "[limits]\nidle_s = 10\nwarn_s = 4\n"))
    with Xvfb(1080, 1920) as display:
        targets = folder / "targets.json"
        env = {**machine.env, **display.env, "KIOSK_TARGETS": str(targets)}
        command = [sys.executable, "-m", "kiosk", "run", str(machine.config)]
        with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                hand = Hand(env, targets)
                hand.wait_for("Home", timeout_s=60)
                time.sleep(2)  # until the window is where it says it is
                yield hand
            finally:
                process.terminate()


def left(hand: Hand, language: str) -> None:
    """Walk away; Home must come, as it is for everybody."""
    hand.wait_for("Home", timeout_s=60)
    until = time.monotonic() + 10
    while "collect" not in (targets := hand.sees()["targets"]):
        assert time.monotonic() < until, targets
        time.sleep(0.05)
    assert hand.sees()["language"] == language
    assert not any(name.startswith("aid") for name in targets)


@pytest.mark.timeout(300)
def test_every_dialog_left_open_ends_with_the_session(hand: Hand) -> None:
    for story in ("collect", "return"):
        hand.touch(story)
        hand.wait_for(story.capitalize())
        hand.touch("language")
        hand.touch("help")
        hand.touch("aid 0", timeout_s=20)  # within help; it stays open
        hand.touch("aid 1", timeout_s=20)  # simple mode: all clocks are slower now
        left(hand, "zh")
    hand.touch("help")  # at Home itself: forgotten after a while, and nobody else's story stands under it
    hand.touch("close")
    hand.touch("collect")
    until = time.monotonic() + 60
    while "stay" not in hand.sees()["targets"]:  # the question
        assert time.monotonic() < until
        time.sleep(0.05)
    hand.touch("stay")
    while "stay" not in hand.sees()["targets"]:
        assert time.monotonic() < until
        time.sleep(0.05)
    left(hand, "zh")
