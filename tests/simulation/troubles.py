"""What befalls the point from outside while it works: network, wire, clock, disk, force, power, jams."""

from collections.abc import Callable

from tests.simulation.sip2_wire import Sip2Link
from tests.simulation.world import Script, World

DAY_S = 86400.0
KINDS = {  # and how often among the others
    "library_away": 4,
    "bus_away": 2,
    "clock_jump": 2,
    "summer_time": 2,
    "disk_full": 3,
    "disk_slow": 3,
    "door_forced": 2,
    "sensor_torn": 2,
    "sensor_mute": 2,
    "power_pulled": 2,
    "jams": 3,
    "card_away": 1,
    "scanner_away": 1,
    "pad_away": 1,
    "sip2_nonsense": 2,
}
IN_WEEKS = {"sensor_mute"}
DEAR = ("power_pulled", "bus_away", "door_forced", "sensor_torn")  # of much to do at doors, so seldom in weeks


def troubles(world: World, over: Callable[[], bool], spells: set[str], pause_s: float) -> Script:
    """One beside the other until it is over, each after so long a pause at most. Each is a fault of its kind; a spell
    of it lasts. ``spells``: those under way, whoever began them."""
    rng = world.rng
    never = (set() if isinstance(world.link, Sip2Link) else {"sip2_nonsense"}) | (set() if world.long else IN_WEEKS)
    kinds = [kind for kind in KINDS if kind not in never]
    often = [1 if world.long and kind in DEAR else KINDS[kind] for kind in kinds]
    while not over():
        yield rng.uniform(min(60.0, pause_s / 10), pause_s)
        (kind,) = rng.choices(kinds, often)
        if kind not in spells and world.dice.happens(kind):
            world.follow(_spell(world, kind, spells))


def _spell(world: World, kind: str, spells: set[str]) -> Script:
    """From its beginning to its end; no second one of its kind meanwhile."""
    spells.add(kind)
    yield from _trouble(world, kind)
    spells.remove(kind)


def _trouble(world: World, kind: str) -> Script:
    rng = world.rng
    match kind:
        case "library_away":
            world.say("the library is away")
            world.net_up = False
            weeks = (9 * DAY_S, 20 * DAY_S) if world.long and rng.random() < 0.01 else ()
            yield rng.choice(weeks or (30.0, 600.0, 4 * 3600.0))
            world.net_up = True
            world.say("the library is back")
        case "bus_away":
            world.cabinet.cut_wire(rng.choice((2.0, 20.0, 300.0)))
        case "clock_jump":
            by = rng.choice((-3600.0, 3600.0, -30.0, 5.0, 90.0, -DAY_S))
            world.say(f"the clock jumps by {by:.0f} s")
            world.offset += by
            if world.long and rng.random() < 0.7:
                yield rng.choice((60.0, 3600.0, DAY_S))
                world.say("the clock is set right")
                world.set_clock()
        case "summer_time":  # a clock kept in local time by whoever set it up
            by = rng.choice((3600.0, -3600.0))
            world.say(f"summer time begins or ends: {by:+.0f} s")
            world.offset += by
            yield rng.choice((600.0, 4 * 3600.0))
            world.offset -= by
        case "disk_full":
            world.say("the disk is full")
            world.disk_full = True
            yield rng.choice((2.0, 30.0, 200.0))
            world.disk_full = False
            world.say("the disk has room again")
        case "disk_slow":
            world.say("the disk is slow")
            world.disk_slow = True
            yield rng.choice((30.0, 300.0, 1800.0))
            world.disk_slow = False
        case "door_forced":
            world.cabinet.force(rng.choice(world.cabinet.names))
        case "sensor_torn":
            name = rng.choice(world.cabinet.names)
            world.cabinet.tear(name, True)
            yield rng.choice((600.0, 3600.0, 4 * 3600.0))
            world.cabinet.tear(name, False)
        case "sensor_mute":
            name = rng.choice(world.cabinet.names)
            if (box := world.cabinet.boxes[name]).open:  # whoever stands there is told that they are done
                world.lied.update(dict.fromkeys(box.inside, "lay behind an open door when its switch said shut"))
            world.cabinet.stick(name, True)
            yield rng.choice((600.0, 3600.0, 4 * 3600.0))
            world.cabinet.stick(name, False)
        case "power_pulled":
            if world.loop is not None:
                world.die()
        case "card_away" | "scanner_away" | "pad_away":
            device = kind.removesuffix("_away")
            world.unplug(device)
            yield rng.choice((5.0, 60.0, 1200.0))
            world.plug_in(device)
        case "jams":
            for box in world.cabinet.boxes.values():
                box.jammed_until = world.now + rng.choice((0.0, 0.0, 600.0))
        case _:
            assert isinstance(world.link, Sip2Link)
            world.say("the library talks nonsense")
            world.link.nonsense = True
            yield rng.choice((60.0, 600.0, 2 * 3600.0))
            world.link.nonsense = False
            world.say("the library talks sense again")
