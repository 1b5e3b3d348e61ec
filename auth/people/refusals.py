"""Why a person was not let in, or not let do it."""

from federation.refusals import Refusal


class NotSignedIn(Refusal):
    """ログインできません。入力を確かめてください。続けて失敗したときは15分待ってください
    That did not sign you in: check what you typed; after several failures wait 15 minutes."""

    status = 401
    do = "retry"
    staff_text = "ログインできません"


class SignInFirst(Refusal):
    """ログインしてください
    Sign in first."""

    status = 401
    staff_text = "ログインが必要"


class OtherSite(Refusal):
    """この画面から送られた操作ではないため受け付けません
    This did not come from a page of this hub, so it is not done."""

    status = 403
    staff_text = "画面を開き直す"


class FreshFactorNeeded(Refusal):
    """この操作には、直前（5分以内）の本人確認が必要です。承認はパスキーで確認してください
    This needs a second factor of the last five minutes, for this very action; approvals a passkey.
    """

    status = 403
    do = "retry"
    staff_text = "本人確認をもう一度"


class LinkOver(Refusal):
    """このリンクは使用済みか期限切れです。管理者にもう一度依頼してください
    This link was used or is over: ask an administrator for another."""

    status = 404
    staff_text = "リンクの期限切れ"


class WeakPassword(Refusal):
    """このパスワードは使えません。8文字以上で、よく使われる言葉やログイン名を避けてください
    Choose another password: at least 8 characters, no common one, not your own name."""

    status = 400
    burns = False
    do = "retry"
    staff_text = "別のパスワードに"


class NotOwnRole(Refusal):
    """自分の権限は自分で変えられません
    Nobody changes their own roles: another administrator must."""

    burns = False
    staff_text = "別の管理者が変更"


class RolesApart(Refusal):
    """兼ねられない権限です（管理者と精算担当、本部と店舗・施設・エリア）
    These roles do not go together: administrator and finance, headquarters and a place."""

    burns = False
    staff_text = "兼ねられない権限"


class LoginKnown(Refusal):
    """このログイン名はすでに使われています
    Somebody has this login already."""

    burns = False
    staff_text = "登録済みのログイン名"


class LastFactor(Refusal):
    """最後の本人確認手段は外せません
    The last second factor stays: add another first."""

    burns = False
    staff_text = "最後の確認手段"
