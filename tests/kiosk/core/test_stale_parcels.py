"""A word about a parcel that is older than what its reader did here."""

from kiosk.core.events import Heard
from sync.messages import Page, ParcelCollected, ParcelSent
from tests.kiosk.core.machine import PAIR, stocked


def test_what_was_taken_of_a_parcel_is_not_put_back_by_a_library_that_has_not_heard_of_it() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-3").touch("stay_here").shut()
    assert machine.told(ParcelCollected)[0].items == ("i-2",)
    machine.do(Heard(Page((ParcelSent(PAIR),), "later", machine.now)))
    assert [item.barcode for item in machine.parcel("p-2").items] == ["i-3"]
