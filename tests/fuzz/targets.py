"""Everything that comes from outside, each a function of bytes that may raise nothing but what it declares.

A target says how bytes reach the code and what may be said of the outcome; what it raises beyond that is a find. Each
has ``seeds``: inputs that are sound, from which the damaged ones are bred.
"""

import tomllib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hardware.errors import DeviceError
from hardware.readings import CodeUnknown, IsbnScanned
from hardware.rfid import iso15693, transparent
from hardware.rfid.book import Content, Unreadable
from hardware.rfid.recipe import SHIPPED, Refused, read_number
from hardware.rfid.tags import MEMORY_MAX, PadSettings
from hardware.scanner.barcode import Meanings, is_book_number, meaning
from kiosk.core.identity import Keyring, read_pass
from simulators.library.passes import issue_pass
from simulators.replay_file import read as read_trace
from simulators.replay_line import NotATrace
from sync import rest
from sync.account import AccountIs, Hold, Loan
from sync.activation import Offer, Rules
from sync.acts import LoanRuling, Ruling
from sync.asked import ItemIs, LoansAre, PatronIs
from sync.envelope import PROBLEM, RECEIPTS, Problem, Receipts
from sync.errors import ServiceError
from sync.instructions import Instructed, Instruction, signed_bytes
from sync.messages import NeighboursAre, Page, ParcelRecalled, ParcelSent, PatronChanged, Receipt
from sync.things import Item, Neighbour, Patron, SentParcel
from sync.titles import Title, TitlesAre
from tests.conformance.test_decoders import DECODERS, held
from tests.fuzz import files, probed, sip2, sip2_day, slips
from ui.json_lines import FIELD_MAX, Lines, NoTouch, parse

VECTORS = Path(__file__).parents[1] / "vectors"
KEY = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
KEYRING = Keyring(b"k" * 32, (KEY.public_key(),))
NOW = 1_795_000_000


@dataclass(frozen=True)
class Target:
    """``take``: what is done with an input. ``seeds``: made when first needed. ``size``: longest input, bytes."""

    take: Callable[[bytes], object]
    seeds: Callable[[], Iterable[bytes]] = field(default=lambda: ())
    size: int = 1024


def vectors(name: str, kind: str, key: str) -> list[bytes]:
    """What the makers publish, as bytes."""
    told = tomllib.loads((VECTORS / f"{name}.toml").read_text(encoding="utf-8")).get(kind, ())
    return [bytes.fromhex(one[key]) for one in told if isinstance(one.get(key), str)]


def pieces(data: bytes) -> list[bytes]:
    """A stream as it may arrive: the first byte of each piece says how long it is."""
    cut = []
    while data:
        length = data[0] % 48 + 1
        cut.append(data[1 : 1 + length])
        data = data[1 + length :]
    return cut


# ---- wires ---------------------------------------------------------------------------------------------------------


def frames(data: bytes) -> None:
    """Any decoder, the first byte says which: it holds back little, and finds its frames after whatever came."""
    rig = DECODERS[data[0] % len(DECODERS)] if data else DECODERS[0]
    decoder = rig.make()
    for piece in pieces(data[1:]):
        decoder.feed(piece)
        assert held(decoder) <= rig.holds, rig.name
    assert len(decoder.feed(rig.frames[0] * (rig.lost + 2))) >= 2, rig.name


def some_frames() -> Iterable[bytes]:
    """Each decoder's own frames in small pieces."""
    for number, rig in enumerate(DECODERS):
        for frame in rig.frames[:4]:
            yield bytes((number,)) + b"".join(bytes((len(p) - 1,)) + p for p in (frame[:3], frame[3:]) if p)


def apdus(data: bytes) -> None:
    """A card that answers a recipe with anything; pieces are its answers. A number fits to be one, or there is none."""
    recipes = [recipe for shipped in SHIPPED.values() for recipe in shipped]
    answers = iter(pieces(data[1:]))
    recipe = recipes[data[0] % len(recipes)] if data else recipes[0]
    with suppress(Refused, DeviceError):
        number = read_number(recipe, lambda _: next(answers, b"\x6f\x00"))
        assert number is None or 0 < len(number) <= 64


def some_apdus() -> Iterable[bytes]:
    """The published exchanges: what the cards said."""
    told = tomllib.loads((VECTORS / "pcsc.toml").read_text(encoding="utf-8"))["exchange"]
    for number in range(len([recipe for shipped in SHIPPED.values() for recipe in shipped])):
        for one in told:
            said = [bytes.fromhex(turn)[:48] for turn in one["turns"][1::2]]
            yield bytes((number,)) + b"".join(bytes((len(part) - 1,)) + part for part in said if part)


PADS = [PadSettings(layouts=(name,)) for name in ("iso28560_3", "iso28560_2", "iso28560_4", "text")]


def tags(data: bytes) -> None:
    """A tag's memory in each layout, and a pad's words about a tag."""
    which, memory = (data[0], data[1:]) if data else (0, b"")
    if which % 8 < 4:
        with suppress(Unreadable):
            content = PADS[which % 4].content(memory)
            assert content is None or (isinstance(content, Content) and 0 < len(content.number) <= 2 * MEMORY_MAX)
    else:
        with suppress(DeviceError, iso15693.TagRefused):
            said = iso15693.answer(memory)
            iso15693.SystemInformation.from_bytes(said)
        with suppress(DeviceError):
            assert sum(len(value) for _, value in transparent._parsed(memory)) <= len(memory)


def some_tags() -> Iterable[bytes]:
    """The published tags, in each layout."""
    memories = [one for kind in ("fixed", "objects", "element", "uii") for one in vectors("book_tags", kind, "bytes")]
    return [bytes((which,)) + memory for memory in memories for which in range(8)]


# ---- what readers hold out -----------------------------------------------------------------------------------------


def codes(data: bytes) -> None:
    """A scanned code means something or is unknown; a book number always has its check digit."""
    for text in (data, data.decode("utf-8", "replace")):
        scan = meaning("scanner", text, Meanings())
        assert not isinstance(scan, IsbnScanned) or is_book_number(scan.isbn)
        assert not isinstance(scan, CodeUnknown) or scan.length <= len(text)


def passes(data: bytes) -> None:
    """A pass is forged unless the library signed this very text."""
    text = data.decode("latin-1")
    pass_id, flaw = read_pass(text, KEYRING, "dongmen", NOW)
    if flaw != "forged":
        assert any(text.rstrip("\n") == issue_pass(KEY, pass_id, point, at) for point in POINTS for at in TIMES)


POINTS, TIMES = ("dongmen", "lujia"), (NOW - 1, NOW + 1000)


def some_passes() -> Iterable[bytes]:
    """Two points, before and after the end."""
    return [issue_pass(KEY, "0123456789abcdef", point, at).encode() for point in POINTS for at in TIMES]


# ---- the library ---------------------------------------------------------------------------------------------------

SHAPES = (rest.ANSWER, rest.PAGE, rest.RULING, RECEIPTS, PROBLEM)


def replies(data: bytes) -> None:
    """The body of any reply of the lending service."""
    for shape in SHAPES:
        with suppress(ServiceError):
            found = rest._read(shape, data)
            if shape is rest.PAGE:
                rest._check_page(found, snapshot=found.snapshot)
                orders = [change for change in found.changes if isinstance(change, Instructed)]
                assert not any(signed(order) for order in orders)


def signed(order: Instructed) -> bool:
    """Whether the library gave this order."""
    with suppress(ValueError):  # what JSON cannot say, nobody signed
        return KEYRING.signed(signed_bytes(order.instruction), bytes.fromhex(order.signature))
    return False


def some_replies() -> Iterable[bytes]:
    """One of each shape."""
    item, reader = Item("SIP0001104", "三体", "9787229030933"), Patron("R1004", "L.", cards=("0" * 64,))
    sent = SentParcel("P1", "R1004", (item,), "M", NOW + 0.5, "0" * 64, "0" * 16)
    page = Page((PatronChanged(reader), ParcelSent(sent), ParcelRecalled("P2")), "c1", NOW + 0.25, snapshot=True)
    order = Instructed(Instruction("i-1", "dongmen", NOW + 0.5, "open", "A1", contents=("P1",)), "0" * 128)
    yield rest.PAGE.dump_json(Page((order, NeighboursAre((Neighbour("lujia", "Lujia", 3),))), "c2", NOW + 0.25))
    offer = PatronIs(None, offer=Offer((Rules("一", "1"),), 6))
    account = AccountIs(True, "L.", (Loan("B1", "三体", NOW + 0.5),), (Hold("H1", "三体", "ready", "dongmen", True),))
    for told in (offer, account, TitlesAre((Title("9787229030933", "三体", "刘慈欣"),))):
        yield rest.ANSWER.dump_json(told)
    each = (LoanRuling("B1", True, "", NOW + 0.5),)
    for ruling in (Ruling(True, "", NOW + 0.5, each, NOW + 0.5, 2), Ruling(False, "请换一个", again="pin")):
        yield rest.RULING.dump_json(ruling)
    receipts = Receipts((Receipt("k-1", "applied", "", reader, "far"), Receipt("k-2", "reused", expected=3)), NOW + 0.5)
    for answer in (PatronIs(reader, ("far",)), ItemIs(item, True, "yes"), LoansAre((item,))):
        yield rest.ANSWER.dump_json(answer)
    yield from (rest.PAGE.dump_json(page), RECEIPTS.dump_json(receipts))
    yield PROBLEM.dump_json(Problem("not yet", 409, expected=2))


# ---- other programs ------------------------------------------------------------------------------------------------


def touches(data: bytes) -> None:
    """What another front end writes."""
    lines = Lines()
    for piece in pieces(data):
        for line in lines.feed(piece):
            with suppress(NoTouch):
                touched = parse(line)
                assert touched is None or 0 < len(touched.action) <= FIELD_MAX


def traces(data: bytes) -> None:
    """A trace's file, before its drivers are made."""
    with suppress(NotATrace):
        read_trace(files.laid("trace.jsonl", data))


def some_traces() -> Iterable[bytes]:
    """The beginning of the one that is kept."""
    return [(VECTORS.parent / "traces" / "shuoming_disturbed.jsonl").read_bytes()[:4000]]


TARGETS: dict[str, Target] = {
    "frames": Target(frames, some_frames),
    "apdus": Target(apdus, some_apdus),
    "tags": Target(tags, some_tags, 300),
    "codes": Target(
        codes, lambda: [b"]E0978702000220751299", b"A33191000105864B", b"7-02-000220-7", b"SX0001234"], 600
    ),
    "passes": Target(passes, some_passes, 300),
    "replies": Target(replies, some_replies, 4096),
    "sip2_answers": Target(sip2.answers, sip2.some_answers),
    "sip2_day": Target(sip2_day.day, sip2_day.some_days, 2048),
    "probed": Target(probed.probed, probed.some_talks, 2048),
    "slips": Target(slips.slips, slips.some_slips),
    "printed": Target(slips.printed, slips.some_titles, 600),
    "sip2_requests": Target(sip2.requests, sip2.some_requests),
    "touches": Target(touches, lambda: [b'\x2f{"action": "digit", "value": "3"}\n']),
    "traces": Target(traces, some_traces, 4096),
    "settings": Target(files.settings, files.some_settings, 8192),
    "dialects": Target(files.dialects, files.some_dialects, 4096),
    "stores": Target(files.stores, files.some_stores, 1 << 18),
    "salvaged": Target(files.salvaged, files.some_stores, 1 << 18),
    "logs": Target(files.logs, files.some_logs, 1 << 18),
    "salvaged_logs": Target(files.salvaged_logs, files.some_logs, 1 << 18),
    "pictures": Target(files.pictures, files.some_pictures, 1 << 14),
}
