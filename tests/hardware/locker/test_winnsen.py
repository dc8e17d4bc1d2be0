"""The Winnsen codec against frames from outside, driver and twin against each other's vectors and scripted boards."""

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker.winnsen import Decoder, Frame, Settings, connect
from hardware.readings import Door
from simulators.cabinet import Cabinet
from simulators.serve import Memory
from simulators.winnsen import WinnsenBoard, WinnsenBus

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "winnsen.toml").read_text("utf-8"))
ALL = [vector for vectors in VECTORS.values() for vector in vectors]
CASES = [pytest.param(vector, id=vector["means"]) for vector in ALL]

POLL = "90 07 02 01 FF 0F 03"  # twelve locks of station 1
TWO_OPEN = "90 07 82 01 01 01 03"
NONE_OPEN = "90 07 82 01 00 00 03"
OPEN_1 = "90 06 05 01 01 03"
OPENED_1 = "90 07 85 01 01 01 03"


def expected(vector):
    return Frame(vector["function"], vector["address"], bytes.fromhex(vector["data"]))


@pytest.mark.parametrize("vector", CASES)
class TestVectors:
    def test_is_written_so(self, vector):
        assert expected(vector).to_bytes() == bytes.fromhex(vector["bytes"])

    def test_is_read_whole(self, vector):
        decoder = Decoder()
        assert decoder.feed(bytes.fromhex(vector["bytes"])) == [expected(vector)]
        assert not decoder.spoilt

    def test_is_read_byte_by_byte(self, vector):
        decoder = Decoder()
        raw = bytes.fromhex(vector["bytes"])
        assert [decoder.feed(bytes((byte,))) for byte in raw] == [[]] * (len(raw) - 1) + [[expected(vector)]]

    def test_is_read_after_noise_and_before_more_bytes(self, vector):
        decoder = Decoder()
        raw = bytes.fromhex(vector["bytes"])
        assert decoder.feed(b"\xff\x90\x05\x90\x07\x85\x01\xfe\x03" + raw + raw[:3]) == [expected(vector)]
        assert decoder.spoilt
        assert decoder.feed(raw[3:]) == [expected(vector)]

    def test_is_not_read_when_cut(self, vector):
        raw = bytes.fromhex(vector["bytes"])
        for left in range(len(raw)):
            assert Decoder().feed(raw[:left]) == []
            assert Decoder().feed(raw[left + 1 :]) == []

    def test_is_not_read_so_with_any_bit_wrong(self, vector):
        """Nothing can tell a wrong data bit; whatever else is wrong must not be read, or be read as something else."""
        raw = bytes.fromhex(vector["bytes"])
        for bit in range(8 * len(raw)):
            spoilt = bytearray(raw)
            spoilt[bit // 8] ^= 1 << bit % 8
            found = Decoder().feed(bytes(spoilt))
            assert expected(vector) not in found
            if bit // 8 in (0, 1, len(raw) - 1):
                assert found == []


@given(st.lists(st.binary(max_size=300) | st.sampled_from([b"\x90\x07\x82", b"\x90\x06", b"\x03"]), max_size=20))
def test_any_bytes_are_taken_and_little_is_held(pieces):
    decoder = Decoder()
    for piece in pieces:
        for frame in decoder.feed(piece):
            assert frame.to_bytes() in b"".join(pieces)
        assert len(decoder._held) < 7


@given(st.binary(max_size=200), st.sampled_from(ALL), st.integers(1, 40))
def test_how_bytes_are_cut_makes_no_difference(noise, vector, size):
    data = noise + bytes.fromhex(vector["bytes"]) + noise
    cut = Decoder()
    found = [frame for start in range(0, len(data), size) for frame in cut.feed(data[start : start + size])]
    assert found == Decoder().feed(data)


@given(st.sampled_from(ALL), st.binary(max_size=64).filter(lambda noise: 0x90 not in noise))
def test_noise_without_a_first_byte_costs_no_frame(vector, noise):
    assert Decoder().feed(noise + bytes.fromhex(vector["bytes"])) == [expected(vector)]


@given(st.sampled_from(ALL), st.binary(max_size=64) | st.just(b"\x90\x07\x82") | st.just(b"\x90\x07\x82\x01"))
def test_any_noise_costs_at_most_one_frame(vector, noise):
    frame = expected(vector)
    assert Decoder().feed(noise + frame.to_bytes() * 3)[-2:] == [frame] * 2


class Script:
    """A board that says exactly what is written down, and nothing to any other request."""

    def __init__(self, *lines):
        self.lines = [(bytes.fromhex(request), bytes.fromhex(reply)) for request, reply in lines]
        self.heard = []

    def received(self, data):
        self.heard.append(data.hex(" ").upper())
        if self.lines and self.lines[0][0] == data:
            return [self.lines.pop(0)[1]]
        return []


def on(script, **settings):
    return connect(Settings(**settings), Memory(script))


@pytest.mark.parametrize(("feedback", "said_open"), [("short_when_locked", Door.OPEN), ("short_when_open", Door.SHUT)])
def test_doors_by_either_polarity(feedback, said_open):
    other = Door.SHUT if said_open is Door.OPEN else Door.OPEN
    board = on(Script((POLL, TWO_OPEN), (POLL, TWO_OPEN)), feedback=feedback)
    assert board.doors() == {n: said_open if n in VECTORS["whole"][0]["open"] else other for n in range(1, 13)}


def test_only_the_channels_that_are_there_have_doors():
    poll_8 = "90 07 02 01 FF 00 03"
    board = on(Script((poll_8, TWO_OPEN), (poll_8, NONE_OPEN.replace("00 00", "01 00"))), channels=8)
    assert [n for n, door in board.doors().items() if door is Door.OPEN] == [1]
    poll_16, last = "90 07 02 01 FF FF 03", "90 07 82 01 00 80 03"
    board = on(Script((poll_16, last), (poll_16, last)), channels=16)
    assert [n for n, door in board.doors().items() if door is Door.OPEN] == [16]


def test_two_polls_in_a_row_must_agree():
    script = Script((POLL, TWO_OPEN), (POLL, NONE_OPEN), (POLL, TWO_OPEN))
    with pytest.raises(WireError):
        on(script).doors()
    assert script.heard == [POLL] * 3


def test_a_door_that_moves_between_two_polls_is_polled_once_more():
    script = Script((POLL, TWO_OPEN), (POLL, NONE_OPEN), (POLL, NONE_OPEN))
    assert set(on(script).doors().values()) == {Door.SHUT}


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param("90 07 82 02 01 01 03", id="another station"),
        pytest.param(OPENED_1, id="another function"),
        pytest.param(POLL, id="an echo"),
        pytest.param("90 07 82 01 01 01 04", id="a wrong trailer"),
        pytest.param("90 06 82 01 01 03", id="a wrong length"),
        pytest.param("91 07 82 01 01 01 03", id="a wrong header"),
        pytest.param("90 07 82 01 01 01", id="cut at the end"),
        pytest.param("07 82 01 01 01 03", id="cut at the start"),
    ],
)
def test_what_is_no_answer_to_a_poll_is_not_taken_for_one(reply):
    script = Script((POLL, reply), (POLL, reply))
    with pytest.raises((DeviceSilent, WireError)):
        on(script).doors()
    assert script.heard == [POLL]


@pytest.mark.parametrize(("dialect", "takes"), [("either", "85 A5"), ("85", "85"), ("A5", "A5")])
@pytest.mark.parametrize(("name", "opened", "polled"), [("85", "85", "82"), ("A5", "A5", "A2")])
def test_dialects(dialect, takes, name, opened, polled):
    poll = (POLL, f"90 07 {polled} 01 00 00 03")
    script = Script(poll, (OPEN_1, f"90 07 {opened} 01 01 01 03"), poll, poll)
    board = on(script, dialect=dialect)
    if name not in takes:
        with pytest.raises(DeviceRefused):
            board.unlock(1)
        return
    board.unlock(1)
    assert set(board.doors().values()) == {Door.SHUT}


@pytest.mark.parametrize("result", ["00", "01"])
def test_unlock_takes_either_result_as_an_acknowledgement_only(result):
    script = Script((POLL, NONE_OPEN), (OPEN_1, f"90 07 85 01 01 {result} 03"))
    assert on(script).unlock(1) is None
    assert script.heard == [POLL, OPEN_1]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param("90 07 85 01 02 01 03", id="another lock"),
        pytest.param("90 07 85 02 01 01 03", id="another station"),
        pytest.param("90 07 82 01 01 01 03", id="another function"),
        pytest.param("90 07 85 01 01 02 03", id="a result that does not exist"),
        pytest.param("90 07 85 01 01 01 04", id="a wrong trailer"),
        pytest.param("90 07 85 01 01 01", id="cut at the end"),
        pytest.param("07 85 01 01 01 03", id="cut at the start"),
        pytest.param(OPEN_1, id="an echo"),
        pytest.param("FF 13 37", id="garbage"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_reply_that_is_not_wholly_right_does_not_acknowledge_and_nothing_is_repeated(reply):
    script = Script((POLL, NONE_OPEN), (OPEN_1, reply))
    with pytest.raises((DeviceSilent, WireError)):
        on(script).unlock(1)
    assert script.heard == [POLL, OPEN_1]


def test_no_pulse_is_asked_of_a_board_that_does_not_answer():
    script = Script()
    with pytest.raises(DeviceRefused):
        on(script).unlock(1)
    assert script.heard == [POLL]


def test_after_an_unlock_that_went_wrong_a_poll_comes_first_and_the_late_reply_acknowledges_nothing():
    script = Script((POLL, NONE_OPEN), (OPEN_1, ""), (POLL, OPENED_1 + NONE_OPEN), (OPEN_1, ""))
    board = on(script)
    for _ in range(2):
        with pytest.raises(DeviceSilent):
            board.unlock(1)
    assert script.heard == [POLL, OPEN_1, POLL, OPEN_1]


def test_after_a_poll_that_went_wrong_none_is_sent_while_its_reply_may_come():
    script = Script()
    board = on(script, late_s=5)
    with pytest.raises(DeviceSilent):
        board.doors()
    begun = time.monotonic()
    with pytest.raises(DeviceSilent):
        board.doors()
    with pytest.raises(DeviceRefused):
        board.unlock(1)
    assert script.heard == [POLL]
    assert time.monotonic() - begun < 2


def test_a_poll_that_went_wrong_keeps_no_door_from_opening():
    script = Script((POLL, NONE_OPEN), (POLL, NONE_OPEN), (POLL, ""), (OPEN_1, NONE_OPEN + OPENED_1))
    board = on(script, late_s=5)
    board.doors()
    with pytest.raises(DeviceSilent):
        board.doors()
    board.unlock(1)
    assert script.heard[-1] == OPEN_1


@pytest.mark.parametrize("channel", [0, -1, 13, 256])
def test_a_channel_that_is_not_there_reaches_no_wire(channel):
    script = Script()
    with pytest.raises(ValueError, match="channel"):
        on(script).unlock(channel)
    assert script.heard == []


@pytest.mark.parametrize(
    "wrong", [{"address": -1}, {"address": 256}, {"channels": 0}, {"channels": 17}, {"dialect": "82"}, {"late_s": 9}]
)
def test_settings_refuse_what_cannot_be(wrong):
    with pytest.raises(ValidationError):
        Settings(**wrong)


@given(st.binary(max_size=40) | st.binary(max_size=3).map(lambda data: b"\x90\x07\x82\x01" + data))
@settings(max_examples=60, deadline=None)
def test_whatever_a_board_says_is_an_answer_or_one_of_our_errors(said):
    class Babble:
        def received(self, data):
            return [said]

    board = connect(Settings(reply_wait_s=0.001), Memory(Babble()))
    try:
        doors = board.doors()
    except (DeviceSilent, WireError):
        return
    assert Decoder().feed(said)
    assert len(doors) == 12


class TestTwin:
    """The twin says what the document says of real boards."""

    def says(self, request, address=1, dialect="85", jammed=False):
        self.cabinet = Cabinet([str(n) for n in range(1, 13)])
        if jammed:
            self.cabinet.jam("1")
        settings = Settings(address=address, dialect=dialect)
        bus = WinnsenBus([WinnsenBoard(self.cabinet, {n: str(n) for n in range(1, 13)}, settings)], pace=0)
        self.bus = bus
        return self.again(request)

    def again(self, request):
        return b"".join(self.bus.received(bytes.fromhex(request))).hex(" ").upper()

    def test_opens(self):
        assert self.says(OPEN_1) == OPENED_1
        assert self.cabinet.door("1") is Door.OPEN
        assert len(self.cabinet.moves) == 1

    def test_says_of_a_jammed_door_that_it_failed(self):
        assert self.says(OPEN_1, jammed=True) == "90 07 85 01 01 00 03"

    def test_answers_in_the_other_dialect(self):
        assert self.says(OPEN_1, dialect="A5") == "90 07 A5 01 01 01 03"
        assert self.again(POLL) == "90 07 A2 01 01 00 03"

    def test_polls_what_is_asked_for(self):
        assert self.says(OPEN_1) == OPENED_1
        self.cabinet.pulse("9")
        assert self.again(POLL) == VECTORS["whole"][0]["bytes"]
        assert self.again("90 07 02 01 00 0F 03") == "90 07 82 01 00 01 03"

    @pytest.mark.parametrize("request_", ["90 06 05 02 01 03", "90 06 05 01 0D 03", "90 06 05 01 00 03", OPENED_1])
    def test_is_silent_to_what_is_not_for_it(self, request_):
        assert self.says(request_) == ""
        assert self.cabinet.moves == ()
