"""The power fails at any moment: what was acknowledged is there, and no step is there by halves."""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

from points import NOW, busy, plan

from kiosk.store import Store


def test_killed_at_any_moment(tmp_path: Path) -> None:
    program = Path(__file__).with_name("store_cuts.py")
    ran = subprocess.run([sys.executable, program, tmp_path, "50"], capture_output=True, text=True, check=True)
    seen = json.loads(ran.stdout)
    assert seen["flaws"] == []
    assert seen["committed"] > 200


def test_the_last_writes_reach_the_disk_in_part(tmp_path: Path) -> None:
    """What a disk makes of a power cut: the log ends anywhere, in a torn sector or in garbage. Whatever of it stands
    is a step as it was committed; all up to the last one whose bytes are whole is there."""
    live = tmp_path / "live.db"
    store = Store.open(live, plan())
    point = store.load()
    wal = live.with_name("live.db-wal")
    ends = [wal.stat().st_size]  # the length of the log after each commit
    for n in range(1, 21):
        step = busy(point, n)
        store.commit(point, step, NOW + n)
        point = step.point
        ends.append(wal.stat().st_size)
    main, log = live.read_bytes(), wal.read_bytes()
    store.close()
    assert len(log) == ends[-1]
    dice = random.Random(7)
    cuts = [dice.randrange(ends[0], ends[-1]) for _ in range(40)] + ends
    for number, end in enumerate(cuts):
        path = tmp_path / f"{number}.db"
        path.write_bytes(main)
        tail = dice.randbytes(dice.choice((0, 512, 4096))) if number % 2 else b""
        path.with_name(path.name + "-wal").write_bytes(log[:end] + tail)
        whole = sum(end >= known for known in ends) - 1
        again = Store.open(path, plan())
        loaded = again.load()
        order = loaded.compartments["1"].order
        assert loaded.counters.orders == whole
        assert (order.id if order else "0") == str(whole)
        assert again.journal.verify() == (True, 2 * whole, "")
        assert [t.seq for t in again.tellings(1, 99)] == list(range(1, whole + 1))
        again.close()
    shutil.rmtree(tmp_path)
