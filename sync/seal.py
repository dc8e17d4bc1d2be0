"""Patron numbers for libraries that know people by nothing else, told in a way that a copied file does not tell.

Our own service names patrons by ids that say nothing. A SIP2 library wants the number on the card itself, with every
loan, also with one that is booked days later. So the point's rows hold the number sealed: AES-SIV (RFC 5297) under a
key of the point's own, the same number always giving the same id, which makes it fit to name a person by.
"""

import contextlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

NUMBER_MAX = 30
"""Bytes of a number that can be sealed; more would not fit into an id."""

_MARK = "s."


class NotSealed(ValueError):
    """This id was not made here, or under another key. Says nothing of what it is."""


class Seal:
    """Numbers to ids and back, and to the keyed hashes by which cards are known."""

    def __init__(self, key: bytes, card: Callable[[str], str], before: bytes = b"") -> None:
        """``key``: the point's hashing key, from which another is derived. ``card``: its keyed hash of a number.
        ``before``: the key in whose place it is being put; what was hidden with that one is shown too."""
        self.card = card
        self._cipher, *self._older = [_cipher(one) for one in (key, before) if one]

    def hide(self, number: str) -> str:
        """The id of the patron with this number. Raises ``ValueError`` for none and for one of over 30 bytes."""
        raw = number.encode()
        if not 0 < len(raw) <= NUMBER_MAX:
            raise ValueError("a patron number has 1 to 30 bytes")
        return _MARK + urlsafe_b64encode(self._cipher.encrypt(raw, None)).decode().rstrip("=")

    def show(self, patron: str) -> SecretStr:
        """The number of the patron with this id. Raises ``NotSealed``."""
        text = patron.removeprefix(_MARK)
        try:
            if text == patron:
                raise ValueError
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return SecretStr(self._opened(raw).decode())
        except (ValueError, InvalidTag):
            raise NotSealed("not a sealed patron number of this point") from None

    def _opened(self, raw: bytes) -> bytes:
        for cipher in self._older:
            with contextlib.suppress(InvalidTag):
                return cipher.decrypt(raw, None)
        return self._cipher.decrypt(raw, None)


def _cipher(key: bytes) -> AESSIV:
    return AESSIV(HKDF(SHA256(), 64, salt=None, info=b"shuxiang patron numbers 1").derive(key))
