"""年齢: how old somebody is, by everyday counting and by the day on which the law completes a year.

年齢計算ニ関スル法律 with 民法143: a year of age completes at the end of the eve of the birthday;
who was born on 2/29 completes it at the end of 2/28 (domain 5). Pure.
"""

from datetime import date, timedelta

DAY = timedelta(days=1)
FEBRUARY = 2
BAND = 10  # years


def age_on(born_on: date, on: date) -> int:
    """Whole years from 00:00 of the birthday; of a 2/29 in other years from 00:00 of 3/1."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def age_legal_day(born_on: date, on: date) -> int:
    """The age that a statute counting by days means: complete on the eve of the birthday."""
    return age_on(born_on, on + DAY)


def age_band(born_on: date, on: date) -> str:
    """The ten years that an age lies in: `20-29`; below ten `0-9`."""
    first = max(0, age_on(born_on, on)) // BAND * BAND
    return f"{first}-{first + BAND - 1}"


def birthday(born_on: date, year: int) -> date:
    """The birthday in a year: 3/1 for a 2/29 in a year that has none, as `age_on` counts."""
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def anniversary(first_on: date, year: int) -> date:
    """The same day of a year; of 2/29, where there is none, 2/28 (as months are added: clipped)."""
    try:
        return first_on.replace(year=year)
    except ValueError:
        return date(year, FEBRUARY, 28)


def fiscal_year(on: date) -> int:
    """The fiscal year (4/1-3/31) of a day."""
    return on.year if on.month >= 4 else on.year - 1


def year_begins(on: date) -> date:
    """The first day of a day's fiscal year, under which what happens once a year is counted."""
    return date(fiscal_year(on), 4, 1)


def birthday_due(born_on: date, joined_on: date, on: date, *, by_month: bool) -> date | None:
    """The day on which the birthday benefit falls due that may be given on a day: the 1st of the
    month of birth (2/29: February) and through that month, or the birthday and the week after it,
    so that a night on which the job did not run costs nobody anything. Who joined within the month,
    or on the day, gets it the day after; who joined later waits for the next year (domain 5)."""
    if by_month:
        if on.month != born_on.month:
            return None
        due_on, last_on = on.replace(day=1), on
    else:
        due_on = max(
            (day for year in (on.year, on.year - 1) if (day := birthday(born_on, year)) <= on),
        )
        last_on = due_on
        if on > due_on + 7 * DAY:
            return None
    if joined_on >= due_on:
        if joined_on > last_on:
            return None
        due_on = joined_on + DAY
    return due_on if due_on <= on else None
