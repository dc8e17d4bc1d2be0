"""A store that cannot be used at the start: the screen is not black but says so, whatever is touched, then it is tried
again."""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from points import NOW, busy, plan

from kiosk.config import load
from kiosk.receipt import key_beside
from kiosk.store import Store
from simulators.screen import Hand, Xvfb
from tests.side_by_side import side_by_side

START = "import sys, kiosk.app; kiosk.app.CLOSED_S = float(sys.argv.pop(1)); import kiosk.cli; kiosk.cli.main()"
LONG_S = 600.0


@contextlib.contextmanager
def started(config: Path, *words: str, closed_s: float = LONG_S, **env: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", START, str(closed_s), "run", str(config), *words]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, text=True, env=os.environ | env, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def damaged(config: Path) -> str:
    load(config).store.write_bytes(b"SQLite format 3\0" + bytes(5000))
    return "Nothing in it was changed"


def a_telling_that_makes_no_sense(config: Path) -> str:
    path = load(config).store
    with closing(Store.open(path, plan())) as store:
        point = store.load()
        store.commit(point, busy(point, 1), NOW)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE outbox SET told = replace(told, 'kind', 'cind')")
    return "damaged at table outbox, telling 1"


def no_directory(config: Path) -> str:
    config.write_text(config.read_text(encoding="utf-8").replace('"store.db"', '"gone/store.db"'), encoding="utf-8")
    return "No such file or directory"


def not_to_be_looked_at(config: Path) -> str:
    """Whether it is there nobody can know, as in a directory that is not to be entered (which root may)."""
    name = "x" * 300
    config.write_text(config.read_text(encoding="utf-8").replace('"store.db"', f'"{name}"'), encoding="utf-8")
    return "File name too long"


def of_another_point(config: Path) -> str:
    with closing(Store.open(load(config).store, plan())):
        pass
    config.write_text(config.read_text(encoding="utf-8").replace('id = "dongmen"', 'id = "ximen"'), encoding="utf-8")
    return "the store of point 'dongmen', and this is 'ximen'"


def a_receipt_key_that_is_none(config: Path) -> str:
    key = key_beside(load(config).store)
    key.touch(0o600)
    key.write_text("xyz\n")
    return "must hold 64 hex digits"


def a_receipt_key_for_all_to_read(config: Path) -> str:
    key = key_beside(load(config).store)
    key.write_text("5" * 64 + "\n")
    key.chmod(0o644)
    return "no key for receipts"


def a_receipt_key_that_cannot_be_read(config: Path) -> str:
    key_beside(load(config).store).mkdir(0o700)
    return "no key for receipts"


NO_KEY = (a_receipt_key_that_is_none, a_receipt_key_for_all_to_read, a_receipt_key_that_cannot_be_read)


def test_the_screen_says_so_whatever_is_touched_and_ends_in_time(example: Path, tmp_path: Path) -> None:
    checks = {}
    troubles = (damaged, a_telling_that_makes_no_sense, no_directory, not_to_be_looked_at, of_another_point, *NO_KEY)
    for trouble in troubles:
        config = tmp_path / trouble.__name__ / example.name
        shutil.copytree(tmp_path, config.parent, ignore=lambda folder, _: [one.name for one in Path(folder).glob("*/")])
        checks[trouble.__name__] = partial(says_so, config, trouble(config))
    side_by_side(checks)


def says_so(example: Path, words: str) -> None:
    with started(example, "--screen", "json", closed_s=5.0) as kiosk:
        assert kiosk.stdin
        assert kiosk.stdout
        assert kiosk.stderr
        said = json.loads(kiosk.stdout.readline())
        seen = time.monotonic()
        assert (said["screen"], said["reason"], said["until"]) == ("Sorry", "store_trouble", None)
        assert words in kiosk.stderr.readline()  # at once, and not when the screen ends
        for touch in ("finish", "return", "collect"):
            print(json.dumps({"action": touch}), file=kiosk.stdin, flush=True)
        assert kiosk.wait(240) == 3
        assert time.monotonic() - seen > 3
        assert (kiosk.stdout.read(), kiosk.stderr.read()) == ("", "")


def test_the_service_manager_hears_that_it_is_alive_and_can_stop_it(example: Path, tmp_path: Path) -> None:
    damaged(example)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(240)
        with started(example, "--screen", "json", NOTIFY_SOCKET=str(tmp_path / "notify")) as kiosk:
            assert [manager.recv(100) for _ in range(2)] == [b"WATCHDOG=1"] * 2
            kiosk.send_signal(signal.SIGTERM)
            assert kiosk.wait(240) == 3


def test_the_window_under_xvfb(example: Path, tmp_path: Path) -> None:
    damaged(example)
    text = example.read_text(encoding="utf-8").replace("width = 1080", "width = 540")
    example.write_text(text.replace("height = 1920", "height = 960"), encoding="utf-8")
    with Xvfb(540, 960) as display:
        hand = Hand(os.environ | display.env, tmp_path / "targets")
        with started(example, **display.env, KIOSK_TARGETS=str(tmp_path / "targets")) as kiosk:
            hand.wait_for("Sorry", timeout_s=240)
            assert hand.sees()["fields"]["reason"] == "store_trouble"
            until = time.monotonic() + 240
            while hand.sees()["language"] != "en" and time.monotonic() < until:
                hand.touch("language")  # again, where the window was not ready for it
                time.sleep(5)
            assert (hand.sees()["screen"], hand.sees()["language"]) == ("Sorry", "en")
            assert display.picture().std() > 5
            kiosk.send_signal(signal.SIGTERM)
            assert kiosk.wait(240) == 3


def test_without_a_screen_either_the_store_is_what_is_said(example: Path) -> None:
    words = damaged(example)
    with started(example, DISPLAY=":54321", SDL_VIDEODRIVER="x11") as kiosk:
        _, said = kiosk.communicate(timeout=240)
    assert (kiosk.returncode, words in said) == (3, True)
