"""The process that looks at pictures: what it may not do, and what becomes of the kiosk when it dies, hangs or lies."""

import ast
import ctypes
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from pytest_mock import MockerFixture

from hardware.errors import DeviceGone
from hardware.readings import CodeUnknown, IsbnScanned
from hardware.scanner import camera as driver
from hardware.scanner import confined, stills
from hardware.scanner.barcode import Meanings
from hardware.scanner.camera import Camera, Settings, connect
from hardware.scanner.formats import Code, Format
from kiosk.cli import main
from simulators.camera import Camera as Twin
from simulators.camera import label

ISBN = "9787020002207"
SECRET = "SHUXIANG_SECRET"


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Twin, Camera]]:
    monkeypatch.setenv(SECRET, "never to be seen")
    with Twin(seed=3) as twin:
        source = connect("camera", Settings(source=twin.url), Meanings())
        assert isinstance(source, Camera)
        yield twin, source
        source.close()


def wait_until_gone(source: Camera, within_s: float = 10.0) -> str:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            source.wait(0.1)
        except DeviceGone as gone:
            return str(gone)
    raise AssertionError("still there")


def test_it_has_nothing_and_may_do_nothing(looking: tuple[Twin, Camera]) -> None:
    _, source = looking
    proc = Path(f"/proc/{source.process}")
    assert b"source" not in (proc / "cmdline").read_bytes()  # it may hold a password, and everybody can read it
    status = dict(line.split(":\t", 1) for line in (proc / "status").read_text().splitlines() if ":\t" in line)
    assert status["NoNewPrivs"] == "1"
    if os.geteuid() == 0:
        assert status["Uid"].split() == ["65534"] * 4
        assert SECRET.encode() not in (proc / "environ").read_bytes()
    limits = (proc / "limits").read_text()
    for kind, most in (("core file size", 0), ("file size", 0), ("open files", confined.FILES_MAX)):
        assert re.search(rf"^Max {kind} +{most} +{most} ", limits, re.MULTILINE)


def test_what_confine_shuts_off_stays_shut() -> None:
    program = """
import socket, sys
from hardware.scanner.confined import confine
confine()
port = int(sys.argv[1])
def tried(what):
    try:
        what()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"
print([tried(lambda: open("/etc/hostname")), tried(lambda: open("/tmp/written", "w").write("x")),
       tried(lambda: bytearray(3 << 30)), tried(lambda: socket.socket().connect(("127.0.0.1", port))),
       tried(lambda: socket.socket().bind(("127.0.0.1", 0)))])
"""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-c", program, str(listening.getsockname()[1])]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    landlock = ctypes.CDLL(None, use_errno=True).syscall(444, None, ctypes.c_size_t(0), 1)  # which version of it
    read, written, grown, *joined = ast.literal_eval(said)
    assert read == ("PermissionError" if landlock > 0 else "done")
    assert written in ("PermissionError", *(() if landlock > 0 else ("OSError",)))
    assert grown == "MemoryError"
    assert joined == ["PermissionError" if landlock >= 4 else "done"] * 2


def test_nobody_looks_into_its_memory() -> None:
    """Nor where it was nobody from the start: who gives up being root is not looked into anyway."""
    program = """
import ctypes, os
from hardware.scanner.confined import confine
os.geteuid = lambda: 1
confine()
print(ctypes.CDLL(None).prctl(3))  # PR_GET_DUMPABLE
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said == "0\n"


def test_killed_it_is_gone_and_a_new_one_reads_on(looking: tuple[Twin, Camera]) -> None:
    twin, source = looking
    os.kill(source.process, signal.SIGKILL)
    assert "SIGKILL" in wait_until_gone(source)
    again = connect("camera", Settings(source=twin.url), Meanings())
    assert again.wait(2.5) == []  # what is seen sooner was lying there
    twin.hold("isbn", ISBN)
    until = time.monotonic() + 10
    seen: list[object] = []
    while not seen and time.monotonic() < until:
        seen += again.wait(0.2)
    assert seen == [IsbnScanned("camera", ISBN)]
    again.close()


def test_hanging_it_is_gone(looking: tuple[Twin, Camera], monkeypatch: pytest.MonkeyPatch) -> None:
    _, source = looking
    source.wait(0.2)
    monkeypatch.setattr(driver, "HUNG_S", 1.0)
    os.kill(source.process, signal.SIGSTOP)
    assert "hangs" in wait_until_gone(source)


@pytest.mark.parametrize(
    "said",
    [
        b"x" * (1 << 19),
        b"no json\n",
        b"[]\n",
        b'{"gone": "lost"}\n',
        b'{"gone": "half a character: \\ud800"}\n',
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
    ],
    ids=["endless", "no json", "no object", "gone", "half a character", "no text", "deep"],
)
def test_what_makes_no_sense_is_gone(said: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    liar = tmp_path / "liar.py"
    liar.write_text(
        f"import os\nos.write(1, b'{{\"open\": true}}\\n')\nos.write(1, {said!r})\nimport time; time.sleep(30)"
    )
    started = subprocess.Popen

    def lie(words: list[str], **more: object) -> object:
        return started([words[0], str(liar)], **more)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", lie)
    source = connect("camera", Settings(source=0), Meanings())
    assert isinstance(source, Camera)
    assert wait_until_gone(source).encode()  # a row can hold it
    source.close()


def test_half_a_character_for_why_it_failed_can_be_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    liar = tmp_path / "liar.py"
    liar.write_text('print(r\'{"failed": "\\ud800"}\', flush=True)')
    started = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda words, **more: started([words[0], str(liar)], **more))
    with pytest.raises(DeviceGone) as gone:
        connect("camera", Settings(source=0), Meanings())
    assert str(gone.value).encode() == b"?"


def test_one_that_talks_without_end_holds_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    liar = tmp_path / "liar.py"
    liar.write_text("import os\nos.write(1, b'{\"open\": true}\\n')\nwhile True: os.write(1, b'{\"at\": 1}\\n' * 1000)")
    started = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda words, **more: started([words[0], str(liar)], **more))
    source = connect("camera", Settings(source=0), Meanings())
    said: list[object] = []
    waiting = threading.Thread(target=lambda: said.append(source.wait(0.1)))
    waiting.start()
    waiting.join(20)
    source.close()
    assert said == [[]]


def test_what_it_says_is_looked_at_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = [{"open": True}, *({"at": 1e12, "code": code} for code in ("]E09787020002208", "]E06901234567892", "]Q1x"))]
    liar = tmp_path / "liar.py"
    liar.write_text(f"import time\nfor line in {[json.dumps(line) for line in lines]!r}: print(line, flush=True)\n")
    started = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda words, **more: started([words[0], str(liar)], **more))
    source = connect("camera", Settings(source=0), Meanings())
    seen = [reading for _ in range(3) for reading in source.wait(5)]
    assert seen == [CodeUnknown("camera", 13), CodeUnknown("camera", 13), CodeUnknown("camera", 1)]
    source.close()


def test_a_time_beyond_all_numbers_is_one_that_is_not_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = ['{"open": true}', '{"at": 1' + "0" * 400 + ', "code": "]Q1x"}']
    liar = tmp_path / "liar.py"
    liar.write_text(f"import time\nfor line in {lines!r}: print(line, flush=True)\ntime.sleep(30)")
    started = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda words, **more: started([words[0], str(liar)], **more))
    source = connect("camera", Settings(source=0), Meanings())
    assert source.wait(5) == [CodeUnknown("camera", 1)]
    source.close()


def test_without_room_for_one_more_process_there_is_no_camera() -> None:
    """Too many files are open, which a real limit makes so."""
    program = """
import resource
from hardware.errors import DeviceGone
from hardware.scanner.barcode import Meanings
from hardware.scanner.camera import Settings, connect
resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))
held = [open("/dev/null") for _ in range(7)]
try:
    connect("camera", Settings(source=0), Meanings())
except DeviceGone as gone:
    print(gone)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said == "no process can be started to look at pictures (Too many open files)\n"


def test_one_that_no_signal_ends_is_not_waited_for(
    looking: tuple[Twin, Camera], mocker: MockerFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that a camera's driver holds in the kernel: only a mock can make it so."""
    _, source = looking
    kill = mocker.patch.object(source._eyes._process, "kill")
    monkeypatch.setattr(confined, "END_WAIT_S", 0.2)
    began = time.monotonic()
    source.close()
    assert time.monotonic() - began < 5
    assert kill.called
    mocker.stopall()


def test_it_ends_with_its_parent() -> None:
    program = """
import sys, time
from hardware.scanner.camera import Settings, connect
from hardware.scanner.barcode import Meanings
print(connect("camera", Settings(source=sys.argv[1]), Meanings()).process, flush=True)
time.sleep(60)
"""
    with Twin(seed=1) as twin:
        parent = subprocess.Popen([sys.executable, "-c", program, twin.url], stdout=subprocess.PIPE, text=True)
        assert parent.stdout
        child = int(parent.stdout.readline())
        os.kill(child, signal.SIGSTOP)  # it cannot find out by itself
        parent.kill()
        parent.wait()
        parent.stdout.close()
        until = time.monotonic() + 20
        while not (gone := ended(child)) and time.monotonic() < until:
            time.sleep(0.02)
        if not gone:
            os.kill(child, signal.SIGKILL)
        assert gone


def ended(process: int) -> bool:
    """Nobody may be there to look at its end."""
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True


# ---- picture files ------------------------------------------------------------------------------------------------


def png_of(width: int, height: int) -> bytes:
    """The head of a PNG that claims to be so large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(bytes(width + 1) * min(height, 2000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name, kind, content in (("book", "isbn", ISBN), ("price", "ean13", "6901234567892"), ("pass", "qr", "L1:A B")):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.pad(label(kind, content), 60, constant_values=128))  # type: ignore[arg-type]
    both = np.hstack(
        [
            np.pad(label(kind, code), 60, constant_values=200)[:260]
            for kind, code in (("ean13", "6901234567892"), ("isbn", ISBN))
        ]
    )  # type: ignore[arg-type]
    cv2.imwrite(str(tmp_path / "both.png"), both)
    whole = (tmp_path / "book.png").read_bytes()
    for name, data in {
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "noise": os.urandom(5000),
        "text": b"GIF89a" + b"\xff" * 100,
        "wide": png_of(100_000, 100_000),
        "long": png_of(1, 2_000_000),
    }.items():
        (tmp_path / f"{name}.bad").write_bytes(data)
    return tmp_path


def test_stills_are_read_and_named(pictures: Path) -> None:
    found = {Path(one.file).stem: one.codes for one in stills.read(sorted(pictures.glob("*.png")), Meanings())}
    assert found["book"] == (Code(ISBN, Format.EAN13),)
    assert [code.kind for code in found["book"]] == ["isbn"]
    assert [(code.text, code.kind) for code in found["price"]] == [("6901234567892", "ean")]
    assert [(code.text, code.kind) for code in found["pass"]] == [("L1:A B", "qr")]
    assert [code.kind for code in found["both"]] in (["isbn", "ean"], ["isbn"])


def test_every_way_of_looking_works_without_files(tmp_path: Path) -> None:
    """What is loaded late would have to be opened, which is not allowed any more."""
    page = np.pad(label("isbn", ISBN), ((30, 30), (60, 60)), constant_values=235)
    drawn = {"smeared": cv2.GaussianBlur(page, (0, 0), 2.5), "inverted": 255 - page, "none": np.full_like(page, 90)}
    for name, picture in drawn.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture)
    found = {Path(one.file).stem: one for one in stills.read(sorted(tmp_path.glob("*.png")), Meanings())}
    assert [one.error for one in found.values()] == ["", "", ""]
    assert {name: [code.text for code in one.codes] for name, one in found.items()} == {
        "smeared": [ISBN],
        "inverted": [ISBN],
        "none": [],
    }


def test_hostile_files_are_errors_and_the_next_one_is_read(pictures: Path) -> None:
    files = [*sorted(pictures.glob("*.bad")), pictures, pictures / "none", pictures / "book.png"]
    found = list(stills.read(files, Meanings()))
    assert [one.file for one in found] == [str(file) for file in files]
    *bad, book = found
    assert all(one.error or one.codes == () for one in bad)
    assert sum(bool(one.error) for one in bad) >= 6
    assert book.codes == (Code(ISBN, Format.EAN13),)


def test_the_command_says_a_line_for_each_file(pictures: Path) -> None:
    run = CliRunner().invoke(main, ["decode", str(pictures / "book.png"), str(pictures / "noise.bad"), "--json"])
    book, noise = map(json.loads, run.output.splitlines())
    assert (book["file"], book["codes"]) == (str(pictures / "book.png"), [{"text": ISBN, "kind": "isbn"}])
    assert (book["ms"] > 0, noise["codes"], bool(noise["error"])) == (True, [], True)
    assert run.exit_code == 1
    assert CliRunner().invoke(main, ["decode", str(pictures / "book.png")]).exit_code == 0


@pytest.mark.parametrize(
    ("text", "form", "kind"),
    [
        (ISBN, Format.EAN13, "isbn"),
        ("9791090636071", Format.EAN13, "isbn"),
        ("9787020002208", Format.EAN13, "ean"),
        ("9771672123008", Format.EAN13, "issn"),
        ("6901234567892", Format.EAN13, "ean"),
        (ISBN, Format.QR, "qr"),
        ("SX1", Format.CODE128, "code128"),
        ("SX1", Format.CODE39, "code39"),
        ("A1B", Format.CODABAR, "codabar"),
    ],
)
def test_a_code_knows_its_kind(text: str, form: Format, kind: str) -> None:
    assert Code(text, form).kind == kind
