"""Where everything stands: a view, a window size and a person's manner in, boxes out. Pure; imports no Kivy.

Drawn on a grid of 1080 x 1920 (portrait) or 1920 x 1080 (landscape) units, 24 apart, and scaled to the window.
Portrait keeps all touches of a story in the lower half; landscape puts the picture left and the words and actions
right, read in the same order. In the low layout (low.py) everything that is touched stands in the lowest third.
"""

from ui import dialogs, low, stacks
from ui.manner import Manner
from ui.sheet import (
    APART,
    BAR,
    CANCEL,
    EDGE,
    MANY,
    PICTURE_MIN,
    SMALL_H,
    SMALL_W,
    STRIP,
    UNDER,
    Box,
    Place,
    Sheet,
)
from ui.view import View

TOP = 132.0
SIDE_MAX = 680  # of a picture
PLACE_MIN = 320
BESIDE = 560  # a button at the right of a title
MAP_MIN = 330  # with larger words


def arrange(view: View, width: float, height: float, manner: Manner | None = None, page: int = 0) -> Place:
    """Lay ``view`` out in a window of this size in pixels. ``page`` of a list that is longer than its place."""
    manner = manner or Manner()
    landscape = width > height
    unit = min(width / 1920, height / 1080) if landscape else min(width / 1080, height / 1920)
    step = manner.words_step
    plain = sheet = _laid(Sheet(view, width / unit, height / unit, 0, 0, page), manner)
    for beside in range(step, -1, -1) if step else ():  # what is largest of all are title and line: the rest yields
        sheet = _laid(Sheet(view, width / unit, height / unit, step, beside, page), manner)
        if _as_much(sheet, plain):
            break
    if view.warning:
        dialogs.still_there(sheet, manner.low)
    elif view.aid:
        dialogs.aid(sheet, manner.low)
    flipped = {
        name: Box(box.x * unit, height - (box.y + box.h) * unit, box.w * unit, box.h * unit)
        for name, box in sheet.boxes.items()
    }
    return Place(unit, landscape, flipped, sheet.page, sheet.pages)


def _as_much(sheet: Sheet, plain: Sheet) -> bool:
    """Whether title and line have the room that they have with plain words, or all that they want then, and a door is
    still shown on the map."""
    if "cabinet" in plain.boxes and "cabinet" not in sheet.boxes:
        return False
    wanted = {"title": 200.0, "line": stacks.line_room(sheet.view, 0)}
    return all(sheet.boxes[name].h >= min(plain.boxes[name].h, most) for name, most in wanted.items())


def _laid(sheet: Sheet, manner: Manner) -> Sheet:
    if manner.low:
        low.lay(sheet)
    else:
        _frame(sheet)
        _landscape(sheet) if sheet.landscape else _portrait(sheet)
    return sheet


def _frame(sheet: Sheet) -> None:
    """The strip at the top and the bar at the bottom, the same on every screen."""
    view, wide = sheet.view, sheet.wide
    sheet.put("strip", 0, 0, wide, STRIP)
    right = wide - APART
    for one in reversed(view.strip):
        right -= SMALL_W + APART
        sheet.put(one.action, right + APART, 12, SMALL_W, SMALL_H)
    named(sheet, right)
    top = sheet.high - BAR - 40
    if view.cancel:
        sheet.put("cancel", EDGE, top + 10, 400, CANCEL)
    if view.seconds is not None:
        sheet.put("countdown", wide - EDGE - 420, top, 420, BAR)
    if view.simple:
        sheet.put("simple", wide - EDGE - 420, top + 10, 420, CANCEL)
    if view.foot:
        sheet.put("foot", EDGE, top + 20, wide - 2 * EDGE - (444 if view.simple else 0), 120)


def named(sheet: Sheet, right: float) -> None:
    """The name of the place, and whose session this is."""
    if sheet.view.initials:
        sheet.put("initials", right - 152, 24, 152, 72)
        right -= 176
    if right - EDGE - 24 >= PLACE_MIN:  # who is being served knows where that is
        sheet.put("place", EDGE, 16, right - EDGE - 24, 88)


def _portrait(sheet: Sheet) -> None:
    view, inner, bottom = sheet.view, sheet.wide - 2 * EDGE, sheet.high - BAR - 80
    if view.shelf:
        _shelf(sheet, bottom)
        return
    if view.keypad:
        edge = EDGE if view.keypad.columns <= 3 else 24
        bottom = stacks.keys(sheet, edge, sheet.wide - 2 * edge, bottom)
        bottom = stacks.slots(sheet, EDGE, inner, bottom - sheet.sizes.gap)
    else:
        bottom = stacks.buttons(sheet, EDGE, inner, bottom)
    bottom = stacks.note(sheet, EDGE, inner, bottom)
    words = 200 + stacks.line_room(view, 0) * (1 + 0.2 * sheet.step) + 16
    typing = view.keypad is not None  # then only the first lines are shown
    bottom = stacks.rows(sheet, EDGE, inner, bottom, bottom - TOP - words - _door_room(sheet), typing)
    top = _words(sheet, EDGE, TOP, inner, bottom)
    space = bottom - top - 40
    side = min(space, SIDE_MAX)
    stacks.pictured(sheet, Box(EDGE, top + (space - side) / 2, inner, side))


def _door_room(sheet: Sheet) -> float:
    """What the map of doors, or a code to take along, must keep, whatever the size of words; a list that is long anyway
    yields it more."""
    if sheet.view.code:
        return stacks.code_room(sheet.view) + 40
    return (MAP_MIN if sheet.beside else PICTURE_MIN) + UNDER + 40 if sheet.view.door else 0.0


def _words(sheet: Sheet, x: float, top: float, wide: float, bottom: float, title_first: float = 200) -> float:
    """Title and line from ``top`` on; where room is scarce the picture yields first, but never the map of doors.

    Gives where they end."""
    view, step = sheet.view, sheet.step
    title, line = title_first * stacks.TITLES[step], stacks.line_room(view, step)
    room = bottom - top - 16
    room -= _door_room(sheet)
    if view.reading:
        title = min(title_first, room * 0.3)
        line = room - title
    elif title + line > room:
        title, line = stacks.share(view, step, room, title_first)
    elif not view.keypad and step and room - title - line < PICTURE_MIN + UNDER + 40 and not view.door:
        line = room - title  # no picture would fit; the words may have it
    sheet.put("title", x, top, wide, title)
    sheet.put("line", x, top + title + 16, wide, line)
    return top + title + 16 + line + UNDER


def _landscape(sheet: Sheet) -> None:
    """Calm screens: picture, list and note left. Trouble, tiles, keypad and many buttons: the words left, where there
    is room."""
    view = sheet.view
    half, bottom = (sheet.wide - 3 * EDGE) / 2, sheet.high - BAR - 64
    left, right = EDGE, 2 * EDGE + half
    if view.shelf:
        _shelf(sheet, bottom)
        return
    if view.keypad and view.keypad.columns > 3:
        _letters(sheet, left, right, half, bottom)
        return
    head = stacks.keys(sheet, right, half, bottom) if view.keypad else stacks.buttons(sheet, right, half, bottom)
    if view.reading:
        _words(sheet, left, TOP, sheet.wide - 2 * EDGE, head - 24, 120)
        return
    tiles, many = any(button.picture for button in view.buttons), len(view.buttons) > MANY
    if view.keypad or view.tone == "trouble" or tiles or many:
        under = stacks.slots(sheet, left, half, bottom) if view.keypad else bottom
        under = stacks.note(sheet, left, half, under)
        words = 200 + stacks.line_room(view, 0) * (1 + 0.2 * sheet.step)
        room = under - TOP - words - (0 if view.tone == "trouble" else _door_room(sheet))
        under = stacks.rows(sheet, left, half, under, room, many)
        if many and sheet.pages > 1:
            stacks.turners(sheet, _in_the_bar(sheet))
        trouble = view.tone == "trouble"
        over = _words(sheet, left, TOP, half, under + (_door_room(sheet) if trouble else 0))
        picture = Box(right, TOP, half, head - TOP - 40) if trouble else Box(left, over, half, under - over - UNDER)
    else:
        title = 200 if stacks.line_room(view, 0) < 180 else 160
        _words(sheet, right, TOP, half, head - 24 + _door_room(sheet), title)
        under = stacks.note(sheet, left, half, bottom)
        kept = _door_room(sheet) - 40 if view.door or view.code else 0
        under = stacks.rows(sheet, left, half, under, under - TOP - kept)
        picture = Box(left, TOP, half, under - TOP - UNDER)
    stacks.pictured(sheet, picture)


def _shelf(sheet: Sheet, bottom: float) -> None:
    """Covers want the whole width, under the words; the way to other pages stands under them or in the bar, the button
    under all that or at the right of the words."""
    inner, title, line = sheet.wide - 2 * EDGE, 110 * stacks.TITLES[sheet.step], 60 * stacks.LINES[sheet.step]
    words, high = inner, sheet.sizes.main
    if sheet.landscape and sheet.view.buttons:
        words = inner - BESIDE - EDGE
        sheet.put("button 0", EDGE + words + EDGE, TOP + (title + 16 + line - high) / 2, BESIDE, high)
    elif sheet.view.buttons:
        sheet.put("button 0", EDGE, bottom - high, inner, high)
        bottom -= high + UNDER
    sheet.put("title", EDGE, TOP, words, title)
    sheet.put("line", EDGE, TOP + title + 16, words, line)
    top = TOP + title + 16 + line + UNDER
    turned = Box(EDGE, bottom - stacks.PAGER, inner, stacks.PAGER)
    if sheet.landscape:
        turned = _in_the_bar(sheet)
    stacks.covers(sheet, Box(EDGE, top, inner, min(bottom, turned.y) - top), turned)


def _in_the_bar(sheet: Sheet) -> Box:
    """Where pages are turned between cancel and countdown, on its side."""
    return Box(EDGE + 448, sheet.high - BAR - 30, sheet.wide - 2 * EDGE - 2 * 448, CANCEL)


def _letters(sheet: Sheet, left: float, right: float, half: float, bottom: float) -> None:
    """Letters want the whole width: under the words on the left and what was found on the right."""
    head = stacks.keys(sheet, EDGE, sheet.wide - 2 * EDGE, bottom) - UNDER
    under = stacks.slots(sheet, left, half, head)
    _words(sheet, left, TOP, half, under - 12, 120)
    under = stacks.note(sheet, right, half, head + UNDER)
    stacks.rows(sheet, right, half, under, under - TOP, True)
