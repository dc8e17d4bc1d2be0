"""A telling at which the library breaks down, while it answers everything else: the others are told, nothing twice."""

import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kiosk.core.events import Online, Tick
from kiosk.core.model import Parcel
from kiosk.core.session import NOBODY, Step
from kiosk.incoming import Upload, Uploaded, UploadFailed
from kiosk.loop import Clock, Loop, Outgoing
from kiosk.store import Store
from simulators.library.server import Library
from sync import rest
from sync.errors import ServiceBusy, ServiceDenied, ServiceError, ServiceSilent
from sync.messages import ParcelCollected, Receipt, Telling, Told
from sync.outbox import BATCH_MAX, GIVE_UP_S, GIVE_UP_TRIES
from sync.service import Service
from sync.things import Item
from tests.kiosk.replay import PLAN, POINT, Life, Wire, fill, outage, stock, tellings, wire

BAD = 3


class Breaks:
    """The library's real client; at ``bad`` there is no answer, whether it was ``booked`` or not."""

    def __init__(self, client: Service, bad: set[str], booked: bool) -> None:
        self._client, self._bad, self._booked = client, bad, booked

    def tell(self, batch: Sequence[Telling]) -> tuple[Receipt, ...]:
        bad = self._bad & {telling.key for telling in batch}
        receipts = () if bad and not self._booked else self._client.tell(batch)
        if bad:
            raise ServiceSilent("the library failed (500)")
        return receipts


def goes_on(life: Life, client: Breaks | Service, limit_s: float = 4 * GIVE_UP_S) -> None:
    """Until all is told, or for so long."""
    for _ in range(int(limit_s / 200.0)):
        while life.uploads:
            batch = life.uploads.pop().batch
            try:
                life.loop.handle(Uploaded(batch, client.tell(batch)))
            except ServiceError as error:
                life.loop.handle(UploadFailed(error))
        life.wait()


def loans(library: Wire) -> list[tuple[str, str]]:
    rows = library.ledger.rows("select patron, barcode from loans where barcode like 'REP%' order by barcode")
    return [(row["patron"], row["barcode"]) for row in rows]


def lends(folder: Path, path: Path, count: int = 6) -> list[Telling]:
    """So many loans that the library has not heard of; the last has come back."""
    story: list[Told] = [t for t in outage(stock(folder, count), sealed=False) if isinstance(t, ParcelCollected)]
    fill(path, story)
    return tellings(path)


@pytest.mark.parametrize("booked", [False, True], ids=["not booked", "booked and not answered"])
def test_the_others_are_told_and_the_one_is_a_case_and_nothing_is_booked_twice(tmp_path: Path, booked: bool) -> None:
    folder, path = tmp_path / "library", tmp_path / "point.sqlite"
    told = lends(folder, path)
    bad = told[BAD - 1]
    with wire("rest", folder) as library, closing(library.client()) as client, closing(Store.open(path, PLAN)) as store:
        life = Life(store)
        goes_on(life, Breaks(client, {bad.key}, booked))
        assert store.waiting_count() == 0
        assert life.loop.point.counters.online
        cases = {case.id: case for case in life.loop.point.cases.values()}
        assert list(cases) == [bad.key]
        assert (cases[bad.key].what, cases[bad.key].about) == ("conflict", "parcel_collected")
        assert cases[bad.key].detail == "look whether it is booked: the library failed (500)"
        all_of_them = [(t.told.patron, t.told.items[0]) for t in told if isinstance(t.told, ParcelCollected)]
        assert loans(library) == [pair for n, pair in enumerate(all_of_them, 1) if booked or n != BAD]
        (late,) = client.tell([bad])  # held up on the way, and delivered now
        assert late.status == ("duplicate" if booked else "reused")
        assert len(loans(library)) == len(told) - (not booked)
        assert store.journal.verify().ok
        assert "image_restored" not in {t.told.what for t in tellings_of(store) if hasattr(t.told, "what")}
        assert life.loop.point.counters.epoch == 0


def tellings_of(store: Store) -> list[Telling]:
    return store.tellings(1, BATCH_MAX)


@pytest.mark.parametrize("heard", [False, True], ids=["stand-in not heard", "stand-in heard"])
@pytest.mark.parametrize("booked", [False, True], ids=["not booked", "booked"])
def test_a_power_cut_once_it_is_given_up_changes_nothing(tmp_path: Path, booked: bool, heard: bool) -> None:
    folder, path = tmp_path / "library", tmp_path / "point.sqlite"
    told = lends(folder, path)
    bad = told[BAD - 1]
    with wire("rest", folder) as library, closing(library.client()) as client:
        with closing(Store.open(path, PLAN)) as store:
            life = Life(store)
            breaks = Breaks(client, {bad.key}, booked)
            while not life.loop.point.cases:
                goes_on(life, breaks, 200.0)
            while not life.uploads:
                life.wait()
            (stand_in,) = life.uploads.pop().batch
            assert (stand_in.seq, stand_in.at) == (bad.seq, bad.at)
            if heard:
                client.tell([stand_in])
        with closing(Store.open(path, PLAN)) as store:
            life = Life(store)
            assert life.uploads[0].batch[0] == stand_in
            goes_on(life, breaks, 2000.0)
            assert store.waiting_count() == 0
            assert list(life.loop.point.cases) == [bad.key]
            assert life.loop.point.counters.epoch == 0
        assert len(loans(library)) == len(told) - (not booked)
        assert len({barcode for _, barcode in loans(library)}) == len(loans(library))


def test_where_it_breaks_down_at_everything_one_is_given_up_and_no_more(tmp_path: Path) -> None:
    folder, path = tmp_path / "library", tmp_path / "point.sqlite"
    told = lends(folder, path)
    with wire("rest", folder) as library, closing(Store.open(path, PLAN)) as store, closing(library.client()) as client:
        life = Life(store)
        everything = {t.key for t in told} | {f"{POINT}-e0-unsaid-{t.seq}" for t in told}
        goes_on(life, Breaks(client, everything, False), 10 * GIVE_UP_S)
        assert list(life.loop.point.cases) == [told[0].key]
        assert store.waiting_count() == len(told)
        goes_on(life, Breaks(client, set(), False), 2000.0)
        assert store.waiting_count() == 0
        assert len(loans(library)) == len(told) - 1


def test_a_loan_that_is_given_up_counts_against_no_limit_of_an_outage(tmp_path: Path) -> None:
    path = tmp_path / "point.sqlite"
    fill(path, [ParcelCollected("P-1", "R-1", ("REP0001",), "card", 0.0)])
    lent = Parcel("P-1", "R-1", (Item("REP0001", ""),), "S", 0.0, state="collected", unheard=True)
    with closing(Store.open(path, PLAN)) as store:
        before = store.load()
        store.commit(before, Step(before, NOBODY).put(lent), 0.0)
        point = Point(store, ServiceSilent("the library failed (500)"))
        point.run(2 * int(GIVE_UP_S))
        assert [case.about for case in point.loop.point.cases.values()] == ["parcel_collected"]
        assert not point.loop.point.parcels["P-1"].unheard


class Point:
    """A loop with something to tell, a second at a time, polled every 25 s by a library that answers."""

    def __init__(self, store: Store, error: ServiceError) -> None:
        self.now, self.error, self.tries = 1_795_000_000.0, error, list[tuple[float, int]]()
        self._ups = list[Upload]()
        dice = random.Random(1)
        clock = Clock(lambda: self.now, lambda: self.now)
        self.loop = Loop(store, clock, self._act, lambda _: None, dice.uniform)
        self.loop.start()
        self.loop.handle(Online(True))

    def _act(self, order: Outgoing) -> None:
        if isinstance(order, Upload):
            self._ups.append(order)

    def run(self, seconds: int, polled: bool = True) -> int:
        """So long; how many of the seconds the library was taken for away."""
        away = 0
        for second in range(seconds):
            self.now += 1.0
            self.loop.handle(Tick())
            if second % 25 == 0:
                self.loop.handle(Online(polled))
            while self._ups:
                self.tries.append((self.now, len(self._ups.pop().batch)))
                self.loop.handle(UploadFailed(self.error))
            away += not self.loop.point.counters.online
        return away


class Firewall:
    """Stands before the library and refuses whatever has this word in it."""

    def __init__(self, app: Any, word: str) -> None:
        self._app, self._word = app, word.encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        body = message.get("body", b"")
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        if self._word in body:
            headers = [(b"content-type", b"text/html"), (b"content-length", b"7")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": b"Blocked"})
            return

        async def heard() -> Any:
            return {"type": "http.request", "body": body}

        await self._app(scope, heard, send)


def test_what_a_firewall_refuses_is_a_case_and_the_library_is_not_away(tmp_path: Path) -> None:
    told = lends(tmp_path / "library", tmp_path / "point.sqlite")
    bad = told[BAD - 1]
    assert isinstance(bad.told, ParcelCollected)
    (word,) = bad.told.items
    with Library(tmp_path / "library") as library, closing(Store.open(tmp_path / "point.sqlite", PLAN)) as store:
        library.wire.app = Firewall(library.wire.app, word)
        with closing(rest.connect(*library.settings_of(POINT))) as client:
            life = Life(store)
            goes_on(life, client, 600.0)
            assert life.loop.point.counters.online
            goes_on(life, client)
            assert client.changes("", 0.0).snapshot  # it has been answering all the while
        assert store.waiting_count() == 0
        assert list(life.loop.point.cases) == [bad.key]
        assert "a web firewall" in life.loop.point.cases[bad.key].detail
        assert len(library.ledger.rows("select * from loans where barcode like 'REP%'")) == len(told) - 1


@pytest.mark.parametrize(
    "error", [ServiceSilent("500"), ServiceDenied("403"), ServiceBusy("503")], ids=["silent", "refused", "busy"]
)
def test_a_library_that_answers_everything_else_is_not_away_and_is_tried_less_and_less(
    tmp_path: Path, error: ServiceError
) -> None:
    lends(tmp_path / "library", tmp_path / "point.sqlite", 3)
    with closing(Store.open(tmp_path / "point.sqlite", PLAN)) as store:
        point = Point(store, error)
        assert point.run(3000) == 0
        assert GIVE_UP_TRIES < len(point.tries) < 45
        assert not point.loop.point.cases


@pytest.mark.parametrize("error", [ServiceSilent("hangs"), ServiceDenied("401")], ids=["hangs", "not let in"])
def test_nothing_is_given_up_while_the_library_is_away(tmp_path: Path, error: ServiceError) -> None:
    lends(tmp_path / "library", tmp_path / "point.sqlite", 1)
    with closing(Store.open(tmp_path / "point.sqlite", PLAN)) as store:
        point = Point(store, error)
        point.run(40)  # as long as it takes to find out
        point.loop.handle(Online(False))
        point.run(5 * int(GIVE_UP_S), polled=False)
        assert len(point.tries) > 2 * GIVE_UP_TRIES
        assert not point.loop.point.cases
