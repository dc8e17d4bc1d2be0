"""A QR code to take along: its modules with the quiet margin around them. Pure; made once for layout and picture."""

from functools import lru_cache

import segno

MARGIN = 4  # modules, as ISO/IEC 18004 wants


@lru_cache(maxsize=4)
def modules(text: str) -> tuple[bytes, ...]:
    """Row by row from the top, a byte each: 0 dark, 255 light."""
    # Some phones take bytes for Latin letters unless they read as UTF-8; other modes would be guessed at as well.
    code = segno.make(text, error="l", micro=False, mode="byte", encoding="utf-8")
    return tuple(bytes(0 if module else 255 for module in row) for row in code.matrix_iter(border=MARGIN))
