"""会員の見え方と知らせ: who sees how much of a member, what leads to one, and what a member is told
of their own points; each story is named after the row of the catalogue that it shows."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from auth.scopes import BACKOFFICE
from deploy.noticer import look
from tenants import noticing
from tests.auth.doors import Doors, Knocker, open_doors
from tests.conftest import Given
from tests.mall import Client, Mall, Member, Shop, scopes_of
from tests.office import Office, card, office
from tests.stories.test_member_rows import held_by, told_by, whose

WRITTEN = {
    "name": "山田 花子", "kana": "ヤマダ ハナコ", "birth_on": "1990-05-05", "sex": "female",
    "postcode": "760-0011", "email": "hanako@example.jp",
}  # fmt: skip


@pytest.fixture(scope="module")
async def doors(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Doors]:
    async with open_doors(given, template, tmp_path_factory.mktemp("notices")) as ours:
        yield ours


@pytest.fixture(scope="module")
def mall(doors: Doors) -> Mall:
    return doors.mall


@pytest.fixture(scope="module")
async def clerk(mall: Mall) -> Office:
    return await office(mall)


@pytest.fixture(scope="module")
def bakery(doors: Doors) -> Shop:
    return doors.bakery  # type: ignore[attr-defined,no-any-return]


@pytest.fixture(scope="module")
async def app(doors: Doors) -> Knocker:
    return await doors.app(tenant="operator", scopes=scopes_of("member"))


@pytest.fixture(scope="module")
async def back_office(mall: Mall, bakery: Shop) -> Client:
    registered = await mall.register(bakery.tenant, BACKOFFICE, scopes_of(BACKOFFICE))
    return Client(mall, bakery.tenant, registered)


# --- M1 顧客基本情報


async def test_m1_everybody_sees_as_much_of_a_member_as_their_permission_says(
    mall: Mall, clerk: Office, bakery: Shop, back_office: Client
) -> None:
    hanako = await mall.member("premium")
    await clerk.write(hanako, **WRITTEN)
    handle = (await bakery.quote(hanako))["member"]
    at_the_shop = await back_office.get(f"/v1/members/{handle}/profile")
    assert at_the_shop.json == {
        "member": handle, "rank": "premium", "state": "active", "name": "山* 花*",
    }  # fmt: skip
    outline = await clerk.client.get(f"/v1/members/{clerk.handle(hanako)}/profile")
    assert outline.json == {
        "member": clerk.handle(hanako), "rank": "premium", "state": "active", "name": "山* 花*",
        "sex": "female", "age_years": "30-39", "area": "760",
    }  # fmt: skip
    whole = await clerk.client.get(clerk.path(hanako, "/profile"))
    assert whole.json["profile"]["name"] == "山田 花子"
    assert (await back_office.get(clerk.path(hanako, "/profile"))).status == 403
    another = await back_office.get(f"/v1/members/{clerk.handle(hanako)}/profile")
    assert another.status == 404, "another tenant's handle leads nowhere"
    assert (await bakery.get(f"/v1/members/{handle}/profile")).status == 403, "no till needs it"


async def test_m1_every_look_is_in_the_audit_trail(
    mall: Mall, clerk: Office, back_office: Client, bakery: Shop
) -> None:
    hanako = await mall.member()
    await clerk.write(hanako, **WRITTEN)
    handle = (await bakery.quote(hanako))["member"]
    await back_office.get(f"/v1/members/{handle}/profile")
    await clerk.client.post("/v1/admin/member-listings", kana="ヤマ")
    query = "SELECT count(*) FROM audit.acts WHERE verb LIKE %s AND actor = %s"
    asked = (
        ("%/v1/members/{handle}/profile", back_office.client_id),
        ("%/v1/admin/member-listings", clerk.client.client_id),
    )
    for verb, actor in asked:
        async with asyncio.timeout(30):
            while not await mall.value(query, verb, actor):  # noqa: ASYNC110  noted a moment later
                await asyncio.sleep(0.05)


async def test_m1_the_office_finds_members_by_card_reading_phone_and_handle(
    mall: Mall, clerk: Office
) -> None:
    found = {}
    for kana, name in (
        ("サトウ イチ", "佐藤 一"),
        ("サトウ ジロ", "佐藤 二郎"),
        ("サトミ", "里美"),
    ):
        one = await mall.member()
        await clerk.write(one, name=name, kana=kana)
        found[clerk.handle(one)] = kana
    await clerk.add(one, phone="0878210000")
    pages: list[Any] = []
    after: dict[str, Any] = {}
    while True:
        page = await clerk.client.post("/v1/admin/member-listings", kana="サト", limit=2, **after)
        pages.append([one["kana"] for one in page.json["found"]])
        if page.json["next"] is None:
            break
        after = {"after": page.json["next"]}
    assert pages == [["サトウ イチ", "サトウ ジロ"], ["サトミ"]]
    by_name = await clerk.client.post("/v1/admin/member-listings", name="佐藤")
    assert len(by_name.json["found"]) == 2
    for sought in ({"card": one.card}, {"phone": "087-821-0000"}):
        by = await clerk.client.post("/v1/admin/member-searches", **sought)
        assert by.json["member"] == clerk.handle(one)
    assert (await clerk.client.get(clerk.path(one))).json["member"] == clerk.handle(one)


@pytest.mark.parametrize(
    "asked", [{}, {"kana": "サ"}, {"kana": "サト", "name": "佐藤"}, {"kana": "サト", "limit": 201}]
)
async def test_m1_a_search_that_would_list_everybody_is_refused(
    clerk: Office, asked: dict[str, Any]
) -> None:
    assert (await clerk.client.post("/v1/admin/member-listings", **asked)).slug == "validation"


async def test_m1_letters_of_a_pattern_mean_themselves(clerk: Office) -> None:
    for kana in ("%%", "__", "\\\\"):
        found = await clerk.client.post("/v1/admin/member-listings", kana=kana)
        assert found.json["found"] == []


# --- M5 カードの紛失, M6 電話番号, M9 複数の会員証


async def test_m5_a_lost_card_is_swapped_and_the_balance_stays(
    mall: Mall, clerk: Office, bakery: Shop
) -> None:
    hanako, new = await mall.member(), card()
    await bakery.sells(hanako, yen=11_000)
    assert (await clerk.replace(hanako, hanako.card, new)).status == 201
    refused = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 5))
    assert refused.slug == "card-not-active"
    swapped = Member(hanako.member_id, new)
    assert (await bakery.accepts(swapped, points=5))["balance"]["points"] == 95


async def test_m6_a_phone_number_earns_after_a_masked_name_and_spends_nothing(
    mall: Mall, clerk: Office, bakery: Shop
) -> None:
    hanako = await mall.member()
    await clerk.write(hanako, name="山田 花子")
    await clerk.add(hanako, phone="09000000001")
    found = await bakery.post("/v1/member-lookups", till="T01", phone="090-0000-0001")
    assert (found.json["name"], found.json["may"]) == ("山* 花*", ["accrue"])
    assert hanako.card not in found.content.decode()
    part = await bakery.post("/v1/member-lookups", till="T01", phone="0000001")
    assert part.slug == "validation", "the whole number or none"
    by_phone = Member(hanako.member_id, found.json["card"])
    assert (await bakery.sells(by_phone, yen=1_100))["points"] == 10
    refused = await bakery.post("/v1/redemptions", **bakery.spending(by_phone, 5))
    assert (refused.slug, await mall.points_of(hanako)) == ("code-used", 10)
    by_card = await bakery.post("/v1/member-lookups", till="T01", card=hanako.card)
    assert "card" not in by_card.json


async def test_m9_phone_card_app_and_line_all_lead_to_one_account(
    mall: Mall, clerk: Office, bakery: Shop, app: Knocker
) -> None:
    hanako, taro, second = await mall.member(), await mall.member(), card()
    line = "U" + "9" * 32
    carriers = ({"card": second}, {"phone": "09000000009"}, {"line": line})
    for carrier in carriers:
        assert (await clerk.add(hanako, **carrier)).status == 201
        refused = await clerk.add(taro, **carrier)
        assert refused.slug == "card-known"
        assert clerk.handle(hanako) not in refused.content.decode(), "not whose it is"
    mine = await held_by(app, hanako)
    code = (await mine.post("/v1/me/codes")).json["code"]
    for number in (hanako.card, second, code):
        await bakery.sells(Member(hanako.member_id, number), yen=1_100)
    assert await mall.points_of(hanako) == 30
    assert (await mine.get("/v1/me/balance")).json["points"] == 30
    assert {await whose(mall, key) for key in (second, "phone:09000000009", f"line:{line}")} == {
        hanako.member_id
    }
    told = (await clerk.client.get(clerk.path(hanako))).json["carriers"]
    assert sorted((one["kind"], one["state"]) for one in told) == [
        ("card", "active"), ("card", "active"), ("line", "active"), ("phone", "active"),
    ]  # fmt: skip


# --- M60 利用通知


async def test_m60_every_redemption_is_told_and_nothing_else(
    mall: Mall, bakery: Shop, app: Knocker
) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=110_000)
    await bakery.accepts(hanako, points=100)
    await bakery.sells_for_points(hanako, points=30, yen=1_000)
    held = await bakery.post("/v1/holds", **bakery.asked(hanako, points=50))
    body = {k: v for k, v in bakery.asked(hanako, points=20).items() if k != "card"}
    captured = await bakery.post(f"/v1/holds/{held.json['hold_id']}/capture", **body)
    assert captured.status == 201, captured
    await told_by(mall, hanako, 3)
    mine = await held_by(app, hanako)
    page = (await mine.get("/v1/me/notices")).json
    told = [(one["kind"], one["facts"]["points"]) for one in page["notices"]]
    assert told == [("redeemed", 20), ("redeemed", 30), ("redeemed", 100)]
    assert page["notices"][0]["facts"]["shop"] == "bakery"
    assert set(page["notices"][0]["facts"]) == {"shop", "shop_en", "points", "at"}, "no more"
    first = (await mine.get("/v1/me/notices?limit=2")).json
    rest = (await mine.get(f"/v1/me/notices?limit=2&after={first['next']}")).json
    assert [len(first["notices"]), len(rest["notices"]), rest["next"]] == [2, 1, None]


async def test_m60_each_is_told_once_however_often_the_follower_starts(
    mall: Mall, bakery: Shop
) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=110_000)
    for _ in range(3):
        await bakery.accepts(hanako, points=10)
    await told_by(mall, hanako, 3)
    query = "SELECT count(*) FROM tenants.member_notices"
    before = await mall.value(query)
    async with mall.hub.pools.bare("worker") as conn:
        await conn.execute("UPDATE tenants.noticed SET number = 0")  # as if the mark were lost
        await asyncio.gather(*(following(mall) for _ in range(4)))
        assert await noticing.follow(conn) == 0
    assert await mall.value(query) == before


async def following(mall: Mall) -> None:
    """One more follower, from wherever the mark stands, a few numbers at a time."""
    async with mall.hub.pools.bare("worker") as conn:
        while await noticing.follow(conn, most=3):
            pass
        assert not await look(conn)


async def test_m60_not_me_freezes_at_once_and_ends_the_codes_on_the_screen(
    mall: Mall, bakery: Shop, clerk: Office, app: Knocker
) -> None:
    hanako, taro = await mall.member(), await mall.member()
    await bakery.sells(hanako, yen=110_000)
    await bakery.accepts(hanako, points=10)
    await told_by(mall, hanako, 1)
    mine = await held_by(app, hanako)
    code = (await mine.post("/v1/me/codes")).json["code"]
    (notice,) = (await mine.get("/v1/me/notices")).json["notices"]
    other = await held_by(app, taro)
    path = f"/v1/me/notices/{notice['notice']}/not-me"
    assert (await other.post(path)).status == 404, "not theirs to deny"
    denied = await mine.post(path)
    assert denied.status == 200, denied
    assert denied.json["denied_at"]
    assert (await mine.post(path)).content == denied.content, "said twice, done once"
    refused = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 5))
    assert refused.slug == "card-not-active"
    by_code = await bakery.post(
        "/v1/redemptions", **bakery.spending(Member(hanako.member_id, code), 5)
    )
    assert by_code.slug == "card-not-active"
    alarms = (await clerk.client.get("/v1/admin/denied-redemptions")).json["denials"]
    assert [(one["member"], one["state"], one["facts"]["points"]) for one in alarms] == [
        (clerk.handle(hanako), "frozen", 10)
    ]
    acts = (await clerk.client.get(clerk.path(hanako, "/export"))).json["acts"]
    assert [one["what"] for one in acts] == ["frozen"]
    assert (await clerk.freeze(hanako, "unfreeze")).status == 204
    assert (await mine.post(path)).status == 200
    assert (await bakery.accepts(hanako, points=5))["redeemed_points"] == 5, "not frozen anew"
    by_code = await bakery.post(
        "/v1/redemptions", **bakery.spending(Member(hanako.member_id, code), 5)
    )
    assert by_code.slug == "code-used", "the office freed the member, not the codes"


async def test_m60_mails_are_refused_kind_by_kind(mall: Mall, app: Knocker) -> None:
    mine = await held_by(app, await mall.member())
    wanted = (await mine.get("/v1/me/mails")).json["mails"]
    assert wanted == dict.fromkeys(noticing.KINDS, True)
    assert (await mine.put("/v1/me/mails/birthday", wanted=False)).json["mails"][
        "birthday"
    ] is False
    assert (await mine.put("/v1/me/mails/birthday", wanted=True)).json["mails"] == wanted
    assert (await mine.put("/v1/me/mails/weather", wanted=False)).status == 404
