"""A small point with a day behind it, for the drills of bad days: real files, its library over HTTP."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner, Result
from courier import COURIER, POINT, Round

from kiosk.cli import main
from kiosk.config import Config, load
from kiosk.core.events import Online
from simulators.library.server import Library

MINE, HERS, OTHERS = "R1001", "R1002", "R1003"


def away(day: Round) -> None:
    day.online = False
    day.do(Online(False))


def back(day: Round) -> None:
    """The library is there again, and hears all."""
    day.online = True
    day.now += 400.0
    day.do(Online(True))
    while day.store.waiting_count():
        day.wait(60)


class Point:
    """A small point with a day behind it: three parcels loaded and two books back; then the library is away, one parcel
    is collected and one more book comes back."""

    def __init__(self, example: Path, folder: Path) -> None:
        with Library(folder):  # its secrets
            pass
        files = folder / "points" / POINT
        text = example.read_text(encoding="utf-8").replace('"hashing.key"', f'"{files / "hashing.key"}"')
        text = text.replace('"service.token"', f'"{files / "credential"}"')
        self.file, self.folder = example, folder
        example.write_text(text.replace('"library-pass.pem"', f'"{files / "pass.pub"}"'), encoding="utf-8")
        self.day = Round(folder, self.config.store, self.config.plan())
        day = self.day
        self.parcels = {who: day.pack(who) for who in (MINE, HERS, OTHERS)}
        day.hear()
        day.tap(COURIER)
        self.doors = {who: day.load(parcel) for who, parcel in self.parcels.items()}
        day.touch("finish")
        self.back = [day.item(), day.item()]
        away(day)
        day.give_back(self.back[0])
        back(day)
        away(day)
        day.tap(MINE)
        door = day.opens()
        day.inside[door].clear()
        day.shut(door)
        day.wait(60)
        day.give_back(self.back[1])
        day.wait(60)
        day.store.close()

    @property
    def config(self) -> Config:
        return load(self.file)

    def serve(self, library: Library) -> None:
        text = self.file.read_text(encoding="utf-8")
        self.file.write_text(text.replace("https://lending.library.example/kiosk", library.url), encoding="utf-8")

    def kiosk(self, *words: str, answer: str = "y\n") -> Result:
        return CliRunner().invoke(main, [words[0], str(self.file), *words[1:]], input=answer, catch_exceptions=False)

    def told(self, library: Library, kind: str) -> Counter[str]:
        rows = library.ledger.rows("select telling from received where telling like ?", f'%"kind":"{kind}"%')
        return Counter(row["telling"] for row in rows)


def served(point: Point) -> Iterator[Library]:
    """The library of this point, over HTTP, in the time of the point."""
    point.day.ledger.close()
    with Library(point.folder, clock=lambda: point.day.now) as library:
        point.day.ledger = library.ledger
        point.serve(library)
        yield library
