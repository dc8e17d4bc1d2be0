"""What libraries look for only to know its types need not be found at every start."""

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def unseen(name: str) -> Iterator[None]:
    """Nothing is imported from there meanwhile, unless it was before. Whoever needs it later still finds it."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # which is how Python marks what there is not
    try:
        yield
    finally:
        del sys.modules[name]
