"""The scanner that is a keyboard: Linux' events, and the driver at the end of a pseudo-terminal and of a pipe."""

import errno
import os
import string
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pytest_mock import MockerFixture

from hardware.errors import DeviceGone
from hardware.readings import CodeUnknown, IsbnScanned, ItemScanned, PassScanned, Reading
from hardware.scanner import keyboard
from hardware.scanner.barcode import Meanings
from hardware.scanner.keyboard import EVENT, PLAIN, SHIFTED, Decoder, Settings, connect
from hardware.source import Source
from simulators.keyboard import Keyboard, event, key, typed

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "keyboard.toml").read_text(encoding="utf-8"))
USUAL = Meanings()
BOOK, ITEM = IsbnScanned("desk", "9787020002207"), ItemScanned("desk", "SX0001234")


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[Keyboard]:
    with Keyboard(tmp_path / "event0") as twin:
        yield twin


def times_open(twin: Keyboard) -> int:
    """How often this process has the device open; its twin holds it too."""
    held = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    return held.count(os.path.realpath(twin.port))


def opened(twin: Keyboard, **settings: object) -> Source:
    """Connected, and past the time in which what is typed was lying there before."""
    about = Settings.model_validate({"path": twin.port, "again_after_s": 0.5, **settings})
    source = connect("desk", about, USUAL)
    assert source.wait(about.again_after_s + 0.1) == []
    return source


def heard(source: Source, count: int, within_s: float = 20.0) -> list[Reading]:
    """The next readings, until there are ``count``."""
    readings: list[Reading] = []
    until = time.monotonic() + within_s
    while len(readings) < count and time.monotonic() < until:
        readings += source.wait(0.05)
    return readings


# ---- events --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["typed"], ids=lambda vector: vector["text"].strip() or "none")
@pytest.mark.parametrize("piece", [1, 24, 1000])
def test_keys_are_letters(vector: dict[str, Any], piece: int) -> None:
    stream = b"".join(key(code, value) for code, value in vector["keys"])
    decoder = Decoder()
    letters = [one for at in range(0, len(stream), piece) for one in decoder.feed(stream[at : at + piece])]
    assert b"".join(letters).decode() == vector["text"]


@pytest.mark.parametrize("vector", VECTORS["event"], ids=lambda vector: vector["bytes"][-24:])
def test_events_as_linux_writes_them(vector: dict[str, str]) -> None:
    assert b"".join(Decoder().feed(bytes.fromhex(vector["bytes"]))).decode() == vector["text"]
    assert EVENT.size == 24


def test_every_letter_there_is_can_be_typed() -> None:
    letters = {letter for letter in string.printable if letter.isprintable()}
    assert letters <= {*PLAIN.values(), *SHIFTED.values()}
    for letter in letters:
        assert Decoder().feed(typed(letter)) == [letter.encode()]


def test_what_the_system_lost_spoils_the_code_it_belonged_to() -> None:
    decoder = Decoder()
    lost = event(0, 3, 0) + event(1, 42, 1) + event(0, 0, 0)
    stream = typed("9") + key(42, 1) + lost + typed("a") + typed("\r") + typed("b")
    assert b"".join(decoder.feed(stream)) == b"9\x00a\rb"


@given(st.lists(st.binary(max_size=100), max_size=20), st.text("0123456789AXYZ-", max_size=12))
def test_any_bytes_leave_less_than_an_event_behind(noise: list[bytes], code: str) -> None:
    decoder = Decoder()
    for piece in noise:
        letters = decoder.feed(piece)
        assert len(letters) <= len(piece) // EVENT.size + 1
        assert all(len(letter) == 1 for letter in letters)
    release = b"".join(key(held, 0) for held in (42, 54, 29, 97, 56, 100, 125, 126))
    decoder.feed(release * 2)
    assert b"".join(decoder.feed(b"".join(map(typed, code)))) == code.encode()


# ---- on a wire -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["\r", "\t", ""])
def test_with_and_without_enter(tmp_path: Path, suffix: str) -> None:
    with Keyboard(tmp_path / "event0", suffix=suffix) as twin:
        source = opened(twin)
        for code, reading in (("9787020002207", BOOK), ("SX0001234", ITEM)):
            twin.scan(code)
            assert heard(source, 1) == [reading]
        assert source.wait(0.3) == []
        source.close()


def test_half_a_code_is_unknown_and_does_not_spoil_the_next(scanner: Keyboard) -> None:
    source = opened(scanner, suffixed=True)
    scanner.scan_half("SX0001234567890")
    assert heard(source, 1) == [CodeUnknown("desk", 7)]
    scanner.scan("SX0001234")
    assert heard(source, 1) == [ITEM]
    source.close()


def test_a_pass_with_all_its_signs(scanner: Keyboard) -> None:
    text = "L1:4I8VB6DI4 UQ$%*+-./:"
    source = opened(scanner)
    scanner.scan(text)
    [scan] = heard(source, 1)
    assert isinstance(scan, PassScanned)
    assert scan.text.get_secret_value() == text
    source.close()


def test_too_long_is_unknown_and_the_next_code_reads(scanner: Keyboard) -> None:
    source = opened(scanner, length_max=64)
    flooding = threading.Thread(target=scanner.flood, args=(300,), daemon=True)
    flooding.start()
    assert heard(source, 1) == [CodeUnknown("desk", 300)]
    flooding.join()
    scanner.scan("SX0001234")
    assert heard(source, 1) == [ITEM]
    source.close()


@pytest.mark.parametrize("text", ["取书", "SX\x1d0001234"])
def test_what_a_keyboard_cannot_type_is_no_code(scanner: Keyboard, text: str) -> None:
    source = opened(scanner)
    scanner.scan(text)
    assert heard(source, 1) == [CodeUnknown("desk", len(text))]
    source.close()


def test_what_was_typed_before_anybody_listened_is_nobodys(scanner: Keyboard) -> None:
    source = opened(scanner)
    scanner.scan("SX0001234")
    again = opened(scanner)
    assert heard(source, 1, within_s=0.4) == []
    scanner.scan("9787020002207")
    assert heard(again, 1) == [BOOK]
    source.close()
    again.close()


def test_unplugged_while_waiting_and_back(scanner: Keyboard) -> None:
    source = opened(scanner)
    scanner.unplug()
    with pytest.raises(DeviceGone):
        source.wait(1)
    source.close()
    source.close()
    with pytest.raises(DeviceGone, match="closed"):
        source.wait(1)
    with pytest.raises(DeviceGone, match="plugged in"):
        opened(scanner)
    scanner.plug()
    source = opened(scanner)
    scanner.scan("SX0001234")
    assert heard(source, 1) == [ITEM]
    source.close()


def test_a_code_typed_again_and_again_is_one_arrival(tmp_path: Path) -> None:
    with Keyboard(tmp_path / "event0", repeat_s=0.2) as twin:
        twin.scan("9787020002207")
        source = connect("desk", Settings(path=twin.port, again_after_s=0.8), USUAL)
        assert heard(source, 1, within_s=1.5) == []  # it lay there
        twin.scan("SX0001234")
        assert heard(source, 2, within_s=2.0) == [ITEM]
        twin.take_away()
        assert source.wait(1.2) == []
        twin.scan("SX0001234")
        assert heard(source, 1) == [ITEM]
        source.close()


def test_a_pipe_does_as_well(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "events")
    ours = os.open(tmp_path / "events", os.O_RDWR)
    source = connect("desk", Settings(path=str(tmp_path / "events"), again_after_s=0.5), USUAL)
    assert source.wait(0.6) == []
    os.write(ours, b"".join(map(typed, "SX0001234\r")))
    assert heard(source, 1) == [ITEM]
    os.close(ours)
    with pytest.raises(DeviceGone):
        source.wait(1)
    source.close()


def test_what_another_reads_first_is_no_trouble(tmp_path: Path, mocker: MockerFixture) -> None:
    path = tmp_path / "events"
    os.mkfifo(path)
    ours = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    source = connect("desk", Settings(path=str(path)), USUAL)
    select = keyboard.select.select

    def outrun(*about: Any) -> Any:  # the moment between looking and reading cannot be met otherwise
        ready = select(*about)
        if ready[0]:
            assert os.read(ours, 4096)
        return ready

    mocker.patch.object(keyboard.select, "select", outrun)
    os.write(ours, typed("S"))
    assert source.wait(0.1) == []
    source.close()
    os.close(ours)


def test_the_kernels_word_for_a_line_that_broke_is_told() -> None:
    near, far = os.openpty()
    source = keyboard.Keyboard("desk", Settings(path="/dev/input/event7"), USUAL, near)
    os.close(far)  # and what is read at the near end is EIO, as of a device that was pulled out
    with pytest.raises(DeviceGone, match=r"^/dev/input/event7: .*\(unplugged\)$"):
        source.wait(1)
    source.close()


def test_what_never_stops_holds_nobody_up() -> None:
    source = connect("desk", Settings(path="/dev/zero"), USUAL)
    assert source.wait(0.2) == []
    source.close()


def test_where_nothing_can_come_it_is_gone() -> None:
    source = connect("desk", Settings(path="/dev/null"), USUAL)
    with pytest.raises(DeviceGone, match="unplugged"):
        source.wait(1)
    source.close()


@pytest.mark.parametrize(
    ("number", "said"), [(errno.EBUSY, "another program"), (errno.ENODEV, "unplugged"), (errno.ENOTTY, "")]
)
def test_a_keyboard_that_cannot_be_taken_is_not_listened_to(
    scanner: Keyboard, mocker: MockerFixture, number: int, said: str
) -> None:
    # No input device can be made on a machine without uinput; these are the kernel's answers.
    grab = mocker.patch.object(keyboard.fcntl, "ioctl", side_effect=OSError(number, os.strerror(number)))
    opens = mocker.spy(keyboard.os, "open")
    before = times_open(scanner)
    if said:
        with pytest.raises(DeviceGone, match=said):
            opened(scanner)
        # Not by its number, which may be another's by now.
        assert times_open(scanner) == before
    else:
        opened(scanner).close()
    grab.assert_called_once_with(opens.spy_return, 0x40044590, 1)


@pytest.mark.parametrize("wrong", [{}, {"path": ""}, {"path": "x", "port": "y"}, {"path": "x", "kinds": []}])
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)
