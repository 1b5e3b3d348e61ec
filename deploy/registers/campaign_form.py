"""キャンペーンの様式: the fields of the wizard as a draft, and a draft as the fields. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.registers.forms import listed, struct_of
from federation.refusals import Validation
from tenants.campaigns.drafts import Draft
from tenants.campaigns.lives import Campaign
from tenants.campaigns.premiums import Premiums
from tenants.campaigns.taking_part import ShopResult

FUNDERS = ("tenant", "facility", "operator")
PLAIN = (
    "code", "name", "name_en", "reason", "from_on", "to_on", "multiplier", "facility",
    "stack_group", "expires_on", "cap_points_per_receipt", "cap_points_per_member",
    "cap_points_per_day", "budget_points", "segment", "kind", "version_of",
)  # fmt: skip
PREMIUMS = ("price_yen", "prize_yen", "fixed_points", "planned_sales_yen", "prizes_total_yen")
KINDS = {
    "common-points": ("共通ポイント（値引の証票）", "common points (a discount)"),
    "own-shop": ("自店だけで使えるポイント", "points of one's own shop"),
    "goods": ("景品（総付）", "goods for everybody"),
    "lottery": ("抽選（一般懸賞）", "a lottery"),
    "joint-lottery": ("抽選（共同懸賞・福引）", "a joint lottery"),
    "visit": ("来店ポイント（購入なし）", "points for a visit, no purchase"),
}
METRICS = {
    "sales": ("会員一人あたりの売上", "sales per member"),
    "visits": ("会員一人あたりの来店日数", "visits per member"),
    "points": ("会員一人あたりの付与ポイント", "points per member"),
}


def draft_of(told: Mapping[str, str]) -> Draft:
    """The draft that the wizard says."""
    fields: dict[str, Any] = {name: told.get(name, "").strip() for name in PLAIN}
    fields["shares"] = shares_of(told)
    fields["control_bp"] = percent_of(told.get("control_percent", ""))
    fields["ring_fenced"] = "ring_fenced" in told or None
    fields["may_opt_out"] = "may_opt_out" in told or None
    if told.get("shops", "").strip():
        fields["shops"] = listed(told["shops"])
    fields["premiums"] = premiums_in(told)
    if told.get("metric"):
        fields["plan"] = {
            name: value for name, value in (
                ("metric", told["metric"]),
                ("from_on", told.get("plan_from_on") or told.get("from_on")),
                ("to_on", told.get("plan_to_on") or told.get("to_on")),
                ("no_control_reason", told.get("no_control_reason", "").strip()),
            ) if value
        }  # fmt: skip
    return struct_of(Draft, fields)


def shares_of(told: Mapping[str, str]) -> list[dict[str, Any]]:
    """Who pays how much of the extra points."""
    return [
        {"funder": funder, "weight": told[f"share_{funder}"].strip()}
        for funder in FUNDERS
        if told.get(f"share_{funder}", "").strip() not in ("", "0")
    ]


def premiums_in(told: Mapping[str, str]) -> dict[str, Any]:
    """The figures of the 景品表示法 check."""
    found: dict[str, Any] = {
        name: told[name].strip() for name in PREMIUMS if told.get(name, "").strip()
    }
    if "without_purchase" in told:
        found["without_purchase"] = True
    return found


def premiums_of(told: Mapping[str, str]) -> Premiums:
    """The same, checked."""
    return struct_of(Premiums, premiums_in(told))


def percent_of(told: str) -> int | None:
    """Percent as 1/100 %; None where nothing was said."""
    if not told.strip():
        return None
    if not told.strip().isdecimal() or len(told) > 3:
        raise Validation(pointer="/control_percent")
    return int(told) * 100


def fields_of(found: Campaign) -> dict[str, str]:
    """The fields of a campaign, for one like it: its code and days are to be written anew."""
    told = {**common_of(found), "code": "", "reason": "", "from_on": "", "to_on": ""}
    return {**told, "expires_on": "", "version_of": found.code}


def written_of(found: Campaign, shops: Sequence[ShopResult]) -> dict[str, str]:
    """The fields of a draft as it was written, for its rewriting; shops, where it names them."""
    told = common_of(found)
    if found.plan is not None:
        told["plan_from_on"] = found.plan.from_on.isoformat()
        told["plan_to_on"] = found.plan.to_on.isoformat()
    if found.listed_shops:
        told["shops"] = "\n".join(one.shop for one in shops if one.result == "takes-part")
    return told


def common_of(found: Campaign) -> dict[str, str]:
    """What both have in common."""
    told = {name: str(getattr(found, name, "") or "") for name in PLAIN}
    told |= {f"share_{funder}": str(weight) for funder, weight in found.shares.items()}
    told |= {name: str(getattr(found.premiums, name) or "") for name in PREMIUMS}
    if found.premiums.without_purchase:
        told["without_purchase"] = "on"
    told["control_percent"] = str(found.control_bp // 100)
    for name in ("ring_fenced", "may_opt_out"):
        if getattr(found, name):
            told[name] = "on"
    if found.plan is not None:
        told["metric"] = found.plan.metric
        told["no_control_reason"] = found.plan.no_control_reason or ""
    return told
