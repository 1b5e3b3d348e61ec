"""What an order comes to: each of its parts by its own verb, on the purses of a batch. Pure."""

from federation.accrue import accrue
from federation.adjust import adjust
from federation.bonus import give
from federation.coupon import use_coupon
from federation.give_back import give_back, repay
from federation.hold import capture, hold, release
from federation.lapse import lapse
from federation.leave import WITHDRAWN, forfeit, leave
from federation.looking import Seen, is_code
from federation.move import MERGED, merge, move_all
from federation.page import Page
from federation.purse import Hold, Purse
from federation.redeem import redeem
from federation.refusals import NotFound, NotReversible
from federation.reverse import reverse
from federation.slips import ReceiptKey, Redemption
from federation.turns import Turn


def book_order(page: Page, seen: Seen, turn: Turn) -> None:
    """Book what a rule decided: a purchase spends before it earns; either refused refuses both."""
    purse = seen.purses.get(turn.member_id)
    if purse is None:  # a slip that has not arrived is cancelled: it concerns nobody yet
        return
    check_stocks(page, turn)
    for part in (undo, take_off, spend, end_hold, earn, bring_back, gift, see_to):
        part(page, seen, purse, turn)
    for stock, count in turn.order.stocks:
        if stock in page.stocks:
            page.take_stock(stock, count)
    for other in turn.members[1:] if turn.order.merge is None else ():
        if seen.purses[other].state == MERGED:  # what came back to it is its heir's
            move_all(page, seen.purses[other], purse, turn.stamp())
    if purse.read:  # what came back, or what a late sale gave, may be over already
        lapse(page, purse)
    if purse.owed and purse.read and turn.order.give_back is None:
        repay(page, purse, turn.stamp())
    if purse.state == WITHDRAWN and purse.read:
        forfeit(page, purse, turn.stamp())
    purse.count()
    turn.booked.wallet = purse.wallet()


def check_stocks(page: Page, turn: Turn) -> None:
    """A rule takes no more of a limited counter than it was told is left; an undoing is not told,
    and never goes short."""
    for stock, count in turn.order.stocks:
        if turn.order.reverse is None:
            assert count <= page.stocks.get(stock, 0), "a rule knows what is left"
        elif count > page.stocks.get(stock, count):
            raise NotReversible


def undo(page: Page, seen: Seen, _: Purse, turn: Turn) -> None:
    """Reverse another slip, if it booked anything."""
    undone = turn.order.reverse
    if undone is not None and not undone.nothing:
        past, stamp = seen.pasts[turn], turn.stamp()
        turn.booked.reversed = reverse(page, seen.purses, undone, past, stamp)
        for row in page.rows.get("freed", ()):  # a receipt stands under its register's shop
            if row["slip"] == past.slip:
                row["shop_id"] = turn.till.shop_of(row["receipt_till"])


def take_off(page: Page, _: Seen, purse: Purse, turn: Turn) -> None:
    """Take a coupon off a price."""
    if turn.order.coupon is not None:
        turn.booked.coupon = use_coupon(page, purse, turn.order.coupon, turn.stamp())


def spend(page: Page, _: Seen, purse: Purse, turn: Turn) -> None:
    """Redeem, or set aside; a one-time code has paid then."""
    order, booked = turn.order, turn.booked
    if order.redeem is None and order.hold is None:
        return
    stamp = turn.stamp()
    if order.redeem is not None and asked_hold(purse, turn) is None:
        receipt = paid_receipt(turn, order.redeem)
        booked.redemption, booked.taken = redeem(page, purse, order.redeem, stamp, receipt)
    elif order.hold is not None:
        booked.held, booked.taken = hold(page, purse, order.hold, stamp)
        booked.hold = purse.holds[booked.held.entry_id]
    if (booked.redemption is not None or booked.held is not None) and is_code(turn.carrier):
        page.add("codes", {"code": turn.carrier, "shop_id": stamp.shop_id, "slip": stamp.slip})


def paid_receipt(turn: Turn, spent: Redemption) -> ReceiptKey | None:
    """The receipt that points paid, where the till told it."""
    if turn.receipt is not None or spent.receipt_no is None:
        return turn.receipt
    return ReceiptKey(turn.ask.business_date, turn.ask.till, spent.receipt_no)


def end_hold(page: Page, _: Seen, purse: Purse, turn: Turn) -> None:
    """Capture or release the hold that is named."""
    held = asked_hold(purse, turn)
    if held is None:
        return
    order, booked, stamp = turn.order, turn.booked, turn.stamp()
    booked.hold = held
    if order.redeem is not None:
        spent, receipt = order.redeem, paid_receipt(turn, order.redeem)
        booked.redemption, booked.taken = capture(page, purse, held, spent, stamp, receipt)
    elif order.release is not None:
        booked.released, booked.lapsed_points = release(page, purse, held, stamp)


def earn(page: Page, _: Seen, purse: Purse, turn: Turn) -> None:
    """Give the points of a sale."""
    given = turn.order.accrue
    if given is not None:
        assert turn.receipt_key is not None, "what earns has a receipt"
        turn.booked.accrual = accrue(page, purse, given, turn.stamp(), turn.receipt_key)


def bring_back(page: Page, seen: Seen, _: Purse, turn: Turn) -> None:
    """Take goods back."""
    asked = turn.order.give_back
    if asked is not None:
        past, stamp = seen.pasts[turn], turn.stamp()
        turn.booked.returned = give_back(page, seen.purses, asked, past, stamp, turn.member_id)


def gift(page: Page, _: Seen, purse: Purse, turn: Turn) -> None:
    """Give points without a sale."""
    if turn.order.bonus is not None:
        turn.booked.bonus = give(page, purse, turn.order.bonus, turn.stamp())


def see_to(page: Page, seen: Seen, purse: Purse, turn: Turn) -> None:
    """What only the operator does: adjust, merge, let a member go."""
    order, booked = turn.order, turn.booked
    if order.adjust is None and order.merge is None and order.leave is None:
        return
    stamp = turn.stamp()
    if order.adjust is not None:
        booked.adjusted = adjust(page, purse, order.adjust, stamp)
    if order.merge is not None:
        booked.merged = merge(page, seen.purses, order.merge, stamp)
    if order.leave is not None:
        booked.left, booked.taken = leave(page, purse, order.leave, stamp)


def asked_hold(purse: Purse, turn: Turn) -> Hold | None:
    """The hold that a request is about; another shop's does not exist for it."""
    if turn.about is None or turn.about.hold_id is None:
        return None
    held = purse.holds.get(turn.about.hold_id)
    if held is None or held.shop_id != turn.till.shop_id:
        raise NotFound
    return held
