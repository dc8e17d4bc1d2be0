"""How long to wait before trying again: full jitter, so that ten thousand points do not come back at once.

``random(0, min(cap, base * 2**n))``, see "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

from collections.abc import Callable

Uniform = Callable[[float, float], float]  # random.uniform, or a seeded one

BASE_S = 1.0
CAP_S = 300.0
RETRY_AFTER_MAX_S = 3600.0  # a service may ask for patience, not for silence until next year


def delay_s(attempts: int, uniform: Uniform, retry_after_s: float | None = None) -> float:
    """Seconds to wait after ``attempts`` failures in a row (1 is the first).

    Between 0 and ``min(CAP_S, BASE_S * 2**(attempts - 1))``. What the service asked for (at most an hour of it)
    comes on top, so that nobody returns early and not everybody at the same moment.
    """
    doublings = min(max(attempts - 1, 0), 16)
    jitter = uniform(0.0, min(CAP_S, BASE_S * 2.0**doublings))
    asked = min(max(retry_after_s or 0.0, 0.0), RETRY_AFTER_MAX_S)
    return asked + jitter
