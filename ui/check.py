"""What ``kiosk check`` asks of the touchscreen (entry point group ``kiosk.screen_check``)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from kiosk.frontend import ScreenSettings
from ui.fonts import NoFont, covers, find_font, prepare
from ui.speaker import find_player, indexes, read_index, recorded
from ui.words import LANGUAGES, LOCALE


def check(settings: ScreenSettings) -> Iterator[tuple[str, bool, str]]:
    """Each thing looked at: its name, whether it is fit, and words. Takes seconds at the first time; never raises."""
    try:
        prepare(settings.font)
    except NoFont as error:
        yield "font", False, str(error)
        return
    font = find_font(settings.font)
    assert font is not None
    try:
        missing = covers(font, "".join(_sentences()))
    except (OSError, ValueError) as error:
        yield "words", False, f"the catalogues of words cannot be read ({error}); install the kiosk again"
        return
    if missing:
        yield (
            "font",
            False,
            f"{font} lacks {len(missing)} characters, such as {missing[:8]}; install the Debian package fonts-noto-cjk",
        )
    else:
        yield "font", True, f"{font} draws every sentence of the screen"
    yield from _hearing(settings)


def _hearing(settings: ScreenSettings) -> Iterator[tuple[str, bool, str]]:
    """What can be heard. A silent machine is fit, and says that it is silent."""
    player = find_player()
    if player is None:
        yield "sound", True, "silent: no player can be heard; install the Debian package alsa-utils to hear sounds"
    else:
        yield "sound", True, f"played by {player}" + (f" on {settings.audio_device}" if settings.audio_device else "")
    files, unread = recorded(settings.voice_files), "; ".join(_unread(settings.voice_files))
    if unread:
        yield "voice", False, unread
    elif settings.voice_files and not files:
        yield "voice", False, f"{settings.voice_files} holds no recorded sentence (zh/index.tsv: words, tab, file)"
    elif settings.voice == "off":
        yield "voice", True, "switched off"
    elif player is None or not (files or shutil.which("espeak-ng")):
        yield "voice", True, "silent: nothing is read aloud; install the Debian package espeak-ng and a player"
    else:
        spoken = "spoken by espeak-ng" if shutil.which("espeak-ng") else "not spoken"
        yield "voice", True, f"{len(files)} recorded sentences, the others {spoken}" if files else spoken


def _unread(folder: Path | None) -> Iterator[str]:
    """Each list of recorded sentences that is there and cannot be read, and what to do."""
    for _, index in indexes(folder) if folder else ():
        try:
            list(read_index(index))
        except UnicodeDecodeError:
            yield f"{index} is not UTF-8 text; save it as UTF-8"
        except OSError as error:
            yield f"{index} cannot be read ({error.strerror}); save it anew, as UTF-8, for the kiosk's user to read"


def _sentences() -> Iterator[str]:
    """Every sentence of the screens, in each language."""
    for language in LANGUAGES:
        with (LOCALE / language / "LC_MESSAGES" / "kiosk.po").open("rb") as file:
            for message in read_po(file):
                yield from [message.string] if isinstance(message.string, str) else message.string or ()
