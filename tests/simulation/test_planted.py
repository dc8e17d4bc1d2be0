"""The simulation finds bugs: each that is planted is caught within some days, for the right reason."""

import pytest

from tests.simulation.planted import PLANTED, Planted, catch


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(bug: Planted) -> None:
    caught = catch(bug, bug.first)
    assert caught, "nobody noticed"
    assert "Violation(" in caught.breach
    assert bug.words in caught.breach
    again = f"python -m tests.simulation {caught.seed}{' --sip2' * bug.sip2}"
    assert again in caught.breach
