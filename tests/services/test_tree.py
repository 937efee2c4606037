"""The tree model, against expectations and against a naive model."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from odtui.services.entry import LOCAL_DRIVE, Entry, Kind
from odtui.services.order import extension, fold, natural_key
from odtui.services.tree import Change, Node, Order, TreeModel

TOP = Entry("d", "root", "root", Kind.FOLDER)


def entry(name: str, *, id: str = "", folder: bool = False, size: int | None = 0, modified: int | None = 0) -> Entry:
    return Entry("d", id or name, name, Kind.FOLDER if folder else Kind.FILE, size, modified)


def names(model: TreeModel) -> list[str]:
    return ["  " * node.depth + node.entry.name for node in model.rows]


def loaded(*entries: Entry, order: Order | None = None) -> TreeModel:
    model = TreeModel(TOP, order or Order())
    fill(model, model.top, *entries)
    return model


def fill(model: TreeModel, folder: Node, *entries: Entry) -> None:
    model.begin(folder)
    model.extend(folder, list(entries))
    model.finish(folder)


def at(model: TreeModel, name: str) -> int:
    return next(index for index, node in enumerate(model.rows) if node.entry.name == name)


def open_with(model: TreeModel, name: str, *entries: Entry) -> Node:
    node = model.rows[at(model, name)]
    model.expand(model.index(node))
    fill(model, node, *entries)
    return node


def test_folders_come_first_and_names_sort_naturally_in_any_case() -> None:
    model = loaded(*map(entry, ["file10", "File2", "a", "file02", "B"]), entry("zoo", folder=True))
    assert names(model) == ["zoo", "a", "B", "File2", "file02", "file10"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order("name", reverse=True), ["d", "c.txt", "b.md", "a.txt"]),
        (Order("size"), ["d", "b.md", "a.txt", "c.txt"]),
        (Order("size", reverse=True), ["d", "c.txt", "a.txt", "b.md"]),
        (Order("modified"), ["d", "c.txt", "b.md", "a.txt"]),
        (Order("modified", reverse=True), ["d", "a.txt", "b.md", "c.txt"]),
        (Order("type"), ["d", "b.md", "a.txt", "c.txt"]),
        (Order("type", reverse=True), ["d", "c.txt", "a.txt", "b.md"]),
    ],
)
def test_each_order_turns_the_column_and_leaves_folders_first(order: Order, expected: list[str]) -> None:
    files = [
        entry("a.txt", size=5, modified=9),
        entry("b.md", size=None, modified=7),
        entry("c.txt", size=6, modified=None),
        entry("d", folder=True, size=99, modified=99),
    ]
    model = loaded(*files)
    model.arrange(order)
    assert names(model) == expected
    assert names(loaded(*reversed(files), order=order)) == expected


def test_equal_sizes_follow_the_name_in_both_directions() -> None:
    for reverse in (False, True):
        assert names(loaded(entry("b"), entry("a"), order=Order("size", reverse=reverse))) == ["a", "b"]


def test_composed_and_decomposed_letters_are_the_same_to_a_filter() -> None:
    model = loaded(entry("Cafe\u0301.txt"), entry("tea"))
    model.filter("CAFÉ")
    assert names(model) == ["Cafe\u0301.txt"]


def test_names_that_are_no_unicode_sort_and_filter() -> None:
    model = loaded(entry("\udcff.txt"), entry("é\udcff2"), entry("b"))
    model.filter("\udcff")
    assert len(model.rows) == 2


def test_an_expanded_folder_shows_its_pages_below_it() -> None:
    model = loaded(entry("docs", folder=True), entry("z"))
    assert model.expand(0) == Change(1, 0, 0)
    docs = model.rows[0]
    model.begin(docs)
    assert docs.state == "reading"
    assert model.extend(docs, [entry("b", id="1")]) == Change(1, 0, 1)
    assert model.extend(docs, [entry("c", id="2")]) == Change(2, 0, 1)
    model.extend(docs, [entry("a", id="3")])
    assert model.finish(docs) is None
    assert (docs.state, names(model)) == ("read", ["docs", "  a", "  b", "  c", "z"])
    assert model.collapse(0) == Change(1, 3, 0)
    assert names(model) == ["docs", "z"]
    assert model.expand(0) == Change(1, 0, 3)


def test_expanding_a_file_or_twice_changes_nothing() -> None:
    model = loaded(entry("docs", folder=True), entry("z"))
    assert model.expand(1) == Change(2, 0, 0)
    model.expand(0)
    assert model.expand(0) == Change(1, 0, 0)
    assert model.collapse(1) == Change(2, 0, 0)


def test_a_page_of_a_collapsed_folder_changes_no_row() -> None:
    model = loaded(entry("docs", folder=True))
    docs = model.rows[0]
    assert model.extend(docs, [entry("a")]) is None
    assert names(model) == ["docs"]


def test_an_entry_that_comes_twice_is_replaced() -> None:
    model = loaded(entry("a", id="1", size=1), entry("b", id="1", size=2))
    assert names(model) == ["b"]
    assert model.find(entry("b", id="1").key) is model.rows[0]


def test_a_reload_keeps_expansion_selection_and_nodes_and_drops_what_came_no_more() -> None:
    model = loaded(entry("docs", folder=True), entry("old"), entry("kept"))
    docs = open_with(model, "docs", entry("inside"))
    model.toggle(at(model, "kept"))
    model.toggle(at(model, "old"))
    kept = model.rows[at(model, "kept")]
    model.begin(model.top)
    model.extend(model.top, [entry("new"), replace(kept.entry, size=7)])
    assert "old" in names(model)
    model.extend(model.top, [docs.entry])
    model.finish(model.top)
    assert names(model) == ["docs", "  inside", "kept", "new"]
    assert model.rows[2] is kept
    assert set(model.selected) == {kept.key}
    assert model.selected_size() == 7


def test_a_failed_reload_keeps_the_old_rows() -> None:
    model = loaded(entry("a"), entry("b"))
    model.begin(model.top)
    model.extend(model.top, [entry("a")])
    assert model.finish(model.top, failed=True) is None
    assert (model.top.state, names(model)) == ("failed", ["a", "b"])


def test_an_arrival_during_a_reload_stays() -> None:
    model = loaded(entry("a"))
    model.begin(model.top)
    model.insert(model.top, entry("uploaded"))
    model.extend(model.top, [entry("a")])
    model.finish(model.top)
    assert names(model) == ["a", "uploaded"]


def test_a_folder_that_became_a_file_loses_what_was_below_it() -> None:
    model = loaded(entry("x", folder=True))
    open_with(model, "x", entry("inside"))
    model.toggle(1)
    fill(model, model.top, entry("x"))
    assert (names(model), dict(model.selected), model.find(entry("inside").key)) == (["x"], {}, None)


def test_a_rename_moves_the_row_and_keeps_expansion_and_selection() -> None:
    model = loaded(entry("a", folder=True, id="1"), entry("b", folder=True))
    node = open_with(model, "a", entry("inside"))
    model.toggle(0)
    model.replace(node.entry, replace(node.entry, name="c"))
    assert names(model) == ["b", "c", "  inside"]
    assert set(model.selected) == {node.key}


def test_renaming_an_expanded_local_folder_gives_all_below_it_their_new_path() -> None:
    top = Entry(LOCAL_DRIVE, "/home", "home", Kind.FOLDER)
    model = TreeModel(top)
    folder = Entry(LOCAL_DRIVE, "/home/a", "a", Kind.FOLDER)
    fill(model, model.top, folder)
    model.expand(0)
    fill(model, model.rows[0], Entry(LOCAL_DRIVE, "/home/a/s", "s", Kind.FOLDER))
    model.expand(1)
    fill(model, model.rows[1], Entry(LOCAL_DRIVE, "/home/a/s/f", "f", Kind.FILE))
    model.toggle(2)
    model.replace(folder, replace(folder, id="/home/b", name="b"))
    assert [node.entry.id for node in model.rows] == ["/home/b", "/home/b/s", "/home/b/s/f"]
    assert list(model.selected) == [(LOCAL_DRIVE, "/home/b/s/f")]
    assert [model.find(node.key) for node in model.rows] == model.rows


def test_an_overwriting_rename_leaves_one_row() -> None:
    model = loaded(entry("a", id="1"), entry("b", id="2"))
    model.replace(entry("a", id="1"), entry("b", id="2", size=9))
    assert names(model) == ["b"]


def test_removing_a_folder_removes_all_below_it() -> None:
    model = loaded(entry("a", folder=True), entry("z"))
    open_with(model, "a", entry("inside", size=4))
    model.select_all()
    model.remove(model.rows[0].entry)
    assert (names(model), [node.entry.name for node in model.selected.values()]) == (["z"], ["z"])


def test_removing_what_is_unknown_changes_nothing() -> None:
    model = loaded(entry("a"))
    model.remove(entry("nothing"))
    model.replace(entry("nothing"), entry("something"))
    assert names(model) == ["a"]


def test_an_arrival_in_an_unread_folder_leaves_it_unread() -> None:
    model = loaded(entry("a", folder=True))
    model.insert(model.rows[0], entry("inside"))
    assert model.rows[0].state == "unread"
    model.expand(0)
    assert names(model) == ["a"]


def test_hidden_files_show_on_demand() -> None:
    model = loaded(entry(".git", folder=True), entry(".x"), entry("a"))
    assert names(model) == ["a"]
    model.arrange(Order(show_hidden=True))
    assert names(model) == [".git", ".x", "a"]


def test_a_filter_keeps_the_folders_above_a_match() -> None:
    model = loaded(entry("docs", folder=True), entry("music", folder=True), entry("Report.txt"))
    open_with(model, "docs", entry("sub", folder=True), entry("other"))
    open_with(model, "sub", entry("my report"))
    model.filter("REPORT")
    assert names(model) == ["docs", "  sub", "    my report", "Report.txt"]
    model.filter("")
    assert len(model.rows) == 6


def test_a_matching_page_brings_its_folder_back_under_a_filter() -> None:
    model = loaded(entry("docs", folder=True), entry("a"))
    docs = model.rows[0]
    model.expand(0)
    model.filter("report")
    assert names(model) == []
    model.extend(docs, [entry("report 1")])
    assert names(model) == ["docs", "  report 1"]
    model.remove(entry("report 1"))
    assert names(model) == []


def test_a_selection_hidden_by_a_filter_still_counts_and_is_chosen_last() -> None:
    model = loaded(entry("a", size=1), entry("b", size=2), entry("c", size=4))
    model.toggle(0)
    model.filter("c")
    model.toggle(0)
    assert model.selected_size() == 5
    assert [chosen.name for chosen in model.chosen(0)] == ["c", "a"]


def test_selecting_all_and_inverting_touch_only_what_is_visible() -> None:
    model = loaded(entry("a"), entry("b"), entry("c"))
    model.toggle(0)
    model.filter("b")
    model.select_all()
    assert {node.entry.name for node in model.selected.values()} == {"a", "b"}
    model.invert()
    assert {node.entry.name for node in model.selected.values()} == {"a"}


def test_without_a_selection_the_entry_under_the_cursor_is_chosen() -> None:
    model = loaded(entry("a"), entry("b"))
    assert [chosen.name for chosen in model.chosen(1)] == ["b"]
    assert model.chosen(5) == []
    model.select_range(1, 0)
    assert [chosen.name for chosen in model.chosen(1)] == ["a", "b"]
    model.clear_selection()
    assert model.selected_size() == 0


def test_what_lies_in_a_selected_folder_goes_and_counts_with_the_folder() -> None:
    model = loaded(entry("docs", folder=True, size=10), entry("a", size=1))
    open_with(model, "docs", entry("inside", size=4))
    model.select_all()
    assert model.selected_size() == 11
    assert [chosen.name for chosen in model.chosen(0)] == ["docs", "a"]
    model.toggle(0)
    assert model.selected_size() == 5


def test_the_same_identity_in_two_folders_is_two_rows() -> None:
    model = loaded(entry("one", folder=True), entry("two", folder=True))
    open_with(model, "one", entry("same"))
    open_with(model, "two", entry("same"))
    assert names(model) == ["one", "  same", "two", "  same"]
    model.toggle(1)
    assert len(model.chosen(0)) == 1
    model.remove(entry("same"))
    assert names(model) == ["one", "two"]


def test_a_deep_chain_of_expanded_folders_needs_no_recursion() -> None:
    model = loaded(entry("0", folder=True))
    for level in range(1, 1500):
        node = model.rows[-1]
        model.expand(level - 1)
        model.begin(node)
        model.extend(node, [entry(str(level), folder=True)])
    model.arrange(Order("size"))
    assert [node.depth for node in model.rows] == list(range(1500))
    assert model.index(model.rows[1400]) == 1400
    assert model.collapse(0) == Change(1, 1499, 0)


def test_keys_of_names() -> None:
    assert natural_key("a2") < natural_key("a10") < natural_key("b1")
    assert natural_key("v1.9") < natural_key("v1.10")
    assert natural_key("9" * 300) < natural_key("1" + "0" * 300)
    assert fold("STRASSE") == fold("straße")
    assert (extension("A.TXT"), extension(".profile"), extension("none")) == ("txt", "", "")


NAMES = st.sampled_from(["a1", "A1", "a2", "a10", "b", "é", ".h", "10", "9", "ab", "x.txt", "x.md"])
SORTS = st.sampled_from(["name", "size", "modified", "type"])


class Naive:
    """A folder tree as plain data: children by key, drawn anew each time."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.expanded = False
        self.children: dict[tuple[str, str], Naive] = {}


class TreeMachine(RuleBasedStateMachine):
    """Random operations on the model and on the naive tree: rows, changes and selection must agree."""

    def __init__(self) -> None:
        super().__init__()
        self.model = TreeModel(TOP)
        self.naive: dict[int, Naive] = {id(self.model.top): Naive(TOP)}
        self.naive[id(self.model.top)].expanded = True
        self.alive: list[Node] = [self.model.top]
        self.order, self.needle = Order(), ""
        self.selected: set[tuple[str, str]] = set()
        self.serial = 0

    def drawn(self) -> list[Node]:
        nodes = {id(node): node for node in self.alive}

        def shown(tree: Naive) -> bool:
            if tree.entry.name.startswith(".") and not self.order.show_hidden:
                return False
            return fold(self.needle) in fold(tree.entry.name) or any(shown(child) for child in tree.children.values())

        def ordered(tree: Naive) -> list[Naive]:
            kids = sorted((kid for kid in tree.children.values() if shown(kid)), key=lambda kid: kid.entry.id)
            kids.sort(key=lambda kid: kid.entry.name)
            kids.sort(key=lambda kid: natural_key(kid.entry.name))
            reverse = self.order.reverse
            if self.order.sort == "name" and reverse:
                kids.reverse()
            elif self.order.sort == "type":
                kids.sort(key=lambda kid: "" if kid.entry.is_folder else extension(kid.entry.name))
                if reverse:
                    kids.reverse()
            elif self.order.sort == "size":
                kids.sort(key=lambda kid: kid.entry.size if kid.entry.size is not None else -1, reverse=reverse)
            elif self.order.sort == "modified":
                kids.sort(key=lambda kid: kid.entry.modified or 0, reverse=reverse)
            return sorted(kids, key=lambda kid: not kid.entry.is_folder)

        def walk(tree: Naive) -> list[Naive]:
            rows = []
            for kid in ordered(tree):
                rows.append(kid)
                if kid.expanded:
                    rows += walk(kid)
            return rows

        by_tree = {id(tree): nodes[key] for key, tree in self.naive.items() if key in nodes}
        return [by_tree[id(tree)] for tree in walk(self.naive[id(self.model.top)])]

    def folders(self) -> list[Node]:
        return [node for node in self.alive if node.entry.is_folder]

    def pick(self, data: st.DataObject, nodes: list[Node]) -> Node:
        return nodes[data.draw(st.integers(0, len(nodes) - 1))]

    def made(self, data: st.DataObject) -> Entry:
        self.serial += 1
        folder = data.draw(st.booleans())
        size = data.draw(st.sampled_from([None, 0, 1, 2]))
        return Entry("d", str(self.serial), data.draw(NAMES), Kind.FOLDER if folder else Kind.FILE, size, size)

    def adopt(self, folder: Node, page: list[Entry]) -> None:
        tree = self.naive[id(folder)]
        for new in page:
            if new.key in tree.children:
                tree.children[new.key].entry = new
                continue
            node = self.model.find(new.key)
            assert node is not None
            tree.children[new.key] = Naive(new)
            self.naive[id(node)] = tree.children[new.key]
            self.alive.append(node)

    def bury(self, node: Node) -> None:
        gone = [node]
        while gone:
            dead = gone.pop()
            self.alive.remove(dead)
            self.selected.discard(dead.key)
            gone += [other for other in self.alive if other.parent is dead]

    def apply(self, change: Change | None, before: list[Node]) -> None:
        """A change must say truly what happened to the rows."""
        if change is None:
            assert self.model.rows == before
            return
        after = self.model.rows[change.first : change.first + change.added]
        assert before[: change.first] + after + before[change.first + change.removed :] == self.model.rows

    @rule(data=st.data(), count=st.integers(1, 4))
    def page(self, data: st.DataObject, count: int) -> None:
        folder = self.pick(data, self.folders())
        page = [self.made(data) for _ in range(count)]
        known = [tree.entry for tree in self.naive[id(folder)].children.values() if not tree.entry.is_folder]
        if known and data.draw(st.booleans()):
            page.append(replace(data.draw(st.sampled_from(known)), name=data.draw(NAMES), size=3))
        before = list(self.model.rows)
        change = self.model.extend(folder, page)
        self.adopt(folder, page)
        self.apply(change, before)

    @rule(data=st.data())
    def reload(self, data: st.DataObject) -> None:
        folder = self.pick(data, self.folders())
        tree = self.naive[id(folder)]
        keep = [kid.entry for kid in tree.children.values() if data.draw(st.booleans())]
        lost = [node for node in self.alive if node.parent is folder and node.entry not in keep]
        self.model.begin(folder)
        self.model.extend(folder, keep)
        before = list(self.model.rows)
        change = self.model.finish(folder)
        for node in lost:
            del tree.children[node.key]
            self.bury(node)
        self.apply(change, before)

    @rule(data=st.data())
    def expand_or_collapse(self, data: st.DataObject) -> None:
        if self.model.rows:
            index = data.draw(st.integers(0, len(self.model.rows) - 1))
            node, before = self.model.rows[index], list(self.model.rows)
            change = self.model.collapse(index) if node.expanded else self.model.expand(index)
            tree = self.naive[id(node)]
            tree.expanded = not tree.expanded and node.entry.is_folder
            self.apply(change, before)

    @rule(data=st.data(), name=NAMES)
    def rename(self, data: st.DataObject, name: str) -> None:
        node = self.pick(data, self.alive)
        if node is not self.model.top:
            new = replace(node.entry, name=name)
            self.model.replace(node.entry, new)
            self.naive[id(node)].entry = new

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        node = self.pick(data, self.alive)
        if node.parent is not None:
            self.model.remove(node.entry)
            del self.naive[id(node.parent)].children[node.key]
            self.bury(node)

    @rule(sort=SORTS, reverse=st.booleans(), hidden=st.booleans())
    def arrange(self, sort: str, reverse: bool, hidden: bool) -> None:
        self.order = Order(sort, reverse, hidden)  # type: ignore[arg-type]
        self.model.arrange(self.order)

    @rule(needle=st.sampled_from(["", "", "A", "1", "x", "É"]))
    def filter(self, needle: str) -> None:
        self.needle = needle
        self.model.filter(needle)

    @rule(data=st.data())
    def toggle(self, data: st.DataObject) -> None:
        if self.model.rows:
            index = data.draw(st.integers(0, len(self.model.rows) - 1))
            self.model.toggle(index)
            self.selected ^= {self.model.rows[index].key}

    @rule()
    def invert(self) -> None:
        self.model.invert()
        self.selected ^= {node.key for node in self.model.rows}

    @invariant()
    def rows_agree(self) -> None:
        assert self.model.rows == self.drawn()

    @invariant()
    def every_row_knows_its_place(self) -> None:
        assert [self.model.index(node) for node in self.model.rows] == list(range(len(self.model.rows)))
        hidden = set(self.alive) - set(self.model.rows)
        assert all(self.model.index(node) == -1 for node in hidden)

    @invariant()
    def selection_agrees(self) -> None:
        assert set(self.model.selected) == self.selected
        nodes = [node for node in self.alive if node.key in self.selected]
        counted = [node for node in nodes if not any(above.key in self.selected for above in node.above())]
        assert self.model.selected_size() == sum(node.entry.size or 0 for node in counted)
        if self.selected:
            assert {chosen.key for chosen in self.model.chosen(0)} == {node.key for node in counted}


TestTreeMachine = TreeMachine.TestCase
TestTreeMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
