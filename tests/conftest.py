"""What all tests share: PC/SC that is theirs alone, and no clock over property tests."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from readers import OMNIKEY, PICC

from simulators.pcscd import Pcscd

LONGEST = {"test_tour", "test_dialogs_left_open", "test_kills", "test_scenarios"}
SLOW = {"end_to_end", "kills", "screens", "simulation", "simulators", "cuts"}  # seconds each, most of it waiting

gc.disable()  # what is collected here, a million objects, stays: it is not looked through again and again

settings.register_profile("house", deadline=None)  # how fast something is, no test decides
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``pytest tests/end_to_end --glass``: every story with its window, by touches on the glass."""
    parser.addoption("--glass", action="store_true", help="end to end: touch a real window where the kiosk has one")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Behind glass only those are played that differ there: the others have a window of their own, or none by their
    nature."""
    items[:] = spread(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    same = pytest.mark.skip(reason="the same with --glass and without")
    for item in items if config.getoption("--glass") else ():
        if item.path.parent.name == "end_to_end" and "kiosk_of" not in getattr(item, "fixturenames", ()):
            item.add_marker(same)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def spread(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """In an order of which each worker, whose share is one stretch of it, begins with as many slow files as the others,
    the longest first, and ends with quick ones, so that none of the slow is waited for alone at the end."""
    slow, quick = dict[Path, list[pytest.Item]](), list[pytest.Item]()
    for item in items:
        if item.path.stem in LONGEST or SLOW & set(item.path.parts):
            slow.setdefault(item.path, []).append(item)
        else:
            quick.append(item)
    files = sorted(slow, key=lambda path: path.stem not in LONGEST)
    shares = [[item for path in files[n::workers] for item in slow[path]] for n in range(workers)]
    for n, share in enumerate(shares):
        more = max(0, len(items) * (n + 1) // workers - len(items) * n // workers - len(share))
        share += quick[:more]
        del quick[:more]
    return [*(item for share in shares for item in share), *quick]


@pytest.fixture(scope="session", autouse=True)
def _pcsc() -> Iterator[Pcscd]:
    """From the first on, as libpcsclite reads the place of its socket once per process. Nothing runs yet."""
    daemon = Pcscd([PICC, OMNIKEY])
    os.environ.update(daemon.env)
    yield daemon
    daemon.close()


@pytest.fixture
def pcscd(_pcsc: Pcscd) -> Pcscd:
    """A running pcscd of this test process, with two virtual readers; a test may stop or restart it."""
    if not _pcsc.running:
        _pcsc.start()
    return _pcsc
