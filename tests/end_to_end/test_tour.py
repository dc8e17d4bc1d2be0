"""The demo's guided tour, with a real window and real touches: what ``make demo`` plays where there is no display."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(300)
def test_ledger_cabinet_and_journal_agree_at_its_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators", "demo", "--tour", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "agree" in done.stdout
    assert len(list(tmp_path.glob("*.png"))) >= 24
    assert list(tmp_path.glob("*-goodbye-borrow.png"))
