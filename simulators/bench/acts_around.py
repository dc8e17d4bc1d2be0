"""What can be done around a point: library, network, power, clock, the kiosk's screen, scenarios. Each public function
is an act."""

from typing import Annotated

from pydantic import Field

from simulators.bench.acts import Text, Times
from simulators.bench.stage import Stage
from simulators.library.packing import pack_parcel, send_stock
from simulators.twins import Unfit

ParcelId = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")]  # "": by the next number

Key = Annotated[str, Field(pattern=r"^(Up|Down|Left|Right|Return|space|Escape|BackSpace|[0-9a-z])$")]  # as X calls it


def library(stage: Stage, on: bool) -> None:
    """The library's service runs, or is down: connections are refused."""
    if on is not stage.library_on:
        stage.point.service.open(on)
        stage.library_on = on


def library_fault(stage: Stage, fault: Text, times: Times) -> None:
    """The next requests to the library go wrong in this way, for example ``answer_lost``; which there are depends on
    how the point speaks to it (REST or SIP2), and stands in the state."""
    stage.point.service.fault(fault, times)


def mend_library(stage: Stage) -> None:
    """No request to the library goes wrong any more."""
    stage.point.service.mend()


def for_anybody(stage: Stage, item: Text = "", parcel: ParcelId = "") -> None:
    """The library sends a book to the point, for anybody to borrow there: this one, or any off its shelves. A courier
    loads it as any other. ``parcel``: what it is called, if not by the next number."""
    if stage.point.service.speaks == "sip2":
        raise Unfit("over SIP2 whoever loads decides: let a courier scan any book, where [service] has stock = true")
    ledger = stage.point.library.ledger
    try:
        sent = [pack_parcel(ledger, stage.point.id, "", (item,), id=parcel)] if item else None
    except ValueError as error:
        raise Unfit(f"{error}") from None
    if not (sent or send_stock(ledger, stage.point.id, 1)):
        raise Unfit("nothing is left on the library's shelves")


def network(stage: Stage, on: bool) -> None:
    """The network passes what is said, or nothing gets through."""
    stage.point.network.up = on


def power(stage: Stage, on: bool) -> None:
    """The kiosk has power, or loses it without a goodbye. Doors stay as they are."""
    if on is not stage.power_on:
        if on:
            stage.panel.start(stage.clock_ahead_s)
        else:
            stage.panel.kill()
        stage.power_on = on


def clock(stage: Stage, ahead_s: Annotated[int, Field(ge=-10 * 366 * 86400, le=10 * 366 * 86400)]) -> None:
    """The kiosk's clock is wrong by so much, as after a flat battery: it starts again with it."""
    stage.panel.kill()
    stage.power_on = False
    stage.panel.start(ahead_s)
    stage.power_on, stage.clock_ahead_s = True, ahead_s


def touch(stage: Stage, x: Annotated[int, Field(ge=0, le=8191)], y: Annotated[int, Field(ge=0, le=8191)]) -> None:
    """A finger on the kiosk's screen, at this pixel."""
    stage.panel.touch(x, y)


def touch_named(stage: Stage, target: Text) -> None:
    """A finger on something by its name."""
    stage.panel.touch_named(target)


def key(stage: Stage, name: Key) -> None:
    """A key of a keyboard or keypad beside the kiosk's screen: arrows go from one thing to the next, ``Return`` touches
    it, ``Escape`` goes to the way out."""
    stage.panel.key(name)


def scenario(stage: Stage, name: Text) -> None:
    """Play a scenario that ships, from here on by itself."""
    if stage.player is None:
        raise Unfit("nobody plays scenarios here")
    stage.player.start(name)


def stop_scenario(stage: Stage) -> None:
    """Stop the scenario being played, where it is."""
    if stage.player is not None:
        stage.player.stop()
