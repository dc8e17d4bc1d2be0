"""A disk that keeps what it was told to keep, and of the rest what chance will have when the power fails.

What was written since a file was last synced may be there, be lost, or be there in part: sectors of it old, new or
garbage. A length may be the old one. What was synced stands. (So do SQLite's own crash tests; a disk that lies about
syncing is not modelled, and no program can do anything about it.)
"""

import contextlib
import hashlib
import random
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.cuts.sqlite_disk import Asked

SECTOR = 512
Image = dict[str, bytearray]


class Disk:
    """The files of one folder by name, as they surely are, and what is still under way to them."""

    def __init__(self, image: Image | None = None) -> None:
        """Empty, or with this image, which is taken to have been kept."""
        self._kept = {name: bytearray(left) for name, left in (image or {}).items()}
        self._under_way: dict[str, list[Asked]] = {}

    def take(self, asked: Asked) -> None:
        """One more thing was asked of the disk."""
        if asked.what == "delete":
            self._kept.pop(asked.file, None)
            self._under_way.pop(asked.file, None)
        elif asked.what == "sync":
            kept = self._kept.setdefault(asked.file, bytearray())
            for one in self._under_way.pop(asked.file, []):
                _apply(kept, one)
        else:
            self._under_way.setdefault(asked.file, []).append(asked)

    def cut(self, dice: random.Random) -> Image:
        """What a power cut now may leave: files by name."""
        image = {}
        for name in sorted({*self._kept, *self._under_way}):
            left = bytearray(self._kept.get(name, b""))
            survives = dice.choice((0.0, 0.5, 0.9, 1.0))
            for one in self._under_way.get(name, ()):
                for part in _what_is_left(one, survives, dice):
                    _apply(left, part)
            if name in self._kept or left or dice.random() < 0.5:  # a file never synced may not be there at all
                image[name] = left
        return image


def digest(image: Image) -> bytes:
    """To tell what was seen before."""
    seen = hashlib.blake2b(digest_size=16)
    for name, left in image.items():
        seen.update(name.encode() + len(left).to_bytes(8) + left)
    return seen.digest()


@contextlib.contextmanager
def written(image: Image, folder: Path) -> Iterator[None]:
    """The files lie in this folder, which is made for them and is gone afterwards with all that came to it."""
    folder.mkdir()
    try:
        for name, left in image.items():
            (folder / name).write_bytes(left)
        yield
    finally:
        shutil.rmtree(folder)


def _apply(file: bytearray, asked: Asked) -> None:
    if asked.what == "truncate":
        del file[asked.offset :]
        return
    if len(file) < asked.offset:
        file.extend(bytes(asked.offset - len(file)))
    file[asked.offset : asked.offset + len(asked.data)] = asked.data


def _what_is_left(asked: Asked, survives: float, dice: random.Random) -> Iterable[Asked]:
    if dice.random() < survives:
        return (asked,)
    if asked.what != "write" or dice.random() < 0.5:
        return ()
    parts = []
    at, end = asked.offset, asked.offset + len(asked.data)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        data = asked.data[at - asked.offset : until - asked.offset]
        fate = dice.random()
        if fate < 0.2:
            parts.append(Asked("write", asked.file, at, dice.randbytes(len(data))))
        elif fate < 0.6:
            parts.append(Asked("write", asked.file, at, data))
        at = until
    return parts
