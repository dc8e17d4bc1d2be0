"""One screen of every kind of the search, with names as long as they come."""

from dataclasses import replace

from kiosk.core.account_screens import More, Prove
from kiosk.core.screens import Screen, Wait
from kiosk.core.search_screens import Found, FoundLine, Search, Stock, TitlePage, Wished

LONG = "一本书名非常非常长的书:关于图书馆、自助机与所有等待着它们的读者的故事,以及后来发生的一切"
WHY = "您的预约已达上限，请先取走或取消一本。谢谢您的理解，祝您阅读愉快。"


def _lines(now: float) -> tuple[FoundLine, ...]:
    return (
        FoundLine("P-1", "三体", "刘慈欣", "B2"),
        FoundLine("9787536693968", "三体II：黑暗森林", "刘慈欣", "", 2, 0, now + 2 * 86400),
        FoundLine("9787229030933", "三体III：死神永生", "刘慈欣", "", 0, 3),
        FoundLine(
            "1", "Structure and Interpretation of Computer Programs", "Harold Abelson, Gerald Jay Sussman", "", 0, 0
        ),
        FoundLine("2", LONG, "一位名字非常非常长的作者与他所有的朋友和同事们"),
        *(FoundLine(f"{n}", f"明朝那些事儿（{n}）", "当年明月", "", n, 0, now + 86400) for n in range(3, 15)),
    )


def _shelf() -> tuple[FoundLine, ...]:
    """What lies in a cabinet for anybody."""
    books = (
        *(("三体", "刘慈欣"), ("围城", "钱锺书"), ("明朝那些事儿（壹）：洪武大帝", "当年明月"), ("活着", "余华")),
        *(("The Old Man and the Sea", "Ernest Hemingway"), (LONG, "一位名字非常非常长的作者与他所有的朋友和同事们")),
        *(("平凡的世界", "路遥"), ("小王子", "安托万·德·圣-埃克苏佩里"), ("红楼梦", "曹雪芹"), ("边城", "沈从文")),
        ("Structure and Interpretation of Computer Programs", "Harold Abelson, Gerald Jay Sussman"),
        *(("城南旧事", "林海音"), ("骆驼祥子", "老舍"), ("草房子", "曹文轩")),
    )
    return tuple(FoundLine(f"s-{n}", title, author, f"C{n}") for n, (title, author) in enumerate(books))


def search_screens(now: float) -> dict[str, Screen]:
    """By the names of their pictures."""
    lines = _lines(now)
    mine = lines[1]
    return {
        "more-search": More(True, True),
        "search": Search("", "letters", False, "asked"),
        "search-digits": Search("97875366", "digits", True, "asked", 2, lines[:2]),
        "search-asking": Search("SB", "letters", True, "asking"),
        "search-found": Search("ST", "letters", True, "asked", 17, lines[:3], True),
        "search-near": Search("SBT", "letters", True, "asked", 3, lines[:3], near=True),
        "search-one": Search("SHENRULIJIEJISUANJIXITONGABCDEFGHIJKLMNO", "letters", True, "asked", 1, lines[4:5]),
        "search-nothing": Search("QQQQ", "letters", True, "asked"),
        "search-away": Search("ST", "letters", True, "away", 1, lines[:1]),
        "search-number": Search("SIP0001", "letters", True, "no_search", numbers=True, notice="unknown_number"),
        "search-silent": Search("ST", "letters", True, "silent"),
        "search-isbn": Search("", "letters", False, "no_search", numbers=True, notice="isbn_unsearched"),
        "found": Found(lines, "asked", True),
        "found-near": Found(lines[:4], "asked", near=True),
        "found-one": Found(lines[4:5], "asking"),
        "found-nothing": Found((), "asked"),
        "found-looking": Found((), "asking"),
        "found-silent": Found(lines[:1], "silent"),
        "found-here": Found(lines[:1], "no_search"),
        "title": TitlePage(mine, True),
        "search-stock": Search("", "letters", False, "asked", stock=True),
        "stock": Stock(_shelf(), True),
        "stock-few": Stock(_shelf()[:4], True),
        "stock-none": Stock((), True),
        "stock-chosen": Stock(_shelf(), True, ("s-0", "s-2", "s-5")),
        "stock-full": Stock(_shelf()[:7], True, tuple(f"s-{n}" for n in range(6)), notice="full"),
        "stock-known": Stock(_shelf()[:4], True, ("s-1",), known=True),
        "stock-resting": Stock(_shelf()[:4], True, cards=False),
        "title-here": TitlePage(lines[0], False, others=True),
        "title-here-resting": TitlePage(lines[0], False, cards=False),
        "title-here-known": TitlePage(replace(lines[1], door="B2"), False, known=True),
        "title-gone": TitlePage(replace(lines[0], door=""), False, gone=True),
        "prove-stock": Prove("stock", True, LONG),
        "prove-stock-several": Prove("stock", True, LONG, count=3),
        "wait-may-borrow": Wait("may_borrow"),
        "wait-each": Wait("may_borrow", 2, 5),
        "title-waiting": TitlePage(lines[2], True, notice="card_unread"),
        "title-long": TitlePage(lines[4], True, cards=False),
        "title-away": TitlePage(mine, False, True),
        "title-latin": TitlePage(lines[3], False),
        "prove-hold": Prove("hold", True, LONG),
        "prove-hold-resting": Prove("hold", False, LONG),
        "prove-stock-resting": Prove("stock", False, LONG),
        "prove-hold-unread": Prove("hold", True, "三体", "card_unread"),
        "wait-place": Wait("place_hold"),
        "wait-unknown": Wait("hold_unknown"),
        "wished": Wished("三体II：黑暗森林", "placed", "", now + 2 * 86400, 0, True),
        "wished-waiting": Wished(LONG, "placed", WHY, 0.0, 12, True),
        "wished-refused": Wished("三体", "refused", WHY, account=True),
        "wished-silent": Wished("三体", "refused"),
        "wished-away": Wished("三体", "away", account=True),
        "wished-unknown": Wished("三体", "unknown", account=True),
    }
