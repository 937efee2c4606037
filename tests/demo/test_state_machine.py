"""Random sequences of operations over HTTP against a model of a drive, with restarts in between.

The model knows what a user knows: items have ids that stay, names that collide whatever their case, contents with a
history, and tags that change exactly when the item does. After every step a client that knows the drive by delta alone
must see the model; after every restart, and at the end, so must one that lists every folder and reads every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from odtui.demo.quickxor import quickxor
from odtui.demo.state import Options
from odtui.demo.thread import DemoThread
from tests.demo.conftest import client, web

CONFLICT = "@microsoft.graph.conflictBehavior"
UNIT = 320 << 10
"""Bytes of every fragment but the last."""

NAMES = st.sampled_from(["a", "A", "b.txt", "B.TXT", "ä.tar.gz", "Ä.TAR.GZ", "100% #1 'q'.md", "日本"])
CONTENTS = st.binary(max_size=40)
PICK = st.integers(0, 1000)
"""Which of the items there are, wrapping around."""
BEHAVIOURS = st.sampled_from(["fail", "replace", "rename"])


@dataclass
class Thing:
    """An item as a user knows it."""

    id: str
    parent: str
    name: str
    content: bytes | None
    """None: a folder."""
    e_tag: str
    c_tag: str | None
    earlier: list[bytes] = field(default_factory=list)
    """Contents it had, newest first."""
    deleted: bool = False
    """Itself; what lies in a deleted folder goes with it."""


class Model:
    """A drive as a user knows it, from one folder down."""

    def __init__(self, top: Thing) -> None:
        self.top = top
        self.things = {top.id: top}

    def around(self, thing: Thing) -> Iterator[Thing]:
        """The item and the folders around it."""
        while True:
            yield thing
            if thing is self.top:
                return
            thing = self.things[thing.parent]

    def live(self) -> list[Thing]:
        return [thing for thing in self.things.values() if not any(each.deleted for each in self.around(thing))]

    def folders(self) -> list[Thing]:
        return [thing for thing in self.live() if thing.content is None]

    def files(self) -> list[Thing]:
        return [thing for thing in self.live() if thing.content is not None]

    def children(self, folder: Thing) -> list[Thing]:
        """In the order in which the service lists them."""
        there = [each for each in self.things.values() if each.parent == folder.id and not each.deleted]
        return sorted(there, key=lambda each: each.name.lower())

    def taken(self, folder: Thing, name: str) -> Thing | None:
        return next((each for each in self.children(folder) if each.name.lower() == name.lower()), None)

    def below(self, thing: Thing) -> list[Thing]:
        return [each for child in self.children(thing) for each in (child, *self.below(child))]

    def size(self, thing: Thing) -> int:
        return len(thing.content or b"") + sum(len(each.content or b"") for each in self.below(thing))


class DriveMachine(RuleBasedStateMachine):
    """One server and one model; the accounts are below."""

    account: str

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._serve()
        answer = self.graph.post("/me/drive/root/children", json={"name": "Model", "folder": {}})
        self.model = Model(_thing(answer.json(), None))
        self._delta = self._get("/me/drive/root/delta?token=latest")["@odata.deltaLink"]
        self._mirror: dict[str, dict[str, Any]] = {}

    def _serve(self) -> None:
        options = Options(account=self.account, state=Path(self._folder.name))  # type: ignore[arg-type]
        self._demo = DemoThread(options).__enter__()
        self.graph = client(self._demo, "Files.ReadWrite.All")

    def _stop(self) -> None:
        self.graph.close()
        self._demo.__exit__(None, None, None)
        assert self._demo.state.crashes == []

    def teardown(self) -> None:
        try:
            self.restart()
        finally:
            self._stop()
            self._folder.cleanup()

    def _get(self, url: str) -> dict[str, Any]:
        """An answer's body. An address may come from before a restart, which has moved the server to another port."""
        answer = self.graph.get(re.sub(r"^http://[^/]+", self._demo.base, url))
        assert answer.status_code == 200
        return dict(answer.json())

    # Making

    @rule(folder=PICK, name=NAMES, behaviour=BEHAVIOURS)
    def make_folder(self, folder: int, name: str, behaviour: str) -> None:
        parent = _pick(self.model.folders(), folder)
        there = self.model.taken(parent, name)
        body = {"name": name, "folder": {}, CONFLICT: behaviour}
        answer = self.graph.post(f"/me/drive/items/{parent.id}/children", json=body)
        if there is not None and behaviour == "replace" and there.content is None:
            assert (answer.status_code, answer.json()["id"]) == (200, there.id)
        elif there is not None and behaviour != "rename":
            _refused(answer, 409)
        else:
            self._new(answer, parent, name, None)

    @rule(folder=PICK, name=NAMES, content=CONTENTS, behaviour=BEHAVIOURS)
    def upload(self, folder: int, name: str, content: bytes, behaviour: str) -> None:
        parent = _pick(self.model.folders(), folder)
        url = f"/me/drive/items/{parent.id}:/{quote(name)}:/content"
        self._uploaded(self.graph.put(url, params={CONFLICT: behaviour}, content=content), parent, name, content)

    @rule(folder=PICK, name=NAMES, content=CONTENTS.filter(bool), behaviour=BEHAVIOURS)
    def upload_by_fragments(self, folder: int, name: str, content: bytes, behaviour: str) -> None:
        parent = _pick(self.model.folders(), folder)
        url = f"/me/drive/items/{parent.id}:/{quote(name)}:/createUploadSession"
        answer = self.graph.post(url, json={"item": {CONFLICT: behaviour}})
        content = bytes(UNIT) + content
        if answer.status_code == 200:
            session = answer.json()["uploadUrl"]
            assert _send(session, content, 0, UNIT).status_code == 202
            answer = _send(session, content, UNIT, len(content))
        self._uploaded(answer, parent, name, content)

    def _uploaded(self, answer: httpx.Response, parent: Thing, name: str, content: bytes) -> None:
        there = self.model.taken(parent, name)
        if answer.status_code == 200:
            assert there is not None
            assert there.content is not None
            self._changed(there, answer.json(), content)
        elif answer.status_code == 201:
            self._new(answer, parent, name, content)
        else:
            assert there is not None
            _refused(answer, 400, 409) if there.content is None else _refused(answer, 409)

    def _new(self, answer: httpx.Response, parent: Thing, name: str, content: bytes | None) -> None:
        """Something was made, under the name that was wished if that was free."""
        assert answer.status_code == 201
        made = _thing(answer.json(), content)
        assert made.id not in self.model.things
        assert made.parent == parent.id
        assert self.model.taken(parent, made.name) is None
        if self.model.taken(parent, name) is None:
            assert made.name == name
        self.model.things[made.id] = made

    # Changing

    @precondition(lambda self: self.model.files())
    @rule(file=PICK, content=CONTENTS, stale=st.booleans())
    def replace(self, file: int, content: bytes, stale: bool) -> None:
        thing = _pick(self.model.files(), file)
        match = {"If-Match": _stale(thing.e_tag) if stale else thing.e_tag}
        answer = self.graph.put(f"/me/drive/items/{thing.id}/content", content=content, headers=match)
        if stale:
            _refused(answer, 412)
        else:
            self._changed(thing, answer.json(), content)

    @precondition(lambda self: len(self.model.live()) > 1)
    @rule(item=PICK, folder=PICK, name=NAMES, how=st.sampled_from(["rename", "move", "both"]), replace=st.booleans())
    def rename_or_move(self, item: int, folder: int, name: str, how: str, replace: bool) -> None:
        thing = _pick(self._movable(), item)
        parent = _pick(self.model.folders(), folder) if how != "rename" else self.model.things[thing.parent]
        name = name if how != "move" else thing.name
        body: dict[str, Any] = {"name": name} if how != "move" else {}
        body |= {"parentReference": {"id": parent.id}} if how != "rename" else {}
        body |= {CONFLICT: "replace"} if replace else {}
        there = self.model.taken(parent, name)
        answer = self.graph.patch(f"/me/drive/items/{thing.id}", json=body)
        if thing in self.model.around(parent):
            _refused(answer, 400)
            return
        if there is not None and there is not thing:
            if not replace or None in (there.content, thing.content):
                _refused(answer, 409)
                return
            there.deleted = True
        thing.name, thing.parent = name, parent.id
        self._changed(thing, answer.json())

    @precondition(lambda self: any(thing.earlier for thing in self.model.files()))
    @rule(file=PICK, version=PICK)
    def restore_version(self, file: int, version: int) -> None:
        thing = _pick([each for each in self.model.files() if each.earlier], file)
        listed = self._get(f"/me/drive/items/{thing.id}/versions")["value"]
        assert [each["size"] for each in listed] == [len(each or b"") for each in (thing.content, *thing.earlier)]
        at = version % len(thing.earlier)
        url = f"/me/drive/items/{thing.id}/versions/{listed[at + 1]['id']}/restoreVersion"
        assert self.graph.post(url).status_code == 204
        self._changed(thing, self._get(f"/me/drive/items/{thing.id}"), thing.earlier[at])

    def _changed(self, thing: Thing, body: dict[str, Any], written: bytes | None = None) -> None:
        """It is the same item in a new state. The tag of its content changes when something was written, only then."""
        now = _thing(body, thing.content if written is None else written)
        assert (now.id, now.parent, now.name) == (thing.id, thing.parent, thing.name)
        assert now.e_tag != thing.e_tag
        if thing.content is not None:
            assert (now.c_tag != thing.c_tag) == (written is not None)
            thing.earlier[:0] = [thing.content] if written is not None else []
        thing.content, thing.e_tag, thing.c_tag = now.content, now.e_tag, now.c_tag

    @precondition(lambda self: len(self.model.live()) > 1)
    @rule(item=PICK, seconds=st.integers(1, 2**31 - 1))
    def set_time(self, item: int, seconds: int) -> None:
        thing = _pick(self._movable(), item)
        before = self._get(f"/me/drive/items/{thing.id}")["fileSystemInfo"]["lastModifiedDateTime"]
        wanted = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {"fileSystemInfo": {"lastModifiedDateTime": wanted}}
        answer = self.graph.patch(f"/me/drive/items/{thing.id}", json=body)
        assert (answer.status_code, answer.json()["fileSystemInfo"]["lastModifiedDateTime"]) == (200, wanted)
        self._changed(thing, answer.json())
        if self.account == "business" and thing.content is not None and before != wanted:
            thing.earlier.insert(0, thing.content)

    # Copying

    @precondition(lambda self: len(self.model.live()) > 1)
    @rule(item=PICK, folder=PICK, name=NAMES, keep_name=st.booleans(), behaviour=BEHAVIOURS)
    def copy(self, item: int, folder: int, name: str, keep_name: bool, behaviour: str) -> None:
        thing = _pick(self._movable(), item)
        parent = _pick(self.model.folders(), folder)
        name = thing.name if keep_name else name
        there = self.model.taken(parent, name)
        assume(thing not in self.model.around(parent))
        assume(there is not thing)
        assume(not (there is not None and there.content is None and there in self.model.around(thing)))
        body = {"parentReference": {"id": parent.id}} | ({} if keep_name else {"name": name})
        answer = self.graph.post(f"/me/drive/items/{thing.id}/copy", params={CONFLICT: behaviour}, json=body)
        assert answer.status_code == 202
        done = _outcome(answer.headers["Location"])
        if there is not None:
            if self.account == "personal" or behaviour == "fail":
                assert done["status"] == "failed"
                return
            if behaviour == "replace":
                if None in (there.content, thing.content):
                    assert done["status"] == "failed"
                    return
                there.deleted = True
        assert done["status"] == "completed"
        made = self._get(f"/me/drive/items/{done['resourceId']}")
        assert self.model.taken(parent, made["name"]) is None
        assert there is not None or made["name"] == name
        self._learn_copy(thing, made, parent)

    def _learn_copy(self, source: Thing, body: dict[str, Any], parent: Thing) -> None:
        made = _thing(body, source.content)
        assert (made.id in self.model.things, made.parent) == (False, parent.id)
        below = self.model.children(source)
        self.model.things[made.id] = made
        listed = self._get(f"/me/drive/items/{made.id}/children")["value"] if source.content is None else []
        assert [each["name"] for each in listed] == [each.name for each in below]
        for child, each in zip(below, listed, strict=True):
            self._learn_copy(child, each, made)

    # Deleting

    @precondition(lambda self: len(self.model.live()) > 1)
    @rule(item=PICK, stale=st.booleans())
    def delete(self, item: int, stale: bool) -> None:
        thing = _pick(self._movable(), item)
        match = {"If-Match": _stale(thing.e_tag)} if stale else {}
        answer = self.graph.delete(f"/me/drive/items/{thing.id}", headers=match)
        if stale:
            _refused(answer, 412)
            return
        assert answer.status_code == 204
        _refused(self.graph.get(f"/me/drive/items/{thing.id}"), 404)
        thing.deleted = True

    @precondition(lambda self: self.account == "personal" and any(each.deleted for each in self.model.things.values()))
    @rule(item=PICK)
    def restore(self, item: int) -> None:
        thing = _pick([each for each in self.model.things.values() if each.deleted], item)
        parent = self.model.things[thing.parent]
        answer = self.graph.post(f"/me/drive/items/{thing.id}/restore")
        if parent not in self.model.live():
            _refused(answer, 404)
        elif self.model.taken(parent, thing.name) is not None:
            _refused(answer, 409)
        else:
            thing.deleted = False
            self._changed(thing, answer.json())

    @precondition(lambda self: self.account == "business" and len(self.model.live()) > 1)
    @rule(item=PICK)
    def delete_for_good(self, item: int) -> None:
        thing = _pick(self._movable(), item)
        assert self.graph.post(f"/me/drive/items/{thing.id}/permanentDelete").status_code == 204
        thing.deleted = True

    # Looking

    @rule(item=PICK)
    def look_by_path(self, item: int) -> None:
        """In any case."""
        thing = _pick(self.model.live(), item)
        names = [quote(each.name.upper()) for each in self.model.around(thing)][::-1]
        found = self._get(f"/me/drive/root:/{'/'.join(names)}")
        assert (found["id"], found["name"], found["eTag"]) == (thing.id, thing.name, thing.e_tag)
        unchanged = self.graph.get(f"/me/drive/items/{thing.id}", headers={"If-None-Match": thing.e_tag})
        assert unchanged.status_code == 304

    @rule()
    def restart(self) -> None:
        self._stop()
        self._serve()
        self._everything_is_there(self.model.top)

    def _everything_is_there(self, folder: Thing) -> None:
        """Every item below a folder by listing, page by page, and every file by its bytes."""
        listed: list[dict[str, Any]] = []
        url: str | None = f"/me/drive/items/{folder.id}/children?$top=3"
        while url:
            page = self._get(url)
            listed += page["value"]
            url = page.get("@odata.nextLink")
        there = self.model.children(folder)
        assert [_shape(item) for item in listed] == [_modelled(each) for each in there]
        assert [item["size"] for item in listed] == [self.model.size(each) for each in there]
        for each, item in zip(there, listed, strict=True):
            if each.content is None:
                assert item["folder"]["childCount"] == len(self.model.children(each))
                self._everything_is_there(each)
            else:
                assert item["file"].get("hashes", {}).get("quickXorHash", quickxor(b"")) == quickxor(each.content)
                assert web.get(item["@microsoft.graph.downloadUrl"]).content == each.content

    @invariant()
    def delta_tells_all(self) -> None:
        url = self._delta
        while url:
            page = self._get(url)
            for item in page["value"]:
                self._mirror[item["id"]] = item
            self._delta = page.get("@odata.deltaLink", self._delta)
            url = page.get("@odata.nextLink")
        top = self.model.top.id
        seen = {top: _shape(self._mirror[top])} if top in self._mirror else {}
        folders = [top]
        while folders:
            here = folders.pop()
            for item in self._mirror.values():
                if item["parentReference"].get("id") == here and "deleted" not in item:
                    seen[item["id"]] = _shape(item)
                    folders.append(item["id"])
        self._mirror = {key: item for key, item in self._mirror.items() if key in seen}
        expected = {each.id: _modelled(each) for each in self.model.live() if each is not self.model.top}
        assert {key: shape for key, shape in seen.items() if key != top} == expected

    def _movable(self) -> list[Thing]:
        return [each for each in self.model.live() if each is not self.model.top]


def _pick(things: list[Thing], number: int) -> Thing:
    return things[number % len(things)]


def _thing(body: dict[str, Any], content: bytes | None) -> Thing:
    """What an answer says of an item."""
    assert ("folder" in body) == (content is None)
    if content is not None:
        assert body["size"] == len(content)
    return Thing(body["id"], body["parentReference"]["id"], body["name"], content, body["eTag"], body.get("cTag"))


def _shape(item: dict[str, Any]) -> tuple[str, str, str, str, bool]:
    return item["id"], item["parentReference"]["id"], item["name"], item["eTag"], "folder" in item


def _modelled(thing: Thing) -> tuple[str, str, str, str, bool]:
    return thing.id, thing.parent, thing.name, thing.e_tag, thing.content is None


def _stale(e_tag: str) -> str:
    return e_tag.replace(",", ",9")


def _refused(answer: httpx.Response, *statuses: int) -> None:
    assert answer.status_code in statuses


def _send(url: str, content: bytes, first: int, stop: int) -> httpx.Response:
    spanned = f"bytes {first}-{stop - 1}/{len(content)}"
    return web.put(url, content=content[first:stop], headers={"Content-Range": spanned})


def _outcome(monitor: str) -> dict[str, Any]:
    """What a copy comes to."""
    while (body := web.get(monitor).json())["status"] == "inProgress":
        pass
    return dict(body)


class PersonalDrive(DriveMachine):
    account = "personal"


class BusinessDrive(DriveMachine):
    account = "business"


BOUNDS = settings(
    max_examples=7,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # shrinking a failure, each try with servers of its own, would run into the time limit
    suppress_health_check=[HealthCheck.too_slow],  # every example starts servers
)
TestPersonalDrive = PersonalDrive.TestCase
TestPersonalDrive.settings = BOUNDS
TestBusinessDrive = BusinessDrive.TestCase
TestBusinessDrive.settings = BOUNDS
