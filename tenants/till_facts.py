"""What a till should know about itself before it asks anything."""

from datetime import date, datetime, time, timedelta

from msgspec import Struct

from federation.days import TOKYO
from tenants.terms import Till, in_force


class TillFacts(Struct, frozen=True):
    """The hub's time, the open business date, and the shop's terms on it."""

    till: str
    shop: str
    server_time: datetime
    business_date: date
    day_starts: time
    yen_per_point: int
    tax_treatment: str
    static_card_limit_points: int
    excluded_categories: tuple[str, ...]
    counter: bool
    late_claim_days: int
    redemption_limit_points_per_day: int | None


def till_facts(till: Till, now: datetime, today: date) -> TillFacts:
    """A shop that opens at 05:00 is still in yesterday's business until then."""
    before_cut = now.astimezone(TOKYO).time() < till.day_starts
    business_date = today - timedelta(days=1) if before_cut else today
    terms = in_force(till.terms, business_date)
    programme = in_force(till.programme, business_date)
    return TillFacts(
        till.till,
        till.shop,
        now.astimezone(TOKYO),
        business_date,
        till.day_starts,
        terms.yen_per_point,
        terms.tax_treatment,
        terms.static_card_limit_points,
        tuple(sorted(terms.excluded_categories)),
        till.counter,
        programme.late_claim_days if till.counter else 1,
        programme.redemption_limit_points_per_day,
    )
