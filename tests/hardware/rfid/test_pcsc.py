"""PC/SC through the real pcscd, with virtual cards."""

import threading
import time
from collections.abc import Iterator

import pytest
from pydantic import ValidationError
from pytest_mock import MockerFixture
from readers import OMNIKEY, PICC
from smartcard import scard

from hardware.errors import DeviceGone
from hardware.readings import CardGone, CardShown, CardUnread, Reading
from hardware.rfid.pcsc import PcscSource, Settings, connect
from hardware.rfid.pcsc_reader import choose
from simulators.pcsc import Card, Fault
from simulators.pcscd import Pcscd

UID = "04A1B2C3"


@pytest.fixture
def card(pcscd: Pcscd) -> Iterator[Card]:
    place = Card(pcscd.port(PICC))
    yield place
    place.close()
    time.sleep(0.45)  # until pcscd has looked


@pytest.fixture
def source(card: Card) -> Iterator[PcscSource]:
    opened = connect("card", Settings(reader="acr122"))
    yield opened
    opened.close()


def readings(source: PcscSource, count: int, within_s: float = 4.0) -> list[Reading]:
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
            return connect("card", Settings(reader=part))
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
    later = connect("card", Settings(reader=PICC))
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
    missed = source.wait(1)
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
    card.tap(UID, atr=bytes(40))  # above the 33 bytes of an ATR: pcscd refuses it
    assert readings(source, 1) == [CardUnread("card", "unfit")]
    card.lift()
    assert readings(source, 1) == [CardGone("card")]


def test_a_slow_card_is_read(source: PcscSource, card: Card) -> None:
    card.tap(UID, delay_s=0.3)
    assert numbers(readings(source, 1)) == [UID]


@pytest.mark.parametrize("kill", [False, True])
def test_pcscd_restarts(source: PcscSource, card: Card, pcscd: Pcscd, kill: bool) -> None:
    card.tap(UID)
    assert numbers(readings(source, 1)) == [UID]
    stopping = threading.Timer(0.1, pcscd.stop, [kill])  # amid a wait
    stopping.start()
    with pytest.raises(DeviceGone):
        source.wait(5)
    stopping.join()
    with pytest.raises(DeviceGone):
        source.wait(0.1)
    source.close()
    with pytest.raises(DeviceGone):
        connect("card", Settings())
    pcscd.start()
    again = connected(PICC, within_s=1)
    assert numbers(readings(again, 1, within_s=1)) == [UID]
    again.close()


def test_the_reader_goes_and_comes_back(source: PcscSource, card: Card, pcscd: Pcscd) -> None:
    pcscd.restart(without=[PICC])
    with pytest.raises(DeviceGone):
        source.wait(1)
    with pytest.raises(DeviceGone, match="OMNIKEY"):  # says what there is
        connect("card", Settings(reader=PICC))
    pcscd.restart()
    again = connected(PICC, within_s=1)
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
    other_card, other = Card(pcscd.port(OMNIKEY)), connect("desk", Settings(reader="omnikey"))
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
    later = connect("card", Settings(reader=PICC))
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
    ],
)
def test_which_reader(readers: list[str], part: str, chosen: str | None) -> None:
    found = choose(readers, part)
    assert (found is None) if chosen is None else (found is not None and chosen in found)


def test_settings_know_their_names() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"raeder": "ACR122"})
