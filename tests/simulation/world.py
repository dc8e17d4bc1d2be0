"""A whole day at one pickup point in virtual time: the production loop and store, everything around them simulated.

One seed, one story. There is one heap of things to come and no thread or sleep, so the same seed does the same again.
The machine may lose its power before and after each commit and each command; the world goes on without it.
"""

import contextlib
import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardware.readings import CardGone, CardShown, CardUnread, DeviceDown, DeviceUp, PileSeen, Scan
from kiosk.core.commands import Ask, Do, LookAgain, Print, Refresh, Secure, Unlock
from kiosk.core.events import Tick
from kiosk.core.limits import Limits
from kiosk.core.plan import Plan, Space
from kiosk.core.screens import Display
from kiosk.core.stories import AtHome
from kiosk.incoming import Incoming, Upload, UploadFailed
from kiosk.loop import Clock, Loop, Outgoing
from kiosk.schema import connect
from kiosk.store import Store, StoreTrouble
from sync.errors import ServiceError
from tests.simulation.afar import FromAfar
from tests.simulation.cabinet import Cabinet
from tests.simulation.faults import ALL, Allowed, Faults
from tests.simulation.invariants import Watch
from tests.simulation.library import KEYRING, POINT, Library
from tests.simulation.pad import SimPad
from tests.simulation.printer import Printer
from tests.simulation.rest_wire import RestLink
from tests.simulation.sip2_library import Sip2Library
from tests.simulation.sip2_wire import Sip2Link
from tests.simulation.story import in_words

if TYPE_CHECKING:
    from tests.simulation.helpers import Permit

EPOCH = 1_800_000_000.0
APART_S = 540.0  # so far the clocks of library and machine may be from each other, for a whole life
SIZES = "SSSSMMML"
DEVICES, GONE = ("card", "scanner", "pad"), "unplugged"
SHOWN = CardGone | CardShown | CardUnread | Scan | PileSeen
TICK_S = 6.0  # at most, while somebody is there
Script = Iterator[float]  # a person or a trouble: yields how many seconds to wait


class PowerCut(Exception):
    """The process is no more."""


class World:
    """``cut_at``: the one boundary at which the power fails (else by chance). ``calm``: nothing goes wrong.
    ``sip2``: the library speaks SIP2 and announces nothing."""

    def __init__(
        self,
        seed: int,
        directory: Path,
        cut_at: int | None = None,
        calm: bool = False,
        sip2: bool = False,
        allowed: Allowed = ALL,
        long: bool = False,
    ) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.path = directory / "store.sqlite"
        self.cut_at, self.long = cut_at, long
        self.seldom = 24.0 if long else 1.0  # what comes by itself comes so much less often, for days to pass quickly
        self.copies = random.Random(seed + 2)  # for what is done with the numbers of others
        self.beside = random.Random(seed + 3)  # for who stands behind somebody who is served
        self.dice = Faults(self.rng, allowed, calm, self.rng.choice((1.0, 3.0, 6.0)) if long else 1.0)
        self.now = 0.0
        self.epoch = EPOCH + self.rng.randrange(365) * 86400.0
        self.offset = self.epoch  # the machine's clock at the beginning, as it is set now
        self.drift = self.rng.uniform(-100e-6, 100e-6)
        clocks = random.Random(seed + 5)
        self.apart = clocks.uniform(-APART_S, APART_S) if long and not calm and clocks.random() < 0.25 else 0.0
        self.story: list[str] = []
        self.heap: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self.order = count()
        self.events = self.boundaries = self.cuts = 0
        self.net_up, self.disk_full, self.disk_slow = True, False, False
        self.unplugged: set[str] = set()  # of the card reader, the scanner, the pad
        self.busy_until = self.tick_at = 0.0
        self.life = 0
        self.loop: Loop | None = None
        self.store: Store | None = None
        self.display: Display | None = None
        self.library: Library | Sip2Library
        self.link: RestLink | Sip2Link
        if sip2:
            self.library = Sip2Library(random.Random(seed + 1), directory, self.true)
            self.link = Sip2Link(self, self.library)
        else:
            self.library = Library(random.Random(seed + 1))
            self.link = RestLink(self, self.library)
        names = tuple(f"{'AB'[n // 6]}{n % 6 + 1}" for n in range(self.rng.randint(5, 11)))
        spaces = {name: Space(name, self.rng.choice(SIZES), n % 6, n // 6) for n, name in enumerate(names)}  # type: ignore[arg-type]
        kept = {"told_days": 7, "journal_days": 30, "keep_days": 2} if long else {}
        tight = {"away_reader_items_max": 1, "away_items_max": 3, "away_lending_h": 2}
        limits = Limits(printed_opens=seed % 5 != 3, recheck_s=1800, **kept).model_copy(
            update=tight if self.rng.random() < 0.5 else {}
        )
        self.plan = Plan(
            POINT,
            spaces,
            KEYRING,
            limits,
            frozenset({"card"}),
            printers=("printer",),
            library=self.library.abilities,
            pads=frozenset({"pad"}),
            writing=frozenset({"pad"}),
            counter=True,
        )
        self.cabinet = Cabinet(names, self.rng, self.later, self.post, self.say, lambda: self.now, self.dice)
        self.printer, self.pad = Printer(self), SimPad(self)
        self.holders: dict[str, str] = {}  # item to person, or "library"; nothing while it lies in a compartment
        self.taken: Counter[str] = Counter()  # how often a reader has taken an item out
        self.crowd: list[object] = []  # who is served, or thinks so
        self.waiting: set[str] = set()  # who stands beside them
        self.lied: dict[str, str] = {}  # items whose whereabouts people were silent or wrong about
        if isinstance(self.library, Library):
            self.library.lied = self.lied
        self.unsure = 0  # of how many items nothing could be asked in the end
        self.sly = random.Random(seed + 6)  # for who is dishonest
        self.permits: list[Permit] = []  # codes that readers had made for somebody else
        self.afar = FromAfar(self)
        self.watch = Watch(self)

    # ---- time

    def later(self, seconds: float, what: Callable[..., None], *args: Any) -> None:
        """Do something after so many seconds."""
        heapq.heappush(self.heap, (self.now + seconds, next(self.order), what, args))

    def run(self, until: float) -> None:
        """Let the world go on."""
        while self.heap and self.heap[0][0] <= until:
            self.now, _, what, args = heapq.heappop(self.heap)
            what(*args)
        self.now = until

    def follow(self, script: Script) -> None:
        """Let a script go on now and after each of its waits."""
        delay = next(script, None)
        if delay is not None:
            self.later(delay, self.follow, script)

    def wall(self) -> float:
        """What the machine's clock shows."""
        return self.offset + self.now * (1 + self.drift)

    def true(self) -> float:
        """What the library's clock shows."""
        return self.epoch + self.now + self.apart

    def set_clock(self) -> None:
        """Somebody sets the machine's clock right."""
        self.offset = self.epoch - self.now * self.drift

    def say(self, words: str) -> None:
        """One line of the story."""
        self.story.append(f"{self.now:9.1f}  {words}")

    def odd(self, chance: float, kind: str) -> bool:
        """Whether this goes wrong now."""
        return self.dice.odd(chance, kind)

    @property
    def faults(self) -> int:
        """How much went wrong."""
        return self.dice.total

    # ---- the machine

    def boot(self) -> None:
        """The program starts, or tries to."""
        if self.loop is not None:
            return
        try:
            if self.long and self.odd(0.1, "wrong_clock_at_boot"):
                self.say("the machine's clock has lost the time")
                self.offset = self.rng.choice((10 * 86400.0, self.epoch - 30 * 86400.0)) - self.now
                self.later(self.rng.uniform(30.0, 2000.0), self.set_clock)
            self.store = Store.open(self.path, self.plan)
            self._wrap(self.store)
            clock = Clock(self.wall, lambda: self.now)
            loop = Loop(self.store, clock, self.act, self.show, self.rng.uniform)
            loop.start()
        except StoreTrouble:
            assert self.store is not None
            self.store.close()
            self.later(5.0, self.boot)
            return
        except PowerCut:
            self.die()
            return
        self.loop = loop
        self.say(f"the machine starts, life {self.life}")
        self.watch.born()
        self.cabinet.power(True)
        for device in DEVICES:
            self.post(DeviceDown(device, GONE) if device in self.unplugged else DeviceUp(device))
        self.printer.begin()
        self._tick_later(self.life)
        self.link.begin(self.life, loop.point.counters.cursor)

    def die(self) -> None:
        """The power fails: the store is what its files were at that moment."""
        assert self.store is not None
        self.cuts += 1
        self.say(f"THE POWER FAILS (boundary {self.boundaries})")
        self.loop, self.display = None, None
        self.life += 1
        self.cabinet.power(False)
        self.watch.died(self.store)
        with contextlib.closing(connect(self.path, read_only=True)) as onlooker:
            onlooker.table_names()  # who closes while another looks on leaves the log as it is; who only reads does too
            self.store.close()
        self.later(self.rng.choice((2.0, 10.0, 45.0, 900.0)), self.boot)

    def _wrap(self, store: Store) -> None:
        store.commit = self._on_this_disk(store.commit)  # type: ignore[method-assign]
        store.forget = self._on_this_disk(store.forget)  # type: ignore[method-assign]

    def _on_this_disk(self, write: Callable[..., Any]) -> Callable[..., Any]:
        """A transaction, on a disk that may be full, slow or ill, of a machine that may lose its power."""

        def writes(*args: Any, **kwargs: Any) -> Any:
            self.boundary("before a commit")
            if self.disk_full:
                raise StoreTrouble("the disk is full")
            if self.odd(0.002, "disk_io"):
                self.say("an I/O fault of the disk")
                raise StoreTrouble("an I/O fault")
            result = write(*args, **kwargs)
            if self.disk_slow and self.dice.happens("slow_commit"):
                self.busy_until = max(self.busy_until, self.now) + self.rng.uniform(0.1, 4.0)
            self.boundary("after a commit")
            return result

        return writes

    def boundary(self, where: str) -> None:
        """A place where the power may fail."""
        self.boundaries += 1
        chance = 0.0006 if self.long else 0.0015
        if self.boundaries == self.cut_at or (self.cut_at is None and self.odd(chance, "power_cut")):
            self.say(f"cut {where}")
            raise PowerCut

    def unplug(self, device: str) -> None:
        """A device is gone; of what is shown to it meanwhile nobody hears."""
        self.say(f"{device} is unplugged")
        self.unplugged.add(device)
        self.post(DeviceDown(device, GONE))

    def plug_in(self, device: str) -> None:
        """It answers again."""
        self.say(f"{device} is plugged in")
        self.unplugged.remove(device)
        self.post(DeviceUp(device))
        if device == "pad":
            self.pad.say_again(self.life)

    def post(self, incoming: Incoming) -> None:
        """Put something into the machine's inbox."""
        if isinstance(incoming, SHOWN) and incoming.device in self.unplugged:
            return
        self.later(0.01, self._handle, self.life, incoming)

    def _handle(self, life: int, incoming: Incoming) -> None:
        if self.loop is None or life != self.life:
            return
        if self.now < self.busy_until:  # the deciding thread still waits for its disk
            waits = (self.busy_until, next(self.order), self._handle, (life, incoming))  # and none overtakes another
            heapq.heappush(self.heap, waits)
            return
        if isinstance(incoming, Tick) and self._unheard():
            return
        self.events += 1
        with self.powered():
            self.watch.hears(incoming)
            self.loop.handle(incoming)
            self.watch.handled(incoming)
            if self.tick_at > self.now + TICK_S and self._busy():
                self._tick_later(life)

    def _unheard(self) -> bool:
        """Whether something waits in the inbox. The time is not asked before it; it will be, later."""
        waits = (args for at, _, what, args in self.heap if at <= self.now and what == self._handle)
        return any(life == self.life and not isinstance(incoming, Tick) for life, incoming in waits)

    @contextlib.contextmanager
    def powered(self) -> Iterator[None]:
        """What the machine does; it may die in the middle."""
        try:
            yield
        except PowerCut:
            self.die()

    def arrive(self, life: int, incoming: Incoming) -> None:
        """Something comes in over the network, if the machine that waits for it is still alive."""
        if life == self.life:
            self.post(incoming)

    def tell_failed(self, life: int, error: ServiceError) -> None:
        """No receipts came."""
        self.arrive(life, UploadFailed(error))

    def show(self, display: Display) -> None:
        """The screen of the machine."""
        if self.display is None or display.screen != self.display.screen:
            self.say(f"    {in_words(display.screen)}")
        self.display = display

    def act(self, outgoing: Outgoing) -> None:
        """The machine gives a command; it may die before or after."""
        self.boundary(f"before {type(outgoing).__name__}")
        match outgoing:
            case Unlock():
                self.say(f"unlock {outgoing.compartment}, order {outgoing.order}, attempt {outgoing.attempt}")
                self.watch.unlocks(outgoing)
                self.cabinet.unlock(outgoing)
                self.watch.coils_rest(outgoing)
            case Ask():
                self.link.ask(outgoing)
            case Upload():
                self.link.tell(outgoing)
            case Do():
                self.watch.acts(outgoing)
                self.link.do(outgoing)
            case Refresh():
                self.link.refresh()
            case Secure():
                self.pad.secure(outgoing)
            case LookAgain():
                self.later(0.2, self.pad.say_again, self.life)
            case Print():
                self.printer.prints(outgoing)
        self.boundary(f"after {type(outgoing).__name__}")

    def _tick_later(self, life: int) -> None:
        wait = self.rng.uniform(0.5, TICK_S) if self._busy() else self.rng.uniform(100.0, 1000.0) * self.seldom
        self.tick_at = self.now + wait
        self.later(wait, self._tick, life, self.tick_at)

    def _tick(self, life: int, at: float) -> None:
        if life == self.life and at == self.tick_at and self.loop is not None:
            self.post(Tick())
            self._tick_later(life)

    def _busy(self) -> bool:
        """Whether somebody is there, or something is under way."""
        loop = self.loop
        assert loop is not None
        telling = loop.point.counters.online and not loop._told_all and loop._outbox.due(self.now)
        rows = loop.point.compartments.values()
        return telling or not isinstance(loop.session.story, AtHome) or any(row.order for row in rows)
