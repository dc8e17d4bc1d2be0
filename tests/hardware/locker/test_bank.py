"""Compartments over boards: names, outcomes, the duty limit, one dead board among live ones."""

from contextlib import ExitStack

import pytest

from hardware.errors import DeviceGone, DeviceRefused, DeviceSilent, WireError
from hardware.locker import shuoming
from hardware.locker.bank import BACK_OFF_MAX_S, REOPEN_AFTER_S, Bank, Duty
from hardware.readings import Door, Pulse
from hardware.serialport import open_port
from simulators.cabinet import Cabinet
from simulators.line import Fault, Line
from simulators.serve import Memory, serve_pty
from simulators.shuoming import ShuomingBoard, ShuomingBus

NAMES = {1: ["A1", "A2", "A3"], 2: ["B1", "B2", "B3"], 3: ["C1", "C2", "C3"]}
EVERY = [name for names in NAMES.values() for name in names]


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Counted:
    """Passes everything to a board, and counts how often it was asked."""

    def __init__(self, board):
        self.board = board
        self.asked = 0

    def unlock(self, channel):
        self.board.unlock(channel)

    def doors(self):
        self.asked += 1
        return self.board.doors()


class Failing:
    """A board that always fails in one way."""

    channels = 3

    def __init__(self, error):
        self.error = error

    def unlock(self, channel):
        raise self.error

    def doors(self):
        raise self.error


class Site:
    """Three boards on one bus in memory, without delays, on a clock that is turned by hand."""

    def __init__(self):
        self.clock = Clock()
        self.cabinet = Cabinet(EVERY, self.clock)
        settings = {n: shuoming.Settings(address=n, channels=3, reply_wait_s=0.01) for n in NAMES}
        boards = [ShuomingBoard(self.cabinet, dict(enumerate(NAMES[n], 1)), settings[n]) for n in NAMES]
        self.bus = ShuomingBus(boards, pace=0)
        self.line = Line(self.bus)
        transport = Memory(self.line)
        self.boards = {n: Counted(shuoming.connect(settings[n], transport)) for n in NAMES}
        self.wiring = {name: (self.boards[n], c) for n in NAMES for c, name in enumerate(NAMES[n], 1)}
        self.duty = Duty()
        self.bank = Bank(self.wiring, self.duty, self.clock)


@pytest.fixture
def site():
    return Site()


ALL_SHUT = dict.fromkeys(EVERY, Door.SHUT)


def test_the_named_door_opens_and_is_seen(site):
    assert site.bank.doors() == ALL_SHUT
    assert site.bank.unlock("B2") is Pulse.ACCEPTED
    assert site.cabinet.door("B2") is Door.OPEN
    assert site.bank.doors() == ALL_SHUT | {"B2": Door.OPEN}


def test_one_exchange_tells_all_doors_of_a_board(site):
    site.bank.doors()
    assert [board.asked for board in site.boards.values()] == [1, 1, 1]


def test_boards_can_be_asked_one_at_a_time(site):
    looks = site.bank.doors_by_board()
    assert next(looks) == dict.fromkeys(NAMES[1], Door.SHUT)
    assert site.bank.unlock("C1") is Pulse.ACCEPTED
    assert list(looks) == [dict.fromkeys(NAMES[2], Door.SHUT), {"C1": Door.OPEN, "C2": Door.SHUT, "C3": Door.SHUT}]


def test_a_name_that_is_not_wired(site):
    with pytest.raises(KeyError):
        site.bank.unlock("Z9")


def test_a_dead_board_leaves_its_doors_unknown_and_the_others_known(site):
    site.bank.doors()
    site.bus.missing.add(2)
    site.bank.unlock("A1")
    assert site.bank.doors() == ALL_SHUT | {"A1": Door.OPEN} | dict.fromkeys(NAMES[2], Door.UNKNOWN)
    site.bus.missing.clear()
    site.clock.now += 1
    assert site.bank.doors()["B1"] is Door.SHUT


def test_a_dead_board_is_asked_less_and_less_often(site):
    site.bus.missing.add(2)
    site.boards[1].asked = site.boards[2].asked = 0
    for _ in range(100):  # fifty seconds, two looks a second
        site.bank.doors()
        site.clock.now += 0.5
    assert site.boards[1].asked == 100
    assert 10 <= site.boards[2].asked <= 15  # the first time twice, then after 1, 2, 4, 5, 5 ... seconds
    site.bus.missing.clear()
    site.clock.now += BACK_OFF_MAX_S
    assert site.bank.doors() == ALL_SHUT
    site.bank.doors()
    site.bus.missing.add(2)  # it has answered since, so it is first asked again soon
    site.bank.doors()
    site.bus.missing.clear()
    site.clock.now += 1
    assert site.bank.doors() == ALL_SHUT


def test_one_disturbance_makes_no_door_unknown(site):
    for fault in (Fault.BAD_CHECK, Fault.CUT, Fault.SILENT, Fault.DEAF):
        site.line.disturb(fault)
        assert site.bank.doors() == ALL_SHUT


def test_a_bus_on_which_nobody_answers_is_given_up_so_that_its_port_is_reopened(site):
    site.bank.doors()
    site.bus.missing |= {1, 2, 3}
    until = site.clock.now + REOPEN_AFTER_S
    while site.clock.now <= until:
        assert site.bank.doors() == dict.fromkeys(EVERY, Door.UNKNOWN)
        site.clock.now += 1
    site.clock.now += BACK_OFF_MAX_S
    with pytest.raises(DeviceGone):
        site.bank.doors()
    assert site.bank.lost


def test_one_live_board_keeps_the_port(site):
    site.bus.missing |= {1, 3}
    for _ in range(40):
        assert site.bank.doors()["B1"] is Door.SHUT
        site.clock.now += 1
    assert not site.bank.lost


def test_a_while_in_which_nobody_asked_is_no_silence(site):
    """As between two questions to somebody at the cabinet; and the board that is asked first is the dead one."""
    site.bus.missing.add(1)
    unknown = ALL_SHUT | dict.fromkeys(NAMES[1], Door.UNKNOWN)
    for _ in range(3):
        site.clock.now += REOPEN_AFTER_S + 10
        assert site.bank.doors() == unknown
        assert site.bank.unlock("B1") is Pulse.ACCEPTED
        site.cabinet.push("B1")
    site.bus.missing |= {2, 3}  # now all are silent, and that begins only when they are asked
    site.clock.now += REOPEN_AFTER_S + 10
    assert site.bank.doors() == dict.fromkeys(EVERY, Door.UNKNOWN)
    site.bus.missing -= {2, 3}
    site.clock.now += REOPEN_AFTER_S + 10
    assert site.bank.doors() == unknown
    assert not site.bank.lost


def test_unlock_tries_a_board_that_was_silent_all_the_same(site):
    site.bus.missing.add(2)
    site.bank.doors()
    assert site.bank.unlock("B1") is Pulse.REFUSED
    site.bus.missing.clear()
    assert site.bank.unlock("B1") is Pulse.ACCEPTED
    assert site.bank.doors()["B1"] is Door.OPEN  # and it is looked at again at once


def test_a_lost_reply_makes_the_outcome_unknown(site):
    site.bank.doors()
    site.line.disturb(Fault.SILENT)
    assert site.bank.unlock("A1") is Pulse.UNKNOWN
    assert site.cabinet.door("A1") is Door.OPEN
    site.line.disturb(Fault.BAD_CHECK)
    assert site.bank.unlock("A2") is Pulse.REFUSED  # the fence was spoilt, so nothing was asked
    assert site.cabinet.door("A2") is Door.SHUT


@pytest.mark.parametrize(
    ("error", "pulse"),
    [
        (DeviceRefused("no"), Pulse.REFUSED),
        (DeviceSilent("?"), Pulse.UNKNOWN),
        (WireError("?"), Pulse.UNKNOWN),
        (DeviceGone("gone"), Pulse.UNKNOWN),
    ],
)
def test_every_error_of_the_contract_is_an_outcome(error, pulse):
    bank = Bank({"A1": (Failing(error), 1)})
    assert bank.unlock("A1") is pulse
    assert bank.lost is isinstance(error, DeviceGone)


def test_after_the_port_is_lost_nothing_is_sent():
    board = Failing(DeviceGone("gone"))
    bank = Bank({"A1": (board, 1)})
    with pytest.raises(DeviceGone):
        bank.doors()
    assert bank.lost
    board.error = AssertionError("asked")
    assert bank.unlock("A1") is Pulse.NOT_SENT


def pulses(site, name, times, apart_s):
    outcomes = []
    for _ in range(times):
        outcomes.append(site.bank.unlock(name))
        site.clock.now += apart_s
    return outcomes


def test_a_lock_rests_between_pulses(site):
    assert pulses(site, "A1", 3, apart_s=1.9) == [Pulse.ACCEPTED, Pulse.REFUSED, Pulse.ACCEPTED]


def test_a_lock_is_pulsed_eight_times_a_minute_and_no_more(site):
    outcomes = pulses(site, "A1", 61, apart_s=2)
    assert outcomes[:8] == [Pulse.ACCEPTED] * 8
    assert outcomes[8:30] == [Pulse.REFUSED] * 22
    assert outcomes[30:38] == [Pulse.ACCEPTED] * 8
    assert outcomes.count(Pulse.ACCEPTED) == 17
    assert pulses(site, "A2", 1, apart_s=0) == [Pulse.ACCEPTED]  # each lock on its own


def test_it_says_how_long_a_lock_still_rests(site):
    assert site.bank.rests_s("A1") == 0
    site.bank.unlock("A1")
    site.clock.now += 0.5
    assert site.bank.rests_s("A1") == pytest.approx(1.5)
    site.clock.now += 1.5
    assert site.bank.rests_s("A1") == 0
    assert site.bank.unlock("A1") is Pulse.ACCEPTED
    site.clock.now += 60
    pulses(site, "A1", 8, apart_s=3)
    assert site.bank.rests_s("A1") == pytest.approx(60 - 8 * 3)
    site.clock.now += 60 - 8 * 3
    assert site.bank.rests_s("A1") == 0


def test_a_refused_pulse_reaches_no_board(site):
    site.bank.unlock("A1")
    site.cabinet.push("A1")
    assert site.bank.unlock("A1") is Pulse.REFUSED
    assert site.cabinet.door("A1") is Door.SHUT


def test_the_duty_limit_outlives_the_port(site):
    pulses(site, "A1", 8, apart_s=2)
    again = Bank(site.wiring, site.duty, site.clock)
    assert again.unlock("A1") is Pulse.REFUSED
    site.clock.now += 60
    assert again.unlock("A1") is Pulse.ACCEPTED


def test_a_pulse_amid_which_the_port_was_lost_counts_for_it(site):
    """On a loose plug it may have come each time."""
    site.bus.missing.clear()
    wiring = {"A1": (Failing(DeviceGone("the plug")), 1)}
    assert Bank(wiring, site.duty, site.clock).unlock("A1") is Pulse.UNKNOWN
    assert Bank(site.wiring, site.duty, site.clock).unlock("A1") is Pulse.REFUSED


def test_a_pulse_that_was_never_asked_for_does_not_tire_the_lock(site):
    site.bus.missing.add(1)
    assert pulses(site, "A1", 6, apart_s=0) == [Pulse.REFUSED] * 6
    site.bus.missing.clear()
    assert site.bank.unlock("A1") is Pulse.ACCEPTED


def test_a_bus_that_is_pulled_out_and_plugged_in_again(tmp_path):
    cabinet = Cabinet(NAMES[1])
    settings = shuoming.Settings(channels=3)
    bus = ShuomingBus([ShuomingBoard(cabinet, dict(enumerate(NAMES[1], 1)), settings)], pace=0)
    duty = Duty()
    with ExitStack() as stack:
        wire = stack.enter_context(serve_pty(bus, tmp_path / "ttyLOCKER0", shuoming.BAUD))

        def bank():
            transport = open_port(wire.port, shuoming.BAUD)
            stack.callback(transport.close)
            board = shuoming.connect(settings, transport)
            return Bank({name: (board, channel) for channel, name in enumerate(NAMES[1], 1)}, duty)

        first = bank()
        assert first.unlock("A1") is Pulse.ACCEPTED
        wire.unplug()
        with pytest.raises(DeviceGone):
            first.doors()
        assert first.lost
        assert first.unlock("A2") is Pulse.NOT_SENT
        wire.plug()
        second = bank()
        assert second.doors() == {"A1": Door.OPEN, "A2": Door.SHUT, "A3": Door.SHUT}
        assert second.unlock("A1") is Pulse.REFUSED  # the coil remembers
        assert second.unlock("A2") is Pulse.ACCEPTED
