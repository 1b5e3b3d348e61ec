"""The contract as golden files: every route with what it requires, and the OpenAPI document."""

from pathlib import Path

import msgspec
from litestar import Litestar

from auth.gate import doors
from auth.scopes import SCOPES
from deploy.app import FRAMEWORKS_OWN, create_app
from deploy.pages import problems
from deploy.settings import Settings
from tests.golden.golden import same

DOCS = Path(__file__).parents[2] / "docs"


def app() -> Litestar:
    """The hub as a test instance has it: with the clock's own route."""
    return create_app(
        Settings("postgresql://nobody@127.0.0.1/none", "s", None, "http://localhost", "file:clock")
    )


def test_every_route_with_what_it_requires() -> None:
    found = sorted(f"{one.method:6} {one.path:55} {one.requires}" for one in doors(app().routes))
    same("routes.txt", ("\n".join(found) + "\n").encode())


def test_the_openapi_document() -> None:
    document = msgspec.json.encode(app().openapi_schema.to_schema(), order="sorted")
    same("openapi.json", msgspec.json.format(document, indent=1) + b"\n")


def test_no_route_stands_open_by_mistake() -> None:
    shut = [one for one in doors(app().routes) if one.requires == "nobody"]
    assert all(one.path.startswith(FRAMEWORKS_OWN) for one in shut)


def test_the_reference_names_every_refusal_and_every_scope() -> None:
    page = (DOCS / "reference.md").read_text(encoding="utf-8")
    for slug, problem in problems().items():
        assert f"| `{slug}` | {problem.status} |" in page, slug
    for scope in SCOPES:
        assert f"| `{scope}` |" in page, scope
