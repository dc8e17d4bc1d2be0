"""Searching the library and asking for a title, over real HTTP."""

import time

import pytest

from simulators.library.server import Library
from sync.acts import PlaceHold, Said
from sync.rest import Settings, abilities
from sync.service import Service
from sync.titles import Title, TitlesAre, TitlesLike

READER, THREE = "R1009", "9787536692930"
DAY_S = 86400.0


def found(client: Service, typed: str) -> TitlesAre:
    answer = client.ask(TitlesLike(typed))
    assert isinstance(answer, TitlesAre)
    return answer


def three(client: Service) -> Title:
    return found(client, "SANTI").titles[0]


def test_a_title_says_what_is_free_and_when_it_comes(library: Library, client: Service) -> None:
    copies = library.ledger.rows("select barcode from items where isbn = ? and place = 'shelf'", THREE)
    title = three(client)
    assert (title.id, title.title, title.author) == (THREE, "三体", "刘慈欣")
    assert (title.free, title.waiting) == (len(copies), 0)
    assert title.by == pytest.approx(time.time() + 2 * DAY_S, abs=60.0)
    library.ledger.change("update items set place = 'loan' where isbn = ?", THREE)
    assert client.act(Said("k-1", PlaceHold("R1010", THREE))).by == 0.0
    title = three(client)
    assert (title.free, title.waiting, title.by) == (0, 1, 0.0)


def test_a_hold_says_when_it_comes_or_who_is_before(library: Library, client: Service) -> None:
    ruling = client.act(Said("k-1", PlaceHold(READER, three(client).id)))
    assert (ruling.done, ruling.ahead) == (True, 0)
    assert ruling.by == pytest.approx(time.time() + 2 * DAY_S, abs=60.0)
    assert client.act(Said("k-1", PlaceHold(READER, THREE))) == ruling
    library.ledger.change("update items set place = 'loan' where isbn = ?", THREE)
    later = client.act(Said("k-2", PlaceHold("R1010", THREE)))
    assert (later.done, later.by, later.ahead) == (True, 0.0, 1)


def test_a_slip_is_said_to_be_one_and_many_are_cut(library: Library, client: Service) -> None:
    near = found(client, "SBT")
    assert near.near
    assert near.titles[0].title == "三体"
    many = found(client, "97")
    assert not many.titles  # two digits are no ISBN yet
    many = found(client, "9787")
    assert (len(many.titles), many.more, many.near) == (20, True, False)


def test_what_was_typed_shows_in_no_repr() -> None:
    assert "SANTI" not in repr(TitlesLike("SANTI"))


def test_a_library_may_be_one_that_cannot_be_searched() -> None:
    assert abilities(Settings(url="https://library.example")).titles
    assert not abilities(Settings(url="https://library.example", titles=False)).titles
