"""銀行ファイル: what left of a cycle's plans, as the bank takes it; nothing before its release."""

from collections.abc import Iterable

from litestar import Response
from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.bank.pain import Message, payment_file
from settlement.life import papers, send
from settlement.life.papers import File, Life
from settlement.life.planning import transfers_of

PLAN_MADE = statement(__file__, "plan_made")
PAIN = "pain.001"
ENDINGS = {"zengin-21": "txt", "zengin-91": "txt", "offset-csv": "csv", PAIN: "xml"}
MEDIA = {"txt": "application/octet-stream", "csv": "text/csv", "xml": "application/xml"}


class OfPlan(Struct, frozen=True):
    """A file and the plan it belongs to."""

    plan: int
    file: File


async def of_plans(conn: AsyncConnection, of: Life) -> list[OfPlan]:
    """The files of all plans of a cycle, the newest plan first; of those that never left, only the
    plan's that counts."""
    found = [
        OfPlan(plan, one)
        for plan in range(of.plan or 0, 0, -1)
        for one in await papers.files(conn, of.cycle_id, plan)
    ]
    return [one for one in found if one.plan == of.plan or one.file.released_at is not None]


async def download(conn: AsyncConnection, of: Life, plan: int, kind: str) -> Response[bytes]:
    """A released file, byte for byte; its transfers as pain.001 too. `NotFound` before: what nobody
    approved, or is not to leave yet, is not handed out."""
    if not 1 <= plan <= (of.plan or 0):
        raise NotFound
    released = {
        one.kind: one
        for one in await papers.files(conn, of.cycle_id, plan)
        if one.released_at is not None
    }
    if kind == PAIN and "zengin-21" in released:
        [row] = await rows(conn, PLAN_MADE, {"cycle_id": of.cycle_id, "plan": plan})
        made = await papers.payments(conn, of.cycle_id, plan)
        batch = transfers_of(made, await send.profile_of(conn, of))
        if batch is None:
            raise NotFound
        message = Message(f"{of.cycle_id}-{plan}", row["prepared_at"])
        return as_saved(payment_file(message, [batch]), of, plan, kind)
    if kind not in released:
        raise NotFound
    return as_saved(released[kind].body, of, plan, kind)


def as_saved(body: bytes, of: Life, plan: int, kind: str) -> Response[bytes]:
    """Bytes under the name that the command line gives them."""
    ending = ENDINGS[kind]
    name = f"{of.first_on}-{plan}-{kind}.{ending}"
    headers = {
        "content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store",
    }  # fmt: skip
    return Response(body, media_type=MEDIA[ending], headers=headers)


def kinds(found: Iterable[OfPlan]) -> list[tuple[int, str]]:
    """What can be saved: each released file, and pain.001 beside the transfers."""
    told: list[tuple[int, str]] = []
    for one in found:
        if one.file.released_at is not None:
            told.append((one.plan, one.file.kind))
            if one.file.kind == "zengin-21":
                told.append((one.plan, PAIN))
    return told
