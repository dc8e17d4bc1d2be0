"""The library's books: each conflict of two truths, and the physical fact wins. No wire."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum import isbn, luhn

from kiosk.core.identity import Keyring, read_pass
from simulators.library.booking import LOAN_S, SequenceGap, hear
from simulators.library.catalogue import TITLES
from simulators.library.ledger import Ledger
from simulators.library.packing import (
    APP_PASS_S,
    HOLD_SHELF_S,
    change_patron,
    pack_parcel,
    pass_in_app,
    place_hold,
    recall_parcel,
)
from simulators.library.seed import PEOPLE, card_barcode, card_number, seed, signing_key
from sync.envelope import Sent, digest
from sync.messages import (
    ItemDropped,
    ItemsCleared,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelRemoved,
    PatronForgotten,
    PointTrouble,
    Receipt,
    Telling,
    Told,
)

POINT, OTHER = "dongmen", "lujia"
NOW = 1_795_459_200.0


class Point:
    """Tells one after the other, as a point does."""

    def __init__(self, ledger: Ledger, name: str = POINT) -> None:
        self.ledger, self.name, self.seq = ledger, name, 0

    def tell(self, told: Told, at: float = NOW, key: str = "") -> Receipt:
        self.seq += 1
        telling = Telling(key or f"{self.name}-1-{self.seq}", self.seq, at, told)
        return hear(self.ledger, self.name, [Sent(telling, digest(telling))])[0]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "library.sqlite", signing_key(), lambda: NOW)
    seed(ledger)
    yield ledger
    ledger.close()


@pytest.fixture
def point(ledger: Ledger) -> Point:
    return Point(ledger)


def shelf(ledger: Ledger) -> str:
    row = ledger.row("select barcode from items where place = 'shelf' order by barcode")
    assert row is not None
    return str(row["barcode"])


def packed(ledger: Ledger, patron: str = "R1018") -> tuple[str, str]:
    barcode = shelf(ledger)
    item = ledger.item(barcode)
    assert item is not None
    place_hold(ledger, patron, item.isbn, POINT)
    return pack_parcel(ledger, POINT, patron, (barcode,)), barcode


def collected(parcel: str, barcode: str, patron: str = "R1018", due: float = NOW + LOAN_S) -> ParcelCollected:
    return ParcelCollected(parcel, patron, (barcode,), "card", due)


def cases(ledger: Ledger) -> list[str]:
    return [row["what"] for row in ledger.rows("select what from cases order by id")]


def parcel_status(ledger: Ledger, parcel: str) -> tuple[str, str]:
    row = ledger.row("select status from parcels where id = ?", parcel)
    hold = ledger.row("select status from holds where parcel = ?", parcel)
    assert row is not None
    assert hold is not None
    return row["status"], hold["status"]


def place(ledger: Ledger, barcode: str) -> str:
    row = ledger.row("select place from items where barcode = ?", barcode)
    assert row is not None
    return str(row["place"])


# ---- as it should be ----------------------------------------------------------------------------------------


def test_a_parcels_whole_life(ledger: Ledger, point: Point) -> None:
    parcel, barcode = packed(ledger)
    assert parcel_status(ledger, parcel) == ("sent", "packed")
    assert ledger.rows("select * from messages where patron = 'R1018'") == []
    assert point.tell(ParcelReady(parcel, "A1", "C2001")).status == "applied"
    assert parcel_status(ledger, parcel) == ("ready", "ready")
    (message,) = ledger.rows("select * from messages where patron = 'R1018'")
    assert message["code"] in message["text"]
    assert point.tell(ParcelReady(parcel, "A2", "C2001")).status == "applied"  # moved: no second message
    assert len(ledger.rows("select * from messages where patron = 'R1018'")) == 1
    assert point.tell(collected(parcel, barcode)).status == "applied"
    assert parcel_status(ledger, parcel) == ("collected", "collected")
    assert place(ledger, barcode) == "loan"
    loan = ledger.loan(barcode)
    assert loan is not None
    assert (loan["patron"], loan["started"], loan["due"]) == ("R1018", NOW, NOW + LOAN_S)
    assert point.tell(ItemDropped(barcode, "B1", True)).status == "applied"
    assert ledger.loan(barcode) is None
    assert place(ledger, barcode) == "cabinet"
    assert point.tell(ItemsCleared((barcode,), "B1", "C2001")).status == "applied"
    assert place(ledger, barcode) == "transit"
    assert cases(ledger) == []


def test_code_and_pass_are_shared_by_a_patrons_parcels_at_a_point(ledger: Ledger, point: Point) -> None:
    one, two = ledger.sent_parcel("P00003"), ledger.sent_parcel("P00004")
    assert (one.patron, one.code, one.pass_id) == (two.patron, two.code, two.pass_id)
    other = ledger.sent_parcel("P00001")
    assert other.pass_id != one.pass_id
    point.tell(ParcelReady("P00003", "A1", "C2001"))
    (message,) = ledger.rows("select * from messages")
    import base45

    signed = base45.b45decode(message["pass"][3:])
    public: Ed25519PublicKey = ledger.signing_key.public_key()
    public.verify(signed[24:], b"shuxiang-pass-1" + signed[:24])
    assert signed[:8].hex() == one.pass_id


def test_a_patron_with_nothing_left_is_forgotten(ledger: Ledger, point: Point) -> None:
    one, first = packed(ledger)
    two, second = packed(ledger)
    start = ledger.snapshot(POINT).cursor
    for parcel in (one, two):
        point.tell(ParcelReady(parcel, "A1", "C2001"))
    point.tell(collected(one, first))
    assert PatronForgotten("R1018") not in ledger.page(POINT, start).changes
    point.tell(collected(two, second))
    assert ledger.page(POINT, start).changes == (PatronForgotten("R1018"),)


def test_missing_and_removed(ledger: Ledger, point: Point) -> None:
    gone, barcode = packed(ledger)
    point.tell(ParcelReady(gone, "A1", "C2001"))
    assert point.tell(ParcelMissing(gone, "reader")).status == "applied"
    assert parcel_status(ledger, gone) == ("missing", "waiting")
    assert place(ledger, barcode) == "missing"
    assert cases(ledger) == ["parcel_missing"]
    late, _ = packed(ledger)
    point.tell(ParcelReady(late, "A1", "C2001"))
    assert point.tell(ParcelRemoved(late, "C2001")).status == "applied"
    assert parcel_status(ledger, late) == ("removed", "expired")


def test_a_missing_parcel_found_again_is_ready(ledger: Ledger, point: Point) -> None:
    parcel, _ = packed(ledger)
    point.tell(ParcelReady(parcel, "A1", "C2001"))
    point.tell(ParcelMissing(parcel, "C2001"))
    assert point.tell(ParcelReady(parcel, "A4", "C2001")).status == "applied"
    assert parcel_status(ledger, parcel) == ("ready", "ready")


def test_trouble_is_a_case(ledger: Ledger, point: Point) -> None:
    assert point.tell(PointTrouble("door_stuck", "A1", "P00001", "three times")).status == "applied"
    assert point.tell(PointTrouble("a_word_of_tomorrow")).status == "applied"
    assert cases(ledger) == ["door_stuck", "a_word_of_tomorrow"]


# ---- two truths ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standing", ["blocked", "expired"])
def test_blocked_since(ledger: Ledger, point: Point, standing: str) -> None:
    parcel, barcode = packed(ledger)
    point.tell(ParcelReady(parcel, "A1", "C2001"))
    change_patron(ledger, "R1018", standing, "费用")
    receipt = point.tell(collected(parcel, barcode))
    assert (receipt.status, standing in receipt.detail) == ("conflict", True)
    assert ledger.loan(barcode) is not None
    assert cases(ledger) == ["parcel_collected_conflict"]


def test_recalled_since(ledger: Ledger, point: Point) -> None:
    parcel, barcode = packed(ledger)
    point.tell(ParcelReady(parcel, "A1", "C2001"))
    recall_parcel(ledger, parcel)
    assert point.tell(collected(parcel, barcode)).status == "conflict"
    assert ledger.loan(barcode) is not None


def test_recalled_on_its_way(ledger: Ledger, point: Point) -> None:
    parcel, _ = packed(ledger)
    recall_parcel(ledger, parcel)
    assert point.tell(ParcelReady(parcel, "A1", "C2001")).status == "conflict"
    assert ledger.rows("select * from messages where patron = 'R1018'") == []
    assert point.tell(ParcelRemoved(parcel, "C2001")).status == "applied"
    assert parcel_status(ledger, parcel) == ("removed", "cancelled")


def lend(ledger: Ledger, barcode: str, patron: str, started: float) -> None:
    ledger.add("loans", barcode=barcode, patron=patron, point="", started=started, due=NOW, ended=None, ended_at=None)


def test_on_loan_to_somebody_else_since_before(ledger: Ledger, point: Point) -> None:
    parcel, barcode = packed(ledger)
    point.tell(ParcelReady(parcel, "A1", "C2001"))
    lend(ledger, barcode, "R1001", NOW - 500)
    assert point.tell(collected(parcel, barcode)).status == "conflict"
    loan = ledger.loan(barcode)
    assert loan is not None
    assert loan["patron"] == "R1018"


def test_lent_to_somebody_else_later(ledger: Ledger, point: Point) -> None:
    parcel, barcode = packed(ledger)
    point.tell(ParcelReady(parcel, "A1", "C2001"))
    lend(ledger, barcode, "R1001", NOW - 50)
    assert point.tell(collected(parcel, barcode), at=NOW - 100).status == "conflict"
    loan = ledger.loan(barcode)
    assert loan is not None
    assert loan["patron"] == "R1001"


def test_already_booked_by_hand(ledger: Ledger, point: Point) -> None:
    parcel, barcode = packed(ledger)
    point.tell(ParcelReady(parcel, "A1", "C2001"))
    lend(ledger, barcode, "R1018", NOW - 50)
    assert point.tell(collected(parcel, barcode)).status == "applied"
    assert len(ledger.rows("select * from loans where barcode = ?", barcode)) == 1


@pytest.mark.parametrize(
    "told",
    [
        ParcelReady("P99999", "A1", "C2001"),
        ParcelReady("P00008", "A1", "C2001"),  # another point's
        ParcelCollected("P99999", "R1001", (), "card", NOW),
        ParcelCollected("P00001", "R9999", ("SIP0001001",), "card", NOW),
        ParcelCollected("P00001", "R1002", (), "card", NOW),
        ParcelCollected("P00001", "R1001", (), "card", NOW),  # never ready
        ParcelCollected("P00001", "R1001", ("NOT-OURS",), "card", NOW),
        ParcelMissing("P99999", "reader"),
        ParcelRemoved("P99999", "C2001"),
        ItemDropped("NOT-OURS", "A1", False),
        ItemsCleared(("NOT-OURS",), "A1", "C2001"),
    ],
    ids=str,
)
def test_what_the_books_do_not_know_is_kept_as_a_case(ledger: Ledger, point: Point, told: Told) -> None:
    receipt = point.tell(told)
    assert receipt.status == "conflict"
    assert receipt.detail
    assert cases(ledger)[-1] == f"{told.kind}_conflict"
    case = ledger.rows("select telling from cases order by id")[-1]
    assert told.kind in case["telling"]


@pytest.mark.parametrize("lent", [False, True])
def test_collected_by_nobody_that_is_known_has_left_all_the_same(ledger: Ledger, point: Point, lent: bool) -> None:
    parcel, barcode = packed(ledger)
    point.tell(ParcelReady(parcel, "A1", "C2001"))
    if lent:
        lend(ledger, barcode, "R1001", NOW - 500)
    receipt = point.tell(collected(parcel, barcode, "R9999"))
    assert receipt.status == "conflict"
    assert "no patron has the id R9999" in receipt.detail
    assert parcel_status(ledger, parcel) == ("collected", "collected")
    assert (place(ledger, barcode), ledger.loan(barcode)) == ("missing", None)


def test_a_door_that_sticks_takes_no_time_away(ledger: Ledger, point: Point) -> None:
    parcel, _ = packed(ledger)
    point.tell(ParcelReady(parcel, "A1", "C2001"))
    for expires in (NOW + 30 * 86400, NOW + 60):
        ledger.change("update parcels set expires = ? where id = ?", expires, parcel)
        point.tell(PointTrouble("door_stuck", "A1", parcel))
        assert ledger.sent_parcel(parcel).expires == max(expires, NOW + HOLD_SHELF_S)


def test_dropped_what_nobody_had(ledger: Ledger, point: Point) -> None:
    barcode = shelf(ledger)
    assert point.tell(ItemDropped(barcode, "A1", True)).status == "conflict"
    assert place(ledger, barcode) == "cabinet"


def test_dropped_here_lent_again_there_and_told_in_the_wrong_order(ledger: Ledger, point: Point) -> None:
    row = ledger.row("select barcode from loans")
    assert row is not None
    barcode = row["barcode"]
    ledger.change("update loans set ended = ? where barcode = ?", NOW - 900, barcode)
    lend(ledger, barcode, "R1002", NOW - 100)
    assert point.tell(ItemDropped(barcode, "A1", True), at=NOW - 1000).status == "conflict"
    loan = ledger.loan(barcode)
    assert loan is not None
    assert loan["patron"] == "R1002"


def test_lent_and_returned_while_cut_off(ledger: Ledger, point: Point) -> None:
    parcel, barcode = packed(ledger)
    long_ago = NOW - 40 * 86400
    assert point.tell(ParcelReady(parcel, "A1", "C2001"), long_ago).status == "applied"
    assert point.tell(collected(parcel, barcode, due=long_ago + LOAN_S), long_ago + 60).status == "applied"
    assert point.tell(ItemDropped(barcode, "A1", True), long_ago + 86400).status == "applied"
    (loan,) = ledger.rows("select * from loans where barcode = ?", barcode)
    assert (loan["started"], loan["ended"]) == (long_ago + 60, long_ago + 86400)


@pytest.mark.parametrize(
    ("shown", "booked", "status"),
    [
        (NOW + LOAN_S - 86400, NOW + LOAN_S, "applied"),
        (NOW + LOAN_S + 86400, NOW + LOAN_S + 86400, "applied"),
        (NOW + 400 * 86400, NOW + LOAN_S, "conflict"),
    ],
)
def test_a_due_date_that_was_shown_is_kept_within_reason(
    ledger: Ledger, point: Point, shown: float, booked: float, status: str
) -> None:
    parcel, barcode = packed(ledger)
    point.tell(ParcelReady(parcel, "A1", "C2001"))
    assert point.tell(collected(parcel, barcode, due=shown)).status == status
    loan = ledger.loan(barcode)
    assert loan is not None
    assert loan["due"] == booked


def test_a_clock_that_runs_ahead(ledger: Ledger, point: Point) -> None:
    row = ledger.row("select barcode from loans")
    assert row is not None
    assert point.tell(ItemDropped(row["barcode"], "A1", True), at=NOW + 86400).status == "conflict"
    (loan,) = ledger.rows("select ended from loans where barcode = ?", row["barcode"])
    assert loan["ended"] == NOW


def test_a_point_restored_from_an_old_copy(ledger: Ledger, point: Point) -> None:
    for _ in range(3):
        point.tell(PointTrouble("door_stuck", "A1"))
    point.seq = 1
    again = point.tell(PointTrouble("door_silent", "A2"), key="dongmen-after-restore")
    assert (again.status, again.expected) == ("reused", 4)  # its number, with another key
    assert "door_silent" not in cases(ledger)
    point.seq = 1
    assert point.tell(PointTrouble("door_forced", "A3")).status == "reused"  # seq 2 and its key, for something else
    assert "door_forced" not in cases(ledger)
    assert "key_reused" in cases(ledger)
    assert point.tell(PointTrouble("door_stuck", "A1")).status == "duplicate"  # seq 3, as it was


def test_a_library_restored_from_a_backup(ledger: Ledger, point: Point) -> None:
    for _ in range(5):
        point.tell(PointTrouble("door_stuck", "A1"))
    ledger.change("delete from received where seq > 3")
    ledger.change("update points set expected = 4 where id = ?", POINT)
    with pytest.raises(SequenceGap) as caught:
        point.tell(PointTrouble("door_stuck", "A1"))
    assert caught.value.expected == 4


def test_points_do_not_share_keys_or_counts(ledger: Ledger) -> None:
    assert Point(ledger).tell(PointTrouble("door_stuck"), key="same").status == "applied"
    assert Point(ledger, OTHER).tell(PointTrouble("door_stuck"), key="same").status == "applied"


def test_a_batch_is_all_or_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    tellings = [Telling(f"k{n}", n, NOW, PointTrouble("door_stuck")) for n in (1, 2)]
    real, calls = Ledger.add, 0

    def failing(self: Ledger, table: str, **values: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise OSError("disk full")
        real(self, table, **values)

    monkeypatch.setattr(Ledger, "add", failing)
    with pytest.raises(OSError, match="disk full"):
        hear(ledger, POINT, [Sent(one, digest(one)) for one in tellings])
    monkeypatch.undo()
    assert ledger.rows("select * from received") == []
    assert cases(ledger) == []


# ---- any order of anything ----------------------------------------------------------------------------------

TOLD = st.one_of(
    st.builds(ParcelReady, st.sampled_from(["P00001", "P00002", "P00008"]), st.just("A1"), st.just("C2001")),
    st.builds(
        ParcelCollected,
        st.sampled_from(["P00001", "P00002"]),
        st.sampled_from(["R1001", "R1002", "R9999"]),
        st.lists(st.sampled_from(["SIP0001001", "SIP0001002"]), max_size=2, unique=True).map(tuple),
        st.just("card"),
        st.just(NOW),
    ),
    st.builds(ParcelMissing, st.sampled_from(["P00001", "P00002"]), st.just("reader")),
    st.builds(ParcelRemoved, st.sampled_from(["P00001", "P00002"]), st.just("C2001")),
    st.builds(ItemDropped, st.sampled_from(["SIP0001001", "SIP0001002"]), st.just("A1"), st.booleans()),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TOLD, st.floats(NOW - 1000, NOW)), max_size=8))
def test_any_story_told_twice_has_one_effect(ledger: Ledger, tmp_path: Path, story: list[tuple[Told, float]]) -> None:
    with ledger.transaction():
        batch = []
        for n, (told, at) in enumerate(story, 1):
            telling = Telling(f"k{time.monotonic_ns()}-{n}", n, at, told)
            batch.append(Sent(telling, digest(telling)))
        ledger.change("update points set expected = 1 where id = ?", POINT)
        first = hear(ledger, POINT, batch)
    books = {table: ledger.rows(f"select * from {table}") for table in ("loans", "items", "parcels", "holds", "cases")}
    second = hear(ledger, POINT, batch)
    assert {table: ledger.rows(f"select * from {table}") for table in books} == books
    for one, again in zip(first, second, strict=True):
        assert again.status == ("duplicate" if one.status == "applied" else one.status)
    running = ledger.rows("select barcode from loans where ended is null group by barcode having count(*) > 1")
    assert running == []


# ---- the seed -----------------------------------------------------------------------------------------------


def test_the_seed_is_believable(ledger: Ledger) -> None:
    assert len(TITLES) == 60 == len({one for one, _, _ in TITLES})
    assert all(isbn.is_valid(one) and len(one) == 13 for one, _, _ in TITLES)
    copies = [row["n"] for row in ledger.rows("select count(*) as n from items group by isbn")]
    assert len(copies) == 60
    assert set(copies) == {2, 3}
    assert len(PEOPLE) == 26
    assert {person[3] for person in PEOPLE} == {"reader", "courier", "staff", "technician"}
    assert {person[4] for person in PEOPLE} == {"fine", "blocked", "expired"}
    assert all(bool(reason) == (standing != "fine") for *_, standing, reason in PEOPLE)
    assert all(luhn.is_valid(card_barcode(person[0])) and len(card_barcode(person[0])) == 14 for person in PEOPLE)
    numbers = {card_number(person[0]) for person in PEOPLE}
    assert len(numbers) == 26
    assert ledger.rows("select * from holds where status = 'ready' and point <> ?", POINT)
    assert ledger.rows("select * from holds where status = 'packed' and point = ?", POINT)


def test_the_seed_is_the_same_every_time(ledger: Ledger, tmp_path: Path) -> None:
    other = Ledger(tmp_path / "other.sqlite", signing_key(), lambda: NOW)
    seed(other)
    seed(other)  # and only once
    for table in ("points", "titles", "items", "patrons", "cards", "verifiers", "holds", "parcels", "loans", "changes"):
        assert other.rows(f"select * from {table}") == ledger.rows(f"select * from {table}")
    other.close()


def test_the_app_shows_a_pass_that_is_over_in_a_minute_and_opens_what_the_message_opens(ledger: Ledger) -> None:
    parcel = ledger.sent_parcel(pack_parcel(ledger, POINT, "R1003", (shelf(ledger),), NOW + 3600.0))
    keys = Keyring(b"h" * 32, (signing_key().public_key(),))
    shown = pass_in_app(ledger, "R1003", POINT)
    assert read_pass(shown, keys, POINT, NOW + APP_PASS_S) == (parcel.pass_id, "")
    assert read_pass(shown, keys, POINT, NOW + APP_PASS_S + 1) == (parcel.pass_id, "expired")
    assert read_pass(shown, keys, OTHER, NOW) == (parcel.pass_id, "elsewhere")
    assert pass_in_app(ledger, "R1003", OTHER) == ""


def test_the_app_s_pass_ends_with_the_parcel(ledger: Ledger) -> None:
    pack_parcel(ledger, POINT, "R1006", (shelf(ledger),), NOW + 20.0)
    keys = Keyring(b"h" * 32, (signing_key().public_key(),))
    assert read_pass(pass_in_app(ledger, "R1006", POINT), keys, POINT, NOW + 21.0)[1] == "expired"
