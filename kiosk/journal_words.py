"""The journal in plain words, for people. Patrons stand there by a mark that says nothing outside this point."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kiosk.journal import Entry

WORDS: Mapping[str, str] = {
    "parcel_ready": "parcel {parcel} lies in {compartment}, loaded by {courier}",
    "parcel_collected": "parcel {parcel} was collected by {patron} ({proof}): {items}",
    "parcel_missing": "parcel {parcel} is not behind its door, says {by}",
    "parcel_removed": "parcel {parcel} was taken out by {courier}",
    "item_dropped": "item {item} was returned in {compartment}",
    "item_lent": "item {item} was lent to {patron} at the counter, the library not having said so",
    "items_cleared": "returned items were taken out of {compartment} by {courier}: {items}",
    "parcel_did_not_fit": "parcel {parcel} does not fit into {compartment} ({size}), says {courier}",
    "bag_sealed": "bag {seal} was sealed by {courier}: parcels {parcels}, items {items}",
    "bag_handed_over": "bag {seal} of {courier} was taken over by {to}",
    "room_left": "free at the end of a round: {small} small, {medium} medium, {large} large",
    "hold_extended": "parcel {parcel} is held longer, because the point was down: until {expires}",
    "point_trouble": "trouble: {what} {compartment} {parcel} {detail}",
    "journal_stands": "the journal has come to {n} ({hash}); it begins with {first}",
    "booted": "the kiosk started; doors under way: {orders}",
    "proved": "{person}: proved by {proof}",
    "turned_away": "sorry, {person}: {reason}",
    "wrong_code": "a wrong pickup code, the {today}. today",
    "wrong_pin": "a wrong PIN, the {today}. of this card today",
    "unlock_ordered": "door {compartment}: unlock ordered for {purpose} by {person} {about} (order {order}.{attempt})",
    "unlock_answered": "door {compartment}: the board says {pulse} (order {order}.{attempt})",
    "door_opened": "door {compartment}: seen open (order {order})",
    "door_shut": "door {compartment}: seen shut (order {order})",
    "not_opened": "door {compartment}: not seen opening, given up (order {order})",
    "technician_opened": "door {compartment}: opened by a technician, to try it",
    "parcel_announced": "parcel {parcel} was announced",
    "parcel_called_back": "parcel {parcel} was called back",
    "case_settled": "case {case} was settled by {person}: {how}",
    "case_over": "case {case} is over: what it was about has come right",
    "staff_acted": "{person} at the desk: {act} {compartment} {reason}",
    "hold_learnt": "parcel {parcel} in {compartment} is held for {patron}",
    "instruction_taken": "the library wants: {action} {compartment} {parcel} (instruction {instruction})",
    "instruction_ended": "instruction {instruction}: {outcome} {reason}",
    "act_begun": "{person} wants the library to {act} {about} (act {key})",
    "act_ended": "act {key}: {outcome} {words}",
    "tag_ordered": "tag of {item}: a gate rings for it: {secured}, ordered of {device} (order {order})",
    "tag_ended": "tag of {item}: {written} (order {order})",
    "permission_given": "{person} lets somebody else fetch parcel {parcel}",
    "permission_taken_back": "{person} lets nobody else fetch parcel {parcel} any more",
    "left_inside": "parcel {parcel} was left in {compartment} by its reader",
    "device_changed": "device {device} {up} {why}",
    "paper_changed": "printer {device}: paper {paper}",
    "slip_ordered": "the slip of order {slip}: sent to {device}",
    "slip_ended": "the slip of order {slip}: printed {printed}",
    "service_changed": "the lending service {up}",
    "clock_set": "the clock was set by {by} s",
    "disagreed": "the library says {status} to {key}: {detail}",
}
RESTS = "door {compartment}: not pulsed, its lock was pulsed too often and rests (order {order}.{attempt})"
_PEOPLE = ("person", "patron", "courier", "by", "to")
_UP = {True: "answers", False: "is lost"}


def without_patrons(entry: Entry, key: bytes) -> dict[str, Any]:
    """The facts of an entry with a short keyed mark for each person, the same for the same person."""
    return {name: _mark(value, key) if name in _PEOPLE else value for name, value in entry.facts.items()}


def line(entry: Entry, key: bytes) -> str:
    """One entry as one line."""
    facts = {
        name: _word(value) or ("somebody" if name in _PEOPLE else "")
        for name, value in without_patrons(entry, key).items()
    }
    known = RESTS if entry.facts.get("rests_s") else WORDS.get(entry.kind)
    words = known.format_map(_Lenient(facts)) if known else entry.kind
    visit = f"visit {entry.session}" if entry.session else "-"
    return f"{entry.n:>7}  {_moment(entry.at)}  {visit:<10}  {' '.join(plain(words).split())}"


def plain(text: str) -> str:
    """Without what a terminal obeys instead of showing it: one such sign, and nobody sees what is said below."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def json_line(said: Any) -> str:
    """As JSON on one line, without what a terminal obeys."""
    text = json.dumps(said, ensure_ascii=False)
    return re.sub("[\x7f-\x9f]", lambda sign: f"\\u{ord(sign[0]):04x}", text)


class _Lenient(dict[str, str]):
    """Facts written by an older version may lack a value, those changed by somebody all."""

    def __missing__(self, name: str) -> str:
        return "?"


def _moment(at: float) -> str:
    """The time, or the number where somebody has made none of it."""
    try:
        return datetime.fromtimestamp(at).astimezone().isoformat(sep=" ", timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return f"{at:<25g}"


def _mark(value: Any, key: bytes) -> Any:
    if not isinstance(value, str) or not value:  # clock_set has a number ``by``
        return value
    return "person-" + hmac.new(key, b"journal:" + value.encode(), hashlib.sha256).hexdigest()[:6]


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return _UP[value]
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:+.0f}" if isinstance(value, float) else str(value)
