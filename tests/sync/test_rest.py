"""The client and the reference service over a real socket, when both do as the contract says."""

import json
import threading
import time

import pytest
import requests
from rest_contract import Exchange

from simulators.library.packing import change_patron, pack_parcel, recall_parcel
from simulators.library.passes import card_verifier
from simulators.library.seed import card_number, secrets_of
from simulators.library.server import Library
from sync import rest
from sync.asked import ItemIs, LoansAre, LoansWith, PatronIs, WhatIs, WhoIs
from sync.envelope import digest
from sync.errors import (
    ServiceBroken,
    ServiceBusy,
    ServiceDenied,
    ServiceError,
    ServiceGap,
    ServiceSilent,
    ServiceUnreachable,
)
from sync.messages import (
    ItemDropped,
    ParcelCollected,
    ParcelReady,
    ParcelRecalled,
    ParcelSent,
    PatronChanged,
    PointTrouble,
    Telling,
)
from sync.service import Service

POINT = "dongmen"
NOW = time.time()
READY = Telling("dongmen-1-1", 1, NOW - 60, ParcelReady("P00001", "A1", "C2001"))
KEY = secrets_of(POINT).hashing_key


def shelf(library: Library, count: int = 1) -> tuple[str, ...]:
    rows = library.ledger.rows("select barcode from items where place = 'shelf' order by barcode limit ?", count)
    return tuple(row["barcode"] for row in rows)


def loans(library: Library) -> int:
    return len(library.ledger.rows("select * from loans where ended is null"))


# ---- asked --------------------------------------------------------------------------------------------------


def test_who_is(client: Service) -> None:
    answer = client.ask(WhoIs(card_verifier(KEY, card_number("R1004").lower())))
    assert isinstance(answer, PatronIs)
    assert answer.patron is not None
    assert (answer.patron.id, answer.patron.standing, answer.patron.role) == ("R1004", "fine", "reader")
    assert answer.ready_elsewhere == ("绿家社区书亭",)
    courier = client.ask(WhoIs(card_verifier(KEY, card_number("C2001"))))
    assert isinstance(courier, PatronIs)
    assert courier.patron is not None
    assert courier.patron.role == "courier"
    assert client.ask(WhoIs("0" * 64)) == PatronIs(None)


def test_another_point_knows_the_same_card_by_another_verifier(library: Library, client: Service) -> None:
    elsewhere = card_verifier(secrets_of("lujia").hashing_key, card_number("R1004"))
    assert client.ask(WhoIs(elsewhere)) == PatronIs(None)


def test_what_is(library: Library, client: Service) -> None:
    lent = library.ledger.rows("select barcode from loans")[0]["barcode"]
    answer = client.ask(WhatIs(lent))
    assert isinstance(answer, ItemIs)
    assert answer.on_loan
    answer = client.ask(WhatIs(shelf(library)[0]))
    assert isinstance(answer, ItemIs)
    assert answer.item is not None
    assert not answer.on_loan
    assert client.ask(WhatIs("NOT-OURS")) == ItemIs(None)


def test_loans_with(library: Library, client: Service) -> None:
    loan = library.ledger.rows("select * from loans join items using (barcode)")[0]
    answer = client.ask(LoansWith(loan["patron"], loan["isbn"]))
    assert isinstance(answer, LoansAre)
    assert [item.barcode for item in answer.items] == [loan["barcode"]]
    assert client.ask(LoansWith("R1001", loan["isbn"])) == LoansAre(())


# ---- told ---------------------------------------------------------------------------------------------------


def test_tell_books_once_however_often_it_is_said(library: Library, client: Service) -> None:
    collected = Telling(
        "dongmen-2-1", 2, NOW - 30, ParcelCollected("P00001", "R1001", _items(library, "P00001"), "card", NOW + 9e5)
    )
    before = loans(library)
    assert [receipt.status for receipt in client.tell([READY, collected])] == ["applied", "applied"]
    assert loans(library) == before + 2
    for _ in range(3):
        assert [receipt.status for receipt in client.tell([READY, collected])] == ["duplicate", "duplicate"]
    dropped = Telling("dongmen-3-1", 3, NOW, ItemDropped(collected.told.items[0], "A2", True))  # type: ignore[union-attr]
    assert [receipt.status for receipt in client.tell([collected, dropped])] == ["duplicate", "applied"]
    assert loans(library) == before + 1
    assert len(library.ledger.rows("select * from messages where patron = 'R1001'")) == 1


def _items(library: Library, parcel: str) -> tuple[str, ...]:
    return tuple(item.barcode for item in library.ledger.sent_parcel(parcel).items)


def test_same_key_for_something_else_is_refused(library: Library, client: Service) -> None:
    client.tell([READY])
    other = Telling(READY.key, 2, NOW, ParcelReady("P00002", "A2", "C2001"))
    third = Telling("dongmen-1-3", 3, NOW, PointTrouble("door_stuck", "A1"))
    assert [receipt.status for receipt in client.tell([other, third])] == ["reused", "applied"]
    assert library.ledger.rows("select status from parcels where id = 'P00002'") == [{"status": "sent"}]
    assert [receipt.status for receipt in client.tell([other])] == ["reused"]  # and again, with one case only
    assert len(library.ledger.rows("select * from cases where what = 'key_reused'")) == 1


def test_gap_in_seq(library: Library, client: Service) -> None:
    late = Telling("dongmen-9-9", 9, NOW, PointTrouble("door_stuck", "A1"))
    with pytest.raises(ServiceGap) as caught:
        client.tell([late])
    assert caught.value.expected == 1
    with pytest.raises(ServiceBroken):  # a hole inside a batch is our own mistake, not a library that lost some
        client.tell([READY, late])
    assert library.ledger.rows("select * from received") == []


def test_a_hundred_in_one_batch(library: Library, client: Service) -> None:
    batch = [Telling(f"k-{n}", n, NOW, PointTrouble("door_stuck", "A1", detail="门" * 200)) for n in range(1, 101)]
    assert {receipt.status for receipt in client.tell(batch)} == {"applied"}
    assert len(library.ledger.rows("select * from cases")) == 100


def test_wrong_digest_is_refused_before_any_effect(library: Library) -> None:
    settings, token, point = library.settings_of(POINT)
    said = json.loads(rest.BATCH.dump_json(rest.Batch((rest.Sent(READY, digest(READY)),))))
    said["events"][0]["telling"]["told"]["compartment"] = "B9"
    url = f"{settings.url}/v1/points/{point}/events"
    reply = requests.post(url, json=said, headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert library.ledger.rows("select * from received") == []


# ---- the change feed ----------------------------------------------------------------------------------------


def test_snapshot_then_changes(library: Library, client: Service) -> None:
    page = client.changes("", 0)
    assert page.snapshot
    sent = [change.parcel.id for change in page.changes if isinstance(change, ParcelSent)]
    assert sent == ["P00001", "P00002", "P00003", "P00004", "P00005"]
    roles = {change.patron.role for change in page.changes if isinstance(change, PatronChanged)}
    assert roles == {"reader", "courier", "staff", "technician"}
    assert abs(page.server_time - time.time()) < 60

    parcel = pack_parcel(library.ledger, POINT, "R1018", shelf(library, 2))
    recall_parcel(library.ledger, "P00002")
    change_patron(library.ledger, "R1018", "blocked", "有一笔费用未缴")
    pack_parcel(library.ledger, "lujia", "R1019", shelf(library))  # not this point's business
    page = client.changes(page.cursor, 0)
    assert not page.snapshot
    kinds = [change.kind for change in page.changes]
    assert kinds == ["patron_changed", "parcel_sent", "parcel_recalled", "patron_forgotten", "patron_changed"]
    assert page.changes[2] == ParcelRecalled("P00002")
    assert isinstance(page.changes[1], ParcelSent)
    assert page.changes[1].parcel == library.ledger.sent_parcel(parcel)
    assert client.changes(page.cursor, 0).changes == ()


def test_a_long_feed_comes_in_pages(library: Library, client: Service) -> None:
    cursor = client.changes("", 0).cursor
    with library.ledger.transaction():
        for n in range(1203):
            library.ledger.publish(POINT, ParcelRecalled(f"X{n}"))
    heard: list[str] = []
    more = True
    while more:
        page = client.changes(cursor, 0)
        heard += [change.parcel for change in page.changes if isinstance(change, ParcelRecalled)]
        cursor, more = page.cursor, page.more
    assert heard == [f"X{n}" for n in range(1203)]


def test_cursor_too_old_or_foreign_is_answered_with_a_snapshot(library: Library, client: Service) -> None:
    cursor = client.changes("", 0).cursor
    library.ledger.forget_changes()
    page = client.changes(cursor, 0)
    assert page.snapshot
    assert not client.changes(page.cursor, 0).snapshot
    for strange in ("nonsense", "WzEsMl0=", cursor[::-1], "ÿ" * 50):
        assert client.changes(strange, 0).snapshot


def test_long_poll_wakes_up(library: Library, client: Service) -> None:
    cursor = client.changes("", 0).cursor
    started = time.monotonic()
    timer = threading.Timer(0.3, recall_parcel, (library.ledger, "P00001"))
    timer.start()
    page = client.changes(cursor, 20)
    assert page.changes
    assert page.changes[0] == ParcelRecalled("P00001")
    assert 0.25 < time.monotonic() - started < 10
    timer.join()


def test_long_poll_ends_empty(client: Service) -> None:
    page = client.changes(client.changes("", 0).cursor, 0.2)
    assert page.changes == ()


def test_network_goes_away_during_a_long_poll(library: Library, client: Service) -> None:
    cursor = client.changes("", 0).cursor
    timer = threading.Timer(0.2, library.pause)
    timer.start()
    with pytest.raises(ServiceError):
        client.changes(cursor, 20)
    timer.join()
    with pytest.raises(ServiceUnreachable):
        client.changes(cursor, 20)
    library.resume()
    assert client.changes(cursor, 0).changes == ()


# ---- who may ------------------------------------------------------------------------------------------------


def test_wrong_token_says_what_to_check(library: Library) -> None:
    settings, token, point = library.settings_of(POINT)
    with pytest.raises(ServiceDenied, match="credential file"):
        rest.connect(settings, "wrong", point).tell([READY])
    with pytest.raises(ServiceDenied, match="point's name"):
        rest.connect(settings, token, "lujia").ask(WhatIs("x"))
    assert library.ledger.rows("select * from received") == []


def test_point_name_is_quoted(library: Library, exchanges: list[Exchange]) -> None:
    settings, token, _ = library.settings_of(POINT)
    with pytest.raises(ServiceError):
        rest.connect(settings, token, "../../admin?x=1#").ask(WhatIs("x"))
    seen = exchanges.pop()
    assert seen.query == {}


# ---- faults of the service ----------------------------------------------------------------------------------


def test_lost_answer_after_effect_then_the_same_again(library: Library, client: Service) -> None:
    library.fault("answer_lost", 1)
    with pytest.raises(ServiceSilent):
        client.tell([READY])
    assert library.ledger.rows("select status from parcels where id = 'P00001'") == [{"status": "ready"}]
    assert [receipt.status for receipt in client.tell([READY])] == ["duplicate"]
    assert len(library.ledger.rows("select * from messages")) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("fails", ServiceSilent),
        ("busy", ServiceBusy),
        ("not_json", ServiceBroken),
        ("wrong_shape", ServiceBroken),
        ("hangs", ServiceSilent),
    ],
)
def test_each_fault_is_told_apart_and_passes(library: Library, fault: str, error: type[ServiceError]) -> None:
    settings, token, point = library.settings_of(POINT)
    wait_s = 0.5 if fault == "hangs" else 20.0
    client = rest.connect(settings.model_copy(update={"ask_wait_s": wait_s, "tell_wait_s": wait_s}), token, point)
    library.fault(fault, 3)  # type: ignore[arg-type]
    for call in (lambda: client.ask(WhatIs("x")), lambda: client.tell([READY]), lambda: client.changes("", 0)):
        with pytest.raises(error) as caught:
            call()
        assert type(caught.value) is error
        if isinstance(caught.value, ServiceUnreachable):
            assert caught.value.retry_after_s == 2
    assert rest.connect(settings, token, point).ask(WhatIs("x")) == ItemIs(None)


def test_network_away_and_back(library: Library, client: Service) -> None:
    assert client.ask(WhatIs("x")) == ItemIs(None)
    for _ in range(2):
        library.pause()
        with pytest.raises(ServiceUnreachable):
            client.ask(WhatIs("x"))
        library.resume()
        assert client.ask(WhatIs("x")) == ItemIs(None)
