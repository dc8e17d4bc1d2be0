"""What is shown of items at the counter."""

from kiosk.core.counter_screens import Counter, CounterRow
from kiosk.core.counter_stories import AtCounter
from kiosk.core.model import PickupPoint


def screen(point: PickupPoint, story: AtCounter) -> Counter:
    """The list as it stands."""
    plan, lying = point.plan, {item for item, _ in story.lying}
    here = sum(line.item.barcode in lying for line in story.lines)
    scanner = not plan.scanners or any(point.devices[name].up for name in plan.scanners if name in point.devices)
    busy = bool(story.key) or any(line.tag == "writing" for line in story.lines)
    return Counter(
        tuple(CounterRow(x.item.title, x.state, x.tag, x.due, x.words) for x in story.lines),
        here if plan.pads else None,
        scanner,
        story.going,
        busy,
        story.notice,
        story.lacks,
        not point.counters.online,
    )
