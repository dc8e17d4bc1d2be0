"""Libraries that know nothing of an item or a reader for a moment: that is no news of a loan, a return or a hold."""

from pathlib import Path

from raw_library import CUT, WHEN, library
from sip2_client import client
from test_sip2_booking import ANN, BACK, LEFT, LENT, Ledger, settled, tell, telling
from test_under_way import without_items

from kiosk.library import outcome
from sync.acts import CancelHold, Said

NOTHING_OF_IT = f"18010001{WHEN}ABi-1|AJ|"
NOTHING_OF_THEM = f"64{'Y' * 14}019{WHEN}000000000000000000000000AOmain|AAR100|AE|BLN|AFTry later|"


class Moment(Ledger):
    """For so many answers it knows no such item, or no such reader; from the next checkout on, ``soon``."""

    items = readers = 0
    soon = (0, 0)

    def item(self, line: str) -> str:
        self.items -= 1
        return NOTHING_OF_IT if self.items >= 0 else super().item(line)

    def patron(self, line: str) -> str:
        self.readers -= 1
        return NOTHING_OF_THEM if self.readers >= 0 else super().patron(line)

    def checkout(self, line: str) -> str | list[bytes | float]:
        (self.items, self.readers), self.soon = self.soon, (0, 0)
        return super().checkout(line)


def test_a_loan_whose_answer_was_lost_is_not_booked_again() -> None:
    ledger = Moment(lose=1)
    ledger.soon = (1, 0)
    with library(ledger.answers()) as lib:
        tell(settled(lib), telling(LENT))
    assert ledger.effects == ["lend R100"]


def test_nor_where_only_the_readers_own_list_says_so(tmp_path: Path) -> None:
    ledger = Moment(lose=1)
    ledger.soon = (0, 1)
    with library(ledger.answers()) as lib:
        tell(client(lib.port, dialect=without_items(tmp_path)), telling(LENT))
    assert ledger.effects == ["lend R100"]


def test_a_return_told_late_does_not_end_the_loan_of_the_next_reader() -> None:
    ledger = Moment(has="R200")
    ledger.items = 1
    with library(ledger.answers()) as lib:
        (receipt,) = tell(settled(lib), telling(BACK), left=LEFT)
    assert (ledger.effects, receipt.status) == ([], "conflict")


def test_a_hold_is_not_said_to_be_cancelled() -> None:
    answers = iter((f"64{' ' * 14}019{WHEN}000100000000000000000000AOmain|AAR100|AEAnn|BLY|ASi-10001|",))
    item = f"18080201{WHEN}ABi-10001|AJDune|"
    says = {"63": lambda _: next(answers, NOTHING_OF_THEM), "17": lambda _: item, "15": lambda _: CUT}
    with library(says) as lib:
        assert outcome(client(lib.port), Said("k-1", CancelHold(ANN, "i-10001"))) == "unknown"
