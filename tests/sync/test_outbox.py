"""Order, one in flight, the same batch again, and in the end everything told once in effect: whatever goes wrong."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.backoff import CAP_S
from sync.errors import (
    ServiceBroken,
    ServiceBusy,
    ServiceDenied,
    ServiceError,
    ServiceGap,
    ServicePostponed,
    ServiceSilent,
    ServiceUnreachable,
)
from sync.messages import PointTrouble, Telling
from sync.outbox import BATCH_MAX, GIVE_UP_S, GIVE_UP_TRIES, Outbox


def telling(seq: int) -> Telling:
    return Telling(f"k{seq}", seq, 0.0, PointTrouble("door_stuck"))


ROWS = [telling(seq) for seq in range(1, 251)]


def most(_: float, high: float) -> float:
    return high


def seqs(batch: tuple[Telling, ...]) -> list[int]:
    return [one.seq for one in batch]


def test_at_most_a_hundred_in_order() -> None:
    assert seqs(Outbox().batch(ROWS, 0)) == list(range(1, BATCH_MAX + 1))
    assert seqs(Outbox(first=240).batch(ROWS, 0)) == list(range(240, 251))
    assert Outbox().batch([], 0) == ()


def test_never_over_a_hole() -> None:
    assert seqs(Outbox(first=3).batch([telling(3), telling(4), telling(6)], 0)) == [3, 4]


def test_one_batch_in_flight() -> None:
    outbox = Outbox().sent(ROWS[:5])
    assert outbox.batch(ROWS, 1e9) == ()
    assert seqs(outbox.answered().batch(ROWS, 0))[0] == 6


def test_the_same_batch_again_first_though_more_waits_now() -> None:
    outbox = Outbox().sent(ROWS[:2]).failed(100.0, ServiceSilent(""), most)
    assert outbox.batch(ROWS, 100.5) == ()
    assert seqs(outbox.batch(ROWS, 101.0)) == [1, 2]
    outbox = outbox.sent(ROWS[:2]).failed(200.0, ServiceBroken(""), most)
    assert not outbox.due(201.9)
    assert outbox.due(202.0)
    assert outbox.sent(ROWS[:2]).answered() == Outbox(first=3)


def test_patience_asked_for_is_given() -> None:
    outbox = Outbox().sent(ROWS[:1]).failed(0.0, ServiceUnreachable("", 30.0), most)
    assert not outbox.due(30.9)
    assert outbox.due(31.0)


def test_what_is_put_off_goes_at_the_time_said_and_is_no_failure() -> None:
    before = Outbox().sent(ROWS[:2])
    outbox = before.failed(100.0, ServicePostponed("", 7.0), most, answers=True)
    assert (outbox.attempts, outbox.failures) == (0, 0)
    assert not outbox.due(106.9)
    assert seqs(outbox.batch(ROWS, 107.0)) == [1, 2]
    assert not replace(outbox, away=True).back(101.0).due(106.9)  # it may be under way there until then


def test_a_gap_leads_back() -> None:
    outbox = Outbox(first=50).sent(ROWS[49:60]).failed(0.0, ServiceGap("", 40), most)
    assert seqs(outbox.batch(ROWS, 1.0)) == list(range(40, 140))


def test_the_wait_is_cut_short_when_the_library_is_back() -> None:
    waiting = Outbox().sent(ROWS[:1]).failed(1000.0, ServiceUnreachable("", 3000.0), most)
    assert not waiting.back(1005.0).due(3999.9)  # the quiet that the library asked for is kept
    assert waiting.back(1005.0).due(4000.0)
    gone = Outbox().sent(ROWS[:1]).failed(1000.0, ServiceSilent(""), most)
    assert not gone.back(1005.0).due(1004.9)
    assert gone.back(1005.0).due(1005.0)


def fails(outbox: Outbox, error: ServiceError, answers: bool = True, tries: int = GIVE_UP_TRIES) -> Outbox:
    for _ in range(tries):
        outbox = outbox.sent(outbox.batch(ROWS, outbox.next_at))
        outbox = outbox.failed(outbox.next_at, error, most, answers)
    return outbox


@pytest.mark.parametrize("error", [ServiceSilent(""), ServiceBroken(""), ServiceDenied("")])
def test_a_batch_at_which_a_library_breaks_down_is_said_one_by_one_and_then_as_before(error: ServiceError) -> None:
    outbox = fails(Outbox(), error)
    assert not outbox.hopeless(1e9)
    for seq in range(1, BATCH_MAX + 1):
        batch = outbox.batch(ROWS, outbox.next_at)
        assert seqs(batch) == [seq]
        outbox = outbox.sent(batch).answered()
    assert seqs(outbox.batch(ROWS, 0)) == list(range(101, 201))


def test_one_alone_is_hopeless_after_so_many_tries_and_so_long() -> None:
    outbox = fails(Outbox(first=7, last=7), ServiceBroken(""))
    assert not outbox.hopeless(outbox.failing_since + GIVE_UP_S - 1)
    assert outbox.hopeless(outbox.failing_since + GIVE_UP_S)
    assert not fails(Outbox(first=7, last=7), ServiceSilent(""), tries=GIVE_UP_TRIES - 1).hopeless(1e9)


@pytest.mark.parametrize(
    ("outbox", "error", "answers"),
    [
        (Outbox(), ServiceSilent(""), False),
        (Outbox(), ServiceDenied(""), False),
        (Outbox(), ServiceUnreachable(""), True),
        (Outbox(), ServiceBusy(""), True),
        (Outbox(keys=False), ServiceSilent(""), True),
    ],
    ids=["away", "refused", "unreachable", "busy", "without keys"],
)
def test_these_are_no_reason_to_say_them_otherwise(outbox: Outbox, error: ServiceError, answers: bool) -> None:
    outbox = fails(outbox, error, answers, 3 * GIVE_UP_TRIES)
    assert len(outbox.batch(ROWS, outbox.next_at)) == BATCH_MAX
    outbox = fails(Outbox(first=7, last=7, keys=outbox.keys), error, answers, 3 * GIVE_UP_TRIES)
    assert not outbox.hopeless(1e9)


@pytest.mark.parametrize("error", [ServiceSilent(""), ServiceBroken(""), ServiceDenied(""), ServiceBusy("")])
def test_a_wait_that_no_outage_was_the_reason_of_is_not_cut_short(error: ServiceError) -> None:
    waiting = fails(Outbox(), error)
    assert waiting.back(waiting.next_at - 50.0).next_at == waiting.next_at
    away = fails(Outbox(), error, answers=isinstance(error, ServiceBusy))
    assert away.back(away.next_at - 50.0).next_at == away.next_at - (0.0 if isinstance(error, ServiceBusy) else 50.0)


def test_misuse_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        Outbox().sent([])
    with pytest.raises(AssertionError):
        Outbox().answered()
    with pytest.raises(AssertionError):
        Outbox().sent(ROWS[:1]).sent(ROWS[:1])


class Heard:
    """A service that keeps order, keys and count; ``lose`` is its last backup restored."""

    def __init__(self) -> None:
        self.effects: list[str] = []

    def tell(self, batch: tuple[Telling, ...], how: str) -> ServiceError | None:
        if how == "away":
            return ServiceUnreachable("")
        if how == "restored":
            del self.effects[-3:]
        if batch[0].seq > len(self.effects) + 1:
            return ServiceGap("", len(self.effects) + 1)
        for one in batch:
            if one.seq > len(self.effects):
                self.effects.append(one.key)
        return ServiceSilent("") if how == "answer lost" else None


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["fine", "away", "answer lost", "restored", "power cut"]),
            st.integers(0, 40),
            st.floats(0, 400),
        ),
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_everything_is_told_in_order_once_in_effect(turns: list[tuple[str, int, float]], rng: random.Random) -> None:
    service, outbox, now, waiting, receipted = Heard(), Outbox(), 0.0, 0, 0
    ends = [("fine", 0, 400.0)] * 12 + [("fine", 1, 400.0)] * 4  # something new is told: a lost end shows as a gap
    for how, more, pause in turns + ends:
        now, waiting = now + pause, waiting + more
        batch = outbox.batch(ROWS[outbox.first - 1 : waiting], now)
        if not batch:
            continue
        outbox = outbox.sent(batch)
        error = service.tell(batch, how)
        if how == "power cut":  # whatever was answered, nothing of it was committed
            outbox = Outbox(first=receipted + 1)
        elif error:
            outbox = outbox.failed(now, error, rng.uniform)
        else:
            outbox = outbox.answered()
            receipted = max(receipted, batch[-1].seq)
    assert service.effects == [one.key for one in ROWS[:waiting]]
    assert outbox.attempts == 0
    assert not outbox.in_flight


def test_a_library_that_says_reused_without_end_is_told_less_and_less() -> None:
    outbox, later = Outbox(), []
    for n in range(12):
        outbox = outbox.sent(ROWS[n : n + 1]).numbered_anew(100.0, most)
        later.append(outbox.next_at - 100.0)
    assert later == [0.0, *(min(2.0**n, CAP_S) for n in range(11))]
    assert outbox.sent(ROWS[12:13]).answered().due(100.0)  # and then as before
