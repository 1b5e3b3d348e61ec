"""Which level's word wins at a shop on a day, who may say what, and what a return asks of rules."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from federation.past import Past, PastDraw
from federation.purse import Lot
from tenants.earning import Line, Tender
from tenants.returning import bring_back
from tenants.rules import CategoryRate, QuietHours, Special, TenderRate
from tenants.settings import (
    FAMILIES,
    SINGLE,
    AgreedTerms,
    Level,
    Place,
    Setting,
    above,
    by_level,
    convert,
    may_set,
    resolved,
    terms_of,
)
from tenants.settings_api import NAMES
from tests.tenants.test_earning import DAY, earned, sale
from tests.tenants.test_rates import at, terms
from tests.tenants.test_returning import asked, entry

HERE = Place(110, 11, 20)
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
OF = {"operator": 1, "facility": 20, "tenant": 11, "shop": 110}


def said(level: Level, value: Any, from_on: date = JUNE, number: int = 1, **more: Any) -> Setting:
    known = {"key": "yen_per_point", "of_id": OF[level], "author": "x", "reason": "y", **more}
    when = datetime(2026, 5, 1, number % 24, tzinfo=UTC)
    return Setting(number, level, from_on=from_on, value=value, decided_at=when, **known)


@pytest.mark.parametrize(
    ("words", "value", "level"),
    [
        ([], 110, None),
        ([said("operator", 200)], 200, "operator"),
        ([said("operator", 200), said("facility", 150)], 150, "facility"),
        ([said("facility", 150), said("tenant", 120)], 120, "tenant"),
        ([said("tenant", 120), said("shop", 100)], 100, "shop"),
        ([said("shop", 100), said("operator", 200)], 100, "shop"),
        ([said("shop", 100), said("operator", 200, JULY)], 100, "shop"),  # nearer, not newer
        ([said("facility", 150), said("facility", 140, date(2026, 6, 10))], 140, "facility"),
        ([said("facility", 150), said("facility", 140, JULY)], 150, "facility"),
        ([said("facility", 150, number=2), said("facility", 140, number=3)], 140, "facility"),
        ([said("shop", 100), said("shop", None, number=2), said("operator", 9)], 9, "operator"),
        ([said("facility", 150, of_id=21)], 110, None),  # another facility's
    ],
)
def test_the_nearest_level_wins_and_of_one_level_its_last_word(
    words: list[Setting], value: int, level: str | None
) -> None:
    won = resolved(HERE, by_level(words), date(2026, 6, 15))["yen_per_point"]
    assert (won.value, won.by.level if won.by else None) == (value, level)


def test_what_only_a_later_version_knows_stops_nobody() -> None:
    words = by_level([said("operator", 7, key="moon:full"), said("shop", 100)])
    assert "moon:full" not in resolved(HERE, words, JUNE)
    agreed = [AgreedTerms(110, JUNE, "PAYMENT", "x", "y", 110, 0, [])]
    assert terms_of(HERE, agreed, words)[0].yen_per_point == 100


def test_what_a_word_overrode_is_told_from_near_to_far() -> None:
    words = [said("operator", 1), said("facility", 2), said("tenant", None), said("shop", 4)]
    won = resolved(HERE, by_level(words), JUNE)["yen_per_point"]
    assert [one.level for one in won.overrode] == ["facility", "operator"]


def test_agreed_terms_are_the_shops_own_word_on_what_they_name() -> None:
    agreed = [
        AgreedTerms(110, date(2020, 4, 1), "PAYMENT", "x", "y", 110, 500, ["tobacco"]),
        AgreedTerms(110, JULY, "DISCOUNT", "x", "y", None, 0, []),
    ]
    words = [word for one in agreed for word in one.words()]
    words += [said("operator", 200), said("shop", 90, date(2026, 6, 20))]
    found = terms_of(HERE, agreed, by_level(words))
    told = [(one.from_on, one.yen_per_point, one.tax_treatment) for one in found]
    assert told == [
        (date(2020, 4, 1), 110, "PAYMENT"),
        (JUNE, 110, "PAYMENT"),
        (date(2026, 6, 20), 90, "PAYMENT"),
        (JULY, 200, "DISCOUNT"),  # the new terms leave it to the levels above
    ]
    assert found[0].excluded_categories == {"tobacco"}
    assert terms_of(HERE, [], by_level(words)) == ()


def test_terms_that_nobody_adds_to_are_the_same_by_the_short_way_and_the_long_one() -> None:
    agreed = [
        AgreedTerms(110, JULY, "DISCOUNT", "x", "y", 100, 0, []),
        AgreedTerms(110, date(2020, 4, 1), "PAYMENT", "x", "y", 110, 500, ["tobacco"]),
    ]
    words = [word for one in agreed for word in one.words()]
    far = said("operator", "CEIL", date(2030, 1, 1), key="rounding")
    short, long = (terms_of(HERE, agreed, by_level(more)) for more in (words, [*words, far]))
    assert sorted(short, key=lambda one: one.from_on) == list(long[:-1])
    assert all(one.plain for one in short)


def test_settings_with_a_name_become_the_rules_of_a_shop() -> None:
    agreed = [AgreedTerms(110, date(2020, 4, 1), "PAYMENT", "x", "y", 110, 0, [])]
    words = [
        *agreed[0].words(),
        said("operator", {"tenths": 20}, key="tender:credit"),
        said("facility", {"points": 1, "yen": 200}, key="category:food"),
        said("shop", False, key="campaign:x5"),
        said("shop", True, key="campaign:x2"),
        said("operator", {"from_time": "14:00", "to_time": "17:00", "tenths": 20}, key="hour:tea"),
    ]
    special = terms_of(HERE, agreed, by_level(words))[-1].special
    assert special == Special(
        {"food": CategoryRate(1, 200)},
        {"credit": TenderRate(20)},
        {},
        {"tea": QuietHours("14:00", "17:00", 20)},
        frozenset({"x5"}),
    )


@pytest.mark.parametrize(
    ("key", "patterns", "may"),
    [
        ("rounding", ["rounding"], True),
        ("rounding", ["scope"], False),
        ("hour:tea", ["hour:*"], True),
        ("hour:tea", ["hour:tea"], True),
        ("hour:tea", ["hour:lunch"], False),
        ("delegated", ["delegated"], False),  # nobody delegates on what was delegated
        ("rounding", [], False),
    ],
)
def test_only_what_is_delegated_may_be_set(key: str, patterns: list[str], may: bool) -> None:
    assert may_set(key, patterns) is may


def test_the_levels_above_are_asked_without_those_below() -> None:
    words = by_level([said("tenant", 120), said("shop", 100), said("facility", 150)])
    assert resolved(above(HERE, "shop"), words, JUNE)["yen_per_point"].value == 120
    assert resolved(above(HERE, "tenant"), words, JUNE)["yen_per_point"].value == 150


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("yen_per_point", 0),
        ("yen_per_point", True),
        ("earns_on", "NET"),
        ("excluded_categories", ["a b"]),
        ("category:food", {"points": 1, "yen": 200, "funders": {}}),
        ("category:food", {"points": 1, "yen": 200, "funders": {"hub": 1}}),
        ("tender:credit", {"tenths": 10}),
        ("rank:gold", {"tenths": 9}),
        ("hour:tea", {"from_time": "14:00", "to_time": "14:00", "tenths": 20}),
        ("hour:tea", {"from_time": "14:00", "to_time": "15:00", "tenths": 20, "weekdays": [0]}),
        ("campaign:x5", 1),
        ("tax_treatment", "PAYMENT"),  # a contract's word, not a setting
        ("category:", {"points": 1, "yen": 200}),
    ],
)
def test_a_value_that_does_not_fit_is_refused(key: str, value: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        convert(key, value)


def test_every_setting_has_a_name_in_both_languages() -> None:
    assert NAMES.keys() == SINGLE.keys() | FAMILIES.keys()


def lots(granted: dict[str, int]) -> tuple[Lot, ...]:
    """What a sale was given, by rule."""
    return tuple(
        Lot(7, 2, n, points, points, 0, 110, 11, 1, None, False, rule, DAY, DAY)
        for n, (rule, points) in enumerate(granted.items())
    )


RULES = Special({"wine": CategoryRate(3, 200)}, {"credit": TenderRate(20)})
GOODS = [
    {"amount_yen": 1_000, "category": "wine", "quantity": 1, "tax_rate": 10},
    {"amount_yen": 660, "category": "food", "quantity": 2, "tax_rate": 8},
    {"amount_yen": 300, "category": "tobacco", "quantity": 1, "tax_rate": 10},
]


@pytest.mark.parametrize("scope", ["RECEIPT", "LINE"])
@pytest.mark.parametrize("earns_on", ["TAX_INCLUDED", "TAX_EXCLUDED"])
@pytest.mark.parametrize(
    "parts",
    [
        [{"returned_yen": 1_960}],
        [{"returned_yen": 700}, {"returned_yen": 960}, {"returned_yen": 300}],
        [{"lines": [(1, 1_000)]}, {"lines": [(3, 300)]}, {"lines": [(2, 660)]}],
        [{"lines": [(2, 330)]}, {"returned_yen": 900}, {"returned_yen": 730}],
    ],
)
def test_returns_in_part_add_up_to_one_of_the_whole(
    scope: Any, earns_on: Any, parts: list[dict[str, Any]]
) -> None:
    shop = at(terms(scope=scope, earns_on=earns_on, special=RULES))
    bought = sale(
        1_960, lines=msgspec.convert(GOODS, list[Line]), tenders=[Tender("credit", 1_960)]
    )
    granted = {grant.rule: grant.points for grant in earned(bought, shop).grants}
    assert list(granted) == ["base", "category:wine", "tender:credit"]
    known = {"paid_yen": 1_960, "excluded_yen": 300, "lines": GOODS, "shop_id": shop.shop_id}
    entries = [entry(2, "accrual", sum(granted.values()), business_date=DAY, **known)]
    draws: list[PastDraw] = []
    taken: Counter[str] = Counter()
    for number, part in enumerate(parts, 3):
        past = Past(
            shop.shop_id, "S-1", True, entries=tuple(entries), draws=tuple(draws),
            lots=lots(granted),
        )  # fmt: skip
        order = bring_back(asked(**returned(part)), shop, past).give_back
        assert order is not None
        taken.update(dict(order.take_back))
        draws += [
            PastDraw(7, number, 2, list(granted).index(rule), "return", 0, points, None, None)
            for rule, points in order.take_back
        ]
        more = {"returned_yen": order.returned_yen, "lines": order.lines, "slip": f"B-{number}"}
        entries.append(entry(number, "return", 0, of_entry_id=2, shop_id=shop.shop_id, **more))
    assert taken == granted


def returned(part: dict[str, Any]) -> dict[str, Any]:
    """The body of a return, by yen or by lines."""
    if "returned_yen" in part:
        return part
    named = [{"line": n, "quantity": 1, "amount_yen": yen} for n, yen in part["lines"]]
    return {"lines": named}


@pytest.mark.parametrize(
    ("yen", "taken"),
    [
        (1_219, {"base": 11, "tender:credit": 5}),
        (110, {"base": 1}),  # ten units are left, five of which the credit card still pays for
        (770, {"base": 7, "tender:credit": 1}),
    ],
)
def test_a_tender_takes_back_only_what_it_no_longer_pays_for(
    yen: int, taken: dict[str, int]
) -> None:
    shop = at(terms(special=Special(tenders={"credit": TenderRate(20)})))
    known = {"paid_yen": 1_219, "excluded_yen": 0, "shop_id": shop.shop_id}
    sold = entry(2, "accrual", 16, business_date=DAY, **known)
    granted = lots({"base": 11, "tender:credit": 5})
    past = Past(shop.shop_id, "S-1", True, entries=(sold,), lots=granted)
    order = bring_back(asked(returned_yen=yen), shop, past).give_back
    assert order is not None
    assert dict(order.take_back) == taken
