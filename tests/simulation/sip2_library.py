"""A library that announces nothing: the reference library's ledger and its SIP2 desk, in the place of a change feed.

It is asked, and told, through ``sip2_wire``; couriers get its items as they would from its sorting room. What it makes
of each telling is kept here as the point heard it.
"""

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from simulators.library.ledger import Ledger
from simulators.library.packing import change_patron, pack_parcel, place_hold, recall_parcel
from simulators.library.passes import pin_verifier
from simulators.library.sip2.lending import Lending
from simulators.library.sip2.quirks import PROFILES
from simulators.library.sip2.talk import USER, Host
from sync.acts import Act, Renew, RenewAll
from sync.messages import ParcelMissing, PointTrouble, Receipt, Telling
from sync.seal import Seal
from sync.service import Abilities
from sync.sip2.dialect import load
from sync.sip2.service import Settings, abilities
from sync.things import Item, SentParcel
from tests.simulation.library import KEYRING, POINT, SIGNING, Packed, about

ELSEWHERE = "p2"
SEAL = Seal(b"k" * 32, KEYRING.card)
LOAN_S = 28 * 86400.0


class Sip2Library:
    """``clock``: the library's own. ``dialect``: whose ways it has, and the point's settings say."""

    def __init__(self, rng: random.Random, directory: Path, clock: "object") -> None:
        self.rng = rng
        self.dialect = rng.choice(sorted(PROFILES))
        self.ledger = Ledger(directory / "library.sqlite", SIGNING, clock, rng)  # type: ignore[arg-type]
        self.host = Host(self.ledger, PROFILES[self.dialect])
        self.lending = Lending(self.ledger, PROFILES[self.dialect])
        self.may_renew: Counter[str] = Counter()  # how often renewing was asked for, by loan or by patron
        self.cards: dict[str, str] = {}  # number to the id by which the point knows its patron
        self.numbers: dict[str, str] = {}  # patron to number
        self.pins: dict[str, str] = {}  # patron to PIN, where the library wants them
        self.workers: dict[str, tuple[str, ...]] = {}  # those who work here, by role
        self.stock = False  # what waits for nobody may lie at the point for anybody
        self.spare: set[str] = set()  # so that a courier who has them in hand puts them in
        self.items: dict[str, Item] = {}
        self.received: dict[str, tuple[Telling, Receipt]] = {}
        self.troubles: list[PointTrouble | ParcelMissing] = []
        self.conflicts: list[tuple[Telling, str]] = []
        self.alike: set[str] = set()
        self._parcels: dict[str, Packed] = {}
        self._parcels_of = -1  # as it was after so many changes of the ledger
        self.twice: list[str] = []  # without keys it cannot notice; its books are looked at instead
        for point in (POINT, ELSEWHERE):
            self.ledger.add("points", id=point, name=point, token="", hashing_key=(b"k" * 32).hex(), expected=1)

    @property
    def settings(self) -> Settings:
        """The point's."""
        return _settings(self.dialect, tuple(sorted(self.workers.items())), bool(self.pins), self.stock)

    @property
    def abilities(self) -> Abilities:
        """What the point knows that it can do."""
        return abilities(self.settings)

    # ---- things

    def join(self, patron: str, role: str = "reader", standing: str = "fine") -> str:
        """A new patron; returns the number of their card. Who works here is named in the point's settings only."""
        number = f"{self.rng.getrandbits(32):08X}"
        self.numbers[patron] = number
        if role != "reader":
            self.workers[role] = (*self.workers.get(role, ()), KEYRING.card(number))
            self.cards[number] = f"{role}-{KEYRING.card(number)[:12]}"
            return number
        self.cards[number] = SEAL.hide(number)
        values = {"name": " ".join(patron), "initials": "", "phone": "13800001234", "reason": ""}
        self.ledger.add("patrons", **values, id=patron, standing=standing, role=role)
        self.ledger.add_card(number, patron)
        return number

    def wants_pins(self, pins: dict[str, str]) -> None:
        """From now on these patrons have a PIN each, and the point asks for it with each card."""
        self.pins = pins
        for patron, pin in pins.items():
            chosen = {"name": " ".join(patron), "initials": "", "pin": pin_verifier(pin, self.rng.randbytes(16))}
            self.ledger.add("citizens", number=self.numbers[patron], patron=patron, **chosen)

    def initials(self, patron: str) -> str:
        """As the screen shows them."""
        return "".join(f"{sign}." for sign in patron)

    def known_as(self, patron: str) -> str:
        """The id by which the point knows somebody."""
        return self.cards[self.numbers[patron]]

    def buy(self, barcode: str, isbn: str) -> Item:
        """A new copy; the only one of its title, so that a hold on the title is one on it."""
        item = Item(barcode, f"Title {barcode}", f"97870200{int(barcode[1:]):05d}")
        self.items[barcode] = item
        self.ledger.add("titles", isbn=item.isbn, title=item.title, author="")
        self.ledger.add("items", barcode=barcode, isbn=item.isbn, place="shelf", point="")
        return item

    def lend(self, barcode: str, patron: str) -> None:
        """Somebody had it before the day began."""
        now = self.ledger.clock()
        loan = {"barcode": barcode, "patron": patron, "point": "", "ended": None, "ended_at": None}
        self.ledger.add("loans", **loan, started=now, due=now + LOAN_S)
        self.ledger.change("update items set place = 'loan' where barcode = ?", barcode)

    def at_once(self) -> AbstractContextManager[None]:
        """Much is done in one go."""
        return self.ledger.transaction()

    def on_shelf(self, barcodes: Sequence[str]) -> list[str]:
        """Which of these may be packed."""
        shelf = {row["barcode"] for row in self.ledger.rows("select barcode from items where place = 'shelf'")}
        return [barcode for barcode in barcodes if barcode in shelf]

    def pack(self, patron: str, barcodes: Sequence[str], expires: float) -> str:
        """Each item is set aside for itself; how the library calls it nobody at the point ever hears."""
        names = []
        for barcode in barcodes:
            place_hold(self.ledger, patron, self.items[barcode].isbn, POINT)
            names.append(pack_parcel(self.ledger, POINT, patron, (barcode,), expires))
        return " ".join(names)

    def loose(self, hands: set[str]) -> list[Packed]:
        """What a courier has in hand for anybody, as if it were a parcel."""
        spare = [b for b in sorted(self.spare & hands) if not (self.loan(b) or self.open_parcel(b))]
        return [Packed(SentParcel(barcode, "", (self.items[barcode],), "S", 0.0), "", "") for barcode in spare]

    def lend_here(self, barcode: str, patron: str) -> None:
        """A loan at the library's own desk, from the shelf."""
        self.lending.lend(self.numbers[patron], barcode, False, False, None)

    def perhaps_the_same(self, barcode: str, back: float | None, lent: str) -> None:
        """What nobody can know: whether a loan is a new one or that which a return of ``back``, not told yet, ended.
        SIP2 shows whose it is and when it is due, which the same reader's may be on the same day or, where the library
        writes no hour, at the same midnight. ``lent``: to whom, which was not told yet either."""
        rows = self.ledger.rows("select patron, due from loans where barcode = ? order by id desc limit 2", barcode)
        patrons = [self.known_as(row["patron"]) for row in rows]
        if back is None or patrons[0] not in (lent, *patrons[1:]):
            return
        dialect = load(Path(self.dialect))
        shown = dialect.day(datetime.fromtimestamp(rows[0]["due"]).strftime(PROFILES[self.dialect].due))
        longest = datetime.fromtimestamp(back) + timedelta(days=self.settings.loan_days_max)
        if shown is None or shown <= longest.timestamp():
            self.alike.add(barcode)

    def wait_for(self, patron: str, barcode: str) -> None:
        """A reader wants what another has."""
        place_hold(self.ledger, patron, self.items[barcode].isbn, self.rng.choice((POINT, POINT, POINT, ELSEWHERE)))

    def take_in(self, barcode: str, unheard: bool) -> bool:
        """A courier brings it to the sorting room. False: it is to go to the point again; they keep it. ``unheard``:
        the point has not told of its return yet, so it is checked in here by hand."""
        if self.loan(barcode) and unheard:
            self.lending.take_back(barcode, "main", None)
        if self.loan(barcode) or self.open_parcel(barcode) or (barcode in self.spare and not unheard):
            return False
        sql = "update parcels set status = 'removed' where status = 'recalled' and id in {}"
        self.ledger.change(sql.format("(select parcel from parcel_items where barcode = ?)"), barcode)
        self.ledger.change("update items set place = 'shelf', point = '' where barcode = ?", barcode)
        self.lending.take_back(barcode, "main", None)
        row = self.open_parcel(barcode)
        return row is None or row["point"] != POINT

    def recall(self, parcel: str) -> None:
        """The hold was cancelled."""
        recall_parcel(self.ledger, parcel)

    def change(self, patron: str, standing: str) -> None:
        """Blocked, or fine again."""
        change_patron(self.ledger, patron, standing)

    # ---- looking

    @property
    def parcels(self) -> dict[str, Packed]:
        """What is or was set aside for the point."""
        if (changes := self.ledger._db.conn.total_changes) != self._parcels_of:
            self._parcels_of, self._parcels = changes, self._set_aside()
        return self._parcels

    def _set_aside(self) -> dict[str, Packed]:
        sql = (
            "select id, patron, expires, status, barcode from parcels join parcel_items on id = parcel where point = ?"
        )
        return {row["id"]: self._packed(row) for row in self.ledger.rows(sql + " order by id", POINT)}

    def _packed(self, row: "dict[str, object]") -> Packed:
        item = self.items[str(row["barcode"])]
        sent = SentParcel(
            str(row["id"]), str(row["patron"]), (item,), "S", float(str(row["expires"])), "0" * 64, "0" * 16
        )
        recalled = row["status"] == "recalled"
        return Packed(sent, "", "", "sent" if recalled else str(row["status"]), recalled)

    def found_here(self, barcode: str) -> bool:
        """Somebody of the library has it in their hand. False: it is held, lent or on its way, and they let it be."""
        if not self.on_shelf([barcode]) or self.loan(barcode) or self.open_parcel(barcode) or barcode in self.spare:
            return False
        self.conflicts = [(telling, words) for telling, words in self.conflicts if barcode not in about(telling)]
        return True

    def times_lent(self, barcode: str) -> int:
        """So often, as its ledger has it."""
        (row,) = self.ledger.rows("select count(*) as n from loans where barcode = ?", barcode)
        return int(row["n"])

    def loan(self, barcode: str) -> str:
        """Who has it on loan, or nobody."""
        row = self.ledger.loan(barcode)
        return str(row["patron"]) if row else ""

    def open_parcel(self, barcode: str) -> "dict[str, object] | None":
        """For whom it is set aside now."""
        sql = "select parcels.* from parcels join parcel_items on id = parcel where barcode = ? and status in {}"
        return self.ledger.row(sql.format("('sent', 'ready') order by id desc"), barcode)

    def may_take(self, barcode: str, person: str, cursor: str = "") -> bool:
        """Whether the library has ever set this item aside for this person, and for nobody since; or now for nobody,
        where such things may lie at the point."""
        sql = "select patron from parcels join parcel_items on id = parcel where barcode = ? order by id desc"
        row = self.ledger.row(sql, barcode)
        if self.stock and not self.open_parcel(barcode):
            return True
        return row is not None and self.known_as(row["patron"]) == person

    # ---- told

    def receipted(self, batch: Sequence[Telling], receipts: Sequence[Receipt]) -> None:
        """What was answered to the point's tellings, whether or not it got there."""
        for telling, receipt in zip(batch, receipts, strict=True):
            self.received[telling.key] = (telling, receipt)
            if isinstance(telling.told, PointTrouble | ParcelMissing):
                self.troubles.append(telling.told)
            if receipt.status in ("conflict", "rejected"):
                self.conflicts.append((telling, receipt.detail))

    def wants(self, act: Act) -> None:
        """A reader has touched it, once."""
        if isinstance(act, Renew | RenewAll):
            self.may_renew[act.loan if isinstance(act, Renew) else act.patron] += 1

    def renewed_too_often(self) -> list[str]:
        """Loans renewed more often than somebody wanted it: a checkout or a renewal was said twice."""
        sql = "select barcode, patron, count(*) as n from renewals join loans on loans.id = loan group by loan"
        wanted = self.may_renew
        rows = [(row["barcode"], row["n"], self.known_as(row["patron"])) for row in self.ledger.rows(sql)]
        return [barcode for barcode, times, patron in rows if times > wanted[barcode] + wanted[patron]]

    def close(self) -> None:
        self.ledger.close()


@lru_cache(1)
def _settings(dialect: str, workers: tuple[tuple[str, tuple[str, ...]], ...], pins: bool, stock: bool) -> Settings:
    about = {"host": "memory", "tls": False, "user": USER, "institution": "SIP", "location": POINT}
    about |= {"loan_days_max": round(LOAN_S / 86400), "pin": "always" if pins else "never", "stock": stock}
    names = {"courier": "couriers", "staff": "staff", "technician": "technicians"}
    return Settings.model_validate(about | {names[role]: cards for role, cards in workers} | {"dialect": Path(dialect)})
