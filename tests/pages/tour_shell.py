"""The pages of the console that are everybody's."""

from auth.people.people import Given
from tests.mall import Mall
from tests.people.persons import Person, Staff


async def crossed(mall: Mall) -> None:
    """Points that went from each of three shops to another, over two facilities."""
    halls = {"shell": "shell-hall", "bakery": "tokushima", "florist": "shell-hall"}
    shops = [await mall.shop(code, facility=hall) for code, hall in halls.items()]
    for at, shop in enumerate(shops):
        member = await mall.member()
        await shop.sells(member, yen=22_000)
        await shops[at - 1].sells_for_points(member, points=30 + 20 * at, yen=2_200)
        await shops[at - 2].sells_for_points(member, points=20 + 10 * at, yen=1_100)


async def tour(mall: Mall, staff: Staff) -> list[tuple[str, Person | None, str]]:
    """A person at headquarters, an administrator, and a stranger."""
    await crossed(mall)
    await mall.hub.runner.run("sales", mall.now, asked=True)
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
