"""What stands one above the other: buttons, keys, the field of a code, a note, rows in pages, a picture. Pure.

Each function stacks upward from ``bottom`` and gives the top of what it put there.
"""

from ui import qr
from ui.parts import columns
from ui.sheet import APART, CODE_MAX, CODE_MIN, FEW, MODULE_MIN, NOTE, PICTURE_MIN, UNDER, Box, Sheet, key_names
from ui.view import View

ROW = (88, 100, 116, 132)  # of a list, by step of word sizes
ROW_TOUCHED = (120, 128, 140, 152)  # with APART between them
CROWDED = 1.45  # how much higher the rows of a list are where one of them says more than two lines hold
COLUMNS = 26  # half as wide as a Han character, on one line of a row
PAGER = 120
COVER = 0.7  # of a book, width to height
NOTES = (1.0, 1.2, 1.45, 1.7)
LINES = (1.0, 1.35, 1.8, 2.3)  # how much more room the same words want in larger sizes
TITLES = (1.0, 1.15, 1.35, 1.6)


def line_room(view: View, step: int) -> float:
    """Height for the words under the title: trouble takes three parts, a goodbye may say several things."""
    plain = 330 if view.tone == "trouble" else 170 + 50 * max(0, view.line.count("\n") - 1)
    return plain * LINES[step]


def share(view: View, step: int, room: float, first: float = 200) -> tuple[float, float]:
    """Heights for title and line where they want more than ``room``: neither less than with the plainest words, as long
    as both have that. ``first``: of the title then."""
    part = 0.55 if view.line.count("\n") < 3 else 0.4  # a line that says four things wants the room
    title = max(min(first * TITLES[step], room * min(part, 0.45)), min(first, room * part))
    spare = room - first - line_room(view, 0)
    if spare >= 0:
        title = min(max(title, first), first + spare)
    return title, room - title


def buttons(sheet: Sheet, x: float, wide: float, bottom: float) -> float:
    """The main one alone, the others side by side."""
    sizes, all_of_them = sheet.sizes, sheet.view.buttons
    lines: list[list[int]] = []
    for n, button in enumerate(all_of_them):
        before = all_of_them[lines[-1][0]] if lines else button
        single = any(one.main or one.alone for one in (button, before))
        alike = not single and bool(button.picture) == bool(before.picture)
        if lines and alike and len(lines[-1]) < _abreast(sheet, n):
            lines[-1].append(n)
        else:
            lines.append([n])
    tiles = sum(bool(all_of_them[line[0]].picture) for line in lines)
    for line in reversed(lines):
        first = all_of_them[line[0]]
        tile = sizes.tile if tiles == 1 else (sizes.tile * 1.3 - sizes.gap) / max(1, tiles)
        high = tile if first.picture else sizes.main if first.main else sizes.plain
        between = 60 if len(line) == 2 else 36
        each = (wide - between * (len(line) - 1)) / len(line)
        for place, n in enumerate(line):
            sheet.put(f"button {n}", x + place * (each + between), bottom - high, each, high)
        bottom -= high + sizes.gap
    return bottom + (sizes.gap if lines else 0)


def _abreast(sheet: Sheet, n: int) -> int:
    """Large words want wide buttons, where there are few; more of them yield to the words above."""
    every = sheet.view.buttons
    if every[n].picture:
        return max(2, sum(bool(button.picture) for button in every))
    spread = sheet.beside >= 2 and len(every) <= FEW and not sheet.view.code
    return max(1, sheet.sizes.abreast - spread)


def keys(sheet: Sheet, x: float, wide: float, bottom: float) -> float:
    """The keypad: digits large and apart, letters smaller and close, as there are many."""
    pad = sheet.view.keypad
    assert pad is not None
    sizes, letters = sheet.sizes, pad.columns > 3
    gap, high = (APART, sizes.letter) if letters else (sizes.gap, sizes.key)
    columns = pad.wide if letters and sheet.landscape else pad.columns
    lines = -(-len(pad.keys) // columns)
    area = Box(x, bottom - lines * high - (lines - 1) * gap, wide, lines * high + (lines - 1) * gap)
    sheet.grid(key_names(sheet.view), area, columns, gap)
    return area.y


def slots(sheet: Sheet, x: float, wide: float, bottom: float) -> float:
    """The places of a code, or the field of what is typed."""
    pad = sheet.view.keypad
    high = 160 if pad and pad.slots else 112
    sheet.put("slots", x, bottom - high, wide, high)
    return bottom - high


def note(sheet: Sheet, x: float, wide: float, bottom: float) -> float:
    """One sentence that stands apart."""
    if not sheet.view.note:
        return bottom
    high = NOTE * NOTES[sheet.beside]
    sheet.put("note", x, bottom - UNDER - high, wide, high)
    return bottom - UNDER - high


def rows(sheet: Sheet, x: float, wide: float, bottom: float, room: float, turned_elsewhere: bool = False) -> float:
    """As many rows as ``room`` takes; of a longer list one page, with the way to the others under it or elsewhere."""
    lines = sheet.view.rows
    if not lines:
        return bottom
    touched = any(row.action for row in lines)
    high = (ROW_TOUCHED if touched else ROW)[sheet.beside] * (CROWDED if crowded(sheet.view) else 1)
    pitch = high + APART if touched else high
    if sheet.view.keypad and room - UNDER < pitch:
        return bottom  # who types sees how many there are, and has a key to see them
    fit = max(1, int((room - UNDER) // pitch))
    if names_all(sheet.view) and room < UNDER + pitch + (2 * UNDER + PAGER if len(lines) > fit else 0):
        return bottom  # the code names them all
    if len(lines) > fit:
        if not turned_elsewhere:
            fit = max(1, int((room - 3 * UNDER - PAGER) // pitch))
        turn_pages(sheet, fit)
    if len(lines) > fit and not turned_elsewhere:
        turners(sheet, Box(x, bottom - UNDER - PAGER, wide, PAGER))
        bottom -= UNDER + PAGER
    first = sheet.page * fit
    here = range(first, min(first + fit, len(lines)))
    top = bottom - UNDER - pitch * len(here)
    for place, n in enumerate(here):
        sheet.put(f"row {n}", x, top + place * pitch, wide, pitch - (APART if touched else 0))
    return top


def code_room(view: View) -> float:
    """What a code to take along must keep, so that its modules are large enough for a phone; 0 where there is none."""
    return min(CODE_MAX, max(CODE_MIN, MODULE_MIN * len(qr.modules(view.code)))) + UNDER if view.code else 0.0


def names_all(view: View) -> bool:
    """Whether a code to take along names all that stands in the list beside it, so that the list may yield."""
    return bool(view.code) and not any(row.done is False for row in view.rows)


def covers(sheet: Sheet, area: Box, turned: Box) -> None:
    """Covers side by side, as large as the width takes or, where that is too high, the height; in pages that are
    ``turned`` there."""
    abreast, between = (5, 48.0) if sheet.landscape else (3, 36.0)
    each = (area.w - between * (abreast - 1)) / abreast
    high = min(each / COVER, area.h)
    fit = abreast * max(1, int((area.h + between) // (high + between)))
    turn_pages(sheet, fit)
    if sheet.pages > 1:
        turners(sheet, turned)
    first = sheet.page * fit
    for place, n in enumerate(range(first, min(first + fit, len(sheet.view.rows)))):
        x, y = place % abreast * (each + between), place // abreast * (high + between)
        sheet.put(f"row {n}", area.x + x + (each - high * COVER) / 2, area.y + y, high * COVER, high)


def crowded(view: View) -> bool:
    """Whether a row says something under its title and wants a third line for it."""
    return any("\n" in row.words and sum(map(_lines, row.words.split("\n"))) > 2 for row in view.rows)


def _lines(words: str) -> int:
    return max(1, -(-columns(words) // COLUMNS))


def turn_pages(sheet: Sheet, fit: int) -> None:
    """Cut the list into pages of ``fit`` rows and keep to one that exists."""
    sheet.pages = -(-len(sheet.view.rows) // fit)
    sheet.page = max(0, min(sheet.page, sheet.pages - 1))


def turners(sheet: Sheet, area: Box) -> None:
    """Earlier, which page of how many, later."""
    each = min(area.w * 0.36, 320)
    if sheet.page > 0:
        sheet.put("earlier", area.x, area.y, each, area.h)
    if sheet.page < sheet.pages - 1:
        sheet.put("later", area.x + area.w - each, area.y, each, area.h)
    sheet.put("page", area.x + each + APART, area.y, area.w - 2 * (each + APART), area.h)


def pictured(sheet: Sheet, box: Box) -> None:
    """One picture, a chart, a code, or the cabinet with its door's number beside it; nothing where there is no room."""
    view = sheet.view
    if box.h < PICTURE_MIN - 0.5 or view.keypad or view.reading:
        return
    if view.code:
        side = min(box.h, box.w * 0.6, CODE_MAX)
        y = box.y + (box.h - side) / 2
        sheet.put("code", box.x, y, side, side)
        sheet.put("code words", box.x + side + 36, y, box.w - side - 36, side)
    elif view.chart:
        sheet.boxes["chart"] = box
    elif view.cover:
        wide = min(box.w, box.h * COVER)
        sheet.put("cover", box.x + (box.w - wide) / 2, box.y + (box.h - wide / COVER) / 2, wide, wide / COVER)
    elif view.picture != "cabinet" or not view.doors:
        sheet.boxes["picture"] = box
    else:
        number = min(box.w * 0.3, 300) if view.door else 0
        sheet.put("door", box.x, box.y, number, box.h)
        sheet.put("cabinet", box.x + number, box.y, box.w - number, box.h)
