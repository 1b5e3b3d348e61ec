"""`meguri people`: the first administrator, an area, and the way back in."""

import asyncio
import getpass
from typing import Any

from click.testing import CliRunner

from auth.people.commands import people
from deploy.clock import wall
from tests.mall import Mall
from tests.people.persons import Person, Staff, key_of


class Desk:
    """The instance, as the command line knows it."""

    def __init__(self, mall: Mall) -> None:
        self.worker_url = mall.hub.settings.url("worker")
        self.issuer = mall.hub.settings.issuer
        self.now = wall


async def said(mall: Mall, *words: str) -> Any:
    """What a command prints; it runs a loop of its own, so it runs elsewhere."""
    return await asyncio.to_thread(CliRunner().invoke, people, list(words), obj=Desk(mall))


async def test_the_first_administrator_comes_from_the_command_line(
    mall: Mall, staff: Staff
) -> None:
    told = await said(mall, "invite", "root@example.jp", "--name", "根本", "--role", "admin")
    assert told.exit_code == 0, told.output
    first = Person(mall, staff.watch, "root@example.jp", "", key_of(told.output.strip()))
    await first.welcomed()
    await first.signs_in()
    page = await first.browser.get("/console/people")
    assert "根本" in page.text
    who = await mall.value("SELECT who FROM auth.people_log WHERE what = 'invited'")
    assert who == f"cli:{getpass.getuser()}"


async def test_somebody_at_a_place_is_invited_by_its_code(mall: Mall, staff: Staff) -> None:
    shop = await mall.shop("bakery")
    area = await said(mall, "area", "shikoku", "四国", "Shikoku", "--facility", "tokushima")
    assert area.exit_code == 0, area.output
    for role in ("area:shikoku", "facility:tokushima", "shop:bakery/bakery"):
        told = await said(mall, "invite", role.replace("/", "-"), "--role", role)
        assert told.exit_code == 0, told.output
    listed = (await said(mall, "list")).output
    assert "shop:bakery/bakery" in listed
    assert "area:shikoku" in listed
    assert shop.shop_id
    for role in ("shop", "hq:bakery", "nobody", "shop:bakery/nowhere"):
        assert (await said(mall, "invite", "x", "--role", role)).exit_code != 0
    again = await said(mall, "invite", "shop:bakery-bakery", "--role", "hq")
    assert "すでに使われています" in again.output


async def test_a_recovery_link_and_a_disabled_person(mall: Mall, staff: Staff) -> None:
    one = await staff.person("lost", "hq")
    told = await said(mall, "recover", "lost")
    assert (await one.browser.get("/console")).status == 200, "the link alone changes nothing"
    assert (await said(mall, "disable", "lost")).exit_code == 0
    assert (await one.browser.get("/console")).status == 303
    late = await one.browser.get(f"/console/welcome?key={key_of(told.output.strip())}")
    assert late.status == 404, "a disabled person's links are gone"
