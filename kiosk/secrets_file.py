"""Keys and credentials come from files of their own, which only the kiosk may read."""

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

LENGTH_MAX = 8192


class UnfitFile(Exception):
    """This file cannot be used; the message says what to do and holds nothing of its content."""


def read_secret(path: Path) -> str:
    """The text of a secret file, without white space around it.

    Raises ``UnfitFile`` unless it is a regular file of this process's user (or root), closed to everybody else.
    """
    text, about = _read(path)
    if about.st_uid not in (os.geteuid(), 0):
        raise UnfitFile(f"{path} belongs to another user; it must belong to the one the kiosk runs as, or to root")
    if about.st_mode & 0o077:
        raise UnfitFile(f"{path} may be read or written by others; run: chmod 600 {path}")
    return text


def read_hashing_key(path: Path) -> bytes:
    """The 32 bytes of the point's hashing key, kept as 64 hex digits. Raises ``UnfitFile``."""
    key = _hex32(read_secret(path))
    if key is None:
        raise UnfitFile(f"{path} must hold 64 hex digits; make one with: openssl rand -hex 32")
    return key


def read_credential(path: Path) -> str:
    """The point's credential at the lending service: one line of printable ASCII. Raises ``UnfitFile``."""
    text = read_secret(path)
    if not (text.isascii() and text.isprintable() and text):
        raise UnfitFile(f"{path} must hold one line, the credential as the library gave it")
    return text


def read_public_key(path: Path) -> Ed25519PublicKey:
    """An Ed25519 public key, PEM or 64 hex digits. Raises ``UnfitFile``."""
    text, _ = _read(path)
    try:
        if (raw := _hex32(text)) is not None:
            return Ed25519PublicKey.from_public_bytes(raw)
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise UnfitFile(f"{path} must hold an Ed25519 public key, as PEM (BEGIN PUBLIC KEY) or as 64 hex digits")
    return key


def _read(path: Path) -> tuple[str, os.stat_result]:
    """Text and attributes of one and the same file, opened once."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe must not hold us up
    except (OSError, ValueError) as error:
        raise UnfitFile(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UnfitFile(f"{path} is not a regular file")
        data = os.read(descriptor, LENGTH_MAX + 1)
    finally:
        os.close(descriptor)
    try:
        if len(data) > LENGTH_MAX:
            raise ValueError("too long")
        return data.decode().strip(), about
    except ValueError:
        raise UnfitFile(f"{path} is not a text of at most {LENGTH_MAX} bytes") from None


def _hex32(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if len(key) == 32 else None
