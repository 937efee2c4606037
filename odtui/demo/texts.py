"""The readable files of the demo drive."""

from __future__ import annotations

from odtui.demo.project import PROJECT
from odtui.demo.sources import many_text

__all__ = ["PROJECT", "content"]


def content(key: str) -> bytes:
    """The bytes of a text by its key; KeyError if there is none of that name."""
    kind, _, rest = key.partition(":")
    if kind == "many":
        return many_text(int(rest))
    if kind == "project":
        return PROJECT[rest].encode()
    return _BYTES[key] if key in _BYTES else _TEXTS[key].encode()


_BUOY = "time,temperature_c,conductivity_ms_cm,depth_m\n" + "".join(
    f"2026-02-{1 + hour // 24:02}T{hour % 24:02}:00:00Z,"
    f"{3.4 + (hour * 7 % 23) / 10:.1f},{31.2 + (hour * 5 % 17) / 10:.1f},{6.1 + (hour * 3 % 11) / 10:.1f}\n"
    for hour in range(24 * 20)
)

_BYTES = {
    "latin-1": "Räksmörgås på Götgatan. Déjà vu.\n".encode("latin-1"),
    "utf-16": "Byte order mark, then two bytes for every letter.\r\nÅ Ä Ö\r\n".encode("utf-16"),
    "long-line": b'{"samples": [' + b", ".join(b"%d" % (number * number) for number in range(6000)) + b"]}",
    "escapes": (
        b"\x1b[2J\x1b[31mThis log clears your screen\x1b[0m\r\n"
        b"\x1b]0;and renames your window\x07\nbell \x07 backspace \x08\x08 null \x00\n"
    ),
}

_TEXTS = {
    "buoy.csv": _BUOY,
    "odd": "A harmless text under an unusual name.\n",
    ".dotfile": "# settings of a program long gone\nhidden = true\n",
    "approot": "odtui keeps its own files here when it may only use its app folder.\n",
    "Welcome to OneDrive.md": """# Welcome

This is a demo drive. It is served by odtui itself, on this machine, and nothing leaves it.

Try this:

- open a folder with **Enter** or **→**, go back with **←**
- preview a file with **v**; code and Markdown are highlighted
- rename with **r**, delete with **d**, make a folder with **n**
- copy to the other pane with **c**

| folder        | what is in it                            |
|---------------|------------------------------------------|
| Documents     | letters, taxes, applications             |
| Photos        | albums by year                           |
| Code          | a small Python project                   |
| Odd names     | names that break careless programs       |
""",
    "Shopping list.txt": "oat milk\ncoffee\nrye bread\nleeks\nbatteries (AAA)\nbirthday card for Grandma!\n",
    "Ideas.md": """# Ideas

## Tidewatch
- [x] read the gauge every ten minutes
- [ ] warn when the wind turns *and* the water rises
- [ ] draw the curve in the terminal

## Balcony
1. tomatoes did badly in 2025, try beans
2. a bench that is also a box

> Better a small thing that works than a large one that might.
""",
    "Reading list.txt": """Tove Jansson - The Summer Book
Ursula K. Le Guin - Always Coming Home
Harry Martinson - Aniara
Rachel Carson - The Edge of the Sea
""",
    "backup.sh": """#!/bin/sh
# Copies the documents to the disk in the drawer. Stops at the first failure.
set -eu

target="${1:-/media/ada/drawer}"
if [ ! -d "$target" ]; then
    echo "plug in the disk first: $target" >&2
    exit 1
fi
rsync --archive --delete --human-readable "$HOME/OneDrive/Documents/" "$target/Documents/"
date -u +"%Y-%m-%dT%H:%M:%SZ" > "$target/last-backup"
""",
    "rename_photos.py": '''"""Give photographs the name of the moment they were taken."""

from datetime import datetime
from pathlib import Path


def new_name(path: Path) -> str:
    taken = datetime.fromtimestamp(path.stat().st_mtime)
    return f"IMG_{taken:%Y%m%d_%H%M%S}{path.suffix.lower()}"


if __name__ == "__main__":
    for picture in sorted(Path.cwd().glob("*.jp*g")):
        picture.rename(picture.with_name(new_name(picture)))
''',
    "notes.md": "# Notes\n\n`backup.sh` runs from cron on Sundays. `rename_photos.py` by hand.\n",
    "playlist": "#EXTM3U\n../Småstad/Nattbuss/02 Nattbuss.mp3\n../The Slow Harbour/Low Water/04 Lantern.mp3\n",
    "harbour": """# Harbour sensors

Seven buoys between the breakwater and the marsh. Each reports temperature, conductivity and depth.

Contact: Grace Okafor (field work), Ada Lindqvist (data).
""",
    "parameters.json": """{
  "buoys": 7,
  "interval_s": 600,
  "limits": {"temperature_c": [-2.0, 30.0], "depth_m": [0.0, 14.5]},
  "transmit": {"band": "868 MHz", "retries": 3, "confirmed": false},
  "owner": null
}
""",
    "logger.toml": """# What runs on the buoys
[logger]
interval = "10m"
clock = 2026-01-07T06:00:00Z

[radio]
power_dbm = 14
channels = [868.1, 868.3, 868.5]
""",
    "field-1": """# Day 1: the harbour

Wind NE 6 m/s, -1 °C. Buoys 1 to 3 answered at once. Buoy 4 had a **gull** on it.
""",
    "field-2": """# Day 2: the salt marsh

Ice on the edges. Replaced the battery of buoy 7; the old one is in Ada's bag.
""",
    "sightings.csv": """date,species,count
2026-02-16,Larus argentatus,14
2026-02-17,Haematopus ostralegus,2
2026-02-17,Phoca vitulina,1
""",
}
