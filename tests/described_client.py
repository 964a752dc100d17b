"""A client that knows nothing of the server but its OpenAPI document and HTTP: it sells, buys and reads a bill.

Every request is made from the description of its operation, every body sent and received is held against
the schema that the description has for it, and the description itself has to be about HTTP and JSON alone:
nothing in it may depend on what the server is made of.

    described_client.py ADDRESS TOKEN
"""

import json
import re
import sys
import urllib.error
import urllib.request

ADDRESS, TOKEN = sys.argv[1:]
JSON_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}
# What a description would say that tells of an implementation.
OF_A_LANGUAGE = re.compile(r"::|\bOption<|\bVec<|\bRust\b|\bserde\b|\butoipa\b|\btokio\b|\bpanic|\bjava\.|\b[iu](8|16|32|64|128)\b(?!\")")


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
    if data is not None:
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(ADDRESS + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            status, kind, text = answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as answer:
        status, kind, text = answer.code, answer.headers.get_content_type(), answer.read()
    return status, kind, json.loads(text) if text else None


status, _, ABOUT = call("GET", "/openapi.json")
assert status == 200 and ABOUT["openapi"].startswith("3.1"), ABOUT.get("openapi")
OPERATIONS = {
    (method.upper(), operation["summary"]): (path, operation)
    for path, operations in ABOUT["paths"].items()
    for method, operation in operations.items()
}


def resolved(schema):
    while "$ref" in schema:
        schema = ABOUT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def faults(value, schema, at="body"):
    """Where a value is not as a schema says."""
    schema = resolved(schema)
    for several in ("oneOf", "anyOf"):
        if several in schema:
            tried = [list(faults(value, it, at)) for it in schema[several]]
            if all(tried):
                yield f"{at} fits none of {several}: {tried}"
            return
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    is_kind = {
        "object": isinstance(value, dict), "array": isinstance(value, list), "string": isinstance(value, str),
        "boolean": isinstance(value, bool), "null": value is None,
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
    }
    if kinds and not any(is_kind[it] for it in kinds):
        yield f"{at} is no {kinds}: {value!r}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is none of {schema['enum']}: {value!r}"
    if isinstance(value, dict):
        fields = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{at}/{name} is missing"
        more = schema.get("additionalProperties", True)
        for name, inner in value.items():
            if name in fields:
                yield from faults(inner, fields[name], f"{at}/{name}")
            elif more is False:
                yield f"{at}/{name} is not described"
            elif isinstance(more, dict):
                yield from faults(inner, more, f"{at}/{name}")
    if isinstance(value, list) and "items" in schema:
        for place, inner in enumerate(value):
            yield from faults(inner, schema["items"], f"{at}/{place}")


def content(of):
    return of["content"]["application/json"]["schema"]


def do(method, summary, body=None, expected=None, **parameters):
    """Does what an operation is described to do."""
    path, operation = OPERATIONS[(method, summary)]
    if body is not None:
        wrong = list(faults(body, content(operation["requestBody"])))
        assert not wrong, (summary, wrong)
    asked = []
    for it in operation["parameters"]:
        if it["name"] in parameters and it["in"] == "path":
            path = path.replace("{%s}" % it["name"], parameters.pop(it["name"]))
        elif it["name"] in parameters:
            asked.append(f"{it['name']}={parameters.pop(it['name'])}")
    assert not parameters, (summary, "is not described to take", parameters)
    status, kind, answer = call(method, path + ("?" + "&".join(asked) if asked else ""), body)
    described = operation["responses"].get(str(status)) or operation["responses"].get(f"{status // 100}XX")
    assert described, (summary, status, "is not described")
    if expected is None:
        assert status < 300, (summary, status, answer)
    else:
        assert status == expected and kind == "application/problem+json", (summary, status, kind)
        return answer
    if answer is not None:
        wrong = list(faults(answer, content(described)))
        assert not wrong, (summary, wrong)
    return answer


def every(value, at=""):
    """All that is said in a description, with where it stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{at}/{name}", name
            yield from every(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from every(inner, f"{at}/{place}")
    else:
        yield at, value


def kinds(schema):
    """The types that a schema is made of."""
    said = schema.get("type", [])
    yield from [said] if isinstance(said, str) else said
    inner = list(schema.get("properties", {}).values())
    inner += [it for it in (schema.get("items"), schema.get("additionalProperties")) if isinstance(it, dict)]
    inner += [it for several in ("oneOf", "anyOf", "allOf") for it in schema.get(several, [])]
    for it in inner:
        yield from kinds(it)


# The description is of HTTP and JSON.
for at, said in every(ABOUT):
    assert not (isinstance(said, str) and OF_A_LANGUAGE.search(said)), (at, said)

for name, form in ABOUT["components"]["schemas"].items():
    for kind in kinds(form):
        assert kind in JSON_TYPES, (name, kind)
assert set(ABOUT["components"]["securitySchemes"]) == {"token", "session"}

# It sells.
en = lambda it: {"en": it}
zone = do("POST", "Create a tax zone", {"code": "WORLD", "name": "Everywhere"})
do("POST", "Create a tax rule", {"name": "VAT", "zone": zone["id"], "percent": "20", "valid_from": "2000-01-01"})
specification = do("POST", "Create a specification", {"name": en("Mail"), "state": "launched"})
offer = do("POST", "Create an offer", {"name": en("Mail"), "specification": specification["id"]})
price = {
    "offer": offer["id"], "name": "Base", "kind": "recurring", "currency": "EUR",
    "model": {"kind": "flat", "amount": "10.10"},
}
do("POST", "Add a price to an offer", price)
for summary in ("Take it to test", "Make it ready", "Put it on the shelf"):
    do("POST", summary, id=offer["id"])
assert do("GET", "Read an offer with its prices", id=offer["id"])["state"] == "launched"

# It buys.
account = do("POST", "Open an account", {
    "name": "Blue Whale", "address": {"street": "Ring 1", "city": "Berlin", "country": "DE"},
    "billing": {"currency": "EUR"},
})
order = {"account": account["id"], "items": [{"offer": offer["id"], "quantity": 3}]}
preview = do("POST", "What would an order come to?", order)
first = preview["invoices"][0]
assert first["net"] == {"amount": "10.10", "currency": "EUR"}, first
order = do("POST", "Place an order", order)
found = do("GET", "List subscriptions", account=account["id"])
assert [it["id"] for it in found["items"]] == [order["items"][0]["subscription"]], found

# It is refused in the words that are described.
wrong = do("POST", "Place an order", {"account": account["id"], "items": []}, expected=422)
assert not list(faults(wrong, {"$ref": "#/components/schemas/Problem"})), wrong
print("all is as it is described")
