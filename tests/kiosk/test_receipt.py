"""A proof of return: genuine, changed or unknown; and its key."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from hardware.printer import Code
from hardware.readings import ReceiptScanned
from hardware.scanner.barcode import Meanings, meaning
from hardware.secret_file import UnfitFile
from kiosk.core.receipts import verify
from kiosk.core.screens import Slip
from kiosk.frontend import About
from kiosk.receipt import key_beside, make_key, public_at, read_key, signer
from kiosk.slip import TEXT_BYTES_MAX, sheet, text

KEY = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
PUBLIC = KEY.public_key()
ABOUT = About("dongmen", {"zh": "东门站", "en": "East Gate"}, "0571-8702 8888", signer(KEY, "dongmen"))
SLIP = Slip("103", 57, "dropoff", 1_795_000_000.4, (("三体", "SIP0001104"), ("x", "UNREAD-9-1")))


def test_the_slip_of_a_return_proves_it() -> None:
    for words in (text(SLIP, ABOUT, "zh"), text(SLIP, ABOUT, "en")):
        verdict = verify(words, [PUBLIC])
        assert (verdict.status, verdict.point, verdict.visit) == ("genuine", "dongmen", "57/103")
        assert (verdict.at, verdict.checked, verdict.items) == (1_795_000_000.0, True, ("SIP0001104", "UNREAD-9-1"))
        assert len(words.encode()) <= TEXT_BYTES_MAX


def test_paper_bears_the_same_proof() -> None:
    code = next(part for part in sheet(SLIP, ABOUT, "zh") if isinstance(part, Code))
    assert verify(code.text, [PUBLIC]).items == ("SIP0001104", "UNREAD-9-1")
    assert code.text.isascii()


def test_what_is_yet_to_be_looked_at_says_so() -> None:
    assert not verify(text(replace(SLIP, provisional=True), ABOUT, "zh"), [PUBLIC]).checked


def test_the_slip_of_a_loan_proves_nothing() -> None:
    assert verify(text(replace(SLIP, purpose="pickup", due=1.8e9), ABOUT, "zh"), [PUBLIC]).status == "unknown"


def test_fifty_items_are_all_in_it() -> None:
    many = replace(SLIP, items=tuple((f"书 {n}", f"SIP{n:07}") for n in range(50)))
    words = text(many, ABOUT, "zh")
    assert len(verify(words, [PUBLIC]).items) == 50
    assert "东门站" in words
    assert len(words.encode()) < 1000


@given(st.data())
def test_any_change_of_what_is_signed_is_seen(data: st.DataObject) -> None:
    line = signer(KEY, "dongmen")(SLIP)
    at = data.draw(st.integers(0, len(line) - 2))  # the very last character holds two bits only
    other = data.draw(st.sampled_from("0123456789abcxyzABCXYZ;,/-").filter(lambda c: c != line[at]))
    assert verify(line[:at] + other + line[at + 1 :], [PUBLIC]).status in ("changed", "unknown")


def test_lines_broken_by_a_phone_or_typed_with_spaces_are_the_same() -> None:
    line = signer(KEY, "dongmen")(SLIP)
    assert verify(f"  {line[:40]}\r\n {line[40:90]} {line[90:]}\n", [PUBLIC]).status == "genuine"


@pytest.mark.parametrize("words", ["", "R1;", "hello", "R1;a;1/1;1;checked;;00000000;" + "A" * 86, "R1;" * 5000])
def test_no_receipt_is_unknown(words: str) -> None:
    assert verify(words, [PUBLIC]).status == "unknown"


def test_another_key_is_unknown_and_names_its_point() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"\x06" * 32).public_key()
    verdict = verify(signer(KEY, "dongmen")(SLIP), [stranger])
    assert (verdict.status, verdict.point) == ("unknown", "dongmen")
    assert verify(signer(KEY, "dongmen")(SLIP), [stranger, PUBLIC]).status == "genuine"


def test_the_key_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite.receipt-key"
    make_key(path)
    first = read_key(path).private_bytes_raw()
    make_key(path)
    assert read_key(path).private_bytes_raw() == first
    path.with_name(path.name + ".new").write_text("half")  # the power failed
    path.unlink()
    make_key(path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o777 == 0o600
    os.chmod(path, 0o644)
    with pytest.raises(UnfitFile, match="chmod 600"):
        read_key(path)
    os.chmod(path, 0o600)
    path.write_text("nonsense")
    with pytest.raises(UnfitFile, match="64 hex digits"):
        read_key(path)


@pytest.mark.parametrize("many", [1, 50])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_scanner_makes_out_the_slip_whole_or_line_by_line(many: int, language: str) -> None:
    slip = replace(SLIP, items=tuple((f"书 {n}", f"SIP{n:07}") for n in range(many)))
    words = text(slip, ABOUT, language)
    for scanned in (words, words.encode(), "]Q3" + words, words.split("\n")[-1].encode()):
        seen = meaning("desk", scanned, Meanings())
        assert isinstance(seen, ReceiptScanned)
        assert verify(seen.line, [PUBLIC]).items == tuple(barcode for _, barcode in slip.items)
    taken = replace(slip, purpose="pickup", due=1.8e9)
    paper = next(part.text for part in sheet(taken, ABOUT, language) if isinstance(part, Code))
    for scanned in (text(taken, ABOUT, language), paper, f"]Q3{paper}"):
        assert meaning("desk", scanned, Meanings()) == ReceiptScanned("desk", "dongmen-57/103")


def test_receipts_of_before_a_new_key_are_still_known(tmp_path: Path) -> None:
    path = key_beside(tmp_path / "point.sqlite")
    assert public_at(path) == ()
    make_key(path)
    old = read_key(path).public_key()
    path.with_name(f"{path.name}.20260101.pem").write_bytes(
        old.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    path.with_name(f"{path.name}.20260102.pem").write_text("no key at all")
    path.unlink()
    make_key(path)
    assert public_at(path) == (read_key(path).public_key(), old)
