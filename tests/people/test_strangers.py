"""Whoever has not signed in, and whoever signed in elsewhere, gets nothing of any page: every page
there is, asked by everybody who has no business there."""

import re

from auth.gate import NOBODY, doors
from auth.people.reception import COOKIE, MEMBER_COOKIE
from auth.people.roles import ROLES, RoleName, scopes_of
from auth.refusals import OF_NONE
from deploy.app import create_app
from deploy.document import document
from tests.mall import Mall
from tests.people.persons import Browser, Staff

# Where one comes in; what they show is the same for everybody.
ENTRANCES = {
    "/console/sign-in", "/console/welcome", "/member/sign-in", "/member/welcome",
    "/member/password", "/member/join", "/member/join/code",
    # Files of the installed app, which say nothing of anybody.
    "/member/brand.css", "/member/manifest.webmanifest", "/member/sw.js",
    # A till's page and its files are empty until a key of the till's own is made in them.
    "/till", "/till/manifest.webmanifest", "/till/sw.js",
}  # fmt: skip
JUNK = "A" * 43
PAGES = ("/console", "/mail", "/member", "/portal", "/till")
ELSEWHERE = ("/console/sign-in", "/member/sign-in")


async def test_no_page_opens_to_whoever_has_no_business_there(mall: Mall, staff: Staff) -> None:
    till = await mall.shop("bakery")
    shop = await staff.person("shop", "auditor")
    tills = await till.token()  # before the app is laid out anew, which takes its time
    pages = [
        (one.method, one.path) for one in doors(create_app(mall.hub.settings).routes)
        if one.path.startswith(PAGES) and one.requires != NOBODY and one.path not in ENTRANCES
    ]  # fmt: skip
    assert len(pages) >= 20
    own = shop.browser.cookies[COOKIE]
    comes: list[tuple[str, dict[str, str]]] = [
        ("with nothing", {}),
        ("with a made-up session", {"cookie": f"{COOKIE}={JUNK}; {MEMBER_COOKIE}={JUNK}"}),
        ("with a till's token", {"authorization": f"Bearer {tills}"}),
        ("with a person's session as a member's", {"cookie": f"{MEMBER_COOKIE}={own}"}),
    ]
    for method, path in pages:
        for how, headers in comes:
            asked = path.replace("{person_id}", shop.person_id)
            told = await Browser(mall).ask(
                method, asked, headers={**headers, "connection": "close"}
            )
            shut = told.status in (401, 403, 404, 405, 415) or (
                told.status == 303 and told.to.startswith(ELSEWHERE)
            )
            refused = shut or (method == "POST" and told.status == 400)
            assert refused, f"{how}: {method} {path} {told.status}"


async def test_an_auditor_opens_no_page_of_an_administrators(mall: Mall, staff: Staff) -> None:
    auditor = await staff.person("auditor", "auditor")
    assert (await auditor.browser.get("/console")).status == 200
    assert (await auditor.browser.get("/console/people")).status == 403
    on = await auditor.browser.post("/console/people", form_token=await auditor.form_token())
    assert on.status in (303, 403), on


async def test_a_tills_page_shows_everybody_the_same(mall: Mall, staff: Staff) -> None:
    """Whose it is stands in the browser that was enrolled, and not in what the hub sends."""
    person = await staff.person("clerk", "hq")
    for path in ("/till", "/till/manifest.webmanifest", "/till/sw.js"):
        theirs, strangers = await person.browser.get(path), await Browser(mall).get(path)
        assert (theirs.status, theirs.content) == (200, strangers.content), path


async def test_a_session_opens_the_routes_that_the_document_says_and_no_other(
    mall: Mall, staff: Staff
) -> None:
    roles: tuple[RoleName, ...] = ("hq", "finance-preparer", "support", "auditor")
    everybody = await staff.person("everybody", *roles)
    held = scopes_of(roles, "totp")
    paths = document(create_app(mall.hub.settings))["paths"]
    asked = {path: told["get"] for path, told in paths.items() if "get" in told}
    opened = 0
    for path, told in asked.items():
        ways = [way["session"] for way in told["security"] if "session" in way]
        for scopes in ways:
            assert any(role.scopes.issuperset(scopes) for role in ROLES.values()), path
        answer = await everybody.browser.get(re.sub(r"\{[^}]+\}", "1", path))
        if not told["security"]:
            continue
        if ways and held.issuperset(*ways):
            assert answer.status not in (401, 403), path
            opened += 1
        else:
            assert answer.status in (401, 403), path
    assert opened > 30
    gone = await Browser(mall).get("/v1/entries", cookie=f"{COOKIE}={JUNK}")
    assert (gone.status, gone.headers["www-authenticate"]) == (401, OF_NONE)
    till = await everybody.browser.get("/v1/tills/T01")
    assert (till.status, till.headers["www-authenticate"]) == (403, OF_NONE)
