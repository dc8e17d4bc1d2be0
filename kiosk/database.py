"""sqlite-utils, without numpy: finding that took a tenth of a second and 11 MiB at every start."""

from hardware.unseen import unseen

with unseen("numpy"):
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

__all__ = ["Database", "Migrations"]
