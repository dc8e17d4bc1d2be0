"""SIP2: messages read (checksum verified, parsed) and written a second, against the PyPI package Sip2 in the same run.

The conversation is a published one (a real server's 64 and 12). Sip2 sums characters and splits; ours works on bytes,
keeps unknown and repeated fields, and verifies fixed parts. Aim: at least 2 times its speed.

Measured is the processor's time, for other work on the machine stops the clock of whoever happens to run; and both take
turns, so that what slows the machine down slows both.
"""

import logging
import statistics
import time
from collections.abc import Callable
from typing import Any

import click

from sync.sip2.frame import Check, Reader, seal
from sync.sip2.message import Message, compose, parse

ROUNDS, EACH = 15, 500
PATRON = (
    "64  Y           00020261123    164337000000000000000100000000AOUWOLS|AAdjfiander|AEDavid J. Fiander|"
    "BD2 Meadowvale Dr. St Thomas, ON|BEdjfiander@hotmail.com|BF(519) 555 1234|AQBeacock|BLY|CQY|PA20501231|"
    "PB19640925|PCA|PIY|AY3AZC00D"
)
LENT = (
    "121NNY20261123    164338AOUWOLS|AAdjfiander|AB1565921879|AJPerl 5 desktop reference|AH20261207    164338|CK001|"
    "AY5AZDF9F"
)
READER = Reader()  # of one connection
NOW = "20261123    164338"


def took(what: Callable[[], Any]) -> float:
    """Seconds of the processor for one round."""
    began = time.process_time()
    for _ in range(EACH):
        what()
    return time.process_time() - began


def compared(name: str, ours: Callable[[], Any], theirs: Callable[[], Any]) -> None:
    """Print how often a second each, by the median of the rounds, and the ratio."""
    rounds = [(took(ours), took(theirs)) for _ in range(ROUNDS)]
    our, their = (EACH / statistics.median(one) for one in zip(*rounds, strict=True))
    worst = min(their_s / our_s for our_s, their_s in rounds)
    click.echo(f"{name}: {our:9,.0f} a second, Sip2 {their:9,.0f}: {our / their:.2f} times (worst round {worst:.2f})")


def read(line: bytes) -> Message:
    (frame,) = READER.feed(line)
    assert frame.check is Check.RIGHT
    return parse(frame.body, "utf-8")


def written() -> bytes:
    fields = (("AO", "UWOLS"), ("AA", "djfiander"), ("AB", "1565921879"), ("AC", ""), ("AD", "6789"))
    fixed = {"renewal": "Y", "no_block": "N", "date": NOW, "due": " " * 18}
    return seal(compose(Message("11", fixed, fields), "utf-8"), 5)


def theirs() -> Any:
    try:
        from Sip2.sip2 import Sip2
    except ImportError:
        raise click.ClickException("Sip2, to compare with, is not installed; make bench does it") from None
    peer = Sip2()
    peer.log = logging.getLogger("Sip2")  # it makes one when it connects, and writes no message without
    peer.log.setLevel(logging.CRITICAL)
    peer.patron, peer.patronpwd, peer.institutionId = "djfiander", "6789", "UWOLS"
    return peer


@click.command()
def main() -> None:
    """Print rates and ratios."""
    peer = theirs()
    for name, line, reads in (
        ("64", PATRON, peer.sip_patron_information_response),
        ("12", LENT, peer.sip_checkout_response),
    ):
        raw = (line + "\r").encode()
        text = line + "\r"
        assert read(raw).first("AA") == "djfiander"
        compared(f"read {name} ", lambda raw=raw: read(raw), lambda t=text, r=reads: (peer._crc_verify(t), r(t)))
    compared("write 11", written, lambda: peer.sip_checkout_request("1565921879", "", "Y"))


if __name__ == "__main__":
    main()
