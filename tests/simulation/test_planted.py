"""The simulation finds bugs: each that is planted is caught within some days, for the right reason."""

import pytest

from kiosk.loop import Loop
from tests.simulation.planted import PLANTED, Planted, catch


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(bug: Planted) -> None:
    caught = catch(bug, bug.first)
    assert caught, "nobody noticed"
    assert bug.words in caught.rule
    again = f"python -m tests.simulation {caught.seed}{' --sip2' * bug.sip2}"
    assert again in caught.breach


@pytest.mark.parametrize("error", [RuntimeError, AssertionError])
def test_a_bug_that_only_crashes_is_not_caught(error: type[Exception]) -> None:
    """Whatever it says, and whatever the story of that life says."""

    def crashing(monkeypatch: pytest.MonkeyPatch) -> None:
        def crash(*_: object) -> None:
            raise error("A1 is unlocked with no order on disk")

        monkeypatch.setattr(Loop, "_commit", crash)

    assert catch(Planted("commit before act", "is unlocked with no order on disk", crashing), lives=2) is None


def test_a_bug_that_breaks_another_rule_is_not_caught() -> None:
    bug = next(bug for bug in PLANTED if bug.name == "acting before the commit")
    assert catch(Planted(bug.rule, "is printed twice", bug.plant), lives=2) is None
