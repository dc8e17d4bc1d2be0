"""The card reader dies and comes back at each step of a pickup: the step goes on, nothing is lost or done twice."""

from tests.end_to_end.people import Point


def test_a_pickup_over_a_reader_that_dies_at_each_step(point: Point) -> None:
    kiosk, daemon = point.kiosk, point.machine.pcscd
    assert daemon
    point.stock("R1001")
    items = point.items_of("R1001")

    def die(screen: str) -> None:
        """As if its plug were pulled: killed amid whatever it does. The screen stays."""
        daemon.stop(kill=True)
        kiosk.wait_for(screen)
        daemon.start()

    daemon.stop(kill=True)
    kiosk.wait_for("Home", cards=False)
    daemon.start()
    kiosk.wait_for("Home", cards=True)
    kiosk.touch("collect")
    kiosk.wait_for("Collect")
    die("Collect")
    kiosk.touch("cancel")
    kiosk.wait_for("Home", cards=True)
    point.tap("R1001")
    door = point.open_door()
    die("DoorOpen")
    for _ in items:
        point.machine.cabinet.take_out(door)
    daemon.stop(kill=True)
    point.machine.cabinet.push(door)
    kiosk.wait_for("DoorShut", compartment=door)
    daemon.start()
    kiosk.touch("finish")
    kiosk.wait_for("Goodbye")
    daemon.stop(kill=True)
    kiosk.touch("finish")
    kiosk.wait_for("Home", cards=False)
    daemon.start()
    kiosk.wait_for("Home", cards=True)
    point.agreed()
    assert all(point.on_loan(item) == "R1001" for item in items)
    point.tap("R1001")
    kiosk.wait_for("Account")
