"""One screen of every kind of the menu and of the account, with names as long as they come."""

from dataclasses import replace
from typing import get_args, get_type_hints

from kiosk.core.account_screens import (
    Account,
    Fines,
    HoldLine,
    Holds,
    How,
    LoanLine,
    Loans,
    More,
    OneHold,
    Permission,
    Prove,
)
from kiosk.core.screens import Screen

PLACES = ("滨江文化中心", "拱墅图书馆")
LONG = "一本书名非常非常长的书:关于图书馆、自助机与所有等待着它们的读者的故事,以及后来发生的一切"
WHY = "有其他读者预约，不能续借。请在到期前还到任意一个取书点，谢谢。"
HERE = HoldLine("H1", "平凡的世界(全三册)", "here", "东门书亭", "B2", 1_766_300_000.0)


def _loans(now: float) -> tuple[LoanLine, ...]:
    return (
        LoanLine("i-1", "The Left Hand of Darkness", now - 86400, True),
        LoanLine("i-2", LONG, now + 86400, False, "refused", WHY),
        LoanLine("i-3", "三体 Ⅱ · 黑暗森林", now + 30 * 86400, False, "renewed"),
        *(LoanLine(f"i-{n}", f"明朝那些事儿（{n}）", now + n * 86400, False) for n in range(4, 12)),
    )


def _holds(now: float) -> tuple[HoldLine, ...]:
    return (
        HERE,
        HoldLine("H2", "红楼梦", "elsewhere", "未来科技城分馆", "", now + 86400),
        HoldLine("H3", LONG, "coming", "东门书亭"),
        HoldLine("H4", "围城", "waiting", "东门书亭", ahead=0),
        HoldLine("H5", "活着", "waiting", "东门书亭", ahead=12),
        HoldLine("H6", "Dune", "waiting"),
    )


def account_screens(now: float) -> dict[str, Screen]:
    """By the names of their pictures."""
    loans, holds = _loans(now), _holds(now)
    notices = get_args(get_type_hints(Account)["notice"])
    return {
        "more": More(True),
        "more-no-account": More(False),
        "how": How(),
        "prove": Prove("account", True),
        "prove-no-reader": Prove("account", False),
        "account": Account(True, 5, 1, 2, ("B2",), "12.50", "CNY"),
        "account-nothing": Account(True, notice="nothing_ready", stock=True),
        "account-stock": Account(True, 5, 1, 2, ("B2",), "12.50", "CNY", stock=True),
        "account-borrow": Account(True, 5, 1, 2, ("B2",), borrow=True),
        "account-away-here": Account(False, here=("A1", "B2"), notice="away"),
        "account-not-whole": Account(True, 100, 0, 0, (), "1,50", "EUR", False),
        **{f"account-{n}": Account(True, 2, 0, 1, notice=n, words=WHY, places=PLACES) for n in notices if n},
        "loans": Loans(loans, True, True),
        "loans-one": Loans(loans[3:4], True, False),
        "loans-some": Loans(loans, True, True, "some_renewed"),
        "loans-unknown": Loans(loans[3:6], False, False, "unknown"),
        "holds": Holds(holds),
        "holds-cancelled": Holds(holds[1:], "cancelled"),
        "hold-here": OneHold(HERE, ("collect", "longer", "cancel_hold")),
        "hold-permit": OneHold(HERE, ("collect", "permit", "longer", "cancel_hold")),
        "hold-permitted": OneHold(
            replace(HERE, helper_until=now + 86400), ("collect", "take_back", "longer", "cancel_hold")
        ),
        "hold-taken-back": OneHold(HERE, ("collect", "permit"), notice="taken_back"),
        "permission": Permission(LONG, "40718352", now + 86400),
        "hold-refused": OneHold(HERE, ("collect", "longer", "cancel_hold"), notice="refused", words=WHY),
        "hold-elsewhere": OneHold(holds[1], ("longer", "cancel_hold")),
        "hold-waiting": OneHold(holds[2], ("cancel_hold",)),
        "hold-sure": OneHold(HERE, ("cancel_hold",), sure=True),
        "hold-sure-long": OneHold(holds[2], ("cancel_hold",), sure=True),
        "fines": Fines((("12.50", "《围城》逾期 25 天"), ("3.00", "")), "15.50", "CNY"),
        "fines-total-only": Fines((), "$ 4.20", ""),
    }
