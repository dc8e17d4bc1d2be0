"""What the library makes so that a point can know people without knowing their numbers; see docs/integrator.md.

Verifiers are keyed hashes: HMAC-SHA256 with the hashing key of one point. A pickup pass is signed with Ed25519, so a
stolen machine holds nothing with which to make one.
"""

import hashlib
import hmac
import struct

import base45
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CONTEXT = b"shuxiang-pass-1"


def card_verifier(hashing_key: bytes, number: str) -> str:
    """Of a card number (its UID in hex, or the number a barcode holds), as 64 hex digits."""
    return hmac.new(hashing_key, b"card:" + number.upper().encode("ascii"), hashlib.sha256).hexdigest()


def code_verifier(hashing_key: bytes, code: str) -> str:
    """Of an 8-digit pickup code, as 64 hex digits."""
    return hmac.new(hashing_key, b"code:" + code.encode("ascii"), hashlib.sha256).hexdigest()


def pin_verifier(pin: str, salt: bytes) -> str:
    """Of a PIN, for the library's own books."""
    return f"{salt.hex()}:{hashlib.scrypt(pin.encode(), salt=salt, n=2**12, r=8, p=1).hex()}"


def pin_fits(verifier: str, pin: str) -> bool:
    """Whether it is the PIN of this verifier."""
    return hmac.compare_digest(verifier, pin_verifier(pin, bytes.fromhex(verifier.split(":")[0])))


def issue_pass(signing_key: Ed25519PrivateKey, pass_id: str, point: str, not_after: float) -> str:
    """The text of a pickup QR: ``L1:`` + base45(pass id 8 B, point tag 8 B, not-after 8 B big-endian, signature)."""
    tag = hashlib.sha256(point.encode()).digest()[:8]
    payload = bytes.fromhex(pass_id) + tag + struct.pack(">Q", int(not_after))
    signed = payload + signing_key.sign(CONTEXT + payload)
    text: str = base45.b45encode(signed).decode("ascii")
    return "L1:" + text
