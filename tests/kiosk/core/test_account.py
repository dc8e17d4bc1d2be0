"""The account, in the order a reader lives it: card, what they have, what they change, what became of it."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hardware.readings import PatronScanned
from kiosk.core.account_screens import Account, Fines, Holds, How, Loans, More, OneHold, Prove
from kiosk.core.commands import Ask
from kiosk.core.events import Acted, Online, Tick
from kiosk.core.facts import ActBegun, ActEnded, PermissionGiven
from kiosk.core.screens import Home, Pin, Sorry, Wait
from kiosk.core.show import display
from sync.account import AccountIs, AccountOf, Fine, Hold, Loan
from sync.acts import CancelHold, LoanRuling, MoreTime, Renew, RenewAll, Ruling
from sync.asked import PatronIs
from sync.service import Abilities
from sync.things import Item
from tests.kiosk.core.machine import DAY_S, LIMITS, NOW, PAIR, PARCEL, PEOPLE, SILENT, Machine, stocked

LOANS = (Loan("b-1", "One", NOW - DAY_S, True), Loan("b-2", "Two", NOW + DAY_S))
HOLDS = (
    Hold("H1", "Title i-1", "ready", "p1", True, NOW + DAY_S, "p-1"),
    Hold("H2", "Far", "ready", "elsewhere", until=NOW + DAY_S),
    Hold("H3", "Later", "waiting", "p1", True, ahead=2),
)
MINE = AccountIs(True, "A.", LOANS, HOLDS, (Fine("1.50", "late"),), "1.50", "CNY")


def opened(machine: Machine | None = None, account: AccountIs = MINE) -> Machine:
    machine = machine or stocked(PARCEL)
    return machine.touch("more").touch("account").tap("ann").answer(account)


def test_the_menu_leads_to_the_account_and_to_how_it_works() -> None:
    machine = stocked(PARCEL).touch("more")
    assert machine.screen == More(True, True)
    assert isinstance(machine.touch("how").screen, How)
    assert machine.touch("cancel").touch("account").screen == Prove("account", False)
    assert machine.tap("ann").asks == [AccountOf("ann")]
    assert machine.answer(MINE).screen == Account(True, 2, 1, 3, ("A1",), "1.50", "CNY", fines=1)
    assert not machine.unlocked
    assert machine.touch("cancel").screen == Home(3, False)


def test_what_is_over_is_not_offered_any_more() -> None:
    machine = stocked(PARCEL)
    machine.now = PARCEL.expires + 1
    assert opened(machine.copy()).screen.here == ()  # type: ignore[union-attr]
    away = machine.do(Online(False)).touch("more").touch("account").tap("ann")
    assert away.screen.here == ()  # type: ignore[union-attr]
    assert isinstance(away.touch("holds").screen, Account)  # there is no list to show
    assert not away.touch("cancel").touch("collect").unlocked


def test_where_the_library_has_no_accounts_none_is_offered() -> None:
    machine = stocked(PARCEL, library=Abilities(account=False, acts=frozenset())).touch("more")
    assert machine.screen == More(False, True)
    assert machine.touch("account").screen == More(False, True)


def test_a_number_in_print_opens_no_account() -> None:
    machine = stocked(PARCEL).touch("more").touch("account")
    machine.do(PatronScanned("scanner", SecretStr("04A1")))
    assert isinstance(machine.screen, Sorry)
    assert machine.screen.reason == "number_only"
    assert not machine.asks


def test_each_list_says_what_the_library_states() -> None:
    machine = opened().touch("loans")
    assert isinstance(machine.screen, Loans)
    assert [(line.title, line.late) for line in machine.screen.lines] == [("One", True), ("Two", False)]
    machine.touch("cancel").touch("holds")
    assert isinstance(machine.screen, Holds)
    assert [(line.state, line.door) for line in machine.screen.lines] == [
        ("here", "A1"),
        ("elsewhere", ""),
        ("waiting", ""),
    ]
    assert machine.touch("cancel").touch("fines").screen == Fines((("1.50", "late"),), "1.50", "CNY")
    assert display(machine.point, machine.session, machine.now).initials == "A."


def test_what_lies_here_is_collected_from_the_account() -> None:
    assert opened().touch("collect").unlocked == ["A1"]
    machine = opened().touch("holds").touch("hold", "H1")
    assert isinstance(machine.screen, OneHold)
    assert machine.screen.may == ("collect", "permit", "longer", "cancel_hold")
    assert isinstance(machine.copy().touch("cancel").screen, Holds)
    assert machine.touch("collect").unlocked == ["A1"]


# ---- acts -------------------------------------------------------------------------------------------------------


def test_a_renewal_is_on_disk_before_it_is_said_and_shows_its_new_date() -> None:
    machine = opened().touch("loans").touch("renew", "b-1")
    assert machine.acts == [Renew("ann", "b-1")]
    assert machine.screen == Wait("renew")
    begun = machine.told(ActBegun)[0]
    assert (begun.act, begun.person, begun.about) == ("renew", "ann", "b-1")
    machine.act(Ruling(True, until=NOW + 9 * DAY_S))
    assert machine.told(ActEnded) == [ActEnded(begun.key, "done")]
    assert isinstance(machine.screen, Loans)
    line = next(line for line in machine.screen.lines if line.id == "b-1")
    assert (line.due, line.late, line.said) == (NOW + 9 * DAY_S, False, "renewed")


def test_why_not_is_said_beside_the_book() -> None:
    machine = opened().touch("loans").touch("renew", "b-1").act(Ruling(False, "someone waits"))
    line = machine.screen.lines[0]  # type: ignore[union-attr]
    assert (line.said, line.words, line.due) == ("refused", "someone waits", NOW - DAY_S)


def test_all_are_renewed_with_a_word_for_each() -> None:
    machine = opened().touch("loans").touch("renew_all")
    assert machine.acts == [RenewAll("ann")]
    each = (LoanRuling("b-1", True, until=NOW + 9 * DAY_S), LoanRuling("b-2", False, "too often"))
    screen = machine.act(Ruling(False, each=each)).screen
    assert isinstance(screen, Loans)
    assert screen.notice == "some_renewed"
    assert {line.id: (line.said, line.words) for line in screen.lines} == {
        "b-1": ("renewed", ""),
        "b-2": ("refused", "too often"),
    }


def test_where_none_is_renewed_nothing_is_asked_anew() -> None:
    machine = opened().touch("loans").touch("renew_all").act(Ruling(False, words="closed"))
    assert (machine.screen.notice, machine.asks) == ("refused", [])  # type: ignore[union-attr]


def test_dates_that_were_not_said_are_asked_for() -> None:
    machine = opened().touch("loans").touch("renew_all").act(Ruling(True, each=(LoanRuling("b-1", True),)))
    assert machine.asks == [AccountOf("ann")]
    machine.answer(replace(MINE, loans=(replace(LOANS[0], due=NOW + 9 * DAY_S, late=False), LOANS[1])))
    assert machine.screen.notice == "all_renewed"  # type: ignore[union-attr]
    assert {line.id: line.said for line in machine.screen.lines} == {"b-1": "renewed", "b-2": ""}  # type: ignore[union-attr]


def test_a_hold_goes_only_when_they_are_sure() -> None:
    machine = opened().touch("holds").touch("hold", "H3").touch("cancel_hold")
    assert machine.screen.sure  # type: ignore[union-attr]
    assert not machine.acts
    assert not machine.touch("no").touch("cancel_hold").touch("cancel").acts
    machine.touch("cancel_hold").touch("yes")
    assert machine.acts == [CancelHold("ann", "H3")]
    screen = machine.act(Ruling(True)).screen
    assert isinstance(screen, Holds)
    assert ([line.id for line in screen.lines], screen.notice) == (["H1", "H2"], "cancelled")


def test_more_time_is_asked_for_what_lies_ready() -> None:
    machine = opened().touch("holds").touch("hold", "H1").touch("longer")
    assert machine.acts == [MoreTime("ann", "H1")]
    screen = machine.act(Ruling(True, until=NOW + 9 * DAY_S)).screen
    assert isinstance(screen, OneHold)
    assert (screen.line.until, screen.notice) == (NOW + 9 * DAY_S, "longer")
    assert not machine.touch("cancel").touch("hold", "H3").touch("longer").acts


def test_a_refused_act_changes_nothing_and_says_why() -> None:
    machine = opened().touch("holds").touch("hold", "H1").touch("longer").act(Ruling(False, "only once"))
    assert (machine.screen.notice, machine.screen.words) == ("refused", "only once")  # type: ignore[union-attr]
    assert machine.screen.line.until == NOW + DAY_S  # type: ignore[union-attr]


def test_who_has_many_loans_is_waited_for_as_long_as_the_library_asks_about_each() -> None:
    """Over SIP2 an account may be forty messages."""
    machine = stocked(PARCEL).touch("more").touch("account").tap("ann").wait(LIMITS.ask_wait_s + 10)
    assert machine.answer(MINE).screen == Account(True, 2, 1, 3, ("A1",), "1.50", "CNY", fines=1)


# ---- silence ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("silent", [True, False])
def test_an_unknown_outcome_is_said_and_the_account_is_asked_for_anew(silent: bool) -> None:
    machine = opened().touch("loans").touch("renew", "b-1")
    key = machine.asked
    machine.do(Tick(), after=LIMITS.act_wait_s + 1) if silent else machine.act("unknown")
    assert machine.asks == [AccountOf("ann")]
    assert not machine.acts
    machine.answer(replace(MINE, loans=(replace(LOANS[0], due=NOW + 9 * DAY_S, late=False), LOANS[1])))
    assert machine.screen.notice == "unknown"  # type: ignore[union-attr]
    assert machine.screen.lines[-1].due == NOW + 9 * DAY_S  # type: ignore[union-attr]
    before = machine.session
    machine.do(Acted(key, Ruling(True)))  # too late for the screen; the journal has it
    assert (machine.session, machine.facts) == (before, (ActEnded(key, "done"),))


def test_away_changes_nothing_and_can_be_tried_again_under_another_key() -> None:
    machine = opened().touch("loans").touch("renew", "b-1").act("away")
    assert machine.screen.notice == "away"  # type: ignore[union-attr]
    machine.touch("renew", "b-1")
    keys = [fact.key for fact in machine.told(ActBegun)]
    assert len(set(keys)) == 2
    assert not opened().do(Online(False)).touch("loans").touch("renew", "b-1").acts


def test_without_the_library_what_lies_here_is_shown_and_can_be_collected() -> None:
    machine = stocked(PARCEL).do(Online(False)).touch("more").touch("account").tap("ann")
    assert machine.screen == Account(False, here=("A1",), notice="away")
    assert machine.touch("collect").unlocked == ["A1"]


def test_who_leaves_while_it_is_done_leaves_it_to_be_done() -> None:
    machine = opened().touch("loans").touch("renew", "b-1")
    key = machine.asked
    assert isinstance(machine.touch("finish").screen, Home)
    assert machine.do(Acted(key, Ruling(True))).facts == (ActEnded(key, "done"),)


def test_keys_are_never_used_twice_over_sessions_and_power_cuts() -> None:
    machine = opened().touch("loans").touch("renew", "b-1").restart()
    opened(machine.touch("finish")).touch("loans").touch("renew", "b-1")
    keys = [fact.key for fact in machine.told(ActBegun)]
    assert len(set(keys)) == len(keys) == 2


# ---- who may see it ---------------------------------------------------------------------------------------------


def test_a_pin_is_asked_for_where_the_library_wants_one_and_said_with_every_act() -> None:
    machine = opened(account=AccountIs(pin="needed"))
    assert machine.screen == Pin(0)
    machine.touch("digit", "4").touch("enter").answer(AccountIs(pin="wrong"))
    assert machine.screen == Pin(0, True, 2)
    machine.touch("digit", "7").touch("enter")
    assert [ask.pin and ask.pin.get_secret_value() for ask in machine.asks] == ["7"]
    machine.answer(MINE).touch("loans").touch("renew_all")
    assert machine.commands[0].said.pin.get_secret_value() == "7"  # type: ignore[union-attr]
    assert "7" not in repr(machine.session.story.pin)  # type: ignore[union-attr]


def test_three_wrong_pins_end_it() -> None:
    machine = opened(account=AccountIs(pin="needed"))
    for _ in range(LIMITS.pins_wrong_max):
        machine.touch("digit", "4").touch("enter").answer(AccountIs(pin="wrong"))
    assert machine.screen.reason == "pin_wrong"  # type: ignore[union-attr]


def test_a_pin_typed_with_the_card_is_not_asked_for_again() -> None:
    machine = Machine(library=SILENT).touch("more").touch("account").tap("ann")
    machine.answer(PatronIs(None, pin="needed")).touch("digit", "7").touch("enter").answer(PatronIs(PEOPLE[0]))
    assert [ask.pin and ask.pin.get_secret_value() for ask in machine.asks] == ["7"]


def test_after_collecting_by_card_the_account_is_a_touch_away_after_a_code_it_is_not() -> None:
    by_card = stocked(PARCEL).tap("ann").open().shut()
    assert display(by_card.point, by_card.session, by_card.now).to_account
    assert by_card.touch("account").asks == [AccountOf("ann")]
    by_code = stocked(PARCEL).code("12345678").open().shut()
    assert not display(by_code.point, by_code.session, by_code.now).to_account
    assert not [c for c in by_code.touch("account").commands if isinstance(c, Ask)]


def test_a_blocked_reader_sees_why_and_the_account() -> None:
    machine = stocked(PARCEL).tap("eve")
    assert machine.screen.reason == "patron_blocked"  # type: ignore[union-attr]
    assert machine.touch("account").asks == [AccountOf("eve")]


def test_several_parcels_are_told_by_door() -> None:
    machine = opened(stocked(PARCEL, PAIR), replace(MINE, holds=()))
    assert machine.screen.here == ("A1", "B1")  # type: ignore[union-attr]


def issues() -> Machine:
    """Two numbers of one periodical, each in a parcel of its own."""
    named = [replace(one, items=(Item(code, "Monthly"),)) for one, code in ((PARCEL, "i-1"), (PAIR, "i-2"))]
    return stocked(*named)


def doors_of(machine: Machine, *holds: Hold) -> list[str]:
    """Behind which doors these lie, as the list says."""
    screen = opened(machine.copy(), replace(MINE, holds=holds)).touch("holds").screen
    assert isinstance(screen, Holds)
    doors = {line.id: line.door for line in screen.lines}
    return [doors[hold.id] for hold in holds]


def test_of_two_parcels_of_one_title_each_is_the_hold_that_names_it() -> None:
    first, second = Hold("H1", "Monthly", "ready", parcel="p-1"), Hold("H2", "Monthly", "coming", parcel="p-2")
    assert doors_of(issues(), second, first) == ["B1", "A1"]
    machine = opened(issues(), replace(MINE, holds=(first, second))).touch("holds").touch("hold", "H2").touch("permit")
    assert [given.parcel for given in machine.told(PermissionGiven)] == ["p-2"]
    assert not machine.parcel("p-1").helper
    by_code = Hold("i-1", "Monthly", "ready"), Hold("i-2", "Monthly", "ready")  # over SIP2
    assert doors_of(issues(), *by_code) == ["A1", "B1"]


def test_a_hold_that_names_another_parcel_does_not_lie_in_one_of_its_title() -> None:
    assert doors_of(issues(), Hold("H9", "Monthly", "coming", parcel="p-9")) == [""]


def test_by_its_title_lies_here_what_names_no_parcel_unless_another_hold_names_that() -> None:
    nameless = Hold("H9", "Monthly", "coming")
    assert doors_of(issues(), nameless) == ["A1"]
    assert doors_of(issues(), nameless, Hold("i-1", "Monthly", "ready")) == ["B1", "A1"]
    both = Hold("i-1", "Monthly", "ready"), Hold("H2", "Monthly", "ready", parcel="p-2")
    assert doors_of(issues(), nameless, *both) == ["", "A1", "B1"]
