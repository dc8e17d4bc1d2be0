"""By which keyed hash a card or a code is known here: of today's key, or of the one before while keys are changed."""

from kiosk.core.model import PickupPoint


def card_digest(point: PickupPoint, number: str) -> str:
    """The hash of this card; of a stranger's that of today's key."""
    digests = point.plan.keyring.digests("card", number)
    return next((digest for digest in digests if point.by_card(digest)), digests[0])


def code_digest(point: PickupPoint, digits: str) -> str:
    """The same of a typed code, whoever's it is."""
    digests = point.plan.keyring.digests("code", digits)
    known = {code for parcel in point.parcels.values() for code in (parcel.code, parcel.helper)}
    known |= {patron.code for patron in point.patrons.values()}
    return next((digest for digest in digests if digest in known), digests[0])
