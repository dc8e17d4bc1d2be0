"""The line to a library that is being probed, and the guard before it: what is found out through it is ``Found``."""

from dataclasses import dataclass, field
from typing import Any

from sync.sip2.ear import Ear
from sync.sip2.frame import Frame, Reader, seal
from sync.sip2.message import Charset, Message, NotAMessage, compose, parse
from sync.sip2.settings import Settings


class Forbidden(Exception):
    """A message that names somebody or something other than the test patron and test items: it is not said."""


class Fruitless(Exception):
    """The library cannot be probed; the message says how far it came and what to look at."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Who and what may be named."""

    patron: str = field(repr=False)
    items: tuple[str, ...]

    def pass_on(self, message: Message) -> Message:
        """The message, if it names nothing else. Raises ``Forbidden``."""
        for name, value in message.fields:
            if name == "AA" and value != self.patron:
                raise Forbidden(f"a {message.code} would touch another patron")
            if (name == "AB" and value not in self.items) or name == "AJ":
                raise Forbidden(f"a {message.code} would touch another item")
        return message


@dataclass(slots=True)
class Found:
    """A line of the dialect: its value, and what was seen."""

    value: Any
    seen: str


class Line:
    """One connection at a time, opened when there is something to say and logged in again where it was lost. Every
    message goes through the guard. Calls raise ``OSError`` and ``Fruitless``."""

    def __init__(self, settings: Settings, wait_s: float, guard: Guard, login: Message) -> None:
        self.charset: Charset = "utf-8"
        self.checked = True
        self.end = b"\r"
        self.known = False
        """Whether a login was answered; only then is it said again by itself."""
        self.last = b""
        """What was said last, byte by byte."""
        self._guard = guard
        self._login = login
        self._ear = Ear(settings, wait_s, self._log_in_again)
        self._sequence = -1

    def say(self, message: Message) -> Message | None:
        """The answer, None where there is none."""
        frame = self.frame(self.ask(message))
        if frame is None or frame.body[:2].decode("ascii", "replace") != message.layout.answer:
            return None
        return self.parsed(frame.body)

    def ask(self, message: Message) -> bytes:
        """What comes back, ends and all."""
        return self.raw(seal(compose(self._guard.pass_on(message), self.charset), self.next(), self.checked, self.end))

    def again(self) -> bytes:
        """The last message once more, byte by byte."""
        return self.raw(self.last)

    def raw(self, data: bytes) -> bytes:
        """Bytes that the guard has seen, or that name nobody."""
        self.last = data
        said = self._ear.say(data)
        if self._ear.gone():
            self.close()
        return said

    @property
    def gone(self) -> bool:
        """Whether the library has closed the connection."""
        return self._ear.gone()

    def close(self) -> None:
        """Let go; what is said next is said on a new connection."""
        self._ear.close()

    def parsed(self, body: bytes) -> Message:
        """Raises ``Fruitless`` for what is no message."""
        try:
            return parse(body, self.charset)
        except NotAMessage as error:
            raise Fruitless(f"an answer is no message: {error}") from None

    def frame(self, raw: bytes) -> Frame | None:
        """The first line of what came."""
        reader = Reader()
        frames = reader.feed(raw) or reader.silence()
        return frames[0] if frames else None

    def next(self) -> int:
        """The next sequence number."""
        self._sequence = (self._sequence + 1) % 10
        return self._sequence

    def _log_in_again(self) -> bytes:
        return seal(compose(self._login, "utf-8"), self.next(), self.checked, self.end) if self.known else b""
