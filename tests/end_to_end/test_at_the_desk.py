"""Staff at a real kiosk process: what should be behind each door, a door with a reason, out of use, a parcel moved."""

import time

from tests.end_to_end.people import Point, back

STAFF, TECHNICIAN = "S3001", "T4001"


def at_desk(point: Point) -> None:
    point.tap(STAFF)
    point.kiosk.wait_for("Courier")
    point.kiosk.touch("desk")
    point.kiosk.wait_for("Desk")


def at_door(point: Point, door: str) -> None:
    point.kiosk.touch("doors")
    point.kiosk.wait_for("DoorList")
    point.kiosk.touch("door", door)
    point.kiosk.wait_for("DoorSheet", compartment=door)


def leave(point: Point) -> None:
    """Back to the round, and home."""
    back(point.kiosk, "Courier")
    point.kiosk.touch("finish")
    point.home()


def lies_at(point: Point) -> list[str]:
    return [name for name in point.machine.cabinet.names if point.machine.cabinet.inside(name)]


def cases(point: Point) -> set[str]:
    return {row["what"] for row in point.machine.library.ledger.rows("select what from cases")}


def test_what_should_be_behind_each_door_is_looked_at_and_put_right(point: Point) -> None:
    point.stock("R1001", "R1002")
    (book,) = point.items_of("R1002")
    gone = next(door for door in lies_at(point) if book in point.machine.cabinet.inside(door))
    at_desk(point)
    point.kiosk.touch("audit")
    for _ in range(2):
        seen = point.kiosk.wait_for("Inside", said="")
        answer = "no" if seen["compartment"] == gone else "yes"
        if answer == "no":  # as if somebody had been there before
            point.machine.cabinet.take_out(gone)
        point.kiosk.touch(answer)
        point.kiosk.wait_for("Inside", compartment=seen["compartment"], said=answer)
        point.machine.cabinet.push(seen["compartment"])
    point.kiosk.wait_for("Courier")
    point.kiosk.touch("finish")
    point.home()
    point.agreed(but="parcel_missing")
    assert point.on_loan(book) == ""
    point.tap("R1001")  # the other one is handed out as before
    point.take(point.open_door())
    point.kiosk.wait_for("Goodbye")
    point.agreed(but="parcel_missing")


def test_a_door_is_opened_with_a_reason_taken_out_of_use_and_brought_back(point: Point) -> None:
    at_desk(point)
    at_door(point, "12")
    point.kiosk.touch("open")
    point.kiosk.wait_until(lambda seen: seen["screen"] == "DoorSheet" and bool(seen["why"]), "why?")
    point.kiosk.touch("reason", "clean")
    door = point.kiosk.wait_for("Inside")["compartment"]
    assert (door, point.standing_open()) == ("12", ["12"])
    point.machine.cabinet.push(door)
    point.kiosk.wait_for("Courier")
    free = point.kiosk.seen[-1]["free_doors"]
    point.kiosk.touch("desk")
    point.kiosk.wait_for("Desk")
    at_door(point, "12")
    point.kiosk.touch("aside")
    point.kiosk.wait_for("DoorSheet", aside=True)
    leave(point)
    assert point.kiosk.seen[-1]["free_doors"] == free - 1
    at_desk(point)
    at_door(point, "12")
    point.kiosk.touch("back")
    point.kiosk.wait_for("DoorSheet", aside=False)
    point.kiosk.touch("cancel")
    point.kiosk.wait_for("DoorList")
    point.kiosk.touch("cancel")
    point.kiosk.wait_for("Desk")
    point.kiosk.touch("report")
    assert point.kiosk.wait_for("Report")["out"] == []
    leave(point)
    point.told()
    assert {"opened_by_staff", "door_out_of_use", "door_in_use"} <= cases(point)
    acts = [fact["facts"] for fact in point.journal()]
    acts = [act for act in acts if act.get("act") in ("open", "aside", "back", "report")]
    assert [act["act"] for act in acts] == ["open", "aside", "back", "report"]


def test_a_parcel_is_moved_to_another_door_and_stays_its_readers(point: Point) -> None:
    point.stock("R1002")
    (before,) = lies_at(point)
    at_desk(point)
    at_door(point, before)
    point.kiosk.touch("move")
    assert point.kiosk.wait_for("DoorOpen", purpose="clearing")["compartment"] == before
    point.kiosk.touch("cancel")  # on second thoughts
    point.kiosk.wait_for("DoorOpen", said="keep")
    point.machine.cabinet.push(before)
    point.kiosk.wait_for("Courier")
    point.kiosk.touch("desk")
    point.kiosk.wait_for("Desk")
    at_door(point, before)
    time.sleep(2.5)  # the lock rests
    point.kiosk.touch("move")
    assert point.kiosk.wait_for("DoorOpen", purpose="clearing", said="")["compartment"] == before
    items = [point.machine.cabinet.take_out(before) for _ in point.machine.cabinet.inside(before)]
    point.machine.cabinet.push(before)
    after = str(point.kiosk.wait_for("DoorOpen", purpose="stocking")["compartment"])
    assert after != before
    for item in items:
        point.machine.cabinet.put_in(after, item)
    point.machine.cabinet.push(after)
    point.kiosk.wait_for("Courier")
    point.kiosk.touch("finish")
    point.home()
    point.agreed(but="parcel_taken_to_move")
    point.tap("R1002")
    assert point.open_door() == after
    assert point.take(after) == point.items_of("R1002")
    point.kiosk.wait_for("Goodbye")


def test_staff_see_in_charts_how_the_machine_is_used(point: Point) -> None:
    point.stock("R1001")
    point.tap("R1001")
    door = point.open_door()
    point.take(door)
    point.kiosk.wait_for("Goodbye")
    point.kiosk.touch("finish")
    point.home()
    at_desk(point)
    point.kiosk.touch("use")
    seen = point.kiosk.wait_for("Use", chart="hours")
    assert sum(count for _, count in seen["points"]) == 1  # the reader
    point.kiosk.touch("chart", "doors")
    doors = dict(point.kiosk.wait_for("Use", chart="doors")["points"])
    assert doors[door] == 2
    assert sum(doors.values()) == 2
    point.kiosk.touch("chart", "waits")
    assert sum(count for _, count in point.kiosk.wait_for("Use", chart="waits")["points"]) == 1
    point.kiosk.touch("chart", "stuck")
    assert sum(count for _, count in point.kiosk.wait_for("Use", chart="stuck")["points"]) == 0
    leave(point)


def test_a_technician_sees_the_machine_and_is_no_courier(point: Point) -> None:
    point.tap(TECHNICIAN)
    point.kiosk.wait_for("Desk")
    point.kiosk.touch("audit", offered=False)
    point.kiosk.touch("machine")
    seen = point.kiosk.wait_for("MachineSheet")
    assert all(answers for _, answers, _ in seen["devices"])
    assert (seen["unseen"], seen["online"], seen["clock_wrong"]) == ([], True, False)
    back(point.kiosk)
    assert point.standing_open() == []


def test_a_reader_has_no_desk(point: Point) -> None:
    point.tap("R1014")
    point.kiosk.wait_for("Account")
    point.kiosk.touch("desk", offered=False)
    point.kiosk.touch("doors", offered=False)
    back(point.kiosk)
    assert point.standing_open() == []
