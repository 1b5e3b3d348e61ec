"""銀行ファイルの日付: days without a year, and years counted by an era.

全銀協 counts years of 200-byte files by the era (和暦); some banks send the last two digits of the
western year. Both are taken: the reading nearest to a given day counts, for they lie years apart.
"""

from datetime import date, timedelta

ERAS = (1988, 2018, 2000)  # 平成, 令和, 西暦: the year before the first, or the century
HEISEI_ENDS = date(2019, 4, 30)
HALF_A_YEAR = timedelta(days=183)


def year_of(month_day: str, around: date) -> date | None:
    """MMDD as the day nearest to another; None where no year has such a day near."""
    found = [
        day
        for year in (around.year - 1, around.year, around.year + 1)
        if (day := _day(year, int(month_day[:2]), int(month_day[2:]))) is not None
    ]
    nearest = min(found, key=lambda day: abs(day - around), default=None)
    if nearest is None or abs(nearest - around) > HALF_A_YEAR + timedelta(days=1):
        return None
    return nearest


def era_day(six: str, around: date) -> date | None:
    """YYMMDD in the era or in the western year, whichever is nearer; None where it is no day."""
    if not six.strip("0 "):
        return None
    if not six.isdigit():
        return None
    year, month, day = int(six[:2]), int(six[2:4]), int(six[4:])
    found = [
        one
        for before in ERAS
        if (one := _day(before + year, month, day)) is not None and _in_its_era(one, before)
    ]
    return min(found, key=lambda one: abs(one - around), default=None)


def _in_its_era(day: date, before: int) -> bool:
    if before == ERAS[0]:
        return day <= HEISEI_ENDS
    return before != ERAS[1] or day > HEISEI_ENDS


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
