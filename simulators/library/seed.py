"""A small believable library, the same every time: titles, copies, patrons, points, loans, parcels under way.

Its secrets are made from fixed words, so they protect nothing: it is for demonstrations and tests.
"""

import hashlib
import random
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from stdnum import luhn

from simulators.library.catalogue import TITLES
from simulators.library.ledger import Ledger
from simulators.library.packing import pack_parcel, place_hold

POINTS = (("dongmen", "东门书亭"), ("lujia", "绿家社区书亭"), ("metro-9", "九号线地铁书亭"))
_FEE, _LOST = "有一笔逾期费用未缴，请到服务台办理。", "此证已挂失，请联系图书馆。"

# id, name, initials, role, standing, reason; cards follow from the place in the list
PEOPLE: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("R1001", "陈雨桐", "陈*桐", "reader", "fine", ""),
    ("R1002", "李明哲", "李*哲", "reader", "fine", ""),
    ("R1003", "王思远", "王*远", "reader", "fine", ""),
    ("R1004", "Emma Zhang", "E. Z.", "reader", "fine", ""),
    ("R1005", "刘慧", "刘*", "reader", "blocked", _FEE),
    ("R1006", "赵启航", "赵*航", "reader", "expired", "借书证已过期，请续期。"),
    ("R1007", "孙悦", "孙*", "reader", "fine", ""),
    ("R1008", "周子涵", "周*涵", "reader", "fine", ""),
    ("R1009", "吴桂芳", "吴*芳", "reader", "fine", ""),
    ("R1010", "郑凯", "郑*", "reader", "fine", ""),
    ("R1011", "Daniel Moore", "D. M.", "reader", "fine", ""),
    ("R1012", "冯雅琪", "冯*琪", "reader", "fine", ""),
    ("R1013", "蒋文博", "蒋*博", "reader", "blocked", _LOST),
    ("R1014", "沈若曦", "沈*曦", "reader", "fine", ""),
    ("R1015", "韩雪", "韩*", "reader", "fine", ""),
    ("R1016", "杨建国", "杨*国", "reader", "fine", ""),
    ("R1017", "许诺", "许*", "reader", "expired", "学生证已毕业失效，请换证。"),
    ("R1018", "何欣怡", "何*怡", "reader", "fine", ""),
    ("R1019", "Li Wei-Ting", "L. W.", "reader", "fine", ""),
    ("R1020", "高远", "高*", "reader", "fine", ""),
    ("R1021", "林小满", "林*满", "reader", "fine", ""),
    ("C2001", "马师傅", "马", "courier", "fine", ""),
    ("C2002", "罗师傅", "罗", "courier", "fine", ""),
    ("S3001", "宋馆员", "宋", "staff", "fine", ""),
    ("S3002", "唐馆员", "唐", "staff", "fine", ""),
    ("T4001", "顾工", "顾", "technician", "fine", ""),
)

# citizen cards whose holders are no readers yet
CITIZENS = (("N6001", "秦朗", "秦*"), ("N6002", "Olga Petrova", "O. P."))

# whose parcel, at which point, how many items, already behind its door there?
PARCELS: tuple[tuple[str, str, int, bool], ...] = (
    ("R1001", "dongmen", 2, False),
    ("R1002", "dongmen", 1, False),
    ("R1003", "dongmen", 1, False),
    ("R1003", "dongmen", 3, False),
    ("R1005", "dongmen", 1, False),
    ("R1004", "lujia", 1, True),
    ("R1007", "metro-9", 2, True),
    ("R1008", "lujia", 1, False),
)
LOANS: tuple[tuple[str, int], ...] = (("R1009", 3), ("R1010", 1), ("R1011", 2), ("R1012", 1), ("R1020", 4))
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a point holds: its bearer token and its hashing key."""

    token: str
    hashing_key: bytes


def secrets_of(point: str) -> Secrets:
    """The same every time."""
    return Secrets(_bytes("token", point).hex(), _bytes("hashing", point))


def signing_key() -> Ed25519PrivateKey:
    """The library's key for pickup passes; the same every time."""
    return Ed25519PrivateKey.from_private_bytes(_bytes("signing", "library"))


def card_number(patron: str) -> str:
    """The UID (8 hex digits) of a patron's citizen card."""
    return _bytes("card", patron)[:4].hex().upper()


def card_barcode(patron: str) -> str:
    """The 14-digit number printed on a patron's library card, with its Luhn check digit."""
    digits = f"2{int.from_bytes(_bytes('barcode', patron)[:8]) % 10**12:012d}"
    return digits + luhn.calc_check_digit(digits)


def work_code(courier: str) -> str:
    """The 8 digits a courier types who has no card at hand."""
    return f"{int.from_bytes(_bytes('work code', courier)[:4]) % 10**8:08d}"


def points(home: str = POINTS[0][0], name: str = "") -> tuple[tuple[str, str], ...]:
    """Ids and names of the points of a library, ``home`` the first: that to which the parcels under way go."""
    known = dict(POINTS)
    if home in known:
        return tuple(sorted(POINTS, key=lambda point: point[0] != home))
    return ((home, name or home), *POINTS[1:])


def seed(ledger: Ledger, home: str = POINTS[0][0], name: str = "") -> None:
    """Fill an empty ledger; a ledger that has points is left alone. See ``points`` for ``home`` and its ``name``."""
    if ledger.rows("select id from points"):
        return
    rng = random.Random(2026)
    usual, ledger.rng = ledger.rng, rng
    with ledger.transaction():
        for point, words in points(home, name):
            secrets = secrets_of(point)
            token = hashlib.sha256(secrets.token.encode()).hexdigest()
            key = secrets.hashing_key.hex()
            ledger.add(
                "points", id=point, name=words, token=token, hashing_key=key, expected=1, small=0, medium=0, large=0
            )
        for id, name, initials, role, standing, reason in PEOPLE:
            phone = f"138{int.from_bytes(_bytes('phone', id)[:4]) % 10**8:08d}"
            values = {"name": name, "initials": initials, "phone": phone, "reach": int(id == "R1009")}
            values["code"] = work_code(id) if role == "courier" else ""
            ledger.add("patrons", **values, id=id, standing=standing, reason=reason, role=role)
            ledger.add_card(card_number(id), id)
            ledger.add_card(card_barcode(id), id)
        for id, name, initials in CITIZENS:
            ledger.add("citizens", number=card_number(id), name=name, initials=initials, patron="", pin="")
        ledger.add("fees", patron="R1005", amount=12.5, reference="", what="《围城》逾期 25 天")
        number = 1000
        for isbn, title, author in TITLES:
            ledger.add("titles", isbn=isbn, title=title, author=author)
            for _ in range(rng.choice((2, 2, 3))):
                number += 1
                ledger.add("items", barcode=f"SIP{number:07d}", isbn=isbn, place="shelf", point="")
        shelf = [row["barcode"] for row in ledger.rows("select min(barcode) as barcode from items group by isbn")]
        rng.shuffle(shelf)
        for patron, usual_point, count, ready in PARCELS:
            point = {POINTS[0][0]: home, home: POINTS[0][0]}.get(usual_point, usual_point)
            if point not in dict(points(home, name)):
                continue
            barcodes = tuple(shelf.pop() for _ in range(count))
            for barcode in barcodes:
                item = ledger.item(barcode)
                assert item is not None
                place_hold(ledger, patron, item.isbn, point)
            parcel = pack_parcel(ledger, point, patron, barcodes)
            if ready:
                ledger.change("update parcels set status = 'ready', compartment = 'A1' where id = ?", parcel)
                ledger.change("update holds set status = 'ready' where parcel = ?", parcel)
        for patron, count in LOANS:
            for n in range(count):
                started = ledger.clock() - (9 + 5 * n) * DAY
                barcode = shelf.pop()
                loan = {"barcode": barcode, "patron": patron, "point": "", "ended": None, "ended_at": None}
                ledger.add("loans", **loan, started=started, due=started + 28 * DAY)
                ledger.change("update items set place = 'loan' where barcode = ?", barcode)
    ledger.rng = usual


def _bytes(purpose: str, name: str) -> bytes:
    return hashlib.sha256(f"shuxiang demonstration library/{purpose}/{name}".encode()).digest()
