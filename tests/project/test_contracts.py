"""Every import contract bites: a copy of the tree that breaks each of them is caught at each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tree import PRODUCT, ROOT, setup_cfg

BROKEN = {
    "hardware/errors.py": "import sync.errors",  # layers
    "kiosk/frontend.py": "import simulators, cv2, escpos, kivy, pymodbus, requests, serial, smartcard, sqlite3",
    "kiosk/core/screens.py": "import time",
    "simulators/__init__.py": "import kiosk.frontend",
}


def test_each_contract_finds_its_violation(tmp_path: Path) -> None:
    for package in PRODUCT:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    for name, line in BROKEN.items():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"}, check=False
    )
    contracts = [name for name in setup_cfg().sections() if name.startswith("importlinter:contract:")]
    assert f"Contracts: 0 kept, {len(contracts)} broken." in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1
