"""問合せの記録: a shop asks, those who answer answer; every word stays, and is found again (feature
O5)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from tenants.board.notices import Text, Title

ASK = statement(__file__, "ask_question")
SAY = statement(__file__, "say_to_question")
TOLD = statement(__file__, "questions")
WORDS = statement(__file__, "question_words")

State = Literal["open", "answered", "closed"]


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """A question."""

    title: Title
    words: Text


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said to one, and where it stands then."""

    words: Text
    state: State


class Who(Struct, frozen=True):
    """Who speaks: their id, and what they are called."""

    who: str
    name: str


class Question(Struct, frozen=True):
    """A question and where it stands."""

    question_id: int
    shop: str | None
    asked_by: str
    asked_name: str
    title: str
    state: State
    asked_at: datetime
    moved_at: datetime


class Word(Struct, frozen=True):
    """What was said; `answers` where it was said by those who answer."""

    number: int
    who_name: str
    answers: bool
    words: str
    at: datetime


async def ask(
    conn: AsyncConnection, asked: Asked, shop_id: int | None, who: Who, now: datetime
) -> int:
    """Keep a question; its number."""
    row = {"title": asked.title, "words": asked.words, "shop_id": shop_id, "who": who.who,
           "name": who.name, "now": now}  # fmt: skip
    return int((await rows(conn, ASK, row))[0]["question_id"])


async def say(
    conn: AsyncConnection, question_id: int, said: Said, who: Who, now: datetime, *, answers: bool
) -> None:
    """Say something to a question, and leave it in this state."""
    row = {"question_id": question_id, "words": said.words, "state": said.state, "who": who.who,
           "name": who.name, "answers": answers, "now": now}  # fmt: skip
    if not await rows(conn, SAY, row):
        raise NotFound


class Sought(Struct, frozen=True, kw_only=True):
    """Which questions: of these shops or of one's own (None: all), with these words, in a state."""

    shops: tuple[int, ...] | None
    who: str
    words: str | None = None
    state: State | None = None
    before: int | None = None


async def questions(conn: AsyncConnection, sought: Sought, most: int) -> list[Question]:
    """Questions, the newest first."""
    asked = {name: getattr(sought, name) for name in sought.__struct_fields__}
    return [Question(**row) for row in await rows(conn, TOLD, {
        **asked, "shops": listed(sought.shops), "question_id": None, "most": most,
    })]  # fmt: skip


async def one(conn: AsyncConnection, question_id: int, sought: Sought) -> Question:
    """One of those that the reader may see; `NotFound`."""
    asked = {"shops": listed(sought.shops), "who": sought.who, "words": None, "state": None,
             "before": None, "question_id": question_id, "most": 1}  # fmt: skip
    found = await rows(conn, TOLD, asked)
    if not found:
        raise NotFound
    return Question(**found[0])


async def words(conn: AsyncConnection, question_id: int) -> list[Word]:
    """All that was said to one, in order."""
    return [Word(**row) for row in await rows(conn, WORDS, {"question_id": question_id})]


def listed(shops: Iterable[int] | None) -> list[int] | None:
    """Shops as a statement takes them."""
    return None if shops is None else sorted(shops)
