"""経理の画面の土台: who acts, what is said when a step was taken, and the same page again with the
reason when it was not."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

from litestar import Response
from litestar.params import QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from auth.people.reception import Asked, Reception, session_of, to
from auth.people.sign_in_pages import lang_of
from deploy.pools import Pools
from federation.reading import rows
from federation.refusals import Refusal, titles
from federation.sql import statement
from settlement.life.papers import Life

PEOPLE = statement(__file__, "people")
CYCLES = "/console/cycles"
A_LEAF = 100
Skip = Annotated[int, QueryParameter(ge=0, le=1_000_000)]
Now = Callable[[], datetime]
Told = tuple[str, str]
MOVED: dict[str, Told] = {
    "base": ("発行（通常）", "Issued (base)"), "bonus": ("発行（特典）", "Issued (bonus)"),
    "adjusted": ("調整加算", "Adjusted"), "used": ("利用", "Used"),
    "restored": ("利用取消", "Given back"), "recovered": ("発行取消", "Taken back"),
    "lapsed": ("失効", "Lapsed"), "removed": ("調整減算", "Removed"),
    "moved": ("原資の移行", "Moved"),
}  # fmt: skip
DONE: dict[str, Told] = {
    "close": ("締めて封印しました。", "Closed and sealed."),
    "confirm": ("速報を出し、支払案を作りました。",
                "Shown to the parties; the payments are prepared."),
    "prepare": ("支払案を確かめ、あなたの名前で起案しました。",
                "The payments stand prepared in your name."),
    "approve": ("承認しました。", "Approved."),
    "send": ("いま銀行が受け付けるファイルを送信済みにしました。下から保存できます。",
             "The files that the bank takes now are released: save them below."),
    "results": ("銀行の結果を取り込みました。", "What the bank says was taken in."),
    "again": ("送り直しの支払案を作りました。承認が必要です。",
              "Prepared to be sent again; it has to be approved."),
    "carry": ("次の期へ繰り越しました。", "Carried over to the next cycle."),
    "decide": ("裁定しました。保留分は次の期に載ります。",
               "Decided: what was held is due in the next cycle."),
    "proposed": ("申請しました。別の人が承認すると有効になります。",
                 "Proposed: it holds once somebody else approves it."),
    "approved": ("承認しました。申請の内容が有効です。", "Approved: what was proposed holds."),
    "rejected": ("却下しました。何も変わっていません。", "Rejected: nothing has changed."),
    "withdrawn": ("取り下げました。何も変わっていません。", "Withdrawn: nothing has changed."),
    "reissue": ("再発行しました。", "Issued again."),
}  # fmt: skip


def own_path(cycle: str, *parts: str) -> str:
    """The page of a cycle, or one below it."""
    return "/".join((CYCLES, cycle, *parts))


def done_in(request: Asked) -> Told | None:
    """What was just done, as the address says."""
    return DONE.get(request.query_params.get("done", ""))


def on_to(request: Asked, path: str, done: str) -> Response[Any]:
    """Post/Redirect/Get: the page, which says what was done."""
    return to(path, done=done, lang=lang_of(request))


def told_of(why: Refusal) -> Told:
    """A refusal in both languages, with the days and states that it names."""
    extra = " · ".join(f"{name}: {value}" for name, value in why.extra.items())
    ja, en = titles(type(why))
    return (f"{ja}（{extra}）", f"{en} ({extra})") if extra else (ja, en)


async def acted(
    request: Asked,
    reception: Reception,
    pools: Pools,
    act: Callable[[AsyncConnection, str], Awaitable[object]],
    again: Callable[[Told, int], Awaitable[Response[Any]]],
    onward: tuple[str, str],
) -> Response[Any]:
    """A form that a page of ours sent is acted upon; a refusal shows the page `again`, with why."""
    session = session_of(request)
    await reception.form(request, session)
    try:
        async with pools.bare("worker") as conn:
            await act(conn, session.person)
    except Refusal as why:
        return await again(told_of(why), why.status)
    request.app.state.hub.live.step()
    return on_to(request, *onward)


async def names_of(reception: Reception, whose: Iterable[str | None]) -> dict[str, str]:
    """What those who took steps are called; machines and command lines go by what they are."""
    people = sorted({one for one in whose if one})
    async with reception.door() as conn:
        found = await rows(conn, PEOPLE, {"people": people})
    return {one: one for one in people} | {row["person_id"]: row["name"] for row in found}


def hands(of: Life) -> list[str | None]:
    """Whoever stands on a cycle's plan."""
    return [of.closed_by, of.prepared_by, of.approved_by]


class Leaf(Struct, frozen=True):
    """A hundred rows of a list, which of them all they are, and where the next begin."""

    rows: Sequence[Any]
    skip: int
    total: int
    more: int | None


def leaf(found: Sequence[Any], skip: int) -> Leaf:
    """The rows of a list from one on."""
    after = skip + A_LEAF
    return Leaf(found[skip:after], skip, len(found), after if after < len(found) else None)
