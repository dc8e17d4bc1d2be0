"""A receipt or an answer that was written before what the feed has said since: of people it undoes no newer word."""

from dataclasses import replace
from typing import Any

from kiosk.core.events import Answered, Receipted
from kiosk.core.screens import Sorry
from sync.asked import ItemIs, PatronIs
from sync.messages import ItemDropped, PatronChanged, PatronForgotten, Receipt, Telling
from sync.things import Patron, SentParcel
from tests.kiosk.core.machine import CODE, DAY_S, NOW, PARCEL, PEOPLE, Machine, item, stocked

NEXT = SentParcel("P-9", "ann", (item("x-1"),), "S", NOW + 5 * DAY_S)
ANN, BOB = PEOPLE[:2]


def returned() -> Machine:
    machine = Machine().touch("return").scan("x-1").answer(ItemIs(item("x-1"), True))
    return machine.touch("open").open().shut().touch("finish")


def receipt(machine: Machine) -> Machine:
    """It stays for Ann, of whom it says what was so when the library wrote it."""
    (told,) = machine.told(ItemDropped)
    said = Receipt("k", "duplicate", held_for=ANN, set_aside=NEXT)
    return machine.do(Receipted(Telling("k", 1, NOW, told), said))


def test_a_card_that_was_lost_since_opens_nothing() -> None:
    machine = receipt(returned().hear(PatronChanged(replace(ANN, cards=()))))
    assert machine.parcel("P-9").state == "ready"
    assert not machine.tap("ann").unlocked


def test_who_was_blocked_since_stays_so() -> None:
    machine = receipt(returned().hear(PatronChanged(replace(ANN, standing="blocked", reason="fee"))))
    machine.tap("ann")
    assert isinstance(machine.screen, Sorry)
    assert machine.screen.reason == "patron_blocked"


def test_a_card_that_is_anothers_since_remains_theirs() -> None:
    machine = returned().hear(PatronForgotten("ann"), PatronChanged(replace(BOB, cards=(*BOB.cards, *ANN.cards))))
    receipt(machine)
    assert [one.id for one in machine.point.patrons.values() if ANN.cards[0] in one.cards] == ["bob"]


def test_nor_does_an_answer_to_whose_card_it_is_that_was_written_before() -> None:
    """Ann's card is lost, and so nobody's here; while the library is asked about it, it is given to Sue."""
    machine = stocked(PARCEL).hear(PatronChanged(replace(ANN, cards=()))).tap("ann")
    key, sue = machine.asked, Patron("sue", "S.", cards=ANN.cards)
    machine.hear(PatronChanged(sue)).do(Answered(key, PatronIs(ANN)))
    assert [one.id for one in machine.point.patrons.values() if ANN.cards[0] in one.cards] == ["sue"]


def asked(**so: Any) -> Machine:
    """Ann's card is not known here, and the library is asked whose it is."""
    return stocked(PARCEL).hear(PatronChanged(replace(ANN, cards=(), **so))).tap("ann")


def test_nor_one_to_somebody_who_was_blocked_before_it_came() -> None:
    machine = asked()
    key = machine.asked
    machine.hear(PatronChanged(replace(ANN, cards=(), standing="blocked", reason="fee"))).do(
        Answered(key, PatronIs(ANN))
    )
    assert isinstance(machine.screen, Sorry)
    assert (machine.screen.reason, machine.unlocked) == ("patron_blocked", [])
    assert not machine.touch("finish").code(CODE).unlocked


def test_nor_to_somebody_who_is_no_longer() -> None:
    machine = asked(standing="blocked", reason="fee")
    key = machine.asked
    late = PatronIs(replace(ANN, standing="blocked", reason="fee"))
    assert machine.hear(PatronChanged(replace(ANN, cards=()))).do(Answered(key, late)).unlocked == ["A1"]


def test_nor_to_somebody_in_the_middle_of_a_return() -> None:
    machine = stocked(PARCEL).hear(PatronChanged(replace(ANN, cards=()))).touch("return").tap("ann")
    key = machine.asked
    machine.hear(PatronChanged(replace(ANN, cards=(), standing="blocked", reason="fee"))).do(
        Answered(key, PatronIs(ANN))
    )
    assert machine.point.patrons["ann"].standing == "blocked"


def test_where_nothing_was_heard_since_the_answer_counts() -> None:
    machine = asked().answer(PatronIs(replace(ANN, standing="blocked", reason="fee")))
    assert (machine.unlocked, machine.point.patrons["ann"].standing) == ([], "blocked")
