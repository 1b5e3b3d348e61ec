"""What a client may be allowed to do: every scope there is, one line each, in both languages.

A client belongs to one audience, its tokens name that audience and nothing else, and it is given
only scopes of that audience: a stolen till's token opens no back office.
"""

from msgspec import Struct

TILL = "till"
BACKOFFICE = "backoffice"
OPERATOR = "operator"
MEMBER = "member"
AUDIENCES = frozenset({TILL, BACKOFFICE, OPERATOR, MEMBER})
# People at the console, who come with a session: no client is registered for it, no token names it.
CONSOLE = "console"


class Scope(Struct, frozen=True):
    """One permission; a `wide` one shows every tenant's rows, not only the caller's own."""

    ja: str
    en: str
    audiences: frozenset[str]
    wide: bool = False


def _for(*audiences: str) -> frozenset[str]:
    return frozenset(audiences)


SCOPES: dict[str, Scope] = {
    "points:quote": Scope("付与・利用の試算", "see what a sale would earn", _for(TILL)),
    "points:accrue": Scope("ポイントの付与", "give points for a sale", _for(TILL)),
    "points:redeem": Scope("ポイントの利用", "spend a member's points", _for(TILL)),
    "points:reverse": Scope("伝票の取消", "undo a whole slip", _for(TILL)),
    "points:return": Scope("返品", "take goods back, whole or in part", _for(TILL)),
    "points:upload": Scope("オフライン分の送信", "send offline lines", _for(TILL, BACKOFFICE)),
    "points:read": Scope(
        "残高・明細の照会", "read balances and entries", _for(TILL, BACKOFFICE, OPERATOR)
    ),
    "members:lookup": Scope("会員の確認", "look a member up by card or phone", _for(TILL)),
    "members:code": Scope(
        "会員コードの発行", "give a member a one-time code", _for(BACKOFFICE, OPERATOR)
    ),
    "members:read": Scope("会員情報の照会", "read members and their profiles", _for(OPERATOR)),
    "members:write": Scope(
        "会員情報の変更・一括登録", "change members, their cards and profiles", _for(OPERATOR)
    ),
    "points:adjust": Scope(
        "調整・統合・退会の計上", "adjust points, merge members, let them go", _for(OPERATOR)
    ),
    "settlement:read": Scope("精算書の照会", "read statements", _for(BACKOFFICE, OPERATOR)),
    "settlement:dispute": Scope("精算への異議", "dispute a line", _for(BACKOFFICE)),
    "flows:read": Scope("送客表の照会", "read its part of the flows", _for(BACKOFFICE, OPERATOR)),
    "events:read": Scope("イベントの受信", "read and receive events", _for(BACKOFFICE)),
    "events:write": Scope(
        "送信先の登録・再送", "register endpoints, have events sent again", _for(BACKOFFICE)
    ),
    "entries:read-all": Scope(
        "全テナントの明細の照会", "see the rows of every tenant", _for(OPERATOR), wide=True
    ),
    "settlement:read-all": Scope(
        "全精算書と封印ファイルの照会",
        "read every statement and sealed file",
        _for(OPERATOR),
        wide=True,
    ),
    "cycles:close": Scope("締め", "close and confirm a cycle", _for(OPERATOR)),
    "disputes:decide": Scope("異議の裁定", "decide a disputed line", _for(OPERATOR)),
    "admin:read": Scope("台帳設定の照会", "read how the federation is laid out", _for(OPERATOR)),
    "admin:write": Scope("台帳設定の変更", "lay out tenants, shops, tills, rules", _for(OPERATOR)),
    "totals:read": Scope(
        "階層別の集計の照会", "read totals by area, facility and shop", _for(CONSOLE)
    ),
    "people:admin": Scope("担当者と権限の管理", "invite people, give roles", _for(CONSOLE)),
    "settlement:prepare": Scope("支払案の作成", "prepare payments", _for(CONSOLE)),
    "settlement:approve": Scope("支払案の承認", "approve payments", _for(CONSOLE)),
    "settlement:send": Scope("銀行ファイルの送信", "send bank files", _for(CONSOLE)),
    "settlement:results": Scope("銀行の結果の取込", "take in what the bank says", _for(CONSOLE)),
    "admin:clock": Scope("試験用時計の設定", "set the clock of a demo or test", _for(OPERATOR)),
    "usage:read": Scope("利用量の照会", "read what each tenant used", _for(OPERATOR)),
    "member:balance": Scope(
        "あなたの残高と有効期限を見る", "see your balance and when it lapses", _for(MEMBER)
    ),
    "member:code": Scope(
        "お支払い用の会員コードを画面に出す",
        "show a one-time code that pays with your points",
        _for(MEMBER),
    ),
    "audit:read": Scope("監査証跡の照会", "read who did what", _for(OPERATOR)),
    "ops:read": Scope("稼働状況の照会", "read metrics and operating state", _for(OPERATOR)),
}


def is_wide(scopes: frozenset[str]) -> bool:
    """Whether one of these scopes shows every tenant's rows."""
    return any(SCOPES[scope].wide for scope in scopes if scope in SCOPES)


def strangers(scopes: frozenset[str], audience: str) -> list[str]:
    """The scopes that do not exist, or that this audience is never given."""
    return sorted(
        scope for scope in scopes if scope not in SCOPES or audience not in SCOPES[scope].audiences
    )
