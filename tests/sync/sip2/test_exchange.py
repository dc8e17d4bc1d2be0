"""One request and its answer, when all goes well and when it does not."""

import pytest

from sync.sip2.exchange import QUESTIONS, Exchange, LinkDown, Manners
from sync.sip2.frame import Check, Frame, Reader, seal
from sync.sip2.message import Message, NotAMessage, stamp

NOW = stamp(0.0)
ITEM = Message("17", {"date": NOW}, (("AO", "main"), ("AB", "i-1")))
CHECKIN = Message(
    "09", {"no_block": "N", "date": NOW, "returned": NOW}, (("AP", "kiosk"), ("AO", "main"), ("AB", "i-1"), ("AC", ""))
)
ANSWER = b"18030201" + NOW.encode() + b"ABi-1|AJTitle|"
BOOKED = b"101YNN" + NOW.encode() + b"AOmain|ABi-1|AQ|"


def frame(said: bytes) -> Frame:
    [one] = Reader().feed(said)
    return one


def test_an_answer_with_the_right_number_is_the_answer() -> None:
    exchange = Exchange(ITEM, 7, Manners())
    said = frame(exchange.begin())
    assert (said.sequence, said.check) == (7, Check.RIGHT)
    late = exchange.hear(frame(seal(b"941", 6)))
    assert late is None
    answer = exchange.hear(frame(seal(ANSWER, 7)))
    assert isinstance(answer, Message)
    assert answer.first("AJ") == "Title"


def test_an_answer_without_number_or_checksum_is_taken() -> None:
    answer = Exchange(ITEM, 1, Manners()).hear(frame(ANSWER + b"\r"))
    assert isinstance(answer, Message)


def test_a_damaged_answer_is_asked_for_and_the_request_never_said_again() -> None:
    exchange = Exchange(CHECKIN, 1, Manners())
    exchange.begin()
    plea = exchange.hear(frame(seal(BOOKED, 1).replace(b"i-1", b"i-2")))
    assert plea == b"97AZFEF5\r"
    assert isinstance(exchange.hear(frame(seal(BOOKED, 1))), Message)


def test_a_request_that_came_damaged_is_said_again_byte_by_byte() -> None:
    exchange = Exchange(CHECKIN, 1, Manners())
    first = exchange.begin()
    assert exchange.hear(frame(b"96AZFEF6\r")) == first
    assert isinstance(exchange.hear(frame(seal(BOOKED, 1))), Message)


def test_two_ends_that_do_not_understand_each_other_part() -> None:
    damaged = frame(seal(BOOKED, 1).replace(b"i-1", b"i-2"))
    exchange = Exchange(CHECKIN, 1, Manners())
    exchange.begin()
    exchange.hear(damaged)
    with pytest.raises(LinkDown):
        exchange.hear(frame(b"96AZFEF6\r"))
    exchange = Exchange(CHECKIN, 1, Manners(tries=3))
    exchange.begin()
    assert [exchange.hear(damaged), exchange.hear(damaged)] == [b"97AZFEF5\r"] * 2
    with pytest.raises(LinkDown):
        exchange.hear(damaged)


def test_only_questions_are_said_again_after_silence() -> None:
    asked = Exchange(ITEM, 1, Manners(tries=2))
    first = asked.begin()
    assert asked.overdue() == first
    with pytest.raises(LinkDown):
        asked.overdue()
    assert QUESTIONS.isdisjoint({"11", "09", "15", "29", "65", "37", "01", "25", "19", "35"})
    booked = Exchange(CHECKIN, 1, Manners())
    booked.begin()
    assert booked.overdue() is None


@pytest.mark.parametrize("said", [b"Problems handling the request: java.lang\r", b"941\r", b"18\r"])
def test_what_is_no_answer_is_no_answer(said: bytes) -> None:
    with pytest.raises(NotAMessage):
        Exchange(ITEM, 1, Manners()).hear(frame(said))


def test_a_library_that_sums_otherwise_is_believed_when_told_to() -> None:
    wrong = frame(seal(ANSWER, 4).replace(b"AZ", b"AZ0")[:-2] + b"\r")
    assert wrong.check is Check.WRONG
    answer = Exchange(ITEM, 1, Manners(trusted=False, checked=False)).hear(wrong)
    assert isinstance(answer, Message)


def test_unchecked_means_neither_number_nor_sum() -> None:
    said = Exchange(ITEM, 1, Manners(checked=False, end=b"\r\n")).begin()
    assert said.endswith(b"ABi-1|\r\n")


def test_who_was_told_no_number_may_number_answers_as_they_like() -> None:
    """DP2 says 4 to everything; where the sums are right, these are trusted, and the numbers are not."""
    exchange = Exchange(ITEM, 7, Manners(checked=False, trusted=True))
    exchange.begin()
    assert isinstance(exchange.hear(frame(seal(ANSWER, 4))), Message)
