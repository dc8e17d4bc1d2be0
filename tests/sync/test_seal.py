import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from sync.messages import Id
from sync.seal import NUMBER_MAX, NotSealed, Seal

SEAL = Seal(bytes(range(32)), str)


@given(st.text(min_size=1).filter(lambda text: len(text.encode("utf-8", "ignore")) in range(1, NUMBER_MAX + 1)))
def test_a_number_comes_back_and_its_id_is_an_id(number: str) -> None:
    try:
        number.encode()
    except UnicodeEncodeError:
        return
    sealed = SEAL.hide(number)
    assert TypeAdapter(Id).validate_python(sealed) == sealed
    assert SEAL.show(sealed).get_secret_value() == number
    assert SEAL.hide(number) == sealed
    assert number not in sealed or len(number) < 4


@pytest.mark.parametrize("number", ["", "x" * 31, "三" * 11])
def test_what_does_not_fit_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="1 to 30 bytes"):
        SEAL.hide(number)


@pytest.mark.parametrize("patron", ["", "R1004", "s.", "s.AAAA", "s." + "A" * 62, "s.三", "s.====", "s.A"])
def test_a_strange_id_shows_nothing(patron: str) -> None:
    with pytest.raises(NotSealed):
        SEAL.show(patron)


def test_another_points_id_shows_nothing() -> None:
    with pytest.raises(NotSealed):
        SEAL.show(Seal(bytes(32), str).hide("0123456789"))


def test_while_keys_are_changed_what_was_hidden_with_the_one_before_is_shown_too() -> None:
    changing = Seal(bytes(32), str, before=bytes(range(32)))
    assert changing.show(SEAL.hide("0123456789")).get_secret_value() == "0123456789"
    assert changing.hide("0123456789") == Seal(bytes(32), str).hide("0123456789")
    assert changing.show(changing.hide("0123456789")).get_secret_value() == "0123456789"
    with pytest.raises(NotSealed):
        changing.show(Seal(bytes([7]) * 32, str).hide("0123456789"))
