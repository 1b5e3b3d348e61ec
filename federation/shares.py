"""按分: whole parts of a whole number, by largest remainder. Pure."""

from collections.abc import Sequence


def largest_remainder(points: int, weights: Sequence[int]) -> list[int]:
    """So many points in proportion to the weights; what rounding leaves goes to the largest
    remainders, of equal ones to the first (domain 1.4: integer lots, so settlement never rounds).
    """
    whole = sum(weights)
    if whole == 0:
        assert points == 0, "nothing takes no part"
        return [0] * len(weights)
    parts = [points * weight // whole for weight in weights]
    left = points - sum(parts)
    if left:
        order = sorted(range(len(weights)), key=lambda n: (-(points * weights[n] % whole), n))
        for n in order[:left]:
            parts[n] += 1
    assert sum(parts) == points
    return parts
