"""PC/SC through the real pcscd, with virtual cards."""

import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError
from pytest_mock import MockerFixture
from readers import OMNIKEY, PICC
from smartcard import scard

from hardware.errors import DeviceGone
from hardware.readings import CardGone, CardShown, CardUnread, Reading
from hardware.rfid.pcsc import PcscSource, Settings, connect
from hardware.rfid.pcsc_reader import choose, version_told
from hardware.scanner.barcode import Meanings
from hardware.wiretap import Way, listening
from simulators.chip import Application, Chip, classic, social_security, t_union
from simulators.pcsc import Card, Fault
from simulators.pcscd import Pcscd

USUAL = Meanings()
UID = "04A1B2C3"


@pytest.fixture
def card(pcscd: Pcscd) -> Iterator[Card]:
    place = Card(pcscd.port(PICC))
    yield place
    place.close()
    time.sleep(0.45)  # until pcscd has looked


@pytest.fixture
def source(card: Card) -> Iterator[PcscSource]:
    opened = connect("card", Settings(reader="acr122"), USUAL)
    yield opened
    opened.close()


def readings(source: PcscSource, count: int, within_s: float = 20.0) -> list[Reading]:
    """The next ``count`` readings, or those that came in time."""
    said: list[Reading] = []
    deadline = time.monotonic() + within_s
    while len(said) < count and time.monotonic() < deadline:
        said += source.wait(deadline - time.monotonic())
    return said


def numbers(said: list[Reading]) -> list[str]:
    return [reading.number.get_secret_value() for reading in said if isinstance(reading, CardShown)]


def connected(part: str, within_s: float) -> PcscSource:
    deadline = time.monotonic() + within_s
    while True:
        try:
            return connect("card", Settings(reader=part), USUAL)
        except DeviceGone:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("uid", "said"),
    [(UID, UID), ("04A1B2C3D4E5F6", "04A1B2C3D4E5F6"), ("78563412000104E0", "E004010012345678")],
)
def test_a_card_is_read_and_gone(source: PcscSource, card: Card, uid: str, said: str) -> None:
    card.tap(uid)
    assert numbers(readings(source, 1)) == [said]
    card.lift()
    assert readings(source, 1) == [CardGone("card")]


def test_a_card_left_there_is_said_once(source: PcscSource, card: Card) -> None:
    card.tap(UID)
    assert numbers(readings(source, 1)) == [UID]
    assert readings(source, 1, within_s=1.3) == []


def test_a_card_that_lay_there_before_opens_nothing_until_it_is_laid_there_again(
    card: Card, source: PcscSource
) -> None:
    card.tap(UID)
    assert numbers(readings(source, 1)) == [UID]
    later = connect("card", Settings(reader=PICC), USUAL)
    assert later.wait(0.6) == []
    card.lift()
    assert readings(later, 1) == [CardGone("card")]
    card.tap(UID)
    assert numbers(readings(later, 1)) == [UID]
    later.close()


def test_one_card_after_the_other(source: PcscSource, card: Card) -> None:
    card.tap(UID)
    assert numbers(readings(source, 1)) == [UID]
    card.tap("04FFEEDD")
    time.sleep(1.2)  # looking away
    missed = source.wait(10)
    assert missed[0] == CardGone("card")
    assert numbers(list(missed)) == ["04FFEEDD"]


@pytest.mark.parametrize("fault", [Fault.LIFTED, Fault.FLEETING])
def test_lifted_too_early(source: PcscSource, card: Card, fault: Fault) -> None:
    card.tap(UID, fault)
    assert readings(source, 2) == [CardUnread("card", "lifted"), CardGone("card")]
    card.tap(UID)
    assert numbers(readings(source, 1)) == [UID]


def test_no_number_to_give(source: PcscSource, card: Card) -> None:
    card.tap(UID, Fault.UNFIT)
    assert readings(source, 1) == [CardUnread("card", "unfit")]


def test_a_random_number_is_none(source: PcscSource, card: Card) -> None:
    card.tap("08A1B2C3")
    assert readings(source, 1) == [CardUnread("card", "unfit")]


def test_a_card_that_cannot_be_powered_up(source: PcscSource, card: Card) -> None:
    card.tap(Chip(UID, atr=bytes(40)))  # above the 33 bytes of an ATR: pcscd refuses it
    assert readings(source, 1) == [CardUnread("card", "unfit")]
    card.lift()
    assert readings(source, 1) == [CardGone("card")]


def test_a_slow_card_is_read(source: PcscSource, card: Card) -> None:
    card.tap(UID, delay_s=0.3)
    assert numbers(readings(source, 1)) == [UID]


# ---- numbers from inside -------------------------------------------------------------------------------------------

T_UNION, SOCIAL = "3105170010170907984", "A12345678"
KEY, CLUB = bytes.fromhex("A0A1A2A3A4A5"), bytes.fromhex("F0434C5542")


@pytest.fixture
def inside(card: Card, tmp_path: Path) -> Iterator[PcscSource]:
    """Reads a number from inside where there is one, else the UID."""
    key_file = tmp_path / "campus.key"
    key_file.write_text(KEY.hex())
    key_file.chmod(0o600)
    own = [
        {"name": "campus", "sector": 4, "key_file": str(key_file), "length": 10, "decode": "text", "prefix": "campus-"},
        {"name": "club", "application": CLUB.hex(), "file": "0002", "length": 7, "decode": "bcd"},
    ]
    read = ["t-union", "social-security", "campus", "club", "uid"]
    opened = connect("card", Settings.model_validate({"reader": PICC, "read": read, "recipe": own}), USUAL)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("chip", "number"),
    [
        (t_union(T_UNION), T_UNION),  # a telephone: another UID each time
        (t_union(T_UNION, UID), T_UNION),
        (social_security(SOCIAL, UID), SOCIAL),
        (social_security(SOCIAL, by_identifier=False), SOCIAL),
        (classic(UID, 4, KEY, b"2021000123"), "campus-2021000123"),
        (classic(UID, 4, bytes(6), b"2021000123"), UID),  # a wrong key: somebody else's card
        (Chip(UID), UID),
        (Chip(UID, (Application(CLUB, {2: bytes.fromhex("1234567890123F")}),)), "1234567890123"),
        (Chip(UID, (Application(CLUB, {2: bytes.fromhex("123456789FFFFF")}),)), UID),  # numbered as an item is
    ],
)
@pytest.mark.parametrize("way", [{}, {"pieces": 7}, {"exact": True}], ids=str)
def test_a_number_from_inside(inside: PcscSource, card: Card, chip: Chip, number: str, way: dict[str, int]) -> None:
    card.tap(replace(chip, **way))
    assert numbers(readings(inside, 1)) == [number]
    card.lift()
    assert readings(inside, 1) == [CardGone("card")]


def test_a_random_number_is_none_though_applications_were_asked_for(inside: PcscSource, card: Card) -> None:
    card.tap(Chip("random"))
    assert readings(inside, 1) == [CardUnread("card", "unfit")]


@pytest.mark.parametrize("question", range(1, 5))
def test_lifted_amid_the_questions_is_nobody_and_then_somebody(inside: PcscSource, card: Card, question: int) -> None:
    card.tap(t_union(T_UNION, UID), Fault.LIFTED, lifted_at=question)
    assert readings(inside, 2) == [CardUnread("card", "lifted"), CardGone("card")]
    card.tap(t_union(T_UNION, UID))
    assert numbers(readings(inside, 1)) == [T_UNION]


class Pair(Chip):
    """Two cards at once, the second of which answers from its third question on."""

    asked = 0

    def answer(self, apdu: bytes) -> bytes:
        self.asked += 1
        if self.asked == 4:
            self.uid = "04FFEEDD"
            self.power_on()
        return super().answer(apdu)


def test_two_cards_that_answer_in_turn_are_nobodys_number(inside: PcscSource, card: Card) -> None:
    chip = t_union(T_UNION, UID)
    card.tap(Pair(chip.uid, chip.applications))
    assert readings(inside, 1) == [CardUnread("card", "two")]


def test_what_goes_between_is_overheard_and_a_key_is_not(inside: PcscSource, card: Card) -> None:
    heard: list[tuple[Way, bytes]] = []
    card.tap(classic(UID, 4, KEY, b"2021000123"))
    with listening(lambda way, data: heard.append((way, data))):
        assert readings(inside, 1)
    assert (Way.OUT, bytes.fromhex("FF8200000600 0000000000")) in heard
    assert (Way.IN, b"2021000123".ljust(16, b"\x00") + b"\x90\x00") in heard
    assert not any(KEY in data for _, data in heard)


# ---- the reader -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kill", [False, True])
def test_pcscd_restarts(source: PcscSource, card: Card, pcscd: Pcscd, kill: bool) -> None:
    card.tap(UID)
    assert numbers(readings(source, 1)) == [UID]
    stopping = threading.Timer(0.1, pcscd.stop, [kill])  # amid a wait
    stopping.start()
    with pytest.raises(DeviceGone):
        source.wait(20)
    stopping.join()
    with pytest.raises(DeviceGone):
        source.wait(0.1)
    source.close()
    with pytest.raises(DeviceGone):
        connect("card", Settings(), USUAL)
    card.lift()  # one that is seen again before the reader is would count as left there
    pcscd.start()
    again = connected(PICC, within_s=10)
    card.tap(UID)
    assert numbers(readings(again, 1)) == [UID]
    again.close()


def test_the_reader_goes_while_the_card_is_asked(source: PcscSource, card: Card, pcscd: Pcscd) -> None:
    """Its plug is pulled between a question and its answer: nothing is said of the card; back, it reads."""
    card.tap(UID, delay_s=30)

    def pull() -> None:
        until = time.monotonic() + 20
        while not card.moments.asked and time.monotonic() < until:
            time.sleep(0.005)
        pcscd.stop(kill=True)

    pulling = threading.Thread(target=pull)
    pulling.start()
    with pytest.raises(DeviceGone):
        assert readings(source, 1) == []
    pulling.join()
    assert card.moments.asked
    source.close()
    card.lift()
    pcscd.start()
    again = connected(PICC, within_s=20)
    card.tap(UID)
    assert numbers(readings(again, 1)) == [UID]
    again.close()


def test_the_reader_goes_and_comes_back(source: PcscSource, card: Card, pcscd: Pcscd) -> None:
    pcscd.restart(without=[PICC])
    with pytest.raises(DeviceGone):
        source.wait(20)
    until, said = time.monotonic() + 30, ""
    while "OMNIKEY" not in said:  # says what there is, once pcscd answers
        assert time.monotonic() < until, said
        with pytest.raises(DeviceGone) as gone:
            connect("card", Settings(reader=PICC), USUAL)
        said = str(gone.value)
    pcscd.restart()
    again = connected(PICC, within_s=30)
    card.tap(UID)
    assert numbers(readings(again, 1)) == [UID]
    again.close()


@pytest.mark.parametrize(
    "answer",
    [
        (scard.SCARD_S_SUCCESS, scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE | scard.SCARD_STATE_CHANGED),
        (scard.SCARD_E_UNKNOWN_READER, 0),
    ],
)
def test_the_reader_is_pulled_while_pcscd_runs(
    source: PcscSource, mocker: MockerFixture, answer: tuple[int, int]
) -> None:
    # A virtual reader cannot be pulled; these are the two answers of libpcsclite 1.9.9, the first one once.
    result, state = answer
    mocker.patch("smartcard.scard.SCardGetStatusChange", return_value=(result, [(PICC, state, [])]))
    with pytest.raises(DeviceGone):
        source.wait(0.1)


def test_two_readers_at_once(card: Card, source: PcscSource, pcscd: Pcscd) -> None:
    other_card, other = Card(pcscd.port(OMNIKEY)), connect("desk", Settings(reader="omnikey"), USUAL)
    said: dict[str, tuple[list[str], float]] = {}

    def listen(name: str, reader: PcscSource) -> None:
        said[name] = numbers(readings(reader, 1)), time.monotonic()

    threads = [threading.Thread(target=listen, args=each) for each in (("slow", source), ("quick", other))]
    for thread in threads:
        thread.start()
    card.tap(UID, delay_s=1.2)
    other_card.tap("04FFEEDD")
    for thread in threads:
        thread.join()
    other_card.close()
    other.close()
    assert said["slow"][0] == [UID]
    assert said["quick"][0] == ["04FFEEDD"]
    assert said["quick"][1] < said["slow"][1]  # nobody waits for a card in another reader


def test_another_program_keeps_the_reader(source: PcscSource, card: Card) -> None:
    later = connect("card", Settings(reader=PICC), USUAL)
    card.tap(UID)
    assert numbers(readings(source, 1)) == [UID]
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    _, readers = scard.SCardListReaders(context, [])
    result, handle, _ = scard.SCardConnect(
        context, choose(readers, PICC), scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    )
    assert result == scard.SCARD_S_SUCCESS
    with pytest.raises(DeviceGone):  # and does not block
        readings(later, 1)
    later.close()
    scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)


@pytest.mark.parametrize(
    ("readers", "part", "chosen"),
    [
        ([], "", None),
        (["Foo 00 00", "Bar 01 00"], "", "Foo 00 00"),
        (["Foo 00 00", "Bar 01 00"], "bar", "Bar 01 00"),
        (["Foo 00 00"], "bar", None),
        (["ACS ACR1281 1S Dual Reader ICC 00 00", "ACS ACR1281 1S Dual Reader PICC 00 01"], "acr1281", "PICC"),
        (["ACS ACR1252 Dual Reader SAM 00 01", "ACS ACR1252 Dual Reader PICC 00 00"], "", "PICC"),
        (["ACS ACR1252 Dual Reader SAM 00 01"], "acr1252", None),
        (["SAMSON 00 00"], "", "SAMSON"),
        (["Contact 00 00", "ACS ACR1552 1S CL Reader 01 00"], "", "CL"),
        (["Virtual PCD 00 00", "Virtual PCD 00 01"], "", None),
        (["Virtual PCD 00 00", "Foo 01 00"], "", "Foo 01 00"),
        (["Virtual PCD 00 00"], "00 00", None),
        (["Virtual PCD 00 00", "Virtual PCD 00 01"], "virtual PCD 00 01", "Virtual PCD 00 01"),
    ],
)
def test_which_reader(readers: list[str], part: str, chosen: str | None) -> None:
    found = choose(readers, part)
    assert (found is None) if chosen is None else (found is not None and chosen in found)


def test_settings_know_their_names() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"raeder": "ACR122"})


def test_a_reader_tells_its_name_and_its_version_where_it_has_one(source: PcscSource, card: Card) -> None:
    assert source.firmware() == f"{PICC} 00 00"  # a virtual reader tells no version
    card.tap(UID)
    assert numbers(readings(source, 1)) == [UID]
    assert source.firmware() == f"{PICC} 00 00"  # and asking does no harm to a card that lies there
    assert source.wait(0.5) == []
    source.close()
    with pytest.raises(DeviceGone):
        source.firmware()
    assert version_told((0x05021234).to_bytes(4, sys.byteorder)) == "5.02"  # MM mm bbbb, this machine's own order
