"""Scenario 17: whatever dialog is left open, the session ends in time and nothing is shown to the next person."""

import time
from collections.abc import Iterator

import pytest

from simulators.machine import Machine
from simulators.screen import Hand
from tests.end_to_end.conftest import window_of


@pytest.fixture
def hand(machine: Machine) -> Iterator[Hand]:
    text = machine.config.read_text()
    machine.config.write_text(text.replace("[limits]\n", "[limits]\nidle_s = 10\nwarn_s = 4\nslow_times = 1.2\n"))
    with window_of(machine) as hand:
        yield hand


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
