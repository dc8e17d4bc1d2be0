"""Keys and credentials: files for the kiosk alone, and never in a message."""

import os
import pwd
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from wrong_configs import edited, message

from kiosk.config import Config, load
from kiosk.core.identity import Keyring
from kiosk.rotate import hashing_file


@pytest.mark.parametrize(("file", "key"), [("hashing.key", "keys.hashing"), ("service.token", "service.credential")])
def test_secret_files_are_for_the_kiosk_alone(example: Path, file: str, key: str) -> None:
    secret = example.parent / file
    for mode in (0o640, 0o604, 0o620, 0o666):
        secret.chmod(mode)
        open_to_others = f"{key}: <here>/{file} may be read or written by others; run: chmod 600 <here>/{file}"
        assert message(example) == open_to_others
    secret.chmod(0o400)
    assert isinstance(load(example), Config)
    content = secret.read_text()
    secret.unlink()
    assert message(example) == f"{key}: <here>/{file}: No such file or directory"
    os.mkfifo(secret, 0o600)
    assert message(example) == f"{key}: <here>/{file} is not a regular file"
    secret.unlink()
    secret.mkdir(0o700)
    assert message(example) == f"{key}: <here>/{file} is not a regular file"
    secret.rmdir()
    elsewhere = example.parent / "elsewhere"  # a link is as good as what it leads to
    elsewhere.write_text(content)
    elsewhere.chmod(0o600)
    secret.symlink_to(elsewhere)
    assert isinstance(load(example), Config)
    elsewhere.chmod(0o644)
    assert "may be read or written by others" in message(example)


def test_a_secret_file_of_somebody_else(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: (example.parent / "hashing.key").stat().st_uid + 1)
    if not os.getuid():  # files of root are fine for everybody who can read them
        os.chown(example.parent / "hashing.key", pwd.getpwnam("daemon").pw_uid, -1)
    said = message(example)
    assert re.search(r"hashing: <here>/hashing.key belongs to .*; it must belong to the one the kiosk runs as$", said)


def test_root_is_told_to_be_the_one_the_kiosk_runs_as(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``sudo -u kiosk`` was forgotten. Obeyed, "give it to root" would have kept the kiosk from its own key."""
    key = example.parent / "hashing.key"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    if not os.getuid():
        os.chown(key, pwd.getpwnam("daemon").pw_uid, -1)
    said = message(example)
    assert f"belongs to {key.owner()}, and this is root: put sudo -u {key.owner()} before the command" in said
    assert "to root" not in said


@pytest.mark.parametrize(
    ("setting", "others"),
    [("terminal_password", ""), ("certificate", ""), ("key", 'certificate = "shown.pem"\n')],
)
def test_what_a_sip2_library_wants_kept_secret(example: Path, setting: str, others: str) -> None:
    """The terminal's password; and the key of the point's certificate, in a file of its own or beside it."""
    text = (Path(__file__).parents[2] / "examples" / "sip2.toml").read_text(encoding="utf-8")
    text = text.replace("/var/lib/shuxiang-kiosk/store.db", "store.db")
    example.write_text(text.replace("[service]", f'[service]\n{setting} = "secret.file"\n{others}'), encoding="utf-8")
    for name in ("sip2.password", "secret.file", "shown.pem"):
        (example.parent / name).write_text("secret")
        (example.parent / name).chmod(0o600)
    (example.parent / "shown.pem").chmod(0o644)
    assert isinstance(load(example), Config)
    secret = example.parent / "secret.file"
    secret.chmod(0o640)
    assert message(example).startswith(f"service.{setting}: <here>/secret.file may be read or written by others; run:")
    secret.unlink()
    secret.write_bytes(b"\xff")
    secret.chmod(0o600)
    assert message(example) == f"service.{setting}: <here>/secret.file is not a text of at most 65536 bytes"
    if not os.getuid():
        secret.write_text("secret")
        os.chown(secret, 4242, -1)
        assert f"service.{setting}: <here>/secret.file belongs to user 4242, who is not known here" in message(example)
    secret.unlink()
    os.mkfifo(secret, 0o600)
    assert f"service.{setting}: " in message(example)


@pytest.mark.parametrize("content", ["", "abc", "g" * 64, "a" * 62, "a" * 66, "a" * 100_000, "\udcff"])
def test_a_hashing_key_that_is_none(example: Path, content: str) -> None:
    (example.parent / "hashing.key").write_bytes(content.encode("utf-8", "surrogateescape"))
    said = message(example)
    assert said.startswith("keys.hashing: <here>/hashing.key ")
    assert "put back the one that the library has too" in said or "is not a text of at most 65536 bytes" in said
    assert not content or content not in said


@pytest.mark.parametrize("file", ["hashing.key", "service.token", "library-pass.pem", "kiosk.toml"])
def test_a_mark_at_the_beginning_as_some_editors_write_it(example: Path, file: str) -> None:
    before, marked = load(example), example.parent / file
    text = marked.read_text(encoding="utf-8")
    marked.write_text(text, encoding="utf-8-sig")
    config = load(example)
    assert config.keyring.hashing == before.keyring.hashing
    assert config.service.credential == before.service.credential
    assert hashing_file(config) == example.parent / "hashing.key"
    marked.write_text(f"\n{text}\udcff", encoding="utf-8-sig", errors="surrogateescape")
    assert "not UTF-8 text (at line " in message(example) or "is not a text" in message(example)


@pytest.mark.parametrize("content", ["", "two\nlines", "schlüssel", "a\x07b"])
def test_a_credential_that_is_none(example: Path, content: str) -> None:
    (example.parent / "service.token").write_text(content, encoding="utf-8")
    said = message(example)
    assert said.startswith("service.credential: <here>/service.token must hold one line")
    assert not content or content not in said


def test_public_keys_as_pem_or_hex(example: Path) -> None:
    key = Ed25519PrivateKey.generate()
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    (example.parent / "second.pub").write_text(raw.hex().upper() + "\n")
    keyring: Keyring = load(edited(example, '["library-pass.pem"]', '["library-pass.pem", "second.pub"]')).keyring
    keyring.passes[1].verify(key.sign(b"a pass"), b"a pass")


def test_a_public_key_that_is_none(example: Path) -> None:
    file = example.parent / "library-pass.pem"
    wrong = rsa.generate_private_key(65537, 2048).public_key()
    for content in (b"", b"-----BEGIN PUBLIC KEY-----", wrong.public_bytes(Encoding.PEM, PublicFormat.PKCS1)):
        file.write_bytes(content)
        assert message(example).startswith("keys.passes[0]: <here>/library-pass.pem must hold an Ed25519 public key")
    file.unlink()
    assert message(example) == "keys.passes[0]: <here>/library-pass.pem: No such file or directory"
