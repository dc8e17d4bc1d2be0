"""How single library systems speak SIP2 otherwise than the standard says, as data; each line with its source.

``checksum``: what is summed (dp2 sums UTF-16 units and leaves the tail out); ``padded`` False: without leading zeros.
``strict_login``: nothing before a 93. ``resends``: the same sequence number and checksum again gets the same answer.
``no_block`` as a store-and-forward flag is heeded or not. ``captures``: a check-in catches a hold.
``items_name_holds``: what is set aside is on the hold shelf before it has come to its point, and an 18 says for whom.
``again_ok``: a check-in of what was not lent is a success. ``lists``: what stands in AS, AU and their like.
``answers_unknown``: what comes back for a message that it does not know: nothing, or the connection is closed.
"""

from dataclasses import dataclass
from typing import Literal

from sync.sip2.message import Charset


@dataclass(frozen=True, slots=True)
class Quirks:
    """One system's ways."""

    charset: Charset = "utf-8"
    end: bytes = b"\r"
    checked: bool = True
    verifies: bool = True
    checksum: Literal["bytes", "dp2"] = "bytes"
    padded: bool = True
    strict_login: bool = True
    resends: bool = True
    no_block: bool = True
    captures: bool = True
    items_name_holds: bool = False
    alert: tuple[str, str, str] = ("01", "02", "04")
    again_ok: bool = False
    lists: Literal["barcode", "title"] = "barcode"
    due: str = "%Y%m%d    %H%M%S"
    blank_counts: bool = False
    plain_text_errors: bool = False
    answers_unknown: Literal["nothing", "closes"] = "nothing"
    without: tuple[str, ...] = ()
    wrong_pin_is_unknown: bool = False
    connections_max: int = 100
    promises: str = "YYYYYY"  # of a 98: online, checkin, checkout, renewal, status update, offline


PROFILES: dict[str, Quirks] = {
    # 3M SIP 2.00 as it is written.
    "plain": Quirks(),
    # Koha C4/SIP: no-block read as a number and never heeded; identical bytes are executed again; due dates by the
    # site's own format; expiry in PA.
    "koha": Quirks(resends=False, no_block=False, again_ok=True, due="%Y-%m-%d %H:%M:%S"),
    # Evergreen SIPServer: UTF-8 taken apart (NFD) is up to its data; says N for check-in and check-out and does both.
    "evergreen": Quirks(resends=False, no_block=False, due="%Y%m%d    %H%M%S", promises="YNNYYN"),
    # FOLIO edge-sip2: no 15, 01, 19, 25; plain text where something fails; resends; code page 850 unless set.
    "folio": Quirks(
        charset="cp850", no_block=False, plain_text_errors=True, without=("15", "01", "19", "25"), due="%Y-%m-%d"
    ),
    # invenio-sip2 (RERO): blanks in numbers, checksums without leading zeros, executes what has a bad checksum; no 15,
    # 65, 01 and 19 in its list of messages.
    "invenio": Quirks(
        resends=False,
        padded=False,
        blank_counts=True,
        verifies=False,
        no_block=False,
        without=("15", "65", "01", "19"),
    ),
    # dp2: no AY or AZ in requests; its own AZ sums UTF-16 units without the last |AY4AZ; always AF with words.
    "dp2": Quirks(
        checked=True,
        verifies=False,
        checksum="dp2",
        resends=False,
        lists="barcode",
        captures=False,
        items_name_holds=True,
        no_block=False,
        due="%Y-%m-%d",
        strict_login=False,
    ),
}
