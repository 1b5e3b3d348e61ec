"""自分で退会する: a member lets themselves go; booked at the desk like the office's withdrawals."""

from datetime import datetime

from federation.days import day_of
from federation.desk import Desk
from federation.refusals import Busy
from federation.slips import About
from tenants.callers import HOUSE, OPERATOR, Caller
from tenants.mall import Mall
from tenants.office import OFFICE, Withdraw, withdraw

OWN = 2**62  # the hub itself cannot be shut out: only its till's terms are looked at
REASON = "会員サイトからの退会 / left by the member site"


async def leave(desk: Desk, mall: Mall, member_id: int, now: datetime) -> None:
    """Forfeit what is left and let the member go; asked again, nothing more happens. `Busy`."""
    asked = Withdraw(
        slip=f"withdrawal/{member_id}", till=OFFICE, business_date=day_of(now), at=now,
        reason=REASON,
    )  # fmt: skip
    caller = Caller(HOUSE, OPERATOR, frozenset(), None, wide=False, vouched=OWN)
    till = await mall.till(caller, OFFICE)
    answer = await desk.book(asked, withdraw, till, About("", (member_id,)))
    if answer.status not in (201, 409, 422):
        raise Busy(retry_after=1)
