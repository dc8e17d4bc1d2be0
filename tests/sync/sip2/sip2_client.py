"""A client for the libraries of these tests."""

from sync.seal import Seal
from sync.sip2.service import Settings, Sip2

SEAL = Seal(bytes(range(32)), lambda number: f"{sum(number.encode()):064x}")


def client(port: int, **more: object) -> Sip2:
    settings = {"host": "127.0.0.1", "port": port, "tls": False, "user": "kiosk", "institution": "main"}
    waits = {"location": "LOCKER", "connect_wait_s": 2.0, "answer_wait_s": 0.4, "ask_wait_s": 2.0, "tell_wait_s": 6.0}
    waits |= {"doubt_wait_s": 0.0}
    return Sip2(Settings.model_validate(settings | waits | more), "secret", SEAL)
