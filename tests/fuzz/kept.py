"""Inputs that are kept with the tests: one line of hex each (long ones packed, a z before it), one file a target."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path

LONG = 2000
FINDS = Path(__file__).parent / "finds"
"""What once broke a target."""
CORPUS = Path(__file__).parent / "corpus"
"""A few that together reach what a long run had reached."""


def kept(place: Path, name: str) -> list[bytes]:
    """Those of a target."""
    file = place / f"{name}.txt"
    return [_of(line) for line in file.read_text().splitlines()] if file.exists() else []


def _of(line: str) -> bytes:
    return zlib.decompress(bytes.fromhex(line[1:])) if line.startswith("z") else bytes.fromhex(line)


def keep(place: Path, name: str, data: bytes) -> None:
    """One more."""
    place.mkdir(exist_ok=True)
    with (place / f"{name}.txt").open("a") as file:
        file.write((data.hex() if len(data) < LONG else "z" + zlib.compress(data, 9).hex()) + "\n")
        file.flush()
        os.fsync(file.fileno())


def shortest(data: bytes, breaks: Callable[[bytes], bool]) -> bytes:
    """What is left when everything is taken out without which it still breaks; a thousand tries at most."""
    tries, size = 1000, max(len(data) // 2, 1)
    while size:
        at = 0
        while at < len(data) and tries:
            tries -= 1
            less = data[:at] + data[at + size :]
            if breaks(less):
                data = less
            else:
                at += size
        size //= 2
    return data
