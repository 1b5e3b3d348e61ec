"""Why a door stays shut."""

from federation.refusals import Refusal


class InvalidToken(Refusal):
    """アクセストークンが無効か期限切れです。取り直してください
    The access token is missing, invalid or expired: fetch a new one."""

    status = 401
    do = "retry"
    staff_text = "認証切れ・再接続"


class InsufficientScope(Refusal):
    """このクライアントには許されていない操作です
    This client is not allowed to do that."""

    status = 403
    do = "call"
    staff_text = "権限なし・本部へ連絡"
