"""Who members are is the operator's alone; and an instance may hold no such thing at all."""

import msgspec
import pytest

from auth.gate import ANYONE, doors
from deploy.app import create_app
from tenants import privacy
from tests.mall import WHY, Mall
from tests.office import card, office
from tests.stories.test_imports import file, settled

CANARY = "金糸雀"
ROMAN = "Kanaria"


async def no_personal_data(mall: Mall, *, yes: bool = True) -> None:
    async with mall.hub.pools.use("worker") as conn:
        await privacy.switch(conn, yes, WHY, mall.now)


async def test_a_profile_is_written_whole_and_read_by_the_operator(mall: Mall) -> None:
    hanako, clerk = await mall.member(), await office(mall)
    told = {"name": "山田 花子", "kana": "ヤマダ ハナコ", "birth_on": "1980-02-29", "sex": "female"}
    more = {"postcode": "760-0011", "phone": "+819012345678", "email": "h@example.jp"}
    written = await clerk.write(hanako, **told, **more, external_id="CRM-1")
    assert written.status == 200, written
    kept = {**told, "postcode": "7600011", "phone": "09012345678", "email": "h@example.jp"}
    assert written.json["profile"] == {**kept, "external_id": "CRM-1"}
    assert (await clerk.client.get(clerk.path(hanako, "/profile"))).content == written.content
    assert written.headers["cache-control"] == "no-store"
    found = await clerk.client.post("/v1/admin/member-searches", external_id="CRM-1")
    assert found.json["member"] == clerk.handle(hanako)
    assert (await clerk.write(hanako, name="山田 花")).json["profile"] == {"name": "山田 花"}
    taro = await mall.member()
    assert (await clerk.write(taro, external_id="CRM-1")).slug == "card-known"


BAD = [
    {"name": "花\u202e子"},
    {"sex": "x"},
    {"phone": "12"},
    {"email": "a"},
    {"birth_on": "1981-02-29"},
    {"shoe": 1},
]


@pytest.mark.parametrize("bad", BAD)
async def test_what_a_profile_may_say(mall: Mall, bad: dict[str, object]) -> None:
    hanako, clerk = await mall.member(), await office(mall)
    refused = await clerk.write(hanako, **bad)
    assert refused.slug == "validation"
    assert "花" not in refused.content.decode()


async def test_no_role_of_a_tenant_reads_a_profile(mall: Mall) -> None:
    may = "SELECT has_any_column_privilege(%s, 'federation.profiles', 'SELECT')"
    roles = ("app", "desk", "sealer", "auditor", "counter", "worker")
    found = {role: await mall.value(may, f"meguri_{role}") for role in roles}
    assert [role for role, reads in found.items() if reads] == ["counter", "worker"]
    email = (
        "SELECT has_column_privilege('meguri_counter', 'federation.profiles', 'email', 'SELECT')"
    )
    assert await mall.value(email) is False, "a till is told of a masked name, and no more"


async def test_where_no_personal_data_are_held_they_are_refused_by_name(mall: Mall) -> None:
    hanako, clerk = await mall.member(), await office(mall)
    await no_personal_data(mall)
    refused = await clerk.write(hanako, name=CANARY)
    assert (refused.status, refused.slug, refused.json["pointer"]) == (
        409, "no-personal-data", "/name",
    )  # fmt: skip
    for carrier in ({"phone": "0312345678"}, {"line": "U" + "0" * 32}):
        assert (await clerk.add(hanako, **carrier)).slug == "no-personal-data"
    assert (await clerk.write(hanako, external_id="CRM-1")).status == 200
    sent = await clerk.sends(file(f"{card()},A-1,{CANARY},,,,", ",A-2,,,,,"))
    (row,) = sent.json["refusals"]
    assert [(one["column"], one["reason"]) for one in row["faults"]] == [
        ("name", "no-personal-data")
    ]
    assert (await settled(clerk, sent.json["file"]))["booked"] == 1
    async with mall.hub.pools.use("worker") as conn:
        found = await (await conn.execute("SELECT num_nonnulls(name, kana, birth_on, phone, email)"
                                          " FROM federation.profiles")).fetchall()  # fmt: skip
    assert {one for (one,) in found} == {0}


async def test_what_is_kept_must_be_gone_before_the_switch(mall: Mall) -> None:
    hanako, clerk = await mall.member(), await office(mall)
    assert (await clerk.add(hanako, phone="0312345678")).status == 201
    with pytest.raises(privacy.PersonalDataKept):
        await no_personal_data(mall)
    assert (await clerk.write(hanako, name=CANARY)).status == 200


async def test_a_name_stands_in_no_page_and_no_answer_but_the_profiles_own(mall: Mall) -> None:
    """Every route that can be read without an id, by the operator, a till and a back office."""
    bakery = await mall.shop("bakery")
    hanako, clerk = await mall.member(), await office(mall)
    name = f"{CANARY} {ROMAN}"
    assert (await clerk.write(hanako, name=name, email=f"{ROMAN}@example.jp")).status == 200
    await bakery.sells(hanako, yen=11_000)
    await clerk.adjust(hanako, 5_000)
    await clerk.adjust(hanako, 5)
    sent = await clerk.sends(file(f"{card()},Z-1,{name},,9,,operator"))
    assert CANARY not in sent.content.decode()
    assert (await mall.close(mall.today)).status == 200
    back = await mall.office(bakery)
    read = 0
    for door in doors(create_app(mall.hub.settings).routes):
        if door.method != "GET" or door.requires == "nobody":
            continue
        path = door.path.replace("{handle}", clerk.handle(hanako)).replace("{file}", "0" * 32)
        path = path.replace("{cycle_id}", "2026-06-01").replace("{till}", "T01")
        if (
            "{" in path
            or path.startswith(("/console", "/member", "/portal"))
            or path.endswith(("/profile", "/export", "/live"))  # a line says no word but `moved`
        ):
            continue
        for who in (clerk.client, bakery, back):
            answer = await who.get(path)
            text = answer.content.decode(errors="replace")
            assert CANARY not in text, path
            assert ROMAN not in text, path
            read += answer.status == 200
        assert door.requires == ANYONE or door.requires
    assert read > 20
    entries = msgspec.json.encode((await clerk.client.get("/v1/entries")).json).decode()
    assert CANARY not in entries
