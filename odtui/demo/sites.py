"""SharePoint: a site with two libraries, found by address, search and following. Source: REFERENCE §2.1, 5.1, 5.24."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

import msgspec
from starlette.responses import Response

from odtui.demo import render
from odtui.demo.access import Grant, check
from odtui.demo.call import Call
from odtui.demo.drive import Drive
from odtui.demo.errors import GraphFault, bad_request, denied, not_found
from odtui.demo.nodes import guid_of
from odtui.demo.render import Json, Renderer
from odtui.demo.search import Query
from odtui.demo.state import Demo
from odtui.demo.walk import start, walk

HOST = "contoso.sharepoint.com"
_READ = frozenset({"sites.read.all", "sites.readwrite.all"})
_SEARCH = frozenset({"files.read.all", "files.readwrite.all", "sites.read.all", "sites.readwrite.all"})
_BY_PATH = re.compile(r"/sites/([^/:]+):(/[^:]*)(?::(.*))?", re.DOTALL)
_KQL = re.compile(r"\b(filetype|filename|author|path):(\"[^\"]*\"|\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Site:
    """One site and the drives in it, the default one first."""

    name: str
    title: str
    path: str
    """Server-relative; empty for the root site."""
    collection: str
    web: str
    """Guids."""
    libraries: tuple[str, ...] = ()
    """Keys in `Demo.drives`."""

    @property
    def id(self) -> str:
        return f"{HOST},{self.collection},{self.web}"


_ROOT = Site("", "Contoso", "", "0b3d7c52-91ae-4f8e-9d47-2f60c15be8a1", "7a1e94d3-5c0b-4a26-b8f1-93d2e60f4c75")
_SURVEY = Site(
    "harbour-survey",
    "Harbour Survey",
    "/sites/harbour-survey",
    "3c5f8a17-2e64-4d09-a7b3-86f1d9024ce5",
    "d94b6e20-7f31-4c8a-95e6-1b0a37c8f2d4",
    ("survey-documents", "survey-archive"),
)
GROUP = "6e21b0c4-8d35-4f97-a1c2-5d09e7f34b86"
"""The group whose site Harbour Survey is."""
SITES = (_ROOT, _SURVEY)


def rewrite(demo: Demo, raw: str) -> str:
    """A raw address with a site by its path as one by its id. Raises GraphFault 404."""
    found = _BY_PATH.fullmatch(raw)
    if found is None or demo.options.account != "business":
        return raw
    host, path = unquote(found[1]).lower(), unquote(found[2]).rstrip("/").lower()
    if host in (HOST, "root", _ROOT.id):
        for site in SITES:
            if site.path == path:
                return f"/sites/{site.id}{found[3] or ''}"
    raise not_found()


def site_of(demo: Demo, name: str) -> Site:
    """The site of an id, a host or `root`. Raises GraphFault 404, and 400 on personal accounts."""
    if demo.options.account != "business":
        raise bad_request("Sites are not available for personal accounts.")
    wanted = name.lower()
    if wanted in ("root", HOST):
        return _ROOT
    for site in SITES:
        if wanted in (site.id, f"{site.collection},{site.web}", site.collection):
            return site
    raise not_found()


def drive_of(demo: Demo, kind: str, name: str) -> Drive:
    """The default library of a site or a group. Raises GraphFault 400 or 404."""
    if kind == "groups" and name.lower() != GROUP:
        raise not_found()
    site = _SURVEY if kind == "groups" else site_of(demo, name)
    if not site.libraries or site.libraries[0] not in demo.drives:
        raise not_found()
    return demo.drives[site.libraries[0]]


def _write(site: Site) -> Json:
    body: Json = {
        "id": site.id,
        "name": site.name,
        "displayName": site.title,
        "webUrl": f"https://{HOST}{site.path}",
        "createdDateTime": "2022-03-07T08:30:00Z",
        "lastModifiedDateTime": "2026-02-24T15:12:00Z",
        "siteCollection": {"hostname": HOST},
    }
    if site is _ROOT:
        body["root"] = {}
    return body


def site_around(drive: Drive) -> Json:
    """The site that a drive of a work account lies in: every user has one. Raises GraphFault 400 on personal ones."""
    if not drive.business:
        raise bad_request("Sites are not available for personal accounts.")
    for site in SITES:
        if drive.slug in site.libraries:
            return _write(site)
    host, web = "contoso-my.sharepoint.com", guid_of(f"site of {drive.owner.uid}")
    return {
        "id": f"{host},{drive.owner.uid},{web[:8]}-{web[8:12]}-{web[12:16]}-{web[16:20]}-{web[20:]}",
        "name": drive.owner.key,
        "displayName": drive.owner.name,
        "webUrl": f"https://{host}/personal/{drive.owner.key}",
        "createdDateTime": render.iso(drive.tree.root.created),
        "lastModifiedDateTime": render.iso(drive.tree.root.modified),
        "siteCollection": {"hostname": host},
    }


def _reading(call: Call) -> None:
    """Raise GraphFault 403 if the token does not open sites, 400 on personal accounts."""
    site_of(call.demo, "root")
    if not call.grant.has(_READ):
        raise denied()


def _page(call: Call, sites: list[Site]) -> Response:
    return call.json(
        {"@odata.context": f"{call.links.graph}/$metadata#sites", "value": [_write(each) for each in sites]}
    )


async def top(call: Call) -> Response:
    """Whatever hangs on a site or a group but its default drive. Raises GraphFault."""
    match call.address.tail:
        case ("sites",):
            _reading(call)
            wanted = call.query.get("search", call.query.get("$search", "")).strip().lower()
            return _page(call, [site for site in SITES if wanted in ("*", "") or wanted in site.title.lower()])
        case ("sites", ("getAllSites" | "getAllSites()" | "microsoft.graph.getAllSites()")):
            _reading(call)
            return _page(call, list(SITES))
        case ("me", "followedSites"):
            _reading(call)
            return _page(call, [_SURVEY])
        case ("sites", name):
            _reading(call)
            context = f"{call.links.graph}/$metadata#sites/$entity"
            return call.json({"@odata.context": context, **_write(site_of(call.demo, name))})
        case ("sites", name, "sites"):
            _reading(call)
            return _page(call, [_SURVEY] if site_of(call.demo, name) is _ROOT else [])
        case ("sites", name, "drives"):
            return _drives(call, site_of(call.demo, name))
        case ("groups", name, "drives"):
            drive_of(call.demo, "groups", name)
            return _drives(call, _SURVEY)
        case ("groups", name, "sites", "root"):
            _reading(call)
            drive_of(call.demo, "groups", name)
            return call.json({"@odata.context": f"{call.links.graph}/$metadata#sites/$entity", **_write(_SURVEY)})
    raise not_found()


def _drives(call: Call, site: Site) -> Response:
    libraries = [call.demo.drives[key] for key in site.libraries if key in call.demo.drives]
    for library in libraries:
        check(call.grant, library, None, write=False)
    value = [render.drive(call.demo, library, own=True) for library in libraries]
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#drives", "value": value})


# /search/query


class _Text(msgspec.Struct, rename="camel"):
    query_string: str


class _Wish(msgspec.Struct, kw_only=True, rename="camel"):
    entity_types: list[str]
    query: _Text
    from_: int = msgspec.field(default=0, name="from")
    size: int = 25


class _Wishes(msgspec.Struct):
    requests: list[_Wish]


async def query(call: Call) -> Response:
    """POST /search/query for items and sites: work accounts only. Raises GraphFault 400 or 403."""
    site_of(call.demo, "root")
    if not call.grant.has(_SEARCH):
        raise denied()
    try:
        wishes = msgspec.convert(await call.body(), _Wishes)
    except msgspec.ValidationError:
        raise bad_request("The search request is not valid.") from None
    if len(wishes.requests) != 1:
        raise bad_request("One search request at a time.")
    wish = wishes.requests[0]
    if wish.entity_types != ["driveItem"] or not wish.from_ >= 0 or not 0 < wish.size <= 500:
        raise bad_request("The search request is not valid.")
    text, conditions = _parse(wish.query.query_string)
    hits = list(islice(_hits(call, text, conditions), wish.from_, wish.from_ + wish.size + 1))
    more, hits = len(hits) > wish.size, hits[: wish.size]
    for rank, hit in enumerate(hits, wish.from_ + 1):
        hit["rank"] = rank
    container = {"total": wish.from_ + len(hits) + more, "moreResultsAvailable": more, "hits": hits}
    value = [{"searchTerms": text.split(), "hitsContainers": [container]}]
    return call.json({"@odata.context": f"{call.links.graph}/$metadata#search", "value": value})


def _parse(text: str) -> tuple[str, dict[str, str]]:
    """Free words, and conditions such as filetype:docx."""
    conditions = {name.lower(): value.strip('"').lower() for name, value in _KQL.findall(text)}
    return _KQL.sub(" ", text).strip(), conditions


def _hits(call: Call, text: str, conditions: dict[str, str]):  # type: ignore[no-untyped-def]  # a generator of JSON
    wanted = Query(text if text or not conditions else "*")
    for drive in call.demo.drives.values():
        if not _reaches(call.grant, drive):
            continue
        renderer = Renderer(call.demo, drive, call.links, default=False)
        for node, _ in walk(drive.tree, start(drive.tree.root)):
            name = node.name.lower()
            if (
                name.endswith("." + conditions["filetype"] if "filetype" in conditions else "")
                and conditions.get("filename", "") in name
                and conditions.get("author", "") in drive.owner.name.lower()
                and conditions.get("path", "") in renderer.web_url(node).lower()
                and wanted.finds(call.demo, node)
            ):
                item = renderer.item(node)
                kept = (
                    "id",
                    "name",
                    "webUrl",
                    "createdDateTime",
                    "lastModifiedDateTime",
                    "fileSystemInfo",
                    "createdBy",
                )
                resource: Json = {"@odata.type": "#microsoft.graph.driveItem"} | {key: item[key] for key in kept}
                resource["parentReference"] = {"driveId": drive.id, "siteId": _ROOT.id}
                yield {"hitId": item["id"], "rank": 0, "summary": node.name, "resource": resource}


def _reaches(grant: Grant, drive: Drive) -> bool:
    try:
        check(grant, drive, drive.tree.root, write=False)
    except GraphFault:
        return False
    return True
