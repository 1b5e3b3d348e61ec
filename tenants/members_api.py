"""What the operator's office does to a member beside the books: cards and other carriers, freezing,
who the member is."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation import carriers, profiles, register
from federation.answering import masked
from federation.carriers import Carrier
from federation.days import day_of
from federation.opaque import Names
from federation.profiles import Profile, Standing
from federation.refusals import (
    AlreadyMerged,
    CardKnown,
    CardNotActive,
    CardNotRegistered,
    MemberWithdrawn,
    NotFound,
    Validation,
)
from tenants import acts, enriching, privacy
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.member_words import (
    Email,
    ExternalId,
    Kept,
    LineId,
    Phone,
    Postcode,
    Words,
    phone_of,
)
from tenants.pace import pace
from tenants.privacy import NoPersonalData
from tenants.reading_api import NO_STORE, member_of
from tenants.undoing import Reason

Now = Callable[[], datetime]
GONE = (AlreadyMerged, MemberWithdrawn)
ANY_CHANGE = (NotFound, *ANY_JSON, *GONE)


class Replacement(Struct, frozen=True, forbid_unknown_fields=True):
    """A card that is lost or worn, and the one in its place."""

    old_card: Kept
    new_card: Kept
    reason: Reason


class Added(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One more thing that leads to a member: exactly one of these."""

    card: Kept | None = None
    phone: Phone | None = None
    line: LineId | None = None
    external_id: ExternalId | None = None
    reason: Reason

    def carrier(self) -> tuple[carriers.Kind, str]:
        """Its kind, and what it is."""
        given: list[tuple[carriers.Kind, str]] = []
        if self.card is not None:
            given.append(("card", self.card))
        if self.phone is not None:
            given.append(("phone", phone_of(self.phone)))
        if self.line is not None:
            given.append(("line", self.line))
        if self.external_id is not None:
            given.append(("external", self.external_id))
        if len(given) != 1:
            raise Validation(pointer="")
        return given[0]


class Because(Struct, frozen=True, forbid_unknown_fields=True):
    """Why."""

    reason: Reason


class Written(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who a member is, whole: what is left out is not kept."""

    name: Words | None = None
    kana: Words | None = None
    birth_on: date | None = None
    sex: Literal["female", "male", "other"] | None = None
    postcode: Postcode | None = None
    phone: Phone | None = None
    email: Email | None = None
    external_id: ExternalId | None = None

    def profile(self) -> Profile:
        """As it is kept: digits alone in a phone and a postcode."""
        return Profile(
            name=self.name,
            kana=self.kana,
            birth_on=self.birth_on,
            sex=self.sex,
            postcode=self.postcode.replace("-", "") if self.postcode else None,
            phone=phone_of(self.phone) if self.phone else None,
            email=self.email,
            external_id=self.external_id,
        )


class CarrierTold(Struct, frozen=True):
    """What leads to a member, all but its last four characters hidden."""

    kind: str
    ends: str
    state: str
    issued_on: date


class MemberTold(Struct, frozen=True, omit_defaults=True):
    """A member as the operator sees it."""

    member: str
    state: str
    rank: str
    joined_on: date
    points: int
    carriers: tuple[CarrierTold, ...]
    merged_into: str | None = None
    left_at: datetime | None = None
    erased_at: datetime | None = None


class ProfileTold(Struct, frozen=True, omit_defaults=True):
    """Who a member is; empty where nothing is known, or nothing any more."""

    member: str
    profile: Profile
    updated_at: datetime | None = None


class Sought(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What leads to the member that is looked for: exactly one of these."""

    card: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    phone: Phone | None = None
    line: LineId | None = None
    external_id: ExternalId | None = None


@post(
    "/v1/admin/member-searches",
    requires="members:read",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, *ANY_JSON),
)
async def post_member_search(
    data: JSONBody[Sought],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> MemberTold:
    """Find a member by what leads to it. / 会員検索"""
    found = await carriers.led(worker, sought(data))
    if found is None:
        raise NotFound
    return await member_told(worker, found.member_id, names, caller)


def sought(asked: Sought) -> str:
    """The key of the carrier that is named."""
    given: list[tuple[carriers.Kind, str | None]] = [
        ("card", asked.card),
        ("phone", phone_of(asked.phone) if asked.phone else None),
        ("line", asked.line),
        ("external", asked.external_id),
    ]
    named = [carriers.named(kind, value) for kind, value in given if value is not None]
    if len(named) != 1:
        raise Validation(pointer="")
    return named[0]


@get(
    "/v1/admin/members/{handle:str}",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_member(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> MemberTold:
    """A member: state, rank, what leads to it. / 会員照会"""
    return await member_told(worker, member_of(names, caller, handle), names, caller)


@post(
    "/v1/admin/members/{handle:str}/cards",
    requires="members:write",
    cache_control=NO_STORE,
    responses=answers(201, None, *ANY_CHANGE, CardKnown, CardNotActive),
)
async def post_card(
    handle: FromPath[str],
    data: JSONBody[Replacement],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> MemberTold:
    """Replace a member's card: the balance stays. / カードの再発行"""
    member_id, now = member_of(names, caller, handle), clock()
    await carriers.replace(worker, member_id, data.old_card, data.new_card, day_of(now))
    await acts.record(worker, member_id, "card-replaced", caller, data.reason, now)
    return await member_told(worker, member_id, names, caller)


@post(
    "/v1/admin/members/{handle:str}/carriers",
    requires="members:write",
    cache_control=NO_STORE,
    responses=answers(201, None, *ANY_CHANGE, CardKnown, NoPersonalData),
)
async def post_carrier(
    handle: FromPath[str],
    data: JSONBody[Added],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> MemberTold:
    """Let one more card, phone, LINE or external id lead to a member. / 会員証の追加"""
    member_id, now = member_of(names, caller, handle), clock()
    kind, value = data.carrier()
    if kind in ("phone", "line") and await privacy.forbids(worker):
        raise NoPersonalData(pointer=f"/{kind}")
    await carriers.attach(worker, member_id, kind, value, day_of(now))
    await acts.record(worker, member_id, "carrier-added", caller, data.reason, now)
    return await member_told(worker, member_id, names, caller)


@post(
    "/v1/admin/members/{handle:str}/freeze",
    requires="members:write",
    status_code=204,
    responses=answers(204, None, *ANY_CHANGE, CardNotRegistered),
)
async def post_freeze(
    handle: FromPath[str],
    data: JSONBody[Because],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> None:
    """Stop a member's points from being spent. / 利用停止"""
    member_id = member_of(names, caller, handle)
    await carriers.freeze(worker, member_id, frozen=True)
    await acts.record(worker, member_id, "frozen", caller, data.reason, clock())


@post(
    "/v1/admin/members/{handle:str}/unfreeze",
    requires="members:write",
    status_code=204,
    responses=answers(204, None, *ANY_CHANGE, CardNotRegistered),
)
async def post_unfreeze(
    handle: FromPath[str],
    data: JSONBody[Because],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> None:
    """Let a member's points be spent again. / 利用停止の解除"""
    member_id = member_of(names, caller, handle)
    now = clock()
    await carriers.freeze(worker, member_id, frozen=False)
    await pace.release(worker, member_id, caller, data.reason, now)
    await acts.record(worker, member_id, "unfrozen", caller, data.reason, now)


@put(
    "/v1/admin/members/{handle:str}/profile",
    requires="members:write",
    cache_control=NO_STORE,
    responses=answers(200, None, *ANY_CHANGE, CardKnown, NoPersonalData, enriching.BirthDateFixed),
)
async def put_profile(
    handle: FromPath[str],
    data: JSONBody[Written],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> ProfileTold:
    """Write who a member is; an external id leads to it from now on. / 会員情報の登録"""
    member_id, now, profile = member_of(names, caller, handle), clock(), data.profile()
    if profile.personal and await privacy.forbids(worker):
        raise NoPersonalData(pointer=f"/{profile.personal[0]}")
    await carriers.lock(worker, member_id)
    enriching.mend(await profiles.read(worker, member_id), profile)
    if profile.external_id is not None:
        await carriers.attach(worker, member_id, "external", profile.external_id, day_of(now))
    await profiles.write(worker, member_id, profile, now)
    registered = await register.named(worker, member_id, profile)
    what: acts.What = "registered" if registered else "profile-written"
    await acts.record(worker, member_id, what, caller, "profile", now)
    return profile_told(await profiles.read(worker, member_id), names, caller)


@get(
    "/v1/admin/members/{handle:str}/profile",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_profile(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> ProfileTold:
    """Who a member is. / 会員情報"""
    standing = await profiles.read(worker, member_of(names, caller, handle))
    return profile_told(standing, names, caller)


async def member_told(
    conn: AsyncConnection, member_id: int, names: Names, caller: Caller
) -> MemberTold:
    """A member under the operator's own handle."""
    found = await profiles.read(conn, member_id)
    heir = found.merged_into
    return MemberTold(
        names.seal("member", caller.tenant_id, member_id),
        found.state,
        found.rank,
        found.joined_on,
        found.points,
        tuple(carrier_told(one) for one in await carriers.carriers_of(conn, member_id)),
        names.seal("member", caller.tenant_id, heir) if heir else None,
        found.left_at,
        found.erased_at,
    )


def carrier_told(one: Carrier) -> CarrierTold:
    """A carrier as a page may show it."""
    bare = one.carrier if one.kind == "card" else one.carrier.partition(":")[2]
    return CarrierTold(one.kind, masked(bare), one.state, one.issued_on)


def profile_told(found: Standing, names: Names, caller: Caller) -> ProfileTold:
    """A profile under the operator's own handle."""
    handle = names.seal("member", caller.tenant_id, found.member_id)
    return ProfileTold(handle, found.profile, found.updated_at)


ROUTES: list[HTTPRouteHandler] = [
    post_member_search,
    get_member,
    post_card,
    post_carrier,
    post_freeze,
    post_unfreeze,
    put_profile,
    get_profile,
]
