"""A patron's account over SIP2: a 64 for each list that is not empty, and a 18 for each item that it names.

What an entry of a list is differs: a barcode, a title, or one after the other. A barcode is looked up, and is a title
after all where the library has no such item. A title has no id, so it is named by a hash of it; before something is
done with it the list is asked for again and the entry found by that.
"""

import hashlib
import re
import time
from dataclasses import dataclass

from sync.account import AccountIs, AccountOf, Fine, Hold, Loan
from sync.acts import LOANS_MAX
from sync.errors import ServiceError, ServiceUnreachable
from sync.seal import Seal
from sync.sip2.client import Client
from sync.sip2.dialect import Dialect
from sync.sip2.items import IN_TRANSIT, known
from sync.sip2.message import Message, shown
from sync.sip2.people import INITIALS_MAX, TEXT_MAX, Unnamed, patron_is
from sync.sip2.words import SUMMARY, Words

DETAILS_MAX = 40
"""Items looked up for one account; of others the barcode is shown."""
_RESERVE_S = 2.0  # kept for the lists when items are looked up
_ID = re.compile(r"(?=.*\d)[A-Za-z0-9._:-]{1,64}")  # a word without a digit is a title
_BARCODE_FIRST = re.compile(r"([A-Za-z0-9._:-]*\d[A-Za-z0-9._:-]{5,63})\s+(\S.*)")
_LIKE_BARCODE = re.compile(r"(?=.{6})[A-Za-z._:-]*\d[A-Za-z0-9._:-]*\d{3}")
_SUM = re.compile(r"[\d.,]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list, as it was said. ``barcode`` "" where it has none, so far as one can see."""

    said: str
    barcode: str
    title: str

    @property
    def id(self) -> str:
        """What names it in acts."""
        return self.barcode or f"t.{hashlib.sha256(self.said.encode()).hexdigest()[:24]}"


def entry(text: str, titles: bool) -> Entry:
    """``titles``: this library lists titles; what can hardly be one is taken for a barcode all the same."""
    plain = shown(text).strip()
    mixed = _BARCODE_FIRST.fullmatch(plain)
    if mixed:
        return Entry(text, mixed[1], mixed[2][:TEXT_MAX])
    if _ID.fullmatch(plain) and (not titles or _LIKE_BARCODE.fullmatch(plain)):
        return Entry(text, plain, "")
    return Entry(text, "", plain[:TEXT_MAX])


class Accounts:
    """For one client. ``here``: the names that the library has for this point."""

    def __init__(self, client: Client, says: Words, dialect: Dialect, here: frozenset[str], seal: Seal) -> None:
        self._client = client
        self._says = says
        self._dialect = dialect
        self._here = here
        self._seal = seal

    def account(self, asked: AccountOf, until: float) -> AccountIs:
        """Everything, before ``until``; items that there is no time to look up stand there by their barcodes."""
        number = self._seal.show(asked.patron).get_secret_value()
        pin = asked.pin.get_secret_value() if asked.pin else ""
        first = self._client.say(self._says.patron(number, pin, SUMMARY["AU"]), until)
        try:
            who = patron_is(first, number, bool(pin), self._dialect, self._seal)
        except Unnamed:
            return AccountIs(known=False)
        if who.pin:
            return AccountIs(pin=who.pin)
        if who.patron is None:
            return AccountIs(known=False)
        listed = {"AU": first.all("AU")} | {
            name: self.listed(number, pin, name, until) if first.number(count) != 0 else ()
            for name, count in (("AS", "holds"), ("CD", "unavailable"), ("AV", "fines"), ("AT", "overdues"))
        }
        looked = _Looked(self, until)
        loans = tuple(self._loan(text, looked, listed["AT"]) for text in listed["AU"][:LOANS_MAX])
        ready = tuple(self._ready(text, looked) for text in listed["AS"][:LOANS_MAX])
        waiting = tuple(self._waiting(text, looked) for text in listed["CD"][: LOANS_MAX - len(ready)])
        owed = first.first("BV").strip()[:40]
        return AccountIs(
            True,
            who.patron.initials[:INITIALS_MAX],
            loans,
            (*ready, *waiting),
            tuple(_fine(text) for text in listed["AV"][:LOANS_MAX]),
            owed if owed.strip("0.,") else "",
            first.first("BH").strip()[:10],
            whole=(first.number("charged") or 0) <= len(loans),
        )

    def listed(self, number: str, pin: str, name: str, until: float) -> tuple[str, ...]:
        """One list of a patron, by the name of its field."""
        answer = self._client.say(self._says.patron(number, pin, SUMMARY[name]), until)
        if answer.first("BL") == "N" and not answer.all(name):  # who is not known just now need not have an empty list
            raise ServiceUnreachable("the library does not say what this reader has")
        return answer.all(name)

    def find(self, number: str, pin: str, id: str, lists: tuple[str, ...], until: float) -> Entry | None:
        """The entry with this id; None: it does not stand in any of the lists."""
        for name in lists:
            for text in self.listed(number, pin, name, until):
                one = entry(text, self._titles(name))
                if one.id == id:
                    return one
        return None

    def item(self, barcode: str, until: float) -> Message | None:
        """The library's 18, None where it has no such item."""
        if "17" in self._dialect.without:
            return None
        item = self._client.say(self._says.item(barcode), until)
        return item if known(item) else None

    def _titles(self, name: str) -> bool:
        return self._dialect.loans == "title" or (name == "CD" and self._dialect.waiting == "title")

    def _loan(self, text: str, looked: "_Looked", late: tuple[str, ...]) -> Loan:
        one = entry(text, self._titles("AU"))
        item = looked.at(one.barcode)
        due = item.first("AH").strip() if item else ""
        day = self._dialect.day(due)
        title = _title(one, item)
        if due and day is None:  # as the library writes it
            title = f"{title[: TEXT_MAX - 44]} · {shown(due)[:40]}"
        return Loan(one.id, title, day or 0.0, text in late)

    def _ready(self, text: str, looked: "_Looked") -> Hold:
        one = entry(text, self._titles("AS"))
        item = looked.at(one.barcode)
        if item is None:
            return Hold(one.id, _title(one, item), "ready")
        place = item.first("CT").strip() or item.first("AP").strip()
        state = "coming" if item.fixed["circulation"] == IN_TRANSIT else "ready"
        until = self._dialect.day(item.first("CM")) or 0.0
        return Hold(one.id, _title(one, item), state, shown(place)[:TEXT_MAX], place in self._here, until)  # type: ignore[arg-type]

    def _waiting(self, text: str, looked: "_Looked") -> Hold:
        one = entry(text, self._titles("CD"))
        return Hold(one.id, _title(one, looked.at(one.barcode)), "waiting")


class _Looked:
    """Items of one account, each asked for once, not too many and not too long. That one is not said is no trouble."""

    def __init__(self, accounts: Accounts, until: float) -> None:
        self._accounts = accounts
        self._until = until
        self._items: dict[str, Message | None] = {}

    def at(self, barcode: str) -> Message | None:
        full = len(self._items) >= DETAILS_MAX or time.monotonic() > self._until - _RESERVE_S
        if barcode and barcode not in self._items and not full:
            try:
                self._items[barcode] = self._accounts.item(barcode, self._until)
            except ServiceUnreachable:
                raise
            except ServiceError:
                self._items[barcode] = None
        return self._items.get(barcode)


def _title(one: Entry, item: Message | None) -> str:
    said = shown(item.first("AJ")).strip()[:TEXT_MAX] if item else ""
    return said or one.title or one.barcode


def _fine(text: str) -> Fine:
    plain = shown(text).strip()
    return Fine(plain[:40]) if _SUM.fullmatch(plain) else Fine("", plain[:TEXT_MAX])
