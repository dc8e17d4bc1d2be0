"""The kiosk's own keys and credentials, each in a file of its own (hardware.secret_file)."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hardware.secret_file import UnfitFile, read, read_secret


def read_hashing_key(path: Path) -> bytes:
    """The 32 bytes of the point's hashing key, kept as 64 hex digits. Raises ``UnfitFile``."""
    key = _hex32(read_secret(path))
    if key is None:
        advice = "put back the one that the library has too (a new point: openssl rand -hex 32)"
        raise UnfitFile(f"{path} must hold 64 hex digits; {advice}")
    return key


def before_of(path: Path) -> Path:
    """Where the hashing key of before is while it is being changed (rotate.py)."""
    return path.with_name(path.name + ".before")


def read_hashing_keys(path: Path) -> tuple[bytes, bytes]:
    """The hashing key, and the one of before (empty where there is none). Raises ``UnfitFile``."""
    before = before_of(path)
    return read_hashing_key(path), read_hashing_key(before) if before.exists() else b""


def read_credential(path: Path) -> str:
    """The point's credential at the lending service: one line of printable ASCII. Raises ``UnfitFile``."""
    text = read_secret(path)
    if not (text.isascii() and text.isprintable() and text):
        raise UnfitFile(f"{path} must hold one line, the credential as the library gave it")
    return text


def read_public_key(path: Path) -> Ed25519PublicKey:
    """An Ed25519 public key, PEM or 64 hex digits. Raises ``UnfitFile``."""
    text, _ = read(path)
    try:
        if (raw := _hex32(text)) is not None:
            return Ed25519PublicKey.from_public_bytes(raw)
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise UnfitFile(f"{path} must hold an Ed25519 public key, as PEM (BEGIN PUBLIC KEY) or as 64 hex digits")
    return key


def _hex32(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if len(key) == 32 else None
