"""Slips: what somebody holds before the scanner as one, and what the library's words become on paper."""

from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hardware.escpos import Settings, compose
from hardware.paper import columns, printable, wrapped
from hardware.printer import Code, Line
from hardware.readings import ReceiptScanned
from hardware.scanner.barcode import Meanings, meaning
from kiosk.core.receipts import shown, verify
from kiosk.core.screens import Slip
from kiosk.receipt import signer

KEY = Ed25519PrivateKey.from_private_bytes(b"r" * 32)
KEYS = (KEY.public_key(),)
SLIPS = (
    Slip("7", 41, "dropoff", 1_795_000_000.0, (("三体", "B1"), ("Emma", "B2"))),
    Slip("8", 41, "dropoff", 1_795_000_009.0, (("三体", "B1"),), provisional=True),
)
LINES = [signer(KEY, "dongmen")(slip) for slip in SLIPS]
SIGNED = [line.rpartition(";")[0] for line in LINES]  # the last letter of a signature may be another with the same bits


def slips(data: bytes) -> None:
    """Only what this point signed is genuine, letter by letter: at the scanner, and where staff check it."""
    text = data.decode("utf-8", "replace")
    assert verify(text, KEYS).status != "genuine" or any(line in "".join(text.split()) for line in SIGNED)
    scan = meaning("scanner", data, Meanings())
    if isinstance(scan, ReceiptScanned):
        says = shown(scan.line, "dongmen", KEYS)
        assert says.what != "genuine" or any(line in scan.line for line in SIGNED)
        assert says.what != "slip" or says.point == "dongmen"


def some_slips() -> Iterable[bytes]:
    """Receipts alone and on their slip, and the number of a slip that is none."""
    for line in LINES:
        yield line.encode()
        yield f"东门\n三体 B1\n{line}\n".encode()
    yield b"Emma\ndongmen-41/7"


PAPERS = [Settings(port="x", paper_mm=mm, charset=charset) for mm in (58, 80) for charset in ("gb18030", "gbk")]  # type: ignore[arg-type]


def printed(data: bytes) -> None:
    """A title from outside is only ever printed: it gives the printer no orders and runs over no margin."""
    paper, said = PAPERS[data[0] % 4 if data else 0], data[1:].decode("utf-8", "replace")
    text = printable(said, paper.charset)
    assert text.encode(paper.charset).isascii() or min(text.encode(paper.charset)) >= 0x20
    assert not any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 for sign in text)
    lines = wrapped(text, paper.columns)
    assert all(columns(line) <= paper.columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    compose([Line(said, bold=True), Code(said[:100])], paper)


def some_titles() -> Iterable[bytes]:
    """Usual ones and odd ones, on each paper."""
    for which in range(4):
        for title in (
            "三体：“黑暗森林”（上）",
            "Études, op. 10 – №3 😀",
            "\x1b@\x1dV\x00 cut",
            "a" * 90,
            "е\u0301\u200b𠮷\U000e0001",
        ):
            yield bytes((which,)) + title.encode()
