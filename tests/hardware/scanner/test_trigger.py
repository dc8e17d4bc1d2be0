"""Scanners that are told to look: the makers' frames, hostile bytes, and each make through a real pseudo-terminal."""

import itertools
import time
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_mock import MockerFixture

from hardware.errors import DeviceGone
from hardware.readings import IsbnScanned, ItemScanned, Reading
from hardware.scanner.barcode import Meanings
from hardware.scanner.serial_scanner import Settings, ToldScanner, connect
from hardware.scanner.trigger import REPLY_MAX, TRIGGERS, Form, Packet, Packets, Replies
from hardware.source import Source
from simulators.line import Fault
from simulators.serial_scanner import SerialScanner
from simulators.serve import Memory
from simulators.trigger import Triggered, TriggeredSsi
from tests.side_by_side import side_by_side

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "serial_scanner.toml").read_text(encoding="utf-8"))
ITEM, BOOK = ItemScanned("desk", "SX0001234"), IsbnScanned("desk", "9787020002207")
SSI = "zebra_ssi"
PATIENT_S = 20.0  # for what must come; the wait ends when it does


@pytest.mark.parametrize("vector", VECTORS["trigger"], ids=lambda vector: vector["make"])
@pytest.mark.parametrize("piece", [1, 3, 100])
def test_the_makers_frames(vector: dict[str, Any], piece: int) -> None:
    trigger = TRIGGERS[vector["make"]]()
    assert trigger.start == bytes.fromhex(vector["start"])
    assert trigger.stop == bytes.fromhex(vector["stop"])
    assert [line.hex(" ").upper() for line in trigger.setup] == vector.get("setup", [])
    says = bytes.fromhex(vector["says"])
    heard = [trigger.hear(says[at : at + piece]) for at in range(0, len(says), piece)]
    assert b"".join(one.text for one in heard) == vector["text"].encode()
    assert b"".join(one.answer for one in heard) == bytes.fromhex(vector.get("answer", ""))
    assert not trigger.amid


def test_every_make_has_a_vector() -> None:
    assert {vector["make"] for vector in VECTORS["trigger"]} == set(TRIGGERS)


@given(st.sampled_from(sorted(TRIGGERS)), st.lists(st.binary(max_size=80), max_size=20))
def test_any_bytes_leave_little_behind_and_the_next_code_is_heard(make: str, noise: list[bytes]) -> None:
    trigger = TRIGGERS[make]()
    for piece in noise:
        heard = trigger.hear(piece)
        assert make == SSI or len(heard.text) <= len(piece) + REPLY_MAX
    trigger.silence()
    assert not trigger.amid
    vector = next(vector for vector in VECTORS["trigger"] if vector["make"] == make)
    assert trigger.hear(bytes.fromhex(vector["says"])).text == b"978\r"


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_text_without_answers_in_it_is_left_as_it_is(pieces: list[bytes]) -> None:
    replies = Replies(Form(b"\x02\x00\x00\x01\x00\x33\x31"))
    text = b"".join(pieces).replace(b"\x02", b"")
    assert b"".join(one for one in replies.feed(text) if isinstance(one, bytes)) == text


@given(st.binary(max_size=200), st.integers(0, 3))
def test_a_packet_is_itself_again(data: bytes, status: int) -> None:
    packet = Packet(0xF3, b"\x0b" + data, status, source=0)
    assert Packets().feed(packet.to_bytes()) == [packet]
    damaged = bytearray(packet.to_bytes())
    damaged[-3] ^= 1
    assert packet not in Packets().feed(bytes(damaged))


def test_an_answer_cut_off_is_no_code_and_a_code_behind_half_a_frame_is_found() -> None:
    for make, half in (("gm65", b"\x02\x00\x00"), ("newland", b"\x02\x010000@SC"), (SSI, b"\x40\xf3\x00\x00\x0b978")):
        trigger = TRIGGERS[make]()
        assert trigger.hear(half).text == b""
        assert trigger.amid
        assert trigger.silence().text == b""
    trigger = TRIGGERS[SSI]()
    trigger.hear(half + Packet(0xF3, b"\x0b978", source=0).to_bytes())
    assert trigger.silence() == (b"978\r", Packet(0xD0).to_bytes())


def test_a_code_in_several_packets_and_one_that_is_repeated() -> None:
    trigger = TRIGGERS[SSI]()
    parts = [Packet(0xF3, b"\x1cL1:", 2, 0), Packet(0xF3, b"\x1cABC", 0, 0), Packet(0xF3, b"\x1cABC", 1, 0)]
    heard = trigger.hear(b"".join(part.to_bytes() for part in parts))
    assert heard.text == b"L1:ABC\r"
    assert heard.answer == Packet(0xD0).to_bytes() * 3


# ---- on a wire -----------------------------------------------------------------------------------------------------


def wired(folder: Path, make: str) -> SerialScanner:
    return SerialScanner(folder / f"tty-{make}", baud=115200, trigger=make, looks_s=0.8)


Each = Callable[[Callable[[SerialScanner, str], None]], None]


@pytest.fixture
def each(tmp_path: Path) -> Each:
    """Checks the scanners of all makes side by side, as most of it is waiting."""

    def checked(check: Callable[[SerialScanner, str], None]) -> None:
        def one(make: str) -> None:
            with wired(tmp_path, make) as twin:
                check(twin, make)

        side_by_side({make: partial(one, make) for make in sorted(TRIGGERS)})

    return checked


def opened(twin: SerialScanner, make: str, **more: object) -> Source:
    settings = {"port": twin.port, "trigger": make, "renew_s": 0.5, "again_after_s": 0.6, **more}
    return connect("desk", Settings.model_validate(settings), Meanings())


def looking(twin: SerialScanner, make: str, **more: object) -> Source:
    """Connected, and past the time in which what is read was lying there before."""
    source = opened(twin, make, **more)
    assert source.wait(2.2) == []
    return source


def heard_while(source: Source, so: Callable[[], bool]) -> list[Reading]:
    """The readings as long as it is so."""
    readings: list[Reading] = []
    until = time.monotonic() + PATIENT_S
    while so():
        assert time.monotonic() < until
        readings += source.wait(0.05)
    return readings


def heard(source: Source, count: int, within_s: float) -> list[Reading]:
    """The next readings, until there are ``count`` or the time is over."""
    readings: list[Reading] = []
    until = time.monotonic() + within_s
    while len(readings) < count and time.monotonic() < until:
        readings += source.wait(0.05)
    return readings


def test_it_looks_as_long_as_somebody_waits_and_rests_when_let_go(each: Each) -> None:
    def check(scanner: SerialScanner, make: str) -> None:
        assert scanner.eye
        source = opened(scanner, make)
        assert scanner.eye.starts == []
        starts = scanner.eye.starts
        assert heard_while(source, lambda: len(starts) < 4) == []
        assert starts[3] - starts[0] > 1.2  # told again after 0.5 s each
        scanner.scan("SX0001234")
        assert heard(source, 1, within_s=PATIENT_S) == [ITEM]
        source.close()
        source.close()
        time.sleep(0.1)
        assert scanner.eye.stops == 1

    each(check)


def test_what_stays_before_it_is_one_scan_and_again_when_it_was_away(each: Each) -> None:
    def check(scanner: SerialScanner, make: str) -> None:
        assert scanner.eye
        source = looking(scanner, make, again_after_s=2.0)
        starts = scanner.eye.starts
        before = len(starts)
        scanner.scan("SX0001234")
        assert heard_while(source, lambda: len(starts) < before + 5) == [ITEM]  # it was read again and again
        scanner.take_away()
        assert source.wait(2.2) == []
        scanner.scan("SX0001234")
        assert heard(source, 1, within_s=PATIENT_S) == [ITEM]
        scanner.scan("9787020002207")
        assert heard(source, 1, within_s=PATIENT_S) == [BOOK]
        source.close()

    each(check)


def test_it_is_never_told_more_often_than_three_times_a_second(each: Each) -> None:
    def check(scanner: SerialScanner, make: str) -> None:
        assert scanner.eye
        source = opened(scanner, make)
        for code in ("SX0001234", "9787020002207") * 3:
            scanner.scan(code)
            heard(source, 9, within_s=0.25)
        starts = scanner.eye.starts
        assert all(later - sooner > 0.2 for sooner, later in itertools.pairwise(starts))
        source.close()

    each(check)


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.CUT, Fault.GARBAGE, Fault.SPLIT])
def test_a_disturbed_answer_costs_one_look_at_most(each: Each, fault: Fault) -> None:
    def check(scanner: SerialScanner, make: str) -> None:
        source = opened(scanner, make)
        scanner.line.disturb(fault, 2)
        heard(source, 1, within_s=0.8)
        scanner.line.mend()
        scanner.scan("SX0001234")
        until, got = time.monotonic() + PATIENT_S, list[Reading]()
        while ITEM not in got and time.monotonic() < until:
            got += heard(source, 1, within_s=until - time.monotonic())
        assert ITEM in got
        source.close()

    each(check)


def test_unplugged_and_back(each: Each) -> None:
    def check(scanner: SerialScanner, make: str) -> None:
        source = opened(scanner, make)
        scanner.unplug()
        with pytest.raises(DeviceGone):
            heard(source, 1, within_s=PATIENT_S)
        source.close()
        with pytest.raises(DeviceGone):
            opened(scanner, make)
        scanner.plug()
        again = looking(scanner, make)
        scanner.scan("SX0001234")
        assert heard(again, 1, within_s=PATIENT_S) == [ITEM]
        again.close()

    each(check)


def test_one_that_goes_while_it_is_set_up_leaves_no_port_open(mocker: MockerFixture) -> None:
    port = mocker.patch("hardware.scanner.serial_scanner.open_port").return_value
    port.write.side_effect = DeviceGone("pulled")
    with pytest.raises(DeviceGone):
        connect("desk", Settings.model_validate({"port": "-", "trigger": SSI}), Meanings())
    port.close.assert_called_once()


def test_a_code_whose_acknowledgement_is_lost_is_repeated_and_counted_once(tmp_path: Path) -> None:
    with wired(tmp_path, SSI) as scanner:
        assert isinstance(scanner.eye, TriggeredSsi)
        source = looking(scanner, SSI)
        scanner.eye.deaf = 1
        scanner.scan("SX0001234")
        eye = scanner.eye
        assert heard_while(source, lambda: eye.repeated < 1) + heard(source, 2, within_s=0.5) == [ITEM]
        source.close()


def test_it_needs_no_port_of_its_own() -> None:
    """Whatever carries the bytes."""

    def check(make: str) -> None:
        said: list[bytes] = []
        kind = TriggeredSsi if make == SSI else Triggered
        eye = kind(make, b"\r", said.append, 5.0)
        settings = Settings.model_validate({"port": "-", "trigger": make, "again_after_s": 0.5})
        driver = ToldScanner("desk", settings, Meanings(), Memory(eye, piece=1), TRIGGERS[make]())
        driver.set_up()
        assert driver.wait(0.6) == []
        eye.show(b"SX0001234")
        assert heard(driver, 1, within_s=PATIENT_S) == [ITEM]
        driver.close()

    side_by_side({make: partial(check, make) for make in sorted(TRIGGERS)})
