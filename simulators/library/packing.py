"""What librarians do for a point: take holds, pack parcels, recall them, change patrons. Each lands in its feed."""

from itertools import count

from simulators.library.ledger import Ledger
from simulators.library.passes import issue_pass
from sync.messages import ParcelRecalled, ParcelSent, PatronChanged, PatronForgotten

HOLD_SHELF_S, STOCK_S = 7 * 86400.0, 90 * 86400.0
APP_PASS_S = 60.0
OPEN = "('sent', 'ready')"


def place_hold(ledger: Ledger, patron: str, isbn: str, point: str) -> int:
    """A patron asks for a title at a point; returns the hold's id."""
    with ledger.transaction():
        ledger.add("holds", patron=patron, isbn=isbn, point=point, status="waiting", parcel="")
        row = ledger.row("select max(id) as id from holds")
        assert row is not None
        return int(row["id"])


def pack_parcel(
    ledger: Ledger, point: str, patron: str, barcodes: tuple[str, ...], expires: float | None = None, id: str = ""
) -> str:
    """Set items aside for a patron and send them to the point; returns the parcel's id. Without a patron ("") it is
    stock: anybody may borrow it there.

    The patron's waiting holds on these titles are filled. A patron's open parcels at one point share code and pass.
    Raises ``ValueError`` for an item that is not on the shelf, and for an ``id`` that is taken.
    """
    with ledger.transaction():
        if id and _packed(ledger, id):
            raise ValueError(f"a parcel is called {id} already")
        for barcode in barcodes:
            item = ledger.row("select place from items where barcode = ?", barcode)
            if item is None or item["place"] != "shelf":
                raise ValueError(f"{barcode} is not on the shelf")
        sql = f"select code, pass_id from parcels where patron = ? and point = ? and status in {OPEN}"
        known = ledger.row(sql, patron, point) if patron else {"code": "", "pass_id": ""}
        code = known["code"] if known else f"{ledger.rng.randrange(10**8):08d}"
        pass_id = known["pass_id"] if known else f"{ledger.rng.getrandbits(64):016x}"
        parcel = id or _next_id(ledger)
        size = "S" if len(barcodes) <= 2 else "M" if len(barcodes) <= 5 else "L"
        until = expires if expires is not None else ledger.clock() + (HOLD_SHELF_S if patron else STOCK_S)
        ledger.add(
            "parcels",
            id=parcel,
            patron=patron,
            point=point,
            size=size,
            expires=until,
            code=code,
            pass_id=pass_id,
            status="sent",
            compartment="",
        )
        missed = "select distinct parcel from holds where patron = ? and point = ? and status = 'waiting'"
        before = [row["parcel"] for row in ledger.rows(missed, patron, point)]
        for barcode in barcodes:
            ledger.add("parcel_items", parcel=parcel, barcode=barcode)
            ledger.change("update items set place = 'parcel', point = ? where barcode = ?", point, barcode)
            ledger.change(
                "update holds set status = 'packed', parcel = ? where id = (select min(holds.id) from holds join items "
                "using (isbn) where barcode = ? and patron = ? and holds.point = ? and holds.status = 'waiting')",
                *(parcel, barcode, patron, point),
            )
        announce(ledger, parcel)
        for one in before:
            give_up(ledger, one)
        return parcel


def announce(ledger: Ledger, parcel: str) -> None:
    """Send a parcel to its point, its patron first."""
    sent, row = ledger.sent_parcel(parcel), ledger.row("select point from parcels where id = ?", parcel)
    assert row is not None
    if sent.patron:
        tell_patron(ledger, row["point"], sent.patron)
    ledger.publish(row["point"], ParcelSent(sent))


def _next_id(ledger: Ledger) -> str:
    """By the number of parcels so far, or the first free number after that."""
    many = ledger.rows("select count(*) as n from parcels")[0]["n"]
    return next(id for n in count(many + 1) if not _packed(ledger, id := f"P{n:05d}"))


def _packed(ledger: Ledger, id: str) -> bool:
    return bool(ledger.rows("select 1 from parcels where id = ?", id))


def send_stock(ledger: Ledger, point: str, many: int) -> list[str]:
    """Send so many books, each of another title, to a point, for anybody to borrow there; their barcodes."""
    with ledger.transaction():
        shelf = "select min(barcode) as barcode from items where place = 'shelf' group by isbn order by isbn"
        rows = ledger.rows(shelf)
        barcodes = ledger.rng.sample([str(row["barcode"]) for row in rows], min(many, len(rows)))
        for barcode in barcodes:
            pack_parcel(ledger, point, "", (barcode,))
    return barcodes


def recall_parcel(ledger: Ledger, parcel: str) -> None:
    """The hold is cancelled: the point must not hand the parcel out any more."""
    with ledger.transaction():
        row = ledger.row("select point, patron, status from parcels where id = ?", parcel)
        assert row is not None
        if row["status"] in ("collected", "removed"):  # it was quicker
            return
        ledger.change("update parcels set status = 'recalled' where id = ?", parcel)
        ledger.change("update holds set status = 'cancelled' where parcel = ?", parcel)
        ledger.publish(row["point"], ParcelRecalled(parcel))
        forget_if_done(ledger, row["point"], row["patron"])


def give_up(ledger: Ledger, parcel: str) -> None:
    """What was told missing and nobody waits for any more (the hold was cancelled, or filled with another copy) is not
    to be handed out if it is found."""
    waits = "select 1 from holds where parcel = parcels.id and status = 'waiting'"
    if ledger.rows(f"select 1 from parcels where id = ? and status = 'missing' and not exists ({waits})", parcel):
        recall_parcel(ledger, parcel)


def give_time(ledger: Ledger, parcel: str) -> None:
    """The reader came for it and the door did not open: it waits as long again from now, or longer, as before."""
    with ledger.transaction():
        row = ledger.row("select point, patron, status, expires from parcels where id = ?", parcel)
        if row is None or not row["patron"] or row["status"] != "ready":
            return
        until = max(row["expires"], ledger.clock() + HOLD_SHELF_S)
        ledger.change("update parcels set expires = ? where id = ?", until, parcel)
        ledger.publish(row["point"], ParcelSent(ledger.sent_parcel(parcel)))
        message_patron(ledger, parcel)


def change_patron(ledger: Ledger, patron: str, standing: str, reason: str = "") -> None:
    """Block, expire or restore a patron; the points that know them hear of it."""
    with ledger.transaction():
        ledger.change("update patrons set standing = ?, reason = ? where id = ?", standing, reason, patron)
        _tell_all(ledger, patron)


def _tell_all(ledger: Ledger, patron: str) -> None:
    for point in ledger.rows("select id from points order by id"):
        if _concerns(ledger, point["id"], patron):
            tell_patron(ledger, point["id"], patron)


def needs_reach(ledger: Ledger, parcel: str) -> None:
    """The reader of this parcel stood before a door that they cannot reach: every point may know that."""
    row = ledger.row("select patron from parcels where id = ?", parcel)
    if row and row["patron"]:
        ledger.change("update patrons set reach = 1 where id = ?", row["patron"])
        _tell_all(ledger, row["patron"])


def tell_patron(ledger: Ledger, point: str, patron: str) -> None:
    """Send the patron as they are now to a point."""
    known = ledger.patron(patron, point)
    if known is None:
        raise ValueError("no such patron")
    ledger.publish(point, PatronChanged(known))


def forget_if_done(ledger: Ledger, point: str, patron: str) -> None:
    """Tell the point to forget a patron who has nothing there any more."""
    if patron and not _concerns(ledger, point, patron):
        ledger.publish(point, PatronForgotten(patron))


def message_patron(ledger: Ledger, parcel: str) -> None:
    """The short message that goes out once the parcel lies behind its door: where, until when, code and pass. Of stock
    nobody hears."""
    row = ledger.row("select * from parcels where id = ?", parcel)
    assert row is not None
    if not row["patron"]:
        return
    point = ledger.row("select name from points where id = ?", row["point"])
    assert point is not None
    latest = ledger.row(
        f"select max(expires) as expires from parcels where patron = ? and point = ? and status in {OPEN}",
        *(row["patron"], row["point"]),
    )
    assert latest is not None
    titles = "、".join(f"《{item.title}》" for item in ledger.sent_parcel(parcel).items)
    text = f"您预约的{titles}已到{point['name']}，取书码 {row['code']}，也可刷卡或出示二维码。"
    ledger.add(
        "messages",
        patron=row["patron"],
        point=row["point"],
        text=text,
        code=row["code"],
        at=ledger.clock(),
        **{"pass": issue_pass(ledger.signing_key, row["pass_id"], row["point"], latest["expires"])},
    )


def pass_in_app(ledger: Ledger, patron: str, point: str) -> str:
    """What the library's app on a reader's own phone shows now: a pass of their open parcels at this point that is over
    in a minute, so that a picture of it is worth no more than that. "" where nothing is on its way or lies there."""
    row = ledger.row(
        f"select pass_id, max(expires) as expires from parcels where patron = ? and point = ? and status in {OPEN} "
        "group by pass_id order by max(id) desc",
        *(patron, point),
    )
    if row is None:
        return ""
    not_after = min(ledger.clock() + APP_PASS_S, row["expires"])
    return issue_pass(ledger.signing_key, row["pass_id"], point, not_after)


def _concerns(ledger: Ledger, point: str, patron: str) -> bool:
    sql = f"select 1 from parcels where patron = ? and point = ? and status in {OPEN}"
    role = ledger.row("select role from patrons where id = ?", patron)
    return bool(ledger.rows(sql, patron, point)) or (role is not None and role["role"] != "reader")
