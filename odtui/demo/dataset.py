"""What lies in the demo drive: always the same items, made from names and a fixed clock."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from odtui.demo import texts
from odtui.demo.nodes import Kind, Node, Share, guid_of

NOW = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())
"""When the drive was last touched; nothing in it is newer."""
DAY = 86_400
KIB, MIB = 1 << 10, 1 << 20


class Builder:
    """Collects the items of one drive by path."""

    def __init__(self, drive: str) -> None:
        self._drive = drive
        self.root = Node(guid=guid_of(f"{drive}/"), name="root", kind="folder", created=NOW - 2000 * DAY)
        self._touch(self.root, NOW)
        self.nodes: dict[str, Node] = {}

    def folder(self, path: str, *, when: int = 0, **facets: object) -> Node:
        """The folder at a path, made with everything above it if need be."""
        return self.nodes.get(path) or self._add(path, "folder", when or NOW - 40 * DAY, **facets)

    def text(self, path: str, key: str = "", *, when: int = 0, **facets: object) -> Node:
        """A file whose content texts.py knows under `key` (or under its name)."""
        key = key or path.rpartition("/")[2]
        return self._add(path, "file", when, content=f"text:{key}", size=len(texts.content(key)), **facets)

    def seeded(self, path: str, size: int, *, when: int = 0, **facets: object) -> Node:
        """A file of so many bytes that are made when they are read."""
        if size == 0:
            return self._add(path, "file", when, **facets)
        kind = path.rpartition(".")[2].lower()
        return self._add(path, "file", when, content=f"seed:{kind}:{path}", size=size, **facets)

    def other(self, path: str, kind: Kind, *, when: int = 0, **facets: object) -> Node:
        return self._add(path, kind, when, **facets)

    def _add(self, path: str, kind: Kind, when: int, **facets: object) -> Node:
        above, _, name = path.rpartition("/")
        parent = self.folder(above, when=when) if above else self.root
        node = Node(guid=guid_of(f"{self._drive}/{path}"), name=name, parent=parent.guid, kind=kind)
        for facet, value in facets.items():
            setattr(node, facet, value)
        self._touch(node, when or NOW - Random(path).randrange(2, 700) * DAY - Random(path).randrange(DAY))  # noqa: S311
        self.nodes[path] = node
        return node

    @staticmethod
    def _touch(node: Node, when: int) -> None:
        node.modified = node.fs_modified = when
        node.created = node.fs_created = min(node.created or when, when) - 3 * DAY


def _at(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


def ada() -> Builder:
    """Ada Lindqvist's drive."""
    drive = Builder("ada")
    _documents(drive)
    _photos(drive)
    _code(drive)
    _music(drive)
    _library(drive)
    _odd_names(drive)
    drive.other("Notebooks/Ada's Notebook", "package", package="oneNote", size=0, when=_at(2026, 2, 11, 18, 4))
    drive.other("Notebooks/Kitchen renovation", "package", package="oneNote", when=_at(2025, 9, 3, 7, 41))
    drive.text(".dotfile", when=_at(2025, 11, 20))
    drive.text("Welcome to OneDrive.md", when=_at(2026, 2, 28, 16, 20))
    drive.text("Shopping list.txt", when=_at(2026, 2, 27, 17, 55))
    drive.folder("Apps/odtui", special="approot", when=_at(2026, 1, 12))
    drive.text("Apps/odtui/Read me.txt", "approot", when=_at(2026, 1, 12))
    drive.folder("Attachments", when=_at(2024, 5, 2))
    drive.seeded("Attachments/Ticket 48201.pdf", 184_220, when=_at(2025, 12, 30))
    drive.seeded("Attachments/Scan_20251114.pdf", 2_406_113, when=_at(2025, 11, 14))
    shortcut = drive.other("Field notes 2026", "shortcut", when=_at(2026, 2, 20))
    shortcut.target = ("grace", guid_of("grace/Field notes 2026"))
    return drive


def grace() -> Builder:
    """Grace Okafor's drive, one folder of which she shares with Ada."""
    drive = Builder("grace")
    shared = drive.folder("Field notes 2026", when=_at(2026, 2, 20))
    shared.permissions = [Share(id=guid_of("grace to ada"), role="write", to="ada", when=_at(2026, 2, 20))]
    drive.text("Field notes 2026/Day 1 - Harbour.md", "field-1", when=_at(2026, 2, 16, 20, 12))
    drive.text("Field notes 2026/Day 2 - Salt marsh.md", "field-2", when=_at(2026, 2, 17, 21, 2))
    drive.text("Field notes 2026/sightings.csv", "sightings.csv", when=_at(2026, 2, 19, 8, 30))
    for number in range(1, 7):
        drive.seeded(f"Field notes 2026/Pictures/DSC_0{410 + number}.jpg", 3_100_000 + 91_237 * number)
    drive.seeded("Private/Contract.docx", 48_211)
    drive.folder("Apps/odtui", special="approot")
    return drive


def survey_documents() -> Builder:
    """The library that the team of the harbour survey works in."""
    drive = Builder("survey-documents")
    for name in ("buoy.csv", "sightings.csv"):
        drive.text(f"Data/{name}", when=_at(2026, 2, 21, 6, 40))
    drive.text("Reports/Day 1 - Harbour.md", "field-1", when=_at(2026, 2, 17, 9))
    drive.seeded("Reports/Interim report.docx", 412_906, when=_at(2026, 2, 23, 16, 20))
    drive.seeded("Reports/Budget and staffing.xlsx", 88_214, when=_at(2026, 1, 30, 11, 5))
    drive.seeded("Survey plan.pptx", 3_204_118, when=_at(2025, 11, 6, 14))
    for number in range(1, 9):
        drive.seeded(f"Pictures/Quay {number}.jpg", 2_400_000 + 61_733 * number, when=_at(2026, 2, 15, 8 + number))
    return drive


def survey_archive() -> Builder:
    """The library for what is finished."""
    drive = Builder("survey-archive")
    for year in (2022, 2023, 2024):
        drive.seeded(f"{year}/Final report {year}.pdf", 1_800_000 + year * 97, when=_at(year, 12, 12))
        drive.seeded(f"{year}/Raw data {year}.zip", 31_000_000 + year * 1_013, when=_at(year, 12, 14))
    return drive


def _documents(drive: Builder) -> None:
    drive.folder("Documents", special="documents", when=_at(2026, 2, 26))
    for name, size, when in (
        ("Budget 2026.xlsx", 48_907, _at(2026, 2, 24, 20, 11)),
        ("Budget 2025.xlsx", 61_204, _at(2025, 12, 30, 10)),
        ("Letter to the landlord.docx", 21_377, _at(2026, 1, 19, 19, 2)),
        ("Rental agreement (signed).pdf", 1_204_991, _at(2023, 8, 30, 12)),
        ("Passport scan.pdf", 2_870_112, _at(2022, 4, 1)),
        ("Insurance policy no. 88-1204-C.pdf", 733_118, _at(2024, 3, 14)),
        ("Wedding guests.xlsx", 18_422, _at(2024, 6, 2)),
    ):
        drive.seeded(f"Documents/{name}", size, when=when)
    drive.text("Documents/Ideas.md", when=_at(2026, 2, 26, 8, 15))
    drive.text("Documents/Reading list.txt", when=_at(2026, 2, 2))
    drive.seeded("Documents/New document.docx", 0, when=_at(2026, 2, 25))
    for year in range(2018, 2025):
        below = f"Documents/Taxes/{year}"
        when = _at(year + 1, 4, 20, 18)
        drive.seeded(f"{below}/Tax return {year}.pdf", 402_000 + year * 31, when=when)
        drive.seeded(f"{below}/Wage statement {year}.pdf", 91_000 + year * 7, when=when - 60 * DAY)
        drive.seeded(f"{below}/Receipts.xlsx", 24_000 + year * 11, when=when - 9 * DAY)
        drive.folder(below, when=when)
    for name in (
        "CV Ada Lindqvist 2024.docx",
        "CV Ada Lindqvist 2026.docx",
        "CV Ada Lindqvist 2026.pdf",
        "References.pdf",
    ):
        drive.seeded(f"Documents/Applications/{name}", 88_000 + 977 * len(name))
    for company in ("Norrsken Energy", "Blåhav Marine", "City of Malmö"):
        drive.seeded(f"Documents/Applications/{company}/Cover letter.docx", 23_000 + 411 * len(company))
        drive.seeded(f"Documents/Applications/{company}/Job description.pdf", 140_000 + 977 * len(company))
    for month in range(1, 13):
        drive.seeded(
            f"Documents/Bank/2025/Statement 2025-{month:02}.pdf", 71_000 + 1_313 * month, when=_at(2025, month, 28)
        )
    for month in (1, 2):
        drive.seeded(
            f"Documents/Bank/2026/Statement 2026-{month:02}.pdf", 70_000 + 977 * month, when=_at(2026, month, 27)
        )
    for name in ("Floor plan.pdf", "Kitchen quote A.pdf", "Kitchen quote B.pdf", "Paint colours.xlsx"):
        drive.seeded(f"Documents/House/{name}", 210_000 + 7_001 * len(name))


def _photos(drive: Builder) -> None:
    drive.folder("Photos", special="photos", when=_at(2026, 2, 22))
    for album, count, when in (
        ("2023/2023-07 Lofoten", 14, _at(2023, 7, 12, 21)),
        ("2024/2024-05 Grandma 90", 9, _at(2024, 5, 18, 15)),
        ("2024/2024-09 Lisbon", 16, _at(2024, 9, 8, 11)),
        ("2025/2025-06 Midsummer", 12, _at(2025, 6, 20, 20)),
        ("2025/2025-12 First snow", 8, _at(2025, 12, 4, 13)),
        ("2026/2026-02 Lunar eclipse", 5, _at(2026, 2, 22, 4)),
    ):
        for number in range(count):
            stamp = when + number * 1_147
            name = datetime.fromtimestamp(stamp, UTC).strftime("IMG_%Y%m%d_%H%M%S.jpg")
            size = 2_400_000 + Random(name).randrange(2_200_000)  # noqa: S311
            drive.seeded(f"Photos/{album}/{name}", size, when=stamp)
        drive.folder(f"Photos/{album}", when=when + count * 1_147)
    drive.seeded("Photos/2025/2025-06 Midsummer/Dance around the maypole.mp4", 88_433_211, when=_at(2025, 6, 20, 22))
    drive.seeded("Photos/2023/2023-07 Lofoten/Panorama raw.dng", 41_332_776, when=_at(2023, 7, 13))
    drive.seeded("Photos/Wallpaper.png", 1_400_221, when=_at(2025, 10, 10))


def _code(drive: Builder) -> None:
    for path in texts.PROJECT:
        drive.text(f"Code/tidewatch/{path}", f"project:{path}", when=_at(2026, 2, 14, 22) - len(path) * 3_600)
    drive.seeded("Code/tidewatch/src/tidewatch/__init__.py", 0, when=_at(2025, 11, 2))
    for name in ("backup.sh", "rename_photos.py", "notes.md"):
        drive.text(f"Code/scripts/{name}", name, when=_at(2025, 10, 4))
    drive.seeded("Code/archive/thesis-2016.tar.gz", 63_912_004, when=_at(2016, 6, 1))
    drive.seeded("Code/archive/old-homepage.zip", 9_204_881, when=_at(2014, 2, 17))


def _music(drive: Builder) -> None:
    for artist, album, tracks in (
        (
            "Småstad",
            "Nattbuss",
            ("Perrong 4", "Nattbuss", "Glasbruk", "Sista maj", "Snö på taket", "Vykort", "Hemåt", "Tolv"),
        ),
        (
            "The Slow Harbour",
            "Low Water",
            ("Ebb", "Mooring", "Salt", "Lantern", "Drift", "Undertow", "Slack", "Neap", "Spring"),
        ),
        ("Nkechi Trio", "Live at Fasching", ("Intro", "Blue Hour", "Ballad for M.", "Sixty-six", "Encore")),
    ):
        for number, title in enumerate(tracks, 1):
            path = f"Music/{artist}/{album}/{number:02} {title}.mp3"
            drive.seeded(path, 5_800_000 + Random(path).randrange(6_000_000))  # noqa: S311
        drive.seeded(f"Music/{artist}/{album}/cover.jpg", 311_000 + 977 * len(album))
    drive.text("Music/Playlists/Long drive.m3u", "playlist")


def _library(drive: Builder) -> None:
    below = "Projects/Harbour sensors"
    for name in ("01 Proposal", "02 Contracts", "03 Design", "04 Field work", "05 Reports"):
        drive.folder(f"{below}/{name}")
    for name, size in (
        ("01 Proposal/Proposal v1.docx", 88_200),
        ("01 Proposal/Proposal v2 (comments GO).docx", 93_417),
        ("01 Proposal/Proposal FINAL.docx", 95_002),
        ("01 Proposal/Proposal FINAL really.docx", 95_118),
        ("02 Contracts/Framework agreement.pdf", 1_911_204),
        ("02 Contracts/NDA.pdf", 204_113),
        ("03 Design/Enclosure rev C.step", 4_881_290),
        ("03 Design/Mooring drawing.dwg", 2_208_841),
        ("03 Design/Block diagram.vsdx", 188_734),
        ("04 Field work/Calibration 2025-10.xlsx", 1_044_822),
        ("04 Field work/Calibration 2026-01.xlsx", 1_102_310),
        ("05 Reports/Interim report.docx", 612_940),
        ("05 Reports/Kick-off.pptx", 8_411_223),
        ("05 Reports/Steering group 2026-02.pptx", 11_803_446),
    ):
        drive.seeded(f"{below}/{name}", size)
    drive.text(f"{below}/README.md", "harbour")
    drive.text(f"{below}/04 Field work/buoy-7.csv", "buoy.csv")
    drive.text(f"{below}/03 Design/parameters.json", "parameters.json")
    drive.text(f"{below}/03 Design/logger.toml", "logger.toml")


ODD_NAMES = (
    "[bold red]markup[/].txt",
    "[@click=app.quit]x[/]",
    "[link=https://example.org]click[/link].md",
    "\x1b[31mred\x1b[0m.txt",
    "\x1b]0;title\x07 and bell.txt",
    "line\nbreak and\ttab.txt",
    "evil\u202etxt.exe",
    "isolate \u2066abc\u2069.txt",
    "zero\u200bwidth\u200dspace.txt",
    "cafe\u0301 (combining).txt",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0321\u030a\u0360lgo\u0321\u0335.txt",
    "日本語のファイル名.txt",
    "한국어 파일.md",
    "👩‍👩‍👧‍👦 family.txt",
    "🇸🇪 flag and 👍🏽.txt",
    "العربية.txt",
    "trailing space ",
    "-rf",
    "--help",
    "100% #1 & more + (copy).txt",
    "100%41.txt",
    "it's \u201cquoted\u201d.txt",
    "~tilde.txt",
    "$HOME `id` $(id).txt",
    "null.tar.gz.part.txt",
    "UPPER and lower.TXT",
    "x" * 251 + ".txt",
    "界" * 84 + ".txt",
)
"""Names that have broken programs; some cannot be made through the API, and old drives hold them all the same."""


def _odd_names(drive: Builder) -> None:
    for number, name in enumerate(ODD_NAMES):
        node = drive.text("Odd names/" + name.replace("/", "\0"), "odd", when=NOW - (number + 1) * DAY)
        node.name = name
    drive.seeded("Odd names/zero bytes.bin", 0)
    drive.seeded("Odd names/no extension", 4_096)
    drive.folder("Odd names/empty folder")
    drive.folder("Odd names/a/b/c/d/e/f/g/h")
    drive.text("Odd names/a/b/c/d/e/f/g/h/deep.txt", "odd")
    drive.text("Odd names/latin-1.txt", "latin-1")
    drive.text("Odd names/utf-16.txt", "utf-16")
    drive.text("Odd names/one long line.json", "long-line")
    drive.text("Odd names/escape codes inside.log", "escapes")
    drive.seeded("Odd names/infected.com", 68, malware=True)
    drive.seeded("Odd names/locked by someone else.xlsx", 20_480, locked=True)
