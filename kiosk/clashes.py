"""Parts of a pickup point that are each right and do not go together: names, ports, addresses, channels, places.

Two names of one file (``/dev/serial/by-id/...`` and ``/dev/ttyUSB0``) are one as long as the plugs are where they are.
``kiosk check`` finds that; a kiosk that starts after a power cut goes without one device rather than not start at all.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations, product
from pathlib import Path
from typing import Protocol

from kiosk.explain import Place, dotted, nearest
from kiosk.sections import Fixture

Really = Callable[[str], str]
_WINNSEN_LENGTHS = (6, 7)  # 90, then the length: to a Shuoming board 90, then its address, is "open several"


class Part(Protocol):
    """A device of any kind. Where its driver's settings have ``port``, ``source``, ``path``, ``reader``, ``address``
    (with ``inputs_address``) or ``channels``, they count."""

    @property
    def name(self) -> str: ...

    @property
    def settings(self) -> object: ...


class Wired(Part, Protocol):
    """A board."""

    @property
    def driver(self) -> str: ...

    @property
    def port(self) -> str: ...

    @property
    def baud(self) -> int: ...


def shown(where: str) -> str:
    """Without a camera's password."""
    return re.sub(r"(?<=://)[^/?#]*@", "", where)


def as_written(where: str) -> str:
    """What names that always mean the same have in common; of a serial server letters of one size."""
    if "://" in where:
        return where.lower() if where.startswith("socket:") else where
    return os.path.normpath(where)


def as_plugged_in(where: str) -> str:
    """What all its names have in common now: the file that they lead to. Another time they may lead elsewhere."""
    return as_written(where) if "://" in where else os.path.realpath(where)


def clashes(
    boards: Sequence[Wired],
    devices: Mapping[str, Sequence[Part]],
    compartments: Sequence[Fixture],
    panel: Path | None = None,
    really: Really = as_written,
) -> Iterator[tuple[Place, str]]:
    """Each clash: the key it is found at, and the words. ``devices``: all others, by their kind. ``panel``: the touch
    panel's file. ``really``: which names count as one, see above."""
    yield from _names({"board": boards, **devices})
    yield from _buses(boards, really)
    yield from _inputs(boards)
    yield from _ports(boards, devices, panel, really)
    yield from _readers(devices)
    yield from _doors({board.name: board for board in boards}, compartments)


def whereabouts(part: Part) -> tuple[str, str]:
    """Which of its settings says where a device is, and where that is; empty where its driver finds it by itself."""
    for key in ("port", "source", "path"):
        value = getattr(part.settings, key, None)
        if value not in (None, ""):
            return key, f"/dev/video{value}" if isinstance(value, int) else str(value)
    return "", ""


def _names(kinds: Mapping[str, Sequence[Part]]) -> Iterator[tuple[Place, str]]:
    names: dict[str, str] = {}
    for kind, parts in kinds.items():
        for n, part in enumerate(parts):
            if part.name in names:
                yield (kind, n, "name"), f"{part.name!r} is the name of {names[part.name]} already"
            names[part.name] = dotted((kind, n))


def _buses(boards: Sequence[Wired], really: Really) -> Iterator[tuple[Place, str]]:
    first: dict[str, Wired] = {}
    addresses: dict[tuple[str, object], str] = {}
    families: dict[str, set[str]] = {}
    for board in boards:
        families.setdefault(really(board.port), set()).add(board.driver)
    for n, board in enumerate(boards):
        bus = really(board.port)
        other = first.setdefault(bus, board)
        if board.port != other.port:
            words = f"is the port of {other.name!r} by another name; write the same in both"
            yield ("board", n, "port"), f"{words}, best that in /dev/serial/by-id"
        if board.baud != other.baud:
            yield ("board", n, "baud"), f"must be {other.baud} as for {other.name!r}, which shares its port"
        address = (bus, getattr(board.settings, "address", None))
        if address in addresses:
            yield ("board", n, "address"), f"is that of {addresses[address]!r} on the same port"
        addresses[address] = board.name
        if board.driver == "shuoming" and address[1] in _WINNSEN_LENGTHS and "winnsen" in families[bus]:
            words = (
                f"may not be {address[1]} beside a Winnsen board, whose frames may be read there as an order to open"
            )
            yield ("board", n, "address"), words


def _inputs(boards: Sequence[Wired]) -> Iterator[tuple[Place, str]]:
    """Doors are read from the first input on, so of two boards that read one the doors of the second would be those of
    the first. Boards of one address are ``_buses``'s to name."""
    read: dict[tuple[str, object], tuple[str, object]] = {}
    for n, board in enumerate(boards):
        own: object = getattr(board.settings, "address", None)
        apart: object = getattr(board.settings, "inputs_address", None)
        at = own if apart is None else apart
        other, address = read.setdefault((board.port, at), (board.name, own))
        if address != own:
            key = "address" if apart is None else "inputs_address"
            words = f"{at} is where the doors of {other!r} are read already; each needs an input board of its own"
            yield ("board", n, key), f"{words}, named by its inputs_address"


def _ports(
    boards: Sequence[Wired], kinds: Mapping[str, Sequence[Part]], panel: Path | None, really: Really
) -> Iterator[tuple[Place, str]]:
    taken = {really(str(panel)): "screen.touch_panel"} if panel else {}
    taken |= {really(board.port): f"the port of {dotted(('board', n))}" for n, board in enumerate(boards)}
    for kind, parts in kinds.items():
        for n, part in enumerate(parts):
            key, where = whereabouts(part)
            if key and (whose := taken.get(really(where))):
                yield (kind, n, key), f"{shown(where)} is {whose} already; write where this device is plugged in"
            elif key:
                taken[really(where)] = f"the {key} of {dotted((kind, n))}"


def _readers(kinds: Mapping[str, Sequence[Part]]) -> Iterator[tuple[Place, str]]:
    """PC/SC readers are found by a part of their names. When one is away, its device must not take another's."""
    readers = [
        ((kind, n), reader)
        for kind, parts in kinds.items()
        for n, part in enumerate(parts)
        if isinstance(reader := getattr(part.settings, "reader", None), str)
    ]
    for (place, part), (other, name) in permutations(readers, 2):
        if not part.strip():
            words = f"is missing, and {dotted(other)} has a PC/SC reader too; write a part of this one's name"
        elif part.lower() in name.lower():
            words = f"{part!r} is also in {name!r}, the reader of {dotted(other)}; write more of this one's name"
        else:
            continue
        yield (*place, "reader"), f"{words} (pcsc_scan -r lists them)"


def _doors(boards: dict[str, Wired], compartments: Sequence[Fixture]) -> Iterator[tuple[Place, str]]:
    names: set[str] = set()
    wired: dict[tuple[str, int], str] = {}
    cells: dict[tuple[int, int], str] = {}
    for n, door in enumerate(compartments):
        place = ("compartment", n)
        if door.name in names:
            yield (*place, "name"), f"two compartments are named {door.name!r}"
        names.add(door.name)
        if door.board not in boards:
            yield (*place, "board"), f"there is no board {door.board!r}; {nearest(door.board, boards)}"
            continue
        channels = getattr(boards[door.board].settings, "channels", door.channel)
        if door.channel > channels:
            yield (*place, "channel"), f"board {door.board!r} has {channels} channels, there is no {door.channel}"
        other = wired.setdefault((door.board, door.channel), door.name)
        if other != door.name:
            yield (*place, "channel"), f"channel {door.channel} of board {door.board!r} is that of {other!r} already"
        rows, columns = range(door.row, door.row + door.height), range(door.column, door.column + door.width)
        for cell in product(rows, columns):
            other = cells.setdefault(cell, door.name)
            if other != door.name:
                yield (*place, "row"), f"{door.name!r} is drawn over {other!r}: row {cell[0]}, column {cell[1]}"
