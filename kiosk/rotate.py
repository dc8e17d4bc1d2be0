"""``kiosk rotate-key``: a new key in the place of one that may have been seen, or is old. The one before is kept.

The key for receipts is this machine's own. The hashing key is shared with the library, which must make all its
verifiers anew: until ``done`` both keys count here, so that nobody stands before a door in between. Numbers of patrons
that are kept sealed (SIP2) are sealed anew at once.
"""

import contextlib
import os
import re
import secrets
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic_core import to_json

from hardware.secret_file import UnfitFile, names_on_disk, written_beside
from kiosk.config import Config
from kiosk.core.identity import Keyring
from kiosk.owner import Owner
from kiosk.reading import read_point
from kiosk.receipt import key_beside, made_beside, read_key
from kiosk.schema import connect, examine, kept_as, prepare, stamp, transaction
from kiosk.secrets_file import before_of
from kiosk.store import unfit_for
from sync.seal import NotSealed, Seal

SEALED = re.compile(r"\bs\.[A-Za-z0-9_-]{20,86}")
NEVER_CHANGED = ("journal", "head")  # what was written there stands, under the key of then


@dataclass(frozen=True, slots=True)
class Rotated:
    """``new``: the file with the new key. ``before``: where the old one is (of receipts: its public key). ``sealed``:
    how many numbers of patrons were sealed anew. ``made``: just now, and not by a command that was begun before."""

    new: Path
    before: Path
    sealed: int = 0
    made: bool = True


def receipts(config: Config, now: float) -> Rotated:
    """A new key for receipts; those of before are checked with the public key that is left. At no moment without a key.
    Raises ``StoreUnfit``, ``UnfitFile``."""
    path = key_beside(config.store)
    with contextlib.ExitStack() as undo, unfit_for(config.store):
        undo.callback(Owner.of(config.store).release)
        old = read_key(path)
        public = path.with_name(f"{path.name}.{stamp(now)}.pem")
        pem = old.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        written_beside(public, pem.rstrip()).rename(public)
        new = made_beside(path)
        os.link(path, kept_as(path, now))
        names_on_disk(path.parent)
        new.replace(path)
        names_on_disk(path.parent)
    return Rotated(path, public)


def hashing_file(config: Config) -> Path:
    """Where the hashing key is."""
    said = tomllib.loads(config.path.read_text(encoding="utf-8-sig"))
    return config.path.absolute().parent / str(said["keys"]["hashing"])


def begun(config: Config, path: Path) -> bool:
    """Whether a change of the hashing key has begun and was not ended with ``done``."""
    return before_of(path).exists() and config.keyring.before != config.keyring.hashing


def hashing(config: Config, path: Path) -> Rotated:
    """A new hashing key in ``path``; the one before beside it. Where that has begun, no other is made, and what is kept
    sealed is sealed anew as far as it was not. Raises ``StoreUnfit``, ``UnfitFile``."""
    with contextlib.ExitStack() as undo, unfit_for(config.store):
        undo.callback(Owner.of(config.store).release)
        if config.store.exists():
            examine(config.store, config.point.id)
        old, new = config.keyring.before, config.keyring.hashing
        if made := not begun(config, path):
            old, new = new, secrets.token_bytes(32)
            _change_places(path, new)
        return Rotated(path, before_of(path), _seal_anew(config, Keyring(old), Keyring(new)), made)


def _change_places(path: Path, new: bytes) -> None:
    """At no moment without a key, nor with a new one and none of before."""
    with _unfit_key(path):
        half_made = written_beside(path, new.hex())
        if not before_of(path).exists():
            os.link(path, before_of(path))
        names_on_disk(path.parent)
        half_made.replace(path)
        names_on_disk(path.parent)


@contextlib.contextmanager
def _unfit_key(path: Path) -> Iterator[None]:
    """What goes wrong beside a key is no fault of the store. Raises ``UnfitFile``."""
    try:
        yield
    except OSError as error:
        advice = "its directory must belong to the one the kiosk runs as, with room on its disk"
        raise UnfitFile(f"{path}: cannot be changed ({error}); {advice}") from None


def done(config: Config, path: Path, now: float) -> Path:
    """The library has sent everybody anew: what was hashed with the old key counts no more. Where that key is kept;
    named as before again, it counts again. Raises ``StoreUnfit``, ``UnfitFile``."""
    with unfit_for(config.store), contextlib.ExitStack() as undo:
        undo.callback(Owner.of(config.store).release)
        if not begun(config, path):
            if before_of(path).exists():
                raise UnfitFile("the power failed before the key was changed: type it without --done first")
            raise UnfitFile("no key is being changed; was --done typed before, the old one has ended already")
        _seal_anew(config, Keyring(config.keyring.before), Keyring(config.keyring.hashing))
        with _unfit_key(path):
            kept = before_of(path).rename(kept_as(path, now))
            names_on_disk(path.parent)
            return kept


def codes_for_helpers(config: Config, now: float) -> int:
    """How many parcels have a code that their reader made here for somebody else: ``done`` ends those made before the
    change, and the library cannot send them anew. Raises ``StoreError``."""
    if not config.store.exists():
        return 0
    return sum(parcel.helper_until > now for parcel in read_point(config.store, config.plan()).parcels.values())


def _seal_anew(config: Config, old: Keyring, new: Keyring) -> int:
    """How many numbers of patrons were sealed anew, all or none of them."""
    if not config.store.exists():
        return 0
    opens, seals = Seal(old.hashing, old.card), Seal(new.hashing, new.card)
    count = 0

    def anew(found: re.Match[str]) -> str:
        nonlocal count
        try:
            number = opens.show(found[0]).get_secret_value()
        except NotSealed:
            return found[0]
        count += 1
        return seals.hide(number)

    examine(config.store, config.point.id)
    with contextlib.closing(connect(config.store)) as db:
        prepare(db, config.point.id)
        with transaction(db):
            for patron, cards in db.execute("SELECT id, cards FROM patrons").fetchall():
                with contextlib.suppress(NotSealed):
                    card = new.card(opens.show(patron).get_secret_value())
                    if cards != "[]":
                        db.conn.execute("UPDATE patrons SET cards = ? WHERE id = ?", (to_json([card]).decode(), patron))
            for table in db.tables:
                for name, kind in table.columns_dict.items():
                    if kind is not str or table.name in NEVER_CHANGED:
                        continue
                    sql = f'SELECT rowid, "{name}" FROM "{table.name}" WHERE "{name}" LIKE \'%s.%\''
                    for row, text in db.execute(sql).fetchall():
                        if (said := SEALED.sub(anew, text)) != text:
                            change = f'UPDATE OR IGNORE "{table.name}" SET "{name}" = ? WHERE rowid = ?'
                            if not db.conn.execute(change, (said, row)).rowcount:  # they came again meanwhile
                                db.conn.execute(f'DELETE FROM "{table.name}" WHERE rowid = ?', (row,))
    return count
