"""Three sounds, made here: three notes up for done, two for please, one low for trouble. Pure: WAV as bytes."""

import io
import wave
from array import array
from functools import cache
from math import exp, pi, sin

from ui.aloud import Cue
from ui.manner import VOLUME_MAX

RATE = 22050  # samples a second, 16 bits, one channel
LEAD_S = 0.03  # of silence: some sound cards swallow the beginning
NOTES: dict[Cue, tuple[tuple[float, float], ...]] = {  # Hertz and seconds
    "done": ((523.25, 0.14), (659.26, 0.14), (783.99, 0.32)),
    "please": ((659.26, 0.16), (880.0, 0.30)),
    "trouble": ((196.0, 0.55),),
}
LOUDEST = 0.6  # of what 16 bits can hold


@cache
def sound(cue: Cue, volume: int) -> bytes:
    """The sound as a WAV file, made once; ``volume`` 1 to 4, each step twice as loud to the meter (6 dB)."""
    loud = LOUDEST * 0.5 ** (VOLUME_MAX - volume)
    samples = array("h", [0] * round(LEAD_S * RATE))
    for hertz, seconds in NOTES[cue]:
        samples.extend(_note(hertz, seconds, loud))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return file.getvalue()


def _note(hertz: float, seconds: float, loud: float) -> list[int]:
    """A struck note: a soft beginning, then it fades; with a little of its octave, as bells have."""
    count = round(seconds * RATE)
    made = []
    for n in range(count):
        at = n / RATE
        shape = min(1.0, at / 0.008) * exp(-3.2 * at / seconds) * min(1.0, (count - n) / (0.01 * RATE))
        wave_ = 0.8 * sin(2 * pi * hertz * at) + 0.2 * sin(4 * pi * hertz * at)
        made.append(round(32767 * loud * shape * wave_))
    return made
