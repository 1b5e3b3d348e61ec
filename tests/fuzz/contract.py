"""What the contract lets anybody ask: every route of the golden OpenAPI document, with the schema
of its body, its parameters, and the refusals that it lists."""

import json
from pathlib import Path
from typing import Any

from msgspec import Struct

DOCUMENT = json.loads((Path(__file__).parents[1] / "golden" / "openapi.json").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
Schema = dict[str, Any]


class Route(Struct, frozen=True):
    """One way in: how it is called, what its body may hold, what it says that it answers."""

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    media_type: str
    body: Schema | None
    answers: dict[str, frozenset[str]]

    def __repr__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def lists_its_refusals(self) -> bool:
        """Whether it says which refusals it can give; pages and a few readers do not."""
        return bool(self.answers.get("429"))


def routes() -> list[Route]:
    """Every route, in the document's order."""
    return [
        Route(
            method.upper(),
            path,
            tuple((one["in"], one["name"]) for one in asked.get("parameters", ())),
            *body_of(asked),
            {status: listed(one) for status, one in asked["responses"].items()},
        )
        for path, methods in DOCUMENT["paths"].items()
        for method, asked in methods.items()
    ]


def body_of(asked: Schema) -> tuple[str, Schema | None]:
    """The media type and the schema of a body; nothing where there is none."""
    content = asked.get("requestBody", {}).get("content", {})
    for media_type, told in content.items():
        return media_type, told["schema"]
    return "", None


def listed(answer: Schema) -> frozenset[str]:
    """The refusals that stand in an answer's description."""
    if "application/problem+json" not in answer.get("content", {}):
        return frozenset()
    return frozenset(answer["description"].split(" · "))


def resolved(schema: Schema) -> Schema:
    """What a reference stands for."""
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    return schema
