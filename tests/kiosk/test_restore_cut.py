"""``kiosk restore`` cut off by the power before each of its steps, one after the other: done again, it comes right, and
what was told counts once."""

import subprocess
import sys
from contextlib import closing

from bad_day import Point
from test_restore import damage, library, life_goes_on, point

from kiosk.cli_parts import EXIT_STORE
from kiosk.store import Store
from simulators.library.server import Library

__all__ = ["library", "point"]

UNTIL_DONE = """
import os, sys, time
import kiosk.restore, kiosk.store
from kiosk.cli import main

config, folder = sys.argv[1:]
cut = set()

def may_be_cut(owner, name):
    real = getattr(owner, name)
    def does(*args, **named):
        step = f"{name} {args[0]}" if owner is os else name
        if step not in cut and (owner is not os or str(args[0]).startswith(folder)):
            os.write(told, step.encode())
            os._exit(137)
        return real(*args, **named)
    setattr(owner, name, does)

while True:
    hears, told = os.pipe()
    if not os.fork():
        for name in ("link", "unlink", "rename", "replace"):
            may_be_cut(os, name)
        for name in ("_patiently", "names_on_disk"):
            may_be_cut(kiosk.restore, name)
        may_be_cut(kiosk.store.Store, "commit")
        main(["restore", config, "--yes"])
    os.close(told)
    ended = os.waitstatus_to_exitcode(os.wait()[1])
    if ended != 137:
        sys.exit(ended)
    cut.add(step := os.read(hears, 1000).decode())
    print("cut before", step, flush=True)
    time.sleep(1.0)  # what is kept is named by the second
"""


def test_cut_before_each_of_its_steps(point: Point, library: Library) -> None:
    path, log = point.config.store, point.config.store.with_name("store.db-wal")
    with closing(Store.open(path, point.config.plan())):
        left = log.read_bytes()
    damage(path, "parcels")
    log.write_bytes(left)
    command = [sys.executable, "-c", UNTIL_DONE, str(point.file), str(path.parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, EXIT_STORE), done.stdout + done.stderr
    cuts = [line.split()[2] for line in done.stdout.splitlines() if line.startswith("cut before")]
    assert {*cuts} >= {"_patiently", "commit", "link", "unlink", "rename", "replace", "names_on_disk"}, cuts
    assert sum(point.told(library, "parcel_collected").values()) == 1
    assert sum(point.told(library, "item_dropped").values()) == 2
    assert [log.read_bytes() for log in path.parent.glob("store.db.kept-*-wal")] == [left]
    life_goes_on(point, library)
    assert sum(point.told(library, "parcel_collected").values()) == 2
