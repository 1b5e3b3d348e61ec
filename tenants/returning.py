"""返品の規則: what comes back when goods do, and what is taken back. Pure (domain 6.4)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct, field, structs

from federation.past import Past, PastEntry
from federation.refusals import (
    AlreadyReturned,
    AlreadyReversed,
    NotArrived,
    NotFound,
    ReturnExceedsOriginal,
    Validation,
)
from federation.slips import (
    Asked,
    GiveBack,
    Order,
    ReceiptKey,
    ReceiptNo,
    SlipNumber,
    TillCode,
    Yen,
)
from tenants.campaigns.giving import freed
from tenants.earning import entitlement
from tenants.extras import Basis
from tenants.rates import Goods, Units, goods_of, plain, worked
from tenants.terms import Terms, Till, in_force

SomeYen = Annotated[int, Meta(ge=1, le=10_000_000, description="税込 · whole yen")]


class OnReceipt(Struct, frozen=True, forbid_unknown_fields=True):
    """A receipt by what is printed on it: register, number and business date."""

    till: TillCode
    no: ReceiptNo
    business_date: date


class ReturnedLine(Struct, frozen=True, forbid_unknown_fields=True):
    """Goods of one line of the receipt, whose first line is 1."""

    line: Annotated[int, Meta(ge=1, le=500)]
    quantity: Annotated[int, Meta(ge=1, le=100_000)]
    amount_yen: Yen


class BringBack(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Goods that come back: of a slip or a receipt, by yen or by lines."""

    call: ClassVar[str] = "returns"

    of: SlipNumber | None = None
    receipt_of: OnReceipt | None = field(default=None, name="receipt")
    returned_yen: SomeYen | None = None
    lines: Annotated[list[ReturnedLine], Meta(min_length=1, max_length=500)] | None = None

    def __post_init__(self) -> None:
        """One receipt, named one way; what comes back, named one way."""
        if (self.of is None) == (self.receipt_of is None):
            raise ValueError("either `of` or `receipt`")
        if (self.returned_yen is None) == (self.lines is None):
            raise ValueError("either `returned_yen` or `lines`")

    @property
    def original(self) -> str | ReceiptKey | None:
        if self.receipt_of is None:
            return self.of
        asked = self.receipt_of
        return ReceiptKey(asked.business_date, asked.till, asked.no)


class Basket(Struct):
    """What of a sale is still with the customer: all of it, what earned nothing, line by line."""

    total_yen: int
    excluded_yen: int
    lines: list[dict[str, Any]]
    excluded_categories: frozenset[str]
    unnamed_yen: int = 0

    def take_yen(self, yen: int) -> None:
        """Goods nobody names: those that earned first, so that a return never leaves more to earn
        on than there was."""
        earning = self.total_yen - self.excluded_yen
        self.total_yen -= yen
        self.unnamed_yen += yen
        self.excluded_yen -= max(0, yen - earning)

    def take_line(self, line: int, quantity: int, amount_yen: int) -> None:
        """Goods of one line; the quantity and the yen must still be there."""
        if line > len(self.lines):
            raise Validation(pointer="/lines")
        left = self.lines[line - 1]
        if quantity > left["quantity"] or amount_yen > left["amount_yen"]:
            raise ReturnExceedsOriginal
        left["quantity"] -= quantity
        left["amount_yen"] -= amount_yen
        self.total_yen -= amount_yen
        if left.get("category") in self.excluded_categories:
            self.excluded_yen -= amount_yen


def bring_back(asked: BringBack, till: Till, past: Past) -> Order:
    """Points that paid come back first; then what is left is earned on again, by the rules of the
    purchase's day, and the difference is taken back. What was taken back never falls."""
    check(asked, till, past)
    accrual = next((e for e in past.sold if e.kind == "accrual"), None)
    out = sum(points for _, points in past.out())
    basket = left_of(past, accrual, till)
    whole_yen = basket.total_yen + sum(e.returned_yen or 0 for e in past.returns)
    if basket.total_yen == 0:
        raise AlreadyReturned
    returned_yen = take(asked, basket)
    if basket.total_yen < 0:
        raise ReturnExceedsOriginal
    restore = min(out, returned_yen)
    back = taken_back(past, accrual, basket, out - restore, till)
    programme = in_force(till.programme, asked.business_date)
    return Order(
        give_back=GiveBack(
            of=past.slip,
            returned_yen=returned_yen,
            restore_points=restore,
            cash_yen=returned_yen - restore,
            take_back=back,
            shortage=programme.shortage_policy,
            lines=[structs.asdict(line) for line in asked.lines] if asked.lines else None,
            limited_first=programme.spend_order == "LIMITED_FIRST",
            coupons=coupons_back(past, whole_yen, basket.total_yen),
        ),
        stocks=freed(back, till),
    )


def coupons_back(past: Past, whole_yen: int, left_yen: int) -> tuple[tuple[int, int], ...]:
    """What of each coupon's discount is its funders' again: the goods that stay keep their part of
    it, in proportion to the yen paid for them, a part of a yen in the customer's favour; never more
    than was given, and all of it once nothing stays."""
    found = []
    for used, discount_yen, before_yen in past.coupons():
        back_yen = discount_yen * (whole_yen - left_yen) // whole_yen - before_yen
        found.append((used.entry_id, max(0, back_yen)))
    return tuple(found)


def check(asked: BringBack, till: Till, past: Past) -> None:
    """There is a receipt to take goods back of."""
    if not past.arrived:
        raise NotArrived if asked.of is not None else NotFound(pointer="/receipt")
    if past.cancelled:
        raise AlreadyReversed
    if any(e.shop_id != till.shop_id for e in past.sold):
        raise NotFound(pointer="/receipt")  # another shop of the tenant sold it, by its own rules
    if not past.sold:
        if any(past.undone(entry) for entry in past.own):
            raise AlreadyReversed
        raise NotFound(pointer="/of")


def left_of(past: Past, accrual: PastEntry | None, till: Till) -> Basket:
    """The goods that have not come back yet."""
    spent = [e for e in past.sold if e.kind == "redemption"]
    points = -sum(e.points for e in spent)
    if accrual is not None:
        day, lines = accrual.business_date, [dict(line) for line in accrual.lines or ()]
        paid_yen, excluded_yen = accrual.paid_yen or 0, accrual.excluded_yen or 0
    else:
        tenders = spent or past.sold[-1:]  # a coupon alone says what was left to pay
        day, lines, excluded_yen = tenders[0].business_date, [], 0
        paid_yen = sum(e.paid_yen or 0 for e in tenders)
    register = accrual.receipt_till if accrual is not None else None
    categories = in_force(till.terms_at(register), day).excluded_categories
    basket = Basket(paid_yen + points, excluded_yen, lines, categories)
    for earlier in past.returns:
        if earlier.returned_yen is None:
            continue
        if earlier.lines is None:
            basket.take_yen(earlier.returned_yen)
        else:
            for line in earlier.lines:
                basket.take_line(line["line"], line["quantity"], line["amount_yen"])
    return basket


def take(asked: BringBack, basket: Basket) -> int:
    """Take the goods that come back out of the basket; how many yen they cost."""
    if asked.lines is None:
        assert asked.returned_yen is not None
        if asked.returned_yen <= basket.total_yen:
            basket.take_yen(asked.returned_yen)
            return asked.returned_yen
        raise ReturnExceedsOriginal
    if len({line.line for line in asked.lines}) < len(asked.lines) or not basket.lines:
        raise Validation(pointer="/lines")
    for line in asked.lines:
        basket.take_line(line.line, line.quantity, line.amount_yen)
    return sum(line.amount_yen for line in asked.lines)


def taken_back(
    past: Past, accrual: PastEntry | None, basket: Basket, points_left: int, till: Till
) -> tuple[tuple[str, int], ...]:
    """By rule, what the purchase was given beyond what its rest would earn, less what earlier
    returns have accounted for; never less than nothing."""
    if accrual is None:
        return ()
    terms = in_force(till.terms_at(accrual.receipt_till), accrual.business_date)
    granted, before = past.granted(), past.taken_back()
    basis = Basis(
        accrual.business_date,
        accrual.rank or "general",
        {},
        terms=None if terms.plain and not till.declared else terms,
        given=frozenset(granted),
    )
    rest = entitlement(earned_by(basket, points_left, terms), basis, till)
    due = Counter(
        {rule: granted[rule] - min(granted[rule], rest[rule]) - before[rule] for rule in granted}
    )
    return tuple((rule, due[rule]) for rule in rules(past) if due[rule] > 0)


def earned_by(basket: Basket, points_left: int, terms: Terms) -> Units:
    """What is left of a sale earns, by the rates of its day; as a sale of so much would have."""
    eligible_yen = max(0, basket.total_yen - points_left - basket.excluded_yen)
    if terms.plain:
        return plain(eligible_yen // terms.yen_per_point)
    if not basket.lines:
        return worked([Goods(eligible_yen)], terms, lined=False)
    gone_yen, excluded = basket.unnamed_yen, basket.excluded_categories
    return worked(goods_of(basket.lines, excluded, gone_yen, points_left), terms, lined=True)


def rules(past: Past) -> Sequence[str]:
    """The rules that granted points, in the order in which they did."""
    return list(dict.fromkeys(lot.rule for lot in past.granted_lots()))
