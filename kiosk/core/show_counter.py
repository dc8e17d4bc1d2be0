"""What is shown of items at the counter."""

from kiosk.core.counter_screens import Counter, CounterRow
from kiosk.core.counter_stories import AtCounter
from kiosk.core.flows import lending
from kiosk.core.model import PickupPoint


def screen(point: PickupPoint, story: AtCounter) -> Counter:
    """The list as it stands."""
    plan, lying = point.plan, {item for item, _ in story.lying}
    here = sum(line.item.barcode in lying for line in story.lines)
    scanner = not plan.scanners or point.answers(plan.scanners)
    lost = [pad for pad in plan.pads if (row := point.devices.get(pad)) and not row.up]
    return Counter(
        tuple(CounterRow(x.item.title, x.state, x.tag, x.due, x.words) for x in story.lines),
        here if len(lost) < len(plan.pads) else None,
        scanner,
        story.going,
        lending.busy(story),
        story.notice,
        story.lacks,
        not point.counters.online,
    )
