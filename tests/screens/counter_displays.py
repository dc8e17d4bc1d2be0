"""The counter in every state that looks different."""

from typing import get_args, get_type_hints

from kiosk.core.counter_screens import Counter, CounterRow
from kiosk.core.screens import Screen

LONG = "一本书名非常非常长的书:关于图书馆、自助机与所有等待着它们的读者的故事,以及后来发生的一切"
TITLES = ("平凡的世界(全三册)", "The Left Hand of Darkness", LONG, "三体 Ⅱ · 黑暗森林", "活着", "红楼梦", "围城")


def counter_screens(now: float) -> dict[str, Screen]:
    """By the names of their pictures."""
    due = now + 28 * 86400
    listed = tuple(CounterRow(title, "listed", "") for title in TITLES)
    booked = tuple(CounterRow(title, "booked", "clear", due) for title in TITLES)
    again = CounterRow(TITLES[1], "booked", "lay", due)
    no = CounterRow(LONG, "refused", "", words="此书已为其他读者预留，请交给工作人员。")
    notices = get_args(get_type_hints(Counter)["notice"])
    return {
        "counter": Counter((), 0, True),
        "counter-no-pad": Counter((), None, True),
        "counter-no-scanner": Counter((), None, False),
        "counter-one": Counter(listed[:1], 1, True),
        "counter-many": Counter(listed, 7, True, offline=True),
        "counter-some-lie": Counter(listed[:3], 2, True),
        "counter-asking": Counter(listed[:2], 3, True, busy=True),
        "counter-booking": Counter(
            (*booked[:2], CounterRow(LONG, "booked", "writing"), *listed[3:]), 7, True, going=True, busy=True
        ),
        "counter-lay-again": Counter((booked[0], again, *booked[2:]), 6, True, going=True),
        "counter-refused": Counter((booked[0], no), 2, True, going=True),
        "counter-nothing": Counter((no,), 1, True, going=True),
        "counter-unknown": Counter((booked[0], CounterRow(LONG, "unknown", "")), 2, True, going=True),
        "counter-away": Counter((booked[0], CounterRow(LONG, "away", "")), 2, True, going=True),
        **{f"counter-{n}": Counter(listed[:2], 2, True, notice=n, lacks=(2, 3)) for n in notices if n},
    }
