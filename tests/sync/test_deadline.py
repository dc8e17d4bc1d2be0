"""Real connections under one deadline and one measure: what is late or too much is not taken, though it is there."""

import time
from collections.abc import Iterator

import pytest
from hostile import hostile, reply
from urllib3 import HTTPConnectionPool, HTTPResponse
from urllib3.exceptions import ReadTimeoutError

from sync.deadline import POOLS, within

BODY = b"x" * 500_000  # more than what comes with the headers
MUCH = 1 << 20


@pytest.fixture
def pool() -> Iterator[HTTPConnectionPool]:
    with hostile(lambda connection: connection.sendall(reply("200 OK", BODY))) as port:
        yield POOLS["http"]("127.0.0.1", port, timeout=20.0)


def get(pool: HTTPConnectionPool) -> HTTPResponse:
    response = pool.urlopen("GET", "/", retries=False, preload_content=False)
    assert isinstance(response, HTTPResponse)
    return response


def test_what_comes_in_time_is_read(pool: HTTPConnectionPool) -> None:
    with within(20.0, MUCH):
        assert get(pool).read() == BODY


def test_who_reads_on_too_late_gets_nothing_though_it_waits_there(pool: HTTPConnectionPool) -> None:
    with within(2.0, MUCH):
        response = get(pool)
        time.sleep(2.1)
        with pytest.raises(ReadTimeoutError):
            response.read()


def test_more_than_the_whole_may_hold_is_not_read(pool: HTTPConnectionPool) -> None:
    with within(20.0, len(BODY)), pytest.raises(ValueError, match="more was sent"):  # there are headers too
        get(pool).read()


def test_nothing_is_said_without_a_deadline(pool: HTTPConnectionPool) -> None:
    with pytest.raises(LookupError):
        get(pool)
