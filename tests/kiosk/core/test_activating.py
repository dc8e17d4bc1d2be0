"""A citizen card becomes a reader's, in the order its holder lives it: rules, number, PIN twice, ready."""

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, PassScanned, PatronScanned, ReceiptScanned
from kiosk.core.account_screens import Account
from kiosk.core.activation import Activated, NewPin, Phone, Rules
from kiosk.core.counter_screens import Counter
from kiosk.core.events import Event, Online, Tick
from kiosk.core.facts import ActBegun, ActEnded
from kiosk.core.screens import Home, Return, Sorry, Wait
from sync import activation
from sync.account import AccountIs
from sync.activation import Offer
from sync.acts import Activate, Ruling
from sync.asked import PatronIs, WhoIs
from sync.service import Abilities
from sync.things import Patron
from tests.kiosk.core.machine import CARDS, DAY_S, KEYRING, PARCEL, Machine, qr, stocked

NUMBER, PHONE, PIN = "04FE", "13800138000", "704133"
OFFER = Offer((activation.Rules("一", "one"), activation.Rules("二")))
NEW = Patron("new", "N.", cards=(KEYRING.card(NUMBER),))


def shown(machine: Machine) -> Machine:
    return machine.do(CardShown("card", SecretStr(NUMBER)))


def offered(machine: Machine | None = None) -> Machine:
    return shown(machine or stocked(PARCEL)).answer(PatronIs(None, offer=OFFER))


def typed(machine: Machine, digits: str) -> Machine:
    for digit in digits:
        machine.touch("digit", digit)
    return machine.touch("enter")


def told(machine: Machine | None = None) -> Machine:
    machine = (machine or offered()).touch("next").touch("agree")
    return typed(typed(typed(machine, PHONE), PIN), PIN)


def reason(machine: Machine) -> str:
    assert isinstance(machine.screen, Sorry), machine.screen
    return machine.screen.reason


def test_rules_number_and_a_pin_twice_make_a_reader() -> None:
    machine = offered()
    assert machine.screen == Rules("一", "one", 1, 2)
    assert machine.touch("agree").screen == Rules("一", "one", 1, 2)  # not before the last page
    assert machine.touch("next").screen == Rules("二", "二", 2, 2)
    assert machine.touch("cancel").touch("next").touch("agree").screen == Phone("", False)
    assert typed(machine, "138").screen == Phone("138", False)
    assert typed(machine, PHONE[3:]).screen == NewPin(0, 6)
    assert typed(machine, PIN).screen == NewPin(0, 6, again=True)
    assert not machine.acts
    typed(machine, PIN)
    assert machine.acts == [Activate(KEYRING.card(NUMBER), SecretStr(PHONE), SecretStr(PIN))]
    assert [fact.act for fact in machine.facts if isinstance(fact, ActBegun)] == ["activate"]
    assert machine.screen == Wait("activate")
    assert machine.act(Ruling(True)).asks == [WhoIs(KEYRING.card(NUMBER))]
    assert machine.answer(PatronIs(NEW)).screen == Activated(True)
    assert machine.session.reader == "new"
    machine.touch("go_on").answer(AccountIs(True, "N."))
    assert isinstance(machine.screen, Account)


def test_nothing_typed_is_remembered_or_can_be_printed() -> None:
    machine = offered().touch("next").touch("agree")
    for digit in PHONE:
        machine.touch("digit", digit)
    seen = [repr(machine.screen), repr(machine.session)]
    machine = told()
    seen += [repr(machine.session), repr(machine.commands)]
    machine.act(Ruling(True)).answer(PatronIs(NEW))
    seen += [repr(machine.session), repr(machine.all_facts), repr(machine.point)]
    assert not [text for text in seen if PHONE in text or PIN in text]
    assert KEYRING.card(NUMBER) not in repr(machine.all_facts)


def test_two_pins_that_differ_are_chosen_anew() -> None:
    machine = typed(typed(typed(offered().touch("next").touch("agree"), PHONE), PIN), "704134")
    assert machine.screen == NewPin(0, 6, notice="differ")
    assert not machine.acts
    assert typed(typed(machine, PIN), PIN).acts


@pytest.mark.parametrize(("again", "screen"), [("phone", Phone), ("pin", NewPin)])
def test_a_refusal_that_another_choice_may_mend_leads_back_to_it(again: str, screen: type) -> None:
    machine = told().act(Ruling(False, "not this one", again=again))  # type: ignore[arg-type]
    assert isinstance(machine.screen, screen)
    assert (machine.screen.notice, machine.screen.words) == ("refused", "not this one")  # type: ignore[attr-defined]
    key = machine.told(ActEnded)[-1].key
    if again == "phone":
        machine.touch("erase").touch("digit", "1").touch("enter")
    typed(typed(machine, PIN), PIN)
    assert machine.acts
    assert machine.told(ActBegun)[-1].key != key


def test_a_refusal_of_the_card_ends_in_the_librarys_words() -> None:
    machine = told().act(Ruling(False, "ask at the desk"))
    assert machine.screen == Sorry("activation_refused", "ask at the desk", ("return",))


def test_tries_are_counted_by_card_and_day_and_another_day_is_another() -> None:
    machine = told()
    for _ in range(machine.point.plan.limits.pins_wrong_day_max - 1):
        typed(typed(machine.act(Ruling(False, again="pin")), PIN), PIN)
    assert reason(machine.act(Ruling(False, again="pin"))) == "activation_over"
    assert reason(offered(machine.restart())) == "activation_over"
    assert not machine.acts
    machine.touch("finish").now += DAY_S
    assert isinstance(offered(machine).screen, Rules)


def test_after_silence_the_library_is_asked_whose_card_it_is_and_never_told_twice() -> None:
    for silence in (lambda m: m.act("unknown"), lambda m: m.do(Tick(), after=31.0)):
        machine = silence(told())
        assert machine.asks == [WhoIs(KEYRING.card(NUMBER))]
        assert not machine.acts
        assert machine.copy().answer(PatronIs(NEW)).screen == Activated(True)
        assert reason(machine.copy().answer(PatronIs(None, offer=OFFER))) == "activation_unknown"
        assert reason(machine.copy().answer(None)) == "activation_unknown"
        assert len(machine.told(ActBegun)) == 1


def test_done_is_done_even_if_the_library_falls_silent_then() -> None:
    machine = told().act(Ruling(True)).wait(5)
    assert machine.screen == Activated(False)
    assert machine.touch("go_on").screen == Activated(False)


def test_whoever_shows_another_card_meanwhile_gets_at_nothing_of_the_new_reader() -> None:
    amid, after = told().tap("ann").act(Ruling(True)), told().act("unknown").tap("ann")
    assert after.session.note == "finish_first"
    for machine in (amid, after):
        machine.answer(PatronIs(NEW))
        assert machine.screen == Activated(False)
        assert machine.session.reader == ""
        assert isinstance(machine.touch("go_on").screen, Activated)
        assert machine.tap("ann").unlocked == ["A1"]
    again = typed(typed(told().tap("ann").act(Ruling(False, again="pin")), PIN), PIN)  # who goes on typing is there
    assert again.act(Ruling(True)).answer(PatronIs(NEW)).session.reader == "new"


def test_who_has_become_a_reader_begins_with_all_their_tries() -> None:
    machine = typed(typed(told().act(Ruling(False, again="pin")), PIN), PIN)
    assert machine.point.tries
    assert not machine.act(Ruling(True)).touch("finish").point.tries  # though they do not wait for the last word


def test_without_the_library_nothing_is_said() -> None:
    assert reason(told().act("away")) == "activation_away"
    machine = offered().touch("next").touch("agree").do(Online(False))
    machine = typed(typed(typed(machine, PHONE), PIN), PIN)
    assert reason(machine) == "activation_away"
    assert not machine.acts


def test_only_where_the_library_can_and_offers_it() -> None:
    assert reason(shown(stocked(PARCEL)).answer(PatronIs(None))) == "card_unknown"
    assert reason(offered(stocked(PARCEL, library=Abilities(acts=frozenset())))) == "card_unknown"
    assert isinstance(offered(stocked(PARCEL).touch("return")).screen, Return)


def test_what_was_wanted_goes_on_with_the_new_card() -> None:
    machine = stocked(PARCEL, counter=True, pads=frozenset({"pad"})).touch("borrow")
    machine = told(offered(machine)).act(Ruling(True)).answer(PatronIs(NEW)).touch("go_on")
    assert isinstance(machine.screen, Counter)


def test_going_back_forgets_and_another_card_begins_anew() -> None:
    machine = typed(offered().touch("next").touch("agree"), PHONE)
    assert shown(machine).screen == NewPin(0, 6)  # the same card, still lying there
    machine.touch("cancel").touch("cancel")
    assert PHONE not in repr(machine.session.story.phone.get_secret_value())  # type: ignore[union-attr]
    assert machine.touch("agree").tap("ann").unlocked == ["A1"]
    machine = offered().touch("cancel")
    assert isinstance(machine.screen, Home)


@pytest.mark.parametrize(
    "shown_then",
    [
        PassScanned("scanner", SecretStr(qr("ff" * 8))),
        PatronScanned("scanner", SecretStr(CARDS["ann"])),
        ReceiptScanned("scanner", "p1-57/103"),
    ],
    ids=["pass", "number in print", "slip"],
)
def test_nor_does_whoever_shows_anything_else_meanwhile(shown_then: Event) -> None:
    amid, after = told().do(shown_then), told().act("unknown").do(shown_then)
    assert (amid.session.note, after.session.note) == ("finish_first", "finish_first")
    for machine in (amid.act(Ruling(True)), after):
        machine.answer(PatronIs(NEW))
        assert machine.screen == Activated(False)
        assert machine.session.reader == ""
        assert not machine.touch("go_on").asks


@pytest.mark.parametrize("gone", ["finish", "cut"])
def test_who_does_not_wait_for_the_ruling_has_used_a_try_all_the_same(gone: str) -> None:
    machine = stocked(PARCEL)
    for _ in range(machine.point.plan.limits.pins_wrong_day_max):
        told(offered(machine))
        assert machine.acts
        machine.restart() if gone == "cut" else machine.touch("finish")
    assert reason(offered(machine)) == "activation_over"


def test_what_was_not_told_is_no_try() -> None:
    assert not told().act("away").point.tries


def test_nor_is_one_where_the_day_was_over_meanwhile() -> None:
    machine = told()
    machine.point = machine.point.drop(*machine.point.tries.values())  # as each night
    assert reason(machine.act("away")) == "activation_away"
