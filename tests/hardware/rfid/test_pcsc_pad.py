"""ISO 15693 through PC/SC: the published conversation, and real pcscd with a virtual tag."""

import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers import OMNIKEY

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.readings import PileSeen
from hardware.rfid import iso15693
from hardware.rfid.book import BookTag, PatronTag, Usage
from hardware.rfid.iso15693 import SystemInformation, TagRefused, answer, hexadecimal, request
from hardware.rfid.pad import FAILED_MAX, PadSource
from hardware.rfid.pcsc_pad import PcscPad, Settings, connect
from hardware.rfid.pcsc_reader import CardLost
from hardware.rfid.tags import PadSettings
from hardware.rfid.transparent import session
from hardware.scanner.barcode import Meanings
from hardware.wiretap import Way, listening
from simulators.laid import IN_LIBRARY, ON_LOAN, Laid
from simulators.pcsc_pad import ATR, Tag
from simulators.pcsc_pad import PcscPad as Twin
from simulators.pcscd import Pcscd

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "pcsc_pad.toml").read_text())


class Reader:
    """A reader with this on it, in memory."""

    name = "memory"

    def __init__(self, tag: Any) -> None:
        self.tag = tag
        self.atr = ATR

    @contextmanager
    def connected(self) -> Iterator["Reader"]:
        if self.tag is None:
            raise CardLost
        self.tag.power_on()
        yield self

    def transmit(self, apdu: bytes) -> bytes:
        said: bytes = self.tag.answer(apdu)
        return said


def pad(laid: Laid | None, transparent: bool = True, storage: bool = False, **settings: Any) -> PcscPad:
    return PcscPad(Settings(reader="memory", **settings), Reader(laid and Tag(laid, transparent, storage)))  # type: ignore[arg-type]


class Says:
    """A reader that answers so, a word for each question and the last for ever."""

    def __init__(self, *words: str) -> None:
        self.words = [bytes.fromhex(word) for word in words]

    def transmit(self, apdu: bytes) -> bytes:
        return self.words.pop(0) if len(self.words) > 1 else self.words[0]


FINE = "C0 03 00 90 00 90 00"


def test_a_transparent_session_without_an_answer_or_gone_wrong_is_no_answer() -> None:
    with session(Says(FINE)) as air, pytest.raises(CardLost):  # type: ignore[arg-type]
        air(b"\x26")
    wrong = Says(FINE, FINE, "C0 03 02 67 00 90 00", FINE)
    with session(wrong) as air, pytest.raises(WireError, match="02 67 00"):  # type: ignore[arg-type]
        air(b"\x26")


def one(pad: PcscPad) -> BookTag:
    [tag] = pad.tags()
    assert isinstance(tag, BookTag)
    return tag


class Published:
    """Answers as published, and nothing else."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def power_on(self) -> None: ...

    def answer(self, apdu: bytes) -> bytes:
        self.said.append(apdu.hex(" ").upper())
        for exchange in VECTORS["exchange"]:
            if exchange["says"] == self.said[-1]:
                return bytes.fromhex(exchange["answer"])
        return bytes.fromhex(VECTORS["answer"][0]["bytes"])


def test_the_published_conversation_is_held_word_for_word() -> None:
    tag = Published()
    with pytest.raises(CardLost):
        PcscPad(Settings(reader="memory"), Reader(tag))._spoken(Reader(tag))  # type: ignore[arg-type]  # no memory was published
    begin, switch, about, end = [one["says"] for one in VECTORS["exchange"]]
    assert [*tag.said[:3], tag.said[-1]] == [begin, switch, about, end]
    raw = bytes.fromhex(VECTORS["exchange"][2]["answer"])
    assert SystemInformation.from_bytes(answer(raw[14:-2])) == SystemInformation(
        VECTORS["uid"], VECTORS["afi"], VECTORS["blocks"], 4
    )


@pytest.mark.parametrize("one", VECTORS["addressed"], ids=lambda one: one["request"][:5])
def test_a_request_to_one_tag_alone_is_as_published(one: dict[str, Any]) -> None:
    sent = request(one["command"], bytes.fromhex(one["parameters"]), one["uid"])
    assert sent == bytes.fromhex(one["request"])
    if "answer" in one:
        assert SystemInformation.from_bytes(answer(bytes.fromhex(one["answer"]))).uid == one["uid"]


def test_a_book_is_read_and_its_security_told() -> None:
    assert one(pad(Laid("SZ0000001"))) == BookTag(
        Laid("SZ0000001").uid, "SZ0000001", 1, 1, Usage.CIRCULATING, "CN-440300", True
    )
    assert one(pad(Laid("SZ0000001", afi=ON_LOAN))).secured is False
    assert one(pad(Laid("SZ0000002", 3, 2, afi=0x33))).secured is None
    assert pad(None).tags() == []


def test_a_patrons_card_is_one() -> None:
    [tag] = pad(Laid("0123456789", usage=Usage.PATRON)).tags()
    assert isinstance(tag, PatronTag)


def test_who_listens_hears_of_each_round_with_a_patrons_card_that_it_is_not_said() -> None:
    there = pad(Laid("23100000000017", usage=Usage.PATRON))
    source, heard = PadSource("pad", there, PadSettings(), Meanings()), []
    with listening(lambda way, data: heard.append(way)):
        assert [reading for _ in range(5) for reading in source.wait(0.16)] == [PileSeen("pad", (), (), 0)]
    assert heard.count(Way.UNSAID) >= 3


@pytest.mark.parametrize("by", ["afi", "eas", "both"])
def test_security_is_written_and_read_back(by: str) -> None:
    laid = Laid("SZ0000001", afi=IN_LIBRARY, eas=True)
    there = pad(laid, secured_by=by)
    for secured in (False, True, True):
        there.secure(laid.uid, secured)
        assert one(there).secured is secured
    assert (laid.afi, laid.eas) == (IN_LIBRARY, True)


@pytest.mark.parametrize("laid", [Laid("SZ0000001", locked=True), None, Laid("SZ0000009")])
def test_what_cannot_be_secured_is_refused_and_stays(laid: Laid | None) -> None:
    with pytest.raises(DeviceRefused):
        pad(laid).secure(Laid("SZ0000001").uid, False)
    assert laid is None or laid.afi == IN_LIBRARY


def test_taken_away_amid_writing_its_state_is_unknown() -> None:
    laid = Laid("SZ0000001")

    class Gone(Tag):
        def _heard(self, laid: Laid, request: bytes) -> bytes | None:
            said = super()._heard(laid, request)
            laid.misses = 1.0 if request[1] == 0x27 else laid.misses
            return said

    with pytest.raises(DeviceSilent, match="may have changed"):
        PcscPad(Settings(reader="memory"), Reader(Gone(laid))).secure(laid.uid, False)  # type: ignore[arg-type]


@pytest.mark.parametrize("option_flag", [False, True])
@pytest.mark.parametrize("by", ["afi", "eas", "both"])
@pytest.mark.parametrize("secured", [False, True])
def test_of_two_books_on_one_another_only_the_one_that_is_meant_changes(
    secured: bool, by: str, option_flag: bool
) -> None:
    afi = {True: IN_LIBRARY, False: ON_LOAN}
    meant = Laid("SZ0000001", afi=afi[not secured], eas=not secured)
    other = Laid("SZ0000002", afi=afi[not secured], eas=not secured)
    there = Reader(Tag(meant, beside=[other]))
    settings = Settings(reader="memory", secured_by=by, option_flag=option_flag)  # type: ignore[arg-type]
    PcscPad(settings, there).secure(meant.uid, secured)  # type: ignore[arg-type]
    assert (other.afi, other.eas) == (afi[not secured], not secured)
    assert settings.secured(meant.afi, meant.eas) is secured
    assert one(PcscPad(settings, there)).secured is secured  # type: ignore[arg-type]


@pytest.mark.parametrize("by", ["afi", "eas", "both"])
@pytest.mark.parametrize("secured", [False, True])
def test_what_lies_there_after_writing_says_nothing_of_the_book_that_was_meant(secured: bool, by: str) -> None:
    """It was lifted off another book, which has the very security it was to get, before it could hear that."""
    afi = {True: IN_LIBRARY, False: ON_LOAN}
    meant = Laid("SZ0000001", afi=afi[not secured], eas=not secured)
    other = Laid("SZ0000002", afi=afi[secured], eas=secured)

    class Lifted(Tag):
        def answer(self, apdu: bytes) -> bytes:
            if apdu[5:8] == b"\x5f\x46\x04":  # only what is written is waited for
                meant.misses = 1.0
            return super().answer(apdu)

    settings = Settings(reader="memory", secured_by=by)  # type: ignore[arg-type]
    with pytest.raises(DeviceSilent, match="may have changed"):
        PcscPad(settings, Reader(Lifted(meant, beside=[other]))).secure(meant.uid, secured)  # type: ignore[arg-type]
    assert (other.afi, other.eas) == (afi[secured], secured)


class NoEas(Tag):
    """An AFI that is written, and an EAS that is not: it is locked, or the chip is not NXP's."""

    def _heard(self, laid: Laid, request: bytes) -> bytes | None:
        return b"\x01\x12" if request[1] in (0xA2, 0xA3) else super()._heard(laid, request)


def both(laid: Laid) -> PcscPad:
    return PcscPad(Settings(reader="memory", secured_by="both"), Reader(NoEas(laid)))  # type: ignore[arg-type]


def test_half_written_is_not_as_it_was() -> None:
    laid = Laid("SZ0000001", afi=IN_LIBRARY, eas=True)
    with pytest.raises(DeviceSilent, match="neither secured nor not, and was not so before"):
        both(laid).secure(laid.uid, False)
    assert (laid.afi, laid.eas) == (ON_LOAN, True)
    with pytest.raises(DeviceRefused, match="neither secured nor not"):  # and so it stays
        both(laid).secure(laid.uid, False)
    laid.afi = IN_LIBRARY
    both(laid).secure(laid.uid, True)


def test_the_first_tag_of_a_set_half_written_leaves_the_set_unknown() -> None:
    laid = Laid("SZ0000001", 2, 1, afi=IN_LIBRARY, eas=True)
    settings = Settings(reader="memory", secured_by="both", rounds=1)
    source = PadSource("pad", both(laid), settings, Meanings())
    source.wait(0.2)
    with pytest.raises(DeviceSilent):
        source.secure("SZ0000001", False)


def test_tags_that_read_single_blocks_only() -> None:
    laid = Laid("SZ0000001")

    class Old(Tag):
        def _heard(self, laid: Laid, request: bytes) -> bytes | None:
            return b"\x01\x01" if request[1] == 0x23 else super()._heard(laid, request)

    assert one(PcscPad(Settings(reader="memory"), Reader(Old(laid)))).item == "SZ0000001"  # type: ignore[arg-type]


@pytest.mark.parametrize("code", [0x0F, 0x10])
def test_a_tag_that_refuses_a_block_is_whole_only_where_there_is_no_such_block(code: int) -> None:
    laid = Laid("SZ0000001")

    class Refuses(Tag):
        asked = 0

        def _heard(self, laid: Laid, request: bytes) -> bytes | None:
            if request[1] == 0x23:
                return b"\x01\x01"
            self.asked += request[1] == 0x20
            return bytes((1, code)) if request[1] == 0x20 and self.asked == 12 else super()._heard(laid, request)

    there = PcscPad(Settings(reader="memory"), Reader(Refuses(laid)))  # type: ignore[arg-type]
    if code == 0x10:
        assert one(there).item == "SZ0000001"  # it has fewer than it says; the layout's own checks hold
        return
    with pytest.raises(WireError, match="0F"):
        there.tags()
    assert one(there).item == "SZ0000001"


class Ends(Tag):
    """A reader for storage cards whose third question for memory ends so, as often as that."""

    ending = b""
    times = 99

    def answer(self, apdu: bytes) -> bytes:
        if apdu[1] == 0xB0 and apdu[3] == 8 and self.times:
            self.times -= 1
            return self.ending
        return super().answer(apdu)


def ends(ending: str, times: int = 99) -> PcscPad:
    tag = Ends(Laid("SZ0000001", bytes_of_memory=48), transparent=False, storage=True)
    tag.ending, tag.times = bytes.fromhex(ending), times
    return PcscPad(Settings(reader="memory", through="storage"), Reader(tag))  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ["63 00", "64 00", "69 86", "67 00"])
def test_through_storage_commands_half_a_tag_is_none_and_is_read_anew(ending: str) -> None:
    there = ends(ending, times=1)
    assert there.tags() == []
    assert one(there).item == "SZ0000001"


@pytest.mark.parametrize("ending", ["62 82", "6A 82", "6A 86", "6B 00", "00 00 00 00 62 82"])
def test_through_storage_commands_memory_ends_as_readers_say_it(ending: str) -> None:
    assert one(ends(ending)).item == "SZ0000001"


def test_through_storage_commands_it_reads_and_nothing_more() -> None:
    there = pad(Laid("SZ0000001"), transparent=False, storage=True, through="storage")
    assert one(there) == BookTag(Laid("SZ0000001").uid, "SZ0000001", 1, 1, Usage.CIRCULATING, "CN-440300", None)
    with pytest.raises(DeviceRefused):
        there.secure(Laid("SZ0000001").uid, True)


def test_through_storage_commands_no_book_gets_the_number_of_another() -> None:
    class Swapped(Tag):
        def answer(self, apdu: bytes) -> bytes:
            said = super().answer(apdu)
            if apdu[1] == 0xCA:  # once it has told its UID
                self._laid = Laid("SZ0000002")
            return said

    there = Reader(Swapped(Laid("SZ0000001"), transparent=False, storage=True))
    settings = Settings(reader="memory", through="storage")
    with pytest.raises(WireError, match="another"):
        PcscPad(settings, there).tags()  # type: ignore[arg-type]
    assert one(PcscPad(settings, there)).item == "SZ0000002"  # type: ignore[arg-type]


def test_a_reader_without_sessions_says_what_to_set() -> None:
    with pytest.raises(WireError, match="storage"):
        pad(Laid("SZ0000001"), transparent=False, storage=True).tags()


class Untold(Tag):
    """Says what is in its memory, and not what it is: ISO 15693 leaves that to a tag."""

    def _heard(self, laid: Laid, request: bytes) -> bytes | None:
        return b"\x01\x01" if request[1] == iso15693.SYSTEM_INFORMATION else super()._heard(laid, request)


class Locked(Tag):
    """Memory that PC/SC's own command may not read."""

    def answer(self, apdu: bytes) -> bytes:
        return b"\x69\x82" if apdu[1] == 0xB0 else super().answer(apdu)


@pytest.mark.parametrize(
    ("twin", "settings"),
    [
        (Untold(Laid("SZ0000001"), storage=True), Settings(reader="memory")),
        (Locked(Laid("SZ0000001"), transparent=False, storage=True), Settings(reader="memory", through="storage")),
    ],
    ids=["untold", "locked"],
)
def test_a_tag_that_says_little_is_still_a_tag_and_no_reason_to_lose_the_pad(twin: Tag, settings: Settings) -> None:
    pad = PcscPad(settings, Reader(twin))  # type: ignore[arg-type]
    for _ in range(2 * FAILED_MAX):
        assert pad.tags() == [BookTag(Laid("SZ0000001").uid)]


@given(st.binary(max_size=40))
def test_any_answer_of_a_tag_is_understood_or_refused(data: bytes) -> None:
    for read in (lambda: SystemInformation.from_bytes(answer(data)), lambda: hexadecimal(data)):
        with suppress(WireError, TagRefused):
            read()


@given(st.binary(min_size=2, max_size=60))
def test_any_answer_of_a_reader_is_understood_or_refused(data: bytes) -> None:
    class Any_(Published):
        def answer(self, apdu: bytes) -> bytes:
            return data if apdu[3] == 0x01 else super().answer(apdu)

    with suppress(WireError):
        PcscPad(Settings(reader="memory"), Reader(Any_())).tags()  # type: ignore[arg-type]


# ---- the real daemon ----------------------------------------------------------------------------------------------


def test_over_pcscd_a_thing_laid_there_is_seen_and_gone_again(pcscd: Pcscd) -> None:
    twin = Twin(pcscd.port(OMNIKEY))
    source = connect("pad", Settings(reader=OMNIKEY, rounds=1), Meanings())
    laid = Laid("SZ0000001")
    try:
        assert seen(source) == ()
        twin.lay(laid)
        assert seen(source) == ("SZ0000001",)
        source.pad.secure(laid.uid, False)
        assert laid.afi == ON_LOAN
        twin.remove(laid)
        assert seen(source) == ()
    finally:
        twin.close()
        source.close()
        time.sleep(0.45)  # until pcscd has seen it go


def seen(source: Any) -> tuple[str, ...]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for reading in source.wait(0.5):
            if isinstance(reading, PileSeen):
                return reading.items
    raise AssertionError("nothing was seen")
