"""The pages of the console that are everybody's."""

from auth.people.people import Given
from tests.mall import Mall
from tests.people.persons import Person, Staff


async def tour(mall: Mall, staff: Staff) -> list[tuple[str, Person | None, str]]:
    """A person at headquarters, an administrator, and a stranger."""
    await mall.shop("shell", facility="shell-hall")
    hq = await staff.person("shell-hq", Given("hq"))
    admin = await staff.person("shell-admin", Given("admin"))
    return [
        ("sign-in", None, "/console/sign-in"),
        ("problems", None, "/problems"),
        ("problem", None, "/problems/not-enough-points"),
        ("join", None, "/member/join"),
        ("member-sign-in", None, "/member/sign-in"),
        ("home", hq, "/console"),
        ("sessions", hq, "/console/sessions"),
        ("circulation", hq, "/console/circulation"),
        ("jobs", hq, "/console/jobs"),
        ("job", hq, "/console/jobs/sales"),
        ("settings", hq, "/console/settings"),
        ("people", admin, "/console/people"),
    ]
