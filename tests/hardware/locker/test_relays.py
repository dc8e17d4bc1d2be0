"""Relay boards on Modbus RTU: the makers' frames, what is said when, and what no noise may do."""

import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker import eletechsup, modbus, waveshare
from hardware.locker.bank import Bank
from hardware.locker.modbus import LENGTH_MAX, Decoder, Frame
from hardware.readings import Door, Pulse
from simulators import eletechsup as eletechsup_twin
from simulators import waveshare as waveshare_twin
from simulators.cabinet import Cabinet
from simulators.relays import RelayBus
from simulators.serve import Memory

VECTORS = Path(__file__).parents[2] / "vectors"
NAMES = {n: str(n) for n in range(1, 9)}
WAVESHARE = waveshare.Settings(reply_wait_s=0.05)
ELETECHSUP = eletechsup.Settings(inputs_address=9, reply_wait_s=0.05)
TWINS = {
    "waveshare": (waveshare, waveshare_twin, WAVESHARE),
    "eletechsup": (eletechsup, eletechsup_twin, ELETECHSUP),
}


def vectors(kind: str) -> list[tuple[str, dict[str, object]]]:
    return [
        (family, vector)
        for family in TWINS
        for vector in tomllib.loads((VECTORS / f"{family}.toml").read_text()).get(kind, ())
    ]


def raw(vector: dict[str, object]) -> bytes:
    return bytes.fromhex(str(vector["bytes"]))


PULSES = ("01 05 02 00 00 04 cd b1", "01 06 00 01 05 00 db 5a")


class Heard:
    """A peer that writes down what it is asked, before the board answers."""

    def __init__(self, bus: RelayBus) -> None:
        self.bus = bus
        self.asked: list[str] = []

    def received(self, data: bytes) -> list[bytes]:
        self.asked.append(data.hex(" ").upper())
        return list(self.bus.received(data))


@pytest.fixture
def cabinet() -> Cabinet:
    return Cabinet(NAMES.values())


@pytest.mark.parametrize(("family", "vector"), vectors("request") + vectors("reply"))
def test_a_makers_frame_is_read_and_written(family: str, vector: dict[str, object]) -> None:
    said = raw(vector)
    one = Frame(said[0], said[1], said[2:-2])
    requests = (family, vector) in vectors("request")
    for noise in (b"", b"\x00", b"\xff\x01\x05", b"\x01"):
        assert Decoder(requests).feed(noise + said) == [one]
        decoder = Decoder(requests)
        assert [found for byte in noise + said + said for found in decoder.feed(bytes((byte,)))] == [one, one]
    assert one.to_bytes() == said


@pytest.mark.parametrize(("family", "vector"), vectors("request"))
def test_the_twin_obeys_the_makers_frames(cabinet: Cabinet, family: str, vector: dict[str, object]) -> None:
    _, twin, settings = TWINS[family]
    bus = twin.bus([(settings, NAMES)], cabinet, 0.0)
    [reply] = bus.received(raw(vector))
    assert not reply[1] & modbus.REFUSED
    assert [move.compartment for move in cabinet.moves] == ([str(vector["opens"])] if "opens" in vector else [])


def test_the_driver_says_the_makers_frames(cabinet: Cabinet) -> None:
    heard = Heard(waveshare_twin.bus([(WAVESHARE, NAMES)], cabinet, 0.0))
    board = waveshare.connect(waveshare.Settings(pulse_s=0.7, reply_wait_s=0.05), Memory(heard))
    board.unlock(1)
    board.doors()
    assert isinstance(board, waveshare.WaveshareBoard)
    assert board.firmware() == "2.00"
    assert heard.asked == [
        "01 05 00 FF 00 00 FD FA",  # all off, before anything else
        "01 01 00 00 00 08 3D CC",
        "01 05 02 00 00 07 8D B0",
        "01 02 00 00 00 08 79 CC",
        "01 03 80 00 00 01 AD CA",
    ]
    heard = Heard(eletechsup_twin.bus([(ELETECHSUP, NAMES)], cabinet, 0.0))
    eletechsup.connect(ELETECHSUP, Memory(heard)).unlock(1)
    assert heard.asked == ["01 06 00 00 08 00 8E 0A", "01 03 00 01 00 01 D5 CA", "01 06 00 01 05 00 DB 5A"]


@pytest.mark.parametrize("family", TWINS)
def test_a_coil_left_on_is_switched_off_first_and_again_after_trouble(cabinet: Cabinet, family: str) -> None:
    driver, twin, settings = TWINS[family]
    bus = twin.bus([(settings, NAMES)], cabinet, 0.0)
    relays = bus.boards[1]
    relays.burning = {3}
    board = driver.connect(settings, Memory(bus))
    board.doors()
    assert relays.burning == set()
    bus.missing.add(1)
    with pytest.raises(DeviceSilent):
        board.doors()
    bus.missing.clear()
    relays.burning = {4}
    board.unlock(1)
    assert relays.burning == set()
    assert cabinet.door("1") is Door.OPEN


def test_a_dead_input_board_keeps_no_door_from_opening(cabinet: Cabinet) -> None:
    bus = eletechsup_twin.bus([(ELETECHSUP, NAMES)], cabinet, 0.0)
    board = eletechsup.connect(ELETECHSUP, Memory(bus))
    bus.missing.add(9)
    with pytest.raises(DeviceSilent):
        board.doors()
    board.unlock(2)
    assert cabinet.door("2") is Door.OPEN


def test_doors_are_not_known_while_their_relay_board_is_dead(cabinet: Cabinet) -> None:
    bus = eletechsup_twin.bus([(ELETECHSUP, NAMES)], cabinet, 0.0)
    board = eletechsup.connect(ELETECHSUP, Memory(bus))
    board.doors()
    bus.missing.add(1)
    with pytest.raises(DeviceSilent):
        board.doors()


def test_a_board_without_inputs_says_so(cabinet: Cabinet) -> None:
    apart = waveshare_twin.WaveshareBoard(cabinet, NAMES, waveshare.Settings(inputs_address=9))
    board = waveshare.connect(WAVESHARE, Memory(RelayBus([apart], 0.0)))
    with pytest.raises(WireError, match="inputs_address"):
        board.doors()


def test_old_firmware_refuses_and_no_door_moves(cabinet: Cabinet) -> None:
    old = waveshare_twin.WaveshareBoard(cabinet, NAMES, WAVESHARE, old=True)
    board = waveshare.connect(WAVESHARE, Memory(RelayBus([old], 0.0)))
    with pytest.raises(DeviceRefused, match="does not have this address"):
        board.unlock(1)
    assert cabinet.moves == ()


class Excepted(Heard):
    """Obeys a pulse, and answers with this exception."""

    def __init__(self, bus: RelayBus, code: int) -> None:
        super().__init__(bus)
        self.code = code

    def received(self, data: bytes) -> list[bytes]:
        said, one = super().received(data), Frame(data[0], data[1] | modbus.REFUSED, bytes((self.code,)))
        return [one.to_bytes()] if data.hex(" ") in PULSES else said


@pytest.mark.parametrize("family", TWINS)
@pytest.mark.parametrize("code", [0x04, 0x05, 0x08, 0x0A, 0x0B, 0x7F])
def test_an_exception_that_does_not_say_that_nothing_was_done_may_have_moved_the_door(
    cabinet: Cabinet, family: str, code: int
) -> None:
    """04: it failed while doing it. 05: heard, and still at it. 0B: the board behind a gateway did not answer."""
    driver, twin, settings = TWINS[family]
    heard = Excepted(twin.bus([(settings, NAMES)], cabinet, 0.0), code)
    bank = Bank({"1": (driver.connect(settings, Memory(heard)), 1)}, clock=lambda: 0.0)
    assert bank.unlock("1") is Pulse.UNKNOWN
    asked = len(heard.asked)
    assert bank.unlock("1") is Pulse.REFUSED  # the duty limit counts it
    assert (len(heard.asked), cabinet.pulses("1")) == (asked, 1)
    assert bank.doors() == {"1": Door.OPEN}


@pytest.mark.parametrize("code", [1, 2, 3, 6])
def test_after_a_refusal_the_next_pulse_is_asked_for_at_once(cabinet: Cabinet, code: int) -> None:
    heard = Excepted(waveshare_twin.bus([(WAVESHARE, NAMES)], cabinet, 0.0), code)
    bank = Bank({"1": (waveshare.connect(WAVESHARE, Memory(heard)), 1)}, clock=lambda: 0.0)
    assert [bank.unlock("1"), bank.unlock("1")] == [Pulse.REFUSED] * 2
    assert [asked in PULSES for asked in map(str.lower, heard.asked)] == [False, False, True, True]


def test_registers_counted_from_the_wrong_end_show_as_the_technicians_page_says(cabinet: Cabinet) -> None:
    """A board that counts from 0, driven as one that counts from 1: the second lock moves first, the last channel none;
    the other way round the first channel moves none, the second the first lock."""
    for said, true, moved in ((1, 0, {1: "2", 2: "3", 8: ""}), (0, 1, {1: "", 2: "1", 8: "7"})):
        settings = ELETECHSUP.model_copy(update={"first_register": true})
        twin = eletechsup_twin.bus([(settings, NAMES)], cabinet, pace=0)
        board = eletechsup.connect(ELETECHSUP.model_copy(update={"first_register": said}), Memory(twin))
        for channel, name in moved.items():
            with suppress(DeviceRefused):
                board.unlock(channel)
            assert [door for door in NAMES.values() if cabinet.door(door) is Door.OPEN] == ([name] if name else [])
            for door in NAMES.values():
                cabinet.push(door)


FRAMES = st.sampled_from([raw(vector) for _, vector in vectors("reply")])


def test_long_noise_is_not_kept_for_ever() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\xff" * 5000) == []
    assert decoder.spoilt
    assert len(decoder._held) <= LENGTH_MAX
    reply = Frame(1, 1, b"\x01\x05")
    assert decoder.feed(reply.to_bytes()) == [reply]


@given(st.lists(st.binary(max_size=30), max_size=20), st.booleans())
def test_no_bytes_break_the_decoder(pieces: list[bytes], requests: bool) -> None:
    decoder = Decoder(requests)
    for piece in pieces:
        decoder.feed(piece)
        assert len(decoder._held) <= modbus.LENGTH_MAX


@given(st.binary(max_size=12), FRAMES)
def test_a_frame_is_found_behind_noise(noise: bytes, said: bytes) -> None:
    assert Frame(said[0], said[1], said[2:-2]) in Decoder().feed(noise + said)
