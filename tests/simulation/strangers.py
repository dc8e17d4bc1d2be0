"""Whoever has no business at the point: children who press everything, and people who try codes."""

from pydantic import SecretStr

from hardware.readings import CardShown, CodeUnknown, IsbnScanned, ItemScanned, PassScanned
from tests.simulation.people import Person
from tests.simulation.world import Script

ACTIONS = (
    "collect",
    "return",
    "cancel",
    "finish",
    "digit",
    "enter",
    "erase",
    "open",
    "undo",
    "again",
    "help",
    "more_time",
    "more",
    "account",
    "loans",
    "holds",
    "hold",
    "longer",
    "renew_all",
    "take",
    "next",
    "reopen",
    "print",
    "again",
    "other_door",
    "yes",
    "no",
    "check",
    "clear",
)


class Child(Person):
    """Touches and shows anything, but not before an open door."""

    def visit(self) -> Script:
        world, rng = self.world, self.rng
        for _ in range(rng.randint(3, 25)):
            yield rng.uniform(0.1, 2.0)
            self.door = getattr(self.screen, "compartment", "")
            if self.door:
                return
            match rng.randrange(12):
                case 0:
                    world.post(CardShown("card", SecretStr(f"{rng.getrandbits(32):08X}")))
                case 1:
                    world.post(IsbnScanned("scanner", "9787020002207"))
                case 2:
                    world.post(CodeUnknown("scanner", 3))
                case 3:
                    world.post(PassScanned("scanner", SecretStr("L1:NONSENSE")))
                case 4:
                    world.post(ItemScanned("scanner", f"X{rng.randrange(3)}"))
                    self.touch("cancel")
                case _:
                    action = rng.choice(ACTIONS)
                    if action != "open":
                        self.touch(action, str(rng.randrange(10)))


class Guesser(Person):
    """Tries pickup codes, one after another, until nobody would."""

    def visit(self) -> Script:
        rng = self.rng
        for _ in range(rng.randint(2, 15)):
            self.touch("finish")
            yield rng.uniform(0.3, 2.0)
            self.touch("collect")
            for digit in f"{rng.randrange(10**8):08d}":
                yield rng.uniform(0.1, 0.4)
                self.touch("digit", digit)
            self.touch("enter")
            yield rng.uniform(0.3, 4.0)
        self.touch("finish")
