"""The running whole of a bench: the simulated point, its kiosk, and its state as one dictionary ready for JSON."""

import contextlib
import math
import threading
import time
from collections import deque
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hardware.readings import Door
from simulators.bench.panel import NOTHING, Panel
from simulators.library.seed import CITIZENS, card_number
from simulators.pads import Pad
from simulators.point import Point
from simulators.readers import Eye, Printer
from simulators.twins import Twin

SAID_MAX = 200
LOOK_S = 0.1
State = dict[str, Any]


class Stage:
    """A point on the bench. A context manager; all is stopped at its end. Any thread may ask and act.

    ``window`` False and ``pace`` 0 make it fast, for scenarios in tests.
    """

    def __init__(
        self, config: Path, folder: Path, *, window: bool = True, pcsc: bool = True, pace: float = 1.0
    ) -> None:
        self.point = Point(config, folder, pcsc=pcsc, pace=pace)
        self._window = window
        self._said: deque[str] = deque(maxlen=SAID_MAX)
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._back: dict[str, float] = {}  # pulled cables, and when they are put back
        self._state: State = {"n": 0}
        self._people: list[State] = []
        self._books = threading.Event()
        self._things: State = {}
        self.playing: list[State] = []
        """The scenarios that ship and how far the one being played has come; kept by ``player``."""
        self.player: Any = None
        """Who plays scenarios here (``simulators.bench.scenario.Player``), if anybody."""
        self.clock_ahead_s = 0
        self.library_on = True
        self.power_on = True
        self.turn = threading.RLock()
        """Held by whoever acts: two hands do not reach into the machine at once."""

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as undo:
            undo.enter_context(self.point)
            screen = self.point.raw.get("screen", {})
            self.width, self.height = int(screen.get("width", 1080)), int(screen.get("height", 1920))
            self.panel = Panel(self.point.config, self.point.env, self.width, self.height, self._window)
            undo.callback(self.panel.close)
            self.panel.start()
            if self.point.no_pcsc and any(one.get("driver") == "pcsc" for one in self.point.raw.get("card", ())):
                self.say(f"no PC/SC here ({self.point.no_pcsc}): serial card readers stand in")
            if self.panel.no_display and self._window:
                self.say(f"no screen here: {self.panel.no_display}")
            self._people = self._all_people()
            self.point.library.ledger.listeners.add(self._books.set)
            self._books.set()
            self._look()
            self._watcher = threading.Thread(target=self._watch, name="bench", daemon=True)
            self._watcher.start()
            self._open = undo.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.set()
        self._watcher.join()
        with self._changed:
            self._changed.notify_all()
        self._open.close()

    def say(self, words: str) -> None:
        """Note something that happened on the bench."""
        self._said.append(f"{time.strftime('%H:%M:%S')} {words}")

    def put_back_later(self, device: str, after_s: float) -> None:
        """A cable that was pulled goes back by itself so much later; never, where that is 0."""
        self._back.pop(device, None)
        if after_s:
            self._back[device] = time.monotonic() + after_s

    @property
    def state(self) -> State:
        """All there is to see now, freshly looked at."""
        self._look()
        return self._state

    def paper(self) -> list[State]:
        """What hangs out of each printer."""
        return [
            {"device": one.name, "state": one.printer.state, "lines": one.printer.lines}
            for one in self.point.all(Printer)
        ]

    @property
    def closing(self) -> bool:
        """Whether the bench is being put away."""
        return self._closing.is_set()

    def newer(self, n: int, timeout_s: float) -> State | None:
        """The state once it is another than the ``n``-th; None when it was not in time."""
        with self._changed:
            there = self._changed.wait_for(lambda: self._state["n"] != n or self.closing, timeout_s)
            return self._state if there else None

    def _watch(self) -> None:
        while not self._closing.wait(LOOK_S):
            self._put_back()
            self._look()

    def _put_back(self) -> None:
        due = [name for name, at in list(self._back.items()) if time.monotonic() >= at]
        if due and self.turn.acquire(blocking=False):  # a hand at work is let finish
            try:
                for name in due:
                    self._back.pop(name, None)
                    self.point.devices[name].plug()
                    self.say(f"plug {name}")
            finally:
                self.turn.release()

    def _look(self) -> None:
        with self._changed:
            seen = {"n": self._state["n"], **self._everything()}
            if seen != self._state:
                self._state = {**seen, "n": seen["n"] + 1}
                self._changed.notify_all()

    def _everything(self) -> State:
        point, panel = self.point, self.panel
        if self._books.is_set():
            self._books.clear()
            self._things = {"items": self._items(), "labels": self._labels()}
        names = point.raw["point"].get("names", {})
        seen = panel.seen() if self.power_on else NOTHING
        lies = {item: f"door {name}" for name in point.places for item in point.cabinet.inside(name)}
        on = {device.shows: device.name for device in point.devices.values() if device.shows}
        return {
            "point": {"id": point.id, "zh": names.get("zh", ""), "en": names.get("en", "")},
            "power": self.power_on,
            "network": point.network.up,
            "library": self.library_on,
            "service": {
                "speaks": point.service.speaks,
                "quirks": point.service.quirks,
                "fault_names": list(point.service.fault_names),
                "faults": point.service.faults,
            },
            "clock_ahead_s": self.clock_ahead_s,
            "kiosk": {
                "running": panel.running,
                "screen": seen["screen"],
                "fields": seen.get("fields", {}),
                "width": self.width,
                "height": self.height,
                "status": panel.status,
                "no_display": panel.no_display or None,
            },
            "doors": [self._door(name) for name in point.places],
            "devices": [self._device(device) for device in point.devices.values()],
            "cards": [{**one, "on": on.get(one["number"])} for one in self._people],
            "items": [{**item, "where": lies.get(item["barcode"], item["where"])} for item in self._things["items"]],
            "labels": self._things["labels"],
            **({"paper": paper} if (paper := self.paper()) else {}),
            "scenarios": list(self.playing),
            "said": list(self._said),
        }

    def _door(self, name: str) -> State:
        place, cabinet = self.point.places[name], self.point.cabinet
        faults = cabinet.faults(name)
        return {
            **{key: place.get(key) for key in ("name", "size", "row", "column", "board", "channel")},
            "height": place.get("height", 1),
            "width": place.get("width", 1),
            "open": cabinet.door(name) is Door.OPEN,
            "inside": list(cabinet.inside(name)),
            **faults,
            "stuck": str(faults["stuck"]) if faults["stuck"] else None,
        }

    def _device(self, device: Twin) -> State:
        back_at = None if device.plugged else self._back.get(device.name)
        return {
            "name": device.name,
            "kind": device.kind,
            "driver": device.driver,
            "port": device.port,
            "plugged": device.plugged,
            "back_in_s": None if back_at is None else max(0, math.ceil(back_at - time.monotonic())),
            "faults": device.faults,
            "fault_names": list(device.fault_names),
            "shows": device.shows,
            **({"grip": asdict(device.camera.grip)} if isinstance(device, Eye) else {}),
            **({"lies": device.lies} if isinstance(device, Pad) else {}),
        }

    def _all_people(self) -> list[State]:
        rows = self.point.library.ledger.rows("select id, name, role from patrons order by role <> 'courier', id")
        role, nobody = {"reader": "patron"}, [{"id": id, "name": name, "role": "citizen"} for id, name, _ in CITIZENS]
        people = [row for row in (*rows, *nobody) if not row["id"].startswith("R5")]
        return [{**row, "role": role.get(row["role"], row["role"]), "number": card_number(row["id"])} for row in people]

    def _items(self) -> list[State]:
        """What people may have in hand here: the items of this point's parcels, and those on loan."""
        sql = (
            "select barcode, title, iif(patron = '', 'for anybody, ', '') || 'parcel ' || parcel as 'where' "
            "from parcel_items join parcels on id = parcel join items using (barcode) join titles using (isbn) "
            "where parcels.point = ? and status <> 'collected' "
            "union select barcode, title, 'on loan to ' || patron from loans "
            "join items using (barcode) join titles using (isbn) where ended is null order by 3, 1"
        )
        return self.point.library.ledger.rows(sql, self.point.id)

    def _labels(self) -> list[State]:
        """What can be scanned: the items' labels, the books' numbers, the pickup QRs that were sent out."""
        ledger = self.point.library.ledger
        labels = [{"text": i["barcode"], "kind": "code128", "title": i["title"]} for i in self._items()]
        sql = (
            "select distinct isbn, title from titles join items using (isbn) left join loans using (barcode) "
            "left join parcel_items using (barcode) where (loans.id is not null and ended is null) "
            "or parcel is not null order by isbn"
        )
        labels += [{"text": row["isbn"], "kind": "ean13", "title": row["title"]} for row in ledger.rows(sql)]
        sql = (
            "select pass, patron, code from messages where id in "
            "(select max(id) from messages where point = ? group by patron) order by patron"
        )
        sent = ledger.rows(sql, self.point.id)
        labels += [
            {"text": row["pass"], "kind": "qr", "title": f"pickup of {row['patron']}, code {row['code']}"}
            for row in sent
        ]
        return labels + [
            {"text": f"app of {r['patron']}", "kind": "qr", "title": f"app of {r['patron']}"} for r in sent
        ]
