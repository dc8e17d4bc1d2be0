"""Proof of return: a line on the slip, signed with the point's own key, that can be checked months later.

How it is written, and what one is worth that comes back, says kiosk/core/receipts.py. Nothing about the reader is in
it, and nothing about them must be kept to check it: whoever holds the slip has the proof.
"""

import base64
import contextlib
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hardware.secret_file import UnfitFile, names_on_disk, read_secret, written_beside
from kiosk.core.receipts import SIGNED_AS, name_of
from kiosk.core.screens import Slip
from kiosk.secrets_file import read_public_key

Sign = Callable[[Slip], str]
KEYS_MAX = 20  # of before; older ones check with ``kiosk verify --key``


def key_beside(store: Path) -> Path:
    """Where the point keeps its key for receipts."""
    return store.with_name(store.name + ".receipt-key")


def made_beside(path: Path) -> Path:
    """A new key next to the place for it, readable by this process's user only. Raises ``OSError``."""
    return written_beside(path, Ed25519PrivateKey.generate().private_bytes_raw().hex())


def make_key(path: Path) -> None:
    """The point's key for receipts, once. Raises ``OSError``."""
    if path.exists():
        return
    made_beside(path).rename(path)
    names_on_disk(path.parent)


def read_key(path: Path) -> Ed25519PrivateKey:
    """The key that ``make_key`` made. Raises ``UnfitFile``."""
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(read_secret(path)))
    except ValueError:
        raise UnfitFile(
            f"{path} must hold 64 hex digits; move it away, and a new one is made at the next start"
        ) from None


def signer(key: Ed25519PrivateKey, point: str) -> Sign:
    """Makes the line of a slip; the same slip, the same line."""
    name = name_of(key.public_key())

    def line(slip: Slip) -> str:
        state = "received" if slip.provisional else "checked"
        items = ",".join(barcode for _, barcode in slip.items)
        said = f"R1;{point};{slip.session}/{slip.id};{int(slip.at)};{state};{items};{name}"
        signature = base64.urlsafe_b64encode(key.sign(SIGNED_AS + said.encode())).decode().rstrip("=")
        return f"{said};{signature}"

    return line


def signer_at(path: Path, point: str) -> Sign | None:
    """The signer with the key in this file; None where there is none yet. Raises ``UnfitFile``."""
    try:
        return signer(read_key(path), point) if path.exists() else None
    except OSError as error:  # its directory is not to be entered
        raise UnfitFile(f"{path}: {error.strerror}") from None


def public_at(path: Path) -> tuple[Ed25519PublicKey, ...]:
    """The keys that check what this point has signed: that of now, and those of before which ``kiosk rotate-key`` left
    beside it. What cannot be read is left out."""
    keys = []
    with contextlib.suppress(UnfitFile, OSError):
        keys = [read_key(path).public_key()] if path.exists() else []
    for old in sorted(path.parent.glob(f"{path.name}.*.pem"), reverse=True)[:KEYS_MAX]:
        with contextlib.suppress(UnfitFile, OSError):
            keys.append(read_public_key(old))
    return tuple(keys)
