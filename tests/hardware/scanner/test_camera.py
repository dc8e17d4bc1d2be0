"""The camera: what counts as seen, and the driver through a real MJPEG stream."""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from hardware.errors import DeviceGone
from hardware.readings import CodeUnknown, Guide, Hint, IsbnScanned, ItemScanned, PassScanned, Reading, Scan
from hardware.scanner.barcode import Meanings, meaning
from hardware.scanner.camera import Settings, connect
from hardware.scanner.decode import Eyes
from hardware.scanner.watcher import UNKNOWN_AFTER_S, Sightings
from hardware.source import Source
from simulators.camera import Camera, Grip, Kind, Scene, label

BOOK = IsbnScanned("camera", "9787020002207")
OTHER = IsbnScanned("camera", "9787111544937")
ITEM = ItemScanned("camera", "SX0001234")
UNKNOWN = CodeUnknown("camera", 13)
FRAME_S = 1 / 15
LOOKED_S = 2.5
"""After so long a camera has seen what was lying there when it was connected."""


def reported(frames: list[dict[Scan, bool]], start: float = 100.0) -> list[list[Scan]]:
    """What each frame brings, once the camera has looked for as long as what lies there counts for nothing."""
    sightings = Sightings(again_after_s=1.5)
    empty = [sightings.news({}, start - 2.0 + number * FRAME_S) for number in range(30)]
    assert empty == [[]] * 30
    return [sightings.news(seen, start + number * FRAME_S) for number, seen in enumerate(frames)]


def in_all(frames: list[dict[Scan, bool]]) -> list[Scan]:
    return [scan for scans in reported(frames) for scan in scans]


def test_a_linear_code_needs_two_of_three_frames() -> None:
    once = {BOOK: False}
    assert reported([once, {}, {}, once, {}, {}]) == [[]] * 6
    assert reported([once, once]) == [[], [BOOK]]
    assert reported([once, {}, once]) == [[], [], [BOOK]]
    assert reported([once, {OTHER: False}, once]) == [[], [], [BOOK]]
    assert reported([once, {OTHER: False}, {}, {}, once]) == [[]] * 5


def test_an_error_corrected_code_needs_one() -> None:
    assert reported([{}, {BOOK: True}]) == [[], [BOOK]]


def test_what_stays_in_view_is_reported_once_and_again_when_it_had_left() -> None:
    in_view, away = [{BOOK: False}] * 90, [{}] * 24
    assert in_all(in_view) == [BOOK]
    assert in_all(in_view + [{}] * 15 + in_view) == [BOOK]
    assert in_all(in_view + away + in_view) == [BOOK, BOOK]
    flickering: list[dict[Scan, bool]] = ([{BOOK: False}] + [{}] * 10) * 30
    assert in_all([{BOOK: False}, *flickering]) == [BOOK]


def test_what_lies_there_from_the_first_frames_is_news_only_when_it_had_left() -> None:
    sightings, away = Sightings(again_after_s=1.5), 6.0
    times = [100 + number * FRAME_S for number in range(300)]
    lying = [(at, sightings.news({BOOK: False} if at < 100 + away or at > 108 else {}, at)) for at in times]
    [(at, scans)] = [(at, scans) for at, scans in lying if scans]
    assert scans == [BOOK]
    assert at > 108


def test_a_machine_that_stalls_has_seen_nothing_leave() -> None:
    sightings = Sightings(again_after_s=1.5, live=False)
    assert sightings.news({ITEM: True}, 100.0) == [ITEM]
    assert sightings.news({ITEM: True}, 105.0) == []


def test_an_unknown_code_waits_whether_a_known_one_is_beside_it() -> None:
    patience = int(UNKNOWN_AFTER_S / FRAME_S) + 2
    assert in_all([{}] + [{UNKNOWN: True}] * patience) == [UNKNOWN]
    assert in_all([{}] + [{UNKNOWN: True}] * (patience - 4)) == []
    cover: dict[Scan, bool] = {UNKNOWN: True, BOOK: False}
    assert in_all([cover] * 90) == [BOOK]
    assert in_all([{}] + [{UNKNOWN: True}] * 5 + [cover] * 90) == [BOOK]


def test_two_books_in_one_view_are_two() -> None:
    both: dict[Scan, bool] = {BOOK: False, OTHER: False}
    assert reported([both, both]) == [[], [BOOK, OTHER]]


# ---- through the stream ---------------------------------------------------------------------------------------


@pytest.fixture
def camera() -> Iterator[Camera]:
    with Camera(seed=3) as twin:
        yield twin


@pytest.fixture
def source(camera: Camera) -> Iterator[Source]:
    driver = connect("camera", Settings(source=camera.url), Meanings())
    assert heard(driver, LOOKED_S) == []
    yield driver
    driver.close()


def heard(source: Source, within_s: float = 5.0) -> list[Reading]:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if readings := list(source.wait(0.2)):
            return readings
    return []


def test_each_held_label_is_read_once(camera: Camera, source: Source) -> None:
    labels: list[tuple[Kind, str, Scan]] = [
        ("isbn", "9787020002207", BOOK),
        ("code128", "SX0001234", ITEM),
        ("code39", "SX0001235", ItemScanned("camera", "SX0001235")),
        ("codabar", "A33191000105864B", ItemScanned("camera", "33191000105864")),
        ("qr", "SX0001236", ItemScanned("camera", "SX0001236")),
        ("ean13", "6901234567892", UNKNOWN),  # a price
    ]
    for kind, content, reading in labels:
        camera.hold(kind, content)
        assert heard(source) == [reading]
        assert heard(source, 0.5) == []


def test_a_pass_of_full_length(camera: Camera, source: Source) -> None:
    text = "L1:" + "6BF+70790T9WJWG.FKY" * 12
    camera.hold("qr", text)
    [scan] = heard(source)
    assert isinstance(scan, PassScanned)
    assert scan.text.get_secret_value() == text


def test_one_label_after_the_other_and_the_first_again(camera: Camera, source: Source) -> None:
    camera.hold("isbn", "9787020002207")
    assert heard(source) == [BOOK]
    camera.hold("isbn", "9787111544937")
    assert heard(source) == [OTHER]
    camera.take_away()
    assert heard(source, 1.8) == []
    camera.hold("isbn", "9787020002207")
    assert heard(source) == [BOOK]


def test_each_malformed_qr_is_unknown(camera: Camera, source: Source) -> None:
    for content in (b"\x00\xff\xfe", "取书".encode(), b"x" * 600, b"L2:ABCD", b"L1:\x00"):  # no two of one length
        camera.hold("qr", content)
        [scan] = heard(source)
        assert isinstance(scan, CodeUnknown)


def test_an_empty_view_yields_nothing(source: Source) -> None:
    assert heard(source, 1.0) == []


def test_what_was_held_up_while_nobody_looked_is_not_reported(camera: Camera, source: Source) -> None:
    """It looks on while the driver is not asked; what it saw then is old."""
    camera.hold("isbn", "9787111544937")
    assert heard(source) == [OTHER]
    camera.hold("isbn", "9787020002207")
    time.sleep(1.0)
    camera.take_away()
    time.sleep(2.5)
    camera.hold("code128", "SX0001234")
    assert heard(source, 20.0) == [ITEM]


def test_camera_gone_and_back(camera: Camera, source: Source) -> None:
    assert heard(source, 0.3) == []
    camera.unplug()
    with pytest.raises(DeviceGone):
        heard(source)
    with pytest.raises(DeviceGone):
        connect("camera", Settings(source=camera.url), Meanings())
    camera.plug()
    again = connect("camera", Settings(source=camera.url), Meanings())
    assert heard(again, LOOKED_S) == []
    camera.hold("isbn", "9787020002207")
    assert heard(again) == [BOOK]
    again.close()
    again.close()


def answering(body: Callable[[socket.socket], None]) -> str:
    """The address of a server that says what ``body`` sends to whoever comes."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with server, contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                with client, contextlib.suppress(OSError):
                    client.recv(4096)
                    body(client)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}/stream.mjpg"


def send_frame(client: socket.socket, jpeg: bytes) -> None:
    client.sendall(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n" % (len(jpeg), jpeg))
    time.sleep(FRAME_S)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"


def test_a_camera_that_falls_silent_is_gone() -> None:
    asked_enough = threading.Event()

    def fall_silent(client: socket.socket) -> None:
        client.sendall(HEAD)
        for number in range(10):
            send_frame(client, Scene(1).frame(None, number))
        asked_enough.wait(30)

    silent = connect("camera", Settings(source=answering(fall_silent)), Meanings())
    with pytest.raises(DeviceGone):
        heard(silent, 20)
    asked_enough.set()
    silent.close()


def test_frames_cut_in_half_do_no_harm() -> None:
    scene = Scene(1)
    empty, whole = scene.frame(None, 2), scene.frame(label("isbn", "9787020002207"), 3)

    def cut(client: socket.socket) -> None:
        client.sendall(HEAD)
        for number in itertools.count():
            for jpeg in (whole, whole[: len(whole) // 2]) if number > 60 else (empty,):
                send_frame(client, jpeg)

    flawed = connect("camera", Settings(source=answering(cut)), Meanings())
    assert heard(flawed, 20) == [BOOK]
    flawed.close()


def test_a_video_file_is_played_without_missing_a_frame_and_then_gone(tmp_path: Path) -> None:
    film = cv2.VideoWriter(str(tmp_path / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 15, (640, 480))
    scene = Scene(1)
    for held in (None, label("isbn", "9787020002207"), None, label("code128", "SX0001234")):
        for number in range(8):
            picture = cv2.imdecode(np.frombuffer(scene.frame(held, number), np.uint8), cv2.IMREAD_COLOR)
            assert picture is not None
            film.write(picture)
    film.release()
    driver = connect("camera", Settings(source=str(tmp_path / "film.avi")), Meanings())
    assert heard(driver) == [BOOK]
    assert heard(driver) == [ITEM]
    with pytest.raises(DeviceGone):
        heard(driver)
    driver.close()


@pytest.mark.parametrize("nowhere", [63, "/dev/no-camera", "http://127.0.0.1:9/stream.mjpg"])
def test_no_camera_there(nowhere: int | str) -> None:
    with pytest.raises(DeviceGone) as caught:
        connect("camera", Settings(source=nowhere), Meanings())
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize("wrong", [{"source": -1}, {"source": ""}, {"formats": ["PDF417"]}, {"kinds": []}, {"fsp": 3}])
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"source": 0, **wrong})


# ---- the twin itself ------------------------------------------------------------------------------------------


def test_the_same_seed_sees_the_same() -> None:
    held = label("isbn", "9787020002207")
    one, same, other = Scene(5), Scene(5), Scene(6)
    assert [one.frame(held, n) for n in (0, 7, 200)] == [same.frame(held, n) for n in (0, 7, 200)]
    assert one.frame(None, 3) == same.frame(None, 3)
    assert one.frame(held, 7) != other.frame(held, 7)


@pytest.mark.parametrize("kind", ["isbn", "qr"])
def test_most_frames_of_any_seed_can_be_read_and_none_as_another_book(kind: Kind) -> None:
    held = label(kind, "9787020002207")
    eyes, read = Eyes(), 0
    for seed in range(4):
        scene = Scene(seed)
        for number in range(0, 300, 30):
            jpeg = np.frombuffer(scene.frame(held, number), np.uint8)
            picture = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
            assert picture is not None
            codes = itertools.chain(*eyes.looks(picture))
            books = {
                scan for code in codes if isinstance(scan := meaning("camera", code.text, Meanings()), IsbnScanned)
            }
            assert books <= {BOOK}
            read += bool(books)
    assert read >= 36


def test_a_blurred_label_too_near_does_not_end_the_process_that_looks(camera: Camera, source: Source) -> None:
    """Looking hard must need no file that is first opened then: the process is confined."""
    camera.hold("code128", "SX0001234", Grip(distance=0.5, blur=2))
    assert heard(source, 40.0) == [Guide("camera", Hint.FARTHER)]
