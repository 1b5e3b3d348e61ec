"""相殺の内訳: why one party owes another in a cycle, flow by flow, each with its line."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from psycopg import AsyncConnection

from auth.people.reception import Asked
from deploy.behind import Behind, Cell, Head, number, opened, saved, words
from deploy.finance.shared import own_path
from federation.refusals import NotFound
from settlement.netting import Owed, owed
from settlement.reading import cycle_id_of
from settlement.stages import flows, party_ids
from settlement.statement import CATALOGUE, LATE
from tenants.showing import Show

PATH = "/console/cycles/{cycle_id:str}/owed"
KINDS = {"base": ("通常", "base"), "campaign": ("キャンペーン", "campaign"),
         "rank": ("ランク等", "rank and the like"), "coupon": ("クーポン", "coupon")}  # fmt: skip
HEADS = (
    Head("コード", "Code"), Head("科目", "Line"), Head("種別", "Kind"),
    Head("原資の負担者", "Funder of the points"), Head("相手", "Counterparty"),
    Head("円", "Yen", number=True, part=True),
)  # fmt: skip


async def between(conn: AsyncConnection, cycle: str, debtor: str, creditor: str) -> Behind:
    """The flows behind a cell of the matrix in yen."""
    parties = list(await party_ids(conn))
    if not {debtor, creditor} <= {one.party for one in parties}:
        raise NotFound
    every = owed(await flows(conn, cycle_id_of(cycle)), parties)
    found = [one for one in every if (one.debtor, one.creditor) == (debtor, creditor)]
    return Behind(
        own_path(cycle, "owed"), {"debtor": debtor, "creditor": creditor},
        (f"{debtor} → {creditor} の相殺の内訳", f"What {debtor} owes {creditor}"),
        (f"{cycle} の期。コードから取引へ。", f"Cycle {cycle}; a code leads to its entries."),
        ("円", "yen"), sum(one.yen for one in found), HEADS,
        [line(cycle, one) for one in found], 0, len(found),
    )  # fmt: skip


def line(cycle: str, one: Owed) -> tuple[Cell, ...]:
    """A flow, which leads to the line of the debtor's statement that it stands in."""
    code, original = (LATE, f"?original={one.code}") if one.flow.late else (one.code, "")
    path = own_path(cycle, "statements", one.debtor, "lines", f"{code}{original}")
    return (
        words(str(code), path=path), words(*CATALOGUE[one.code]), words(*KINDS[one.flow.kind]),
        words(one.flow.funder), words(one.flow.tenant), number(one.yen),
    )  # fmt: skip


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_owed(
    request: Asked, cycle_id: FromPath[str], auditor: NamedDependency[AsyncConnection],
    show: NamedDependency[Show], debtor: FromQuery[str], creditor: FromQuery[str],
) -> Response[bytes]:  # fmt: skip
    """What one party owes another. / 相殺の内訳"""
    return opened(request, show, await between(auditor, cycle_id, debtor, creditor))


@get(f"{PATH}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_owed_csv(
    cycle_id: FromPath[str], auditor: NamedDependency[AsyncConnection], debtor: FromQuery[str],
    creditor: FromQuery[str],
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 相殺の内訳のCSV"""
    return saved(await between(auditor, cycle_id, debtor, creditor), f"{cycle_id}-owed")


ROUTES: list[HTTPRouteHandler] = [get_owed, get_owed_csv]
