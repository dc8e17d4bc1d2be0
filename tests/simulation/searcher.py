"""Somebody who looks for a title and has it sent here; what the screen tells them must be so at the library."""

from pydantic import SecretStr

from hardware.readings import CardGone, CardShown, IsbnScanned
from kiosk.core.account_screens import Prove
from kiosk.core.screens import Home, Wait
from kiosk.core.search_screens import Found, Search, TitlePage, Wished
from tests.simulation.library import Library
from tests.simulation.people import Person
from tests.simulation.rules import must
from tests.simulation.world import Script, World

LOOKS_MAX = 40


class Searcher(Person):
    """Types the beginning of a title, fast or slowly, changes their mind, and shows their card in the end."""

    def __init__(self, world: World, name: str, card: str) -> None:
        super().__init__(world, name, card)
        assert isinstance(world.library, Library)
        self.library = world.library
        self.title = ""
        self.before: set[tuple[str, str]] = set()

    def visit(self) -> Script:
        rng = self.rng
        self.before = set(self.library.wishes)
        self.touch("more")
        yield rng.uniform(0.3, 1.0)
        self.touch("search")
        barcode = rng.choice(sorted(self.library.items))
        for sign in "TITLE"[: rng.randint(1, 5)] + barcode[: rng.randint(0, 4)]:
            yield rng.uniform(0.1, 0.9)
            self.touch("letter", sign)
            if self.world.odd(0.05, "slips"):
                self.touch("letter", "Q")
            if self.world.odd(0.03, "shows_a_book"):
                self.world.post(IsbnScanned("scanner", "9787020000013"))
        for _ in range(LOOKS_MAX):
            yield self.pause()
            if isinstance(self.screen, Home):
                return
            if not self.not_mine(self.screen):
                yield from self.goes_on()
        self.touch("finish")

    def goes_on(self) -> Script:
        screen, rng = self.screen, self.rng
        match screen:
            case Search(ready=True):
                self.touch(*rng.choice((("enter", ""), ("enter", ""), ("erase", ""), ("letter", "0"), ("cancel", ""))))
            case Search():
                self.touch("letter", "T")
            case Found(lines=(_, *_) as lines):
                one = rng.choice(lines)
                self.touch("title", one.id)
            case TitlePage(hold=True, line=line):
                self.title = line.id
                if rng.random() < 0.5:
                    self.touch("hold")
                else:
                    yield from self.card_down()
            case Prove(want="hold"):
                yield from self.card_down()
            case Wished():
                self.is_told(screen)
                again = "again" if screen.outcome == "away" else "search"
                self.touch(rng.choice((again, "finish", "finish")))
            case Wait():
                if rng.random() < 0.1:
                    self.touch("finish")
            case _:
                self.touch("cancel")
        yield 0.5

    def card_down(self) -> Script:
        self.world.say(f"{self.name} shows a card for {self.title}")
        self.world.post(CardShown("card", SecretStr(self.card)))
        yield self.rng.uniform(0.2, 1.0)
        self.world.post(CardGone("card"))

    def is_told(self, screen: Wished) -> None:
        """``placed`` stands there; ``away`` and ``refused`` changed nothing."""
        wish, stands = (self.name, self.title), (self.name, self.title) in self.library.wishes
        self.world.say(f"{self.name} reads that it is {screen.outcome}")
        if screen.outcome == "placed":
            must(stands, f"the screen says that a hold is placed, and the library has none: {wish}")
        if screen.outcome in ("away", "refused"):
            must(not stands or wish in self.before, f"the screen says that nothing has changed, but it has: {wish}")
        if stands:
            self.before.add(wish)
