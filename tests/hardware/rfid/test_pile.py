"""What a pad makes of round after round: steady tags, sets, strangers, cards; time is a number here."""

import itertools
import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from hardware.readings import Incomplete, PatronScanned, PileSeen, Reading
from hardware.rfid import iso28560_2, iso28560_4
from hardware.rfid.book import BookTag, Content, PatronTag, Tag
from hardware.rfid.iso28560_3 import Basic
from hardware.rfid.pile import TAGS_MAX, Pile
from hardware.rfid.tags import PadSettings
from hardware.scanner.barcode import Meanings

OURS = "CN-440300"
SETTINGS = PadSettings(owners=(OURS,), rounds=3, gone_s=1.0)
ROUND_S = 0.2


def book(item: str, part: int = 1, parts: int = 1, owner: str = OURS) -> BookTag:
    return BookTag(f"E004{item}{part}", item, parts, part, owner=owner)


A, B = book("SZ0000001"), book("SZ0000002")
SET = [book("SZ0000009", part, 3) for part in (1, 2, 3)]
CARD = PatronTag(SecretStr("E004CARD"), SecretStr("23100000000017"), OURS)


class Pad:
    def __init__(self, settings: PadSettings = SETTINGS, meanings: Meanings = Meanings()) -> None:  # noqa: B008  frozen
        self.pile = Pile("pad", settings, meanings)
        self.now = 100.0

    def rounds(self, count: int, *tags: Tag) -> list[Reading]:
        said: list[Reading] = []
        for _ in range(count):
            self.now += ROUND_S
            said += self.pile.seen(tags, self.now)
        return said


def pile(*items: str, incomplete: Sequence[Incomplete] = (), foreign: int = 0) -> PileSeen:
    return PileSeen("pad", items, tuple(incomplete), foreign)


def test_a_pile_is_said_once_when_it_has_settled_and_once_when_it_is_gone() -> None:
    pad = Pad()
    assert pad.rounds(2, A) == []
    assert pad.rounds(20, A) == [pile("SZ0000001")]
    assert pad.rounds(2, A, B) == []
    assert pad.rounds(20, B, A) == [pile("SZ0000001", "SZ0000002")]
    assert pad.rounds(20, B) == [pile("SZ0000002")]
    assert pad.rounds(4) == []
    assert pad.rounds(20) == [pile()]


def test_a_pad_that_comes_back_empty_says_so_when_it_is_sure() -> None:
    pad = Pad()
    assert pad.rounds(2) == []
    assert pad.rounds(20) == [pile()]
    slow = Pad()
    assert slow.rounds(2) + slow.rounds(20, A) == [pile("SZ0000001")]  # it only came a little late


def test_a_settled_pile_is_said_again_when_asked_and_the_tags_of_a_book_are_known() -> None:
    pad = Pad()
    assert pad.rounds(20, A, *SET) == [pile("SZ0000001", "SZ0000009")]
    pad.pile.say_again()
    assert pad.rounds(1, A, *SET) == [pile("SZ0000001", "SZ0000009")]
    assert sorted(pad.pile.uids("SZ0000009")) == [tag.uid for tag in SET]
    assert pad.pile.uids("SZ0000002") == []
    assert SETTINGS.writes


def test_a_tag_that_comes_and_goes_flickers_neither_in_nor_out() -> None:
    pad = Pad()
    assert pad.rounds(3) == [pile()]
    for _ in range(5):
        assert pad.rounds(1, A) + pad.rounds(9) == []  # seen now and then, never for long: nothing
    said = [reading for _ in range(20) for reading in pad.rounds(1, A) + pad.rounds(3)]
    assert said == [pile("SZ0000001")]  # at the edge of the field, but there


@pytest.mark.parametrize("seed", range(5))
def test_strays_glimpsed_now_and_then_do_not_silence_a_pad(seed: int) -> None:
    """Of thirty around it each is seen in one of fifty rounds."""
    pad, chance = Pad(), random.Random(seed)
    strays = [book(f"SZ10000{n:02}") for n in range(30)]
    for _ in range(300):
        pad.rounds(1, *(tag for tag in strays if chance.random() < 0.02))
    said = [one for _ in range(15) for one in pad.rounds(1, A, *(tag for tag in strays if chance.random() < 0.02))]
    assert any(isinstance(one, PileSeen) and A.item in one.items for one in said)


def test_a_round_missed_after_a_pause_takes_nothing_away() -> None:
    pad = Pad()
    assert pad.rounds(3, A) == [pile("SZ0000001")]
    pad.now += 60.0  # rounds that failed tell nothing
    assert pad.rounds(1) + pad.rounds(5, A) == []


def test_a_set_is_whole_when_all_its_parts_lie_there() -> None:
    pad = Pad()
    assert pad.rounds(5, *SET[:2]) == [pile(incomplete=[Incomplete("SZ0000009", (3,), 3)])]
    assert pad.rounds(5, *SET, A) == [pile("SZ0000009", "SZ0000001")]
    assert Pad().rounds(5, SET[2]) == [pile(incomplete=[Incomplete("SZ0000009", (1, 2), 3)])]
    assert Pad().rounds(5, book("SZ0000009", 0, 3)) == [pile("SZ0000009")]
    twice = BookTag("E004ELSE", "SZ0000001")  # two tags in one book
    assert Pad().rounds(5, A, twice) == [pile("SZ0000001")]


@pytest.mark.parametrize(
    "tag",
    [
        book("SZ0000002", owner="DE-705"),
        book("?"),
        BookTag("E0040001"),
        PatronTag(SecretStr("E0040002"), SecretStr("not a number"), OURS),
        PatronTag(SecretStr("E0040002"), SecretStr("23100000000017"), "DE-705"),
    ],
)
def test_a_foreign_tag_is_counted_and_nothing_else(tag: Tag) -> None:
    assert Pad().rounds(5, tag, A) == [pile("SZ0000001", foreign=1)]
    pad = Pad()
    assert pad.rounds(20, A) == [pile("SZ0000001")]
    assert pad.rounds(20, tag, A) == [pile("SZ0000001", foreign=1)]  # also of a card nobody is heard of


@pytest.mark.parametrize("number", ["AB 1/2", "书0000001", "SZ0000002\n", "9" * 65])
def test_what_no_row_can_hold_is_foreign_however_loose_the_pattern_is(number: str) -> None:
    pad = Pad(meanings=Meanings(item=r"(?s).{4,99}"))
    assert pad.rounds(5, book(number), A) == [pile("SZ0000001", foreign=1)]
    assert pad.pile.uids(number) == []


def test_without_owners_the_number_says_whose_it_is() -> None:
    anybody = Pad(PadSettings(rounds=1))
    assert anybody.rounds(1, book("SZ0000001", owner="DE-705"), book("x")) == [pile("SZ0000001", foreign=1)]
    assert Pad().rounds(5, book("SZ0000001", owner="")) == [pile("SZ0000001")]


def test_a_card_is_said_once_an_arrival_and_is_no_stranger() -> None:
    pad = Pad()
    assert pad.rounds(3) == [pile()]
    for _ in range(2):
        assert pad.rounds(20, CARD) == [PatronScanned("pad", CARD.number)]
        assert pad.rounds(20) == []


@pytest.mark.parametrize("late", [0, 1, 2])
def test_a_card_that_lay_there_as_the_pad_came_opens_nothing_until_it_is_laid_there_again(late: int) -> None:
    pad = Pad()
    assert pad.rounds(late) + pad.rounds(20, CARD) == [pile()]
    assert pad.pile.unsaid
    assert pad.rounds(20) == []
    assert not pad.pile.unsaid
    assert pad.rounds(20, CARD) == [PatronScanned("pad", CARD.number)]
    assert not pad.pile.unsaid


def test_a_heap_of_tags_is_bounded() -> None:
    many = [book(f"SZ{n:07}") for n in range(TAGS_MAX + 7)]
    [said] = Pad().rounds(10, *many)
    assert isinstance(said, PileSeen)
    assert (len(said.items), said.foreign) == (TAGS_MAX, 7)


ROUNDS = st.lists(st.sets(st.sampled_from([A, B, *SET, book("?"), CARD]), max_size=7), max_size=60)


@given(ROUNDS)
def test_never_twice_the_same_and_at_last_what_lies_there(rounds: list[set[Tag]]) -> None:
    pad = Pad()
    said = [reading for tags in rounds for reading in pad.rounds(1, *tags)]
    said += pad.rounds(20, A)
    piles = [one for one in said if isinstance(one, PileSeen)]
    assert all(one != other for one, other in itertools.pairwise(piles))
    assert piles[-1] == pile("SZ0000001")
    seen = set().union(*rounds)
    assert {item for one in piles for item in one.items} <= {tag.item for tag in seen if isinstance(tag, BookTag)} | {
        A.item
    }


# ---- what a tag's memory says, and its security -------------------------------------------------------------------


def layouts() -> Iterator[tuple[str, bytes]]:
    content = Content("SZ0000001", owner=OURS)
    yield "iso28560_3", Basic(content).to_bytes(112)
    yield "iso28560_2", iso28560_2.rewrite(bytes(112), iso28560_2.objects(content))
    yield "iso28560_4", iso28560_4.write(content)
    yield "text", b"\xff\xffSZ0000001 \0\0".ljust(112, b"\0")


@pytest.mark.parametrize(("layout", "memory"), list(layouts()))
def test_a_tag_is_read_in_the_layouts_that_are_set(layout: str, memory: bytes) -> None:
    settings = PadSettings.model_validate({"layouts": ["iso28560_3", layout], "text_offset": 2, "text_length": 12})
    content = settings.content(memory)
    assert content
    assert content.number == "SZ0000001"
    if layout != "iso28560_3":
        assert PadSettings(layouts=("iso28560_3",)).content(memory) is None


@pytest.mark.parametrize(
    ("by", "afi", "eas", "secured"),
    [
        ("afi", 0x07, None, True),
        ("afi", 0xC2, True, False),
        ("afi", 0x00, None, None),
        ("afi", None, True, None),
        ("eas", 0x07, False, False),
        ("eas", 0xC2, None, None),
        ("both", 0x07, True, True),
        ("both", 0xC2, False, False),
        ("both", 0x07, False, None),
        ("both", None, None, None),
    ],
)
def test_what_a_gate_would_do(by: str, afi: int | None, eas: bool | None, secured: bool | None) -> None:
    settings = PadSettings.model_validate({"secured_by": by})
    assert settings.secured(afi, eas) is secured


def test_an_afi_that_tells_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="no gate"):
        PadSettings(afi_in_library=7, afi_on_loan=7)
