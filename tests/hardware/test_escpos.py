"""ESC/POS against the book, and what may stand between a title and the printer."""

import os
import runpy
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from hardware import escpos
from hardware.errors import DeviceGone, DeviceRefused, DeviceSilent
from hardware.escpos import SHEET_BYTES_MAX, EscposPrinter, Settings, compose
from hardware.paper import columns, printable, wrapped
from hardware.printer import Code, Line, Rule
from hardware.readings import Paper
from hardware.usbport import open_usb
from simulators.escpos import EscposPrinter as Twin
from simulators.serve import Memory, Peer, serve_pty

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "escpos.toml").read_text(encoding="utf-8"))
PLAIN = Settings(port="-", qr="none", cut="none")


def part(fields: dict[str, Any]) -> Line | Code | Rule:
    if "rule" in fields:
        return Rule()
    return Code(fields["code"]) if "code" in fields else Line(fields.pop("line"), **fields)


WITHOUT_DISK = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file may hold a byte
import hardware.escpos
print(len(hardware.escpos.compose([], hardware.escpos.Settings(port="-"))))
"""


def test_its_driver_needs_no_disk() -> None:
    said = subprocess.run([sys.executable, "-c", WITHOUT_DISK], capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stderr) == (0, "")
    assert int(said.stdout) > 0


def test_where_there_is_neither_disk_nor_memory_it_cannot_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which the configuration says, as of any driver."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no disk"))
    with pytest.raises(ImportError, match="python-escpos has no place for a folder: "):
        runpy.run_path(escpos.__file__)


@pytest.mark.parametrize("vector", VECTORS["slip"], ids=lambda vector: vector["means"])
def test_a_slip_by_the_book(vector: dict[str, Any]) -> None:
    sheet = [part(dict(fields)) for fields in vector["sheet"]]
    assert compose(sheet, Settings(port="-", **vector["settings"])).hex() == bytes.fromhex(vector["bytes"]).hex()


@pytest.mark.parametrize("vector", VECTORS["status"], ids=lambda vector: vector["answers"])
def test_its_state_by_the_book(vector: dict[str, Any]) -> None:
    said = dict(zip((1, 2, 4), bytes.fromhex(vector["answers"]), strict=True))

    class Says:
        def received(self, data: bytes) -> list[bytes]:
            assert data[0] == 0x10
            return [bytes((said[data[2]],))] if data[1] == 0x04 else []

    assert EscposPrinter(PLAIN, Memory(Says())).paper() is Paper(vector["paper"])


@pytest.mark.parametrize("mm", [58, 80])
@pytest.mark.parametrize("characters", [20, 252, 700, 1100, 2000, 3000])
def test_a_code_is_never_wider_than_the_paper(characters: int, mm: int) -> None:
    """Drawn here it would end the program, drawn by the printer nobody knows what comes out."""
    sheet, line = [Code("R1;" + "a" * characters)], {58: 384, 80: 576}[mm]
    settings = Settings.model_validate({"port": "-", "paper_mm": mm, "qr_dots": 10})
    said = compose(sheet, settings)
    drawn = compose(sheet, settings.model_copy(update={"qr": "image"}))
    at = said.find(b"\x1d\x28\x6b\x03\x00\x31\x43")  # the size of a module
    modules, _ = segno.make_qr(sheet[0].text, error="m", boost_error=False).symbol_size(border=1) if at > 0 else (0, 0)
    assert at < 0 or modules * said[at + 7] <= line
    assert (at > 0) == (characters < (1200 if mm == 58 else 2300))
    width = int.from_bytes(drawn.partition(b"\x1d\x76\x30")[2][1:3], "little") * 8
    assert width <= line
    assert (width > 0) == (at > 0 and characters < 1800)  # a picture larger than that leaves no room for the words


# ---- words ----------------------------------------------------------------------------------------------------------

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@given(ANY, st.sampled_from(["gb18030", "gbk"]), st.booleans(), st.sampled_from([58, 80]))
def test_whatever_a_title_holds_it_is_only_ever_printed(text: str, charset: Any, large: bool, mm: Any) -> None:
    settings = Settings(port="-", qr="none", cut="none", charset=charset, paper_mm=mm)
    with_it = compose([Line(text, large=large)], settings)
    words = with_it[16:-3]  # after the beginning and the style, before the feed
    assert not [byte for byte in words if (byte < 0x20 and byte != 0x0A) or byte == 0x7F]
    twin = Twin(mm)
    twin.received(with_it)
    assert twin.unknown == []
    lines = wrapped(printable(text, charset), settings.columns // (2 if large else 1))
    assert twin.lines == [*lines, *[""] * 6]  # broken by us, never by the printer


@given(ANY, st.integers(4, 48))
def test_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    text = printable(text, "gb18030")
    lines = wrapped(text, width)
    assert all(columns(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_words_are_broken_where_people_break_them() -> None:
    assert wrapped("The Left Hand of Darkness", 10) == ["The Left", "Hand of", "Darkness"]
    assert wrapped("平凡的世界,全三册", 10) == ["平凡的世", "界,全三册"]
    assert wrapped("incomprehensibilities", 10) == ["incomprehe", "nsibilitie", "s"]
    assert wrapped("", 10) == [""]


def test_what_cannot_be_drawn() -> None:
    assert printable("📚 书\t名\x1b@\x10\x04\x01\u200b", "gb18030") == "书 名 @"
    assert printable("Ångström, señor, né", "gbk") == "Angstrom, senor, né"
    assert printable("𠮷野家 龘", "gb18030") == "𠮷野家 龘"
    assert printable("𠮷野家", "gbk") == "野家"


# ---- when it does not go well ---------------------------------------------------------------------------------------


def test_a_sheet_without_end_is_refused() -> None:
    twin = Twin()
    with pytest.raises(DeviceRefused):
        EscposPrinter(PLAIN, Memory(twin)).print_out([Line("书" * 50)] * (SHEET_BYTES_MAX // 90))
    assert twin.lines == []


def test_a_printer_that_never_says_done_is_believed_by_its_state_where_so_configured() -> None:
    class Deaf(Twin):
        def received(self, data: bytes) -> list[bytes]:
            return [answer for answer in super().received(data) if answer[0] & 0x10]

    quick = {"port": "-", "qr": "none", "print_wait_s": 1.0}
    with pytest.raises(DeviceSilent):
        EscposPrinter(Settings(**quick), Memory(Deaf())).print_out([Line("a")])
    twin = Deaf()
    EscposPrinter(Settings(**quick, confirm="status"), Memory(twin)).print_out([Line("a")])
    assert twin.lines[0] == "a"


def test_an_answer_whose_turn_came_is_heard_behind_another_one() -> None:
    """Both in one piece, as adapters and serial servers hand on what came within some milliseconds."""

    class Packed(Twin):
        turn = b""

        def received(self, data: bytes) -> list[bytes]:
            answers = super().received(data)
            if answers == [b"\0"]:
                self.turn = answers.pop()  # kept back until the next status is asked for
            elif answers and self.turn:
                answers[0] += self.turn
                self.turn = b""
            return answers

    printer = EscposPrinter(Settings(port="-", qr="none", print_wait_s=1.0), Memory(Packed()))
    for _ in range(2):
        printer.print_out([Line("a")])


@pytest.mark.parametrize("dots", [6, 10])
def test_a_code_sent_as_a_picture_leaves_room_for_the_words(dots: int) -> None:
    twin = Twin(80)
    settings = Settings(port="-", qr="image", qr_dots=dots, paper_mm=80)
    slip = [*(Line(f"三体 {n}") for n in range(50)), Code("R1;" + "33191000105864," * 50)]
    EscposPrinter(settings, Memory(twin)).print_out(slip)
    assert twin.lines[49] == "三体 49"
    assert len(compose(slip, settings)) - len(compose(slip[:-1], settings)) > 5000  # the code is there


def test_noise_is_no_answer() -> None:
    class Noisy(Twin):
        def received(self, data: bytes) -> list[bytes]:
            return [b"\x00\xff\x11\x13\x7f" + answer for answer in super().received(data)]

    assert EscposPrinter(PLAIN, Memory(Noisy())).paper() is Paper.OK


def test_as_a_file_as_usblp_gives_it(tmp_path: Path) -> None:
    twin = Twin()
    with serve_pty(twin, tmp_path / "lp0") as wire:
        printer = EscposPrinter(Settings(port=wire.port, joined="usb"), open_usb(wire.port))
        printer.print_out([Line("东门书亭"), Code("1")])
        assert twin.lines[:2] == ["东门书亭", "[QR 1]"]
        wire.unplug()
        with pytest.raises(DeviceGone):
            printer.paper()
        printer.close()
        printer.close()
    with pytest.raises(DeviceGone):
        open_usb(str(tmp_path / "lp0"))


def test_a_file_that_takes_no_more_is_gone_in_time(tmp_path: Path) -> None:
    class Stuck:
        def received(self, data: bytes) -> list[bytes]:
            time.sleep(4)
            return []

    peer: Peer = Stuck()
    with serve_pty(peer, tmp_path / "lp0") as wire:
        port = open_usb(wire.port)
        with pytest.raises(DeviceGone):
            port.write(b"x" * 1_000_000)
        port.close()


def test_its_library_leaves_no_trace_in_the_program(tmp_path: Path) -> None:
    """python-escpos sets up logging and leaves folders behind when it is imported."""
    script = (
        "import logging, os, sys, tempfile; before = set(os.listdir(tempfile.gettempdir())); import hardware.escpos;"
        "sys.exit(bool(logging.root.handlers) or bool(set(os.listdir(tempfile.gettempdir())) - before))"
    )
    env = os.environ | {"TMPDIR": str(tmp_path)}  # its own: others make temporary files meanwhile
    scratch = subprocess.run([sys.executable, "-c", script], env=env, check=False, capture_output=True, text=True)
    assert scratch.returncode == 0, scratch.stderr
