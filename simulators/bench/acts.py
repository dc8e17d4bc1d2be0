"""What can be done on a bench: one small function for each act, found by name, its arguments checked.

The page, the HTTP API and scenario files do nothing else than these.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, validate_call

from hardware.readings import Door
from simulators.bench.stage import Stage
from simulators.cabinet import DoorIsShut, NothingThere
from simulators.camera import Kind
from simulators.readers import Eye, HandScanner, PcscReader, SerialReader
from simulators.twins import Twin, Unfit

Text = Annotated[str, Field(max_length=512)]
Times = Annotated[int, Field(ge=1, le=10_000)]
UNSAID = ("touch", "touch_named")  # typed codes, and every finger
ACTS: dict[str, Callable[..., None]] = {}


def act(function: Callable[..., None]) -> Callable[..., None]:
    """Register a function as an act of its name; the arguments after the stage come as JSON."""
    checked: Callable[..., None] = validate_call(config={"arbitrary_types_allowed": True})(function)
    ACTS[function.__name__] = checked
    return function


def do(stage: Stage, name: str, arguments: dict[str, Any]) -> None:
    """Do it. Blocks as long as the hand moves, some seconds at most. Raises ``Unfit`` with one sentence."""
    if name not in ACTS:
        raise Unfit(f"no act {name!r}; there are {', '.join(sorted(ACTS))}")
    try:
        with stage.turn:
            ACTS[name](stage, **arguments)
    except ValidationError as error:
        flaw = error.errors(include_url=False)[0]
        raise Unfit(f"{name}: {'.'.join(map(str, flaw['loc']))}: {flaw['msg']}") from None
    except DoorIsShut:
        raise Unfit(f"door {arguments['door']} is shut") from None
    except NothingThere:
        raise Unfit(f"that does not lie behind door {arguments['door']}") from None
    if name not in UNSAID:
        stage.say(" ".join((name, *map(str, arguments.values()))))


def _known(stage: Stage, door: str) -> str:
    if door not in stage.point.cabinet.names:
        raise Unfit(f"no door {door!r}; there are {', '.join(stage.point.cabinet.names)}")
    return door


# ---- doors --------------------------------------------------------------------------------------------------------


@act
def push(stage: Stage, door: Text) -> None:
    """Push a door shut."""
    stage.point.cabinet.push(_known(stage, door))


@act
def pull(stage: Stage, door: Text) -> None:
    """Pull a door open by force, bolt or no bolt."""
    stage.point.cabinet.pull(_known(stage, door))


@act
def jam(stage: Stage, door: Text) -> None:
    """From now on its bolt does not move."""
    stage.point.cabinet.jam(_known(stage, door))


@act
def slow(stage: Stage, door: Text, seconds: Annotated[float, Field(ge=0, le=120)]) -> None:
    """From now on it opens only so long after the pulse."""
    stage.point.cabinet.slow(_known(stage, door), seconds)


@act
def stick(stage: Stage, door: Text, state: Literal["open", "shut"]) -> None:
    """Its sensor says this from now on, however the door stands."""
    stage.point.cabinet.stick(_known(stage, door), Door(state))


@act
def cut(stage: Stage, door: Text) -> None:
    """The wire of its sensor breaks."""
    stage.point.cabinet.cut(_known(stage, door))


@act
def bounce(stage: Stage, door: Text, times: Times) -> None:
    """Its sensor chatters the next times the door moves."""
    stage.point.cabinet.bounce(_known(stage, door), times)


@act
def mend_door(stage: Stage, door: Text) -> None:
    """Everything about the door is repaired."""
    stage.point.cabinet.mend(_known(stage, door))


@act
def put(stage: Stage, door: Text, item: Text) -> None:
    """Lay an item behind an open door, out of wherever it lay."""
    cabinet = stage.point.cabinet
    for name in cabinet.names:
        if item in cabinet.inside(name):
            raise Unfit(f"{item} lies behind door {name} already")
    cabinet.put_in(_known(stage, door), item)


@act
def take(stage: Stage, door: Text, item: Text | None = None) -> None:
    """Take an item, or all there is, from behind an open door."""
    cabinet = stage.point.cabinet
    for one in (item,) if item else cabinet.inside(_known(stage, door)) or (None,):
        cabinet.take_out(_known(stage, door), one)


# ---- devices ------------------------------------------------------------------------------------------------------


def _reader(stage: Stage, name: str) -> PcscReader | SerialReader:
    device = stage.point.twin(name, Twin)
    if not isinstance(device, PcscReader | SerialReader):
        raise Unfit(f"{name} ({device.driver}) takes no cards")
    return device


def _number(stage: Stage, card: str) -> str:
    """The UID of a card: of a person of the library, or as it stands."""
    for person in stage.state["cards"]:
        if person["id"] == card:
            return str(person["number"])
    try:
        if 4 <= len(bytes.fromhex(card)) <= 10:
            return bytes.fromhex(card).hex().upper()
    except ValueError:
        pass
    raise Unfit(f"{card!r} is neither a person of the library nor the hex digits of a card")


@act
def tap(stage: Stage, device: Text, card: Text) -> None:
    """Lay a card on the reader."""
    _reader(stage, device).tap(_number(stage, card))


@act
def lift(stage: Stage, device: Text) -> None:
    """Take the card away."""
    _reader(stage, device).lift()


@act
def tap_and_lift(stage: Stage, device: Text, card: Text) -> None:
    """Hold a card there until it was read, and take it away."""
    _reader(stage, device).tap_and_lift(_number(stage, card))


@act
def scan(stage: Stage, device: Text, code: Text) -> None:
    """Show a code to a hand scanner."""
    stage.point.twin(device, HandScanner).scan(code)


@act
def hold(stage: Stage, device: Text, kind: Kind, text: Text) -> None:
    """Hold a label before a camera."""
    eye = stage.point.twin(device, Eye)
    try:
        eye.camera.hold(kind, text)
    except ValueError as error:
        raise Unfit(f"that cannot be printed as {kind}: {error}") from None
    eye.shows = f"{kind} {text}"[:80]


@act
def take_away(stage: Stage, device: Text) -> None:
    """Take the label away."""
    eye = stage.point.twin(device, Eye)
    eye.camera.take_away()
    eye.shows = None


@act
def fault(stage: Stage, device: Text, fault: Text, times: Times) -> None:
    """The next exchanges with a device go wrong in this way."""
    stage.point.twin(device, Twin).fault(fault, times)


@act
def echo(stage: Stage, device: Text, on: bool) -> None:
    """Its adapter hears itself, or no longer does."""
    stage.point.twin(device, Twin).set_echo(on)


@act
def unplug(stage: Stage, device: Text) -> None:
    """Pull its cable."""
    stage.point.twin(device, Twin).unplug()


@act
def plug(stage: Stage, device: Text) -> None:
    """Put its cable back."""
    stage.point.twin(device, Twin).plug()


@act
def mend(stage: Stage, device: Text) -> None:
    """No faults any more, and plugged in."""
    stage.point.twin(device, Twin).mend()


# ---- around the point ---------------------------------------------------------------------------------------------


@act
def library(stage: Stage, on: bool) -> None:
    """The library's service runs, or is down: connections are refused."""
    if on is not stage.library_on:
        (stage.point.library.resume if on else stage.point.library.pause)()
        stage.library_on = on


@act
def network(stage: Stage, on: bool) -> None:
    """The network passes what is said, or nothing gets through."""
    stage.point.network.up = on


@act
def power(stage: Stage, on: bool) -> None:
    """The kiosk has power, or loses it without a goodbye. Doors stay as they are."""
    if on is not stage.power_on:
        if on:
            stage.panel.start(stage.clock_ahead_s)
        else:
            stage.panel.kill()
        stage.power_on = on


@act
def clock(stage: Stage, ahead_s: Annotated[int, Field(ge=-10 * 366 * 86400, le=10 * 366 * 86400)]) -> None:
    """The kiosk's clock is wrong by so much, as after a flat battery: it starts again with it."""
    stage.panel.kill()
    stage.power_on = False
    stage.panel.start(ahead_s)
    stage.power_on, stage.clock_ahead_s = True, ahead_s


@act
def touch(stage: Stage, x: Annotated[int, Field(ge=0, le=8191)], y: Annotated[int, Field(ge=0, le=8191)]) -> None:
    """A finger on the kiosk's screen, at this pixel."""
    stage.panel.touch(x, y)


@act
def touch_named(stage: Stage, target: Text) -> None:
    """A finger on something by its name."""
    stage.panel.touch_named(target)
