"""What a SIP2 library books: loans, returns, renewals, holds and fees, in the ledger that its REST side shares.

A return at a point catches the hold that waits for the title: at the hold's own point the item is set aside (and its
reader told), elsewhere it is sent on.
"""

import re
from dataclasses import dataclass
from typing import Any

from simulators.library import acting
from simulators.library.account import owed
from simulators.library.acting import Refused
from simulators.library.booking import LOAN_S
from simulators.library.ledger import Ledger
from simulators.library.packing import message_patron, pack_parcel
from simulators.library.sip2.quirks import Quirks
from sync.plain import TIME_MAX

_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
OTHER, AVAILABLE, CHARGED, HOLD_SHELF, IN_TRANSIT = "01", "03", "04", "08", "10"


@dataclass(frozen=True, slots=True)
class About:
    """An item. ``title`` "": there is none with this barcode."""

    circulation: str
    title: str = ""
    due: float = 0.0
    queue: int = 0
    pickup_until: float = 0.0
    place: str = ""
    held_for: str = ""
    held_name: str = ""


@dataclass(frozen=True, slots=True)
class Lent:
    """A loan booked or renewed."""

    due: float
    renewed: bool


@dataclass(frozen=True, slots=True)
class Back:
    """A check-in. ``alert``: CV; ``held_for`` and ``held_name``: whose it is; ``goes_to``: where it belongs."""

    ok: bool
    patron: str = ""
    alert: str = ""
    held_for: str = ""
    held_name: str = ""
    goes_to: str = ""
    words: str = ""


class Lending:
    """Over the ledger; every public call is one transaction."""

    def __init__(self, ledger: Ledger, quirks: Quirks) -> None:
        self._ledger = ledger
        self._quirks = quirks

    # ---- looking ------------------------------------------------------------------------------------------------

    def patron(self, number: str) -> dict[str, Any] | None:
        """The patron with this number, or of this id, with the ``number`` the library calls them by."""
        sql = (
            "select patrons.*, (select number from cards where patron = patrons.id order by rowid limit 1) as number "
            "from patrons where id = ? or id = (select patron from cards where number = ?)"
        )
        return self._ledger.row(sql, number, number.upper())

    def about(self, barcode: str) -> About:
        """An item as it stands."""
        item = self._ledger.item(barcode)
        if item is None:
            return About(OTHER)
        loan, parcel = self._ledger.loan(barcode), self._parcel(barcode)
        waiting = "select count(*) as n from holds where isbn = ? and status = 'waiting'"
        queue = self._ledger.row(waiting, item.isbn)
        count = int(queue["n"]) if queue else 0
        if loan:
            return About(CHARGED, item.title, loan["due"], count)
        if parcel:
            here = parcel["status"] == "ready" or self._quirks.items_name_holds
            until = parcel["expires"] if here else 0.0
            holder = self.patron(parcel["patron"]) if self._quirks.items_name_holds else None
            whose = (holder["number"], holder["name"]) if holder else ("", "")
            return About(HOLD_SHELF if here else IN_TRANSIT, item.title, 0.0, count, until, parcel["point"], *whose)
        return About(AVAILABLE, item.title, queue=count)

    def lists(self, patron: str) -> dict[str, list[str]]:
        """What stands in AS, AT, AU, AV, BU and CD."""
        by = self._quirks.lists
        sql = f"select {by}, due from loans join items using (barcode) join titles using (isbn) "
        loans = self._ledger.rows(sql + "where patron = ? and ended is null order by due", patron)
        late = [one[by] for one in loans if one["due"] < self._ledger.clock()]
        sql = (
            f"select {by} from parcels join parcel_items on parcels.id = parcel join items using (barcode) "
            "join titles using (isbn) where parcels.patron = ? and status = 'ready' order by barcode"
        )
        ready = [one[by] for one in self._ledger.rows(sql, patron)]
        sql = "select title from holds join titles using (isbn) where patron = ? and status in ('waiting', 'packed')"
        waiting = [one["title"] for one in self._ledger.rows(sql, patron)]
        fines = [f"{owed:.2f}" for owed in (self.owed(patron),) if owed]
        return {"AS": ready, "AT": late, "AU": [one[by] for one in loans], "AV": fines, "BU": [], "CD": waiting}

    def owed(self, patron: str) -> float:
        """Fees not paid yet."""
        return owed(self._ledger, patron)

    def _parcel(self, barcode: str) -> dict[str, Any] | None:
        sql = (
            "select parcels.* from parcels join parcel_items on parcels.id = parcel "
            "where barcode = ? and status in ('sent', 'ready') order by parcels.id desc"
        )
        return self._ledger.row(sql, barcode)

    # ---- booking ------------------------------------------------------------------------------------------------

    def lend(
        self, number: str, barcode: str, may_renew: bool, anyway: bool, at: float | None, promised: float | None = None
    ) -> Lent:
        """A checkout. ``anyway``: it happened while the library was away, so it is booked whatever the rules say, and
        with the due date that was ``promised`` there (3M SIP 2.00: "nb due date")."""
        with self._ledger.transaction():
            patron, item = self.patron(number), self._ledger.item(barcode)
            if patron is None:
                raise Refused("没有此读者。")
            if item is None:
                raise Refused("没有此书。")
            loan, parcel = self._ledger.loan(barcode), self._parcel(barcode)
            now = self._ledger.clock() if at is None else min(at, self._ledger.clock())
            if loan and loan["patron"] == patron["id"]:
                if anyway:
                    return Lent(float(loan["due"]), renewed=False)  # what happened then, said again
                return self._renewed(loan)  # with or without leave: so do real systems
            if not anyway:
                acting.may_borrow(self._ledger, patron)
            if loan:
                raise Refused("此书已借给他人。")
            if parcel and parcel["patron"] not in ("", patron["id"]) and not anyway:
                raise Refused("此书为其他读者预留。")
            due = min(promised, TIME_MAX) if anyway and promised else now + LOAN_S
            started = {"barcode": barcode, "patron": patron["id"], "point": parcel["point"] if parcel else ""}
            self._ledger.add("loans", **started, started=now, due=due, ended=None, ended_at=None)
            self._ledger.change("update items set place = 'loan', point = '' where barcode = ?", barcode)
            if parcel:
                self._taken(parcel["id"])
            return Lent(due, renewed=False)

    def _taken(self, parcel: str) -> None:
        """All of it lent: it is collected."""
        sql = "select 1 from parcel_items join items using (barcode) where parcel = ? and place <> 'loan'"
        if not self._ledger.rows(sql, parcel):
            self._ledger.change("update parcels set status = 'collected' where id = ?", parcel)
            self._ledger.change("update holds set status = 'filled' where parcel = ?", parcel)

    def take_back(self, barcode: str, location: str, at: float | None) -> Back:
        """A check-in at a point (or, where it is no point's, at the library itself)."""
        with self._ledger.transaction():
            item = self._ledger.item(barcode)
            if item is None:
                raise Refused("没有此书。")
            loan, parcel = self._ledger.loan(barcode), self._parcel(barcode)
            now = self._ledger.clock() if at is None else min(at, self._ledger.clock())
            who = ""
            if loan:
                self._ledger.change(
                    "update loans set ended = ?, ended_at = ? where id = ?",
                    max(now, loan["started"]),
                    location,
                    loan["id"],
                )
                self._ledger.change("update items set place = 'shelf', point = '' where barcode = ?", barcode)
                who = self._number(loan["patron"])
                parcel = None
            if parcel is None and self._quirks.captures:
                parcel = self._caught(item.isbn, barcode)
            if parcel:
                return self._aside(parcel, location, who)
            known = loan is not None or self._quirks.again_ok
            return Back(known, who, words="" if known else "此书没有借出。")

    def _caught(self, isbn: str, barcode: str) -> dict[str, Any] | None:
        """The oldest hold that waits for this title is filled with this copy."""
        sql = "select * from holds where isbn = ? and status = 'waiting' order by id"
        hold = self._ledger.row(sql, isbn)
        item = self._ledger.row("select place from items where barcode = ?", barcode)
        if hold is None or item is None or item["place"] != "shelf":
            return None
        parcel = pack_parcel(self._ledger, hold["point"], hold["patron"], (barcode,))
        return self._ledger.row("select * from parcels where id = ?", parcel)

    def _aside(self, parcel: dict[str, Any], location: str, who: str) -> Back:
        """It goes to its point, or stays there: for its reader, or as stock for anybody."""
        here, elsewhere, _ = self._quirks.alert
        patron = self.patron(parcel["patron"]) or {"number": "", "name": ""}
        if parcel["point"] != location:
            return Back(True, who, elsewhere, patron["number"], patron["name"], parcel["point"])
        if parcel["status"] != "ready":
            self._ledger.change("update parcels set status = 'ready' where id = ?", parcel["id"])
            self._ledger.change("update holds set status = 'ready' where parcel = ?", parcel["id"])
            message_patron(self._ledger, parcel["id"])
        return Back(True, who, here if parcel["patron"] else "", patron["number"], patron["name"])

    def _number(self, patron: str) -> str:
        known = self.patron(patron)
        return str(known["number"]) if known else ""

    def renew(self, number: str, barcode: str) -> Lent:
        """Another loan's length, unless somebody waits for it or it was renewed often enough."""
        with self._ledger.transaction():
            patron, loan = self.patron(number), self._ledger.loan(barcode)
            if patron is None or loan is None or loan["patron"] != patron["id"]:
                raise Refused("此书没有借给此读者。")
            return self._renewed(loan)

    def _renewed(self, loan: dict[str, Any]) -> Lent:
        return Lent(acting.renew(self._ledger, loan), renewed=True)

    def renew_all(self, number: str) -> tuple[list[str], list[str]]:
        """What was renewed, and what was not: as it stands in the lists."""
        patron = self.patron(number)
        with self._ledger.transaction():
            each = acting.renew_all(self._ledger, patron["id"]) if patron else ()
            names = {one.loan: self._listed(one.loan) for one in each}
        return [names[one.loan] for one in each if one.done], [names[one.loan] for one in each if not one.done]

    def _listed(self, barcode: str) -> str:
        return self.about(barcode).title if self._quirks.lists == "title" else barcode

    def hold(self, mode: str, number: str, barcode: str, title: str, pickup: str, until: float | None) -> float:
        """``+`` places a hold on the title of an item, ``-`` cancels it, ``*`` asks for more time.

        Returns until when it lies ready, 0 for the others.
        """
        with self._ledger.transaction():
            patron, isbn = self.patron(number), self._isbn(barcode, title)
            if patron is None or not isbn:
                raise Refused("没有此读者或此书。")
            if mode == "+":
                if not self._ledger.rows("select 1 from points where id = ?", pickup):
                    raise Refused("没有这个取书地点。")
                acting.place(self._ledger, patron, isbn, pickup)
                return 0.0
            sql = "select * from holds where patron = ? and isbn = ? and status in ('waiting', 'packed', 'ready')"
            hold = self._ledger.row(sql, patron["id"], isbn)
            if hold is None:
                raise Refused("没有这条预约，或已结束。")
            if mode == "*":
                return acting.more_time(self._ledger, hold)
            if mode != "-":
                raise Refused("没有这种预约操作。")
            acting.cancel(self._ledger, hold)
            return 0.0

    def _isbn(self, barcode: str, title: str) -> str:
        item = self._ledger.item(barcode) if barcode else None
        row = self._ledger.row("select isbn from titles where title = ? order by isbn", title) if title else None
        return item.isbn if item else str(row["isbn"]) if row else ""

    def pay(self, patron: str, amount: str, transaction: str) -> bool:
        """Take a payment once: the same transaction number of the same patron again changes nothing."""
        with self._ledger.transaction():
            known = "select 1 from fees where reference = ? and patron = ?"
            if transaction and self._ledger.rows(known, transaction, patron):
                return True
            if not _AMOUNT.fullmatch(amount) or not 0 < float(amount) <= self.owed(patron) + 0.001:
                return False
            self._ledger.add("fees", patron=patron, amount=-float(amount), reference=transaction)
            return True
