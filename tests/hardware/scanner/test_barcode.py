"""What a code means: published numbers, and what must hold of any text."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from hardware.readings import (
    CodeUnknown,
    IsbnScanned,
    ItemScanned,
    PassScanned,
    PatronScanned,
    ReceiptScanned,
    Scan,
    SealScanned,
)
from hardware.scanner.barcode import KINDS, LENGTH_MAX, PASS_MAX, Kind, Meanings, meaning

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "barcodes.toml").read_text())["code"]
USUAL = Meanings()
DIGITS = st.text("0123456789", min_size=12, max_size=12)


def said(scan: Scan) -> tuple[str, str]:
    """Which kind a scan is, and its number in the open."""
    match scan:
        case IsbnScanned(isbn=value):
            return "isbn", value
        case ItemScanned(barcode=value):
            return "item", value
        case PatronScanned(number=secret):
            return "patron", secret.get_secret_value()
        case PassScanned(text=secret):
            return "pass", secret.get_secret_value()
        case CodeUnknown():
            return "unknown", ""


def ean13(first12: str) -> str:
    """Check digit by the definition, not by the library under test."""
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(first12))
    return first12 + str(-total % 10)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["sent"] or "empty" for vector in VECTORS])
def test_published_numbers(vector: dict[str, str]) -> None:
    expected = vector["says"], vector.get("value", "")
    assert said(meaning("desk", vector["sent"], USUAL)) == expected
    assert said(meaning("desk", vector["sent"].encode(), USUAL)) == expected
    assert said(meaning("desk", vector["sent"] + "\r\n", USUAL)) == expected


@given(DIGITS)
def test_thirteen_digits_are_a_book_number_only_with_prefix_and_check_digit(first12: str) -> None:
    for book in ("978" + first12[3:], "979" + first12[3:]):
        right = ean13(book)
        assert meaning("desk", right, USUAL) == IsbnScanned("desk", right)
        wrong = right[:12] + str((int(right[12]) + 1) % 10)
        assert meaning("desk", wrong, USUAL) == CodeUnknown("desk", 13)
    if not first12.startswith(("978", "979")):
        assert said(meaning("desk", ean13(first12), USUAL))[0] == "unknown"


@given(st.text("0123456789", min_size=9, max_size=9))
def test_ten_digits_become_thirteen_when_nothing_of_the_library_looks_so(nine: str) -> None:
    check = -sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    ten = nine + ("X" if check == 10 else str(check))
    prefixed = Meanings(item="SX[0-9]{7}")
    assert meaning("desk", ten, prefixed) == IsbnScanned("desk", ean13("978" + nine))


@given(st.one_of(st.text(max_size=700), st.binary(max_size=700)))
def test_any_text_has_one_meaning_and_none_leaks(sent: str | bytes) -> None:
    scan = meaning("desk", sent, USUAL)
    kind, value = said(scan)
    assert value.isascii()
    counted = (
        CodeUnknown("desk", len(sent)),
        CodeUnknown("desk", len(sent) - len("]E0")),
    )  # without what a reader adds
    assert kind != "unknown" or scan in counted
    if kind in ("patron", "pass"):
        assert value not in repr(scan)


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_text_and_bytes_mean_the_same(text: str) -> None:
    assert meaning("desk", text, USUAL) == meaning("desk", text.encode("ascii"), USUAL)


def test_the_source_decides_what_one_number_is() -> None:
    both = Meanings(item=r"[0-9]{8}", patron=r"[0-9]{8}")
    assert said(meaning("desk", "10002000", both, (Kind.ITEM,))) == ("item", "10002000")
    assert said(meaning("desk", "10002000", both, (Kind.PATRON,))) == ("patron", "10002000")
    assert said(meaning("desk", "10002000", both, (Kind.PATRON, Kind.ITEM)))[0] == "patron"
    assert said(meaning("desk", "10002000", both, (Kind.ITEM, Kind.PATRON)))[0] == "item"


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_reports_only_its_kinds(kind: Kind) -> None:
    codes = {Kind.PASS: "L1:ABC", Kind.ISBN: "9787020002207", Kind.ITEM: "SX0001234", Kind.PATRON: "23023400051780"}
    for other, code in codes.items():
        assert said(meaning("desk", code, USUAL, (kind,)))[0] == (kind if other is kind else "unknown")
    assert said(meaning("desk", "702000220X", USUAL, (kind,)))[0] == ("isbn" if kind is Kind.ISBN else "unknown")


def test_the_seal_of_a_bag_where_the_library_numbers_them() -> None:
    sealed = (Kind.SEAL,)
    assert meaning("s", "F123456", Meanings(seal="F[0-9]{6}"), sealed) == SealScanned("s", "F123456")
    assert meaning("s", "F123456", USUAL, sealed) == CodeUnknown("s", 7)


@pytest.mark.parametrize("around", ["{}", "东门图书馆\n三体  SIP0001\n{}\n", "]Q1Emma\r\n{}"])
def test_of_a_slip_the_line_that_counts_is_read_whatever_else_stands_on_it(around: str) -> None:
    receipt = "R1;dongmen;57/103;1795000000;checked;SIP0001;1a2b3c4d;" + "x" * 86
    for line in (receipt, "dongmen-57/103"):
        for text in (around.format(line), around.format(line).encode()):
            assert meaning("s", text, USUAL) == ReceiptScanned("s", line)
            assert meaning("s", text, USUAL, (Kind.ITEM,)) == CodeUnknown("s", len(text) - 3 * ("]Q1" in around))


@pytest.mark.parametrize("before", ["", "]Q1", "\n"])
def test_a_pass_is_a_pass_however_much_its_end_looks_like_a_slips_number(before: str) -> None:
    one = "L1:NCFOXN$TFK1 DUPDRGGCCBIYOZ64 TKFK1.DUPDRGGCCBIYOZLTRYB:.UGTSV8KU-7/ZJ2YM"
    for text in (before + one, (before + one).encode()):
        assert meaning("s", text, USUAL) == PassScanned("s", SecretStr(one))


def test_the_slip_of_fifty_books_is_read_again() -> None:
    receipt = "R1;dongmen;57/103;1795000000;checked;" + ",".join(["SIP000000000000001"] * 50) + ";1a2b3c4d;" + "x" * 86
    assert meaning("s", receipt, USUAL) == ReceiptScanned("s", receipt)


def test_luhn_where_the_library_says_so() -> None:
    strict = Meanings(item_luhn=True, patron_luhn=True, item=r"3[0-9]{13}|SX[0-9]+")
    for right in ("33191000105864", "23023400051780"):
        wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
        assert said(meaning("desk", right, strict))[1] == right
        assert said(meaning("desk", wrong, strict))[0] == "unknown"
        assert said(meaning("desk", wrong, USUAL))[1] == wrong
    assert said(meaning("desk", "SX1", strict)) == ("item", "SX1")


def test_a_pass_may_be_long_but_not_endless() -> None:
    longest = "L1:" + "A" * (PASS_MAX - 3)
    assert meaning("desk", longest, USUAL) == PassScanned("desk", SecretStr(longest))
    assert meaning("desk", longest + "A", USUAL) == CodeUnknown("desk", PASS_MAX + 1)
    assert meaning("desk", "1" * (LENGTH_MAX + 1), USUAL) == CodeUnknown("desk", LENGTH_MAX + 1)


def test_an_item_number_keeps_to_what_the_lending_service_can_be_told() -> None:
    loose = Meanings(item=".+", patron="[0-9]+")
    for bad in ("SX 1", "SX/1", "SX\x7f1", "S" * 65):
        assert said(meaning("desk", bad, loose))[0] == "unknown"
    assert said(meaning("desk", "S" * 64, loose)) == ("item", "S" * 64)


def test_a_careless_pattern_cannot_hang_the_kiosk() -> None:
    """``(a+)+`` against aaa...! takes Python's own engine longer than the age of the universe; this test ends."""
    careless = Meanings(item=r"([A-Z]+)+[0-9]")
    assert said(meaning("desk", "A" * 63 + ".", careless))[0] == "unknown"


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("", "at least 1 character"),
        ("(", "unclosed group"),
        ("[0-9]*", "matches an empty code"),
        ("(?=3)[0-9]{14}", "look-ar"),
        ("x" * 501, "at most 500 characters"),
    ],
)
def test_bad_patterns_are_named_at_start(pattern: str, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint) as caught:
        Meanings(item=pattern)
    assert caught.value.errors()[0]["loc"] == ("item",)


def test_unknown_keys_are_refused_and_nothing_changes_later() -> None:
    with pytest.raises(ValidationError, match="itme"):
        Meanings.model_validate({"itme": "[0-9]+"})
    with pytest.raises(ValidationError, match="frozen"):
        USUAL.item = ".+"  # type: ignore[misc]
