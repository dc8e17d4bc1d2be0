"""Proof of return: a line on the slip, signed with the point's own key, that can be checked months later.

    R1;dongmen;57/103;1795000000;checked;SIP0001,SIP0002;1a2b3c4d;<signature>
       point   visit and order   items, by barcode       |         Ed25519 over all before it, base64url
               time, Unix        checked: the library    the key: the first 4 bytes of the
               seconds           knew each; received:    SHA-256 of the public key
                                 to be looked at

The signature is over ``shuxiang-receipt-1`` and a line feed, then the line up to and with the key. Nothing about the
reader is in it, and nothing about them must be kept to check it: whoever holds the slip has the proof.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hardware.secret_file import UnfitFile, read_secret, written_beside
from kiosk.core.screens import Slip

_SIGNED_AS = b"shuxiang-receipt-1\n"
_LINE = re.compile(
    r"R1;(?P<point>[A-Za-z0-9._:-]{1,64});(?P<visit>\d{1,12}/[A-Za-z0-9-]{1,20});(?P<at>\d{1,12});"
    r"(?P<state>checked|received);(?P<items>[A-Za-z0-9._:,-]{1,3500});(?P<key>[0-9a-f]{8});(?P<sig>[A-Za-z0-9_-]{86})"
)
Sign = Callable[[Slip], str]


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


def key_beside(store: Path) -> Path:
    """Where the point keeps its key for receipts."""
    return store.with_name(store.name + ".receipt-key")


def make_key(path: Path) -> None:
    """The point's key for receipts, once, readable by this process's user only. Raises ``OSError``."""
    if path.exists():
        return
    written_beside(path, Ed25519PrivateKey.generate().private_bytes_raw().hex()).rename(path)


def read_key(path: Path) -> Ed25519PrivateKey:
    """The key that ``make_key`` made. Raises ``UnfitFile``."""
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(read_secret(path)))
    except ValueError:
        raise UnfitFile(
            f"{path} must hold 64 hex digits; move it away, and a new one is made at the next start"
        ) from None


def name_of(key: Ed25519PublicKey) -> str:
    """What a receipt calls this key: 8 hex digits."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:8]


def signer(key: Ed25519PrivateKey, point: str) -> Sign:
    """Makes the line of a slip; the same slip, the same line."""
    name = name_of(key.public_key())

    def line(slip: Slip) -> str:
        state = "received" if slip.provisional else "checked"
        items = ",".join(barcode for _, barcode in slip.items)
        said = f"R1;{point};{slip.session}/{slip.id};{int(slip.at)};{state};{items};{name}"
        signature = base64.urlsafe_b64encode(key.sign(_SIGNED_AS + said.encode())).decode().rstrip("=")
        return f"{said};{signature}"

    return line


def signer_at(path: Path, point: str) -> Sign | None:
    """The signer with the key in this file; None where there is none yet. Raises ``UnfitFile``."""
    return signer(read_key(path), point) if path.exists() else None


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
        known.verify(base64.urlsafe_b64decode(found["sig"] + "=="), _SIGNED_AS + said.encode())
    except InvalidSignature:
        return Verdict("changed", found["point"])
    items = tuple(found["items"].split(","))
    return Verdict("genuine", found["point"], found["visit"], float(found["at"]), found["state"] == "checked", items)
