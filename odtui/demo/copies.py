"""Server-side copies and the monitors that report on them. Source: REFERENCE §5.13 and 5.14."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from odtui.demo.access import check
from odtui.demo.call import Call, Routes
from odtui.demo.drive import Drive
from odtui.demo.errors import GraphFault, bad_request, not_found
from odtui.demo.items import CONFLICT, folder_named_by, on_conflict
from odtui.demo.names import check_name
from odtui.demo.nodes import Node
from odtui.demo.state import Demo, Job

MAX_ITEMS = 30_000


async def copy(call: Call) -> Response:
    """POST copy: 202 and a monitor. A clash of names is the job's failure, not the request's."""
    node = call.node
    call.allow()
    body = await call.body()
    children_only = body.get("childrenOnly") is True
    if children_only and (node.kind != "folder" or body.get("name") is not None):
        raise bad_request("childrenOnly is for folders, and goes without a name.")
    if not node.parent and not children_only:
        raise bad_request("Cannot copy the root folder.")
    reference = body.get("parentReference") or {}
    drive = call.demo.drive_by_id(str(reference["driveId"])) if reference.get("driveId") else call.drive
    if drive is None:
        raise not_found()
    target = folder_named_by(call, drive, reference) or call.drive.tree.parent(node)
    if target is None:
        raise bad_request("The children of the root need a folder to go to.")
    check(call.grant, drive, target, write=True)
    name = check_name(body["name"], business=drive.business) if body.get("name") is not None else node.name
    behaviour = "fail" if not drive.business else on_conflict(call.query.get(CONFLICT), "fail")
    job = Job(token_hex(16))
    call.demo.jobs[job.id] = job
    try:
        history = body.get("includeAllVersionHistory") is True and body.get("name") is None
        copying = Copying(call.drive, drive, behaviour, history=history)
        if children_only:
            for child in call.drive.tree.page(node, 0, MAX_ITEMS):
                if child.kind != "shortcut":
                    copying.copy(child, target, child.name)
        made = target if children_only else copying.copy(node, target, name)
        job.resource_id = drive.item_id(made.guid)
    except GraphFault as fault:
        job.error = (fault.code, fault.message)
    url = f"{call.links.content}/personal/{drive.slug}/_api/v2.0/monitor/{job.id}"
    return Response(status_code=202, headers={"Location": url})


@dataclass(frozen=True, slots=True)
class Copying:
    """One copy from a drive into a drive, perhaps the same."""

    source: Drive
    drive: Drive
    behaviour: str
    """What to do if a name is taken: fail, replace or rename."""
    history: bool = False
    """Whether earlier versions go along."""

    def copy(self, node: Node, parent: Node, name: str) -> Node:
        """Copy an item and everything below it. Raises GraphFault 409, 507 or 400."""
        if node.kind == "shortcut":
            raise bad_request("Shortcuts cannot be copied.")
        drive, tree = self.drive, self.source.tree
        drive.check_room(tree.size(node))
        below = list(tree.below(node)) if node.is_container else []
        if len(below) >= MAX_ITEMS:
            raise bad_request("Too many items for one copy.", inner="maxItemCountExceeded")
        name, replaced = drive.place(parent, name, self.behaviour, is_folder=node.is_container)
        if replaced is not None:
            drive.delete(replaced)
        copies = {node.guid: self._twin(node, drive.tree.owned(parent).guid, name)}
        for each in below:
            copies[each.guid] = self._twin(each, copies[each.parent].guid, each.name)
        return copies[node.guid]

    def _twin(self, node: Node, parent: str, name: str) -> Node:
        """A new item with the same content; stamps and permissions are not kept."""
        journal = self.drive.journal
        twin = Node(
            guid=token_hex(16),
            name=name,
            parent=parent,
            kind=node.kind,
            size=node.size,
            content=journal.copy_blob(node.content),
            hash=node.hash,
            package=node.package,
        )
        if self.history:
            twin.content_version = node.content_version
            twin.versions = [
                msgspec.structs.replace(each, content=journal.copy_blob(each.content)) for each in node.versions
            ]
        return self.drive.add(twin)


async def monitor(request: Request) -> Response:
    """GET of a monitor: no token."""
    demo: Demo = request.app.state.demo
    job = demo.jobs.get(request.path_params["job"])
    if job is None:
        raise not_found()
    job.polls += 1
    body: dict[str, Any]
    status = 200
    if job.polls == 1:
        status, body = 202, {"operation": "ItemCopy", "percentageComplete": 40.0, "status": "inProgress"}
    elif job.error is not None:
        body = {"id": job.id, "status": "failed", "error": {"code": job.error[0], "message": job.error[1]}}
    else:
        body = {"id": job.id, "percentageComplete": 100.0, "resourceId": job.resource_id, "status": "completed"}
    return Response(msgspec.json.encode(body), status, media_type="application/json")


ROUTES: Routes = {("POST", "copy"): copy}
