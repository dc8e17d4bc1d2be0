"""What a slip is worth that somebody shows: the receipt of a return is checked, any other slip only says what it is.

    R1;dongmen;57/103;1795000000;checked;SIP0001,SIP0002;1a2b3c4d;<signature>
       point   visit and order   items, by barcode       |         Ed25519 over all before it, base64url
               time, Unix        checked: the library    the key: the first 4 bytes of the
               seconds           knew each; received:    SHA-256 of the public key
                                 to be looked at

The signature is over ``shuxiang-receipt-1`` and a line feed, then the line up to and with the key.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNED_AS = b"shuxiang-receipt-1\n"
_LINE = re.compile(
    r"R1;(?P<point>[A-Za-z0-9._:-]{1,64});(?P<visit>\d{1,12}/[A-Za-z0-9-]{1,20});(?P<at>\d{1,12});"
    r"(?P<state>checked|received);(?P<items>[A-Za-z0-9._:,-]{1,3500});(?P<key>[0-9a-f]{8});(?P<sig>[A-Za-z0-9_-]{86})"
)
_NUMBER = re.compile(r"(?P<point>[A-Za-z0-9._:-]{1,64})-\d{1,12}/[A-Za-z0-9-]{1,20}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a slip is worth. ``genuine``: this point received ``items`` at ``at``. ``changed``: its own key, but not
    what was signed. ``unknown``: no such line in it, or a key that is not known here."""

    status: Literal["genuine", "changed", "unknown"]
    point: str = ""
    visit: str = ""
    at: float = 0.0
    checked: bool = False
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """The screen of a slip that was shown. Touches: return, finish. ``slip``: of something taken here, which proves
    nothing; ``elsewhere``: a slip of another point, or of a key that is not known here. ``items``: by barcode, as they
    stand on the slip; nothing is said that does not."""

    what: Literal["genuine", "changed", "slip", "elsewhere"]
    point: str
    at: float = 0.0
    checked: bool = False
    items: tuple[str, ...] = ()


def shown(line: str, point: str, keys: Iterable[Ed25519PublicKey]) -> Shown:
    """What to say of it at this point."""
    verdict = verify(line, keys)
    match verdict.status:
        case "genuine" | "changed":
            return Shown(verdict.status, verdict.point, verdict.at, verdict.checked, verdict.items)
    number = _NUMBER.fullmatch(line)
    whose = number["point"] if number else verdict.point
    return Shown("slip" if number and whose == point else "elsewhere", whose)


def name_of(key: Ed25519PublicKey) -> str:
    """What a receipt calls this key: 8 hex digits."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:8]


def verify(text: str, keys: Iterable[Ed25519PublicKey]) -> Verdict:
    """What the text of a slip (all of it, or only the line; white space in it counts for nothing) is worth."""
    found = _LINE.search("".join(text.split()))
    if found is None:
        return Verdict("unknown")
    known = next((key for key in keys if name_of(key) == found["key"]), None)
    if known is None:
        return Verdict("unknown", found["point"])
    said = found[0].rpartition(";")[0]
    try:
        known.verify(base64.urlsafe_b64decode(found["sig"] + "=="), SIGNED_AS + said.encode())
    except InvalidSignature:
        return Verdict("changed", found["point"])
    items = tuple(found["items"].split(","))
    return Verdict("genuine", found["point"], found["visit"], float(found["at"]), found["state"] == "checked", items)
