"""The board's twin says what real boards said: the same frames from outside that hold the driver."""

import tomllib
from pathlib import Path

import pytest

from hardware.locker.shuoming import Settings
from hardware.readings import Door
from simulators.cabinet import Cabinet
from simulators.shuoming import ShuomingBoard, ShuomingBus

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "shuoming.toml").read_text("utf-8"))
NAMES = [str(n) for n in range(1, 25)]


class Site:
    def __init__(self, channels=24, feedback="short_when_locked"):
        self.cabinet = Cabinet(NAMES)
        wired = {n: str(n) for n in range(1, channels + 1)}
        board = ShuomingBoard(self.cabinet, wired, Settings(channels=channels, feedback=feedback))
        self.bus = ShuomingBus([board], pace=0)

    def says(self, request):
        return b"".join(self.bus.received(bytes.fromhex(request))).hex(" ").upper()

    def open_doors(self):
        return [int(name) for name in NAMES if self.cabinet.door(name) is Door.OPEN]


def test_unlock_as_captured():
    site = Site(channels=8)
    assert site.says("8A 01 01 11 9B") == "8A 01 01 00 8A"
    assert site.open_doors() == [1]


def test_unlock_of_a_jammed_door_equals_its_request():
    site = Site()
    site.cabinet.jam("1")
    assert site.says("8A 01 01 11 9B") == "8A 01 01 11 9B"


def test_reading_one_door():
    site = Site()
    assert site.says("80 01 01 33 B3") == "80 01 01 11 91"
    site.cabinet.pulse("1")
    assert site.says("80 01 01 33 B3") == "80 01 01 00 80"


@pytest.mark.parametrize("vector", VECTORS["whole"], ids=lambda vector: vector["means"])
@pytest.mark.parametrize("feedback", ["short_when_locked", "short_when_open"])
def test_reading_all(vector, feedback):
    site = Site(feedback=feedback)
    for n in range(1, 25):
        if (n in vector["pressed"]) is (feedback == "short_when_open"):
            site.cabinet.pulse(str(n))
    assert site.says("80 01 00 33 B2") == vector["bytes"]


def test_opening_all_and_several():
    site = Site()
    assert site.says("90 01 02 02 02 93") == ""
    assert site.open_doors() == [2, 10, 18]
    assert site.says("8A 01 00 11 9A") == "8A 01 00 11 9A"
    assert site.open_doors() == list(range(1, 25))


def test_what_is_not_for_it_meets_silence():
    site = Site(channels=8)
    for request in ("8A 02 01 11 98", "8A 01 01 11 9C", "8A 01 09 11 93", "80 01 09 33 BB", "FF" * 20):
        assert site.says(request) == ""
    assert site.open_doors() == []
    site.bus.missing.add(1)
    assert site.says("8A 01 01 11 9B") == ""


def test_a_request_may_come_in_pieces():
    site = Site()
    assert [site.says(byte) for byte in ["8A", "01", "01", "11", "9B"]] == ["", "", "", "", "8A 01 01 00 8A"]


def test_the_timed_form_is_obeyed():
    site = Site()
    assert site.says("8A 01 03 11 05 9C") == "8A 01 03 00 88"
    assert site.open_doors() == [3]
