"""Does what is asked on a bench: finds the act by its name, checks its arguments, says what came of it.

The page, the HTTP API and scenario files do nothing else than these acts.
"""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError, validate_call

from hardware.readings import Door
from simulators.bench import acts, acts_around
from simulators.bench.stage import Stage
from simulators.cabinet import DoorIsShut, NothingThere
from simulators.library.packing import pass_in_app
from simulators.twins import Unfit

ACTS: dict[str, Callable[..., None]] = {
    name: validate_call(config={"arbitrary_types_allowed": True})(function)
    for module in (acts, acts_around)
    for name, function in vars(module).items()
    if callable(function) and getattr(function, "__module__", "") == module.__name__ and not name.startswith("_")
}
UNSAID = ("touch", "touch_named", "key")  # typed codes, and every finger


def do(stage: Stage, name: str, arguments: dict[str, Any]) -> None:
    """Do it. Blocks as long as the hand moves, some seconds at most. Raises ``Unfit`` with one sentence."""
    if name not in ACTS:
        raise Unfit(f"no act {name!r}; there are {', '.join(sorted(ACTS))}")
    meant: dict[str, Callable[[Stage, str], str]] = {
        "door": door_of,
        "device": _device,
        "text": text_of,
        "code": text_of,
        "target": _target,
    }
    arguments = {
        key: meant[key](stage, value) if key in meant and isinstance(value, str) else value
        for key, value in arguments.items()
    }
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


def door_of(stage: Stage, door: str) -> str:
    """A door by its name, as ``open`` the one that stands open, as ``out`` the one out of service, as ``free`` the
    first that is shut, in service and empty, or by an item's barcode the one it lies behind. Raises ``Unfit``."""
    cabinet = stage.point.cabinet
    if door in cabinet.names:
        return door
    found = [name for name in cabinet.names if door in cabinet.inside(name)]
    if door == "open":
        found = [name for name in cabinet.names if cabinet.door(name) is Door.OPEN]
    if door == "out":
        found = [name for name in stage.panel.seen().get("out", ()) if name in cabinet.names]
    if door == "free":
        out = stage.panel.seen().get("out", ())
        well = (name for name in cabinet.names if name not in out and not cabinet.inside(name))
        found = [name for name in well if cabinet.door(name) is Door.SHUT][:1]
    if len(found) != 1:
        raise Unfit(f"no door {door!r}; there are {', '.join(cabinet.names)}")
    return found[0]


def _device(stage: Stage, device: str) -> str:
    """A device by its name, or by its kind: ``card`` the first, ``board 2`` the second."""
    kind, _, n = device.partition(" ")
    alike = [one.name for one in stage.point.devices.values() if one.kind == kind]
    n = n or "1"
    if device in stage.point.devices or not n.isdigit() or not 1 <= int(n) <= len(alike):
        return device
    return alike[int(n) - 1]


def _target(stage: Stage, target: str) -> str:
    """Something to touch by its name, or as ``check out`` what has the name of the door that is out of service."""
    what, _, door = target.rpartition(" ")
    return f"{what} {door_of(stage, door)}" if what and door == "out" else target


def text_of(stage: Stage, text: str) -> str:
    """A code as it stands, as ``pass of R1003`` the pickup QR that was sent to this person last, or as ``app of R1003``
    the one that their app shows in this minute. Raises ``Unfit``."""
    what, _, patron = text.partition(" of ")
    ledger = stage.point.library.ledger
    match what:
        case "pass" if patron:
            row = ledger.row("select pass from messages where patron = ? order by id desc", patron)
            if row is None:
                raise Unfit(f"no message was sent to {patron} yet")
            return str(row["pass"])
        case "app" if patron:
            if shown := pass_in_app(ledger, patron, stage.point.id):
                return shown
            raise Unfit(f"the app of {patron} shows no parcel")
    return text
