"""What every screen has beside its own words: the strip of settings, help, the pages of a list, simple mode. Pure."""

from dataclasses import replace

from kiosk.frontend import About
from ui.manner import VOLUME_MAX, Manner
from ui.theme import STEPS
from ui.view import Aid, Button, Row, View
from ui.words import Words, words


def dress(view: View, about: About, manner: Manner, helping: bool = False, voice: bool = True) -> View:
    """``view`` for a person of this manner. ``helping``: Help was touched, not closed yet; ``voice``: it may speak."""
    _ = words(manner.language)
    words_of_it = f"{view.title}\n{view.line}\n{view.note}"
    parts = (part for whole in view.hushed for part in whole.split("\n"))  # line by line, as it is read aloud
    hushed = tuple(part for part in parts if part and part in words_of_it)
    buttons = tuple(button for button in view.buttons if not (manner.simple and button.extra))
    return replace(
        view,
        buttons=buttons,
        rows=tuple(_ticked(row, _) for row in view.rows),
        strip=_strip(view, manner, _),
        hushed=hushed,
        unsaid=_("The rest is for you alone: the next key reads it.") if hushed else "",
        simple=_simple(manner, _) if view.screen == "Home" else None,
        pager=(
            Button("earlier", _("Previous page"), own=True),
            Button("later", _("Next page"), own=True),
        ),
        aid=_aid(view, about, manner, voice, _) if helping and not view.warning else None,
    )


def _ticked(row: Row, _: Words) -> Row:
    """Whoever moves there by ear hears of a line whether it is ticked."""
    if not row.done:
        return row
    return replace(row, aloud=_("{line}, ticked", line=f"{row.words}, {row.aside}" if row.aside else row.words))


def _strip(view: View, manner: Manner, _: Words) -> tuple[Button, ...]:
    size = _("Size of words, step {n} of {of}", n=manner.words_step + 1, of=STEPS)
    return (
        Button("language", view.switch, own=True),
        Button("size", "A" + "+" * (manner.words_step < STEPS - 1), own=True, aloud=size),
        Button("contrast", "", own=True, aloud=_("Strong contrast")),
        Button("low", "", own=True, aloud=_("All keys within low reach"), picture="low"),
        Button("help", "?", own=True, aloud=_("Help")),
    )


def _simple(manner: Manner, _: Words) -> Button:
    return Button("simple", _("All choices") if manner.simple else _("Simple mode"), own=True)


def _aid(view: View, about: About, manner: Manner, voice: bool, _: Words) -> Aid:
    loud = _("Volume {n} of {of}", n=manner.volume, of=VOLUME_MAX)
    return Aid(
        _("Help"),
        view.title + "\n" + _("Somebody helps you by telephone: {phone}", phone=about.phone),
        (
            *(
                [Button("voice", _("Read nothing aloud") if manner.voice else _("Read aloud"), own=True)]
                if voice
                else []
            ),
            Button("simple", _("All choices") if manner.simple else _("Simple mode"), own=True),
            Button("quieter", _("Quieter"), own=True, aloud=_("Quieter") + " " + loud),
            Button("louder", _("Louder"), own=True, aloud=_("Louder") + " " + loud),
            Button("close", _("Go on"), main=True, own=True),
        ),
    )
