"""A bench that is told to end leaves nothing behind, and no demo takes the place of one that runs."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulators.__main__ import main, say_when_it_fails

EXAMPLE = Path(__file__).parents[2] / "examples" / "rest.toml"


def children(pid: int) -> set[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    own = {int(one) for each in threads for one in each.read_text().split()}
    return own.union(*(children(one) for one in own))


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_what_it_was_told_ends_all_it_began(told: signal.Signals) -> None:
    command = [sys.executable, "-m", "simulators", str(EXAMPLE), "--no-window", "--port", "0"]
    with tempfile.TemporaryDirectory(prefix="e-") as scratch:  # short: sockets have names of 108 bytes at most
        env = {**os.environ, "TMPDIR": scratch}
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as bench:
            assert bench.stdout
            assert "The bench is at" in bench.stdout.readline()
            begun = children(bench.pid)
            assert begun
            bench.send_signal(told)
            assert bench.wait(30) == 1
        assert list(Path(scratch).iterdir()) == []
        assert not [pid for pid in begun if Path(f"/proc/{pid}").exists()]


def test_what_is_killed_leaves_no_window_behind() -> None:
    command = [sys.executable, "-m", "simulators", str(EXAMPLE), "--port", "0"]
    with tempfile.TemporaryDirectory(prefix="e-") as scratch:
        env = {**os.environ, "TMPDIR": scratch}
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as bench:
            assert bench.stdout
            assert "The bench is at" in bench.stdout.readline()
            begun = children(bench.pid)
            bench.kill()
        assert begun
        until = time.monotonic() + 20
        while left := [pid for pid in begun if Path(f"/proc/{pid}").exists()]:
            assert time.monotonic() < until, left
            time.sleep(0.02)


@pytest.mark.parametrize(("told", "said"), [(signal.SIGSEGV, "status -11"), (signal.SIGTERM, ""), (None, "status 3")])
def test_nobody_is_left_to_talk_to_a_kiosk_that_died(
    told: signal.Signals | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As when its graphics driver breaks; asked to end, it is no news."""
    (tmp_path / "log").write_text("its last words")
    kiosk = subprocess.Popen([sys.executable, "-c", f"import time; {'exit(3)' if told is None else 'time.sleep(60)'}"])
    if told:
        kiosk.send_signal(told)
    say_when_it_fails(kiosk, tmp_path / "log")
    heard = capsys.readouterr().out
    assert (said in heard, "its last words" in heard, bool(heard)) == (True, bool(said), bool(said))


def test_a_demo_that_runs_keeps_its_folder(tmp_path: Path) -> None:
    (tmp_path / "point" / "library").mkdir(parents=True)
    with (tmp_path / "demo.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "simulators", "demo", "--tour", "--folder", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "choose another --folder" in done.stderr
    assert (tmp_path / "point" / "library").exists()


def test_a_bench_that_runs_keeps_its_folder(tmp_path: Path) -> None:
    with (tmp_path / "bench.lock").open("a") as lock, socket.create_server(("127.0.0.1", 0)) as taken:
        fcntl.flock(lock, fcntl.LOCK_EX)
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(main, [str(EXAMPLE), "--no-window", "--port", port, "--folder", str(tmp_path)])
    assert done.exit_code == 2
    assert "choose another --folder" in done.output
    assert [one.name for one in tmp_path.iterdir()] == ["bench.lock"]


def test_a_port_that_is_none_is_refused() -> None:
    command = [sys.executable, "-m", "simulators", str(EXAMPLE), "--port", "99999"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "0<=x<=65535" in done.stderr
