"""``kiosk doors CONFIG``: how each door ages and what to do about it, from the store, also while the kiosk runs."""

from typing import Any

from kiosk.config import Config
from kiosk.core.wear import Wear
from kiosk.reading import read_point

_BARS = "▁▂▃▄▅▆▇█"


def doors(config: Config) -> list[Wear]:
    """Every door of the configuration, those never opened too. Raises ``StoreError``."""
    known = read_point(config.store, config.plan()).wears
    return [known.get(one.name, Wear(one.name)) for one in config.compartments]


def as_json(wear: Wear) -> dict[str, Any]:
    """One door; times in milliseconds, ``open_s`` in seconds, the newest last."""
    return {
        "door": wear.name,
        "openings": wear.openings,
        "ms_now": round(wear.now_s * 1000),
        "ms_usual": round(wear.usual_s * 1000),
        "ms_recent": [round(one * 1000) for one in wear.recent_s],
        "retries": wear.retries,
        "open_s": list(wear.open_s),
        "wearing": wear.wearing,
        "do": advice(wear),
    }


def words(wear: Wear) -> str:
    """One door in a line: openings, milliseconds now and as usual, second pulses, longest left open, trend."""
    if not wear.openings:
        return "not opened yet"
    longest = f", longest left open {max(wear.open_s):.0f} s" if wear.open_s else ""
    line = (
        f"{wear.openings} openings; opens after {wear.now_s * 1000:.0f} ms, usually {wear.usual_s * 1000:.0f} ms "
        f"{_trend(wear.recent_s)}; {wear.retries} second pulses of late{longest}"
    )
    do = advice(wear)
    return f"{line}. {do}" if do else line


def advice(wear: Wear) -> str:
    """What to do about a door that gets worse, "" for one that does not."""
    if not wear.wearing:
        return ""
    if wear.retries and wear.now_s <= 2 * wear.usual_s:
        return "It wants second pulses: check the supply voltage at the lock while it pulls, and the plug of its coil."
    return (
        "It opens slowly: clean and grease the latch, see that the striker does not rub and nothing presses the door."
    )


def _trend(recent_s: tuple[float, ...]) -> str:
    top = max(recent_s) or 1.0
    return "".join(_BARS[min(len(_BARS) - 1, int(one / top * (len(_BARS) - 1)))] for one in recent_s)
