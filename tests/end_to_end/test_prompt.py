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
        "the library is away",
        "the library is there",
        "neither a person",
        "Unknown syntax: nonsense",
    ):
        assert words in done.stdout, words
