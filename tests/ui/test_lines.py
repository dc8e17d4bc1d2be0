"""Where lines end."""

from hypothesis import given
from hypothesis import strategies as st

from ui.lines import wrap


def measure(text: str) -> float:
    return sum(1.0 if ord(char) > 0x2000 else 0.5 for char in text)


def test_english_breaks_between_words_and_evenly() -> None:
    assert wrap("The door did not open today", 10, measure) == ["The door did", "not open today"]


def test_chinese_breaks_after_a_clause_where_that_costs_no_line() -> None:
    assert wrap("现在查不到您的信息。柜里您的书很安全。", 12, measure) == ["现在查不到您的信息。", "柜里您的书很安全。"]


def test_no_line_begins_with_a_stop_or_ends_with_an_opening_quote() -> None:
    for width in range(4, 14):
        for line in wrap("请轻推柜门\uff0c再点\u201c再试一次\u201d\uff1b或致电《我们》。", width, measure):
            assert line[0] not in "\uff0c\uff1b\u201d》。"
            assert line[-1] not in "\u201c《"


def test_a_number_stays_whole() -> None:
    assert any("0571-8702" in line for line in wrap("请致电我们\uff1a0571-8702 8888。", 8, measure))


def test_paragraphs_stay_apart() -> None:
    assert wrap("一\n\n二", 10, measure) == ["一", "", "二"]


@given(st.text(max_size=80), st.floats(2, 40))
def test_nothing_is_lost_and_nothing_is_too_wide(text: str, width: float) -> None:
    lines = wrap(text, width, measure)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert measure(line) <= width or len(line) <= 3  # a character with its stop can be wider than a tiny line
