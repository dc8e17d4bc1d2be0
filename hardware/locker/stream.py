"""Frames out of a stream of bytes: what the decoders of boards share whose frames show where they begin."""

from typing import Generic, TypeVar

FrameT = TypeVar("FrameT")

NOT_YET, NEVER = 0, -1


class Stream(Generic[FrameT]):
    """A ``Decoder`` for ``exchange``: bytes arrive cut anywhere, with noise between. Holds back less than one frame."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._dropped = False

    @property
    def spoilt(self) -> bool:
        """Whether there was anything that is no frame: noise, or a frame damaged or cut."""
        return self._dropped or bool(self._held)

    def feed(self, data: bytes) -> list[FrameT]:
        """The frames that ``data`` completes. Never raises: what is no frame is dropped byte by byte."""
        frames = []
        held = self._held
        held += data
        while held and (length := self._length(held)) != NOT_YET:
            if length == NEVER:
                del held[0]
                self._dropped = True
            else:
                frames.append(self._frame(bytes(held[:length])))
                del held[:length]
        return frames

    def _length(self, held: bytearray) -> int:
        """Of the sound frame with which ``held``, never empty, begins; or ``NOT_YET``; or ``NEVER``."""
        raise NotImplementedError

    def _frame(self, whole: bytes) -> FrameT:
        """What a sound frame says."""
        raise NotImplementedError
