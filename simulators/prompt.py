"""The demo at a desk: a prompt where a person plays the other side of the machine, while the kiosk's window is real."""

import cmd
import contextlib
from collections.abc import Callable

from hardware.readings import Door
from simulators.cabinet import DoorIsShut, NothingThere
from simulators.library.packing import pass_in_app
from simulators.library.seed import card_number
from simulators.machine import POINT, Machine


class Prompt(cmd.Cmd):
    """One command a line; ``help`` lists them."""

    prompt = "point> "
    intro = (
        "The kiosk's window is the machine; here you are the people before it.\n"
        "Try:  card C2001   then  parcels,  scan an item,  put, push.  Then  card R1001.  help lists all."
    )

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self._machine = machine

    def do_people(self, _: str) -> None:
        """people: who has a card"""
        for row in self._machine.library.ledger.rows("select id, name, role, standing from patrons order by id"):
            print(f"  {row['id']}  {row['name']}  {row['role']}, {row['standing']}")

    def do_card(self, patron: str) -> None:
        """card R1001: lay this person's card on the reader (a UID works too); card alone takes it away"""
        self._machine.card.lift()
        if not patron:
            return
        known = self._machine.library.ledger.row("select id from patrons where id = ?", patron)
        try:
            self._machine.card.tap(card_number(patron) if known else patron)
        except ValueError:
            print("  neither a person (see people) nor the hex digits of a card")

    def do_parcels(self, _: str) -> None:
        """parcels: what is on its way here or lies here, with item barcodes and codes"""
        sql = "select id, patron, status, compartment, code from parcels where point = ? order by id"
        for row in self._machine.library.ledger.rows(sql, POINT):
            items = self._machine.library.ledger.sent_parcel(row["id"]).items
            where = f"compartment {row['compartment']}" if row["compartment"] else row["status"]
            print(f"  {row['id']} for {row['patron'] or 'anybody'}, {where}, code {row['code']}")
            for item in items:
                print(f"      {item.barcode}  {item.title}")

    def do_scan(self, code: str) -> None:
        """scan SIP0001001: show any code to the hand scanner"""
        self._machine.scanner.scan(code)

    def do_show(self, patron: str) -> None:
        """show R1003: hold the pickup QR of this person's last message before the camera; show alone takes it away"""
        sql = "select pass from messages where patron = ? order by id desc"
        row = self._machine.library.ledger.row(sql, patron)
        self._hold(patron, str(row["pass"]) if row else "", "no message was sent to this person yet")

    def do_app(self, patron: str) -> None:
        """app R1003: hold this person's phone with the library's app before the camera: its QR is over in a minute"""
        shown = pass_in_app(self._machine.library.ledger, patron, POINT)
        self._hold(patron, shown, "the app of this person shows no parcel")

    def do_doors(self, _: str) -> None:
        """doors: how each door stands and what lies behind it"""
        cabinet = self._machine.cabinet
        for name in cabinet.names:
            inside = ", ".join(cabinet.inside(name)) or "empty"
            print(f"  {name:>3}  {'OPEN' if cabinet.door(name) is Door.OPEN else 'shut'}  {inside}")

    def do_put(self, line: str) -> None:
        """put 3 SIP0001001: lay an item into an open compartment"""
        door, _, item = line.partition(" ")
        self._at(door, lambda: self._machine.cabinet.put_in(door, item or "something"))

    def do_take(self, door: str) -> None:
        """take 3: take everything out of an open compartment"""

        def take() -> None:
            for item in self._machine.cabinet.inside(door):
                print(f"  {self._machine.cabinet.take_out(door, item)}")

        self._at(door, take)

    def do_push(self, door: str) -> None:
        """push 3: push a door shut"""
        self._at(door, lambda: self._machine.cabinet.push(door))

    def do_jam(self, door: str) -> None:
        """jam 3: from now on this door does not open; mend 3 repairs it"""
        self._at(door, lambda: self._machine.cabinet.jam(door))

    def do_mend(self, door: str) -> None:
        """mend 3: repair a door"""
        self._at(door, lambda: self._machine.cabinet.mend(door))

    def do_library(self, state: str) -> None:
        """library off: the network is away; library on: it is back"""
        self._machine.library.pause()
        if state != "off":
            self._machine.library.resume()
        print(f"  the library is {'away' if state == 'off' else 'there'}")

    def do_quit(self, _: str) -> bool:
        """quit: end the demo"""
        return True

    do_EOF = do_quit

    def emptyline(self) -> bool:
        """Nothing; the usual repeats the last command, which nobody means at a door."""
        return False

    def _hold(self, patron: str, shown: str, nothing: str) -> None:
        """Before the camera, what this person shows, in place of what was there; nobody: only away with that."""
        camera = self._machine.camera
        if camera is None:
            return
        camera.take_away()
        if shown:
            camera.hold("qr", shown)
        elif patron:
            print(f"  {nothing}")

    def _at(self, door: str, act: Callable[[], None]) -> None:
        if door not in self._machine.cabinet.names:
            print(f"  no such door; there are {', '.join(self._machine.cabinet.names)}")
            return
        with contextlib.suppress(NothingThere):
            try:
                act()
            except DoorIsShut:
                print(f"  door {door} is shut")
