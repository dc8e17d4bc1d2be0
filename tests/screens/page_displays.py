"""What stands on the pages to print, docs/reader.md and courier.md: the screen of each step, on an ordinary day."""

from kiosk.core.account_screens import Permission
from kiosk.core.activation import Phone, Rules
from kiosk.core.counter_screens import Counter, CounterRow
from kiosk.core.reader_screens import Choose, DoorShut, Waiting
from kiosk.core.screens import DoorOpen, Goodbye, Return, Screen, Slip
from kiosk.core.search_screens import FoundLine, Search, Stock, Wished
from kiosk.core.staff_screens import Courier, Seal, TakeOut, Thing
from simulators.library.activating import RULES

SHELF = (
    *(("三体", "刘慈欣"), ("围城", "钱锺书"), ("活着", "余华"), ("The Old Man and the Sea", "Ernest Hemingway")),
    *(("小王子", "圣-埃克苏佩里"), ("红楼梦", "曹雪芹"), ("边城", "沈从文"), ("骆驼祥子", "老舍")),
)
BACK = ("活着", "小王子")


def page_screens(now: float) -> dict[str, Screen]:
    """By the names of their pictures."""
    month = now + 30 * 86400
    found = (
        FoundLine("P-1", "三体", "刘慈欣", "B2"),
        FoundLine("9787536693968", "三体II：黑暗森林", "刘慈欣", "", 2, 0, now + 2 * 86400),
    )
    slip = Slip("103", 57, "dropoff", now, tuple((title, f"SIP{n:07}") for n, title in enumerate(BACK, 1)))
    parcels = tuple((f"P-{n:04}", n % 3 + 1, "SML"[n % 3]) for n in range(41, 46))
    return {
        "reader-choose": Choose(
            (
                Waiting("P1", "A2", "S", ("平凡的世界",), False),
                Waiting("P2", "C5", "M", ("城南旧事", "草房子"), False),
            )
        ),
        "reader-door": DoorOpen("pickup", "A2", 1, 2, ("平凡的世界",)),
        "reader-shut": DoorShut("A2", ("平凡的世界",), month, next_door="C5", n=1, of=2),
        "reader-permission": Permission("平凡的世界", "40718352", now + 3 * 86400),
        "reader-return": Return(BACK),
        "reader-receipt": Goodbye("dropoff", BACK, slip=slip, printing="offered"),
        "reader-stock": Stock(tuple(FoundLine(f"s{n}", *book, f"C{n}") for n, book in enumerate(SHELF)), True),
        "reader-counter": Counter(tuple(CounterRow(title, "listed", "") for title, _ in SHELF[:3]), 3, True),
        "reader-search": Search("SBT", "letters", True, "asked", 2, found, near=True),
        "reader-sent": Wished("三体II：黑暗森林", "placed", "", now + 2 * 86400, 0, True),
        "reader-rules": Rules(RULES[0].zh, RULES[0].en or "", 1, len(RULES)),
        "reader-phone": Phone("1390013", False),
        "courier-round": Courier(parcels, 3, 2, (), 9, clear_why=(1, 0, 1)),
        "courier-door": DoorOpen("stocking", "A2", titles=("平凡的世界",)),
        "courier-clear": TakeOut("C5", 1, 2, (Thing("P-0031", "城南旧事"), Thing("P-0031", "草房子")), bag=0),
        "courier-seal": Seal(1, 2, "7041"),
    }
