"""A hub on its first day: no shop, no member, no entry and no cycle, as everybody finds it."""

from auth.gate import CONSOLE
from auth.people.roles import ROLES, is_placed
from deploy.menus import MENU
from tests.mall import Mall
from tests.people.persons import Person, Staff

BESIDE = (
    ("entries:read-all", "/console/lapsing"), ("entries:read-all", "/console/joined"),
    ("totals:read", "/console/elsewhere"), ("totals:read", "/console/declared"),
    ("totals:read", "/console/trends?view=places"), ("totals:read", "/console/trends?view=sales"),
    ("totals:read", "/console/trends?view=members"),
    ("settlement:read-all", "/console/circulation/uses"),
    ("settlement:read-all", "/console/circulation?level=tenant"),
    ("settlement:read-all", "/console/liability/lots"),
    ("settlement:read-all", "/console/liability/moved"),
    ("settlement:read-all", "/console/liability/uses"),
)  # fmt: skip


async def tour(mall: Mall, staff: Staff) -> list[tuple[str, Person | None, str]]:
    """Every page of the menu that headquarters see, and those that stand behind their numbers."""
    people = {
        role: await staff.person(f"{role}-of-none", role, passkey=role == "finance-approver")
        for role in ROLES if not is_placed(role)
    }  # fmt: skip
    paths = [(one.scope, one.path) for section in MENU for one in section.entries]
    found: list[tuple[str, Person | None, str]] = []
    for scope, path in (*paths, *BESIDE):
        role = next((role for role in people if scope in {CONSOLE, *ROLES[role].scopes}), None)
        if role is not None:
            name = path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-")
            found.append((name, people[role], path))
    return found
