"""役割と画面: the menu offers no page that stays shut; what scopes do not open is 403."""

import re
from itertools import chain

import pytest

from auth.gate import ANYONE, CONSOLE, Door, doors
from auth.people.people import Given
from auth.people.roles import PLACES, ROLES, scopes_of
from deploy.app import create_app
from deploy.menus import menu
from deploy.settings import Settings
from tenants import areas
from tenants.layout import Named
from tests.golden.golden import same
from tests.mall import Mall
from tests.people.persons import Person, Staff

SETTINGS = Settings("postgresql://nobody@127.0.0.1/none", "s", None, "http://localhost", "system")
# What is for people who signed in; an event stream has no end.
OURS = sorted(
    door for door in doors(create_app(SETTINGS).routes)
    if door.path.startswith(("/console", "/portal"))
    and door.requires != ANYONE and door.path != "/console/live"
)  # fmt: skip
# What they open by its address alone, and what names something, or is sent.
PAGES = {one.path: one.requires for one in OURS if one.method == "GET" and "{" not in one.path}
FURTHER = [one for one in OURS if one.method != "GET" or "{" in one.path]
LACKING = "許されていない操作"
NOT_OURS = "この画面から送られた操作ではない"


@pytest.fixture(scope="module")
async def places(mall: Mall) -> dict[str, int]:
    """Where each role that stands at a place stands."""
    shop = await mall.shop("bakery")
    async with mall.hub.pools.use("worker") as conn:
        area = await areas.add_area(conn, Named("north", "北", "north"))
        await areas.put_facility(conn, area, mall.facilities["tokushima"])
    mall.hub.forget()  # as the bell does
    return {
        "area": area, "facility": mall.facilities["tokushima"], "shop": shop.shop_id,
        "tenant": shop.tenant_id,
    }  # fmt: skip


async def test_every_role_opens_its_menu_and_what_its_scopes_open_and_nothing_else(
    staff: Staff, places: dict[str, int]
) -> None:
    table = []
    for role in ROLES:
        given = Given(role, places[PLACES[role]]) if role in PLACES else Given(role)
        person = await staff.person(role, given, passkey=True)
        scopes = scopes_of([role], "passkey")
        offered = chain.from_iterable(found for _, found in menu(scopes, role in PLACES))
        paths = {entry.path for entry in offered}
        assert {"/console/help", "/console/support"} <= paths, "everybody may ask for help"
        for path, needs in sorted(PAGES.items()):
            status = (await person.browser.get(path)).status
            assert (status == 403) == (not opens(needs, scopes)), f"{role} {path}: {status}"
            assert status == 200 or path not in paths, f"{role} {path}: {status}"
            told = "menu" if path in paths else "-"
            table.append(f"{role:<17} {path:<32} {needs:<20} {told:<5} {status}\n")
    same("roles_by_page.txt", "".join(table).encode())


async def test_every_role_is_shut_out_of_what_names_or_sends_something_without_its_scopes(
    staff: Staff, places: dict[str, int]
) -> None:
    table = []
    for role in ROLES:
        given = Given(role, places[PLACES[role]]) if role in PLACES else Given(role)
        person = await staff.person(f"{role}-sends", given, passkey=True)
        scopes = scopes_of([role], "passkey")
        token = await person.form_token()
        for door in FURTHER:
            found = await met(person, door, token if not opens(door.requires, scopes) else "")
            assert (found == "shut") == (not opens(door.requires, scopes)), f"{role} {door}"
            table.append(
                f"{role:<17} {door.method:<4} {door.path:<50} {door.requires:<20} {found}\n"
            )
    same("roles_by_form.txt", "".join(table).encode())


def opens(needs: str, scopes: frozenset[str]) -> bool:
    """Whether somebody of these scopes may come in."""
    return needs == CONSOLE or scopes.issuperset(needs.split())


async def met(person: Person, door: Door, token: str) -> str:
    """How far somebody comes: not in, to the second factor, to the form's token, or in. Whoever
    may not come in has a good token; whoever may has none, so that nothing is done."""
    path = re.sub(r"{[^}]+}", "1", door.path)
    if door.method == "GET":
        answer = await person.browser.get(path)
    else:
        answer = await person.browser.post(path, form_token=token)
    if answer.status == 403 and LACKING in answer.text:
        return "shut"
    if answer.status == 303 and answer.to.startswith("/console/step-up?action="):
        return "factor"
    assert door.method == "GET" or NOT_OURS in answer.text, f"{door}: {answer.status}"
    assert answer.status != 403 or door.method != "GET", door
    return "open" if door.method == "GET" else "form"
