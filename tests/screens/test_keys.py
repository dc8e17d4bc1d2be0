"""Four keys and digits, by real key events in the real window: focus, speech, sounds; and the resting picture."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.screens.displays import SCREENS, display
from tests.screens.stage import Stage, touchable

NEVER = 3600.0
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("heard") / "spoken"


@pytest.fixture(scope="module")
def _stage(spoken: Path) -> Iterator[Stage]:
    with Stage(env={"KIOSK_SPOKEN": str(spoken)}, settings={"language": "en"}) as stage:
        yield stage


@pytest.fixture
def stage(_stage: Stage, spoken: Path) -> Stage:
    _stage.show(display("wait-card"))
    _stage.show(display("home"))
    silent(spoken)
    spoken.write_text("")
    while not _stage.touched.empty():
        _stage.touched.get()
    return _stage


def eventually(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def silent(spoken: Path) -> None:
    """Wait until nothing more is said: the voice is a process of its own, and late on a busy machine."""
    said = None
    while said != (said := spoken.read_text() if spoken.exists() else ""):
        time.sleep(1.0)


def touches(stage: Stage, count: int) -> list[tuple[str, str]]:
    """The next that a person made; beside them the window says that whoever is read to needs more time."""
    made: list[tuple[str, str]] = []
    while len(made) < count:
        made += [touch] if (touch := stage.next_touch()) != ("slower", "") else []
    return made


def heard(spoken: Path, line: str) -> None:
    eventually(lambda: line in spoken.read_text().splitlines())


def test_keys_walk_through_a_screen_in_reading_order_and_choose(stage: Stage, spoken: Path) -> None:
    stage.key("Down")
    assert stage.settle()["focus"] == "button 0"
    heard(spoken, "en Collect")
    stage.key("Right")
    assert stage.settle()["focus"] == "button 1"
    heard(spoken, "en Return")
    stage.key("Up", "Return")
    assert stage.next_touch() == ("collect", "")


def test_the_focus_is_seen_on_every_ground(stage: Stage) -> None:
    for contrast in (False, True):
        if contrast:
            stage.tap(stage.settle(), "contrast")
        before = stage.picture(stage.settle())
        stage.key("Down")
        drawn = stage.settle()
        x, y, w, h = drawn["targets"][drawn["focus"]]
        edge = (round(x - 8), round(y - 8), round(x + w + 8), round(y + h + 8))
        after = stage.picture(drawn)
        changed = sum(a != b for a, b in zip(before.crop(edge).getdata(), after.crop(edge).getdata(), strict=True))
        assert changed > 2 * (w + h)  # a ring at least one pixel wide


def test_choosing_without_a_focus_only_reads(stage: Stage, spoken: Path) -> None:
    stage.key("Return")
    heard(spoken, "en Tap your card at any time")
    assert stage.touched.empty()


def test_digits_have_keys_of_their_own_and_back_leads_out(stage: Stage, spoken: Path) -> None:
    stage.show(display("collect-typing", until_s=NEVER))
    stage.key("7", "KP_3", "BackSpace")
    assert touches(stage, 3) == [("digit", "7"), ("digit", "3"), ("erase", "")]
    stage.key("Escape")
    assert stage.settle()["focus"] == "cancel"
    heard(spoken, "en Cancel")
    said = [stage.touched.get() for _ in range(stage.touched.qsize())]
    assert set(said) <= {("more_time", "")}  # leading there is not leaving
    stage.key("Return")
    assert stage.next_touch() == ("cancel", "")


def test_a_key_that_is_held_down_counts_once(stage: Stage) -> None:
    stage.show(display("pin", until_s=NEVER))
    for _ in range(2):  # let go, it counts anew
        stage.pointer("keydown", "1", "sleep", 1.5, "keyup", "1")
        stage.settle()
        assert touches(stage, 1) == [("digit", "1")]
        assert stage.touched.empty()


def test_a_keyboard_types_letters_and_digits_whichever_pad_is_shown(stage: Stage, spoken: Path) -> None:
    for name in ("search-found", "search-digits"):
        stage.show(display(name, until_s=NEVER))
        stage.key("s", "7", "BackSpace")
        assert touches(stage, 3) == [("letter", "S"), ("letter", "7"), ("erase", "")]


def test_where_there_is_no_way_out_the_back_key_is_for_help(stage: Stage, spoken: Path) -> None:
    stage.key("Escape")
    assert "aid 0" in stage.settle()["targets"]
    heard(spoken, "en Help")
    stage.key("Escape")
    assert "button 0" in stage.settle()["targets"]


SEARCH = ("search-found", "found", "title")


def test_keys_walk_to_every_touch_of_screens_of_each_layout(stage: Stage) -> None:
    for name in ("home", "collect-ready", "return-many", "courier", "goodbye-slip", "sorry-away-then", "pin", *SEARCH):
        drawn = stage.show(display(name, until_s=NEVER))
        wanted = touchable(drawn)
        reached = set()
        for _ in range(len(wanted) + 8):
            stage.key("Tab")
            reached.add(stage.settle()["focus"])
        assert wanted <= reached, name
        first = stage.settle()["focus"]
        stage.key("Tab", "shift+Tab")
        assert stage.settle()["focus"] == first


def test_the_question_is_answered_by_keys(stage: Stage, spoken: Path) -> None:
    stage.key("Down")
    stage.show(display("collect", warning=True, until_s=NEVER))
    heard(spoken, "en Are you still there?")
    stage.key("Down", "Return")
    stage.key("Down", "Return")
    told = [stage.next_touch() for _ in range(stage.touched.qsize() or 1)]
    assert ("more_time", "") in told
    eventually(lambda: ("cancel", "") in told or stage.next_touch() == ("cancel", ""))


def test_each_outcome_sounds_once(stage: Stage, spoken: Path) -> None:
    def sounds() -> list[str]:
        return [line for line in spoken.read_text().splitlines() if line.startswith("sound")]

    for name, total in (
        ("wait-card", []),
        ("open-pickup", ["please"]),
        ("open-pickup", ["please"]),
        ("goodbye-pickup", ["please", "done"]),
        ("home", ["please", "done"]),
        ("sorry-pass_used", ["please", "done", "trouble"]),
        ("home", ["please", "done", "trouble"]),
    ):
        stage.show(display(name, until_s=NEVER))
        eventually(lambda total=total: sounds() == [f"sound {cue}" for cue in total])


def test_titles_are_not_said_to_the_whole_hall(stage: Stage, spoken: Path) -> None:
    stage.key("Down")
    titles = SCREENS["open-pickup"].titles  # type: ignore[union-attr]
    stage.show(display("open-pickup", until_s=NEVER))
    heard(spoken, "en Door B2 is open. Take your books.")
    assert not any(title in spoken.read_text() for title in titles)
    stage.key("Down")  # who moves to them by keys wants to hear them
    heard(spoken, f"en {titles[0]}")


def test_who_touches_only_hears_sounds_and_no_voice(stage: Stage, spoken: Path) -> None:
    stage.show(display("open-pickup", until_s=NEVER))
    heard(spoken, "sound please")
    assert "en " not in spoken.read_text()


def test_whoever_is_read_to_has_more_time_and_the_last_screen_waits_for_its_words(tmp_path: Path) -> None:
    player = tmp_path / "pw-play"
    player.write_text("#!/bin/sh\nexec sleep 4\n")
    player.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    with Stage(env={"PATH": path}, settings={"voice": "always"}) as stage:
        stage.show(display("home"))
        stage.show(display("sorry-pass_used", until_s=1.0))
        assert [stage.next_touch(), stage.next_touch()] == [("slower", ""), ("hearing", "")]
        assert stage.made_on == "Sorry"
        time.sleep(0.5)
        assert stage.touched.empty()  # once of each end


@pytest.fixture
def resting() -> Iterator[tuple[Stage, dict[str, Any]]]:
    with Stage(settings={"rest_s": 5, "dim_s": 10}) as stage:
        stage.show(display("home"))
        eventually(lambda: bool(stage.settle()["resting"]))
        yield stage, stage.settle()


def test_the_resting_picture_says_nothing_of_anybody_and_wakes_at_once(resting: tuple[Stage, dict[str, Any]]) -> None:
    stage, drawn = resting
    assert "触摸屏幕开始  ·  Touch to begin" in drawn["resting"]
    assert "空柜门 12 个" in drawn["resting"]

    def light() -> int:
        return int(stage.picture(stage.settle()).convert("L").resize((1, 1)).getpixel((0, 0)))

    assert light() > 200
    eventually(lambda: light() < 120)
    stage.tap(drawn, "button 0")  # Collect stands there, unseen
    eventually(lambda: not stage.settle()["resting"])
    assert stage.touched.empty()  # it woke, no more
    stage.tap(drawn, "button 0")
    assert stage.next_touch() == ("collect", "")


def test_a_bag_on_the_keypad_is_nobody(resting: tuple[Stage, dict[str, Any]]) -> None:
    stage, _ = resting
    stage.pointer("keydown", "Right")
    assert not stage.settle()["resting"]
    eventually(lambda: bool(stage.settle()["resting"]))
    time.sleep(1.0)
    assert stage.settle()["resting"]  # though the key says so all the time
    stage.pointer("keyup", "Right")


def test_whatever_happens_ends_the_rest(resting: tuple[Stage, dict[str, Any]]) -> None:
    stage, _ = resting
    assert not stage.show(display("open-pickup", until_s=NEVER))["resting"]
    stage.show(display("home"))
    eventually(lambda: bool(stage.settle()["resting"]))
    assert not stage.show(display("home-door-left"))["resting"]  # a door left open is to be seen
    stage.show(display("home"))
    eventually(lambda: bool(stage.settle()["resting"]))
    stage.key("Return")
    assert not stage.settle()["resting"]
    assert stage.touched.empty()
