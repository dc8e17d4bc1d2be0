"""Readers look for titles: what fits what they typed, and when each can be at a point.

A catalogue of sixty titles is looked through one by one. One of millions wants an index of the same spellings.
"""

from simulators.library.account import ahead_of
from simulators.library.ledger import Ledger
from sync.spelling import search
from sync.titles import Title, TitlesAre, TitlesLike

TO_A_POINT_S = 2 * 86400.0  # from the shelf to a point, as this library promises it


def titles_like(ledger: Ledger, asked: TitlesLike) -> TitlesAre:
    """The answer to a point at which somebody searches."""
    known = (
        Title(row["isbn"], row["title"], row["author"], row["isbn"]) for row in ledger.rows("select * from titles")
    )
    found = search(asked.typed, known)
    return TitlesAre(tuple(_as_it_stands(ledger, one) for one in found.titles), found.more, found.near)


def comes_by(ledger: Ledger, isbn: str) -> float:
    """When a copy asked for now can be at a point; 0: that depends on other readers."""
    return ledger.clock() + TO_A_POINT_S if _free(ledger, isbn) else 0.0


def _as_it_stands(ledger: Ledger, title: Title) -> Title:
    free, waiting = _free(ledger, title.isbn), ahead_of(ledger, title.isbn)
    return Title(title.id, title.title, title.author, title.isbn, free, waiting, comes_by(ledger, title.isbn))


def _free(ledger: Ledger, isbn: str) -> int:
    """Copies on the shelf that nobody waits for."""
    row = ledger.row("select count(*) as n from items where isbn = ? and place = 'shelf'", isbn)
    assert row is not None
    return max(0, int(row["n"]) - ahead_of(ledger, isbn))
