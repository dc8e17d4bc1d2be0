"""A file that tells what is shown and what can be touched where, for tours and tests that play a person."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from kiosk.core.screens import Display
from ui.sheet import Box
from ui.view import View

TARGETS = "KIOSK_TARGETS"  # the environment variable that names the file; without it nothing is told


class Targets:
    """Writes the file when what it tells has changed."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._told = ""

    def tell(self, display: Display, view: View, language: str, boxes: Mapping[str, Box], high: float) -> None:
        """Buttons stand there by their place and, for who plays a person, by what they do."""
        if not self._path:
            return
        told = {
            name: [round(box.x), round(high - box.y - box.h), round(box.w), round(box.h)] for name, box in boxes.items()
        }
        acts = [(f"row {n}", row.action, row.value) for n, row in enumerate(view.rows) if row.action]
        acts += [(f"button {n}", one.action, one.value) for n, one in enumerate(view.buttons)]
        acts += [(f"aid {n}", one.action, one.value) for n, one in enumerate(view.aid.buttons if view.aid else ())]
        places = {action: place for place, action, _ in reversed(acts)}
        places |= {f"{action} {value}": place for place, action, value in acts if value}
        told |= {action: told[place] for action, place in places.items() if place in told}
        rest = asdict(display)
        fields = rest.pop("screen")
        seen = {**rest, "screen": view.screen, "language": language, "targets": told, "fields": fields}
        seen["out"] = [door.name for door in display.doors if door.out]
        text = json.dumps(seen, ensure_ascii=False)
        if text != self._told:
            self._told = text
            new = Path(self._path + ".new")
            new.write_text(text, encoding="utf-8")
            new.replace(self._path)
