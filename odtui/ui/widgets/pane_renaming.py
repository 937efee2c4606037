"""Renaming several entries at once, in a dialog or as a list in the user's editor."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import SuspendNotSupported

from odtui.auth.errors import AuthError
from odtui.services.disk import on_disk
from odtui.services.editor import find_editor
from odtui.services.order import fold
from odtui.services.place import Place
from odtui.services.undo import RenamedMany
from odtui.services.words import Explained, explain
from odtui.ui.text import clean
from odtui.ui.widgets.pane_base import Alteration
from odtui.ui.widgets.pane_changing import ChangingPane

if TYPE_CHECKING:
    from odtui.services.renaming import Candidate, Outcome, Proposal
    from odtui.ui.app import OdtuiApp

LONGEST_LIST = 4 * 1024 * 1024
"""Bytes of an edited list."""


class RenamingPane(ChangingPane):
    """Names are checked while they are typed, and go in an order in which no name is taken meanwhile."""

    def action_rename_many(self) -> None:
        place, candidates = self.place, self._candidates()
        if place is not None and candidates and self.may("items.rename_many"):
            self._ask_names(place, candidates)

    def _ask_names(
        self, place: Place, candidates: Sequence[Candidate], names: list[str] | None = None, told: str = ""
    ) -> None:
        """`names` of an edited list, or what was wrong with it."""
        from odtui.services.renaming import propose
        from odtui.ui.dialogs.rename_many import Answer, RenameManyDialog

        def leave(answer: Answer) -> None:
            if answer == "editor":
                self.edit_names(place, candidates, names)
            elif answer is not None:
                self.rename_many(place, [proposal for proposal in answer if proposal.changes])

        self.app.push_screen(
            RenameManyDialog(candidates, lambda names: propose(place, candidates, names), names=names, told=told), leave
        )

    @work(group="changing")
    async def edit_names(self, place: Place, candidates: Sequence[Candidate], names: list[str] | None) -> None:
        """Have the names edited as a list, then ask again with them."""
        edited = await self._edit_list(candidates)
        if isinstance(edited, str):
            self._ask_names(place, candidates, names, edited)
        else:
            self._ask_names(place, candidates, edited)

    def _candidates(self) -> list[Candidate]:
        """What is chosen, each with the names beside it."""
        from odtui.services.renaming import Candidate

        model, chosen = self.model, self.chosen
        if model is None:
            return []
        keys = {entry.key for entry in chosen}
        taken: dict[tuple[str, str], frozenset[str]] = {}
        candidates = []
        for entry in chosen:
            node = model.find(entry.key)
            folder = self.folder_of(node) if node is not None else None
            if node is None or folder is None:
                continue
            if folder.key not in taken:
                beside = (node.parent.children if node.parent is not None else None) or {}
                others = (each.entry for each in beside.values() if each.entry.key not in keys)
                taken[folder.key] = frozenset(fold(other.name) for other in others)
            candidates.append(Candidate(entry, folder, taken[folder.key]))
        return candidates

    async def _edit_list(self, candidates: Sequence[Candidate]) -> list[str] | str:
        """The names of the list that the user has edited, or what went wrong, as a sentence."""
        from odtui.services.renaming import as_lines, from_lines

        editor = find_editor(os.environ)
        if editor is None:
            return "No editor was found. Set $EDITOR before odtui starts."
        with TemporaryDirectory(prefix="odtui-names-") as folder:  # 0700
            path = Path(folder, "names.txt")
            try:
                await on_disk(path.write_text, as_lines(candidates, clean), "utf-8")
                code = await cast("OdtuiApp", self.app).run_in_terminal([*editor, str(path)])
                text = await on_disk(_read, path)
            except SuspendNotSupported:
                return "An editor cannot be shown in this terminal."
            except OSError:
                return f"The editor {clean(editor[0])} could not be started, or its list not be read."
        if code:
            return f"The editor ended with error {code}; the names stay as they are."
        return from_lines(text, candidates, clean)

    @work(group="changing")
    async def rename_many(self, place: Place, proposals: Sequence[Proposal]) -> None:
        """Give entries other names; one that fails does not keep the others from theirs."""
        from odtui.services.renaming import rename_all

        for proposal in proposals:
            self.tree_view.note(proposal.candidate.entry, "renaming…")
        try:
            outcomes = await rename_all(place, proposals)
        except AuthError as error:
            self.fail(error, doing="rename", retry=lambda: self.rename_many(place, proposals))
            return
        finally:
            for proposal in proposals:
                self.tree_view.note(proposal.candidate.entry, "")
        done = [
            (proposal.candidate.entry, outcome)
            for proposal, outcome in zip(proposals, outcomes, strict=True)
            if not isinstance(outcome, Exception)
        ]
        for before, after in done:
            self.alter(Alteration(place, gone=before, new=after))
        self.clear_selection()
        if done:
            self.post_message(self.StepDone(self.me, RenamedMany(place, tuple(done))))
        self._tell_renamed(place, proposals, outcomes)

    def _tell_renamed(self, place: Place, proposals: Sequence[Proposal], outcomes: Sequence[Outcome]) -> None:
        failed = [
            (proposal, outcome)
            for proposal, outcome in zip(proposals, outcomes, strict=True)
            if isinstance(outcome, Exception)
        ]
        if not failed:
            self.tell("1 name is changed." if len(outcomes) == 1 else f"{len(outcomes):,} names are changed.")
            return
        told = [(proposal.candidate.entry.name, explain(error)) for proposal, error in failed]
        lines = [f"{clean(name)}: {each.title}. {each.why}" for name, each in told]
        self.show_failure(
            Explained(
                f"{len(failed):,} of {len(outcomes):,} could not be renamed",
                "\n".join(lines[:5]) + ("\n…" if len(lines) > 5 else ""),
                told[0][1].advice,
                tuple(dict.fromkeys(step for _, each in told for step in each.steps if step != "rename")),
                "\n\n".join([*lines, *(each.details for _, each in told if each.details)]),
            ),
            lambda: self.rename_many(place, [proposal for proposal, _ in failed]),
        )


def _read(path: Path) -> str:
    """Raises OSError also for what is no text or far too long."""
    with path.open("rb") as file:
        data = file.read(LONGEST_LIST + 1)
    if len(data) > LONGEST_LIST:
        raise OSError(27, "the list is too long", str(path))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise OSError(22, "the list is no text", str(path)) from None
