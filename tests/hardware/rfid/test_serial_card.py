"""Cards from a serial reader, over a real pseudo-terminal, and its lines in any pieces."""

import itertools
import time
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from hardware.errors import DeviceGone
from hardware.readings import CardGone, CardShown, CardUnread, Reading
from hardware.rfid.serial_card import LINE_MAX, TOGETHER_S, Decoder, SerialCardSource, Settings, connect
from hardware.scanner.barcode import Meanings
from simulators.serial_card import SerialCard

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "serial_card.toml").read_text())["line"]
USUAL = Meanings()
UID, OTHER = "04A1B2C3", "04A1B2C3D4E5F6"
HEX = st.text("0123456789ABCDEF", min_size=1, max_size=LINE_MAX).map(str.encode)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[SerialCard]:
    with SerialCard(tmp_path / "ttyCARD0") as twin:
        yield twin


def opened(reader: SerialCard, **settings: Any) -> SerialCardSource:
    """Connected, and past the time in which what is said was lying there before."""
    about = Settings.model_validate({"port": reader.port, "quiet_s": 0.2, **settings})
    source = connect("card", about, USUAL)
    assert source.wait(about.quiet_s + 0.05) == []
    return source


@pytest.fixture
def source(reader: SerialCard) -> Iterator[SerialCardSource]:
    source = opened(reader)
    yield source
    source.close()


def numbers(*said: Reading) -> list[str]:
    return [reading.number.get_secret_value() for reading in said if isinstance(reading, CardShown)]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["means"] for vector in VECTORS])
def test_a_line_says_what_it_means(source: SerialCardSource, reader: SerialCard, vector: dict[str, Any]) -> None:
    reader.say(bytes.fromhex(vector["bytes"]))
    said = source.wait(10 if {"number", "unread"} & set(vector) else 2)
    assert numbers(*said) == ([vector["number"]] if "number" in vector else [])
    unread = [CardUnread("card", vector["unread"])] if "unread" in vector else []
    assert [reading for reading in said if not isinstance(reading, CardShown)] == unread


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["means"] for vector in VECTORS])
def test_a_line_in_pieces_and_after_noise_is_the_same(vector: dict[str, Any]) -> None:
    line = bytes.fromhex(vector["bytes"])
    whole = Decoder().feed(b"\x00\xff\r" + line)[1:]
    decoder = Decoder()
    assert [one for byte in line for one in decoder.feed(bytes((byte,)))] == whole
    assert len(whole) == 1


def test_a_card_is_shown_and_counts_as_gone_after_silence(source: SerialCardSource, reader: SerialCard) -> None:
    reader.tap(UID)
    assert numbers(*source.wait(10)) == [UID]
    assert source.wait(10) == [CardGone("card")]
    reader.tap(UID)
    assert numbers(*source.wait(10)) == [UID]


class Line:
    """A transport, and its clock, which only waiting moves: what a reader says, and when."""

    def __init__(self, said: Iterable[tuple[float, str]]) -> None:
        self._now = 0.0
        self._said = list(said)

    def monotonic(self) -> float:
        return self._now

    def read(self, timeout_s: float) -> bytes:
        if not self._said or self._said[0][0] > self._now + timeout_s:
            self._now += timeout_s
            return b""
        at, uid = self._said.pop(0)
        self._now = max(self._now, at)
        return f"{uid}\r\n".encode()

    def heard(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, Reading]]:
        """What is made of it in twenty seconds, and when."""
        monkeypatch.setattr("hardware.rfid.serial_card.time", self)
        source = SerialCardSource("card", Settings(port="-", quiet_s=1.0), USUAL, self)  # type: ignore[arg-type]
        heard = list[tuple[float, Reading]]()
        while self._now < 20:
            heard += [(round(self._now, 3), reading) for reading in source.wait(0.25)]
        return heard


REPEATS_S = 0.75
GONE_S = 1.0
SHOWN, SHOWN_OTHER = (CardShown("card", SecretStr(uid)) for uid in (UID, OTHER))
GONE, TWO = CardGone("card"), CardUnread("card", "two")


def repeated(*visits: tuple[float, float]) -> list[tuple[float, str]]:
    """A card lies on a reader that repeats it, from one second to another; later it is laid there again."""
    return [(since + n * REPEATS_S, UID) for since, until in visits for n in range(int((until - since) / REPEATS_S))]


def test_a_reader_that_repeats_says_one_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Line(repeated((2.0, 8.0))).heard(monkeypatch)
    assert heard == [(2.0 + TOGETHER_S, SHOWN), (8.0 - REPEATS_S + GONE_S, GONE)]


def test_a_card_that_lay_there_when_it_was_connected_opens_nothing_until_it_is_laid_there_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone, shown, *_ = Line(repeated((0.5, 5.0), (12.0, 15.0))).heard(monkeypatch)
    assert (gone, shown) == ((5.0 - REPEATS_S + GONE_S, GONE), (12.0 + TOGETHER_S, SHOWN))


def in_turn(since: float, until: float, every_s: float, *uids: str) -> list[tuple[float, str]]:
    """A wallet lies on a reader that says its cards one after another."""
    turns = zip(itertools.cycle(uids), range(int((until - since) / every_s)))
    return [(since + n * every_s, uid) for uid, n in turns]


@pytest.mark.parametrize("every_s", [0.05, 0.3, 0.5, 0.52, 0.9])
@pytest.mark.parametrize("uids", [(UID, OTHER), (UID, OTHER, "04A1B2C4")])
def test_a_wallet_whose_cards_are_said_in_turn_is_two_once(
    monkeypatch: pytest.MonkeyPatch, every_s: float, uids: tuple[str, ...]
) -> None:
    said = in_turn(3.0, 15.0, every_s, *uids)
    heard = [reading for _, reading in Line(said).heard(monkeypatch)]
    together = every_s < TOGETHER_S
    assert heard == ([] if together else [SHOWN]) + [TWO, GONE]


@pytest.mark.parametrize("every_s", [0.05, 0.3, 0.5])
def test_a_wallet_that_lay_there_as_it_was_connected_is_nobodys_turn(
    monkeypatch: pytest.MonkeyPatch, every_s: float
) -> None:
    assert [one for _, one in Line(in_turn(0.1, 15.0, every_s, UID, OTHER)).heard(monkeypatch)] == [GONE]


def test_two_that_are_said_once_right_after_each_other_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Line([(3.0, UID), (3.017, OTHER), (8.0, UID)]).heard(monkeypatch)
    assert heard == [(3.017, TWO), (4.017, GONE), (8.1, SHOWN), (9.0, GONE)]


def test_the_next_readers_card_arrives_once_the_one_before_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Laid there sooner than the first counts as lifted, on a reader that says it once, and on one that repeats it."""
    once = Line([(3.0, UID), (3.8, OTHER)]).heard(monkeypatch)
    assert once == [(3.1, SHOWN), (5.0, GONE), (5.0, SHOWN_OTHER), (5.0, GONE)]
    again = Line([(3.0, UID), (3.5, UID), *((4.0 + n / 2, OTHER) for n in range(10))]).heard(monkeypatch)
    assert again == [(3.1, SHOWN), (5.5, GONE), (5.5, SHOWN_OTHER), (9.5, GONE)]
    later = Line([(3.0, UID), (4.1, OTHER)]).heard(monkeypatch)
    assert later == [(3.1, SHOWN), (4.0, GONE), (4.2, SHOWN_OTHER), (5.1, GONE)]


def test_two_at_once_are_nobodys_turn(source: SerialCardSource, tmp_path: Path) -> None:
    with SerialCard(tmp_path / "ttyCARD1", baud=0) as reader:
        both = opened(reader)
        reader.say(f"{UID}\r\n{OTHER}\r\n".encode())
        assert both.wait(10) == [CardUnread("card", "two")]
        both.close()


@pytest.mark.parametrize("line", ["08A1B2C3", "00000000", "04A1B2C3D4", "33191000105864"])  # the last is an item's
def test_hex_that_is_no_number(source: SerialCardSource, reader: SerialCard, line: str) -> None:
    reader.say(line.encode() + b"\r")
    assert source.wait(10) == [CardUnread("card", "unfit")]


@pytest.mark.parametrize(
    "noise",
    [
        b"\r\n\r\n",
        b"READY v1.2\r\n",
        b"\xff\xfe\x80\n",
        b"04A1B2C\n",
        b"04A1B2C3Z\n",
        b"A" * 500 + b"\n",
        b"\x00" * 80 + b"\r",
    ],
)
def test_noise_is_passed_over(source: SerialCardSource, reader: SerialCard, noise: bytes) -> None:
    reader.say(noise)
    assert source.wait(0.05) == []
    reader.tap(UID)
    assert numbers(*source.wait(10)) == [UID]


@pytest.mark.parametrize("line", ["\x0204a1b2c3\x03", "04 A1 B2 C3\n", "04:A1:B2:C3\r\n", "04-a1-b2-c3\r"])
def test_ways_to_write_a_number(source: SerialCardSource, reader: SerialCard, line: str) -> None:
    reader.say(line.encode())
    assert numbers(*source.wait(10)) == [UID]


def test_a_number_of_four_bytes_is_a_card_s_though_items_are_numbered_so(
    source: SerialCardSource, reader: SerialCard
) -> None:
    reader.tap("12345678")
    assert numbers(*source.wait(10)) == ["12345678"]


def test_a_pattern_of_ones_own(reader: SerialCard) -> None:
    source = opened(reader, pattern=r"Card: (?P<uid>\w+) \(13.56 MHz\)")
    reader.say(b"Card: 04A1B2C3 (13.56 MHz)\r\n04A1B2C4\r\n")
    assert numbers(*source.wait(10)) == [UID]
    reader.say(b"Card: nothing (13.56 MHz)\r\n")
    assert source.wait(10) == [CardGone("card")]
    assert source.wait(0.1) == []
    source.close()


def test_a_word_that_a_pattern_of_ones_own_knows_beside_cards_is_none(reader: SerialCard) -> None:
    source = opened(reader, pattern=r"(?P<uid>[0-9A-F]{8})|READY")
    reader.say(b"READY\r\n")
    assert source.wait(0.1) == []
    reader.tap(UID)
    assert numbers(*source.wait(10)) == [UID]
    source.close()


@pytest.mark.parametrize("wait_s", [0.05, 0.6])
def test_a_line_that_was_cut_off_is_no_part_of_the_next_card(
    source: SerialCardSource, reader: SerialCard, wait_s: float
) -> None:
    reader.say(b"04A1")
    until = time.monotonic() + 0.6
    while time.monotonic() < until:
        assert source.wait(wait_s) == []
    reader.tap(UID)
    assert numbers(*source.wait(10)) == [UID]


def test_unplugged_and_back(source: SerialCardSource, reader: SerialCard) -> None:
    reader.unplug()
    with pytest.raises(DeviceGone):
        source.wait(10)
    source.close()
    with pytest.raises(DeviceGone):
        connect("card", Settings(port=reader.port), USUAL)
    reader.plug()
    again = opened(reader)
    reader.tap(UID)
    assert numbers(*again.wait(10)) == [UID]
    again.close()


@pytest.mark.parametrize(
    "wrong",
    [{}, {"port": ""}, {"port": "x", "pattern": "("}, {"port": "x", "pattern": "[0-9]+"}, {"port": "x", "bauds": 1}],
)
def test_settings_that_do_not_do(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


@given(
    lines=st.lists(HEX, max_size=8),
    ends=st.sampled_from([b"\r", b"\n", b"\r\n", b"\x03", b"\x03\r\n\x02"]),
    data=st.data(),
)
def test_lines_come_whole_however_they_are_cut(lines: list[bytes], ends: bytes, data: st.DataObject) -> None:
    stream = b"".join(line + ends for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    decoder = Decoder()
    found: list[bytes] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += decoder.feed(stream[start:end])
    assert found == lines
    byte_by_byte = Decoder()
    assert [line for value in stream for line in byte_by_byte.feed(bytes([value]))] == lines


@given(noise=st.lists(st.binary(max_size=300), max_size=20), line=HEX)
def test_after_noise_a_line_is_whole_again(noise: list[bytes], line: bytes) -> None:
    decoder = Decoder()
    for piece in noise:
        for found in decoder.feed(piece):
            assert 0 < len(found) <= LINE_MAX
            assert not set(found) & set(b"\r\n\x02\x03")
    decoder.feed(b"\n")
    assert decoder.feed(line + b"\n") == [line]


def test_a_line_too_long_is_dropped_whole() -> None:
    decoder = Decoder()
    assert [line for _ in range(1000) for line in decoder.feed(b"A" * 1000)] == []
    assert decoder.feed(UID.encode() + b"\r\n") == []
    assert decoder.feed(b"04A1B2C4\r\n") == [b"04A1B2C4"]
