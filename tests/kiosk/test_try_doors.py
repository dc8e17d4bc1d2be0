"""``kiosk check --doors`` on a real wire: which locks move, what is written before, what is measured."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hardware.readings import Door
from kiosk.cli import main
from kiosk.config import Config, load
from kiosk.core.model import Parcel
from kiosk.core.session import NOBODY, Step
from kiosk.reading import open_journal
from kiosk.store import Store
from kiosk.try_doors import Tried, try_doors
from simulators.machine import Machine
from sync.things import Item


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with Machine(tmp_path_factory.mktemp("rig"), pcsc=False, pace=0.0, camera=False) as rig:
        yield rig


@pytest.fixture
def machine(rig: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr("kiosk.try_doors.SHUT_WAIT_S", 5.0)
    yield rig
    for name in rig.cabinet.names:
        rig.cabinet.mend(name)
        rig.cabinet.push(name)
    for file in rig.folder.glob("point.sqlite*"):
        file.unlink()


def quick(machine: Machine) -> Config:
    config = load(machine.config)
    return replace(config, limits=config.limits.model_copy(update={"open_wait_s": 0.5}))


def tried(machine: Machine, names: list[str], *answers: str) -> list[Tried]:
    """With somebody who pushes each door shut when asked to."""
    left = iter(answers)

    def say(words: str) -> None:
        if "shut it, please" in words:
            threading.Timer(0.05, machine.cabinet.push, [words.split()[1].rstrip(":")]).start()

    done = list(try_doors(quick(machine), names, lambda _: next(left), say))
    assert next(left, None) is None, "a question was not asked"
    return done


def opened(machine: Machine, since: int) -> list[str]:
    return [move.compartment for move in machine.cabinet.moves[since:] if move.door is Door.OPEN]


def loaded(machine: Machine) -> None:
    config = load(machine.config)
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        parcel = Parcel("par-1", "pat-1", (Item("b-1", "T"),), "S", 2e9, state="ready", compartment="2")
        store.commit(before, Step(before, NOBODY).put(parcel), 1.0)


def facts(machine: Machine) -> list[tuple[str, str]]:
    with open_journal(machine.folder / "point.sqlite", "dongmen") as journal:
        return [(entry.kind, str(entry.facts.get("compartment"))) for entry in journal.entries()]


def test_doors_are_opened_one_by_one_as_the_person_says(machine: Machine) -> None:
    since = len(machine.cabinet.moves)
    one, no, two, three = tried(machine, ["1", "3", "4", "5"], "y", "n", "all")
    assert opened(machine, since) == ["1", "4", "5"]
    assert (no.ok, no.ms, no.words) == (True, None, "not tried")
    for door in (one, two, three):
        assert door.ok, door
        assert door.ms is not None
        assert door.words == f"opened after {door.ms} ms and shut again"
    since = len(machine.cabinet.moves)
    assert tried(machine, [], "stop") == []
    assert opened(machine, since) == []
    assert not (machine.folder / "point.sqlite").exists()


def test_a_door_with_something_behind_it_needs_its_name(machine: Machine) -> None:
    loaded(machine)
    since = len(machine.cabinet.moves)
    first, second = tried(machine, ["1", "2"], "all", "y")
    assert (first.ok, second.words) == (True, "left shut: something lies behind it (1 parcel(s))")
    assert opened(machine, since) == ["1"]
    assert facts(machine) == [("technician_opened", "1")]
    assert tried(machine, ["2"], "2")[0].ok
    assert opened(machine, since) == ["1", "2"]
    assert facts(machine)[1:] == [("technician_opened", "2"), ("point_trouble", "2")]
    config = load(machine.config)
    with closing(Store.open(config.store, config.plan())) as store:
        point = store.load()
    assert (point.parcels["par-1"].state, point.compartments["2"].out) == ("doubt", "check")


def test_a_jammed_door_and_a_sensor_that_lies(machine: Machine) -> None:
    machine.cabinet.jam("1")
    machine.cabinet.stick("2", Door.SHUT)
    machine.cabinet.stick("3", Door.OPEN)
    jammed, blind, always = tried(machine, ["1", "2", "3"], "all", "n", "y", "y")
    assert (jammed.ok, jammed.ms, "did not open" in jammed.words) == (False, None, True)
    assert (blind.ok, "sensor does not see it (was not seen opening)" in blind.words) == (False, True)
    assert (always.ok, "was said to be open before the pulse" in always.words) == (False, True)


def test_nothing_moves_while_the_kiosk_owns_the_store(machine: Machine) -> None:
    config = load(machine.config)
    since = len(machine.cabinet.moves)
    with closing(Store.open(config.store, config.plan())):
        said = typed(machine.config, "1", answers="y\n")
    assert (said.exit_code, "in use by another kiosk" in said.output) == (3, True)
    assert opened(machine, since) == []


def typed(config: Path, *names: str, answers: str) -> Result:
    return CliRunner().invoke(main, ["check", str(config), "--doors", *names], input=answers)


def test_as_it_is_typed(machine: Machine) -> None:
    said = typed(machine.config, "1", answers="n\n")
    assert said.exit_code == 0
    assert "door 1: open it? (y/n/all/stop)" in said.output
    assert said.output.splitlines()[-1].split() == ["ok", "door", "1", "not", "tried"]
    assert typed(machine.config, "77", answers="").exit_code == 2
