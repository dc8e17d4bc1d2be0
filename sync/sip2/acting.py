"""What a reader changes, said in SIP2: 29, 65, 15, 11. Ask, don't repeat.

SIP2 has no keys: a renewal said twice is two. So an act that may have been heard is never said again; what the library
shows is compared with what it showed before (due dates of loans, how long a hold is kept, which holds stand). What has
changed was done; where nothing has, it may still be under way, and the outcome stays unknown.
"""

import time
from collections.abc import Callable

from sync.acts import Activate, CancelHold, Checkout, LoanRuling, MoreTime, PlaceHold, Renew, RenewAll, Ruling, Said
from sync.errors import ServiceSilent, ServiceUnreachable
from sync.seal import NotSealed, Seal
from sync.sip2.account import DETAILS_MAX, Accounts, Entry, entry
from sync.sip2.client import Client
from sync.sip2.dialect import Dialect
from sync.sip2.items import on_loan, stands_in
from sync.sip2.message import Message, Unsayable
from sync.sip2.people import words
from sync.sip2.words import SUMMARY, Words

MORE_S = 7 * 86400.0
"""How much longer a hold is asked to be kept, from now; the library decides."""


class Acting:
    """For one client and one person at a time."""

    def __init__(self, client: Client, says: Words, dialect: Dialect, accounts: Accounts, seal: Seal) -> None:
        self._client = client
        self._says = says
        self._dialect = dialect
        self._accounts = accounts
        self._seal = seal
        self._doubt = ""  # key of the act that may have been heard
        self._before: dict[str, str] = {}  # of what it changes: due dates, last days to collect
        self._stood = 0  # so many holds
        self._until = self._half = 0.0

    def ruling(self, said: Said, until: float) -> Ruling:
        """The library's word, before ``until``. Raises ``ServiceError``: see ``Service.act``."""
        assert not isinstance(said.act, Activate)
        self._until, self._half = until, (until + time.monotonic()) / 2
        doubted = said.key == self._doubt
        pin = said.pin.get_secret_value() if said.pin else ""
        try:
            number = self._seal.show(said.act.patron).get_secret_value()
            ruling = self._look(said, number, pin) if doubted else self._do(said, number, pin)
        except ServiceUnreachable:
            if doubted:  # it was said before, so that this is not the whole truth
                raise ServiceSilent("what became of it cannot be asked for") from None
            self._doubt = ""
            raise
        except (Unsayable, NotSealed):
            self._doubt = ""
            return Ruling(False)
        self._doubt = ""
        return ruling

    # ---- saying it ------------------------------------------------------------------------------------------------

    def _do(self, said: Said, number: str, pin: str) -> Ruling:
        match said.act:
            case Renew(loan=loan):
                one = self._entry(number, pin, loan, ("AU",))
                if one is None:
                    return Ruling(False)
                self._before = {loan: self._date(one.barcode, "AH")}
                return self._renewed(self._say(said.key, self._says.renew(number, one.barcode, one.said, pin)))
            case RenewAll():
                return self._renew_all(said.key, number, pin)
            case CancelHold(hold=hold):
                return self._held(said.key, number, pin, "-", hold)
            case MoreTime(hold=hold):
                return self._held(said.key, number, pin, "*", hold)
            case PlaceHold(title=title):
                self._stood = self._holds(number, pin)
                return _plain(self._say(said.key, self._says.hold("+", number, title, "", pin)))
            case Checkout(item=barcode):
                return self._lend(said.key, number, pin, barcode)
            case Activate():
                raise AssertionError("no message of SIP2 says it")

    def _say(self, key: str, request: Message) -> Message:
        self._client.ready(self._until)  # what fails here was never said
        self._doubt = key
        return self._client.say(request, self._until)

    def _renewed(self, answer: Message) -> Ruling:
        until = self._dialect.day(answer.first("AH")) or 0.0
        return Ruling(True, words(answer), until) if answer.yes("ok") else Ruling(False, words(answer))

    def _lend(self, key: str, number: str, pin: str, barcode: str) -> Ruling:
        """A checkout of what one has on loan already would be a renewal, so that is asked first."""
        item = self._item(barcode)
        if item and on_loan(item):
            return self._theirs(number, pin, item, barcode) or Ruling(False, words(item))
        return self._renewed(self._say(key, self._says.checkout(number, barcode, pin)))

    def _theirs(self, number: str, pin: str, item: Message, barcode: str) -> Ruling | None:
        """Whether this patron has it on loan, as far as the library says; None: not so."""
        loans = self._client.say(self._says.patron(number, pin, SUMMARY["AU"]), self._until)
        if not stands_in(loans, "AU", item, barcode, self._dialect):
            return None
        return Ruling(True, words(item), self._dialect.day(item.first("AH")) or 0.0)

    def _item(self, barcode: str) -> Message | None:
        return self._accounts.item(barcode, self._until)

    def _renew_all(self, key: str, number: str, pin: str) -> Ruling:
        self._before = self._dues(number, pin)
        if "65" in self._dialect.without:
            return self._one_by_one(key, number, pin)
        answer = self._say(key, self._says.renew_all(number, pin))
        titles = self._dialect.loans == "title"
        done = tuple(LoanRuling(entry(text, titles).id, True) for text in answer.all("BM"))
        left = tuple(LoanRuling(entry(text, titles).id, False) for text in answer.all("BN"))
        return Ruling(answer.yes("ok") and not answer.number("unrenewed"), words(answer), 0.0, (*done, *left)[:100])

    def _one_by_one(self, key: str, number: str, pin: str) -> Ruling:
        each: list[LoanRuling] = []
        for text in self._accounts.listed(number, pin, "AU", self._until)[:100]:
            one = entry(text, self._dialect.loans == "title")
            try:
                ruling = self._renewed(self._say(key, self._says.renew(number, one.barcode, one.said, pin)))
            except Unsayable:
                ruling = Ruling(False)
            except ServiceUnreachable:
                if not any(one.done for one in each):
                    raise
                raise ServiceSilent("it went when some were renewed") from None
            each.append(LoanRuling(one.id, ruling.done, ruling.words, ruling.until))
        return Ruling(all(one.done for one in each), each=tuple(each))

    def _held(self, key: str, number: str, pin: str, mode: str, hold: str) -> Ruling:
        one = self._entry(number, pin, hold, ("AS", "CD"))
        if one is None:
            return Ruling(False)
        known = "17" in self._dialect.without or (one.barcode and self._accounts.item(one.barcode, self._until))
        barcode = one.barcode if known else ""  # a title that looks like one: 1984
        self._before = {hold: self._date(barcode, "CM")} if mode == "*" else {}
        ends = time.time() + MORE_S if mode == "*" else 0.0
        answer = self._say(key, self._says.hold(mode, number, barcode, one.said, pin, ends))
        return _plain(answer, self._dialect.day)

    # ---- asking what became of it ---------------------------------------------------------------------------------

    def _look(self, said: Said, number: str, pin: str) -> Ruling:
        ruling: Ruling | None = None
        match said.act:
            case Renew(loan=loan):
                ruling = self._later(loan, "AH")
            case RenewAll():
                ruling = self._all_later(self._dues(number, pin))
            case CancelHold(hold=hold) if self._entry(number, pin, hold, ("AS", "CD")) is None:
                ruling = Ruling(True)
            case MoreTime(hold=hold):
                ruling = self._later(hold, "CM")
            case PlaceHold() if self._holds(number, pin) > self._stood:
                ruling = Ruling(True)
            case Checkout(item=barcode):
                item = self._item(barcode)
                ruling = self._theirs(number, pin, item, barcode) if item and on_loan(item) else None
        if ruling is None:
            raise ServiceSilent("the library does not show whether it was done")
        return ruling

    def _later(self, id: str, field: str) -> Ruling | None:
        """Done, if this loan or hold has another date than before."""
        before, now = self._before.get(id, ""), self._date(id, field)
        return Ruling(True, until=self._dialect.day(now) or 0.0) if before and now and now != before else None

    def _all_later(self, now: dict[str, str]) -> Ruling | None:
        """Done, if all have another date. Where some have, the library may still be at the others."""
        later = [id for id, due in self._before.items() if due and (now.get(id) or due) != due]
        if not later or len(later) < len(now):
            return None
        return Ruling(True, each=tuple(LoanRuling(id, True, until=self._dialect.day(now[id]) or 0.0) for id in later))

    # ---- what the library shows -----------------------------------------------------------------------------------

    def _entry(self, number: str, pin: str, id: str, lists: tuple[str, ...]) -> Entry | None:
        return self._accounts.find(number, pin, id, lists, self._until)

    def _dues(self, number: str, pin: str) -> dict[str, str]:
        """Of all loans, as far as there is time to ask."""
        listed = self._accounts.listed(number, pin, "AU", self._until)
        loans = [entry(text, self._dialect.loans == "title") for text in listed]
        asked = {one.id: self._date(one.barcode, "AH") for one in loans[:DETAILS_MAX] if time.monotonic() < self._half}
        return dict.fromkeys((one.id for one in loans), "") | asked

    def _holds(self, number: str, pin: str) -> int:
        return sum(len(self._accounts.listed(number, pin, name, self._until)) for name in ("AS", "CD"))

    def _date(self, barcode: str, field: str) -> str:
        item = self._accounts.item(barcode, self._until) if barcode and not barcode.startswith("t.") else None
        return item.first(field).strip() if item else ""


def _plain(answer: Message, day: Callable[[str], float | None] | None = None) -> Ruling:
    until = day(answer.first("BW")) if day else None
    return Ruling(True, words(answer), until or 0.0) if answer.yes("ok") else Ruling(False, words(answer))
