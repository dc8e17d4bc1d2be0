"""``kiosk restore`` at a library that speaks SIP2: real files, the real command, real sockets."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_restore import damage

from kiosk.cli import main
from kiosk.config import Config, load
from kiosk.core.session import Session, Step
from kiosk.store import Store
from simulators.library.seed import PEOPLE, card_number
from simulators.library.server import Library
from simulators.library.sip2.lending import Lending
from simulators.library.sip2.quirks import PROFILES
from simulators.library.sip2.server import Sip2Server
from sync.messages import ItemDropped, ParcelCollected, ParcelReady, Told
from sync.seal import Seal

POINT, DAY_S = "dongmen", 86400.0
ANN, BOB = [one[0] for one in PEOPLE if one[3] == "reader" and one[4] == "fine"][:2]
PATIENT = "doubt_wait_s = 0.5\nconnect_wait_s = 2.0\nanswer_wait_s = 2.0\ntell_wait_s = 8.0\n"
HASTY = "doubt_wait_s = 0.5\nconnect_wait_s = 0.5\nanswer_wait_s = 0.5\ntell_wait_s = 2.0\n"


class Point:
    """A point that lent and took back things of which its library heard nothing, and whose store is damaged."""

    def __init__(self, folder: Path, sip2: Sip2Server) -> None:
        self.sip2, self.ledger = sip2, sip2.desk._ledger
        self.desk = Lending(self.ledger, PROFILES["koha"])
        text = Path("examples/sip2.toml").read_text(encoding="utf-8")
        for old, new in (
            ("/var/lib/shuxiang-kiosk/store.db", "store.db"),
            ('host = "sip.library.example"\nport = 6001\n', f'host = "127.0.0.1"\nport = {sip2.port}\ntls = false\n'),
            ("kiosk-dongmen", sip2.user),
            ('"MAIN"', '"SIP"'),
            ('"DONGMEN"', f'"{POINT}"'),
            ("couriers = []\n", f"couriers = []\n{PATIENT}"),
        ):
            assert old in text
            text = text.replace(old, new)
        self.file = folder / "kiosk.toml"
        self.file.write_text(text, encoding="utf-8")
        for name, content in (("hashing.key", "42" * 32), ("sip2.password", sip2.password)):
            (folder / name).write_text(content)
            (folder / name).chmod(0o600)
        keyring = self.config.keyring
        self.seal = Seal(keyring.hashing, keyring.card)

    @property
    def config(self) -> Config:
        return load(self.file)

    def items(self, count: int) -> list[str]:
        isbn = self.ledger.rows("select isbn from titles")[0]["isbn"]
        names = [f"REP{n:04d}" for n in range(count)]
        for name in names:
            self.ledger.add("items", barcode=name, isbn=isbn, place="shelf", point="")
        return names

    def lend(self, who: str, item: str) -> None:
        """At the desk."""
        self.desk.lend(card_number(who), item, False, False, None)

    def told(self, story: Sequence[Told], ago_s: float) -> None:
        with closing(Store.open(self.config.store, self.config.plan())) as store:
            point = store.load()
            for n, one in enumerate(story):
                store.commit(point, Step(point, Session(n + 1)).fact(one), time.time() - ago_s + n)

    def restore(self) -> Result:
        damage(self.config.store, "parcels")
        return CliRunner().invoke(main, ["restore", str(self.file)], input="y\n", catch_exceptions=False)

    def running(self) -> set[tuple[str, str]]:
        rows = self.ledger.rows("select patron, barcode from loans where ended is null and barcode like 'REP%'")
        return {(row["patron"], row["barcode"]) for row in rows}

    def cases(self) -> dict[str, str]:
        """What the point makes of it, by what it is about."""
        with closing(Store.open(self.config.store, self.config.plan())) as store:
            return {case.things[0]: case.detail for case in store.load().cases.values()}


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    with closing(Library(tmp_path / "library")) as library, Sip2Server(library.ledger, PROFILES["koha"]) as sip2:
        yield Point(tmp_path, sip2)


def test_a_return_told_late_ends_nobodys_later_loan(point: Point) -> None:
    """It came back three days ago; yesterday the desk lent it to somebody else. What is still its reader's is over."""
    gone, theirs, unlent = point.items(3)
    point.lend(ANN, theirs)
    point.ledger.change("update loans set started = started - ?, due = due - ?", 10 * DAY_S, 10 * DAY_S)
    point.told(
        [
            ItemDropped(gone, "A1", True),
            ItemDropped(theirs, "A1", True, point.seal.hide(card_number(ANN))),
            ItemDropped(unlent, "A1", True),
        ],
        3 * DAY_S,
    )
    point.lend(BOB, gone)
    result = point.restore()
    assert result.exit_code == 0, result.output
    assert "told to the library: 3, of which 1 are cases" in result.output
    assert point.running() == {(BOB, gone)}
    assert list(point.cases()) == [gone]
    assert "perhaps a later loan: left alone" in point.cases()[gone]


def test_a_parcel_put_in_long_ago_ends_nobodys_loan_either(point: Point) -> None:
    (item,) = point.items(1)
    point.told([ParcelReady("h1", "A1", "courier-1", (item,))], 3 * DAY_S)
    point.lend(BOB, item)
    assert point.restore().exit_code == 0
    assert point.running() == {(BOB, item)}


def test_what_was_booked_and_not_answered_is_found_and_not_said_again(point: Point) -> None:
    """The power failed, and then the disk, before the answer was kept."""
    lent, back = point.items(2)
    point.lend(ANN, lent)
    story = [
        ParcelCollected("h1", point.seal.hide(card_number(ANN)), (lent,), "card", time.time() + 28 * DAY_S),
        ItemDropped(back, "A1", True),
    ]
    point.told(story, 3600.0)
    result = point.restore()
    assert result.exit_code == 0, result.output
    assert "on in 1 s" in result.output  # it may still be under way
    assert point.running() == {(ANN, lent)}
    assert not point.ledger.rows("select 1 from renewals")
    assert "11" not in point.sip2.heard


class Slowly:
    """The desk of a library that thinks before each answer."""

    def __init__(self, desk: object, seconds: float) -> None:
        self._desk, self._seconds = desk, seconds

    def answer(self, asked: object) -> object:
        time.sleep(self._seconds)
        return self._desk.answer(asked)  # type: ignore[attr-defined]


@pytest.mark.parametrize("seconds", [0.1, 0.13, 0.2])  # so that the rounds end here and there
def test_a_slow_library_is_told_everything_in_the_end_and_once(point: Point, seconds: float) -> None:
    items = point.items(12)
    for item in items:
        point.lend(ANN, item)
    point.told([ItemDropped(item, "A1", True, point.seal.hide(card_number(ANN))) for item in items], 3600.0)
    point.file.write_text(point.file.read_text(encoding="utf-8").replace(PATIENT, HASTY), encoding="utf-8")
    point.sip2.desk = Slowly(point.sip2.desk, seconds)  # type: ignore[assignment]
    result = point.restore()
    assert result.exit_code == 0, result.output
    assert result.output.count("takes its time") >= 3
    assert "told to the library: 12, of which 0 are cases" in result.output
    assert point.running() == set()
    assert list(point.sip2.heard).count("09") == len(items)


def test_cut_off_in_the_middle_it_is_done_again_and_nothing_counts_twice(point: Point) -> None:
    items = point.items(4)
    for item in items:
        point.lend(ANN, item)
    point.told([ItemDropped(item, "A1", True, point.seal.hide(card_number(ANN))) for item in items], 3600.0)
    point.sip2.fault("silent", 1, at="09")
    result = point.restore()
    assert result.exit_code == 1
    assert "Nothing was changed here; try again when it answers" in result.output
    result = CliRunner().invoke(main, ["restore", str(point.file)], input="y\n", catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "told to the library: 4, of which 0 are cases" in result.output
    assert point.running() == set()
    assert len(point.ledger.rows("select 1 from loans where barcode like 'REP%'")) == len(items)
