"""What a patron has, as this library states it: loans, holds, fines."""

from simulators.library.ledger import Ledger
from sync.account import AccountIs, AccountOf, Fine, Hold, Loan
from sync.acts import LOANS_MAX

CURRENCY = "CNY"
_STATES = {"waiting": "waiting", "packed": "coming", "ready": "ready"}


def account(ledger: Ledger, point: str, asked: AccountOf) -> AccountIs:
    """The answer to a point that asks for the account of a patron."""
    patron = ledger.row("select * from patrons where id = ?", asked.patron)
    if patron is None:
        return AccountIs(known=False)
    pin = asked.pin.get_secret_value() if asked.pin else ""
    if ledger.pins and not ledger.pin_fits(asked.patron, pin):
        return AccountIs(pin="wrong" if pin else "needed")
    total = owed(ledger, asked.patron)
    return AccountIs(
        True,
        patron["initials"],
        _loans(ledger, asked.patron),
        _holds(ledger, asked.patron, point),
        _fines(ledger, asked.patron) if total else (),
        f"{total:.2f}" if total else "",
        CURRENCY,
    )


def owed(ledger: Ledger, patron: str) -> float:
    """Fees not paid yet."""
    row = ledger.row("select sum(amount) as owed from fees where patron = ?", patron)
    return round(float(row["owed"] or 0.0), 2) if row else 0.0


def ahead_of(ledger: Ledger, isbn: str, hold: int = 1 << 60) -> int:
    """How many wait for a title, before a hold if one is named."""
    sql = "select count(*) as n from holds where isbn = ? and status = 'waiting' and id < ?"
    row = ledger.row(sql, isbn, hold)
    return int(row["n"]) if row else 0


def _loans(ledger: Ledger, patron: str) -> tuple[Loan, ...]:
    sql = (
        "select barcode, title, due from loans join items using (barcode) join titles using (isbn) "
        "where patron = ? and ended is null order by due, barcode limit ?"
    )
    now = ledger.clock()
    found = ledger.rows(sql, patron, LOANS_MAX)
    return tuple(Loan(one["barcode"], one["title"], one["due"], one["due"] < now) for one in found)


def _holds(ledger: Ledger, patron: str, point: str) -> tuple[Hold, ...]:
    sql = (
        "select holds.*, title, name, expires from holds join titles using (isbn) "
        "join points on points.id = holds.point "
        "left join parcels on parcels.id = holds.parcel "
        "where holds.patron = ? and holds.status in ('waiting', 'packed', 'ready') order by holds.id limit ?"
    )
    return tuple(
        Hold(
            f"H{one['id']}",
            one["title"],
            _STATES[one["status"]],  # type: ignore[arg-type]
            one["name"],
            one["point"] == point,
            one["expires"] or 0.0 if one["status"] == "ready" else 0.0,
            one["parcel"],
            ahead_of(ledger, one["isbn"], one["id"]) if one["status"] == "waiting" else None,
        )
        for one in ledger.rows(sql, patron, LOANS_MAX)
    )


def _fines(ledger: Ledger, patron: str) -> tuple[Fine, ...]:
    sql = "select amount, what from fees where patron = ? and amount > 0 order by id limit ?"
    return tuple(Fine(f"{one['amount']:.2f}", one["what"] or "") for one in ledger.rows(sql, patron, LOANS_MAX))
