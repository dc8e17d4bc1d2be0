"""The Shuoming codec against frames from outside, and the driver against scripted boards."""

import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker import shuoming
from hardware.locker.shuoming import BAUD, REPLIES, REQUESTS, Decoder, Frame, Settings, connect
from hardware.readings import Door
from simulators.cabinet import Cabinet
from simulators.serve import Memory
from simulators.shuoming import bus
from tests.conformance.timed_wire import Clock, TimedWire, live_by

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "shuoming.toml").read_text("utf-8"))
WHOLE = {**REPLIES, 0x80: (7,)}
LENGTHS = {"request": REQUESTS, "reply": REPLIES, "whole": WHOLE}
CASES = [pytest.param(kind, vector, id=vector["means"]) for kind in LENGTHS for vector in VECTORS[kind]]

FENCE = ("80 01 01 33 B3", "80 01 01 00 80")  # read door 1 of board 1: how every conversation begins
LONGEST = 7


def expected(vector):
    raw = bytes.fromhex(vector["bytes"])
    return Frame(raw[0], raw[1], bytes.fromhex(vector["data"]))


@pytest.mark.parametrize(("kind", "vector"), CASES)
class TestVectors:
    def test_is_written_so(self, kind, vector):
        assert expected(vector).to_bytes() == bytes.fromhex(vector["bytes"])

    def test_is_read_whole(self, kind, vector):
        assert Decoder(LENGTHS[kind]).feed(bytes.fromhex(vector["bytes"])) == [expected(vector)]

    def test_is_read_byte_by_byte(self, kind, vector):
        decoder = Decoder(LENGTHS[kind])
        raw = bytes.fromhex(vector["bytes"])
        found = [decoder.feed(bytes((byte,))) for byte in raw]
        assert found == [[]] * (len(raw) - 1) + [[expected(vector)]]
        assert not decoder.spoilt

    def test_is_read_after_noise_and_before_more_bytes(self, kind, vector):
        decoder = Decoder(LENGTHS[kind])
        raw = bytes.fromhex(vector["bytes"])
        assert decoder.feed(b"\xff\x00\x80\xfe" + raw + b"\x8a") == [expected(vector)]
        assert decoder.spoilt
        assert decoder.feed(raw[1:] if raw[0] == 0x8A else raw) == [expected(vector)]

    def test_is_not_read_with_any_bit_wrong(self, kind, vector):
        raw = bytes.fromhex(vector["bytes"])
        for bit in range(8 * len(raw)):
            spoilt = bytearray(raw)
            spoilt[bit // 8] ^= 1 << bit % 8
            decoder = Decoder(LENGTHS[kind])
            assert decoder.feed(bytes(spoilt)) == []
            assert decoder.spoilt


def test_check_bytes_of_twelve_channels():
    requests = bytes(Frame(0x8A, 1, bytes((channel, 0x11))).to_bytes()[-1] for channel in range(1, 13))
    replies = bytes(Frame(0x8A, 1, bytes((channel, 0x00))).to_bytes()[-1] for channel in range(1, 13))
    assert requests == bytes.fromhex(VECTORS["check_bytes"]["requests"])
    assert replies == bytes.fromhex(VECTORS["check_bytes"]["replies"])


def test_timed_request_is_told_from_the_short_one():
    timed = Frame(0x8A, 1, b"\x03\x11\x05").to_bytes()
    plain = Frame(0x8A, 1, b"\x03\x11").to_bytes()
    assert [frame.to_bytes() for frame in Decoder(REQUESTS).feed(timed + plain + timed)] == [timed, plain, timed]


LENGTH_TABLES = st.sampled_from([REQUESTS, REPLIES, WHOLE])


@given(LENGTH_TABLES, st.lists(st.binary(max_size=300), max_size=20))
def test_any_bytes_are_taken_and_little_is_held(lengths, pieces):
    decoder = Decoder(lengths)
    for piece in pieces:
        for frame in decoder.feed(piece):
            assert frame.to_bytes() in b"".join(pieces)
        assert len(decoder._held) < LONGEST


@given(LENGTH_TABLES, st.binary(max_size=300), st.integers(1, 40))
def test_how_bytes_are_cut_makes_no_difference(lengths, data, size):
    cut = Decoder(lengths)
    found = [frame for start in range(0, len(data), size) for frame in cut.feed(data[start : start + size])]
    assert found == Decoder(lengths).feed(data)


@given(
    st.sampled_from([(kind, vector) for kind in LENGTHS for vector in VECTORS[kind]]),
    st.binary(max_size=64).filter(lambda noise: not set(noise) & {0x80, 0x82, 0x8A, 0x90}),
)
def test_noise_without_a_first_byte_costs_no_frame(case, noise):
    kind, vector = case
    assert Decoder(LENGTHS[kind]).feed(noise + bytes.fromhex(vector["bytes"])) == [expected(vector)]


@given(st.sampled_from([(kind, vector) for kind in LENGTHS for vector in VECTORS[kind]]), st.binary(max_size=64))
def test_any_noise_costs_at_most_one_frame(case, noise):
    kind, vector = case
    frame = expected(vector)
    found = Decoder(LENGTHS[kind]).feed(noise + frame.to_bytes() * 3)
    assert found[-1] == frame
    assert found.count(frame) >= 2


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


@pytest.mark.parametrize("vector", VECTORS["whole"], ids=lambda vector: vector["means"])
@pytest.mark.parametrize(("feedback", "pressed"), [("short_when_locked", Door.SHUT), ("short_when_open", Door.OPEN)])
def test_doors_by_either_polarity(vector, feedback, pressed):
    board = on(Script(FENCE, ("80 01 00 33 B2", vector["bytes"])), feedback=feedback)
    released = Door.OPEN if pressed is Door.SHUT else Door.SHUT
    assert board.doors() == {n: pressed if n in vector["pressed"] else released for n in range(1, 25)}


@pytest.mark.parametrize(("lowest_group", "shut"), [("last", 2), ("first", 18)])
def test_the_lowest_group_stands_where_the_settings_say(lowest_group, shut):
    board = on(Script(FENCE, ("80 01 00 33 B2", "80 01 00 00 02 33 B0")), lowest_group=lowest_group)
    assert [n for n, door in board.doors().items() if door is Door.SHUT] == [shut]


def test_only_the_channels_that_are_there_have_doors():
    board = on(Script(FENCE, ("80 01 00 33 B2", "80 01 00 00 02 33 B0")), channels=8)
    assert list(board.doors()) == list(range(1, 9))


@pytest.mark.parametrize("reply", ["8A 01 01 00 8A", "8A 01 01 11 9B"])
def test_unlock_takes_either_reply_as_an_acknowledgement_only(reply):
    script = Script(FENCE, ("8A 01 01 11 9B", reply))
    assert on(script).unlock(1) is None
    assert script.heard == ["80 01 01 33 B3", "8A 01 01 11 9B"]


def test_unlock_on_an_echoing_adapter_needs_the_reply_after_the_echo():
    echoing = ("80 01 01 33 B3", "80 01 01 33 B3 80 01 01 00 80")
    on(Script(echoing, ("8A 01 01 11 9B", "8A 01 01 11 9B 8A 01 01 11 9B"))).unlock(1)
    with pytest.raises(DeviceSilent):
        on(Script(echoing, ("8A 01 01 11 9B", "8A 01 01 11 9B"))).unlock(1)


def test_doors_on_an_echoing_adapter():
    echoing = ("80 01 01 33 B3", "80 01 01 33 B3 80 01 01 00 80")
    board = on(Script(echoing, ("80 01 00 33 B2", "80 01 00 33 B2 80 01 00 00 02 33 B0")), channels=8)
    assert [n for n, door in board.doors().items() if door is Door.SHUT] == [2]


def test_an_echo_without_a_board_is_no_answer():
    with pytest.raises(DeviceSilent):
        on(Script(("80 01 01 33 B3", "80 01 01 33 B3"))).doors()


def test_a_reply_for_another_channel_or_board_or_unasked_is_passed_over():
    stray = "8A 01 02 00 89 8A 02 01 00 89 82 01 01 00 82"
    script = Script(FENCE, ("8A 01 01 11 9B", stray + " 8A 01 01 00 8A"), ("8A 01 01 11 9B", stray))
    board = on(script)
    board.unlock(1)
    with pytest.raises(DeviceSilent):
        board.unlock(1)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param("8A 01 01 00 8B", id="wrong check"),
        pytest.param("8A 01 01", id="cut"),
        pytest.param("8A 01 01 22 A8", id="a state that does not exist"),
        pytest.param("FF 13 37", id="garbage"),
    ],
)
def test_an_unusable_reply_to_unlock_leaves_the_outcome_unknown(reply):
    with pytest.raises(WireError):
        on(Script(FENCE, ("8A 01 01 11 9B", reply))).unlock(1)


def test_a_status_reply_of_another_length_than_the_channels_need_is_refused():
    with pytest.raises(WireError):
        on(Script(FENCE, ("80 01 00 33 B2", "80 01 00 00 00 00 33 B2"))).doors()
    board = on(Script(FENCE, ("80 01 00 33 B2", "80 01 00 00 00 01 33 B3")), status_bytes=4)
    assert board.doors()[1] is Door.SHUT
    board = on(Script(FENCE, ("80 01 00 33 B2", "80 01 80 00 00 00 33 32")), channels=32)
    assert [n for n, door in board.doors().items() if door is Door.SHUT] == [32]


@pytest.mark.parametrize(("status_bytes", "channels"), [(1, 8), (2, 16), (3, 17), (7, 50), (4, 1)])
def test_no_channel_is_taken_for_shut_of_which_no_byte_tells(status_bytes: int, channels: int) -> None:
    assert Settings(status_bytes=status_bytes, channels=channels).whole_length() == 4 + status_bytes
    with pytest.raises(ValidationError, match=f"set channels = {8 * status_bytes}"):
        Settings(status_bytes=status_bytes, channels=8 * status_bytes + 1)


def test_no_pulse_is_asked_of_a_board_that_does_not_answer():
    script = Script()
    with pytest.raises(DeviceRefused):
        on(script).unlock(1)
    assert script.heard == ["80 01 01 33 B3"]


def test_after_a_silence_another_door_is_read_first():
    script = Script(FENCE, ("8A 01 01 11 9B", ""), ("80 01 02 33 B0", "80 01 01 00 80 80 01 02 00 83"))
    board = on(script)
    with pytest.raises(DeviceSilent):
        board.unlock(1)
    script.lines.append((bytes.fromhex("80 01 00 33 B2"), bytes.fromhex("80 01 00 00 00 33 B2")))
    board.doors()
    assert script.heard[2:] == ["80 01 02 33 B0", "80 01 00 33 B2"]


def test_the_timed_form_is_sent_when_asked_for():
    script = Script(FENCE, ("8A 01 03 11 05 9C", "8A 01 03 00 88"))
    on(script, pulse_s=5).unlock(3)
    assert script.heard[-1] == "8A 01 03 11 05 9C"


def test_a_reply_after_a_timed_pulse_leaves_the_outcome_to_the_door(monkeypatch):
    clock = Clock()
    live_by(clock, monkeypatch)
    chosen = Settings(channels=8, pulse_s=2)
    cabinet = Cabinet(["3"])
    board = connect(chosen, TimedWire(bus([(chosen, {3: "3"})], cabinet), clock, BAUD))
    assert board.doors()[3] is Door.SHUT
    with pytest.raises(DeviceSilent):
        board.unlock(3)
    for _ in range(20):  # the board hears nothing until its pulse is over; then the fence lets its late reply pass
        with suppress(DeviceSilent, WireError):
            assert board.doors()[3] is Door.OPEN
            return
    pytest.fail("the board is not heard again")


@pytest.mark.parametrize("channel", [0, -1, 25, 256])
def test_a_channel_that_is_not_there_reaches_no_wire(channel):
    script = Script()
    with pytest.raises(ValueError, match="channel"):
        on(script).unlock(channel)
    assert script.heard == []


@pytest.mark.parametrize(
    "wrong", [{"address": 0}, {"address": 100}, {"channels": 0}, {"pulse_s": 10}, {"feedback": "maybe"}, {"adress": 1}]
)
def test_settings_refuse_what_cannot_be(wrong):
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_it_is_found_by_name():
    from hardware.registry import find

    assert find("kiosk.board", "shuoming") is shuoming


@given(st.binary(max_size=40), st.sampled_from(["auto", "yes", "no"]))
@settings(max_examples=60, deadline=None)
def test_whatever_a_board_says_is_an_answer_or_one_of_our_errors(said, echo):
    class Babble:
        def received(self, data):
            return [bytes.fromhex(FENCE[1])] if data == bytes.fromhex(FENCE[0]) else [said]

    board = connect(Settings(reply_wait_s=0.001, echo=echo), Memory(Babble()))
    try:
        doors = board.doors()
    except (DeviceSilent, WireError):
        return
    assert Decoder(WHOLE).feed(said)
    assert len(doors) == 24
