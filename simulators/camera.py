"""A camera that sees a hand holding a paper label: an MJPEG stream over HTTP, 640x480, about 15 frames a second.

    with Camera(seed=1) as camera:                 # camera.url is the ``source`` in the kiosk's config
        camera.hold("isbn", "9787020002207")
        camera.take_away()

The label drifts slowly, is seen at a slant, a little out of focus and with sensor noise. A hand may hold it badly
(``Grip``): too far, too near, out of focus, turned, tilted away, shaking. Frame n of a seed is always the same
picture. Nothing is drawn while nobody watches, and an empty view costs next to nothing.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Literal, Self

import cv2
import cv2.typing
import numpy as np
import segno
import zxingcpp

WIDTH: Final = 640
HEIGHT: Final = 480
FRAME_S: Final = 1 / 15
NOISE_FRAMES: Final = 8
SMEAR_PX: Final = 13  # how far a hand that shakes by the whole width smears what is in it

Kind = Literal["isbn", "ean13", "code128", "code39", "codabar", "qr"]
Picture = cv2.typing.MatLike

_LINEAR: Final = {
    "isbn": zxingcpp.BarcodeFormat.EAN13,
    "ean13": zxingcpp.BarcodeFormat.EAN13,
    "code128": zxingcpp.BarcodeFormat.Code128,
    "code39": zxingcpp.BarcodeFormat.Code39,
    "codabar": zxingcpp.BarcodeFormat.Codabar,
}
_SKIN: Final = (138, 171, 214)
_SKIN_EDGE: Final = (92, 122, 168)


@dataclass(frozen=True, slots=True)
class Grip:
    """How a hand holds a label.

    ``distance``: 1 where the camera sees it best, 2 twice as far. ``blur``: out of focus by so many pixels. ``angle``:
    turned in its own plane, and ``tilt``: turned away from the lens, in degrees. ``shake``: to and fro by so much of
    the picture's width.
    """

    distance: float = 1.0
    blur: float = 0.0
    angle: float = 0.0
    tilt: float = 0.0
    shake: float = 0.0


STEADY: Final = Grip()


def label(kind: Kind, content: str | bytes) -> Picture:
    """The printed label, black on white, 420 pixels wide. Raises ``ValueError`` for what the symbology cannot say."""
    if kind == "qr":
        # As the platform prints it: byte mode where it must, and so much correction as fits.
        code = np.array([list(row) for row in segno.make_qr(content).matrix_iter(border=4)], dtype=np.uint8)
        image: Picture = np.where(code > 0, 0, 255).astype(np.uint8)
    else:
        drawn = zxingcpp.create_barcode(content, _LINEAR[kind]).to_image(scale=3, add_hrt=True, add_quiet_zones=True)
        image = np.pad(np.array(drawn, dtype=np.uint8), ((20, 20), (10, 10)), constant_values=255)
    scale = 420 / image.shape[1]
    interpolation = cv2.INTER_NEAREST if kind == "qr" else cv2.INTER_AREA
    size = (420, max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=interpolation)


class Scene:
    """What the camera sees, frame by frame; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self._phases = [chance.uniform(0, 2 * np.pi) for _ in range(6)]
        grain = np.random.default_rng(seed)
        self._noise = [
            grain.normal(0, 4, (HEIGHT, WIDTH, 1)).astype(np.int8).repeat(3, axis=2) for _ in range(NOISE_FRAMES)
        ]
        slope = np.linspace(96, 150, HEIGHT, dtype=np.float32)[:, None]
        desk = np.repeat(np.repeat(slope, WIDTH, axis=1)[:, :, None], 3, axis=2) * (0.95, 1.0, 1.02)
        self._desk: Picture = cv2.GaussianBlur(desk.astype(np.uint8), (0, 0), 3)
        self._empty = [_jpeg(self._grainy(self._desk, n)) for n in range(NOISE_FRAMES)]

    def frame(self, held: Picture | None, number: int, grip: Grip = STEADY) -> bytes:
        """Frame ``number`` as JPEG, with this label in the hand, or without a hand."""
        if held is None:
            return self._empty[number % NOISE_FRAMES]
        corners = self._corners(held, number, grip)
        view = self._desk.copy()
        self._draw_hand(view, corners)
        height, width = held.shape
        flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
        project = cv2.getPerspectiveTransform(flat, corners)
        paper = cv2.cvtColor(held, cv2.COLOR_GRAY2BGR)
        ink = cv2.warpPerspective(paper, project, (WIDTH, HEIGHT), flags=cv2.INTER_AREA, borderValue=(0, 0, 0))
        mask = cv2.warpPerspective(np.full_like(held, 255), project, (WIDTH, HEIGHT))
        # White paper in a room is light grey, black ink dark grey.
        lit = cv2.addWeighted(ink, 0.72, np.full_like(ink, 30), 1.0, 0)
        view[mask > 127] = lit[mask > 127]
        self._draw_thumb(view, corners)
        blur = 0.55 + 0.25 * np.sin(number / 23 + self._phases[5]) + grip.blur + SMEAR_PX * grip.shake
        return _jpeg(self._grainy(cv2.GaussianBlur(view, (0, 0), blur), number))

    def _corners(self, held: Picture, number: int, grip: Grip) -> Picture:
        """Where the label's corners are: drifting, turning by a few degrees, nearer at one side."""
        sway = [
            float(np.sin(number / pace + phase))
            for pace, phase in zip((31, 41, 53, 61, 71), self._phases, strict=False)
        ]
        height, width = held.shape
        fit = min(430 / width, 330 / height) * (1 + 0.05 * sway[2]) / grip.distance
        half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=np.float32) * (width * fit / 2, height * fit / 2)
        half[:, 0] *= np.cos(np.radians(grip.tilt))
        half[:, 1] *= 1 + 0.05 * sway[4] * np.sign(half[:, 0])  # one side nearer than the other
        half[:, 1] *= 1 + 0.3 * np.sin(np.radians(grip.tilt)) * np.sign(half[:, 0])
        angle = np.radians(5 * sway[3] + grip.angle)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        shaken = WIDTH * grip.shake * float(np.sin(1.3 * number * number))
        middle = (WIDTH / 2 + 24 * sway[0] + shaken, HEIGHT * 0.44 + 16 * sway[1])
        return np.asarray(half @ turn.T + middle, dtype=np.float32)

    def _draw_hand(self, view: Picture, corners: Picture) -> None:
        """The palm and four fingers, behind the label."""
        x, y = _lowest(corners)
        cv2.ellipse(view, (int(x), int(y + 110)), (120, 130), 0, 0, 360, _SKIN, -1, cv2.LINE_AA)
        arm = np.array([[x - 70, y + 150], [x + 70, y + 150], [x + 110, y + 500], [x - 40, y + 500]], np.int32)
        cv2.fillConvexPoly(view, arm, _SKIN, cv2.LINE_AA)
        for finger in range(4):
            at = (int(x - 75 + 50 * finger), int(y - 10 - 12 * (finger % 3)))
            cv2.ellipse(view, at, (24, 80), 0, 0, 360, _SKIN, -1, cv2.LINE_AA)
            cv2.ellipse(view, at, (24, 80), 0, 0, 360, _SKIN_EDGE, 1, cv2.LINE_AA)

    def _draw_thumb(self, view: Picture, corners: Picture) -> None:
        """The thumb, before the label's lower edge, beside the code."""
        x, y = _lowest(corners)
        cv2.ellipse(view, (int(x), int(y + 38)), (26, 44), 12, 0, 360, _SKIN, -1, cv2.LINE_AA)
        cv2.ellipse(view, (int(x), int(y + 38)), (26, 44), 12, 0, 360, _SKIN_EDGE, 1, cv2.LINE_AA)
        cv2.ellipse(view, (int(x + 2), int(y + 12)), (13, 12), 12, 0, 360, (170, 196, 230), -1, cv2.LINE_AA)

    def _grainy(self, view: Picture, number: int) -> Picture:
        return cv2.add(view, self._noise[number % NOISE_FRAMES], dtype=cv2.CV_8U)


def _lowest(corners: Picture) -> Picture:
    """The middle of the edge that is lowest in the picture, where the hand holds."""
    middles = (corners + np.roll(corners, -1, axis=0)) / 2
    return np.asarray(middles[int(np.argmax(middles[:, 1]))])


def _jpeg(view: Picture) -> bytes:
    done, data = cv2.imencode(".jpg", view, [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert done
    return data.tobytes()


class Camera:
    """The camera's server. ``port=0`` takes a free one, kept over ``unplug`` and ``plug``."""

    def __init__(self, seed: int = 0, port: int = 0) -> None:
        self._scene = Scene(seed)
        self._held: Picture | None = None
        self.grip = STEADY
        """How the hand holds it."""
        self.ahead: deque[str] = deque()
        """What is wrong with the next frames, in order: ``silent`` (it does not come), ``cut``, ``garbage``."""
        self._port = port
        self._server: _Server | None = None
        self.plug()

    @property
    def url(self) -> str:
        """What the configuration of the kiosk says."""
        return f"http://127.0.0.1:{self._port}/stream.mjpg"

    def hold(self, kind: Kind, content: str | bytes, grip: Grip = STEADY) -> None:
        """Hold a label with this code before the camera. Raises ``ValueError`` for what cannot be printed."""
        self._held, self.grip = label(kind, content), grip

    def take_away(self) -> None:
        """Take hand and label out of view."""
        self._held = None

    def plug(self) -> None:
        """Serve; does nothing if it does already."""
        if not self._server:
            self._server = _Server(("127.0.0.1", self._port), self._frames)
            self._port = self._server.server_address[1]
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def unplug(self) -> None:
        """Stop serving: who watches is cut off, who comes is refused."""
        if self._server:
            self._server.gone.set()
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    close = unplug

    def _frames(self) -> Iterator[bytes]:
        number = 0
        due = time.monotonic()
        while True:
            if picture := self._spoilt(self._scene.frame(self._held, number, self.grip)):
                yield picture
            number += 1
            due = max(due + FRAME_S, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))

    def _spoilt(self, picture: bytes) -> bytes:
        match self.ahead.popleft() if self.ahead else "":
            case "silent":
                return b""
            case "cut":
                return picture[: len(picture) // 2]
            case "garbage":
                return random.Random(len(picture)).randbytes(len(picture))
        return picture

    def sees(self) -> bytes:
        """A frame as JPEG, as it would be now: for who wants to see what the camera sees."""
        return self._scene.frame(self._held, int(time.monotonic() / FRAME_S), self.grip)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], frames: Any) -> None:
        self.frames = frames
        self.gone = threading.Event()
        super().__init__(address, _Stream)


class _Stream(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            for jpeg in self.server.frames():
                if self.server.gone.is_set():
                    return
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode("ascii") + jpeg + b"\r\n")
        except OSError:
            return  # nobody watches any more

    def log_message(self, format: str, *args: object) -> None:
        """Silent: a demo's terminal belongs to the demo."""
