"""書き方: how a paper writes yen, days, instants and lines' names, in either language. Pure."""

from datetime import date, datetime

from federation.days import TOKYO, day_of
from settlement.paper.paper import Lang
from settlement.statement import CATALOGUE, LATE


def yen(amount: int) -> str:
    """A whole amount as Japanese accountants write it: 1,234, and ▲1,234 below nothing."""
    return f"▲{-amount:,}" if amount < 0 else f"{amount:,}"


def day(on: date, lang: Lang) -> str:
    """A day as a document has it."""
    return f"{on.year}年{on.month}月{on.day}日" if lang == "ja" else on.isoformat()


def span(first_on: date, last_on: date, lang: Lang) -> str:
    """The days of a cycle."""
    if lang == "ja":
        return f"{day(first_on, lang)}〜{last_on.month}月{last_on.day}日"
    return f"{first_on} – {last_on}"


def weekday(on: date, lang: Lang) -> str:
    """A day of a table, with its day of the week."""
    return (
        f"{on:%Y/%m/%d}（{'月火水木金土日'[on.weekday()]}）"
        if lang == "ja"
        else f"{on:%Y-%m-%d %a}"
    )


def minute(at: datetime, lang: Lang) -> str:
    """An instant in Japan, to the minute."""
    return f"{day(day_of(at), lang)} {at.astimezone(TOKYO):%H:%M}"


def named(code: int, original: int | None, lang: Lang) -> str:
    """A line's name, as its statement has it."""
    which = 0 if lang == "ja" else 1
    name = CATALOGUE[code][which]
    if code == LATE and original is not None:
        return f"{name}{'・' if lang == 'ja' else ': '}{CATALOGUE[original][which]}"
    return name
