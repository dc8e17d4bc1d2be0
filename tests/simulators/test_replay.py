"""Traces kept as regression tests: today's drivers do with them what they did when they were recorded."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from simulators.__main__ import main
from simulators.replay import replay

TRACES = sorted((Path(__file__).parents[1] / "traces").glob("*.jsonl"))


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_a_kept_trace_replays(path: Path) -> None:
    verdict = replay(path)
    assert verdict.differs == []
    assert verdict.calls + verdict.readings > 0


def test_the_command_says_what_differs(tmp_path: Path) -> None:
    assert TRACES
    good = CliRunner().invoke(main, ["replay", str(TRACES[0])])
    assert (good.exit_code, "as recorded" in good.output) == (0, True)
    changed = tmp_path / "changed.jsonl"
    changed.write_text(TRACES[0].read_text().replace('"80 01 01 33 b3"', '"80 01 01 33 b4"'))
    bad = CliRunner().invoke(main, ["replay", str(changed)])
    assert (bad.exit_code, "sent 80 01 01 33 b3, recorded is 80 01 01 33 b4" in bad.output) == (1, True)
    other = CliRunner().invoke(main, ["replay", str(Path(__file__))])
    assert (other.exit_code, "Error" in other.output) == (1, True)
