"""会員情報の見え方: how much of a member those may see who come across one (features M1). Pure.

A shop sees a masked name and a rank; a facility, an area and headquarters see with it what a
campaign is made of (sex, ten years of age, the area of a postcode) and nothing that names anybody;
the office sees all of it, on its own routes.
"""

from collections.abc import Collection
from datetime import date

from msgspec import Struct

from federation.profiles import Standing
from tenants.ages import age_band
from tenants.member_words import masked_name

GLANCE = "members:glance"
OUTLINE = "members:outline"


class Seen(Struct, frozen=True, omit_defaults=True):
    """A member as far as somebody may see: a masked name and a rank; for whoever may see more, sex,
    the band of age in years, and the first three digits of the postcode."""

    member: str
    rank: str
    state: str
    name: str | None = None
    sex: str | None = None
    age_years: str | None = None
    area: str | None = None


def seen(found: Standing, handle: str, scopes: Collection[str], today: date) -> Seen:
    """What the bearer of these scopes sees of a member on a day."""
    told = found.profile
    masked = masked_name(told.name) if told.name else None
    if OUTLINE not in scopes:
        return Seen(handle, found.rank, found.state, masked)
    return Seen(
        handle,
        found.rank,
        found.state,
        masked,
        told.sex,
        age_band(told.birth_on, today) if told.birth_on else None,
        told.postcode[:3] if told.postcode else None,
    )
