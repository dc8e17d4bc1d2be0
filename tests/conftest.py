"""What all tests share: PC/SC that is theirs alone, and no clock over property tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from readers import OMNIKEY, PICC

from simulators.pcscd import Pcscd

LONGEST = {"test_tour", "test_dialogs_left_open", "test_kills", "test_walk", "test_replay_every_kind"}

settings.register_profile("house", deadline=None)  # how fast something is, no test decides
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``pytest tests/end_to_end --glass``: every story with its window, by touches on the glass."""
    parser.addoption("--glass", action="store_true", help="end to end: touch a real window where the kiosk has one")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest begin first, so that none of them is waited for alone at the end. Behind glass only those are played
    that differ there: the others have a window of their own, or none by their nature."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)
    same = pytest.mark.skip(reason="the same with --glass and without")
    for item in items if config.getoption("--glass") else ():
        if item.path.parent.name == "end_to_end" and "kiosk_of" not in getattr(item, "fixturenames", ()):
            item.add_marker(same)


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
