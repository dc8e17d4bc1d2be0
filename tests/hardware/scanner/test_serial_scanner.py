"""The serial scanner: its decoder three ways, and the driver through a real pseudo-terminal."""

import os
import threading
import time
import tracemalloc
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hardware.errors import DeviceGone
from hardware.readings import CodeUnknown, IsbnScanned, ItemScanned, PassScanned, Reading
from hardware.scanner.barcode import Kind, Meanings
from hardware.scanner.codes import Decoder
from hardware.scanner.serial_scanner import Settings, connect
from hardware.source import Source
from simulators.serial_scanner import SerialScanner

USUAL = Meanings()
BOOK = IsbnScanned("desk", "9787020002207")
ITEM = ItemScanned("desk", "SX0001234")
CODES = st.lists(st.text("0123456789ABCXYZ$ .:+-]", min_size=1, max_size=40).map(str.encode), max_size=6)


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[SerialScanner]:
    with SerialScanner(tmp_path / "ttySCANNER0", baud=115200) as twin:
        yield twin


def opened(twin: SerialScanner, **settings: object) -> Source:
    """Connected, and past the time in which what is said was lying there before."""
    about = Settings.model_validate({"port": twin.port, "again_after_s": 0.5, **settings})
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


@given(CODES, st.sampled_from([b"\r", b"\n", b"\r\n", b"\t"]))
def test_whole_byte_by_byte_and_with_trailing_bytes(codes: list[bytes], suffix: bytes) -> None:
    line = b"".join(code + suffix for code in codes)
    assert Decoder(64).feed(line) == codes
    slow = Decoder(64)
    assert [code for byte in line for code in slow.feed(bytes([byte]))] == codes
    trailing = Decoder(64)
    assert trailing.feed(line + b"978") == codes
    assert trailing.amid
    assert trailing.end() == [b"978"]
    assert trailing.end() == []


@given(st.binary(max_size=300), CODES)
def test_after_noise_the_next_codes_read_right(noise: bytes, codes: list[bytes]) -> None:
    decoder = Decoder(64)
    decoder.feed(noise)
    decoder.end()
    assert decoder.feed(b"".join(code + b"\r" for code in codes)) == codes


@given(st.lists(st.binary(max_size=50), max_size=40))
def test_what_is_fed_in_pieces_is_what_is_fed_at_once(pieces: list[bytes]) -> None:
    whole, cut = Decoder(30), Decoder(30)
    at_once = whole.feed(b"".join(pieces)) + whole.end()
    assert [code for piece in pieces for code in cut.feed(piece)] + cut.end() == at_once
    assert all(len(code) <= 30 if isinstance(code, bytes) else code > 30 for code in at_once)


def test_ten_megabytes_in_one_line_cost_no_memory_and_one_reading() -> None:
    decoder = Decoder(512)
    piece = b"9" * 4096
    decoder.feed(piece)
    tracemalloc.start()
    for _ in range(2560):
        assert decoder.feed(piece) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * 1024
    assert decoder.feed(b"\r9787020002207\r") == [2561 * 4096, b"9787020002207"]


@pytest.mark.parametrize("suffix", ["\r", "\n", "\r\n", "\t", ""])
def test_each_suffix_and_none(tmp_path: Path, suffix: str) -> None:
    with SerialScanner(tmp_path / "tty", baud=9600, suffix=suffix) as twin:
        source = opened(twin)
        for code, reading in (("9787020002207", BOOK), ("]A0SX0001234", ITEM)):
            twin.scan(code)
            assert heard(source, 1) == [reading]
        assert source.wait(0.2) == []
        source.close()


def test_a_code_is_whole_though_its_bytes_come_over_several_waits(tmp_path: Path) -> None:
    with SerialScanner(tmp_path / "tty", baud=1200, suffix="") as twin:
        source = opened(twin)
        twin.scan("9787020002207")  # 108 ms on the wire
        assert source.wait(0.01) == []
        assert heard(source, 1) == [BOOK]
        source.close()


def test_half_a_code_is_unknown_and_does_not_spoil_the_next(scanner: SerialScanner) -> None:
    source = opened(scanner)
    scanner.scan_half("9787020002207")
    assert heard(source, 1) == [CodeUnknown("desk", 6)]
    scanner.scan("9787020002207")
    assert heard(source, 1) == [BOOK]
    source.close()


def test_half_an_item_number_that_looks_whole_is_caught_where_the_suffix_is_sure(scanner: SerialScanner) -> None:
    source = opened(scanner, suffixed=True)
    scanner.scan_half("SX0001234567890")
    assert heard(source, 1) == [CodeUnknown("desk", 7)]
    scanner.scan("SX0001234")
    assert heard(source, 1) == [ITEM]
    source.close()


def test_noise_then_a_code(scanner: SerialScanner) -> None:
    source = opened(scanner)
    scanner.noise(200)
    while source.wait(0.3):
        pass
    scanner.scan("SX0001234")
    assert heard(source, 1) == [ITEM]
    source.close()


def test_a_line_of_ten_megabytes_ends_in_one_unknown_and_the_next_code_reads() -> None:
    """Written by hand, since a twin's bytes are lost, as on a real wire, when nobody takes them in time."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    source = connect("desk", Settings(port=os.ttyname(theirs), quiet_s=1, again_after_s=0.5), USUAL)
    assert source.wait(0.6) == []
    line = b"9" * 10_000_000 + b"\r9787020002207\r"
    speaking = threading.Thread(target=_write_all, args=(ours, line), daemon=True)
    speaking.start()
    assert heard(source, 2, within_s=30) == [CodeUnknown("desk", 10_000_000), BOOK]
    speaking.join()
    source.close()
    os.close(theirs)
    os.close(ours)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def test_a_flooding_scanner_reads_the_next_code(tmp_path: Path) -> None:
    with SerialScanner(tmp_path / "tty", baud=921_600) as twin:
        source = opened(twin)
        flooding = threading.Thread(target=twin.flood, args=(20_000,), daemon=True)
        flooding.start()
        [noise] = heard(source, 1)
        assert isinstance(noise, CodeUnknown)
        assert 512 < noise.length <= 20_000  # what a full line has no room for is lost, as on any wire
        flooding.join()
        twin.scan("9787020002207")
        assert heard(source, 1) == [BOOK]
        source.close()


@pytest.mark.parametrize(
    "nonsense", [b"\x00\xff\xfe", b"\x1b[2J", "取书".encode(), b"L2:ABC", b"\x02\x00\x00\x01\x0033"]
)
def test_nonsense_is_unknown(scanner: SerialScanner, nonsense: bytes) -> None:
    source = opened(scanner)
    scanner.scan(nonsense)
    assert heard(source, 1) == [CodeUnknown("desk", len(nonsense))]
    source.close()


def test_a_pass_of_three_kilobytes_is_unknown_and_one_that_fits_is_a_pass(scanner: SerialScanner) -> None:
    source = opened(scanner)
    scanner.scan("L1:" + "A" * 3000)
    assert heard(source, 1) == [CodeUnknown("desk", 3003)]
    scanner.scan("L1:" + "A" * 300)
    [scan] = heard(source, 1)
    assert isinstance(scan, PassScanned)
    assert scan.text.get_secret_value() == "L1:" + "A" * 300
    source.close()


def test_two_codes_in_one_breath_are_two(scanner: SerialScanner) -> None:
    source = opened(scanner)
    scanner.scan("9787020002207\rSX0001234")
    assert heard(source, 2) == [BOOK, ITEM]
    source.close()


def test_a_code_said_again_and_again_is_one_arrival_and_counts_again_when_it_was_away(tmp_path: Path) -> None:
    with SerialScanner(tmp_path / "tty", repeat_s=0.2) as twin:
        source = opened(twin, again_after_s=1.0)
        twin.scan("SX0001234")
        assert heard(source, 2, within_s=3.0) == [ITEM]
        twin.take_away()
        assert source.wait(1.2) == []
        twin.scan("SX0001234")
        assert heard(source, 1) == [ITEM]
        twin.scan("9787020002207")
        assert heard(source, 1) == [BOOK]
        source.close()


def test_what_lies_there_when_it_is_connected_says_nothing_until_it_was_away(tmp_path: Path) -> None:
    with SerialScanner(tmp_path / "tty", repeat_s=0.2) as twin:
        twin.scan("SX0001234")
        source = connect("desk", Settings(port=twin.port, again_after_s=0.6), USUAL)
        assert heard(source, 1, within_s=2.0) == []
        twin.scan("9787020002207")  # laid over it
        assert heard(source, 2, within_s=1.0) == [BOOK]
        twin.scan("SX0001234")
        assert heard(source, 1) == [ITEM]
        source.close()


def test_codes_one_after_the_other_as_fast_as_the_wire_goes_are_all_reported(scanner: SerialScanner) -> None:
    source = opened(scanner)
    for number in range(40):
        scanner.scan(f"SX{number:07}")
    assert heard(source, 41, within_s=3.0) == [ItemScanned("desk", f"SX{number:07}") for number in range(40)]
    source.close()


def test_what_piled_up_while_nobody_listened_is_no_second_arrival(tmp_path: Path) -> None:
    with SerialScanner(tmp_path / "tty", repeat_s=0.2) as twin:
        source = opened(twin)
        twin.scan("SX0001234")
        assert heard(source, 1) == [ITEM]
        time.sleep(1.5)  # the machine stalls
        assert heard(source, 1, within_s=1.0) == []
        source.close()


def test_kinds_come_from_the_settings(scanner: SerialScanner) -> None:
    source = opened(scanner, kinds=["isbn"])
    scanner.scan("SX0001234")
    assert heard(source, 1) == [CodeUnknown("desk", 9)]
    source.close()


def test_unplugged_while_waiting_and_back(scanner: SerialScanner) -> None:
    source = opened(scanner)
    scanner.unplug()
    with pytest.raises(DeviceGone):
        source.wait(1)
    source.close()
    source.close()
    with pytest.raises(DeviceGone):
        opened(scanner)
    scanner.plug()
    source = opened(scanner)
    scanner.scan("SX0001234")
    assert heard(source, 1) == [ITEM]
    source.close()


@pytest.mark.parametrize(
    "wrong", [{"baud": 1}, {"kinds": []}, {"kinds": ["isnb"]}, {"length_max": 10**6}, {"quiet_s": 0}, {"prot": "x"}]
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"port": "/dev/ttyS0", **wrong})
    assert Settings(port="/dev/ttyS0").kinds == tuple(Kind)
