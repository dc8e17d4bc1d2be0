"""What the client says: each request of SIP2 that it uses, filled in for one point."""

import time
from collections.abc import Iterable

from sync.sip2.dialect import Dialect
from sync.sip2.message import Message, stamp
from sync.sip2.settings import Settings

CHINESE = "019"
BLANK = " " * 18  # no date
NOTHING, CHARGED = " " * 10, "  Y       "
"""Which list a 63 asks for; the standard allows one."""
SUMMARY = {name: " " * n + "Y" + " " * (9 - n) for n, name in enumerate(("AS", "AT", "AU", "AV", "BU", "CD"))}
"""The same, by the field that the list comes in."""


class Words:
    """Requests of one point. Values are not looked at here: ``Unsayable`` comes when they are written."""

    def __init__(self, settings: Settings, dialect: Dialect, password: str, terminal: str) -> None:
        self._settings = settings
        self._utc = dialect.utc
        self._by_status = dialect.patron_by == "23"
        self._password = password
        self._secret = terminal

    def login(self) -> Message:
        """93."""
        fields = (("CN", self._settings.user), ("CO", self._password), ("CP", self._settings.location))
        return Message("93", {"uid_algorithm": "0", "password_algorithm": "0"}, fields)

    def status(self) -> Message:
        """99: all is well here."""
        return Message("99", {"status": "0", "width": "080", "version": "2.00"})

    def patron(self, number: str, pin: str = "", summary: str = NOTHING) -> Message:
        """63, or 23 where the dialect says so and no list is wanted."""
        fixed = {"language": CHINESE, "date": self._now()}
        fields = [("AO", self._settings.institution), ("AA", number), *self._terminal()]
        if self._by_status and summary == NOTHING:
            return Message("23", fixed, (*fields[:2], ("AC", self._secret), ("AD", pin)))
        with_pin = [("AD", pin)] if pin else []
        return Message("63", fixed | {"summary": summary}, (*fields, *with_pin))

    def item(self, barcode: str) -> Message:
        """17."""
        fields = (("AO", self._settings.institution), ("AB", barcode), *self._terminal())
        return Message("17", {"date": self._now()}, fields)

    def checkout(
        self, number: str, barcode: str, pin: str = "", at: float | None = None, promised: float | None = None
    ) -> Message:
        """11, never as a renewal. ``at``: when it happened; None: now. ``promised``: it has happened, with this due
        date, and is said so (no-block); None: the library's rules decide."""
        offline = (
            {"no_block": "N", "due": BLANK} if promised is None else {"no_block": "Y", "due": self._stamp(promised)}
        )
        fixed = {"renewal": "N", "date": self._now() if at is None else self._past(at)} | offline
        return Message("11", fixed, (*self._patron(number, pin), ("AB", barcode), ("AC", self._secret)))

    def checkin(self, barcode: str, at: float) -> Message:
        """09, received at the point's own location at ``at``. Never no-block: what else would be done with an item
        that has come in?"""
        fields = (
            ("AP", self._settings.location),
            ("AO", self._settings.institution),
            ("AB", barcode),
            ("AC", self._secret),
        )
        return Message("09", {"no_block": "N", "date": self._now(), "returned": self._past(at)}, fields)

    def renew(self, number: str, barcode: str, title: str, pin: str) -> Message:
        """29, of an item or, where the library lists no barcodes, of a title. Never no-block: the rules decide."""
        fixed = {"third_party": "N", "no_block": "N", "date": self._now(), "due": BLANK}
        return Message("29", fixed, (*self._patron(number, pin), _thing(barcode, title), ("AC", self._secret)))

    def renew_all(self, number: str, pin: str) -> Message:
        """65."""
        return Message("65", {"date": self._now()}, (*self._patron(number, pin), *self._terminal()))

    def hold(self, mode: str, number: str, barcode: str, title: str, pin: str, ends: float = 0.0) -> Message:
        """15: ``+`` place, ``-`` cancel, ``*`` change, to be collected at this point."""
        until = (("BW", self._stamp(ends)),) if ends else ()
        where = (("BS", self._settings.location),) if mode == "+" else ()
        fields = (*until, *where, *self._patron(number, pin), _thing(barcode, title), ("AC", self._secret))
        return Message("15", {"mode": mode, "date": self._now()}, fields)

    def end(self, number: str) -> Message:
        """35: this patron's session is over."""
        return Message("35", {"date": self._now()}, (*self._patron(number, ""), *self._terminal()))

    def _patron(self, number: str, pin: str) -> tuple[tuple[str, str], ...]:
        named = (("AO", self._settings.institution), ("AA", number))
        return (*named, ("AD", pin)) if pin else named

    def _now(self) -> str:
        return self._stamp(time.time())

    def _past(self, at: float) -> str:
        """When something happened: never later than now, whatever the clock said then; fines would run until then."""
        return self._stamp(min(at, time.time()))

    def _stamp(self, at: float) -> str:
        return stamp(at, self._utc)

    def _terminal(self) -> Iterable[tuple[str, str]]:
        return (("AC", self._secret),) if self._secret else ()


def _thing(barcode: str, title: str) -> tuple[str, str]:
    return ("AB", barcode) if barcode else ("AJ", title)
