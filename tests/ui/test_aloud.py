"""What is said and heard: each thing once, nothing of anybody's books, every language."""

import io
import itertools
import wave
from collections.abc import Iterator
from dataclasses import asdict, replace

import cv2
import numpy as np
import pytest

from kiosk.core.account_screens import Account, Holds, Loans, OneHold
from kiosk.core.activation import NewPin, Phone
from kiosk.core.screens import Sorry
from kiosk.core.search_screens import Wished
from tests.screens.displays import SCREENS, display
from tests.screens.player import ABOUT
from ui.aloud import cue, sentences, typed
from ui.dress import dress
from ui.focus import stops, way_out
from ui.keys import meaning
from ui.layout import arrange
from ui.manner import VOLUME_MAX, Manner
from ui.present import present
from ui.sounds import NOTES, RATE, sound
from ui.view import View
from ui.words import words

HAS_WORDS = Account | Holds | Loans | NewPin | OneHold | Phone | Wished


def view(name: str, language: str = "en", **how: bool) -> View:
    return dress(present(display(name, **how), ABOUT, language), ABOUT, Manner(language))


def test_a_screen_is_said_when_it_comes_and_then_only_what_is_new() -> None:
    first = view("return-one")
    assert sentences(None, first) == ("One book to return", "Scan the next one, or open the door and put them in.")
    assert sentences(first, first) == ()
    noted = replace(first, note="This one is on the list already.")
    assert sentences(first, noted) == ("This one is on the list already.",)
    assert sentences(noted, view("return-one", "zh"))[0] == view("return-one", "zh").title


def test_the_question_is_said_once_and_the_screen_again_after_it() -> None:
    plain, asked = view("collect"), view("collect", warning=True)
    assert sentences(plain, asked)[0] == "Are you still there?"
    assert sentences(asked, asked) == ()
    assert sentences(asked, plain)[0] == plain.title


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_on_a_screen_says_nothing_of_anybody_either(language: str) -> None:
    for name in SCREENS:
        shown = present(display(name), ABOUT, language)
        said = sentences(None, dress(shown, ABOUT, Manner(language), True))
        assert any(ABOUT.phone in sentence for sentence in said), name
        assert not any(part in sentence for part in private(name) for sentence in said), name


def test_how_the_printing_of_a_slip_went_is_heard_and_reached_by_keys() -> None:
    offered = view("goodbye-slip")
    screen = replace(SCREENS["goodbye-slip"], printing="done")
    done = dress(present(replace(display("goodbye-slip"), screen=screen), ABOUT, "en"), ABOUT, Manner("en"))
    assert sentences(offered, done) == ("Your slip is printed. Please take it.",)
    assert any("Your slip is printed" in stop.words for stop in stops(done, ("code words",)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_screen_has_something_to_say_and_nothing_of_anybody(language: str) -> None:
    for name in SCREENS:
        shown = view(name, language)
        said = sentences(None, shown)
        assert said, name
        assert not any(part in sentence for part in private(name) for sentence in said), name
        whole = stops(shown, ("title",))
        assert all(part in stop.words for stop in whole for part in shown.hushed), name
        assert bool(whole) == bool(shown.hushed), name
        assert (said[-1] == shown.unsaid) == bool(shown.hushed), name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_of_what_the_library_says_of_somebody_is_said_to_the_hall(language: str) -> None:
    owed = replace(display("sorry-patron_blocked"), screen=Sorry("patron_blocked", "12.50 are owed.\nTwo are late."))
    said = sentences(None, dress(present(owed, ABOUT, language), ABOUT, Manner(language)))
    assert not any(part in sentence for part in ("12.50", "Two are late.") for sentence in said)


def test_what_nobody_may_see_is_not_spoken_key_by_key() -> None:
    for name in ("pin", "hand-over-code"):
        shown = view(name)
        assert shown.keypad
        assert not any(digit in shown.keypad.digits for digit in "0123456789")
        assert typed(shown, "7", words("en")) == "One more character"
    assert typed(view("collect"), "7", words("en")) == "7"


def private(name: str) -> list[str]:
    """Titles, codes, sums, and the library's words about somebody."""
    screen = SCREENS[name]
    found = list(_named(asdict(screen), ("title", "titles", "code", "owed", "author")))
    refused = getattr(screen, "notice", "") == "refused" or getattr(screen, "outcome", "") == "refused"
    found += [screen.words] if refused and isinstance(screen, HAS_WORDS) else []
    found += [screen.detail] if isinstance(screen, Sorry) else []
    return [part for part in found if len(part) > 1 and part.casefold() not in ("true", "false")]


def _named(what: object, names: tuple[str, ...]) -> Iterator[str]:
    if isinstance(what, dict):
        for name, value in what.items():
            if name in names and isinstance(value, str):
                yield value
            elif name in names and isinstance(value, tuple):
                yield from (one if isinstance(one, str) else one[0] for one in value)
            yield from _named(value, names)
    elif isinstance(what, tuple | list):
        for one in what:
            yield from _named(one, names)


def test_what_is_ticked_is_told_by_ear() -> None:
    choose = view("choose-some")
    said = [stop.words.endswith(", ticked") for stop in stops(choose, [f"row {n}" for n in range(len(choose.rows))])]
    assert said == [row.done is True for row in choose.rows]
    assert any(said)
    assert cue(view("sort"), view("sort-marked")) == "done"
    marked = view("sort-marked")
    assert cue(marked, replace(marked, rows=tuple(replace(row, done=False) for row in marked.rows))) == "please"


def test_an_outcome_is_heard_once() -> None:
    home, door, bye = view("home"), view("open-pickup"), view("goodbye-pickup")
    assert cue(None, home) is None
    assert cue(home, door) == "please"
    assert cue(door, door) is None
    assert cue(door, bye) == "done"
    assert cue(bye, home) is None
    assert cue(home, view("sorry-pass_used")) == "trouble"
    assert cue(view("opening"), view("stuck-pickup")) == "trouble"
    assert cue(view("return"), view("return-one")) == "done"
    assert cue(view("collect"), view("collect", warning=True)) == "please"


def test_every_pair_of_screens_has_an_answer() -> None:
    views = [view(name) for name in SCREENS]
    for before, now in itertools.product(views, views):
        assert cue(before, now) in (None, "done", "please", "trouble")


@pytest.mark.parametrize("name", list(NOTES))
def test_a_sound_has_its_notes_and_its_volume(name: str) -> None:
    loudness = []
    for volume in range(1, VOLUME_MAX + 1):
        with wave.open(io.BytesIO(sound(name, volume))) as file:  # type: ignore[arg-type]
            assert file.getframerate() == RATE
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32)
        loudness.append(float(np.abs(samples).max()))
        at = round(0.03 * RATE)
        for hertz, seconds in NOTES[name]:  # type: ignore[index]
            note = samples[at : at + round(seconds * RATE)]
            power = np.abs(cv2.dft(note.reshape(1, -1), flags=cv2.DFT_COMPLEX_OUTPUT)[0, : len(note) // 2]).sum(axis=1)
            assert np.argmax(power) * RATE / len(note) == pytest.approx(hertz, abs=RATE / len(note))
            at += round(seconds * RATE)
    assert loudness == sorted(loudness)
    assert loudness[-1] < 32767
    assert loudness[0] * 6 < loudness[-1]


def test_keys_mean_what_they_say_and_the_machines_own_come_first() -> None:
    assert meaning("down", False, {}) == "next"
    assert meaning("tab", True, {}) == "previous"
    assert meaning("numpad7", False, {}) == "7"
    assert meaning("a", False, {}) == "a"
    assert meaning("shift", False, {}) is None
    assert meaning("f13", False, {"next": ("f13",)}) == "next"
    assert meaning("enter", False, {"back": ("enter",)}) == "back"


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080)])
@pytest.mark.parametrize("low", [False, True])
def test_all_that_is_touched_is_a_stop_with_words_in_its_place(size: tuple[int, int], low: bool) -> None:
    for name in SCREENS:
        for language in ("zh", "en"):
            manner = Manner(language, low=low)
            shown = dress(present(display(name), ABOUT, language), ABOUT, manner)
            boxes = arrange(shown, *size, manner).boxes
            found = stops(shown, boxes)
            assert all(stop.words for stop in found), name
            assert len({stop.name for stop in found}) == len(found)
            touched = {
                b for b in boxes if b.startswith("button") or b in ("cancel", "countdown", "help", "later", "size")
            }
            assert touched <= {stop.name for stop in found}, name


def test_the_way_out_is_where_the_screen_has_it() -> None:
    for name, expected in (("collect", "cancel"), ("goodbye-dropoff", "button 0"), ("home", None)):
        shown = view(name)
        out = way_out(shown, stops(shown, arrange(shown, 1080, 1920).boxes))
        assert (out.name if out else None) == expected
