"""What a screen offers can be had, what it lists can be read, and what it says is so: at a machine in use."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, Door, DoorSeen
from kiosk.core.account_screens import Account, Fines
from kiosk.core.desk_screens import DoorSheet
from kiosk.core.events import Online
from kiosk.core.reader_screens import DoorShut
from kiosk.core.screens import DoorOpen, Goodbye, Home, Return, Screen, Sorry
from kiosk.core.search_screens import Found, TitlePage
from kiosk.core.show import display as displayed
from kiosk.core.staff_screens import Courier, TakeOut
from sync.account import AccountIs, Fine, Loan
from sync.acts import Ruling
from sync.asked import Allowed
from sync.messages import PatronChanged
from sync.service import Abilities
from sync.things import Patron, SentParcel
from tests.kiosk.core.machine import DAY_S, KEYRING, NOW, PARCEL, Machine, item, letters, stocked
from tests.screens.displays import SCREENS, display
from tests.screens.player import ABOUT
from ui.aloud import sentences
from ui.dress import dress
from ui.focus import stops
from ui.manner import Manner
from ui.present import present
from ui.resting import may_rest
from ui.view import View
from ui.words import words

BOTH = ("zh", "en")
STOCK = SentParcel("t-1", "", (item("x-7"),), "S", NOW + 60 * DAY_S)


def seen(machine: Machine, language: str = "en") -> View:
    return present(displayed(machine.point, machine.session, machine.now), ABOUT, language)


def drawn(screen: Screen, language: str = "en") -> View:
    return present(replace(display("home"), screen=screen), ABOUT, language)


def offered(machine: Machine) -> list[str]:
    return [button.action for button in seen(machine).buttons]


# ---- returning ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", BOTH)
def test_a_book_without_a_code_has_a_name_on_every_screen(language: str) -> None:
    name = words(language)("A book without a code, to be looked at")
    machine = stocked().touch("return").touch("unreadable").touch("unreadable").touch("open").open()
    assert isinstance(machine.screen, DoorOpen)
    assert [row.words for row in seen(machine, language).rows] == [name, name]
    machine.shut()
    assert isinstance(machine.screen, Goodbye)
    assert [row.words for row in seen(machine, language).rows] == [name, name]
    machine.touch("finish").tap("max").touch("clear").open()
    assert isinstance(machine.screen, TakeOut)
    assert [row.words for row in seen(machine, language).rows] == [name, name]
    for sheet in ("inside", "door-sheet"):
        assert drawn(replace(SCREENS[sheet], titles=("",)), language).rows[0].words == name


def test_while_the_library_is_asked_about_one_more_book_nothing_seems_to_open_the_door() -> None:
    machine = stocked().touch("return").touch("unreadable").scan("x-1")
    assert isinstance(machine.screen, Return)
    before = machine.session
    for button in seen(machine).buttons:
        assert machine.copy().touch(button.action).session.story == before.story
        assert button.idle
    assert seen(machine).line == "We are asking the library about this book."
    machine.answer(None)
    assert not any(button.idle for button in seen(machine).buttons)


# ---- collecting and borrowing -------------------------------------------------------------------------------------


def test_another_one_is_offered_only_where_there_is_one() -> None:
    machine = stocked(STOCK).touch("browse").touch("title", "t-1").touch("borrow").tap("ann").answer(Allowed(True))
    machine.wait(8).touch("cancel")
    assert isinstance(machine.screen, Sorry)
    assert machine.screen.reason == "stock_stuck"
    assert offered(machine)[:2] == ["return", "finish"]
    assert "another" not in seen(machine).line
    assert drawn(Sorry("stock_stuck", then=("browse", "return"))).line.endswith(f"or call us: {ABOUT.phone}.")
    more = replace(STOCK, id="t-2", items=(item("x-8"),))
    machine = stocked(STOCK, more).touch("browse").touch("title", "t-1").touch("borrow").tap("ann")
    machine.answer(Allowed(True)).open().shut()
    assert "browse" in offered(machine)
    machine.do(*(DoorSeen(name, Door.UNKNOWN) for name in machine.point.compartments))
    assert "browse" not in offered(machine)


@pytest.mark.parametrize("language", BOTH)
def test_where_there_are_no_codes_nobody_is_told_to_show_one(language: str) -> None:
    about, codes = replace(ABOUT, codes=False), {"zh": ("取书码", "二维码"), "en": ("code", "QR")}[language]
    for screen in (Goodbye("pickup", ("A",), left=1), Goodbye("pickup", left=2), Sorry("code_unreadable")):
        line = present(replace(display("home"), screen=screen), about, language).line
        assert not any(code in line for code in codes), line
    assert "QR" not in present(replace(display("home"), screen=Sorry("pass_forged")), about, "en").line
    assert codes[0] in drawn(Goodbye("pickup", ("A",), left=1), language).line


def test_nothing_that_was_left_is_called_theirs_where_its_door_did_not_open_once_more() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("leave_it").shut(done=False).touch("reopen").wait(8)
    assert isinstance(machine.screen, DoorShut)
    assert machine.screen.stuck
    assert not machine.screen.titles
    assert seen(machine).note == "The door did not open"


@pytest.mark.parametrize("online", [True, False])
def test_where_the_library_can_be_asked_for_no_title_a_search_says_that_nothing_lies_here(online: bool) -> None:
    library = Abilities(titles=False, acts=frozenset({"renew"}))
    machine = letters(stocked(STOCK, library=library).do(Online(online)).touch("more").touch("search"), "Q Q")
    for told in (machine.copy().touch("enter"), machine.copy().scan("zz-1")):
        assert isinstance(told.screen, Found)
        assert seen(told).title == "Nothing found"
        assert seen(told).note == "The library cannot be searched from here: only what lies here is found."
    assert machine.copy().touch("enter").touch("cancel").screen.typed == "Q Q"  # type: ignore[union-attr]
    assert isinstance(machine.scan("x-7").screen, TitlePage)


# ---- the account --------------------------------------------------------------------------------------------------


def _account(**said: object) -> Machine:
    machine = stocked(PARCEL).touch("more").touch("account").tap("ann")
    return machine.answer(AccountIs(True, "A.", **said))  # type: ignore[arg-type]


def test_fees_can_be_looked_at_whether_the_library_says_the_sum_or_what_for() -> None:
    for said, aside, title in (
        ({"owed": "5.00", "currency": "CNY"}, "CNY 5.00", "Fees: CNY 5.00"),
        ({"fines": (Fine("5.00", "late"), Fine("1.00"))}, "2", "Fees"),
        ({}, "none", ""),
    ):
        machine = _account(**said)
        row = seen(machine).rows[2]
        assert row.aside == aside
        assert bool(row.action) == bool(title)
        machine.touch("fines")
        assert isinstance(machine.screen, Fines if title else Account)
        assert not title or seen(machine).title == title


def test_that_one_was_renewed_is_told_by_ear_too() -> None:
    machine = _account(loans=(Loan("7", "Seven", NOW + DAY_S), Loan("8", "Eight", NOW + DAY_S)))
    machine.touch("loans").touch("renew", "7").act(Ruling(True, until=NOW + 9 * DAY_S))
    view = dress(seen(machine), ABOUT, Manner("en"))
    told = {stop.words.split(",")[0]: stop.words for stop in stops(view, ("row 0", "row 1"))}
    assert told["Seven"].endswith(", ticked")
    assert not told["Eight"].endswith(", ticked")


# ---- staff --------------------------------------------------------------------------------------------------------


def _staff(machine: Machine) -> Machine:
    machine.hear(PatronChanged(Patron("sam", "S.", role="staff", cards=(KEYRING.card("AB"),))))
    return machine.do(CardShown("card", SecretStr("AB")))


def test_a_door_that_cannot_be_opened_is_not_offered_to_be_looked_behind() -> None:
    machine = stocked(PARCEL).tap("max").scan("i-1")
    assert isinstance(machine.screen, Courier)
    assert machine.screen.where == "A1"
    assert "check" in offered(machine)
    machine = stocked(PARCEL).do(DoorSeen("A1", Door.UNKNOWN)).tap("max").scan("i-1")
    assert isinstance(machine.screen, Courier)
    assert machine.screen.where == "A1"
    assert "check" not in offered(machine)
    assert seen(machine).note == "This parcel lies behind door A1."


def test_who_is_asked_why_is_not_stuck_there_where_the_door_cannot_be_opened_any_more() -> None:
    machine = _staff(stocked(PARCEL)).touch("desk").touch("doors").touch("door", "A1").touch("open")
    assert isinstance(machine.screen, DoorSheet)
    assert machine.screen.why
    machine.do(DoorSeen("A1", Door.UNKNOWN)).touch("reason", "repair")
    assert isinstance(machine.screen, DoorSheet)
    assert not machine.screen.why
    assert machine.screen.state == "unseen"


def test_the_names_of_many_doors_stand_on_lines_that_hold_them() -> None:
    doors = tuple(f"A{n:02}" for n in range(1, 25))
    for name, words_, field in (("machine", "Not seen", "unseen"), ("report", "Doors out of use", "out")):
        rows = drawn(replace(SCREENS[name], **{field: doors})).rows  # type: ignore[arg-type]
        named = [row.aside for row in rows if row.words == words_]
        assert ", ".join(named) == ", ".join(doors)
        assert max(map(len, named)) <= 28


def test_what_the_library_says_of_a_case_is_not_read_to_the_hall() -> None:
    case = SCREENS["settle"]
    said = " ".join(sentences(None, dress(drawn(case), ABOUT, Manner("en"))))
    assert "on loan to another reader" not in said
    assert "the next key reads it" in said
    many = dress(drawn(replace(case, status="left_out", words="1")), ABOUT, Manner("en"))  # type: ignore[arg-type]
    assert "The oldest are off it: 1." in " ".join(sentences(None, many))


# ---- nobody there -------------------------------------------------------------------------------------------------


def test_it_does_not_rest_where_nothing_is_lent_and_nothing_can_be_returned() -> None:
    assert not may_rest(Home(0, True, lends=False))
    assert may_rest(Home(1, True, lends=False))


@pytest.mark.parametrize("language", BOTH)
def test_a_door_left_open_is_named_beside_one_opened_from_afar(language: str) -> None:
    note = drawn(Home(3, True, ("A1", "B2"), ("A1",)), language).note
    both = (drawn(Home(3, True, ("A1",), ("A1",)), language).note, drawn(Home(3, True, ("B2",)), language).note)
    assert all(part in note for part in both)
