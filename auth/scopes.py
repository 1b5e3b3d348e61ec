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
    "points:visit": Scope("来店特典の付与", "give a member what a visit gives", _for(TILL)),
    "coupons:use": Scope("クーポンの利用", "take a member's coupon", _for(TILL)),
    "points:upload": Scope("オフライン分の送信", "send offline lines", _for(TILL, BACKOFFICE)),
    "points:read": Scope(
        "残高・明細の照会", "read balances and entries", _for(TILL, BACKOFFICE, OPERATOR)
    ),
    "members:lookup": Scope("会員の確認", "look a member up by card or phone", _for(TILL)),
    "members:glance": Scope(
        "会員の概要の照会（伏せた氏名・ランク）",
        "see a member's masked name and rank",
        _for(BACKOFFICE, OPERATOR),
    ),
    "members:outline": Scope(
        "会員の属性の照会（性別・年代・地域）",
        "see a member's sex, band of age and area",
        _for(OPERATOR),
    ),
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
    "campaigns:write": Scope(
        "キャンペーンの作成・開始・停止", "write, start and stop campaigns", _for(OPERATOR)
    ),
    "campaigns:review": Scope(
        "キャンペーンの確認", "review what another person wrote", _for(OPERATOR)
    ),
    "settings:read": Scope("自店の設定の照会", "read its shops' settings", _for(BACKOFFICE)),
    "settings:write": Scope(
        "任された設定の変更", "change the settings that are delegated to it", _for(BACKOFFICE)
    ),
    "totals:read": Scope(
        "階層別の集計の照会", "read totals by area, facility and shop", _for(CONSOLE)
    ),
    "portal:read": Scope("テナント画面の照会", "see the pages of its own tenant", _for(CONSOLE)),
    "portal:dispute": Scope(
        "自社の精算書の確認と異議", "accept its statements, or object to a line", _for(CONSOLE)
    ),
    "portal:keys": Scope(
        "自社の端末・接続・送信先の管理",
        "manage its own tills, clients and endpoints",
        _for(CONSOLE),
    ),
    "guide:write": Scope(
        "店舗案内・FAQの編集", "write what its shops tell of themselves", _for(CONSOLE)
    ),
    "branding:write": Scope(
        "会員サイトの名称・色・ロゴの設定", "choose how a facility looks to members", _for(CONSOLE)
    ),
    "people:admin": Scope("担当者と権限の管理", "invite people, give roles", _for(CONSOLE)),
    "questions:answer": Scope("店舗からの問合せへの回答", "answer what shops ask", _for(CONSOLE)),
    "settlement:prepare": Scope("支払案の作成", "prepare payments", _for(CONSOLE)),
    "settlement:approve": Scope("支払案の承認", "approve payments", _for(CONSOLE)),
    "settlement:send": Scope("銀行ファイルの送信", "send bank files", _for(CONSOLE)),
    "settlement:results": Scope("銀行の結果の取込", "take in what the bank says", _for(CONSOLE)),
    "admin:clock": Scope("試験用時計の設定", "set the clock of a demo or test", _for(OPERATOR)),
    "usage:read": Scope("利用量の照会", "read what each tenant used", _for(OPERATOR)),
    "member:balance": Scope(
        "あなたの残高と有効期限を見る", "see your balance and when it lapses", _for(MEMBER)
    ),
    "member:notices": Scope(
        "ご利用のお知らせを見る・「心当たりがない」と知らせる",
        "see what you were told, and say that it was not you",
        _for(MEMBER),
    ),
    "member:profile": Scope(
        "会員情報を見る・追加する", "see and complete who you are", _for(MEMBER)
    ),
    "member:code": Scope(
        "お支払い用の会員コードを画面に出す",
        "show a one-time code that pays with your points",
        _for(MEMBER),
    ),
    "member:visit": Scope(
        "ログインボーナスを受け取る", "receive what signing in gives", _for(MEMBER)
    ),
    "member:coupons": Scope(
        "あなたのクーポンを見る・使いはじめる", "see and start your coupons", _for(MEMBER)
    ),
    "member:rank": Scope(
        "あなたのランクと次のランクまでの条件を見る",
        "see your rank and what is missing for the next",
        _for(MEMBER),
    ),
    "benefits:use": Scope("ランク特典の利用の記録", "note the use of a rank's benefit", _for(TILL)),
    "audit:read": Scope("監査証跡の照会", "read who did what", _for(OPERATOR)),
    "audit:people": Scope(
        "ログイン・権限の記録の照会", "read who signed in and who was given what", _for(OPERATOR)
    ),
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
