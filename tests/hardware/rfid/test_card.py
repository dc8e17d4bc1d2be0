"""What is a card's number, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.rfid.card import LENGTHS, number


@pytest.mark.parametrize(
    ("uid", "said"),
    [
        ("04a1b2c3", "04A1B2C3"),
        ("04A1B2C3D4E5F6", "04A1B2C3D4E5F6"),
        ("E004010012345678", "E004010012345678"),
        ("78563412000104E0", "E004010012345678"),  # the same tag, from a reader that sends the other end first
        ("E0040100123456E0", "E0040100123456E0"),
        ("00112233445566778899", "00112233445566778899"),
        ("08A1B2C3D4E5F6", "08A1B2C3D4E5F6"),  # only a UID of four bytes is random because it begins with 08
        ("88A1B2C3D4E5F6", "88A1B2C3D4E5F6"),
    ],
)
def test_numbers(uid: str, said: str) -> None:
    found = number(bytes.fromhex(uid))
    assert found
    assert found.get_secret_value() == said


@pytest.mark.parametrize(
    "uid",
    ["", "04", "04A1B2", "04A1B2C3D4", "04A1B2C3D4E5F60718", "00" * 4, "FF" * 7, "08A1B2C3", "88A1B2C3"],
)
def test_no_numbers(uid: str) -> None:
    assert number(bytes.fromhex(uid)) is None


@given(st.binary(max_size=16))
def test_a_number_is_its_uid_and_nothing_else_is(uid: bytes) -> None:
    found = number(uid)
    if found is None:
        return
    assert len(uid) in LENGTHS
    assert bytes.fromhex(found.get_secret_value()) in (uid, uid[::-1])
    assert found.get_secret_value() not in repr(found)
