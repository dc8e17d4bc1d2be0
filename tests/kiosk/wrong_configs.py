"""The one message about a configuration that is changed to be wrong."""

from pathlib import Path

import pytest

from kiosk.config import ConfigError, load


def edited(example: Path, old: str, new: str) -> Path:
    """The example with one thing changed."""
    text = example.read_text(encoding="utf-8")
    assert old in text
    example.write_text(text.replace(old, new, 1), encoding="utf-8")
    return example


def message(path: Path) -> str:
    """The one message, without the name of the file, which it must begin with."""
    with pytest.raises(ConfigError) as raised:
        load(path)
    words = str(raised.value)
    assert words.startswith(f"{path}: ")
    assert "\n" not in words
    return words.removeprefix(f"{path}: ").replace(str(path.parent), "<here>")
