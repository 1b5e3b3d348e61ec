"""What a till of the fleet sends, and in which order: told before any hub is asked."""

import base64
from datetime import date, datetime, timedelta, timezone

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.demo.federation import Bought, card_number
from deploy.demo.replay import queues, waits_for
from deploy.demo.till import (
    Reply,
    TillClient,
    assertion_claims,
    basic,
    sale,
    signed,
    slip_number,
)

JST = timezone(timedelta(hours=9))
ISSUER = "https://hub.example"


def bought(number: int = 42, *, household: int = 7, trade: str = "bakery") -> Bought:
    return Bought(
        facility=1,
        trade=trade,
        household=household,
        at=datetime(2025, 6, 1, 14, 3, 22, tzinfo=JST),
        business_date=date(2025, 6, 1),
        receipt_no=f"{number:04}",
        paid_yen=3_300,
        category="fuel" if trade == "fuel-station" else trade,
        excluded=trade == "fuel-station",
    )


def client(till: str = "T01", tenant: str = "takamatsu-bakery") -> TillClient:
    return TillClient(f"{tenant}-{till}", "not-a-secret", tenant, till)


def body(sold: object) -> dict[str, object]:
    sent: dict[str, object] = msgspec.json.decode(msgspec.json.encode(sold))
    return sent


def test_an_assertion_says_who_asks_whom_and_is_good_for_less_than_a_minute():
    claims = assertion_claims("till-1", ISSUER, now=1_000)
    assert claims["iss"] == claims["sub"] == "till-1"
    assert claims["aud"] == ISSUER
    assert claims["iat"] == 1_000
    assert 1_000 < claims["exp"] <= 1_060


def test_no_assertion_is_made_twice():
    made = {assertion_claims("till-1", ISSUER, now=1_000)["jti"] for _ in range(100)}
    assert len(made) == 100


def test_an_assertion_is_signed_with_es256_by_the_tills_own_key():
    key = ECKey.generate_key("P-256")
    claims = assertion_claims("till-1", ISSUER, now=1_000)
    read = jwt.decode(signed(claims, key), key, algorithms=["ES256"])
    assert read.header["alg"] == "ES256"
    assert read.claims == claims


def test_a_secret_with_a_colon_stays_in_one_piece():
    kind, _, encoded = basic("till:1", "a:b%").partition(" ")
    assert (kind, base64.b64decode(encoded)) == ("Basic", b"till%3A1:a%3Ab%25")


def test_a_tills_key_never_shows():
    assert "not-a-secret" not in repr(client()) + str(client())


def test_a_slip_names_the_till_the_day_and_the_receipt():
    assert slip_number("T01", bought()) == "T01-20250601-0042"


def test_a_sale_without_points_is_an_accrual_with_nothing_but_the_contracts_fields():
    sold = sale(client(), bought(), seed=1)
    assert sold.path == "/v1/accruals"
    assert body(sold) == {
        "slip": "T01-20250601-0042",
        "till": "T01",
        "staff": "1001",
        "business_date": "2025-06-01",
        "at": "2025-06-01T14:03:22+09:00",
        "card": card_number(7, 1),
        "receipt_no": "0042",
        "paid_yen": 3_300,
    }


def test_what_is_paid_with_points_is_not_paid_in_yen():
    sold = sale(client(), bought(), seed=1, points=60)
    assert sold.path == "/v1/purchases"
    assert (sold.paid_yen, sold.points) == (3_240, 60)


def test_fuel_is_excluded_whole():
    assert sale(client(), bought(trade="fuel-station"), seed=1).excluded_yen == 3_300


def test_a_shops_tills_take_the_receipts_in_turn_and_each_keeps_its_order():
    clients = [client("T01"), client("T01", "takamatsu-deli"), client("T02")]
    receipts = [bought(1), bought(2), bought(1, trade="deli"), bought(3), bought(4)]
    assert queues(clients, receipts) == [[0, 3], [2], [1, 4]]


def test_a_member_waits_for_the_receipt_before():
    receipts = [bought(1), bought(2, household=8), bought(3), bought(4), bought(5, household=8)]
    assert waits_for(receipts) == [None, None, 0, 2, 1]


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (b'{"type": "/problems/not-enough-points", "title": "x"}', "not-enough-points"),
        (b'{"title": "x"}', "status-409"),
        (b"<html>", "status-409"),
        (b"\xff", "status-409"),
        (b"", "status-409"),
    ],
)
def test_a_refusal_is_counted_by_its_slug_or_else_by_its_status(content, slug):
    assert Reply(409, content).slug == slug


@pytest.mark.parametrize(
    ("status", "booked", "busy", "silent"),
    [
        (0, False, False, True),
        (200, True, False, False),
        (201, True, False, False),
        (409, False, False, False),
        (429, False, True, False),
        (500, False, False, True),
        (502, False, False, True),
    ],
)
def test_a_till_knows_when_to_ask_again(status, booked, busy, silent):
    reply = Reply(status)
    assert (reply.booked, reply.busy, reply.silent) == (booked, busy, silent)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("0", 0), ("", 1), ("soon", 1)])
def test_a_till_waits_as_long_as_the_hub_asks(header, seconds):
    assert Reply(503, retry_after=header).retry_after_seconds == seconds
