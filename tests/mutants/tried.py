"""The tests of the core against many mutants, in one process: ``python -m tests.mutants.tried FOLDER``.

The tests are collected once. First each runs with nothing mutated, and what it reaches is noted: a test that fails then
ends it all, and so does one that fails in a fork with nothing mutated. Then, for each mutant that FOLDER/drawn names, a
fork runs those that reach its function, until one fails. What became of each is a line of FOLDER/verdicts, as soon as
it is known.

How long a mutant may take is counted on the processor, so that a busy machine is no endless loop.
"""

import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name

from tests.mutants.forked import choose, control, passed, verdict


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
            choose("stats")
            state()._stats.clear()
            began = time.process_time()
            if not passed(item, after):
                pytest.exit(f"{item.nodeid} fails with nothing mutated", 3)
            self.took[item.nodeid] = time.process_time() - began
            for function in state()._stats:
                self.reached[function].add(item.nodeid)
        choose("")
        drawn = {mutant: mangled_name_from_mutant_name(mutant) for mutant in self.drawn}
        if needed := set[str]().union(*(self.reached[function] for function in drawn.values())):
            control(next(iter(drawn.values())), [item for item in items if item.nodeid in needed], self.took)
        for mutant, function in drawn.items():
            chosen = [item for item in items if item.nodeid in self.reached[function]]
            said = verdict(mutant, chosen, self.took) if chosen else "reached by no test"
            with self.verdicts.open("a", encoding="utf-8") as file:
                file.write(json.dumps([mutant, said]) + "\n")
        return True


if __name__ == "__main__":
    plain = ["-q", "-p", "no:xdist", "-p", "no:cov", "--timeout=0"]
    place, *chosen_tests = sys.argv[1:]
    sys.exit(pytest.main([*plain, *chosen_tests], plugins=[Tried(Path(place))]))
