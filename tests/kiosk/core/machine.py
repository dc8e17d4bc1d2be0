"""The deciding function alone, driven by hand: a small point, its people, and what its cabinet would report."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from hardware.readings import (
    CardShown,
    DeviceUp,
    Door,
    DoorSeen,
    ItemScanned,
    Paper,
    PaperSeen,
    PassScanned,
    PileSeen,
    Pulse,
    SecureEnded,
    UnlockEnded,
    Written,
)
from kiosk.core.commands import Ask, Command, Do, Secure, Unlock
from kiosk.core.events import Acted, Answered, Event, Heard, Online, Started, Tick, Touched
from kiosk.core.facts import Fact, Proved, told
from kiosk.core.identity import Keyring
from kiosk.core.limits import Limits
from kiosk.core.model import Compartment, PickupPoint
from kiosk.core.plan import Plan, Space
from kiosk.core.reader_screens import DoorShut
from kiosk.core.screens import Screen
from kiosk.core.session import NOBODY, Session, Step
from kiosk.core.show import display
from kiosk.core.step import step
from kiosk.tellings import TOLD
from simulators.library.passes import issue_pass
from sync.acts import Act, Ruling
from sync.asked import Answer
from sync.instructions import Instructed, Instruction, signed_bytes
from sync.library_clock import Bounds
from sync.messages import Page, ParcelRecalled, ParcelSent, PatronChanged
from sync.service import Abilities
from sync.things import Item, Patron, SentParcel

NOW = 1_795_000_000.0
DAY_S = 86400.0
SIGNING = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)
KEYRING = Keyring(b"k" * 32, (SIGNING.public_key(),))
LIMITS = Limits()
CARDS = {"sue": "04D4", "ann": "04A1", "bob": "04B2", "eve": "04E5", "old": "0401", "max": "04C3"}
CODE, PASS_ID = "12345678", "00112233445566ff"
SPACES = (("A1", "S"), ("A2", "S"), ("B1", "M"), ("C1", "L"))


def item(name: str, isbn: str = "") -> Item:
    return Item(name, f"Title {name}", isbn)


ISBN, OTHER_ISBN = "9787020002207", "9787020008728"
ONE, TWO, THREE = item("i-1", ISBN), item("i-2"), item("i-3")
PARCEL = SentParcel("p-1", "ann", (ONE,), "S", NOW + 3 * DAY_S, KEYRING.code(CODE), PASS_ID)
PAIR = SentParcel("p-2", "ann", (TWO, THREE), "M", NOW + 3 * DAY_S, KEYRING.code(CODE), PASS_ID)
BOBS = SentParcel("p-3", "bob", (item("i-4"),), "S", NOW + 3 * DAY_S, KEYRING.code("87654321"), "ff" * 8)
PEOPLE = (
    Patron("ann", "A.", cards=(KEYRING.card(CARDS["ann"]),)),
    Patron("bob", "B.", cards=(KEYRING.card(CARDS["bob"]),)),
    Patron("eve", "E.", "blocked", cards=(KEYRING.card(CARDS["eve"]),), reason="a fee is open"),
    Patron("old", "O.", "expired", cards=(KEYRING.card(CARDS["old"]),)),
    Patron("max", "M.", role="courier", cards=(KEYRING.card(CARDS["max"]),)),
)


def qr(pass_id: str = PASS_ID, point: str = "p1", not_after: float = NOW + DAY_S, key: Any = SIGNING) -> str:
    return issue_pass(key, pass_id, point, not_after)


class Machine:
    """``facts`` and ``commands``: those of the last event. ``proved``: who last did so in this session."""

    def __init__(
        self,
        *parcels: SentParcel,
        spaces: Sequence[tuple[str, str]] = SPACES,
        online: bool = True,
        limits: Limits = LIMITS,
        library: Abilities = Abilities(),  # noqa: B008  frozen
        counter: bool = False,
        pads: frozenset[str] = frozenset(),
    ) -> None:
        rows = {name: Space(name, size, n, 0) for n, (name, size) in enumerate(spaces)}  # type: ignore[arg-type]
        self.now = NOW
        self.session: Session = NOBODY
        self.facts: tuple[Fact, ...] = ()
        self.all_facts: list[Fact] = []
        self.commands: tuple[Command, ...] = ()
        self.proved = ""
        self.point = PickupPoint(
            Plan(
                "p1",
                rows,
                KEYRING,
                limits,
                frozenset({"card"}),
                printers=("printer",),
                library=library,
                pads=pads,
                writing=pads,
                counter=counter,
            ),
            compartments={n: Compartment(n) for n in rows},
        )
        self.do(Started())
        if online:
            self.do(Online(True))
        self.doors(Door.SHUT)
        self.hear(*(PatronChanged(patron) for patron in PEOPLE), *(ParcelSent(parcel) for parcel in parcels))

    def do(self, *events: Event, after: float = 0.0) -> Self:
        for event in events:
            self.now += after
            self.take(step(self.point, self.session, event, self.now))
        return self

    def take(self, taken: Step) -> None:
        for said in filter(None, map(told, taken.facts)):  # else the store stops, at each start again
            assert TOLD.validate_json(TOLD.dump_json(said)) == said
        proofs = [fact.person for fact in taken.facts if isinstance(fact, Proved)]
        same = taken.session.number == self.session.number
        self.proved = proofs[-1] if proofs else self.proved if same else ""
        self.point, self.session = taken.point, taken.session
        self.facts, self.commands = taken.facts, taken.commands
        self.all_facts += taken.facts

    def copy(self) -> "Machine":
        other = object.__new__(Machine)
        other.__dict__ = {**self.__dict__, "all_facts": list(self.all_facts)}
        return other

    # ---- what happens

    def hear(self, *changes: Any, snapshot: bool = False) -> Self:
        return self.do(Heard(Page(changes, "c", self.now, snapshot)))

    def instruct(self, action: str, **wanted: Any) -> Self:
        """The library wants something done; signed just now, heard at once, unless said otherwise."""
        late, unsure, key = wanted.pop("late", 0.0), wanted.pop("unsure", 0.1), wanted.pop("key", SIGNING)
        name = wanted.pop("id", f"I{len(self.all_facts)}")
        order = Instruction(name, wanted.pop("point", "p1"), self.now, action, **wanted)  # type: ignore[arg-type]
        said = Instructed(order, key.sign(signed_bytes(order)).hex())
        then = self.now + late
        bounds = Bounds(then - unsure, then) if unsure is not None else None
        return self.do(Heard(Page((said,), "c", self.now), bounds))

    def recall(self, parcel: str) -> Self:
        return self.hear(ParcelRecalled(parcel))

    def doors(self, door: Door) -> Self:
        return self.do(*(DoorSeen(name, door) for name in self.point.compartments))

    def tap(self, who: str) -> Self:
        return self.do(CardShown("card", SecretStr(CARDS[who])))

    def show(self, text: str) -> Self:
        return self.do(PassScanned("scanner", SecretStr(text)))

    def scan(self, *barcodes: str) -> Self:
        return self.do(*(ItemScanned("scanner", barcode) for barcode in barcodes))

    def touch(self, action: str, value: str = "") -> Self:
        return self.do(Touched(action, value))

    def code(self, digits: str) -> Self:
        self.touch("collect") if "Collect" not in str(self.screen) else None
        for digit in digits:
            self.touch("digit", digit)
        return self.touch("enter")

    def answer(self, answer: Answer | None) -> Self:
        return self.do(Answered(self.asked, answer))

    def act(self, outcome: Ruling | Literal["away", "unknown"]) -> Self:
        """What became of the act under way."""
        return self.do(Acted(self.asked, outcome))

    def forced(self, name: str = "A1") -> Self:
        """Somebody forces a door, and pushes it shut."""
        return self.do(DoorSeen(name, Door.OPEN), DoorSeen(name, Door.SHUT))

    def open(self, after: float = 1.0) -> Self:
        """The door that was ordered open answers and opens."""
        order = self.order
        self.do(UnlockEnded(self.door, order.id, order.attempt, Pulse.ACCEPTED))
        return self.do(DoorSeen(self.door, Door.OPEN), after=after)

    def shut(self, after: float = 5.0, done: bool = True) -> Self:
        """Every open door is pushed shut; a reader who might have it opened once more is ``done`` with it."""
        standing = [name for name, row in self.point.compartments.items() if row.door is Door.OPEN]
        self.do(*(DoorSeen(name, Door.SHUT) for name in standing), after=after)
        if done and isinstance(self.screen, DoorShut):
            self.touch("next" if self.screen.next_door else "finish")
        return self

    def lay(self, *items: str, foreign: int = 0) -> Self:
        """What lies on the pad has changed."""
        return self.do(PileSeen("pad", items, (), foreign))

    def written(self, written: Written = Written.DONE) -> Self:
        """The pad has done, or not, what it was last told."""
        for order in self.tags:
            self.do(SecureEnded(order.device, order.order, order.item, order.secured, written))
        return self

    def wait(self, seconds: float) -> Self:
        """Time alone, half a second at a time; by then the wire has said of each pulse that it was accepted."""
        for row in self.point.compartments.values():
            if row.order and not row.order.pulse and row.door is Door.SHUT:
                self.do(UnlockEnded(row.name, row.order.id, row.order.attempt, Pulse.ACCEPTED))
        for _ in range(int(seconds * 2)):
            self.do(Tick(), after=0.5)
        return self

    def paper(self, paper: Paper = Paper.OK) -> Self:
        """The printer answers."""
        return self.do(DeviceUp("printer"), PaperSeen("printer", paper))

    def restart(self) -> Self:
        """The power fails and comes back; no door has been seen yet."""
        self.session = NOBODY
        return self.do(Started(), Online(True))

    # ---- what is so

    @property
    def screen(self) -> Screen:
        return display(self.point, self.session, self.now).screen

    @property
    def door(self) -> str:
        """The compartment of the story at the screen."""
        return str(self.session.story.visit.compartment)  # type: ignore[union-attr]

    @property
    def order(self) -> Any:
        return self.point.compartments[self.door].order

    @property
    def unlocked(self) -> list[str]:
        return [c.compartment for c in self.commands if isinstance(c, Unlock)]

    @property
    def asked(self) -> str:
        return str(self.session.story.key)  # type: ignore[union-attr]

    @property
    def asks(self) -> list[Any]:
        return [c.query for c in self.commands if isinstance(c, Ask)]

    @property
    def tags(self) -> list[Secure]:
        return [c for c in self.commands if isinstance(c, Secure)]

    @property
    def acts(self) -> list[Act]:
        return [c.said.act for c in self.commands if isinstance(c, Do)]

    def told(self, kind: type) -> list[Any]:
        """All facts of a kind since the beginning."""
        return [fact for fact in self.all_facts if isinstance(fact, kind)]

    def parcel(self, parcel: str = "p-1") -> Any:
        return self.point.parcels[parcel]

    def out(self, name: str) -> str:
        return self.point.compartments[name].out


def stocked(*parcels: SentParcel, **kwargs: Any) -> Machine:
    """A point in which these parcels lie, put there by the courier."""
    machine = Machine(*parcels, **kwargs)
    machine.tap("max")
    for parcel in parcels:
        machine.scan(*(i.barcode for i in parcel.items)).open().shut()
    machine.touch("finish")
    machine.all_facts.clear()
    return machine


def letters(machine: Machine, word: str) -> Machine:
    """These letters are touched on the pad."""
    for letter in word:
        machine.touch("letter", letter)
    return machine


SILENT = Abilities(announces=False, codes=False, titles=False)
"""What a SIP2 library can do."""


def expiring(parcel: SentParcel, by: float) -> SentParcel:
    return replace(parcel, expires=NOW + by)
