"""Files from outside: a configuration, a dialect, the store itself, pictures. Each is laid down and then read."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hardware.scanner import stills
from hardware.scanner.barcode import Meanings
from kiosk.config import ConfigError, load
from kiosk.reading import read_point, read_waiting
from kiosk.salvage import TELLING, unheard_in
from kiosk.schema import StoreError
from kiosk.store import Store
from simulators.camera import label
from sync.sip2 import dialect
from tests.kiosk.points import NOW, busy, plan, quiet

ROOT = Path(__file__).parents[2]
DIALECTS = ROOT / "sync" / "sip2" / "dialects"


@cache
def folder() -> Path:
    """A place of this process, in memory where there is such a place."""
    shared = Path("/dev/shm")
    return for_now("fuzz-", shared if os.access(shared, os.W_OK) else None)


def for_now(prefix: str, within: Path | None = None) -> Path:
    """A new folder that goes when this process ends."""
    made = Path(tempfile.mkdtemp(prefix=prefix, dir=within))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def laid(name: str, data: bytes) -> Path:
    """A file with this content."""
    path = folder() / name
    path.write_bytes(data)
    return path


# ---- configuration -------------------------------------------------------------------------------------------------


@cache
def _secrets() -> None:
    for name, content in (("hashing.key", b"0f" * 32 + b"\n"), ("service.token", b"a-token\n")):
        laid(name, content).chmod(0o600)
    key = Ed25519PrivateKey.from_private_bytes(b"s" * 32).public_key()
    laid("library-pass.pem", key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def settings(data: bytes) -> None:
    """A point's configuration: taken, or one message that names the file and fits a screen."""
    _secrets()
    path = laid("kiosk.toml", data)
    said = f"{path}: "
    try:
        load(path).plan()
    except ConfigError as error:
        said = str(error)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said


def some_settings() -> Iterable[bytes]:
    """The examples without their comments, and the demo's point."""
    for path in (*sorted((ROOT / "examples").glob("*.toml")), ROOT / "simulators" / "dongmen.toml"):
        lines = path.read_text(encoding="utf-8").replace("/var/lib/shuxiang-kiosk/", "").splitlines()
        yield "\n".join(line for line in lines if line and not line.startswith("#")).encode()


def dialects(data: bytes) -> None:
    """A site's own way of speaking SIP2."""
    with suppress(dialect.UnfitDialect):
        spoken = dialect.load(laid("own.toml", data))
        spoken.day("20261124")
        assert spoken.manners.tries > 0


def some_dialects() -> Iterable[bytes]:
    """Those that are shipped."""
    return [path.read_bytes() for path in sorted(DIALECTS.glob("*.toml"))]


# ---- the store -----------------------------------------------------------------------------------------------------

STORE = "store.db"


def _store(data: bytes) -> Path:
    for end in ("-wal", "-shm", "-journal", ".lock"):
        (folder() / (STORE + end)).unlink(missing_ok=True)
    return laid(STORE, data)


def salvaged(data: bytes) -> None:
    """What is left of a damaged store: tellings that fit to be told, in order, and nothing else."""
    _salvaged(_store(data))


def _salvaged(path: Path) -> None:
    found, unread = unheard_in(path)
    assert unread is None or unread >= 0
    assert [telling.seq for telling in found] == sorted({telling.seq for telling in found})
    for telling in found:
        assert TELLING.validate_json(TELLING.dump_json(telling)) == telling, telling


def stores(data: bytes) -> None:
    """The file of the store: read as it is or found unfit, to look and to work with; and then it takes a commit."""
    _worked_with(_store(data))


def logs(data: bytes) -> None:
    """The log beside a sound store, which SQLite reads at the start: the same."""
    path = _store(_store_and_log()[0])
    laid(f"{STORE}-wal", data)
    _worked_with(path)


def salvaged_logs(data: bytes) -> None:
    """What is left where the log is damaged."""
    path = _store(_store_and_log()[0])
    laid(f"{STORE}-wal", data)
    _salvaged(path)


def _worked_with(path: Path) -> None:
    with suppress(StoreError):
        read_point(path, plan())
    with suppress(StoreError):
        read_waiting(path, plan())
    with suppress(StoreError):
        store = Store.open(path, plan())
        try:
            point = store.load()
            step = busy(point, 1, *quiet(point, 1).facts)
            store.commit(point, step, NOW)
            store.waiting(10)
        finally:
            store.close()


@cache
def some_stores() -> tuple[bytes, ...]:
    """A store with some rows, its log folded in; and one of nothing."""
    path = folder() / "seed.db"
    store = Store.open(path, plan())
    point = store.load()
    for n in range(1, 4):
        step = busy(point, n, *quiet(point, n).facts)
        store.commit(point, step, NOW + n)
        point = step.point
    store.close()
    return path.read_bytes(), b""


def some_logs() -> Iterable[bytes]:
    """As the power leaves it after three commits; and the first half of it."""
    log = _store_and_log()[1]
    return log, log[: len(log) // 2]


@cache
def _store_and_log() -> tuple[bytes, bytes]:
    """A store of one commit, closed; and the log of three more, which are in no other file."""
    path = folder() / "logged.db"
    with closing(Store.open(path, plan())) as store:
        point = store.load()
        step = busy(point, 1)
        store.commit(point, step, NOW)
    before = path.read_bytes()
    with closing(Store.open(path, plan())) as store:
        for n in range(2, 5):
            point, step = step.point, busy(step.point, n)
            store.commit(point, step, NOW + n)
        return before, path.with_name(path.name + "-wal").read_bytes()


# ---- pictures ------------------------------------------------------------------------------------------------------


@cache
def _eyes() -> Iterator[stills.Still]:
    def again() -> Iterator[Path]:
        while True:
            yield folder() / "picture"

    return stills.read(again(), Meanings())


def pictures(data: bytes) -> None:
    """A picture file, read as ``kiosk decode`` does: codes or an error, and the process that looks lives on."""
    laid("picture", data)
    still = next(_eyes())
    assert "ended" not in still.error, still.error
    assert "longer" not in still.error, still.error


def some_pictures() -> Iterable[bytes]:
    """A small label in the formats that cameras, phones and screens write."""
    small = cv2.resize(label("qr", "SX1"), (64, 64), interpolation=cv2.INTER_AREA)
    colour = np.dstack([small, small, small, small])
    for ending, picture in (
        (".png", small),
        (".png", colour),
        (".png", small.astype(np.uint16) * 257),
        (".jpg", small),
        (".bmp", small),
        (".webp", colour[..., :3]),
        (".tiff", colour),
        (".gif", colour[..., :3]),
        (".pgm", small),
        (".hdr", colour[..., :3].astype(np.float32)),
    ):
        with suppress(cv2.error):
            made, data = cv2.imencode(ending, picture)
            if made:
                yield data.tobytes()
