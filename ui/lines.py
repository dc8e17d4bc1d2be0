"""Breaking sentences into lines, Chinese and Latin: where a line may end, and lines of even length. Pure."""

import re
from collections.abc import Callable, Iterator

_TOKEN = re.compile(r"[ -⅏]+|.")  # Latin and the like hold together, every other character stands alone
_NOT_FIRST = set("，。；：？！、）》」』】〕”’…·・%％~～,.;:?!)]}")
_NOT_LAST = set("（《「『【〔“‘([{")
_CLAUSE = re.compile("[^，。；：？！]+[，。；：？！”」]*|.")  # as Chinese sets them off

WORD_MAX = 4

Measure = Callable[[str], float]


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """Lines of at most ``width``, as few as can be; then ending with a
    clause, or else as even as can be. A word wider than a line is cut."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        pieces = [cut for piece in _pieces(paragraph) for cut in _cut(piece, width, measure)]
        widths = [measure(piece) for piece in pieces]
        count = len(_fill(pieces, widths, width))
        clauses = _CLAUSE.findall(paragraph)
        by_clause = _fill(clauses, [measure(clause) for clause in clauses], width)
        if len(by_clause) == count and all(measure(line) <= width for line in by_clause):
            lines += by_clause  # lines that end where the thought does
            continue
        low, high = max(widths, default=0.0), width
        while high - low > width / 50:  # the narrowest width that needs no more lines
            middle = (low + high) / 2
            low, high = (low, middle) if len(_fill(pieces, widths, middle)) == count else (middle, high)
        lines += _fill(pieces, widths, high)
    return lines


def longest_word(text: str, measure: Measure) -> float:
    """The width of the widest word that is written with letters; Chinese may break anywhere, but not a word of two to
    four characters that stands alone."""
    if len(text) <= WORD_MAX:
        return measure(text)
    return max(
        (measure(word) for token in _TOKEN.findall(text) if len(token) > 1 for word in token.split()), default=0.0
    )


def _pieces(paragraph: str) -> Iterator[str]:
    """The smallest parts between which a line may end; spaces stay at the end of their word."""
    piece = ""
    words = [word for token in _TOKEN.findall(paragraph) for word in re.findall(r"\S+\s*|\s+", token)]
    for word in words:
        if piece and (word[0] in _NOT_FIRST or piece[-1] in _NOT_LAST):
            piece += word
        else:
            if piece:
                yield piece
            piece = word
    if piece:
        yield piece


def _cut(piece: str, width: float, measure: Measure) -> Iterator[str]:
    """A piece that fits a line, or its parts when no line is wide enough."""
    while len(piece) > 1 and measure(piece.rstrip()) > width:
        keep = len(piece) - 1
        while keep > 1 and measure(piece[:keep]) > width:
            keep -= 1
        yield piece[:keep]
        piece = piece[keep:]
    yield piece


def _fill(pieces: list[str], widths: list[float], width: float) -> list[str]:
    lines, line, used = [], "", 0.0
    for piece, wide in zip(pieces, widths, strict=True):
        if line and used + wide > width:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line += piece
        used += wide
    return [*lines, line.rstrip()]
