"""All that a point asks of a library over SIP2, does and tells there, while that library answers anything at all.

The client is the production one, on a wire in memory; what it makes of the answers must fit our own shapes.
"""

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from pydantic import SecretStr, TypeAdapter

from sync.account import AccountOf
from sync.acts import CancelHold, Checkout, MoreTime, PlaceHold, Renew, RenewAll, Ruling, Said
from sync.asked import Answer, MayBorrow, Shown, WhatIs
from sync.errors import ServiceError
from sync.messages import ItemDropped, ItemLent, Page, ParcelCollected, ParcelReady, Receipt, Telling
from sync.seal import Seal
from sync.sip2 import dialect
from sync.sip2.frame import Frame, Reader, seal
from sync.sip2.service import Sip2
from sync.sip2.settings import Settings

SEAL = Seal(b"k" * 32, lambda number: f"{len(number):064x}")
READER = SEAL.hide("R100")
QUESTIONS = (
    Shown(SecretStr("R100")),
    Shown(SecretStr("R100"), SecretStr("1234")),
    WhatIs("B1"),
    MayBorrow(READER, ("B1", "B2")),
    AccountOf(READER, SecretStr("1234")),
)
ACTS = (
    Renew(READER, "B1"),
    RenewAll(READER),
    CancelHold(READER, "B1"),
    MoreTime(READER, "B1"),
    PlaceHold(READER, "9787020002207"),
    Checkout(READER, "B1"),
)
TOLD = (
    ParcelReady("B1", "A1", "courier-1", ("B1",)),
    ParcelCollected("B1", READER, ("B1",), "card", 1_797_000_000.0),
    ItemLent("B1", READER, 1_797_000_000.0),
    ItemDropped("B1", "A1", True),
)
WELL = {"93": b"941", "99": b"98YYYYYN06000320261123    1643372.00AOSIP|BXYYYYYYYYYYYYYYYY|"}
PATRON = "64              00020261123    164337000100000001000000000000AOSIP|AAR100|AELi Ming|BLY|CQY|ASB1|AUB1|CDB1|"
ITEM = "1804020120261123    164404ABB1|AJ三体|AH20261207    164338|CTdongmen|CYR100|DA李明|"
LOAN = "121NUY20261123    164338AOSIP|AAR100|ABB1|AJ三体|AH20261207    164338|"
BACK = "101YNN20261123    164338AOSIP|ABB1|AQmain|AJ三体|AAR100|CTelsewhere|CV01|CYR200|DAMing Li|"
ANSWER, RULING, PAGE, RECEIPT = (TypeAdapter[object](shape) for shape in (Answer, Ruling, Page, Receipt))


class Answers:
    """A ``sync.sip2.wire.Wire``: each request gets the next answer as it stands there; an empty one is silence. A login
    and a 99 are answered well while ``well``."""

    def __init__(self, said: list[bytes], well: bool) -> None:
        self._said, self._well = said, well
        self._coming: list[Frame] = []

    def say(self, data: bytes, until: float) -> None:
        asked = Reader().feed(data)[0]
        code = asked.body[:2].decode()
        body = WELL[code] if self._well and code in WELL else self._said.pop(0) if self._said else b""
        if body:
            self._coming = Reader().feed(seal(body, asked.sequence, asked.sequence is not None))

    def hear(self, until: float) -> Frame:
        if not self._coming:
            raise TimeoutError
        return self._coming.pop(0)

    def quiet(self, wait_s: float) -> bool:
        return not self._coming

    def close(self) -> None:
        self._coming = []


@cache
def _settings() -> list[Settings]:
    about = {"host": "memory", "tls": False, "user": "kiosk", "institution": "SIP", "location": "dongmen"}
    names = (Path(name) for name in dialect.names())
    return [Settings.model_validate(about | {"dialect": name, "stock": True}) for name in names]


def day(data: bytes) -> None:
    """The first byte says which dialect, the second what is wanted; the rest are answers, a line each."""
    which, wanted, said = (data[0], data[1], data[2:]) if len(data) > 2 else (0, 0, b"")
    settings = _settings()[which % len(_settings())]
    answers = Answers(said.split(b"\n"), which < 128)
    service = Sip2(settings, "secret", SEAL, lambda *_: answers)  # type: ignore[arg-type,return-value]
    choices = (*QUESTIONS, *ACTS, *TOLD, None)
    for _ in range(2):  # the second time an act or a telling may have been heard before
        with suppress(ServiceError):
            match choices[wanted % len(choices)]:
                case None:
                    fits(PAGE, service.changes("", 0.0))
                case what if what in QUESTIONS:
                    fits(ANSWER, service.ask(what))  # type: ignore[arg-type]
                case what if what in ACTS:
                    fits(RULING, service.act(Said("k-1", what, SecretStr("1234"))))  # type: ignore[arg-type]
                case what:
                    telling = Telling("k-1", 1, 1_795_000_000.0, what)  # type: ignore[arg-type]
                    for receipt in service.tell((telling,)):
                        fits(RECEIPT, receipt)


def fits(shape: TypeAdapter[object], value: object) -> None:
    """The same after the way through JSON, with every bound that our own wire has."""
    assert shape.validate_json(shape.dump_json(value), strict=True) == value, value


def some_days() -> Iterable[bytes]:
    """Whatever is wanted, answered by a library that knows the reader and the book, in a few ways."""
    patron, item, loan, back = PATRON, ITEM, LOAN, BACK
    renewed = "301YUN20261123    164338AOSIP|AAR100|ABB1|AJ三体|AH20261221    164338|"
    every = "66100010001" + "20261123    164338AOSIP|BMB1|BNB2|"
    hold = "161N20261123    164338AOSIP|AAR100|ABB1|BW20261221    164338|"
    status = WELL["99"].decode()
    for wanted in range(len(QUESTIONS) + len(ACTS) + len(TOLD) + 1):
        for which in (0, 1, 2, 200):
            rows = [patron, item, loan, back], [item, patron, loan], [item, back, back, item], [patron] * 4 + [item] * 3
            for lines in rows:
                yield bytes((which, wanted)) + "\n".join(lines).encode()
            for answer in (renewed, every, hold, status):
                yield bytes((which, wanted)) + "\n".join([patron, item, answer, patron, item, renewed]).encode()
