"""Every scenario that ships, played through a real kiosk process; and what a scenario file may not say."""

import threading
import time
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulators.__main__ import main
from simulators.bench import scenario
from simulators.bench.scenario import Failed, Player, Step, parse, play, shipped, unfolded
from simulators.bench.stage import Stage
from simulators.machine import CONFIG as MACHINE
from simulators.twins import Unfit
from tests.side_by_side import side_by_side

CONFIG = Path(__file__).with_name("point.toml")
WITH_A_CAMERA = ("label-held-badly",)
KNOWN = shipped()
WHOLE = [name for name, one in KNOWN.items() if not one.part]
AT_ONCE = 4
"""So many are played side by side: most of it is waiting, and more would wait for each other."""


def patient(folder: Path) -> Path:
    """The machine with a camera; on a busy computer its hints come late, and nobody here walks away meanwhile."""
    config = folder / "patient.toml"
    config.write_text(MACHINE.read_text("utf-8").replace("[limits]", "[limits]\nidle_s = 300"), "utf-8")
    return config


@pytest.mark.timeout(400)
@pytest.mark.parametrize("first", range(0, len(WHOLE), AT_ONCE))
def test_each_plays_to_its_end(first: int, tmp_path: Path) -> None:
    def check(name: str) -> None:
        folder = tmp_path / name
        folder.mkdir()
        config = patient(folder) if name in WITH_A_CAMERA else CONFIG
        with Stage(config, folder, window=False, pace=0.0) as stage:
            assert not stage.point.no_pcsc, stage.point.no_pcsc
            play(stage, unfolded(KNOWN[name], KNOWN), lambda _: None, threading.Event())

    side_by_side({name: partial(check, name) for name in WHOLE[first : first + AT_ONCE]})


@pytest.mark.parametrize("name", KNOWN)
def test_it_speaks_both_languages(name: str) -> None:
    assert KNOWN[name].zh
    assert [step.say for step in KNOWN[name].step if bool(step.say) != bool(step.zh)] == []


def test_a_step_that_does_not_come_true_says_what_is_so_instead(tmp_path: Path) -> None:
    text = 'title = "x"\n[[step]]\nwait = "Home"\nwithin_s = 30\n[[step]]\nwait = "Goodbye"\nwithin_s = 0.2\n'
    with Stage(CONFIG, tmp_path, window=False, pcsc=False, pace=0.0) as stage:
        settled = 'title = "x"\n[[step]]\nexpect = { out = false }\nwithin_s = 60\n'
        play(stage, unfolded(parse(settled, "x"), {}), lambda _: None, threading.Event())
        with pytest.raises(Failed, match=r"step 2 of 2: not within 0\.2 s: Goodbye on the screen, which shows Home$"):
            play(stage, unfolded(parse(text, "x"), {}), lambda _: None, threading.Event())
        for expect, words in (
            ("open = 1", "1 open doors; open are none"),
            ("out = true", "doors out of service"),
            ("inside = 3", "3 items in the cabinet"),
            ('loans = { SIP0001104 = "R1001" }', "the library says nobody"),
            ('parcels = { P00001 = "ready" }', "the library says sent"),
            ('more_time = ["P00001"]', "more time for parcel P00001"),
            ('cases = ["door_stuck"]', "the library keeps none"),
            ('printed = "slip"', "on paper"),
            ("running = false", "the kiosk stopped"),
            ('pulses = { "1" = 1 }', "1 pulses for the lock of door 1; it had 0"),
        ):
            step = f'title = "x"\n[[step]]\nexpect = {{ {expect} }}\nwithin_s = 0.1\n'
            with pytest.raises(Failed, match=words):
                play(stage, unfolded(parse(step, "x"), {}), lambda _: None, threading.Event())


def test_one_that_meets_the_unforeseen_plays_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr(scenario, "play", broken)
    with Stage(CONFIG, tmp_path, window=False, pcsc=False, pace=0.0) as stage:
        Player(stage).start(WHOLE[0])
        until = time.monotonic() + 20
        while not (told := next(one for one in stage.playing if one["name"] == WHOLE[0]))["failed"]:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert not told["running"]
        assert "unforeseen" in told["failed"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('title = "x', "not TOML"),
        ('title = "x"', "step: Field required"),
        ('title = "x"\n[[step]]\nexpect = { doors = 3 }', "step.0.expect.doors"),
        ('title = "x"\n[[step]]\nwait = "Home"\nwithin_s = 0', "within_s"),
        ('title = "x"\n[[step]]\nexepct = { open = 5 }', "did you mean 'expect'"),
        ('title = "x"\n[[step]]\ndevice = "card"', "no key 'device'; which act is it for"),
        ('title = "x"\n[[step]]\nact = "scenario"\nname = "pickup"\nwiat = "Home"', "no 'wiat'"),
    ],
)
def test_what_is_no_scenario_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        unfolded(parse(text, "x.toml"), KNOWN)


def test_what_stands_beside_a_scenario_comes_before_and_after_it() -> None:
    text = 'title = "x"\n[[step]]\nact = "scenario"\nname = "pickup"\nsay = "a"\nzh = "b"\nwait = "Home"\nwithin_s = 2'
    first, *part, last = unfolded(parse(text, "x"), KNOWN)
    assert part == unfolded(KNOWN["pickup"], KNOWN)
    assert (first, last) == (Step(say="a", zh="b"), Step(wait="Home", within_s=2))


@pytest.mark.parametrize(("written", "words"), [(b"", "title: Field required"), (b"title = '\xff'", "not in UTF-8")])
def test_a_file_that_is_no_scenario_is_refused_before_anything_starts(
    tmp_path: Path, written: bytes, words: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(written)
    done = CliRunner().invoke(main, ["scenario", str(CONFIG), str(file)])
    assert (done.exit_code, words in done.output) == (1, True), done.output


def test_the_command_waits_until_a_scan_counts_and_ends_with_one_when_the_scenario_fails(tmp_path: Path) -> None:
    config, file = tmp_path / "slow.toml", tmp_path / "never.toml"
    config.write_text(CONFIG.read_text("utf-8").replace("again_after_s = 0.5\n", ""), "utf-8")
    scan = '[[step]]\nact = "scan"\ndevice = "scanner"\ncode = "SIP0001060"\n[[step]]\nwait = "Return"\n'
    file.write_text(f'title = "x"\n{scan}[[step]]\nwait = "Never"\nwithin_s = 0.1\n')
    done = CliRunner().invoke(main, ["scenario", str(config), str(file)])
    assert done.exit_code == 1
    assert "step 3 of 3: not within 0.1 s: Never on the screen" in done.output
