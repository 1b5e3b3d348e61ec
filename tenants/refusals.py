"""Why a file was not read, or a line of it not taken before the books were asked (no slip is used
up), why a sale earned nothing at a tenant that owes too much, and why a scheme was not agreed."""

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


class SpendsTooFast(Refusal):
    """短い間に利用か付与が重なったため、ご本人の確認が済むまで利用できません
    Points were spent or earned too often: kept until somebody has made sure whose they are."""

    do = "call"
    staff_text = "確認待ち・窓口へ案内"


class NothingToAttribute(Refusal):
    """按分は利用時負担の方式だけです。ほかの方式では、利用しても誰の負担も変わりません
    Only points that are paid for at redemption are attributed in proportion to their funders."""

    status = 422
    burns = False
    do = "call"
    staff_text = "按分は利用時負担のみ"


class FileNotClean(Refusal):
    """ファイルから有害な内容が検出されたため受け取れません
    The scanner found something harmful in the file; it was not read."""

    status = 422
    do = "call"
    staff_text = "ファイル不可・本部へ"


class ScannerAway(Refusal):
    """ファイルの検査ができません。しばらくして同じファイルを送ってください
    Files cannot be scanned for now: send the same file again in a while."""

    status = 503
    do = "retry"
    staff_text = "検査停止中・再送信"


class FromTomorrow(Refusal):
    """設定は翌営業日以降から有効になります。当日や過去の日付は指定できません
    A setting holds from tomorrow at the earliest: nothing that was booked changes."""

    status = 422
    burns = False
    staff_text = "適用日は翌日以降"


class NotDelegated(Refusal):
    """この設定項目は店舗に任されていません。上位の管理者に依頼してください
    This setting is not delegated to you: ask the level above."""

    status = 403
    burns = False
    staff_text = "上位の管理者へ依頼"


class OthersMoney(Refusal):
    """ほかの当事者の負担になる設定は、任されていても自社では決められません
    Others would pay for this: whatever is delegated to you, you set it at your own cost alone."""

    status = 403
    burns = False
    do = "call"
    staff_text = "自社負担のみ設定可"


class AlreadyWithdrawn(Refusal):
    """この宣言はすでに取り下げられています
    This declaration has been withdrawn already."""

    burns = False
    staff_text = "取下げ済みの宣言"


class TooManyReceipts(Refusal):
    """件数が多いため、この窓口では試算できません。期間を短くするか、コマンドをお使いください
    There are too many receipts to replay here: name fewer days, or use the command."""

    status = 422
    burns = False
    staff_text = "件数超過・コマンドで"
