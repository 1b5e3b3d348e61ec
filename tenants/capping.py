"""付与上限: how much a campaign may still give a member. Pure (domain 6.2)."""

from collections.abc import Mapping
from datetime import date

from tenants.terms import Campaign

Used = Mapping[tuple[str, date], int]


def capped(points: int, campaign: Campaign, business_date: date, used: Used) -> int:
    """What is left of a campaign's points under its caps, after stacking: given in part, and what
    is over is not made up for later."""
    of_all = sum(had for (rule, _), had in used.items() if rule == campaign.rule)
    of_day = used.get((campaign.rule, business_date), 0)
    left = [
        cap - had
        for cap, had in (
            (campaign.cap_points_per_receipt, 0),
            (campaign.cap_points_per_day, of_day),
            (campaign.cap_points_per_member, of_all),
        )
        if cap is not None
    ]
    return max(0, min([points, *left]))
