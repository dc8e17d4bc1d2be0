"""A library whose clock is at a time that no screen can show: nothing is reckoned from that."""

import time

import pytest
from raw_library import library
from sip2_client import client


@pytest.mark.parametrize("year", ["9999", "3001", "1969", "0101"])
def test_a_clock_that_cannot_be_is_not_heard(year: str) -> None:
    status = f"98YYYYYN100003{year}1231    2359592.00AOmain|BXYYYYYYYYYYYYYYYY|"
    with library({"99": lambda _: status}) as lib:
        page = client(lib.port).changes("", 0.0)
    assert abs(page.server_time - time.time()) < 5.0
