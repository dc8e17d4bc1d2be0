"""The demo at a desk: the kiosk in a window, a person typing what people do."""

import subprocess
import sys
from pathlib import Path

from simulators.screen import Xvfb

LINES = """\
people
parcels
scan SIP0000000
doors
push 99
put 1 SIP0000000
show R1001
app R1006
library off
library on
card nobody
card C2001
card
nonsense
quit
"""


def test_what_is_typed_is_done_or_refused_in_words(tmp_path: Path) -> None:
    with Xvfb(540, 960) as display, Path(tmp_path / "lines").open("w+") as lines:
        lines.write(LINES)
        lines.seek(0)
        command = [sys.executable, "-m", "simulators", "demo", "--folder", str(tmp_path)]
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", **display.env}
        done = subprocess.run(command, stdin=lines, capture_output=True, text=True, env=env, timeout=90)
    assert done.returncode == 0, done.stdout + done.stderr
    for words in (
        "陈雨桐",
        "P00001",
        "12  shut  empty",
        "no such door",
        "door 1 is shut",
        "no message was sent",
        "shows no parcel",
        "the library is away",
        "the library is there",
        "neither a person",
        "Unknown syntax: nonsense",
    ):
        assert words in done.stdout, words


def test_a_kiosk_that_cannot_start_is_said_at_the_prompt(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators", "demo", "--folder", str(tmp_path)]
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "DISPLAY": ":nowhere"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as demo:
        assert demo.stdin
        assert demo.stdout
        assert any("kiosk ended with status 4" in line and "DISPLAY" in line for line in demo.stdout)
        demo.stdin.write("quit\n")
        demo.stdin.close()
        assert demo.wait(30) == 0


def test_no_folder_of_somebody_else_is_emptied(tmp_path: Path) -> None:
    mine = tmp_path / "point" / "poem.txt"
    mine.parent.mkdir()
    mine.write_text("床前明月光")
    command = [sys.executable, "-m", "simulators", "demo", "--tour", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "choose another --folder" in done.stderr
    assert mine.exists()
