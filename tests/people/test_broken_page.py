"""こちらの障害: what is ours to mend is told to people on a page, and to programs as a problem."""

import psycopg

from auth.people.people import Given
from deploy.console import FAULT
from federation.refusals import NotFound, titles
from tests.mall import Mall
from tests.people.persons import Staff


async def test_a_fault_of_ours_is_a_page_to_people_and_a_problem_to_programs(
    mall: Mall, staff: Staff
) -> None:
    auditor, path = await staff.person("kansa", "auditor"), "/console/audit"
    assert (await auditor.browser.get(path, accept="text/html")).status == 200
    with psycopg.connect(mall.hub.settings.database_url, autocommit=True) as conn:
        conn.execute("REVOKE SELECT ON audit.acts FROM meguri_auditor, meguri_worker")
        page, english = [
            await auditor.browser.get(f"{path}?lang={lang}", accept="text/html")
            for lang in ("ja", "en")
        ]
        program = await auditor.browser.get(path)
        conn.execute("GRANT SELECT ON audit.acts TO meguri_auditor, meguri_worker")
    for words, told in zip(FAULT, (page, english), strict=True):
        assert told.status == 500
        assert told.headers["content-type"].startswith("text/html")
        assert words in told.text
        assert 'href="/console' in told.text, "the way on"
        assert "permission denied" not in told.text
    assert program.status == 500
    assert program.headers["content-type"].startswith("application/problem+json")
    assert (await auditor.browser.get(path)).status == 200


async def test_an_address_of_a_tenant_that_leads_nowhere_is_a_page_with_the_way_on(
    mall: Mall, staff: Staff
) -> None:
    bakery = await mall.shop("bakery")
    ann = await staff.person("ann", Given("tenant", bakery.tenant_id))
    for lang, words in zip(("ja", "en"), titles(NotFound), strict=True):
        told = await ann.browser.get(f"/portal/no-such?lang={lang}", accept="text/html")
        assert told.status == 404
        assert told.headers["content-type"].startswith("text/html")
        assert f'<html lang="{lang}">' in told.text
        assert words in told.text
        assert 'href="/' in told.text, "the way on"
    program = await ann.browser.get("/portal/no-such")
    assert program.status == 404
    assert program.headers["content-type"].startswith("application/problem+json")
