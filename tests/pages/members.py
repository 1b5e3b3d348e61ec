"""A member's phone: a browser's session without the walk through the sign-in."""

from typing import Any

from auth.people import sessions
from auth.people.sessions import Visitor
from tests.mall import Mall, Member
from tests.people.persons import Browser, Staff
from tests.people.test_members import COOKIE

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


class Holder:
    """A member, signed in on a phone that is known."""

    def __init__(self, mall: Mall, member: Member) -> None:
        self.member = member
        self.browser = Browser(mall)


async def holder(mall: Mall, staff: Staff, member: Member) -> Any:
    """The member's phone; it goes where a `Person` goes."""
    found = Holder(mall, member)
    async with mall.hub.reception.door() as conn:
        found.browser.cookies[COOKIE] = await sessions.begin(
            conn, Visitor("a phone", "127.0.0.1"), staff.watch(), member_id=member.member_id,
            factor="device",
        )  # fmt: skip
    return found
