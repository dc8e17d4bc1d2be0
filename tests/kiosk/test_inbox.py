"""What threads say while the deciding one is held up, by a disk that takes its time, say."""

import threading
import time
from collections.abc import Callable
from functools import partial

from hardware.readings import DeviceUp
from kiosk.core.events import Tick, Touched
from kiosk.inbox import TICK_S, Inbox

MOST = 4


def said(inbox: Inbox, count: int) -> list[object]:
    """So many things, and nothing after them."""
    heard: list[object] = [inbox.take(20.0) for _ in range(count)]
    assert inbox.take(0) is None
    return heard


def aside(does: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=does, daemon=True)
    thread.start()
    return thread


def test_nothing_that_devices_say_is_lost_however_long_it_takes() -> None:
    inbox = Inbox(MOST)
    readings = [[DeviceUp(f"{worker}-{n}") for n in range(20)] for worker in range(3)]

    def says(own: list[DeviceUp]) -> None:
        for one in own:
            inbox.post(one)

    workers = [aside(partial(says, own)) for own in readings]
    time.sleep(0.6)  # all of them wait by now, two looks long
    assert all(worker.is_alive() for worker in workers)
    heard = said(inbox, 60)
    for own in readings:
        assert [one for one in heard if one in own] == own, "each in its order"


def test_a_touch_never_waits() -> None:
    inbox = Inbox(MOST)
    for n in range(MOST + 3):
        inbox.touch(Touched("digit", str(n)))
    assert said(inbox, MOST) == [Touched("digit", str(n)) for n in range(MOST)]


def test_the_deciding_thread_does_not_wait_for_itself() -> None:
    inbox = Inbox(MOST)
    assert inbox.take(0) is None
    for n in range(MOST + 3):
        inbox.post(DeviceUp(str(n)))
    assert None not in said(inbox, MOST)


def test_at_the_end_nobody_waits_for_room() -> None:
    inbox = Inbox(1)
    inbox.post(DeviceUp("first"))
    waiting = aside(lambda: inbox.post(DeviceUp("second")))
    time.sleep(0.1)
    assert waiting.is_alive()
    inbox.close()
    waiting.join(60.0)
    assert not waiting.is_alive()
    assert said(inbox, 1) == [DeviceUp("first")]


def test_the_time_waits_until_all_is_heard_that_was_said_before() -> None:
    inbox = Inbox()
    words = [DeviceUp(str(n)) for n in range(3)]
    for word in words:
        inbox.post(word)
    heard = []
    for _ in words:
        heard.append(inbox.next())
        time.sleep(TICK_S * 2)  # the disk takes its time
    assert heard == words
    assert inbox.next() == Tick()


def test_the_time_goes_on_while_words_keep_coming() -> None:
    inbox, heard, until = Inbox(), list[object](), time.monotonic() + 60.0
    while heard.count(Tick()) < 3 and time.monotonic() < until:
        inbox.post(DeviceUp("a"))
        heard.append(inbox.next())
        time.sleep(TICK_S / 10)
        heard.append(inbox.next())
    assert heard.count(Tick()) == 3
