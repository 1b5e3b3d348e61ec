"""未使用残高（精算書）の内訳: by how much a party's unused points moved in each cycle."""

from urllib.parse import quote

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from psycopg import AsyncConnection

from auth.people.reception import Asked
from deploy.behind import MOST, MOST_ON_A_SHEET, Behind, Head, Skip, number, opened, saved, words
from deploy.finance.shared import own_path
from deploy.finance.statement_pages import PATH as STATEMENT
from deploy.finance.statement_pages import whose
from federation.reading import rows
from federation.sql import statement
from settlement.calendar import name_of
from settlement.reading import cycle_id_of
from tenants.showing import Show

UNUSED = statement(__file__, "unused")
PATH = f"{STATEMENT}/unused"
HEADS = (Head("期", "Cycle"), Head("増減（pt）", "Moved by (pt)", number=True, part=True))
Auditor = NamedDependency[AsyncConnection]


async def unused(
    auditor: AsyncConnection, cycle: str, party: str, *, opening: bool, skip: int = 0,
    most: int = MOST,
) -> Behind:  # fmt: skip
    """Unused points after a cycle, or before it; each cycle leads to the party's statement."""
    own = await whose(auditor, party)
    asked = {"party_id": own.party_id, "cycle_id": cycle_id_of(cycle), "opening": opening}
    found = await rows(auditor, UNUSED, asked)
    lines = [
        (words(name, path=own_path(name, "statements", quote(party))), number(row["points"]))
        for row in found if (name := name_of(row["cycle_id"]))
    ]  # fmt: skip
    ja, en = ("期首", "before") if opening else ("期末", "after")
    return Behind(
        own_path(cycle, "statements", quote(party), "unused"), {"opening": str(opening).lower()},
        (f"{party} の未使用残高（{ja}）", f"{party}: unused points {en} the cycle"),
        (f"{cycle} の期までの増減。発行などから利用・失効などを引きます。",
         f"Cycle {cycle} and those before: what came less what was used and lapsed."),
        ("pt", "points"), sum(row["points"] for row in found), HEADS, lines[skip : skip + most],
        skip, len(lines),
    )  # fmt: skip


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_unused(
    request: Asked, cycle_id: FromPath[str], party: FromPath[str], auditor: Auditor,
    show: NamedDependency[Show], opening: FromQuery[bool] = False, skip: FromQuery[Skip] = 0,
) -> Response[bytes]:  # fmt: skip
    """The cycles behind unused points. / 未使用残高の内訳"""
    return opened(request, show, await unused(auditor, cycle_id, party, opening=opening, skip=skip))


@get(f"{PATH}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_unused_csv(
    cycle_id: FromPath[str], party: FromPath[str], auditor: Auditor,
    opening: FromQuery[bool] = False,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 未使用残高の内訳のCSV"""
    found = await unused(auditor, cycle_id, party, opening=opening, most=MOST_ON_A_SHEET)
    return saved(found, f"unused-{cycle_id}-{party}")


ROUTES: list[HTTPRouteHandler] = [get_unused, get_unused_csv]
