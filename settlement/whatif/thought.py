"""試算の条件: what of a scheme is thought otherwise, and how that is told apart. Pure."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct, structs

from settlement.lines import Attribution, Breakage, Funding, Scheme
from settlement.schemes import BasisPoints, Calendar, Offer

Weight = Annotated[int, Meta(ge=1, le=10_000)]
Whose = Annotated[str, Meta(min_length=1, max_length=400)]
Shares = Annotated[dict[Whose, Weight], Meta(min_length=1, max_length=20)]
MostPoints = Annotated[int, Meta(ge=0, le=10_000_000, description="points a grant")]


class Thought(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is thought otherwise; None: as it is. Shares stand by rule (`base`, `campaign`, `rank`,
    or a rule's whole name) and name `facility`, `operator`, `tenant` or a party's code."""

    cap_points: MostPoints | None = None
    shares: Annotated[dict[Whose, Shares], Meta(max_length=100)] | None = None
    attribution: Attribution | None = None
    funding: Funding | None = None
    breakage: Breakage | None = None
    calendar: Calendar | None = None
    tax_bp: BasisPoints | None = None
    terms: Annotated[tuple[Offer, ...], Meta(max_length=100)] | None = None

    def __post_init__(self) -> None:
        """The calendar is a word of its own here."""
        if any(one.calendar is not None for one in self.terms or ()):
            raise ValueError("the calendar is thought of apart from terms")


# Changes are laid one upon the other in this order, so that each has its part of a difference.
CHANGES = (
    "cap_points",
    "shares",
    "attribution",
    "funding",
    "breakage",
    "calendar",
    "terms",
    "tax_bp",
)
NAMES: dict[str, tuple[str, str]] = {
    "cap_points": ("付与上限", "cap on grants"),
    "shares": ("負担割合", "funding shares"),
    "attribution": ("充当方式", "attribution"),
    "funding": ("負担方式", "funding mode"),
    "breakage": ("失効方針", "breakage policy"),
    "calendar": ("締め周期", "cycle calendar"),
    "terms": ("手数料・最低振込額・差引単位", "fees, least transfer, net level"),
    "tax_bp": ("消費税率", "tax rate"),
}
AS_IT_IS = Thought()


def steps(thought: Thought) -> list[tuple[str, Thought]]:
    """As it is, then each change upon those before it; the last is the whole thought."""
    found, so_far = [("", AS_IT_IS)], AS_IT_IS
    for name in CHANGES:
        if getattr(thought, name) is not None:
            so_far = structs.replace(so_far, **{name: getattr(thought, name)})
            found.append((name, so_far))
    return found


def scheme_under(scheme: Scheme, thought: Thought) -> Scheme:
    """A scheme as it is thought to have been from the first point on."""
    return structs.replace(
        scheme,
        funding=thought.funding or scheme.funding,
        breakage=thought.breakage or scheme.breakage,
        attribution=thought.attribution or scheme.attribution,
    )


def proportional(schemes: Iterable[Scheme], thought: Thought) -> frozenset[int]:
    """The schemes, as they are thought, whose points are attributed to funders in proportion: where
    points are not paid for at redemption there is nothing to attribute."""
    thinking = (scheme_under(scheme, thought) for scheme in schemes)
    return frozenset(
        int(one.scheme)
        for one in thinking
        if (one.attribution, one.funding) == ("PROPORTIONAL", "at-redemption")
    )
