"""A slip in words, Chinese or English: on paper, and as the text of the QR on the screen. Pure, but for the time zone.

It names no person and no card. That of a return bears the receipt (receipt.py), which proves it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from hardware.printer import Code, Line, Rule, Sheet
from kiosk import day_slip
from kiosk.core.desk_screens import DaySlip
from kiosk.core.screens import Slip
from kiosk.frontend import About

ITEMS_MAX = 30  # on paper; more are counted
TEXT_BYTES_MAX = 420  # a QR that any phone reads from a screen: version 15 or less
SHORTEST = 150  # of them, for the words beside a long receipt
TITLE_MAX = 60  # characters of a title on paper
SHORT_TITLE_MAX = 18  # and in the QR

_SAID: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "pickup": "取书凭条",
        "checkout": "借书凭条",
        "dropoff": "还书凭条：已收到",
        "due": "请于 {date} 前归还",
        "provisional pickup": "应还日期以图书馆确认为准",
        "provisional dropoff": "图书馆稍后登记",
        "count": "共 {n} 册",
        "more": "另有 {n} 册",
        "reference": "编号 {reference}",
        "phone": "咨询电话 {phone}",
    },
    "en": {
        "pickup": "Collected",
        "checkout": "Borrowed",
        "dropoff": "Returned: received",
        "due": "Please return by {date}",
        "provisional pickup": "The library confirms the date",
        "provisional dropoff": "The library books it soon",
        "count": "Items: {n}",
        "more": "and {n} more",
        "reference": "No. {reference}",
        "phone": "Questions: {phone}",
    },
}


def reference(slip: Slip, about: About) -> str:
    """What staff ask for: point, visit and order, as they stand in the journal."""
    return f"{about.point}-{slip.session}/{slip.id}"


def sheet(slip: Slip | DaySlip, about: About, language: str) -> Sheet:
    """The slip for a printer; a language that is not known is Chinese."""
    if isinstance(slip, DaySlip):
        return day_slip.sheet(slip, about, language)
    head, *about_it = _head(slip, about, language)
    lines: list[Line | Code | Rule] = [Line(head, bold=True, large=True, centred=True)]
    lines += [Line(about_it[0], bold=True, centred=True), Line(about_it[1], centred=True), Rule()]
    for title, barcode in slip.items[:ITEMS_MAX]:
        lines.append(Line(_cut(title, TITLE_MAX), bold=True))
        lines += [Line(barcode)] if barcode != title else []
    if len(slip.items) > ITEMS_MAX:
        lines.append(Line(_say(language, "more", n=len(slip.items) - ITEMS_MAX)))
    lines.append(Rule())
    lines += [Line(words) for words in _tail(slip, about, language)]
    return (*lines, Line(""), Code(_receipt(slip, about) or reference(slip, about)))


def text(slip: Slip, about: About, language: str) -> str:
    """The slip as at most ``TEXT_BYTES_MAX`` bytes of UTF-8; items that do not fit are counted. A receipt stands in
    its last line, whole; of a very long one little but the head stands before it."""
    receipt = _receipt(slip, about)
    room = TEXT_BYTES_MAX - len(receipt) - 1 if receipt else TEXT_BYTES_MAX
    return (
        f"{_words(slip, about, language, max(room, SHORTEST))}\n{receipt}"
        if receipt
        else _words(slip, about, language, room)
    )


def _receipt(slip: Slip, about: About) -> str:
    return about.sign(slip) if about.sign and slip.purpose == "dropoff" else ""


def _words(slip: Slip, about: About, language: str, bytes_max: int) -> str:
    head, tail = list(_head(slip, about, language)), list(_tail(slip, about, language))
    for shown in range(min(len(slip.items), ITEMS_MAX), -1, -1):
        items = [_short(title, barcode) for title, barcode in slip.items[:shown]]
        hidden = len(slip.items) - shown
        more = [_say(language, "more", n=hidden)] if hidden else []
        whole = "\n".join("".join(c for c in line if c.isprintable()) for line in (*head, *items, *more, *tail))
        if len(whole.encode()) <= bytes_max:
            return whole
    return whole.encode()[:bytes_max].decode(errors="ignore")


def _head(slip: Slip, about: About, language: str) -> Iterator[str]:
    yield about.names.get(language) or about.names.get("zh") or about.point
    yield _say(language, slip.purpose if slip.purpose in ("dropoff", "checkout") else "pickup")
    yield datetime.fromtimestamp(slip.at).strftime("%Y-%m-%d %H:%M")


def _tail(slip: Slip, about: About, language: str) -> Iterator[str]:
    yield _say(language, "count", n=len(slip.items))
    if slip.due:
        yield _say(language, "due", date=datetime.fromtimestamp(slip.due).strftime("%Y-%m-%d"))
    if slip.provisional:
        yield _say(language, "provisional dropoff" if slip.purpose == "dropoff" else "provisional pickup")
    yield _say(language, "reference", reference=reference(slip, about))
    yield _say(language, "phone", phone=about.phone)


def _say(language: str, key: str, **values: object) -> str:
    return _SAID.get(language, _SAID["zh"])[key].format(**values)


def _short(title: str, barcode: str) -> str:
    """Never a barcode alone: scanners that are keyboards or serial hand a slip on line by line, and this one would
    count as an item that lies there."""
    name = "" if title == barcode else "".join(c for c in title if c.isprintable()).strip()
    return f"{_cut(name, SHORT_TITLE_MAX) or '-'} {barcode}"


def _cut(title: str, length: int) -> str:
    return title if len(title) <= length else title[: length - 1] + "…"
