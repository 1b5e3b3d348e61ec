"""役割と画面: the menu offers no page that stays shut; what scopes do not open is 403."""

from itertools import chain

from auth.gate import ANYONE, CONSOLE, doors
from auth.people.people import Given
from auth.people.roles import PLACES, ROLES, scopes_of
from deploy.app import create_app
from deploy.menus import menu
from deploy.settings import Settings
from tenants import areas
from tenants.layout import Named
from tests.golden.golden import same
from tests.mall import Mall
from tests.people.persons import Staff

SETTINGS = Settings("postgresql://nobody@127.0.0.1/none", "s", None, "http://localhost", "system")
# What a signed-in person opens by its address alone; an event stream has no end.
PAGES = {
    door.path: door.requires
    for door in doors(create_app(SETTINGS).routes)
    if door.method == "GET" and door.path.startswith(("/console", "/portal"))
    and "{" not in door.path and door.requires != ANYONE and door.path != "/console/live"
}  # fmt: skip


async def test_every_role_opens_its_menu_and_what_its_scopes_open_and_nothing_else(
    mall: Mall, staff: Staff
) -> None:
    shop = await mall.shop("bakery")
    async with mall.hub.pools.use("worker") as conn:
        area = await areas.add_area(conn, Named("north", "北", "north"))
        await areas.put_facility(conn, area, mall.facilities["tokushima"])
    mall.hub.forget()  # as the bell does
    places = {
        "area": area, "facility": mall.facilities["tokushima"], "shop": shop.shop_id,
        "tenant": shop.tenant_id,
    }  # fmt: skip
    table = []
    for role in ROLES:
        given = Given(role, places[PLACES[role]]) if role in PLACES else Given(role)
        person = await staff.person(role, given, passkey=True)
        scopes = scopes_of([role], "passkey")
        offered = chain.from_iterable(found for _, found in menu(scopes, role in PLACES))
        paths = {entry.path for entry in offered}
        for path, needs in sorted(PAGES.items()):
            status = (await person.browser.get(path)).status
            assert (status == 403) == (needs != CONSOLE and not scopes.issuperset(needs.split())), (
                f"{role} {path}: {status}"
            )
            assert status == 200 or path not in paths, f"{role} {path}: {status}"
            told = "menu" if path in paths else "-"
            table.append(f"{role:<17} {path:<32} {needs:<20} {told:<5} {status}\n")
    same("roles_by_page.txt", "".join(table).encode())
