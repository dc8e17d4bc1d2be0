"""Plays sounds and speaks sentences in a thread and processes of its own; the window only leaves word. Never blocks it.

Speech is made by espeak-ng, or taken from recorded files; both are played by the first of ``PLAYERS`` that is
installed. What is missing is silent. Only the newest word counts: who says something new interrupts what is spoken.
"""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.frontend import ScreenSettings
from kiosk.workers import Worker
from ui.aloud import Cue
from ui.manner import VOLUME_MAX
from ui.sounds import sound

PLAYERS = ("pw-play", "paplay", "aplay")  # the session's sound server first; aplay speaks to the card itself
VOICES = {"zh": "cmn", "en": "en-gb"}
WORDS_A_MINUTE = 150
SENTENCE_MAX = 600  # characters; longer ones are cut
PLAY_MAX_S = 60.0  # a player that hangs is ended
LOOK_S = 0.03
INDEX = "index.tsv"  # in voice_files/zh and voice_files/en: sentence, tab, file


@dataclass(frozen=True, slots=True)
class Word:
    """What is to be heard: first the sound, then the sentences, one after another."""

    cue: Cue | None
    sentences: tuple[str, ...]
    language: str
    volume: int


class Speaker:
    """``tell`` returns at once. ``spoken``: a file that gets a line for everything heard, for tests that listen."""

    def __init__(self, settings: ScreenSettings, spoken: str | None = None) -> None:
        self.player, self.synthesizer = find_player(), shutil.which("espeak-ng")
        self._device, self._spoken = settings.audio_device, spoken
        self._recorded = recorded(settings.voice_files)
        self._wake = threading.Condition()
        self._word: Word | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="kiosk-sound-"))  # readable by nobody else
        self._worker = Worker("speaker", self._work, lambda _bug: None)  # a machine without voice goes on
        self._worker.start()

    def tell(self, word: Word) -> None:
        """Say this, and no more of what was said before. With nothing in it, be quiet."""
        with self._wake:
            self._word = word
            self._wake.notify()

    def close(self) -> None:
        """Be quiet for good; waits a second at most."""
        self._worker.stop()
        with self._wake:
            self._wake.notify()
        self._worker.join(1.0)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _work(self, worker: Worker) -> None:
        while not worker.stopping:
            with self._wake:
                if self._word is None:
                    self._wake.wait(1.0)
                word, self._word = self._word, None
            if word:
                self._say(word, worker)

    def _say(self, word: Word, worker: Worker) -> None:
        if word.cue:
            self._log(f"sound {word.cue}")
            if word.volume:
                path = self._folder / f"{word.cue}-{word.volume}.wav"
                if not path.exists():
                    path.write_bytes(sound(word.cue, word.volume))
                self._play(path, worker, to_the_end=True)
        for sentence in word.sentences:
            if worker.stopping or self._word is not None:
                return
            self._log(f"{word.language} {sentence}")
            speech = self._recorded.get((word.language, sentence)) or self._speech(sentence, word)
            if speech and word.volume:
                self._play(speech, worker)

    def _speech(self, sentence: str, word: Word) -> Path | None:
        if not self.synthesizer or not word.volume:
            return None
        path = self._folder / "speech.wav"
        loud = str(25 + 150 * word.volume // VOLUME_MAX)  # of espeak's 0 to 200
        command = [self.synthesizer, "-v", VOICES[word.language], "-s", str(WORDS_A_MINUTE), "-a", loud]
        said = sentence[:SENTENCE_MAX].encode()
        try:
            subprocess.run([*command, "-w", str(path)], input=said, timeout=10, check=True, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError):
            return None
        return path

    def _play(self, path: Path, worker: Worker, to_the_end: bool = False) -> None:
        """Play a file until it ends, or until something newer is to be said."""
        if not self.player:
            return
        command = play(self.player, self._device, path)
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError:
            return
        until = time.monotonic() + PLAY_MAX_S
        while process.poll() is None:
            newer = self._word is not None and not to_the_end
            if worker.stopping or newer or time.monotonic() > until:
                process.terminate()
                process.wait()
                return
            time.sleep(LOOK_S)

    def _log(self, line: str) -> None:
        if self._spoken:
            with Path(self._spoken).open("a", encoding="utf-8") as file:
                file.write(line + "\n")


def find_player() -> str | None:
    """The player this machine has; None: it is silent."""
    return next((path for name in PLAYERS if (path := shutil.which(name))), None)


def play(player: str, device: str, path: Path) -> list[str]:
    """The command that plays a file on ``device`` ("": the machine's own)."""
    name = os.path.basename(player)
    option = {"aplay": "-D", "paplay": "-d", "pw-play": "--target"}[name]
    return [player, *(["-q"] if name == "aplay" else []), *([option, device] if device else []), str(path)]


def recorded(folder: Path | None) -> Mapping[tuple[str, str], Path]:
    """The recorded sentences there are, by language and words. A line that names no file is left out."""
    found = {}
    for language in VOICES:
        index = folder / language / INDEX if folder else None
        if index is None or not index.is_file():
            continue
        for line in index.read_text(encoding="utf-8").splitlines():
            sentence, tab, name = line.partition("\t")
            path = index.parent / name.strip()
            if tab and path.is_file():
                found[language, sentence.strip()] = path
    return found
