"""Conversations with the library over SIP2, as frames in and pieces of bytes out, with faults on request."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

from simulators.library.ledger import Ledger
from simulators.library.sip2.desk import Desk
from simulators.library.sip2.quirks import Quirks
from sync.sip2.exchange import SAY_ANSWER_AGAIN, SAY_REQUEST_AGAIN
from sync.sip2.frame import Check, Frame, checksum, seal
from sync.sip2.message import Message, NotAMessage, compose, parse

Fault = Literal[
    "request_lost",
    "closes",
    "answer_lost",
    "silent",
    "cut",
    "slow",
    "late",
    "under_way",
    "refused_login",
    "wrong_sequence",
    "twice",
    "bad_check",
    "garbage",
    "nonsense",
]
"""``request_lost``: not heard, and nothing said. ``closes``: nothing booked, the end. ``answer_lost``: booked, and
the connection ends. ``silent``: booked, no answer, the connection stays. ``cut``: half an answer, then the end.
``slow``: byte by byte. ``late``: booked, and answered after ``LATE_S``. ``under_way``: booked only after ``LATE_S``,
whoever still waits; no answer. ``twice``: the same answer two times. ``garbage``: noise before the answer.
``nonsense``: booked, and the answer is none."""
USER, PASSWORD = "kiosk", "kiosk"
LATE_S = 1.5


class Host:
    """What all conversations share: the desk, what was heard, and the faults to come. Any thread may set faults."""

    def __init__(self, ledger: Ledger, quirks: Quirks) -> None:
        self.user, self.password = USER, PASSWORD
        self.quirks = quirks
        self.desk = Desk(ledger, quirks, USER, PASSWORD)
        self.heard: deque[str] = deque(maxlen=1000)
        """Codes of the messages that came, damaged ones left out."""
        self.in_the_end: Callable[[Callable[[], object]], None] = _in_the_end
        """Has something done after ``LATE_S``."""
        self._faults: dict[tuple[Fault, str], int] = {}
        self._lock = threading.Lock()

    def fault(self, fault: Fault, times: int = 1, at: str = "") -> None:
        """The next ``times`` messages (those with the code ``at``, else any) go wrong in this way."""
        with self._lock:
            self._faults[fault, at] = times

    def mend(self) -> None:
        """No faults any more."""
        with self._lock:
            self._faults.clear()

    @property
    def faults(self) -> dict[Fault, int]:
        """What has not yet worn off, at whatever message, and how often."""
        with self._lock:
            return {fault: left for (fault, _), left in self._faults.items()}

    def due(self, code: str) -> Fault | None:
        """The fault that this message meets; it is used up."""
        with self._lock:
            for key, left in list(self._faults.items()):
                if key[1] in ("", code):
                    if left <= 1:
                        del self._faults[key]
                    else:
                        self._faults[key] = left - 1
                    return key[0]
        return None


def _in_the_end(does: Callable[[], object]) -> None:
    later = threading.Timer(LATE_S, does)
    later.daemon = True
    later.start()


class Talk:
    """One conversation, as frames in and pieces of bytes out."""

    def __init__(self, library: Host) -> None:
        self._library = library
        self._quirks = library.quirks
        self._last: tuple[Frame | None, bytes] = (None, b"")
        self._said = b""  # last, be it only a 96: that is what a 97 asks for
        self._in = not library.quirks.strict_login
        self.ended = False

    def hear(self, frame: Frame) -> list[bytes]:
        """What goes out for it, each piece in a write of its own."""
        if frame.cut or (frame.check is Check.WRONG and self._quirks.verifies):
            self._said = seal(SAY_REQUEST_AGAIN, None, True, self._quirks.end)
            return [self._said]
        if frame.body[:2] == SAY_ANSWER_AGAIN:
            return [self._said] if self._said else []
        if self._quirks.resends and frame.sequence is not None and frame == self._last[0]:
            self._said = self._last[1]
            return [self._said]
        try:
            asked = parse(frame.body, self._quirks.charset)
        except NotAMessage:
            return self._not_understood(frame)
        self._library.heard.append(asked.code)
        fault = self._library.due(asked.code)
        if fault in ("closes", "request_lost"):
            self.ended = fault == "closes"
            return []
        if fault == "under_way":
            self._library.in_the_end(lambda: self._library.desk.answer(asked))
            return []
        said = self._answered(asked, frame, fault)
        if said is None:
            return self._not_understood(frame)
        return self._spoilt(said, fault, frame)

    def _answered(self, asked: Message, frame: Frame, fault: Fault | None) -> bytes | None:
        if asked.code == "93" and fault == "refused_login":
            answer: Message | None = Message("94", {"ok": "0"})
        elif asked.code != "93" and not self._in:
            self.ended = True
            return b""
        else:
            answer = self._library.desk.answer(asked)
        if answer is None:
            return None
        if answer.code == "94":
            self._in = answer.yes("ok") or not self._quirks.strict_login
        said = self._sealed(compose(answer, self._quirks.charset), frame)
        self._last = (frame, said)
        self._said = said
        return said

    def _sealed(self, body: bytes, frame: Frame) -> bytes:
        sequence = frame.sequence
        if self._quirks.checksum == "dp2":
            units = body.decode(self._quirks.charset).encode("utf-16-le")
            total = sum(int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2))
            total -= ord("|") if body.endswith(b"|") else 0
            return body + b"AY4AZ%04X" % (-total & 0xFFFF) + self._quirks.end
        if sequence is None and frame.check is Check.NONE:
            return body + self._quirks.end
        said = seal(body, sequence, True, self._quirks.end)
        if self._quirks.padded:
            return said
        summed = said[: said.rindex(b"AZ") + 2]
        return summed + (checksum(summed).lstrip(b"0") or b"0") + self._quirks.end

    def _not_understood(self, frame: Frame) -> list[bytes]:
        if self._quirks.plain_text_errors:
            return [b"Problems handling the request: unknown message" + self._quirks.end]
        self.ended = self._quirks.answers_unknown == "closes"
        return []

    def _spoilt(self, said: bytes, fault: Fault | None, frame: Frame) -> list[bytes]:
        match fault:
            case "answer_lost":
                self.ended = True
                return []
            case "silent":
                return []
            case "cut":
                self.ended = True
                return [said[: len(said) // 2]]
            case "slow":
                return [bytes((byte,)) for byte in said]
            case "late":
                time.sleep(LATE_S)
            case "wrong_sequence" if frame.sequence is not None:
                return [said.replace(b"AY%d" % frame.sequence, b"AY%d" % ((frame.sequence + 5) % 10))]
            case "twice":
                return [said, said]
            case "bad_check":
                return [said.replace(b"|", b"!", 1)] if b"|" in said else [said[:-2] + b"\r"]
            case "nonsense":
                return [b"<html>503</html>" + self._quirks.end]
            case "garbage":
                return [b"\x00\xff%%%\r", said]
        return [said] if said else []
