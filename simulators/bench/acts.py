"""What hands do at a point: at its doors, its readers and scanners, its printer. Each public function is an act."""

from typing import Annotated, Literal

from pydantic import Field

from hardware.readings import Door
from simulators.bench.stage import Stage
from simulators.camera import Grip, Kind
from simulators.escpos import State as PaperState
from simulators.pads import KINDS, Pad
from simulators.readers import Eye, HandScanner, PcscReader, Printer, SerialReader
from simulators.twins import Twin, Unfit

Text = Annotated[str, Field(max_length=512)]
Times = Annotated[int, Field(ge=1, le=10_000)]
Lasting = Annotated[int, Field(ge=0, le=10_000)]  # 0: until it is repaired

Distance = Annotated[float, Field(ge=0.25, le=6)]
Blur = Annotated[float, Field(ge=0, le=12)]
Angle = Annotated[float, Field(ge=-180, le=180)]
Tilt = Annotated[float, Field(ge=-80, le=80)]
Shake = Annotated[float, Field(ge=0, le=0.3)]

# ---- doors --------------------------------------------------------------------------------------------------------


def push(stage: Stage, door: Text) -> None:
    """Push a door shut."""
    stage.point.cabinet.push(door)


def pull(stage: Stage, door: Text) -> None:
    """Pull a door open by force, bolt or no bolt."""
    stage.point.cabinet.pull(door)


def jam(stage: Stage, door: Text, times: Lasting = 0) -> None:
    """Its bolt does not move, for so many pulses; 0: until it is repaired."""
    stage.point.cabinet.jam(door, times)


def slow(stage: Stage, door: Text, seconds: Annotated[float, Field(ge=0, le=120)], times: Lasting = 0) -> None:
    """It opens only so long after the pulse, for so many pulses; 0: until it is repaired."""
    stage.point.cabinet.slow(door, seconds, times)


def stick(stage: Stage, door: Text, state: Literal["open", "shut"], times: Lasting = 0) -> None:
    """Its sensor says this, however the door stands, while it moves so many times; 0: until it is repaired."""
    stage.point.cabinet.stick(door, Door(state), times)


def cut(stage: Stage, door: Text, times: Lasting = 0) -> None:
    """The wire of its sensor is broken while the door moves so many times; 0: until it is repaired."""
    stage.point.cabinet.cut(door, times)


def bounce(stage: Stage, door: Text, times: Times) -> None:
    """Its sensor chatters the next times the door moves."""
    stage.point.cabinet.bounce(door, times)


def mend_door(stage: Stage, door: Text) -> None:
    """Everything about the door is repaired."""
    stage.point.cabinet.mend(door)


def put(stage: Stage, door: Text, item: Text) -> None:
    """Lay an item behind an open door, out of wherever it lay."""
    cabinet = stage.point.cabinet
    for name in cabinet.names:
        if item in cabinet.inside(name):
            raise Unfit(f"{item} lies behind door {name} already")
    cabinet.put_in(door, item)


def take(stage: Stage, door: Text, item: Text | None = None) -> None:
    """Take an item, or all there is, from behind an open door."""
    cabinet = stage.point.cabinet
    for one in (item,) if item else cabinet.inside(door) or (None,):
        cabinet.take_out(door, one)


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


def tap(stage: Stage, device: Text, card: Text) -> None:
    """Lay a card on the reader."""
    _reader(stage, device).tap(_number(stage, card))


def lift(stage: Stage, device: Text) -> None:
    """Take the card away."""
    _reader(stage, device).lift()


def tap_and_lift(stage: Stage, device: Text, card: Text) -> None:
    """Hold a card there until it was read, and take it away."""
    _reader(stage, device).tap_and_lift(_number(stage, card))


def lay(
    stage: Stage,
    device: Text,
    tag: Text,
    kind: KINDS = "book",
    parts: Annotated[int, Field(ge=1, le=255)] = 1,
    part: Annotated[int, Field(ge=1, le=255)] = 1,
    misses: Annotated[float, Field(ge=0, le=1)] = 0.0,
) -> None:
    """Lay a thing with a tag on a pad: a book, a part of a set, a patron's card, another library's, one without a word.
    ``misses``: of so many rounds it is not heard, as at the edge of the field."""
    stage.point.twin(device, Pad).lay(tag, kind, parts, part, misses)


def remove(stage: Stage, device: Text, tag: Text = "") -> None:
    """Take a thing, with all parts of its set, or everything, off a pad."""
    stage.point.twin(device, Pad).remove(tag)


def scan(stage: Stage, device: Text, code: Text) -> None:
    """Show a code to a hand scanner."""
    stage.point.twin(device, HandScanner).scan(code)


def hold(
    stage: Stage,
    device: Text,
    kind: Kind,
    text: Text,
    distance: Distance = 1.0,
    blur: Blur = 0.0,
    angle: Angle = 0.0,
    tilt: Tilt = 0.0,
    shake: Shake = 0.0,
) -> None:
    """Hold a label, or a phone (kind qr), before a camera; well, or badly: ``distance`` 1 is right and 2 twice as far,
    ``blur`` out of focus by so many pixels, ``angle`` turned and ``tilt`` turned away by so many degrees, ``shake`` to
    and fro by so much of the picture's width."""
    eye = stage.point.twin(device, Eye)
    try:
        eye.camera.hold(kind, text, Grip(distance, blur, angle, tilt, shake))
    except ValueError as error:
        raise Unfit(f"that cannot be printed as {kind}: {error}") from None
    eye.shows = f"{kind} {text}"[:80]


def grip(
    stage: Stage,
    device: Text,
    distance: Distance = 1.0,
    blur: Blur = 0.0,
    angle: Angle = 0.0,
    tilt: Tilt = 0.0,
    shake: Shake = 0.0,
) -> None:
    """What is held before a camera is held in another way; see ``hold``."""
    stage.point.twin(device, Eye).camera.grip = Grip(distance, blur, angle, tilt, shake)


def take_away(stage: Stage, device: Text) -> None:
    """Take the label away."""
    eye = stage.point.twin(device, Eye)
    eye.camera.take_away()
    eye.shows = None


def flood(stage: Stage, device: Text, count: Annotated[int, Field(ge=1, le=10_000_000)]) -> None:
    """A scanner gone mad: so many characters without an end, at the speed of its wire or at most some seconds."""
    stage.point.twin(device, HandScanner).flood(count)


def paper(stage: Stage, device: Text, state: PaperState) -> None:
    """How the printer stands with its paper."""
    stage.point.twin(device, Printer).printer.state = state


def tear(stage: Stage, device: Text) -> None:
    """Tear off what hangs out of the printer."""
    stage.point.twin(device, Printer).printer.tear()


def fault(stage: Stage, device: Text, fault: Text, times: Times) -> None:
    """The next exchanges with a device go wrong in this way (of a camera: frames; of a PC/SC reader: cards)."""
    stage.point.twin(device, Twin).fault(fault, times)


def unplug(stage: Stage, device: Text, for_s: Lasting = 0) -> None:
    """Pull its cable, for so many seconds; 0: until it is put back."""
    stage.point.twin(device, Twin).unplug()
    stage.put_back_later(device, for_s)


def plug(stage: Stage, device: Text) -> None:
    """Put its cable back."""
    stage.point.twin(device, Twin).plug()


def mend(stage: Stage, device: Text) -> None:
    """No faults any more, and plugged in."""
    stage.point.twin(device, Twin).mend()
