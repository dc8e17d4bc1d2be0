"""The CJK font: found, its Simplified Chinese face taken out of the collection once, and what it can draw.

Debian's ``fonts-noto-cjk`` ships collections (.ttc) whose face 0 is the Japanese one, and Kivy (SDL2_ttf) cannot
choose a face. So the right face is copied into a cache directory once (about a second), with a map of the
characters it covers beside it. A later start reads file names only and imports no fontTools.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kiosk.frontend import NoScreen

PACKAGE = "fonts-noto-cjk"
FACE = "Noto Sans CJK SC"
PLACES = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/local/share/fonts",
)
REGULAR, BOLD = "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"
LAST_CHARACTER = 0x3FFFF
STAND_IN = "\u3013"  # the printer's "no type for this character"


class NoFont(NoScreen):
    """No font with Chinese characters is installed, or the one configured cannot be used."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """Two weights, ready for Kivy, and the characters that both have as a bit map by code point."""

    regular: Path
    bold: Path
    covered: bytes

    def drawable(self, text: str) -> str:
        """``text`` with control characters as spaces and characters without a shape as the stand-in."""
        return "".join(
            char if char == "\n" or self._has(ord(char)) else STAND_IN if char.isprintable() else " " for char in text
        )

    def _has(self, code: int) -> bool:
        return code <= LAST_CHARACTER and bool(self.covered[code >> 3] & (1 << (code & 7)))


def find_font(setting: Path | None = None) -> Path | None:
    """The font file this machine has: the one configured if it is there, else the usual places. None: none."""
    if setting is not None:
        return setting if setting.is_file() else None
    return next((path for place in PLACES if (path := Path(place) / REGULAR).is_file()), None)


def covers(path: Path, text: str) -> str:
    """The characters of ``text`` that the font has no shape for, each once; empty when all is well. Slow (a second)."""
    known = _open(path).getBestCmap()
    return "".join(sorted({char for char in text if ord(char) not in known and not char.isspace()}))


def prepare(setting: Path | None = None) -> Fonts:
    """Both weights ready to draw with; the first time this takes about two seconds, later none.

    Raises ``NoFont``, which names the Debian package, when there is no font or it cannot be read.
    """
    source = find_font(setting)
    if source is None:
        where = f"{setting} is not there" if setting else "no Chinese font was found in " + ", ".join(PLACES)
        raise NoFont(f"{where}; install the Debian package {PACKAGE}, or set screen.font")
    bold = source.with_name(BOLD)
    try:
        ready, covered = _ready(source)
        heavy = _ready(bold)[0] if source.name == REGULAR and bold.is_file() else ready
    except Exception as trouble:  # whatever fontTools makes of a broken file
        raise NoFont(
            f"{source} cannot be used as a font ({trouble}); install the Debian package {PACKAGE}"
        ) from trouble
    return Fonts(ready, heavy, covered.read_bytes())


def cache_dir() -> Path:
    """Where what was taken out once is kept: ``$XDG_CACHE_HOME``, else ``~/.cache``, else a directory in /tmp."""
    base = os.environ.get("XDG_CACHE_HOME")
    places = [Path(base)] if base else [Path.home() / ".cache", Path("/var/cache")]
    for place in places:
        path = place / "shuxiang-kiosk"
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(path, os.W_OK):
            return path
    path = Path(tempfile.gettempdir()) / f"shuxiang-kiosk-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    if path.stat().st_uid != os.getuid():
        raise NoFont(f"{path} belongs to somebody else; set XDG_CACHE_HOME to a directory this program may write")
    return path


def _ready(source: Path) -> tuple[Path, Path]:
    """The single face and its map in the cache; made now if the source is new."""
    stat = source.stat()
    stem = f"{source.stem}-{stat.st_size}-{stat.st_mtime_ns}"
    single = source if source.suffix.lower() != ".ttc" else cache_dir() / f"{stem}.otf"
    covered = cache_dir() / f"{stem}.chars"
    if single.is_file() and covered.is_file():
        return single, covered
    bits = bytearray((LAST_CHARACTER >> 3) + 1)
    for code in _open(source).getBestCmap():
        if code <= LAST_CHARACTER:
            bits[code >> 3] |= 1 << (code & 7)
    if single != source:
        _write(single, _open(source).save)  # a fresh one: tables never looked into are copied as they are, at once
    _write(covered, lambda path: Path(path).write_bytes(bits))
    return single, covered


def _write(path: Path, save) -> None:  # type: ignore[no-untyped-def]
    """All or nothing, whoever else does the same at this moment."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    os.close(handle)
    try:
        save(name)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _open(path: Path):  # type: ignore[no-untyped-def]
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.ttCollection import TTCollection

    if path.suffix.lower() != ".ttc":
        return TTFont(path, lazy=True)
    with TTCollection(path, lazy=True) as collection:
        names = [face["name"].getBestFamilyName() for face in collection.fonts]
    number = names.index(FACE) if FACE in names else 0
    return TTFont(path, fontNumber=number, lazy=True, recalcBBoxes=False, recalcTimestamp=False)
