"""The Kerong codecs against frames from outside, the drivers against scripted boards, and the twins against both."""

import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker import kerong_cu16, kerong_cu48
from hardware.locker.kerong import Decoder, Frame
from hardware.readings import Door
from simulators.cabinet import Cabinet
from simulators.kerong import KerongBoard
from simulators.kerong_cu16 import KerongCu16Bus
from simulators.kerong_cu48 import KerongCu48Bus
from simulators.serve import Memory
from tests.conformance.timed_wire import Clock, TimedWire, live_by


@dataclass
class Family:
    """What differs between the tests of the two, frames as on the wire."""

    name: str
    driver: Any
    bus: Any
    lengths: dict[int, int]
    read: str
    shut: str
    unlock_5: str
    unlocked_5: str
    strays: list[str]
    """Sound frames that answer nothing."""
    cut_or_swapped: list[str]
    """Status replies that break the rules, some with the right sum."""

    def __post_init__(self):
        self.vectors = tomllib.loads((Path(__file__).parents[2] / "vectors" / f"{self.name}.toml").read_text("utf-8"))
        self.channels = self.driver.Settings().channels

    def decoder(self):
        return Decoder(self.driver.HEAD, self.lengths)

    def frame(self, vector):
        raw, head = bytes.fromhex(vector["bytes"]), bytes.fromhex(vector["head"])
        return Frame(head, raw[1 + len(head)], bytes.fromhex(vector.get("data", "")))


CU16 = Family(
    "kerong_cu16",
    kerong_cu16,
    KerongCu16Bus,
    dict(kerong_cu16.HEARD),
    read="02 00 30 03 35",
    shut="02 00 35 FF FF 00 00 03 38",
    unlock_5="02 04 31 03 3A",
    unlocked_5="02 00 35 EF FF 00 00 03 28",
    strays=["02 10 35 FF FF 00 00 03 48", "02 01 35 FF FF 00 00 03 39", "02 00 36 FF FF 00 00 03 39"],
    cut_or_swapped=["02 00 35 FF FF 00 00", "02 00 35 FF FF 00 03 00 38", "02 35 00 FF FF 00 00 03 38"],
)
CU48 = Family(
    "kerong_cu48",
    kerong_cu48,
    KerongCu48Bus,
    dict(kerong_cu48.HEARD_READING),
    read="02 00 00 60 03 65",
    shut="02 00 00 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 74",
    unlock_5="02 00 04 61 03 6A",
    unlocked_5="02 00 04 75 03 7E",
    strays=[
        "02 01 00 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 75",
        "02 00 01 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 75",
    ],
    cut_or_swapped=[
        "02 00 00 75 FF FF FF FF FF FF 00 00 00 00 00 00",
        "02 00 00 75 FF FF FF FF FF FF 00 00 00 00 00 03 00 74",
        "02 00 75 00 FF FF FF FF FF FF 00 00 00 00 00 00 03 74",
    ],
)
FAMILIES = [CU16, CU48]
CASES = [
    pytest.param(family, vector, id=f"{family.name}: {vector['means']}")
    for family in FAMILIES
    for vector in family.vectors["request"] + family.vectors["reply"]
]
ALL_REPLIES = [
    pytest.param(family, vector, id=f"{family.name}: {vector['means']}")
    for family in FAMILIES
    for vector in family.vectors["reply"]
]


@pytest.fixture(params=FAMILIES, ids=lambda family: family.name)
def family(request):
    return request.param


@pytest.mark.parametrize(("family", "vector"), CASES)
class TestVectors:
    def test_is_written_so(self, family, vector):
        assert family.frame(vector).to_bytes() == bytes.fromhex(vector["bytes"])

    def test_is_read_byte_by_byte(self, family, vector):
        decoder = family.decoder()
        raw = bytes.fromhex(vector["bytes"])
        assert [decoder.feed(bytes((byte,))) for byte in raw] == [[]] * (len(raw) - 1) + [[family.frame(vector)]]
        assert not decoder.spoilt

    def test_is_read_after_noise_and_before_more_bytes(self, family, vector):
        decoder = family.decoder()
        raw = bytes.fromhex(vector["bytes"])
        assert decoder.feed(b"\xff\x03\x02\xfe" + raw + raw[:2]) == [family.frame(vector)]
        assert decoder.spoilt
        assert decoder.feed(raw[2:]) == [family.frame(vector)]

    def test_is_not_read_with_any_bit_wrong(self, family, vector):
        raw = bytes.fromhex(vector["bytes"])
        for bit in range(8 * len(raw)):
            spoilt = bytearray(raw)
            spoilt[bit // 8] ^= 1 << bit % 8
            decoder = family.decoder()
            assert decoder.feed(bytes(spoilt)) == []
            assert decoder.spoilt


@given(st.sampled_from(FAMILIES), st.lists(st.binary(max_size=300), max_size=20))
def test_any_bytes_are_taken_and_little_is_held(family, pieces):
    decoder = family.decoder()
    for piece in pieces:
        for frame in decoder.feed(piece):
            assert frame.to_bytes() in b"".join(pieces)
        assert len(decoder._held) < max(family.lengths.values())


@given(st.sampled_from(FAMILIES), st.lists(st.sampled_from([2, 3, 0x30, 0x35, 0x60, 0x75, 0]), max_size=90))
def test_how_bytes_are_cut_makes_no_difference(family, data):
    cut = family.decoder()
    found = [frame for byte in data for frame in cut.feed(bytes((byte,)))]
    assert found == family.decoder().feed(bytes(data))


@given(st.sampled_from(FAMILIES), st.binary(max_size=64))
def test_any_noise_costs_at_most_one_frame(family, noise):
    reply = bytes.fromhex(family.shut)
    found = [frame.to_bytes() for frame in family.decoder().feed(noise + reply * 3)]
    assert found[-1] == reply
    assert found.count(reply) >= 2


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


def on(family, *lines, **chosen):
    script = Script(*lines)
    return family.driver.connect(family.driver.Settings(**chosen), Memory(script)), script


@pytest.mark.parametrize(("family", "vector"), ALL_REPLIES)
@pytest.mark.parametrize(("feedback", "when_set"), [("set_when_locked", Door.SHUT), ("set_when_open", Door.OPEN)])
def test_doors_by_either_polarity_and_items(family, vector, feedback, when_set):
    look = (family.read, vector["bytes"])
    board, script = on(family, look, look, look, feedback=feedback)
    when_clear = Door.OPEN if when_set is Door.SHUT else Door.SHUT
    channels = range(1, family.channels + 1)
    assert board.doors() == {n: when_clear if n in vector["clear"] else when_set for n in channels}
    assert board.items() == {n: n in vector["items"] for n in channels}
    assert script.heard == [family.read] * 3  # the first was for nothing


def test_only_the_channels_that_are_there_have_doors_and_items(family):
    look = (family.read, family.shut)
    board, _ = on(family, look, look, look, channels=12)
    assert list(board.doors()) == list(board.items()) == list(range(1, 13))


def test_an_answered_unlock_is_one_request(family):
    look, opening = (family.read, family.shut), (family.unlock_5, family.unlocked_5)
    for answered in (True, False):
        board, script = on(family, look, opening, unlock_answered=answered)
        board.unlock(5)
        assert script.heard == [family.read, family.unlock_5]


def test_silence_after_unlock_is_followed_by_a_status_read_and_never_by_a_second_unlock(family):
    look = (family.read, family.shut)
    board, script = on(family, look, (family.unlock_5, ""), look)
    board.unlock(5)
    assert script.heard == [family.read, family.unlock_5, family.read]
    board, script = on(family, look, (family.unlock_5, ""))
    with pytest.raises(DeviceSilent):
        board.unlock(5)
    assert script.heard == [family.read, family.unlock_5, family.read]


def test_a_board_that_never_answers_unlocks_is_no_longer_waited_for(family):
    look, opening = (family.read, family.shut), (family.unlock_5, "")
    board, script = on(family, look, opening, look, opening, look, opening, look, look, unlock_rest_s=0.0)
    for _ in range(2):
        board.unlock(5)
    begun = time.monotonic()
    board.unlock(5)
    assert time.monotonic() - begun < board._settings.reply_wait_s
    assert script.heard[-2:] == [family.unlock_5, family.read]
    assert board.doors()[1] is Door.SHUT


@pytest.mark.parametrize("deaf_s", [0.025, 0.095])
def test_a_board_that_is_deaf_after_an_unlock_is_left_alone_so_long(family, deaf_s, monkeypatch):
    clock = Clock()
    live_by(clock, monkeypatch)

    class Deaf:
        hears_from = 0.0

        def received(self, data):
            if clock.now < self.hears_from:
                return []
            if data == bytes.fromhex(family.unlock_5):
                self.hears_from = clock.now + deaf_s
            return [bytes.fromhex(family.shut)] if data == bytes.fromhex(family.read) else []

    board = family.driver.connect(family.driver.Settings(), TimedWire(Deaf(), clock, family.driver.BAUD))
    for _ in range(4):
        board.unlock(5)
        assert board.doors()[1] is Door.SHUT


def test_when_the_read_behind_such_an_unlock_is_silent_the_outcome_is_unknown_and_the_next_waits_again(family):
    look, opening = (family.read, family.shut), (family.unlock_5, "")
    board, script = on(family, look, opening, look, opening, look, opening)
    board.unlock(5)
    board.unlock(5)
    with pytest.raises(DeviceSilent):
        board.unlock(5)
    assert script.heard.count(family.unlock_5) == 3
    script.lines += Script(look, (family.unlock_5, family.unlocked_5)).lines
    board.unlock(5)
    assert script.heard[-1] == family.unlock_5  # it was waited for, and its reply heard


def test_a_late_reply_to_such_an_unlock_answers_nothing_else(family):
    """The board begins to answer: its word on the unlock is taken for the read's, whose own comes late."""
    look, opening = (family.read, family.shut), (family.unlock_5, "")
    late = (family.read, f"{family.shut} {family.vectors['reply'][1]['bytes']}")
    board, _ = on(family, look, opening, look, opening, look, opening, late, look)
    for _ in range(3):
        board.unlock(5)
    assert board.doors() == dict.fromkeys(range(1, board.channels + 1), Door.SHUT)


def test_a_board_that_has_answered_one_unlock_is_always_waited_for(family):
    look, silent = (family.read, family.shut), (family.unlock_5, "")
    answered = (family.unlock_5, family.unlocked_5)
    board, script = on(family, look, answered, silent, look, silent, look, silent, look)
    for _ in range(4):
        board.unlock(5)
    assert script.heard[-2:] == [family.unlock_5, family.read]
    begun = time.monotonic()
    script.lines += Script(silent, look).lines
    board.unlock(5)
    assert time.monotonic() - begun >= board._settings.reply_wait_s


def test_silence_of_a_board_that_answers_unlocks_is_an_unknown_outcome(family):
    look = (family.read, family.shut)
    board, script = on(family, look, (family.unlock_5, ""), look, unlock_answered=True)
    with pytest.raises(DeviceSilent):
        board.unlock(5)
    assert script.heard == [family.read, family.unlock_5]


@pytest.mark.parametrize("answered", [True, False])
def test_a_damaged_reply_to_unlock_is_an_unknown_outcome(family, answered):
    look = (family.read, family.shut)
    board, script = on(family, look, (family.unlock_5, family.unlocked_5[:-2] + "99"), look, unlock_answered=answered)
    with pytest.raises(WireError):
        board.unlock(5)
    assert script.heard == [family.read, family.unlock_5]


def test_no_pulse_is_asked_of_a_board_that_does_not_answer(family):
    board, script = on(family)
    with pytest.raises(DeviceRefused):
        board.unlock(5)
    assert script.heard == [family.read]


def test_frames_of_other_boards_and_locks_are_passed_over(family):
    look, strays = (family.read, family.shut), " ".join(family.strays)
    board, _ = on(family, look, (family.read, f"{strays} {family.shut}"), (family.read, strays))
    assert set(board.doors().values()) == {Door.SHUT}
    with pytest.raises(DeviceSilent):
        board.doors()


def test_an_unlock_of_another_lock_is_no_answer():
    look, other = (CU48.read, CU48.shut), "02 00 05 75 03 7F"
    board, _ = on(CU48, look, (CU48.unlock_5, other), unlock_answered=True)
    with pytest.raises(DeviceSilent):
        board.unlock(5)


def test_a_cu16_may_name_the_lock_in_its_reply_to_unlock():
    board, script = on(CU16, (CU16.read, CU16.shut), (CU16.unlock_5, "02 04 35 EF FF 00 00 03 2C"))
    board.unlock(5)
    assert script.heard == [CU16.read, CU16.unlock_5]


@pytest.mark.parametrize("which", range(3))
def test_a_reply_that_is_cut_or_swapped_is_refused_though_its_sum_be_right(family, which):
    board, _ = on(family, (family.read, family.shut), (family.read, family.cut_or_swapped[which]))
    with pytest.raises(WireError):
        board.doors()


def test_an_echo_without_a_board_is_no_answer(family):
    board, _ = on(family, (family.read, family.read))
    with pytest.raises(DeviceSilent):
        board.doors()


def test_behind_an_echo_the_reply_is_found(family):
    look = (family.read, f"{family.read} {family.shut}")
    board, _ = on(family, look, look, (family.unlock_5, f"{family.unlock_5} {family.unlocked_5}"))
    assert set(board.doors().values()) == {Door.SHUT}
    board.unlock(5)


def test_after_a_silence_the_board_is_given_time_and_read_once_for_nothing(family):
    look = (family.read, family.shut)
    board, script = on(family, look, look)
    board.doors()
    begun = time.monotonic()
    with pytest.raises(DeviceSilent):
        board.doors()
    script.lines += Script(look, (family.read, family.vectors["reply"][1]["bytes"])).lines
    assert board.doors()[1] is Door.OPEN
    assert time.monotonic() - begun >= 0.5


@pytest.mark.parametrize("channel", [0, -1, 17, 49, 256])
def test_a_channel_that_is_not_there_reaches_no_wire(family, channel):
    board, script = on(family, channels=16)
    with pytest.raises(ValueError, match="channel"):
        board.unlock(channel)
    assert script.heard == []


@pytest.mark.parametrize(
    "wrong",
    [{"address": -1}, {"address": 256}, {"channels": 0}, {"channels": 49}, {"feedback": "maybe"}, {"adress": 1}],
)
def test_settings_refuse_what_cannot_be(family, wrong):
    with pytest.raises(ValidationError):
        family.driver.Settings(**wrong)


def test_a_cu16_has_no_address_that_means_every_board_and_no_seventeenth_lock():
    for wrong in ({"address": 15}, {"channels": 17}):
        with pytest.raises(ValidationError):
            kerong_cu16.Settings(**wrong)


@given(st.sampled_from(FAMILIES), st.binary(max_size=40))
@settings(max_examples=40, deadline=None)
def test_whatever_a_board_says_is_an_answer_or_one_of_our_errors(family, said):
    class Babble:
        heard = 0

        def received(self, data):
            self.heard += 1
            return [bytes.fromhex(family.shut) if self.heard == 1 else said]

    board = family.driver.connect(family.driver.Settings(reply_wait_s=0.001), Memory(Babble()))
    try:
        doors = board.doors()
    except (DeviceSilent, WireError):
        return
    assert family.decoder().feed(said)
    assert len(doors) == family.channels


class Site:
    """A twin of one board, wired to a whole cabinet."""

    def __init__(self, family, **chosen):
        chosen = family.driver.Settings(**chosen)
        names = {n: str(n) for n in range(1, chosen.channels + 1)}
        self.cabinet = Cabinet(names.values())
        self.bus = family.bus([KerongBoard(self.cabinet, names, chosen)], pace=0)

    def says(self, request):
        return b"".join(self.bus.received(bytes.fromhex(request))).hex(" ").upper()

    def open_doors(self):
        return [int(name) for name in self.cabinet.names if self.cabinet.door(name) is Door.OPEN]


class TestTwin:
    @pytest.mark.parametrize(("family", "vector"), ALL_REPLIES)
    def test_status_as_in_the_vectors(self, family, vector):
        site = Site(family)
        for n in set(vector["clear"]) | set(vector["items"]):
            site.cabinet.pulse(str(n))
        for n in vector["items"]:
            site.cabinet.put_in(str(n), "an item")
        assert site.says(family.read) == vector["bytes"]

    def test_unlock_opens_that_lock_and_is_answered_as_set(self, family):
        site = Site(family, unlock_answered=True)
        assert site.says(family.unlock_5) == family.unlocked_5
        assert site.open_doors() == [5]
        site = Site(family)
        assert site.says(family.unlock_5) == ""
        assert site.open_doors() == [5]

    def test_unlock_all_opens_all(self, family):
        site = Site(family)
        everything = next(v for v in family.vectors["request"] if v["means"] == "unlock all of board 0")
        assert site.says(everything["bytes"]) == ""
        assert site.open_doors() == list(range(1, family.channels + 1))

    def test_what_is_not_for_it_meets_silence(self, family):
        site = Site(family, address=3)
        assert site.says(family.read) == site.says(family.unlock_5) == site.says("FF" * 20) == ""
        assert site.open_doors() == []

    def test_without_power_it_says_nothing(self, family):
        site = Site(family)
        site.bus.missing.add(0)
        assert site.says(family.read) == ""

    def test_every_cu16_answers_the_command_for_all(self):
        assert Site(CU16, address=0).says("02 F0 32 03 27") == "02 00 36 FF FF 00 00 03 39"
        assert Site(CU16, address=1).says("02 F0 32 03 27") == "02 10 36 FF FF 00 00 03 49"
        assert Site(CU16, address=0).says("02 00 32 03 37") == "02 00 36 FF FF 00 00 03 39"
