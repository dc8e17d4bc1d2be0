"""By which keyed hash a card or a code is known here: of today's key, or of the one before while keys are changed."""

from kiosk.core.model import PickupPoint


def card_digest(point: PickupPoint, number: str) -> str:
    """The hash of this card; of a stranger's that of today's key."""
    digests = point.plan.keyring.digests("card", number)
    return next((digest for digest in digests if point.by_card(digest)), digests[0])


def code_digests(point: PickupPoint, digits: str) -> tuple[str, ...]:
    """All hashes of a typed code: while keys are changed, of two parcels with one code each may be announced under
    another."""
    return point.plan.keyring.digests("code", digits)
