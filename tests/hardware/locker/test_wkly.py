"""The WKLY codec against frames from outside, driver and twin against each other's vectors and scripted boards."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker.wkly import ADDRESS_MAX, LONGEST, Decoder, Frame, Settings, connect
from hardware.readings import Door
from simulators.cabinet import Cabinet
from simulators.serve import Memory
from simulators.wkly import WklyBoard, WklyBus

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "wkly.toml").read_text("utf-8"))
ALL = [vector for vectors in VECTORS.values() for vector in vectors]
CASES = [pytest.param(vector, id=vector["means"]) for vector in ALL]

FENCE = ("57 4B 4C 59 09 00 83 01 82", "57 4B 4C 59 0B 00 83 00 01 00 80")
OPEN_1 = "57 4B 4C 59 09 00 82 01 83"
OPENED_1 = "57 4B 4C 59 0B 00 82 00 01 00 81"
ASK_ALL = "57 4B 4C 59 08 00 84 85"
FOUR = "57 4B 4C 59 0E 00 84 00 04 00 01 01 00 87"
MOVED = "57 4B 4C 59 0A 00 85 01 01 86"
FOUR_DOORS = {1: Door.OPEN, 2: Door.SHUT, 3: Door.SHUT, 4: Door.OPEN}


def expected(vector):
    return Frame(vector["address"], vector["command"], bytes.fromhex(vector["data"]))


def said(address, command, *data):
    return Frame(address, command, bytes(data)).to_bytes().hex(" ")


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
        assert decoder.feed(b"\xff\x57\x4b\x57\x4b\x4c\x59\xfe" + raw + raw[:6]) == [expected(vector)]
        assert decoder.spoilt
        assert decoder.feed(raw[6:]) == [expected(vector)]

    def test_is_not_read_with_any_bit_wrong(self, vector):
        raw = bytes.fromhex(vector["bytes"])
        for bit in range(8 * len(raw)):
            spoilt = bytearray(raw)
            spoilt[bit // 8] ^= 1 << bit % 8
            decoder = Decoder()
            assert decoder.feed(bytes(spoilt)) == []
            assert decoder.spoilt


@given(st.lists(st.binary(max_size=300) | st.just(b"WKLY") | st.just(bytes.fromhex(FOUR)), max_size=20))
def test_any_bytes_are_taken_and_little_is_held(pieces):
    decoder = Decoder()
    for piece in pieces:
        for frame in decoder.feed(piece):
            assert frame.to_bytes() in b"".join(pieces)
        assert len(decoder._held) < LONGEST


@given(st.binary(max_size=200), st.sampled_from(ALL), st.integers(1, 40))
def test_how_bytes_are_cut_makes_no_difference(noise, vector, size):
    data = noise + bytes.fromhex(vector["bytes"]) + noise
    cut = Decoder()
    found = [frame for start in range(0, len(data), size) for frame in cut.feed(data[start : start + size])]
    assert found == Decoder().feed(data)


@given(st.sampled_from(ALL), st.binary(max_size=64).filter(lambda noise: not noise.count(b"W")))
def test_noise_without_a_first_byte_costs_no_frame(vector, noise):
    assert Decoder().feed(noise + bytes.fromhex(vector["bytes"])) == [expected(vector)]


@given(st.sampled_from(ALL), st.integers(0, 255))
def test_a_header_with_a_false_length_costs_no_frame_once_others_follow(vector, length):
    raw = bytes.fromhex(vector["bytes"])
    found = Decoder().feed(b"WKLY" + bytes((length,)) + raw * 9)
    assert found[0] == expected(vector)
    assert len(found) >= 1


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
    return connect(Settings(**{"channels": 4} | settings), Memory(script))


@pytest.mark.parametrize("vector", VECTORS["whole"], ids=lambda vector: vector["means"])
@pytest.mark.parametrize(("feedback", "said_open"), [("short_when_locked", Door.OPEN), ("short_when_open", Door.SHUT)])
def test_doors_by_either_polarity(vector, feedback, said_open):
    count = bytes.fromhex(vector["data"])[1]
    other = Door.SHUT if said_open is Door.OPEN else Door.OPEN
    board = on(Script(FENCE, (ASK_ALL, vector["bytes"])), channels=count, feedback=feedback)
    assert board.doors() == {n: said_open if n in vector["open"] else other for n in range(1, count + 1)}


def test_a_door_the_board_could_not_read_is_unknown_and_the_others_are_not():
    for feedback in ("short_when_locked", "short_when_open"):
        board = on(Script(FENCE, (ASK_ALL, said(0, 0x84, 0, 4, 0, 0xFF, 1, 0))), feedback=feedback)
        assert [n for n, door in board.doors().items() if door is Door.UNKNOWN] == [2]


@pytest.mark.parametrize("reply", [said(0, 0x84, 0xFF, 4, 0, 0, 0, 0), said(0, 0x84, 0, 3, 0, 0, 0)])
def test_doors_are_unknown_when_the_board_says_failed_or_has_too_few(reply):
    with pytest.raises(WireError):
        on(Script(FENCE, (ASK_ALL, reply))).doors()


def test_a_board_may_have_more_doors_than_are_used():
    board = on(Script(FENCE, (ASK_ALL, FOUR)), channels=3)
    assert board.doors() == {1: Door.OPEN, 2: Door.SHUT, 3: Door.SHUT}


@pytest.mark.parametrize(
    "reply",
    [
        said(0, 0x84, 0, 4, 0, 1, 1),  # one short
        said(0, 0x84, 0, 4, 0, 1, 1, 0, 0),  # one more
        said(0, 0x84, 0, 4, 0, 1, 2, 0),  # a state that does not exist
        said(1, 0x84, 0, 4, 0, 1, 1, 0),  # another board
        said(0, 0x83, 0, 4, 0),  # another question
        ASK_ALL,  # an echo
    ],
)
def test_what_is_no_answer_about_all_doors_is_not_taken_for_one(reply):
    with pytest.raises(DeviceSilent):
        on(Script(FENCE, (ASK_ALL, reply))).doors()


def test_doors_that_move_between_request_and_reply_do_not_disturb():
    script = Script((FENCE[0], MOVED + FENCE[1] + MOVED), (OPEN_1, MOVED * 3 + OPENED_1), (ASK_ALL, MOVED + FOUR))
    board = on(script)
    board.unlock(1)
    assert board.doors() == FOUR_DOORS
    assert script.heard == [FENCE[0], OPEN_1, ASK_ALL]


def test_a_door_that_moved_is_no_answer():
    with pytest.raises(DeviceSilent):
        on(Script(FENCE, (OPEN_1, MOVED))).unlock(1)


@pytest.mark.parametrize("reply", [said(0, 0x82, st, 1, lk) for st in (0, 0xFF) for lk in (0, 1, 0xFF)])
def test_unlock_takes_any_reply_about_its_door_as_an_acknowledgement_only(reply):
    script = Script(FENCE, (OPEN_1, reply))
    assert on(script).unlock(1) is None
    assert script.heard == [FENCE[0], OPEN_1]


@pytest.mark.parametrize("reply", [said(0, 0x82, 0, 2, 0), said(1, 0x82, 0, 1, 0), said(0, 0x83, 0, 1, 0), OPEN_1, ""])
def test_a_reply_about_something_else_does_not_acknowledge(reply):
    script = Script(FENCE, (OPEN_1, reply))
    with pytest.raises(DeviceSilent):
        on(script).unlock(1)
    assert script.heard.count(OPEN_1) == 1


@pytest.mark.parametrize("reply", [OPENED_1[:-2] + "80", OPENED_1[:-3], "FF 13 37"])
def test_an_unusable_reply_to_unlock_leaves_the_outcome_unknown(reply):
    with pytest.raises(WireError):
        on(Script(FENCE, (OPEN_1, reply))).unlock(1)


def test_no_pulse_is_asked_of_a_board_that_does_not_answer():
    script = Script()
    with pytest.raises(DeviceRefused):
        on(script).unlock(1)
    assert script.heard == [FENCE[0]]


def test_after_a_silence_another_door_is_read_first_and_late_replies_answer_nothing():
    fence_2 = said(0, 0x83, 2).upper()
    script = Script(FENCE, (OPEN_1, ""), (fence_2, OPENED_1 + FENCE[1] + said(0, 0x83, 0, 2, 0)), (ASK_ALL, FOUR))
    board = on(script)
    with pytest.raises(DeviceSilent):
        board.unlock(1)
    assert board.doors() == FOUR_DOORS
    assert script.heard[2:] == [fence_2, ASK_ALL]


def test_a_late_reply_alone_does_not_pass_the_fence():
    script = Script(FENCE, (OPEN_1, ""), (said(0, 0x83, 2), OPENED_1))
    board = on(script)
    with pytest.raises(DeviceSilent):
        board.unlock(1)
    with pytest.raises(DeviceRefused):
        board.unlock(1)
    assert script.heard.count(OPEN_1) == 1


@pytest.mark.parametrize("channel", [0, -1, 5, 256])
def test_a_channel_that_is_not_there_reaches_no_wire(channel):
    script = Script()
    with pytest.raises(ValueError, match="channel"):
        on(script).unlock(channel)
    assert script.heard == []


@pytest.mark.parametrize(
    "wrong", [{"address": -1}, {"address": ADDRESS_MAX + 1}, {"channels": 0}, {"channels": 49}, {"feedback": "maybe"}]
)
def test_settings_refuse_what_cannot_be(wrong):
    with pytest.raises(ValidationError):
        Settings(**wrong)


@given(st.binary(max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_a_board_says_is_an_answer_or_one_of_our_errors(babble):
    class Babble:
        def received(self, data):
            return [bytes.fromhex(FENCE[1])] if data == bytes.fromhex(FENCE[0]) else [babble]

    board = connect(Settings(reply_wait_s=0.001), Memory(Babble()))
    with pytest.raises((DeviceSilent, WireError)):
        board.doors()


class TestTwin:
    """The twin says what the vendor's demo says of real boards."""

    def says(self, request, channels=4, open_doors=(), unread=()):
        self.cabinet = Cabinet([str(n) for n in range(1, channels + 1)])
        for n in open_doors:
            self.cabinet.pulse(str(n))
        board = WklyBoard(self.cabinet, {n: str(n) for n in range(1, channels + 1)}, Settings(channels=channels))
        board.unread.update(unread)
        self.board = board
        return b"".join(WklyBus([board], pace=0).received(bytes.fromhex(request))).hex(" ").upper()

    def opened(self):
        return [int(name) for name in self.cabinet.names if self.cabinet.door(name) is Door.OPEN]

    @pytest.mark.parametrize(
        ("request_", "reply", "opened"),
        [
            (OPEN_1, OPENED_1, [1]),
            ("57 4B 4C 59 08 00 86 87", "57 4B 4C 59 09 00 86 00 86", [1, 2, 3, 4]),
            ("57 4B 4C 59 0C 00 80 03 01 02 03 86", "57 4B 4C 59 09 00 80 00 80", [1, 2, 3]),
            ("57 4B 4C 59 0C 00 87 03 01 02 03 81", "57 4B 4C 59 09 00 87 00 87", [1, 2, 3]),
            ("57 4B 4C 59 09 00 81 01 80", "57 4B 4C 59 0A 00 81 00 01 83", []),
            ("57 4B 4C 59 09 01 82 01 82", "", []),
            (FOUR, "", []),
        ],
    )
    def test_does_and_says(self, request_, reply, opened):
        assert self.says(request_) == reply
        assert self.opened() == opened

    @pytest.mark.parametrize("vector", VECTORS["whole"], ids=lambda vector: vector["means"])
    def test_reads_all(self, vector):
        assert self.says(ASK_ALL, bytes.fromhex(vector["data"])[1], vector["open"]) == vector["bytes"]

    def test_reads_one_and_says_unasked_what_moved(self):
        assert self.says(FENCE[0], open_doors=[1]) == FENCE[1]
        self.cabinet.push("1")
        assert self.board.moved(1).hex(" ").upper() == MOVED

    def test_cannot_read_a_door(self):
        assert self.says(ASK_ALL, unread=[3]) == said(0, 0x84, 0, 4, 1, 1, 0xFF, 1).upper()
