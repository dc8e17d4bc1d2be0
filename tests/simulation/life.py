"""One life of a point, from its seed to the last settled doubt, or to the story of how a rule was broken."""

import shutil
import tempfile
from pathlib import Path

from tests.simulation.day import Day
from tests.simulation.faults import ALL, Allowed
from tests.simulation.invariants import decode_quickly
from tests.simulation.rules import Violation
from tests.simulation.story import about
from tests.simulation.weeks import Weeks


def live_a_day(
    seed: int,
    visits: int = 0,
    cut_at: int | None = None,
    calm: bool = False,
    sip2: bool = False,
    days: int = 1,
    allowed: Allowed = ALL,
    kind: type[Day] | None = None,
) -> Day:
    """One seed, start to end: a day, or weeks, unless ``kind`` says otherwise. Raises ``Violation`` with the story in
    words and how to see it again."""
    decode_quickly()
    shm = Path("/dev/shm")
    directory = Path(tempfile.mkdtemp(prefix="kiosk-day-", dir=shm if shm.is_dir() else None))
    day = (kind or (Weeks if days > 1 else Day))(seed, directory, visits, cut_at, calm, sip2, days, allowed)
    try:
        day.live()
    except Exception as error:
        again = f"python -m tests.simulation {seed}" + " --sip2" * sip2
        again += f" --days {days}" * (days > 1) + f" --visits {visits}" * bool(visits) + allowed.again()
        again += f" --cut-at {cut_at}" if cut_at else ""
        words = "\n".join(about(day.world.story, repr(error)))
        breach = Violation(f"seed {seed}: {error!r}\n\n{words}\n\nto see it again: {again}")
        breach.day = day  # type: ignore[attr-defined]
        raise breach from error
    finally:
        if day.world.store is not None:
            day.world.store.close()
        day.world.link.close()
        shutil.rmtree(directory, ignore_errors=True)
    return day
