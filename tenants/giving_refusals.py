"""Why no points came without a sale, and why nobody was brought."""

from federation.refusals import Refusal


class AlreadyVisited(Refusal):
    """本日の来店特典は付与済みです
    This member's visit of the business day has had its benefit already."""

    do = "ask-member"
    staff_text = "本日の来店特典は付与済み"


class NothingToGive(Refusal):
    """いま行っている特典がありません
    No such benefit is running here on this day."""

    burns = False
    do = "call"
    staff_text = "実施中の特典がありません"


class BenefitUsedUp(Refusal):
    """この特典は、この年度の上限まで付与済みです
    This member has had this benefit as often as it is given in a fiscal year."""

    do = "ask-member"
    staff_text = "特典は上限まで付与済み"


class SelfReferral(Refusal):
    """ご自身、または同じ電話番号・メール・世帯の方は紹介できません
    Nobody refers themselves, nor who shares their phone, mail or household."""

    do = "ask-member"
    staff_text = "自己紹介はできません"


class AlreadyReferred(Refusal):
    """紹介者がすでに登録されているか、すでにお買い物をした会員です
    This member named a referrer before, or has bought already."""

    do = "ask-member"
    staff_text = "紹介の登録はできません"


class KindStays(Refusal):
    """この符号は別の種類の特典に使われています
    This code belongs to an occasion of another kind."""

    do = "call"
    staff_text = "符号が重複"
