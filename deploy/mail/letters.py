"""手紙: a notice in its member's language, as text and as HTML, with the way to hear no more of its
kind (RFC 8058)."""

from datetime import date, datetime
from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from msgspec import Struct

from federation.days import TOKYO
from tenants.mailing.outbox import Due

WORDS = Path(__file__).with_name("words")
KNOWN = sorted({path.name.partition(".")[0] for path in WORDS.glob("*.ja.txt")})
# The words are text: what becomes HTML is escaped below, paragraph by paragraph.
texts = Environment(
    loader=FileSystemLoader(WORDS), undefined=StrictUndefined, autoescape=select_autoescape()
)
RANKS = {"premium": ("プレミアム会員", "premium member"), "general": ("一般会員", "member")}
OFF = {
    "ja": "このお知らせの配信を停止する",
    "en": "Stop these mails",
}


class Letter(Struct, frozen=True):
    """What is sent."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


def written(due: Due, issuer: str, off: str, not_me: str, message_id: str) -> Letter:
    """A letter; its first line is the subject. Where a fact is called a name it is the `title`."""
    facts = {name: readable(value, due.lang) for name, value in due.facts.items()}
    title = facts.get("name_en" if due.lang == "en" else "name")
    told = texts.get_template(f"{due.words}.{due.lang}.txt").render(
        {**facts, "title": title, "name": due.name or "", "ranks": RANKS, "site": issuer,
         "not_me": not_me}
    )  # fmt: skip
    subject, _, body = told.partition("\n")
    body = body.strip()
    stop = f"{issuer}{off}"
    return Letter(
        subject.strip(),
        f"{body}\n\n--\n{OFF[due.lang]}: {stop}\n",
        as_html(body, due.lang, stop),
        {
            "Message-ID": message_id,
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def as_html(body: str, lang: str, stop: str) -> str:
    """The same words as HTML: paragraphs, nothing that is fetched, nothing that follows anybody."""
    paragraphs = "".join(
        "<p>" + "<br>".join(map(escape, part.splitlines())) + "</p>"
        for part in body.split("\n\n")
        if part.strip()
    )
    off = f'<p><small><a href="{escape(stop)}">{OFF[lang]}</a></small></p>'
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Meguri</title>'
        f'</head><body style="font-family:sans-serif;line-height:1.7">{paragraphs}<hr>{off}'
        "</body></html>"
    )


def readable(value: object, lang: str) -> object:
    """A fact as people read it: points with commas, days and instants as in Japan."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if not isinstance(value, str):
        return value
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            return f"{day.year}年{day.month}月{day.day}日" if lang == "ja" else value
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{at.astimezone(TOKYO):%Y-%m-%d %H:%M}" if at.tzinfo else value
