"""The contract as golden files: every route with what it requires, and the OpenAPI document."""

import msgspec
from litestar import Litestar

from auth.gate import doors
from auth.scopes import SCOPES
from deploy.app import FRAMEWORKS_OWN, create_app
from deploy.document import document
from deploy.pages import kinds, problems
from deploy.settings import Settings
from federation.refusals import Refusal, slug_of
from tests.golden.golden import same


def app() -> Litestar:
    """The hub as a test instance has it: with the clock's own route."""
    return create_app(
        Settings("postgresql://nobody@127.0.0.1/none", "s", None, "http://localhost", "file:clock")
    )


def test_every_route_with_what_it_requires() -> None:
    found = sorted(f"{one.method:6} {one.path:55} {one.requires}" for one in doors(app().routes))
    same("routes.txt", ("\n".join(found) + "\n").encode())


def test_the_openapi_document() -> None:
    told = msgspec.json.encode(document(app()), order="sorted")
    same("openapi.json", msgspec.json.format(told, indent=1) + b"\n")


def test_no_route_stands_open_by_mistake() -> None:
    shut = [one for one in doors(app().routes) if one.requires == "nobody"]
    assert all(one.path.startswith(FRAMEWORKS_OWN) for one in shut)


def test_the_reference_names_every_refusal_and_every_scope() -> None:
    same("../../docs/reference.md", reference().encode())


def reference() -> str:
    """Refusals and scopes, as a page."""
    refusals = {slug_of(kind): kind for kind in kinds(Refusal)}
    rows = [
        f"| `{one.slug}` | {one.status} | {one.title}<br>{one.title_en} | {one.staff_text} "
        f"| {refusals[one.slug].do} |"
        for one in problems().values()
    ]
    scopes = [
        f"| `{name}` | {scope.ja} | {scope.en} | {', '.join(sorted(scope.audiences))} |"
        for name, scope in SCOPES.items()
    ]
    return REFERENCE.format(refusals="\n".join(rows), scopes="\n".join(scopes))


REFERENCE = """# 応答と権限 / Refusals and scopes

Tests compare this page with the code. Every refusal has a page of its own under `/problems/<slug>`.

## Refusals

| slug | HTTP | 意味 / meaning | レジの表示 / display | do |
|---|---|---|---|---|
{refusals}

409 burns its slip, except `till-not-active`, `tenant-suspended` and those that concern no slip.

## Scopes

| scope | 意味 | meaning | audience |
|---|---|---|---|
{scopes}
"""
