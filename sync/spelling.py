"""Which titles are meant by a few letters: initials, pinyin, Latin words or an ISBN, and one slip of the finger. Pure.

The point uses it for what lies in its cabinet, the reference library for its catalogue; docs/integrator.md says it in
words for other libraries. The readings are pypinyin's.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from stdnum import isbn as isbns

from sync.titles import FOUND_MAX, TYPED_MAX, Title, TitlesAre

ISBN_DIGITS_MIN = 4
WORDS_MAX = 40
SLIP_MIN = 3  # shorter words are near to everything
_TOKEN = re.compile(r"[a-z]+|[0-9]+|[\u3400-\u9fff\U00020000-\U0003134f]+")
Readings = tuple[str, ...]


def plain(typed: str) -> str:
    """What was typed as it is compared: small letters and digits, at most ``TYPED_MAX``."""
    return re.sub("[^a-z0-9]", "", _letters(typed))[:TYPED_MAX]


@lru_cache(maxsize=4096)
def spelled(text: str) -> tuple[Readings, ...]:
    """Its words in order: a Chinese character by its readings, that of this context first; a Latin word or a number as
    it is. Loading the readings takes a third of a second, once."""
    words: list[Readings] = []
    for token in _TOKEN.findall(_letters(text)):
        words += [(token,)] if token.isascii() else _read(token)
    return tuple(words[:WORDS_MAX])


def load_readings() -> None:
    """Load the readings of all characters: a third of a second, so that no first search waits for it."""
    spelled("馆")


def search(typed: str, titles: Iterable[Title]) -> TitlesAre:
    """The titles that fit, the best first: those that begin so, then those with it inside, then by author. Where none
    does: those that would but for one slip, or with another reading of a character."""
    wanted = plain(typed)
    if not wanted:
        return TitlesAre(())
    known = tuple(titles)
    ranked = [(rank, one) for one in known if (rank := _rank(wanted, one)) is not None]
    near = not ranked and len(wanted) >= SLIP_MIN
    if near:
        ranked = [(0, one) for one in known if _runs(wanted, spelled(one.title), 0, 1, True)]
    ranked.sort(key=lambda found: (found[0], len(found[1].title), found[1].title, found[1].id))
    best = tuple(one for _, one in ranked[:FOUND_MAX])
    return TitlesAre(best, len(ranked) > FOUND_MAX, near and bool(best))


def _letters(text: str) -> str:
    """Small letters without their marks, wide ones as usual ones."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _read(characters: str) -> list[Readings]:
    from pypinyin import Style, lazy_pinyin, pinyin  # here: starting should not wait for it

    each = [pinyin(character, style=Style.NORMAL, heteronym=True)[0] for character in characters]
    here = lazy_pinyin(characters)
    if len(here) != len(each):  # characters without a reading stand together
        here = [first for first, *_ in each]
    return [tuple(dict.fromkeys(_typable(one, *others))) for one, others in zip(here, each, strict=True)]


def _typable(*readings: str) -> Iterable[str]:
    """As they are typed: ``lü`` is ``lv`` to some and ``lu`` to others."""
    for one in readings:
        yield one
        if "v" in one:
            yield one.replace("v", "u")


def _rank(wanted: str, title: Title) -> int | None:
    if _is_isbn(wanted, title.isbn):
        return 0
    words = spelled(title.title)
    if _runs(wanted, words, 0):
        return 0
    if any(_runs(wanted, words, at) for at in range(1, len(words))):
        return 1
    author = spelled(title.author)
    return 2 if any(_runs(wanted, author, at) for at in range(len(author))) else None


def _is_isbn(wanted: str, isbn: str) -> bool:
    if not isbn or len(wanted) < ISBN_DIGITS_MIN:
        return False
    if len(wanted) == 10 and isbns.is_valid(wanted.upper()):
        wanted = str(isbns.to_isbn13(wanted.upper()))
    return isbn.startswith(wanted) or isbn[3:].startswith(wanted)


def _runs(wanted: str, words: tuple[Readings, ...], start: int, slips: int = 0, any_reading: bool = False) -> bool:
    """Whether ``wanted`` is the beginnings of these words from ``start`` on, one after the other, each as far as it
    goes. A slip: a letter too many, one left out, another one, two in the wrong order, or a whole word left out."""

    @cache
    def within(i: int, at: int, word: str, n: int, slips: int) -> bool:
        """``wanted`` from ``i`` on, where the first ``n`` letters of the word ``at`` are done."""
        if i == len(wanted):
            return True
        rest = word[n:]
        if rest and rest[0] == wanted[i] and within(i + 1, at, word, n + 1, slips):
            return True
        if n and any(within(i, at + 1, other, 0, slips) for other in readings(at + 1)):
            return True
        if not slips:
            return False
        if within(i + 1, at, word, n, slips - 1) or (
            not n and any(within(i, at + 1, w, 0, 0) for w in readings(at + 1))
        ):
            return True
        if not rest:
            return False
        if within(i + 1, at, word, n + 1, slips - 1) or (n and within(i, at, word, n + 1, slips - 1)):
            return True
        following = wanted[i + 1 : i + 2]
        if rest[:2] == following + wanted[i] and within(i + 2, at, word, n + 2, slips - 1):
            return True
        initials = following == rest[0] and (w for w in readings(at + 1) if w[0] == wanted[i])
        return any(within(i + 2, at + 1, w, 1, slips - 1) for w in initials or ())

    def readings(at: int) -> Readings:
        if at >= len(words):
            return ()
        return words[at] if any_reading else _of_context(words[at])

    return any(within(0, start, word, 0, slips) for word in readings(start))


def _of_context(readings: Readings) -> Readings:
    """The first, and the other way to type it."""
    return readings[:2] if "v" in readings[0] else readings[:1]
