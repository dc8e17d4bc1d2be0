"""What a screen says and sounds when it changes, and what its buttons then mean."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

import pytest

from kiosk.core.account_screens import Permission
from kiosk.core.counter_screens import Counter, CounterRow
from kiosk.core.desk_screens import Use
from kiosk.core.screens import Display, Return, Screen
from kiosk.core.staff_screens import Inside, Thing
from kiosk.frontend import ScreenSettings
from tests.screens.displays import SCREENS, display
from tests.screens.player import ABOUT
from ui.aloud import cue
from ui.dress import dress
from ui.guide import Guide, speaks
from ui.json_lines import as_data
from ui.manner import Manner
from ui.present import present
from ui.speaker import Word
from ui.view import View


def seen(screen: Screen, language: str = "en") -> View:
    return dress(present(replace(display("home"), screen=screen), ABOUT, language), ABOUT, Manner(language))


def test_each_book_of_a_return_is_heard_also_those_that_are_only_counted() -> None:
    pile = [seen(Return(tuple(f"Book {n}" for n in range(count)))) for count in range(11)]
    assert [cue(before, now) for before, now in pairwise(pile)] == ["done"] * 10
    assert cue(pile[7], pile[6]) == "please"  # the last one is taken off


@pytest.mark.parametrize("name", SCREENS)
def test_another_language_says_nothing_anew_with_a_sound(name: str) -> None:
    chinese, english = seen(SCREENS[name], "zh"), seen(SCREENS[name], "en")
    assert cue(chinese, english) is None


def test_while_the_library_is_asked_about_a_book_the_counter_says_so_and_keeps_its_buttons() -> None:
    one = CounterRow("三体", "listed", "")
    waiting = [seen(Counter(rows, None, True, busy=True)) for rows in ((), (one,))]
    assert {view.line for view in waiting} == {"We are asking the library about this book."}
    heard = seen(Counter((one,), None, True))
    assert [button.action for button in waiting[1].buttons] == [button.action for button in heard.buttons]
    assert all(button.idle for button in waiting[1].buttons)
    assert not any(button.idle for button in heard.buttons)


@pytest.mark.parametrize(("gone", "words"), [(1, "The others are inside"), (2, "No, it is not inside")])
def test_at_a_door_that_seems_open_what_is_missing_can_be_said_and_ended(gone: int, words: str) -> None:
    things = tuple(Thing(f"x-{n}", f"Book {n}", there=n >= gone) for n in range(2))
    view = seen(Inside("A1", "", ("Book 0", "Book 1"), things=things, unsensed=True))
    assert [(button.action, button.words) for button in view.buttons] == [
        ("yes", words),
        ("cancel", "The door did not open"),
    ]
    assert f"Push the door shut, then touch '{words}'." in view.line


def test_days_on_which_no_door_stuck_stand_in_the_chart_of_a_month() -> None:
    first = datetime(2026, 11, 28, 12)
    jams = [(str(int((first - timedelta(days)).timestamp())), 1) for days in range(0, 40, 2)]
    bars = seen(Use("stuck", tuple(jams))).chart
    assert [bar.value for bar in bars] == [float(n % 2 == 0) for n in range(31)]
    assert (bars[0].label, bars[-1].label) == ("10-29", "11-28")


class Spoken:
    """What the guide has said."""

    def __init__(self) -> None:
        self.told: list[Word] = []

    def tell(self, word: Word) -> None:
        self.told.append(word)


@pytest.mark.parametrize("voice", ["asked", "always"])
def test_who_wants_nothing_read_hears_nothing_more(voice: Literal["asked", "always"]) -> None:
    settings, spoken = ScreenSettings(voice=voice), Spoken()
    guide: Any = Guide(settings, spoken)  # type: ignore[arg-type]
    reads = Manner("en", voice=True)
    view = seen(SCREENS["home"])
    guide.shown(view, (), reads)
    assert speaks(settings, reads)
    refused = reads.changed("voice")
    guide.adjusted("voice", view, refused)
    assert spoken.told[-1] == Word(None, (), "en", refused.volume)
    assert (speaks(settings, refused), refused.silent) == (False, True)
    assert refused.changed("voice") == reads


def test_no_field_of_a_screen_is_lost_behind_one_of_the_display() -> None:
    line = as_data(replace(display("home"), screen=Permission("三体", "41728356", 999.0), until=160.0))
    assert (line["until"], line["screen_until"]) == (160.0, 999.0)
    common = {field.name for field in fields(Display)}
    for name, screen in SCREENS.items():
        said = as_data(replace(display("home"), screen=screen))
        for field in fields(screen):
            assert said.keys() >= {f"screen_{field.name}" if field.name in common else field.name}, name
