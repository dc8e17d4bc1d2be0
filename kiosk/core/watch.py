"""What happens without anybody at the screen: time, clocks, devices coming and going."""

from dataclasses import replace

from hardware.readings import DeviceDown, DeviceUp, Paper, PaperSeen
from kiosk.core import tries
from kiosk.core.device import Device
from kiosk.core.facts import ClockSet, DeviceChanged, PaperChanged, ServiceChanged
from kiosk.core.limits import DAY_S
from kiosk.core.open_cases import came_right
from kiosk.core.session import Step
from kiosk.core.stories import AtHome
from sync.library_clock import Bounds
from sync.messages import PointTrouble

CLOCK_NOTE_S = 60.0  # smaller jumps are remembered, larger ones are told
CLOCK_WRONG_S = 600.0  # what is decided by days goes on where the clocks of point and library differ by less
OFF_MAX_S = 30 * DAY_S  # a machine that seems to have been off for longer has rather lost its time


def device(step: Step, event: DeviceUp | DeviceDown, now: float) -> Step:
    """A device was lost or answers again."""
    up = isinstance(event, DeviceUp)
    why = "" if isinstance(event, DeviceUp) else event.why[:200]
    old = step.point.devices.get(event.device)
    row = old or Device(event.device, up)
    if up and row.told:
        step = came_right(step.fact(PointTrouble("device_back", detail=event.device)), "device_lost", event.device)
    down_since = 0.0 if up else row.down_since or now
    row = replace(row, up=up, why=why, down_since=down_since, told=row.told and not up)
    if old == row:
        return step
    step = step.put(row)
    return step if old and old.up == up else step.fact(DeviceChanged(event.device, up, why))


def paper(step: Step, event: PaperSeen) -> Step:
    """A printer's paper was looked at. Staff hear of it once when it runs low, runs out or stops printing."""
    row = step.point.devices.get(event.device, Device(event.device, True))
    if row.paper == event.paper:
        return step
    step = step.put(replace(row, paper=event.paper.value)).fact(PaperChanged(event.device, event.paper))
    trouble = {Paper.NEAR_END: "paper_low", Paper.OUT: "paper_out", Paper.FAULT: "printer_fault"}.get(event.paper)
    return step.fact(PointTrouble(trouble, detail=event.device)) if trouble else step


def online(step: Step, up: bool, now: float) -> Step:
    """The lending service answered, or did not."""
    counters = step.point.counters
    away_since = 0.0 if up else counters.away_since or now
    if (counters.online, counters.away_since) == (up, away_since):
        return step
    step = step.put(replace(counters, online=up, away_since=away_since))
    return step if counters.online == up else step.fact(ServiceChanged(up))


def library_clock(step: Step, library: Bounds | None, now: float) -> Step:
    """The two clocks side by side. People must look at it, once, when they differ by more than is left unknown; when by
    much, ours is not believed, and what time it surely is, the library's says."""
    if library is None or library.width_s > CLOCK_NOTE_S:
        return step
    ahead = max(now - library.latest, library.earliest - now, 0.0)
    counters = step.point.counters
    if counters.seen_at > library.latest:  # noted while this clock was ahead, and nobody knew
        counters = replace(counters, seen_at=library.earliest)
    if counters.clock_wrong and library.earliest - counters.seen_at > step.point.plan.limits.alive_s:
        counters = replace(counters, seen_at=library.earliest)
    step = tries.no_later(step.put(counters), max(now, library.latest))  # never while this clock is ahead: see there
    counters = step.point.counters
    off = ahead >= CLOCK_NOTE_S or (counters.clock_off and ahead > CLOCK_NOTE_S / 2)
    wrong = ahead >= CLOCK_WRONG_S or (counters.clock_wrong and ahead > CLOCK_WRONG_S / 2)
    if (off, wrong) == (counters.clock_off, counters.clock_wrong):
        return step
    if wrong != counters.clock_wrong:
        counters = replace(counters, seen_at=library.earliest if wrong else min(library.earliest, now))
    step = step.put(replace(counters, clock_off=off, clock_wrong=wrong))
    if not off:
        return came_right(step, "clock_wrong")
    if counters.clock_off:
        return step
    by = now - (library.earliest + library.latest) / 2
    return step.fact(PointTrouble("clock_wrong", detail=f"{by:+.0f} s"))


def clock_at_start(step: Step, now: float) -> Step:
    """The clock as it was found at boot. With its battery dead it says anything: until the library or somebody with a
    watch has set it, nothing expires by it. What waits goes on as if no time had passed: it was noted by the clock of
    then, which need not have been right."""
    counters = step.point.counters
    if counters.alive_at and (counters.clock_wrong or not _may_follow(counters.alive_at, now)):
        step = _moved(step, now - counters.alive_at)
    return step if _believable(step, now) else _not_believed(step, now - counters.seen_at)


def clock_jumped(step: Step, by: float, now: float) -> Step:
    """Somebody set the clock. Whatever waits moves along with it, so that no wait gets longer or shorter."""
    if not isinstance(step.session.story, AtHome):
        step = replace(step, session=replace(step.session, until=step.session.until + by))
    step = _moved(step, by).fact(ClockSet(by))
    step = step.fact(PointTrouble("clock_jumped", detail=f"{by:+.0f} s")) if abs(by) >= CLOCK_NOTE_S else step
    if not _believable(step, now):
        return _not_believed(step, now - step.point.counters.seen_at)
    if not step.point.counters.clock_wrong:
        return step
    step = tries.no_later(step, now)
    if _believable(step, now - by):
        return step
    counters = replace(step.point.counters, clock_wrong=False, clock_off=False)
    return came_right(step.put(counters), "clock_wrong")  # it could not be, and now it can


def _believable(step: Step, now: float) -> bool:
    return _may_follow(step.point.counters.seen_at, now)


def _may_follow(noted_at: float, now: float) -> bool:
    return not noted_at or noted_at - CLOCK_NOTE_S <= now <= noted_at + OFF_MAX_S


def _not_believed(step: Step, by: float) -> Step:
    if step.point.counters.clock_wrong:
        return step
    step = step.put(replace(step.point.counters, clock_wrong=True, clock_off=True))
    return step.fact(PointTrouble("clock_wrong", detail=f"{by:+.0f} s"))


def _moved(step: Step, by: float) -> Step:
    """All that waits, by so much later (or earlier) on the clock."""
    counters = step.point.counters
    alive_at = counters.alive_at and counters.alive_at + by
    away_since = counters.away_since and max(counters.away_since + by, 1.0)
    step = step.put(replace(counters, alive_at=alive_at, away_since=away_since))
    for device in step.point.devices.values():
        if device.down_since:
            step = step.put(replace(device, down_since=device.down_since + by))
    for row in step.point.compartments.values():
        order = row.order
        if row.down_since:
            row = replace(row, down_since=row.down_since + by)
            step = step.put(row)
        if order is not None:
            opened_at, shut_at = order.opened_at and order.opened_at + by, order.shut_at and order.shut_at + by
            rests_until = order.rests_until and order.rests_until + by
            order = replace(order, asked_at=order.asked_at + by, opened_at=opened_at, shut_at=shut_at)
            order = replace(order, rests_until=rests_until)
            step = step.put(replace(row, order=order))
    return step
