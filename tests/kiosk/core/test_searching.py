"""Searching, in the order a reader lives it: letters, what was found, one title, a card, what became of it."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, CardUnread, CodeUnknown, IsbnScanned, ItemScanned
from kiosk.core.account_screens import Account, More, Prove
from kiosk.core.commands import Ask
from kiosk.core.events import Acted, Answered, ClockJumped, Online
from kiosk.core.facts import ActBegun, ActEnded
from kiosk.core.flows.searching import MINUTE_S
from kiosk.core.screens import DoorOpen, Home, Opening, Pin, Return, Sorry, Wait
from kiosk.core.search_screens import Found, FoundLine, Search, TitlePage, Wished
from sync.account import AccountIs, AccountOf, Hold
from sync.acts import PlaceHold, Ruling
from sync.asked import ItemIs, PatronIs, WhatIs
from sync.messages import ParcelSent
from sync.service import Abilities
from sync.things import SentParcel
from sync.titles import Title, TitlesAre, TitlesLike
from tests.kiosk.core.machine import DAY_S, ISBN, LIMITS, NOW, PARCEL, PEOPLE, SILENT, Machine, item, letters, stocked

THREE = Title("9787536692930", "三体", "刘慈欣", "9787536692930", 2, 0, NOW + 2 * DAY_S)
FOREST = Title("9787536693968", "三体II：黑暗森林", "刘慈欣", "9787536693968", 0, 3)
ANSWER = TitlesAre((THREE, FOREST), near=True)
NOTHING_YET = AccountIs(True, "A.", holds=(Hold("H1", "Other", "waiting"),))
STOCK = SentParcel("s-1", "", (replace(item("b-1"), title="三体", author="刘慈欣"),), "S", NOW + 60 * DAY_S)


def begun(machine: Machine | None = None) -> Machine:
    return (machine or stocked(PARCEL)).touch("more").touch("search")


def found(machine: Machine | None = None) -> Machine:
    return letters(begun(machine), "SBT").wait(1).answer(ANSWER)


def chosen(machine: Machine | None = None) -> Machine:
    return found(machine).touch("enter").touch("title", THREE.id)


def placing(machine: Machine | None = None) -> Machine:
    return chosen(machine).tap("ann").answer(NOTHING_YET)


def search_screen(machine: Machine) -> Search:
    assert isinstance(machine.screen, Search)
    return machine.screen


# ---- typing -----------------------------------------------------------------------------------------------------


def test_the_menu_leads_to_the_search_and_back() -> None:
    machine = stocked(PARCEL).touch("more")
    assert machine.screen == More(True, True)
    assert machine.touch("search").screen == Search("", "letters", False, "asked")
    assert machine.touch("cancel").screen == More(True, True)
    assert isinstance(found(machine).touch("finish").screen, Home)


def test_fingers_that_rest_ask_the_library_once_and_the_list_leads_to_a_title() -> None:
    machine = letters(begun(), "SBT")
    assert not machine.asks
    assert search_screen(machine).library == "asking"
    machine.wait(1)
    asked = [c for c in machine.copy().wait(2).commands if isinstance(c, Ask)]
    assert not asked
    machine.answer(ANSWER)
    assert (search_screen(machine).count, search_screen(machine).near) == (2, True)
    assert isinstance(machine.touch("enter").screen, Found)
    assert machine.touch("title", FOREST.id).screen == TitlePage(
        FoundLine(FOREST.id, FOREST.title, FOREST.author, "", 0, 3), True, cards=False
    )
    assert isinstance(machine.touch("cancel").screen, Found)
    assert machine.touch("cancel").screen == search_screen(machine)
    assert isinstance(machine.touch("title", THREE.id).screen, TitlePage)
    assert isinstance(machine.touch("cancel").screen, Search)


def test_what_was_asked_is_what_stands_there() -> None:
    machine = letters(begun(), "SBT")
    asks = [ask for _ in range(4) for ask in machine.wait(0.5).asks]
    assert asks == [TitlesLike("SBT")]


def test_a_late_answer_is_not_shown_for_another_word_and_the_other_word_is_asked_next() -> None:
    machine = letters(begun(), "SB").wait(1)
    late = machine.asked
    letters(machine, "T")
    machine.do(Answered(late, TitlesAre((FOREST,))))
    assert search_screen(machine).count == 0
    asks = [ask for _ in range(3) for ask in machine.wait(0.5).asks]
    assert asks == [TitlesLike("SBT")]
    machine.do(Answered(late, TitlesAre((FOREST,))))  # once more
    assert search_screen(machine).count == 0
    assert search_screen(machine.answer(ANSWER)).count == 2
    machine.touch("erase")
    assert (search_screen(machine).typed, search_screen(machine).count) == ("SB", 0)


def test_one_letter_or_spaces_are_not_asked_about_and_there_is_an_end_to_typing() -> None:
    machine = letters(begun(), "  S ").wait(2)
    assert (machine.asked, search_screen(machine).typed, search_screen(machine).ready) == ("", "S ", False)
    assert isinstance(machine.touch("enter").screen, Search)
    letters(machine, "A" * 60)
    assert len(search_screen(machine).typed) == 40
    for nothing in ("a", "三", "AB", "", "-"):
        assert (
            search_screen(machine.copy().touch("erase").touch("letter", nothing)).typed
            == search_screen(machine.copy().touch("erase")).typed
        )
    assert search_screen(machine.touch("pad")).pad == "digits"
    assert search_screen(machine.touch("pad")).pad == "letters"


def test_the_library_is_asked_so_often_a_minute_and_no_more() -> None:
    few = LIMITS.model_copy(update={"searches_a_minute_max": 3})
    machine = begun(stocked(PARCEL, limits=few))
    asked = 0
    for n in range(8):
        letters(machine, "AB"[n % 2] * 2)
        for _ in range(2):
            asked += len(machine.wait(0.5).asks)
        if machine.asked:
            machine.answer(TitlesAre(()))
    assert asked == 3
    assert search_screen(machine).library == "asking"
    asked = sum(len(machine.touch("more_time").wait(0.5).asks) for _ in range(int(2 * MINUTE_S)))
    assert asked == 1


@pytest.mark.parametrize("by", [3600.0, -3600.0])
def test_a_clock_that_is_set_neither_hurries_nor_silences_the_search(by: float) -> None:
    machine = letters(begun(), "SBT")
    machine.now += by
    machine.do(ClockJumped(by))
    assert [ask for _ in range(3) for ask in machine.wait(0.5).asks] == [TitlesLike("SBT")]
    machine.now -= by
    machine.do(ClockJumped(-by)).wait(1)
    assert search_screen(machine).library in ("asking", "silent")
    assert search_screen(letters(machine, "A").wait(1).answer(ANSWER)).count == 2


def test_a_library_that_does_not_answer_is_said_so_and_asked_again_about_the_next_word() -> None:
    machine = letters(begun(), "SBT").wait(1).answer(None)
    assert search_screen(machine).library == "silent"
    assert letters(machine, "I").wait(1).answer(ANSWER).screen == replace(
        search_screen(machine), typed="SBTI", library="asked", count=2
    )
    again = letters(begun(), "SBT").wait(1).answer(None).touch("enter")
    assert again.asks == [TitlesLike("SBT")]
    assert again.answer(None).screen == Found((), "silent", typed="SBT")
    assert again.touch("enter").asks == [TitlesLike("SBT")]
    assert not again.touch("enter").asks
    silent = letters(begun(), "SBT").wait(1)
    silent.wait(LIMITS.ask_wait_s + 1)  # not even that it did not
    assert search_screen(silent).library == "silent"


def test_enter_lists_at_once_what_comes_later() -> None:
    machine = letters(begun(), "SBT").touch("enter")
    assert machine.asks == [TitlesLike("SBT")]
    assert machine.screen == Found((), "asking", typed="SBT")
    machine.answer(ANSWER)
    assert isinstance(machine.screen, Found)
    assert [line.id for line in machine.screen.lines] == [THREE.id, FOREST.id]


def test_nobody_there_any_more_ends_the_search() -> None:
    assert isinstance(letters(begun(), "SBT").wait(LIMITS.idle_s + 1).screen, Home)


# ---- what lies here ---------------------------------------------------------------------------------------------


def test_what_lies_here_is_found_at_once_and_first() -> None:
    machine = letters(begun(stocked(STOCK)), "ST")
    (line,) = search_screen(machine).first
    assert (line.title, line.door) == ("三体", machine.parcel("s-1").compartment)
    machine.wait(1).answer(TitlesAre((THREE, FOREST)))
    assert [line.id for line in search_screen(machine).first] == ["/s-1", THREE.id, FOREST.id]
    machine.touch("title", "/s-1")
    assert isinstance(machine.screen, TitlePage)
    assert (machine.screen.line.door, machine.screen.hold) == (line.door, False)
    assert machine.touch("hold").screen == machine.screen


def test_what_was_taken_meanwhile_is_not_sent_for_by_the_name_of_its_parcel() -> None:
    machine = letters(begun(stocked(STOCK)), "ST").touch("title", "/s-1").recall("s-1")
    assert isinstance(machine.screen, TitlePage)
    assert (machine.screen.line.door, machine.screen.hold) == ("", False)
    assert isinstance(machine.tap("ann").screen, Wait)  # whatever a card begins here
    assert not machine.told(ActBegun)


def test_a_title_of_the_library_that_is_called_as_a_parcel_is_another_thing() -> None:
    """A title's id and a parcel's are two of the library's tables: 17 may stand in both."""
    namesake, other = replace(THREE, id="s-1"), replace(PARCEL, id=FOREST.id)
    machine = letters(begun(stocked(STOCK).hear(ParcelSent(other))), "SA").wait(1).answer(TitlesAre((namesake, FOREST)))
    title = machine.copy().touch("enter").touch("title", "s-1")
    assert isinstance(title.screen, TitlePage)
    assert (title.screen.line.title, title.screen.line.door, title.screen.hold) == (THREE.title, "", True)
    assert not title.touch("borrow").tap("ann").unlocked
    wished = machine.touch("enter").touch("title", FOREST.id)
    assert isinstance(wished.screen, TitlePage)
    assert (wished.screen.hold, wished.screen.gone) == (True, False)


def test_one_title_stands_there_once() -> None:
    both = replace(STOCK, items=(replace(STOCK.items[0], isbn=THREE.isbn),))
    machine = letters(begun(stocked(both)), "ST").wait(1).answer(TitlesAre((THREE, FOREST)))
    assert [line.id for line in search_screen(machine).first] == ["/s-1", FOREST.id]


def test_what_fits_comes_instead_of_what_nearly_does() -> None:
    machine = letters(begun(stocked(STOCK)), "SAN").wait(1).answer(TitlesAre((FOREST,), near=True))
    assert ([line.id for line in search_screen(machine).first], search_screen(machine).near) == (["/s-1"], False)


def test_without_the_library_what_lies_here_is_still_found() -> None:
    machine = letters(begun(stocked(STOCK).do(Online(False))), "SBT").wait(2)
    assert (search_screen(machine).library, search_screen(machine).count) == ("away", 1)
    assert not machine.asked
    assert chosen(stocked(PARCEL)).do(Online(False)).screen == TitlePage(
        FoundLine(THREE.id, THREE.title, THREE.author, "", 2, 0, THREE.by), False, True, False
    )


# ---- a copy in the hand -----------------------------------------------------------------------------------------


def test_a_scanned_book_is_looked_up() -> None:
    machine = begun().do(IsbnScanned("scanner", ISBN))
    assert machine.asks == [TitlesLike(ISBN)]
    assert isinstance(machine.screen, Found)
    machine = begun().do(ItemScanned("scanner", "x-1"))
    assert machine.asks == [WhatIs("x-1")]
    assert machine.screen == Wait("item")
    assert not machine.copy().do(ItemScanned("scanner", "x-1")).asks
    typing = letters(begun(), "SBT").wait(1)
    late = typing.asked
    typing.do(ItemScanned("scanner", "x-1"))
    assert typing.asks == [WhatIs("x-1")]
    assert typing.do(Answered(late, ANSWER)).screen == Wait("item")
    known = machine.copy().answer(ItemIs(item("x-1"), True)).screen
    assert isinstance(known, TitlePage)
    assert (known.line.id, known.hold) == ("x-1", True)
    assert search_screen(machine.answer(ItemIs(None))).notice == "unknown_number"
    assert search_screen(begun().do(CodeUnknown("scanner", 3))).notice == "unreadable"


def test_a_scanned_book_about_which_the_library_says_nothing() -> None:
    machine = begun().scan("x-1").answer(None)
    assert search_screen(machine).notice == "away"


def test_a_scanner_that_says_a_number_on_and_on_is_not_passed_on_for_ever() -> None:
    few = LIMITS.model_copy(update={"searches_a_minute_max": 3})
    machine = begun(stocked(PARCEL, limits=few))
    asked = 0
    for n in range(9):
        asked += len(machine.do(ItemScanned("scanner", f"x-{n}"), after=1.0).asks)
        machine.answer(ItemIs(None))
    assert asked == 3
    assert machine.do(ItemScanned("scanner", "x-1"), after=MINUTE_S).asks == [WhatIs("x-1")]


def test_a_library_that_cannot_be_searched_knows_copies_by_their_numbers() -> None:
    machine = letters(begun(stocked(library=SILENT)), "X 1")
    assert (search_screen(machine).numbers, search_screen(machine).library) == (True, "no_search")
    machine.wait(2)
    assert not machine.asked
    assert machine.touch("enter").asks == [WhatIs("X1")]
    assert isinstance(machine.answer(ItemIs(item("X1"))).screen, TitlePage)
    machine.do(CardShown("card", SecretStr("04A1")))
    machine.answer(PatronIs(PEOPLE[0])).answer(NOTHING_YET)
    assert machine.acts == [PlaceHold("ann", "X1")]
    machine = begun(stocked(library=SILENT)).do(IsbnScanned("scanner", ISBN))
    assert search_screen(machine).notice == "isbn_unsearched"
    assert search_screen(letters(machine, "X1").do(Online(False)).touch("enter")).notice == "away"


def test_where_nothing_can_be_found_no_search_is_offered() -> None:
    library = Abilities(titles=False, acts=frozenset())
    machine = stocked(PARCEL, library=library).touch("more")
    assert machine.screen == More(True, False)
    assert machine.touch("search").screen == More(True, False)
    assert stocked(STOCK, library=library).touch("more").screen == More(True, True)


# ---- a hold -----------------------------------------------------------------------------------------------------


def test_a_card_at_a_title_places_the_hold_and_says_when_it_comes() -> None:
    machine = chosen().tap("ann")
    assert machine.asks == [AccountOf("ann")]
    machine.answer(NOTHING_YET)
    assert machine.acts == [PlaceHold("ann", THREE.id)]
    assert machine.screen == Wait("place_hold")
    begun = machine.told(ActBegun)[0]
    assert (begun.act, begun.person, begun.about) == ("place_hold", "ann", THREE.id)
    machine.act(Ruling(True, by=NOW + 2 * DAY_S, ahead=0))
    assert machine.told(ActEnded) == [ActEnded(begun.key, "done")]
    assert machine.screen == Wished("三体", "placed", "", NOW + 2 * DAY_S, 0, True)
    assert isinstance(machine.copy().touch("search").screen, Search)
    assert machine.copy().touch("account").asks == [AccountOf("ann")]
    assert isinstance(machine.copy().wait(LIMITS.slip_s + 1).screen, Home)
    assert isinstance(machine.touch("finish").screen, Home)


def test_touched_first_the_card_is_asked_for_and_one_lifted_too_soon_loses_nothing() -> None:
    machine = chosen().touch("hold")
    assert machine.screen == Prove("hold", False, "三体")
    assert machine.do(CardUnread("card", "lifted")).screen == Prove("hold", False, "三体", "card_unread")
    assert isinstance(machine.copy().touch("cancel").screen, TitlePage)
    assert machine.tap("ann").answer(NOTHING_YET).acts == [PlaceHold("ann", THREE.id)]


def test_a_card_before_a_title_is_chosen_begins_what_it_always_does() -> None:
    machine = found().tap("ann")
    assert isinstance(machine.screen, Opening | DoorOpen)
    assert not machine.acts


def test_why_not_is_said_in_the_librarys_words() -> None:
    machine = placing().act(Ruling(False, "too many"))
    assert machine.screen == Wished("三体", "refused", "too many", account=True)
    assert isinstance(machine.touch("search").screen, Search)


def test_what_never_got_there_may_be_asked_for_again_under_a_new_key() -> None:
    machine = placing()
    first = machine.asked
    machine.act("away")
    assert machine.screen == Wished("三体", "away", account=True)
    machine.touch("again").answer(NOTHING_YET)
    assert machine.acts == [PlaceHold("ann", THREE.id)]
    assert machine.asked != first
    away = chosen().tap("ann").answer(None)
    assert (away.screen, away.acts) == (Wished("三体", "away", account=True), [])


def test_asked_for_again_while_the_library_is_away_nothing_is_said() -> None:
    machine = placing().act("away").do(Online(False)).touch("again")
    assert (machine.screen, machine.acts, machine.asks) == (Wished("三体", "away", account=True), [], [])


def test_where_there_are_no_accounts_a_hold_is_placed_at_once() -> None:
    library = Abilities(account=False, acts=frozenset({"place_hold"}))
    machine = chosen(Machine(library=library)).touch("hold").tap("ann")
    assert machine.acts == [PlaceHold("ann", THREE.id)]
    assert machine.act("unknown").screen == Wished("三体", "unknown")


@pytest.mark.parametrize("word", ["unknown", "silence"])
def test_what_may_have_been_heard_is_never_said_again_but_looked_for(word: str) -> None:
    machine = placing()
    machine.act("unknown") if word == "unknown" else machine.wait(LIMITS.act_wait_s + 0.5)
    assert machine.screen == Wait("hold_unknown")
    assert not machine.acts
    stands = AccountIs(True, "A.", holds=(*NOTHING_YET.holds, Hold("H2", "三体", "waiting", ahead=2)))
    assert machine.copy().answer(stands).screen == Wished("三体", "placed", "", 0.0, 2, True)
    for nothing in (NOTHING_YET, AccountIs(pin="wrong"), None):
        seen = machine.copy().answer(nothing)
        assert seen.screen == Wished("三体", "unknown", account=True)
        assert not seen.touch("again").acts
        assert isinstance(seen.copy().touch("account").answer(NOTHING_YET).screen, Account)


def test_a_hold_that_stood_there_before_proves_nothing() -> None:
    before = AccountIs(True, "A.", holds=(Hold("H2", "三体", "waiting"),))
    machine = chosen().tap("ann").answer(before).act("unknown").answer(before)
    assert machine.screen == Wished("三体", "unknown", account=True)


def test_with_a_pin_nothing_is_placed_without() -> None:
    machine = chosen().tap("ann").answer(AccountIs(pin="needed"))
    assert machine.screen == Pin(0)
    machine.touch("digit", "7").touch("enter")
    assert machine.asks == [AccountOf("ann", SecretStr("7"))]
    machine.answer(AccountIs(pin="wrong"))
    assert machine.screen == Pin(0, True, LIMITS.pins_wrong_max - 1)
    machine.touch("digit", "8").touch("enter").answer(NOTHING_YET)
    assert machine.acts == [PlaceHold("ann", THREE.id)]
    wrong = chosen().tap("ann").answer(AccountIs(pin="needed"))
    for _ in range(LIMITS.pins_wrong_max):
        wrong.touch("digit", "7").touch("enter").answer(AccountIs(pin="wrong"))
    assert isinstance(wrong.screen, Sorry)
    assert not wrong.told(ActBegun)


def test_whoever_leaves_while_it_is_placed_is_told_at_the_account() -> None:
    machine = placing()
    key = machine.asked
    assert isinstance(machine.touch("finish").screen, Home)
    machine.do(Acted(key, Ruling(True)))
    assert [fact.outcome for fact in machine.told(ActEnded)] == ["done"]
    assert isinstance(machine.screen, Home)


def test_a_book_shown_at_the_end_begins_a_return() -> None:
    machine = placing().act(Ruling(True)).scan("x-1")
    assert isinstance(machine.screen, Return | Wait)


def test_nothing_typed_stands_in_a_fact_or_a_repr() -> None:
    machine = letters(begun(), "QQXX").wait(1)
    assert "QQXX" not in repr(machine.session) + repr(machine.commands) + repr(machine.all_facts)
