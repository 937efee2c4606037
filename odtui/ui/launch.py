"""Puts the app together from the command line's arguments and runs it."""

from __future__ import annotations

import sys
from pathlib import Path

from odtui.config.paths import Directories
from odtui.config.settings import Settings, SettingsError
from odtui.config.store import SettingsStore
from odtui.services.workspace import Workspace
from odtui.ui.demo_drive import DemoOptions, served_workspace


def launch(
    *,
    target: str | None,
    profile: str | None,
    config: Path | None,
    demo: DemoOptions | None,
    read_only: bool = False,
) -> int:
    """Runs until the user quits; returns the exit code. Raises SettingsError before anything is drawn."""
    directories = Directories.of_user()
    path = config or directories.settings_file
    store = SettingsStore(path)
    settings = demo_settings(store) if demo is not None else store.load()
    check_keys(path, settings.keys)
    if demo is None:
        check_profile(path, settings, profile)

    from odtui.auth.opener import find_browser_opener
    from odtui.config.log import start_log
    from odtui.ui.app import OdtuiApp, Start

    start_log(directories.log_file)
    if demo is not None and demo.port:
        workspace = served_workspace(demo.port, settings, directories, read_only=read_only)
    else:
        workspace = Workspace(store, settings, directories, profile_name=profile, read_only=read_only)
    app = OdtuiApp(workspace, Start(*split_target(target), demo), open_url=find_browser_opener())
    app.run()
    if app.last_words:
        sys.stderr.write(f"{app.last_words}\n")  # not through Textual, which would cut a long path
    return app.return_code or 0


def split_target(target: str | None) -> tuple[Path, str | None]:
    """The folder for the local pane, and what to open on OneDrive: what exists here wins, a file opens its folder."""
    if target is None:
        return Path.cwd(), None
    if target.startswith("onedrive:"):
        return Path.cwd(), target.removeprefix("onedrive:") or "/"
    if "://" not in target:
        local = Path(target).expanduser().absolute()
        if local.exists():
            return (local if local.is_dir() else local.parent), None
    return Path.cwd(), target


def check_keys(path: Path, keys: dict[str, str]) -> None:
    """Raises SettingsError if the user's key map names unknown commands or gives a key twice."""
    from odtui.ui.commands import clashes

    problems = clashes(keys) if keys else []
    if problems:
        raise SettingsError(
            path, None, problems[0], "Give every key in [keys] to one command; help (?) shows them all."
        )


def check_profile(path: Path, settings: Settings, name: str | None) -> None:
    """Raises SettingsError for a profile that is not there while others are; the first one may have any name."""
    wanted = name or settings.profile
    if settings.profiles and wanted not in settings.profiles:
        known = ", ".join(sorted(settings.profiles))
        raise SettingsError(
            path,
            None,
            f"There is no profile called {wanted}.",
            f"The file has: {known}. Name one of them with --profile, or at the top: profile = ...",
        )


def demo_settings(store: SettingsStore) -> Settings:
    """Look and keys for the demo drive, which opens even if the settings file cannot be used."""
    try:
        return store.load()
    except SettingsError:
        return Settings()
