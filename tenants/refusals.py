"""Why a line of an offline file was not taken before the books were asked (no slip is used up), and
why a sale earned nothing at a tenant that owes too much."""

from federation.refusals import Refusal


class BadSignature(Refusal):
    """この行はレジの鍵で署名されていません
    This line was not signed with its till's own key."""

    status = 400
    do = "call"
    staff_text = "署名不正・本部へ連絡"


class SeqReused(Refusal):
    """この連番は別の内容で使われています
    This seq was used before with other content."""

    status = 422
    do = "call"
    staff_text = "連番が重複・本部へ連絡"


class BrokenChain(Refusal):
    """前後の行とつながりません
    This line does not follow from the line before it, or the next not from this."""

    status = 422
    do = "call"
    staff_text = "連鎖不正・本部へ連絡"


class GrantingStopped(Refusal):
    """この店のポイント付与は一時停止中です。販売はそのまま続けてください
    This tenant may give no points of its own for now: go on with the sale without them."""

    do = "call"
    staff_text = "付与停止中・販売は続行"
