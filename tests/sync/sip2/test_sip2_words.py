"""The library's words go to the screen, the journal and the store's file: whom they name, nobody reads there."""

from pathlib import Path

import pytest

from sync.seal import Seal
from sync.sip2.dialect import load
from sync.sip2.message import parse
from sync.sip2.people import patron_is, words

KNOWN = "64Y             00020261124    091530000000000000000000000000AO|AAR0000001|AE{name}|BLY|AF{said}|"
LENT = "120NUN20261124    091530AO|AAR0000001|AB0001|AJ|AH|AF{said}|"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("读者 'R0000001' 已经挂失", "读者 '…' 已经挂失"),
        ("张三丰(R0000001)：已经挂失", "…(…)：已经挂失"),
        ("R00000012 R0000001, R0000001", "R00000012 …, …"),  # the first is another number, perhaps a book's
        ("已经挂失", "已经挂失"),
    ],
)
def test_a_reason_names_nobody(said: str, kept: str) -> None:
    answer = parse(KNOWN.format(name="张三丰", said=said).encode(), "utf-8")
    seal = Seal(b"k" * 32, lambda number: "0" * 64)
    patron = patron_is(answer, "R0000001", False, load(Path("dp2")), seal).patron
    assert patron
    assert (patron.standing, patron.reason) == ("blocked", kept)


@pytest.mark.parametrize("name", ["", "A", "E", "(", "***"])
def test_a_name_that_is_hardly_one_takes_no_letter_away(name: str) -> None:
    assert words(parse(KNOWN.format(name=name, said="A LATE FEE (E)").encode(), "utf-8")) == "A LATE FEE (E)"


def test_nor_does_a_checkout_that_was_refused() -> None:
    assert words(parse(LENT.format(said="No: R0000001 has 5").encode(), "utf-8")) == "No: … has 5"


def test_what_is_cut_to_fit_the_screen_leaves_no_half_of_it() -> None:
    assert "R00" not in words(parse(LENT.format(said="x" * 195 + " R0000001").encode(), "utf-8"))
