"""Who is it: keyed hashes of cards and codes, and the signed pickup pass. Pure computation, keys from the plan.

A card number is 4 to 10 bytes and a code 8 digits, so a plain hash would be guessed in hours; with the point's own
key they say nothing to whoever copies the file without it.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass, field
from typing import Literal

import base45
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PASS_PREFIX = "L1:"
_SIGNED_AS = b"shuxiang-pass-1"  # a signature made for anything else is worth nothing here
_PASS = struct.Struct(">8s8sQ")  # pass id, point tag, not after (Unix seconds)
_PASS_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Keyring:
    """The point's hashing key (32 bytes) and the library's public keys for passes. Never in a repr. ``before``: the
    hashing key in whose place it is being put, while what was hashed with that one still counts."""

    hashing: bytes = field(repr=False)
    passes: tuple[Ed25519PublicKey, ...] = field(default=(), repr=False)
    before: bytes = field(default=b"", repr=False)

    def card(self, number: str) -> str:
        """The keyed hash of a card number, 64 hex digits."""
        return self._digest(b"card:", number.upper())

    def code(self, digits: str) -> str:
        """The keyed hash of a pickup code, 64 hex digits."""
        return self._digest(b"code:", digits)

    def digests(self, kind: Literal["card", "code"], text: str) -> tuple[str, ...]:
        """Its keyed hash, and the one of before while keys are changed."""
        keys = (self, Keyring(self.before)) if self.before else (self,)
        return tuple(key.card(text) if kind == "card" else key.code(text) for key in keys)

    def helper_code(self, of: str) -> str:
        """The 8 digits that follow from a name never used twice; nobody without the key can reckon them."""
        return f"{int(self._digest(b'helper:', of)[:16], 16) % 10**8:08}"

    def signed(self, payload: bytes, signature: bytes) -> bool:
        """Whether the library signed this; ``payload`` begins with the word for its kind of thing."""
        return any(_signed_by(key, payload, signature) for key in self.passes)

    def _digest(self, domain: bytes, text: str) -> str:
        return hmac.new(self.hashing, domain + text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def point_tag(point: str) -> bytes:
    """The 8 bytes by which a pass names a point."""
    return hashlib.sha256(point.encode()).digest()[:8]


Flaw = Literal["", "forged", "expired", "elsewhere"]


def read_pass(text: str, keyring: Keyring, point: str, now: float) -> tuple[str, Flaw]:
    """The pass id (16 hex digits) in a pickup QR and what is wrong with it ("" when it is good).

    Only what a known key has signed is looked at: anything else is ``forged``, whatever it says.
    """
    try:
        if len(text) > _PASS_LENGTH_MAX or not text.startswith(PASS_PREFIX):
            raise ValueError("not a pass")
        blob = base45.b45decode(text[len(PASS_PREFIX) :])
        payload, signature = blob[: _PASS.size], blob[_PASS.size :]
        pass_id, tag, not_after = _PASS.unpack(payload)
    except (ValueError, struct.error):
        return "", "forged"
    if not keyring.signed(_SIGNED_AS + payload, signature):
        return "", "forged"
    if tag != point_tag(point):
        return pass_id.hex(), "elsewhere"
    if now > not_after:
        return pass_id.hex(), "expired"
    return pass_id.hex(), ""


def _signed_by(key: Ed25519PublicKey, payload: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, payload)
    except InvalidSignature:
        return False
    return True
