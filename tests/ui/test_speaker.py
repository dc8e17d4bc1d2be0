"""The speaker: real speech from espeak-ng, heard from a real sound server that keeps its card in memory."""

import os
import resource
import shutil
import subprocess
import tempfile
import time
import wave
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from kiosk.frontend import ScreenSettings
from ui.check import check
from ui.sounds import sound
from ui.speaker import PLAY_MAX_S, PLAYERS, Speaker, Word, find_player, in_memory, length_s, play, recorded

SERVER = ("pulseaudio", "paplay", "parec")
with_server = pytest.mark.skipif(not all(map(shutil.which, SERVER)), reason="pulseaudio is not installed")
with_voice = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
RATE = 22050


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A sound server whose card writes what is played into memory; the file records all of it."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/pulse.socket")
    for name in SERVER[1:]:
        (tmp_path / "bin").mkdir(exist_ok=True)
        os.symlink(str(shutil.which(name)), tmp_path / "bin" / name)
    os.symlink(str(shutil.which("espeak-ng") or "/bin/false"), tmp_path / "bin" / "espeak-ng")
    modules = [
        "module-null-sink sink_name=card",
        f"module-native-protocol-unix auth-anonymous=1 socket={tmp_path}/pulse.socket",
    ]
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", "--use-pid-file=no"]
    with subprocess.Popen([*command, *(f"-L{module}" for module in modules)], stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 30
            while not (tmp_path / "pulse.socket").exists():
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
            heard = tmp_path / "heard"
            record = [
                "parec",
                "-d",
                "card.monitor",
                "--format=s16le",
                f"--rate={RATE}",
                "--channels=1",
                "--latency-msec=20",
            ]
            with heard.open("wb") as out, subprocess.Popen(record, stdout=out) as recorder:
                while heard.stat().st_size == 0:
                    assert time.monotonic() < until
                    time.sleep(0.05)
                monkeypatch.setenv("PATH", str(tmp_path / "bin"))
                yield heard
                recorder.terminate()
        finally:
            process.terminate()


def samples(heard: Path) -> np.ndarray:
    data = heard.read_bytes()
    return np.frombuffer(data[: len(data) // 2 * 2], np.int16).astype(np.float32)


def wait_for_sound(heard: Path, seconds: float) -> np.ndarray:
    """Until so many seconds of it are loud."""
    until = time.monotonic() + 60
    while (loud := (np.abs(samples(heard)) > 200)).sum() < seconds * RATE / 3:
        assert time.monotonic() < until, loud.sum()
        time.sleep(0.1)
    return samples(heard)


def strength(heard: np.ndarray, hertz: float) -> float:
    spectrum = np.abs(np.fft.rfft(heard))
    near = np.abs(np.fft.rfftfreq(len(heard), 1 / RATE) - hertz) < 4
    return float(spectrum[near].max() / np.median(spectrum))


@with_server
def test_the_sound_that_was_meant_is_heard(server: Path) -> None:
    speaker = Speaker(ScreenSettings())
    began = time.monotonic()
    speaker.tell(Word("trouble", (), "zh", 4))
    assert time.monotonic() - began < 0.2  # the window goes on
    heard = wait_for_sound(server, 0.3)
    speaker.close()
    assert strength(heard, 196.0) > 20 * strength(heard, 523.25)


@with_server
@with_voice
def test_a_sentence_is_spoken_and_a_newer_one_interrupts_it(server: Path, tmp_path: Path) -> None:
    log = tmp_path / "spoken"
    speaker = Speaker(ScreenSettings(), str(log))
    long = "这是一句很长很长的话。" * 20
    speaker.tell(Word(None, (long, "说不到这里"), "zh", 4))
    wait_for_sound(server, 0.5)
    speaker.tell(Word("done", ("Door 3 is open",), "en", 4))
    until = time.monotonic() + 20
    while not log.read_text().endswith("en Door 3 is open\n"):
        assert time.monotonic() < until
        time.sleep(0.05)
    speaker.close()
    assert log.read_text().splitlines() == [f"zh {long}", "sound done", "en Door 3 is open"]


@with_server
def test_a_recorded_sentence_replaces_the_machine_voice(server: Path, tmp_path: Path) -> None:
    folder = tmp_path / "voice" / "zh"
    folder.mkdir(parents=True)
    (folder / "trouble.wav").write_bytes(sound("trouble", 4))
    (folder / "index.tsv").write_text("请取书\ttrouble.wav\n没有文件\tnone.wav\n一行坏的\n", encoding="utf-8")
    assert set(recorded(tmp_path / "voice")) == {("zh", "请取书")}
    speaker = Speaker(ScreenSettings(voice_files=tmp_path / "voice"))
    speaker.tell(Word(None, ("请取书",), "zh", 4))
    heard = wait_for_sound(server, 0.3)
    speaker.close()
    assert strength(heard, 196.0) > 20 * strength(heard, 523.25)


@with_voice
@pytest.mark.parametrize(("language", "words"), [("zh", "三号门已开，请取书"), ("en", "Door three is open")])
def test_espeak_makes_speech_of_both_languages(language: str, words: str, tmp_path: Path) -> None:
    speaker = Speaker(ScreenSettings())
    with in_memory() as (path, held):
        assert speaker._synthesize(words, Word(None, (words,), language, 4), path, held)
        with wave.open(str(path)) as file:
            seconds = file.getnframes() / file.getframerate()
            loud = np.abs(np.frombuffer(file.readframes(file.getnframes()), np.int16)).max()
    speaker.close()
    assert 0.5 < seconds < 10
    assert loud > 1000


def test_without_player_and_voice_the_machine_is_silent_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    log = tmp_path / "spoken"
    speaker = Speaker(ScreenSettings(), str(log))
    speaker.tell(Word("done", ("Thank you",), "en", 2))
    until = time.monotonic() + 20
    while not log.exists() or len(log.read_text().splitlines()) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    speaker.close()
    told = {name: (fit, words) for name, fit, words in check(ScreenSettings())}
    assert told["sound"] == (
        True,
        "silent: no player can be heard; install the Debian package alsa-utils to hear sounds",
    )
    assert told["voice"][0]
    assert "silent" in told["voice"][1]
    lost = {name: fit for name, fit, _ in check(ScreenSettings(voice_files=tmp_path))}
    assert not lost["voice"]


def test_a_player_without_its_server_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As for the user of a service, who has no session: what is played there nobody hears, and nothing says so."""
    for name in PLAYERS:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.delenv("PULSE_SERVER", raising=False)
    assert find_player() == str(tmp_path / "aplay")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    assert find_player() == str(tmp_path / "aplay")
    (tmp_path / "run" / "pulse").mkdir(parents=True)
    (tmp_path / "run" / "pulse" / "native").touch()
    assert find_player() == str(tmp_path / "paplay")
    (tmp_path / "run" / "pipewire-0").touch()
    assert find_player() == str(tmp_path / "pw-play")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    monkeypatch.setenv("PULSE_SERVER", "tcp:sound")
    assert find_player() == str(tmp_path / "paplay")
    monkeypatch.delenv("PULSE_SERVER")
    (tmp_path / "aplay").unlink()
    assert {name: words for name, _, words in check(ScreenSettings())}["sound"].startswith("silent")


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A player that hands on what it plays to a pipe, one after another; espeak-ng beside it."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "aplay").write_text(f'#!/bin/sh\n{shutil.which("cat")} "$2" > {tmp_path}/pipe\n')
    (tmp_path / "bin" / "aplay").chmod(0o755)
    os.symlink(str(shutil.which("espeak-ng") or "/bin/false"), tmp_path / "bin" / "espeak-ng")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "pipe"


@with_voice
def test_on_a_full_disk_it_is_heard_all_the_same(player: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with closing(Speaker(ScreenSettings())) as speaker:
        for _ in range(2):
            speaker.tell(Word("done", ("Door three is open",), "en", 2))
            assert player.read_bytes() == sound("done", 2)
            assert len(player.read_bytes()) > 20_000  # of speech


def test_a_player_that_heeds_no_word_does_not_hold_the_voice(player: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard, too, sleep = player.with_name("heard"), player.with_name("too"), shutil.which("sleep", path=os.defpath)
    (player.parent / "bin" / "aplay").write_text(
        f"#!/bin/sh\n[ -e {heard} ] && {{ : > {too}; exit; }}\ntrap '' TERM\n: > {heard}\nexec {sleep} 100\n"
    )
    monkeypatch.setattr("ui.speaker.PLAY_LATE_S", 0.1)
    speaker = Speaker(ScreenSettings())
    until = time.monotonic() + 60
    for mark in (heard, too):
        speaker.tell(Word("done", (), "zh", 2))
        while not mark.exists() and time.monotonic() < until:
            time.sleep(0.05)
    speaker.close()
    assert too.exists()


def test_where_no_file_can_be_written_a_sound_is_left_out_and_the_next_is_heard(player: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(Speaker(ScreenSettings())) as speaker:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))  # a file in memory as well
        try:
            speaker.tell(Word("trouble", (), "en", 2))
            until = time.monotonic() + 20
            while speaker._word and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(0.5)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        speaker.tell(Word("done", (), "en", 2))
        assert player.read_bytes() == sound("done", 2)


@pytest.mark.parametrize(
    ("written", "heard", "flaw"),
    [
        ("请取书\tone.wav\n".encode("gbk"), set(), "is not UTF-8 text; save it as UTF-8"),
        ("请取书\tone.wav\n".encode("utf-16"), set(), "is not UTF-8 text; save it as UTF-8"),
        (None, set(), "cannot be read (Is a directory); save it anew, as UTF-8"),
        ("请取书\tone.wav\n".encode("utf-8-sig"), {("zh", "请取书")}, ""),
    ],
)
def test_a_list_that_spreadsheets_write_does_not_end_the_machine(
    tmp_path: Path, written: bytes | None, heard: set[tuple[str, str]], flaw: str
) -> None:
    for language in ("zh", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "one.wav").write_bytes(sound("done", 2))
    index = tmp_path / "zh" / "index.tsv"
    if written is None:
        index.mkdir()
    else:
        index.write_bytes(written)
    (tmp_path / "en" / "index.tsv").write_text("Thank you\tone.wav\n", encoding="utf-8")
    settings = ScreenSettings(voice_files=tmp_path)
    with closing(Speaker(settings)):
        assert set(recorded(tmp_path)) == heard | {("en", "Thank you")}
    [(fit, words)] = [(fit, words) for name, fit, words in check(settings) if name == "voice"]
    assert fit == (not flaw)
    assert not flaw or words.startswith(f"{index} {flaw}")


def test_a_sound_is_given_as_long_as_it_takes(tmp_path: Path) -> None:
    long, other = tmp_path / "long.wav", tmp_path / "other.ogg"
    with wave.open(str(long), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(100)
        file.writeframes(bytes(95 * 100))
    other.write_bytes(b"OggS")
    assert length_s(long) == 95.0
    assert length_s(other) == length_s(tmp_path / "none.wav") == PLAY_MAX_S


def test_each_player_is_asked_in_its_own_words() -> None:
    file = Path("/a.wav")
    assert play("/usr/bin/aplay", "hw:1", file) == ["/usr/bin/aplay", "-q", "-D", "hw:1", "/a.wav"]
    assert play("/usr/bin/paplay", "", file) == ["/usr/bin/paplay", "/a.wav"]
    assert play("/usr/bin/pw-play", "44", file) == ["/usr/bin/pw-play", "--target", "44", "/a.wav"]
