"""The words of a slip: all that matters, nothing of the person, and in a QR only what fits."""

from dataclasses import replace
from datetime import datetime

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from hardware.printer import Code, Line
from hardware.readings import CodeUnknown, ReceiptScanned
from hardware.scanner.barcode import Meanings, meaning
from kiosk.core.desk_screens import DaySlip, Report
from kiosk.core.screens import Slip
from kiosk.frontend import About
from kiosk.slip import ITEMS_MAX, TEXT_BYTES_MAX, reference, sheet, text

ABOUT = About("dongmen", {"zh": "东门书亭", "en": "East Gate"}, "0512-6288 0000")
AT = datetime(2026, 11, 24, 9, 12).timestamp()
DUE = datetime(2026, 12, 24, 9, 12).timestamp()
SLIP = Slip("103", 57, "pickup", AT, (("活着", "SIP0000001"), ("SIP0000002", "SIP0000002")), DUE, True)
BACK = Slip("104", 57, "dropoff", AT, (("Clean Code", "SIP0000003"),))


def words(slip: Slip, language: str) -> list[str]:
    return [part.words for part in sheet(slip, ABOUT, language) if isinstance(part, Line)]


def test_both_languages_word_for_word() -> None:
    assert text(SLIP, ABOUT, "zh").splitlines() == [
        "东门书亭",
        "取书凭条",
        "2026-11-24 09:12",
        "活着 SIP0000001",
        "- SIP0000002",
        "共 2 册",
        "请于 2026-12-24 前归还",
        "应还日期以图书馆确认为准",
        "编号 dongmen-57/103",
        "咨询电话 0512-6288 0000",
    ]
    assert text(BACK, ABOUT, "en").splitlines() == [
        "East Gate",
        "Returned: received",
        "2026-11-24 09:12",
        "Clean Code SIP0000003",
        "Items: 1",
        "No. dongmen-57/104",
        "Questions: 0512-6288 0000",
    ]


@pytest.mark.parametrize("language", ["zh", "en", ""])
def test_paper_says_the_same_and_ends_with_its_number(language: str) -> None:
    said = words(SLIP, language)
    assert said[0] == ABOUT.names["en" if language == "en" else "zh"]
    assert [line for line in said if "SIP" in line or "活" in line] == ["活着", "SIP0000001", "SIP0000002"]
    assert sheet(SLIP, ABOUT, language)[-1] == Code(reference(SLIP, ABOUT)) == Code("dongmen-57/103")


def test_a_long_list_is_counted() -> None:
    many = replace(SLIP, items=tuple((f"书 {n}", f"SIP{n:07}") for n in range(100)))
    assert f"另有 {100 - ITEMS_MAX} 册" in words(many, "zh")
    assert "共 100 册" in text(many, ABOUT, "zh")


TITLES = st.text(max_size=200)


@given(st.lists(st.tuples(TITLES, st.text(min_size=1, max_size=64)), max_size=60), TITLES, st.sampled_from("ze"))
def test_the_text_always_fits_a_code_that_phones_read(items: list[tuple[str, str]], name: str, first: str) -> None:
    slip = replace(SLIP, items=tuple(items))
    said = text(slip, replace(ABOUT, names={"zh": name[:60], "en": name[:60]}), {"z": "zh", "e": "en"}[first])
    assert len(said.encode()) <= TEXT_BYTES_MAX
    assert all(char.isprintable() or char == "\n" for char in said)
    code = segno.make(said, error="l", micro=False, mode="byte", encoding="utf-8")
    assert int(code.version) <= 15
    assert reference(slip, ABOUT) in said


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("title", ["", " \t", "活着", "{barcode}", "《骆驼祥子》", "1984"])
@pytest.mark.parametrize("barcode", ["SIP0000001", "12345678", "30000000000012", "9787020002207", "7-302-12345-X"])
def test_a_scanner_that_sends_it_line_by_line_finds_no_item_on_it(barcode: str, title: str, language: str) -> None:
    slip = Slip("104", 57, "dropoff", AT, ((title.format(barcode=barcode), barcode),))
    found = [meaning("hand", line, Meanings()) for line in text(slip, ABOUT, language).splitlines()]
    assert any(isinstance(scan, ReceiptScanned) for scan in found)
    assert all(isinstance(scan, ReceiptScanned | CodeUnknown) for scan in found)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_day_on_paper_has_every_figure_of_the_screen(language: str) -> None:
    report = Report(1_795_000_000.0, 101, 102, 103, 104, 105, 106, 107, 108, ("A3", "B1"), 109, 110)
    lines = [part.words for part in sheet(DaySlip("day-7", report), ABOUT, language) if isinstance(part, Line)]
    for figure in range(101, 111):
        assert sum(line.endswith((f": {figure}", f"：{figure}")) for line in lines) == 1
    assert any(line.endswith((": A3, B1", "：A3、B1")) for line in lines)
    assert any("dongmen-day-7" in line for line in lines)
