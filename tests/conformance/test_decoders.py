"""What every decoder of a wire owes: no bytes break it, it holds back little, and after noise it finds the next frames.

A decoder joins with one line in ``DECODERS``; a test fails when one is forgotten. ``python -m tests.conformance 60``
does the same for a minute.
"""

import importlib
import pkgutil
import random
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hardware
import sync.sip2
from hardware.locker import kerong, kerong_cu16, kerong_cu48, modbus, shuoming, winnsen, wkly
from hardware.rfid import r2000, serial_card
from hardware.scanner import codes, keyboard, trigger
from sync.sip2 import frame

VECTORS = Path(__file__).parents[1] / "vectors"


@dataclass(frozen=True)
class Rig:
    """A decoder; frames it must find; the most bytes it may hold back; and how many frames noise may swallow."""

    name: str
    kind: type[Any]
    make: Callable[[], Any]
    frames: tuple[bytes, ...]
    holds: int
    lost: int = 1


def published(family: str, kind: str, length: int = 0) -> tuple[bytes, ...]:
    """Frames of the makers, of one length where the decoder is told it."""
    vectors = tomllib.loads((VECTORS / f"{family}.toml").read_text(encoding="utf-8")).get(kind, ())
    found = [bytes.fromhex(one["bytes"]) for one in vectors]
    return tuple(one for one in found if not length or len(one) == length)


DECODERS = [
    Rig(
        "shuoming",
        shuoming.Decoder,
        lambda: shuoming.Decoder(shuoming.REQUESTS),
        published("shuoming", "request", 5),
        6,
    ),
    Rig(
        "kerong_cu16",
        kerong.Decoder,
        lambda: kerong.Decoder(kerong_cu16.HEAD, kerong_cu16.REQUESTS),
        published("kerong_cu16", "request", 5),
        9,
    ),
    Rig(
        "kerong_cu48",
        kerong.Decoder,
        lambda: kerong.Decoder(kerong_cu48.HEAD, kerong_cu48.REQUESTS),
        published("kerong_cu48", "request", 6),
        18,
    ),
    Rig("wkly", wkly.Decoder, wkly.Decoder, published("wkly", "request"), wkly.LONGEST, lost=7),
    Rig("winnsen", winnsen.Decoder, winnsen.Decoder, published("winnsen", "request"), 8),
    Rig(
        "modbus",
        modbus.Decoder,
        lambda: modbus.Decoder(requests=True),
        published("waveshare", "request"),
        modbus.LENGTH_MAX,
        lost=0,
    ),
    Rig(
        "r2000", r2000.Decoder, r2000.Decoder, published("r2000", "request") + published("r2000", "reply"), 160, lost=27
    ),
    Rig("serial_card", serial_card.Decoder, serial_card.Decoder, (b"04A1B2C3\r", b"04 A1 B2 C3\r"), 65),
    Rig(
        "codes",
        codes.Decoder,
        lambda: codes.Decoder(64),
        (b"SIP0000123\r", b"9787020002207\n"),
        64,
    ),
    Rig(
        "keyboard",
        keyboard.Decoder,
        keyboard.Decoder,
        (bytes.fromhex("00 F1 53 65 00 00 00 00 7B 00 00 00 00 00 00 00 01 00 1E 00 01 00 00 00"),),
        keyboard.EVENT.size - 1,
    ),
    Rig(
        "trigger.replies",
        trigger.Replies,
        lambda: trigger.Replies(trigger.Form(b"\x02\x00\x00\x01\x00\x33\x31")),
        (bytes.fromhex("02 00 00 01 00 33 31"),),
        trigger.REPLY_MAX,
    ),
    Rig(
        "trigger.packets",
        trigger.Packets,
        trigger.Packets,
        (trigger.Packet(0xF3, b"\x0b9787020002207" * 12, source=0).to_bytes(), bytes.fromhex("04 D0 00 00 FF 2C")),
        256,
        lost=2,
    ),
    Rig("sip2", frame.Reader, frame.Reader, (b"941AY0AZFDFD\r", b"97AZFEF5\r"), frame.LENGTH_MAX),
]


def held(decoder: Any) -> int:
    return len(decoder._held)


def fuzz(rig: Rig, chance: random.Random) -> None:
    """Frames damaged, cut, doubled, moved about and thrown among noise; then silence, and two whole ones."""
    decoder = rig.make()
    for _ in range(chance.randint(1, 12)):
        piece = bytearray(chance.choice((chance.randbytes(chance.randint(0, 40)), chance.choice(rig.frames))))
        for _ in range(chance.randint(0, 3) if piece else 0):
            piece[chance.randrange(len(piece))] ^= 1 << chance.randrange(8)
        at = chance.randrange(len(piece) + 1)
        for part in (bytes(piece[:at]), bytes(piece[at:])):
            decoder.feed(part)
            assert held(decoder) <= rig.holds, f"{rig.name} holds {held(decoder)}"


@pytest.fixture(params=DECODERS, ids=lambda rig: rig.name)
def rig(request: pytest.FixtureRequest) -> Rig:
    found: Rig = request.param
    return found


def test_the_vectors_are_there(rig: Rig) -> None:
    assert rig.frames
    for one in rig.frames:
        assert len(rig.make().feed(one)) == 1


@given(st.lists(st.binary(max_size=60), max_size=12), st.randoms(use_true_random=False))
def test_no_bytes_break_it_and_it_holds_back_little(pieces: list[bytes], chance: random.Random) -> None:
    for rig in DECODERS:
        decoder = rig.make()
        for piece in pieces:
            decoder.feed(piece)
            assert held(decoder) <= rig.holds
        fuzz(rig, chance)


def test_noise_may_swallow_one_frame_of_the_longest_and_no_more(rig: Rig) -> None:
    assert rig.lost <= 1 or rig.lost * len(rig.frames[0]) <= rig.holds + len(rig.frames[0])


@given(st.lists(st.one_of(st.binary(max_size=40), st.integers(0, 10_000)), max_size=4))
def test_after_noise_it_finds_its_frames_again(noise: list[bytes | int]) -> None:
    """Noise may pass for the beginning of a frame and swallow what completes it; then each frame is found as it comes.
    A number stands for a frame that breaks off."""
    for rig in DECODERS:
        one = rig.frames[0]
        alone = rig.make().feed(one)
        decoder = rig.make()
        for piece in noise:
            begun = rig.frames[piece % len(rig.frames)] if isinstance(piece, int) else b""
            decoder.feed(piece if isinstance(piece, bytes) else begun[: piece % (len(begun) + 1)])
        for _ in range(rig.lost):
            decoder.feed(one)
        for _ in range(3):
            assert decoder.feed(one) == alone, f"{rig.name} after {noise}"


def test_cut_anywhere_it_is_the_same(rig: Rig) -> None:
    whole = b"".join(rig.frames)
    together = rig.make().feed(whole)
    decoder = rig.make()
    assert [one for byte in whole for one in decoder.feed(bytes((byte,)))] == together


def modules(*packages: ModuleType) -> Iterator[ModuleType]:
    for package in packages:
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name not in ("hardware.scanner.watcher", "hardware.scanner.stills"):
                yield importlib.import_module(info.name)


def test_no_decoder_is_forgotten() -> None:
    """A decoder is what is fed bytes and gives frames."""
    kinds = {
        one
        for module in modules(hardware, sync.sip2)
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__ and callable(getattr(one, "feed", None))
    }
    shared = {"hardware.locker.exchange.Decoder", "hardware.locker.stream.Stream", "hardware.scanner.confined.Confined"}
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in kinds} - shared
    assert names == {f"{rig.kind.__module__}.{rig.kind.__qualname__}" for rig in DECODERS}


def run(seconds: float, seed: int) -> int:
    """Fuzz for so long; how many decoders were fed."""
    chance, count, until = random.Random(seed), 0, time.monotonic() + seconds
    while time.monotonic() < until:
        for rig in DECODERS:
            fuzz(rig, chance)
            count += 1
    return count
