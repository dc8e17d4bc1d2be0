"""The reference service keeps its own contract, whatever it is asked. ``make fuzz`` asks much more."""

from pathlib import Path
from typing import Any

import pytest

from simulators.library.server import Library
from tests.sync.fuzzed_contract import fuzz, operations

EXAMPLES = 15  # of what fits the document, and as many of what does not


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.label)
def test_no_request_breaks_it_and_every_answer_fits_the_document(operation: Any, tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        assert fuzz(operation, library, EXAMPLES, number=1) > 0
