"""試算の画面: a period under another scheme beside the one that held: who gains or loses how many
yen, and why. Nothing is written."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from psycopg import AsyncConnection

from auth.people.reception import Asked, Reception, session_of
from deploy.finance.shared import Now, told_of
from deploy.finance.worked import Worked
from federation.days import day_of
from federation.refusals import Refusal, Validation
from settlement import reading
from settlement.reports.reports_api import sheet
from settlement.settlement_api import NO_STORE
from settlement.sheet import as_csv, safe
from settlement.stages import Closing
from settlement.whatif.simulate import MOST_ENTRIES, Simulated, Simulation, simulate

SHOWN = 48
PATIENCE = (
    0.02  # seconds that a page waits for a replay: nearly all take longer, and say so at once
)
TITLE = "試算 — もし別の方式だったら", "What if the scheme had been another"
CHOICES: dict[str, tuple[tuple[str, str], dict[str, tuple[str, str]]]] = {
    "funding": (("負担方式", "Funding"), {
        "at-issue": ("発行時負担", "at issue"), "at-redemption": ("利用時負担", "at redemption"),
        "redeemer-bears": ("利用店負担", "the redeemer bears it"),
    }),
    "breakage": (("失効の扱い", "What lapses"), {
        "PROMO_FUND": ("販促基金へ", "to the promotion fund"),
        "HUB_REVENUE": ("運営の収益", "to the operator"),
        "RETURN_TO_FUNDER": ("負担者へ還元", "back to its funder"),
    }),
    "attribution": (("充当方式", "Attribution"), {
        "FIFO": ("古い順", "the oldest first"), "PROPORTIONAL": ("按分", "in proportion"),
    }),
    "calendar": (("締め周期", "Calendar"), {
        "SEMI_MONTHLY": ("月二回", "twice a month"), "MONTHLY": ("毎月", "monthly"),
        "WEEKLY": ("毎週", "weekly"), "DAILY": ("毎日", "daily"),
    }),
}  # fmt: skip
AMOUNTS: dict[str, tuple[str, str]] = {
    "cap_points": ("一件の付与上限（pt）", "cap a grant (pt)"),
    "tax_bp": ("消費税率（0.01%）", "tax rate (1/100 %)"),
    "point_fee_milliyen": ("1pt発行の手数料（1/1000円）", "fee a point issued (1/1000 yen)"),
    "redeem_fee_bp": ("換金手数料率（0.01%）", "fee on points honoured (1/100 %)"),
    "minimum_yen": ("最低振込額（円）", "least transfer (yen)"),
}
TERMS = frozenset({"point_fee_milliyen", "redeem_fee_bp", "minimum_yen"})


@get("/console/whatif", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_whatif_page(
    request: Asked,
    reception: NamedDependency[Reception],
    closing: NamedDependency[Closing],
    clock: NamedDependency[Now],
    worked: NamedDependency[Worked],
) -> Response[Any]:
    """A period as it was, and as it would have been. / 試算"""
    told, why, found = dict(request.query_params), None, None
    query = urlencode({name: value for name, value in told.items() if name != "lang"})
    async with closing.connect() as conn:
        names = await cycles_named(conn, day_of(clock()))
    if told.get("from"):
        try:
            asked = simulation_in(told, names)

            async def make(_: AsyncConnection) -> Simulated:
                async with closing.connect() as conn:  # whose snapshot is its own
                    return await simulate(conn, asked, clock(), closing.name_entry, MOST_ENTRIES)

            found = await worked.ask(("whatif", asked_key(asked)), make, PATIENCE)
        except Refusal as refused:
            why = refused
        if found is None and why is None:
            return reception.page(
                request, "finance/working.html", session_of(request), title=TITLE,
                again="/console/whatif", asked=query, every=1,
            )  # fmt: skip
    return reception.page(
        request, "finance/whatif.html", session_of(request), why.status if why else 200,
        names=names, told=told, found=found, choices=CHOICES, amounts=AMOUNTS,
        why=told_of(why) if why else None, most=most_of(found), query=query,
    )  # fmt: skip


@get("/console/whatif.csv", requires="settlement:read-all", page=True, include_in_schema=False,
     cache_control=NO_STORE)  # fmt: skip
async def get_whatif_csv(
    request: Asked, closing: NamedDependency[Closing], clock: NamedDependency[Now]
) -> Response[bytes]:
    """The same as a sheet, reason by reason. / 試算のCSV"""
    async with closing.connect() as conn:
        names = await cycles_named(conn, day_of(clock()))
        asked = simulation_in(dict(request.query_params), names)
        found = await simulate(conn, asked, clock(), closing.name_entry, MOST_ENTRIES)
    head = (
        "当事者",
        "名称",
        "現行（円）",
        "試算（円）",
        "差（円）",
        "理由",
        "Reason",
        "理由ごとの差（円）",
    )
    told = (
        (safe(one.party), safe(one.name), one.live_yen, one.thought_yen, one.difference_yen,
         why.name, why.name_en, why.yen)
        for one in found.parties
        for why in one.why
    )  # fmt: skip
    return sheet(as_csv(head, told), "whatif")


def asked_key(asked: Simulation) -> bytes:
    """A question, so that the same one is the same."""
    return msgspec.json.encode(asked, order="deterministic")


async def cycles_named(conn: AsyncConnection, today: date) -> list[str]:
    """The cycles that may be asked about, the newest first."""
    return [one.cycle for one in await reading.cycles(conn, today, most=SHOWN)]


def most_of(found: Simulated | None) -> int:
    """The greatest difference, for the bars."""
    moved = found.parties if found is not None else ()
    return max((abs(one.difference_yen) for one in moved), default=0) or 1


def simulation_in(told: dict[str, str], names: list[str]) -> Simulation:
    """What is asked, as the form says it: what is left empty stays as it is."""
    first, last = told.get("from", ""), told.get("to") or told.get("from", "")
    chosen = tuple(sorted(name for name in names if first <= name <= last))
    if not chosen:
        raise Validation(pointer="/from")
    thought: dict[str, Any] = {name: told[name] for name in CHOICES if told.get(name)}
    terms: dict[str, Any] = {}
    for name in AMOUNTS:
        given = told.get(name, "").strip().replace(",", "")
        if given:
            if not given.isascii() or not given.isdecimal() or len(given) > 12:
                raise Validation(pointer=f"/{name}")
            (terms if name in TERMS else thought)[name] = int(given)
    if terms:
        thought["terms"] = [{"from_on": chosen[0], **terms}]
    try:
        return msgspec.convert({"cycles": chosen, "thought": thought}, Simulation)
    except msgspec.ValidationError:
        raise Validation(pointer="/thought") from None


ROUTES: list[HTTPRouteHandler] = [get_whatif_page, get_whatif_csv]
