"""Finds out how a SIP2 library speaks, with a test patron and test items; probe_file.py writes it down as a dialect.

Every message goes through ``Guard``, which lets nothing pass that names anybody or anything else. Only questions are
asked; with ``may_lend`` a test item is lent to the test patron and checked in again, with ``may_hold`` set aside for
them by a check-in and let go again.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from sync.sip2 import probe_trials
from sync.sip2.dialect import Dialect
from sync.sip2.frame import Check, Frame, seal
from sync.sip2.message import Charset, Unsayable
from sync.sip2.probe_holds import capture
from sync.sip2.probe_line import Found, Fruitless, Guard, Line
from sync.sip2.settings import Settings
from sync.sip2.words import CHARGED, SUMMARY, Words

CHARSETS: tuple[Charset, ...] = ("utf-8", "gb18030")
DATES = ("%Y%m%d    %H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y,%H:%M")
Tell = Callable[[str], None]


class Probe:
    """One library being probed. ``tell`` hears what is being done, a line each. Blocks for some seconds a step."""

    def __init__(self, settings: Settings, password: str, guard: Guard, tell: Tell, wait_s: float = 5.0) -> None:
        self._settings = settings
        self._guard = guard
        self._tell = tell
        self._wait_s = wait_s
        self._words = Words(settings, Dialect(), password, "")
        self._line = self._new_line()
        self._titles: dict[str, str] = {}
        self.found: dict[str, Found] = {}
        """By the names of a dialect's lines, as far as it has come."""
        self.notes: list[str] = []
        """What is no line of a dialect but worth knowing."""

    def run(self, pin: str = "", may_lend: bool = False, may_hold: bool = False) -> None:
        """All of it. Raises ``Fruitless``; what was found till then stands."""
        try:
            self._link()
            self._promises()
            self._patron(pin)
            self._items()
            self._waiting(pin)
            self._manners()
            if may_lend:
                self._lending()
            if may_hold:
                self._holding(pin)
            self._goodbye()
            self._strangers()
        except Unsayable as error:
            raise Fruitless(f"this cannot be said in SIP2: {error}") from None
        except OSError as error:
            raise Fruitless(f"the connection broke ({error or type(error).__name__})") from None
        finally:
            self._line.close()

    # ---- the link -----------------------------------------------------------------------------------------------

    def _link(self) -> None:
        """Does it want a 93, and does it take sequence numbers and checksums?"""
        self._tell("logging in")
        raw = self._line.ask(self._words.login())
        if not raw:
            self._tell("no answer; once more without sequence number and checksum")
            self._line.close()
            self._line.checked = False
            raw = self._line.ask(self._words.login())
        if not raw:
            raw = self._without_login()
        frame = self._line.frame(raw)
        if frame is None or frame.body[:2] not in (b"94", b"98"):
            raise Fruitless("no answer to a login: host, port, TLS? Does another program hold the only connection?")
        if frame.body[:3] == b"940":
            raise Fruitless("the login is refused: user, credential, location?")
        self._line.known = frame.body[:2] == b"94"
        end = "CRLF" if raw.endswith(b"\r\n") else "LF" if raw.endswith(b"\n") else "CR"
        self.found["end"] = Found(end, "what ended the first answer; any is understood")
        self.found["checked"] = Found(self._line.checked, "the first answer came so")

    def _without_login(self) -> bytes:
        """Perhaps it knows no 93, and answers a 99 all the same."""
        for checked in (True, False):
            self._tell(f"no answer; without a login, {'with' if checked else 'without'} a checksum")
            self._line.close()
            self._line.checked = checked
            if raw := self._line.ask(self._words.status()):
                self.found["login"] = Found(False, "a 99 is answered without a 93, a 93 is not")
                return raw
        return b""

    def _promises(self) -> None:
        self._tell("asking how it is")
        status = self._line.say(self._words.status())
        if status is None:
            self.found["without"] = Found(["99"], "no answer to a 99")
            return
        said = {name: status.fixed[name] for name in ("checkin", "checkout", "renewal", "offline")}
        self.notes.append(
            "98 promises " + ", ".join(f"{name} {flag}" for name, flag in said.items()) + "; believe less"
        )

    def _patron(self, pin: str) -> None:
        self._tell("asking about the test patron")
        raw = self._line.ask(self._words.patron(self._guard.patron, pin))
        frame = self._line.frame(raw)
        if frame is None:
            raise Fruitless("no answer to a 63")
        self._trust(frame, raw)
        self._charset(frame.body)
        patron = self._line.parsed(frame.body)
        if patron.first("BL") != "Y":
            self.notes.append("BL is not Y: is the test patron's number right, and may they borrow?")
        said = {"Y": "right", "N": "wrong"}.get(patron.first("CQ"), "nothing said of it")
        self.notes.append(f"the PIN: {said if pin else 'none was given'}")
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
            self._line.charset = charset
            return
        self._line.charset = "cp850"
        self.found["charset"] = Found("cp850", "neither UTF-8 nor GB18030; look whether names are right")

    # ---- items ----------------------------------------------------------------------------------------------------

    def _items(self) -> None:
        self._tell("asking about the test items")
        for barcode in self._guard.items:
            item = self._line.say(self._words.item(barcode))
            if item is None:
                without = self.found.get("without", Found([], ""))
                self.found["without"] = Found([*without.value, "17"], "no answer to a 17")
                return
            self._titles[barcode] = item.first("AJ").strip()
            title = "known" if self._titles[barcode] else "unknown, or without a title"
            self.notes.append(f"{barcode}: {title}, circulation status {item.fixed['circulation']}")
            self._date(item.first("AH"))

    def _waiting(self, pin: str) -> None:
        """What the list of holds that wait has, where the test patron waits for a test item. None is placed."""
        self._tell("asking what the test patron waits for")
        answer = self._line.say(self._words.patron(self._guard.patron, pin, SUMMARY["CD"]))
        listed = answer.all("CD") if answer else ()
        for barcode in self._guard.items:
            if by := _listed_by(listed, barcode, self._titles.get(barcode, "")):
                self.found["waiting"] = Found(by, f"CD has the {by} of a test item")
                return
        what = "lists something else than the test items" if listed else "is empty"
        self.notes.append(
            f"waiting: not found out, CD {what}. Let the test patron wait for a test item that is on loan"
        )

    def _goodbye(self) -> None:
        """35, which ends nothing but this session."""
        self._tell("saying that the test patron has gone")
        ended = self._line.say(self._words.end(self._guard.patron))
        self.notes.append("ends_sessions: a 35 is " + ("answered" if ended else "NOT answered, so leave it false"))

    def _date(self, text: str) -> None:
        if not text or "dates" in self.found:
            return
        if text[8:12] == "   Z":
            note = "due dates are in UTC, which is understood; if it wants to be told UTC too, add utc = true"
            self.notes += [note] if note not in self.notes else []
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
        said = self._line.raw(seal(b"Z9" + b" " * 8, self._line.next(), self._line.checked))
        if said:
            self.notes.append("an unknown message is answered, with plain text or 96")
        elif self._line.gone:
            self.notes.append("an unknown message makes it close the connection")

    def _manners(self) -> None:
        """What it does with what is said twice, ended otherwise, long, or on several connections."""
        if "17" in (self.found["without"].value if "without" in self.found else ()):
            about = self._words.patron(self._guard.patron)
        else:
            about = self._words.item(self._guard.items[0])
            self._tell("saying long fields")
            probe_trials.lengths(self._line, lambda _: about, self.notes.append)
        self._tell("saying the same twice")
        probe_trials.duplicates(self._line, about, self.notes.append)
        self._tell("ending lines in other ways")
        probe_trials.line_ends(self._line, about, self.found, self.notes.append)
        self._tell(f"opening up to {probe_trials.CONNECTIONS} connections")
        self._line.close()
        probe_trials.connections(self._one_more, about, self.notes.append)
        probe_trials.served_again(self._line, about)

    def _one_more(self) -> Line:
        line = self._new_line()
        line.charset, line.checked, line.known = self._line.charset, self._line.checked, True
        return line

    def _new_line(self) -> Line:
        return Line(self._settings, self._wait_s, self._guard, self._words.login())

    # ---- lending --------------------------------------------------------------------------------------------------

    def _lending(self) -> None:
        barcode = self._guard.items[0]
        self._tell(f"lending {barcode} to the test patron")
        lent = self._line.say(self._words.checkout(self._guard.patron, barcode))
        try:
            if lent is None or not lent.yes("ok"):
                self.notes.append(f"the checkout is refused: {lent.first('AF') if lent else 'no answer'}")
                return
            self._date(lent.first("AH"))
            self._list(barcode, lent.first("AJ"))
        finally:
            self._give_back(barcode)
        self._tell(f"lending {barcode} as if it had happened already")
        try:
            day = Dialect(dates=tuple(self.found["dates"].value)) if "dates" in self.found else Dialect()
            probe_trials.no_block(self._line, self._words, self._guard.patron, barcode, self.found, day)
        finally:
            self._give_back(barcode)

    def _holding(self, pin: str) -> None:
        barcode = self._guard.items[0]
        self._tell(f"letting the test patron wait for {barcode} and checking it in")
        here = frozenset((self._settings.location, *self._settings.also_called))
        capture(self._line, self._words, self._guard, pin, here, self.found, self.notes.append)

    def _give_back(self, barcode: str) -> None:
        self._tell(f"checking {barcode} in again")
        back = self._line.say(self._words.checkin(barcode, time.time()))
        told = [f"the check-in's alert type is {back.first('CV')}, CT {back.first('CT')!r}"] if back else []
        if back is None or not back.yes("ok"):
            self.notes.append(f"NOT checked in: see to {barcode}")
        self.notes += [note for note in told if back and back.first("CV") and note not in self.notes]

    def _list(self, barcode: str, title: str) -> None:
        loans = self._line.say(self._words.patron(self._guard.patron, summary=CHARGED))
        listed = loans.all("AU") if loans else ()
        if by := _listed_by(listed, barcode, title):
            self.found["loans"] = Found(by, f"AU has the {by}" + (" and no barcode" if by == "title" else ""))
        elif listed:
            self.notes.append("AU lists something that is neither barcode nor title")


def _listed_by(listed: Sequence[str], barcode: str, title: str) -> str:
    """Whether this item stands there by its "barcode" or its "title"; "" if neither does."""
    texts = [text.casefold() for text in listed]
    if any(barcode.casefold() in text.split() for text in texts):
        return "barcode"
    return "title" if title and any(title.casefold() in text for text in texts) else ""
