"""Plays sounds and speaks sentences in a thread and processes of its own; the window only leaves word. Never blocks it.

Speech is made by espeak-ng, or taken from recorded files; both are played by the first of ``PLAYERS`` that is
installed and can be heard. What is missing is silent. Only the newest word counts: who says something new interrupts
what is spoken. What is made to be played is never on a disk, which may be full.
"""

import contextlib
import os
import shutil
import subprocess
import threading
import time
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.frontend import ScreenSettings
from kiosk.workers import Worker
from ui.aloud import Cue
from ui.manner import VOLUME_MAX
from ui.sounds import sound

PLAYERS = ("pw-play", "paplay", "aplay")  # a sound server first, where it runs; aplay speaks to the card itself
VOICES = {"zh": "cmn", "en": "en-gb"}
WORDS_A_MINUTE = 150
SENTENCE_MAX = 600  # characters; longer ones are cut
PLAY_LATE_S = 5.0  # a player that hangs is ended so long after its sound should have
PLAY_MAX_S = 300.0  # of sounds that do not say how long they are, and of any
END_S = 1.0  # for a player to end when it is told to
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
        self._saying = False
        self._worker = Worker("speaker", self._work, lambda _bug: None)  # a machine without voice goes on
        self._worker.start()

    @property
    def speaking(self) -> bool:
        """Whether something is being said, or is still to be."""
        return self._saying or self._word is not None

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

    def _work(self, worker: Worker) -> None:
        while not worker.stopping:
            with self._wake:
                if self._word is None:
                    self._wake.wait(1.0)
                self._saying = self._word is not None
                word, self._word = self._word, None
            if word:
                self._say(word, worker)

    def _say(self, word: Word, worker: Worker) -> None:
        if word.cue:
            self._log(f"sound {word.cue}")
            if word.volume:
                self._sound(word.cue, word.volume, worker)
        for sentence in word.sentences:
            if worker.stopping or self._word is not None:
                return
            self._log(f"{word.language} {sentence}")
            if word.volume:
                self._speak(sentence, word, worker)

    def _sound(self, cue: Cue, volume: int, worker: Worker) -> None:
        with contextlib.suppress(OSError), in_memory() as (path, held):
            path.write_bytes(sound(cue, volume))
            self._play(path, worker, held, to_the_end=True)

    def _speak(self, sentence: str, word: Word, worker: Worker) -> None:
        if recording := self._recorded.get((word.language, sentence)):
            self._play(recording, worker)
            return
        with contextlib.suppress(OSError), in_memory() as (path, held):
            if self._synthesize(sentence, word, path, held):
                self._play(path, worker, held)

    def _synthesize(self, sentence: str, word: Word, path: Path, held: int) -> bool:
        """Whether the sentence is in the file now."""
        if not self.synthesizer:
            return False
        loud = str(25 + 150 * word.volume // VOLUME_MAX)  # of espeak's 0 to 200
        command = [self.synthesizer, "-v", VOICES[word.language], "-s", str(WORDS_A_MINUTE), "-a", loud]
        command += ["-w", str(path)]
        said, quiet = sentence[:SENTENCE_MAX].encode(), subprocess.DEVNULL
        try:
            subprocess.run(command, input=said, timeout=10, check=True, stderr=quiet, pass_fds=[held])
        except (OSError, subprocess.SubprocessError):
            return False
        return True

    def _play(self, path: Path, worker: Worker, *held: int, to_the_end: bool = False) -> None:
        """Play a file until it ends, or until something newer is to be said. ``held``: what its path speaks of."""
        if not self.player:
            return
        command, quiet = play(self.player, self._device, path), subprocess.DEVNULL
        try:
            process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=held)
        except OSError:
            return
        until = time.monotonic() + length_s(path) + PLAY_LATE_S
        while process.poll() is None:
            newer = self._word is not None and not to_the_end
            if worker.stopping or newer or time.monotonic() > until:
                process.terminate()
                try:
                    process.wait(END_S)
                except subprocess.TimeoutExpired:  # it heeds no such word
                    process.kill()
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(END_S)
                return
            time.sleep(LOOK_S)

    def _log(self, line: str) -> None:
        if self._spoken:
            with Path(self._spoken).open("a", encoding="utf-8") as file:
                file.write(line + "\n")


def length_s(path: Path) -> float:
    """How long a sound is, or may be at most, in seconds."""
    try:
        with wave.open(str(path)) as file:
            seconds: float = file.getnframes() / file.getframerate()
            return min(PLAY_MAX_S, seconds)
    except (OSError, EOFError, wave.Error, ZeroDivisionError):  # a recording of another kind
        return PLAY_MAX_S


def find_player() -> str | None:
    """The player this machine has; None: it is silent."""
    return next((path for name in PLAYERS if (path := shutil.which(name)) and _is_served(name)), None)


def _is_served(player: str) -> bool:
    """Whether what it speaks to is there: a service's user has no session, so no sound server either, and no sound."""
    session = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nowhere")
    match player:
        case "pw-play":
            return (session / "pipewire-0").exists()
        case "paplay":
            return bool(os.environ.get("PULSE_SERVER")) or (session / "pulse" / "native").exists()
    return True


def play(player: str, device: str, path: Path) -> list[str]:
    """The command that plays a file on ``device`` ("": the machine's own)."""
    name = os.path.basename(player)
    option = {"aplay": "-D", "paplay": "-d", "pw-play": "--target"}[name]
    return [player, *(["-q"] if name == "aplay" else []), *([option, device] if device else []), str(path)]


@contextlib.contextmanager
def in_memory() -> Iterator[tuple[Path, int]]:
    """A file on no disk, of which nothing is left however the program ends. Its path, which holds good in this process
    and in one that is passed the descriptor, and that. Raises ``OSError``."""
    held = os.memfd_create("kiosk-sound")
    try:
        yield Path(f"/proc/self/fd/{held}"), held
    finally:
        os.close(held)


def indexes(folder: Path) -> Iterator[tuple[str, Path]]:
    """Where the lists of recorded sentences are looked for, by language."""
    for language in VOICES:
        yield language, folder / language / INDEX


def read_index(path: Path) -> Iterator[tuple[str, Path]]:
    """The sentences of a list, none where there is no such file, and their recordings; a line that names no file is
    left out. Raises ``OSError``, ``UnicodeDecodeError``."""
    with contextlib.suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8-sig").splitlines():  # Excel and Notepad begin it with a mark
            sentence, tab, name = line.partition("\t")
            recording = path.parent / name.strip()
            if tab and os.path.isfile(recording):
                yield sentence.strip(), recording


def recorded(folder: Path | None) -> Mapping[tuple[str, str], Path]:
    """The recorded sentences there are, by language and words. A list that cannot be read is left out."""
    found = {}
    for language, index in indexes(folder) if folder else ():
        with contextlib.suppress(OSError, UnicodeDecodeError):
            for sentence, recording in read_index(index):
                found[language, sentence] = recording
    return found
