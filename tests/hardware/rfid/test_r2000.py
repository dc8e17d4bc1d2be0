"""UHF pads: frames as published, rounds, and what is known of a tag's security after each way it can go wrong."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from hardware.errors import DeviceGone, DeviceRefused, DeviceSilent, WireError
from hardware.rfid import r2000
from hardware.rfid.book import BookTag
from hardware.rfid.r2000 import (
    ANTENNA,
    DONE,
    FIRMWARE,
    LOOK,
    MEANT,
    R2000,
    READ,
    TAGS_MAX,
    Decoder,
    Frame,
    Settings,
    connect,
)
from hardware.scanner.barcode import Meanings
from simulators.laid import IN_LIBRARY, ON_LOAN, Laid
from simulators.line import Fault, Line
from simulators.r2000 import R2000 as Twin
from simulators.r2000 import R2000Pad
from simulators.serve import Memory

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "r2000.toml").read_text())
SETTINGS = Settings(port="memory", reply_wait_s=0.05)


class Rig:
    def __init__(self, settings: Settings = SETTINGS, antennas: int = 1) -> None:
        self.twin = Twin(antennas)
        self.line = Line(self.twin, seed=3)
        self.line.late_s = 0.0
        self.pad = R2000(settings, Memory(self.line))

    def lay(self, *tags: Laid) -> "Rig":
        self.twin.laid += tags
        return self

    def round(self) -> dict[str, bool | None]:
        tags = [tag for tag in self.pad.tags() if isinstance(tag, BookTag)]
        return {tag.item: tag.secured for tag in tags}


@pytest.mark.parametrize("vector", [*VECTORS["request"], *VECTORS["reply"]], ids=lambda vector: vector["means"])
def test_a_published_frame(vector: dict[str, Any]) -> None:
    raw = bytes.fromhex(vector["bytes"])
    frame = Frame(1, vector["command"], bytes.fromhex(vector["data"]))
    assert frame.to_bytes() == raw
    assert Decoder().feed(b"\xa0\x00\xff" + raw + raw[:3]) == [frame]


def test_a_published_round_is_understood() -> None:
    class Capture:
        def received(self, data: bytes) -> Iterator[bytes]:
            for frame in Decoder().feed(data):
                for vector in VECTORS["reply"]:
                    if vector["command"] == frame.command:
                        yield bytes.fromhex(vector["bytes"])

    [tag] = R2000(SETTINGS, Memory(Capture())).tags()
    assert tag == BookTag(VECTORS["reply"][1]["uii"])  # of GS1: it names no item, and has no AFI


def test_a_pile_is_read_whole() -> None:
    rig = Rig().lay(
        Laid("SZ0000001"), Laid("SZ0000002", afi=ON_LOAN), Laid("SZ0000003", 3, 2, afi=0x21), Laid(raw=b"\xe2" * 12)
    )
    assert rig.round() == {"SZ0000001": True, "SZ0000002": False, "SZ0000003": None, "": None}
    assert Rig().round() == {}
    assert rig.pad.firmware() == "8.2"


def test_the_user_bank_is_read_once_where_the_uii_names_no_item() -> None:
    rig = Rig(Settings(port="memory", reply_wait_s=0.05, user_words=32)).lay(Laid("SZ0000001", layout="iso28560_2"))
    assert rig.round() == {"SZ0000001": None}
    asked: list[bytes] = []
    received = rig.twin.received
    rig.twin.received = lambda data: (asked.append(data), received(data))[1]  # type: ignore[method-assign]
    assert rig.round() == {"SZ0000001": None}
    assert not [one for one in asked if one[3] == 0x81]
    rig.twin.laid[0].misses = 1.0
    assert rig.round() == {}


def test_two_antennas_are_one_pad() -> None:
    both = Settings(port="memory", reply_wait_s=0.05, antennas=(1, 2))
    assert Rig(both, antennas=2).lay(Laid("SZ0000001")).round() == {"SZ0000001": True}
    with pytest.raises(WireError, match="antenna is not connected"):
        Rig(both, antennas=1).round()


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.DEAF, Fault.CUT, Fault.BAD_CHECK])
def test_a_broken_round_tells_nothing(fault: Fault) -> None:
    rig = Rig().lay(Laid("SZ0000001"))
    rig.line.disturb(fault, 3)
    with pytest.raises((DeviceSilent, WireError)):
        rig.round()
    rig.line.mend()
    assert rig.round() == {"SZ0000001": True}


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.SPLIT])
def test_noise_between_frames_does_no_harm(fault: Fault) -> None:
    rig = Rig().lay(Laid("SZ0000001"))
    rig.line.disturb(fault, 2)
    assert rig.round() == {"SZ0000001": True}


class Answers:
    """A pad that says this, whatever is asked."""

    def __init__(self, *replies: tuple[int, bytes]) -> None:
        self.replies = list(replies)

    def received(self, data: bytes) -> Iterator[bytes]:
        for frame in Decoder().feed(data):
            for command, said in [one for one in self.replies if one[0] == frame.command]:
                yield Frame(1, command, said).to_bytes()


ANTENNA_SET = (ANTENNA, bytes((DONE,)))
NO_TAG = (LOOK, bytes((0x36,)))


def test_a_pad_without_a_firmware_version_is_none() -> None:
    with pytest.raises(WireError, match="no firmware version"):
        R2000(SETTINGS, Memory(Answers((FIRMWARE, b"\x08\x02\x01")))).firmware()


def test_a_round_may_end_in_a_word_and_must_end() -> None:
    assert R2000(SETTINGS, Memory(Answers(ANTENNA_SET, NO_TAG))).tags() == []
    with pytest.raises(WireError, match="the pad says 11"):
        R2000(SETTINGS, Memory(Answers(ANTENNA_SET, (LOOK, b"\x11")))).tags()
    one = (LOOK, bytes((0, 0x08, 0x07, 0xAA, 0)))  # a PC word that promises more than comes
    with pytest.raises(WireError, match="does not end"):
        R2000(SETTINGS, Memory(Answers(ANTENNA_SET, *[one] * (TAGS_MAX + 2)))).tags()
    with pytest.raises(WireError, match="antenna"):
        R2000(SETTINGS, Memory(Answers((ANTENNA, b"\x22")))).tags()


def test_noise_in_the_place_of_a_round_is_not_an_empty_pad() -> None:
    class Noise(Answers):
        def received(self, data: bytes) -> Iterator[bytes]:
            for frame in Decoder().feed(data):
                yield Frame(1, ANTENNA, bytes((DONE,))).to_bytes() if frame.command == ANTENNA else b"\xa0\x13\x01"

    with pytest.raises(WireError, match="noise"):
        R2000(SETTINGS, Memory(Noise())).tags()


@pytest.mark.parametrize("reply", [b"\x31", b"\x00" * 4, b"\x00\x01\x07" + b"\x11" * 10])
def test_a_user_bank_that_is_not_read_names_nothing(reply: bytes) -> None:
    rig = Rig(Settings(port="memory", reply_wait_s=0.05, user_words=8)).lay(Laid("SZ0000001", layout="iso28560_2"))
    received = rig.twin.received

    def otherwise(data: bytes) -> list[bytes]:
        said = list(received(data))
        return [Frame(1, READ, reply).to_bytes() if one[3] == READ else one for one in said]

    rig.twin.received = otherwise  # type: ignore[method-assign]
    assert rig.round() == {"": None}


def test_a_tag_whose_user_bank_is_silent_takes_no_other_with_it_and_is_not_asked_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig(Settings(port="memory", reply_wait_s=0.05, user_words=32))
    rig.lay(*(Laid(f"SZ000000{n}", layout="iso28560_2") for n in range(3)))
    asked, received = 0, rig.twin.received

    def silent(data: bytes) -> list[bytes]:
        nonlocal asked
        asked += (reads := data[3] == READ)
        return [] if reads and asked == 1 else list(received(data))

    rig.twin.received = silent  # type: ignore[method-assign]
    assert sorted(tag.item for tag in rig.pad.tags() if isinstance(tag, BookTag)) == ["", "SZ0000001", "SZ0000002"]
    assert len(rig.round()) == 3
    monkeypatch.setattr(r2000, "_BANKS_S", -1.0)
    rig.pad._user.clear()
    assert rig.round() == {"": None}
    assert asked == 4


def test_no_word_of_a_pad_that_falls_silent_tells_which_tag_was_meant() -> None:
    meant = "FF11223344556677889900AA"
    with pytest.raises(DeviceSilent, match=r"^command 85: no reply in 0\.05 s$"):
        R2000(SETTINGS, Memory(Answers()))._ask(MEANT, bytes.fromhex(meant))

    class Noise(Answers):
        def received(self, data: bytes) -> Iterator[bytes]:
            yield b"\xa0\x13\x01"

    with pytest.raises(WireError, match=r"^command 85: the reply breaks") as wrong:
        R2000(SETTINGS, Memory(Noise()))._ask(MEANT, bytes.fromhex(meant))
    assert wrong.value.__suppress_context__


def test_a_user_bank_of_another_kind_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(r2000, "DSFID", 0x3E)
    rig = Rig(Settings(port="memory", reply_wait_s=0.05, user_words=8)).lay(Laid("SZ0000001", layout="iso28560_2"))
    assert rig.round() == {"": None}


# ---- security -----------------------------------------------------------------------------------------------------


def uid(rig: Rig) -> str:
    [tag] = rig.pad.tags()
    assert isinstance(tag, BookTag)
    return tag.uid


def test_security_is_written_and_read_back_and_the_rest_of_the_tag_stays() -> None:
    rig = Rig().lay(Laid("SZ0000001", 3, 2))
    for secured, afi in ((False, ON_LOAN), (True, IN_LIBRARY), (True, IN_LIBRARY)):
        rig.pad.secure(uid(rig), secured)
        assert rig.twin.laid[0].afi == afi
        assert rig.round() == {"SZ0000001": secured}


def test_only_the_tag_that_is_meant_changes() -> None:
    rig = Rig().lay(Laid("SZ0000001"), Laid("SZ0000002"))
    rig.pad.secure(rig.twin.laid[1].uii().hex().upper(), False)
    assert [tag.afi for tag in rig.twin.laid] == [IN_LIBRARY, ON_LOAN]


@pytest.mark.parametrize(
    ("tag", "why"),
    [(Laid("SZ0000001", locked=True), "still 07"), (Laid(raw=b"\xe2" * 12), "GS1"), (None, "not on the pad")],
)
def test_what_cannot_be_written_is_refused(tag: Laid | None, why: str) -> None:
    rig = Rig().lay(tag) if tag else Rig()
    with pytest.raises(DeviceRefused, match=why):
        rig.pad.secure(uid(rig) if tag else "E200", False)


def test_a_lost_answer_is_made_up_for_by_reading_back() -> None:
    for skip in range(12):  # whichever answer of the exchange is lost
        rig = Rig().lay(Laid("SZ0000001"))
        meant = uid(rig)
        replies = iter([Fault.SPLIT] * skip + [Fault.SILENT])
        for fault in replies:
            rig.line.disturb(fault)
        try:
            rig.pad.secure(meant, False)
        except (DeviceSilent, WireError):
            continue  # not known, and said so
        except DeviceRefused:
            assert rig.twin.laid[0].afi == IN_LIBRARY
        else:
            assert rig.twin.laid[0].afi == ON_LOAN


def once_written(rig: Rig, does: Callable[[], object]) -> None:
    """Something happens on the pad right after a tag was written."""
    written = rig.twin._written

    def and_then(data: bytes) -> bytes:
        answer = written(data)
        does()
        return answer

    rig.twin._written = and_then  # type: ignore[method-assign]


def test_a_tag_taken_away_amid_writing_leaves_its_state_unknown() -> None:
    rig = Rig().lay(Laid("SZ0000001"))
    meant, laid = uid(rig), rig.twin.laid[0]
    once_written(rig, lambda: setattr(laid, "misses", 1.0))
    with pytest.raises(DeviceSilent, match="may have changed"):
        rig.pad.secure(meant, False)


def test_a_tag_that_says_something_else_than_before_and_than_ordered_has_no_known_state() -> None:
    """What it was last is shown: half a word was written, or another machine wrote it in the same moment."""
    rig = Rig().lay(Laid("SZ0000001"))
    meant, laid = uid(rig), rig.twin.laid[0]
    once_written(rig, lambda: setattr(laid, "afi", 0x21))
    with pytest.raises(DeviceSilent, match=r"neither before nor as ordered: [0-9A-F]{2}21$"):
        rig.pad.secure(meant, False)


# ---- the port -----------------------------------------------------------------------------------------------------


def test_what_does_not_answer_is_no_pad(tmp_path: Path) -> None:
    with R2000Pad(tmp_path / "ttyPAD0") as pad:
        pad.line.disturb(Fault.DEAF, 9)
        with pytest.raises(DeviceSilent):
            connect("pad", Settings(port=pad.port, reply_wait_s=0.05), Meanings())
        pad.line.mend()
        connect("pad", Settings(port=pad.port), Meanings()).close()
        pad.unplug()
        with pytest.raises(DeviceGone):
            connect("pad", Settings(port=pad.port), Meanings())


def test_settings_that_mean_nothing_here_are_refused() -> None:
    for wrong in ({"secured_by": "eas"}, {"layouts": ["iso28560_3"]}, {"antennas": []}):
        with pytest.raises(ValidationError):
            Settings(port="x", **wrong)  # type: ignore[arg-type]
