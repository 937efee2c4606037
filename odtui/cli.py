"""The command line: arguments in, exit code out."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from odtui import __version__

EXIT_OK, EXIT_FAILURE, EXIT_USAGE = 0, 1, 2

_EPILOG = """\
PATH-or-URL opens a folder at the start: a folder of this computer (./notes, ~/Documents),
a path on OneDrive (onedrive:/Documents/Tax), or a sharing link (https://...).

odtui doctor says what works and what does not, for you or for a bug report; add --help for more.
odtui demo-server --port P --root DIR serves the demo drive to other programs; add --help for more.

exit codes: 0 all went well, 1 something failed, 2 wrong arguments or settings

Environment: ODTUI_CLIENT_SECRET holds the client secret, ODTUI_LOG=debug logs more, NO_COLOR is honoured.
"""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line, checked."""

    profile: str | None = None
    config: Path | None = None
    demo: bool = False
    first_run: bool = False
    demo_items: int = 0
    demo_from: Path | None = None
    faults: str = ""
    demo_server: int = 0
    """Port of a demo server that runs already; 0: none."""
    read_only: bool = False
    target: str | None = None


def parse(argv: Sequence[str] | None = None) -> Arguments:
    """Raises SystemExit with a usage message, as argparse does."""
    parser = argparse.ArgumentParser(
        prog="odtui",
        description="OneDrive in the terminal: browse, preview, upload, download, rename and delete.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("target", nargs="?", metavar="PATH-or-URL", help="what to open at the start")
    parser.add_argument("--profile", metavar="P", help="the profile to use instead of the default one")
    parser.add_argument("--config", metavar="FILE", type=Path, help="the settings file to use")
    parser.add_argument("--read-only", action="store_true", help="change nothing on OneDrive")
    parser.add_argument("--version", action="version", version=f"odtui {__version__}")
    demo = parser.add_argument_group("demo drive", "a complete OneDrive on this computer; needs no account")
    demo.add_argument("--demo", action="store_true", help="open the demo drive, signed in")
    demo.add_argument("--first-run", action="store_true", help="with --demo: begin at the settings and sign in by hand")
    demo.add_argument("--demo-items", metavar="N", type=int, default=0, help="with --demo: add a folder of N files")
    demo.add_argument(
        "--demo-from", metavar="DIR", type=Path, help="with --demo: fill the drive from a folder, which is only read"
    )
    demo.add_argument(
        "--faults", metavar="SPEC", default="", help="with --demo: what goes wrong; 'help' says how to write it"
    )
    demo.add_argument(
        "--demo-server",
        metavar="P",
        type=_port,
        default=0,
        help="open the drive that a demo-server serves on port P",
    )
    given = parser.parse_args(argv)
    if given.demo and given.demo_server:
        parser.error("--demo starts a server of its own: leave out --demo-server")
    if not given.demo and (given.first_run or given.demo_items or given.demo_from or given.faults):
        parser.error("--first-run, --demo-items, --demo-from and --faults need --demo")
    if (given.demo or given.demo_server) and (given.config or given.profile):
        parser.error("the demo drive has settings of its own: leave out --config and --profile")
    if given.demo_items < 0:
        parser.error("--demo-items needs a number of files, 0 or more")
    if given.demo_from is not None and not given.demo_from.is_dir():
        parser.error(f"--demo-from needs a folder: {given.demo_from} is none")
    if given.faults:
        _check_faults(parser, given.faults)
    return Arguments(**vars(given))


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65_535:
        raise ValueError(text)
    return port


def _check_faults(parser: argparse.ArgumentParser, text: str) -> None:
    """Leave with a usage message unless the faults can be read."""
    from odtui.demo.plan import SYNTAX
    from odtui.demo.plan import parse as read

    try:
        read(text)
    except ValueError as error:
        parser.error(f"--faults: {error}\n\n{SYNTAX}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run odtui; returns the exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    if words[:1] == ["demo-server"]:
        from odtui.demo.headless import main as serve

        return serve(words[1:])
    if words[:1] == ["doctor"]:
        from odtui.doctor_command import main as examine

        return examine(words[1:])
    arguments = parse(words)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("odtui needs a terminal: its input and output cannot be files or pipes.", file=sys.stderr)
        return EXIT_FAILURE
    gc.disable()  # until the first frame: nothing that is imported and composed before it is garbage
    from odtui.config.settings import SettingsError
    from odtui.ui.demo_drive import DemoOptions
    from odtui.ui.launch import launch

    demo = None
    if arguments.demo:
        demo = DemoOptions(arguments.demo_items, arguments.demo_from, arguments.first_run, arguments.faults)
    elif arguments.demo_server:
        demo = DemoOptions(port=arguments.demo_server)
    try:
        return launch(
            target=arguments.target,
            profile=arguments.profile,
            config=arguments.config,
            demo=demo,
            read_only=arguments.read_only,
        )
    except SettingsError as error:
        _tell("odtui cannot use its settings.", str(error), "The file was left as it is.")
        return EXIT_USAGE


def _tell(*paragraphs: str) -> None:
    """On standard error, broken between words."""
    from shutil import get_terminal_size
    from textwrap import fill

    width = max(40, get_terminal_size().columns - 1)
    for each in paragraphs:
        print(fill(each, width, break_long_words=False, break_on_hyphens=False), file=sys.stderr)
