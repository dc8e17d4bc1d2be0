"""What the documents tell people to type exists, and where they point there is something."""

import re
from pathlib import Path

import pytest
from tree import ROOT, files, setup_cfg, text

DOCUMENTS = [path for path in files() if path.suffix == ".md"]
COMMAND = r"^(?:\$ )?(?:sudo )?(?:-u \w+ )?(?:env )?(?:[A-Z_]+=\S+ )*(?:\S*/)?kiosk ([a-z-]+)"
EXAMPLES = [path for path in files() if path.parts[0] == "examples"]
TYPED = re.compile(r"^    ([^\n]+)$|```\w*\n(.*?)```|`([^`\n]+)`", re.DOTALL | re.MULTILINE)


def typed(path: Path) -> str:
    """What a document shows as code, one piece a line."""
    return "\n".join("".join(piece) for piece in TYPED.findall(text(path)))


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text(Path("Makefile")), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", typed(path), re.MULTILINE)) <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_kiosk_commands_exist(path: Path) -> None:
    from kiosk.cli import main

    assert set(re.findall(COMMAND, typed(path), re.MULTILINE)) <= set(main.commands)


def test_no_way_of_typing_a_command_is_passed_over() -> None:
    ways = ("kiosk", "$ kiosk", ".venv/bin/kiosk", "sudo -u kiosk kiosk", "$ sudo -u kiosk env DISPLAY=:0 A_B=/c kiosk")
    assert [re.findall(COMMAND, f"{way} nonsense X", re.MULTILINE) for way in ways] == [["nonsense"]] * len(ways)
    shown = "\n".join(typed(path) for path in DOCUMENTS)
    assert len(set(re.findall(COMMAND, shown, re.MULTILINE))) > 10


@pytest.mark.parametrize("path", [*DOCUMENTS, *EXAMPLES], ids=str)
def test_the_configuration_lies_in_one_place(path: Path) -> None:
    assert set(re.findall(r"/etc/[\w.-]*kiosk(?=/)", text(path))) <= {"/etc/shuxiang-kiosk"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_links_and_pictures_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"(?:\]\(|src=\")([^)#\s\"]+)", text(path)):
        if "://" not in target:
            assert ((ROOT / path).parent / target).exists(), f"{path} points to {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_tests_that_are_named_exist(path: Path) -> None:
    for file, name in re.findall(r"`(?:tests/)?([a-z_0-9/]+/test_\w+\.py)(?:::(\w+))?`", text(path)):
        assert (ROOT / "tests" / file).is_file(), f"{path} names tests/{file}"
        assert not name or f"def {name}(" in text(Path("tests", file)), f"{path} names {name} of tests/{file}"


def test_the_changelog_starts_with_this_version() -> None:
    heading = re.search(r"^## \[?([\d.]+)", text(Path("CHANGELOG.md")), re.MULTILINE)
    assert heading
    assert heading[1] == setup_cfg()["metadata"]["version"]
