"""Tests run in a fork of the process that has collected them, with one mutant at work: what became of it.

Only a test that fails there kills a mutant. What breaks around the tests is no verdict, and counts for the mutant; so
does a fork that fails with nothing mutated (``control``), which ends the run.
"""

import os
import resource
import signal
from collections.abc import Mapping, Sequence

import pytest
from _pytest.runner import runtestprotocol

LEAST_S, TIMES = 10, 10  # of the processor: what a mutant may take, and so much more than its tests take without
MEMORY = 4 << 30
CHOICE = "MUTANT_UNDER_TEST"  # what mutmut's trampolines read, at each call
NOTHING = "__mutmut_0"  # no function has a mutant of this number: it is called as it was written
LIVED, KILLED, BROKEN = 0, 1, 3
WORDS = {LIVED: "lived", KILLED: "killed", -signal.SIGXCPU: "endless"}


def choose(mutant: str) -> None:
    """From now on it is at work in this process."""
    os.environ[CHOICE] = mutant


def control(function: str, chosen: Sequence[pytest.Item], took: Mapping[str, float]) -> None:
    """The same with nothing mutated: it must live. Ends pytest when it does not, as then nothing is known of any
    mutant."""
    said = verdict(f"{function}{NOTHING}", chosen, took)
    if said != WORDS[LIVED]:
        pytest.exit(f"with nothing mutated {said} in a fork, {len(chosen)} tests ({function})", 3)


def verdict(mutant: str, chosen: Sequence[pytest.Item], took: Mapping[str, float]) -> str:
    """What a fork says of it that runs these tests, the quickest first. ``took``: their seconds without a mutant."""
    limit = LEAST_S + TIMES * sum(took[item.nodeid] for item in chosen)
    quickest = sorted(chosen, key=lambda item: took[item.nodeid])
    child = os.fork()
    if not child:
        ended = BROKEN
        try:
            ended = _mutated(mutant, quickest, int(limit))
        finally:
            os._exit(ended)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    return WORDS.get(ended, f"ended by {ended}")


def _mutated(mutant: str, chosen: Sequence[pytest.Item], limit_s: int) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    choose(mutant)
    every = all(passed(item, after) for item, after in zip(chosen, [*chosen[1:], None], strict=True))
    return LIVED if every else KILLED


def passed(item: pytest.Item, after: pytest.Item | None) -> bool:
    """Whether a test and its fixtures do."""
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=after))
