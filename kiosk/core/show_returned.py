"""Where each returned item goes, beside the goodbye of who brought it: as soon as the library has said so."""

from dataclasses import replace

from kiosk.core.model import PickupPoint
from kiosk.core.notices import Goes
from kiosk.core.screens import Goodbye


def routed(point: PickupPoint, screen: Goodbye) -> Goodbye:
    """The goodbye of a return, with what the library has said of each item by now."""
    if screen.purpose != "dropoff" or screen.slip is None:
        return screen
    goes = tuple(_goes(point, barcode, screen.slip.id) for _, barcode in screen.slip.items)
    return replace(screen, goes=goes) if any(kind for kind, _ in goes) else screen


def _goes(point: PickupPoint, barcode: str, order: str) -> Goes:
    """``stays`` behind its door for the next reader; ``sorted`` by a courier for one; ``goes`` to another place."""
    for drop in point.drops.values():
        if drop.item.barcode == barcode and drop.id.startswith(f"{order}-"):
            return ("sorted", "") if drop.held else ("goes", drop.goes_to) if drop.goes_to else ("", "")
    stays = any(p.state == "ready" and any(i.barcode == barcode for i in p.items) for p in point.parcels.values())
    return ("stays", "") if stays else ("", "")
