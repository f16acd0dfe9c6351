"""Compares answers with the shapes that clients know: tests/fixtures/api/operations.json, the published schema of the API
without its prose. Where behaviour differs from it, the difference is listed here."""

import json

from harness import ROOT

_DOCUMENT = json.loads((ROOT / "tests/fixtures/api/operations.json").read_text())
OPERATIONS = _DOCUMENT["operations"]
SCHEMAS = _DOCUMENT["schemas"]


def _array(name):
    return {"type": "array", "items": {"$ref": name}}


# What the schema has wrong about an operation, and what is right.
CORRECTED = {
    "GET /api/v1/filters": _array("V1Filter"),
    "DELETE /api/v2/filters/statuses/{id}": None,
    # The text as typed, to write it anew, in the place of the content.
    "DELETE /api/v1/statuses/{id}": {**SCHEMAS["Status"], "required": [n for n in SCHEMAS["Status"]["required"] if n != "content"]},
}

# Answers that are a page or plain text.
NO_JSON = {"GET /health", "GET /oauth/authorize", "GET /api/v1/streaming/health"}

# Members that the schema calls required and that are there only sometimes.
SCHEMAS["OEmbedResponse"]["required"].remove("title")

# Members that the schema does not know, by entity.
EXTRA = {
    "Preferences": {"posting:default:quote_policy", "reading:autoplay:gifs"},
    "Profile": {"formatted_note", "formatted_fields", "featured_tags"},
    "V1Instance": {"max_toot_chars", "poll_limits", "short_description"},
    "NotificationFallback": {"description", "details"},
}

# Types that the schema has wrong.
SCHEMAS["WebPushSubscription"]["properties"]["id"] = {"type": "integer"}
for entity, more in {"NotificationTypeEnum": ["annual_report"],
                     "NotificationGroupTypeEnum": ["added_to_collection", "collection_update", "annual_report"]}.items():
    if entity in SCHEMAS:
        SCHEMAS[entity]["enum"] = SCHEMAS[entity]["enum"] + more

_TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "null": lambda v: v is None,
}


def problems(value, schema, path="", entity=None):
    """One line for each missing member, wrong type and unknown value."""
    if "$ref" in schema:
        return problems(value, SCHEMAS[schema["$ref"]], path or schema["$ref"], schema["$ref"])
    if "oneOf" in schema:
        tries = [problems(value, one, path) for one in schema["oneOf"]]
        return [] if any(not t for t in tries) else min(tries, key=len)
    found = []
    for part in schema.get("allOf", []):
        found += problems(value, part, path)
    kinds = schema.get("type")
    if kinds:
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if not any(_TYPES[k](value) for k in kinds):
            return found + [f"{path}: {json.dumps(value)[:80]} is not {'/'.join(kinds)}"]
    if "enum" in schema and value is not None and value not in schema["enum"]:
        found.append(f"{path}: unknown value {value!r}")
    if isinstance(value, list) and "items" in schema:
        for one in value:
            found += problems(one, schema["items"], path + "[]")
    if isinstance(value, dict) and "properties" in schema:
        for name in schema.get("required", []):
            if name not in value:
                found.append(f"{path}: no {name}")
        for name, member in value.items():
            if name in schema["properties"]:
                found += problems(member, schema["properties"][name], f"{path}.{name}")
    return found


def problems_of(operation, status, body):
    """What is wrong with the answer `body` (parsed; None: empty) to an operation."""
    answers = OPERATIONS[operation]
    if str(status) not in answers:
        return [f"status {status}, expected {'/'.join(answers)}"]
    schema = CORRECTED.get(operation, answers[str(status)])
    if schema is None:
        return []
    return sorted(set(problems(body, schema)))
