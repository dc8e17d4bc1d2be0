"""Words from the gettext catalogues in ``ui/locale``. Message ids are the English sentences themselves."""

import gettext
from collections.abc import Iterable
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")
LOCALE = Path(__file__).parent / "locale"


def N_(message: str) -> str:
    """Mark a message for the catalogues where it stands in a table; it is looked up later."""
    return message


class Words:
    """The words of one language. Call it with an English sentence and the values for its ``{places}``."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        with (LOCALE / self.language / "LC_MESSAGES" / "kiosk.mo").open("rb") as file:
            self._catalogue = gettext.GNUTranslations(file)

    def __call__(self, message: str, **values: object) -> str:
        """The sentence in this language; an unknown one comes back as it is."""
        text = self._catalogue.gettext(message)
        return text.format(**values) if values else text

    def ngettext(self, one: str, many: str, n: int, **values: object) -> str:
        """The sentence in its form for ``n``, which also fills ``{n}``."""
        return self._catalogue.ngettext(one, many, n).format(n=n, **values)

    def listed(self, things: Iterable[str]) -> str:
        """Names or numbers, one after the other."""
        return ("、" if self.language == "zh" else ", ").join(things)

    def run_on(self, *sentences: str) -> str:
        """Sentences that stand in one line; Chinese has no space between them."""
        return ("" if self.language == "zh" else " ").join(filter(None, sentences))


@cache
def words(language: str) -> Words:
    """The words of ``language`` (zh or en; anything else is zh), read once."""
    return Words(language)
