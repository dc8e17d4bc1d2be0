"""A reader lets somebody else fetch their parcel, at a real kiosk process; what each of them sees, and what is kept."""

from tests.end_to_end.people import Point, back

READER = "R1002"


def test_a_helper_fetches_a_parcel_with_the_library_away(point: Point) -> None:
    point.stock(READER)
    point.told()
    code = permission(point)
    point.home()
    point.machine.library.pause()
    point.kiosk.wait_until(lambda seen: seen["screen"] == "Home" and not seen["online"], "Home, offline", 60.0)
    typed(point, code)
    door = point.open_door()
    assert point.kiosk.wait_for("DoorOpen")["initials"] == ""
    items = point.take(door)
    assert items == point.items_of(READER)
    last = point.kiosk.wait_for("Goodbye")
    assert (last["initials"], last["to_account"]) == ("", False)
    point.kiosk.touch("finish")
    point.home()
    typed(point, code)  # it counts once
    assert point.kiosk.wait_for("Collect", wrong=True)["tries_left"] == 9
    point.kiosk.touch("cancel")
    point.machine.library.resume()
    point.agreed()
    assert {point.on_loan(item) for item in items} == {READER}
    facts = point.journal()
    assert [fact["facts"]["proof"] for fact in facts if fact["kind"] == "proved"][-1] == "helper"
    assert sum(fact["kind"] == "permission_given" for fact in facts) == 1
    assert kept(point, READER)  # the reader's number, as a sign that all was looked through
    assert not kept(point, code)


def test_a_permission_is_taken_back(point: Point) -> None:
    point.stock(READER)
    point.told()
    code = permission(point)
    at_hold(point)
    point.kiosk.touch("take_back")
    point.kiosk.wait_for("OneHold", notice="taken_back")
    back(point.kiosk)
    typed(point, code)
    point.kiosk.wait_for("Collect", wrong=True)
    assert point.standing_open() == []


def at_hold(point: Point, reader: str = READER) -> None:
    point.kiosk.touch("more")
    point.kiosk.touch("account")
    point.kiosk.wait_for("Prove")
    point.tap(reader)
    point.kiosk.wait_for("Account", known=True)
    point.kiosk.touch("holds")
    hold = point.kiosk.wait_for("Holds")["lines"][0]
    point.kiosk.touch("hold", hold["id"])
    point.kiosk.wait_for("OneHold")


def permission(point: Point, reader: str = READER) -> str:
    """The reader makes a code and goes."""
    at_hold(point, reader)
    point.kiosk.touch("permit")
    code = str(point.kiosk.wait_for("Permission")["code"])
    point.kiosk.touch("cancel")
    seen = point.kiosk.wait_for("OneHold")
    assert "take_back" in seen["may"]
    assert code not in str(seen)
    back(point.kiosk)
    return code


def typed(point: Point, code: str) -> None:
    point.kiosk.touch("collect")
    for digit in code:
        point.kiosk.touch("digit", digit)
    point.kiosk.touch("enter")


def kept(point: Point, words: str) -> bool:
    """Whether this stands in the store or in a log of the point."""
    store = [*point.machine.folder.glob("point.sqlite*")]
    assert store
    return any(words.encode() in file.read_bytes() for file in (*store, point.machine.config.with_suffix(".log")))
