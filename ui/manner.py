"""How this person wants to see, hear and reach; gone at the end of the session. Pure."""

from dataclasses import dataclass, replace

from ui.theme import STEPS
from ui.words import LANGUAGES

SIMPLE_STEP = 1  # words are at least so large in simple mode
VOLUME_MAX = 4


@dataclass(frozen=True, slots=True)
class Manner:
    """``step``: of word sizes. ``low``: all controls in the lowest third. ``simple``: fewer choices, larger words,
    slower clocks, nothing moves. ``voice``: sentences are spoken; ``silent``: they do not want that, whatever keys they
    use. ``volume``: 0 (nothing is heard) to 4.
    """

    language: str = LANGUAGES[0]
    step: int = 0
    contrast: bool = False
    low: bool = False
    simple: bool = False
    voice: bool = False
    silent: bool = False
    volume: int = 2

    @property
    def words_step(self) -> int:
        """The step of word sizes that is drawn."""
        return max(self.step, SIMPLE_STEP) if self.simple else self.step

    def changed(self, what: str) -> "Manner":
        """After a touch on the setting called ``what``; another name changes nothing."""
        match what:
            case "language":
                return replace(self, language=LANGUAGES[(LANGUAGES.index(self.language) + 1) % len(LANGUAGES)])
            case "size":
                return replace(self, step=(self.words_step + 1) % STEPS)
            case "contrast":
                return replace(self, contrast=not self.contrast)
            case "low":
                return replace(self, low=not self.low)
            case "simple":
                return replace(self, simple=not self.simple)
            case "voice":
                return replace(self, voice=not self.voice, silent=self.voice)
            case "louder":
                return replace(self, volume=min(VOLUME_MAX, self.volume + 1))
            case "quieter":
                return replace(self, volume=max(0, self.volume - 1))
        return self
