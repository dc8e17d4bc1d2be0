"""What a screen may say beside its own words: of the last scan, of a code held up, of things on a pad, of paper; why
something cannot be done, and what may be touched next."""

from dataclasses import dataclass
from typing import Literal

GuideNotice = Literal["nearer", "farther", "still", "turn"]
PadNotice = Literal["one_at_a_time", "part_missing", "foreign_tag"]
ReturnNotice = Literal[
    "",
    "isbn_needs_card",
    "isbn_not_yours",
    "isbn_several",
    "isbn_offline",
    "not_ours",
    "twice",
    "unreadable",
    "full",
    "card_taken",
    "card_unknown",
    "card_offline",
    "card_unread",
    "pin_wrong",
    "return_first",
    "slip",
    "not_on_loan",
    "larger_door",
    GuideNotice,
    PadNotice,
]
CounterNotice = Literal[
    "",
    "use_sticker",
    "unreadable",
    "twice",
    "full",
    "not_ours",
    "set_aside",
    "slip",
    "part_missing",
    "foreign_tag",
    GuideNotice,
]
CourierNotice = Literal[
    "",
    "unknown_item",
    "already_here",
    "recalled",
    "unreadable",
    "no_room",
    "unseen",
    "too_large",
    "bag_taken",
    "not_put_in",
    "stuck",
    "not_opened",
    "finish_first",
    GuideNotice,
    PadNotice,
]
SessionNote = Literal["", "own_card", "finish_first", "card_unread", "unheard"]
"""Amid a story a card was shown: theirs, another's, one unread; or what somebody did could not be remembered."""
Goes = tuple[Literal["", "stays", "sorted", "goes"], str]
"""Where a returned item goes: stays for the next reader, is sorted to one by a courier, goes to a place (its name)."""
WhyNot = Literal["refused", "away", "enough", "gone", "stuck", "left"]
"""Why something that lies here for anybody was not lent: the library has refused it; it cannot be asked and this reader
is not known here, or has got enough meanwhile; somebody else has it, or will; its door did not open; they did not come
for it."""
DoorNotice = Literal["", "yours", "use_sticker", "unreadable", "door_first"]
Printing = Literal["", "offered", "under_way", "done", "nothing", "again", "unknown"]
"""How it stands with what may be printed. ``again``: nothing was printed, and it is offered once more."""
PaperState = Literal["", "ok", "near_end", "out", "cover_open", "fault"]
LoadNotice = Literal[
    "",
    "other_parcel",
    "unknown_item",
    "twice",
    "unreadable",
    "finish_first",
    GuideNotice,
    PadNotice,
]
SearchNotice = Literal["", "full", "unknown_number", "isbn_unsearched", "unreadable", "away", "card_unread"]
Nothing = Literal["nothing_ready", "parcel_expired", "parcel_recalled"]  # why nothing lies here for somebody
AccountNotice = Literal[
    "",
    Nothing,
    "ready_elsewhere",
    "away",
    "unknown",
    "refused",
    "all_renewed",
    "some_renewed",
    "longer",
    "cancelled",
    "taken_back",
]
Reason = Literal[
    "card_unknown",
    "card_unread",
    "card_two",
    "card_unfit",
    "number_only",
    "pin_wrong",
    "patron_blocked",
    "patron_expired",
    Nothing,
    "ready_elsewhere",
    "parcel_in_doubt",
    "code_used",
    "codes_closed",
    "pass_forged",
    "pass_expired",
    "pass_elsewhere",
    "pass_used",
    "code_unreadable",
    "library_away",
    "away_enough",
    "away_for_long",
    "cabinet_full",
    "no_larger_door",
    "door_stuck",
    "return_stuck",
    "door_unreachable",
    "out_of_reach",
    "no_door_in_reach",
    "returns_to_staff",
    "helper_not_now",
    "activation_refused",
    "activation_over",
    "activation_away",
    "activation_unknown",
    "not_lent",
    "not_here_now",
    "stock_stuck",
    "store_trouble",
]
Then = Literal["return", "collect", "browse"]


@dataclass(frozen=True, slots=True)
class NotLent:
    """What a reader had chosen and does not get, and why; ``words``: the library's, where it has ``refused`` it."""

    title: str
    why: WhyNot
    words: str = ""
