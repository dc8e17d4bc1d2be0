"""Where a trace cannot be written, the kiosk that is recorded goes on."""

import json
import logging
from pathlib import Path

import pytest

from kiosk import trace_file
from kiosk.config import Config, load
from kiosk.trace_file import TraceFile, next_file
from tests.kiosk.small_files import files_of_at_most


@pytest.fixture
def config(example: Path) -> Config:
    return load(example)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_full_disk_ends_the_recording_and_nothing_else(
    config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "full.jsonl"
    with TraceFile(path, config) as file:
        file.put({"t": 0.1})
        with files_of_at_most(path.stat().st_size + 20):
            for _ in range(3):
                file.put({"t": 0.2, "hex": "00 " * 40})
        file.put({"t": 0.3})
    assert [line.get("t") for line in lines(path)] == [None, 0.1]  # and no half line
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert str(path) in caplog.text
    assert "nothing more is recorded" in caplog.text


def test_the_store_keeps_its_room_on_the_disk(
    config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "some.jsonl"
    with TraceFile(path, config) as file:
        monkeypatch.setattr(trace_file, "FREE_MIN", 1 << 60)
        file.put({"t": 0.1})
    assert len(lines(path)) == 1
    assert "less than" in caplog.text


def test_a_file_of_the_largest_size_says_so(
    config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "some.jsonl"
    with TraceFile(path, config) as file:
        monkeypatch.setattr(trace_file, "FILE_MAX", path.stat().st_size + 13)
        for n in range(3):
            file.put({"t": n})
    assert len(lines(path)) == 2
    assert "nothing more is recorded" in caplog.text


def test_what_is_no_text_is_written_all_the_same(config: Config, tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    with TraceFile(path, config) as file:
        file.put({"lost": "\udc80 门"})
    assert lines(path)[1] == {"lost": "\udc80 门"}


def test_each_start_has_its_own_file_and_there_are_not_too_many(
    config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "day.jsonl"
    for _ in range(trace_file.FILES_MAX + 3):
        if file := next_file(path, config):
            file.put({"t": 1.0})
            file.__exit__(None, None, None)
    names = {"day.jsonl"} | {f"day.jsonl.{n}" for n in range(2, trace_file.FILES_MAX + 1)}
    assert {one.name for one in tmp_path.iterdir() if one.name.startswith("day")} == names
    assert all(len(lines(tmp_path / name)) == 2 for name in names)
    assert caplog.text.count("move them away") == 3


@pytest.mark.parametrize("name", ["no/such/directory", "x" * 300])
def test_where_no_file_can_be_made_nothing_is_recorded(
    config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    nowhere = Path("/proc") / name
    assert next_file(nowhere, config) is None
    assert "nothing is recorded" in caplog.text


def test_a_disk_that_is_full_from_the_start_is_left_without_empty_files(
    config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "full.jsonl"
    with files_of_at_most(10):
        assert next_file(path, config) is None
    assert not path.exists()
    assert "nothing is recorded" in caplog.text
