"""What comes to the loop besides events, and what of it all waits while the store cannot be written."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hardware.readings import CardGone, DeviceDown, DeviceUp, DoorSeen, PaperSeen, PrintEnded, SecureEnded, UnlockEnded
from kiosk.core.events import Acted, ClockJumped, Event, Heard, Online, Tick
from sync.errors import ServiceError
from sync.library_clock import LibraryClock
from sync.messages import Page, Receipt, Telling
from sync.service import NOTHING, Known

EVENTS_MAX = 2000  # then only the last words of each device on itself are kept
PAGES_MAX = 50  # then they are let go, and the library is asked for all that concerns the point


@dataclass(frozen=True, slots=True)
class Upload:
    """Tell the library these; the word on them comes back as ``Uploaded`` or ``UploadFailed``. ``known``: for a
    library without keys."""

    batch: tuple[Telling, ...]
    known: Known = NOTHING


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The library's receipts, one for each telling of the batch."""

    batch: tuple[Telling, ...]
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class UploadFailed:
    """No receipts: whether the library heard is unknown, and the same batch goes again later."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class Polled:
    """A page of the change feed, and what is known of the library's clock now."""

    page: Page
    clock: LibraryClock


Incoming = Event | Polled | Uploaded | UploadFailed
_STATES = (DoorSeen, PaperSeen, DeviceUp, DeviceDown)  # of things that can be in one state at a time
HAPPENED = (*_STATES, UnlockEnded, PrintEnded, SecureEnded, Acted, ClockJumped, Heard, Polled, Uploaded, UploadFailed)
PASSES = (*HAPPENED, Tick, Online, CardGone)  # nobody asked for these


def waiting(events: Iterable[Incoming]) -> tuple[deque[Incoming], bool]:
    """Of these, what happened in the world, in order; and whether pages were let go, so that a snapshot must be asked
    for. What may be kept is bounded, and nothing that matters is dropped: a page in which nothing has changed says
    nothing, a snapshot says all that pages before it said, a device's last word on itself counts, of a door that it has
    been open and that it has been shut, and of what the point itself has ordered there is no more than it had ordered
    before the trouble began."""
    kept = [event for event in events if isinstance(event, HAPPENED) and not _empty(event)]
    snapshots = [n for n, event in enumerate(kept) if isinstance(event, Polled) and event.page.snapshot]
    if snapshots:
        kept = [e for n, e in enumerate(kept) if n >= snapshots[-1] or not isinstance(e, Polled)]
    missed = sum(isinstance(event, Polled) for event in kept) > PAGES_MAX
    if missed:
        kept = [event for event in kept if not isinstance(event, Polled)]
    return deque(kept if len(kept) <= EVENTS_MAX else _last_words(kept)), missed


def _empty(event: Incoming) -> bool:
    return isinstance(event, Polled) and not (event.page.changes or event.page.snapshot)


def _last_words(events: Sequence[Incoming]) -> Sequence[Incoming]:
    """The clock's jumps as one; of each thing that is in one state at a time, the last; of a door, the last of each
    state: what was ordered for it counts as done only when it has been open and is shut."""
    jumps = sum(event.by for event in events if isinstance(event, ClockJumped))
    last = {_thing(event): n for n, event in enumerate(events)}
    kept = [event for n, event in enumerate(events) if last[_thing(event)] == n or not isinstance(event, _STATES)]
    kept = [event for event in kept if not isinstance(event, ClockJumped)]
    return [ClockJumped(jumps), *kept] if jumps else kept


def _thing(event: Incoming) -> tuple[str, str]:
    match event:
        case DoorSeen(compartment=name, door=door):
            return "door", f"{door} {name}"
        case PaperSeen(device=name):
            return "paper", name
        case DeviceUp(device=name) | DeviceDown(device=name):
            return "device", name
        case _:
            return "", ""
