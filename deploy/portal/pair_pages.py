"""送客の内訳: the entries behind what a tenant and a counterpart did for each other in a cycle that
is not stated yet; afterwards the lines of the statement open them."""

from collections.abc import Sequence
from typing import Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from psycopg import AsyncConnection

from deploy.behind import (
    MOST,
    MOST_ON_A_SHEET,
    Behind,
    Head,
    Skip,
    number,
    opened,
    saved,
    words,
)
from deploy.portal.home_pages import READ, Asked, names_of
from federation.kinds import KINDS
from federation.opaque import Names
from federation.sql import statement
from settlement import reading
from settlement.netting import LAPSING
from settlement.paper.daily import until
from settlement.passes import JOINED, whole
from settlement.stages import standing
from tenants.callers import Caller
from tenants.showing import Show

PAIR = statement(__file__, "pair")
Side = Literal["issued", "recovered", "here", "elsewhere", "lapsed", "honoured"]
SIDES: dict[Side, tuple[str, str]] = {
    "issued": ("発行したポイント（自社負担）", "Points issued at your cost"),
    "recovered": ("取り消した発行", "Points taken back"),
    "here": ("自社で使われた自社のポイント", "Your points used here"),
    "elsewhere": ("他社で使われた自社のポイント", "Your points used elsewhere"),
    "lapsed": ("失効した自社のポイント", "Your points that lapsed"),
    "honoured": ("受け入れた他社のポイント", "Others' points you honoured"),
}  # fmt: skip
USED = ("used", "restored")
MOVEMENTS: dict[Side, Sequence[str]] = {
    "issued": ("granted",), "recovered": ("recovered",), "lapsed": tuple(LAPSING.values()),
    "here": USED, "elsewhere": USED, "honoured": USED,
}  # fmt: skip
HEADS = (
    Head("営業日", "Day"), Head("種別", "Kind"), Head("店舗", "Shop"), Head("取引番号", "Entry"),
    Head("レジ", "Till"), Head("伝票", "Slip"), Head("ポイント", "Points", number=True, part=True),
)  # fmt: skip
PATH = "/portal/flows/{cycle_id:str}/entries"
Reads = NamedDependency[AsyncConnection]


async def between(
    reader: AsyncConnection, auditor: AsyncConnection, names: Names, caller: Caller, cycle: str,
    side: Side, party: str | None, *, skip: int = 0, most: int = MOST,
) -> Behind:  # fmt: skip
    """One side of a tenant's flows in a cycle, with one counterpart (none of what it issued)."""
    own = await reading.whose(reader, caller, None)
    facing = side in ("elsewhere", "honoured") and party is not None
    other = await reading.of_code(reader, party) if facing and party else own
    funder_id, tenant_id = ends(side, own.party_id, other.party_id if facing else None)
    stands = await standing(auditor, reading.cycle_id_of(cycle))
    asked = {
        "cycle_id": stands.cycle_id, "since": stands.since, "until": until(stands),
        "movements": list(MOVEMENTS[side]), "across": side in ("elsewhere", "honoured"),
        "funder_id": funder_id, "tenant_id": tenant_id,
        "own_id": own.party_id, "skip": skip, "most": most,
    }  # fmt: skip
    found = await whole(auditor, PAIR, asked, JOINED)
    ja, en = SIDES[side]
    known = (await names_of(reader)).get(other.code, (other.code, other.code))
    of = ("", "") if other is own else (f"{known[0]} · ", f"{known[1]} · ")
    return Behind(
        PATH.replace("{cycle_id:str}", cycle), {"side": side, "party": party or ""}, (ja, en),
        (f"{of[0]}{cycle} の期。他社で計上された取引は、日付・場所・ポイントだけが見えます。",
         f"{of[1]}cycle {cycle}. Of what was booked elsewhere you see day, place and points."),
        ("pt", "points"), found[0]["whole"] if found else 0, HEADS,
        [
            (words(row["business_date"]), words(*KINDS.get(row["kind"], (row["kind"],) * 2)),
             words(row["shop"], row["shop_en"]),
             words(names.seal("entry", row["member_id"], row["entry_id"])),
             words(row["till"] or "–"), words(row["slip"] or "–"), number(row["points"]))
            for row in found
        ],
        skip, found[0]["entries"] if found else 0,
    )  # fmt: skip


def ends(side: Side, own: int, other: int | None) -> tuple[int | None, int | None]:
    """Whose points and at which tenant; anybody, where it is None."""
    match side:
        case "honoured":
            return other, own
        case "elsewhere":
            return own, other
        case "here":
            return own, own
    return own, None


@get(PATH, **READ)
async def get_pair(
    request: Asked, cycle_id: FromPath[str], reader: Reads, auditor: Reads,
    caller: NamedDependency[Caller], names: NamedDependency[Names], show: NamedDependency[Show],
    side: FromQuery[Side] = "honoured", party: FromQuery[str | None] = None,
    skip: FromQuery[Skip] = 0,
) -> Response[bytes]:  # fmt: skip
    """The entries behind a cell of one's flows. / 送客の内訳"""
    found = await between(reader, auditor, names, caller, cycle_id, side, party, skip=skip)
    return opened(request, show, found)


@get(f"{PATH}.csv", **READ)
async def get_pair_csv(
    cycle_id: FromPath[str], reader: Reads, auditor: Reads, caller: NamedDependency[Caller],
    names: NamedDependency[Names], side: FromQuery[Side] = "honoured",
    party: FromQuery[str | None] = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 送客の内訳のCSV"""
    most = MOST_ON_A_SHEET
    found = await between(reader, auditor, names, caller, cycle_id, side, party, most=most)
    return saved(found, f"{cycle_id}-{side}")


ROUTES: list[HTTPRouteHandler] = [get_pair, get_pair_csv]
