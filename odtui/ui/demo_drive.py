"""The demo drive as the app starts it: a server process, a folder for the session, a way to sign in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from odtui.config.paths import Directories
from odtui.config.scopes import DEFAULT_SCOPES
from odtui.config.settings import Profile, Settings

if TYPE_CHECKING:
    from odtui.demo.process import DemoProcess
    from odtui.services.workspace import Workspace

CLIENT_ID = "11111111-1111-4111-8111-111111111111"
"""The registration that the demo server knows, without a secret."""
WHOLE_DRIVE = ("Files.ReadWrite.All", "User.Read")
"""Scopes with which nothing of the demo drive stays closed."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What `odtui --demo` was asked for."""

    items: int = 0
    """Files of an extra folder."""
    source: Path | None = None
    """A folder of this computer to fill the drive from."""
    first_run: bool = False
    faults: str = ""
    """What goes wrong, as odtui/demo/plan.py says."""
    port: int = 0
    """Of a server that runs already and outlives odtui; 0: one of its own is started."""


def served_workspace(port: int, settings: Settings, directories: Directories, *, read_only: bool = False) -> Workspace:
    """A workspace that takes the demo server on a port for Microsoft. Its files lie apart from the user's own, and
    stay: what is not finished goes on at the next start."""
    from odtui.config.store import SettingsStore
    from odtui.demo.links import HOSTS
    from odtui.net.reroute import Routes
    from odtui.services.workspace import Workspace

    own = Directories.below(directories.state / f"demo-server-{port}")
    profile = Profile(name="demo", client_id=CLIENT_ID, scopes=WHOLE_DRIVE)
    return Workspace(
        SettingsStore(own.settings_file),
        replace(settings, profile="demo", profiles={"demo": profile}),
        own,
        routes=Routes(HOSTS, f"http://127.0.0.1:{port}"),
        read_only=read_only,
    )


class DemoDrive:
    """A running demo server and the folder that holds its state until the session ends."""

    def __init__(self, process: DemoProcess, folder: TemporaryDirectory[str]) -> None:
        self._process = process
        self._folder = folder

    @classmethod
    async def start(cls, options: DemoOptions) -> DemoDrive:
        """Raises DemoError if the server cannot be started."""
        from odtui.demo.process import DemoProcess

        folder = TemporaryDirectory(prefix="odtui-demo-", ignore_cleanup_errors=True)
        try:
            process = await DemoProcess.start(
                state=Path(folder.name) / "drive",
                items=options.items,
                real=options.source,
                faults=options.faults,
            )
        except BaseException:
            folder.cleanup()
            raise
        return cls(process, folder)

    def workspace(self, settings: Settings, *, first_run: bool = False) -> Workspace:
        """A workspace that takes this server for Microsoft. The user's own files and keyring stay untouched.

        `first_run`: the user chooses the permissions; else what others share can be opened too.
        """
        from odtui.config.store import SettingsStore
        from odtui.net.reroute import Routes
        from odtui.services.workspace import Workspace

        directories = Directories.below(Path(self._folder.name))
        profile = Profile(name="demo", client_id=CLIENT_ID, scopes=DEFAULT_SCOPES if first_run else WHOLE_DRIVE)
        return Workspace(
            SettingsStore(directories.settings_file),
            Settings(profile="demo", theme=settings.theme, keys=settings.keys, profiles={"demo": profile}),
            directories,
            routes=Routes(self._process.hosts, self._process.base),
            memory_only=True,
        )

    async def stop(self) -> None:
        """Ends the server and removes its folder."""
        await self._process.stop()
        await asyncio.to_thread(self._folder.cleanup)
