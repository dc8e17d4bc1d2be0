"""What became of the items of a telling, and the receipt that is made of it."""

from dataclasses import dataclass

from sync.messages import Receipt
from sync.sip2.items import Hold
from sync.sip2.message import Message, shown
from sync.sip2.people import TEXT_MAX
from sync.things import Patron


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of one item. ``fine`` False: the library refused, or disagrees. ``free``: nobody has or wants it."""

    fine: bool
    detail: str = ""
    hold: Hold = Hold()  # noqa: RUF009  frozen
    free: bool = False


@dataclass(frozen=True, slots=True)
class Lent:
    """A loan told from here. ``due``: as the library said when it was booked now, None where it did not."""

    patron: str
    due: float | None = None


NEVER_LENT = Lent("")


def fee(answer: Message) -> str:
    """What the library wants to be paid first (BV, BH). No fee is ever agreed to (BO) for somebody who has left."""
    sum, currency = shown(answer.first("BV")).strip(), shown(answer.first("BH")).strip()
    return f"a fee is asked: {sum} {currency}".rstrip() if sum.strip("0., ") else ""


def receipt_of(key: str, booked: list[Booked]) -> Receipt:
    """One receipt for the items of one telling. Held for one reader only if all of them are."""
    holders: set[Patron | None] = {one.hold.patron if one.hold.here else None for one in booked}
    detail = joined(*dict.fromkeys(one.detail for one in booked))
    goes_to = next((one.hold.goes_to for one in booked if one.hold.goes_to), "")
    held_for = holders.pop() if len(holders) == 1 else None
    status = "applied" if all(one.fine for one in booked) else "conflict"
    return Receipt(key, status, detail, held_for, goes_to)  # type: ignore[arg-type]


def joined(*parts: str) -> str:
    """What there is to be said of something, on one line."""
    return "; ".join(part for part in parts if part)[:TEXT_MAX]
