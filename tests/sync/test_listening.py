"""How long the thread that listens for changes waits when there is no answer, against a real socket."""

from hostile import hostile, reply

from kiosk.library import LISTEN_CAP_S, LibraryWorkers
from kiosk.workers import Worker
from sync import rest
from sync.backoff import RETRY_AFTER_MAX_S


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


def waits(answer: bytes, times: int) -> list[float]:
    with hostile(lambda connection: connection.sendall(answer)) as port:
        settings = rest.Settings(url=f"http://127.0.0.1:{port}")
        listening = LibraryWorkers(lambda: rest.connect(settings, "token", "p"), "", lambda event: None)
        worker = Patient(listening, times)
        listening.listen(worker)
    return worker.waits


def test_the_patience_that_the_library_asks_for_is_given_and_not_by_all_at_one_moment() -> None:
    asked = waits(reply("503 Service Unavailable", b"{}", "Retry-After: 600"), 12)
    assert all(600 <= wait <= 600 + LISTEN_CAP_S for wait in asked)
    assert len(set(asked)) == 12
    [too_long] = waits(reply("429 Too Many Requests", b"{}", "Retry-After: 99999"), 1)
    assert RETRY_AFTER_MAX_S <= too_long <= RETRY_AFTER_MAX_S + 1


def test_that_the_library_is_back_is_noticed_soon_and_not_by_all_at_one_moment() -> None:
    later = waits(reply("500 Internal Server Error", b""), 40)[10:]
    assert all(wait <= LISTEN_CAP_S for wait in later)
    assert len(set(later)) == 30
