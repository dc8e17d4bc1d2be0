"""What fits on a receipt: the characters a Chinese printer has, how wide they are, and lines no wider than the paper.

In its Chinese mode a printer draws a character of one byte in one column, any other in two (GB18030 from ``1C 26`` on).
"""

import unicodedata
from collections.abc import Iterator
from typing import Literal

Charset = Literal["gb18030", "gbk"]

_CLOSES = frozenset(",.;:!?)]}%，。、；：！？）】》」』〉”’…")  # never begins a line


def printable(text: str, charset: Charset) -> str:
    """``text`` as it can be printed: spaces for control characters and line ends, the plain letter for one with an
    accent that the printer lacks, nothing for what it cannot draw at all (emoji, marks, letters of its user)."""
    return "".join(_drawn(char, charset) for char in unicodedata.normalize("NFC", text)).strip()


def _drawn(char: str, charset: Charset) -> str:
    if char.isspace() or unicodedata.category(char) == "Cc":
        return " "
    if not char.isprintable() or unicodedata.category(char)[0] == "C":
        return ""
    if _has(char, charset):
        return char
    plain = unicodedata.normalize("NFKD", char)
    return "".join(part for part in plain if part != char and not unicodedata.combining(part) and _has(part, charset))


def _has(char: str, charset: Charset) -> bool:
    """One or two bytes: every such printer has it. Four: only ideographs, on printers that know GB18030 whole."""
    try:
        size = len(char.encode(charset))
    except UnicodeEncodeError:
        return False
    return size <= 2 or unicodedata.category(char) == "Lo"


def columns(text: str) -> int:
    """How many columns ``text`` takes; it must be ``printable``."""
    return sum(1 if char.isascii() else 2 for char in text)


def wrapped(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` columns (at least 4): broken between words and between ideographs, not
    before a closing mark, and within a word only where it is longer than a line. No text: one empty line."""
    lines, line = [], ""
    for piece in _pieces(text, width):
        if columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece.lstrip() if not line else piece
    return [*lines, line.rstrip()]


def _pieces(text: str, width: int) -> Iterator[str]:
    """What is not to be broken: words with the space after them, single ideographs, each with its closing marks."""
    piece = ""
    for char in text:
        joins = char in _CLOSES or char == " " or (char.isascii() and piece[-1:].isascii() and piece[-1:] != " ")
        if piece and (not joins or columns(piece + char) > width):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece
