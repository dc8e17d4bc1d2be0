"""Words about a slip that somebody shows. Of whom it is nobody knows, and nothing is said that does not stand on it."""

from datetime import datetime

from kiosk.core.receipts import Shown
from kiosk.frontend import About
from ui.parts import rows
from ui.view import Button, View
from ui.words import Words


def shown(screen: Shown, about: About, _: Words) -> View:
    finish, returning = Button("finish", _("Done"), main=True), Button("return", _("Return books"))
    match screen.what:
        case "genuine":
            at = datetime.fromtimestamp(screen.at).strftime("%Y-%m-%d %H:%M")
            title = _.ngettext("Genuine: one book came back", "Genuine: {n} books came back", len(screen.items))
            lines = [_("Received at this machine: {moment}.", moment=at)]
            if screen.checked:
                lines.append(_("The library knew each of them. Keep the slip as your proof."))
            else:
                lines.append(_("The library was still to look at them then. Keep the slip as your proof."))
            about_it = rows(screen.items, _, True)
            return View("Shown", title, "\n".join(lines), "done", "done", rows=about_it, buttons=(finish, returning))
        case "changed":
            return View(
                "Shown",
                _("This slip is not as we wrote it"),
                _("It proves nothing as it stands.")
                + "\n"
                + _("Please show it to the library, or call us: {phone}.", phone=about.phone),
                "ask",
                "trouble",
                buttons=(finish,),
            )
        case "slip":
            return View(
                "Shown",
                _("This is the slip of what you took"),
                _(
                    "It opens no door, and you need not show it. Your loans and their dates are in your account: "
                    "tap your card."
                ),
                "book",
                buttons=(finish, returning),
            )
    return View(
        "Shown",
        _("This slip is from another place"),
        _("We cannot check it here.")
        + "\n"
        + _("The library can: please show it there, or call us: {phone}.", phone=about.phone),
        "ask",
        buttons=(finish, returning),
    )
