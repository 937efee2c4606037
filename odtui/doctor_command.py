"""`odtui doctor` on the command line."""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odtui.services.doctor.examination import Patient

EXIT_OK, EXIT_FAILURE = 0, 1


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Raises SystemExit with a usage message, as argparse does."""
    parser = argparse.ArgumentParser(
        prog="odtui doctor",
        description="Look what works: settings, sign-ins, terminal, and the way to OneDrive. Safe for a bug report.",
        epilog="exit codes: 0 nothing is wrong, 1 something is, 2 wrong arguments",
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--offline", action="store_true", help="ask no server")
    parser.add_argument("--profile", metavar="P", help="the profile to look at instead of the default one")
    parser.add_argument("--config", metavar="FILE", type=Path, help="the settings file to look at")
    parser.add_argument("--demo", action="store_true", help="look at the demo drive instead of Microsoft")
    given = parser.parse_args(argv)
    if given.demo and (given.config or given.profile or given.offline):
        parser.error("--demo has settings of its own: leave out --config, --profile and --offline")
    return given


def main(argv: Sequence[str]) -> int:
    """Examine and print; returns the exit code."""
    given = parse(argv)
    logging.getLogger().addHandler(logging.NullHandler())  # or libraries write between the lines
    logging.captureWarnings(capture=True)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Unicode gets the report as well
    try:
        return asyncio.run(_demo(given) if given.demo else _here(given))
    except KeyboardInterrupt:
        return EXIT_FAILURE
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return EXIT_FAILURE


async def _here(given: argparse.Namespace) -> int:
    from odtui.config.paths import Directories
    from odtui.services.doctor.examination import Patient

    directories = Directories.of_user()
    path = given.config or directories.settings_file
    patient = Patient(directories=directories, settings=path, profile=given.profile, online=not given.offline)
    return await _report(patient, in_json=given.json)


async def _demo(given: argparse.Namespace) -> int:
    from odtui.config.settings import Settings
    from odtui.demo.process import DemoError
    from odtui.services.doctor.examination import Patient
    from odtui.ui.demo_drive import DemoDrive, DemoOptions

    try:
        demo = await DemoDrive.start(DemoOptions())
    except DemoError as error:
        print(f"The demo drive did not start. {error}", file=sys.stderr)
        return EXIT_FAILURE
    try:
        workspace = demo.workspace(Settings())
        patient = Patient(
            directories=workspace.directories,
            settings=workspace.directories.settings_file,
            routes=workspace.routes,
            memory_only=True,
            given=workspace.settings,
        )
        return await _report(patient, in_json=given.json)
    finally:
        await demo.stop()


async def _report(patient: Patient, *, in_json: bool) -> int:
    from odtui.services.doctor.examination import examine
    from odtui.services.doctor.report import HEAD, Report, as_json, healthy

    report = Report(shutil.get_terminal_size().columns if sys.stdout.isatty() else 0)
    if not in_json:
        print(HEAD.rstrip())
    async with aclosing(examine(patient)) as findings:
        async for finding in findings:
            lines = report.lines(finding)
            if not in_json:
                print("\n".join(lines), flush=True)
    print(as_json(report.findings) if in_json else f"\n{report.summary}", flush=True)
    return EXIT_OK if healthy(report.findings) else EXIT_FAILURE
