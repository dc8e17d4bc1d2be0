"""Traces kept as regression tests: today's drivers do with them what they did when they were recorded."""

from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulators.__main__ import main
from simulators.replay import replay
from simulators.replay_line import NotATrace
from tests.side_by_side import side_by_side

TRACES = sorted((Path(__file__).parents[1] / "traces").glob("*.jsonl"))
BEGINNING = 8
"""So many lines of it hold a call of its board."""


def test_every_kept_trace_replays() -> None:
    assert TRACES

    def check(path: Path) -> None:
        verdict = replay(path)
        assert verdict.differs == []
        assert verdict.calls + verdict.readings > 0

    side_by_side({path.stem: partial(check, path) for path in TRACES})


def test_one_whose_last_line_broke_off_replays_up_to_there(tmp_path: Path) -> None:
    """The power failed, say, which may be the very fault somebody was after."""
    [whole] = [path for path in TRACES if path.stem == "shuoming_disturbed"]
    torn = tmp_path / "torn.jsonl"
    lines = whole.read_text().splitlines(keepends=True)[: BEGINNING + 1]
    torn.write_text("".join(lines)[:-30])
    verdict = replay(torn)
    assert (verdict.differs, verdict.calls) == ([], 1)


def test_the_command_says_what_differs(tmp_path: Path) -> None:
    kept = tmp_path / "beginning.jsonl"
    [whole] = [path for path in TRACES if path.stem == "shuoming_disturbed"]
    kept.write_text("".join(whole.read_text().splitlines(keepends=True)[:BEGINNING]))
    good = CliRunner().invoke(main, ["replay", str(kept)])
    assert good.exit_code == 0
    assert "1 calls and 0 readings, as recorded" in good.output
    changed = tmp_path / "changed.jsonl"
    changed.write_text(kept.read_text().replace('"80 01 01 33 b3"', '"80 01 01 33 b4"'))
    bad = CliRunner().invoke(main, ["replay", str(changed)])
    assert (bad.exit_code, "sent 80 01 01 33 b3, recorded is 80 01 01 33 b4" in bad.output) == (1, True)
    other = CliRunner().invoke(main, ["replay", str(Path(__file__))])
    assert (other.exit_code, "Error" in other.output) == (1, True)


HEAD = '{"trace": 1, "codes": {}, "devices": {"A": {"kind": "board", "driver": "shuoming", "settings": {}, "bus": 0}}}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        '{"trace": 2}',
        '{"trace": 1, "codes": {}, "devices": {"A": {}}}',
        f"{HEAD}\n7",
        f'{HEAD}\n{{"t": 1, "device": "A", "way": ">"}}',
        f'{HEAD}\n{{"t": 1, "device": "A", "way": ">", "hex": "8"}}',
        f'{HEAD}\n{{"t": 1, "device": "A", "call": "unlock", "gave": "done"}}',
        HEAD.replace("shuoming", "nobody") + '\n{"t": 1, "device": "A", "call": "doors", "gave": {}}',
        HEAD.replace("board", "scanner"),
        HEAD.replace(', "bus": 0', ""),
    ],
    ids=[
        "empty",
        "deep",
        "newer",
        "no device",
        "no line",
        "no bytes",
        "half a byte",
        "no channel",
        "no board",
        "no scanner",
        "no bus",
    ],
)
def test_a_file_that_is_no_trace_is_one_message(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(text)
    with pytest.raises(NotATrace):
        replay(path)
