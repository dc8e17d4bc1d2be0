"""A keypad on the screen: what stands there after a touch, and how long the numbers are that are typed on one."""

from kiosk.core.events import Touched

CODE_DIGITS = 8  # of a pickup code, and of the code of who works here
PIN_DIGITS = 12  # at most
_DIGITS = tuple("0123456789")


def is_digit(touch: Touched) -> bool:
    """Whether a digit was touched, and nothing else that calls itself one."""
    return touch.action == "digit" and touch.value in _DIGITS


def typed(digits: str, touch: Touched, most: int) -> str | None:
    """What stands there after a digit or the eraser was touched; None: it was neither, or there is no room."""
    if touch.action == "erase":
        return digits[:-1]
    return digits + touch.value if is_digit(touch) and len(digits) < most else None
