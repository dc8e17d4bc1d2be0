"""A key that may have been seen is changed, and nobody stands before a door meanwhile: ``kiosk rotate-key``."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from bad_day import HERS, OTHERS, Point, back, served
from courier import COURIER, POINT

from kiosk.core.screens import Home
from kiosk.core.session import Session, Step
from kiosk.core.staff_screens import Courier
from kiosk.receipt import key_beside, make_key, read_key, signer
from kiosk.slip import Slip
from kiosk.store import Store
from simulators.library.server import Library
from sync.messages import ItemDropped, ParcelCollected
from sync.seal import Seal
from sync.things import Patron


@pytest.fixture
def point(example: Path, tmp_path: Path) -> Point:
    return Point(example, tmp_path / "library")


@pytest.fixture
def library(point: Point) -> Iterator[Library]:
    yield from served(point)


def boot(point: Point) -> None:
    """The kiosk starts, with the keys that its files hold now."""
    point.day.plan = point.config.plan()
    point.day.boot()
    back(point.day)


def collects(point: Point, who: str, code: str = "") -> bool:
    """Whether this reader gets their parcel, by card or by a typed code."""
    day = point.day
    if code:
        day.touch("collect")
        for digit in code:
            day.touch("digit", digit)
        day.touch("enter")
    else:
        day.tap(who)
    if not day.waiting:
        return False
    name = day.opens()
    assert name == point.doors[who]
    day.inside[name].clear()
    day.shut(name)
    day.touch("finish")
    for _ in range(3):
        day.wait(60)
    assert isinstance(day.screen, Home)
    return True


def test_the_hashing_key_while_people_go_on_coming(point: Point, library: Library) -> None:
    row = library.ledger.row("select code from parcels where id = ?", point.parcels[OTHERS])
    assert row is not None
    old = point.config.keyring.hashing
    result = point.kiosk("rotate-key", "hashing")
    assert result.exit_code == 0, result.output
    assert "give the new one to the library" in result.output.lower()
    new = point.config.keyring.hashing
    assert new != old
    assert (point.folder / "points" / POINT / "hashing.key").stat().st_mode & 0o777 == 0o600
    assert new.hex() not in result.output

    boot(point)  # the library has not got it yet
    assert collects(point, HERS)
    point.day.tap(COURIER)
    assert isinstance(point.day.screen, Courier)
    point.day.touch("finish")
    point.day.store.close()

    library.ledger.rekey(POINT, new)  # now it has, and sends everybody anew
    boot(point)
    point.day.hear()
    assert collects(point, OTHERS, str(row["code"]))
    point.day.store.close()

    assert point.kiosk("rotate-key", "hashing", "--done").exit_code == 0
    assert point.config.keyring.before == b""
    boot(point)
    point.day.tap(COURIER)
    assert isinstance(point.day.screen, Courier)
    point.day.store.close()
    assert "no key is being changed" in point.kiosk("rotate-key", "hashing", "--done").output


def test_done_too_early_the_old_cards_are_strangers_and_it_can_be_undone(point: Point, library: Library) -> None:
    path = point.folder / "points" / POINT / "hashing.key"
    old = path.read_text()
    point.kiosk("rotate-key", "hashing")
    point.kiosk("rotate-key", "hashing", "--done")
    boot(point)
    assert not collects(point, HERS)
    point.day.store.close()
    path.write_text(old)
    boot(point)
    assert collects(point, HERS)
    point.day.store.close()


def test_a_code_nobody_has_is_wrong_once_under_two_keys(point: Point, library: Library) -> None:
    point.kiosk("rotate-key", "hashing")
    boot(point)
    assert not collects(point, HERS, "00000000")
    assert point.day.loop.point.counters.wrong_codes == 1
    point.day.store.close()


def test_numbers_that_are_kept_sealed_are_sealed_anew(point: Point, tmp_path: Path) -> None:
    """As a SIP2 library wants them: what waits is told, and a card is known, under the new key."""
    number = "23529000035676"
    config = point.config
    old = Seal(config.keyring.hashing, config.keyring.card)
    patron = old.hide(number)
    told = (
        ParcelCollected("h1", patron, ("SIP0000001",), "card", 1.79e9),
        ItemDropped("SIP0000003", "A1", True, patron),
    )
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        row = Patron(patron, "L.", cards=(config.keyring.card(number),))
        store.commit(before, Step(before, Session(4)).put(row).fact(*told), 1.79e9)
    assert "sealed anew: 3" in point.kiosk("rotate-key", "hashing").output
    config = point.config
    new = Seal(config.keyring.hashing, config.keyring.card)
    with closing(Store.open(config.store, config.plan())) as store:
        loaded, waiting = store.load(), [telling.told for telling in store.waiting(100)]
        assert store.journal.verify().ok
    assert loaded.patrons[new.hide(number)].cards == (config.keyring.card(number),)
    people = [one.patron for one in waiting if isinstance(one, ParcelCollected | ItemDropped) and "s." in one.patron]
    assert [new.show(one).get_secret_value() for one in people] == [number, number]
    assert "sealed anew: 0" in point.kiosk("rotate-key", "hashing").output  # once more: it was all done
    assert point.config.keyring.hashing == config.keyring.hashing


def test_the_key_for_receipts(point: Point) -> None:
    config = point.config
    path = key_beside(config.store)
    make_key(path)
    slip = Slip("return", 7, "3", 1.79e9, (("Title", "SIP0000001"),))
    old = signer(read_key(path), POINT)(slip)
    result = point.kiosk("rotate-key", "receipts")
    assert result.exit_code == 0, result.output
    (public,) = path.parent.glob("store.db.receipt-key.*.pem")
    assert "unknown" in point.kiosk("verify", old).output
    assert "genuine" in point.kiosk("verify", "--key", str(public), old).output
    assert "genuine" in point.kiosk("verify", signer(read_key(path), POINT)(slip)).output


def test_nothing_happens_without_a_yes(point: Point) -> None:
    old = point.config.keyring.hashing
    for words in (("hashing",), ("receipts",)):
        assert point.kiosk("rotate-key", *words, answer="n\n").exit_code == 1
    assert point.config.keyring.hashing == old
    assert not key_beside(point.config.store).exists()
    assert point.kiosk("rotate-key", "receipts").exit_code == 2  # there is none yet
