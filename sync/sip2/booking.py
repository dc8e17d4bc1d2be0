"""What happened at the point, said in SIP2, and what the library makes of it.

Ask, don't repeat. SIP2 has no keys by which a library knows that it heard something before: a checkout said twice is a
renewal, and a check-in said late may end the next reader's loan. So what may have been said already is asked for first
(17, and 63 for whose loan it is), and a checkout is never said without asking. What changes something is said only when
there is time left for its answer.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sync.errors import ServicePostponed, ServiceUnreachable
from sync.messages import (
    ItemDropped,
    ItemLent,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    PointTrouble,
    Receipt,
    Telling,
)
from sync.seal import NotSealed, Seal
from sync.sip2.booked import NEVER_LENT, Booked, Lent, fee, joined, receipt_of
from sync.sip2.client import Client
from sync.sip2.dialect import Dialect
from sync.sip2.items import Hold, astray, hold, known, not_held, on_loan, shelved, stands_in
from sync.sip2.message import Message, Unsayable, shown
from sync.sip2.people import TEXT_MAX, words
from sync.sip2.words import SUMMARY, Words

DAY_S = 86400.0
LENT_MAX = 1000
NO_WORD = "kept at the point: SIP2 has no word for this"
MISSING = "SIP2 cannot say that it is missing: look for it"
AWAY = "SIP2 cannot say that it does not answer: have it mended"
CLOCKS = "SIP2 cannot say that its clock and this one differ: set the one that is wrong"
STAYED = "SIP2 cannot say that it stayed here: look for it, and end the loan if it did"
UNASKED = "may be booked already, and this library cannot be asked: look whether it is"
IMAGE = "from before this machine was put back to an older image: not said again, look whether it is booked"


@dataclass(frozen=True, slots=True)
class Doubt:
    """``said``: this telling may have been said before. ``left``: items that have left the point since it happened, be
    they back or not; others may have borrowed them. ``back``: items that come back later in the same batch, all of
    which may have been said and booked before the point was started anew. ``image``: it stood in an image that was put
    back, so that it may have been said long ago, and things have gone on since: it is only asked about."""

    said: bool
    left: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    image: bool = False


class Booking:
    """For one client. ``here``: the names that the library has for this point. ``loan_days_max``: no loan of its is due
    later than so many days ahead. ``stock``: what comes in and waits for nobody may stay there. ``answer_wait_s``: how
    long an answer may take."""

    def __init__(
        self,
        client: Client,
        says: Words,
        dialect: Dialect,
        here: frozenset[str],
        seal: Seal,
        loan_days_max: int,
        answer_wait_s: float,
        stock: bool = False,
    ) -> None:
        self._client = client
        self._stock = stock
        self._says = says
        self._dialect = dialect
        self._here = here
        self._seal = seal
        self._longest = timedelta(days=loan_days_max)
        self._answer_wait_s = answer_wait_s
        self._until = 0.0
        self._telling = ""  # the last one: its key, and what became of its items so far
        self._booked: list[Booked] = []
        self.open: Literal["", "said", "answered"] = ""
        """Of the item at which the last telling ended: whether what changes the library's books was said."""
        self.further = False
        """Whether the last telling came further: at least one of its items was booked."""
        self._lent: dict[str, Lent] = {}  # by barcode, what was lent here last

    def receipt(self, telling: Telling, doubt: Doubt, until: float) -> Receipt:
        """The library's word on one telling, before ``until``. Raises ``ServiceError``; the next try goes on with
        the item at which this one ended, and is a doubtful one where ``open`` says so."""
        self._until, self.open, self.further = until, "", False
        if telling.key != self._telling:
            self._telling, self._booked = telling.key, []
        told = telling.told
        try:
            match told:
                case ParcelReady():
                    ready = self._each(told.items, lambda barcode: self._put_in(barcode, telling.at, doubt))
                    return replace(receipt_of(telling.key, ready), stock=bool(ready) and all(map(self._stays, ready)))
                case ParcelCollected():
                    who, due = told.patron, told.due
                    lent = self._each(told.items, lambda barcode: self._lend(who, barcode, telling.at, due, doubt))
                    return receipt_of(telling.key, lent)
                case ItemLent():
                    return receipt_of(telling.key, [self._lend(told.patron, told.item, telling.at, told.due, doubt)])
                case ItemDropped():
                    back = self._take_back(told, telling.at, doubt)
                    return replace(receipt_of(telling.key, [back]), stock=self._stays(back))
                case ParcelMissing() | PointTrouble(what="drop_missing"):  # for staff here: nobody else will hear of it
                    return Receipt(telling.key, "conflict", MISSING)
                case PointTrouble(what="device_lost" | "door_unseen"):
                    return Receipt(telling.key, "conflict", AWAY)
                case PointTrouble(what="clock_wrong"):
                    return Receipt(telling.key, "conflict", CLOCKS)
                case PointTrouble(what="loan_in_doubt"):
                    return Receipt(telling.key, "conflict", STAYED)
        except Unsayable as error:
            return Receipt(telling.key, "rejected", f"cannot be said in SIP2: {error}"[:TEXT_MAX])
        except NotSealed:
            return Receipt(telling.key, "conflict", "not booked: the number of this reader is not known here")
        return Receipt(telling.key, "applied", NO_WORD)

    def _each(self, items: tuple[str, ...], book: Callable[[str], Booked]) -> list[Booked]:
        """Item by item, those that were answered before left out."""
        for barcode in items[len(self._booked) :]:
            self._booked.append(book(barcode))
            self.open, self.further = "", True
        return self._booked

    def _say(self, request: Message) -> Message:
        """Something that changes the library's books: only with time enough for the answer."""
        self._client.ready(self._until)
        if self._until - time.monotonic() < self._answer_wait_s:
            raise ServicePostponed("no time is left to hear the answer: the rest in the next round")
        self.open = "said"
        try:
            answer = self._client.say(request, self._until)
        except ServiceUnreachable:
            self.open = ""
            raise
        self.open = "answered"
        return answer

    def _remember(self, barcode: str, lent: Lent) -> None:
        self._lent[barcode] = lent
        if len(self._lent) > LENT_MAX:
            del self._lent[next(iter(self._lent))]

    # ---- coming in ------------------------------------------------------------------------------------------------

    def _put_in(self, barcode: str, at: float, doubt: Doubt) -> Booked:
        """An item that a courier put in: for whom is it held?"""
        if doubt.image or not self._dialect.captures:
            item = self._item(barcode)
            there = shelved(item, self._here, self._seal) if item else Hold()
            found = Booked(True, "", there, item is not None and known(item) and not on_loan(item))
        else:
            found = self._check_in(barcode, at, "", doubt)
        if found.fine and found.hold.here and found.hold.patron:
            return found
        if self._stays(found):
            return found
        why = "held here, but the library does not say for whom" if found.hold.here else "not held for this point"
        return replace(found, fine=False, detail=joined(IMAGE if doubt.image else "", why, found.detail))

    def _take_back(self, told: ItemDropped, at: float, doubt: Doubt) -> Booked:
        lent = self._lent.get(told.item, NEVER_LENT)
        returned = self._check_in(told.item, at, told.patron or lent.patron, doubt)
        if returned.hold.here and told.item in doubt.left:
            why = "held here for the next reader, and gone from this point since: bring it back"
            return Booked(False, joined(why, returned.detail))
        if returned.hold.here and returned.hold.patron is None:
            why = "held here for the next reader, but the library does not say for whom"
            return replace(returned, fine=False, detail=joined(why, returned.detail))
        return returned

    def _stays(self, booked: Booked) -> bool:
        """Whether it may lie here for anybody."""
        return self._stock and booked.fine and booked.free and not (booked.hold.here or booked.hold.goes_to)

    def _check_in(self, barcode: str, at: float, patron: str, doubt: Doubt) -> Booked:
        before = self._item(barcode) if doubt.said or doubt.image or barcode in doubt.left else None
        if doubt.image:
            there = shelved(before, self._here, self._seal) if before else Hold()
            over = before is not None and known(before) and not on_loan(before)
            return Booked(over, joined("" if over else IMAGE, words(before) if before else ""), there, over)
        if barcode in doubt.left and (why := self._left_alone(before, patron, barcode, at)) is not None:
            return Booked(False, f"on loan, and gone from this point since: {why}perhaps a later loan: left alone")
        if before and doubt.said and not on_loan(before):
            there = shelved(before, self._here, self._seal)
            if there.patron:
                return Booked(True, "", there)
        answer = self._say(self._says.checkin(barcode, at))
        found = self._named(hold(answer, self._here, self._dialect, self._seal), barcode)
        booked = Booked(answer.yes("ok"), words(answer), found, barcode not in doubt.left)
        if booked.fine or found.here:
            return replace(booked, fine=True, detail="")  # some greet by name; where all is well nobody need read it
        after = self._item(barcode)  # "it was not on loan" is said as a refusal too, and so is "not in this branch"
        if after and astray(after):
            why = "it is here, and the library has it as lost or missing"
            return replace(booked, detail=joined(why, booked.detail))
        if not (after and on_loan(after)) and (found.goes_to or (after and known(after))):
            return replace(booked, fine=True, detail="")
        return replace(booked, detail=booked.detail or "the library refused the check-in without a word")

    def _named(self, found: Hold, barcode: str) -> Hold:
        """Some name the reader of a hold only when asked about the item."""
        if not found.here or found.patron:
            return found
        item = self._item(barcode)
        return replace(found, patron=shelved(item, self._here, self._seal).patron) if item else found

    # ---- going out ------------------------------------------------------------------------------------------------

    def _lend(self, patron: str, barcode: str, at: float, due: float, doubt: Doubt) -> Booked:
        number = self._seal.show(patron).get_secret_value()
        self._remember(barcode, Lent(patron))
        item = self._item(barcode)
        item = None if item and not known(item) and (doubt.said or doubt.image) else item  # perhaps for a moment only
        if item and on_loan(item):
            has = self._listed(number, "AU", item, barcode)
            if has:
                return Booked(True)
            whose = "on loan to somebody else" if has is False else "on loan, and the library does not say to whom"
            return Booked(False, joined(f"not booked: {whose}", words(item)))
        if item is None and (doubt.said or doubt.image):
            has = self._listed(number, "AU", None, barcode)
            if has:
                return Booked(True)
            if not doubt.image and (has is None or barcode in doubt.back):
                return Booked(False, UNASKED)
        if doubt.image:
            return Booked(False, joined(IMAGE, words(item) if item else ""))
        if item and barcode in doubt.back and self._over(number, item, barcode):  # said again it would be two loans
            return Booked(True, "lent and back again: both were booked before, or neither is")
        promised = due if self._dialect.no_block else None
        answer = self._say(self._says.checkout(number, barcode, at=at, promised=promised))
        if answer.yes("ok"):
            self._remember(barcode, Lent(patron, self._dialect.day(answer.first("AH"))))
            return Booked(True, self._other_due(answer, due))
        said = joined(fee(answer), words(answer))
        return Booked(False, said or "the library refused the checkout without a word")

    def _other_due(self, answer: Message, shown_due: float) -> str:
        """The library's due date where it is another day than the one that was shown."""
        text = answer.first("AH")
        day = self._dialect.day(text)
        if not text or (day is not None and abs(day - shown_due) < DAY_S):
            return ""
        return f"due {_date(day) if day is not None else shown(text)}"

    def _over(self, number: str, item: Message, barcode: str) -> bool:
        """Of an item that nobody has on loan: whether what was set aside of it for this patron has been fetched."""
        holder = shelved(item, self._here, self._seal).patron
        if holder:
            return holder.id != self._seal.hide(number)
        waits = self._listed(number, "AS", item, barcode) if self._dialect.captures else None
        return not_held(item, self._dialect) if waits is None else not waits

    def _listed(self, number: str, name: str, item: Message | None, barcode: str) -> bool | None:
        if "63" in self._dialect.without:
            return None
        listed = self._client.say(self._says.patron(number, summary=SUMMARY[name]), self._until)
        return stands_in(listed, name, item, barcode, self._dialect)

    def _left_alone(self, item: Message | None, patron: str, barcode: str, at: float) -> str | None:
        """Why a return of ``at`` may not be booked of what has gone on since; None: nobody has it on loan, or still who
        brought it, with a loan that can be the one that ended."""
        if item is not None and known(item) and not on_loan(item):
            return None
        due = self._dialect.day(item.first("AH")) if item else None
        if due is not None and due > self._latest(barcode, at):
            return f"due {_date(due)}, so lent again or renewed since: "
        return None if item is not None and self._still_has(patron, item, barcode) else ""

    def _latest(self, barcode: str, at: float) -> float:
        """When a loan that ended at ``at`` was due, at the latest: as the library said when it was booked from here, or
        as if it had begun only then."""
        due = self._lent.get(barcode, NEVER_LENT).due
        return due if due is not None else (datetime.fromtimestamp(at) + self._longest).timestamp()

    def _still_has(self, patron: str, item: Message, barcode: str) -> bool:
        try:
            return bool(self._listed(self._seal.show(patron).get_secret_value(), "AU", item, barcode))
        except NotSealed:
            return False

    def _item(self, barcode: str) -> Message | None:
        """The library's 18; None where it has none to give."""
        if "17" in self._dialect.without:
            return None
        return self._client.say(self._says.item(barcode), self._until)


def _date(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at))
