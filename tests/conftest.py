"""What every test relies on: a fixed time zone, no colour switches, no real user folders."""

import os
import time
from pathlib import Path

import pytest

os.environ["TZ"] = "UTC"
time.tzset()
for name in ("NO_COLOR", "TEXTUAL_THEME", "ODTUI_CLIENT_SECRET", "SSH_CONNECTION", "BROWSER"):
    os.environ.pop(name, None)
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the settings of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home
