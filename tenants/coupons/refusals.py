"""Why a coupon was not taken; each uses its slip up, as other refusals of the books do."""

from federation.refusals import Refusal


class CouponNotYet(Refusal):
    """このクーポンはまだ使えません（期間・曜日・時間をご確認ください）
    This coupon is not good at this time yet: see its days and hours."""

    do = "ask-member"
    staff_text = "クーポン利用期間外"


class CouponOver(Refusal):
    """このクーポンの期限は過ぎています
    This coupon is over."""

    do = "ask-member"
    staff_text = "クーポン期限切れ"


class CouponPaused(Refusal):
    """このクーポンは一時停止中です
    This coupon is paused for now."""

    do = "ask-member"
    staff_text = "クーポン一時停止中"


class CouponNotHere(Refusal):
    """このクーポンはこの店では使えません
    This coupon is not good at this shop."""

    do = "ask-member"
    staff_text = "この店では対象外"


class CouponNotForMember(Refusal):
    """この会員は対象ではありません
    This coupon is not for this member."""

    do = "ask-member"
    staff_text = "対象外の会員です"


class CouponNotStarted(Refusal):
    """会員の画面で利用開始を押してください
    The member has not started this coupon yet."""

    do = "ask-member"
    staff_text = "利用開始を押してください"


class CouponUsed(Refusal):
    """このクーポンはすでに使われています
    This coupon has been used already."""

    do = "ask-member"
    staff_text = "使用済みのクーポン"


class CouponNotTogether(Refusal):
    """同じレシートで他のクーポンと併用できません
    This coupon is not good beside another on the same receipt."""

    do = "ask-member"
    staff_text = "他のクーポンと併用不可"


class BelowLeastPurchase(Refusal):
    """クーポンの対象となる金額に足りません
    The price that the coupon may lower is below its least purchase."""

    do = "ask-member"
    staff_text = "対象金額に足りません"


class CouponOutOfStock(Refusal):
    """このクーポンは先着数に達しました
    This coupon has run out."""

    do = "ask-member"
    staff_text = "先着数に達しました"


class CouponKnown(Refusal):
    """このコードのクーポンはすでにあります
    There is a coupon of this code already."""

    staff_text = "登録済みのコード"


ANY_USE = (
    CouponNotYet,
    CouponOver,
    CouponPaused,
    CouponNotHere,
    CouponNotForMember,
    CouponNotStarted,
    CouponUsed,
    CouponNotTogether,
    BelowLeastPurchase,
    CouponOutOfStock,
)
