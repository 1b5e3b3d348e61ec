"""Whatever anybody sends to any route of the contract: no 5xx, each refusal is a known one in
`application/problem+json` that echoes nothing, and the books' promises are kept afterwards.

More of it, and other ones each time: `MEGURI_FUZZ=100000 make test ARGS=tests/fuzz`.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from yarl import URL

from auth.gate import ANYONE, NOBODY, doors
from deploy.app import create_app
from deploy.pages import problems
from tests.auth.doors import StandIn
from tests.conftest import Given
from tests.fuzz.asked import MARK, Asked, requests, text_of
from tests.fuzz.contract import Route, routes
from tests.fuzz.town import Town
from tests.mall import BEGIN, Mall, serving, settings_for

REQUESTS = 400
ALL_OF_IT = 5_000  # so many reach every route
PROBLEM = "application/problem+json"
STORED = "/v1/slips"  # tells the stored answer of a slip, whatever that was
OF_OAUTH = {f"/oauth/{door}" for door in ("token", "par", "introspect", "revoke")}  # RFC 6749's
CONSENT = "/oauth/authorize"  # answers whoever sits before the screen
STRANGERS = {"nobody", "junk"}
refusals = {one.slug: one.status for one in problems().values()}


class Crowd(Town):
    """What the people of a town ask, and how the answers are judged."""

    def __init__(self, mall: Mall) -> None:
        super().__init__(mall)
        self.done: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        found = doors(create_app(mall.hub.settings).routes)
        self.gated = {one.path for one in found if one.requires not in (ANYONE, NOBODY)}

    async def ask(self, asked: Asked) -> None:
        """Send it, and judge the answer."""
        headers = {"content-type": asked.media_type} if asked.media_type else {}
        if asked.who == "junk":
            headers["authorization"] = "Bearer a.b.c"
        elif asked.who in self.clients:
            headers["authorization"] = f"Bearer {await self.clients[asked.who].token()}"
        url = URL(self.mall.url + asked.url, encoded=True)
        async with self.mall.http.request(
            asked.method, url, data=asked.body, headers=headers, allow_redirects=False
        ) as answer:
            content = await answer.read()
            self.judged(asked, answer.status, answer.content_type, content)
        if asked.route.path == "/v1/admin/clock":
            self.mall.clock.set(BEGIN)

    def judged(self, asked: Asked, status: int, media_type: str, content: bytes) -> None:
        """What must hold for every answer."""
        self.asked[repr(asked.route)] += 1
        told = f"{status} {media_type} {content[:500]!r}"
        assert status < 500, told
        plainly = asked.method == asked.route.method
        if plainly:
            path_of_none = status == 404 and "/problems/not-found" in content.decode()
            assert str(status) in asked.route.answers or path_of_none, f"undocumented: {told}"
            shut = asked.route.path in self.gated and asked.who in STRANGERS
            assert not shut or status >= 400, f"let in without a token: {asked.who} {told}"
            if shut and status in (401, 403):
                self.done[f"stranger kept out: {status}"] += 1
        if status < 400:
            self.done["taken"] += 1
            return
        assert MARK.encode() not in content, told
        if asked.route.path in OF_OAUTH and media_type == "application/json":
            assert isinstance(json.loads(content)["error"], str), told
            self.done["refused the token"] += 1
            return
        if asked.route.path == CONSENT and media_type == "text/html":
            self.done["was shown why not"] += 1
            return
        assert media_type == PROBLEM, told
        slug = json.loads(content)["type"].removeprefix("/problems/")
        assert refusals.get(slug) == status == json.loads(content)["status"], told
        self.done[slug] += 1
        if asked.method == asked.route.method and asked.route.lists_its_refusals:
            assert slug in listed(asked.route, status), f"{asked.route} does not list it: {told}"


KEPT = 409


def listed(route: Route, status: int) -> frozenset[str]:
    """What a route says that it can refuse with; a path that is none is nobody's."""
    if route.path == STORED and status == KEPT:
        return frozenset(slug for slug, kept in refusals.items() if kept == KEPT)
    return route.answers.get(str(status), frozenset()) | {"not-found"}


@pytest.mark.long
def test_whatever_is_sent_nobody_stumbles_and_the_books_are_whole(
    given: Given, database: str, tmp_path: Path
) -> None:
    wanted = os.environ.get("MEGURI_FUZZ")
    profile = settings(
        max_examples=int(wanted or REQUESTS),
        derandomize=wanted is None,
        database=None,
        deadline=None,
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    ways = routes()
    with asyncio.Runner() as runner:
        leaving = AsyncExitStack()
        ours = serving(settings_for(database, given.redis_url, tmp_path), sign_in=StandIn())
        crowd = Crowd(runner.run(leaving.enter_async_context(ours)))
        try:
            runner.run(crowd.open())

            @profile
            @hypothesis.given(requests(ways, crowd.known))
            def anybody_asks(asked: Asked) -> None:
                runner.run(crowd.ask(asked))

            anybody_asks()
        finally:
            runner.run(leaving.aclose())  # which looks at every promise of the books
    if wanted is not None:
        told = f"▸ {sum(crowd.asked.values())} requests: {dict(crowd.done.most_common())}"
        print(told, file=sys.__stderr__, flush=True)
    assert crowd.done["taken"] > 0
    assert crowd.done["validation"] > 0
    if sum(crowd.asked.values()) >= ALL_OF_IT:
        assert crowd.done["stranger kept out: 401"] >= 100
        assert crowd.done["insufficient-scope"] >= 100, "who has a token, and not the right"
        assert {repr(one) for one in ways} == set(crowd.asked)


@pytest.mark.parametrize("name", ["%00", "a%00b", "%ED%A0%80", "%0A", "nobody"])
async def test_a_party_by_a_name_that_nobody_has_is_not_found(mall: Mall, name: str) -> None:
    """Found by this fuzz: a NUL went as far as the database."""
    operator = await mall.operator()
    url = URL(f"{mall.url}/v1/flows?party={name}", encoded=True)
    headers = {"authorization": f"Bearer {await operator.token()}"}
    async with mall.http.get(url, headers=headers) as answer:
        assert (answer.status, (await answer.json())["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize(
    "now",
    ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2020-01-01T00:00:00+14:00"],
)
async def test_a_clock_is_not_set_to_where_time_ends_or_nothing_stood(mall: Mall, now: str) -> None:
    """Found by these fuzzes: the month after it is none that there is; before the first notice of
    how data are used, `/v1/joining` had none to tell."""
    answer = await (await mall.operator()).ask("PUT", "/v1/admin/clock", json={"now": now})
    assert (answer.status, answer.slug) == (400, "validation")
    assert mall.now == BEGIN


@pytest.mark.parametrize("value", [{"a": [1, "é", None, True]}, [], "x", "\ud800"])
def test_what_is_not_raw_is_json(value: Any) -> None:
    assert json.loads(text_of(value)) == value
