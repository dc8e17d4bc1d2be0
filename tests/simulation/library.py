"""The library of the simulation: a ledger in memory that keeps the rules of receipts honestly, and its change feed.

Each telling takes effect once by its key and payload; what physically happened is booked even where the ledger
disagrees. It also notices what no honest point tells: an effect that it has had before.
"""

import base64
import random
from collections import Counter
from collections.abc import Callable, Container, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from kiosk.core.identity import Keyring
from kiosk.retelling import is_stand_in
from simulators.library.passes import issue_pass
from sync.account import AccountOf
from sync.activation import Offer, Rules
from sync.acts import Ruling, Said
from sync.asked import Allowed, Answer, ItemIs, LoansAre, LoansWith, MayBorrow, PatronIs, Query, WhatIs
from sync.errors import ServiceGap
from sync.messages import (
    Change,
    ItemDropped,
    ItemLent,
    ItemsCleared,
    JournalStands,
    Page,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelRecalled,
    ParcelRemoved,
    ParcelSent,
    PatronChanged,
    PatronForgotten,
    PointTrouble,
    Receipt,
    Telling,
)
from sync.service import Abilities
from sync.spelling import search
from sync.things import Item, Patron, SentParcel
from sync.titles import Title, TitlesLike
from tests.simulation.accounts import account

POINT = "p1"
TOGETHER_MAX = 3  # items that it lets somebody borrow from the cabinet in one go
SIGNING = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
KEYRING = Keyring(b"k" * 32, (SIGNING.public_key(),))
NOBODY = "nobody"
OFFER = Offer((Rules("一", "1"), Rules("二", "2")), 8)


def about(telling: Telling) -> set[str]:
    """The items that it names."""
    return {getattr(telling.told, "item", ""), *getattr(telling.told, "items", ())} - {""}


@dataclass
class Packed:
    """A parcel as the library knows it; ``code`` as it was sent to its reader. ``ever``: what else it was announced
    with."""

    sent: SentParcel
    code: str
    qr: str
    status: str = "sent"  # sent, ready, collected, missing, removed
    recalled: bool = False
    ever: set[str] = field(default_factory=set)

    @property
    def named(self) -> set[str]:
        """The items that it is, or was, about."""
        return self.ever | {item.barcode for item in self.sent.items}


@dataclass
class Library:
    """``loans``: item to patron. ``cabinet``: items returned at the point and not yet cleared. ``keeps``: until when
    they may lie there for anybody; 0: they go back. ``pins``: patron to PIN, where the library wants them.
    ``citizens``: cards (keyed hashes) that may become a reader's, and whose they will be."""

    rng: random.Random
    abilities = Abilities()
    patrons: dict[str, Patron] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)  # number to patron
    items: dict[str, Item] = field(default_factory=dict)
    loans: dict[str, str] = field(default_factory=dict)
    cabinet: set[str] = field(default_factory=set)
    parcels: dict[str, Packed] = field(default_factory=dict)
    feed: list[Change] = field(default_factory=list)
    to_sign: list[Callable[[float], Sequence[Change]]] = field(default_factory=list)  # as the point asks for news
    horizon: int = 0
    expected: int = 1
    received: dict[str, tuple[Telling, Receipt]] = field(default_factory=dict)  # by key
    numbers: dict[int, Telling] = field(default_factory=dict)  # those that are taken
    troubles: list[PointTrouble | ParcelMissing] = field(default_factory=list)
    conflicts: list[tuple[Telling, str]] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)  # effects there were before
    acted: dict[str, tuple[Said, Ruling]] = field(default_factory=dict)
    wishes: dict[tuple[str, str], str] = field(default_factory=dict)  # patron and title to the key of the act
    renewals: Counter[str] = field(default_factory=Counter)
    keeps: float = 0.0
    pins: dict[str, str] = field(default_factory=dict)
    citizens: dict[str, str] = field(default_factory=dict)
    stands: list[JournalStands] = field(default_factory=list)  # where the point said that its journal stood
    lied: Container[str] = ()  # items that people say have come back and keep
    shown: dict[str, str] = field(default_factory=dict)  # codes and passes that were ever sent to readers, and whose
    theirs: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # who may take an item, from which word on

    # ---- things

    def join(self, patron: str, role: str = "reader", standing: str = "fine") -> str:
        """A new patron; returns the number of their card."""
        number = f"{self.rng.getrandbits(32):08X}"
        self.patrons[patron] = Patron(patron, patron, standing, role, (KEYRING.card(number),))  # type: ignore[arg-type]
        self.cards[number] = patron
        return number

    def buy(self, barcode: str, isbn: str) -> Item:
        """A new copy."""
        self.items[barcode] = Item(barcode, f"Title {barcode}", isbn)
        return self.items[barcode]

    def wants_pins(self, pins: dict[str, str]) -> None:
        """From now on these patrons have a PIN each, and need it for their account."""
        self.pins = pins

    def pin_flaw(self, patron: str, pin: SecretStr | None) -> Literal["", "needed", "wrong"]:
        """What stands against the one that was typed, or was not."""
        if patron not in self.pins:
            return ""
        return "needed" if pin is None else "" if pin.get_secret_value() == self.pins[patron] else "wrong"

    def initials(self, patron: str) -> str:
        """As the screen shows them."""
        return patron

    def lend(self, barcode: str, patron: str) -> None:
        """Somebody had it before the day began."""
        self.loans[barcode] = patron

    def at_once(self) -> AbstractContextManager[None]:
        """Much is done in one go."""
        return nullcontext()

    def on_shelf(self, barcodes: Sequence[str]) -> list[str]:
        """Which of these may be packed: not what was set aside on the word of a return that came late."""
        open_ = [p for p in self.parcels.values() if p.status in ("sent", "ready") and not p.recalled]
        packed = {item.barcode for p in open_ for item in p.sent.items}
        return [barcode for barcode in barcodes if barcode not in packed]

    def take_in(self, barcode: str, unheard: bool) -> bool:
        """A courier brings it to the sorting room. False: it is to go to the point again; they keep it."""
        mine = [p for p in self.parcels.values() if barcode in {i.barcode for i in p.sent.items}]
        over = all(p.status in ("collected", "removed") or p.recalled for p in mine)
        return over and barcode not in self.cabinet

    def found_here(self, barcode: str) -> bool:
        """Somebody of the library has it in their hand: no loan is left. False: it is packed, and they let it be."""
        if not self.on_shelf([barcode]):
            return False
        self.loans.pop(barcode, None)
        self.cabinet.discard(barcode)
        self.conflicts = [(telling, words) for telling, words in self.conflicts if barcode not in about(telling)]
        return True

    def loan(self, barcode: str) -> str:
        """Who has it on loan, or nobody."""
        return self.loans.get(barcode, "")

    def may_take(self, barcode: str, person: str, cursor: str) -> bool:
        """Whether the library has set this item aside for this person or for anybody, and for nobody else since, as far
        as a point with this cursor can know."""
        heard = int(base64.b64decode(cursor)) if cursor else 0
        words = [whose for n, whose in self.theirs.get(barcode, ()) if n <= heard]
        return bool(words) and words[-1] in ("", person)

    def left_over(self, barcode: str) -> bool:
        """Whether it was in a parcel, is not any more, and has been set aside for nobody else since."""
        return self.theirs[barcode][-1][1] == NOBODY

    def pack(self, patron: str, barcodes: Sequence[str], expires: float, untold: bool = False) -> str:
        """A parcel goes on its way to the point; parcels of one patron share code and pass, as they may. Without a
        patron it is stock. ``untold``: the point learns of it by a receipt."""
        code, pass_id = self._keys(patron)
        number, items = f"P{len(self.parcels) + 1:03d}", tuple(self.items[b] for b in barcodes)
        size = self.rng.choice("SSML")
        sent = SentParcel(number, patron, items, size, expires, KEYRING.code(code), pass_id)  # type: ignore[arg-type]
        self.parcels[number] = self._seal(sent, code)
        self._announce(self.parcels[number], untold)
        return number

    def pack_anew(self, parcel: str, patron: str, barcodes: Sequence[str], expires: float) -> None:
        """The same parcel, with other items or for another patron; cancelled or missing it is no more."""
        old = self.parcels[parcel]
        items, sent, code = tuple(self.items[b] for b in barcodes), old.sent, old.code
        if patron != sent.patron:
            code, pass_id = self._keys(patron)
            sent = replace(sent, patron=patron, code=KEYRING.code(code), pass_id=pass_id)
        for item in sent.items:
            if item not in items:
                self.theirs[item.barcode].append((len(self.feed) + 1, NOBODY))
        new = self._seal(replace(sent, items=items, expires=expires), code)
        old.ever |= old.named
        old.sent, old.code, old.qr, old.recalled = new.sent, new.code, new.qr, False
        old.status = "sent" if old.status == "missing" else old.status
        self._announce(old)

    def _keys(self, patron: str) -> tuple[str, str]:
        """Code and pass of what they have here already, or new ones."""
        mine = [p for p in self.parcels.values() if p.sent.patron == patron and p.status in ("sent", "ready")]
        if mine:
            return mine[0].code, mine[0].sent.pass_id
        return f"{self.rng.randrange(10**8):08d}", f"{self.rng.getrandbits(64):016x}"

    def _seal(self, sent: SentParcel, code: str) -> Packed:
        if not sent.patron:
            return Packed(replace(sent, code="", pass_id=""), "", "")
        qr = issue_pass(SIGNING, sent.pass_id, POINT, sent.expires)
        self.shown |= {code: sent.patron, qr: sent.patron}
        return Packed(sent, code, qr)

    def _announce(self, packed: Packed, untold: bool = False) -> None:
        sent = packed.sent
        self.feed += [PatronChanged(self.patrons[sent.patron])] if sent.patron else []
        self.feed.append(ParcelSent(sent))
        for item in sent.items:
            self.theirs.setdefault(item.barcode, []).append((0 if untold else len(self.feed), sent.patron))

    def recall(self, parcel: str) -> None:
        """The hold was cancelled."""
        self.parcels[parcel].recalled = True
        self.feed.append(ParcelRecalled(parcel))

    def change(self, patron: str, standing: str) -> None:
        """Blocked, or fine again."""
        self.patrons[patron] = replace(self.patrons[patron], standing=standing)  # type: ignore[arg-type]
        self.feed.append(PatronChanged(self.patrons[patron]))

    def forget(self, patron: str) -> None:
        """The point need not know this patron any more."""
        self.feed.append(PatronForgotten(patron))

    def patron_of(self, digest: str) -> Patron | None:
        return next((p for p in self.patrons.values() if digest in p.cards), None)

    # ---- asked and heard

    def answer(self, query: Query) -> Answer:
        match query:
            case WhatIs(barcode):
                return ItemIs(self.items.get(barcode), barcode in self.loans)
            case LoansWith(patron, isbn):
                own = (self.items[b] for b, who in self.loans.items() if who == patron)
                return LoansAre(tuple(item for item in own if item.isbn == isbn))
            case MayBorrow(patron, items):
                fine = self.patrons[patron].standing == "fine" and not self.loans.keys() & set(items)
                fine = fine and len(items) <= TOGETHER_MAX
                return Allowed(fine, "" if fine else "not this one")
            case AccountOf():
                return account(self, query)
            case TitlesLike(typed):
                return search(typed, (Title(one.barcode, one.title, isbn=one.isbn) for one in self.items.values()))
            case _:
                patron = self.patron_of(query.card)
                return PatronIs(patron, offer=OFFER if patron is None and query.card in self.citizens else None)

    def has_news(self, cursor: str) -> bool:
        """Whether a page after this cursor would say anything."""
        return not cursor or bool(self.to_sign) or not self.horizon <= int(base64.b64decode(cursor)) == len(self.feed)

    def changes(self, cursor: str, now: float) -> Page | None:
        """What is new after this cursor; None when the feed does not reach back so far."""
        self._sign(now)
        after = int(base64.b64decode(cursor))
        return Page(tuple(self.feed[after:]), self._newest(), now) if self.horizon <= after <= len(self.feed) else None

    def snapshot(self, now: float) -> Page:
        """All that concerns the point."""
        self._sign(now)
        here = [p.sent for p in self.parcels.values() if p.status in ("sent", "ready") and not p.recalled]
        wanted = sorted(
            {p.patron for p in here if p.patron} | {p.id for p in self.patrons.values() if p.role != "reader"}
        )
        changes = [PatronChanged(self.patrons[who]) for who in wanted] + [ParcelSent(p) for p in here]
        return Page(tuple(changes), self._newest(), now, snapshot=True)

    def _sign(self, now: float) -> None:
        while self.to_sign:
            self.feed += self.to_sign.pop()(now)

    def _newest(self) -> str:
        return base64.b64encode(str(len(self.feed)).encode()).decode()

    # ---- told

    def hear(self, batch: Sequence[Telling]) -> tuple[Receipt, ...]:
        """Book a batch. Raises ``ServiceGap``; then nothing was booked."""
        expected = self.expected
        for telling in batch:
            if telling.seq > expected:
                raise ServiceGap("not heard yet", self.expected)
            expected = max(expected, telling.seq + 1)
        return tuple(self._hear(telling) for telling in batch)

    def _hear(self, telling: Telling) -> Receipt:
        known = self.received.get(telling.key)
        if known:
            status = "rejected" if known[0] != telling else "duplicate"
            if status == "rejected":
                self.twice.append(f"key {telling.key} was used for two different things")
            return replace(known[1], status=status)  # type: ignore[arg-type]
        if other := self.numbers.get(telling.seq):
            if not (is_stand_in(telling.told) or is_stand_in(other.told)):
                self.twice.append(f"number {telling.seq} was told again with another key: {telling}")
            return Receipt(telling.key, "reused", "", expected=self.expected)
        self.numbers[telling.seq] = telling
        self.expected = max(self.expected, telling.seq + 1)
        doubt = self._book(telling)
        receipt = self._routed(telling, Receipt(telling.key, "conflict" if doubt else "applied", doubt))
        if doubt:
            self.conflicts.append((telling, doubt))
        self.received[telling.key] = (telling, receipt)
        return receipt

    def _routed(self, telling: Telling, receipt: Receipt) -> Receipt:
        """What came back stays for anybody, where this library has it so."""
        if not (self.keeps and isinstance(telling.told, ItemDropped)) or receipt.detail:
            return receipt
        packed = self.parcels[self.pack("", (telling.told.item,), self.keeps, untold=True)]
        self.cabinet.discard(telling.told.item)
        return replace(receipt, stock=True, set_aside=packed.sent)

    def _book(self, telling: Telling) -> str:
        match telling.told:
            case ParcelReady(parcel, items=items):
                row = self.parcels[parcel]
                if row.status in ("collected", "removed"):
                    self.twice.append(f"{parcel} is ready after it was {row.status}")
                row.status = "ready"
                if items:
                    self._lies_there(row, items)
            case ParcelCollected():
                return self._collected(telling.told)
            case ParcelMissing(parcel, items=items):
                self.troubles.append(telling.told)
                row = self.parcels[parcel]
                if row.status in ("collected", "removed"):
                    return f"{parcel} was {row.status} before"
                row.status = "missing"
                if rest := tuple(item for item in row.sent.items if items and item.barcode not in items):
                    row.sent = replace(row.sent, items=rest)
            case ParcelRemoved(parcel):
                if self.parcels[parcel].status == "collected":
                    return f"{parcel} was collected before"
                if self.parcels[parcel].status == "removed":
                    self.twice.append(f"{parcel} was removed twice")
                self.parcels[parcel].status = "removed"
            case ItemDropped(item):
                return self._dropped(item)
            case ItemLent(item, patron):
                return self._lent(item, patron)
            case JournalStands():
                self.stands.append(telling.told)
            case ItemsCleared(items):
                self.cabinet -= set(items)
            case PointTrouble(what, parcel=parcel, detail=detail):
                self.troubles.append(telling.told)
                if what == "drop_missing":
                    self.cabinet.discard(detail)
                if what == "parcel_in_doubt" and self._packed_anew(parcel):  # with which items?
                    self._announce(self.parcels[parcel])
        return ""

    def _collected(self, told: ParcelCollected) -> str:
        parcel, patron, items = told.parcel, told.patron, told.items
        row = self.parcels[parcel]
        if row.status == "collected":
            self.twice.append(f"{parcel} was collected twice")
        before, row.status = row.status, "ready" if told.left else "collected"
        if told.left:
            self._lies_there(row, told.left, items)
        self.loans |= dict.fromkeys(items, patron)
        if self.patrons[patron].standing != "fine":
            return f"{patron} is {self.patrons[patron].standing} since"
        if row.recalled:
            return f"{parcel} was recalled"
        return f"{parcel} was {before}" if before != "ready" else ""

    def _lies_there(self, row: Packed, items: Sequence[str], taken: Sequence[str] = ()) -> None:
        """These are behind the door. If it is to be others by now, that is said once more; not if it is over."""
        wanted = [item.barcode for item in row.sent.items if item.barcode not in taken]
        row.ever |= row.named
        named = items if row.recalled else wanted or items
        row.sent = replace(row.sent, items=tuple(self.items[barcode] for barcode in named))
        if row.recalled or set(wanted) == set(items):
            return
        if wanted:
            self._announce(row)
        else:
            self.recall(row.sent.id)

    def _packed_anew(self, parcel: str) -> bool:
        row = self.parcels.get(parcel)
        return row is not None and bool(row.ever) and row.status in ("sent", "ready") and not row.recalled

    def _lent(self, item: str, patron: str) -> str:
        borrower = self.loans.get(item, "")
        if borrower and borrower != patron:
            return f"{item} is on loan to somebody else"
        self.loans[item] = patron
        return "" if self.patrons[patron].standing == "fine" else f"{patron} is {self.patrons[patron].standing} since"

    def _dropped(self, item: str) -> str:
        if item not in self.items:
            return f"no item has the barcode {item}"
        if item in self.cabinet and item not in self.lied:
            self.twice.append(f"{item} came back twice")
        self.cabinet.add(item)
        return "" if self.loans.pop(item, None) else f"nobody had {item} on loan"
