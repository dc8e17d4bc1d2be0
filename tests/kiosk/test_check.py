"""``kiosk check`` on real wires: what is fit, and a sentence for each thing that is not."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import tomli_w
from click.testing import CliRunner
from points import NOW, busy

import simulators.kerong_cu16
import ui.check
from hardware.locker import kerong_cu16
from hardware.readings import Door
from hardware.scanner import camera
from kiosk import causes, check
from kiosk.check import Check, checks
from kiosk.cli import main
from kiosk.config import Config, Device, load
from kiosk.core.model import Drop
from kiosk.core.session import NOBODY, Step
from kiosk.receipt import key_beside
from kiosk.store import Store
from simulators.line import Fault
from simulators.machine import Machine
from simulators.serve import serve_pty
from sync.things import Item

covers_once = cache(ui.check.covers)  # a second each
SCREEN = ["screen font", "screen sound", "screen voice"]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with Machine(tmp_path_factory.mktemp("rig"), pcsc=False, pace=0.0, camera=False) as rig:
        yield rig


@pytest.fixture
def machine(rig: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A whole point as twins but for a camera, which takes long to start; without a store and with everything in order;
    no long look at quiet devices."""
    monkeypatch.setattr(check, "SOURCE_WAIT_S", 0.05)
    monkeypatch.setattr(causes, "READER_CONF", rig.folder / "reader.conf.d")
    monkeypatch.setattr(ui.check, "covers", covers_once)
    yield rig
    for file in rig.folder.glob("point.sqlite*"):
        file.unlink()


def config_of(machine: Machine, old: str = "", new: str = "") -> Config:
    """The machine's configuration with one thing changed."""
    text = machine.config.read_text(encoding="utf-8")
    assert old in text
    changed = machine.folder / "changed.toml"
    changed.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return load(changed)


def unfit(config: Config) -> list[Check]:
    """What is not fit."""
    return [one for one in checks(config) if not one.ok]


def only(config: Config) -> Check:
    found = unfit(config)
    assert len(found) == 1, found
    return found[0]


# ---- fit ------------------------------------------------------------------------------------------------------------


def test_a_point_in_order_is_fit(tmp_path: Path) -> None:
    """As a technician runs it, with a card reader on PC/SC."""
    with Machine(tmp_path, pace=0.0) as machine:
        assert not machine.no_pcsc
        command = [sys.executable, "-m", "kiosk", "check", str(machine.config), "--json"]
        ran = subprocess.run(command, env=machine.env, capture_output=True, text=True)
    report = json.loads(ran.stdout)
    assert [one for one in report["checks"] if not one["ok"]] == []
    assert (ran.returncode, report["fit"], report["point"], ran.stderr) == (0, True, "dongmen", "")
    names = [one["name"] for one in report["checks"]]
    assert names[:4] == ["configuration", "clock", "store", "board A"]
    assert names[4:] == ["card card", "scanner scanner", "scanner camera", "printer printer", "service", *SCREEN]


def test_looking_moves_no_lock_and_tells_the_library_nothing(machine: Machine) -> None:
    before = machine.cabinet.moves
    assert unfit(config_of(machine)) == []
    assert machine.cabinet.moves == before
    assert not (machine.folder / "point.sqlite").exists()


def test_a_touch_panel_that_cannot_be_opened_is_named(machine: Machine) -> None:
    """Else the watchdog that sees touches not reaching the window is off, and everybody believes it is on."""
    for panel, words in (("nowhere", "cannot be opened (No such file or directory)"), ("null", "")):
        config = config_of(machine, "[screen]\n", f'[screen]\ntouch_panel = "/dev/{panel}"\n')
        found = next(one for one in checks(config) if one.name == "touch panel")
        assert (found.ok, words in found.words) == (not words, True)


def test_the_kiosk_says_so_too_once(machine: Machine) -> None:
    panel = "/dev/input/by-id/usb-nowhere-event"
    config = config_of(machine, "[screen]\n", f'[screen]\ntouch_panel = "{panel}"\n')
    command = [sys.executable, "-m", "kiosk", "run", str(config.path), "--screen", "json"]
    running = subprocess.Popen(command, env=machine.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout
    running.stdout.readline()
    time.sleep(1.5)
    running.terminate()
    assert running.communicate(timeout=60)[1].count(f"{panel} cannot be opened") == 1


def test_the_password_of_a_camera_is_not_shown() -> None:
    settings = camera.Settings(source="rtsp://admin:se:cr@et@10.0.0.9:554/stream")
    assert causes.address_of(Device("camera", "camera", settings, camera)) == "rtsp://10.0.0.9:554/stream"


# ---- devices --------------------------------------------------------------------------------------------------------


def test_an_open_door_is_named(machine: Machine) -> None:
    machine.cabinet.stick("4", Door.OPEN)
    said = {one.name: one.words for one in checks(config_of(machine))}
    machine.cabinet.mend("4")
    machine.cabinet.push("4")
    assert said["board A"] == "answers; 12 doors, open: 4"


def test_what_item_sensors_see_is_said(machine: Machine) -> None:
    settings = kerong_cu16.Settings(address=1)
    twin = simulators.kerong_cu16.bus([(settings, {n: str(n) for n in range(1, 13)})], machine.cabinet, pace=0.0)
    for items, words in ((("5",), "5"), ((), "none")):
        for door in items:
            machine.cabinet.pull(door)
            machine.cabinet.put_in(door, "a hand")
            machine.cabinet.push(door)
        with serve_pty(twin, machine.folder / "ttyKERONG0") as wire:
            raw = tomllib.loads(machine.config.read_text("utf-8"))
            raw["board"] = [{"name": "A", "driver": "kerong_cu16", "port": wire.port, "address": 1}]
            changed = machine.folder / "kerong.toml"
            changed.write_text(tomli_w.dumps(raw), "utf-8")
            for _ in range(10):  # a busy machine may be too slow for the board's clock
                said = next(one.words for one in checks(load(changed)) if one.name == "board A")
                if "sensors" in said:
                    break
        assert said == f"answers; 12 doors, all shut; item sensors see something behind: {words}"
        for door in items:
            machine.cabinet.pull(door)
            machine.cabinet.take_out(door)
            machine.cabinet.push(door)


def test_feedback_the_wrong_way_round(machine: Machine) -> None:
    wrong = config_of(machine, "address = 1\n", 'address = 1\nfeedback = "short_when_open"\n')
    assert only(wrong).words.startswith("all its doors seem to be open: shut one and check again")


def test_a_board_that_does_not_answer(machine: Machine) -> None:
    found = only(config_of(machine, "address = 1\n", "address = 2\n"))
    assert found.name == "board A"
    assert "the port opens, but the board does not answer: asked at 9600 baud for address 2" in found.words
    assert "not one byte came back. Usual causes: no power at the board, its address switches" in found.words


def test_a_port_that_is_not_there(machine: Machine) -> None:
    machine.wire.unplug()
    found = only(config_of(machine))
    machine.wire.plug()
    assert found.name == "board A"
    assert "ttyLOCKER0" in found.words
    assert "ttyLOCKER0 is not there. " in found.words
    assert "Is it plugged in and powered" in found.words


def test_a_scanner_that_is_not_there(machine: Machine) -> None:
    machine.scanner.unplug()
    found = only(config_of(machine))
    machine.scanner.plug()
    assert found.name == "scanner scanner"
    assert "ttySCANNER-scanner is not there" in found.words


def test_a_point_without_a_scanner(machine: Machine) -> None:
    config = replace(config_of(machine), scanners=())
    assert only(config).words.startswith("none is configured, so nothing can be loaded or returned")


def test_a_camera_that_is_not_there(tmp_path: Path) -> None:
    with Machine(tmp_path, pcsc=False, pace=0.0) as machine:
        assert machine.camera is not None
        machine.camera.unplug()
        found = only(config_of(machine))
    assert found.name == "scanner camera"
    assert "source" in found.words


def test_a_printer_with_and_without_paper(machine: Machine) -> None:
    fit = next(one for one in checks(config_of(machine)) if one.name == "printer printer")
    assert (fit.ok, fit.words) == (True, "answers; paper is in; Shuxiang twin 1.0")
    machine.printer.state = "out"
    found = only(config_of(machine))
    machine.printer.state = "ok"
    assert (found.name, found.words) == ("printer printer", "answers, and says: no paper; put in a new roll")
    machine.printer.unplug()
    found = only(config_of(machine))
    machine.printer.plug()
    assert "power and paper" in found.words
    assert machine.printer.lines == []


def test_a_card_reader_that_is_not_there(machine: Machine) -> None:
    another = '[[card]]\nname = "second"\ndriver = "pcsc"\nreader = "X9"\n'
    found = only(config_of(machine, "[[card]]\n", f"{another}[[card]]\n"))
    assert found.name == "card second"
    assert "pcscd" in found.words
    gone = only(config_of(machine, "ttyCARD0", "ttyCARD9"))
    assert gone.name == "card card"
    assert "ttyCARD9 is not there" in gone.words


def test_a_card_reader_on_the_network(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Debian's vsmartcard-vpcd leaves it there for the machine's own pcscd."""
    (tmp_path / "vpcd").write_text('FRIENDLYNAME "Virtual PCD"\nLIBPATH /usr/lib/pcsc/serial/libifdvpcd.so\n')
    monkeypatch.setattr(causes, "READER_CONF", tmp_path)
    monkeypatch.delenv("PCSCLITE_CSOCK_NAME", raising=False)
    another = '[[card]]\nname = "second"\ndriver = "pcsc"\nreader = "{}"\n[[card]]\n'
    found = {one.name: one.words for one in unfit(config_of(machine, "[[card]]\n", another.format("ACR122")))}
    assert "vpcd: pcscd takes cards from anybody on the network" in found["pcscd"]
    assert "pcscd" not in {one.name for one in unfit(config_of(machine, "[[card]]\n", another.format("Virtual PCD")))}
    only_serial = config_of(machine)
    assert unfit(only_serial) == []


def test_a_driver_that_breaks(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of one driver does not hide what is wrong elsewhere."""

    def broken(*_: object) -> None:
        raise KeyError("vid")

    monkeypatch.setattr("hardware.scanner.serial_scanner.connect", broken)
    machine.wire.unplug()
    found = unfit(config_of(machine))
    machine.wire.plug()
    assert [one.name for one in found] == ["board A", "scanner scanner"]
    assert found[1].words.startswith("its driver failed (KeyError: 'vid'); tell its maker.")


def test_a_front_end_without_a_check_of_its_own(machine: Machine) -> None:
    *_, last = checks(config_of(machine, "[screen]", '[screen]\nfront = "json"'))
    assert last == Check("screen", True, "json")


# ---- the library ----------------------------------------------------------------------------------------------------


def test_a_library_that_is_away(machine: Machine) -> None:
    machine.library.pause()
    found = only(config_of(machine))
    machine.library.resume()
    assert found.name == "service"
    assert "no connection to the library" in found.words
    assert "Is the network up" in found.words


def test_a_library_that_does_not_know_us(machine: Machine) -> None:
    wrong = machine.folder / "wrong"
    wrong.write_text("not-the-token")
    wrong.chmod(0o600)
    credential = next(line for line in machine.config.read_text().splitlines() if line.startswith("credential"))
    found = only(config_of(machine, credential, f'credential = "{wrong}"'))
    assert "check the credential file" in found.words
    assert "not-the-token" not in found.words


@pytest.mark.parametrize("fault", ["fails", "not_json", "wrong_shape"])
def test_a_library_that_talks_nonsense(machine: Machine, fault: str) -> None:
    machine.library.fault(fault)  # type: ignore[arg-type]
    found = only(config_of(machine))
    machine.library.fault(None)
    assert found.name == "service"


def test_clocks_that_disagree(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    monkeypatch.setattr(check.time, "time", lambda: real() + 86400)
    assert "clock is 86400 s ahead of the library's; set it" in only(config_of(machine)).words
    monkeypatch.setattr(check.time, "time", lambda: 0.0)
    assert "1970-01-01" in unfit(config_of(machine))[0].words


def test_a_clock_behind_what_the_machine_has_seen(machine: Machine) -> None:
    config, later = config_of(machine), time.time() + 7 * 86400
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        seen = before.put(replace(before.counters, seen_at=later))
        store.commit(before, Step(seen, NOBODY), NOW)
    assert time.strftime("it is after %Y-%m-%d", time.localtime(later)) in only(config).words


# ---- the store ------------------------------------------------------------------------------------------------------


def filled(config: Config) -> Path:
    with closing(Store.open(config.store, config.plan())) as store:
        point = store.load()
        store.commit(point, busy(point, 1), NOW)
    return config.store


def test_a_store_in_order(machine: Machine) -> None:
    filled(config_of(machine))
    said = {one.name: one.words for one in checks(config_of(machine))}
    assert "sound, an unbroken journal of 2 facts" in said["store"]


def test_a_damaged_store(machine: Machine) -> None:
    store = filled(config_of(machine))
    store.write_bytes(b"garbage" * 1000)
    assert "not a store at all" in only(config_of(machine)).words
    assert store.read_bytes() == b"garbage" * 1000


def test_a_key_for_receipts_that_cannot_be_used(machine: Machine) -> None:
    """The machine would stay closed, and a slip of it cannot be thought of."""
    config = config_of(machine)
    key = key_beside(config.store)
    key.write_text("5")
    key.chmod(0o600)
    try:
        assert f"no key for receipts: {key} must hold 64 hex digits" in only(config).words
        for words in (["listen"], ["trace", str(machine.folder / "recorded")]):
            said = CliRunner().invoke(main, [words[0], str(config.path), *words[1:], "--seconds", "1"])
            assert said.exit_code == 2
            assert said.output.startswith(f"kiosk: {key} must hold 64 hex digits")
    finally:
        key.unlink()


def test_a_changed_journal(machine: Machine) -> None:
    with closing(sqlite3.connect(filled(config_of(machine)))) as conn, conn:
        conn.execute("UPDATE journal SET session = 9 WHERE n = 2")
    assert "somebody changed the journal: at row 2" in only(config_of(machine)).words


def test_something_lies_where_no_door_is_configured_any_more(machine: Machine) -> None:
    config = config_of(machine)
    plan = config.plan()
    last = list(plan.spaces)[-1]
    fewer = config.path.with_name("fewer.toml")
    made = tomllib.loads(config.path.read_text(encoding="utf-8"))
    made["compartment"] = [one for one in made["compartment"] if one["name"] != last]
    fewer.write_text(tomli_w.dumps(made), encoding="utf-8")
    Store.open(config.store, plan).close()
    assert not unfit(load(fewer)), "an empty one may go"
    with closing(Store.open(config.store, plan)) as store:
        before = store.load()
        book = Drop("d-1", Item("b-1", "Moby"), last, "", False, "received", NOW)
        store.commit(before, Step(before.put(book), NOBODY), NOW)
    told = only(load(fewer))
    assert told.name == "store"
    assert told.words.startswith(f"something lies behind {last}, and no [[compartment]] of that name")
    assert not unfit(config)


def test_a_store_in_use(machine: Machine) -> None:
    config = config_of(machine)
    with closing(Store.open(config.store, config.plan())):
        assert f"in use by another kiosk, process {os.getpid()}" in only(config).words


def test_a_store_nowhere(machine: Machine) -> None:
    config = config_of(machine, "/point.sqlite", "/nowhere/point.sqlite")
    assert "its directory is not there; make it" in only(config).words


def test_too_little_room(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "FREE_MIN", shutil.disk_usage(machine.folder).total)
    assert "make room" in only(config_of(machine)).words


# ---- the screen -----------------------------------------------------------------------------------------------------


def test_the_touchscreen_looks_after_its_fonts(machine: Machine) -> None:
    found = [one for one in checks(config_of(machine)) if one.name.startswith("screen")]
    assert [one.name for one in found] == SCREEN
    lost = only(config_of(machine, "[screen]", '[screen]\nfont = "nowhere.ttc"'))
    assert (lost.name, "nowhere.ttc is not there; install the Debian package" in lost.words) == ("screen font", True)
    kivy = find_spec("kivy")
    assert kivy
    assert kivy.origin
    latin = Path(kivy.origin).parent / "data" / "fonts" / "Roboto-Regular.ttf"
    poor = only(config_of(machine, "[screen]", f'[screen]\nfont = "{latin}"'))
    assert "lacks" in poor.words


def test_a_front_end_that_is_not_there(machine: Machine) -> None:
    found = [one for one in checks(config_of(machine, "[screen]", '[screen]\nfront = "qt"')) if not one.ok]
    assert [(one.name, one.words) for one in found] == [
        ("screen", "no driver 'qt' in kiosk.screen; known: json, kivy"),
    ]


def test_garbage_from_a_board_is_told_from_silence(machine: Machine) -> None:
    """As with A and B swapped or another speed: bytes, and no sense in them."""
    machine.line.disturb(Fault.CUT, times=4)
    found = only(config_of(machine))
    machine.line.mend()
    assert "something came back, but no whole answer. Usual causes: A and B swapped" in found.words


def test_each_device_says_where_it_is_and_what_it_is(machine: Machine) -> None:
    said = {one.name: one for one in checks(config_of(machine))}
    assert said["board A"].path == str(machine.folder / "ttyLOCKER0")
    assert (said["printer printer"].firmware, said["board A"].serial) == ("Shuxiang twin 1.0", "")
    assert said["clock"].path == ""
