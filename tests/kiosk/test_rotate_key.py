"""A key that may have been seen is changed, and nobody stands before a door meanwhile: ``kiosk rotate-key``."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bad_day import HERS, OTHERS, Point, back, served
from courier import COURIER, POINT
from points import open_to_others
from pytest_mock import MockerFixture

from kiosk.core.screens import Home
from kiosk.core.session import Session, Step
from kiosk.core.staff_screens import Courier
from kiosk.receipt import key_beside, make_key, read_key, signer
from kiosk.schema import StoreUnfit
from kiosk.secrets_file import before_of
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
    again = point.kiosk("rotate-key", "hashing", "--done")
    assert again.exit_code == 2
    assert ("no key is being changed" in again.output, "without --done" in again.output) == (
        True,
        False,
    )  # one more key


def keys(point: Point) -> Path:
    return point.folder / "points" / POINT / "hashing.key"


def test_done_too_early_the_old_cards_are_strangers_and_it_can_be_undone(point: Point, library: Library) -> None:
    point.kiosk("rotate-key", "hashing")
    said = point.kiosk("rotate-key", "hashing", "--done").output
    boot(point)
    assert not collects(point, HERS)
    point.day.store.close()
    undo = re.search(r"mv (\S+) (\S+),", said)
    assert undo
    assert Path(undo[1]).stat().st_mode & 0o777 == 0o600
    Path(undo[1]).rename(undo[2])
    boot(point)
    assert collects(point, HERS)
    point.day.store.close()
    assert point.kiosk("rotate-key", "hashing", "--done").exit_code == 0


@pytest.mark.parametrize("half_made", [False, True])
def test_the_power_fails_before_the_new_key_is_in_its_place(
    point: Point, library: Library, mocker: MockerFixture, half_made: bool
) -> None:
    """Typed again, it does what it did not: the old key is not taken for the new one."""
    path, old = keys(point), keys(point).read_text()
    cut = "pathlib.Path.replace" if half_made else "os.link"
    mocker.patch(cut, side_effect=KeyboardInterrupt)
    assert point.kiosk("rotate-key", "hashing").exit_code == 1
    mocker.stopall()
    assert path.read_text() == old
    refused = point.kiosk("rotate-key", "hashing", "--done")
    assert (refused.exit_code, before_of(path).exists()) == (2, half_made)
    assert ("type it without --done first" in refused.output) == half_made
    with closing(Store.open(point.config.store, point.config.plan())):  # it was started again with the machine
        refused = point.kiosk("rotate-key", "hashing")
    assert (refused.exit_code, "HAS changed" in refused.output) == (3, False)
    assert point.kiosk("rotate-key", "hashing", answer="n\n").exit_code == 1
    assert path.read_text() == old
    assert "new key: " in point.kiosk("rotate-key", "hashing").output
    assert (before_of(path).read_text(), path.read_text() != old) == (old, True)
    boot(point)
    assert collects(point, HERS)
    point.day.store.close()


def test_typed_again_weeks_later_it_says_that_no_key_was_made(point: Point) -> None:
    point.kiosk("rotate-key", "hashing")
    files = {path: path.read_text() for path in (keys(point), before_of(keys(point)))}
    again = point.kiosk("rotate-key", "hashing", answer="")
    assert again.exit_code == 0
    assert "No new key was made" in again.output
    assert "new key: " not in again.output
    assert "To undo" not in again.output
    assert files == {path: path.read_text() for path in files}


def test_nothing_changes_under_a_running_kiosk(point: Point) -> None:
    config = point.config
    for words in ((), ("--done",)):
        files = {path: path.read_bytes() for path in keys(point).parent.iterdir()}
        with closing(Store.open(config.store, config.plan())):
            refused = point.kiosk("rotate-key", "hashing", *words)
        assert (refused.exit_code, "stop that one first" in refused.output) == (3, True)
        assert files == {path: path.read_bytes() for path in keys(point).parent.iterdir()}
        point.kiosk("rotate-key", "hashing")


def test_a_damaged_store_keeps_its_key(point: Point) -> None:
    old = keys(point).read_text()
    point.config.store.write_bytes(b"no store at all")
    assert point.kiosk("rotate-key", "hashing").exit_code == 3
    assert (keys(point).read_text(), before_of(keys(point)).exists()) == (old, False)


@pytest.mark.parametrize("words", [(), ("--done",)])
def test_a_key_that_cannot_be_changed_is_no_fault_of_the_store(
    point: Point, mocker: MockerFixture, words: tuple[str, ...]
) -> None:
    if words:
        point.kiosk("rotate-key", "hashing")
    before = point.config.keyring
    blocked = keys(point).with_name("hashing.key.new")
    blocked.mkdir()  # in the way of what is written or renamed, as a directory of somebody else is (not for root)
    mocker.patch("kiosk.rotate.kept_as", return_value=blocked)
    result = point.kiosk("rotate-key", "hashing", *words)
    assert (result.exit_code, f"kiosk: {keys(point)}: cannot be changed" in result.output) == (2, True)
    assert "store.db" not in result.output
    assert point.config.keyring == before


def test_the_power_fails_before_numbers_are_sealed_anew(point: Point) -> None:
    """Then they are by whatever is typed next, also ``--done``: nobody's number is lost with the old key."""
    config = point.config
    patron = Seal(config.keyring.hashing, config.keyring.card).hide("23529000035676")
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        store.commit(before, Step(before, Session(4)).put(Patron(patron, "L.")), 1.79e9)
    store_then = config.store.read_bytes()
    point.kiosk("rotate-key", "hashing")
    config.store.write_bytes(store_then)
    assert point.kiosk("rotate-key", "hashing", "--done").exit_code == 0
    new = Seal(point.config.keyring.hashing, point.config.keyring.card)
    with closing(Store.open(config.store, config.plan())) as store:
        patrons = [one for one in store.load().patrons if one.startswith("s.")]
    assert [new.show(one).get_secret_value() for one in patrons] == ["23529000035676"]


def test_the_disk_is_full_before_numbers_are_sealed_anew(point: Point, mocker: MockerFixture) -> None:
    """It says that the key has changed; a kiosk that starts then still knows whose loans wait to be told."""
    config = point.config
    patron = Seal(config.keyring.hashing, config.keyring.card).hide("23529000035676")
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        told = ParcelCollected("h1", patron, ("SIP0000001",), "card", 1.79e9)
        store.commit(before, Step(before, Session(4)).put(Patron(patron, "L.")).fact(told), 1.79e9)
    mocker.patch("kiosk.rotate.transaction", side_effect=StoreUnfit("the disk is full"))
    result = point.kiosk("rotate-key", "hashing")
    mocker.stopall()
    assert result.exit_code == 3
    assert "the disk is full. The key HAS changed" in result.output
    keyring = point.config.keyring
    assert keyring.hashing != config.keyring.hashing
    assert Seal(keyring.hashing, keyring.card, keyring.before).show(patron).get_secret_value() == "23529000035676"
    assert "numbers sealed anew: 2" in point.kiosk("rotate-key", "hashing").output


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
    assert open_to_others(config.store) == []
    assert "unknown" in point.kiosk("verify", old).output
    assert "genuine" in point.kiosk("verify", "--key", str(public), old).output
    assert "genuine" in point.kiosk("verify", signer(read_key(path), POINT)(slip)).output


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What becomes of files and folders, in its order: which is named, and which is safe from a power cut."""
    steps: list[str] = []

    def seen(name: str, of: Callable[..., str]) -> None:
        real = getattr(os, name)

        def does(*args: Any, **more: Any) -> Any:
            steps.append(f"{name} {Path(of(*args)).name}")
            return real(*args, **more)

        monkeypatch.setattr(os, name, does)

    seen("fsync", lambda file: os.readlink(f"/proc/self/fd/{file}"))
    for name in ("link", "rename", "replace"):
        seen(name, lambda old, new: f"{new}")
    return steps


def test_what_a_power_cut_may_leave_of_a_hashing_key_is_a_whole_one(point: Point, on_disk: list[str]) -> None:
    """Nor is there ever a new one and none of before."""
    assert point.kiosk("rotate-key", "hashing").exit_code == 0
    folder = f"fsync {POINT}"
    assert on_disk == ["fsync hashing.key.new", "link hashing.key.before", folder, "replace hashing.key", folder]
    on_disk.clear()
    assert point.kiosk("rotate-key", "hashing", "--done").exit_code == 0
    (kept,) = keys(point).parent.glob("hashing.key.kept-*")
    assert on_disk == [f"rename {kept.name}", folder]  # else the old one counts again after the cut


def test_what_a_power_cut_may_leave_of_a_key_for_receipts_is_a_whole_one(point: Point, on_disk: list[str]) -> None:
    """Nor is one ever moved away of which there is no public key."""
    path = key_beside(point.config.store)
    made = [f"fsync {path.name}.new", f"rename {path.name}", f"fsync {path.parent.name}"]
    make_key(path)
    assert on_disk == made
    on_disk.clear()
    assert point.kiosk("rotate-key", "receipts").exit_code == 0
    (public,) = path.parent.glob(f"{path.name}.*.pem")
    (kept,) = path.parent.glob(f"{path.name}.kept-*")
    folder = f"fsync {path.parent.name}"
    left = [f"fsync {public.name}.new", f"rename {public.name}", f"fsync {path.name}.new", f"link {kept.name}", folder]
    assert on_disk == [*left, f"replace {path.name}", folder]


def test_nothing_happens_without_a_yes(point: Point) -> None:
    old = point.config.keyring.hashing
    for words in (("hashing",), ("receipts",)):
        assert point.kiosk("rotate-key", *words, answer="n\n").exit_code == 1
    assert point.config.keyring.hashing == old
    assert not key_beside(point.config.store).exists()
    assert point.kiosk("rotate-key", "receipts").exit_code == 2  # there is none yet


def test_done_says_whose_helpers_will_stand_there_in_vain(point: Point, library: Library) -> None:
    """Codes that readers made here for somebody else are this machine's own: the library cannot send them anew."""
    config = point.config
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        for parcel, until in zip(sorted(before.parcels)[:2], (4e9, 1.0), strict=True):
            row = replace(before.parcels[parcel], helper="h" * 64, helper_until=until)
            store.commit(before, Step(before, Session(4)).put(row), 1.79e9)
    point.kiosk("rotate-key", "hashing")
    assert "for a helper before the change, and that end now: up to 1\n" in point.kiosk(
        "rotate-key", "hashing", "--done"
    ).output.replace("\r", "")
