"""What is imported when: `--help` stays quick, and nothing below the screens knows Textual."""

import json
import subprocess
import sys

import pytest

HEAVY = {"textual", "rich", "msal", "httpx", "aiohttp", "keyring", "cryptography", "starlette", "uvicorn", "segno"}


def imported_by(code: str) -> set[str]:
    """Top-level modules in a fresh interpreter after this code."""
    script = f"{code}\nimport sys, json\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_command_line_imports_nothing_heavy() -> None:
    assert imported_by("import odtui.cli; odtui.cli.parse([])") & HEAVY == set()


@pytest.mark.parametrize("layer", ["config", "net.engine", "auth.authenticator", "graph.client", "services.transfers"])
def test_layers_below_the_screens_do_not_know_textual(layer: str) -> None:
    assert "textual" not in imported_by(f"import odtui.{layer}")


def test_the_app_comes_up_without_the_network_the_keyring_and_msal() -> None:
    loaded = imported_by("import odtui.ui.app, odtui.ui.launch")
    assert loaded & (HEAVY - {"textual", "rich"}) == set()


def test_the_demo_drive_imports_nothing_of_the_program() -> None:
    script = "import odtui.demo.__main__, sys; print([n for n in sys.modules if n.startswith('odtui.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert all(name.startswith("odtui.demo") for name in eval(done.stdout))
