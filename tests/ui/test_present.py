"""What a display says: every kind, reason and notice, in both languages; and that it is all said well."""

import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, get_args, get_type_hints

import pytest

from kiosk.core.account_screens import Account, How
from kiosk.core.desk_screens import Use
from kiosk.core.reader_screens import Choose, Sort
from kiosk.core.screens import Collect, Display, DoorOpen, DoorStuck, Goodbye, Home, Screen, Sorry
from kiosk.core.staff_screens import Courier, Inside
from tests.screens.displays import SCREENS, display
from tests.screens.player import ABOUT
from ui import without_doors
from ui.for_search import LINE_MAX
from ui.notices import COURIER, LOAD, RETURN
from ui.parts import TITLE_MAX, breaks, short
from ui.present import present
from ui.sorry import REASONS
from ui.view import View

BOTH = ("zh", "en")
NEVER = re.compile(r"\b(error|invalid|failed|failure|operation)\b|错误|失败|无效|非法|异常", re.IGNORECASE)


def sentences(view: View) -> list[str]:
    """Every word on the screen."""
    words = [view.title, view.line, view.note, view.foot, view.more, view.place, view.switch]
    words += [row.words + row.aside for row in view.rows]
    words += [button.words for button in view.buttons] + ([view.cancel.words] if view.cancel else [])
    if view.warning:
        words += [view.warning.title, view.warning.line, view.warning.stay.words]
    return words


@pytest.mark.parametrize("language", BOTH)
def test_every_display_says_where_what_and_how_to_get_out(language: str) -> None:
    for name in SCREENS:
        view = present(display(name), ABOUT, language)
        assert view.title, name
        assert view.line or view.screen == "Goodbye", name
        assert not NEVER.search(" ".join(sentences(view))), name
        assert not any("{" in text for text in sentences(view)), name
        at_door = isinstance(SCREENS[name], DoorOpen) or view.screen in ("Opening", "Inside", "TakeOut")
        out = view.cancel or view.screen in ("Home",) or any(button.action == "finish" for button in view.buttons)
        rests = SCREENS[name] == Sorry("store_trouble")  # nothing is heard: it ends by itself
        assert out or at_door or rests, f"no way out of {name}"
        assert sum(button.main for button in view.buttons) <= 1, name


def test_nothing_is_left_in_the_other_language() -> None:
    for name in SCREENS:
        for text in sentences(present(display(name), ABOUT, "en")):
            plain = text
            for own in ("中文", *_names(SCREENS[name])):
                plain = plain.replace(own, "")
            assert not re.search(r"[\u4e00-\u9fff]", plain), (name, text)
        chinese = present(display(name), ABOUT, "zh")
        of_its_own = chinese.title in _names(SCREENS[name])
        assert of_its_own or re.search(r"[\u4e00-\u9fff]", chinese.title), name
        assert re.search(r"[\u4e00-\u9fff]", chinese.line or chinese.title), name


def _names(screen: Screen) -> list[str]:
    """Titles and the library's own words stay as they are, or as much of them as there is room for."""
    own = sorted({text for text in _texts(asdict(screen)) if text}, key=len, reverse=True)
    return [*own, *(short(text, most) for text in own for most in (LINE_MAX, TITLE_MAX, 2 * TITLE_MAX))]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        yield from _texts(inner)


@pytest.mark.parametrize("language", BOTH)
def test_trouble_has_three_parts(language: str) -> None:
    assert set(REASONS) == set(get_args(get_type_hints(Sorry)["reason"]))
    for reason in REASONS:
        view = present(display(f"sorry-{reason}"), ABOUT, language)
        meaning, then = view.line.split("\n")
        assert view.title
        assert len(meaning) > 3
        assert len(then) > 5
        assert view.tone == "trouble"
    needs_a_person = {"patron_blocked", "card_unknown", "door_stuck", "store_trouble", "pass_used", "parcel_in_doubt"}
    for reason in needs_a_person:
        assert ABOUT.phone in present(display(f"sorry-{reason}"), ABOUT, language).line, reason


def test_the_librarys_own_words_are_shown() -> None:
    view = present(display("sorry-blocked-said"), ABOUT, "en")
    assert SCREENS["sorry-blocked-said"].detail in view.line  # type: ignore[union-attr]
    assert [button.action for button in view.buttons] == ["return", "finish", "account"]


@pytest.mark.parametrize("language", BOTH)
def test_where_nothing_was_printed_that_is_said_beside_the_offer(language: str) -> None:
    for name in ("goodbye-slip", "report"):
        nothing, again = (present(display(f"{name}-{how}"), ABOUT, language) for how in ("nothing", "again"))
        assert (again.code_words, again.note) == (nothing.code_words, nothing.note)
        assert [button.action for view in (nothing, again) for button in view.buttons].count("print") == 1


def bars(chart: str, *points: tuple[str, int]) -> list[tuple[str, float]]:
    shown = replace(display("use-none"), screen=Use(chart, points))  # type: ignore[arg-type]
    return [(bar.label, bar.value) for bar in present(shown, ABOUT, "en").chart]


def test_charts_leave_nothing_out_and_days_follow_one_another() -> None:
    def at(month: int, day: int, hour: int = 12) -> str:
        return str(int(datetime(2027 if month < 6 else 2026, month, day, hour).timestamp()))

    assert bars("hours", *((at(1, 8, hour), 1) for hour in range(24))) == [(str(hour), 1) for hour in range(24)]
    assert bars("stuck", (at(12, 30), 1), (at(12, 31), 2), (at(1, 2), 3), (at(1, 2, 13), 1)) == [
        ("12-30", 1),
        ("12-31", 2),
        ("01-01", 0),
        ("01-02", 4),
    ]
    doors = [(f"A{n}", n) for n in range(48)]
    assert bars("doors", *doors) == doors[-24:]


@pytest.mark.parametrize("name", ["prove-no-reader", "prove-hold-resting", "prove-stock-resting"])
def test_nobody_is_told_to_lay_a_card_on_a_reader_that_rests(name: str) -> None:
    view = present(display(name), ABOUT, "en")
    assert view.title == "The card reader is out of order"
    assert ABOUT.phone in view.line
    assert view.picture == "phone"


def test_every_notice_has_words() -> None:
    for kind, known in ((Courier, COURIER), (SCREENS["return"].__class__, RETURN), (SCREENS["load"].__class__, LOAD)):
        assert set(known) == set(get_args(get_type_hints(kind)["notice"])) - {""}


@pytest.mark.parametrize(
    ("name", "actions"),
    [
        ("home", {"collect", "return", "more"}),
        ("more", {"account", "how", "cancel"}),
        ("account", {"collect", "cancel"}),
        ("loans", {"renew_all", "cancel"}),
        ("hold-here", {"collect", "longer", "cancel_hold", "cancel"}),
        ("hold-sure", {"yes", "no", "cancel"}),
        ("wait-card", {"cancel"}),
        ("collect", {"digit", "erase", "enter", "cancel"}),
        ("collect-closed", {"cancel"}),
        ("open-pickup", {"some", "wrong_book", "leave_it", "cannot_reach"}),
        ("open-pickup-one", {"not_here", "wrong_book", "leave_it", "cannot_reach"}),
        ("open-said-some", {"undo"}),
        ("choose", {"parcel", "take", "cannot_reach", "cancel"}),
        ("sort", {"item", "are_missing", "stay_here", "cancel"}),
        ("sort-marked", {"item", "are_missing", "stay_here", "cancel"}),
        ("shut", {"reopen", "finish"}),
        ("shut-next", {"next", "reopen", "finish"}),
        ("open-dropoff", {"nothing_in", "does_not_fit"}),
        ("open-said-small", {"undo"}),
        ("open-stocking", {"does_not_fit", "cancel"}),
        ("open-stocking-kept", {"undo"}),
        ("open-clearing", {"cancel"}),
        ("open-clearing-kept", {"undo"}),
        ("take-out-one", {"no", "cancel"}),
        ("take-out-none", {"undo"}),
        ("stuck-pickup", {"again", "help", "cancel"}),
        ("stuck-pickup-over", {"help", "cancel"}),
        ("stuck-more", {"again", "next", "help", "cancel"}),
        ("stuck-dropoff", {"again", "other_door", "help", "cancel"}),
        ("inside", {"yes", "no"}),
        ("inside-no", {"yes", "no"}),
        ("inside-yes", {"yes", "no"}),
        ("return", {"unreadable", "cancel"}),
        ("return-one", {"open", "undo", "unreadable", "cancel"}),
        ("courier", {"finish", "clear", "check"}),
        ("courier-none", {"finish"}),
        ("load", {"cancel"}),
        ("goodbye-pickup", {"finish", "return"}),
        ("goodbye-dropoff", {"finish", "account"}),
        ("sorry-away-then", {"browse", "return", "collect", "finish"}),
    ],
)
def test_the_touches_each_screen_offers(name: str, actions: set[str]) -> None:
    view = present(display(name), ABOUT, "zh")
    keys = view.keypad.keys if view.keypad else ()
    offered = {button.action for button in (*view.buttons, *keys)} | ({view.cancel.action} if view.cancel else set())
    if isinstance(SCREENS[name], Choose | Sort):
        offered |= {row.action for row in view.rows if row.action}
    assert offered == actions


def test_the_rows_of_the_account_are_touched() -> None:
    view = present(display("loans"), ABOUT, "en")
    assert [(row.action, row.value) for row in view.rows[:4]] == [
        ("renew", "i-1"),
        ("", ""),
        ("", "i-3"),
        ("renew", "i-4"),
    ]
    assert [row.action for row in present(display("account"), ABOUT, "en").rows] == ["loans", "holds", "fines"]
    assert not any(row.action for row in present(display("account-nothing"), ABOUT, "en").rows)


def test_sums_are_the_librarys_own_text() -> None:
    assert present(display("fines"), ABOUT, "zh").title == "费用：15.50 元"
    assert present(display("fines"), ABOUT, "en").title == "Fees: CNY 15.50"
    assert "$ 4.20" in present(display("fines-total-only"), ABOUT, "zh").title


def test_a_touch_that_needs_a_value_has_it() -> None:
    courier = present(display("courier"), ABOUT, "zh")
    assert [button.value for button in courier.buttons if button.action == "check"] == ["A2", "C4"]
    pad = present(display("collect-typing"), ABOUT, "zh").keypad
    assert pad
    assert sorted(key.value for key in pad.keys if key.action == "digit") == list("0123456789")
    assert pad.digits == "40718"


def test_only_a_whole_code_lights_the_enter_key() -> None:
    for digits, lit in (("", False), ("1234567", False), ("12345678", True)):
        pad = present(replace(display("collect"), screen=Collect(digits, True)), ABOUT, "en").keypad
        assert pad
        assert [(key.main, key.idle) for key in pad.keys if key.action == "enter"] == [(lit, not lit)]


@pytest.mark.parametrize("language", BOTH)
def test_each_purpose_says_what_to_do_at_the_door(language: str) -> None:
    purposes = ("pickup", "dropoff", "stocking", "clearing", "check")
    opened = {present(display(f"open-{purpose}"), ABOUT, language).title for purpose in purposes}
    assert len(opened) == 5
    for purpose, tries, other in itertools.product(purposes, (0, 1), (False, True)):
        view = present(replace(display("stuck-check"), screen=DoorStuck(purpose, "7", tries, other)), ABOUT, language)
        assert "7" in view.title
        assert len(view.line.split("\n")) == 2


def test_the_warning_asks_and_offers_the_way_out() -> None:
    view = present(display("collect", warning=True), ABOUT, "en")
    assert view.warning
    assert view.warning.stay.action == "more_time"
    assert view.warning.go
    assert view.warning.go.action == "cancel"
    assert present(display("collect"), ABOUT, "en").warning is None


def test_time_left_is_counted_from_the_display() -> None:
    assert present(display("collect", until_s=12.5), ABOUT, "zh").seconds == pytest.approx(12.5)
    assert present(display("collect", until_s=-3), ABOUT, "zh").seconds == 0
    assert present(display("home"), ABOUT, "zh").seconds is None


def test_plurals_and_dates() -> None:
    one = present(replace(display("home"), screen=Home(1, True)), ABOUT, "en")
    many = present(replace(display("home"), screen=Home(7, True)), ABOUT, "en")
    assert "One door free" in one.foot
    assert "7 doors free" in many.foot
    assert "January 16" in present(display("goodbye-pickup"), ABOUT, "en").line
    assert "1月16日" in present(display("goodbye-pickup"), ABOUT, "zh").line


def test_a_loan_not_confirmed_and_a_book_not_there_are_said() -> None:
    said = present(replace(display("home"), screen=Goodbye("pickup", ("A",), 0.0, True, 2, True)), ABOUT, "en").line
    assert "confirms the date" in said
    assert "not there" in said
    assert "2 parcels" in said


def test_an_unknown_language_is_chinese_and_a_missing_name_the_point() -> None:
    view = present(display("home"), replace(ABOUT, names={}), "fr")
    assert view.title == present(display("home"), ABOUT, "zh").title
    assert view.place == ABOUT.point


def test_presenting_needs_no_window() -> None:
    code = "import sys, ui.present, ui.layout, ui.json_lines, ui.app; sys.exit('kivy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("digits", "read_as"), [(4, "2 2"), (6, "3 3"), (8, "4 4"), (11, "3 4 4"), (15, "3 4 4 4")])
def test_a_number_stands_in_groups_as_people_read_it(digits: int, read_as: str) -> None:
    edges = [0, *sorted(breaks(digits)), digits]
    assert [after - before for before, after in itertools.pairwise(edges)] == [int(n) for n in read_as.split()]


@pytest.mark.parametrize("language", BOTH)
def test_where_there_are_no_doors_nobody_is_sent_to_one_or_told_to_return(language: str) -> None:
    about, places = replace(ABOUT, doors=False), re.compile(r"\bdoor|Return|[柜门]|还书(?!请交给)")
    for reason in (*without_doors.REASONS, "returns_to_staff"):
        said = " ".join(sentences(present(Display(Sorry(reason), (), 0.0), about, language)))  # type: ignore[arg-type]
        assert not places.search(said), said
    for screen in (
        Home(0, True, borrow=True),
        Home(0, False, borrow=True),
        Home(0, True, borrow=True, lends=False),
        How(),
        Account(False),
    ):
        view = present(Display(screen, (), 0.0, online=False), about, language)
        assert not places.search(" ".join(sentences(view))), view
        assert "{" not in " ".join(sentences(view))


def test_nothing_behind_a_door_where_nothing_was() -> None:
    assert [row.done for row in present(display("take-out"), ABOUT, "en").rows] == [True, True]
    assert [row.done for row in present(display("take-out-none"), ABOUT, "en").rows] == [False]
    several = SCREENS["inside-several"]
    assert isinstance(several, Inside)
    told = present(replace(display("inside-several"), screen=replace(several, said="no")), ABOUT, "en")
    assert {row.done for row in told.rows} == {False}


def test_a_card_is_not_promised_to_who_mistypes_beside_a_reader_out_of_order() -> None:
    screen = Collect("", True, wrong=True, tries_left=2, cards=False)
    note = present(replace(display("collect"), screen=screen), ABOUT, "en").note
    assert "2 more tries" in note
    assert "card" not in note


@pytest.mark.parametrize(("name", "leaves"), [("return-one", "End now"), ("collect", "End now"), ("pin", "Cancel")])
def test_who_is_asked_whether_they_are_there_sees_what_ends_all(name: str, leaves: str) -> None:
    ask = present(display(name, warning=True), ABOUT, "en").warning
    assert ask
    assert ask.go
    assert ask.go.words == leaves


@pytest.mark.parametrize("reason", ["card_unknown", "number_only"])
def test_where_the_library_hands_out_no_codes_nobody_is_told_to_show_one(reason: str) -> None:
    shown = replace(display("collect"), screen=Sorry(reason))  # type: ignore[arg-type]
    assert "QR" in present(shown, ABOUT, "en").line
    line = present(shown, replace(ABOUT, codes=False), "en").line
    assert "QR" not in line
    assert ABOUT.phone in line


def test_whether_devices_answer_is_said_in_the_language_of_the_screen() -> None:
    rows = [(row.words, row.aside) for row in present(display("machine"), ABOUT, "zh").rows]
    at = rows.index(("scanner", "没有回应"))
    assert rows[at + 1] == ("/dev/serial/by-path/platform-usb-0:1.3:1.0-port0 is…", "")  # the driver's own words
    assert rows[at + 2 : at + 4] == [("pad", "没有回应"), ("card", "正常")]
