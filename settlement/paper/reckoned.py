"""手数料・税・繰越の計算: how a line came about that no entries stand behind, in words. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import UNSET

from settlement.fees import (
    CARRIED,
    FEES,
    MONTHLY_FEE,
    POINT_FEE,
    REDEEM_FEE,
    TAX,
    Agreed,
    month_end,
)
from settlement.lines import Terms
from settlement.statement import Statement, StatementLine

Told = tuple[str, str]
RECKONED = FEES | {TAX, CARRIED}


def reckoned(told: Statement, code: int, agreed: Agreed) -> list[Told]:
    """Each line of a code as it was reckoned, rounding named; none of a line that sums entries, or
    where nothing was agreed with the party."""
    own = next((one for one in agreed.terms if one.party == told.party.party), None)
    lines = [one for one in told.lines if one.code == code and not one.entries]
    if code == CARRIED:
        return [carry(one, own) for one in lines if own is not None or one.carry != "out"]
    if own is None or code not in RECKONED:
        return []
    return [fee(told, one, own, agreed) for one in lines]


def fee(told: Statement, line: StatementLine, own: Terms, agreed: Agreed) -> Told:
    """A fee, or the tax on all fees: what it is reckoned from, its rate, and what it comes to."""
    yen = f"{abs(line.yen or 0):,}"
    if line.code == MONTHLY_FEE:
        return monthly(line, own, agreed)
    if line.code == REDEEM_FEE:
        sum_ = f"{line.points:,} pt × {percent(own.redeem_fee_bp)} = {yen}"
    elif line.code == POINT_FEE:
        sum_ = f"{line.points:,} pt × {Decimal(own.point_fee_milliyen) / 1000:f} 円 = {yen}"
    else:
        sum_ = f"{fees_yen(told.lines):,} 円 × {percent(own.tax_bp)} = {yen}"
    return f"{sum_} 円（円未満切捨て）", f"{sum_.replace(' 円', ' yen')} yen, rounded down"


def monthly(line: StatementLine, own: Terms, agreed: Agreed) -> Told:
    """The month's fee and that of the terminals, by days where that was agreed."""
    sum_ = f"{own.monthly_fee_yen:,}"
    if own.terminals:
        sum_ += f" + {own.terminals} × {own.terminal_fee_yen:,}"
    month = f"{month_end(agreed.first_on):%Y-%m}"
    whole = own.monthly_fee_yen + own.terminals * own.terminal_fee_yen
    part = abs(line.yen or 0)
    by_days = part != whole
    ja = "（在籍日数で日割り、円未満切捨て）" if by_days else ""
    en = ", by the days it was there, rounded down" if by_days else ""
    return (
        f"{month}分 {sum_} 円 {'→' if by_days else '='} {part:,} 円{ja}",
        f"{month}: {sum_} yen {'→' if by_days else '='} {part:,} yen{en}",
    )


def carry(line: StatementLine, own: Terms | None) -> Told:
    """What came over, or why it goes on."""
    yen = f"{abs(line.yen or 0):,}"
    if line.carry != "out":
        return (
            f"前の期が最低振込額に満たず、{yen} 円を繰り越しました",
            f"The cycle before came to less than the least transfer; {yen} yen were carried over",
        )
    least = f"{own.minimum_yen:,}" if own is not None else "0"
    return (
        f"最低振込額 {least} 円に満たないため、{yen} 円を次の期へ繰り越します",
        f"Less than the least transfer of {least} yen: {yen} yen go on to the next cycle",
    )


def fees_yen(lines: Iterable[StatementLine]) -> int:
    """What the fees of a statement come to, by magnitude: what the tax is reckoned from."""
    return abs(sum(one.yen for one in lines if one.code in FEES and one.yen is not UNSET))


def percent(basis_points: int) -> str:
    """A rate as it is agreed."""
    return f"{Decimal(basis_points) / 100:f} %"
