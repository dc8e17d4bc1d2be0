"""A pulse without a committed order, one too many, and one that no journal has are noticed."""

from dataclasses import asdict, replace
from pathlib import Path

from kiosk.core.facts import UnlockOrdered
from kiosk.core.identity import Keyring
from kiosk.core.order import Order
from kiosk.core.plan import Plan, Space
from kiosk.core.session import NOBODY, Step
from kiosk.store import Store
from simulators.cabinet import Cabinet
from tests.kills.pulses import Pulses

PLAN = Plan("p1", {name: Space(name, "S", n, 0) for n, name in enumerate("12")}, Keyring(b"k" * 32))
ORDERED = UnlockOrdered("1", "7", 1, "pickup", "R1001", "P1")
FACTS = [{"kind": "unlock_ordered", "facts": asdict(ORDERED)}]


def test_each_pulse_has_its_order_and_each_order_one_pulse(tmp_path: Path) -> None:
    file = tmp_path / "point.sqlite"
    store = Store.open(file, PLAN)
    point = store.load()
    cabinet = Cabinet(PLAN.spaces)
    pulses = Pulses(cabinet, file)
    row = replace(point.compartments["1"], order=Order("7", "pickup", "R1001", "P1", "card", 0.0))
    store.commit(point, Step(point, NOBODY).put(row).fact(ORDERED), 0.0)
    cabinet.pulse("1")
    assert cabinet.pulses("1") == 1
    assert list(pulses.breaches(FACTS)) == []
    assert list(pulses.breaches([])) == ["1 was opened for attempt 1 of 7; no journal has it"]
    cabinet.pulse("1")
    assert list(pulses.breaches(FACTS)) == ["1 was opened 2 times for attempt 1 of 7"]
    cabinet.pulse("2")
    assert "2 was opened and no order for it stood committed" in list(pulses.breaches(FACTS))
    store.close()
