"""What lies over the page: "are you still there?", and help. Under it nothing is touched. Pure."""

from ui.sheet import EDGE, UPRIGHT, Box, Sheet

ACROSS_MAX = 960


def still_there(sheet: Sheet, low: bool) -> None:
    """The question, the seconds that are left, and its answers."""
    ask = sheet.view.warning
    assert ask is not None
    answers = ["stay", "go"] if ask.go else ["stay"]
    across = min(sheet.wide - 2 * EDGE, ACROSS_MAX)
    if low:
        panel = _panel(sheet, across, 640 if sheet.landscape else 760, sheet.high - 40)
        deep = (sheet.high / 3 - 112) if not sheet.landscape else 240
        answers_at = Box(panel.x + EDGE, panel.y + panel.h - 48 - min(deep, 340), across - 2 * EDGE, min(deep, 340))
    else:
        deep = 820 if ask.go else 640
        bottom = (sheet.high + deep) / 2 if sheet.landscape else sheet.high - 300
        panel = _panel(sheet, across, deep, bottom)
        answers_at = Box(panel.x + EDGE, panel.y + 450, across - 2 * EDGE, 160 + (180 if ask.go else 0))
    x, inner, room = panel.x + EDGE, across - 2 * EDGE, answers_at.y - panel.y
    if room < 440:  # no room for one under the other
        sheet.put("ask", x, panel.y + 24, inner, 110)
        sheet.put("why", x, panel.y + 140, inner - 150, room - 160)
        sheet.put("left", x + inner - 130, panel.y + 140, 130, 120)
    else:
        sheet.put("ask", x, panel.y + 48, inner, 120)
        sheet.put("why", x, panel.y + 180, inner, 130)
        sheet.put("left", x + inner / 2 - 80, panel.y + 316, 160, 120)
    sheet.grid(answers, answers_at, 1, 40)


def aid(sheet: Sheet, low: bool) -> None:
    """What help says, and what it offers: two abreast, and the way back over the whole width."""
    what = sheet.view.aid
    assert what is not None
    names = [f"aid {n}" for n in range(len(what.buttons))]
    across = min(sheet.wide - 2 * EDGE, ACROSS_MAX if not sheet.landscape else 1300)
    each = 100 if low or sheet.landscape else UPRIGHT.plain
    gap = 16 if low else 28
    lines = -(-len(names) // 2) if not (low and sheet.landscape) else 2
    touched = lines * each + (lines - 1) * gap
    words = 380 if not sheet.landscape else 340
    deep = 48 + words + touched + 48
    under = 20 if low else (sheet.high - deep) / 2 if sheet.landscape else 160
    panel = _panel(sheet, across, deep, sheet.high - under)
    sheet.put("aid title", panel.x + EDGE, panel.y + 36, across - 2 * EDGE, 110)
    sheet.put("aid line", panel.x + EDGE, panel.y + 156, across - 2 * EDGE, words - 120)
    area = Box(panel.x + EDGE, panel.y + 48 + words, across - 2 * EDGE, touched)
    sheet.grid(names, area, 2 if lines > 2 else 3, gap)


def _panel(sheet: Sheet, across: float, deep: float, bottom: float) -> Box:
    sheet.put("veil", 0, 0, sheet.wide, sheet.high)
    panel = Box((sheet.wide - across) / 2, bottom - deep, across, deep)
    sheet.boxes["panel"] = panel
    return panel
