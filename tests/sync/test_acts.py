"""What a reader changes at the library over REST: done once, refused in words, and shown in the account."""

import time

import pytest
from pydantic import SecretStr

from kiosk import library as threads
from kiosk.core.commands import Do
from kiosk.core.events import Acted
from kiosk.library import LibraryWorkers
from kiosk.workers import Worker
from simulators.library.packing import change_patron, pack_parcel, place_hold
from simulators.library.passes import card_verifier
from simulators.library.seed import CITIZENS, card_number, secrets_of
from simulators.library.server import Library
from sync.account import AccountIs, AccountOf
from sync.acts import Activate, CancelHold, Checkout, MoreTime, PlaceHold, Renew, RenewAll, Ruling, Said
from sync.asked import PatronIs, WhoIs
from sync.errors import ServiceBroken, ServiceSilent, ServiceUnreachable
from sync.messages import ItemLent, ParcelRecalled, ParcelSent, Telling
from sync.service import Service

POINT, READER = "dongmen", "R1009"


def account(client: Service, patron: str = READER, pin: str = "") -> AccountIs:
    answer = client.ask(AccountOf(patron, SecretStr(pin) if pin else None))
    assert isinstance(answer, AccountIs)
    return answer


def renewals(library: Library) -> int:
    return len(library.ledger.rows("select * from renewals"))


def ready(library: Library, patron: str) -> str:
    """A parcel of one title for this reader, behind its door here."""
    isbn = library.ledger.rows("select isbn from items where place = 'shelf' order by barcode")[0]["isbn"]
    place_hold(library.ledger, patron, isbn, POINT)
    sql = "select barcode from items where place = 'shelf' and isbn = ? order by barcode"
    parcel = pack_parcel(library.ledger, POINT, patron, (library.ledger.rows(sql, isbn)[0]["barcode"],))
    library.ledger.change("update parcels set status = 'ready' where id = ?", parcel)
    library.ledger.change("update holds set status = 'ready' where parcel = ?", parcel)
    return parcel


# ---- the account ------------------------------------------------------------------------------------------------


def test_an_account_is_what_the_ledger_says(library: Library, client: Service) -> None:
    mine = account(client)
    rows = library.ledger.rows("select barcode, due from loans where patron = ? order by due, barcode", READER)
    assert [(loan.id, loan.due) for loan in mine.loans] == [(row["barcode"], row["due"]) for row in rows]
    assert (mine.initials, mine.owed, mine.fines) == ("吴*芳", "", ())
    library.ledger.change("update loans set due = 1.0 where barcode = ?", rows[0]["barcode"])
    assert [loan.late for loan in account(client).loans] == [True, False, False]
    owing = account(client, "R1005")
    assert (owing.owed, owing.currency, [fine.amount for fine in owing.fines]) == ("12.50", "CNY", ["12.50"])
    assert account(client, "nobody") == AccountIs(known=False)


def test_holds_here_elsewhere_and_waiting_are_told_apart(library: Library, client: Service) -> None:
    parcel = ready(library, READER)
    other = library.ledger.rows("select isbn from titles order by isbn")
    place_hold(library.ledger, "R1010", other[0]["isbn"], POINT)
    place_hold(library.ledger, READER, other[0]["isbn"], "lujia")
    here, waiting = account(client).holds
    assert (here.state, here.here, here.parcel) == ("ready", True, parcel)
    assert here.until > time.time()
    assert (waiting.state, waiting.here, waiting.place, waiting.ahead) == ("waiting", False, "绿家社区书亭", 1)


def test_with_pins_nothing_is_said_or_done_without(library: Library, client: Service) -> None:
    library.ledger.pins = True
    assert account(client) == AccountIs(pin="needed")
    assert account(client, pin="0") == AccountIs(pin="wrong")
    phone = library.ledger.rows("select phone from patrons where id = ?", READER)[0]["phone"]
    loan = account(client, pin=phone[-4:]).loans[0]
    assert not client.act(Said("k-1", Renew(READER, loan.id))).done
    assert client.act(Said("k-2", Renew(READER, loan.id), SecretStr(phone[-4:]))).done


# ---- acts -------------------------------------------------------------------------------------------------------


def test_a_renewal_is_booked_once_however_often_it_is_said(library: Library, client: Service) -> None:
    loan = account(client).loans[0]
    first = client.act(Said("k-1", Renew(READER, loan.id)))
    assert first.done
    assert first.until > loan.due
    assert [client.act(Said("k-1", Renew(READER, loan.id))) for _ in range(2)] == [first, first]
    assert renewals(library) == 1
    assert first.until in [one.due for one in account(client).loans]
    with pytest.raises(ServiceBroken, match="409"):
        client.act(Said("k-1", RenewAll(READER)))
    assert renewals(library) == 1


def on_shelf(library: Library) -> str:
    return str(library.ledger.rows("select barcode from items where place = 'shelf' order by barcode")[0]["barcode"])


def test_a_checkout_is_booked_once_however_often_it_is_said(library: Library, client: Service) -> None:
    item = on_shelf(library)
    first = client.act(Said("k-1", Checkout(READER, item)))
    assert first.done
    assert [client.act(Said(key, Checkout(READER, item))) for key in ("k-1", "k-2")] == [first, first]
    (receipt,) = client.tell((Telling("t-1", 1, time.time(), ItemLent(item, READER, first.until)),))
    assert receipt.status == "applied"
    rows = library.ledger.rows("select patron, due from loans where barcode = ?", item)
    assert rows == [{"patron": READER, "due": first.until}]
    assert renewals(library) == 0
    assert "他人" in client.act(Said("k-3", Checkout("R1010", item))).words


def test_what_was_lent_without_a_word_is_booked_when_it_is_told(library: Library, client: Service) -> None:
    item, now = on_shelf(library), time.time()
    (receipt,) = client.tell((Telling("t-1", 1, now, ItemLent(item, READER, now + 28 * 86400)),))
    assert receipt.status == "applied"
    assert library.ledger.loan(item)["patron"] == READER  # type: ignore[index]
    change_patron(library.ledger, "R1010", "blocked", "")
    other = on_shelf(library)
    (receipt,) = client.tell((Telling("t-2", 2, now, ItemLent(other, "R1010", now + 86400)),))
    assert receipt.status == "conflict"
    assert library.ledger.loan(other)["patron"] == "R1010"  # type: ignore[index]


def test_what_may_not_be_lent_is_refused_in_words(library: Library, client: Service) -> None:
    parcel = ready(library, READER)
    aside = library.ledger.rows("select barcode from parcel_items where parcel = ?", parcel)[0]["barcode"]
    assert "预留" in client.act(Said("k-1", Checkout("R1010", aside))).words
    assert "没有" in client.act(Said("k-2", Checkout(READER, "SIP9999999"))).words
    change_patron(library.ledger, READER, "blocked", "请到服务台。")
    assert client.act(Said("k-3", Checkout(READER, on_shelf(library)))) == Ruling(False, "请到服务台。")


def test_why_not_comes_in_the_librarys_words(library: Library, client: Service) -> None:
    loans = account(client).loans
    for n in range(2):
        assert client.act(Said(f"k-{n}", Renew(READER, loans[0].id))).done
    assert client.act(Said("k-2", Renew(READER, loans[0].id))) == Ruling(False, "已达到续借次数上限。")
    isbn = library.ledger.item(loans[1].id).isbn  # type: ignore[union-attr]
    place_hold(library.ledger, "R1014", isbn, POINT)
    assert "预约" in client.act(Said("k-3", Renew(READER, loans[1].id))).words
    ruling = client.act(Said("k-4", RenewAll(READER)))
    assert not ruling.done
    assert {one.loan: one.done for one in ruling.each} == {
        loans[0].id: False,
        loans[1].id: False,
        loans[2].id: True,
    }
    library.ledger.add("fees", patron=READER, amount=11.0, reference="", what="")
    assert "逾期费用" in client.act(Said("k-5", Renew(READER, loans[2].id))).words
    assert not client.act(Said("k-6", Renew("R1010", loans[2].id))).done
    change_patron(library.ledger, READER, "blocked", "请到服务台。")
    assert client.act(Said("k-7", Renew(READER, loans[2].id))).words == "请到服务台。"


def test_a_cancelled_hold_is_recalled_from_the_point(library: Library, client: Service) -> None:
    parcel = ready(library, READER)
    cursor = client.changes("", 0).cursor
    hold = account(client).holds[0]
    assert client.act(Said("k-1", CancelHold(READER, hold.id))).done
    assert ParcelRecalled(parcel) in client.changes(cursor, 0).changes
    assert account(client).holds == ()
    assert not client.act(Said("k-2", CancelHold(READER, hold.id))).done
    assert not client.act(Said("k-3", CancelHold(READER, "H999"))).done


def test_more_time_comes_down_with_the_parcel_once(library: Library, client: Service) -> None:
    parcel = ready(library, READER)
    cursor = client.changes("", 0).cursor
    hold = account(client).holds[0]
    ruling = client.act(Said("k-1", MoreTime(READER, hold.id)))
    assert ruling.until == hold.until + 3 * 86400
    sent = next(one for one in client.changes(cursor, 0).changes if isinstance(one, ParcelSent))
    assert (sent.parcel.id, sent.parcel.expires) == (parcel, ruling.until)
    assert not client.act(Said("k-2", MoreTime(READER, hold.id))).done


def test_a_hold_is_placed_to_this_point(library: Library, client: Service) -> None:
    item = library.ledger.rows("select barcode, isbn from items order by barcode")[-1]
    assert client.act(Said("k-1", PlaceHold(READER, item["isbn"]))).done
    hold = account(client).holds[0]
    assert (hold.state, hold.here) == ("waiting", True)
    assert not client.act(Said("k-2", PlaceHold(READER, item["barcode"]))).done  # the same title
    assert not client.act(Said("k-3", PlaceHold(READER, "9999999999999"))).done
    assert not client.act(Said("k-4", PlaceHold("R1005", item["isbn"]))).done


# ---- when the answer is lost ------------------------------------------------------------------------------------


def outcome(library: Library, said: Said, faults: tuple[str, int] | None) -> object:
    """What the asking thread makes of an act while the library has a fault for so many requests."""
    heard: list[object] = []
    settings, token, point = library.settings_of(POINT)
    from sync import rest

    patient = settings.model_copy(update={"ask_wait_s": 20.0})
    workers = LibraryWorkers(lambda: rest.connect(patient, token, point), "", heard.append)
    if faults:
        library.wire.fault, library.wire.left = faults
    workers.ask(Do(said))
    worker = Worker("asks", workers.answer, lambda bug: heard.append(bug))
    worker.start()
    until = time.monotonic() + 60
    while not heard and time.monotonic() < until:
        time.sleep(0.02)
    worker.stop()
    return heard[0]


@pytest.mark.parametrize(
    ("fault", "times", "expected", "booked"),
    [
        ("answer_lost", 1, "done", 1),
        ("answer_lost", 2, "unknown", 1),
        ("fails", 1, "done", 1),
        ("busy", 1, "away", 0),
        ("not_json", 2, "unknown", 0),
    ],
)
def test_a_lost_answer_is_asked_for_once_and_never_books_twice(
    library: Library, client: Service, fault: str, times: int, expected: str, booked: int
) -> None:
    loan = account(client).loans[0]
    acted = outcome(library, Said("k-1", Renew(READER, loan.id)), (fault, times))
    assert isinstance(acted, Acted)
    done = acted.outcome if isinstance(acted.outcome, str) else "done" if acted.outcome.done else "refused"
    assert (done, renewals(library)) == (expected, booked)


def test_what_never_reached_the_library_raises_so(library: Library, client: Service) -> None:
    library.wire.fault, library.wire.left = "busy", 1
    with pytest.raises(ServiceUnreachable):
        client.act(Said("k-1", RenewAll(READER)))
    library.wire.fault, library.wire.left = "answer_lost", 1
    with pytest.raises(ServiceSilent):
        client.act(Said("k-1", RenewAll(READER)))
    assert renewals(library) == 3


def test_a_pin_is_said_on_the_wire_and_nowhere_else(library: Library, client: Service) -> None:
    said = Said("k-1", RenewAll(READER), SecretStr("4711"))
    assert "4711" not in repr(said)
    client.act(said)
    assert b'"4711"' in library.wire.app.exchanges[-1].body


# ---- a card that is nobody's yet ------------------------------------------------------------------------------------

NUMBER = card_number(CITIZENS[0][0])
CARD = card_verifier(secrets_of(POINT).hashing_key, NUMBER)


def activate(phone: str, pin: str, key: str) -> Said:
    return Said(key, Activate(CARD, SecretStr(phone), SecretStr(pin)))


def test_a_citizens_card_becomes_a_readers_once(library: Library, client: Service) -> None:
    offer = client.ask(WhoIs(CARD))
    assert isinstance(offer, PatronIs)
    assert offer.patron is None
    assert offer.offer
    assert all(page.zh and page.en for page in offer.offer.rules)
    assert client.ask(WhoIs("0" * 64)) == PatronIs(None)
    taken = library.ledger.rows("select phone from patrons where id = ?", READER)[0]["phone"]
    for n, (phone, pin, again) in enumerate(
        ((taken, "704133", "phone"), ("123", "704133", "phone"), ("13911112222", "123456", "pin"))
    ):
        ruling = client.act(activate(phone, pin, f"k-{n}"))
        assert (ruling.done, ruling.again, bool(ruling.words)) == (False, again, True)
    done = client.act(activate("13911112222", "704133", "k-9"))
    assert done == Ruling(True)
    assert client.act(activate("13911112222", "704133", "k-9")) == done
    reader = client.ask(WhoIs(CARD))
    assert isinstance(reader, PatronIs)
    assert reader.patron
    assert reader.offer is None
    assert not client.act(activate("13911112223", "704133", "k-10")).done
    library.ledger.pins = True
    assert account(client, reader.patron.id, "704133").known
    assert account(client, reader.patron.id, "2222").pin == "wrong"
    assert len(library.ledger.rows("select * from patrons where phone = '13911112222'")) == 1


@pytest.mark.parametrize("own", [True, False])  # the PIN that is chosen, or the one that comes with another act
def test_what_was_typed_does_not_come_back_in_the_librarys_words(own: bool) -> None:
    class Chatty:
        def act(self, said: Said) -> Ruling:
            return Ruling(False, "13911112222 has 704133 already", again="phone")

    said = activate("13911112222", "704133", "k") if own else Said("k", RenewAll(READER), SecretStr("704133"))
    words = "… has … already" if own else "13911112222 has … already"
    assert threads.outcome(Chatty(), said) == Ruling(False, words, again="phone")  # type: ignore[arg-type]
