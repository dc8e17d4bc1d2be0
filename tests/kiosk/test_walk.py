"""``kiosk walk`` on a real wire: boards found by address, channels by the doors they open, and what to paste."""

import socket
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from pydantic import BaseModel

from hardware.errors import DeviceGone
from hardware.locker import shuoming
from hardware.readings import Door
from kiosk.cli import main
from kiosk.config import Config, load
from kiosk.core.model import Parcel
from kiosk.core.session import NOBODY, Step
from kiosk.door_book import CannotOpen, DoorBook
from kiosk.reading import open_journal
from kiosk.store import Store
from kiosk.walk import Address, Walked, addresses, to_paste, walk
from simulators.machine import Machine
from sync.things import Item


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr("kiosk.walk.SHUT_WAIT_S", 5.0)
    monkeypatch.setattr("kiosk.walk.ADDRESSES_MAX", 8)  # each that is silent takes its time
    with Machine(tmp_path, pcsc=False, pace=0.0, camera=False) as machine:
        yield machine


def configured(machine: Machine, *swapped: str) -> Config:
    """The point's configuration, its files saying that these two doors are on each other's channels."""
    config = load(machine.config)
    if swapped:
        channel = {c.name: c.channel for c in config.compartments}
        turned = dict(zip(swapped, (channel[name] for name in reversed(swapped)), strict=True))
        fixtures = tuple(c.model_copy(update={"channel": turned.get(c.name, c.channel)}) for c in config.compartments)
        config = replace(config, compartments=fixtures)
    return replace(config, limits=config.limits.model_copy(update={"open_wait_s": 0.5}))


def walked(machine: Machine, config: Config, *answers: str) -> list[Walked]:
    """With somebody who pushes each door shut when asked to."""
    left = iter(answers)

    def say(words: str) -> None:
        if "shut it, please" in words:
            threading.Timer(0.05, machine.cabinet.push, [words.split()[1].rstrip(":")]).start()

    with closing(DoorBook(config)) as book:
        done = list(walk(config, book, (), lambda _: next(left), say))
    assert next(left, None) is None, "a question was not asked"
    return done


def noted(machine: Machine) -> list[str]:
    with open_journal(machine.folder / "point.sqlite", "dongmen") as journal:
        return [str(e.facts["compartment"]) for e in journal.entries(kinds=["technician_opened"])]


def stored(machine: Machine, *parcels: Parcel) -> None:
    config = load(machine.config)
    with closing(Store.open(config.store, config.plan())) as store:
        point = store.load()
        step = Step(point, NOBODY)
        for parcel in parcels:
            step = step.put(parcel)
        store.commit(point, step, 1.0)


def test_a_board_is_found_where_its_switches_really_stand(machine: Machine) -> None:
    machine.bus.boards[7] = machine.bus.boards.pop(1)
    text = machine.config.read_text(encoding="utf-8")
    said, board = list[str](), text[text.index("[[board]]") : text.index("[[scanner]]")]
    chosen = board.replace("channels", 'feedback = "short_when_open"\nbaud = 19200\nchannels')
    machine.config.write_text(text.replace(board, chosen), encoding="utf-8")
    config = configured(machine)
    port = config.boards[0].port
    found = list(addresses(config, said.append))
    assert found == [Address(port, "shuoming", 7, "")]
    assert said == [f"{port}: asking for boards of the kind shuoming"]
    lines = to_paste(config, [], found)
    whole = {"name": "NAME", "driver": "shuoming", "port": port, "baud": 19200, "channels": 12, "address": 7}
    assert tomllib.loads(lines) == {"board": [whole | {"feedback": "short_when_open"}]}
    for pasted in (lines.replace('"NAME"', '"A"'), chosen + lines):  # in its place, or beside it
        machine.config.write_text(text.replace(board, pasted), encoding="utf-8")
        new = load(machine.config).boards[-1]
        assert (new.baud, new.settings.feedback, new.settings.address) == (19200, "short_when_open", 7)
    assert not machine.cabinet.moves


class NoAddress(BaseModel):
    """The settings of a board that is alone on its wire."""

    channels: int = 12


def test_a_board_without_an_address_is_asked_once_as_it_is(machine: Machine) -> None:
    alone = SimpleNamespace(
        Settings=NoAddress, BAUD=9600, connect=lambda _, wire: shuoming.connect(shuoming.Settings(), wire)
    )
    config = configured(machine)
    board = replace(config.boards[0], driver="alone", module=alone, settings=NoAddress())
    assert list(addresses(replace(config, boards=(board,)), lambda _: None)) == [
        Address(board.port, "alone", None, board.name)
    ]
    machine.bus.missing.add(1)
    assert list(addresses(replace(config, boards=(board,)), lambda _: None)) == []
    machine.bus.missing.clear()


def test_a_port_that_is_gone_is_said(machine: Machine, tmp_path: Path) -> None:
    config = configured(machine)
    gone = replace(config, boards=(replace(config.boards[0], port=str(tmp_path / "none")),))
    said: list[str] = []
    assert list(addresses(gone, said.append)) == []
    assert len(said) == 1
    assert said[0].startswith(f"{tmp_path / 'none'}: ")
    assert "is not there. " in said[0]
    assert "Is it plugged in" in said[0]
    with pytest.raises(DeviceGone, match="Is it plugged in and powered"):
        list(walk(gone, DoorBook(gone), (), lambda _: "n", said.append))


def test_swapped_channels_end_as_lines_to_paste(machine: Machine) -> None:
    stored(machine)
    config = configured(machine, "2", "3")
    one, two, three = walked(machine, config, "y", "", "y", "2", "y", "3", "stop")
    assert one == Walked("A", 1, "1", "1", ("A:1",), True, "opens door 1")
    assert (two.configured, two.door, two.seen, two.ok) == ("3", "2", ("A:2",), False)
    assert two.words == "opens door 2; configured as door 3"
    assert three.door == "3"
    pasted = tomllib.loads(to_paste(config, [one, two, three], []))["compartment"]
    true = {c.name: c.model_dump(exclude_unset=True, mode="json") for c in load(machine.config).compartments}
    assert pasted == [true["2"], true["3"]]
    assert noted(machine) == ["1", "3", "2", "2", "3"]


def test_one_that_fits_needs_nothing(machine: Machine) -> None:
    config = configured(machine)
    done = walked(machine, config, "all", *[""] * 12)
    assert [one.door for one in done] == [c.name for c in sorted(config.compartments, key=lambda c: c.channel)]
    assert all(one.ok for one in done)
    assert to_paste(config, done, []) == ""
    assert not (machine.folder / "point.sqlite").exists()


def test_who_takes_their_time_over_a_question_loses_no_port_for_a_board_whose_switches_stand_wrong(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hardware.locker.bank.REOPEN_AFTER_S", 0.3)
    config = configured(machine)
    good = config.boards[0]
    wrong = replace(good, name="W", settings=good.settings.model_copy(update={"address": 5}))

    def person(question: str) -> str:
        time.sleep(0.7)
        return "skip" if "channel 2" in question else "y" if "pulse it" in question else ""

    def say(words: str) -> None:
        machine.cabinet.push("1")

    first, second = walk(replace(config, boards=(wrong, good)), DoorBook(config), (), person, say)
    assert (first.board, first.words) == ("W", "not pulsed: its board, or [duty], said no")
    assert (second.board, second.ok) == ("A", True)


def test_lock_and_contact_are_told_apart(machine: Machine) -> None:
    machine.cabinet.jam("1")
    machine.cabinet.stick("2", Door.SHUT)
    machine.cabinet.jam("3")
    config = configured(machine)

    def person(question: str) -> str:
        if question.startswith("board A, channel 3"):  # as if its contact were wired to 4
            threading.Timer(0.1, machine.cabinet.pull, ["4"]).start()
        if question.startswith("board A, channel 4"):
            return "stop"
        return "y" if "pulse it" in question else {"A:1": "-", "A:2": "2", "A:3": "3"}[question[:3]]

    def say(words: str) -> None:
        for name in ("2", "4"):
            machine.cabinet.push(name)

    none, blind, crossed = walk(config, DoorBook(config), ["A"], person, say)
    assert none.words == "no door opened; configured as door 1: lock, its wire, its channel"
    assert blind.words == "opens door 2; its contact does not see it: switch, its wire, feedback"
    assert crossed.words == "opens door 3; seen by the contact of A:4: move the contact's wire to where the lock is"
    assert not any(one.ok for one in (none, blind, crossed))


def test_not_while_something_lies_inside(machine: Machine) -> None:
    stored(machine, Parcel("par-1", "pat-1", (Item("b-1", "T"),), "S", 2e9, state="ready", compartment="2"))
    with pytest.raises(CannotOpen, match="behind 2"):
        walked(machine, configured(machine))
    with pytest.raises(CannotOpen, match="no board 'B'"), closing(DoorBook(configured(machine))) as book:
        list(walk(configured(machine), book, ["B"], lambda _: "y", print))
    assert not machine.cabinet.moves


def run(machine: Machine, typed: str, *boards: str) -> Result:
    return CliRunner().invoke(main, ["walk", str(machine.config), *boards], input=typed)


@pytest.mark.parametrize("command", [["walk"], ["listen", "--seconds", "3"]], ids=lambda words: words[0])
def test_nothing_is_said_on_the_wires_of_a_kiosk_at_work(machine: Machine, command: list[str]) -> None:
    """Behind a serial server no port is taken: both would speak at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        text = machine.config.read_text(encoding="utf-8")
        there = f"socket://127.0.0.1:{server.getsockname()[1]}"
        machine.config.write_text(text.replace(load(machine.config).boards[0].port, there), encoding="utf-8")
        config = load(machine.config)
        with closing(Store.open(config.store, config.plan())):
            result = CliRunner().invoke(main, [command[0], str(machine.config), *command[1:]])
        assert (result.exit_code, "in use by another kiosk" in result.output) == (3, True)
        with pytest.raises(BlockingIOError):  # nobody has come
            server.accept()


def test_the_command_tells_all_even_when_stopped_early(machine: Machine) -> None:
    machine.cabinet.jam("1")
    stopped = run(machine, "y\n-\n")  # and no more input: as Ctrl-C
    assert stopped.exit_code == 1
    assert "address 1" in stopped.output
    assert "no door opened" in stopped.output
    ended = run(machine, "stop\n")
    assert ended.exit_code == 0, ended.output
    machine.bus.boards.clear()
    silent = run(machine, "stop\n")
    assert silent.exit_code == 1
    assert "does not answer" in silent.output
    assert run(machine, "", "B").exit_code == 2
