"""The key table of the README, from the command table: `python -m tests.ui.readme_keys` writes it."""

from pathlib import Path

from odtui.ui.commands import COMMANDS
from odtui.ui.keynames import key_names

README = Path(__file__).parents[2] / "README.md"
BEGIN = "<!-- keys: made from the command table by `python -m tests.ui.readme_keys` -->\n"
END = "<!-- /keys -->"


def table() -> str:
    """Markdown, a row for each command, grouped as in the help."""
    lines = ["| key | what it does |", "|---|---|"]
    for group in dict.fromkeys(command.group for command in COMMANDS):
        lines.append(f"| | **{group}** |")
        members = (command for command in COMMANDS if command.group == group)
        lines += [f"| {key_names(command.keys)} | {command.help} |" for command in members]
    return "\n".join(lines) + "\n"


def with_table(readme: str) -> str:
    """The README with a fresh table."""
    head, rest = readme.split(BEGIN)
    return head + BEGIN + table() + END + rest.split(END, 1)[1]


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
