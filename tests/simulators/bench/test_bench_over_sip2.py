"""A point whose library speaks SIP2, on the bench: the dialect's library, loads and loans, its library controls."""

import threading
import tomllib
from pathlib import Path

import pytest

from simulators.bench.doing import do
from simulators.bench.scenario import parse, play, shipped, unfolded
from simulators.bench.stage import Stage
from simulators.point import Point
from simulators.twins import Unfit

EXAMPLE = Path(__file__).parents[3] / "examples" / "sip2.toml"
LOAD = """
title = "x"
step = [
    { wait = "Home", fields = { cards = true }, within_s = 60 },
    { expect = { out = false }, within_s = 60 },
    { pause_s = 3.0 },
    { act = "tap_and_lift", device = "card", card = "C2001" },
    { wait = "Courier", within_s = 60 },
    { act = "scan", device = "scanner", code = "SIP0001058" },
    { wait = "DoorOpen", within_s = 60 },
    { act = "put", door = "open", item = "SIP0001058" },
    { act = "push", door = "open" },
    { wait = "Courier", fields = { loaded = 1 }, within_s = 60 },
    { act = "touch_named", target = "finish" },
    { wait = "Home", within_s = 60 },
    { expect = { parcels = { P00002 = "ready" } }, within_s = 60 },
    { pause_s = 2.5 },
]
"""
COLLECT = """
title = "x"
step = [
    { act = "tap_and_lift", device = "card", card = "R1002" },
    { wait = "DoorOpen", within_s = 60 },
    { act = "take", door = "open" },
    { act = "push", door = "open" },
    { wait = "Goodbye", within_s = 60 },
]
"""
BOOKED = """
title = "x"
step = [{ expect = { loans = { SIP0001058 = "R1002" }, inside = 0 }, within_s = 100 }]
"""


def played(stage: Stage, text: str) -> None:
    play(stage, list(parse(text, "x").step), lambda _: None, threading.Event())


@pytest.mark.timeout(400)
def test_a_hold_is_loaded_and_lent_once_though_the_library_goes_away_and_answers_are_lost(tmp_path: Path) -> None:
    with Stage(EXAMPLE, tmp_path, window=False, pace=0.0) as stage:
        service = tomllib.loads(stage.point.config.read_text("utf-8"))["service"]
        assert (service["driver"], service["dialect"], service["host"]) == ("sip2", "koha", "127.0.0.1")
        assert (stage.state["service"]["speaks"], stage.state["service"]["quirks"]) == ("sip2", "koha")
        played(stage, LOAD)
        do(stage, "library", {"on": False})
        assert not stage.state["library"]
        played(stage, COLLECT)
        assert not stage.point.library.ledger.loan("SIP0001058")
        with pytest.raises(Unfit, match=r"no fault 'boring'; known: .*answer_lost"):
            do(stage, "library_fault", {"fault": "boring", "times": 1})
        do(stage, "library", {"on": True})
        with pytest.raises(Unfit, match="whoever loads decides"):
            do(stage, "for_anybody", {})
        do(stage, "library_fault", {"fault": "answer_lost", "times": 2})
        assert stage.state["service"]["faults"]
        played(stage, BOOKED)
        loans = stage.point.library.ledger.rows("select * from loans where barcode = 'SIP0001058'")
        assert len(loans) == 1


@pytest.mark.parametrize("name", ["pickup", "courier-round"])
def test_what_only_a_library_that_announces_can_play_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(Unfit, match="needs a library that speaks rest; this point's speaks sip2"):
        unfolded(shipped()[name], shipped(), "sip2")
    assert unfolded(shipped()[name], shipped(), "rest")


def test_a_dialect_of_the_site_is_that_of_its_base_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text('base = "dp2"\n')
    config = tmp_path / "kiosk.toml"
    text = EXAMPLE.read_text("utf-8")
    config.write_text(text.replace('dialect = "koha"', 'dialect = "ours.toml"'), "utf-8")
    with Point(config, tmp_path / "work", pcsc=False) as point:
        assert point.service.quirks == "dp2"
        led = tomllib.loads(point.config.read_text("utf-8"))["service"]
        assert led["dialect"] == str(tmp_path / "ours.toml")
    config.write_text(text.replace('dialect = "koha"', 'dialect = "unheard"'), "utf-8")
    with pytest.raises(Unfit, match="'unheard'"), Point(config, tmp_path / "other", pcsc=False):
        pytest.fail("it was simulated")


def test_what_is_ordered_while_the_library_is_off_happens_when_it_is_back(tmp_path: Path) -> None:
    with Point(EXAMPLE, tmp_path, pcsc=False) as point:
        point.service.fault("late", 3)
        point.service.open(False)
        point.service.fault("silent", 2)
        assert point.service.faults == {"late": 3, "silent": 2}
        point.service.open(True)
        assert point.service.faults == {"late": 3, "silent": 2}
        point.service.mend()
        assert point.service.faults == {}
