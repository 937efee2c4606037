"""Checks JSON bodies against the official schema of the drive resources (data/openapi.json)."""

import json
import re
from pathlib import Path
from typing import Any

_SCHEMAS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "openapi.json").read_text())["components"][
    "schemas"
]
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_SIZE = re.compile(r"(small|medium|large)Square|c\d+x\d+(_crop)?")
"""Names of sizes that a thumbnailSet, which is open, has on request."""
_ANNOTATIONS = re.compile(
    r"(children)?@odata\.(type|context|etag|nextLink|deltaLink|count)|@microsoft\.graph\.downloadUrl"
    r"|@search\.approximateCount|@deprecated\.GrantedTo"
)


def problems(body: Any, name: str) -> list[str]:
    """What is wrong with a body of that schema, as `path: reason`. Extras are wrong everywhere."""
    return list(_check(body, {"$ref": f"#/components/schemas/{name}"}, name))


def kind_of(body: dict[str, Any]) -> str | None:
    """The schema that a body from Graph should satisfy; None for a user."""
    if "responses" in body:
        return None  # of a batch; each is checked by itself
    if "error" in body and "status" not in body:
        return "error"
    context = body.get("@odata.context", "")
    if "$metadata#sites" in context or "$metadata#search" in context:
        return None  # checked by test_sites
    if "$metadata#list" in context:
        return None  # cut out of the schema; checked by test_lists
    if "$metadata#subscriptions" in context:
        return "subscription"
    for name in ("itemAnalytics", "itemActivityStat"):
        if name in context:
            return name
    if "permission" in context:
        return "permissionCollection" if "value" in body else "permission"
    for name in ("driveItemVersion", "thumbnailSet", "thumbnail", "itemPreviewInfo"):
        if name in context:
            return f"{name}Collection" if "value" in body else name
    if "value" in body:
        return "driveCollection" if "driveType" in (body["value"] or [{}])[0] else "driveItemCollection"
    if "$metadata#shares/" in context:
        return "sharedDriveItem"
    if "nextExpectedRanges" in body:
        return "uploadSession"
    if "status" in body:
        return "asyncJobStatus"
    if "driveType" in body:
        return "drive"
    return None if "userPrincipalName" in body else "driveItem"


def _check(value: Any, schema: dict[str, Any], path: str):  # type: ignore[no-untyped-def]  # a generator of text
    if "$ref" in schema:
        schema = _SCHEMAS[schema["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in schema:
        tried = [list(_check(value, each, path)) for each in schema["anyOf"]]
        if all(tried):
            yield from tried[0]
        return
    wanted = schema.get("type")
    if wanted is not None:
        kinds = [wanted] if isinstance(wanted, str) else wanted
        allowed = tuple(each for kind in kinds for each in _TYPES[kind])
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            yield f"{path}: {value!r} is not {wanted}"
            return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} has the wrong form"
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _check(each, schema.get("items", {}), f"{path}[{index}]")
    if isinstance(value, dict):
        yield from _check_object(value, schema, path)


def _check_object(value: dict[str, Any], schema: dict[str, Any], path: str):  # type: ignore[no-untyped-def]
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}.{name} is missing"
    known = schema.get("properties", {})
    for name, each in value.items():
        if "@" in name:
            if not _ANNOTATIONS.fullmatch(name):
                yield f"{path}.{name}: unknown annotation"
        elif "medium" in known and _SIZE.fullmatch(name):
            yield from _check(each, {"$ref": "#/components/schemas/thumbnail"}, f"{path}.{name}")
        elif name in known:
            yield from _check(each, known[name], f"{path}.{name}")
        elif known:
            yield f"{path}.{name} is unknown"
