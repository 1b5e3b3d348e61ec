"""様式: a page's form as the Struct that its route takes, what became of it, and who is who."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import msgspec
from litestar import Response
from psycopg import AsyncConnection

from auth.people.reception import Asked, to
from deploy.pages import problems
from deploy.problems import POINTED
from federation.days import TOKYO
from federation.reading import rows
from federation.refusals import Refusal, Validation
from federation.refusals import titles as titles_of

Now = Callable[[], datetime]
Shape = TypeVar("Shape")
NAMES = "SELECT person_id, name FROM auth.people WHERE person_id = ANY(%(ids)s::text [])"
# What was done, as the page that follows says it.
DONE = {
    "drafted": ("下書きを保存しました。別の担当者の確認を待ちます。",
                "The draft is kept. Another person reviews it."),
    "reviewed": ("確認しました。開始できます。", "Reviewed: it may be started."),
    "started": ("開始しました。", "It has started."),
    "paused": ("一時停止しました。次の会計から付きません。", "Paused: the next sale gets nothing."),
    "resumed": ("再開しました。", "It goes on."),
    "ended": ("終了しました。", "It has ended."),
    "sent-back": ("下書きに戻しました。", "Sent back as a draft."),
    "dropped": ("取り下げました。", "Dropped."),
    "counted": ("人数を集計しました。", "Counted."),
    "kept": ("保存しました。", "Kept."),
    "made": ("登録しました。", "Registered."),
    "stopped": ("停止しました。", "Stopped."),
    "opened": ("使えるようにしました。", "It may be used again."),
    "hung": ("お知らせを掲示しました。", "The notice hangs."),
    "taken-down": ("お知らせを取り下げました。", "The notice was taken down."),
    "seen": ("確認しました。", "Noted as seen."),
    "asked": ("問合せを送りました。", "Your question was sent."),
    "answered": ("記録しました。", "Kept."),
    "decided": ("判断を記録しました。", "Your decision is kept."),
    "frozen": ("会員のポイント利用を止めました。", "The member's points are frozen."),
    "unfrozen": ("利用停止を解除しました。", "The member's points may be spent again."),
    "replaced": ("カードを差し替えました。", "The card was replaced."),
    "adjusted": ("調整を計上しました。", "The adjustment is booked."),
    "proposed": ("承認待ちにしました。", "It waits for another person's approval."),
    "approved": ("承認しました。", "Approved."),
    "rejected": ("却下しました。", "Rejected."),
    "withdrawn": ("退会を計上しました。", "The member has left."),
    "ran": ("実行しました。", "It was done."),
    "queued": ("実行を頼みました。まもなく始まります。", "Asked for: it begins soon."),
    "waiting": ("すでに実行を待っています。", "It waits to be done already."),
    "rolled-out": ("反映しました。", "Rolled out."),
}  # fmt: skip


def struct_of(kind: type[Shape], fields: Mapping[str, Any]) -> Shape:
    """The Struct that a form says; what was left empty was not said."""
    told = {name: value for name, value in fields.items() if value not in ("", None, [])}
    try:
        return msgspec.convert(told, kind, strict=False)
    except msgspec.ValidationError as fault:
        raise Validation(pointer=pointer_of(str(fault))) from None


def pointer_of(fault: str) -> str:
    """Which field a fault is about."""
    at = POINTED.search(fault)
    return "/" + at.group(1).strip(".").replace(".", "/") if at else ""


def listed(told: str) -> list[str]:
    """Words of a field, parted by commas, blanks or lines."""
    return told.replace(",", " ").replace("、", " ").split()


def marked(told: Mapping[str, str], prefix: str) -> list[str]:
    """Which boxes of a family are ticked: `prefix.NAME`."""
    return [name.removeprefix(f"{prefix}.") for name in told if name.startswith(f"{prefix}.")]


def said(request: Asked) -> dict[str, Any]:
    """What the page before did, or why it did not, as `done` and `why` of the page."""
    done, no = request.query_params.get("done"), request.query_params.get("no")
    problem = problems().get(no) if no else None
    return {
        "done": DONE.get(done) if done else None,
        "why": (problem.title, problem.title_en) if problem else None,
    }


def titles(why: Refusal | None) -> tuple[str, str] | None:
    """A refusal in both languages, with the field that it is about."""
    if why is None:
        return None
    ja, en = titles_of(type(why))
    at = str(why.extra.get("pointer", "")).strip("/").replace("/", ".")
    return (f"{ja}（{at}）", f"{en} ({at})") if at else (ja, en)


async def tried(conn: AsyncConnection, act: Callable[[], Awaitable[Any]]) -> Refusal | None:
    """Do it whole, or not at all and say why."""
    try:
        async with conn.transaction():
            await act()
    except Refusal as why:
        return why
    return None


def onward(request: Asked, path: str, done: str, why: Refusal | None = None) -> Response[Any]:
    """Go on to a page that says what was done, or why it was not."""
    lang = request.query_params.get("lang", "")
    lang = lang if lang in ("ja", "en") else ""
    if why is not None:
        return to(path, lang=lang, no=why.slug)
    return to(path, lang=lang, done=done)


def slug_in(answer: Response[Any]) -> str | None:
    """Why the desk refused, of its answer; None where it did not."""
    if (answer.status_code or 200) < 400:
        return None
    told = msgspec.json.decode(answer.content or b"{}")
    return str(told.get("type", "")).rpartition("/")[2]


async def names_of(conn: AsyncConnection, ids: set[str]) -> dict[str, str]:
    """What people are called, by id; whoever is no person stays under their id."""
    found = await rows(conn, NAMES, {"ids": sorted(ids)})
    return {row["person_id"]: row["name"] for row in found}


def opens(told: Mapping[str, str]) -> time | None:
    """An hour of a field."""
    return time.fromisoformat(told["at"]) if told.get("at") else None


def days_back(today: date, days: int) -> date:
    """So many days before."""
    return today - timedelta(days=days)


def here_and_now(now: datetime) -> datetime:
    """An instant as the office writes it."""
    return now.astimezone(TOKYO)
