"""How long to wait before trying again: full jitter, so that ten thousand points do not come back at once.

``random(0, min(cap, base * 2**n))``, see "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

import email.utils
import hashlib
from collections.abc import Callable

Uniform = Callable[[float, float], float]  # random.uniform, or a seeded one

BASE_S = 1.0
CAP_S = 300.0
RETRY_AFTER_MAX_S = 3600.0  # a service may ask for patience, not for silence until next year


SPREAD_MIN_S = 2.0
SPREAD_MAX_S = 120.0


def spread_s(point: str, outage_s: float, uniform: Uniform) -> float:
    """Seconds from the end of an outage to the first upload of this point.

    After a long outage everybody has something to say. The window is a tenth of the outage, 2 to 120 s; in it a point
    has its own place, from the hash of its id, moved by chance over half of it: so thousands of points fill the window
    evenly, and no two with near hashes meet each time.
    """
    window = min(max(outage_s / 10.0, SPREAD_MIN_S), SPREAD_MAX_S)
    place = int.from_bytes(hashlib.sha256(point.encode()).digest()[:8]) / 2**64
    return window * ((place + uniform(0.0, 0.5)) % 1.0)


def delay_s(attempts: int, uniform: Uniform, retry_after_s: float | None = None, cap_s: float = CAP_S) -> float:
    """Seconds to wait after ``attempts`` failures in a row (1 is the first).

    Between 0 and ``min(cap_s, BASE_S * 2**(attempts - 1))``. What the service asked for (at most an hour of it)
    comes on top, so that nobody returns early and not everybody at the same moment.
    """
    doublings = min(max(attempts - 1, 0), 16)
    jitter = uniform(0.0, min(cap_s, BASE_S * 2.0**doublings))
    asked = min(max(retry_after_s or 0.0, 0.0), RETRY_AFTER_MAX_S)
    return asked + jitter


def patience_s(text: str | None, now: float) -> float | None:
    """Seconds from ``now`` (Unix), of either form of Retry-After (RFC 9110, 10.2.3); None when absent or nonsense."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None
