"""Why a campaign, a segment or a correction does not take the step that was asked for."""

from federation.refusals import Refusal


class CampaignExists(Refusal):
    """この符号はすでに使われています
    This code is in use already."""

    burns = False
    staff_text = "符号が重複"


class NotFromHere(Refusal):
    """いまの状態からはこの操作はできません
    This step does not lead on from the present state."""

    burns = False
    staff_text = "状態を確認"


class MovedOn(Refusal):
    """読んだ後に下書きが変わりました。もう一度お読みください
    The draft has changed since it was read: read it again."""

    burns = False
    staff_text = "読み直しが必要"


class NeedsPlan(Refusal):
    """指標・期間・対照群（または対照群を置かない理由）がないため開始できません
    It cannot start without a metric, a period and a control group, or why there is none."""

    burns = False
    staff_text = "検証計画が必要"


class NeedsReason(Refusal):
    """景品表示法の確認で指摘があります。理由を記録すると開始できます
    The check of premiums has findings: it starts once a reason is recorded."""

    burns = False
    staff_text = "景表法の理由が必要"


class SegmentNotCounted(Refusal):
    """セグメントの人数がまだ数えられていません
    Nobody has counted the members of this segment yet."""

    burns = False
    staff_text = "セグメント未集計"


class TooLateToUndo(Refusal):
    """訂正を計上した期間は締め済みのため、元に戻せません
    The cycle in which the correction was booked is closed: it is not undone."""

    burns = False
    staff_text = "締め済み"
