"""画面の一覧: what stands in the console's menu, who sees each line of it, and in which order."""

from msgspec import Struct

from auth.gate import CONSOLE


class Entry(Struct, frozen=True):
    """One page; it stands in the menu of whoever has its scope (everybody who signed in, where that
    is `CONSOLE`), and of those at a place where it can show a place."""

    path: str
    ja: str
    en: str
    scope: str
    placed: bool = False


class Section(Struct, frozen=True):
    """Pages that one kind of work is done with."""

    ja: str
    en: str
    entries: tuple[Entry, ...]


SALES = Section("運営状況", "Figures", (
    Entry("/console/today", "今日の状況", "Today", "totals:read", placed=True),
    Entry("/console/trends", "推移", "Trends", "totals:read", placed=True),
    Entry("/console/compare", "店舗比較", "Shops compared", "totals:read", placed=True),
    Entry("/console/visits", "来店時刻", "Visit times", "totals:read", placed=True),
    Entry("/console/board", "会員獲得ボード", "Member board", "totals:read", placed=True),
    Entry("/console/entries", "取引明細", "Entries", "totals:read", placed=True),
    Entry("/console/circulation", "回遊", "Circulation", "settlement:read-all"),
))  # fmt: skip

PROGRAMME = Section("制度と会員", "Programme", (
    Entry("/console/members", "会員", "Members", "members:glance", placed=True),
    Entry("/console/campaigns", "キャンペーン", "Campaigns", "admin:read"),
    Entry("/console/coupons", "クーポン", "Coupons", "admin:read"),
    Entry("/console/segments", "セグメント", "Segments", "admin:read"),
    Entry("/console/corrections", "一括訂正", "Corrections", "points:adjust"),
    Entry("/console/shops", "店舗とレジ", "Shops and tills", "admin:read"),
    Entry("/console/terms", "契約条件", "Terms", "settlement:read-all"),
    Entry("/console/settings", "設定", "Settings", "admin:read"),
    Entry("/console/shop-settings", "自店の設定", "Our settings", "settings:read", placed=True),
    Entry("/console/shop-page", "店舗案内とFAQ", "Shop pages", "guide:write", placed=True),
    Entry("/console/branding", "会員サイトの見た目", "Branding", "branding:write", placed=True),
))  # fmt: skip

FINANCE = Section("精算と経理", "Settlement", (
    Entry("/console/cycles", "締めと精算", "Cycles", "settlement:read-all"),
    Entry("/console/disputes", "異議", "Disputes", "settlement:read-all"),
    Entry("/console/overdue", "未入金と督促", "Overdue", "settlement:read-all"),
    Entry("/console/carried", "繰越", "Carried over", "settlement:read-all"),
    Entry("/console/whatif", "試算", "What if", "settlement:read-all"),
))  # fmt: skip

BOOKS = Section("残高と予測", "Books", (
    Entry("/console/exposure", "与信と互恵", "Exposure", "settlement:read-all"),
    Entry("/console/liability", "未使用残高と見込", "Unused points", "settlement:read-all"),
    Entry("/console/journals", "仕訳", "Journals", "settlement:read-all"),
    Entry("/console/reconciliation", "三点突合", "Reconciliation", "settlement:read-all"),
))  # fmt: skip

PORTAL = Section("テナント", "Tenant", (
    Entry("/portal", "入口", "Home", "portal:read", placed=True),
    Entry("/portal/flows", "送客", "Flows", "portal:read", placed=True),
    Entry("/portal/statements", "精算書と証明", "Statements, proofs", "portal:read", placed=True),
    Entry("/portal/usage", "利用量", "Usage", "portal:read", placed=True),
    Entry("/portal/clients", "端末と接続", "Tills and clients", "portal:keys", placed=True),
    Entry("/portal/webhooks", "Webhook送信先", "Webhooks", "portal:keys", placed=True),
    Entry("/portal/sandbox", "試験環境", "Sandbox", "portal:keys", placed=True),
))  # fmt: skip

WATCHED = Section("点検", "Watch", (
    Entry("/console/signals", "不正の兆候", "Signals", "entries:read-all"),
    Entry("/console/audit", "監査証跡", "Audit trail", "audit:read"),
    Entry("/console/audit/people", "ログインと権限の記録", "Sign-ins, roles", "audit:people"),
    Entry("/console/jobs", "定時処理", "Jobs", "admin:read"),
))  # fmt: skip

OFFICE = Section("担当者", "People", (
    Entry("/console/notices", "本部のお知らせ", "Notices", "admin:read"),
    Entry("/console/support", "問合せ", "Questions", CONSOLE, placed=True),
    Entry("/console/help", "使い方", "Help", CONSOLE, placed=True),
    Entry("/console/start", "はじめの設定", "Set-up", "admin:write"),
    Entry("/console/people", "担当者", "People", "people:admin"),
))  # fmt: skip

MENU = (SALES, PROGRAMME, FINANCE, BOOKS, PORTAL, WATCHED, OFFICE)


def menu(scopes: frozenset[str], placed: bool) -> list[tuple[Section, list[Entry]]]:
    """The menu of somebody who may do this; at a place, only what can show a place."""
    found, may = [], {CONSOLE, *scopes}
    for section in MENU:
        seen = [one for one in section.entries if one.scope in may and one.placed >= placed]
        if seen:
            found.append((section, seen))
    return found
