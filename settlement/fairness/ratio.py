"""互恵の比: how many points a tenant issues for each that it honours, by its contract. Pure."""

from typing import Literal

from msgspec import Struct

WHOLE_BP = 10_000
State = Literal["above", "below", "no-floor"]


class GiveTake(Struct, frozen=True):
    """What a tenant gave and took in a span. `ratio_bp` is issued ÷ honoured in 1/100 %, floored;
    none where nothing was honoured. `balance_points` is what it brought others (+) or they it (-);
    sales are those in which others' points were spent here."""

    party: str
    issued_points: int
    own_here_points: int
    own_elsewhere_points: int
    others_here_points: int
    honoured_points: int
    balance_points: int
    ratio_bp: int | None
    floor_bp: int | None
    state: State
    brought_sales: int
    brought_sales_yen: int


def ratio_of(issued_points: int, honoured_points: int) -> int | None:
    """Issued ÷ honoured in 1/100 %, the rest dropped: a ratio just below its floor is below."""
    if honoured_points <= 0:
        return None
    return max(0, issued_points) * WHOLE_BP // honoured_points


def weighed(
    party: str,
    issued_points: int,
    own_here_points: int,
    own_elsewhere_points: int,
    others_here_points: int,
    floor_bp: int | None,
    brought: tuple[int, int] = (0, 0),
) -> GiveTake:
    """A tenant's give and take, judged by its floor; one that honours nothing takes nothing."""
    honoured = own_here_points + others_here_points
    ratio_bp = ratio_of(issued_points, honoured)
    state: State = "above"
    if floor_bp is None:
        state = "no-floor"
    elif ratio_bp is not None and ratio_bp < floor_bp:
        state = "below"
    return GiveTake(
        party, issued_points, own_here_points, own_elsewhere_points, others_here_points, honoured,
        own_elsewhere_points - others_here_points, ratio_bp, floor_bp, state, *brought,
    )  # fmt: skip
