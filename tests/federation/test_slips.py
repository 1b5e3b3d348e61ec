"""The words of a booking: what makes two requests the same one, names that tell nothing, and how
a refusal is worded."""

import itertools
import pkgutil
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any, ClassVar, get_args

import msgspec
import pytest

import auth
import deploy
import federation
import settlement
import tenants
from deploy.body_guard import clean
from federation.fingerprint import fingerprint
from federation.opaque import Kind, Names
from federation.refusals import Do, NotFound, Refusal, slug_of
from federation.slips import Asked
from tenants.earning import Sale


class Note(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A request with a free text in it."""

    call: ClassVar[str] = "notes"

    note: str = ""
    yen: int = 0


class Memo(Note, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The same fields under another call."""

    call: ClassVar[str] = "memos"


PLAIN = (
    '{"slip": "S-1", "till": "T01", "business_date": "2026-06-03",'
    ' "at": "2026-06-03T12:00:00+09:00", "note": "café がガ"}'
)


def mark(text: str, call: type[Asked] = Note, path: str = "") -> bytes:
    """The fingerprint of a request as it comes over the wire."""
    body = clean(text.encode(), "application/json")
    return fingerprint(msgspec.json.decode(body, type=call), path)


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace(", ", ",\n\t ").replace(": ", "\r\n:"),
        PLAIN.replace('"slip": "S-1", "till": "T01"', '"till": "T01", "slip": "S-1"'),
        PLAIN.replace("2026-06-03T12:00:00+09:00", "2026-06-03T03:00:00Z"),
        PLAIN.replace("2026-06-03T12:00:00+09:00", "2026-06-02T22:00:00.000-05:00"),
        PLAIN.replace("é", "e\u0301"),
        PLAIN.replace("がガ", "か\u3099カ\u3099"),
        PLAIN.replace("é", "\\u00e9"),
        PLAIN.replace("é", "\\u0065\\u0301"),
        PLAIN.replace("が", "\\u304b\u3099"),
        PLAIN.replace('"S-1"', '"\\u0053-1"'),
        PLAIN.replace("}", ', "yen": 0}'),
    ],
    ids=[
        "white space",
        "order of keys",
        "instant in UTC",
        "instant in New York",
        "accent apart",
        "voicing marks apart",
        "escaped",
        "escaped and apart",
        "half escaped",
        "plain letters escaped",
        "defaults spelled out",
    ],
)
def test_the_same_request_written_otherwise_is_the_same_slip(other: str) -> None:
    assert other != PLAIN
    assert mark(other) == mark(PLAIN)


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace("S-1", "S-2"),
        PLAIN.replace("T01", "T02"),
        PLAIN.replace("2026-06-03T12", "2026-06-03T13"),
        PLAIN.replace("12:00:00+", "12:00:00.000001+"),
        PLAIN.replace('"business_date": "2026-06-03"', '"business_date": "2026-06-02"'),
        PLAIN.replace("é", "e"),
        PLAIN.replace("ガ", "ｶﾞ"),
        PLAIN.replace("}", ', "yen": 1}'),
        PLAIN.replace("}", ', "staff": "1007"}'),
    ],
)
def test_another_request_is_another_slip(other: str) -> None:
    assert other != PLAIN
    assert mark(other) != mark(PLAIN)


def test_the_call_and_the_ids_in_its_path_belong_to_the_request() -> None:
    asked = [(Note, ""), (Memo, ""), (Note, "/v1/holds/a/capture"), (Note, "/v1/holds/b/capture")]
    marks = {mark(PLAIN, call, path) for call, path in asked}
    assert len(marks) == len(asked)


def test_lines_in_another_order_are_another_receipt() -> None:
    def sold(*lines: dict[str, Any]) -> bytes:
        sale = {
            "slip": "S-1",
            "till": "T01",
            "business_date": date(2026, 6, 3),
            "at": datetime(2026, 6, 3, 3, tzinfo=UTC),
            "card": "6304123412341232",
            "receipt_no": "0042",
            "paid_yen": 300,
            "lines": lines,
        }
        return fingerprint(msgspec.convert(sale, Sale))

    apple, bread = {"amount_yen": 100, "category": "food"}, {"amount_yen": 200}
    assert sold(apple, bread) != sold(bread, apple)
    assert sold(apple, bread) == sold(apple, {**bread, "quantity": 1, "tax_rate": 10})
    assert sold(apple, bread) == sold(dict(reversed(apple.items())), bread)


KINDS: tuple[Kind, ...] = ("entry", "member", "cursor", "lot")
NAMES = Names("the secret of a test")
SEALED = NAMES.seal("entry", 7, 2**40)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pair", [(0, 0), (1, 2), (2, 1), (2**56 - 1, 2**63 - 1)])
def test_a_name_leads_back_to_what_it_names(kind: Kind, pair: tuple[int, int]) -> None:
    name = NAMES.seal(kind, *pair)
    assert NAMES.open(kind, name) == pair
    assert name == NAMES.seal(kind, *pair)
    assert len(name) == 26
    assert name.isalnum()
    assert name.islower()


def test_no_two_things_share_a_name_and_none_can_be_counted_on() -> None:
    names = [NAMES.seal(kind, a, b) for kind in KINDS for a in range(8) for b in range(32)]
    assert len(set(names)) == len(names)
    apart = [
        sum(one != other for one, other in zip(*pair, strict=True))
        for pair in itertools.pairwise(names)
    ]
    assert min(apart) > 10, "neighbours look nothing alike"


@pytest.mark.parametrize(
    ("sealed", "opened"), [pair for pair in itertools.product(KINDS, KINDS) if len({*pair}) == 2]
)
def test_a_name_of_one_kind_opens_nothing_of_another(sealed: Kind, opened: Kind) -> None:
    with pytest.raises(NotFound):
        NAMES.open(opened, NAMES.seal(sealed, 7, 8))


JUNK = {
    "nothing": "",
    "one letter": "a",
    "half a name": SEALED[:10],
    "one letter short": SEALED[:-1],
    "one letter long": SEALED + "a",
    "two names": SEALED + SEALED,
    "another name": NAMES.seal("entry", 7, 2**40)[::-1],
    "no name of ours": "a" * 26,
    "a number": "1234567890",
    "padding": "=" * 26,
    "not of the alphabet": "0189" + SEALED[4:],
    "a blank at the end": SEALED + " ",
    "a newline": SEALED + "\n",
    "Japanese": "会員" * 13,
    "letters that become two": "ß" * 13,
    "letters that become a block and a half": "ß" * 8 + "a" * 18,
    "a zero": "\0" * 26,
    "very long": "a" * 100_000,
    "another hub's": Names("another secret").seal("entry", 7, 2**40),
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_junk_leads_nowhere_and_leaves_the_next_name_readable(junk: str) -> None:
    names = Names("the secret of a test")
    for _ in range(2):
        with pytest.raises(NotFound):
            names.open("entry", junk)
        assert names.open("entry", SEALED) == (7, 2**40)


def test_two_tenants_know_a_member_under_names_that_they_cannot_compare() -> None:
    handles = {NAMES.seal("member", tenant, 7) for tenant in range(1_000, 1_050)}
    assert len(handles) == 50
    assert NAMES.open("member", NAMES.seal("member", 1_001, 7)) == (1_001, 7)


def every_refusal(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal there is, in every package."""
    for package in (federation, tenants, settlement, auth, deploy):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    for kind in of.__subclasses__():
        yield kind
        yield from every_refusal(kind)


# The contract's slugs that are built so far, with their statuses.
BUILT = """
    400 validation clock-ahead · 401 invalid-token · 403 insufficient-scope
    404 not-found not-arrived · 413 too-large · 415 unsupported-media-type · 422 slip-reused
    409 receipt-already-booked slip-cancelled not-enough-points points-owed card-not-active
    409 needs-member-code till-not-active tenant-suspended already-reversed not-reversible too-late
    503 busy
"""


def test_the_contracts_refusals_exist_with_their_statuses() -> None:
    statuses = {slug_of(kind): kind.status for kind in every_refusal()}
    for row in BUILT.replace("·", "\n").strip().splitlines():
        status, *slugs = row.split()
        assert {slug: statuses.get(slug) for slug in slugs} == dict.fromkeys(slugs, int(status))


def columns(text: str) -> int:
    """The half-width columns of a till's display; a full-width character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def test_every_refusal_says_what_it_is_in_two_languages_and_what_to_do() -> None:
    kinds = list(every_refusal())
    slugs = [slug_of(kind) for kind in kinds]
    assert len(set(slugs)) == len(slugs) > 20
    for kind in kinds:
        title, title_en = (line.strip() for line in str(kind.__doc__).strip().splitlines())
        assert any("ぁ" <= sign <= "ヶ" for sign in title), kind
        assert title_en.isascii(), kind
        assert title_en.endswith("."), kind
        assert 0 < columns(kind.staff_text) <= 40, kind
        assert any(sign > "⺀" for sign in kind.staff_text), kind
        assert kind.do in get_args(Do), kind
        assert 400 <= kind.status < 600, kind
