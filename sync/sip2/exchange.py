"""One SIP2 request and its answer: what to say, what to make of what is heard, and when to say it again.

The standard repeats an unanswered request byte by byte, trusting the library to notice the same sequence number and
checksum and to repeat its answer. Most libraries do not notice: a checkout said twice is a renewal. So only questions
are said again; after an unanswered checkout, check-in or payment the outcome is unknown, and has to be asked for.
An answer that came damaged is another matter: 97 asks for the answer alone, whatever the request was.
"""

from dataclasses import dataclass

from sync.sip2.frame import Check, Frame, seal
from sync.sip2.message import Charset, Message, NotAMessage, compose, parse

QUESTIONS = frozenset({"93", "99", "23", "63", "17"})
"""Requests that change nothing, so that saying them twice does no harm."""

SAY_ANSWER_AGAIN, SAY_REQUEST_AGAIN = b"97", b"96"


class LinkDown(Exception):
    """The two ends no longer understand each other: close, connect again, log in again. The outcome is unknown."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How one library wants to be spoken to. ``checked``: with AY and AZ. ``trusted``: its own AY and AZ can be
    verified. ``tries``: how often a message is said at most."""

    charset: Charset = "utf-8"
    end: bytes = b"\r"
    checked: bool = True
    trusted: bool = True
    tries: int = 3


class Exchange:
    """``begin``, then ``hear`` each frame, and ``overdue`` when none came in time."""

    def __init__(self, request: Message, sequence: int, manners: Manners) -> None:
        """``sequence``: 0..9, another than that of the request before. Raises ``Unsayable``."""
        self._request = request
        self._sequence = sequence
        self._manners = manners
        self._said = seal(compose(request, manners.charset), sequence, manners.checked, manners.end)
        self._tries = 0
        self._asked_again = False

    def begin(self) -> bytes:
        """The request, for one write."""
        self._tries = 1
        self._asked_again = False
        return self._said

    def hear(self, frame: Frame) -> Message | bytes | None:
        """The answer; or what to say now; or None when this was not it and the wait goes on.

        Raises ``LinkDown``, and ``NotAMessage`` for an answer that is none: plain text, another code, a line cut off.
        """
        damaged = frame.cut or (self._manners.trusted and frame.check is Check.WRONG)
        if damaged:
            return self._again(seal(SAY_ANSWER_AGAIN, None, self._manners.checked, self._manners.end), asking=True)
        if frame.body[:2] == SAY_REQUEST_AGAIN:
            if self._asked_again:
                raise LinkDown("the library understands neither the request nor the plea to say its answer again")
            return self._again(self._said, asking=False)
        numbered = self._manners.checked and self._manners.trusted
        if numbered and frame.sequence not in (None, self._sequence):
            return None  # an answer to an earlier request, come late
        message = parse(frame.body, self._manners.charset)
        due = self._request.layout.answer
        if message.code != due:
            raise NotAMessage(f"a {message.code} came where a {due} was due")
        return message

    def overdue(self) -> bytes | None:
        """Nothing came in time: the question to say again, or None when the outcome is unknown. Raises ``LinkDown``."""
        if self._request.code not in QUESTIONS:
            return None
        return self._again(self._said, asking=False)

    def _again(self, said: bytes, asking: bool) -> bytes:
        self._tries += 1
        if self._tries > self._manners.tries:
            raise LinkDown(f"no sound answer to a {self._request.code} in {self._manners.tries} tries")
        self._asked_again = asking
        return said
