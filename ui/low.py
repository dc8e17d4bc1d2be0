"""The low layout: all that is touched stands in the lowest third (EN 301 549, for who sits or is small). Pure."""

from ui import stacks
from ui.sheet import APART, EDGE, SMALL_H, SMALL_W, UNDER, Box, Sheet, key_names

FOOT = 24
LETTER = 84


def lay(sheet: Sheet) -> None:
    """Words, picture and lists above; keys, buttons and all settings in the lowest third."""
    area, turners = _wide_bar(sheet) if sheet.landscape else _upright_bars(sheet)
    if _touched_rows(sheet) and not sheet.view.keypad and len(sheet.view.rows) > _fit(sheet):
        stacks.turn_pages(sheet, _fit(sheet))
    _touched(sheet, area)
    _above(sheet, area.y)
    if _letters(sheet):  # who types has no pages to turn, and a key for all that was found
        sheet.put("key enter", turners.x, turners.y, turners.w, turners.h)
        return
    each = (turners.w - APART) / 2
    if sheet.page > 0:
        sheet.put("earlier", turners.x, turners.y, each, turners.h)
    if sheet.page < sheet.pages - 1:
        sheet.put("later", turners.x + each + APART, turners.y, each, turners.h)


def _upright_bars(sheet: Sheet) -> tuple[Box, Box]:
    """Settings in the lowest line, cancel, pages and countdown over it. Gives what is left of the third, and where
    pages are turned."""
    view, wide = sheet.view, sheet.wide
    y = sheet.high - FOOT - SMALL_H
    sheet.grid([one.action for one in view.strip], Box(EDGE, y, wide - 2 * EDGE, SMALL_H), 5, APART)
    y -= APART + 130
    if view.cancel:
        sheet.put("cancel", EDGE, y, 300, 130)
    if view.seconds is not None:
        sheet.put("countdown", wide - EDGE - 300, y, 300, 130)
    if view.simple:
        sheet.put("simple", wide - EDGE - 300, y, 300, 130)
    top = sheet.high * 2 / 3
    area = Box(EDGE, top, wide - 2 * EDGE, y - UNDER - top)
    return area, Box(EDGE + 316, y, wide - 2 * EDGE - 632, 130)


def _wide_bar(sheet: Sheet) -> tuple[Box, Box]:
    """The same in one line: cancel, settings, pages, countdown."""
    view, wide = sheet.view, sheet.wide
    y = sheet.high - FOOT - 104
    if view.cancel:
        sheet.put("cancel", EDGE, y, 300, 104)
    for n, one in enumerate(view.strip):
        sheet.put(one.action, EDGE + 324 + n * (SMALL_W + APART), y, SMALL_W, 104)
    pages = EDGE + 324 + len(view.strip) * (SMALL_W + APART) + 8
    if view.seconds is not None:
        sheet.put("countdown", wide - EDGE - 320, y, 320, 104)
    if view.simple:
        sheet.put("simple", wide - EDGE - 320, y, 320, 104)
    top = sheet.high * 2 / 3
    area = Box(EDGE, top, wide - 2 * EDGE, y - UNDER - top)
    return area, Box(pages, y, wide - EDGE - 344 - pages, 104)


def _touched_rows(sheet: Sheet) -> bool:
    return any(row.action for row in sheet.view.rows)


def _letters(sheet: Sheet) -> bool:
    """Whether words are typed: so many keys that the main one has the place where pages are turned."""
    return sheet.view.keypad is not None and sheet.view.keypad.columns > 3


def _fit(sheet: Sheet) -> int:
    """How many rows that are touched stand beside or above the buttons at once."""
    lines = 1 if sheet.view.buttons else 2
    return lines * _abreast(sheet)


def _abreast(sheet: Sheet) -> int:
    """Rows side by side; one that says much has the whole width."""
    return 1 if stacks.crowded(sheet.view) else 2


def _touched(sheet: Sheet, area: Box) -> None:
    view = sheet.view
    if view.keypad:
        names, wide = key_names(view), Box(FOOT, area.y, sheet.wide - 2 * FOOT, area.h)
        if _letters(sheet):  # as few in a line as lines of letters have room; the last one, to erase, has two cells
            names[-1] = "spare"
            columns = -(-len(names) // int((wide.h + APART) // (LETTER + APART)))
            sheet.grid(names, wide, columns, APART)
            erase, spare = sheet.boxes[names[-2]], sheet.boxes.pop("spare")
            sheet.put(names[-2], erase.x, erase.y, erase.w + APART + spare.w, erase.h)
            return
        columns = len(names) if sheet.landscape and len(names) <= 12 else 6
        sheet.grid(names, wide, columns, APART)
        return
    names = [f"button {n}" for n in range(len(view.buttons))]
    if _touched_rows(sheet):
        first = sheet.page * _fit(sheet)
        here = [f"row {n}" for n in range(first, min(first + _fit(sheet), len(view.rows)))]
        if names:
            deep = (area.h - APART) / 2
            sheet.grid(here, Box(area.x, area.y, area.w, deep), _abreast(sheet), APART)
            area = Box(area.x, area.y + deep + APART, area.w, deep)
        else:
            sheet.grid(here, area, _abreast(sheet), APART)
    if names:
        one_line = (sheet.landscape and len(names) <= 8) or len(names) <= 2 or _touched_rows(sheet)
        deep = min(area.h, 180) if one_line else area.h
        columns = len(names) if one_line else -(-len(names) // 2)
        sheet.grid(names, Box(area.x, area.y + area.h - deep, area.w, deep), columns, 36)


def _above(sheet: Sheet, bottom: float) -> None:
    """What is only read: the upper two thirds."""
    view, wide = sheet.view, sheet.wide
    sheet.put("strip", 0, 0, wide, 100)
    right = wide - EDGE
    if view.initials:
        sheet.put("initials", right - 152, 20, 152, 72)
        right -= 176
    sheet.put("place", EDGE, 16, right - EDGE, 80)
    beside_it = sheet.landscape and not view.reading
    half = (wide - 3 * EDGE) / 2 if beside_it else wide - 2 * EDGE
    beside = 2 * EDGE + half if sheet.landscape else EDGE
    bottom -= UNDER
    if view.foot:
        sheet.put("foot", EDGE, bottom - 80, half, 80)
        bottom -= 80
    under = stacks.slots(sheet, EDGE, half, bottom) if view.keypad else bottom
    under = stacks.note(sheet, EDGE, half, under)
    top, title, line = 112.0, 200 * stacks.TITLES[sheet.step], stacks.line_room(view, sheet.step)
    if not sheet.landscape:
        picture = stacks.code_room(view) or (224.0 if view.door else 0.0)
        if not _touched_rows(sheet) or view.keypad:
            under = stacks.rows(sheet, EDGE, half, under, min((under - top) * 0.4, under - top - picture - 260), True)
        room = under - top - 16 - picture
        if view.reading:
            title = min(200.0, room * 0.45)
            line = room - title
        elif title + line > room:
            title, line = stacks.share(view, sheet.step, room)
        over = top + title + 16 + line + UNDER
        stacks.pictured(sheet, Box(EDGE, over, half, under - over))
    else:
        room = under - top - 16
        title = min(200.0, room * 0.45)
        line = room - title
        if not view.reading:
            title, line = stacks.share(view, sheet.step, room)
        lowest = bottom
        if not _touched_rows(sheet) or view.keypad:
            lowest = stacks.rows(sheet, beside, half, bottom, bottom - top - (stacks.code_room(view) or 224), True)
        stacks.pictured(sheet, Box(beside, top, half, lowest - top))
    sheet.put("title", EDGE, top, half, title)
    sheet.put("line", EDGE, top + title + 16, half, line)
