"""The grey pictures in a file: of any depth and colours, one or several, whatever OpenCV knows.

Upright or not does not matter here, the eyes read at any angle; so a camera's note on how it was held is not heeded.
"""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np

from hardware.scanner.decode import Grey

FRAMES_MAX: Final = 8
"""Most pictures looked at of a file that holds several."""

_MOVING: Final = (b"GIF8", b"RIFF")
_PAGES: Final = (b"II*\0", b"MM\0*")


def pictures(data: bytes) -> Iterator[Grey]:
    """Those in a file, one after the other. None where nothing can be read: it is no picture, broken, or has more
    pixels than are taken."""
    raw = np.frombuffer(data, np.uint8)
    try:
        if data.startswith(_PAGES):
            yield from _pages(raw)
        elif data.startswith(_MOVING) or b"acTL" in data[:1024]:
            read, moving = cv2.imdecodeanimation(raw, 0, FRAMES_MAX)
            yield from (_grey(frame) for frame in moving.frames[:FRAMES_MAX] if read)
        elif (whole := cv2.imdecode(raw, cv2.IMREAD_UNCHANGED) if data else None) is not None:
            yield _grey(whole)
    except (cv2.error, MemoryError):
        return


def _pages(raw: Grey) -> Iterator[Grey]:
    for number in range(FRAMES_MAX):
        read, found = cv2.imdecodemulti(raw, cv2.IMREAD_UNCHANGED, range=(number, number + 1))
        if not read or not found:
            return
        yield _grey(found[0])


def _grey(picture: Grey) -> Grey:
    """One byte a pixel; stretched over all of them where there were more; on white where it is transparent."""
    if picture.ndim == 2 or picture.shape[2] < 3:
        return _stretched(picture.reshape(*picture.shape[:2], -1)[..., 0])
    if picture.dtype not in (np.uint8, np.uint16):
        picture = picture.astype(np.float32)
    plain = _stretched(cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_BGR2GRAY))
    if picture.shape[2] == 3:
        return plain
    most = {1: 255, 2: 65535}.get(picture.dtype.itemsize, 1)
    opaque = cv2.convertScaleAbs(picture[..., 3], alpha=255 / most)
    return cv2.add(cv2.multiply(plain, opaque, scale=1 / 255), cv2.bitwise_not(opaque))


def _stretched(plain: Grey) -> Grey:
    if plain.dtype == np.uint8:
        return np.ascontiguousarray(plain)
    level = np.nan_to_num(plain.astype(np.float32), posinf=0.0, neginf=0.0)
    low, high = float(level.min()), float(level.max())
    return cv2.convertScaleAbs(level - low, alpha=255 / (high - low) if high > low else 0.0)
