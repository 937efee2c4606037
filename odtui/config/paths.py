"""Where odtui keeps its files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Directories:
    """The folders of one installation. None is created before something is written there."""

    config: Path
    """settings.toml"""
    state: Path
    """Accounts and the sealed token cache; 0700."""
    log: Path

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.toml"

    @property
    def edits(self) -> Path:
        """Files that are being edited, each in a folder of its own; 0700."""
        return self.state / "edits"

    @property
    def log_file(self) -> Path:
        return self.log / "odtui.log"

    @classmethod
    def of_user(cls) -> "Directories":
        """The platform's own folders (XDG on Linux)."""
        from platformdirs import PlatformDirs

        dirs = PlatformDirs("odtui", appauthor=False)
        return cls(Path(dirs.user_config_dir), Path(dirs.user_data_dir), Path(dirs.user_log_dir))

    @classmethod
    def below(cls, folder: Path) -> "Directories":
        """All of them below one folder: for the demo drive and for tests."""
        return cls(folder / "config", folder / "state", folder / "log")
