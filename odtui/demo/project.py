"""The small Python project in the demo drive, file by file."""

PROJECT = {
    "README.md": """# tidewatch

Reads a tide gauge and says when the cellar will be wet.

```console
$ tidewatch --station malmo --hours 12
18:40  +0.42 m  rising
21:10  +0.61 m  high water
```

## Install

    pip install tidewatch

## How it works

The gauge answers with plain JSON once a minute. We keep 24 hours, fit two sine waves and look ahead.
""",
    "pyproject.toml": """[project]
name = "tidewatch"
version = "0.3.1"
description = "Says when the cellar will be wet."
requires-python = ">=3.11"
dependencies = ["httpx>=0.28", "numpy"]

[project.scripts]
tidewatch = "tidewatch.cli:main"

[tool.ruff]
line-length = 100
""",
    "LICENSE": "MIT License\n\nCopyright (c) 2025 Ada Lindqvist\n",
    ".gitignore": "__pycache__/\n.venv/\n*.db\n",
    "Makefile": "test:\n\tpytest -q\n\nlint:\n\truff check .\n\n.PHONY: test lint\n",
    "src/tidewatch/cli.py": '''"""The command line."""

from __future__ import annotations

import argparse
import sys

from tidewatch.forecast import Forecast
from tidewatch.gauge import Gauge, GaugeError


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tidewatch", description=__doc__)
    parser.add_argument("--station", default="malmo")
    parser.add_argument("--hours", type=int, default=12)
    options = parser.parse_args(argv)
    try:
        readings = Gauge(options.station).last_day()
    except GaugeError as error:
        print(f"tidewatch: {error}", file=sys.stderr)
        return 1
    for moment, level, trend in Forecast(readings).ahead(options.hours):
        print(f"{moment:%H:%M}  {level:+.2f} m  {trend}")
    return 0
''',
    "src/tidewatch/gauge.py": '''"""One tide gauge, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import httpx


class GaugeError(Exception):
    """The gauge did not answer, or not sensibly."""


@dataclass(frozen=True)
class Reading:
    when: datetime
    level: float  # metres above mean sea level


class Gauge:
    def __init__(self, station: str, *, base: str = "https://gauges.example/v2") -> None:
        self.url = f"{base}/stations/{station}/levels"

    def last_day(self) -> list[Reading]:
        try:
            answer = httpx.get(self.url, params={"hours": 24}).raise_for_status()
        except httpx.HTTPError as error:
            raise GaugeError(f"no answer from {self.url}") from error
        return [Reading(datetime.fromisoformat(row["t"]), row["m"]) for row in answer.json()]
''',
    "src/tidewatch/forecast.py": '''"""Two sine waves through yesterday, and on into tomorrow."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import pi, sin

from tidewatch.gauge import Reading

PERIODS = (12.42, 24.0)  # hours: the moon, the sun


class Forecast:
    def __init__(self, readings: list[Reading]) -> None:
        self.start = readings[-1].when
        self.level = sum(reading.level for reading in readings) / len(readings)
        self.swing = max(abs(reading.level - self.level) for reading in readings)

    def at(self, hours: float) -> float:
        return self.level + self.swing / 2 * sum(sin(2 * pi * hours / period) for period in PERIODS)

    def ahead(self, hours: int) -> Iterator[tuple[datetime, float, str]]:
        before = self.at(0)
        for step in range(1, hours + 1):
            level = self.at(step)
            yield self.start + timedelta(hours=step), level, "rising" if level > before else "falling"
            before = level
''',
    "tests/test_forecast.py": """from datetime import UTC, datetime

from tidewatch.forecast import Forecast
from tidewatch.gauge import Reading


def test_a_flat_sea_stays_flat() -> None:
    calm = [Reading(datetime(2026, 1, 1, hour, tzinfo=UTC), 0.3) for hour in range(24)]
    assert {round(level, 3) for _, level, _ in Forecast(calm).ahead(6)} == {0.3}
""",
    "data/stations.json": """[
  {"id": "malmo", "name": "Malmö", "lat": 55.61, "lon": 13.0, "zero_m": -0.12},
  {"id": "klagshamn", "name": "Klagshamn", "lat": 55.52, "lon": 12.89, "zero_m": 0.03},
  {"id": "skanor", "name": "Skanör", "lat": 55.42, "lon": 12.83, "zero_m": 0.0}
]
""",
    "data/schema.sql": """CREATE TABLE reading (
    station TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    level_m REAL NOT NULL,
    PRIMARY KEY (station, taken_at)
) WITHOUT ROWID;
""",
    "web/index.html": """<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>tidewatch</title><link rel="stylesheet" href="style.css"></head>
  <body><h1>Water now: <output id="level">?</output></h1><script src="app.js"></script></body>
</html>
""",
    "web/app.js": """const output = document.querySelector("#level");

async function refresh() {
  const answer = await fetch("/api/level");
  const { level, trend } = await answer.json();
  output.textContent = `${level.toFixed(2)} m, ${trend}`;
}

setInterval(refresh, 60_000);
refresh();
""",
    "web/style.css": "body { font: 16px/1.5 system-ui; margin: 4rem auto; }\noutput { color: #0a6; }\n",
    ".github/workflows/test.yml": """name: test
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pip install -e . pytest
      - run: make test
""",
}
