"""What stands on book tags, read and written: published tags, everything that can be said, and nonsense."""

import binascii
import contextlib
import string
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.rfid import isil, iso28560_2, iso28560_4
from hardware.rfid.book import Content, PatronTag, Unreadable, Usage, tag
from hardware.rfid.iso15962 import DATA_MAX, OID_MAX, Element, Way, compact, expand, fits, parse, shorten
from hardware.rfid.iso28560_3 import SHORT, WHOLE, Basic, crc

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "book_tags.toml").read_text())
NUMBERS = st.text(string.ascii_letters + string.digits + "-_/", min_size=1, max_size=16)
ISILS = st.builds(
    "{}-{}".format,
    st.sampled_from(["CN", "DE", "US"]),
    st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=9),
)
OWNERS = st.just("") | ISILS
SETS = st.integers(1, 255).flatmap(lambda parts: st.tuples(st.just(parts), st.integers(0, parts)))
CONTENTS = st.builds(
    lambda number, of, usage, owner: Content(number, *of, usage, owner), NUMBERS, SETS, st.sampled_from(Usage), OWNERS
)


def said(vector: dict[str, Any]) -> Content:
    known = {key: vector[key] for key in ("parts", "part", "owner") if key in vector}
    return Content(vector["number"], usage=Usage(vector.get("usage", "unsaid")), **known)


def data(vector: dict[str, Any]) -> bytes:
    return bytes.fromhex(vector["bytes"])


# ---- ISO 28560-3 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["fixed"], ids=lambda vector: vector["source"])
def test_a_published_fixed_tag_is_read_and_written(vector: dict[str, Any]) -> None:
    read = Basic.from_bytes(data(vector))
    assert read == Basic(said(vector))
    assert read.to_bytes(SHORT) == data(vector)
    turned = b"".join(data(vector)[at : at + 4][::-1] for at in range(0, 32, 4))
    assert Basic.from_bytes(turned) == Basic(said(vector), backwards=True)
    assert Basic.from_bytes(turned).to_bytes(SHORT) == turned


def test_the_check_is_the_documents_own() -> None:
    [vector] = VECTORS["check"]
    text = vector["text"].encode()
    assert len(text) == 19  # the bytes before the check; what comes after changes it
    assert binascii.crc_hqx(text, 0xFFFF) == vector["crc"]
    assert crc(text + b"\xff\xff" + bytes(11)) == crc(text + bytes(2) + bytes(13))


@given(CONTENTS, st.sampled_from([SHORT, WHOLE, 112]), st.binary(max_size=20), st.booleans())
def test_whatever_is_written_is_read_again_and_optional_blocks_stay(
    content: Content, size: int, rest: bytes, backwards: bool
) -> None:
    rest = b"" if size == SHORT else rest.ljust(22, b"\0")  # whole blocks, as memories are
    memory = Basic(content, rest, backwards).to_bytes(size)
    read = Basic.from_bytes(memory)
    assert read.content == content
    assert read.rest.startswith(rest)
    again = replace(read, content=replace(content, usage=Usage.DISCARDED))
    assert Basic.from_bytes(again.to_bytes(len(memory))).rest == read.rest


@given(CONTENTS, st.integers(0, 33 * 8 - 1))
def test_one_wrong_bit_is_noticed(content: Content, bit: int) -> None:
    memory = bytearray(Basic(content).to_bytes(WHOLE))
    memory[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Unreadable):
        Basic.from_bytes(bytes(memory))


@pytest.mark.parametrize(
    "content",
    [
        Content("x" * 17),
        Content("1", owner="DEU-705"),
        Content("1", owner="DE-" + "7" * 12),
        Content("1", 2, 3),
        Content(""),
        Content("1\n"),
    ],
)
def test_what_a_fixed_tag_cannot_say_is_not_written(content: Content) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (of whatever kind)
        Basic(content).to_bytes()


def checked_block(basic: bytes) -> bytes:
    return basic[:19] + crc(basic).to_bytes(2, "little") + basic[21:]


def test_another_version_of_a_fixed_tag_is_not_read() -> None:
    basic = Basic(Content("1")).to_bytes(WHOLE)
    with pytest.raises(Unreadable, match="another version"):
        Basic.from_bytes(checked_block(bytes((0x20,)) + basic[1:]))


def test_a_fixed_tag_in_an_old_code_page_is_read_as_well() -> None:
    basic = Basic(Content("1", owner="CN-Xx")).to_bytes(WHOLE)
    assert Basic.from_bytes(checked_block(basic.replace(b"Xx", b"X\xe9"))).content.owner == "CN-X\u00e9"


# ---- ISO/IEC 15962 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["compaction"], ids=lambda vector: vector["text"])
def test_a_published_short_form(vector: dict[str, Any]) -> None:
    way = Way[vector["way"]]
    assert compact(way, vector["text"]) == data(vector)
    assert expand(way, data(vector)) == vector["text"]


@given(st.text(max_size=40))
def test_each_way_that_fits_a_text_gives_it_back(text: str) -> None:
    for way in Way:
        if way is not Way.OWN and fits(way, text):
            assert expand(way, compact(way, text)) == text
    way, short = shorten(text)
    assert len(short) <= len(text.encode())
    assert expand(way, short) == text


@given(st.sampled_from(Way), st.binary(max_size=20))
def test_no_bytes_break_a_way_and_what_they_say_can_be_said(way: Way, raw: bytes) -> None:
    try:
        text = expand(way, raw)
    except Unreadable:
        return
    assert fits(way, text)
    assert len(text) <= 3 * len(raw)


@pytest.mark.parametrize("vector", VECTORS["element"], ids=lambda vector: vector["source"])
def test_a_published_object(vector: dict[str, Any]) -> None:
    [element] = parse(data(vector) + bytes(3))
    assert (element.oid, element.text(), element.size) == (vector["oid"], vector["text"], len(data(vector)))
    assert element.to_bytes() == data(vector)


ELEMENTS = st.builds(Element, st.integers(1, OID_MAX), st.sampled_from(Way), st.binary(max_size=DATA_MAX))


@given(st.lists(st.tuples(ELEMENTS, st.integers(0, 20)), max_size=6))
def test_objects_are_read_one_after_another(written: list[tuple[Element, int]]) -> None:
    whole = [one.to_bytes(len(one.to_bytes()) + more) for one, more in written]
    read = list(parse(b"".join(whole) + bytes(4)))
    assert [(one.oid, one.way, one.data) for one in read] == [(one.oid, one.way, one.data) for one, _ in written]
    assert [one.size for one in read] == [len(one) for one in whole]


@pytest.mark.parametrize("element", [Element(0, Way.OWN, b""), Element(1, Way.OWN, bytes(DATA_MAX + 1))])
def test_an_object_that_cannot_be_is_not_written(element: Element) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        element.to_bytes()


# ---- ISO 28560-2 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["objects"], ids=lambda vector: vector["source"])
def test_a_published_tag_of_objects(vector: dict[str, Any]) -> None:
    memory, content = data(vector), said(vector)
    assert iso28560_2.read(memory) == content
    found = {one.oid: one for one in parse(memory)}
    assert {oid: found[int(oid)].text() for oid in vector["texts"]} == vector["texts"]
    shelf = {6: vector["texts"]["6"]}
    same = [(one.oid, one.way, one.data) for one in iso28560_2.objects(content, shelf)]
    assert sorted(same) == sorted((one.oid, one.way, one.data) for one in found.values())


@pytest.mark.parametrize("vector", VECTORS["objects"], ids=lambda vector: vector["source"])
def test_locked_blocks_are_left_as_they_are(vector: dict[str, Any]) -> None:
    memory, content, locked = data(vector), said(vector), vector["locked"]
    wanted = iso28560_2.objects(content, {6: "A-1"})
    fresh = iso28560_2.rewrite(memory, wanted, locked)
    assert [fresh[4 * n : 4 * n + 4] for n in locked] == [memory[4 * n : 4 * n + 4] for n in locked]
    assert iso28560_2.read(fresh) == content
    assert next(one for one in parse(fresh) if one.oid == 6).text() == "A-1"
    for other in (replace(content, number="999999999999"), replace(content, owner="CN-440300")):
        with pytest.raises(iso28560_2.NoRoom):
            iso28560_2.rewrite(memory, iso28560_2.objects(other), locked)
    with pytest.raises(iso28560_2.NoRoom):
        iso28560_2.rewrite(memory, iso28560_2.objects(content, {6: "a far too long name of a shelf"}), locked)


@given(CONTENTS, st.dictionaries(st.integers(6, 30), st.text("ABC xyz-09三", min_size=1, max_size=8), max_size=3))
def test_what_objects_say_is_read_again(content: Content, others: dict[int, str]) -> None:
    memory = iso28560_2.rewrite(bytes(160), iso28560_2.objects(content, others))
    assert iso28560_2.read(memory) == content
    texts = {one.oid: one.text() for one in parse(memory) if one.oid > iso28560_2.USAGE}
    assert texts == others


@given(CONTENTS, CONTENTS, st.sets(st.integers(0, 19), max_size=8))
def test_no_rewriting_touches_a_locked_block_or_says_something_else(
    old: Content, new: Content, locked: set[int]
) -> None:
    memory = iso28560_2.rewrite(bytes(80), iso28560_2.objects(old, {6: "QA268.L55"}))
    try:
        fresh = iso28560_2.rewrite(memory, iso28560_2.objects(new), locked)
    except iso28560_2.NoRoom:
        return
    assert len(fresh) == len(memory)
    assert all(fresh[4 * n : 4 * n + 4] == memory[4 * n : 4 * n + 4] for n in locked)
    read = iso28560_2.read(fresh)
    for one in parse(fresh):
        if one.oid in (iso28560_2.OWNER, iso28560_2.SET, iso28560_2.USAGE):
            before = any(block in locked for block in range(one.start // 4, (one.start + one.size - 1) // 4 + 1))
            assert before or one.oid in {made.oid for made in iso28560_2.objects(new)}
    assert read.number == new.number


@given(ISILS | st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=16))
def test_an_owner_is_read_again(owner: str) -> None:
    assert isil.expand(isil.compact(owner)) == owner


@pytest.mark.parametrize("owner", ["", "C" * 17, "CN-4_0"])
def test_what_is_no_isil_is_not_written(owner: str) -> None:
    with pytest.raises(ValueError, match="an ISIL has"):
        isil.compact(owner)


def test_a_tag_that_says_something_twice_or_half_is_not_read() -> None:
    number = Element(iso28560_2.NUMBER, *shorten("SZ0000001")).to_bytes()
    assert iso28560_2.read(number + bytes(4)) == Content("SZ0000001")
    for more in (number, Element(iso28560_2.SET, *shorten("123")).to_bytes()):
        with pytest.raises(Unreadable):
            iso28560_2.read(number + more + bytes(4))


def test_a_tag_of_a_number_alone_lists_nothing_more() -> None:
    assert [one.oid for one in iso28560_2.objects(Content("SZ0000001"))] == [iso28560_2.NUMBER]
    with pytest.raises(ValueError, match="not for text of one's own"):
        iso28560_2.objects(Content("SZ0000001"), {iso28560_2.USAGE: "x"})


def test_a_gap_between_locked_objects_that_cannot_be_filled_is_no_room() -> None:
    shelf = Element(6, *shorten("AB"))
    for gap in (4, 300):  # nothing fits; one padding is not enough
        memory = shelf.to_bytes(8) + b"".join(
            Element(7, Way.OWN, b"").to_bytes(min(gap - at, 200)) for at in range(0, gap, 200)
        )
        memory += Element(8, *shorten("CD")).to_bytes(8) + bytes(200)
        locked = (0, 1, 2 + gap // 4, 3 + gap // 4)
        with pytest.raises(iso28560_2.NoRoom, match="locked objects"):
            iso28560_2.rewrite(memory, [Element(iso28560_2.NUMBER, *shorten("SZ0000001"))], locked)


# ---- ISO/TS 28560-4 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["uii"], ids=lambda vector: vector["text"])
def test_a_published_uii(vector: dict[str, Any]) -> None:
    assert iso28560_4.text_of(data(vector)) == vector["text"]
    assert iso28560_4.bytes_of(vector["text"]) == data(vector)
    assert iso28560_4.read(data(vector)) == said(vector)
    assert iso28560_4.write(said(vector)).startswith(data(vector))


@given(CONTENTS)
def test_a_uii_is_read_again(content: Content) -> None:
    content = replace(content, usage=Usage.UNSAID)
    try:
        uii = iso28560_4.write(content)
    except ValueError:
        return
    assert iso28560_4.read(uii) == content
    assert len(uii) % 2 == 0


@given(st.from_regex(r"[A-Z]{2}-[0-9]{6}", fullmatch=True), st.from_regex(r"[A-Z]{0,3}[0-9]{5,12}", fullmatch=True))
def test_a_usual_uii_can_always_be_written(owner: str, number: str) -> None:
    assert iso28560_4.read(iso28560_4.write(Content(number, 3, 2, owner=owner))).number == number


@pytest.mark.parametrize("uii", [b"\xfc", bytes((0xFB,)), iso28560_4.bytes_of("CN-1.2.123"), b"\xfd\xc3\xa9"[:2]])
def test_a_uii_that_breaks_off_is_not_read(uii: bytes) -> None:
    with pytest.raises(Unreadable):
        iso28560_4.read(uii)


@pytest.mark.parametrize("number", ["\U0001f4d6", "x" * 60])
def test_what_a_uii_cannot_hold_is_not_written(number: str) -> None:
    with pytest.raises(ValueError, match="a UII"):
        iso28560_4.write(Content(number))


# ---- nonsense and secrets -----------------------------------------------------------------------------------------


@given(st.binary(max_size=120) | CONTENTS.map(lambda content: Basic(content).to_bytes(64)))
def test_nonsense_is_unreadable_and_nothing_else(memory: bytes) -> None:
    for read in (Basic.from_bytes, iso28560_2.read, iso28560_4.read, isil.expand):
        with contextlib.suppress(Unreadable):
            read(memory)


def test_a_patrons_number_shows_nowhere() -> None:
    patron = next(vector for vector in VECTORS["fixed"] if vector.get("usage") == "patron")
    content = Basic.from_bytes(data(patron)).content
    card = tag("E004010012345678", content)
    assert isinstance(card, PatronTag)
    assert card.number.get_secret_value() == patron["number"]
    for shown in (repr(content), repr(card), repr(Basic(content)), repr(list(parse(b"\x71\x02ab")))):
        assert patron["number"] not in shown
        assert "E004" not in shown
        assert "ab" not in shown


def test_a_check_that_fits_the_wrong_way_round_by_chance_hides_no_tag() -> None:
    written = Basic(Content("B3597", usage=Usage.CIRCULATING, owner="CN-SIP"), backwards=True)
    memory = written.to_bytes()
    assert crc(memory) == int.from_bytes(memory[19:21], "little")
    assert Basic.from_bytes(memory) == written
