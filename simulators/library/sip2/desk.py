"""The desk: one SIP2 request in, its answer out, booked in the ledger. Knows nothing of bytes.

Patrons are known by any number of theirs; the library calls them by the first of these. A PIN is the one they
chose, or the last four digits of the telephone number.
"""

from datetime import UTC, datetime
from typing import Any

from simulators.library.acting import LOANS_MAX, Refused
from simulators.library.ledger import Ledger
from simulators.library.sip2.lending import Lending
from simulators.library.sip2.quirks import Quirks
from sync.plain import TEXT_MAX
from sync.sip2.layout import LAYOUTS
from sync.sip2.message import Fields, Message, stamp

STATUS_LENGTH = 14
CURRENCY = "CNY"
_SUMMARY = ("AS", "AT", "AU", "AV", "BU", "CD")


class Desk:
    """``user`` and ``password``: the login that is taken. ``institution``: AO."""

    def __init__(self, ledger: Ledger, quirks: Quirks, user: str, password: str, institution: str = "SIP") -> None:
        self._ledger = ledger
        self._lending = Lending(ledger, quirks)
        self._quirks = quirks
        self._login = (user, password)
        self._institution = institution

    def answer(self, asked: Message) -> Message | None:
        """What the library says; None where it has no such message."""
        does = {
            "93": self._log_in,
            "99": self._status,
            "23": self._patron_status,
            "63": self._patron,
            "17": self._item,
            "11": self._check_out,
            "09": self._check_in,
            "15": self._hold,
            "29": self._renew,
            "65": self._renew_all,
            "35": self._end,
            "37": self._fee_paid,
            "01": self._block,
            "19": self._item_status,
            "25": self._enable,
        }.get(asked.code)
        return does(asked) if does and asked.code not in self._quirks.without else None

    # ---- the link -----------------------------------------------------------------------------------------------

    def _log_in(self, asked: Message) -> Message:
        right = (asked.first("CN"), asked.first("CO")) == self._login
        return self._say(asked, {"ok": "1" if right else "0"}, ())

    def _status(self, asked: Message) -> Message:
        names = ("online", "checkin", "checkout", "renewal", "status_update", "offline")
        fixed = dict(zip(names, self._quirks.promises, strict=True))
        fixed |= {"timeout": self._count(60, 3), "retries": self._count(3, 3), "sync": self._now(), "version": "2.00"}
        does = ("23", "11", "09", "01", "99", "97", "93", "63", "35", "37", "17", "19", "25", "15", "29", "65")
        supported = "".join("N" if code in self._quirks.without else "Y" for code in does)
        return self._say(asked, fixed, (("AO", self._institution), ("AM", "Suzhou"), ("BX", supported)))

    # ---- patrons ------------------------------------------------------------------------------------------------

    def _patron_status(self, asked: Message) -> Message:
        patron = self._lending.patron(asked.first("AA"))
        fixed = {"status": self._standing(patron), "language": "019", "date": self._now()}
        return self._say(asked, fixed, self._about(asked, patron))

    def _enable(self, asked: Message) -> Message:
        return self._patron_status(asked)

    def _block(self, asked: Message) -> Message:
        patron = self._lending.patron(asked.first("AA"))
        if patron:
            words = (asked.first("AL") or "此证已停用。")[:TEXT_MAX]
            self._ledger.change("update patrons set standing = 'blocked', reason = ? where id = ?", words, patron["id"])
        return self._patron_status(asked)

    def _patron(self, asked: Message) -> Message:
        patron = self._lending.patron(asked.first("AA"))
        lists = self._lending.lists(patron["id"]) if patron else {name: [] for name in _SUMMARY}
        counts = ("holds", "overdues", "charged", "fines", "recalls", "unavailable")
        fixed = {"status": self._standing(patron), "language": "019", "date": self._now()}
        fixed |= {word: self._count(len(lists[name]), 4) for word, name in zip(counts, _SUMMARY, strict=True)}
        wanted = [name for name, flag in zip(_SUMMARY, asked.fixed["summary"], strict=False) if flag == "Y"]
        first, last = max(_number(asked.first("BP"), 1), 1), _number(asked.first("BQ"), 1000)
        items = tuple((name, text) for name in wanted[:1] for text in lists[name][first - 1 : last])
        fields = self._about(asked, patron)
        if patron:
            fields += (
                ("BZ", "0010"),
                ("CB", self._count(LOANS_MAX, 4)),
                *self._fees(patron["id"]),
                ("BF", patron["phone"]),
                *items,
            )
        return self._say(asked, fixed, fields)

    def _about(self, asked: Message, patron: dict[str, Any] | None) -> Fields:
        given = asked.first("AD")
        right = patron is not None and given != "" and self._ledger.pin_fits(patron["id"], given)
        known = patron is not None and not (self._quirks.wrong_pin_is_unknown and given and not right)
        fields: Fields = (
            ("AO", self._institution),
            ("AA", patron["number"] if patron else asked.first("AA")),
            ("AE", patron["name"] if patron and known else ""),
            ("BL", "Y" if known else "N"),
        )
        if patron and (given or asked.code != "23"):
            fields += (("CQ", "Y" if right else "N"),)
        if patron and patron["standing"] != "fine":
            fields += (("AF", patron["reason"]),)
        if patron and patron["standing"] == "expired":
            fields += (("PA", "20250101"),)
        return fields if patron else (*fields, ("AF", "没有此读者。"))

    def _fees(self, patron: str) -> Fields:
        owed = self._lending.owed(patron)
        return (("BH", CURRENCY), ("BV", f"{owed:.2f}")) if owed else ()

    def _standing(self, patron: dict[str, Any] | None) -> str:
        if patron is None:
            return "YYYY".ljust(STATUS_LENGTH)
        blocked = patron["standing"] != "fine"
        places = [" "] * STATUS_LENGTH
        if blocked:
            places[0:2] = "YY"
        if self._lending.owed(patron["id"]):
            places[11] = "Y"
        return "".join(places)

    def _end(self, asked: Message) -> Message:
        return self._say(asked, {"ended": "Y", "date": self._now()}, self._names(asked))

    def _fee_paid(self, asked: Message) -> Message:
        patron = self._lending.patron(asked.first("AA"))
        taken = patron is not None and self._lending.pay(patron["id"], asked.first("BV"), asked.first("BK"))
        return self._say(asked, {"accepted": "Y" if taken else "N", "date": self._now()}, self._names(asked))

    # ---- items --------------------------------------------------------------------------------------------------

    def _item(self, asked: Message) -> Message:
        about = self._lending.about(asked.first("AB"))
        fixed = {"circulation": about.circulation, "security": "01", "fee_type": "01", "date": self._now()}
        fields: Fields = (("AB", asked.first("AB")), ("AJ", about.title))
        fields += (("CF", str(about.queue)),) if about.queue else ()
        fields += (("AH", self._day(about.due)),) if about.due else ()
        fields += (("CM", stamp(about.pickup_until)),) if about.pickup_until else ()
        fields += (("AP", about.place),) if about.place else ()
        if about.held_for:
            fields += (("CT", about.place), ("CY", about.held_for), ("DA", about.held_name))
        return self._say(asked, fixed, fields if about.title else (*fields, ("AF", "没有此书。")))

    def _item_status(self, asked: Message) -> Message:
        about = self._lending.about(asked.first("AB"))
        fields: Fields = (("AB", asked.first("AB")), ("AJ", about.title))
        return self._say(asked, {"ok": "1" if about.title else "0", "date": self._now()}, fields)

    def _check_out(self, asked: Message) -> Message:
        blocked_anyway = self._quirks.no_block and asked.fixed["no_block"] == "Y"
        at = asked.fixed["date"]
        try:
            lent = self._lending.lend(
                asked.first("AA"),
                asked.first("AB"),
                asked.fixed["renewal"] == "Y",
                blocked_anyway,
                _moment(at),
                _moment(asked.fixed["due"]),
            )
        except Refused as no:
            return self._lent(asked, False, False, None, str(no))
        return self._lent(asked, True, lent.renewed, lent.due, "")

    def _lent(self, asked: Message, ok: bool, renewed: bool, due: float | None, words: str) -> Message:
        fixed = {
            "ok": "1" if ok else "0",
            "renewed": "Y" if renewed else "N",
            "magnetic": "U",
            "desensitize": "Y" if ok else "N",
            "date": self._now(),
        }
        about = self._lending.about(asked.first("AB"))
        fields = (
            *self._names(asked),
            ("AB", asked.first("AB")),
            ("AJ", about.title),
            ("AH", self._day(due) if due else ""),
        )
        return self._say(asked, fixed, (*fields, ("AF", words)) if words else fields)

    def _check_in(self, asked: Message) -> Message:
        try:
            back = self._lending.take_back(asked.first("AB"), asked.first("AP"), _moment(asked.fixed["returned"]))
        except Refused as no:
            fixed = {"ok": "0", "resensitize": "N", "magnetic": "U", "alert": "Y", "date": self._now()}
            return self._say(
                asked, fixed, (("AO", self._institution), ("AB", asked.first("AB")), ("AQ", ""), ("AF", str(no)))
            )
        fixed = {"ok": "1" if back.ok else "0", "resensitize": "Y", "magnetic": "U"}
        fixed |= {"alert": "Y" if back.alert else "N", "date": self._now()}
        fields: Fields = (
            ("AO", self._institution),
            ("AB", asked.first("AB")),
            ("AQ", "main"),
            ("AJ", self._lending.about(asked.first("AB")).title),
        )
        for name, value in (("AA", back.patron), ("CT", back.goes_to), ("CV", back.alert), ("CY", back.held_for)):
            fields += ((name, value),) if value else ()
        fields += (("DA", back.held_name),) if back.held_name else ()
        return self._say(asked, fixed, (*fields, ("AF", back.words)) if back.words else fields)

    def _renew(self, asked: Message) -> Message:
        try:
            lent = self._lending.renew(asked.first("AA"), asked.first("AB"))
        except Refused as no:
            return self._lent(asked, False, False, None, str(no))
        return self._lent(asked, True, True, lent.due, "")

    def _renew_all(self, asked: Message) -> Message:
        done, not_done = self._lending.renew_all(asked.first("AA"))
        fixed = {"ok": "1", "date": self._now()}
        fixed |= {"renewed": self._count(len(done), 4), "unrenewed": self._count(len(not_done), 4)}
        items = (*(("BM", one) for one in done), *(("BN", one) for one in not_done))
        return self._say(asked, fixed, (("AO", self._institution), *items))

    def _hold(self, asked: Message) -> Message:
        try:
            until = self._lending.hold(
                asked.fixed["mode"],
                asked.first("AA"),
                asked.first("AB"),
                asked.first("AJ"),
                asked.first("BS"),
                _moment(asked.first("BW")),
            )
        except Refused as no:
            fixed = {"ok": "0", "available": "N", "date": self._now()}
            return self._say(asked, fixed, (*self._names(asked), ("AF", str(no))))
        fixed = {"ok": "1", "available": "N", "date": self._now()}
        ends = (("BW", stamp(until)),) if until else ()
        return self._say(asked, fixed, (*self._names(asked), *ends, ("AB", asked.first("AB"))))

    # ---- words --------------------------------------------------------------------------------------------------

    def _names(self, asked: Message) -> Fields:
        return (("AO", self._institution), ("AA", asked.first("AA")))

    def _say(self, asked: Message, fixed: dict[str, str], fields: Fields) -> Message:
        said = tuple((name, _fit(value, self._quirks.charset)) for name, value in fields)
        return Message(LAYOUTS[asked.code].answer, fixed, said)

    def _now(self) -> str:
        return stamp(self._ledger.clock())

    def _day(self, at: float) -> str:
        return datetime.fromtimestamp(at).strftime(self._quirks.due)

    def _count(self, number: int, width: int) -> str:
        return str(number).rjust(width, " " if self._quirks.blank_counts else "0")


def _fit(value: str, charset: str) -> str:
    """One line; what the charset does not have becomes a question mark, as with real ones, and so does a letter with
    the bar's byte."""
    line = "".join(sign if sign.isprintable() else " " for sign in value)
    plain = line.replace("|", "&#124;")[:255].encode(charset, "replace").decode(charset)
    return "".join("?" if b"|" in sign.encode(charset) else sign for sign in plain)


def _number(text: str, else_: int) -> int:
    return int(text) if text.isascii() and text.isdigit() else else_


def _moment(text: str) -> float | None:
    """A date of the standard, local or (``Z``) in UTC; None where it is blank."""
    try:
        said = datetime.strptime(text[:8] + text[12:], "%Y%m%d%H%M%S")
        return (said.replace(tzinfo=UTC) if text[8:12] == "   Z" else said).timestamp()
    except ValueError:
        return None
