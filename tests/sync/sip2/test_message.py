"""Messages as values: what is read of real answers, and what can never be said."""

import string
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sip2_vectors import CONVERSATION, FRAMES, STANDARD

from sync.sip2.frame import Reader
from sync.sip2.layout import LAYOUTS
from sync.sip2.message import (
    FIELDS_MAX,
    VALUE_MAX,
    Charset,
    Message,
    NotAMessage,
    Unsayable,
    compose,
    parse,
    shown,
    stamp,
)


def heard(said: bytes, charset: Charset = "utf-8") -> Message:
    [frame] = Reader().feed(said + b"\r")
    return parse(frame.body, charset)


def test_a_conversation_is_understood() -> None:
    login, status, patron, checkout, checkin = [heard(answer) for _, answer in CONVERSATION]
    assert login.yes("ok")
    assert (status.yes("online"), status.yes("checkin"), status.number("timeout"), status.number("retries")) == (
        True,
        False,
        600,
        3,
    )
    assert (patron.first("AE"), patron.first("BL"), patron.first("PA")) == ("David J. Fiander", "Y", "20501231")
    assert (patron.number("holds"), patron.number("fines"), patron.fixed["status"][2]) == (0, 1, "Y")
    assert (checkout.yes("ok"), checkout.first("AH"), checkout.first("CK")) == (True, "20261207    164338", "001")
    assert (checkin.yes("ok"), checkin.fixed["alert"], checkin.has("AQ"), checkin.all("AQ")) == (True, "N", True, ())


@pytest.mark.parametrize("said", [said for said, _ in FRAMES if said[:2] not in (b"96", b"97")])
def test_what_was_read_is_said_the_same(said: bytes) -> None:
    charset: Charset = "gb18030" if "三体".encode("gb18030") in said else "utf-8"
    message = heard(said, charset)
    [frame] = Reader().feed(said + b"\r")
    if set(message.layout.must) <= {name for name, _ in message.fields}:
        assert compose(message, charset) == frame.body


def test_every_message_of_the_standard_has_a_line_that_is_split_as_it_says() -> None:
    for said, _, fixed in STANDARD:
        assert list(heard(said).fixed.values()) == fixed, said
    assert {said[:2].decode() for said, _ in FRAMES} == set(LAYOUTS)
    back = heard(STANDARD[-1][0])
    assert [back.first(name) for name in ("CR", "CS", "CT", "CV", "CY", "DA", "ZZ")] == [
        *("fiction", "813", "Locker-01", "01", "21234", "Lee, Ann", "?")
    ]


def test_each_request_has_its_answer() -> None:
    requests = {layout.code for layout in LAYOUTS.values() if layout.answer}
    assert requests == {"93", "99", "23", "63", "17", "11", "09", "15", "29", "65", "35", "37", "01", "19", "25"}
    assert all(LAYOUTS[code].answer in LAYOUTS for code in requests)
    assert [LAYOUTS[code].end - 2 for code in ("64", "98", "10", "11")] == [59, 34, 22, 38]


def test_fields_come_in_any_order_repeated_unknown_or_empty() -> None:
    body = b"64" + b" " * 14 + b"019" + b"20261123    164337" + b"   2" + b"    " * 5 + b"AUi-1|ZZ?|AUi-2|AA1|AO|AU|x|"
    message = parse(body, "utf-8")
    assert (message.all("AU"), message.first("ZZ"), message.has("AO")) == (("i-1", "i-2"), "?", True)
    assert (message.number("holds"), message.number("charged")) == (2, None)
    assert (message.first("AE", "?"), message.has("AE")) == ("?", False)


def test_a_bar_within_a_chinese_character_ends_no_field() -> None:
    title = "東遼質"  # the second byte of each is that of the bar
    assert b"|" in title.encode("gb18030")
    body = b"1803000120261123    164404ABi-1|" + b"AJ" + title.encode("gb18030") + b"|AFok|"
    message = parse(body, "gb18030")
    assert (message.first("AJ"), message.first("AF")) == (title, "ok")
    for said in (title, "亅ABother"):
        with pytest.raises(Unsayable, match="end its field"):
            compose(Message("17", ITEM, (("AO", "a"), ("AB", said))), "gb18030")


@pytest.mark.parametrize("title", ["三体", "東遼質三体", "\U00020000三体"])
def test_a_title_cut_amid_a_chinese_character_ends_where_its_field_does(title: str) -> None:
    """Some cut titles to so many bytes: half a character would swallow the separator, and for whom it is held."""
    cut = title.encode("gb18030")[:-1]
    message = parse(b"1803000120261123    164404ABi-1|AJ" + cut + b"|CYR1|CTLOCKER|", "gb18030")
    assert (message.first("AJ"), message.first("CY"), message.first("CT")) == (title[:-1] + "?", "R1", "LOCKER")


@pytest.mark.parametrize(
    "body",
    [b"", b"9", b"Problems handling the request: 17", b"00", b"1803", b"64" + b" " * 20, b"\xff\xfe12", b"XX|AO|"],
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(NotAMessage) as refused:
        parse(body, "utf-8")
    assert "Problems" not in str(refused.value)


def test_fields_are_bounded() -> None:
    message = parse(b"6600000000020261123    164404" + b"BMx|" * (FIELDS_MAX + 500), "utf-8")
    assert len(message.fields) <= FIELDS_MAX + 1


ITEM = {"date": stamp(0.0)}


@pytest.mark.parametrize(
    "fields",
    [
        (("AO", "a|ABother"), ("AB", "i")),
        (("AO", "a\r09N"), ("AB", "i")),
        (("AO", "a\nb"), ("AB", "i")),
        (("AO", "a\0"), ("AB", "i")),
        (("AO", "a"), ("AB", "i" * (VALUE_MAX + 1))),
        (("AO", "a"), ("AB", "i"), ("AZ", "0000")),
        (("AO", "a"), ("AB", "i"), ("A|", "x")),
        (("AO", "a"),),
    ],
)
def test_no_value_breaks_out_of_its_field(fields: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(Unsayable) as refused:
        compose(Message("17", ITEM, fields), "utf-8")
    assert "other" not in str(refused.value)


def test_the_fixed_part_fits_or_is_not_said() -> None:
    rest = (("AO", ""), ("AB", ""))
    for fixed in ({}, {"date": "today"}, {"date": "2026\r123    164404"}, ITEM | {"colour": "red"}):
        with pytest.raises(Unsayable):
            compose(Message("17", fixed, rest), "utf-8")
    with pytest.raises(Unsayable, match="ascii"):
        compose(Message("17", ITEM, (("AO", "三"), ("AB", ""))), "ascii")


def test_for_the_screen_letters_are_put_together() -> None:
    assert shown("Cafe\u0301\x07 三体") == "Café 三体"


def test_a_date_is_local_or_says_that_it_is_not() -> None:
    assert stamp(0.0, utc=True) == "19700101   Z000000"
    assert (len(stamp(0.0)), stamp(0.0)[8:12]) == (18, "    ")


VALUES = st.text(st.characters(codec="utf-8", exclude_characters="|\r\n\0", exclude_categories=["Cs"]), max_size=40)
NAMES = st.text(string.ascii_uppercase, min_size=2, max_size=2).filter(lambda name: name not in ("AY", "AZ"))


@given(st.sampled_from(sorted(LAYOUTS)), st.lists(st.tuples(NAMES, VALUES), max_size=8), st.data())
def test_what_is_said_is_read(code: str, more: list[tuple[str, str]], data: st.DataObject) -> None:
    layout = LAYOUTS[code]
    fixed = {name: data.draw(st.text("0123456789YN ", min_size=w, max_size=w)) for name, w in layout.fixed}
    fields = tuple([(name, data.draw(VALUES)) for name in layout.must] + more)
    message = Message(code, fixed, fields)
    assert parse(compose(message, "utf-8"), "utf-8") == message


@given(st.binary(max_size=400), st.sampled_from(get_args(Charset)))
def test_any_bytes_are_a_message_or_none(body: bytes, charset: Charset) -> None:
    try:
        message = parse(body, charset)
    except NotAMessage:
        return
    assert message.code in LAYOUTS
    for name, value in message.fields:
        assert (len(name), "|" in value) == (2, False)
