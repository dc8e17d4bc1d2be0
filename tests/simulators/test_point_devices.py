"""A point with every kind of card reader and scanner, written as the technician's guide writes it, simulated."""

import re
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomli_w

from hardware.readings import CardShown, ItemScanned, PileSeen
from hardware.rfid.pcsc import Settings
from kiosk.config import Config, load
from simulators.pads import Pad
from simulators.point import Point
from simulators.readers import HandScanner, PcscReader, SerialReader

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "technician.md").read_text(encoding="utf-8")
SHOWN = "\n".join(block for block in re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL) if "[[card]]" in block)
KEYBOARD = next(block for block in re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL) if '"keyboard"' in block)
MORE = '[[scanner]]\nname = "fixed"\ndriver = "serial_scanner"\nport = "/dev/ttyS9"\ntrigger = "gm65"\nrenew_s = 0.5\n'


def configured(folder: Path) -> Path:
    """The example, its readers and scanners replaced by those of the guide."""
    text = (ROOT / "examples" / "rest.toml").read_text(encoding="utf-8")
    text = re.sub(r"\[\[(card|scanner|printer)\]\]\n(?:[^\[\n].*\n|\n)*", "", text)
    cards = SHOWN.replace(', "uid"]', "]")  # simulated cards have UIDs all the same
    (folder / "real.toml").write_text(f"{text}\n{cards}\n{KEYBOARD}\n{MORE}", encoding="utf-8")
    return folder / "real.toml"


def heard(config: Config, name: str, point: Point) -> list[Any]:
    device = next(one for one in config.scanners if one.name == name)
    source = device.module.connect(name, device.settings, config.codes)
    source.wait(2.5)  # what is said sooner was lying there
    twin = point.twin(name, HandScanner)
    twin.scanner.scan("SX0001234")
    scans: list[Any] = []
    until = time.monotonic() + 20
    while not scans and time.monotonic() < until:
        scans = source.wait(0.1)
    source.close()
    return scans


def test_the_kiosk_reads_a_simulated_point_of_every_kind(tmp_path: Path) -> None:
    with Point(configured(tmp_path), tmp_path / "bench") as point:
        config = load(point.config)
        [card] = config.cards
        assert card.settings.read == ("t-union", "campus", "club", "uid")
        assert [one.name for one in card.settings.recipe] == ["campus", "club"]
        assert card.settings.recipe[0].key_file.read_text() == "FFFFFFFFFFFF"
        [reader] = point.all(PcscReader)
        reader.fault("fleeting", 1)
        reader.tap("04A1B2C3")
        until = time.monotonic() + 20
        while reader.shows and time.monotonic() < until:
            time.sleep(0.05)
        assert reader.shows is None  # it has gone by itself
        for name in ("hand", "fixed"):
            assert heard(config, name, point) == [ItemScanned(name, "SX0001234")]


def test_the_guide_s_own_words_are_a_configuration(tmp_path: Path) -> None:
    key = tmp_path / "campus.key"
    key.touch(0o600)
    key.write_text("FFFFFFFFFFFF")
    [section] = tomllib.loads(SHOWN)["card"]
    settings = {name: value for name, value in section.items() if name not in ("name", "driver")}
    settings["recipe"][0]["key_file"] = str(key)
    assert Settings.model_validate(settings).read == ("t-union", "campus", "club", "uid")


def test_what_the_point_s_own_configuration_says_holds_at_the_bench(tmp_path: Path) -> None:
    """A technician tries a point with its own settings: what is simulated must fit them, or be let in beside them."""
    raw = tomllib.loads((ROOT / "examples" / "rest.toml").read_text("utf-8"))
    raw["card"] = [
        {"name": "cards", "driver": "serial_card", "port": "/dev/ttyS5", "pattern": "CARD=(?P<uid>[0-9A-F]{8})"}
    ]
    raw["pad"] = [
        {"name": "fifth", "driver": "r2000", "port": "/dev/ttyS6", "address": 5},
        {"name": "text", "driver": "r2000", "port": "/dev/ttyS7", "layouts": ["text"]},
    ]
    raw["codes"] = {"item": "[0-9]{14}", "patron": "P[0-9]{9}"}
    raw["service"]["titles"] = False
    (tmp_path / "voice").mkdir()
    raw["screen"]["voice_files"] = "voice"
    (tmp_path / "kiosk.toml").write_text(tomli_w.dumps(raw), "utf-8")
    with Point(tmp_path / "kiosk.toml", tmp_path / "bench", pcsc=False, pace=0.0) as point:
        config = load(point.config)
        assert config.screen.voice_files == tmp_path / "voice"
        assert not config.plan().library.titles
        assert [config.codes.is_item(one) for one in ("SIP0001104", "33191000105864", "P123456789")] == [
            True,
            True,
            False,
        ]
        assert [config.codes.is_patron(one) for one in ("23529000035676", "P123456789")] == [True, True]
        [card] = config.cards
        source = card.module.connect("cards", card.settings, config.codes)
        source.wait(2.5)  # what is said sooner was lying there
        point.twin("cards", SerialReader).tap("04A1B2C3")
        assert until_heard(source, lambda one: isinstance(one, CardShown))
        source.close()
        for pad in config.pads:
            source = pad.module.connect(pad.name, pad.settings, config.codes)
            point.twin(pad.name, Pad).lay("SIP0001104")
            assert until_heard(source, lambda one: isinstance(one, PileSeen) and one.items == ("SIP0001104",)), pad.name
            source.close()


def until_heard(source: Any, wanted: Callable[[Any], bool]) -> Any:
    """The first reading that is as wanted."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for one in source.wait(0.1):
            if wanted(one):
                return one
    return None


def test_what_lies_behind_the_doors_lies_there_when_it_is_started_again(tmp_path: Path) -> None:
    config = configured(tmp_path)
    cabinet = Point(config, tmp_path).cabinet
    door = cabinet.names[0]
    cabinet.pull(door)
    for item in ("one", "two"):
        cabinet.put_in(door, item)
    cabinet.take_out(door, "one")
    assert Point(config, tmp_path).cabinet.inside(door) == ("two",)
