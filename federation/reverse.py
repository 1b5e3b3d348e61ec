"""取消: a whole slip is undone, exactly; what it did and what undid it both stand in the books."""

from collections import Counter
from datetime import date

from federation.bonus import counted
from federation.hold import release, still_open
from federation.lapse import lapse
from federation.move import part
from federation.page import ADJUSTMENT, REDEMPTION, Entry, Page, Stamp
from federation.past import Past, PastDraw, PastEntry, PastShortage, total
from federation.purse import LotKey, Owed, Purse
from federation.refusals import NotReversible
from federation.slips import Reversal

# What the draws of an undoing are called, by what is undone: it posts to the same accounts, and to
# whoever settles it is the opposite, never a sale undone. First of what the original drew (an
# adjustment that took is given again, as by an undone return), then of what it had granted.
DRAWN = {"return": "unreturn", "adjustment": "unreturn", "merge": "merge"}
GRANTED = {"adjustment": "adjustment", "merge": "merge"}


def reverse(
    page: Page, purses: dict[int, Purse], undone: Reversal, past: Past, stamp: Stamp
) -> list[Entry]:
    """One reversing entry for each entry of the slip, the last first: what it granted is taken
    back whole, what it drew comes back to the same lots, what it held is free."""
    asked = sorted(past.own, key=lambda entry: entry.entry_id, reverse=True)
    check(purses, past, asked)
    booked = []
    for original in asked:
        purse = purses[original.member_id]
        if original.kind == "hold":
            booked.append(
                release(page, purse, purse.holds[original.entry_id], stamp, "reversal")[0]
            )
            continue
        entry = page.entry(
            original.member_id,
            "reversal",
            stamp,
            of_entry_id=original.entry_id,
            reason=undone.reason,
        )
        undo_entry(page, purse, original, past, entry)
        if original.slides_to is not None:
            slide_back(purse, past.slides_to.get(purse.member_id))
        booked.append(entry)
    if is_merge(asked):
        (source,) = {e.member_id for e in asked if e.of_entry_id is None}
        (target,) = {e.member_id for e in asked if e.of_entry_id is not None}
        part(page, purses[source], purses[target])
    for purse in {original.member_id: purses[original.member_id] for original in asked}.values():
        lapse(page, purse)
    return booked


def is_merge(asked: list[PastEntry]) -> bool:
    """Whether a slip made two members one; a return may carry points on to an heir as well."""
    return {entry.kind for entry in asked} == {"merge"}


def heirs_stay(purses: dict[int, Purse], asked: list[PastEntry]) -> bool:
    """Whether whoever a member became one with is still one of us on its own."""
    heirs = {entry.member_id for entry in asked if entry.of_entry_id is not None}
    return all(purses[heir].state in ("active", "unregistered", "frozen") for heir in heirs)


def check(purses: dict[int, Purse], past: Past, asked: list[PastEntry]) -> None:
    """An undoing never goes short: what was granted or given back is still there, whole. A merge
    is undone before the heir becomes one with another, or leaves."""
    if is_merge(asked) and not heirs_stay(purses, asked):
        raise NotReversible
    for original in asked:
        if original.kind == "hold":
            still_open(purses[original.member_id].holds[original.entry_id])
    undone = {original.entry_id for original in asked}
    if any(debt.paid for debt in past.shortages if debt.entry_id in undone):
        raise NotReversible
    for key, points in needed(past, undone).items():
        if points > 0 and purses[key[0]].lots[key].free < points:
            raise NotReversible


def needed(past: Past, undone: set[int]) -> Counter[LotKey]:
    """What must be in each lot for its grants and for what came back to it to be undone."""
    wanted: Counter[LotKey] = Counter()
    for lot in past.lots:
        if lot.entry_id in undone:
            wanted[lot.key] += lot.points
    for draw in past.draws:
        if draw.entry_id in undone:
            wanted[draw.lot] -= draw.points
    return wanted


def undo_entry(page: Page, purse: Purse, original: PastEntry, past: Past, entry: Entry) -> None:
    """The opposite of all that one entry did: what it took comes back first, so that what it had
    brought is there to be taken."""
    drawn = DRAWN.get(original.kind, "reversal")
    granted = GRANTED.get(original.kind, "reversal")
    for draw in sorted(past.draws, key=lambda one: one.points < 0):
        if draw.entry_id == original.entry_id:
            page.draw(purse, entry, purse.lots[draw.lot], -draw.points, drawn, stead_of(draw))
    for lot in past.lots:
        if lot.entry_id == original.entry_id:
            page.draw(purse, entry, purse.lots[lot.key], lot.points, granted)
    for debt in past.shortages:
        if debt.entry_id == original.entry_id:
            forgive(page, purse, debt)
    give_use_back(page, purse, original, past)
    if original.kind == "accrual":
        page.add(
            "freed",
            {
                "shop_id": original.shop_id,
                "business_date": original.business_date,
                "receipt_till": original.receipt_till,
                "receipt_no": original.receipt_no,
                "slip": original.slip,
            },
        )


def forgive(page: Page, purse: Purse, debt: PastShortage) -> None:
    """What an undone return left short is short no more, and nothing pays it any more."""
    if debt.met == "owed":
        purse.owed -= debt.points
        purse.touched = True
        key = debt.entry_id, debt.part
        purse.debts = [one for one in purse.debts if (one.entry_id, one.part) != key]
    page.add(
        "forgiven",
        {"member_id": purse.member_id, "entry_id": debt.entry_id, "part": debt.part},
    )


def give_use_back(page: Page, purse: Purse, original: PastEntry, past: Past) -> None:
    """What was used of limited rules is free to be used again; what a return had freed of them is
    used again, where it is counted."""
    for rule, on, points in used_by(original, past):
        page.use(purse.member_id, rule, on, -points)
    if original.kind == "return":
        for (rule, on), points in freed(original, past).items():
            if (rule, on) in purse.used:
                page.use(purse.member_id, rule, on, points)


def used_by(original: PastEntry, past: Past) -> list[tuple[str, date, int]]:
    """What an entry had used of limited rules: which, on which day, how much."""
    on = original.business_date
    match original.kind:
        case "redemption":
            return [(REDEMPTION, past.used_on(original), -original.points)]
        case "coupon" if original.reason is not None:
            return [(original.reason, on, 1)]
        case "adjustment":
            return [(ADJUSTMENT, on, abs(original.points))]
        case "bonus":
            return [(one.rule, one.on, one.times) for one in counted(original.lines)]
        case "accrual":
            own = (lot for lot in past.lots if lot.entry_id == original.entry_id)
            return [(lot.rule, on, lot.points) for lot in own]
    return []


def freed(original: PastEntry, past: Past) -> Counter[tuple[str, date]]:
    """What a return had freed of limited rules: of the day's limit by what came back, of campaigns
    by what was taken back or fell short."""
    sold = past.about(original)
    assert sold is not None, "a return is about a sale"
    if sold.kind == "coupon":  # a return leaves it used
        return Counter()
    if sold.kind == "redemption":
        return Counter({(REDEMPTION, past.used_on(sold)): original.points})
    rules = {lot.key: lot.rule for lot in past.lots}
    parts = [
        (draw.for_rule or rules[draw.lot], draw.points)
        for draw in past.draws
        if draw.entry_id == original.entry_id
    ]
    parts += [(one.rule, one.points) for one in past.shortages if one.entry_id == original.entry_id]
    return total(((rule, sold.business_date), points) for rule, points in parts)


def stead_of(draw: PastDraw) -> Owed | None:
    """In whose stead a draw took points, if it did: what undoes it says the same."""
    if draw.for_funder_id is None or draw.for_rule is None:
        return None
    return Owed(draw.entry_id, 0, draw.for_funder_id, draw.for_rule, draw.points, 0)


def slide_back(purse: Purse, to: date | None) -> None:
    """The last day of sliding points is again what all other events give."""
    purse.slides_on = to
    purse.touched = True
