"""Why a step of a cycle's life was not taken, and why a line was not disputed."""

from federation.refusals import Refusal


class WrongState(Refusal):
    """この期はその手続きの段階にありません
    The cycle does not stand where this step begins: see its `state`."""

    burns = False
    staff_text = "期の段階を確認"


class WindowStillOpen(Refusal):
    """異議期間が終わるまで承認できません
    Parties may still object: it can be approved after the day in `objections_until`."""

    burns = False
    do = "retry"
    staff_text = "異議期間中"


class WindowOver(Refusal):
    """異議期間は終わりました。次の期で申し出てください
    The time to object is over: raise it in the next cycle."""

    burns = False
    staff_text = "異議期間終了"


class FourEyes(Refusal):
    """締めた人・支払案を作った人は承認できません
    Whoever closed the cycle or prepared its payments does not approve them: somebody else must."""

    burns = False
    staff_text = "別の担当者が承認"


class ApprovalVoid(Refusal):
    """承認の後で内容が変わったため、承認は無効です。作り直して承認を受けてください
    What was approved is not what stands there now: prepare it again and have it approved."""

    burns = False
    staff_text = "承認が無効"


class NotWhatWasShown(Refusal):
    """画面に表示した支払案は今の支払案と違います。もう一度確認してください
    The plan that was shown is not the one that counts now: look at it again."""

    burns = False
    staff_text = "支払案を再確認"


class PreparedByNobody(Refusal):
    """支払案に責任を持つ担当者がいません。起案者が画面で作成してください
    Only a machine prepared this: a person has to prepare it at the console first."""

    burns = False
    staff_text = "担当者の起案が必要"


class NoBankProfile(Refusal):
    """銀行設定が登録されていないため支払案を作れません
    No bank profile is in force, so payments cannot be prepared: see `meguri bank profile`."""

    burns = False
    staff_text = "銀行設定が未登録"


class NothingCameBack(Refusal):
    """送り直すもの・繰り越すものがありません
    Nothing of it came back, so there is nothing to send again or to carry on."""

    burns = False
    staff_text = "戻りなし"


class LineNotDisputable(Refusal):
    """この行には異議を申し立てられません
    This line cannot be disputed: it moves no yen, or less than was named."""

    burns = False
    staff_text = "異議の対象外"


class AlreadyDisputed(Refusal):
    """この行にはすでに異議が出ています
    This line is in dispute already, for another reason or another amount."""

    burns = False
    staff_text = "異議申立済み"


class DisputeDecided(Refusal):
    """この異議はすでに裁定されています
    This dispute was decided already, in another way."""

    burns = False
    staff_text = "裁定済みの異議"
