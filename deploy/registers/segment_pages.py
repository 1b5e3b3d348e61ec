"""セグメントの画面: rules with a name, put together from conditions, and how many members each
names before anything is given or sent (M33)."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of, within
from deploy.registers import forms
from federation.refusals import Refusal
from tenants.callers import Caller
from tenants.campaigns import segments_api as api
from tenants.campaigns.segmenting import AllOf, AnyOf
from tenants.campaigns.segments import NewSegment
from tenants.showing import Show

LIST = "/console/segments"
SEXES = ("female", "male", "other")


@get(LIST, requires="admin:read", page=True, include_in_schema=False)
async def get_list(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    caller: NamedDependency[Caller],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """Every segment with its count, and one to make. / セグメント一覧"""
    return await listed(request, auditor, caller, show, {})


async def listed(
    request: Asked,
    conn: AsyncConnection,
    caller: Caller,
    show: Show,
    told: dict[str, str],
    why: Refusal | None = None,
) -> Response[bytes]:
    """The list with what was written so far."""
    found = (await api.get_segments.fn(conn, caller)).segments
    names = await forms.names_of(conn, {one.author for one in found})
    shown = show(
        request, "registers/segments.html", segments=found, told=told, names=names,
        words=in_words, sexes=SEXES,
        **{**forms.said(request), **({"why": forms.titles(why)} if why else {})},
    )  # fmt: skip
    shown.status_code = why.status if why else 200
    return shown


@post(
    LIST, requires="campaigns:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_new(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Keep a rule under a name. / セグメントの登録"""
    told = await reception.form(request, session_of(request))

    async def keep() -> None:
        names = ("segment", "name", "name_en", "reason")
        fields = {name: told.get(name, "").strip() for name in names}
        new = forms.struct_of(NewSegment, {**fields, "rule": rule_of(told)})
        await api.post_segment.fn(new, caller, worker, clock)

    why = await forms.tried(worker, keep)
    if why is not None:
        return await listed(request, worker, caller, show, told, why)
    return forms.onward(request, LIST, "made")


@post(
    f"{LIST}/{{segment:str}}/count", requires="campaigns:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_count(
    request: Asked,
    segment: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Count whom it names, now. / 人数の集計"""
    told = await reception.form(request, session_of(request))
    await api.post_count.fn(segment, clerk, caller, clock)
    return forms.onward(request, within(told.get("back"), LIST), "counted")


def rule_of(told: dict[str, str]) -> dict[str, Any]:
    """The conditions that were filled in, as a rule."""
    found: list[dict[str, Any]] = []
    if told.get("rank", "").strip():
        found.append({"is": "rank", "any_of": forms.listed(told["rank"])})
    found += leaf(told, "age", "at_least", "at_most")
    if sexes := forms.marked(told, "sex"):
        found.append({"is": "sex", "any_of": sexes})
    if told.get("area", "").strip():
        found.append({"is": "area", "prefixes": forms.listed(told["area"])})
    found += leaf(told, "visits", "days", "at_least", "at_most", "shop")
    found += leaf(told, "bought", "days", "at_least_yen", "at_most_yen", "category", "shop")
    return {"is": "any" if told.get("join") == "any" else "all", "of": found}


def leaf(told: dict[str, str], kind: str, *fields: str) -> list[dict[str, Any]]:
    """One condition with fields of its own, if any of them was filled in."""
    said = {name: told.get(f"{kind}_{name}", "").strip() for name in fields}
    said = {name: value for name, value in said.items() if value}
    return [{"is": kind, **said}] if said else []


WORDS = {
    "rank": ("ランク", "rank"), "age": ("年齢", "age"), "sex": ("性別", "sex"),
    "area": ("郵便番号", "postcode"), "visits": ("来店", "visits"), "bought": ("購入", "bought"),
}  # fmt: skip


def in_words(rule: Any, lang: str) -> str:
    """A rule in few words."""
    if isinstance(rule, AllOf | AnyOf):
        every = isinstance(rule, AllOf)
        between = (" かつ " if every else " または ") if lang == "ja" else (
            " and " if every else " or "
        )  # fmt: skip
        return between.join(in_words(one, lang) for one in rule.of)
    kind = WORDS[rule.__struct_config__.tag][0 if lang == "ja" else 1]
    told = (getattr(rule, name) for name in rule.__struct_fields__)
    words = [", ".join(map(str, one)) if isinstance(one, list) else str(one) for one in told if one]
    return f"{kind} ({' · '.join(words)})"


ROUTES: list[HTTPRouteHandler] = [get_list, post_new, post_count]
