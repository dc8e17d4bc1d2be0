"""What happened at the point, told to a library with a ledger: once in effect, whatever becomes of its answers."""

import time
from dataclasses import dataclass, field, replace

import pytest
from raw_library import CUT, WHEN, Answer, Library, library
from sip2_client import SEAL, client

from sync.errors import ServiceBroken, ServiceSilent
from sync.messages import (
    ItemDropped,
    ItemsCleared,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelRemoved,
    PointTrouble,
    Receipt,
    Telling,
    Told,
)
from sync.service import Known
from sync.sip2.booking import AWAY, CLOCKS, MISSING, STAYED
from sync.sip2.service import Sip2
from sync.things import Patron

NOW = time.time()
ANN = SEAL.hide("R100")
BOB = Patron(SEAL.hide("R200"), "B.Q.", cards=(SEAL.card("R200"),))
LENT = ParcelCollected("h1", ANN, ("i-1",), "card", NOW + 86400 * 30)
BACK = ItemDropped("i-1", "A1", True)
LEFT = frozenset({"i-1"})
READY = ParcelReady("h1", "A1", "max", ("i-1",))


def telling(told: Told, n: int = 1, key: str = "") -> Telling:
    return Telling(key or f"k-{n}", n, NOW, told)


def value(line: str, name: str) -> str:
    part = next((part for part in line.split("|") if part.startswith(name)), None)
    if part is None:  # the first field stands behind the fixed part
        _, found, part = line.split("|")[0].partition(name)
        return part if found else ""
    return part[2:]


@dataclass
class Ledger:
    """One item and its loan, as a library keeps it. ``lose``: after the effect, that many answers are lost."""

    has: str = ""
    due: str = "20261224    120000"
    hold: str = ""
    lose: int = 0
    effects: list[str] = field(default_factory=list)

    def answers(self) -> dict[str, Answer]:
        return {"17": self.item, "63": self.patron, "11": self.checkout, "09": self.checkin}

    def item(self, _: str) -> str:
        state = "04" if self.has else "08" if self.hold else "03"
        return f"18{state}0201{WHEN}ABi-1|AJDune|" + (f"AH{self.due}|" if self.has else "")

    def patron(self, line: str) -> str:
        number = value(line, "AA")
        loans = "AUi-1|" if number == self.has else ""
        count = "0001" if loans else "0000"
        waits = number == self.hold and not self.has
        holds, ready = "0001" if waits else "0000", "ASi-1|" if waits and "Y" in line[23:24] else ""
        return f"64{' ' * 14}019{WHEN}{holds}0000{count}000000000000AOmain|AA{number}|AEX|{loans}{ready}BLY|CQY|"

    def checkout(self, line: str) -> str | list[bytes | float]:
        number = value(line, "AA")
        self.effects.append(f"{'renew' if self.has == number else 'lend'} {number}")
        self.has = number
        return self._said(f"121NNY{WHEN}AOmain|AA{number}|ABi-1|AJDune|AH{self.due}|")

    def checkin(self, _: str) -> str | list[bytes | float]:
        ok = "1" if self.has else "0"
        self.effects.append(f"return {self.has}")
        self.has = ""
        hold = f"CV01|CTLOCKER|CY{self.hold}|DABob Quux|" if self.hold else ""
        return self._said(f"10{ok}YNN{WHEN}AOmain|ABi-1|AQmain|{hold}")

    def _said(self, answer: str) -> str | list[bytes | float]:
        if self.lose:
            self.lose -= 1
            return CUT
        return answer


def tell(service: Sip2, *tellings: Telling, left: frozenset[str] = frozenset(), said: int = 0) -> list[Receipt]:
    """As the outbox: the same batch, until it is answered."""
    for _ in range(5):
        try:
            return list(service.tell(tellings, Known(left, said)))
        except ServiceSilent:
            continue
    raise AssertionError("never answered")


def settled(lib: Library) -> Sip2:
    """A client whose first batch is over: nothing it says now was said before it was started."""
    service = client(lib.port)
    service.tell([telling(PointTrouble("door_stuck"), key="first")])
    return service


# ---- once in effect -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lose", [0, 1])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_loan_is_booked_once(lose: int, restarted: bool) -> None:
    ledger = Ledger(lose=lose)
    with library(ledger.answers()) as lib:
        service = settled(lib)
        if restarted and lose:
            with pytest.raises(ServiceSilent):
                service.tell([telling(LENT)])
            service = client(lib.port)
        [receipt] = tell(service, telling(LENT))
        assert receipt.status == "applied"
    assert (ledger.effects, ledger.has) == (["lend R100"], "R100")


@pytest.mark.parametrize("lose", [0, 1, 2])
def test_a_return_with_lost_answers_ends_one_loan(lose: int) -> None:
    ledger = Ledger(has="R100", lose=lose)
    with library(ledger.answers()) as lib:
        [receipt] = tell(settled(lib), telling(BACK))
    assert receipt.status == "applied"
    assert [effect for effect in ledger.effects if effect != "return "] == ["return R100"]


@pytest.mark.parametrize("told", [READY, BACK])
@pytest.mark.parametrize("lose", [0, 1])
def test_whose_hold_it_is_survives_a_lost_answer(told: Told, lose: int) -> None:
    ledger = Ledger(has="R100", hold="R200", lose=lose)
    with library(ledger.answers()) as lib:
        [receipt] = tell(settled(lib), telling(told))
    assert (receipt.status, receipt.held_for) == ("applied", BOB)


def test_what_was_answered_is_not_said_again_when_the_rest_of_its_batch_is() -> None:
    ledger = Ledger(has="R100")
    with library(ledger.answers()) as lib:
        service = settled(lib)
        batch = [telling(ItemDropped("i-1", "A1", True, ANN), 1), telling(LENT, 2)]
        lib.answers["11"] = lambda line: CUT
        with pytest.raises(ServiceSilent):
            service.tell(batch)
        lib.answers["11"] = ledger.checkout
        assert [r.status for r in service.tell(batch)] == ["applied", "applied"]
    assert ledger.effects == ["return R100", "lend R100"]


def test_a_checkout_is_never_said_without_asking() -> None:
    ledger = Ledger()
    with library(ledger.answers()) as lib:
        tell(settled(lib), telling(LENT))
        assert lib.codes() == ["17", "11"]


# ---- the library's books and the machine disagree -----------------------------------------------------------------


def test_on_loan_to_somebody_else_stays_theirs() -> None:
    ledger = Ledger(has="R300")
    with library(ledger.answers()) as lib:
        [receipt] = tell(settled(lib), telling(LENT))
    assert (receipt.status, receipt.detail) == ("conflict", "not booked: on loan to somebody else")
    assert ledger.effects == []


def test_a_late_check_in_never_ends_a_later_loan() -> None:
    ledger = Ledger(has="R300")
    with library(ledger.answers()) as lib:
        cleared = telling(ItemsCleared(("i-1",), "A1", "max"), 2)
        receipts = tell(settled(lib), telling(ItemDropped("i-1", "A1", True, ANN), 1), cleared, left=LEFT)
    assert [r.status for r in receipts] == ["conflict", "applied"]
    assert (ledger.effects, ledger.has) == ([], "R300")


def test_a_late_check_in_ends_the_loan_that_is_still_its_readers() -> None:
    ledger = Ledger(has="R100")
    with library(ledger.answers()) as lib:
        cleared = telling(ItemsCleared(("i-1",), "A1", "max"), 2)
        receipts = tell(settled(lib), telling(ItemDropped("i-1", "A1", True, ANN), 1), cleared, left=LEFT)
    assert [r.status for r in receipts] == ["applied", "applied"]
    assert ledger.effects == ["return R100"]


def test_a_late_check_in_of_what_nobody_has_on_loan_is_said() -> None:
    ledger = Ledger()
    with library(ledger.answers()) as lib:
        [receipt] = tell(settled(lib), telling(ItemDropped("i-1", "A1", True, ANN)), left=LEFT)
    assert (receipt.status, ledger.effects, ledger.has) == ("applied", ["return "], "")


def days_ahead(days: float) -> str:
    return time.strftime("%Y%m%d    %H%M%S", time.localtime(NOW + days * 86400))


@pytest.mark.parametrize("days", [30, 14, 60])
def test_another_due_date_than_the_one_shown_is_kept_with_the_answer(days: int) -> None:
    with library(Ledger(due=days_ahead(days)).answers()) as lib:
        [receipt] = tell(settled(lib), telling(LENT))
    day = time.strftime("%Y-%m-%d", time.localtime(NOW + days * 86400))
    assert (receipt.status, receipt.detail) == ("applied", "" if days == 30 else f"due {day}")


@pytest.mark.parametrize(("days", "ended"), [(29, True), (31, False)])
def test_a_late_check_in_never_ends_a_later_loan_of_the_same_reader(days: int, ended: bool) -> None:
    """No loan of this library is due more than 30 days ahead, so one that is has begun after the return."""
    ledger = Ledger(has="R100", due=days_ahead(days))
    with library(ledger.answers()) as lib:
        service = client(lib.port, loan_days_max=30)
        [receipt] = tell(service, telling(ItemDropped("i-1", "A1", True, ANN)), left=LEFT)
    assert (receipt.status, ledger.has) == (("applied", "") if ended else ("conflict", "R100"))
    assert ("lent again or renewed since" in receipt.detail) is not ended


@pytest.mark.parametrize("again", [False, True])
def test_the_due_date_of_a_loan_booked_here_tells_it_from_a_later_one(again: bool) -> None:
    ledger = Ledger(due=days_ahead(14))
    with library(ledger.answers()) as lib:
        service = client(lib.port, loan_days_max=30)
        tell(service, telling(LENT, 1))
        if again:
            ledger.due = days_ahead(15)
        [receipt] = tell(service, telling(ItemDropped("i-1", "A1", True, ANN), 2), left=LEFT)
    assert (receipt.status, ledger.has) == (("conflict", "R100") if again else ("applied", ""))


@pytest.mark.parametrize("lose", [0, 1])
def test_one_said_before_and_answered_to_nobody_does_not_either(lose: int) -> None:
    """The courier took it away meanwhile, the library lent it at its desk: said again, the return is none."""
    ledger = Ledger(has="R100", lose=lose)
    with library(ledger.answers()) as lib:
        service = settled(lib)
        if lose:
            with pytest.raises(ServiceSilent):
                service.tell([telling(BACK)])
        ledger.has = "R300"
        [receipt] = tell(service, telling(BACK), left=LEFT)
    assert receipt.status == "conflict"
    assert ledger.has == "R300"


def test_out_and_back_without_a_card_and_away_again_is_the_loan_that_was_booked_here() -> None:
    ledger = Ledger()
    with library(ledger.answers()) as lib:
        receipts = tell(client(lib.port), telling(LENT, 1), telling(BACK, 2), left=LEFT)
    assert [r.status for r in receipts] == ["applied", "applied"]
    assert ledger.effects == ["lend R100", "return R100"]


def test_held_for_the_next_reader_and_gone_from_here_is_a_case() -> None:
    ledger = Ledger(has="R100", hold="R200")
    with library(ledger.answers()) as lib:
        [receipt] = tell(settled(lib), telling(ItemDropped("i-1", "A1", True, ANN)), left=LEFT)
    assert (receipt.status, receipt.held_for) == ("conflict", None)
    assert "bring it back" in receipt.detail


def test_out_and_back_both_told_late() -> None:
    ledger = Ledger()
    with library(ledger.answers()) as lib:
        receipts = tell(client(lib.port), telling(LENT, 1), telling(ItemDropped("i-1", "A2", True, ANN), 2))
    assert [r.status for r in receipts] == ["applied", "applied"]
    assert ledger.effects == ["lend R100", "return R100"]


@pytest.mark.parametrize("dialect", ["koha", "plain"])
@pytest.mark.parametrize("hold", ["", "R100"])
def test_out_and_back_in_one_batch_whose_answers_were_all_lost_is_one_loan(hold: str, dialect: str) -> None:
    """The power fails when all is booked and no receipt is kept. Where the item waits for its reader, it never was."""
    ledger = Ledger(hold=hold)
    batch = (telling(LENT, 1), telling(BACK, 2))
    with library(ledger.answers()) as lib:
        if not hold:
            settled(lib).tell(batch)
        receipts = tell(client(lib.port, dialect=dialect), *batch, said=2)
    assert [r.status for r in receipts] == ["applied", "applied"]
    assert [effect for effect in ledger.effects if effect != "return "] == ["lend R100", "return R100"]


@pytest.mark.parametrize("dialect", ["koha", "plain"])
@pytest.mark.parametrize("hold", ["", "R200"])
def test_out_and_put_in_again_in_one_batch_whose_answers_were_all_lost_is_one_loan(hold: str, dialect: str) -> None:
    """Lent from here, brought back elsewhere and put in once more, all while the library was away."""
    ledger = Ledger(hold=hold)
    batch = (telling(LENT, 1), telling(replace(READY, parcel="h2"), 2))
    with library(ledger.answers()) as lib:
        settled(lib).tell(batch)
        tell(client(lib.port, dialect=dialect), *batch, said=2)
    assert [effect for effect in ledger.effects if effect != "return "] == ["lend R100", "return R100"]


@pytest.mark.parametrize("way_in", [READY, BACK], ids=["put in", "brought back"])
def test_lent_since_and_here_again_it_is_not_checked_in_a_second_time(way_in: Told) -> None:
    """Told at last after weeks, and the power fails before a receipt is kept. Meanwhile the reader has brought it back,
    so that it lies here: said again, the way in of then would end the loan, which would be booked once more."""
    ledger = Ledger(hold="R100")
    batch = telling(way_in, 1), telling(LENT, 2)
    with library(ledger.answers()) as lib:
        settled(lib).tell(batch)
        ledger.hold = ""
        booked = list(ledger.effects)
        receipts = tell(client(lib.port), *batch, telling(ItemDropped("i-1", "A2", True, ANN), 3), said=2)
    assert ledger.effects == [*booked, "return R100"]
    assert [receipt.status for receipt in receipts[1:]] == ["applied", "applied"]


def test_returned_already_is_returned() -> None:
    ledger = Ledger()
    with library(ledger.answers()) as lib:
        [receipt] = tell(settled(lib), telling(BACK))
        assert lib.codes() == ["09", "17"]
    assert receipt.status == "applied"


@pytest.mark.parametrize("state", ["11", "12", "13"])
def test_what_the_library_misses_and_does_not_take_back_is_told_to_staff(state: str) -> None:
    refused = f"100NUN{WHEN}AOmain|ABi-1|AQmain|AFSee the desk.|"
    item = f"18{state}0201{WHEN}ABi-1|AJDune|"
    with library(Ledger().answers() | {"09": lambda _: refused, "17": lambda _: item}) as lib:
        [receipt] = tell(settled(lib), telling(BACK))
    assert (receipt.status, receipt.detail) == (
        "conflict",
        "it is here, and the library has it as lost or missing; See the desk.",
    )


def test_loading_says_the_item_that_was_loaded_and_no_other() -> None:
    """Also with another of the same reader here already, and once: what is confirmed is not said again."""

    def here(line: str) -> str:
        return f"101YNN{WHEN}AOmain|AB{value(line, 'AB')}|AQmain|CV01|CYR200|DABob Quux|"

    with library({"09": here}) as lib:
        service = settled(lib)
        for n in (1, 2):
            [receipt] = tell(service, telling(ParcelReady(f"h{n}", f"A{n}", "max", (f"i-{n}",)), n))
            assert receipt.held_for == BOB
        assert [(line[:2], value(line, "AB")) for line in lib.said if line[:2] not in ("93", "99")] == [
            ("09", "i-1"),
            ("09", "i-2"),
        ]


def test_put_in_and_held_for_nobody_here() -> None:
    with library(Ledger(has="R100").answers()) as lib:
        [receipt] = tell(settled(lib), telling(READY))
    assert (receipt.status, receipt.held_for, receipt.detail) == ("conflict", None, "not held for this point")


@pytest.mark.parametrize("fields", ["CV02|CTNORTH|CYR200|", "CV04|CTNORTH|", "CV01|CTNORTH|CYR200|", "CTNORTH|"])
def test_what_belongs_elsewhere_says_where(fields: str) -> None:
    answer = f"101YNY{WHEN}AOmain|ABi-1|AQmain|AFSend on.|{fields}"
    with library(Ledger().answers() | {"09": lambda _: answer}) as lib:
        [ready, back] = tell(settled(lib), telling(READY, 1), telling(BACK, 2))
    assert (ready.status, ready.held_for, ready.goes_to) == ("conflict", None, "NORTH")
    assert (back.status, back.held_for, back.goes_to, back.detail) == ("applied", None, "NORTH", "")


@pytest.mark.parametrize("status", ["04", "03"])
def test_a_check_in_refused_for_its_branch_is_no_return_while_the_loan_runs_on(status: str) -> None:
    """Koha, where books go back to their own branch only: the loan goes on, and so do its fines."""
    refused = f"100NNY{WHEN}AOmain|ABi-1|AQmain|CV04|CTHOME|AFWrong branch.|"
    answers = Ledger().answers() | {"09": lambda _: refused}
    answers["17"] = lambda _: f"18{status}0001{WHEN}ABi-1|AJDune|"
    with library(answers) as lib:
        [receipt] = tell(settled(lib), telling(BACK))
    assert (receipt.status, receipt.goes_to) == ("conflict" if status == "04" else "applied", "HOME")
    assert receipt.detail == ("Wrong branch." if status == "04" else "")


def test_what_the_library_says_to_a_reader_where_all_is_well_is_not_kept() -> None:
    """Some greet by name."""
    greeting = f"121NNY{WHEN}AOmain|AAR100|ABi-1|AJDune|AH|AFWelcome, Ann Reader!|"
    with library(Ledger().answers() | {"11": lambda _: greeting}) as lib:
        receipts = tell(settled(lib), telling(LENT))
    assert [(one.status, one.detail) for one in receipts] == [("applied", "")]


@pytest.mark.parametrize("alert", ["01", "02", "04", "00", ""])
def test_what_is_to_go_to_this_point_is_here_whatever_kind_of_elsewhere_it_is_called(alert: str) -> None:
    """Evergreen reckons CV from the login's branch: 02 with CT naming this very point is held here."""
    kind = f"CV{alert}|" if alert else ""
    answer = f"101YNY{WHEN}AOmain|ABi-1|AQmain|{kind}CTLOCKER|CYR200|DABob Quux|"
    with library(Ledger().answers() | {"09": lambda _: answer}) as lib:
        [ready, back] = tell(settled(lib), telling(READY, 1), telling(BACK, 2))
    assert [(r.status, r.held_for, r.goes_to) for r in (ready, back)] == [("applied", BOB, "")] * 2


def test_what_belongs_to_this_point_and_waits_for_nobody_goes_nowhere() -> None:
    answer = f"101YNY{WHEN}AOmain|ABi-1|AQmain|CV04|CTLOCKER|"
    with library(Ledger().answers() | {"09": lambda _: answer}) as lib:
        [receipt] = tell(settled(lib), telling(BACK))
    assert (receipt.status, receipt.held_for, receipt.goes_to) == ("applied", None, "")


def test_held_here_without_a_name_is_asked_about_the_item() -> None:
    here = f"101YNY{WHEN}AOmain|ABi-1|AQmain|CV01|"
    item = f"18080201{WHEN}ABi-1|AJDune|CYR200|DABob Quux|"
    with library(Ledger().answers() | {"09": lambda _: here, "17": lambda _: item}) as lib:
        [receipt] = tell(settled(lib), telling(READY))
    assert receipt.held_for == BOB
    with library(Ledger(hold="R200").answers() | {"09": lambda _: here}) as lib:
        [receipt] = tell(settled(lib), telling(READY))
    assert (receipt.status, receipt.held_for) == ("conflict", None)
    assert "does not say for whom" in receipt.detail


def test_a_refusal_keeps_the_librarys_words() -> None:
    refused = f"120NUN{WHEN}AOmain|AAR100|ABi-1|AJDune|AH|AFCard blocked.|AGSee the desk.|"
    with library(Ledger().answers() | {"11": lambda _: refused}) as lib:
        [receipt] = tell(settled(lib), telling(LENT))
    assert (receipt.status, receipt.detail) == ("conflict", "Card blocked.; See the desk.")


def test_a_fee_demanded_is_told_to_staff_and_never_agreed_to() -> None:
    refused = f"120NUN{WHEN}AOmain|AAR100|ABi-1|AJDune|AH|BT02|BHCNY|BV5.00|AFPay first.|"
    with library(Ledger().answers() | {"11": lambda _: refused}) as lib:
        [receipt] = tell(settled(lib), telling(LENT))
        assert (receipt.status, receipt.detail) == ("conflict", "a fee is asked: 5.00 CNY; Pay first.")
        assert lib.codes() == ["17", "11"]  # not once more, and no 37
        assert not any("|BOY" in line for line in lib.said)


def test_nonsense_is_told_again_and_nothing_overtakes_it() -> None:
    with library(Ledger().answers() | {"09": lambda _: b"Problems handling the request\r"}) as lib:
        service = settled(lib)
        for _ in range(2):
            with pytest.raises(ServiceBroken):
                service.tell([telling(BACK, 1), telling(LENT, 2)])
        assert "11" not in lib.codes()


def test_what_sip2_has_no_word_for_says_nothing() -> None:
    with library({}) as lib:
        told = (ParcelRemoved("h1", "max"), ItemsCleared(("i-1",), "A1", "max"), PointTrouble("door_stuck"))
        receipts = tell(client(lib.port), *(telling(one, n) for n, one in enumerate(told, 1)))
        assert {r.status for r in receipts} == {"applied"}
        assert all("no word" in r.detail for r in receipts)
        assert lib.said == []


def test_what_is_not_there_is_a_case_because_nobody_else_hears_of_it() -> None:
    with library({}) as lib:
        told = (ParcelMissing("h1", "max"), PointTrouble("drop_missing", "A1", detail="i-1"))
        receipts = tell(client(lib.port), *(telling(one, n) for n, one in enumerate(told, 1)))
        assert {(r.status, r.detail) for r in receipts} == {("conflict", MISSING)}
        (receipt,) = tell(client(lib.port), telling(PointTrouble("loan_in_doubt", "A1", "h1", "i-1"), 3))
        assert (receipt.status, receipt.detail) == ("conflict", STAYED)
        away = PointTrouble("device_lost", detail="card"), PointTrouble("door_unseen", "A1")
        receipts = tell(client(lib.port), *(telling(one, n) for n, one in enumerate(away, 4)))
        assert {(r.status, r.detail) for r in receipts} == {("conflict", AWAY)}
        (receipt,) = tell(client(lib.port), telling(PointTrouble("clock_wrong", detail="+90 s"), 6))
        assert (receipt.status, receipt.detail) == ("conflict", CLOCKS)
        assert lib.said == []


def test_no_block_and_its_due_date_only_where_trusted(tmp_path) -> None:  # type: ignore[no-untyped-def]
    own = tmp_path / "own.toml"
    own.write_text('base = "koha"\nno_block = true\n')
    for dialect, begin in ((own, "11NY"), ("koha", "11NN")):
        with library(Ledger().answers()) as lib:
            client(lib.port, dialect=dialect).tell([telling(LENT)])
            [said] = [line for line in lib.said if line.startswith("11")]
            assert said.startswith(begin)
            assert (said[22:40].strip() != "") == (begin == "11NY")


def test_an_unknown_reader_is_a_case_and_not_a_loan() -> None:
    with library(Ledger().answers()) as lib:
        told = ParcelCollected("h1", "courier-1", ("i-1",), "card", NOW)
        [receipt] = tell(settled(lib), telling(told))
        assert receipt.status == "conflict"
        assert lib.codes() == []
