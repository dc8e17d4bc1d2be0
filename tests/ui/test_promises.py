"""What a screen promises, and to how many: nothing this machine cannot do now, and in both languages the same."""

import itertools
from dataclasses import replace

import pytest

from hardware.printer import Line
from kiosk.core.counter_screens import Counter, CounterRow
from kiosk.core.desk_screens import DaySlip, Report
from kiosk.core.reader_screens import DoorShut
from kiosk.core.screens import Collect, Goodbye, Home, Return, Screen
from kiosk.core.search_screens import FoundLine, TitlePage
from kiosk.day_slip import sheet
from tests.screens.displays import SCREENS, display
from tests.screens.player import ABOUT
from ui.aloud import cue, sentences
from ui.dress import dress
from ui.manner import Manner
from ui.present import present
from ui.words import words

BOTH = ("zh", "en")


@pytest.mark.parametrize("language", BOTH)
def test_home_promises_what_the_machine_can_do(language: str) -> None:
    codes, returns, taken = {"zh": ("码", "还书照常", "满"), "en": (" code", "eturning works", "doors are taken")}[
        language
    ]
    for free, cards, can_codes, lends, online in itertools.product((0, 3), *[(False, True)] * 4):
        screen = Home(free, cards, codes=can_codes, lends=lends or online)
        view = present(replace(display("home"), screen=screen, online=online), ABOUT, language)
        if screen.lends:
            assert (codes in view.line) == can_codes
            assert (ABOUT.phone in view.line) == (not cards and not can_codes), "who can do nothing here has a number"
        if online:
            assert not view.note
            continue
        said = view.note or view.line
        assert ({"zh": "照常可取", "en": "here can be collected"}[language] in said) == (lends and (cards or can_codes))
        assert (returns in said) == (free > 0)
        assert (taken in said) == (free == 0)
        assert lends or (view.title == words(language)("Welcome") and not view.note), "no door opens by itself now"


@pytest.mark.parametrize("language", BOTH)
def test_collecting_names_only_ways_that_work(language: str) -> None:
    tap = {"zh": "刷卡", "en": "ap your card"}[language]
    for screen in (
        Collect("", True, cards=False),
        Collect("", False, cards=False),
        Collect("", False, cards_only=True, cards=False),
    ):
        view = present(replace(display("collect"), screen=screen), ABOUT, language)
        assert tap not in view.title + view.line
        assert view.keypad or ABOUT.phone in view.line


@pytest.mark.parametrize("language", BOTH)
def test_with_a_dead_scanner_the_key_that_helps_stands_there_in_simple_mode_too(language: str) -> None:
    _ = words(language)
    view = dress(present(display("return-no-scanner"), ABOUT, language), ABOUT, Manner(language, simple=True))
    assert view.title == _("The scanner is out of order")
    assert [(button.action, button.main) for button in view.buttons] == [("unreadable", True)]
    assert view.buttons[0].words in view.line
    listed = present(replace(display("return"), screen=Return(("",), scanner=False)), ABOUT, language)
    assert [button.action for button in listed.buttons if button.main] == ["open"]
    assert listed.line == _("The scanner is out of order. Open the door and put in what stands on the list.")
    counter = present(replace(display("counter"), screen=Counter((), None, False)), ABOUT, language)
    assert counter.title == _("The scanner is out of order")


def test_a_code_that_is_none_of_ours_is_not_called_unreadable() -> None:
    for name in ("return-unreadable", "courier-unreadable", "load-unreadable"):
        assert present(display(name), ABOUT, "en").note.startswith("This code is not one of ours.")
    assert ABOUT.phone in present(display("sorry-code_unreadable"), ABOUT, "en").line


def test_one_and_several_are_told_apart() -> None:
    def said(name: str, screen: Screen) -> str:
        view = present(replace(display(name), screen=screen), ABOUT, "en")
        return f"{view.title} {view.line} {view.note}"

    assert "Please push it shut." not in said("home", Home(3, True, ("A1", "B2"), ("A1", "B2")))
    assert said("home", Home(3, True, ("A1", "B2"))).startswith(said("home", Home(3, True)) + "Doors A1, B2")
    for purpose in ("pickup", "borrow"):
        assert "bring it back" in said("goodbye-pickup", Goodbye(purpose, ("A",), 9e8))
        assert "bring them back" in said("goodbye-pickup", Goodbye(purpose, ("A", "B"), 9e8))
    assert "bring it back" in said("shut", DoorShut("B2", ("A",), 9e8))
    assert "bring them back" in said("shut", DoorShut("B2", ("A", "B"), 9e8))
    for tags, one in ((("lay", ""), True), (("lay", "lay"), False)):
        rows = tuple(CounterRow(f"{n}", "booked", tag) for n, tag in enumerate(tags))  # type: ignore[arg-type]
        assert ("It is booked to you" in said("counter", Counter(rows, 1, True, going=True))) == one


@pytest.mark.parametrize("language", BOTH)
def test_the_report_is_in_the_same_words_on_paper_and_on_the_screen(language: str) -> None:
    screen = SCREENS["report"]
    assert isinstance(screen, Report)
    paper = [part.words for part in sheet(DaySlip("7", screen), ABOUT, language) if isinstance(part, Line)]
    for row in present(display("report"), ABOUT, language).rows:
        assert f"{row.words}{'：' if language == 'zh' else ': '}{row.aside}" in paper


@pytest.mark.parametrize("language", BOTH)
def test_nothing_that_came_about_is_no_tick_and_no_three_notes(language: str) -> None:
    for name in ("goodbye-dropoff-none", "goodbye-pickup-none", "goodbye-pickup-far", "goodbye-borrow-not-lent"):
        view = present(display(name), ABOUT, language)
        assert (view.tone, cue(present(display("home"), ABOUT, language), view)) == ("wait", "please"), name
        assert view.picture in ("book", "return")
        assert view.title.startswith({"zh": "没有", "en": "Nothing was"}[language])


@pytest.mark.parametrize("language", BOTH)
def test_a_door_that_is_shut_is_not_to_be_pushed_shut(language: str) -> None:
    push, forgotten = {"zh": ("推上", "忘了"), "en": ("push", "forgotten")}[language]
    for purpose, reopen in itertools.product(("pickup", "borrow"), (False, True)):
        screen = DoorShut("B2", (), 0.0, "reach", reopen, purpose=purpose)  # type: ignore[arg-type]
        line = present(replace(display("home"), screen=screen), ABOUT, language).line
        assert push not in line
        assert forgotten not in line


@pytest.mark.parametrize("language", BOTH)
def test_a_copy_is_promised_only_to_who_can_ask_for_it(language: str) -> None:
    promised = {"zh": ("归还后", "前送到"), "en": ("when it is back", "can be here by")}[language]
    line = FoundLine("t", "三体", "刘慈欣", "", 0, 0, 1_800_000_000.0)
    for by, hold, cards in itertools.product((0.0, line.by), (False, True), (False, True)):
        screen = TitlePage(replace(line, by=by), hold=hold, cards=cards)
        said = present(replace(display("home"), screen=screen), ABOUT, language).line
        assert any(words in said for words in promised) == (hold and cards), said


@pytest.mark.parametrize("language", BOTH)
def test_who_hears_where_a_door_is_is_not_sent_to_the_picture(language: str) -> None:
    view = present(display("opening"), ABOUT, language)
    picture = words(language)("Look for the lit door in the picture.")
    said = sentences(None, view)
    assert picture in view.line
    assert picture not in said
    there = next(door for door in view.doors if door.name == view.door)
    assert any(str(there.column + 1) in part for part in said[1:]), said


@pytest.mark.parametrize("language", BOTH)
def test_places_are_joined_as_the_language_joins_them(language: str) -> None:
    joined = {"zh": "滨江文化中心、拱墅图书馆", "en": "滨江文化中心, 拱墅图书馆"}[language]
    for name in ("sorry-full-room", "sorry-reach-room", "sorry-elsewhere-said", "account-ready_elsewhere"):
        view = present(display(name), ABOUT, language)
        assert joined in view.line + view.note, name
