"""誰が: who a member's browser is signed in as, for the authorization endpoint and member pages.

subject = await signed_in(request)
if subject is None:
    return Redirect(sign_in_at("/oauth/authorize?…"), status_code=303)
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from msgspec import Struct

from auth import subjects
from auth.people.reception import Reception, within
from federation.reading import rows
from federation.sql import statement

CONTACT = statement(__file__, "member_contact")


class Subject(Struct, frozen=True):
    """A member who is signed in, since when, and by what after the password: a code by mail, or a
    device that was known."""

    member_id: int
    name: str  # under which they sign in
    signed_in_at: datetime
    factor: str
    session_sha256: bytes


async def signed_in(request: Request[Any, Any, Any]) -> Subject | None:
    """The member behind a request, if one is signed in and still with us."""
    reception: Reception = request.app.state.reception
    session = await reception.member_session(request)
    if session is None or session.factor is None or session.member_id is None:
        return None
    async with reception.worker() as conn:
        found = await rows(conn, CONTACT, {"member_id": session.member_id})
    if not found:
        return None
    name = found[0]["email"] or "会員"
    return Subject(
        session.member_id, name, session.began_at, session.factor, session.session_sha256
    )


def sign_in_at(return_to: str) -> str:
    """Where a member signs in, and comes back from; only to a place in this hub."""
    return "/member/sign-in?" + urlencode({"return_to": within(return_to, "/member")})


class MemberSignIn:
    """What the authorization endpoint asks of members' sign-in."""

    async def signed_in(self, request: Request[Any, Any, Any]) -> subjects.Subject | None:
        """The member whose session this request bears, by name."""
        found = await signed_in(request)
        return None if found is None else subjects.Subject(found.member_id, found.name)

    def door(self, back: str) -> str:
        """The page on which to sign in, which then leads back."""
        return sign_in_at(back)
