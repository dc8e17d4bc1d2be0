"""How long the thread that listens waits without an answer, or with one that leads nowhere, against real sockets."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, count, cycle, repeat

import pytest
from hostile import hostile, reply
from rest_contract import Exchange

from kiosk.core.events import Online
from kiosk.incoming import Incoming, Polled
from kiosk.library import LISTEN_CAP_S, LibraryWorkers
from kiosk.workers import Worker
from simulators.library.server import Library
from sync import rest
from sync.backoff import RETRY_AFTER_MAX_S
from sync.messages import Page


class Patient(Worker):
    """Waits in no time, so often, and remembers how long it would have been."""

    def __init__(self, listen: LibraryWorkers, times: int) -> None:
        super().__init__("changes", listen.listen, lambda bug: None)
        self.waits: list[float] = []
        self._times = times

    @property
    def stopping(self) -> bool:
        return len(self.waits) >= self._times

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)


def waits(answer: bytes | Iterable[bytes], times: int, cursor: str = "") -> list[float]:
    answers = repeat(answer) if isinstance(answer, bytes) else iter(answer)
    with hostile(lambda connection: connection.sendall(next(answers))) as port:
        settings = rest.Settings(url=f"http://127.0.0.1:{port}")
        listening = LibraryWorkers(lambda: rest.connect(settings, "token", "p"), cursor, lambda event: None)
        worker = Patient(listening, times)
        listening.listen(worker)
    return worker.waits


def test_the_patience_that_the_library_asks_for_is_given_and_not_by_all_at_one_moment() -> None:
    asked = waits(reply("503 Service Unavailable", b"{}", "Retry-After: 600"), 12)
    assert all(600 <= wait <= 600 + LISTEN_CAP_S for wait in asked)
    assert len(set(asked)) == 12
    [too_long] = waits(reply("429 Too Many Requests", b"{}", "Retry-After: 99999"), 1)
    assert RETRY_AFTER_MAX_S <= too_long <= RETRY_AFTER_MAX_S + 1


def test_who_wants_to_begin_anew_is_given_a_snapshot(library: Library, exchanges: list[Exchange]) -> None:
    pages = list[Polled]()

    def post(incoming: Incoming) -> None:
        if isinstance(incoming, Polled):
            pages.append(incoming)
            listening.refresh()

    class Until(Worker):
        stopping = property(lambda _: len(pages) == 3)  # type: ignore[assignment]

    listening = LibraryWorkers(lambda: rest.connect(*library.settings_of("dongmen")), "", post)
    listening.listen(Until("changes", listening.listen, lambda bug: None))
    assert [(one.method, one.path.rsplit("/", 1)[-1], one.query) for one in exchanges] == [("GET", "snapshot", {})] * 3


def test_that_the_library_is_back_is_noticed_soon_and_not_by_all_at_one_moment() -> None:
    later = waits(reply("500 Internal Server Error", b""), 40)[10:]
    assert all(wait <= LISTEN_CAP_S for wait in later)
    assert len(set(later)) == 30


GONE = reply("410 Gone", b"{}")
FAILS = reply("500 Internal Server Error")


def page(cursor: str, more: bool = False, snapshot: bool = False) -> bytes:
    said = {"changes": [], "cursor": cursor, "server_time": 1.79e9, "snapshot": snapshot, "more": more}
    return reply("200 OK", json.dumps(said).encode())


def snapshots() -> Iterator[bytes]:
    for n in count():
        yield from (GONE, page(str(n), snapshot=True))


@pytest.mark.parametrize(
    "answers",
    [repeat(page("x")), repeat(page("x", more=True)), snapshots()],
    ids=["does not wait", "more of the same", "knows no cursor"],
)
def test_a_library_whose_answers_lead_nowhere_is_asked_less_and_less(answers: Iterator[bytes]) -> None:
    longer = waits(answers, 12, "x")
    tops = [min(2.0**n, LISTEN_CAP_S) for n in range(12)]
    assert all(top / 2 <= wait <= top for wait, top in zip(longer, tops, strict=True))


def test_what_leads_on_is_asked_for_at_once_and_ends_the_waiting() -> None:
    leads_on = [page(str(n), more=True) for n in range(20)]
    nowhere = [page("19")] * 3
    news = [page("20")]
    all_of_it = chain([page("s", snapshot=True)], leads_on, nowhere, news, [page("20")] * 2, cycle([FAILS]))
    short = waits(all_of_it, 3)
    assert all(0.5 <= wait <= 1.0 for wait in short[::2])
    assert 1.0 <= short[1] <= 2.0


def test_behind_a_gateway_that_waits_for_less_the_library_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ends each question that is open for longer than it likes: the point then asks for shorter waits."""
    asked, told = list[float](), list[object]()
    changes = rest.Rest.changes

    def noted(client: rest.Rest, cursor: str, wait_s: float) -> Page:
        asked.append(wait_s)
        return changes(client, cursor, wait_s)

    monkeypatch.setattr(rest.Rest, "changes", noted)
    late = reply("504 Gateway Timeout")
    answers = iter([page("1"), late, page("2"), late, page("3"), page("4"), page("5"), *[FAILS] * 9])
    with hostile(lambda connection: connection.sendall(next(answers))) as port:
        settings = rest.Settings(url=f"http://127.0.0.1:{port}")
        listening = LibraryWorkers(lambda: rest.connect(settings, "token", "p"), "0", told.append)
        listening.listen(Patient(listening, 1))
    assert asked == [0.0, 25.0, 0.0, 12.5, 0.0, 6.25, 6.25, 6.25, 0.0]
    assert told.count(Online(True)) == 5
    assert told[-1] == Online(False)  # and that it is away is noticed at once
    assert told.count(Online(False)) == 1
