"""SIP2 from either end: what a library may answer, and what may be asked of the one that is simulated."""

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from simulators.library.ledger import Ledger
from simulators.library.seed import seed, signing_key
from simulators.library.sip2.quirks import PROFILES
from simulators.library.sip2.server import Sip2Server
from simulators.library.sip2.talk import Talk
from sync.seal import Seal
from sync.sip2 import dialect, items, people
from sync.sip2.exchange import Exchange, LinkDown, Manners
from sync.sip2.frame import LENGTH_MAX, Frame, Reader, seal
from sync.sip2.message import NotAMessage
from sync.sip2.settings import Settings
from sync.sip2.words import Words
from tests.fuzz.files import for_now

CHARSETS = ("utf-8", "gb18030", "latin-1")
SETTINGS = Settings(host="127.0.0.1", user="kiosk", institution="SIP", location="dongmen")
SEAL = Seal(b"k" * 32, lambda number: f"{len(number):064x}")
CONVERSATION = [
    "941",
    "98YNNYNN60000320261123    1643372.00AOUWOLS|BXYYYYYYYYYNYNYYYY|",
    "64  Y           00020261123    164337000000000000000100000000AOUWOLS|AAdjfiander|AEDavid J. Fiander|BLY|CQY|"
    "PA20501231|AFgood day|AU1565921879|",
    "1808020120261123    164404AB660|AJ三体|CTdongmen|CY7|DA李明|",
    "101YNN20261123    164338AOUWOLS|AB1565921879|AQ|AJPerl 5 desktop reference|CV01|CTelsewhere|CY12|DAMing Li|",
    "121NNY20261123    164338AOUWOLS|AAdjfiander|AB1565921879|AJPerl|AH20261207    164338|",
]


@cache
def _dialects() -> list[dialect.Dialect]:
    return [dialect.load(Path(name)) for name in dialect.names()]


def answers(data: bytes) -> None:
    """A library's bytes, read as the answer to a question, and what we make of it in any dialect."""
    which, said = (data[0], data[1:]) if data else (0, b"")
    spoken = _dialects()[which % len(_dialects())]
    manners = Manners(charset=CHARSETS[which % 3], trusted=which % 2 == 0)  # type: ignore[arg-type]
    words = Words(SETTINGS, spoken, "kiosk", "")
    questions = (words.login(), words.patron("R1"), words.item("B1"), words.checkin("B1", 1_795_000_000))
    reader = Reader()
    frames = [*reader.feed(said), *reader.silence()]
    assert len(reader._held) <= LENGTH_MAX
    for question in questions:
        exchange = Exchange(question, 1, manners)
        exchange.begin()
        for frame in frames:
            _heard(exchange, frame, spoken)


def _heard(exchange: Exchange, frame: Frame, spoken: dialect.Dialect) -> None:
    with suppress(LinkDown, NotAMessage, people.Unnamed):
        answer = exchange.hear(frame)
        if answer is None or isinstance(answer, bytes):
            return
        match answer.code:
            case "64":
                people.patron_is(answer, "R1", False, spoken, SEAL)
                items.stands_in(answer, "AU", answer, "B1", spoken)
            case "18":
                items.item_is(answer, "B1", spoken)
                items.shelved(answer, frozenset({"dongmen"}), SEAL)
                items.on_loan(answer)
            case "10":
                items.hold(answer, frozenset({"dongmen"}), spoken, SEAL)


def some_answers() -> Iterable[bytes]:
    """A conversation, sealed, in several ways of speaking."""
    for which in range(6):
        for body in CONVERSATION:
            yield bytes((which,)) + seal(body.encode(CHARSETS[which % 3], "replace"), 1, which < 4)


@cache
def _library() -> list[Sip2Server]:
    ledger = Ledger(for_now("fuzz-sip2-") / "ledger.db", signing_key())
    seed(ledger)
    return [Sip2Server(ledger, quirks) for quirks in PROFILES.values()]


def requests(data: bytes) -> None:
    """Anybody's bytes to the simulated library: it answers, or hangs up, and what it says is bounded."""
    which, said = (data[0], data[1:]) if data else (0, b"")
    servers = _library()
    talk = Talk(servers[which % len(servers)])
    for frame in Reader().feed(said + b"\r"):
        assert sum(map(len, talk.hear(frame))) <= 2 * LENGTH_MAX
        if talk.ended:
            break


def some_requests() -> Iterable[bytes]:
    """A kiosk's day."""
    asked = [
        "9300CNkiosk|COkiosk|CP|",
        "9900802.00",
        "6300120261123    164337  Y       AOSIP|AA21000000001|AC|AD|",
        "17" + "20261123    164404AOSIP|ABSIP0001104|AC|",
        "11YN20261123    164338" + " " * 18 + "AOSIP|AA1|ABSIP0001104|AC|",
        "09N20261123    16433820261123    164338APx|AOSIP|ABSIP0001104|AC|",
        "15+20261123    164338AOSIP|AA1|ABSIP0001104|",
        "29NN20261123    16433820261123    164338AOSIP|AA1|ABSIP0001104|",
        "3720261123    1643380100CNYBV1.00|AOSIP|AA1|",
    ]
    for which in range(len(PROFILES)):
        for number, body in enumerate(asked):
            yield bytes((which,)) + seal(asked[0].encode(), 0) + seal(body.encode(), number % 10)
