"""Lines, sequence numbers and checksums, as written down by others and as real systems send them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sip2_vectors import FRAMES, SPOILT

from sync.sip2.frame import LENGTH_MAX, Check, Frame, Reader, checksum, seal


@pytest.mark.parametrize(("said", "sequence"), FRAMES)
@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_published_line_is_right(said: bytes, sequence: int | None, end: bytes) -> None:
    body = said[: said.rindex(b"AY" if sequence is not None else b"AZ")]
    right = Frame(body, sequence, Check.RIGHT)
    assert Reader().feed(said + end) == [right]
    reader = Reader()
    assert [frame for byte in said + end for frame in reader.feed(bytes((byte,)))] == [right]
    assert Reader().feed(end + said + end + b"94") == [right]
    assert seal(body, sequence) == said + b"\r"


@pytest.mark.parametrize("said", SPOILT)
def test_a_wrong_sum_is_seen_and_still_read(said: bytes) -> None:
    [frame] = Reader().feed(said + b"\r")
    assert frame.check is Check.WRONG
    assert frame.body == said[: said.rindex(b"AY")]


def test_a_sum_is_padded() -> None:
    assert checksum(b"A" * 946) == b"0FCE"
    [frame] = Reader().feed(b"A" * 944 + b"AZ" + checksum(b"A" * 944 + b"AZ").lstrip(b"0") + b"\r")
    assert frame.check is Check.RIGHT  # some systems forget the leading zero


def test_without_a_checksum_a_line_is_a_line() -> None:
    assert Reader().feed(b"941\r\n\r\n98YYYYYN\r") == [Frame(b"941"), Frame(b"98YYYYYN")]
    assert seal(b"941", 3, checked=False) == b"941\r"


def test_a_line_without_end_is_whole_by_its_checksum() -> None:
    reader = Reader()
    assert reader.feed(b"941AY0AZFDF") == []
    assert reader.silence() == []
    assert reader.feed(b"D") == []
    assert reader.silence() == [Frame(b"941", 0, Check.RIGHT)]
    assert reader.silence() == []
    assert reader.feed(b"941") == []
    assert (reader.silence(), reader.closed()) == ([], b"941")


def test_an_endless_line_is_bounded_and_said_to_be_cut() -> None:
    reader = Reader()
    for _ in range(40):
        assert reader.feed(b"9" * 4096) == []
    [frame, after] = reader.feed(b"\r941\r")
    assert (len(frame.body), frame.cut, after) == (LENGTH_MAX, True, Frame(b"941"))


@given(st.binary(max_size=300), st.integers(0, 9), st.lists(st.integers(1, 40), max_size=20))
def test_what_is_sealed_is_read(body: bytes, sequence: int, cuts: list[int]) -> None:
    body = b"17" + body.translate(None, b"\r\n\0").rstrip()
    reader, wire, frames = Reader(), seal(body, sequence), []
    for cut in cuts:
        frames += reader.feed(wire[:cut])
        wire = wire[cut:]
    assert frames + reader.feed(wire) == [Frame(body, sequence, Check.RIGHT)]


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_noise_raises_nothing_and_ends_with_the_line(pieces: list[bytes]) -> None:
    reader = Reader()
    for piece in pieces:
        reader.feed(piece)
        reader.silence()
    reader.feed(b"\r")
    assert reader.feed(seal(b"941", 1)) == [Frame(b"941", 1, Check.RIGHT)]
