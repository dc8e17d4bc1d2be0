"""What happened at the point, said in SIP2, and what the library makes of it.

Ask, don't repeat. SIP2 has no keys by which a library knows that it heard something before: a checkout said twice is a
renewal, and a check-in said late may end the next reader's loan. So what may have been said already is asked for first
(17, and 63 for whose loan it is), and a checkout is never said without asking.
"""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

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
from sync.sip2.client import Client
from sync.sip2.dialect import Dialect
from sync.sip2.items import Hold, astray, hold, known, not_held, on_loan, shelved, stands_in
from sync.sip2.message import Message, Unsayable, shown
from sync.sip2.people import TEXT_MAX, words
from sync.sip2.words import SUMMARY, Words
from sync.things import Patron

DAY_S = 86400.0
LENT_MAX = 1000
NO_WORD = "kept at the point: SIP2 has no word for this"
MISSING = "SIP2 cannot say that it is missing: look for it"
STAYED = "SIP2 cannot say that it stayed here: look for it, and end the loan if it did"
IMAGE = "from before this machine was put back to an older image: not said again, look whether it is booked"


@dataclass(frozen=True, slots=True)
class Doubt:
    """``said``: this telling may have been said before. ``left``: items that have left the point since it happened;
    others may have borrowed them. ``back``: items that come back later in the same batch, all of which may have been
    said and booked before the point was started anew. ``image``: it stood in an image that was put back, so that it may
    have been said long ago, and things have gone on since: it is only asked about."""

    said: bool
    left: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    image: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of one item. ``fine`` False: the library refused, or disagrees. ``free``: nobody has or wants it."""

    fine: bool
    detail: str = ""
    hold: Hold = Hold()  # noqa: RUF009  frozen
    free: bool = False


@dataclass(frozen=True, slots=True)
class Lent:
    """A loan told from here. ``due``: as the library said when it was booked now, None where it did not."""

    patron: str
    due: float | None = None


NEVER_LENT = Lent("")


class Booking:
    """For one client. ``here``: the names that the library has for this point. ``loan_days_max``: no loan of its is due
    later than so many days ahead. ``stock``: what comes in and waits for nobody may stay there."""

    def __init__(
        self,
        client: Client,
        says: Words,
        dialect: Dialect,
        here: frozenset[str],
        seal: Seal,
        loan_days_max: int,
        stock: bool = False,
    ) -> None:
        self._client = client
        self._stock = stock
        self._says = says
        self._dialect = dialect
        self._here = here
        self._seal = seal
        self._longest = timedelta(days=loan_days_max)
        self._until = 0.0
        self._lent: dict[str, Lent] = {}  # by barcode, what was lent here last

    def receipt(self, telling: Telling, doubt: Doubt, until: float) -> Receipt:
        """The library's word on one telling, before ``until``. Raises ``ServiceError``; after ``ServiceSilent`` and
        ``ServiceBroken`` any of it may have been booked, so that the next try is a doubtful one."""
        self._until = until
        told = telling.told
        try:
            match told:
                case ParcelReady():
                    ready = [self._put_in(barcode, telling.at, doubt) for barcode in told.items]
                    return replace(_receipt(telling.key, ready), stock=bool(ready) and all(map(self._stays, ready)))
                case ParcelCollected():
                    lent = [self._lend(told.patron, barcode, telling.at, told.due, doubt) for barcode in told.items]
                    return _receipt(telling.key, lent)
                case ItemLent():
                    return _receipt(telling.key, [self._lend(told.patron, told.item, telling.at, told.due, doubt)])
                case ItemDropped():
                    back = self._take_back(told, telling.at, doubt)
                    return replace(_receipt(telling.key, [back]), stock=self._stays(back))
                case ParcelMissing() | PointTrouble(what="drop_missing"):  # for staff here: nobody else will hear of it
                    return Receipt(telling.key, "conflict", MISSING)
                case PointTrouble(what="loan_in_doubt"):
                    return Receipt(telling.key, "conflict", STAYED)
        except Unsayable as error:
            return Receipt(telling.key, "rejected", f"cannot be said in SIP2: {error}"[:TEXT_MAX])
        except NotSealed:
            return Receipt(telling.key, "conflict", "not booked: the number of this reader is not known here")
        return Receipt(telling.key, "applied", NO_WORD)

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
        return replace(found, fine=False, detail=_joined(IMAGE if doubt.image else "", why, found.detail))

    def _take_back(self, told: ItemDropped, at: float, doubt: Doubt) -> Booked:
        lent = self._lent.get(told.item, NEVER_LENT)
        returned = self._check_in(told.item, at, told.patron or lent.patron, doubt)
        if returned.hold.here and told.item in doubt.left:
            why = "held here for the next reader, and gone from this point since: bring it back"
            return Booked(False, _joined(why, returned.detail))
        if returned.hold.here and returned.hold.patron is None:
            why = "held here for the next reader, but the library does not say for whom"
            return replace(returned, fine=False, detail=_joined(why, returned.detail))
        return returned

    def _stays(self, booked: Booked) -> bool:
        """Whether it may lie here for anybody."""
        return self._stock and booked.fine and booked.free and not (booked.hold.here or booked.hold.goes_to)

    def _check_in(self, barcode: str, at: float, patron: str, doubt: Doubt) -> Booked:
        before = self._item(barcode) if doubt.said or doubt.image or barcode in doubt.left else None
        if doubt.image:
            there = shelved(before, self._here, self._seal) if before else Hold()
            over = before is not None and known(before) and not on_loan(before)
            return Booked(over, _joined("" if over else IMAGE, words(before) if before else ""), there, over)
        if barcode in doubt.left and (why := self._left_alone(before, patron, barcode, at)) is not None:
            return Booked(False, f"on loan, and gone from this point since: {why}perhaps a later loan: left alone")
        if before and doubt.said and not on_loan(before):
            there = shelved(before, self._here, self._seal)
            if there.patron:
                return Booked(True, words(before), there)
        answer = self._client.say(self._says.checkin(barcode, at), self._until)
        found = self._named(hold(answer, self._here, self._dialect, self._seal), barcode)
        booked = Booked(answer.yes("ok"), words(answer), found, barcode not in doubt.left)
        if booked.fine or found.here or found.goes_to:
            return replace(booked, fine=True)
        after = self._item(barcode)  # "it was not on loan" is said as a refusal too
        if after and astray(after):
            return replace(
                booked, detail=_joined("it is here, and the library has it as lost or missing", booked.detail)
            )
        if after and known(after) and not on_loan(after):
            return replace(booked, fine=True)
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
        if item and on_loan(item):
            has = self._listed(number, "AU", item, barcode)
            if has:
                return Booked(True, words(item))
            whose = "on loan to somebody else" if has is False else "on loan, and the library does not say to whom"
            return Booked(False, _joined(f"not booked: {whose}", words(item)))
        if doubt.image:
            return Booked(False, _joined(IMAGE, words(item) if item else ""))
        if item and barcode in doubt.back and self._over(number, item, barcode):  # said again it would be two loans
            return Booked(True, _joined("lent and back again: both were booked before, or neither is", words(item)))
        promised = due if self._dialect.no_block else None
        answer = self._client.say(self._says.checkout(number, barcode, at=at, promised=promised), self._until)
        if answer.yes("ok"):
            self._remember(barcode, Lent(patron, self._dialect.day(answer.first("AH"))))
            return Booked(True, _joined(self._other_due(answer, due), words(answer)))
        said = _joined(_fee(answer), words(answer))
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

    def _listed(self, number: str, name: str, item: Message, barcode: str) -> bool | None:
        if "63" in self._dialect.without:
            return None
        listed = self._client.say(self._says.patron(number, summary=SUMMARY[name]), self._until)
        return stands_in(listed, name, item, barcode, self._dialect)

    def _left_alone(self, item: Message | None, patron: str, barcode: str, at: float) -> str | None:
        """Why a return of ``at`` may not be booked of what has gone on since; None: nobody has it on loan, or still who
        brought it, with a loan that can be the one that ended."""
        if item is not None and not on_loan(item):
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


def _fee(answer: Message) -> str:
    """What the library wants to be paid first (BV, BH). No fee is ever agreed to (BO) for somebody who has left."""
    sum, currency = shown(answer.first("BV")).strip(), shown(answer.first("BH")).strip()
    return f"a fee is asked: {sum} {currency}".rstrip() if sum.strip("0., ") else ""


def _receipt(key: str, booked: list[Booked]) -> Receipt:
    """One receipt for the items of one telling. Held for one reader only if all of them are."""
    holders: set[Patron | None] = {one.hold.patron if one.hold.here else None for one in booked}
    detail = _joined(*dict.fromkeys(one.detail for one in booked))
    goes_to = next((one.hold.goes_to for one in booked if one.hold.goes_to), "")
    held_for = holders.pop() if len(holders) == 1 else None
    status = "applied" if all(one.fine for one in booked) else "conflict"
    return Receipt(key, status, detail, held_for, goes_to)  # type: ignore[arg-type]


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)[:TEXT_MAX]
