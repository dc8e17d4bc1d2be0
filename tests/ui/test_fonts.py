"""Finding the font, taking the right face out of the collection once, and never drawing an empty square."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from ui import fonts
from ui.fonts import STAND_IN, NoFont, find_font, prepare


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of this file's own: the first test to prepare a font takes it out, the others find it."""
    base = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(base))
        yield base / "shuxiang-kiosk"


def test_the_simplified_chinese_face_is_taken_out_whole(cache: Path) -> None:
    made = prepare()
    assert made.regular.parent == made.bold.parent == cache
    assert made.regular != made.bold
    with TTFont(made.regular, lazy=True) as face:
        assert face["name"].getBestFamilyName() == "Noto Sans CJK SC"
        assert ord("书") in face.getBestCmap()
    assert not [path for path in cache.iterdir() if path.name.startswith(".new-")]


def test_a_later_start_reads_no_font_and_imports_no_font_tools(cache: Path) -> None:
    first = prepare()
    before = first.regular.stat().st_mtime_ns
    code = "import sys, ui.fonts; print(ui.fonts.prepare().regular); sys.exit('fontTools' in sys.modules)"
    later = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert later.stdout.strip() == str(first.regular)
    assert first.regular.stat().st_mtime_ns == before


def test_two_first_starts_at_once_both_find_a_whole_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made: list[fonts.Fonts] = []
    starts = [threading.Thread(target=lambda: made.append(prepare())) for _ in range(2)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(made) == 2
    assert made[0] == made[1]
    assert ord("书") in TTFont(made[0].regular, lazy=True).getBestCmap()


def test_what_has_no_shape_is_replaced_and_control_characters_are_spaces(cache: Path) -> None:
    ready = prepare()
    assert ready.drawable("三体 II") == "三体 II"
    assert ready.drawable("a\x07b\u202ec\U0001f600d\u0e01") == f"a b c{STAND_IN}d{STAND_IN}"
    assert ready.drawable("one\ntwo") == "one\ntwo"


def test_no_font_names_the_package(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoFont, match="fonts-noto-cjk"):
        prepare(tmp_path / "gone.otf")
    assert find_font(tmp_path / "gone.otf") is None
    monkeypatch.setattr(fonts, "PLACES", (str(tmp_path),))
    assert find_font() is None
    with pytest.raises(NoFont, match="fonts-noto-cjk"):
        prepare()


@pytest.mark.parametrize("name", ["broken.otf", "broken.ttc"])
def test_a_file_that_is_no_font_is_told_so(cache: Path, tmp_path: Path, name: str) -> None:
    broken = tmp_path / name
    broken.write_bytes(b"\0\1\2 no font" * 100)
    with pytest.raises(NoFont, match="cannot be used"):
        prepare(broken)


def test_a_single_font_is_used_where_it_lies(cache: Path) -> None:
    single = prepare().regular
    again = prepare(single)
    assert again.regular == again.bold == single
