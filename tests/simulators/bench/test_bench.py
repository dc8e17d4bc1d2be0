"""The bench end to end: the shipped example's configuration, a real kiosk, real HTTP."""

import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import requests
import zxingcpp

from simulators.agree import read_journal
from simulators.bench.command import served
from simulators.bench.doing import ACTS
from simulators.bench.scenario import Player
from simulators.bench.stage import Stage
from simulators.point import Point
from simulators.twins import Unfit

EXAMPLE = Path(__file__).parents[3] / "examples" / "rest.toml"


class Bench:
    def __init__(self, url: str) -> None:
        self.url = url

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = requests.get(f"{self.url}/api/state", timeout=5).json()
        return state

    def asked(self, act: str, **arguments: Any) -> requests.Response:
        return requests.post(f"{self.url}/api/act", json={"act": act, **arguments}, timeout=20)

    def act(self, act: str, **arguments: Any) -> None:
        answer = self.asked(act, **arguments)
        assert answer.status_code == 200, answer.text

    def until(self, fits: Callable[[dict[str, Any]], bool], what: str, timeout_s: float = 30.0) -> dict[str, Any]:
        until = time.monotonic() + timeout_s
        while not fits(state := self.state()):
            assert time.monotonic() < until, f"{what}: {state['kiosk']}"
            time.sleep(0.05)
        return state


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Stage(EXAMPLE, Path(folder), window=False) as stage:
        Player(stage)
        yield stage


@pytest.fixture(scope="module")
def bench(stage: Stage) -> Iterator[Bench]:
    with served(stage) as url:
        bench = Bench(url)
        bench.until(lambda s: s["kiosk"]["fields"].get("cards") is True, "home")
        time.sleep(3.0)  # what a scanner sees sooner was lying there
        yield bench


def test_a_courier_loads_and_a_reader_collects(bench: Bench) -> None:
    bench.act("tap_and_lift", device="cards", card="C2001")
    bench.until(lambda s: s["kiosk"]["screen"] == "Courier", "courier")
    bench.act("scan", device="hand", code="SIP0001058")
    bench.until(lambda s: s["kiosk"]["screen"] == "DoorOpen", "door")
    door = next(door["name"] for door in bench.state()["doors"] if door["open"])
    bench.act("put", door=door, item="SIP0001058")
    state = bench.state()
    assert next(item for item in state["items"] if item["barcode"] == "SIP0001058")["where"] == f"door {door}"
    assert next(one for one in state["doors"] if one["name"] == door)["inside"] == ["SIP0001058"]
    bench.act("push", door=door)
    bench.until(lambda s: s["kiosk"]["fields"].get("loaded") == 1, "loaded")
    bench.act("touch_named", target="finish")
    state = bench.until(lambda s: any(one["kind"] == "qr" for one in s["labels"]), "a message with a pass")
    sent, app = (one for one in state["labels"] if one["kind"] == "qr")
    assert "R1002" in sent["title"]
    assert app["text"] == "app of R1002"
    drawn = requests.get(f"{bench.url}/api/label.svg", params={"text": app["text"], "kind": "qr"}, timeout=5)
    assert drawn.status_code == 200
    time.sleep(2)  # the lock rests
    bench.act("scan", device="hand", code=app["text"])
    bench.until(lambda s: s["kiosk"]["screen"] == "DoorOpen", "door")
    bench.act("take", door="open")
    bench.act("push", door="open")
    bench.until(lambda s: s["kiosk"]["screen"] == "DoorShut", "door shut")
    bench.act("touch_named", target="finish")
    bench.until(lambda s: s["kiosk"]["screen"] == "Goodbye", "goodbye")
    bench.act("touch_named", target="finish")
    said = " ".join(bench.state()["said"])
    assert "tap_and_lift cards C2001" in said


def test_the_power_goes_and_comes_back_with_another_clock(bench: Bench, stage: Stage) -> None:
    bench.act("pull", door="12")
    bench.act("power", on=False)
    state = bench.state()
    assert not state["power"]
    assert not state["kiosk"]["running"]
    assert state["kiosk"]["screen"] == ""
    assert next(door for door in state["doors"] if door["name"] == "12")["open"]
    bench.act("push", door="12")
    bench.act("power", on=True)
    bench.until(lambda s: s["kiosk"]["screen"] == "Home", "home again")
    bench.act("clock", ahead_s=3 * 86400)
    state = bench.until(lambda s: s["kiosk"]["screen"] == "Home", "home at another time")
    assert state["clock_ahead_s"] == 3 * 86400
    ahead_s = max(fact["at"] for fact in read_journal(stage.point.config, stage.point.env)) - time.time()
    assert 3 * 86400 - 120 < ahead_s <= 3 * 86400
    bench.act("clock", ahead_s=0)
    bench.until(lambda s: s["kiosk"]["fields"].get("cards") is True, "home, and on time")


def test_what_does_not_fit_is_said_in_a_sentence_and_changes_nothing(bench: Bench) -> None:
    for act, arguments, words in (
        ("open_sesame", {}, "no act 'open_sesame'"),
        ("push", {"door": "99"}, "no door '99'"),
        ("push", {}, "door: Missing required argument"),
        ("push", {"door": "1", "hard": True}, "hard: Unexpected keyword argument"),
        ("put", {"door": "1", "item": "x"}, "door 1 is shut"),
        ("tap", {"device": "hand", "card": "R1001"}, "takes no cards"),
        ("tap", {"device": "cards", "card": "nobody"}, "neither a person"),
        ("scan", {"device": "nothing", "code": "1"}, "no device 'nothing'"),
        ("fault", {"device": "main", "fault": "boring", "times": 1}, "knows no fault 'boring'"),
        ("fault", {"device": "hand", "fault": "echo", "times": 1}, "knows no fault 'echo'"),
        ("hold", {"device": "camera", "kind": "qr", "text": "x", "distance": 99}, "less than or equal to 6"),
        ("touch", {"x": 5, "y": 5}, "no screen to touch"),
        ("hold", {"device": "camera", "kind": "ean13", "text": "abc"}, "cannot be printed"),
        ("hold", {"device": "camera", "kind": "qr", "text": "app of R1006"}, "shows no parcel"),
        ("scenario", {"name": "none"}, "no scenario 'none'"),
        ("slow", {"door": "1", "seconds": 1e9}, "less than or equal to 120"),
        ("for_anybody", {"item": "SIP0001050", "parcel": "<b>"}, "should match pattern"),
        ("for_anybody", {"item": "SIP0001050", "parcel": "P00001"}, "P00001 already"),
    ):
        answer = bench.asked(act, **arguments)
        assert answer.status_code == 422, (act, answer.text)
        assert words in answer.json()["detail"]


def test_faults_are_seen_and_wear_off_or_are_mended(bench: Bench) -> None:
    def device(name: str) -> dict[str, Any]:
        return next(one for one in bench.state()["devices"] if one["name"] == name)

    bench.act("fault", device="hand", fault="silent", times=2)
    assert device("hand")["faults"] == {"silent": 2}
    bench.act("scan", device="hand", code="SIP0001001")
    assert device("hand")["faults"] == {"silent": 1}
    bench.act("fault", device="main", fault="echo", times=9999)
    assert device("main")["faults"]["echo"] > 9000
    bench.act("unplug", device="hand")
    assert not device("hand")["plugged"]
    for name in ("hand", "main"):
        bench.act("mend", device=name)
    assert (device("hand")["plugged"], device("hand")["faults"], device("main")["faults"]) == (True, {}, {})
    bench.act("jam", door="3")
    bench.act("stick", door="3", state="open")
    door = next(one for one in bench.state()["doors"] if one["name"] == "3")
    assert (door["jammed"], door["stuck"]) == (True, "open")
    bench.act("mend_door", door="3")


def test_a_cable_goes_back_by_itself_and_a_camera_has_faults_of_its_own(bench: Bench) -> None:
    def device(name: str) -> dict[str, Any]:
        return next(one for one in bench.state()["devices"] if one["name"] == name)

    bench.act("unplug", device="hand", for_s=2)
    assert (device("hand")["plugged"], device("hand")["back_in_s"]) == (False, 2)
    bench.until(lambda s: all(one["plugged"] for one in s["devices"]), "it was not put back")
    bench.act("unplug", device="hand", for_s=60)
    bench.act("plug", device="hand")
    assert device("hand")["back_in_s"] is None
    bench.act("fault", device="camera", fault="silent", times=3)
    bench.until(lambda s: all(not one["faults"] for one in s["devices"]), "the camera's fault did not wear off")


def test_what_is_held_badly_looks_bad(bench: Bench) -> None:
    def seen() -> bytes:
        return requests.get(f"{bench.url}/api/eye/camera.jpg", timeout=5).content

    empty = seen()
    bench.act("hold", device="camera", kind="code128", text="SIP0001001", blur=6, distance=2, angle=45)
    camera = next(one for one in bench.state()["devices"] if one["name"] == "camera")
    assert (camera["shows"], camera["grip"]["blur"]) == ("code128 SIP0001001", 6)
    blurred = seen()
    bench.act("hold", device="camera", kind="code128", text="SIP0001001")
    assert len(empty) < len(blurred) < len(seen())  # a picture with edges takes more bytes
    bench.act("hold", device="camera", kind="qr", text="L1:" + "A" * 200)
    well = seen()
    bench.act("grip", device="camera", blur=6)
    assert len(seen()) < len(well)
    bench.act("grip", device="camera")
    (code,) = zxingcpp.read_barcodes(cv2.imdecode(np.frombuffer(seen(), np.uint8), cv2.IMREAD_GRAYSCALE))
    assert code.text == "L1:" + "A" * 200  # all of it, however often it was held otherwise
    bench.act("take_away", device="camera")
    assert requests.get(f"{bench.url}/api/eye/hand.jpg", timeout=5).status_code == 404


def test_the_library_s_answers_go_wrong_on_request(bench: Bench) -> None:
    bench.act("library_fault", fault="busy", times=5000)
    assert bench.state()["service"]["faults"]["busy"] > 4000
    assert "no fault 'boring'" in bench.asked("library_fault", fault="boring", times=1).text
    bench.act("mend_library")
    assert (bench.state()["service"]["speaks"], bench.state()["service"]["faults"]) == ("rest", {})


def test_changes_come_as_events(bench: Bench) -> None:
    with requests.get(f"{bench.url}/api/events", stream=True, timeout=10) as stream:
        lines = (line for line in stream.iter_lines() if line.startswith(b"data: "))
        first = json.loads(next(lines)[6:])
        bench.act("jam", door="7")
        seen = next(
            state
            for state in map(json.loads, (line[6:] for line in lines))
            if any(door["name"] == "7" and door["jammed"] for door in state["doors"])
        )
        assert seen["n"] > first["n"]
    bench.act("mend_door", door="7")


def test_only_its_own_page_may_speak_to_it(bench: Bench) -> None:
    url = f"{bench.url}/api/act"
    body = {"act": "jam", "door": "1"}
    assert requests.get(f"{bench.url}/api/state", headers={"Host": "evil.example"}, timeout=5).status_code == 403
    assert requests.post(url, json=body, headers={"Origin": "https://evil.example"}, timeout=5).status_code == 403
    assert requests.post(url, json=body, headers={"Origin": "null"}, timeout=5).status_code == 403
    plain = requests.post(url, data=json.dumps(body), headers={"Content-Type": "text/plain"}, timeout=5)
    assert plain.status_code == 415
    assert requests.post(url, json={"act": "jam", "door": "1" * 20_000}, timeout=5).status_code == 413
    assert not bench.state()["doors"][0]["jammed"]
    assert requests.get(f"{bench.url}/page/..%2fapp.py", timeout=5).status_code == 404
    page = requests.get(bench.url, timeout=5)
    assert page.headers["Content-Security-Policy"] == "frame-ancestors 'none'"


def test_labels_are_drawn(bench: Bench) -> None:
    for text, kind in (("SIP0001001", "code128"), ("9787536692930", "ean13"), ("L1:ABC", "qr")):
        answer = requests.get(f"{bench.url}/api/label.svg", params={"text": text, "kind": kind}, timeout=5)
        assert answer.status_code == 200
        assert 'xmlns="http://www.w3.org/2000/svg"' in answer.text
    assert (
        requests.get(f"{bench.url}/api/label.svg", params={"text": "x", "kind": "ean13"}, timeout=5).status_code == 422
    )
    assert requests.get(f"{bench.url}/api/screen.png", timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('driver = "shuoming"', 'driver = "unheard_of"'), "unheard_of"),
        (('driver = "pcsc"', 'driver = "unheard_of"'), "no twin is known for the card driver 'unheard_of'"),
        (("[[board]]", "[[bored]]"), "no board"),
        (("[point]", "[point"), "not TOML"),
        (('id = "dongmen"', 'called = "dongmen"'), "point.id: Field required"),
        (("channel = 1\n", ""), "compartment.0.channel: Field required"),
        (('name = "hand"', ""), "scanner.0.name: Field required"),
    ],
)
def test_a_configuration_that_cannot_be_simulated_is_refused(
    change: tuple[str, str], words: str, tmp_path: Path
) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(EXAMPLE.read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(Unfit, match=words), Point(config, tmp_path / "work"):
        pytest.fail("it was simulated")


def test_its_documentation_needs_no_network(bench: Bench) -> None:
    told = requests.get(f"{bench.url}/docs", timeout=5).text
    assert not re.search(r"<script|<link|src=|https?:", told)
    assert all(f"`{name}`" in told for name in ACTS)
    assert all(path in told for path in requests.get(f"{bench.url}/openapi.json", timeout=5).json()["paths"])
