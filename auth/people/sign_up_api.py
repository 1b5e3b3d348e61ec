"""入会のAPI: two calls, a contact and a code; at the end of them there is a member with a card."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from litestar import Request, Response, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from auth.people import signing_up
from auth.people.reception import Reception
from auth.people.signing_up import ContactKnown, Sent, WrongCode
from federation.cards import card_of
from federation.refusals import (
    AlreadyMerged,
    CardKnown,
    MemberWithdrawn,
    NotFound,
    RateLimited,
    Refusal,
    Validation,
)
from tenants.answers_api import answers
from tenants.codes_api import ANY_JSON
from tenants.joining_rules import NoticeMoved, Told, TooYoung
from tenants.member_words import Email, Kept, Phone, phone_of
from tenants.privacy import NoPersonalData
from tenants.reading_api import NO_STORE

Now = Callable[[], datetime]
SUBJECT = "【巡り】入会の確認コード / your sign-up code"
LETTER = """確認コード: {code}

15分以内に入力してください。心当たりがなければ、このメールは捨ててください。

Your code: {code}
It holds for 15 minutes. If you did not ask for it, throw this letter away.
"""
TEXT = "巡り 確認コード {code}（15分）/ Meguri code {code}"


class NoTexts(Refusal):
    """この運用では電話番号での入会を受け付けていません。メールアドレスをお使いください
    Nobody signs up by phone here: use an e-mail address."""

    burns = False
    staff_text = "電話での入会は不可"


class SignUp(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody who joins: an address or a number, exactly one of the two; that they are old enough,
    and the version of the notice they agree to."""

    email: Email | None = None
    phone: Phone | None = None
    of_age: bool
    notice_version: Annotated[int, Meta(ge=1, le=32_767)]
    birth_on: date | None = None
    card: Kept | None = None

    def told(self) -> Told:
        """As it is kept; both or neither is a fault."""
        if (self.email is None) == (self.phone is None):
            raise Validation(pointer="")
        return Told(
            email=self.email,
            phone=phone_of(self.phone) if self.phone else None,
            of_age=self.of_age,
            notice_version=self.notice_version,
            birth_on=self.birth_on,
            card=self.card,
        )


class Waiting(Struct, frozen=True):
    """What is sent back with the code."""

    sign_up: str
    expires_at: datetime


class Code(Struct, frozen=True, forbid_unknown_fields=True):
    """The code that came, and what was answered before."""

    sign_up: Annotated[str, Meta(min_length=16, max_length=4000, pattern=r"^[\x21-\x7e]+$(?!\n)")]
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]


class Joined(Struct, frozen=True):
    """A new member's card, as a screen shows it: static, good for earning."""

    card: str


@post(
    "/v1/sign-ups",
    requires="anyone",
    status_code=202,
    cache_control=NO_STORE,
    responses=answers(
        202, Waiting, *ANY_JSON, TooYoung, NoticeMoved, NoTexts, NoPersonalData, RateLimited
    ),
)
async def post_sign_up(
    data: JSONBody[SignUp],
    request: Request[Any, Any, Any],
    reception: NamedDependency[Reception],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Waiting]:
    """Join with one field: a code is on its way to it. / 入会の申込"""
    sent, letter = await began(data.told(), request, reception, clerk, clock)
    return Response(Waiting(sent.sign_up, sent.expires_at), status_code=202, background=letter)


@post(
    "/v1/sign-ups/confirmations",
    requires="anyone",
    cache_control=NO_STORE,
    responses=answers(
        201, None, NotFound, *ANY_JSON, WrongCode, ContactKnown, CardKnown, TooYoung, NoticeMoved,
        NoPersonalData, AlreadyMerged, MemberWithdrawn,
    ),
)  # fmt: skip
async def post_confirmation(
    data: JSONBody[Code],
    reception: NamedDependency[Reception],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Joined:
    """The code that came makes a member with a card. / 入会の確認"""
    member_id = await signing_up.confirm(
        clerk, reception.means, data.sign_up, data.code, reception.now(), clock()
    )
    return Joined(await card_of(clerk, member_id))


async def began(
    told: Told,
    request: Request[Any, Any, Any],
    reception: Reception,
    clerk: AsyncConnection[Any],
    clock: Now,
) -> tuple[Sent, BackgroundTask]:
    """A sign-up that waits, and the sending of its code."""
    if told.phone is not None and not reception.texts.on:
        raise NoTexts
    visitor = reception.visitor(request)
    sent = await signing_up.begin(clerk, reception.means, told, visitor, reception.now(), clock())
    if told.phone is not None:
        text = TEXT.format(code=sent.code)
        return sent, BackgroundTask(reception.texts.send, told.phone, text)
    letter = LETTER.format(code=sent.code)
    return sent, BackgroundTask(reception.send, told.contact, SUBJECT, letter)


ROUTES: list[HTTPRouteHandler] = [post_sign_up, post_confirmation]
