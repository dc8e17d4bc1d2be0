"""People who come for themselves, not for a book: to look at their account, or to become a reader."""

from kiosk.core.activation import Activated, NewPin, Phone, Rules
from tests.simulation.library import OFFER
from tests.simulation.people import Person
from tests.simulation.readers import Reader
from tests.simulation.world import Script, World


class Owner(Reader):
    """Looks at what they have."""

    def visit(self, how: str = "account") -> Script:
        for action in ("more", how):
            self.touch(action)
            yield 1.0
        yield from self.tap()
        yield from self.at_the_screen()


class Newcomer(Person):
    """Becomes a reader at the machine, if the library can be reached. ``phone`` and ``pin``: what they type."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world, name, f"{world.rng.getrandbits(32):08X}")
        self.phone, self.pin = (f"{world.rng.randrange(10 ** (n - 1), 10**n)}" for n in (11, OFFER.pin_digits))

    def visit(self) -> Script:
        yield from self.tap()
        yield from self.at_the_screen()

    def elsewhere(self, screen: object) -> Script:
        match screen:
            case Rules(n=n, of=of):
                self.touch("agree" if n == of else "next")
            case Phone(ready=False):
                yield from self.types_in(self.phone)
            case NewPin(digits=0):
                yield from self.types_in(self.pin)
            case Activated():
                self.touch("finish")
            case _:
                self.touch("cancel")
        yield 1.0
