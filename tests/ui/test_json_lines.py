"""The second front end over real pipes: displays out, touches in, bad lines answered and nothing lost."""

import io
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hardware.registry import find
from kiosk.core.events import Touched
from kiosk.frontend import ScreenSettings, Shown
from tests.screens.displays import SCREENS, display
from tests.screens.player import ABOUT
from ui.json_lines import LINE_MAX, Lines, NoTouch, as_data, parse, talk

WAIT_S = 10


class Talk:
    """The front end in a thread, with a pipe each way."""

    def __init__(self) -> None:
        self.shown = Shown()
        self.touched: queue.Queue[Touched] = queue.Queue()
        come_read, self.come = os.pipe()
        go_read, go_write = os.pipe()
        self.said: queue.Queue[dict[str, Any]] = queue.Queue()
        self.come_read = os.fdopen(come_read, "rb", buffering=0)
        self.go_write = os.fdopen(go_write, "w", encoding="utf-8")
        self.go_read = os.fdopen(go_read, encoding="utf-8")
        self.thread = threading.Thread(target=self._talk)
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        self.thread.start()

    def _talk(self) -> None:
        with self.go_write:
            talk(self.shown, self.touched.put, self.come_read, self.go_write)

    def _listen(self) -> None:
        for line in self.go_read:
            self.said.put(json.loads(line))

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.come, data) :]

    def ended(self) -> bool:
        self.thread.join(WAIT_S)
        return not self.thread.is_alive()


@pytest.fixture
def pipes() -> Iterator[Talk]:
    pipes = Talk()
    yield pipes
    pipes.shown.stop()
    assert pipes.ended()
    pipes.listener.join(WAIT_S)
    for file in (pipes.come_read, pipes.go_read):
        file.close()
    os.close(pipes.come)


def test_displays_go_out_and_touches_come_in(pipes: Talk) -> None:
    pipes.shown.put(display("home"))
    out = pipes.said.get(timeout=WAIT_S)
    assert out["screen"] == "Home"
    assert out["free_doors"] == 12
    assert out["until"] is None
    assert len(out["doors"]) == 18
    pipes.write(b'{"action": "digit", "value": "3"}\n{"action": "cancel"}\n')
    assert pipes.touched.get(timeout=WAIT_S) == Touched("digit", "3")
    assert pipes.touched.get(timeout=WAIT_S) == Touched("cancel")
    pipes.write(b'{"action": "collect", "on": "Home"}\n')
    assert pipes.touched.get(timeout=WAIT_S).on == "Home"
    pipes.shown.put(display("open-pickup", warning=True))
    out = pipes.said.get(timeout=WAIT_S)
    assert out["screen"] == "DoorOpen"
    assert out["warning"] is True
    assert [door["name"] for door in out["doors"] if door["door"] == "open"] == ["B2"]


def test_bad_lines_are_answered_and_the_good_ones_around_them_count(pipes: Talk) -> None:
    bad = [
        b"nonsense",
        b"[1]",
        b"{}",
        b'{"action": 3}',
        b'{"action": ""}',
        b'{"action": "a", "more": 1}',
        b'{"action": "a", "on": 1}',
        b'{"action": "' + b"x" * 65 + b'"}',
        b"\xff\xfe\x00",
        b"[" * 4000,
        b"x" * (LINE_MAX + 1),
        b'{"action": "digit", "value": "' + b"3" * 10_000_000 + b'"}',
    ]
    for n, line in enumerate(bad):
        pipes.write(line + b"\n\n" + json.dumps({"action": "digit", "value": str(n)}).encode() + b"\r\n")
        assert set(pipes.said.get(timeout=WAIT_S)) == {"trouble"}
        assert pipes.touched.get(timeout=WAIT_S) == Touched("digit", str(n))
    assert pipes.said.empty()


def test_trouble_repeats_nothing_that_was_said() -> None:
    for line in (b'{"code": "40718352"}', b"40718352 x", None):
        with pytest.raises(NoTouch) as caught:
            parse(line)
        assert "40718352" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_lines_are_the_same_however_they_are_cut() -> None:
    data = b'{"action": "a"}\n' + b"y" * (LINE_MAX + 5) + b"\n\nlast\nrest"
    whole = list(Lines().feed(data))
    pieces = Lines()
    assert whole == [b'{"action": "a"}', None, b"", b"last"]
    assert [line for n in range(len(data)) for line in pieces.feed(data[n : n + 1])] == whole
    assert len(pieces._held) <= LINE_MAX


def test_it_ends_with_its_input() -> None:
    pipes = Talk()
    pipes.shown.put(display("home"))
    os.close(pipes.come)
    assert pipes.ended()
    pipes.listener.join(WAIT_S)
    pipes.shown.put(display("collect"))  # nobody listens any more, and nothing breaks
    pipes.come_read.close()
    pipes.go_read.close()


@pytest.mark.parametrize("script", [b"", b'{"action": "collect"}\n'])
def test_its_input_may_be_a_file(script: bytes, tmp_path: Path) -> None:
    file, shown, touched = tmp_path / "touches", Shown(), list[Touched]()
    file.write_bytes(script)
    shown.put(display("home"))
    said = io.StringIO()
    with file.open("rb", buffering=0) as come:
        talk(shown, touched.append, come, said)
    assert touched == [Touched("collect")] * bool(script)
    assert json.loads(said.getvalue())["screen"] == "Home"


def test_a_signal_may_stop_it_while_it_looks() -> None:
    shown = Shown()
    with shown._lock:  # where the main thread may be when the signal's handler runs in it
        assert shown._lock.acquire(blocking=False), "the handler would wait for its own thread for ever"
        shown._lock.release()
        shown.stop()
    assert shown.stopped


def test_it_ends_when_stopped_and_prints_the_last_display(pipes: Talk) -> None:
    pipes.shown.put(display("goodbye-check"))
    pipes.shown.stop()
    assert pipes.ended()
    assert pipes.said.get(timeout=WAIT_S)["screen"] == "Goodbye"


def test_it_ends_when_nobody_reads() -> None:
    code = (
        "import sys\n"
        "from kiosk.frontend import Shown, ScreenSettings\n"
        "from tests.screens.displays import display\n"
        "from ui.json_lines import run\n"
        "shown = Shown(); shown.put(display('home'))\n"
        "run(shown, lambda touched: shown.put(display('collect')), None, ScreenSettings())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert json.loads(process.stdout.readline())["screen"] == "Home"
        process.stdout.close()
        process.stdin.write(b'{"action": "collect"}\n')
        process.stdin.flush()
        assert process.wait(WAIT_S) in (0, 120)  # 120: Python could not flush its standard output at the end


def test_every_display_is_plain_data() -> None:
    for name in SCREENS:
        data = json.loads(json.dumps(as_data(display(name))))
        assert data["screen"] == type(SCREENS[name]).__name__
        assert {"doors", "now", "until", "warning", "initials", "online"} <= set(data)


def test_both_front_ends_are_found_by_name() -> None:
    assert find("kiosk.screen", "json").__module__ == "ui.json_lines"
    assert find("kiosk.screen", "kivy").__module__ == "ui.app"
    assert ScreenSettings().front == "kivy"
    assert ABOUT.phone
