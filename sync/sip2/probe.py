"""Finds out how a SIP2 library speaks, with a test patron and test items, and writes it down as a dialect.

Every message goes through ``Guard``, which lets nothing pass that names anybody or anything else. Unless ``may_lend``
nothing is asked for but questions; with it a test item is lent to the test patron and checked in again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sync.sip2.dialect import Dialect
from sync.sip2.ear import Ear
from sync.sip2.frame import Check, Frame, Reader, seal
from sync.sip2.message import Charset, Message, NotAMessage, compose, parse
from sync.sip2.settings import Settings
from sync.sip2.words import CHARGED, Words

CHARSETS: tuple[Charset, ...] = ("utf-8", "gb18030")
DATES = ("%Y%m%d    %H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y,%H:%M")
Tell = Callable[[str], None]


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
            if (name == "AA" and value != self.patron) or (name == "AB" and value not in self.items):
                raise Forbidden(f"a {message.code} would touch another {'patron' if name == 'AA' else 'item'}")
        return message


@dataclass(slots=True)
class Found:
    """A line of the dialect: its value, and what was seen."""

    value: Any
    seen: str


class Probe:
    """One library being probed. ``tell`` hears what is being done, a line each. Blocks for some seconds a step."""

    def __init__(self, settings: Settings, password: str, guard: Guard, tell: Tell, wait_s: float = 5.0) -> None:
        self._settings = settings
        self._guard = guard
        self._tell = tell
        self._ear = Ear(settings, wait_s, self._log_in_again)
        self._words = Words(settings, Dialect(), password, "")
        self._sequence = -1
        self._checked = True
        self.found: dict[str, Found] = {}
        """By the names of a dialect's lines, as far as it has come."""
        self.notes: list[str] = []
        """What is no line of a dialect but worth knowing."""

    def run(self, pin: str = "", may_lend: bool = False) -> None:
        """All of it. Raises ``Fruitless``; what was found till then stands."""
        try:
            self._link()
            self._promises()
            self._patron(pin)
            self._items()
            self._strangers()
            if may_lend:
                self._lending()
        except OSError as error:
            raise Fruitless(f"the connection broke ({error or type(error).__name__})") from None
        finally:
            self._ear.close()

    # ---- the link -----------------------------------------------------------------------------------------------

    def _link(self) -> None:
        """Does it want a 93, and does it take sequence numbers and checksums?"""
        self._tell("logging in")
        raw = self._ask(self._words.login())
        if not raw:
            self._tell("no answer; once more without sequence number and checksum")
            self._ear.close()
            self._checked = False
            raw = self._ask(self._words.login())
        frame = self._frame(raw)
        if frame is None or frame.body[:2] != b"94":
            raise Fruitless("no answer to a login: host, port, TLS? Does another program hold the only connection?")
        if frame.body[2:3] != b"1":
            raise Fruitless("the login is refused: user, credential, location?")
        end = "CRLF" if raw.endswith(b"\r\n") else "LF" if raw.endswith(b"\n") else "CR"
        self.found["end"] = Found(end, "what ended the answer to the login; any is understood")
        self.found["checked"] = Found(self._checked, "the login was answered so")

    def _promises(self) -> None:
        self._tell("asking how it is")
        status = self._say(self._words.status())
        if status is None:
            self.found["without"] = Found(["99"], "no answer to a 99")
            return
        said = {name: status.fixed[name] for name in ("checkin", "checkout", "renewal", "offline")}
        self.notes.append(
            "98 promises " + ", ".join(f"{name} {flag}" for name, flag in said.items()) + "; believe less"
        )

    def _patron(self, pin: str) -> None:
        self._tell("asking about the test patron")
        raw = self._ask(self._words.patron(self._guard.patron, pin))
        frame = self._frame(raw)
        if frame is None:
            raise Fruitless("no answer to a 63")
        self._trust(frame, raw)
        self._charset(frame.body)
        patron = self._parsed(frame.body)
        if patron.first("BL") != "Y":
            self.notes.append("BL is not Y: is the test patron's number right, and may they borrow?")
        self.notes.append("the PIN: " + {"Y": "right", "N": "wrong", "": "nothing said of it"}[patron.first("CQ")[:1]])
        if patron.has("PA"):
            self.found["expiry"] = Found("PA", "64 has it")
        counted = patron.number("charged")
        if counted is None:
            self.notes.append("counts are left blank")

    def _trust(self, frame: Frame, raw: bytes) -> None:
        words = {
            Check.RIGHT: (True, "its checksum is right"),
            Check.WRONG: (False, f"its checksum is not that of its bytes: {raw.strip()[-10:]!r}"),
            Check.NONE: (True, "it sends none"),
        }
        self.found["trusted"] = Found(*words[frame.check])

    def _charset(self, body: bytes) -> None:
        if body.isascii():
            if b"?" in body:
                self.notes.append("there are question marks in an answer: letters that its charset does not have?")
            return
        for charset in CHARSETS:
            try:
                body.decode(charset)
            except UnicodeDecodeError:
                continue
            self.found["charset"] = Found(charset, "the patron's name is sound text so")
            return
        self.found["charset"] = Found("cp850", "neither UTF-8 nor GB18030; look whether names are right")

    # ---- items ----------------------------------------------------------------------------------------------------

    def _items(self) -> None:
        self._tell("asking about the test items")
        for barcode in self._guard.items:
            item = self._say(self._words.item(barcode))
            if item is None:
                without = self.found.get("without", Found([], ""))
                self.found["without"] = Found([*without.value, "17"], "no answer to a 17")
                return
            title = "known" if item.first("AJ") else "unknown, or without a title"
            self.notes.append(f"{barcode}: {title}, circulation status {item.fixed['circulation']}")
            self._date(item.first("AH"))

    def _date(self, text: str) -> None:
        if not text or "dates" in self.found:
            return
        for pattern in DATES:
            try:
                datetime.strptime(text.strip(), pattern)
            except ValueError:
                continue
            self.found["dates"] = Found([pattern], f"a due date is {text!r}")
            return
        self.notes.append(f"a due date looks like {text!r}: add its pattern to dates")

    def _strangers(self) -> None:
        """A message it cannot know must be passed over."""
        self._tell("saying something it cannot know")
        said = self._ear.say(seal(b"Z9" + b" " * 8, self._next(), self._checked))
        if self._ear.gone():
            self.notes.append("an unknown message makes it close the connection")
            self._ear.close()
        elif said:
            self.notes.append("an unknown message is answered, with plain text or 96")

    # ---- lending --------------------------------------------------------------------------------------------------

    def _lending(self) -> None:
        barcode = self._guard.items[0]
        self._tell(f"lending {barcode} to the test patron")
        now = time.time()
        lent = self._say(self._words.checkout(self._guard.patron, barcode, now, now))
        try:
            if lent is None or not lent.yes("ok"):
                self.notes.append(f"the checkout is refused: {lent.first('AF') if lent else 'no answer'}")
                return
            self._date(lent.first("AH"))
            self._list(barcode, lent.first("AJ"))
        finally:
            self._tell(f"checking {barcode} in again")
            back = self._say(self._words.checkin(barcode, time.time()))
            self.notes.append("checked in again" if back and back.yes("ok") else f"NOT checked in: see to {barcode}")
            if back and back.first("CV"):
                self.notes.append(f"the check-in's alert type is {back.first('CV')}, CT {back.first('CT')!r}")

    def _list(self, barcode: str, title: str) -> None:
        loans = self._say(self._words.patron(self._guard.patron, summary=CHARGED))
        listed = loans.all("AU") if loans else ()
        if any(barcode.casefold() in text.casefold().split() for text in listed):
            self.found["loans"] = Found("barcode", "AU has the barcode")
        elif title and any(title.casefold() in text.casefold() for text in listed):
            self.found["loans"] = Found("title", "AU has the title and no barcode")
        elif listed:
            self.notes.append("AU lists something that is neither barcode nor title")

    # ---- the wire -------------------------------------------------------------------------------------------------

    def _say(self, message: Message) -> Message | None:
        """The answer, None where there is none."""
        frame = self._frame(self._ask(message))
        if frame is None or frame.body[:2].decode("ascii", "replace") != message.layout.answer:
            return None
        return self._parsed(frame.body)

    @property
    def _spoken(self) -> Charset:
        """The charset as far as it is known."""
        charset: Charset = self.found["charset"].value if "charset" in self.found else "utf-8"
        return charset

    def _parsed(self, body: bytes) -> Message:
        try:
            return parse(body, self._spoken)
        except NotAMessage as error:
            raise Fruitless(f"an answer is no message: {error}") from None

    def _ask(self, message: Message) -> bytes:
        body = compose(self._guard.pass_on(message), self._spoken)
        raw = self._ear.say(seal(body, self._next(), self._checked))
        if self._ear.gone():
            self._ear.close()
        return raw

    def _frame(self, raw: bytes) -> Frame | None:
        reader = Reader()
        frames = reader.feed(raw) or reader.silence()
        return frames[0] if frames else None

    def _log_in_again(self) -> bytes:
        """After it closed the connection; nothing before the first login was answered."""
        return seal(compose(self._words.login(), "utf-8"), self._next(), self._checked) if "end" in self.found else b""

    def _next(self) -> int:
        self._sequence = (self._sequence + 1) % 10
        return self._sequence


def dialect_file(found: dict[str, Found], notes: Sequence[str], base: str = "plain") -> str:
    """A site's own dialect: what was seen, line by line; all else is the base's."""
    lines = [f"# Found by kiosk probe on {datetime.now():%Y-%m-%d}. What is not here was not found out: as in base."]
    lines += [f"# {note}" for note in notes]
    lines += ["", f'base = "{base}"']
    return (
        "\n".join([*lines, *(f"{name} = {_toml(one.value)}    # seen: {one.seen}" for name, one in found.items())])
        + "\n"
    )


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "[" + ", ".join(map(_toml, value)) + "]" if isinstance(value, list) else f'"{value}"'
