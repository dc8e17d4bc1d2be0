"""The loop over a real store that cannot be written for a while."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from hardware.readings import CardGone, CardShown, Door, DoorSeen, ItemScanned, Pulse, UnlockEnded
from kiosk.core.commands import Ask, Refresh, Unlock
from kiosk.core.events import Answered, Online, Tick, Touched
from kiosk.core.screens import Collect, Display, DoorOpen, Goodbye, Home, Opening, Sorry, Wait
from kiosk.core.session import NOBODY, Step
from kiosk.core.stories import AtCourier
from kiosk.incoming import EVENTS_MAX, PAGES_MAX, Polled, Upload, Uploaded, UploadFailed
from kiosk.loop import Clock, Loop, Outgoing
from kiosk.store import Store
from sync.asked import ItemIs, PatronIs
from sync.errors import ServicePostponed
from sync.library_clock import LibraryClock
from sync.messages import Page, ParcelRecalled, PointTrouble, Receipt
from sync.things import Item
from tests.kiosk.points import plan


def test_a_store_that_cannot_be_written_is_said_once_and_nothing_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now, shown, done = [1_795_000_000.0], list[Display](), list[Outgoing]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), done.append, shown.append)
        loop.start()
        name = next(iter(loop.point.compartments))
        store._execute("PRAGMA query_only = ON")
        loop.handle(DoorSeen(name, Door.SHUT))
        for _ in range(40):
            now[0] += 0.25
            loop.handle(Tick())
        loop.handle(Touched("collect"))
        assert shown[-1].screen == Sorry("store_trouble")
        assert [str(tmp_path) in record.getMessage() for record in caplog.records] == [True]
        store._execute("PRAGMA query_only = OFF")
        now[0] += 6.0
        loop.handle(Tick())
        assert loop.point.compartments[name].door is Door.SHUT
        assert isinstance(shown[-1].screen, Home)
        assert store.load() == loop.point
        loop.handle(Touched("collect"))
        assert isinstance(shown[-1].screen, Collect)
        assert not done


def test_a_touch_is_for_the_screen_it_was_made_on(tmp_path: Path) -> None:
    """A disk that takes its time: the second finger was for the first screen too."""
    shown = list[Display]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: 1_795_000_000.0, lambda: 0.0), lambda _: None, shown.append)
        loop.start()
        loop.handle(Touched("collect", on="Home"))
        for digit in "40":
            loop.handle(Touched("digit", digit, on="Collect"))
        here = shown[-1]
        assert isinstance(here.screen, Collect)
        for action in ("collect", "return", "cancel"):
            loop.handle(Touched(action, on="Home"))
        assert shown[-1] is here
        loop.handle(Touched("cancel", on="Collect"))
        assert isinstance(shown[-1].screen, Home)


def test_a_door_that_opens_is_shown_however_short_ago_the_store_was_in_trouble(tmp_path: Path) -> None:
    now, shown, done = [1_795_000_000.0], list[Display](), list[Outgoing]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), done.append, shown.append)
        loop.start()
        for name in loop.point.compartments:
            loop.handle(DoorSeen(name, Door.SHUT))
        loop.handle(Touched("return"))
        loop.handle(ItemScanned("scanner", "x-1"))
        store._execute("PRAGMA query_only = ON")
        loop.handle(Touched("open"))
        assert shown[-1].screen == Sorry("store_trouble")
        store._execute("PRAGMA query_only = OFF")
        now[0] += 0.5
        assert not done
        for event in (Touched("return"), ItemScanned("scanner", "x-1"), Touched("open")):
            loop.handle(event)
        assert any(isinstance(command, Unlock) for command in done)
        assert isinstance(shown[-1].screen, Opening)


def asked_for_a_return(loop: Loop) -> None:
    """Somebody brings a book, and a door is ordered for it."""
    for name in loop.point.compartments:
        loop.handle(DoorSeen(name, Door.SHUT))
    for event in (Touched("return"), ItemScanned("scanner", "SIP0001"), Touched("open")):
        loop.handle(event)


def opened_for_a_return(loop: Loop) -> str:
    """The door that stands open for it."""
    asked_for_a_return(loop)
    theirs = next(row.name for row in loop.point.compartments.values() if row.order)
    loop.handle(DoorSeen(theirs, Door.OPEN))
    return theirs


def test_what_was_said_at_an_open_door_stays_in_sight_when_something_else_cannot_be_written(tmp_path: Path) -> None:
    now, shown = [1_795_000_000.0], list[Display]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), lambda _: None, shown.append)
        loop.start()
        theirs = opened_for_a_return(loop)
        loop.handle(Touched("nothing_in"))
        heard = shown[-1].screen
        assert isinstance(heard, DoorOpen)
        assert heard.said == "keep"
        store._execute("PRAGMA query_only = ON")
        loop.handle(DoorSeen(next(n for n in loop.point.compartments if n != theirs), Door.UNKNOWN))
        assert shown[-1].screen == heard
        loop.handle(Touched("undo"))
        assert (shown[-1].screen, shown[-1].note) == (heard, "unheard")  # and so it says
        now[0] += 600.0
        loop.handle(Touched("undo"))
        assert shown[-1].screen == Sorry("store_trouble")  # they are gone by now, and somebody else may stand there


def test_a_door_on_its_way_is_not_hidden_by_words_that_no_door_opens(tmp_path: Path) -> None:
    """The disk was full a moment after the order: whose door it was went, and it sprang open behind them."""
    shown, done = list[Display](), list[Outgoing]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: 1_795_000_000.0, lambda: 0.0), done.append, shown.append)
        loop.start()
        asked_for_a_return(loop)
        [unlock] = [one for one in done if isinstance(one, Unlock)]
        opening = shown[-1].screen
        assert isinstance(opening, Opening)
        store._execute("PRAGMA query_only = ON")
        loop.handle(UnlockEnded(unlock.compartment, unlock.order, unlock.attempt, Pulse.ACCEPTED))
        loop.handle(CardGone("card"))
        assert (shown[-1].screen, shown[-1].note) == (opening, "")  # a card that is taken away asks for nothing
        loop.handle(CardShown("card", SecretStr("04A1")))
        assert (shown[-1].screen, shown[-1].note) == (opening, "unheard")


def test_what_was_booked_stays_in_sight_when_something_else_cannot_be_written(tmp_path: Path) -> None:
    now, shown = [1_795_000_000.0], list[Display]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), lambda _: None, shown.append)
        loop.start()
        theirs = opened_for_a_return(loop)
        loop.handle(DoorSeen(theirs, Door.SHUT))
        now[0] += 2.0
        loop.handle(Tick())
        booked = shown[-1].screen
        assert isinstance(booked, Goodbye)
        store._execute("PRAGMA query_only = ON")
        loop.handle(DoorSeen(theirs, Door.UNKNOWN))
        assert shown[-1].screen == booked
        now[0] += 600.0
        loop.handle(Tick())
        assert shown[-1].screen == Sorry("store_trouble")


def test_no_touch_is_heard_through_words_that_the_machine_must_rest(tmp_path: Path) -> None:
    shown = list[Display]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: 1_795_000_000.0, lambda: 0.0), lambda _: None, shown.append)
        loop.start()
        loop.handle(Touched("collect", on="Home"))
        store._execute("PRAGMA query_only = ON")
        loop.handle(DoorSeen(next(iter(loop.point.compartments)), Door.SHUT))
        assert shown[-1].screen == Sorry("store_trouble")
        store._execute("PRAGMA query_only = OFF")
        loop.handle(Touched("return", on="Sorry"))
        assert loop.session == NOBODY


class SetByHand:
    """A clock that runs, and is set, when the test says so."""

    def __init__(self) -> None:
        self.running, self.ahead = 0.0, 1_795_000_000.0

    def wall(self) -> float:
        return self.running + self.ahead

    def loop(self, store: Store, shown: list[Display]) -> Loop:
        loop = Loop(store, Clock(self.wall, lambda: self.running), lambda _: None, shown.append)
        loop.start()
        return loop


@pytest.mark.parametrize("by", [3600.0, -3600.0])
def test_who_stands_at_an_open_door_is_told_of_no_rest_because_the_clock_was_set(tmp_path: Path, by: float) -> None:
    """Else staff on a round read that no door opens, go, and the next opens behind them as soon as that is written."""
    clock, shown = SetByHand(), list[Display]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = clock.loop(store, shown)
        theirs = opened_for_a_return(loop)
        at_door = shown[-1].screen
        clock.ahead += by
        clock.running += 1.0
        store._execute("PRAGMA query_only = ON")
        loop.handle(DoorSeen(theirs, Door.SHUT))
        assert shown[-1].screen == at_door
        clock.running += 600.0
        loop.handle(Tick())
        assert shown[-1].screen == Sorry("store_trouble")
        store._execute("PRAGMA query_only = OFF")
        loop.handle(Tick())
        assert not loop._unwritten


def test_a_clock_set_while_nothing_can_be_written_leaves_nobodys_screen_for_an_hour(tmp_path: Path) -> None:
    clock = SetByHand()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = clock.loop(store, [])
        theirs = opened_for_a_return(loop)
        clock.running += 10.0
        store._execute("PRAGMA query_only = ON")
        loop.handle(DoorSeen(theirs, Door.SHUT))
        clock.ahead += 3600.0
        loop.handle(Tick())
        store._execute("PRAGMA query_only = OFF")
        loop.handle(Tick())
        assert not loop._unwritten
        assert loop.session.until < clock.wall() + 200


@pytest.mark.parametrize("late", [False, True])
def test_no_door_opens_behind_who_was_told_to_come_back_later(tmp_path: Path, late: bool) -> None:
    """Whether the answer they wait for could not be written, or something else before it came."""
    now, shown, done = [1_795_000_000.0], list[Display](), list[Outgoing]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), done.append, shown.append)
        loop.start()
        loop.handle(Online(True))
        loop.handle(CardShown("card", SecretStr("04A1")))
        assert shown[-1].screen == Wait("card")
        answer = Answered(next(c.key for c in done if isinstance(c, Ask)), PatronIs(None))
        store._execute("PRAGMA query_only = ON")
        loop.handle(DoorSeen(next(iter(loop.point.compartments)), Door.SHUT) if late else answer)
        assert shown[-1].screen == Sorry("store_trouble")
        store._execute("PRAGMA query_only = OFF")
        if late:
            loop.handle(answer)
            assert shown[-1].screen == Sorry("store_trouble")
        now[0] += 6.0
        loop.handle(Tick())
        assert isinstance(shown[-1].screen, Home)


def test_no_door_opens_behind_a_courier_who_was_told_that_the_machine_must_rest(tmp_path: Path) -> None:
    """They hold an item up that the library is asked about; its answer would open a door to put it in."""
    now, shown, done = [1_795_000_000.0], list[Display](), list[Outgoing]()
    over_sip2 = replace(plan(), library=replace(plan().library, announces=False))
    with closing(Store.open(tmp_path / "store.sqlite", over_sip2)) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), done.append, shown.append)
        loop.start()
        loop.handle(Online(True))
        for name in loop.point.compartments:
            loop.handle(DoorSeen(name, Door.SHUT))
        loop.session = replace(loop.session, story=AtCourier("s-1"), until=now[0] + 60.0)
        loop.handle(ItemScanned("scanner", "SIP0099"))
        answer = Answered(next(c.key for c in done if isinstance(c, Ask)), ItemIs(Item("SIP0099", "Stoner")))
        store._execute("PRAGMA query_only = ON")
        loop.handle(DoorSeen(next(iter(loop.point.compartments)), Door.UNKNOWN))
        assert shown[-1].screen == Sorry("store_trouble")
        store._execute("PRAGMA query_only = OFF")
        loop.handle(answer)
        assert not any(isinstance(command, Unlock) for command in done)


def test_who_is_heard_again_right_after_trouble_is_not_told_to_come_back_later(tmp_path: Path) -> None:
    """A reader tapped, read that no door opens, and went; then theirs did."""
    now, shown, done = [1_795_000_000.0], list[Display](), list[Outgoing]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), done.append, shown.append)
        loop.start()
        loop.handle(Online(True))
        store._execute("PRAGMA query_only = ON")
        loop.handle(CardShown("card", SecretStr("04A1")))
        assert shown[-1].screen == Sorry("store_trouble")
        store._execute("PRAGMA query_only = OFF")
        now[0] += 1.0
        loop.handle(CardGone("card"))
        assert shown[-1].screen == Sorry("store_trouble")  # nobody was heard
        loop.handle(CardShown("card", SecretStr("04A1")))
        assert shown[-1].screen == Wait("card")


def telling(store: Store, now: list[float], done: list[Outgoing]) -> Loop:
    """A loop that has just begun to tell the library something."""
    loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), done.append, lambda _: None)
    loop.start()
    loop._commit(Step(loop.point, NOBODY).fact(PointTrouble("codes_closed")), now[0])
    loop.handle(Online(True))
    now[0] += 10.0
    loop.handle(Tick())
    return loop


@pytest.mark.parametrize("recalled", [1, PAGES_MAX + 1])
def test_half_a_day_of_a_full_disk_loses_no_receipt_and_no_recall(tmp_path: Path, recalled: int) -> None:
    """A page each 25 seconds, doors that chatter, and nothing can be written. Of more pages than can wait none is kept:
    then the library is asked for all that concerns the point."""
    now, done = [1_795_000_000.0], list[Outgoing]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = telling(store, now, done)
        [upload] = [one for one in done if isinstance(one, Upload)]
        store._execute("PRAGMA query_only = ON")
        receipts = tuple(Receipt(telling.key, "applied") for telling in upload.batch)
        loop.handle(Uploaded(upload.batch, receipts))
        for n in range(recalled):
            loop.handle(Polled(Page((ParcelRecalled(f"p-{n}"),), f"c{n}", now[0]), LibraryClock()))
        assert (Refresh() in done) is (recalled > PAGES_MAX)
        if Refresh() in done:
            loop.handle(Polled(Page((), "all", now[0], snapshot=True), LibraryClock()))
        names = list(loop.point.compartments)
        for n in range(EVENTS_MAX + 10):
            now[0] += 25.0
            loop.handle(Polled(Page((), "later", now[0]), LibraryClock()))
            loop.handle(DoorSeen(names[n % 3], (Door.OPEN, Door.SHUT)[n % 2]))
        assert len(loop._unwritten) <= EVENTS_MAX
        waits = [one for one in loop._unwritten if isinstance(one, Uploaded | Polled)]
        assert [type(one) for one in waits] == [Uploaded, Polled]
        store._execute("PRAGMA query_only = OFF")
        now[0] += 30.0
        loop.handle(Tick())
        assert loop.point.counters.cursor == ("all" if recalled > 1 else "c0")
        assert not loop._unwritten
        assert loop._outbox.first == store.first_waiting() == upload.batch[-1].seq + 1
        last = {names[n % 3]: (Door.OPEN, Door.SHUT)[n % 2] for n in range(EVENTS_MAX + 10)}
        assert {name: loop.point.compartments[name].door for name in names[:3]} == last


def test_a_round_that_is_postponed_leaves_the_point_online_and_goes_on_at_its_time(tmp_path: Path) -> None:
    now, done = [1_795_000_000.0], list[Outgoing]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = telling(store, now, done)
        loop.handle(UploadFailed(ServicePostponed("slow", 60.0)))
        assert loop.point.counters.online
        for wait_s, uploads in ((59.0, 1), (1.0, 2)):
            now[0] += wait_s
            loop.handle(Tick())
            assert len([one for one in done if isinstance(one, Upload)]) == uploads
