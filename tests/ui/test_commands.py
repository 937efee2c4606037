"""One table of commands, and every entry of it works."""

from textual.binding import Binding

from odtui.ui.commands import BY_ID, COMMANDS, bindings, clashes
from odtui.ui.screens.browser import BrowserScreen
from odtui.ui.widgets.pane import FilePane
from odtui.ui.widgets.transfers_panel import TransfersPanel

NODES = {"pane": FilePane, "transfers": TransfersPanel}


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(COMMANDS)


def test_no_key_is_given_twice() -> None:
    assert clashes({}) == []


def test_every_action_of_pane_screen_and_panel_exists() -> None:
    for command in COMMANDS:
        namespace, _, action = command.action.rpartition(".")
        node = {"screen": BrowserScreen, "": NODES.get(command.where)}.get(namespace)
        if node is not None:
            assert hasattr(node, f"action_{action.partition('(')[0]}"), command.id


def test_a_key_taken_twice_is_reported_with_both_commands() -> None:
    assert clashes({"items.rename": "d"}) == ["The key d is given to both items.rename and items.delete."]


def test_a_pane_key_cannot_hide_one_of_the_app() -> None:
    assert clashes({"items.rename": "q"}) != []


def test_the_same_key_may_serve_panes_and_transfers() -> None:
    assert clashes({"transfers.retry": "r"}) == []


def test_an_unknown_command_is_reported() -> None:
    assert clashes({"items.renam": "r"}) == ["There is no command called items.renam."]


def test_bindings_carry_what_help_and_key_maps_need() -> None:
    (rename,) = [binding for binding in bindings("pane") if binding.id == "items.rename"]
    assert isinstance(rename, Binding)
    assert (rename.key, rename.action, rename.tooltip) == ("r,f2", "rename", BY_ID["items.rename"].help)


def test_keys_that_terminals_send_for_others_are_never_bound() -> None:
    forbidden = {"ctrl+m", "ctrl+i", "ctrl+h", "ctrl+j", "ctrl+z", "ctrl+s", "ctrl+left_square_bracket"}
    used = {key for command in COMMANDS for key in command.keys.split(",")}
    assert not used & forbidden
    assert not [key for key in used if key.startswith(("alt+", "shift+f"))]
