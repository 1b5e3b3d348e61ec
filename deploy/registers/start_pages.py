"""はじめの設定と使い方: a checklist that knows from the database what is done (O13), and help, a
page per task (O5)."""

from pathlib import Path
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Struct
from psycopg import AsyncConnection

from auth.people.reception import CONSOLE, Asked
from deploy.registers import forms
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from tenants.showing import Show

START = statement(__file__, "start")
HELP = Path(__file__).with_name("help")
ENGLISH = "=== en"
UNNAMED = "operator"  # what the first migration calls it, until somebody names it


class Step(Struct, frozen=True):
    """One step of the set-up: whether it is done, how many there are, and where it is done."""

    key: str
    ja: str
    en: str
    done: bool
    count: int
    path: str


class Page(Struct, frozen=True):
    """A page of help: its title, and its paragraphs; one that begins with `-` or `1.` is a list."""

    slug: str
    title: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    whole: str


async def steps(conn: AsyncConnection) -> list[Step]:
    """The checklist, as far as the database knows."""
    [found] = await rows(conn, START, {})
    shop = found["first_shop"]
    shops, its = "/console/shops", f"/console/shops/{shop}" if shop else "/console/shops"
    named = found["operator"].strip().lower() not in ("", UNNAMED, "運営", "運営者")
    told = [
        ("operator", "運営者の名前を決める", "Name the operator", int(named), f"{shops}#operator"),
        ("areas", "エリアを登録する", "Lay out an area", found["areas"], f"{shops}#area"),
        ("facilities", "施設を登録する", "Lay out a facility", found["facilities"],
         f"{shops}#facility"),
        ("tenants", "テナントを登録する", "Take a tenant in", found["tenants"], f"{shops}#tenant"),
        ("shops", "店舗と最初のレジを登録する", "Open a shop with its first till", found["shops"],
         f"{shops}#shop"),
        ("terms", "店舗の契約条件を決める", "Agree to terms with the shop", found["terms"],
         f"{its}#terms"),
        ("tills", "レジが使えることを確かめる", "See that its till is on", found["tills"],
         f"{its}#tills"),
        ("clients", "レジに接続用の鍵を渡す", "Give the till its credentials", found["clients"],
         f"{its}#tills"),
        ("members", "最初の会員を登録する", "Register the first member", found["members"],
         "/console/members"),
        ("accruals", "レジから最初のポイントを付ける", "Give the first points from the till",
         found["accruals"], "/console/help/first-accrual"),
    ]  # fmt: skip
    return [Step(key, ja, en, n > 0, n, path) for key, ja, en, n, path in told]


@get("/console/start", requires="admin:write", page=True, include_in_schema=False)
async def get_start(
    request: Asked, auditor: NamedDependency[AsyncConnection], show: NamedDependency[Show]
) -> Response[bytes]:
    """The way of a new operator to its first accrual. / はじめの設定"""
    return show(request, "registers/start.html", steps=await steps(auditor), **forms.said(request))


def help_pages(lang: str) -> list[Page]:
    """Every page of help in a language, in the order of its files."""
    return [page_of(path, lang) for path in sorted(HELP.glob("*.txt"))]


def page_of(path: Path, lang: str) -> Page:
    """A text: its first line is the title, blank lines part paragraphs."""
    ja, _, en = path.read_text(encoding="utf-8").partition(f"{ENGLISH}\n")
    title, _, body = (en if lang == "en" else ja).strip().partition("\n")
    slug = path.stem.partition("-")[2]
    return Page(slug, title, tuple(part_of(one) for one in body.strip().split("\n\n")), body)


def part_of(text: str) -> tuple[str, tuple[str, ...]]:
    """A paragraph, or a list of points or of steps."""
    lines = tuple(text.strip().splitlines())
    if all(line.startswith("- ") for line in lines):
        return "ul", tuple(line[2:] for line in lines)
    if all(line.partition(". ")[0].isdecimal() for line in lines):
        return "ol", tuple(line.partition(". ")[2] for line in lines)
    return "p", lines


def chosen(request: Asked) -> str:
    """The language of the page, as `show` chooses it."""
    told = request.query_params.get("lang")
    if told in ("ja", "en"):
        return str(told)
    return "en" if request.headers.get("accept-language", "ja").lower().startswith("en") else "ja"


@get("/console/help", requires=CONSOLE, page=True, include_in_schema=False)
async def get_help(
    request: Asked, show: NamedDependency[Show], words: FromQuery[str | None] = None
) -> Response[Any]:
    """Help, a page per task, found by words. / 使い方"""
    found = help_pages(chosen(request))
    if words:
        sought = words.strip().lower()
        found = [one for one in found if sought in f"{one.title}\n{one.whole}".lower()]
    return show(request, "registers/help.html", pages=found, words=words)


@get("/console/help/{slug:str}", requires=CONSOLE, page=True, include_in_schema=False)
async def get_help_page(
    request: Asked, slug: FromPath[str], show: NamedDependency[Show]
) -> Response[Any]:
    """One task. / 使い方の一項目"""
    for one in help_pages(chosen(request)):
        if one.slug == slug:
            return show(request, "registers/help_page.html", one=one)
    raise NotFound


ROUTES: list[HTTPRouteHandler] = [get_start, get_help, get_help_page]
