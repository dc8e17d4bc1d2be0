"""Every driver has its twin, its vectors, a test that reads them, and its place in the documents."""

from pathlib import Path

import pytest
from tree import ROOT, lines, text

GROUPS = ("kiosk.board", "kiosk.card", "kiosk.pad", "kiosk.scanner", "kiosk.printer")
DRIVERS = [
    (group, line.split("=")[0].strip()) for group in GROUPS for line in lines("options.entry_points", group) if line
]
TESTS = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "hardware").rglob("test_*.py")]
BY_FAMILY = {"kerong_cu16", "kerong_cu48", "waveshare", "eletechsup"}
"""Drivers whose tests run over the vectors of a whole family, named by a parameter."""


def test_there_are_drivers_of_every_group() -> None:
    assert {group for group, _ in DRIVERS} == set(GROUPS)


@pytest.mark.parametrize(("group", "name"), DRIVERS)
def test_a_driver_has_a_twin_vectors_and_a_place_in_the_documents(group: str, name: str) -> None:
    assert (ROOT / "simulators" / f"{name}.py").is_file()
    [vectors] = (ROOT / "tests" / "vectors").glob(f"{name}.*")

    assert name in BY_FAMILY or any(f'"{vectors.name}"' in test for test in TESTS), f"no test reads {vectors.name}"
    for document in ("drivers", "technician"):
        assert f"`{name}`" in text(Path("docs", f"{document}.md")), f"docs/{document}.md"
