"""Picture files read with the eyes of the camera, in a process as confined as its own.

A camera wants a linear code in two of three frames; a picture file is one frame, seen as often as one likes. So what is
read here is what the camera would report if this very picture were held before it. Of a file with several pictures
(pages, frames) the first that has a code in it counts.

The process (``python -m hardware.scanner.stills``) is fed whole files, each with its length before it (4 bytes, high
byte first), and says one line for each: ``{"codes": [[text, format], ...], "ms": 4.2}`` or ``{"error": "..."}``.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hardware.errors import DeviceGone
from hardware.scanner.barcode import Meanings
from hardware.scanner.confined import Confined, argument, confine, say
from hardware.scanner.formats import FORMATS, Code, Format

SIZE_MAX: Final = 64 << 20
"""Bytes of a file."""
ENOUGH_MS: Final = 5000.0
"""After so much of it no further picture of a file with several is looked at."""
WAIT_S: Final = 30.0
"""For one picture; a decoder that takes longer hangs."""


@dataclass(frozen=True, slots=True)
class Still:
    """A picture file: the codes in it and what they took, or why there are none to tell."""

    file: str
    codes: tuple[Code, ...] = ()
    ms: float = 0.0
    error: str = ""


def read(files: Iterable[Path], meanings: Meanings, formats: tuple[Format, ...] = FORMATS) -> Iterator[Still]:
    """Each file in turn. Never raises for what a file holds: an unfit or hostile one has an ``error``."""
    told = {"meanings": meanings.model_dump(mode="json"), "formats": list(formats)}
    eyes: Confined | None = None
    try:
        for file in files:
            try:
                data = _content(file)
                eyes = eyes or Confined(__name__, told, fed=True)
                eyes.feed(data)
                if (said := eyes.line(WAIT_S)) is None:
                    raise DeviceGone(f"took longer than {WAIT_S:.0f} s")
                yield _still(file, said)
            except (DeviceGone, OSError) as error:
                if eyes and isinstance(error, DeviceGone):
                    eyes.close()
                    eyes = None
                yield Still(str(file), error=str(getattr(error, "strerror", "") or error))
    finally:
        if eyes:
            eyes.close()


def _content(file: Path) -> bytes:
    with file.open("rb") as opened:
        data = opened.read(SIZE_MAX + 1)
    if len(data) > SIZE_MAX:
        raise OSError(27, f"longer than {SIZE_MAX >> 20} MB")
    return data


def _still(file: Path, said: dict[str, Any]) -> Still:
    match said:
        case {"codes": [*codes], "ms": float(ms)}:
            return Still(str(file), tuple(Code(str(text), Format(form)) for text, form in codes), ms)
        case {"error": str(error)}:
            return Still(str(file), error=error)
    raise DeviceGone("the process that looks at pictures no longer makes sense")


# ---- the process --------------------------------------------------------------------------------------------------


def main() -> None:
    """Confine ourselves, then read what we are fed until nothing comes."""
    from hardware.scanner.decode import Eyes
    from hardware.scanner.picture import pictures

    told = argument()
    eyes = Eyes(tuple(Format(one) for one in told["formats"]))
    meanings = Meanings.model_validate(told["meanings"])
    eyes.warm()
    confine()
    feed = sys.stdin.buffer
    while head := feed.read(4):
        looked, took, codes = 0, 0.0, list[Code]()
        for grey in pictures(feed.read(int.from_bytes(head, "big"))):
            began = time.perf_counter()
            codes = eyes.read(grey, meanings)
            took += (time.perf_counter() - began) * 1000
            looked += 1
            if codes or took > ENOUGH_MS:
                break
        if looked:
            say(codes=[(code.text, code.format) for code in codes], ms=round(took, 2))
        else:
            say(error="not a picture that can be read here, or one with more pixels than any camera")


if __name__ == "__main__":
    main()
