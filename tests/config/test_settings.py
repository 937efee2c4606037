"""The settings file: what is read from it, what is refused, and what saving leaves alone."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

import pytest
import tomlkit

from odtui.config.settings import CONFIDENTIAL_REDIRECT, PUBLIC_REDIRECT, Profile, Settings, SettingsError
from odtui.config.store import SettingsStore

GUID = "6f0f5a3e-7c0b-4b5e-9f6a-0d7f0c1b2a39"
OTHER = "11111111-2222-3333-4444-555555555555"

WRITTEN_BY_HAND = f"""\
# My settings. Hands off.

theme   =   'odtui-light'    # bright room
sort="size"

[keys]
"items.open" = "l,right"   # like vi
items.rename = "r"

[profiles.work]   # the office
client_id = "{GUID}"
scopes = [
    "Files.Read",   # no more than that
    "User.Read",
]
tenant = "contoso.onmicrosoft.com"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "odtui" / "settings.toml"


@pytest.fixture
def store(file: Path) -> SettingsStore:
    return SettingsStore(file)


def written(file: Path, text: str) -> SettingsStore:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return SettingsStore(file)


def test_without_a_file_the_defaults_hold_and_none_is_written(store: SettingsStore, file: Path) -> None:
    assert store.load() == Settings()
    assert not file.parent.exists()


def test_an_empty_file_means_the_defaults(file: Path) -> None:
    assert written(file, "").load() == Settings()


def test_a_file_is_read_whole(file: Path) -> None:
    settings = written(file, WRITTEN_BY_HAND).load()
    assert (settings.theme, settings.sort) == ("odtui-light", "size")
    assert settings.keys == {"items.open": "l,right", "items.rename": "r"}
    assert settings.profiles == {
        "work": Profile(
            name="work", client_id=GUID, tenant="contoso.onmicrosoft.com", scopes=("Files.Read", "User.Read")
        )
    }


def test_a_byte_order_mark_is_no_part_of_the_first_key(file: Path) -> None:
    assert written(file, '\ufefftheme = "x"\n').load().theme == "x"


def test_blanks_around_a_value_are_not_sent_to_microsoft(file: Path) -> None:
    text = f'[profiles.work]\nclient_id = " {GUID}\\n"\ntenant = "  "\nredirect_uri = " http://localhost:9000 "\n'
    profile = written(file, text).load().profiles["work"]
    assert (profile.client_id, profile.tenant, profile.redirect_uri) == (GUID, "", "http://localhost:9000")


def test_the_registered_address_follows_the_kind_of_client() -> None:
    assert Profile().registered_uri == PUBLIC_REDIRECT
    assert Profile(confidential=True).registered_uri == CONFIDENTIAL_REDIRECT
    assert (
        Profile(confidential=True, redirect_uri="http://localhost:9000/x").registered_uri == "http://localhost:9000/x"
    )


def test_the_active_profile_is_the_one_asked_for_else_the_default_one() -> None:
    settings = Settings(profile="home", profiles={name: Profile(name=name) for name in ("home", "work")})
    assert settings.active() == Profile(name="home")
    assert settings.active("work") == Profile(name="work")
    assert settings.active("gone") is None
    assert Settings().active() is None


BAD_FILES = {
    "syntax": ('theme = "x"\nsort = \n', 2, "not TOML", "lines such as"),
    "open text": ('sort = "name"\n\ntheme = "x\n', 3, "not TOML", "lines such as"),
    "open list": ('[profiles.a]\nscopes = [\n  "Files.Read",\n', 3, "not TOML", "lines such as"),
    "key twice": ('sort = "name"\nsort = "size"\n', 2, "not TOML", "lines such as"),
    "number of thousands of digits": ("concurrent_transfers = " + "9" * 5000, 1, "not TOML", "lines such as"),
    "brackets without end": ("theme = " + "[" * 20_000, 1, "not TOML", "lines such as"),
    "unknown key": ('# a\n\ncolour = "red"\n', 3, "colour is not a setting", "profile, theme, show_hidden, sort"),
    "unknown table": ('theme = "a"\n[server]\nport = 1\n', 2, "server is not a setting", "keys, profiles"),
    "text for a switch": ('show_hidden = "yes"\n', 1, "show_hidden has a value of the wrong type", "true or false"),
    "number for a switch": ("show_hidden = 1\n", 1, "wrong type", "true or false"),
    "switch for a number": ("\nconcurrent_transfers = true\n", 2, "wrong type", "1 to 16"),
    "fraction for a number": ("concurrent_transfers = 4.0\n", 1, "wrong type", "1 to 16"),
    "number for a text": ("theme = 5\n", 1, "theme has a value of the wrong type", "a text"),
    "date for a text": ("theme = 2026-01-01\n", 1, "wrong type", "a text"),
    "table for a text": ("[theme]\na = 1\n", 1, "wrong type", "a text"),
    "unknown order": ('sort = "colour"\n', 1, "sort has an unknown value", "name, size, modified, type"),
    "no transfers": ("concurrent_transfers = 0\n", 1, "out of range", "1 to 16"),
    "many transfers": ("concurrent_transfers = 17\n", 1, "out of range", "1 to 16"),
    "default profile without a name": ('profile = ""\n', 1, "Enter a name", ""),
    "keys no table": ('keys = "vi"\n', 1, "keys is not a table", "[keys]"),
    "keys no text": ('[keys]\n"items.open" = "l"\n"items.rename" = 2\n', 3, "items.rename", "l,right"),
    "nested keys no text": ("[keys.items]\nrename = true\n", 2, "items.rename", "l,right"),
    "profiles no table": ("profiles = 1\n", 1, "profiles is not a table", "[profiles.NAME]"),
    "profile no table": ("[profiles]\nwork = 1\n", 2, "profiles.work is not a table", "[profiles.work]"),
    "profiles a list": ("[[profiles]]\ntenant = 'common'\n", 1, "profiles is not a table", "[profiles.NAME]"),
    "profile a list": ("[[profiles.work]]\ntenant = 'common'\n", 1, "profiles.work is not a table", "[profiles.work]"),
    "bad profile name": ('[profiles."my work"]\n', 1, "Use up to 40 letters", ""),
    "profile name twice": ("[profiles.work]\n[profiles.Work]\n", 2, "Another profile has this name", ""),
    "unknown key of a profile": ('[profiles.work]\n\nurl = "x"\n', 3, "url is not a setting", "client_id, tenant"),
    "secret in the file": ('[profiles.work]\nclient_secret = "h8Q~x"\n', 2, "not a setting", "ODTUI_CLIENT_SECRET"),
    "bad client ID": ('[profiles.work]\nclient_id = "1234"\n', 2, "not an application ID", ""),
    "bad tenant": ('[profiles.work]\ntenant = "con toso"\n', 2, "no blanks", ""),
    "bad redirect": ('[profiles.work]\nredirect_uri = "https://x.example"\n', 2, "http://localhost", ""),
    "bad cloud": ('[profiles.work]\ncloud = "mars"\n', 2, "unknown value", "global, us-gov, us-dod, china"),
    "bad way in": ('[profiles.work]\nsign_in = "magic"\n', 2, "unknown value", "auto, browser, device"),
    "bad mode": ('[profiles.work]\nresponse_mode = "x"\n', 2, "unknown value", "form_post, query"),
    "scopes no list": ('[profiles.work]\nscopes = "Files.Read"\n', 2, "wrong type", "Files.Read, Files.ReadWrite"),
    "scopes no texts": ("[profiles.work]\nscopes = [1]\n", 2, "wrong type", "Files.ReadWrite.All"),
    "unknown scope": ('[profiles.work]\nscopes = ["Mail.Read"]\n', 2, "Mail.Read is not a permission", "Files.Read"),
    "no scopes": ("[profiles.work]\nscopes = []\n", 2, "at least one Files permission", "Files.Read"),
    "no personal accounts there": (
        '[profiles.a]\n[profiles.work]\ncloud = "china"\ntenant = "consumers"\n', 4, "worldwide cloud only", "",
    ),
    "no sites for personal accounts": (
        '[profiles.work]\nscopes = ["Files.Read", "Sites.Read.All"]\ntenant = "consumers"\n', 2, "Sites.Read.All", "",
    ),
    "in a table in a line": ('theme = "a"\nprofiles = {work = {tenant = 5}}\n', 2, "tenant has a value", "a text"),
    "with dots": ('theme = "a"\nprofiles.work.tenant = 5\n', 2, "tenant has a value", "a text"),
    "after Windows' line ends": ('theme = "a"\r\n\r\nsort = "x"\r\n', 3, "sort has an unknown value", "name"),
    "after strange separators": ('# a\u2028b\x85c\nsort = "x"\n', 2, "sort has an unknown value", "name"),
    "under a comment that looks like it": ('# sort = "x"\n#\nsort = "x"\n', 3, "sort has an unknown value", "name"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_its_line_and_left_alone(file: Path, name: str) -> None:
    text, line, problem, allowed = BAD_FILES[name]
    store = written(file, text)
    with pytest.raises(SettingsError) as caught:
        store.load()
    assert (caught.value.path, caught.value.line) == (file, line)
    assert problem in caught.value.problem
    assert allowed in caught.value.allowed
    with pytest.raises(SettingsError):
        store.save(Settings(theme="other"))
    assert file.read_bytes() == text.encode()
    assert os.listdir(file.parent) == [file.name]


def test_a_file_that_is_no_text_is_refused_with_its_line(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b'theme = "a"\nsort = "\xff"\n')
    with pytest.raises(SettingsError) as caught:
        SettingsStore(file).load()
    assert caught.value.line == 2
    assert "UTF-8" in str(caught.value)


def test_a_client_secret_in_the_file_is_not_repeated(file: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        written(file, '[profiles.work]\nclient_secret = "h8Q~very-secret"\n').load()
    assert "h8Q~very-secret" not in str(caught.value)


def test_an_error_names_file_and_line_and_shows_no_control_character(file: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        written(file, '"\\u001b[31mred" = 1\n').load()
    assert str(caught.value).startswith(f"{file}, line 1: ")
    assert "\x1b" not in str(caught.value)


def test_what_is_saved_is_what_is_loaded_again(store: SettingsStore, file: Path) -> None:
    settings = Settings(
        profile="work",
        theme="odtui-light",
        show_hidden=True,
        sort="modified",
        sort_reverse=True,
        concurrent_transfers=16,
        keys={"items.open": "l,right", 'odd "key"': "x"},
        profiles={
            "work": Profile(
                name="work",
                client_id=GUID,
                tenant="organizations",
                cloud="china",
                redirect_uri="http://localhost:9000/x",
                confidential=True,
                sign_in="device",
                response_mode="query",
                scopes=("Files.Read",),
            ),
            "home.2": Profile(name="home.2", client_id=OTHER),
        },
    )
    store.load()
    store.save(settings)
    assert SettingsStore(file).load() == settings


def test_a_new_file_names_what_one_looks_for_in_it(store: SettingsStore, file: Path) -> None:
    store.save(Settings(profiles={"default": Profile(client_id=GUID)}))
    assert file.read_text() == (
        f'[profiles.default]\nclient_id = "{GUID}"\ntenant = "common"\nscopes = ["Files.ReadWrite", "User.Read"]\n'
    )


def test_saving_what_was_loaded_does_not_touch_the_file(file: Path) -> None:
    store = written(file, WRITTEN_BY_HAND)
    before = file.stat()
    store.save(store.load())
    assert file.stat().st_ino == before.st_ino
    assert file.read_text() == WRITTEN_BY_HAND


def test_saving_one_change_changes_one_value(file: Path) -> None:
    store = written(file, WRITTEN_BY_HAND)
    settings = store.load()
    work = dataclasses.replace(settings.profiles["work"], tenant=OTHER)
    store.save(
        dataclasses.replace(
            settings, sort="type", keys={**settings.keys, "items.rename": "f2"}, profiles={"work": work}
        )
    )
    assert file.read_text() == (
        WRITTEN_BY_HAND.replace('sort="size"', 'sort="type"')
        .replace('items.rename = "r"', 'items.rename = "f2"')
        .replace("contoso.onmicrosoft.com", OTHER)
    )


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN_BY_HAND,
        WRITTEN_BY_HAND.replace("\n", "\r\n"),
        f"profiles = {{ work = {{ client_id = '{GUID}' }} }}\n",
        f"[profiles]\nwork = {{ client_id = '{GUID}' }}\n[keys]\n",
        f"[profiles.work]\nclient_id = '{GUID}'\n[keys.items]\nopen = 'l'\n",
        f"[profiles.work]\nclient_id = '{GUID}'\n\n[keys]\n\n[profiles.home]\ntenant = 'common'\n",
        f"profiles.work.client_id = '{GUID}'  # dotted\n[keys]\n",
        f"theme = 'x'\nprofiles.work = {{ client_id = '{GUID}' }}\n",
        "",
        "# only a comment",
    ],
)
def test_every_way_to_write_the_file_takes_every_change(file: Path, text: str) -> None:
    store = written(file, text)
    old = store.load()
    work = dataclasses.replace(old.profiles.get("work", Profile(name="work")), client_id=OTHER, confidential=True)
    new = dataclasses.replace(
        old,
        sort="modified",
        keys={"items.open": "o", "pane.other": "tab"},
        profiles={"work": work, "new": Profile(name="new", client_id=GUID)},
    )
    store.save(new)
    assert SettingsStore(file).load() == new
    for comment in [part for part in text.split("\n") if part.startswith("#")]:
        assert comment in file.read_bytes().decode()


def test_a_change_that_has_no_place_in_the_file_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"profiles.work.client_id = '{GUID}' # dotted\n"
    store = written(file, text)
    settings = store.load()
    monkeypatch.setattr(tomlkit, "dumps", lambda _document: text)
    with pytest.raises(SettingsError) as caught:
        store.save(dataclasses.replace(settings, sort="type"))
    assert caught.value.path == file
    assert "do not fit" in caught.value.problem
    assert file.read_text() == text


def test_windows_line_ends_stay(file: Path) -> None:
    store = written(file, WRITTEN_BY_HAND.replace("\n", "\r\n"))
    store.save(dataclasses.replace(store.load(), sort="type"))
    assert file.read_bytes().decode() == WRITTEN_BY_HAND.replace("\n", "\r\n").replace('"size"', '"type"')


def test_a_key_that_another_program_changed_meanwhile_survives(file: Path) -> None:
    store = written(file, WRITTEN_BY_HAND)
    settings = store.load()
    written(file, WRITTEN_BY_HAND.replace("odtui-light", "nord") + "# one more\n")
    store.save(dataclasses.replace(settings, sort="type"))
    again = SettingsStore(file).load()
    assert (again.theme, again.sort) == ("nord", "type")
    assert file.read_text().endswith("# one more\n")


def test_saving_twice_writes_the_second_change_as_well(store: SettingsStore, file: Path) -> None:
    store.load()
    store.save(Settings(theme="a"))
    store.save(Settings(theme="b", show_hidden=True))
    assert SettingsStore(file).load() == Settings(theme="b", show_hidden=True)


def test_a_profile_and_a_key_that_are_gone_leave_the_file(file: Path) -> None:
    store = written(file, WRITTEN_BY_HAND)
    store.save(dataclasses.replace(store.load(), keys={}, profiles={}))
    again = SettingsStore(file).load()
    assert (again.keys, again.profiles) == ({}, {})
    assert file.read_text().startswith("# My settings. Hands off.\n\ntheme   =   'odtui-light'    # bright room\n")


def test_a_file_that_became_invalid_meanwhile_is_never_overwritten(file: Path) -> None:
    store = written(file, WRITTEN_BY_HAND)
    settings = store.load()
    written(file, "sort = \n")
    with pytest.raises(SettingsError) as caught:
        store.save(dataclasses.replace(settings, sort="type"))
    assert caught.value.line == 1
    assert file.read_text() == "sort = \n"


def test_settings_that_could_not_be_loaded_again_are_not_saved(file: Path) -> None:
    store = written(file, WRITTEN_BY_HAND)
    with pytest.raises(SettingsError):
        store.save(dataclasses.replace(store.load(), concurrent_transfers=99))
    assert file.read_text() == WRITTEN_BY_HAND


@pytest.mark.skipif(sys.platform == "win32", reason="modes are for POSIX")
def test_file_and_folder_belong_to_their_owner_only(store: SettingsStore, file: Path) -> None:
    store.save(Settings(theme="a"))
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_link_to_the_file_stays_a_link(tmp_path: Path, file: Path) -> None:
    kept = tmp_path / "dotfiles" / "odtui.toml"
    written(kept, "# kept\n")
    file.parent.mkdir()
    file.symlink_to(kept)
    SettingsStore(file).save(Settings(theme="a"))
    assert file.is_symlink()
    assert kept.read_text() == '# kept\ntheme = "a"\n'


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_old_file_whole(file: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    store = written(file, WRITTEN_BY_HAND)
    settings = store.load()
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(SettingsError) as caught:
        store.save(dataclasses.replace(settings, sort="type"))
    assert "cannot be written: No space left on device" in caught.value.problem
    assert file.read_text() == WRITTEN_BY_HAND
    assert os.listdir(file.parent) == [file.name]
    monkeypatch.undo()
    store.save(dataclasses.replace(settings, sort="type"))
    assert SettingsStore(file).load().sort == "type"


def test_a_folder_that_cannot_be_made_is_an_error_that_says_so(
    store: SettingsStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(SettingsError) as caught:
        store.save(Settings(theme="a"))
    assert (caught.value.path, caught.value.line) == (file, None)
    assert "cannot be written: Permission denied" in caught.value.problem
    assert "permissions" in caught.value.allowed


def test_a_folder_in_place_of_the_file_is_an_error_that_says_so(store: SettingsStore, file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(SettingsError) as caught:
        store.load()
    assert "cannot be read: Is a directory" in caught.value.problem
