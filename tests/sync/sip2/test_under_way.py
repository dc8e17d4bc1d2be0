"""What a library does not answer may be under way there still; what it breaks down at holds up nothing for ever."""

import contextlib
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from raw_library import CUT, LOGIN, WHEN, Answer, Library, library, sealed
from sip2_client import SEAL, client

from sync.errors import ServicePostponed, ServiceSilent, ServiceUnreachable
from sync.messages import ItemDropped, ItemLent, ParcelCollected, Receipt, Telling
from sync.service import Known
from sync.sip2 import service as service_
from sync.sip2.service import GIVE_UP_S, GIVE_UP_TRIES, Sip2

NOW = time.time()
ANN = SEAL.hide("R100")
LENT = Telling("k-1", 1, NOW - 900, ParcelCollected("h1", ANN, ("i-1",), "card", NOW))
LENT_OUT = f"121YNY{WHEN}AOmain|AAR100|ABi-1|AJDune|AH20270107    120000|"


def barcode(line: str) -> str:
    return line.split("AB")[1].split("|")[0]


def item(state: str) -> Answer:
    return lambda line: f"18{state}0201{WHEN}AB{barcode(line)}|AJDune|"


def loans(*barcodes: str, count: int | None = None) -> Answer:
    said = "".join(f"AU{one}|" for one in barcodes)
    charged = f"{len(barcodes) if count is None else count:04d}"
    return lambda _: f"64{' ' * 14}019{WHEN}00000000{charged}000000000000AOmain|AAR100|AEAnn|BLY|{said}"


def told(service: Sip2, *tellings: Telling, known: Known | None = None) -> list[Receipt]:
    """As the outbox does."""
    for _ in range(20):
        try:
            return list(service.tell(tellings, known or Known()))
        except ServicePostponed as error:
            time.sleep(error.after_s)
        except ServiceSilent:
            pass
    raise AssertionError("no receipt")


class Slow:
    """A library that takes its time over the first checkout, and goes on with it when nobody waits any more."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.lent = False
        self.effects: list[str] = []

    def answers(self) -> dict[str, Answer]:
        return {"11": self.checkout, "17": lambda line: item("04" if self.lent else "03")(line), "63": loans("i-1")}

    def checkout(self, _: str) -> str:
        first = not self.effects
        self.effects.append("under way")
        if first:
            self.goes_on.wait()
        self.effects[-1 if not first else 0] = "renewed" if self.lent else "lent"
        self.lent = True
        return LENT_OUT


def test_a_checkout_that_is_under_way_still_is_not_said_again() -> None:
    slow = Slow()
    with library(slow.answers()) as lib:
        service = client(lib.port, doubt_wait_s=2.0)
        with pytest.raises(ServiceSilent):
            service.tell([LENT])
        with pytest.raises(ServicePostponed) as waits:
            service.tell([LENT])
        assert 0 < waits.value.after_s <= 2.0
        slow.goes_on.set()
        assert [one.status for one in told(service, LENT)] == ["applied"]
    assert slow.effects == ["lent"]


def test_nor_after_a_start_in_between() -> None:
    slow = Slow()
    with library(slow.answers()) as lib:
        with pytest.raises(ServiceSilent):
            client(lib.port).tell([LENT])
        again = client(lib.port, doubt_wait_s=2.0)
        with pytest.raises(ServicePostponed):
            again.tell([LENT], Known(said=1))
        slow.goes_on.set()
        assert [one.status for one in told(again, LENT, known=Known(said=1))] == ["applied"]
    assert slow.effects == ["lent"]


def lent(seq: int, at: float) -> Telling:
    return Telling(f"k-{seq}", seq, at, ItemLent(f"i-{seq}", ANN, NOW))


@pytest.mark.parametrize("ago_s", [0, 86400, -40 * 86400])  # the clock may have been set since, or lost the time
def test_a_book_lent_at_the_counter_is_told_when_its_checkout_cannot_be_under_way_any_more(ago_s: float) -> None:
    with library({"17": item("03"), "11": lambda _: LENT_OUT}) as lib:
        service = client(lib.port, doubt_wait_s=1.0)
        with pytest.raises(ServicePostponed) as waits:
            service.tell([lent(1, NOW - ago_s)])
        assert 0 < waits.value.after_s <= 1.0
        assert lib.codes() == []
        assert told(service, lent(1, NOW - ago_s))[0].status == "applied"


def test_many_that_were_lent_long_ago_wait_once() -> None:
    with library({"17": item("03"), "11": lambda line: LENT_OUT.replace("i-1", barcode(line))}) as lib:
        service, known = client(lib.port, doubt_wait_s=1.0), Known(newest=3)
        assert told(service, lent(1, NOW), lent(2, NOW), known=known)[1].status == "applied"
        assert service.tell([lent(3, NOW)], known)[0].status == "applied"
        with pytest.raises(ServicePostponed):
            service.tell([lent(4, NOW)], Known(newest=4))
        assert lib.codes().count("11") == 3


def without_items(folder: Path, *more: str) -> Path:
    own = folder / "own.toml"
    own.write_text(f'base = "koha"\nwithout = [{", ".join(map(repr, ("17", *more)))}]\n')
    return own


@pytest.mark.parametrize(
    ("first_was_booked", "lists", "said", "status"),
    [
        (True, loans("i-1"), ["11", "63"], "applied"),
        (False, loans(), ["11", "63", "11"], "applied"),
        (False, loans(count=3), ["11", "63"], "conflict"),  # a list that is not whole
    ],
)
def test_without_item_information_a_readers_loans_say_whether_it_is_booked(
    first_was_booked: bool, lists: Answer, said: list[str], status: str, tmp_path: Path
) -> None:
    answers: list[Answer] = [lambda _: CUT, lambda _: LENT_OUT]
    with library({"11": lambda line: answers.pop(0)(line), "63": lists}) as lib:
        [receipt] = told(client(lib.port, dialect=without_items(tmp_path)), LENT)
        assert lib.codes() == said
    assert receipt.status == status
    assert ("may be booked already" in receipt.detail) is (status == "conflict")


def test_where_neither_can_be_asked_it_is_a_case(tmp_path: Path) -> None:
    with library({"11": lambda _: CUT}) as lib:
        [receipt] = told(client(lib.port, dialect=without_items(tmp_path, "63")), LENT)
        assert lib.codes() == ["11"]
    assert receipt.status == "conflict"


def test_what_was_never_said_is_said_without_asking(tmp_path: Path) -> None:
    login = ["940", "941"]
    with library({"93": lambda _: login.pop(0), "11": lambda _: LENT_OUT}) as lib:
        service = client(lib.port, dialect=without_items(tmp_path, "63"))
        with pytest.raises(ServiceUnreachable):
            service.tell([LENT])
        assert [one.status for one in service.tell([LENT])] == ["applied"]


def test_a_library_that_goes_just_before_it_is_said_has_heard_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It closes the connection it has just opened, and lets nobody in for a while."""
    logins, ready_once = ["941", "940", "941"], []

    def status(line: str) -> str | list[bytes | float]:
        answer = LOGIN["99"](line)
        assert isinstance(answer, str)
        return [sealed(answer, line.split("AY")[1][0])] if len(logins) == 2 else answer

    with library({"93": lambda _: logins.pop(0), "99": status, "11": lambda _: LENT_OUT}) as lib:
        service = client(lib.port, dialect=without_items(tmp_path, "63"))
        ready = service._client.ready

        def ready_and_gone(until: float) -> None:
            ready(until)
            if not ready_once and service._client._wire:
                ready_once.append(service._client._wire.quiet(5.0))

        monkeypatch.setattr(service._client, "ready", ready_and_gone)
        with pytest.raises(ServiceUnreachable):
            service.tell([LENT])
        assert (ready_once, lib.codes()) == ([False], [])
        assert [one.status for one in service.tell([LENT])] == ["applied"]  # without asking: it was never said
        assert lib.codes() == ["11"]


# ---- time, and libraries that break down ----------------------------------------------------------------------------


def back(n: int) -> Telling:
    return Telling(f"k-{n}", n, NOW, ItemDropped(f"i-{n}", "A1", True))


def returned(lib_wait_s: float) -> Answer:
    def answer(line: str) -> str:
        time.sleep(lib_wait_s)
        return f"101YNN{WHEN}AOmain|AB{barcode(line)}|AQmain|"

    return answer


def slow_round(lib: Library, *tellings: Telling) -> list[str]:
    """How each call ended, until all is booked."""
    service = client(lib.port, connect_wait_s=0.5, answer_wait_s=0.5, tell_wait_s=2.0)
    ends = []
    while len(ends) < 40:
        try:
            return [*ends, f"{len(service.tell(tellings))} receipts"]
        except ServicePostponed:
            ends.append("postponed")
    return ends


def test_nothing_is_begun_that_cannot_be_answered_in_time() -> None:
    with library({"09": returned(0.1)}) as lib:
        ends = slow_round(lib, *map(back, range(1, 31)))
        assert ends[-1] == "30 receipts"
        assert set(ends[:-1]) == {"postponed"}
        assert [barcode(line) for line in lib.said if line[:2] == "09"] == [f"i-{n}" for n in range(1, 31)]


def test_a_parcel_of_many_items_goes_on_where_its_time_was_over() -> None:
    many = tuple(f"i-{n}" for n in range(1, 26))
    parcel = Telling("k-1", 1, NOW - 900, ParcelCollected("h1", ANN, many, "card", NOW))

    def lend(line: str) -> str:
        time.sleep(0.1)
        return LENT_OUT.replace("ABi-1|", f"AB{barcode(line)}|")

    with library({"17": item("03"), "11": lend}) as lib:
        assert slow_round(lib, parcel)[-1] == "1 receipts"
        assert [barcode(line) for line in lib.said if line[:2] == "11"] == list(many)


def test_a_library_that_breaks_down_at_one_item_hears_of_the_others_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ahead = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + ahead[0], time=time.time)
    monkeypatch.setattr(service_, "time", clock)
    dies: Answer = lambda line: CUT if barcode(line) == "i-1" else returned(0.0)(line)  # noqa: E731
    with library({"09": dies, "17": item("04")}) as lib:
        service = client(lib.port)
        for _ in range(GIVE_UP_TRIES - 1):
            with pytest.raises(ServiceSilent):
                service.tell([back(1), back(2)])
            ahead[0] += GIVE_UP_S / (GIVE_UP_TRIES - 2)
        ruined, fine = service.tell([back(1), back(2)])
        assert (ruined.status, fine.status) == ("conflict", "applied")
        assert "look whether it is booked" in ruined.detail


def test_a_long_outage_between_two_silences_gives_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + ahead[0], time=time.time)
    monkeypatch.setattr(service_, "time", clock)
    answers: list[Answer] = [lambda _: CUT, lambda _: CUT, returned(0.0)]
    with library({"09": lambda line: answers.pop(0)(line), "17": item("04")}) as lib:
        service = client(lib.port)
        for _ in range(2):
            with pytest.raises(ServiceSilent):
                service.tell([back(1)])
            ahead[0] += 10 * GIVE_UP_S
        assert service.tell([back(1)])[0].status == "applied"


def test_nor_does_one_for_whose_question_no_round_is_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + ahead[0], time=time.time)
    monkeypatch.setattr(service_, "time", clock)
    with library({"17": lambda _: None, "09": returned(0.0)}) as lib:  # said again, a round is over before it is silent
        service = client(lib.port, connect_wait_s=0.15, answer_wait_s=0.15, tell_wait_s=0.6)
        receipts: tuple[Receipt, ...] = ()
        rounds = 0
        while not receipts and rounds < 40:
            with contextlib.suppress(ServicePostponed, ServiceSilent, ServiceUnreachable):
                receipts = service.tell([LENT, back(2)])
            ahead[0] += GIVE_UP_S / (GIVE_UP_TRIES - 2)
            rounds += 1
        assert rounds >= GIVE_UP_TRIES
        assert [one.status for one in receipts] == ["conflict", "applied"]
        assert "look whether it is booked" in receipts[0].detail
