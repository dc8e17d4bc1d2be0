"""What is shown of a story that has ended: it offers only what can be had still."""

from dataclasses import replace

from kiosk.core.flows import slips
from kiosk.core.model import PickupPoint
from kiosk.core.screens import Goodbye, Screen, Sorry
from kiosk.core.show_returned import routed
from kiosk.core.stock import any_on_offer


def screen(point: PickupPoint, last: Screen, now: float) -> Screen:
    """The last screen as it stands now."""
    match last:
        case Goodbye(stock=stock):
            return slips.offered(point, routed(point, replace(last, stock=stock and any_on_offer(point, now))))
        case Sorry(then=then) if "browse" in then and not any_on_offer(point, now):
            return replace(last, then=tuple(one for one in then if one != "browse"))
    return last
