"""The command line: what is accepted, what is refused, and with which exit code."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from odtui import __version__
from odtui.cli import EXIT_FAILURE, Arguments, main, parse
from odtui.config.settings import Profile, Settings, SettingsError
from odtui.config.store import SettingsStore
from odtui.ui.launch import check_keys, check_profile, demo_settings, split_target

TWO_PROFILES = Settings(profiles={"work": Profile(), "home": Profile()})


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "odtui", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"COLUMNS": "100", "NO_COLOR": "1"},
        check=False,
    )


def test_version_is_printed() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"odtui {__version__}\n")


def test_help_names_every_option_and_the_exit_codes() -> None:
    done = run("--help")
    assert done.returncode == 0
    for word in (
        "--profile",
        "--demo",
        "--first-run",
        "--demo-items",
        "--demo-from",
        "--faults",
        "demo-server",
        "--config",
        "--version",
        "exit codes",
    ):
        assert word in done.stdout


def test_without_a_terminal_it_says_so() -> None:
    done = run("--demo")
    assert done.returncode == EXIT_FAILURE
    assert "needs a terminal" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--first-run"],
        ["--demo-items", "5"],
        ["--demo-from", "."],
        ["--demo", "--config", "x.toml"],
        ["--demo", "--profile", "work"],
        ["--demo", "--demo-server", "8400"],
        ["--demo-server", "0"],
        ["--demo-server", "http://example.com"],
        ["--demo-server", "8400", "--profile", "work"],
        ["--demo-server", "8400", "--faults", "429"],
        ["--demo", "--demo-items", "-1"],
        ["--demo", "--demo-items", "many"],
        ["--demo", "--demo-from", "no/such/folder"],
        ["--faults", "429"],
        ["--demo", "--faults", "nonsense"],
        ["--dem"],
        ["one", "two"],
    ],
)
def test_wrong_arguments_are_refused_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse(arguments)
    assert left.value.code == 2
    assert "usage: odtui" in capsys.readouterr().err


def test_arguments_are_read(tmp_path: Path) -> None:
    given = parse(["--demo", "--first-run", "--demo-items", "7", "--demo-from", str(tmp_path), "onedrive:/Documents"])
    assert given == Arguments(demo=True, first_run=True, demo_items=7, demo_from=tmp_path, target="onedrive:/Documents")


def test_faults_are_read() -> None:
    assert parse(["--demo", "--faults", "429:chance=0.1"]).faults == "429:chance=0.1"


def test_an_existing_local_folder_opens_on_the_right(tmp_path: Path) -> None:
    assert split_target(str(tmp_path)) == (tmp_path, None)


def test_an_existing_local_file_opens_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.touch()
    assert split_target(str(file)) == (tmp_path, None)


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ("onedrive:/Documents/Tax", "/Documents/Tax"),
        ("onedrive:", "/"),
        ("https://1drv.ms/f/s!abc", "https://1drv.ms/f/s!abc"),
        ("/no/such/folder/here", "/no/such/folder/here"),
    ],
)
def test_what_is_not_on_this_computer_opens_on_onedrive(given: str, opened: str) -> None:
    assert split_target(given)[1] == opened


def test_a_key_map_with_an_unknown_command_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no command called items\.fly"):
        check_keys(tmp_path / "settings.toml", {"items.fly": "f"})


def test_a_key_given_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="given to both"):
        check_keys(tmp_path / "settings.toml", {"items.rename": "d"})


def test_an_unknown_profile_is_an_error_that_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="The file has: home, work"):
        check_profile(tmp_path / "s.toml", TWO_PROFILES, "school")


def test_a_default_profile_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no profile called school\. The file has: home, work"):
        check_profile(tmp_path / "s.toml", replace(TWO_PROFILES, profile="school"), None)


def test_the_first_profile_may_have_any_name(tmp_path: Path) -> None:
    check_profile(tmp_path / "s.toml", Settings(), "school")


def test_the_demo_opens_with_a_broken_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("theme = \n")
    assert demo_settings(SettingsStore(file)) == Settings()


def test_a_broken_settings_file_is_reported_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('theme = "odtui-dark"\nprofile = \n')
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["--config", str(file)]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert f"{file}, line 2" in told
    assert file.read_text() == 'theme = "odtui-dark"\nprofile = \n'
