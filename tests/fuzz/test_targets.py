"""Everything from outside, every day: what once broke it, what a long run had learnt, and a few damaged inputs more."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.kept import CORPUS, FINDS, kept, shortest
from tests.fuzz.targets import TARGETS

FEW = {"settings": 15, "pictures": 40, "stores": 40}
"""Those that take long; the others get 150."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_once_broke_it_and_what_was_learnt(name: str) -> None:
    for data in (*TARGETS[name].seeds(), *kept(FINDS, name), *kept(CORPUS, name)):
        TARGETS[name].take(data)


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_inputs(name: str) -> None:
    sound = [*TARGETS[name].seeds(), *kept(CORPUS, name)]

    @settings(max_examples=FEW.get(name, 150), suppress_health_check=list(HealthCheck), database=None)
    @given(st.one_of(st.binary(max_size=400), st.builds(damaged, st.sampled_from(sound), st.randoms())))
    def take(data: bytes) -> None:
        TARGETS[name].take(data)

    take()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A sound input with some bytes changed, left out, doubled or moved."""
    piece = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(piece) + 1)
        to = min(len(piece), at + chance.choice((1, 1, 2, 8, 64)))
        match chance.randrange(4):
            case 0:
                piece[at:to] = chance.randbytes(to - at)
            case 1:
                del piece[at:to]
            case 2:
                piece[at:at] = piece[at:to]
            case _:
                piece[at:at] = chance.choice((b"\x00", b"\xff", b"\r", b"|", b'"', b"[" * 50, b"9" * 30, b"\xe4\xb8"))
    return bytes(piece)


def test_a_find_is_cut_to_what_breaks() -> None:
    assert shortest(b"a lot of noise, and BAD within it", lambda data: b"BAD" in data) == b"BAD"
