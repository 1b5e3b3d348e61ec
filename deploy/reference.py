"""API の説明: the API's own document (OpenAPI 3.1), told operation by operation as people read it.

Pure: from the document to plain Structs. Nothing is said here that the document does not say.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from auth.scopes import SCOPES

DEEPEST = 4
AUDIENCES = {
    "till": ("レジ", "Tills"),
    "member": ("会員のアプリ", "Members' apps"),
    "backoffice": ("店舗の事務", "Back offices"),
    "operator": ("運営", "The operator"),
    "anyone": ("誰でも", "Anyone"),
}
LIMITS = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "minLength": "{} –",
    "maxLength": "– {}",
    "minItems": "[{} –]",
    "maxItems": "[– {}]",
    "pattern": "{}",
    "default": "= {}",
}
Schema = Mapping[str, Any]


class Field(Struct, frozen=True):
    """One field of a body, of an answer or of an address: where it stands, what it may be."""

    name: str
    kind: str
    required: bool
    limits: str
    about: str


class Body(Struct, frozen=True):
    """What goes in or comes out: its media types, its name, its fields."""

    kinds: tuple[str, ...]
    name: str
    fields: tuple[Field, ...]


class Answered(Struct, frozen=True):
    """A status: the refusals that it may be, by their slugs, or what comes with it."""

    status: str
    refusals: tuple[str, ...]
    body: Body | None


class Operation(Struct, frozen=True):
    """One thing that can be asked: how, by whom, with what, and all that may be answered."""

    name: str
    method: str
    path: str
    ja: str
    en: str
    scopes: tuple[str, ...]
    freely: bool
    by_session: bool
    parameters: tuple[Field, ...]
    body: Body | None
    answers: tuple[Answered, ...]


class Group(Struct, frozen=True):
    """The operations of one audience."""

    name: str
    ja: str
    en: str
    operations: tuple[Operation, ...]


def groups(document: Schema) -> tuple[Group, ...]:
    """Every operation of the document, under the audience that asks it most."""
    found: dict[str, list[Operation]] = {name: [] for name in AUDIENCES}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            one = operation(document, method.upper(), path, told)
            found[audience(one)].append(one)
    return tuple(Group(name, *AUDIENCES[name], tuple(those)) for name, those in found.items())


def audience(one: Operation) -> str:
    """Who asks it: the first audience that may have its scopes."""
    may = [SCOPES[scope].audiences for scope in one.scopes if scope in SCOPES]
    return next((name for name in AUDIENCES if any(name in those for those in may)), "anyone")


def operation(document: Schema, method: str, path: str, told: Schema) -> Operation:
    """One operation as it is read; its docstring's last ` / ` parts English from Japanese."""
    en, _, ja = told.get("description", "").rpartition(" / ")
    scopes = sorted({one for way in told["security"] for those in way.values() for one in those})
    return Operation(
        name=told["operationId"],
        method=method,
        path=path,
        ja=ja,
        en=en or ja,
        scopes=tuple(scopes),
        freely=not told["security"],
        by_session=any("session" in way for way in told["security"]),
        parameters=tuple(
            field(document, f"{one['name']}", one["schema"], required=one["required"])
            for one in told.get("parameters", ())
        ),
        body=body(document, told.get("requestBody", {}).get("content", {})),
        answers=tuple(
            answered(document, status, one) for status, one in sorted(told["responses"].items())
        ),
    )


def answered(document: Schema, status: str, told: Schema) -> Answered:
    """One status and what comes with it."""
    content = told.get("content", {})
    if "application/problem+json" in content:
        return Answered(status, tuple(told["description"].split(" · ")), None)
    return Answered(status, (), body(document, content))


def body(document: Schema, content: Schema) -> Body | None:
    """What stands in a body, by the first of its media types that says so; None: nothing."""
    if not content:
        return None
    schema = next(iter(content.values())).get("schema", {})
    return Body(tuple(content), kind_of(schema), tuple(fields(document, schema)))


def fields(
    document: Schema, schema: Schema, prefix: str = "", deep: int = 0
) -> Iterator[Field]:  # fmt: skip
    """The fields of a schema, those of what it holds below it, as `lines[].yen`."""
    whole, tail = resolved(document, schema)
    if deep > DEEPEST:
        return
    required = whole.get("required", ())
    for name, one in whole.get("properties", {}).items():
        path = f"{prefix}{tail}.{name}".lstrip(".") if prefix or tail else name
        yield field(document, path, one, required=name in required)
        yield from fields(document, one, path, deep + 1)


def resolved(document: Schema, schema: Schema) -> tuple[Schema, str]:
    """The object that a schema is about, and `[]` for each list around it."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return resolved(document, document["components"]["schemas"][name])
    if "oneOf" in schema:
        those = [one for one in schema["oneOf"] if one.get("type") != "null"]
        return resolved(document, those[0]) if len(those) == 1 else (schema, "")
    if schema.get("type") == "array":
        inner, tail = resolved(document, schema.get("items", {}))
        return inner, f"[]{tail}"
    return schema, ""


def field(document: Schema, name: str, schema: Schema, *, required: bool) -> Field:
    """One field."""
    return Field(name, kind_of(schema), required, limits(schema), schema.get("description", ""))


def kind_of(schema: Schema) -> str:
    """What kind of value it is, in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "oneOf" in schema:
        return " | ".join(dict.fromkeys(kind_of(one) for one in schema["oneOf"]))
    if "enum" in schema or "const" in schema:
        return " | ".join(f"{one}" for one in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"{kind_of(schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("contentEncoding") or schema.get("type") or "–")


def limits(schema: Schema) -> str:
    """Between which bounds, by which pattern, and what stands where nothing is said."""
    said: Iterable[tuple[str, Any]] = ((told, schema.get(name)) for name, told in LIMITS.items())
    return " ".join(told.format(plain(value)) for told, value in said if value is not None)


def plain(value: Any) -> Any:
    """A whole number without its point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
