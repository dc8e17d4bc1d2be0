"""The people of a day. Each is a script that looks at the screen and at the doors, as people do, and takes their time.

They walk away, change their minds, stand before dark screens; in weeks a few of them are dishonest. Where one of them
did not or could not tell the machine what they did, the items are noted in ``world.lied``: no machine without eyes can
know better.
"""

from collections.abc import Sequence

from pydantic import SecretStr

from hardware.readings import CardGone, CardShown, CardUnread, ItemScanned, PatronScanned
from kiosk.core.events import Touched
from kiosk.core.reader_screens import Choose, DoorShut, Sort
from kiosk.core.screens import DoorOpen, DoorStuck, Goodbye, Home, LockRests, Opening, Pin, Sorry, Wait
from kiosk.core.staff_screens import Inside, TakeOut
from tests.simulation.cabinet import Box
from tests.simulation.world import Script, World

DISHONEST = 0.04  # of those who could be
LOOKS_MAX = 60  # how often somebody looks at the screen before they go


class Person:
    """Somebody before the machine. ``hands``: items they carry; ``purposes``: what doors may open for them."""

    purposes: tuple[str, ...] = ()

    def __init__(self, world: World, name: str, card: str = "") -> None:
        self.world, self.rng = world, world.rng
        self.name, self.card = name, card
        self.shown_as = {name}  # whose initials they take for theirs
        self.door = ""  # the compartment that is theirs now
        self.came = world.now
        self.taken = ""  # the compartment they shut last
        self.meant = ""  # what they have said of the open door
        self.about: set[str] = set()  # what it is about
        self.purpose = ""  # what for, as last seen on the screen

    @property
    def hands(self) -> set[str]:
        return {barcode for barcode, holder in self.world.holders.items() if holder == self.name}

    @property
    def screen(self) -> object:
        return self.world.display.screen if self.world.display else None

    def touch(self, action: str, value: str = "") -> None:
        self.world.say(f"{self.name} touches {action} {value}")
        self.world.post(Touched(action, value, type(self.screen).__name__ if self.screen else ""))

    def tap(self) -> Script:
        self.world.say(f"{self.name} taps a card")
        if self.rng.random() < 0.05:
            self.world.post(CardUnread("card", self.rng.choice(("lifted", "two"))))
            yield 2.0
        shown = CardShown if self.rng.random() < 0.8 else PatronScanned
        self.world.post(shown("card", SecretStr(self.card)))
        yield self.rng.uniform(0.2, 1.0)
        self.world.post(CardGone("card"))
        if shown is PatronScanned and not self.world.plan.limits.printed_opens and self.world.copies.random() < 0.7:
            yield self.world.copies.uniform(1.0, 4.0)  # and reads that it takes the card itself
            self.world.post(CardShown("card", SecretStr(self.card)))

    def copied(self) -> None:
        """Where a number in print proves nobody: now and then one is shown amid whatever goes on, photographed from
        anybody's card."""
        world = self.world
        if world.plan.limits.printed_opens or world.copies.random() > 0.04 or not world.dice.happens("copied_number"):
            return
        number = world.copies.choice(sorted(world.library.cards))
        world.say(f"{self.name} shows a number in print of {world.library.cards[number]}")
        world.post(PatronScanned("scanner", SecretStr(number)))

    def types_pin(self) -> Script:
        """Their PIN; now and then the wrong way round."""
        pin = self.world.library.pins.get(self.name, "")
        self.world.say(f"{self.name} types a PIN")
        yield from self.types_in(pin[::-1] if self.rng.random() < 0.1 else pin)

    def types_in(self, digits: str) -> Script:
        """On the keypad of the screen."""
        for digit in digits:
            self.touch("digit", digit)
            yield self.rng.uniform(0.2, 0.6)
        self.touch("enter")

    def pause(self) -> float:
        """How long until they look again; now and then somebody dawdles."""
        return self.rng.uniform(40.0, 130.0) if self.world.odd(0.015, "dawdles") else self.rng.uniform(0.4, 4.0)

    def at_the_screen(self) -> Script:
        """Look, act, until the story is over or patience ends."""
        self.world.crowd.append(self)
        yield from self.looks_and_acts()
        self.world.crowd.remove(self)

    def looks_and_acts(self) -> Script:
        self.door = ""
        for self.looks in range(LOOKS_MAX):
            yield self.pause()
            self.copied()
            screen = self.screen
            if self.not_mine(screen) and not self.forgot_door():
                self.surprised(screen)
                continue  # until it ends by itself
            sprung = (b.name for b in self.world.cabinet.boxes.values() if b.open and self.takes_for_theirs(b))
            if not self.door or (screen is None and not self.world.cabinet.boxes[self.door].open):
                self.door = next(sprung, self.door)  # in the dark the next one, too
            if (
                isinstance(screen, Opening | DoorOpen | Sort | DoorStuck | LockRests | Inside | TakeOut)
                and screen.compartment != self.door
            ):
                self.door = screen.compartment
                self.purpose = "clearing" if isinstance(screen, TakeOut) else getattr(screen, "purpose", "check")
            if self.door and self.world.cabinet.boxes[self.door].open:
                yield from self.reads()
                yield from self.at_the_door()
                continue
            if self.world.odd(0.01, "walks_away"):
                self.world.say(f"{self.name} walks away from the screen")
                break
            match screen:
                case Inside(unsensed=True):
                    self.touch("cancel")  # it did not open
                case Opening() | Wait() | DoorOpen() | Sort() | Inside() | TakeOut() | None:
                    continue
                case Pin():
                    yield from self.types_pin()
                case DoorStuck():
                    self.stuck(screen)
                case LockRests():
                    self.touch(self.rng.choice(("again", "again", "again", "other_door", "next", "cancel")))
                case Goodbye() | Sorry() | Home():
                    if self.world.now < self.world.busy_until + 5.0:
                        if self.rng.random() < 0.9:
                            continue  # something may come yet
                        self.lie(self.behind_doors(), "took a slow machine for one that says no")
                    if isinstance(screen, Goodbye) and screen.printing == "offered" and self.rng.random() < 0.4:
                        self.touch("print", self.rng.choice(("zh", "en", "")))
                        yield self.rng.uniform(0.5, 5.0)
                    if self.rng.random() < 0.5 and not isinstance(screen, Home):
                        self.touch("finish")
                        yield 1.0
                    self.leaves_it_to_another()
                    return
                case _:
                    yield from self.elsewhere(screen)
        self.leave(self.screen)

    def takes_for_theirs(self, box: Box) -> bool:
        """A door that has sprung open since they came; with others beside them, one with their things behind it."""
        if box.name in self.world.afar.doors:
            return False
        alone = all(other is self for other in self.world.crowd)
        return box.sprung_at >= self.came and (alone or bool(box.inside & self.behind_doors()))

    def leaves_it_to_another(self) -> None:
        """After a cut: a door has sprung open that may be theirs, and somebody else before it may say so."""
        sprung = any(box.open and box.sprung_at >= self.came for box in self.world.cabinet.boxes.values())
        if sprung and len(self.world.crowd) > 1:
            self.lie(self.behind_doors(), "left a door to who stands beside them")

    def forgot_door(self) -> bool:
        """Their own door stands open before them, and the screen is another's by now."""
        return bool(self.door and self.world.cabinet.boxes[self.door].open and len(self.world.crowd) > 1)

    def leave(self, screen: object) -> None:
        """They are gone, whatever goes on: a door that opens now, late, or because somebody else touches "next"."""
        if self.door and isinstance(screen, Opening | DoorStuck | LockRests):
            self.lie(self.at_stake() | self.behind_doors(), "is gone when the door opens")
        elif isinstance(screen, Wait) or self.world.now < self.world.busy_until + 5.0:
            self.lie(self.behind_doors(), "is gone before a machine that waits, or is slow, opens the door")

    def at_stake(self) -> set[str]:
        """What the machine will believe to have gone out, or in, by the door that they do not wait for."""
        taking = self.purpose in ("pickup", "borrow", "clearing")
        return set(self.world.cabinet.boxes[self.door].inside) if taking else set()

    def behind_doors(self) -> set[str]:
        """What still lies there for them, or is to go in: their card opens that, whatever they came for."""
        parcels = self.world.library.parcels.values() if self.card else ()
        theirs = {item.barcode for p in parcels if p.sent.patron == self.name for item in p.sent.items}
        return theirs & {barcode for box in self.world.cabinet.boxes.values() for barcode in box.inside}

    def surprised(self, screen: object) -> None:
        """What waits for them lies open before them, though they came for something else."""
        display = self.world.display
        theirs = display is not None and display.initials == self.world.library.initials(self.name)
        if not theirs or not isinstance(screen, DoorOpen) or screen.purpose in self.purposes:
            return
        inside = set(self.world.cabinet.boxes[screen.compartment].inside)
        if screen.purpose == "borrow":  # what somebody before them had chosen
            self.lie(inside - self.world.lied.keys(), "did not choose it, and takes nothing")
        if screen.purpose == "pickup":
            self.door, self.purpose = screen.compartment, "pickup"
            if inside and (self.world.dice.calm or self.rng.random() < 0.5):
                self.take(inside)
                self.about = inside
            else:
                self.lie(inside, "came for something else, and takes nothing")

    def not_mine(self, screen: object) -> bool:
        """Somebody's story still stands on the screen: another's initials, or a door for something else."""
        display = self.world.display
        theirs = {"", *map(self.world.library.initials, self.shown_as)}
        if display is not None and display.initials not in theirs:
            return True
        if isinstance(screen, TakeOut):
            return "clearing" not in self.purposes
        if isinstance(screen, Inside):
            return "check" not in self.purposes
        if isinstance(screen, Choose | Sort | DoorShut):
            return "pickup" not in self.purposes
        return isinstance(screen, Opening | DoorOpen | DoorStuck | LockRests) and screen.purpose not in self.purposes

    def stuck(self, screen: DoorStuck) -> None:
        choices = ["cancel", "help", "finish"] + ["again"] * 3 * bool(screen.tries_left)
        choices += ["other_door"] * 2 * screen.other_door + ["next"] * 2 * screen.more
        self.touch(self.rng.choice(choices))

    def elsewhere(self, screen: object) -> Script:
        """A screen that is no part of this person's story."""
        self.touch("cancel")
        yield 1.0

    def reads(self) -> Script:
        """Before an open door, they wait a little for words about it."""
        for _ in range(self.rng.randint(2, 8)):
            screen = self.screen
            if getattr(screen, "compartment", "") == self.door and not isinstance(screen, Opening):
                self.purpose = "clearing" if isinstance(screen, TakeOut) else getattr(screen, "purpose", self.purpose)
                return
            yield self.rng.uniform(0.5, 1.5)

    def at_the_door(self) -> Script:
        """The door stands open before them; who has no business with it pushes it shut."""
        yield from self.shut()

    def says(self, action: str, said: str) -> Script:
        """Touch, and look whether the machine took it in."""
        screen = self.screen
        if isinstance(screen, DoorOpen | Inside | TakeOut) and screen.compartment == self.door:
            self.touch(action)
            yield self.rng.uniform(0.3, 1.5)
        last, screen = getattr(screen, "unsensed", False), self.screen
        right = isinstance(screen, DoorOpen | Inside | TakeOut) and screen.compartment == self.door
        self.heard = (right and getattr(screen, "said", "") == said) or (last and not right)
        self.meant = said if self.heard else ""

    def accompanied(self) -> bool:
        return len(self.world.crowd) + len(self.world.waiting) > 1

    def minds_the_neighbour(self, before: bool) -> Script:
        """Before they shut the door: somebody beside them may have touched what they did not mean, and be gone
        (``before``: who was there when they turned away from it)."""
        if not self.about or not (before or self.accompanied() or self.spoken_for()):
            return
        meant, busy = self.meant, self.world.now < self.world.busy_until + 5.0
        if self.spoken_for():
            yield from self.says("undo", "")
        unseen = getattr(self.screen, "compartment", "") != self.door  # it no longer says what was said
        if busy or unseen or self.spoken_for() or self.meant != meant:
            self.lie(self.about, "may have been spoken for by somebody beside them")

    def spoken_for(self) -> bool:
        screen = self.screen
        return isinstance(screen, DoorOpen) and screen.compartment == self.door and screen.said != self.meant

    def lay(self, barcodes: Sequence[str]) -> None:
        """Lay items on the pad, and take them up again in a while. Now and then it cannot read all of them."""
        self.world.say(f"{self.name} lays {list(barcodes)} on the pad")
        self.world.pad.lay(barcodes)
        self.world.later(self.rng.uniform(1.0, 12.0), self.world.pad.lay, ())

    def scan(self, barcode: str) -> None:
        """Hold the sticker of an item under the scanner."""
        self.world.say(f"{self.name} scans {barcode}")
        self.world.post(ItemScanned("scanner", barcode))

    def doubt(self, barcodes: set[str]) -> None:
        """They touched something and saw no answer; it may still be heard, from behind a slow disk."""
        if self.world.now < self.world.busy_until + 5.0:
            self.lie(barcodes, "saw no answer, and went on as if nothing had been touched")

    def take(self, barcodes: set[str]) -> None:
        box = self.world.cabinet.boxes[self.door]
        for barcode in sorted(barcodes & box.inside):
            box.inside.remove(barcode)
            self.world.watch.had.pop(barcode, None)
            self.world.holders[barcode] = self.name
            self.world.taken[barcode] += self.name.startswith("R")
        self.world.say(f"{self.name} takes {sorted(barcodes)} out of {self.door}")
        self.unseen(barcodes)

    def put(self, barcodes: set[str]) -> None:
        for barcode in sorted(barcodes & self.hands):
            self.world.holders.pop(barcode)
            self.world.cabinet.boxes[self.door].inside.add(barcode)
        self.world.say(f"{self.name} puts {sorted(barcodes)} into {self.door}")
        self.unseen(barcodes)

    def takes_what_is_not_theirs(self, barcodes: set[str]) -> None:
        """It should not lie there, and nobody looks."""
        if barcodes and self.cheats("takes_anothers"):
            self.lie(barcodes, "took what lay there for another, or for nobody")
            self.take(set(barcodes))

    def unseen(self, barcodes: set[str]) -> None:
        if self.world.cabinet.boxes[self.door].mute:
            self.lie(barcodes, "did so behind a door that the machine takes for shut")

    def lie(self, barcodes: set[str], why: str) -> None:
        if barcodes:
            self.world.say(f"({self.name}: {why}: {sorted(barcodes)})")
        for barcode in barcodes:
            self.world.lied[barcode] = why

    def cheats(self, kind: str) -> bool:
        """Whether they are dishonest now, in a life of weeks."""
        return self.world.long and self.world.sly.random() < DISHONEST and self.world.dice.happens(kind)

    def shut(self) -> Script:
        self.taken, before = self.door, self.accompanied()
        if self.world.odd(0.02, "left_open"):
            self.world.say(f"{self.name} leaves {self.door} open")
            yield self.rng.uniform(50.0, 300.0)
        else:
            yield self.rng.uniform(1.0, 8.0)
        yield from self.minds_the_neighbour(before)
        self.world.cabinet.shut(self.door)
        about, self.door, self.about = self.about, "", set()
        yield self.rng.uniform(0.6, 1.5)
        if about and self.accompanied() and isinstance(self.screen, DoorOpen) and self.screen.compartment == self.taken:
            self.lie(about, "is done with a door that the machine still has for open, and somebody is beside them")
