"""What ``kiosk check`` asks of the touchscreen (entry point group ``kiosk.screen_check``)."""

from collections.abc import Iterator

from babel.messages.pofile import read_po

from kiosk.frontend import ScreenSettings
from ui.fonts import NoFont, covers, find_font, prepare
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


def _sentences() -> Iterator[str]:
    """Every sentence of the screens, in each language."""
    for language in LANGUAGES:
        with (LOCALE / language / "LC_MESSAGES" / "kiosk.po").open("rb") as file:
            for message in read_po(file):
                yield from [message.string] if isinstance(message.string, str) else message.string or ()
