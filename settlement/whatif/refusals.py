"""Why a what-if was not answered."""

from federation.refusals import Refusal


class TooMuchHistory(Refusal):
    """件数が多いため、この窓口では試算できません。コマンド meguri whatif をお使いください
    There is too much to replay here: use the command `meguri whatif`."""

    status = 422
    burns = False
    staff_text = "件数超過・コマンドで"


class CyclesApart(Refusal):
    """期は続いたものを古い順に指定してください
    Name cycles that follow one another, the oldest first."""

    status = 422
    burns = False
    staff_text = "期が連続していません"


class HistoryAway(Refusal):
    """切り離された月があるため試算できません。月を戻してください
    Months that are kept elsewhere would have to be replayed: attach them first."""

    status = 422
    burns = False
    staff_text = "切り離した月があります"
