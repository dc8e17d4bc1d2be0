"""What is forgotten once a day, while nobody is there, or by ``kiosk purge``: old rows here; what else the store holds
says kiosk/forgetting.py."""

from kiosk.core import feed, tries, use
from kiosk.core.session import Step
from sync.messages import JournalStands


def rested(step: Step, stands: JournalStands, now: float) -> Step:
    """Nothing old is left in the rows, and the library hears where the journal stands. ``now`` must be trusted."""
    step = feed.forget_old(step, now)
    step = step.drop(*tries.past(step.point, now), *use.past(step.point, now))
    return step.fact(stands)
