"""After a day of all kinds of people and faults: nobody's number, name, telephone, PIN or code stands in a log, in what
`kiosk journal` prints, or in the store's file as it lies on the disk; nor does the point's own password. Titles
stand in the store alone."""

import json
import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.journal_words import line, without_patrons
from kiosk.reading import open_journal
from simulators.library.sip2 import talk
from tests.simulation import sip2_wire
from tests.simulation.day import Day
from tests.simulation.library import KEYRING, POINT, Library
from tests.simulation.life import live_a_day
from tests.simulation.owner import Newcomer, Owner
from tests.simulation.world import Script

PASSWORD = "the-point's-own-password"


def titles(day: "Kept") -> set[str]:
    """What people read. It stands in the store, and nowhere else."""
    return {item.title for packed in day.world.library.parcels.values() for item in packed.sent.items}


def personal(day: "Kept") -> set[str]:
    """What nobody may read there."""
    library = day.world.library
    found = {*day.cards.values(), *library.pins.values(), *(pin[::-1] for pin in library.pins.values())}
    if isinstance(library, Library):
        found |= {typed for one in day.newcomers for typed in (one.card, one.phone, one.pin)}
        found |= {packed.code for packed in library.parcels.values()} | {one.qr for one in library.parcels.values()}
    else:
        rows = library.ledger.rows("select name, phone from patrons where role = 'reader'")
        found |= {value for row in rows for value in (row["name"], row["phone"])}
    return {one for one in found if one}


class Kept(Day):
    """A day whose store is looked into before its directory goes. Its readers have PINs of twelve digits, which stand
    in no hash by chance; some people become readers, and choose one as long as may be."""

    looked: Callable[["Kept"], None]

    def fill(self) -> None:
        super().fill()
        self.readers = [name for name in self.cards if name.startswith("R")]
        self.world.library.wants_pins({name: f"{self.rng.randrange(10**12):012d}" for name in self.readers})
        self.newcomers: list[Newcomer] = []

    def one(self) -> Script:
        if isinstance(library := self.world.library, Library) and self.rng.random() < 0.2:
            person = Newcomer(self.world, f"N{len(self.newcomers):02d}")
            self.newcomers.append(person)
            library.citizens[KEYRING.card(person.card)] = person.name
            yield from person.visit()
        if self.rng.random() < 0.5:
            name = self.rng.choice(self.readers)
            mine = [p for p in self.world.library.parcels.values() if p.sent.patron == name]
            yield from Owner(self.world, name, self.cards[name], mine).visit()
        yield from super().one()

    def evening(self) -> None:
        super().evening()
        type(self).looked(self)


def named(text: str, people: set[str]) -> int:
    """How many of these stand there (and how many only, lest a failing test tell who)."""
    return sum(bool(re.search(rf"(?<![0-9A-Fa-f]){re.escape(one)}(?![0-9A-Fa-f])", text)) for one in people)


@pytest.mark.parametrize("sip2", [False, True])
def test_a_day_leaves_nothing_personal(
    sip2: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    places: dict[str, str] = {}
    people: set[str] = set()
    read: set[str] = set()

    def look(day: Kept) -> None:
        people.update(personal(day))
        read.update(titles(day))
        path: Path = day.world.path
        with open_journal(path, POINT) as book:
            entries = book.entries(limit=100_000)
        assert len(entries) > 100
        places["kiosk journal"] = "\n".join(line(entry, KEYRING.hashing) for entry in entries)
        said = (without_patrons(entry, KEYRING.hashing) for entry in entries)
        places["kiosk journal --json"] = "\n".join(json.dumps(one, ensure_ascii=False) for one in said)
        files = path.parent.glob(f"{path.name}*")
        places["the store"] = "\n".join(file.read_bytes().decode("utf-8", "replace") for file in files)

    monkeypatch.setattr(Kept, "looked", look, raising=False)
    for module in (talk, sip2_wire):
        monkeypatch.setattr(module, "PASSWORD", PASSWORD)
    day = live_a_day(3, visits=80, sip2=sip2, kind=Kept)
    places["logs"] = caplog.text
    places["standard output and error"] = "".join(capfd.readouterr())
    assert len(people) > 10
    assert sum("types a PIN" in told for told in day.world.story) > 5
    assert sip2 or any(person.name in day.world.library.patrons for person in day.newcomers)  # type: ignore[attr-defined]
    people.add(PASSWORD)
    assert places["logs"]  # the store had its troubles, and they were logged
    assert all(named(f"card {one}, read", people) for one in people)
    assert {where: named(text, people) for where, text in places.items()} == dict.fromkeys(places, 0)
    assert named(places["the store"], read) > 2
    assert {where: named(text, read) for where, text in places.items() if where != "the store"} == dict.fromkeys(
        [where for where in places if where != "the store"], 0
    )
    patrons = [name for name in day.cards if name.startswith("R")]
    for where in ("kiosk journal", "kiosk journal --json", "logs"):
        for patron in patrons:
            assert not re.search(rf"\b{patron}\b", places[where]), f"{where} names {patron}"
