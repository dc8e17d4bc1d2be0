"""A mutant is killed by a test that fails, and by nothing else; what is not mutated lives."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mutants import forked

FUNCTION = "halves.x_half"
TESTS = f"""
import os

def half(n):
    chosen = os.environ["{forked.CHOICE}"]
    while chosen == "{FUNCTION}__mutmut_2":
        pass
    return n // 3 if chosen == "{FUNCTION}__mutmut_1" else n // 2

def test_of_six():
    assert half(6) == 3

def test_of_nothing():
    assert half(0) == 0
"""
ALONE = """
import os

HERE = os.getpid()

def test_that_lives_on_its_process():
    assert os.getpid() == HERE
"""


class Instead:
    """A plugin of pytest: does this with the tests that were collected."""

    def __init__(self, what: Callable[[list[pytest.Item]], None]) -> None:
        self._what = what

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._what(session.items)
        return True


def collected(folder: Path, text: str, what: Callable[[list[pytest.Item]], None]) -> None:
    """Do this with those tests, which take no time."""
    file = folder / f"test_in_{folder.name}.py"  # a module is imported once under its name
    file.write_text(text)
    plain = "-q -p no:xdist -p no:cacheprovider --timeout=0 --rootdir"
    arguments = [*plain.split(), str(folder), str(file)]
    assert pytest.main(arguments, plugins=[Instead(what)]) == 0


def test_what_a_test_notices_is_killed_and_what_is_not_mutated_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forked, "LEAST_S", 1)
    said = dict[str, str]()

    def tried(items: list[pytest.Item]) -> None:
        took = dict.fromkeys((item.nodeid for item in items), 0.0)
        for number in range(3):
            said[str(number)] = forked.verdict(f"{FUNCTION}__mutmut_{number}", items, took)
        said["unnoticed"] = forked.verdict(f"{FUNCTION}__mutmut_1", items[1:], took)
        forked.control(FUNCTION, items, took)

    collected(tmp_path, TESTS, tried)
    assert said == {"0": "lived", "1": "killed", "2": "endless", "unnoticed": "lived"}


def test_what_breaks_around_the_tests_kills_nothing_and_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("not of a test")

    monkeypatch.setattr(forked, "runtestprotocol", breaks)
    said = []

    def tried(items: list[pytest.Item]) -> None:
        took = dict.fromkeys((item.nodeid for item in items), 0.0)
        said.append(forked.verdict(f"{FUNCTION}__mutmut_1", items, took))
        with pytest.raises(pytest.exit.Exception, match="with nothing mutated ended by 3"):
            forked.control(FUNCTION, items, took)

    collected(tmp_path, TESTS, tried)
    assert said == ["ended by 3"]


def test_a_test_that_fails_in_a_fork_alone_ends_the_run(tmp_path: Path) -> None:
    def tried(items: list[pytest.Item]) -> None:
        assert forked.passed(items[0], None)
        with pytest.raises(pytest.exit.Exception, match="with nothing mutated killed"):
            forked.control(FUNCTION, items, {items[0].nodeid: 0.0})

    collected(tmp_path, ALONE, tried)
