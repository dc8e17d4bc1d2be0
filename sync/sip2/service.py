"""The lending service over SIP2: what the point asks, tells and hears, said to a library that has only that.

It announces nothing: whose an item is, a check-in says when it has been put in, and people are asked for when they
come (docs/decisions/0020). What of the point's day SIP2 has no word for is kept at the point.
"""

import contextlib
import hashlib
import math
import time
from collections.abc import Sequence
from datetime import datetime

from sync.account import AccountIs, AccountOf
from sync.acts import Activate, ActKind, Ruling, Said
from sync.asked import Allowed, Answer, ItemIs, LoansAre, LoansWith, MayBorrow, PatronIs, Question, Shown, WhatIs
from sync.errors import ServiceBroken, ServiceError, ServicePostponed, ServiceSilent, ServiceUnreachable
from sync.messages import ItemDropped, ItemLent, Page, ParcelCollected, ParcelReady, PatronChanged, Receipt, Telling
from sync.outbox import GIVE_UP_S, GIVE_UP_TRIES
from sync.plain import TIME_MAX
from sync.seal import NotSealed, Seal
from sync.service import NOTHING, Abilities, Known, Service
from sync.sip2.account import Accounts
from sync.sip2.acting import Acting
from sync.sip2.booking import Booking, Doubt
from sync.sip2.client import Client
from sync.sip2.dialect import load
from sync.sip2.items import item_is
from sync.sip2.message import Unsayable, compose
from sync.sip2.people import Unnamed, patron_is, room, words
from sync.sip2.settings import Settings
from sync.sip2.wire import Connect, Wire, tls_context
from sync.sip2.words import Words
from sync.things import Patron, Role

_ZONE_S = 900.0
_ZONE_MAX_S = 14 * 3600.0

__all__ = ["Settings", "Sip2", "abilities", "connect"]


def abilities(settings: Settings) -> Abilities:
    """What a library of this dialect can do."""
    dialect = load(settings.dialect)
    does: dict[ActKind, bool] = {
        "renew": "29" not in dialect.without,
        "renew_all": not {"29", "65"} <= set(dialect.without),
        "cancel_hold": "15" not in dialect.without,
        "more_time": "15" not in dialect.without and dialect.more_time,
        "place_hold": "15" not in dialect.without,
        "checkout": not {"17", "63"} & set(dialect.without),  # else nobody could ask what became of one
    }
    account = "63" not in dialect.without
    return Abilities(
        announces=False,
        keys=False,
        codes=False,
        account=account,
        titles=False,  # no message of SIP2 looks for one
        acts=frozenset(act for act, can in does.items() if can),
    )


def connect(settings: Settings, credential: str, point: str, seal: Seal | None = None) -> Service:
    """A client for this point. Opens nothing yet. ``credential``: the login's password (CO). ``seal``: keeps numbers
    of patrons; SIP2 needs them. Who else may read ``settings.secrets`` is the caller's to look at. Raises ``OSError``
    or ``ValueError`` for files that cannot be used, and names or passwords that cannot be said in SIP2."""
    assert seal is not None
    return Sip2(settings, credential, seal)


class Sip2:
    """A ``Service``; for one thread."""

    def __init__(self, settings: Settings, password: str, seal: Seal, connect: Connect = Wire) -> None:
        self._settings = settings
        self._dialect = load(settings.dialect)
        self._seal = seal
        terminal = settings.terminal_password.read_text("utf-8-sig").strip() if settings.terminal_password else ""
        self._says = Words(settings, self._dialect, password, terminal)
        for said in (
            self._says.login(),
            self._says.checkin("", 0.0),
        ):  # else every telling would be refused as unsayable
            compose(said, self._dialect.charset)
        tls = tls_context(settings.ca, settings.certificate, settings.key) if settings.tls else None
        self._client = Client(settings, self._dialect, self._says, tls, connect)
        here = frozenset((settings.location, *settings.also_called))
        own = settings.loan_days_max, settings.answer_wait_s, settings.stock
        self._booking = Booking(self._client, self._says, self._dialect, here, seal, *own)
        self._accounts = Accounts(self._client, self._says, self._dialect, here, seal)
        self._acting = Acting(self._client, self._says, self._dialect, self._accounts, seal)
        self._began = time.monotonic()
        self._there = (0, self._began)  # up to this seq tellings were there at this time
        self._unsure: set[str] = set()
        self._done: dict[str, Receipt] = {}  # of the batch that is to be said again
        self._unanswered: dict[str, float] = {}  # tellings, and since when
        self._failing: dict[str, tuple[float, int]] = {}  # tellings, since when and how often

    def ask(self, query: Question) -> Answer:
        """One question; at most ``ask_wait_s``."""
        until = time.monotonic() + self._settings.ask_wait_s
        match query:
            case Shown():
                return self._shown(query, until)
            case WhatIs(barcode):
                return self._what_is(barcode, until)
            case MayBorrow():
                return self._may_borrow(query, until)
            case AccountOf():
                return self._account(query, until)
            case LoansWith():
                return LoansAre(())  # no message of SIP2 names an item's ISBN
            case _:
                raise AssertionError("see ``abilities``: a card is asked for by what it says")

    def act(self, said: Said) -> Ruling:
        """One act; at most ``ask_wait_s``. With the key of an act that was not answered it only asks about it."""
        assert not isinstance(said.act, Activate)  # see ``abilities``
        until = time.monotonic() + self._settings.ask_wait_s
        ruling = self._acting.ruling(said, until)
        self._ended(said.act.patron, until)
        return ruling

    def tell(self, tellings: Sequence[Telling], known: Known = NOTHING) -> tuple[Receipt, ...]:
        """1 to 100 tellings in order; at most ``tell_wait_s``. What was answered is not said again when the rest is."""
        until = time.monotonic() + self._settings.tell_wait_s
        self._client.look_again()
        before = [telling for telling in tellings if telling.seq <= known.said]
        first = True  # of this round: it has all the time there is
        for n, telling in enumerate(tellings):
            if telling.key in self._done:
                continue
            if time.monotonic() >= until:
                raise ServicePostponed(f"{n} of {len(tellings)} tellings are booked, the rest in the next round")
            self._wait_for(telling, known)
            later = before[n + 1 :] if telling in before else ()
            doubt = Doubt(
                telling in before or telling.key in self._unsure,
                known.left | _lent(later),
                _back(later, self._dialect.captures),
                telling.seq < known.image,
            )
            self._done[telling.key] = self._told(telling, doubt, until, first)
            first = False
        receipts = tuple(self._done[telling.key] for telling in tellings)
        for kept in (self._done, self._unsure, self._unanswered, self._failing):
            kept.clear()
        return receipts

    def changes(self, cursor: str, wait_s: float) -> Page:
        """Nothing ever comes down but who works here; this is how the point knows that the library is there."""
        now = self._cursor()
        if cursor == now:
            self._client.quiet(wait_s)
        until = time.monotonic() + self._settings.connect_wait_s + self._settings.answer_wait_s
        self._client.look_again()
        self._client.ready(until)
        changes = () if cursor == now else self._workers()
        return Page(changes, now, self._server_time(), snapshot=cursor != now)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _shown(self, query: Shown, until: float) -> PatronIs:
        pin = query.pin.get_secret_value() if query.pin else ""
        if self._settings.pin == "always" and not pin:
            return PatronIs(None, pin="needed")
        number = query.number.get_secret_value()
        try:
            answer = self._client.say(self._says.patron(number, pin), until)
            return patron_is(answer, number, bool(pin), self._dialect, self._seal)
        except (Unsayable, Unnamed):
            return PatronIs(None)

    def _may_borrow(self, query: MayBorrow, until: float) -> Allowed:
        """SIP2 does not rule on a reader and a book together: what it says of each of them, alone, must do, and how
        many loans it leaves them. A library that wants PINs has just been asked about the reader, with theirs."""
        if self._settings.pin == "never":
            try:
                number = self._seal.show(query.patron).get_secret_value()
                answer = self._client.say(self._says.patron(number), until)
                patron = patron_is(answer, number, False, self._dialect, self._seal).patron
                left = room(answer)
            except (Unsayable, Unnamed, NotSealed):
                patron, left = None, None
            if patron is None or patron.standing != "fine":
                return Allowed(False, patron.reason if patron else "")
            if left is not None and left < len(query.items):
                return Allowed(False, words(answer))
        for barcode in query.items if "17" not in self._dialect.without else ():
            item = self._client.say(self._says.item(barcode), until)
            known = item_is(item, barcode, self._dialect)
            if known.item is None or known.on_loan or known.held == "yes":
                return Allowed(False, words(item))
        return Allowed(True)

    def _account(self, query: AccountOf, until: float) -> AccountIs:
        if self._settings.pin == "always" and not query.pin:
            return AccountIs(pin="needed")
        try:
            account = self._accounts.account(query, until)
        except (Unsayable, NotSealed):
            return AccountIs(known=False)
        self._ended(query.patron, until)
        return account

    def _ended(self, patron: str, until: float) -> None:
        """That the patron has gone, for a library that wants to hear it. Nothing hangs on it."""
        if self._dialect.ends_sessions:
            with contextlib.suppress(ServiceError, Unsayable, NotSealed):
                self._client.say(self._says.end(self._seal.show(patron).get_secret_value()), until)

    def _what_is(self, barcode: str, until: float) -> ItemIs:
        if "17" in self._dialect.without:
            raise ServiceUnreachable("this library has no item information")
        return item_is(self._client.say(self._says.item(barcode), until), barcode, self._dialect)

    def _told(self, telling: Telling, doubt: Doubt, until: float, first: bool) -> Receipt:
        try:
            return self._booking.receipt(telling, doubt, until)
        except ServiceError as error:
            now = time.monotonic()
            if self._booking.open:
                self._unsure.add(telling.key)
            if self._booking.open == "said":
                self._unanswered[telling.key] = now
            silent = isinstance(error, ServiceSilent) and not self._booking.open and now >= until  # a question
            cut_short = silent or isinstance(error, ServicePostponed)
            if cut_short and (self._booking.further or not first):
                raise ServicePostponed("no time is left to hear an answer: the rest in the next round") from None
            if not (cut_short or isinstance(error, ServiceSilent | ServiceBroken)):
                raise
            since, times = self._failing.get(telling.key, (now, 0))
            self._failing[telling.key] = since, times + 1
            if now - since < GIVE_UP_S or times + 1 < GIVE_UP_TRIES:
                raise
            return Receipt(telling.key, "conflict", f"look whether it is booked: {error}"[:200])

    def _wait_for(self, telling: Telling, known: Known) -> None:
        """Raises ``ServicePostponed`` while something of this telling may still be under way at the library: what was
        not answered, be it before this start, and the checkout at the counter before an ``ItemLent``. How old that is
        its hour does not say: the clock may have been set since."""
        now = time.monotonic()
        since = self._unanswered.get(telling.key, self._began if telling.seq <= known.said else -math.inf)
        if isinstance(telling.told, ItemLent):
            if telling.seq > self._there[0]:
                self._there = max(telling.seq, known.newest), now
            since = max(since, self._there[1])
        left = since + self._settings.doubt_wait_s - now
        if left > 0:
            raise ServicePostponed("what was not answered may still be under way at the library", left)

    def _cursor(self) -> str:
        """A point whose list of workers was changed begins anew."""
        named = repr(self._settings.workers)
        return f"sip2-{hashlib.sha256(named.encode()).hexdigest()[:16]}"

    def _workers(self) -> tuple[PatronChanged, ...]:
        return tuple(_worker(role, card) for role, cards in self._settings.workers.items() for card in cards)

    def _server_time(self) -> float:
        """The library's clock, as its 98 says it. It does not say in which zone: so whole quarters of an hour count as
        such, as many as a zone may be from UTC, and only what is left counts as its clock being off. What is further
        off is no zone: one of the clocks is wrong. A time that cannot be is none."""
        now = time.time()
        text = self._client.status.fixed["sync"] if self._client.status else ""
        try:
            said = datetime.strptime(text[:8] + text[12:], "%Y%m%d%H%M%S").timestamp()
        except (ValueError, OverflowError):
            return now
        if not 0.0 <= said <= TIME_MAX:
            return now
        zone = round((said - now) / _ZONE_S) * _ZONE_S
        return said - zone if abs(zone) <= _ZONE_MAX_S else said


def _back(tellings: Sequence[Telling], captures: bool) -> frozenset[str]:
    """The items that these return; where a check-in says for whom it is held (``captures``), so does what puts one
    in again."""
    told = [telling.told for telling in tellings]
    put_in = (item for one in told if captures and isinstance(one, ParcelReady) for item in one.items)
    return frozenset((*put_in, *(one.item for one in told if isinstance(one, ItemDropped))))


def _lent(tellings: Sequence[Telling]) -> frozenset[str]:
    """The items that these lend."""
    lent = set[str]()
    for telling in tellings:
        match telling.told:
            case ParcelCollected(items=items):
                lent |= set(items)
            case ItemLent(item=item):
                lent.add(item)
    return frozenset(lent)


def _worker(role: Role, card: str) -> PatronChanged:
    return PatronChanged(Patron(f"{role}-{card[:12]}", "", role=role, cards=(card,)))
