"""What no till sends on purpose: each is refused by name, nothing is booked, nothing is echoed.

The table of security 2.4 and its neighbours, for every call that takes money or looks at it.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any, get_args

import msgspec
import pytest
from msgspec import Struct

from deploy.body_guard import DEEPEST, MOST_BYTES, clean
from federation.refusals import Do, Validation
from tests.conftest import Given
from tests.mall import Answered, Mall, Member, Shop, serving, settings_for
from tests.races.hubs import cloned

MARK = "Kaguya"  # stands in all that is sent, and in nothing that comes back
Asks = dict[str, Any]
Send = Callable[[Asks], bytes]
SALES = ("/v1/accruals", "/v1/purchases", "/v1/quotes")
OF_CARDS = (*SALES, "/v1/redemptions")
BOOKINGS = ("/v1/accruals", "/v1/redemptions", "/v1/purchases", "/v1/reversals")
CALLS = (*BOOKINGS, "/v1/quotes")
JSON = "application/json"
encode = msgspec.json.encode


class Trap(Struct):
    """What is sent to which calls, and what it is refused with."""

    name: str
    send: Send
    status: int = 400
    slug: str = "validation"
    calls: tuple[str, ...] = CALLS
    media_type: str | None = JSON
    pointer: str | None = None


def money(good: Asks) -> str:
    """The field of 100 yen or points that every one of these requests has."""
    return "points" if "points" in good else "paid_yen"


def asks(**fields: Any) -> Send:
    """The good request with other fields; those that are `...` are left out."""
    return lambda good: encode({k: v for k, v in {**good, **fields}.items() if v is not ...})


def amount(text: str) -> Send:
    """The good request with its 100 spelled otherwise."""
    return lambda good: encode({**good, money(good): "@"}).replace(b'"@"', text.encode())


def staff(text: str) -> Send:
    """The good request with a JSON text, as it is, for the clerk's code."""
    return lambda good: encode({**good, "staff": "@"}).replace(b'"@"', text.encode("utf-8"))


def with_more(text: str | bytes) -> Send:
    """The good request with one member more at its end."""
    more = text.encode() if isinstance(text, str) else text
    return lambda good: encode(good)[:-1] + b"," + more + b"}"


def moved(field: str, **by: float) -> Send:
    """The good request, so much later or earlier."""

    def send(good: Asks) -> bytes:
        then = (datetime.fromisoformat(good[field]) + timedelta(**by)).isoformat()
        return encode({**good, field: then if field == "at" else then[:10]})

    return send


def line(**fields: Any) -> Send:
    """The good request with one line otherwise."""
    return lambda good: encode({**good, "lines": [{**good["lines"][0], **fields}]})


def padded(size: int) -> Send:
    """The good request, blown up with white space."""
    return lambda good: encode(good).ljust(size)


def nested(depth: int, left: str = "[", right: str = "]") -> str:
    return f'"{MARK}": {left * depth}0{right * depth}'


# How 100 yen or points must not be spelled.
AMOUNTS = {
    "an integer over 2^63": str(2**63),
    "an integer over 2^64": str(2**64),
    "5,000 digits": "9" * 5_000,
    "over ten million": "10000001",
    "less than nothing": "-1",
    "100.0": "100.0",
    "1e2": "1e2",
    "a number in quotes": '"100"',
    "a number with a zero before it": "0100",
    "a number with a sign": "+100",
    "true": "true",
    "null": "null",
    "not a number": "NaN",
    "infinity": "Infinity",
    "a number past infinity": "1e999",
    "a list of numbers": "[100]",
}

TRAPS = [
    *[Trap(name, amount(text), calls=OF_CARDS) for name, text in AMOUNTS.items()],
    Trap("no UTF-8", lambda good: encode(good).replace(MARK.encode(), b"\xff\xfe", 1)),
    Trap("a surrogate in UTF-8", lambda good: encode(good).replace(b'"T01"', b'"\xed\xa0\x80"')),
    Trap("UTF-16", lambda good: encode(good).decode().encode("utf-16")),
    Trap("a byte order mark", lambda good: b"\xef\xbb\xbf" + encode(good)),
    Trap("nested 100,000 deep", with_more(nested(100_000))),
    Trap("objects 40,000 deep", with_more(nested(40_000, '{"":', "}"))),
    Trap("brackets that never close", with_more(f'"{MARK}": ' + "[" * 100_000)),
    Trap("a text that never ends", lambda _: b"[" * 33 + b'"' + rb'\"' * 130_000),
    Trap("nested 33 deep", with_more(nested(DEEPEST))),
    Trap("nothing to spend", asks(points=0), calls=("/v1/redemptions",), pointer="/points"),
    Trap("a key twice", with_more('"till": "T01"')),
    Trap("a key twice, once escaped", with_more(r'"\u0074ill": "T01"')),
    Trap("a key twice in a line", with_more('"lines": [{"amount_yen": 1, "amount_yen": 100}]')),
    Trap("plain text", asks(), 415, "unsupported-media-type", media_type="text/plain"),
    Trap("a form", asks(), 415, "unsupported-media-type", media_type="multipart/form-data"),
    Trap("a type like it", asks(), 415, "unsupported-media-type", media_type="application/jsonp"),
    Trap("no media type", asks(), 415, "unsupported-media-type", media_type=None),
    Trap(
        "MessagePack", msgspec.msgpack.encode, 415, "unsupported-media-type",
        media_type="application/x-msgpack",
    ),
    Trap("MessagePack said to be JSON", msgspec.msgpack.encode),
    Trap("a zero", staff(rf'"{MARK}\u0000"'), pointer="/staff"),
    Trap("a zero, unescaped", staff(f'"{MARK}\0"')),
    Trap("a zero in a name", with_more(rf'"{MARK}\u0000": 1')),
    Trap("a bidi override", staff(f'"\u202e{MARK}"'), pointer="/staff"),
    Trap("a bidi override, escaped", staff(rf'"\u202e{MARK}"'), pointer="/staff"),
    Trap("a lone surrogate", staff(rf'"{MARK}\ud800"')),
    Trap("surrogates the wrong way round", staff(rf'"{MARK}\udc00\ud800"')),
    Trap("a newline at the end of the clerk", asks(staff=f"{MARK}\n"), pointer="/staff"),
    Trap("a newline at the end of the till", asks(till="T01\n"), pointer="/till"),
    Trap("a newline at the end of the slip", asks(slip=f"{MARK}\n"), calls=BOOKINGS),
    Trap("a slip of 65", asks(slip=MARK.ljust(65, "0")), calls=BOOKINGS, pointer="/slip"),
    Trap("an empty slip", asks(slip=""), calls=BOOKINGS, pointer="/slip"),
    Trap("a slip in full width", asks(slip="Ｓ１"), calls=BOOKINGS, pointer="/slip"),
    Trap("a newline at the end of the receipt", asks(receipt_no=f"{MARK}\n"), calls=BOOKINGS[:3]),
    Trap("a newline at the end of the original", asks(of=f"{MARK}\n"), calls=BOOKINGS[3:]),
    Trap("a newline at the end of the reason", asks(reason=f"{MARK}\n"), calls=BOOKINGS[3:]),
    Trap("a bidi override in the reason", asks(reason=f"{MARK}\u202e"), calls=BOOKINGS[3:]),
    Trap("a zero in the reason", asks(reason=f"{MARK}\0"), calls=BOOKINGS[3:], pointer="/reason"),
    Trap("a card in full width", asks(card="６３０４１２３４１２３４１２３４"), calls=OF_CARDS),
    Trap("a card with a newline", asks(card="6304123412341234\n"), calls=OF_CARDS),
    Trap("a card of 15 digits", asks(card="630412341234123"), calls=OF_CARDS),
    Trap("a card that is a number", asks(card=6304123412341234), calls=OF_CARDS),
    Trap("an unknown field", asks(**{MARK: 1})),
    Trap("a shop named in the body", asks(shop=MARK)),
    Trap("an unknown field in a line", line(**{MARK: 1}), calls=SALES),
    Trap("a missing card", asks(card=...), calls=OF_CARDS),
    Trap("a missing till", asks(till=...)),
    Trap("a missing instant", asks(at=...)),
    Trap("a missing slip", asks(slip=...), calls=BOOKINGS),
    Trap("a missing receipt", asks(receipt_no=...), calls=("/v1/accruals", "/v1/purchases")),
    Trap("too large by one", padded(MOST_BYTES + 1), 413, "too-large"),
    Trap("far too large", padded(3 * MOST_BYTES), 413, "too-large"),
    Trap("nothing at all", lambda _: b""),
    Trap("a blank", lambda _: b" "),
    Trap("an empty object", lambda _: b"{}"),
    Trap("a list of requests", lambda good: encode([good])),
    Trap("a text", lambda good: encode(encode(good).decode())),
    Trap("null for a body", lambda _: b"null"),
    Trap("two requests", lambda good: encode(good) * 2),
    Trap("half a request", lambda good: encode(good)[:-1]),
    Trap("a comma too many", lambda good: encode(good)[:-1] + b",}"),
    Trap("JavaScript", lambda good: encode(good).replace(b'"', b"'")),
    Trap("an instant without offset", asks(at="2026-06-03T12:00:00"), pointer="/at"),
    Trap("an impossible date", asks(business_date="2026-02-30"), pointer="/business_date"),
    Trap("an impossible instant", asks(at="2026-02-30T12:00:00+09:00"), pointer="/at"),
    Trap("an hour that is none", asks(at="2026-06-03T25:00:00+09:00"), pointer="/at"),
    Trap("seconds since 1970", asks(at=1780455600), pointer="/at"),
    Trap("before all time", asks(at="0001-01-01T00:00:00+09:00"), calls=BOOKINGS, pointer="/at"),
    Trap("after all time", asks(at="9999-12-31T23:59:59-09:00"), calls=BOOKINGS, pointer="/at"),
    Trap("tomorrow's business", moved("business_date", days=1), pointer="/business_date"),
    Trap("six minutes ahead", moved("at", minutes=6), slug="clock-ahead"),
    Trap("five minutes and a bit", moved("at", minutes=5, microseconds=1), slug="clock-ahead"),
    Trap("the day before yesterday", moved("business_date", days=-2), 409, "too-late"),
    Trap("more than is payable", asks(payable_yen=99), calls=("/v1/redemptions",)),
    Trap("lines that sum to less", line(amount_yen=99), calls=SALES, pointer="/lines"),
    Trap("no lines", asks(lines=[]), calls=SALES, pointer="/lines"),
    Trap("501 lines", asks(lines=[{"amount_yen": 0}] * 501), calls=SALES, pointer="/lines"),
    Trap("a line below nothing", line(amount_yen=-1), calls=SALES),
    Trap("a tax rate of 7", line(tax_rate=7), calls=SALES),
    Trap("tenders that sum to less", asks(tenders=[{"kind": "cash", "amount_yen": 99}]),
         calls=SALES, pointer="/tenders"),
    Trap("a tender of its own", asks(tenders=[{"kind": MARK, "amount_yen": 100}]), calls=SALES),
    Trap("exclusions that differ", asks(excluded_yen=99), calls=SALES, pointer="/excluded_yen"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One hub for all the traps."""
    folder = tmp_path_factory.mktemp("traps")
    with cloned(given.database_url, template, "meguri_test_traps") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


@pytest.fixture(scope="module")
async def bakery(mall: Mall) -> Shop:
    return await mall.shop("bakery")


@pytest.fixture(scope="module")
async def hanako(mall: Mall, bakery: Shop) -> Member:
    """A member with points enough to mend every trap."""
    rich = await mall.member()
    await bakery.sells(rich, yen=10_000_000)
    return rich


def good(shop: Shop, member: Member, call: str) -> Asks:
    """A request with nothing wrong in it, of 100 yen or 100 points."""
    known = {"slip": f"{MARK}-{next(shop.mall.numbers)}", "staff": MARK}
    if call == "/v1/redemptions":
        return shop.spending(member, 100, receipt_no=f"{MARK}/1", payable_yen=100, **known)
    if call == "/v1/reversals":
        undo = shop.asked(member, of=f"never-{known['slip']}", reason=MARK, **known)
        return {name: value for name, value in undo.items() if name != "card"}
    points = {} if call == "/v1/accruals" else {"points": 100}
    paid_yen, total_yen = (1_000, 1_100) if points else (100, 100)
    known["receipt_no"] = f"{MARK}/{known['slip']}"
    sale = shop.sale(member, paid_yen, lines=[{"amount_yen": total_yen}], **points, **known)
    unasked = ("slip", "receipt_no") if call == "/v1/quotes" else ()
    return {name: value for name, value in sale.items() if name not in unasked}


def refused(answer: Answered, status: int, slug: str) -> Asks:
    """The problem that an answer is, whole and without a word of what was sent."""
    assert (answer.status, answer.slug) == (status, slug), answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert MARK.lower() not in answer.content.decode().lower()
    told: Asks = answer.json
    assert told.keys() >= {"type", "status", "title", "title_en", "staff_text", "do"}
    assert (told["status"], told["type"]) == (status, f"/problems/{slug}")
    assert told["do"] in get_args(Do)
    return told


async def books(mall: Mall) -> Any:
    """All that a booking would leave behind."""
    return await mall.value(
        "SELECT ARRAY[(SELECT count(*) FROM federation.entries), (SELECT sum(points) FROM"
        " federation.wallets), (SELECT count(*) FROM federation.receipts), (SELECT count(*) FROM"
        " federation.slips WHERE slip NOT IN (SELECT slip FROM federation.answers"
        " WHERE status = 409))]"
    )


EACH = [
    pytest.param(trap, call, id=f"{trap.name}-{call[4:]}") for trap in TRAPS for call in trap.calls
]


@pytest.mark.parametrize(("trap", "call"), EACH)
async def test_a_trap_is_refused_books_nothing_and_can_be_mended(
    mall: Mall, bakery: Shop, hanako: Member, trap: Trap, call: str
) -> None:
    body, before = good(bakery, hanako, call), await books(mall)
    sent = trap.send(body)
    header = {} if trap.media_type is None else {"content-type": trap.media_type}
    skip = {} if header else {"skip_auto_headers": ["content-type"]}
    told = refused(
        await bakery.ask("POST", call, data=sent, headers=header, **skip), trap.status, trap.slug
    )
    if trap.pointer is not None:
        assert told["pointer"] == trap.pointer
    if trap.slug == "clock-ahead":
        assert datetime.fromisoformat(told["server_time"]) == mall.now
    assert await books(mall) == before
    if trap.slug == "too-late":
        return  # burnt, as `test_refusals` tells
    mended = await bakery.post(call, **body)
    assert mended.status == (200 if call == "/v1/quotes" else 201), mended
    assert "idempotent-replayed" not in mended.headers


FINE: dict[str, Send] = {
    "four minutes ahead": moved("at", minutes=4),
    "five minutes ahead": moved("at", minutes=5),
    "a till whose clock is a week slow": moved("at", days=-7),
    "yesterday's business": moved("business_date", days=-1),
    "as large as may be": padded(MOST_BYTES),
    "the media type with a charset": asks(),
    "letters escaped": lambda good: encode(good).replace(b'"T01"', rb'"\u00540\u0031"'),
    "white space": lambda good: encode(good).replace(b'"till":', b' \r\n\t"till" : '),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("send", FINE.values(), ids=FINE)
async def test_what_looks_like_a_trap_and_is_none(
    bakery: Shop, hanako: Member, send: Send, call: str
) -> None:
    sent = send(good(bakery, hanako, call))
    answer = await bakery.post_bytes(call, sent, **{"content-type": f"{JSON}; charset=utf-8"})
    assert answer.status == (200 if call == "/v1/quotes" else 201), answer


def test_depth_is_counted_in_brackets_and_not_in_texts() -> None:
    deepest = b"[" * DEEPEST + b"]" * DEEPEST
    for fine in (deepest, b'["' + b"[" * 100 + b'"]', rb'["\"' + b"[{" * 100 + rb'\\"]'):
        assert clean(fine, JSON) == fine
    for fault in (b"[" + deepest + b"]", rb'["\\",' + deepest + b"]"):
        with pytest.raises(Validation):
            clean(fault, JSON)


WRONG = [
    *[(method, call, 405, "method-not-allowed") for call in CALLS for method in ("GET", "PUT")],
    *[(method, "/v1/purchases", 405, "method-not-allowed") for method in ("PATCH", "DELETE")],
    ("POST", "/v1/entries", 405, "method-not-allowed"),
    ("GET", f"/v1/{MARK}", 404, "not-found"),
    ("POST", f"/v1/accruals/{MARK}", 404, "not-found"),
    ("GET", f"/{MARK}", 404, "not-found"),
    ("GET", f"/v1/entries/{MARK}", 404, "not-found"),
    ("GET", "/v1/entries/%FF%FE%00", 404, "not-found"),
    ("GET", f"/v1/entries/..%2F..%2F{MARK}", 404, "not-found"),
    ("GET", "/v1/tills/T01%00/sequence", 404, "not-found"),
    ("GET", f"/v1/entries/{MARK * 2_000}", 404, "not-found"),
    ("GET", f"/v1/members/{MARK}/balance", 404, "not-found"),
    ("GET", f"/v1/members/{MARK}/lots", 404, "not-found"),
    ("GET", f"/v1/members/{MARK}/entries", 404, "not-found"),
    ("GET", f"/v1/entries?after={MARK}", 404, "not-found"),
    ("GET", f"/v1/tills/{MARK}", 404, "not-found"),
    ("GET", f"/v1/slips?till={MARK}&slip=1", 404, "not-found"),
    ("GET", f"/v1/slips?till=T01&slip={MARK}", 404, "not-arrived"),
    ("GET", "/v1/slips?till=T01", 400, "validation"),
    ("GET", f"/v1/slips?till=T01&slip={MARK}%0A", 400, "validation"),
    ("GET", f"/v1/slips?till=T01&slip={MARK}%00", 400, "validation"),
    ("GET", f"/v1/slips?till=T01&slip={MARK}%FF", 400, "validation"),
    ("GET", "/v1/entries?limit=0", 400, "validation"),
    ("GET", "/v1/entries?limit=-5", 400, "validation"),
    ("GET", "/v1/entries?limit=201", 400, "validation"),
    ("GET", f"/v1/entries?limit={MARK}", 400, "validation"),
    ("GET", f"/v1/entries?limit={'9' * 5_000}", 400, "validation"),
    ("GET", f"/v1/entries?business_date={MARK}", 400, "validation"),
    ("GET", "/v1/entries?business_date=2026-02-30", 400, "validation"),
]


@pytest.mark.parametrize(("method", "path", "status", "slug"), WRONG)
async def test_what_does_not_exist_or_is_asked_wrongly_is_refused_by_name(
    bakery: Shop, method: str, path: str, status: int, slug: str
) -> None:
    refused(await bakery.ask(method, path), status, slug)


@pytest.mark.parametrize("call", CALLS)
async def test_a_header_of_20_kilobytes_lets_nobody_in(
    bakery: Shop, hanako: Member, call: str
) -> None:
    large = {"authorization": "Bearer " + MARK * 3_400}
    answer = await bakery.ask("POST", call, json=good(bakery, hanako, call), headers=large)
    refused(answer, 401, "invalid-token")
    assert answer.headers["www-authenticate"].startswith("Bearer")
