"""Requests of every kind: as the contract has them, with a few fields that hold what they must not,
and with bytes that are no request at all."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from msgspec import Struct

from tests.fuzz.contract import Route, Schema, resolved

MARK = "Kaguya"  # stands in much of what is sent, and in no refusal
DEEP = 40
Known = Mapping[str, Sequence[Any]]


class Raw(str):
    """A JSON text as it is, which no encoder would write."""

    __slots__ = ()


class Asked(Struct, frozen=True):
    """One request as it leaves."""

    route: Route
    method: str
    url: str
    body: bytes | None
    media_type: str
    who: str


def nested(depth: int, left: str = "[", right: str = "]") -> Raw:
    return Raw(left * depth + "0" + right * depth)


JUNK: list[Any] = [
    *(Raw("null"), True, False, 0, 1, -1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1),
    *(10**30, Raw("9" * 5_000), Raw("1.0"), Raw("1e2"), Raw("1e999"), Raw("-0"), Raw("01")),
    *(Raw("NaN"), Raw("Infinity"), Raw("+1"), Raw("1_000"), Raw("tru"), Raw("'x'"), Raw("")),
    *("", " ", "0", "1", "-1", "1.0", "null", "true", "-", ".", "/", "%", "%00", "{}", "[]"),
    *("\0", "a\0b", "\ud800", "\udfff\ud800", "\u202e" + MARK, "\ufeff", "\u200f", "\x7f"),
    *(
        "か\u3099",
        "ガ",
        "𠮷",
        "👨‍👩‍👧",
        "ﬀ",
        "\r\n",
        MARK,
        MARK * 13,
        "x" * 65,
        "9" * 400,
        "x" * 5_000,
    ),
    *("2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "2026-6-3", "20260603", "-1-1-1"),
    *("9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    *("2026-06-03T12:00:00", "2026-06-03T12:00:60Z", "2026-06-03 12:00:00Z", "1e9"),
    *("2026-06-03T12:00:00+99:99", "2026-06-03T24:00:00Z", "2026-06-03T12:00:00.1234567890123Z"),
    *("'; DROP TABLE x; --", "%s%(x)s{0}", "../../etc", "\\", '"', "</script>", "${x}"),
    *([], {}, [Raw("null")], [[]], {"": 0}, {MARK: MARK}, {"$ref": "#"}, [0] * 300),
    *(nested(DEEP), nested(5_000), nested(DEEP, '{"a":', "}"), nested(20_000, '{"a":', "}")),
]
junk = st.sampled_from(JUNK) | st.text(max_size=20) | st.integers() | st.floats().map(repr).map(Raw)
often = st.integers(0, 99)


def text_of(value: Any) -> str:
    """JSON, with what is raw as it is."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{text_of(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text_of, value)) + "]"
    return json.dumps(value, ensure_ascii="\ud800" <= str(value)[:1] <= "\udfff")


@st.composite
def held(draw: st.DrawFn, name: str, schema: Schema, known: Known, faults: int) -> Any:
    """What a field holds: what is known to be good there, what its schema says, or (so many times
    in a hundred) something else."""
    if draw(often) < faults:
        return draw(junk)
    schema = resolved(schema)
    if name in known and "properties" not in schema:
        return draw(st.sampled_from(known[name]))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    ways = [one for one in schema.get("oneOf", ()) if one.get("type") != "null"]
    if ways:
        chosen = draw(st.sampled_from(ways))
        kept = {k: v for k, v in schema.items() if k != "oneOf"}
        return draw(held(name, {**kept, **chosen}, known, faults))
    match schema.get("type"):
        case "object":
            return draw(filled(schema, known, faults))
        case "array":
            inner = held("", schema.get("items", {}), known, faults)
            return draw(st.lists(inner, max_size=3))
        case "integer":
            least, most = int(schema.get("minimum", 0)), int(schema.get("maximum", 10_000_000))
            edges = [least, min(most, 1), min(most, 100), min(most, 2_200), most]
            return draw(st.sampled_from([*edges, most + 1, least - 1]))
        case "boolean":
            return draw(st.booleans())
        case _:
            return draw(st.sampled_from([MARK, "1", "a", "T01", "general"]))


@st.composite
def filled(draw: st.DrawFn, schema: Schema, known: Known, faults: int) -> dict[str, Any]:
    """An object: its required fields, some others, now and then one that nobody knows."""
    made = {}
    for name, inner in schema.get("properties", {}).items():
        wanted = 97 if name in schema.get("required", ()) else 30
        if draw(often) < wanted:
            made[name] = draw(held(name, inner, known, faults))
    if draw(often) < faults:
        made[draw(st.sampled_from(["shop", "tenant", MARK, "", "\ud800", "__proto__"]))] = 1
    return made


Breaks = Callable[[bytes, int], bytes]
BREAKS: list[Breaks] = [
    lambda body, n: body[: n % (len(body) + 1)],
    lambda body, n: body[: n % (len(body) + 1)] + b"\xff" + body[n % (len(body) + 1) :],
    lambda body, n: body[: n % (len(body) + 1)] + b"\xed\xa0\x80" + body[n % (len(body) + 1) :],
    lambda body, n: body.decode("utf-8", "replace").encode("utf-16"),
    lambda body, _: b"\xef\xbb\xbf" + body,
    lambda body, _: body + body,
    lambda body, _: body[:-1] + b"," + body[1:] if len(body) > 2 else b"{}{}",
    lambda body, _: body[:-1] + b',"slip":"a","slip":"b"}',
    lambda body, n: body.ljust(256 * 1024 + n % 3),
    lambda body, n: b"[" * (n % 200_000),
    lambda body, n: body.replace(b'"', b"'"),
    lambda body, n: bytes(reversed(body)),
    lambda body, n: n.to_bytes(16, "big"),
]


def media_types(route: Route) -> st.SearchStrategy[str]:
    """The right one, mostly."""
    right = route.media_type or "application/json"
    others = ["", "text/plain", "application/json; charset=utf-16", "multipart/form-data", "x"]
    return st.sampled_from([right] * 20 + [f"{right}; charset=utf-8", *others])


@st.composite
def bodies(draw: st.DrawFn, route: Route, known: Known) -> bytes | None:
    """A body for a route: JSON, lines of JSON, rows, a form; or what is left of it."""
    if route.body is None:
        return draw(st.sampled_from([None, None, b"{}", b"\xff"]))
    faults = draw(st.sampled_from([0, 0, 4, 12, 50]))
    match route.media_type:
        case "application/x-ndjson":
            lines = draw(
                st.lists(filled(draw(st.sampled_from(OFFLINE)), known, faults), max_size=4)
            )
            body = "\n".join(map(text_of, lines)).encode("utf-8", "surrogatepass")
        case "text/csv":
            rows = draw(st.lists(st.lists(held("", {}, known, faults), max_size=9), max_size=4))
            head = draw(st.sampled_from(["external_id,card,points", "card", "", MARK]))
            told = [head, *(",".join(str(one) for one in row) for row in rows)]
            body = "\r\n".join(told).encode("utf-8", "surrogatepass")
        case "application/x-www-form-urlencoded":
            form = draw(filled(route.body, known, faults))
            told_of = {k: str(v).encode("utf-8", "surrogatepass") for k, v in form.items()}
            body = urlencode(told_of, encoding="utf-8", errors="surrogatepass").encode()
        case _:
            body = text_of(draw(held("", route.body, known, faults))).encode(
                "utf-8", "surrogatepass"
            )
    if draw(often) < 12:
        body = draw(st.sampled_from(BREAKS))(body, draw(st.integers(0, 2**32)))
    return body


OFFLINE = [
    {
        "properties": {**resolved({"$ref": f"#/components/schemas/{name}"})["properties"], **line},
        "required": ["kind", "seq", "slip", "till"],
    }
    for name, kind in (("Sale", "accrual"), ("Spend", "redemption"), ("Undo", "reversal"))
    for line in [
        {"kind": {"enum": [kind]}, "seq": {"type": "integer"}, "prev": {"type": "string"}}
        | {"signature": {"type": "string"}}
    ]
]
IN_A_PATH = [
    "0",
    "-1",
    "%00",
    "%ff",
    "%2e%2e",
    "..",
    "a" * 3_000,
    "%E5%B7%A1",
    "a%2Fb",
    "%ED%A0%80",
]


@st.composite
def requests(draw: st.DrawFn, routes: Sequence[Route], known: Known) -> Asked:
    """Any request to any route, by anybody."""
    route = draw(st.sampled_from(routes))
    path, query = route.path, []
    for where, name in route.parameters:
        value = draw(st.sampled_from(known.get(name, ["1", "a"])))
        if draw(often) < 25:
            value = draw(st.sampled_from(IN_A_PATH) | st.text(max_size=8).map(quoted))
        else:
            value = quoted(str(value))
        if where == "path":
            path = path.replace(f"{{{name}}}", value or "x")
        elif draw(often) < 70:
            query += [f"{name}={value}"] * draw(st.sampled_from([1, 1, 1, 2]))
    if draw(often) < 5:
        query.append(
            draw(st.sampled_from(["x=1", "limit=-1", "limit=9" + "9" * 30, "at=", "&&", "="]))
        )
    theirs = ["operator"] * 8 if "/admin/" in route.path else ["till"] * 8
    return Asked(
        route,
        draw(st.sampled_from([route.method] * 30 + ["GET", "POST", "PUT", "DELETE", "PATCH"])),
        path + ("?" + "&".join(query) if query else ""),
        draw(bodies(route, known)),
        draw(media_types(route)),
        draw(st.sampled_from([*theirs, "operator", "till", "office", "another", "nobody", "junk"])),
    )


def quoted(text: str) -> str:
    """A text as it stands in a URL."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")
