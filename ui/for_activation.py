"""Words of a card becoming a reader's. The rules are the library's own."""

from kiosk.core.activation import Activated, NewPin, Phone, Rules
from ui.parts import keypad
from ui.view import Button, View
from ui.words import Words

PHONE_SLOTS = 11  # drawn before anything is typed: a mobile number


def rules(screen: Rules, _: Words) -> View:
    last = screen.n == screen.of
    return View(
        "Rules",
        _("Your card can become a library card: {n} of {of}", n=screen.n, of=screen.of),
        screen.zh if _.language == "zh" else screen.en,
        "card",
        reading=True,
        buttons=(Button("agree", _("I agree"), main=True) if last else Button("next", _("Read on"), main=True),),
        cancel=Button("cancel", _("Cancel") if screen.n == 1 else _("Back")),
    )


def phone(screen: Phone, _: Words) -> View:
    return View(
        "Phone",
        _("Type your telephone number"),
        _("The library writes to it when a book waits for you. This machine does not keep it."),
        "phone",
        hushed=(screen.words,),
        note=_refused(screen.words, _) if screen.notice else "",
        keypad=keypad(screen.digits, max(PHONE_SLOTS, len(screen.digits)), screen.ready, _("Confirm"), _),
        cancel=_back(_),
    )


def new_pin(screen: NewPin, _: Words) -> View:
    title = _.ngettext("Choose a PIN of one digit", "Choose a PIN of {n} digits", screen.of)
    line = _("With it the library knows that it is you. Nobody sees which digits you type.")
    if screen.again:
        title, line = _("Type your PIN once more"), _("So that it is the one you meant.")
    note = _refused(screen.words, _) if screen.notice == "refused" else ""
    if screen.notice == "differ":
        note = _("The two were not alike. Choose it once more.")
    return View(
        "NewPin",
        title,
        line,
        "card",
        hushed=(screen.words,),
        note=note,
        keypad=keypad("•" * screen.digits, screen.of, screen.digits == screen.of, _("Confirm"), _),
        cancel=_back(_),
    )


def activated(screen: Activated, _: Words) -> View:
    on = (Button("go_on", _("Go on"), main=True),) if screen.go_on else ()
    return View(
        "Activated",
        _("Your card is ready"),
        _("From now on tap it here. Keep your PIN to yourself; nobody from the library asks for it."),
        "done",
        "done",
        buttons=(*on, Button("finish", _("Done"), main=not on)),
    )


def _refused(words: str, _: Words) -> str:
    return _("The library says: {detail}", detail=words) if words else _("The library does not take it. Try another.")


def _back(_: Words) -> Button:
    return Button("cancel", _("Back"))
