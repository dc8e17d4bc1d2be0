"""A point's configuration with its secret files, as a technician would have them, and a store with facts in it."""

import secrets
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from points import NOW, busy, plan, quiet

from kiosk.store import Store

EXAMPLE = Path(__file__).parents[2] / "examples" / "rest.toml"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """``examples/rest.toml`` and the files it names, with the store beside them."""
    for name, content in (("hashing.key", secrets.token_hex(32) + "\n"), ("service.token", "a-token\n")):
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o600)
    key = Ed25519PrivateKey.generate().public_key()
    (tmp_path / "library-pass.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    config = tmp_path / "kiosk.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    config.write_text(text.replace("/var/lib/shuxiang-kiosk/store.db", "store.db"), encoding="utf-8")
    return config


@pytest.fixture
def filled(tmp_path: Path, thousand_facts: Path) -> Path:
    """A store with a thousand facts in it, closed."""
    return Path(shutil.copy(thousand_facts, tmp_path / "store.db"))


@pytest.fixture(scope="session")
def thousand_facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "store.db"
    store = Store.open(path, plan())
    point = store.load()
    for n in range(1, 101):
        step = busy(point, n, *quiet(point, n).facts * 8)
        store.commit(point, step, NOW + n)
        point = step.point
    store.close()
    return path
