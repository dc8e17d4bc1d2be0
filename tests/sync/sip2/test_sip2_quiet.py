"""Connections on which nothing is said for a while, and libraries that say they are off-line."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from raw_library import WHEN, library, sealed
from sip2_client import client

from sync.asked import WhatIs
from sync.errors import ServiceUnreachable
from sync.messages import ItemDropped, Telling
from sync.sip2.client import PAUSE_S

STATUS = "98YYYYYN100003" + WHEN + "2.00AOmain|BXYYYYYYYYYYYYYYYY|"


def test_a_library_that_ends_each_quiet_connection_is_not_away_and_is_not_besieged() -> None:
    with library({}) as lib:
        service = client(lib.port)
        cursor = service.changes("", 0.0).cursor
        lib.answers["99"] = lambda line: [sealed(STATUS, line[line.index("AY") + 2]), 0.2]  # and then it closes
        service.changes(cursor, 0.0)
        for n in (2, 3):
            began = time.monotonic()
            service.changes(cursor, 25.0)
            assert PAUSE_S * 0.9 < time.monotonic() - began < 15.0
            assert lib.connections == n
    began = time.monotonic()
    with pytest.raises(ServiceUnreachable, match="no connection"):  # now it is
        service.changes(cursor, 25.0)
    assert time.monotonic() - began < 15.0


def test_a_quiet_connection_is_kept_by_a_word_in_time(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('base = "plain"\nkeep_alive_s = 5\n')
    with library({}) as lib:
        service = client(lib.port, dialect=own)
        cursor = service.changes("", 0.0).cursor
        began = time.monotonic()
        service.changes(cursor, 25.0)
        assert time.monotonic() - began < 15.0
        assert lib.connections == 1
        assert [line[:2] for line in lib.said] == ["93", "99", "99"]


def test_a_line_feed_that_comes_by_itself_ends_no_connection() -> None:
    with library({"17": lambda _: f"18030201{WHEN}ABi-1|AJDune|"}) as lib:
        lib.line_feeds = True
        service = client(lib.port)
        cursor = service.changes("", 0.0).cursor
        time.sleep(0.2)
        for _ in range(2):
            assert service.ask(WhatIs("i-1")).item
            service.changes(cursor, 0.3)
        assert lib.connections == 1


def test_one_that_says_that_it_is_off_line_is_away_and_is_told_nothing() -> None:
    with library({"09": lambda _: f"101YNN{WHEN}AOmain|ABi-1|AQ|"}) as lib:
        service = client(lib.port)
        cursor = service.changes("", 0.0).cursor
        lib.answers["99"] = lambda _: STATUS.replace("98Y", "98N")
        drop = [Telling("k", 1, time.time(), ItemDropped("i-1", "A1", True))]
        with pytest.raises(ServiceUnreachable, match="off-line"):
            service.tell(drop)
        with pytest.raises(ServiceUnreachable, match="off-line"):
            service.changes(cursor, 0.0)
        assert lib.codes() == []
        lib.answers["99"] = lambda _: STATUS
        assert service.tell(drop)[0].status == "applied"
        lib.answers["99"] = lambda _: STATUS.replace("98Y", "98N")
        with pytest.raises(ServiceUnreachable, match="off-line"):  # asked before each batch
            service.tell([replace(drop[0], key="k2", seq=2)])
        assert lib.codes() == ["09"]
