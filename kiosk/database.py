"""sqlite-utils, without numpy: that it looks for only to know its types, and finding it took a tenth of a second and
11 MiB at every start. Whoever needs numpy later still finds it.
"""

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def _unseen(name: str) -> Iterator[None]:
    """Nothing is imported from there meanwhile, unless it was before."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # which is how Python marks what there is not
    try:
        yield
    finally:
        del sys.modules[name]


with _unseen("numpy"):
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

__all__ = ["Database", "Migrations"]
