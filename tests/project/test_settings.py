"""Every setting there is, is explained where people look, with the default it has."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel
from test_docs import TYPED, typed
from tree import text

from hardware.rfid.recipe import Recipe
from hardware.scanner.barcode import Meanings
from kiosk.core.limits import Limits
from kiosk.frontend import ScreenSettings
from kiosk.sections import BoardKeys, DeviceKeys, DutySettings, Fixture, Keys, Point, ServiceKeys, StoreFile

EXAMPLES = {"rest.toml": "rest", "sip2.toml": "sip2"}
OURS: dict[str, type[BaseModel]] = {
    "point": Point,
    "store": StoreFile,
    "keys": Keys,
    "codes": Meanings,
    "compartment": Fixture,
    "duty": DutySettings,
    "limits": Limits,
    "screen": ScreenSettings,
}
DRIVEN: dict[str, type[BaseModel]] = {"board": BoardKeys, "service": ServiceKeys}
KINDS = ("board", "card", "pad", "scanner", "printer", "service")
DRIVERS = {one.name: one.load() for kind in KINDS for one in entry_points(group=f"kiosk.{kind}")}
HEADING = re.compile(r"^(?:# )?\[+([a-z.]+)\]+", re.MULTILINE)
SETTING = re.compile(r"^(# )?(\w+) = (.*)$", re.MULTILINE)


class Section(NamedTuple):
    """One of an example: its name, its driver if it has one, and its settings, set or only shown."""

    file: str
    name: str
    driver: str
    set: dict[str, Any]
    shown: dict[str, Any]

    @property
    def models(self) -> tuple[type[BaseModel], ...]:
        """What may stand in it."""
        if not self.driver:
            return (OURS[self.name],)
        return DRIVEN.get(self.name, DeviceKeys), DRIVERS[self.driver].Settings

    @property
    def defaults(self) -> dict[str, Any]:
        """Its settings, as JSON has them when they are left out; a board's usual speed is its driver's."""
        usual = {"baud": DRIVERS[self.driver].BAUD} if self.name == "board" else {}
        return {name: plain(field.default) for m in self.models for name, field in m.model_fields.items()} | usual


def plain(value: Any) -> Any:
    """As it stands in TOML."""
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return value.value if hasattr(value, "value") else value


@cache
def sections(file: str) -> tuple[Section, ...]:
    """Those of an example; of several compartments only the first, which is the one that is explained."""
    return tuple(_sections(file))


def _sections(file: str) -> Iterator[Section]:
    _, *pieces = HEADING.split(text(Path("examples", file)))
    done: set[str] = set()
    for name, lines in zip(pieces[::2], pieces[1::2], strict=True):
        said = [(hidden, key, tomllib.loads(f"it = {value}")["it"]) for hidden, key, value in SETTING.findall(lines)]
        stands = {key: value for hidden, key, value in said if not hidden}
        if name != "compartment" or name not in done:
            done.add(name)
            yield Section(
                file, name, stands.get("driver", ""), stands, {key: value for hidden, key, value in said if hidden}
            )


ALL = [section for file in EXAMPLES for section in sections(file)]


@pytest.mark.parametrize("section", ALL, ids=lambda one: f"{one.file} {one.name} {one.driver}".strip())
def test_what_an_example_shows_is_a_setting_and_its_default(section: Section) -> None:
    for name, shown in section.shown.items():
        default = section.defaults[name]
        if default not in (None, "", []):  # else there is none, and what stands there is an example
            assert (name, shown) == (name, default)
    assert set(section.set) <= set(section.defaults)


@pytest.mark.parametrize("name", OURS)
def test_the_example_explains_all_of_a_section(name: str) -> None:
    [section] = (one for one in sections("rest.toml") if one.name == name)
    explained = {*section.set, *section.shown}
    if name == "screen":  # has a table of its own
        explained |= words(text(Path("docs", "technician.md")).split("## The screen's settings")[1].split("\n## ")[0])
    assert set(section.defaults) - explained == set()


@pytest.mark.parametrize("driver", DRIVERS)
def test_each_driver_is_explained(driver: str) -> None:
    """In the section of an example, if one has it; else where technicians read."""
    [*there] = (one for one in ALL if one.driver == driver)
    explained = {name for section in there for name in (*section.set, *section.shown)}
    if not there:
        explained |= words(*(typed(Path("docs", f"{name}.md")) for name in ("technician", "drivers")))
    assert set(DRIVERS[driver].Settings.model_fields) - explained - {"recipe"} == set()


def test_recipes_are_explained() -> None:
    section = text(Path("docs", "technician.md")).split("## What a card's number is")[1].split("\n## ")[0]
    assert set(Recipe.model_fields) - words(*("".join(piece) for piece in TYPED.findall(section))) == set()


def words(*texts: str) -> set[str]:
    """All of them."""
    return {word for said in texts for word in re.findall(r"\w+", said)}
