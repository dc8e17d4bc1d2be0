"""The tests of the core against many mutants, in one process: ``python -m tests.mutants.tried FOLDER``.

The tests are collected once. First each runs with nothing mutated, and what it reaches is noted: a test that fails then
ends it all. Then, for each mutant that FOLDER/drawn names, a fork runs those that reach its function, the quickest
first, until one fails. What became of each is a line of FOLDER/verdicts, as soon as it is known.

How long a mutant may take is counted on the processor, so that a busy machine is no endless loop.
"""

import contextlib
import json
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name

LEAST_S, TIMES = 10, 10  # of the processor: what a mutant may take, and so much more than its tests take without
MEMORY = 4 << 30


class Tried:
    """A plugin of pytest that takes the place of its loop."""

    def __init__(self, folder: Path) -> None:
        self.drawn = (folder / "drawn").read_text(encoding="utf-8").split()
        self.verdicts = folder / "verdicts"
        self.reached: dict[str, set[str]] = defaultdict(set)  # function to the tests that reach it
        self.took: dict[str, float] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """First as it is, then mutated."""
        items = session.items
        for item, after in zip(items, [*items[1:], None], strict=True):
            set_mutant_under_test("stats")
            state()._stats.clear()
            began = time.process_time()
            if not passed(item, after):
                raise pytest.Exit(f"{item.nodeid} fails with nothing mutated", 3)
            self.took[item.nodeid] = time.process_time() - began
            for function in state()._stats:
                self.reached[function].add(item.nodeid)
        set_mutant_under_test("")
        for mutant in self.drawn:
            tests = self.reached.get(mangled_name_from_mutant_name(mutant), set())
            chosen = sorted((item for item in items if item.nodeid in tests), key=lambda one: self.took[one.nodeid])
            verdict = self.verdict(mutant, chosen) if chosen else "reached by no test"
            with self.verdicts.open("a", encoding="utf-8") as file:
                file.write(json.dumps([mutant, verdict]) + "\n")
        return True

    def verdict(self, mutant: str, chosen: list[pytest.Item]) -> str:
        """What a fork says."""
        limit = LEAST_S + TIMES * sum(self.took[item.nodeid] for item in chosen)
        child = os.fork()
        if not child:
            with contextlib.suppress(BaseException):
                mutated(mutant, chosen, int(limit))
            os._exit(1)
        _, status = os.waitpid(child, 0)
        ended = os.waitstatus_to_exitcode(status)
        return {0: "lived", 1: "killed", -signal.SIGXCPU: "endless"}.get(ended, f"ended by {ended}")


def mutated(mutant: str, chosen: list[pytest.Item], limit_s: int) -> None:
    """Run its tests. Does not return if all pass."""
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    set_mutant_under_test(mutant)
    if all(passed(item, after) for item, after in zip(chosen, [*chosen[1:], None], strict=True)):
        os._exit(0)


def passed(item: pytest.Item, after: pytest.Item | None) -> bool:
    """Whether a test and its fixtures do."""
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=after))


if __name__ == "__main__":
    plain = ["-q", "-p", "no:xdist", "-p", "no:cov", "--timeout=0"]
    place, *chosen_tests = sys.argv[1:]
    sys.exit(pytest.main([*plain, *chosen_tests], plugins=[Tried(Path(place))]))
