"""Listening in on a device's line while one of its calls runs: for the technician's tools, which show and record it.

Whoever carries bytes (serial ports, PC/SC) says so with ``overheard``; whoever wants them wraps the driver's call in
``listening``. A driver is owned by one thread, so each thread has an ear of its own, and most have none.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from enum import StrEnum


class Way(StrEnum):
    """Which way bytes went: OUT from us, IN from the device; CARD: a card that is spoken to now introduced itself (its
    ATR, by which a driver tells what to ask). UNSAID, without bytes: see ``unsaid``."""

    OUT = ">"
    IN = "<"
    CARD = "="
    UNSAID = "-"


Ear = Callable[[Way, bytes], None]

_ear: ContextVar[Ear | None] = ContextVar("ear", default=None)


@contextlib.contextmanager
def listening(ear: Ear) -> Iterator[None]:
    """While this lasts, ``ear`` hears in this thread what crosses any line, in order. It must not raise or block."""
    before = _ear.set(ear)
    try:
        yield
    finally:
        _ear.reset(before)


def overheard(way: Way, data: bytes) -> None:
    """These bytes cross the line. Bytes of cards and codes are among them: an ear must not keep them as they are."""
    if data and (ear := _ear.get()):
        ear(way, data)


def unsaid() -> None:
    """What has just come in may name a person and is not reported, since it lies there: no reading will say so."""
    if ear := _ear.get():
        ear(Way.UNSAID, b"")
